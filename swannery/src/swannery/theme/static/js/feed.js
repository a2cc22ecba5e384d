// What moves in a feed: more of it on the way down, the same place after coming back, a word about new posts, what was seen. All of it works
// as plain links without this file.
(() => {
  const feed = document.querySelector("[data-feed]");
  if (!feed) return;
  const list = feed.querySelector(".post-list");
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const send = (path, fields) => fetch(path, {
    method: "POST", keepalive: true, credentials: "same-origin",
    headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(fields),
  }).catch(() => { /* told again with the next ones */ });

  // --- the same place after coming back: what was loaded is written into this entry of the history, so only going back or forward finds it
  const remember = (change) => history.replaceState({ ...history.state, feed: { ...(history.state?.feed ?? { pages: [] }), ...change } }, "");
  const pages = () => history.state?.feed?.pages ?? [];
  const topmost = () => [...list.querySelectorAll(".post")].find((post) => post.getBoundingClientRect().bottom > 80);
  const rememberPlace = () => {
    const post = topmost();
    // A further page that was opened as a plain link begins where it begins, not with the order's first page.
    const further = new URLSearchParams(location.search).has("after");
    if (post) remember({ post: post.id, top: post.getBoundingClientRect().top, ranked: further ? "" : feed.dataset.ranked || "" });
  };
  let settled;
  addEventListener("scroll", () => { clearTimeout(settled); settled = setTimeout(rememberPlace, 120); }, { passive: true });
  const fetched = async (url) => {
    const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "false" } });
    if (!answer.ok) throw new Error(url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...(page.querySelector("#posts")?.children ?? [])].map((node) => document.importNode(node, true));
  };
  const add = (nodes) => {
    const there = new Set([...list.querySelectorAll(".post")].map((post) => post.id));
    list.querySelector(".pager")?.remove();
    for (const node of nodes) {
      const id = node.matches(".post") ? node.id : node.querySelector(".post")?.id;
      if (!id || !there.has(id)) list.append(node);
    }
    window.htmx?.process(list);
    document.body.dispatchEvent(new CustomEvent("feed:grown", { detail: { list } }));
  };
  const restore = async () => {
    const kept = history.state?.feed;
    if (!kept || (!kept.pages.length && !kept.post)) return;
    history.scrollRestoration = "manual";
    try {
      if (kept.ranked) {  // a ranked page made anew would be another order: this begins the one that was left
        const first = await fetched(kept.ranked);
        if (first.length) { list.replaceChildren(); add(first); feed.dataset.ranked = kept.ranked; }
      }
      for (const url of kept.pages) add(await fetched(url));
      const post = document.getElementById(kept.post);
      if (post) scrollBy({ top: post.getBoundingClientRect().top - kept.top, behavior: "instant" });
    } catch { /* the plain links are still there */ }
  };

  // --- more of it on the way down; the link stays a link
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) { near.unobserve(target); window.htmx?.trigger(target, "click"); }
  }, { rootMargin: "0px 0px 600px" });
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const asked = detail.requestConfig;  // the link itself is gone by now
    if (detail.successful && asked?.elt?.matches?.(".pager a")) remember({ pages: [...pages(), asked.path] });
  });
  document.body.addEventListener("htmx:load", () => watch());

  // --- what was seen sinks when the posts are put in order the next time
  const told = new Set();
  let waiting = [];
  const tell = () => { if (waiting.length) send("/feeds/seen", { posts: waiting.splice(0, 100).join(",") }); };
  const timers = new Map();
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(timers.get(target.id));
      if (isIntersecting && !told.has(target.id)) timers.set(target.id, setTimeout(() => { told.add(target.id); waiting.push(target.id.slice(5)); }, 1000));
    }
  }, { threshold: 0.5 });
  setInterval(tell, 5000);
  addEventListener("pagehide", () => { rememberPlace(); tell(); });

  let watching = false;
  function watch() {
    if (!watching) return;
    for (const link of list.querySelectorAll(".pager a")) near.observe(link);
    for (const post of list.querySelectorAll(".post[id]")) if (!told.has(post.id)) seen.observe(post);
  }

  // --- a word about new posts: asked for cheaply, shown above the page, moving nothing
  const newer = document.querySelector("[data-newer]");
  const EVERY_MS = Number(newer?.dataset.every) || 60_000;
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(newer.dataset.newer, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const text = (await answer.text()).trim();
      if (text !== newer.dataset.shown) { newer.dataset.shown = text; newer.innerHTML = text; }
    } catch { /* away; asked again */ }
  };
  if (newer) {
    setInterval(ask, EVERY_MS);
    document.addEventListener("visibilitychange", ask);
  }
  // Not before htmx has looked at the page: until then a link that is clicked for somebody would leave it.
  const begin = async () => { await restore(); watching = true; watch(); };
  if (document.readyState === "complete") begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
