"""Choosing a picture and a cover, on the phone and on the desk: with a script and without one."""

import pytest
from hostile import jpeg, lake, saved
from playwright.sync_api import Browser, FilePayload, Page, expect

from journeys.browsing import PHONE, Device, Site, Window, window
from tools.source_files import ROOT

ARTEFACTS = ROOT / "artefacts" / "pages"
SEEN = "image => image.complete && image.naturalWidth > 0"


def picture(page: Page, device: Device, name: str) -> None:
    """Keep a picture of the page in both themes."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.screenshot(path=ARTEFACTS / f"{name}-{device.name}-{colours}.png", full_page=True)


def test_a_picture_and_a_cover_are_chosen_shown_and_taken_back(chromium: Browser, busy: Site, device: Device) -> None:
    with window(chromium, busy, device, who="friend", scripts=device != PHONE) as opened:
        page = opened.page
        opened.watch.allowed = {422}
        opened.go("/settings")
        page.get_by_label("Picture", exact=True).set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"<svg/>"})
        page.get_by_role("button", name="Use this picture").click()
        expect(page.get_by_text("Send a PNG or a JPEG of it.")).to_be_visible()
        picture(page, device, "settings-picture-refused")
        page.get_by_label("Picture", exact=True).set_input_files({"name": "me.txt", "mimeType": "text/plain", "buffer": jpeg()})
        page.get_by_role("button", name="Use this picture").click()
        expect(page.get_by_role("button", name="Remove picture")).to_be_visible()
        page.get_by_label("Cover", exact=True).set_input_files(
            {"name": "lake.png", "mimeType": "image/png", "buffer": saved(lake(1600, 900), "PNG")}
        )
        page.get_by_role("button", name="Use this cover").click()
        expect(page.get_by_role("button", name="Remove cover")).to_be_visible()
        assert opened.overflow() == 0
        picture(page, device, "settings-pictures")
        opened.go(f"/@{busy.handles['friend']}")
        for shown in (page.locator(".profile-picture img"), page.locator(".cover-picture")):
            expect(shown).to_be_visible()
            page.wait_for_load_state("networkidle")
            assert shown.evaluate(SEEN)
        assert opened.shifted() <= 0.05 if device != PHONE else True
        picture(page, device, "profile-with-pictures")
    with window(chromium, busy, device, who="owner") as opened:
        opened.go(f"/@{busy.handles['friend']}")
        opened.page.wait_for_load_state("networkidle")
        assert opened.page.locator(".post img.avatar").count() > 0
        assert opened.shifted() <= 0.05
        opened.page.screenshot(path=ARTEFACTS / f"discover-with-pictures-{device.name}.png")
    with window(chromium, busy, device, who="friend") as opened:
        opened.go("/settings")
        opened.page.get_by_role("button", name="Remove picture").click()
        expect(opened.page.get_by_role("button", name="Remove picture")).to_have_count(0)
        opened.page.get_by_role("button", name="Remove cover").click()
        expect(opened.page.get_by_role("button", name="Remove cover")).to_have_count(0)


def photo(name: str, width: int = 1200, height: int = 800) -> FilePayload:
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": saved(lake(width, height), "JPEG")}


def test_an_album_is_put_together_described_and_looked_through(chromium: Browser, busy: Site, device: Device) -> None:
    title = f"Camp of the {device.name}"
    with window(chromium, busy, device, who="follower") as opened:
        page = opened.page
        opened.watch.allowed = {422}
        opened.go("/compose?kind=album")
        page.get_by_label("Name of the album").fill(title)
        page.get_by_label("Choose pictures").set_input_files(
            [photo("tall", 800, 1200), FilePayload(name="notes.txt", mimeType="image/jpeg", buffer=b"not one"), photo("wide")]
        )
        expect(page.get_by_text("Your pictures are here.")).to_be_visible()
        expect(page.locator("[data-picture]")).to_have_count(2)
        expect(page.get_by_text("notes.txt: This is no picture that can be read.")).to_be_visible()
        described = page.get_by_label("What does this picture show?")
        described.nth(0).fill("A tall tree")
        described.nth(1).fill("The wide lake")
        picture(page, device, "compose-album")
        page.get_by_role("button", name="Further ahead").nth(0).click()
        expect(described.nth(0)).to_have_value("The wide lake")
        page.reload()
        expect(described).to_have_count(2)
        expect(described.nth(0)).to_have_value("The wide lake")
        page.get_by_label("Choose pictures").set_input_files([photo(str(number), 600 + 40 * number, 600) for number in range(5)])
        expect(described).to_have_count(7)
        page.get_by_role("button", name="Take out").nth(6).click()
        expect(described).to_have_count(6)
        assert opened.overflow() == 0
        look_through(opened, device, title=title)


def look_through(opened: Window, device: Device, *, title: str) -> None:
    """Post the album, see it at home, walk through its pictures, and come back to change it."""
    page = opened.page
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    post = page.get_by_role("article").filter(has_text=title)
    expect(post).to_have_count(1)
    expect(post.get_by_role("img", name="The wide lake")).to_be_visible()
    expect(post.get_by_text("+1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert post.get_by_role("img", name="The wide lake").evaluate(SEEN)
    assert opened.shifted() <= 0.05
    post.scroll_into_view_if_needed()
    picture(page, device, "home-with-album")
    post.get_by_role("link", name="The wide lake").click()
    expect(page.locator("figcaption")).to_have_text("The wide lake")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("figcaption")).to_have_text("A tall tree")
    page.wait_for_load_state("networkidle")
    picture(page, device, "picture-alone")
    page.get_by_role("link", name="To the post").click()
    page.locator("a[href$='/edit']").first.evaluate("link => link.click()")
    expect(page.locator("[data-picture]")).to_have_count(6)
    picture(page, device, "edit-album")


def test_a_press_on_a_button_that_sticks_below_is_not_lost_while_one_writes(chromium: Browser, busy: Site) -> None:
    """On a phone the bar below makes room for whoever writes; its coming back must not move the button from under the finger."""
    with window(chromium, busy, PHONE, who="follower") as opened:
        page, title = opened.page, "A long form on a phone"
        opened.go("/compose?kind=album")
        page.get_by_label("Name of the album").fill(title)
        page.get_by_label("Choose pictures").set_input_files([photo(str(number), 600, 600) for number in range(4)])
        described = page.get_by_label("What does this picture show?")
        expect(described).to_have_count(4)
        described.nth(0).fill("The first")
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).tap()
        expect(page.get_by_role("article").filter(has_text=title)).to_have_count(1)
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_few_pictures_stand_well_beside_each_other(chromium: Browser, busy: Site, count: int) -> None:
    with window(chromium, busy, PHONE, who="follower", scripts=False) as opened:
        page, words = opened.page, f"{count} of them"
        opened.go("/compose")
        page.get_by_label("What you want to say").fill(words)
        page.get_by_label("Choose pictures").set_input_files([photo(str(number), 900, 600 + 200 * number) for number in range(count)])
        page.get_by_role("button", name="Add the chosen pictures").click()
        expect(page.locator("[data-picture]")).to_have_count(count)
        expect(page.get_by_label("What you want to say")).to_have_value(words)
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        post = page.get_by_role("article").filter(has_text=words)
        expect(post.locator(".picture img")).to_have_count(count)
        page.wait_for_load_state("networkidle")
        post.screenshot(path=ARTEFACTS / f"post-with-{count}-pictures.png")
