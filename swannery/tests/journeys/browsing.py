"""A real Chromium on the sites of this folder: somebody's window, watched for whatever a person would not see."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

HOST = "127.0.0.1"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)  # fmt: skip
# The page itself adds up by how much things jumped without anybody having touched it.
COUNT_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
FOCUSED = """() => {
  const element = document.activeElement;
  return element === document.body ? "" : (element.ariaLabel || element.labels?.[0]?.textContent || element.textContent).trim();
}"""
REFUSED = re.compile(r"the server responded with a status of (\d+)")
PATIENCE_MS = 5000

Colours = Literal["light", "dark"]


@dataclass(frozen=True, kw_only=True)
class Device:
    name: str
    width: int
    height: int
    touch: bool


PHONE = Device(name="phone", width=390, height=844, touch=True)
DESK = Device(name="desk", width=1280, height=800, touch=False)
DEVICES = (PHONE, DESK)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running website with its database and file, and the tokens of people who are signed in to it."""

    address: str
    url: str
    config: Path
    tokens: dict[str, str]
    handles: dict[str, str]


@dataclass(kw_only=True)
class Watch:
    """What went wrong where nobody looks: the console (it also tells what the policy refused), errors, requests to other places."""

    address: str
    troubles: list[str] = field(default_factory=list)
    allowed: set[int] = field(default_factory=set)
    offline: bool = False

    def hear(self, message: ConsoleMessage) -> None:
        refused = REFUSED.search(message.text)
        if refused and int(refused[1]) in self.allowed:
            return
        if self.offline and ("ERR_CONNECTION" in message.text or message.text.startswith("htmx:")):
            return
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{message.type}: {message.text}")

    def see(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.troubles.append(f"a request left: {request.url}")


@dataclass(kw_only=True)
class Window:
    """One person at one site on one device."""

    page: Page
    context: BrowserContext
    site: Site
    watch: Watch

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def shifted(self) -> float:
        """By how much things jumped while the page was built."""
        return float(self.page.evaluate("window.shifted"))

    def focused(self) -> str:
        """What has the focus, as a listener would hear it."""
        return str(self.page.evaluate(FOCUSED))


def find_chromium() -> Path | None:
    """Return the system's own browser; none is ever downloaded."""
    named = [os.environ.get("CHROMIUM", ""), *NAMES]
    found = [shutil.which(name) for name in named if name]
    apps = [folder / app for app in MAC_APPS for folder in (Path("/Applications"), Path.home() / "Applications")]
    return next((path for path in [*(Path(name) for name in found if name), *apps] if path.exists()), None)


def start(playwright: Playwright, *, path: Path) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


@contextmanager
def window(browser: Browser, site: Site, device: Device, *, who: str | None = None, scripts: bool = True) -> Iterator[Window]:
    """Open somebody's window; `who` is signed in already. Whatever went wrong unseen fails the test at the end."""
    context = browser.new_context(
        viewport={"width": device.width, "height": device.height},
        has_touch=device.touch,
        is_mobile=device.touch,
        java_script_enabled=scripts,
        locale="en-GB",
        base_url=site.address,
    )
    watch = Watch(address=site.address)
    context.set_default_timeout(PATIENCE_MS)
    context.on("console", watch.hear)
    context.on("request", watch.see)
    context.on("weberror", lambda error: watch.troubles.append(f"in a script: {error.error}"))
    context.add_init_script(COUNT_SHIFTS)
    if who is not None:
        context.add_cookies([{"name": "swannery", "value": site.tokens[who], "url": site.address}])
    try:
        yield Window(page=context.new_page(), context=context, site=site, watch=watch)
        assert not watch.troubles, "\n".join(watch.troubles)
    finally:
        context.close()
