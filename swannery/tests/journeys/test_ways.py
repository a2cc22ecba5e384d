"""What people come for, done by hand from beginning to end: on the phone and on the desk, by keyboard, and without scripts."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from town import PASSWORD

from journeys.browsing import DESK, PHONE, Device, Site, Window, window

MOST_SHIFT = 0.05


@dataclass(frozen=True, kw_only=True)
class Way:
    """Who goes it, and the words that are theirs alone."""

    device: Device
    client: str
    place: str


WAYS = (Way(device=PHONE, client="blocker", place="Cold plunge"), Way(device=DESK, client="gone", place="Stairs instead"))


def sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail or handle").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_attached()


def write(page: Page, words: str) -> None:
    page.get_by_label("What you want to say").fill(words)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("article").first).to_contain_text(words)
    expect(page.get_by_label("What you want to say")).to_have_value("")


def befriend(client: Window, trainer: Window, *, client_name: str) -> None:
    page = client.page
    page.goto(f"/@{client.site.handles['trainer']}")
    page.get_by_role("button", name="Add as friend").click()
    expect(page.get_by_text("Tess Okafor will see your request.")).to_be_visible()
    trainer.go("/inbox")
    row = trainer.page.locator(".request-row", has_text=client_name)
    expect(row).to_contain_text("would like to be friends")
    row.get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("Friends")
    expect(row.get_by_role("button", name="Accept")).to_have_count(0)
    page.reload()
    expect(page.locator(".profile-header")).to_contain_text("Friends")


def answer(client: Window) -> None:
    """Like what the trainer wrote and say something to it."""
    page = client.page
    client.go(f"/@{client.site.handles['trainer']}")
    post = page.get_by_role("article").filter(has_text="Somebody asked how I came back")
    heart = post.get_by_role("button", name=re.compile("^Like"))
    before = int(post.locator(".tally .count").get_attribute("data-count") or "0")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_have_accessible_name(re.compile(rf"\b{before + 1} reaction"))
    post.get_by_label("More ways to react").click()
    post.get_by_role("button", name="Strong", exact=True).click()
    strong = post.get_by_role("button", name=re.compile(rf"^Strong, {before + 1} reaction"))
    expect(strong).to_have_attribute("aria-pressed", "true")
    post.get_by_role("button", name="Keep for later").click()
    expect(post.get_by_role("button", name="Keep for later")).to_have_attribute("title", "Take out of your bookmarks")
    post.get_by_role("link", name=re.compile("comments?$")).click()
    field = page.get_by_label("Your comment", exact=True)
    field.fill("This helps more than you know.")
    page.get_by_role("button", name="Send your comment").click()
    expect(page.locator(".comment", has_text="This helps more than you know.").last).to_be_visible()
    expect(field).to_have_value("")
    reply_to(page, "This helps more than you know.")


def reply_to(page: Page, words: str) -> None:
    """Answer a comment where it stands: the line opens beneath it, has the focus, and goes when the answer is there."""
    comment = page.locator(".comment", has_text=words).last
    comment.get_by_role("link", name=re.compile("^Reply")).click()
    line = comment.get_by_label("Your reply", exact=True)
    expect(line).to_be_focused()
    line.fill("Beneath it, with thanks.")
    comment.get_by_role("button", name="Send your reply").click()
    expect(comment.locator(".replies .comment")).to_contain_text("Beneath it, with thanks.")
    expect(line).to_have_count(0)
    page.reload()
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".comments > .comment").first).to_contain_text(words)


def found_community(client: Window, *, name: str) -> None:
    page = client.page
    client.go("/communities")
    page.get_by_role("link", name="Start one").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("What it is for").fill("Short, sharp, together.")
    page.get_by_role("button", name="Start the community").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text(f"{name} is ready.")).to_be_visible()
    expect(page.get_by_label("Who sees it")).to_have_value(re.compile("^community:"))
    write(page, f"First one into {name}.")
    expect(page.get_by_label("Who sees it")).to_have_value(re.compile("^community:"))


def share_session(client: Window, *, words: str) -> None:
    page = client.page
    client.go("/activities")
    row = page.locator(".activity-row").first
    row.get_by_text("Share it").click()
    row.get_by_label("A few words").fill(words)
    row.get_by_role("button", name="Share", exact=True).click()
    post = page.get_by_role("article").first
    expect(post).to_contain_text(words)
    expect(post.locator(".activity")).to_contain_text("Training session")
    client.go("/activities")
    expect(page.locator(".activity-row").first).to_contain_text("See the post")


def name_trainer(client: Window, trainer: Window, *, client_name: str) -> None:
    """Say who trains one, have it confirmed, and end it again."""
    page = client.page
    client.go("/activities")
    page.get_by_role("link", name="Your trainers and clients").click()
    page.get_by_role("button", name="Tess Okafor is my trainer").click()
    expect(page.get_by_text("Tess Okafor will see that you named them as your trainer.")).to_be_visible()
    trainer.go("/inbox")
    trainer.page.get_by_role("button", name=f"Confirm: I train {client_name}").click()
    expect(trainer.page.get_by_text(f"You train {client_name}, and both of you say so.")).to_be_visible()
    client.go(f"/@{client.site.handles['trainer']}")
    expect(page.get_by_text("Tess Okafor trains you. Only you two see this.")).to_be_visible()
    page.get_by_label("More about training with Tess Okafor").click()
    page.get_by_role("button", name="Tess Okafor is no longer my trainer").click()
    expect(page.get_by_text("The app recorded that Tess Okafor trained you.")).to_be_visible()


@pytest.mark.parametrize("way", WAYS, ids=[way.device.name for way in WAYS])
def test_a_client_and_their_trainer_meet(chromium: Browser, busy: Site, way: Way) -> None:
    with window(chromium, busy, way.device) as client, window(chromium, busy, DESK, who="trainer") as trainer:
        sign_in(client.page, way.client)
        assert client.shifted() <= MOST_SHIFT
        name = client.page.get_by_label("Your account").locator(".person-name").text_content() or ""
        write(client.page, f"Here I am, with my {way.device.name}.")
        befriend(client, trainer, client_name=name)
        answer(client)
        found_community(client, name=way.place)
        words = f"One for the {way.device.name}."
        share_session(client, words=words)
        name_trainer(client, trainer, client_name=name)
        trainer.go("/")
        shared = trainer.page.get_by_role("article").filter(has_text=words)
        expect(shared.locator(".activity")).to_contain_text("with Tess Okafor")
        assert trainer.shifted() <= MOST_SHIFT
        assert client.overflow() == 0
        client.page.get_by_role("button", name="Sign out").click()
        expect(client.page.get_by_role("heading", name="Northside Studio, together")).to_be_visible()
        client.go("/inbox")
        expect(client.page).to_have_url(re.compile("/sign-in"))


def test_everything_can_be_written_without_scripts(chromium: Browser, busy: Site) -> None:
    with window(chromium, busy, PHONE, scripts=False) as plain:
        page = plain.page
        sign_in(page, "asker")
        page.get_by_label("What you want to say").fill("Written without any script.")
        page.get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_text("Posted.")).to_be_visible()
        post = page.get_by_role("article").filter(has_text="Written without any script.")
        post.get_by_role("button", name=re.compile("^Like")).click()
        expect(post.get_by_role("button", name=re.compile("1 reaction"))).to_have_attribute("aria-pressed", "true")
        post.get_by_label("More ways to react").click()
        post.get_by_role("button", name="On fire", exact=True).click()
        post.get_by_role("button", name="Keep for later").click()
        expect(page.get_by_text("Kept in your bookmarks.")).to_be_visible()
        post.get_by_role("link", name=re.compile("See who")).click()
        expect(page.get_by_role("listitem").filter(has_text="On fire")).to_have_count(1)
        page.get_by_role("link", name="To the post").first.click()
        post.get_by_role("link", name="Share this post").click()
        page.get_by_label("Your words, if you like").fill("Handed on without any script.")
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_role("article")).to_contain_text("Written without any script.")
        page.get_by_role("article").locator(".original .when").click()
        page.get_by_label("Your comment", exact=True).fill("And answered without one.")
        page.get_by_role("button", name="Send your comment").click()
        expect(page.locator(".comment")).to_contain_text("And answered without one.")
        page.locator(".comment").get_by_role("link", name=re.compile("^Reply")).click()
        page.get_by_label("Your reply", exact=True).fill("And again, beneath it.")
        page.get_by_role("button", name="Send your reply").click()
        expect(page.locator(".comments > .comment")).to_contain_text("And again, beneath it.")
        page.get_by_role("link", name="To the post").first.click()
        expect(page.locator(".replies .comment")).to_contain_text("And again, beneath it.")


def tab_to(opened: Window, name: str) -> None:
    """Press Tab until something of that name has the focus, and see that it shows."""
    for _ in range(60):
        if opened.focused().startswith(name):
            outline = opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nothing shows that {name} has the focus"
            return
        opened.page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by the Tab key")


def test_the_keyboard_is_enough(chromium: Browser, busy: Site) -> None:
    with window(chromium, busy, DESK) as keys:
        page, board = keys.page, keys.page.keyboard
        keys.go("/sign-in")
        tab_to(keys, "Skip to the content")
        board.press("Enter")
        board.press("Tab")
        board.type("neighbour")
        board.press("Tab")
        board.type(PASSWORD)
        board.press("Enter")
        expect(page).to_have_url(f"{busy.address}/")
        page.evaluate("document.activeElement.blur()")
        tab_to(keys, "Skip to the content")
        board.press("Enter")
        tab_to(keys, "What you want to say")
        board.type("Typed, never clicked.")
        tab_to(keys, "Post")
        board.press("Enter")
        post = page.get_by_role("article").first
        expect(post).to_contain_text("Typed, never clicked.")
        expect(page.get_by_label("What you want to say")).to_be_focused()
        expect(page.get_by_role("status").filter(has_text="Posted.")).to_be_attached()
        tab_to(keys, "Like")
        board.press("Enter")
        expect(post.get_by_role("button", name=re.compile("1 reaction"))).to_be_visible()
        assert keys.focused().startswith("Like")
