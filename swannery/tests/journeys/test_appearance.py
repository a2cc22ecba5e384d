"""Every page, on the phone and on the desk, in light and dark: nothing too wide, nothing that axe finds, and its picture kept."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # only the script it carries is used
from playwright.sync_api import Browser, Page

from journeys.browsing import Colours, Device, Site, Window, window
from tools.source_files import ROOT

ARTEFACTS = ROOT / "artefacts" / "pages"
RUN_AXE = """async (rules) => (await axe.run(document, {
  resultTypes: ["violations"], iframes: false, preload: false, ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
})).violations.map((found) => `${found.impact} ${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(" | ")}`)"""
SCROLLBAR = 16  # px, which may stand on one side
# What depends on colours only is all that a change of colours can break.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page and who looks at it; `@name` in a path stands for somebody's handle."""

    name: str
    path: str
    who: str | None = "owner"
    where: Literal["busy", "quiet"] = "busy"
    status: int = 200


PLACES = (
    Place(name="home", path="/"),
    Place(name="home-of-somebody-new", path="/", who="gone"),
    Place(name="home-empty", path="/", where="quiet"),
    Place(name="discover", path="/discover"),
    Place(name="discover-empty", path="/discover", where="quiet"),
    Place(name="post", path="/posts/9"),
    Place(name="post-held", path="/posts/8"),
    Place(name="thread", path="/posts/9/comments/4?order=newest"),
    Place(name="thread-deep", path="/posts/9/comments/7"),
    Place(name="profile-own", path="/@owner"),
    Place(name="profile-trainer", path="/@trainer"),
    Place(name="profile-long-name", path="/@friend"),
    Place(name="profile-empty", path="/@trainer", where="quiet"),
    Place(name="people", path="/people"),
    Place(name="suggestions", path="/suggestions"),
    Place(name="keyboard", path="/keyboard"),
    Place(name="people-nobody", path="/people?q=zzz"),
    Place(name="communities", path="/communities"),
    Place(name="communities-empty", path="/communities", where="quiet"),
    Place(name="community-new", path="/communities/new"),
    Place(name="community-inside", path="/communities/early-birds"),
    Place(name="community-outside", path="/communities/open-water"),
    Place(name="reactions", path="/posts/9/reactions"),
    Place(name="share", path="/posts/9/share"),
    Place(name="tag", path="/tags/consistency"),
    Place(name="kinds", path="/tags/kinds"),
    *(
        Place(name=f"compose-{kind}", path=f"/compose?kind={kind}")
        for kind in ("question", "poll", "tip", "workout", "achievement", "recipe")
    ),
    Place(name="tag-unused", path="/tags/nobodyusedthis"),
    Place(name="bookmarks", path="/bookmarks"),
    Place(name="bookmarks-folder", path="/bookmarks?folder=1"),
    Place(name="bookmarks-empty", path="/bookmarks", where="quiet"),
    Place(name="post-edit", path="/posts/9/edit"),
    Place(name="post-history", path="/posts/9/history"),
    Place(name="drafts", path="/drafts"),
    Place(name="drafts-empty", path="/drafts", where="quiet"),
    Place(name="draft", path="/compose?draft=2"),
    Place(name="deleted", path="/deleted"),
    Place(name="deleted-empty", path="/deleted", where="quiet"),
    Place(name="inbox", path="/inbox"),
    Place(name="inbox-empty", path="/inbox", where="quiet"),
    Place(name="activities", path="/activities"),
    Place(name="activities-empty", path="/activities", who="trainer", where="quiet"),
    Place(name="training", path="/training", who="trainer"),
    Place(name="training-from-sessions", path="/training"),
    Place(name="training-of-a-new-trainer", path="/training", who="trainer", where="quiet"),
    Place(name="inbox-of-a-trainer", path="/inbox", who="trainer"),
    Place(name="profile-of-a-client", path="/@friend", who="trainer"),
    Place(name="compose", path="/compose"),
    Place(name="settings", path="/settings"),
    Place(name="settings-privacy", path="/settings/privacy"),
    Place(name="settings-appearance", path="/settings/appearance"),
    Place(name="settings-sessions", path="/settings/sessions"),
    Place(name="blocked", path="/settings/blocked"),
    Place(name="muted-nobody", path="/settings/muted"),
    Place(name="circles", path="/circles"),
    Place(name="sign-in", path="/sign-in", who=None),
    Place(name="welcome", path="/", who=None),
    Place(name="welcome-empty", path="/", who=None, where="quiet"),
    Place(name="discover-as-a-stranger", path="/discover", who=None),
    Place(name="not-there", path="/posts/999999", status=404),
)


@pytest.fixture(scope="module")
def windows(chromium: Browser, busy: Site, quiet: Site) -> Iterator["Windows"]:
    with ExitStack() as stack:
        yield Windows(chromium, sites={"busy": busy, "quiet": quiet}, stack=stack)


class Windows:
    """A window for each person, site and device, opened when first asked for; axe is in every page of it."""

    def __init__(self, browser: Browser, *, sites: dict[str, Site], stack: ExitStack) -> None:
        self._browser = browser
        self._sites = sites
        self._stack = stack
        self._open: dict[tuple[Device, str, str | None], Window] = {}

    def of(self, place: Place, device: Device) -> Window:
        key = (device, place.where, place.who)
        if key not in self._open:
            self._open[key] = self._stack.enter_context(window(self._browser, self._sites[place.where], device, who=place.who))
            self._open[key].context.add_init_script(AXE_SCRIPT)
        return self._open[key]


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_a_page_looks_right(windows: Windows, place: Place, device: Device) -> None:
    opened = windows.of(place, device)
    opened.watch.allowed = {place.status} - {200}
    page = opened.page
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    handle = place.path.partition("@")[2]
    answer = page.goto(f"/@{opened.site.handles[handle]}" if handle else place.path)
    assert answer is not None
    assert answer.status == place.status
    look_at(opened, place, device)


def open_share_form(page: Page) -> None:
    page.locator(".activity-row").nth(1).get_by_text("Share it").click()


def open_menu(page: Page) -> None:
    page.locator(".menu > summary").first.click()


def open_reactions(page: Page) -> None:
    page.get_by_label("More ways to react").first.click()


def open_reply(page: Page) -> None:
    page.locator(".comment").first.get_by_role("link", name=re.compile("^Reply")).first.click()
    page.get_by_label("Your reply", exact=True).wait_for()


def open_choices(page: Page) -> None:
    page.get_by_text("More choices").click()


def write_too_much(page: Page) -> None:
    page.get_by_label("What you want to say").fill("so " * 1700)
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    page.get_by_role("alert").wait_for()


def show_all(page: Page) -> None:
    page.get_by_role("button", name="Show more of this post").first.click()


STATES: tuple[tuple[Place, Callable[[Page], None]], ...] = (
    (Place(name="activities-sharing", path="/activities"), open_share_form),
    (Place(name="profile-menu", path="/@trainer"), open_menu),
    (Place(name="post-menu", path="/posts/9"), open_menu),
    (Place(name="post-reactions", path="/posts/9"), open_reactions),
    (Place(name="post-reply", path="/posts/9"), open_reply),
    (Place(name="compose-choices", path="/compose"), open_choices),
    (Place(name="compose-refused", path="/compose", status=422), write_too_much),
    (Place(name="profile-all-of-a-post", path="/@trainer"), show_all),
)


@pytest.mark.parametrize(("place", "change"), STATES, ids=[place.name for place, _ in STATES])
def test_what_opens_looks_right(windows: Windows, place: Place, change: Callable[[Page], None], device: Device) -> None:
    opened = windows.of(place, device)
    opened.watch.allowed = {place.status} - {200}
    opened.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    handle = place.path.partition("@")[2]
    opened.page.goto(f"/@{opened.site.handles[handle]}" if handle else place.path)
    change(opened.page)
    look_at(opened, place, device)
    opened.page.evaluate("localStorage.clear()")


TURNED = ("home", "discover", "post", "thread-deep", "profile-trainer", "people", "community-inside", "compose")


@pytest.mark.parametrize("place", [place for place in PLACES if place.name in TURNED], ids=lambda place: place.name)
def test_pages_can_be_read_from_right_to_left(windows: Windows, place: Place, device: Device) -> None:
    """No such language is shipped yet; whoever brings one finds the pages ready: what stood first stands first, and nothing sticks out."""
    opened = windows.of(place, device)
    handle = place.path.partition("@")[2]
    opened.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    opened.page.goto(f"/@{opened.site.handles[handle]}" if handle else place.path)
    main = opened.page.get_by_role("main")
    before = main.bounding_box()
    opened.page.evaluate("document.documentElement.dir = 'rtl'")
    assert opened.overflow() == 0
    after = main.bounding_box()
    assert before is not None
    assert after is not None
    # As in a mirror: as far from the right edge now as it was from the left.
    assert abs((device.width - after["x"] - after["width"]) - before["x"]) <= SCROLLBAR
    keep(opened.page, Place(name=f"{place.name}-turned", path=place.path), device, colours="light")


def look_at(opened: Window, place: Place, device: Device) -> None:
    """Measure, let axe look, and keep the pictures in both colours."""
    page = opened.page
    # What htmx put in keeps the looks of what it replaces, faded while it was sent, until it has settled.
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    assert opened.overflow() == 0
    found = page.evaluate(RUN_AXE, None)
    # As tall as the page, so that what is fixed to the screen's edge stands at the page's end.
    height = max(device.height, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": device.width, "height": height})
    keep(page, place, device, colours="light")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"in the dark: {one}" for one in page.evaluate(RUN_AXE, COLOUR_RULES)]
    keep(page, place, device, colours="dark")
    page.set_viewport_size({"width": device.width, "height": device.height})
    assert not found
    assert not opened.watch.troubles


def keep(page: Page, place: Place, device: Device, *, colours: Colours) -> None:
    """Write the picture where people and the build's artefacts find it."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{place.name}-{device.width}-{colours}.png", animations="disabled")
