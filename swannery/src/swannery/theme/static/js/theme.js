// Runs before the first paint, so that no page flashes in the other colours.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("js");

  // What a member chose in their settings comes with the page and wins over this browser's own choice.
  const fixed = root.dataset.fixed;

  const show = () => {
    let chosen = fixed ?? null;
    if (!fixed) try { chosen = localStorage.getItem("swannery:theme"); } catch { /* no storage: follow the system */ }
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen; else delete root.dataset.theme;
    root.classList.toggle("shows-dark", chosen ? chosen === "dark" : dark.matches);
  };

  show();
  dark.addEventListener("change", show);
  addEventListener("storage", show);

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const next = root.classList.contains("shows-dark") ? "light" : "dark";
    // Choosing what the system shows anyway means following it again.
    try {
      if ((next === "dark") === dark.matches) localStorage.removeItem("swannery:theme");
      else localStorage.setItem("swannery:theme", next);
    } catch { /* the choice holds for this page only */ }
    show();
    if (root.classList.contains("shows-dark") !== (next === "dark")) {
      root.dataset.theme = next;
      root.classList.toggle("shows-dark", next === "dark");
    }
  });
})();
