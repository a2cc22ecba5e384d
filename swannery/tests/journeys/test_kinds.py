"""Composing each kind of post and answering it, on the phone and on the desk, with scripts and without."""

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browsing import PHONE, Device, Site, Window, window
from tools.source_files import ROOT

WHAT = "What you want to say"


def choose(page: Page, kind: str) -> None:
    page.get_by_role("main").get_by_role("button", name=kind, exact=True).click()
    expect(page.get_by_role("button", name=kind, exact=True)).to_have_attribute("aria-pressed", "true")


def send(opened: Window, words: str) -> None:
    opened.page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(opened.page.get_by_role("article").filter(has_text=words)).to_have_count(1)


def test_a_question_and_a_tip_are_composed_at_home(chromium: Browser, busy: Site, device: Device) -> None:
    with window(chromium, busy, device, who="follower") as opened:
        page = opened.page
        for kind, label in (("Question", "Your question"), ("Tip", "Headline")):
            title = f"{kind} from the {device.name}"
            opened.go("/")
            page.get_by_label(WHAT).fill(f"Words of the {kind} first.")
            choose(page, kind)
            expect(page.get_by_label(WHAT)).to_have_value(f"Words of the {kind} first.")
            page.get_by_label(label).fill(title)
            send(opened, title)
            assert opened.overflow() == 0


def test_a_poll_is_composed_voted_in_and_the_vote_is_changed(chromium: Browser, busy: Site, device: Device) -> None:
    ask = f"Which day, {device.name}?"
    with window(chromium, busy, device, who="follower") as opened:
        page = opened.page
        opened.go("/compose")
        choose(page, "Poll")
        page.get_by_label(WHAT).fill(ask)
        page.get_by_label("Choice 1").fill("Saturday")
        opened.watch.allowed = {422}
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Give at least two choices.")
        expect(page.get_by_label("Choice 1")).to_have_value("Saturday")
        page.get_by_label("Choice 2").fill("Sunday")
        send(opened, ask)
    with window(chromium, busy, device, who="owner") as opened:
        page = opened.page
        opened.go("/")
        post = page.get_by_role("article").filter(has_text=ask)
        post.get_by_label("Sunday").check()
        post.get_by_role("button", name="Vote", exact=True).click()
        expect(post.get_by_text("100 %")).to_be_visible()
        expect(post).to_contain_text("1 person voted")
        post.locator("summary").filter(has_text="Change my vote").click()
        post.get_by_label("Saturday").check()
        post.get_by_role("button", name="Change my vote").click()
        expect(post.locator(".poll-bar.mine")).to_contain_text("Saturday")
        expect(post).to_contain_text("1 person voted")
        page.reload()
        expect(post.locator(".poll-bar.mine")).to_contain_text("Saturday")


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_line_posts_and_leaves_the_kind_as_it_is(chromium: Browser, busy: Site, *, scripts: bool) -> None:
    ask = f"Is Enter enough{' here' if scripts else ''}?"
    with window(chromium, busy, PHONE, who="follower", scripts=scripts) as opened:
        opened.go("/compose?kind=question")
        opened.page.get_by_label("Your question").fill(ask)
        opened.page.get_by_label("Your question").press("Enter")
        expect(opened.page.get_by_role("article").filter(has_text=ask)).to_have_count(1)


@pytest.mark.parametrize("kind", ["question", "poll", "tip"])
def test_what_was_typed_for_a_kind_is_back_after_a_reload(chromium: Browser, busy: Site, kind: str) -> None:
    with window(chromium, busy, PHONE, who="member") as opened:
        opened.go(f"/compose?kind={kind}")
        field = opened.page.get_by_label({"question": "Your question", "poll": "Choice 1", "tip": "Headline"}[kind])
        field.fill("Half a thought")
        opened.page.reload()
        expect(field).to_have_value("Half a thought")


def test_a_poll_works_without_scripts(chromium: Browser, busy: Site) -> None:
    with window(chromium, busy, PHONE, who="neighbour", scripts=False) as opened:
        page = opened.page
        opened.go("/compose")
        page.get_by_label(WHAT).fill("No scripts here?")
        choose(page, "Poll")
        expect(page.get_by_label(WHAT)).to_have_value("No scripts here?")
        page.get_by_label("Choice 1").fill("None")
        page.get_by_label("Choice 2").fill("Some")
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        opened.go("/discover")
        post = page.get_by_role("article").filter(has_text="No scripts here?")
        post.locator("summary").filter(has_text="Vote").click()
        post.get_by_label("None").check()
        post.get_by_role("button", name="Vote", exact=True).click()
        expect(page.get_by_role("article").filter(has_text="No scripts here?").locator(".poll-bar.mine")).to_contain_text("None")


def test_an_answer_is_accepted_and_changed_where_it_stands(chromium: Browser, busy: Site, device: Device) -> None:
    ask, answer = f"Where do I start, {device.name}?", f"With your feet, {device.name}."
    with window(chromium, busy, device, who="follower") as opened:
        page = opened.page
        opened.go("/compose?kind=question")
        page.get_by_label("Your question").fill(ask)
        send(opened, ask)
        page.get_by_role("article").filter(has_text=ask).locator(".when").first.evaluate("link => link.click()")
        page.wait_for_url("**/posts/*")
        address = page.url.removeprefix(busy.address)
    with window(chromium, busy, device, who="owner") as opened:
        page = opened.page
        opened.go(address)
        page.get_by_role("textbox", name="Your comment").fill("With your shoes.")
        page.get_by_role("button", name="Send your comment").click()
        comment = page.locator("li.comment").filter(has_text="With your shoes.")
        comment.get_by_label("More about your comment").click()
        comment.get_by_role("link", name="Edit this comment").click()
        page.get_by_role("link", name="Cancel").click()
        expect(page.get_by_label("Your words")).to_have_count(0)
        expect(comment.get_by_role("link", name="Reply")).to_be_visible()
        comment.get_by_label("More about your comment").click()
        comment.get_by_role("link", name="Edit this comment").click()
        page.get_by_label("Your words").fill(answer)
        shot(opened, f"comment-edit-{device.name}")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("li.comment").filter(has_text=answer).get_by_role("link", name="edited")).to_be_visible()
        assert opened.overflow() == 0
    with window(chromium, busy, device, who="follower") as opened:
        page = opened.page
        opened.go(address)
        comment = page.locator("li.comment").filter(has_text=answer)
        comment.get_by_label("More about this comment").click()
        shot(opened, f"comment-menu-{device.name}")
        comment.get_by_role("button", name="This answered my question").click()
        expect(page.get_by_role("heading", name="Accepted answer")).to_be_visible()
        expect(page.locator("li.comment").filter(has_text=answer)).to_contain_text("Accepted answer")
        expect(page.get_by_role("article").filter(has_text=ask)).to_contain_text("Answered")
        shot(opened, f"question-answered-{device.name}")
        comment.get_by_role("link", name="edited").click()
        expect(page.get_by_text("With your shoes.")).to_be_visible()


def shot(opened: Window, name: str) -> None:
    """Keep a picture of the page in both themes."""
    folder = ROOT / "artefacts" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for colours in ("light", "dark"):
        opened.page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        opened.page.screenshot(path=folder / f"{name}-{colours}.png", full_page=True)


def test_an_event_is_planned_and_answered(chromium: Browser, busy: Site, device: Device) -> None:
    title = f"Open training, {device.name}"
    with window(chromium, busy, device, who="follower", scripts=device != PHONE) as opened:
        page = opened.page
        opened.go("/compose?kind=event")
        page.get_by_label("Name of the event").fill(title)
        page.get_by_label("Begins").fill("2031-05-01T18:00")
        page.get_by_label("Ends").fill("2031-05-01T20:00")
        page.get_by_label("Where").fill("The park behind the big hall")
        page.get_by_label("Places").fill("12")
        assert opened.overflow() == 0
        shot(opened, f"compose-event-{device.name}")
        send(opened, title)
    with window(chromium, busy, device, who="owner") as opened:
        page = opened.page
        opened.go("/")
        post = page.get_by_role("article").filter(has_text=title)
        expect(post).to_contain_text("0 are going")
        post.get_by_role("button", name="Going").click()
        expect(post.get_by_role("button", name="Going")).to_have_attribute("aria-pressed", "true")
        expect(post).to_contain_text("1 is going")
        post.scroll_into_view_if_needed()
        shot(opened, f"event-{device.name}")
        post.get_by_role("link", name="1 is going").click()
        expect(page.locator(".reactor")).to_have_count(1)
        shot(opened, f"attendees-{device.name}")
