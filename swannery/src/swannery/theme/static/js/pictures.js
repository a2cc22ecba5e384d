// Pictures for a post: sent one by one as soon as they are chosen. Without this file a button sends them.
(() => {
  const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" });
  const boxOf = (node) => node.closest("[data-picture-box]");
  const changed = (form) => form.dispatchEvent(new Event("input", { bubbles: true }));
  const keysIn = (list) => new Set([...list.children].map((one) => one.dataset.picture));

  const asked = async (fields, file = null) => {
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    if (file) body.append("files", file, file.name || "picture");
    const answer = await fetch("/posts/pictures", { method: "POST", credentials: "same-origin", headers: headers(), body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // What is refused as a whole comes with its reason.
    if (!answer.ok && answer.status !== 422) throw new Error(page.body.textContent.trim().slice(0, 300));
    return page;
  };
  // Only what is new is taken over: meanwhile somebody may have gone on typing.
  const welcome = (box, page) => {
    const list = box.querySelector("[data-chosen]");
    const there = keysIn(list);
    for (const one of page.querySelectorAll("[data-picture]")) {
      if (there.has(one.dataset.picture)) continue;
      const node = document.importNode(one, true);
      const area = node.querySelector("textarea");
      area.id = area.id.replace(/^[a-z]+/, box.dataset.formId);
      node.querySelector("label").htmlFor = area.id;
      node.querySelector("output")?.setAttribute("for", area.id);
      list.append(node);
    }
    return page.querySelector("[data-picture-errors]");
  };
  const fieldsOf = (box) => [...box.querySelectorAll("textarea[name^=alt_]")].map((area) => [area.name, area.value]);

  const sendAll = async (input, files) => {
    const box = boxOf(input), form = input.form, had = keysIn(box.querySelector("[data-chosen]")).size;
    const status = box.querySelector("[data-picture-status]"), errors = box.querySelector("[data-picture-errors]");
    const wrong = [];
    errors.replaceChildren();
    form.dataset.sending = "";
    for (const [place, file] of files.entries()) {
      status.textContent = input.dataset.sending.replace("{n}", place + 1).replace("{all}", files.length);
      try {
        wrong.push(...welcome(box, await asked(fieldsOf(box), file)).children);
      } catch (error) {
        const line = document.createElement("p");
        line.className = "field-error";
        line.textContent = `${file.name}: ${error instanceof TypeError ? input.dataset.offline : error.message || input.dataset.offline}`;
        wrong.push(line);
      }
    }
    delete form.dataset.sending;
    const list = box.querySelector("[data-chosen]");
    const first = list.children[had];
    status.textContent = first ? input.dataset.sent : "";
    errors.replaceChildren(...wrong.map((line) => document.importNode(line, true)));
    first?.querySelector("textarea").focus({ preventScroll: true });
    changed(form);
  };

  // One after the other, also when more are chosen meanwhile.
  let last = Promise.resolve();
  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.("[data-picture-files]") || !target.files.length) return;
    const files = [...target.files];
    target.value = "";
    last = last.then(() => sendAll(target, files));
  });
  // A form is not sent while its pictures are on their way: they would be left behind.
  document.addEventListener("submit", (event) => {
    if (!("sending" in event.target.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    boxOf(event.target.querySelector("[data-picture-status]")).scrollIntoView({ block: "nearest" });
  }, { capture: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-drop], [data-earlier]");
    if (!button) return;
    event.preventDefault();
    const one = button.closest("[data-picture]"), { form } = button;
    if (button.matches("[data-drop]")) {
      const next = one.nextElementSibling ?? one.previousElementSibling;
      one.remove();
      (next?.querySelector("textarea") ?? form.querySelector("[data-picture-files]")).focus();
    } else {
      one.previousElementSibling?.before(one);
      button.focus();
    }
    changed(form);
  });
  document.addEventListener("pictures:back", async ({ target: form, detail }) => {
    const box = form.querySelector("[data-picture-box]");
    if (!box) return;
    try { welcome(box, await asked(detail)); } catch { /* the words are back; pictures can be chosen again */ }
  });
  // The field has a name only where no script sends what is in it.
  const unname = (root) => { for (const input of root.querySelectorAll("[data-picture-files]")) input.removeAttribute("name"); };
  unname(document);
  document.addEventListener("htmx:load", ({ target }) => unname(target));
})();
