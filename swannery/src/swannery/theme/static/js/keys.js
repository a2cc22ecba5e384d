// Keys for whoever keeps their hands there: each does what a link or button on the page does. Not while something is typed,
// never together with Ctrl, Alt or ⌘, and not at all for whoever switches them off.
(() => {
  "use strict";
  const OFF = "swannery:keys-off";
  const GO = { h: "/", d: "/discover", i: "/inbox", p: "/people", c: "/communities", b: "/bookmarks", s: "/settings" };
  const IN_POST = {
    o: (post) => post.querySelector("a.when"),
    l: (post) => post.querySelector(".reaction [data-main]"),
    c: (post) => post.querySelector('.actions a[href$="#comments"]'),
    s: (post) => post.querySelector('.actions a[href$="/share"]'),
    b: (post) => post.querySelector(".bookmark [data-main]"),
  };
  const TYPED_INTO = "input, textarea, select, [contenteditable]";
  let going = 0;

  const stored = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false; // a browser that keeps nothing
    }
  };
  const posts = () => [...document.querySelectorAll("main article.post")];
  const current = () => document.activeElement?.closest?.("main article.post");

  const step = (by) => {
    const all = posts();
    const at = all.indexOf(current());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (!next) return;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const help = () => {
    let dialog = document.getElementById("keys");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "keys";
      dialog.className = "keys";
      document.body.append(dialog);
    }
    if (dialog.open) return;
    window.htmx.ajax("GET", "/keyboard", { target: dialog, swap: "innerHTML" }).then(() => {
      if (dialog.firstElementChild && !dialog.open) dialog.showModal();
    });
  };

  const compose = () => {
    const field = document.querySelector("main form[data-autosave] textarea");
    if (field) field.focus();
    else location.assign("/compose");
  };

  const press = (key) => {
    if (going && Date.now() - going < 1500) {
      going = 0;
      if (GO[key]) location.assign(GO[key]);
      return Boolean(GO[key]);
    }
    going = 0;
    if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "g") going = Date.now();
    else if (key === "n") compose();
    else if (key === "/") location.assign("/people");
    else if (key === "?") help();
    else {
      const post = current();
      const target = post && IN_POST[key]?.(post);
      if (!target) return false;
      target.click();
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (stored() || event.target.closest?.(TYPED_INTO) || document.querySelector("dialog[open]")) return;
    if (press(event.key)) event.preventDefault();
  });

  const tell = (root) => {
    for (const box of root.querySelectorAll("[data-keys-switch]")) box.checked = !stored();
  };
  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.("[data-keys-switch]")) return;
    try {
      if (target.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // then they stay as they are
    }
  });
  document.addEventListener("htmx:load", ({ target }) => tell(target.parentElement ?? document));
  tell(document);
})();
