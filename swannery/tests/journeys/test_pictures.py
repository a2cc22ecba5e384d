"""Choosing a picture and a cover, on the phone and on the desk: with a script and without one."""

from hostile import jpeg, lake, saved
from playwright.sync_api import Browser, Page, expect

from journeys.browsing import PHONE, Device, Site, window
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
        opened.go("/discover")
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
