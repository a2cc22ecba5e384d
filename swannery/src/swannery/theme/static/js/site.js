// Everything works without this file; with it nothing typed is lost and answers come at once.
(() => {
  const notices = document.getElementById("notices");
  const reader = document.body.dataset.reader;
  const DRAFTS = `swannery:draft:${reader}:`;
  const KEPT = "textarea, select, input[type=text], input[type=datetime-local], input[type=date]";
  const every = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

  const storage = {
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing to drop */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };

  // --- notices: said in the live region, so that they are seen and heard
  const say = (text, kind = "") => {
    const line = document.createElement("p");
    line.className = `notice ${kind}`;
    line.textContent = text;
    notices.replaceChildren();
    setTimeout(() => notices.replaceChildren(line), 60);
  };
  document.body.addEventListener("notice", (event) => say(event.detail.value));
  // What everybody sees happen is told only to those who listen.
  document.body.addEventListener("announce", (event) => say(event.detail.value, "unseen"));
  document.body.addEventListener("htmx:sendError", () => say(notices.dataset.offline, "warning"));
  document.body.addEventListener("htmx:timeout", () => say(notices.dataset.offline, "warning"));
  // A refusal may bring its own words for the live region; only one without them gets ours.
  const bringsWords = (xhr) => xhr.getResponseHeader("HX-Retarget") === "#notices";
  document.body.addEventListener("htmx:beforeSwap", (event) => { if (bringsWords(event.detail.xhr)) event.detail.shouldSwap = true; });
  document.body.addEventListener("htmx:responseError", (event) => { if (!bringsWords(event.detail.xhr)) say(notices.dataset.refused, "warning"); });
  const first = notices.querySelector("[data-notice]");
  if (first) setTimeout(() => notices.replaceChildren(first), 60);

  // --- drafts: kept by reader, page and form until the server has them
  const draftKey = (form) => `${DRAFTS}${location.pathname}:${form.dataset.autosave}`;
  const fieldsOf = (form) => [...form.querySelectorAll(KEPT)].filter((field) => field.name);
  const isPicture = (name) => name.startsWith("alt_");
  const typed = (form) => fieldsOf(form).some((field) => field.tagName !== "SELECT" && (field.value.trim() || isPicture(field.name)));
  const keep = (form) => {
    if (!typed(form)) { storage.drop(draftKey(form)); return; }
    storage.set(draftKey(form), Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value])));
  };
  const restore = (form) => {
    const draft = storage.get(draftKey(form));
    if (!draft || typed(form)) return;
    for (const field of fieldsOf(form)) if (typeof draft[field.name] === "string") field.value = draft[field.name];
    const pictures = Object.entries(draft).filter(([name]) => isPicture(name));
    if (pictures.length) form.dispatchEvent(new CustomEvent("pictures:back", { bubbles: true, detail: pictures }));
    const details = form.closest("details");
    if (details) details.open = true;
    const note = form.querySelector("[data-draft-note]");
    if (note) note.hidden = false;
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-autosave]");
    if (form) keep(form);
    if (event.target.matches("[data-limit]")) count(event.target);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-autosave]");
    if (form) keep(form);
  });

  // A form sent without htmx leaves the page; its draft goes once the next page does not bring the same form back.
  const SENT = `swannery:sent:${reader}`;
  const settleSent = () => {
    const sent = storage.get(SENT);
    if (!sent) return;
    storage.drop(SENT);
    const back = [...document.querySelectorAll("[data-autosave]")].some((form) => draftKey(form) === sent);
    if (!back) storage.drop(sent);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-forget-drafts]")) storage.keys().filter((key) => key.startsWith("swannery:draft:")).forEach(storage.drop);
    else if (form.matches("[data-autosave]:not([hx-post])")) storage.set(SENT, draftKey(form));
  });
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    // Whoever chose another kind of post gets the same form with other fields: nothing was taken yet.
    if (`${requestConfig?.parameters?.then ?? ""}`.startsWith("kind:")) return;
    if (elt.matches("[data-autosave]") && xhr.status >= 200 && xhr.status < 300) storage.drop(draftKey(elt));
  });

  // Whoever sent a form with the keyboard or the mouse goes on in its field; the button they pressed was switched off meanwhile.
  let sentBy = null;
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    const mayFocus = form.matches("[data-autosave]") && form.contains(document.activeElement) && matchMedia("(pointer: fine)").matches;
    sentBy = mayFocus ? form.id : null;
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const form = sentBy && document.getElementById(sentBy);
    sentBy = null;
    if (form && !form.querySelector("[data-focus-me]")) form.querySelector("textarea")?.focus({ preventScroll: true });
  });

  // Whoever wants to reply goes on typing where the line opened.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.matches(".reply-place")) event.detail.target.querySelector("textarea")?.focus();
  });

  // A whole page answered where a piece was asked for (a redirect, a session that ended): go there.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const wanted = new URL(requestConfig.path, location.href);
    if (requestConfig.verb === "get" || !xhr.responseURL || new URL(xhr.responseURL).pathname === wanted.pathname) return;
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  });

  // --- the counter speaks only when the end comes near
  const count = (area) => {
    const limit = Number(area.dataset.limit);
    const left = limit - [...area.value.trim()].length;
    const output = area.form?.querySelector(".counter");
    if (!output) return;
    output.textContent = left <= limit / 10 ? `${left}` : "";
    output.classList.toggle("over", left < 0);
  };

  // --- a reaction or a bookmark answers at once; the server's answer replaces it, a failure takes it back and says so
  const flips = new WeakMap();
  const flip = (form, chosen) => {
    const box = form.closest(".reaction") ?? form;
    const main = box.querySelector("[data-main]");
    const tally = box.querySelector(".tally");
    const number = tally?.querySelector(".count");
    flips.set(form, { main, tally, number, pressed: main.getAttribute("aria-pressed"), drawn: main.innerHTML, look: main.className, total: number?.dataset.count });
    const was = main.getAttribute("aria-pressed") === "true";
    const on = Boolean(chosen) || !was;
    main.setAttribute("aria-pressed", `${on}`);
    if (chosen) {
      main.replaceChildren(chosen.querySelector("svg").cloneNode(true));
      main.className = `action heart ${chosen.value}`;
      form.closest("details").open = false;
    }
    if (number) showTotal(tally, number, Number(number.dataset.count) + (on === was ? 0 : on ? 1 : -1));
  };
  const showTotal = (tally, number, wanted) => {
    const total = Math.max(0, wanted);
    number.dataset.count = total;
    number.textContent = total ? total.toLocaleString(document.documentElement.lang) : "";
    tally.hidden = !total;
  };
  const unflip = (form) => {
    const before = flips.get(form);
    if (!before) return;
    flips.delete(form);
    before.main.setAttribute("aria-pressed", before.pressed);
    before.main.innerHTML = before.drawn;
    before.main.className = before.look;
    if (before.number) showTotal(before.tally, before.number, Number(before.total));
  };
  document.body.addEventListener("htmx:beforeSend", (event) => {
    const { elt, requestConfig } = event.detail;
    if (elt.matches("[data-reaction]")) flip(elt, elt.matches(".reaction-choices") ? requestConfig.triggeringEvent?.submitter : null);
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(failure, (event) => { if (event.detail.elt.matches("[data-reaction]")) unflip(event.detail.elt); });
  }

  // --- long posts, menus, drafts thrown away
  const open = (text) => {
    text.classList.add("open");
    const button = text.parentElement.querySelector("[data-show-all]");
    if (button) button.hidden = true;
  };
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-show-all]");
    if (more) {
      const text = more.parentElement.querySelector("[data-clamp]");
      open(text);
      text.tabIndex = -1;
      text.focus({ preventScroll: true });
    }
    const discard = event.target.closest("[data-draft-discard]");
    if (discard) {
      const form = discard.closest("form");
      form.reset();
      form.querySelector("[data-chosen]")?.replaceChildren();
      storage.drop(draftKey(form));
      form.querySelector("[data-draft-note]").hidden = true;
      form.querySelector("textarea").focus();
    }
    for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    const text = event.target.closest(".clamped:not(.open)");
    if (text && text !== event.target) open(text);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // --- whoever writes on a phone needs the room of the bar below. It comes back only once the finger is up and somewhere else: a button that
  // sticks above it would move away from under the finger that presses it, and the press be lost.
  let typingIn = null;
  const stillTyping = () => {
    const now = document.activeElement;
    if (now?.matches("textarea") || (typingIn?.isConnected && typingIn.contains(now))) return;
    typingIn = null;
    document.body.classList.remove("typing");
  };
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches("textarea")) return;
    typingIn = target.form ?? target;
    document.body.classList.add("typing");
  });
  document.addEventListener("focusout", () => setTimeout(stillTyping, 400));
  document.body.addEventListener("htmx:afterSettle", () => setTimeout(stillTyping, 400));

  // --- the keyboard of an iPhone lies over the page: say how high it is
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    const hidden = Math.max(0, window.innerHeight - view.height - view.offsetTop);
    document.documentElement.style.setProperty("--keyboard", `${Math.round(hidden)}px`);
  });

  // --- times are planned by the clock in the room: what it will say on that day
  const tellClock = (form) => {
    const pad = (number) => String(number).padStart(2, "0");
    for (const at of form.querySelectorAll("input[data-moment]")) {
      const due = new Date(at.dataset.moment);
      at.value = `${due.getFullYear()}-${pad(due.getMonth() + 1)}-${pad(due.getDate())}T${pad(due.getHours())}:${pad(due.getMinutes())}`;
      delete at.dataset.moment;
    }
    for (const [offset, at] of [["utc_offset", "publish_at"], ["about_offset", "about_starts_at"]]) {
      const field = form.elements[offset], value = form.elements[at]?.value;
      if (field) field.value = -(value ? new Date(value) : new Date()).getTimezoneOffset();
    }
  };

  // --- whatever arrives, at first or later
  const welcome = (root) => {
    for (const text of every(root, "[data-clamp]")) {
      const long = text.scrollHeight > text.clientHeight + 8;
      text.classList.toggle("clamped", long);
      const button = text.parentElement.querySelector("[data-show-all]");
      if (button) button.hidden = !long;
    }
    // Whoever chose no clock to see times by reads them by the browser's; the page had to write UTC.
    for (const time of every(root, ".event time[datetime]")) {
      if (!time.textContent.endsWith(" UTC")) continue;
      const at = new Date(time.dateTime), sameDay = time.dataset.from && at.toDateString() === new Date(time.dataset.from).toDateString();
      time.textContent = at.toLocaleString(document.documentElement.lang, sameDay ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" });
    }
    for (const time of every(root, "time[datetime]")) {
      time.title = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    }
    for (const form of every(root, "form[data-autosave]")) restore(form);
    for (const form of every(root, "form:has([data-utc-offset])")) tellClock(form);
    for (const area of every(root, "[data-limit]")) count(area);
    for (const summary of every(root, "[data-focus-me]")) summary.focus();
  };
  settleSent();
  welcome(document);
  document.addEventListener("change", ({ target }) => {
    if (["publish_at", "about_starts_at"].includes(target.name)) tellClock(target.form);
  });

  // --- lists keep their place: "Show more" hands the focus on, and coming back shows again what was shown, where one was
  const PLACE = `swannery:place:${location.pathname}${location.search}`;
  const shown = [];
  let lastBefore = null;
  const isPager = (link) => Boolean(link.closest(".pager"));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const link = event.detail.requestConfig.elt;
    if (!isPager(link) || !event.detail.shouldSwap) return;
    lastBefore = link === document.activeElement ? link.closest(".pager").previousElementSibling : null;
    shown.push(link.getAttribute("hx-select"));
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const next = lastBefore?.nextElementSibling;
    lastBefore = null;
    if (!next) return;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  });
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(PLACE, JSON.stringify({ shown, top: scrollY })); } catch { /* the browser's own memory has to do */ }
  });
  const comeBack = () => {
    // A feed finds its place itself (feed.js): two at once would load its pages twice over.
    if (document.querySelector("[data-feed]")) return;
    if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
    let place = null;
    try { place = JSON.parse(sessionStorage.getItem(PLACE)); } catch { /* nothing kept */ }
    if (!place?.shown?.length) return;
    const waiting = [...place.shown];
    const step = () => {
      const wanted = waiting.shift();
      const link = wanted && [...document.querySelectorAll(".pager a[hx-get]")].find((one) => one.getAttribute("hx-select") === wanted);
      if (!link) { scrollTo({ top: place.top, behavior: "instant" }); return; }
      document.body.addEventListener("htmx:afterSettle", step, { once: true });
      // Not the browser's own click: in the moment before htmx has looked at a new link that would leave the page.
      window.htmx?.trigger(link, "click");
    };
    step();
  };
  addEventListener("load", comeBack);
  document.body.addEventListener("htmx:load", (event) => welcome(event.detail.elt));
})();
