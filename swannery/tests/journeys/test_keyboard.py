"""Keys in a real browser: they do what buttons do, never while something is typed, and not for whoever switched them off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browsing import DESK, Site, window


@pytest.fixture
def page(chromium: Browser, busy: Site) -> Iterator[Page]:
    with window(chromium, busy, DESK, who="owner") as opened:
        opened.page.goto("/")
        yield opened.page


def focused_post(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('article.post')?.id ?? ''"))


def like(page: Page) -> None:
    with page.expect_response("**/reaction"):
        page.keyboard.press("l")
    page.wait_for_timeout(200)  # htmx has put the new button in its place


def test_posts_are_walked_liked_and_opened(page: Page) -> None:
    first, second = page.locator("main article.post").nth(0), page.locator("main article.post").nth(1)
    page.keyboard.press("j")
    assert focused_post(page) == first.get_attribute("id")
    page.keyboard.press("j")
    assert focused_post(page) == second.get_attribute("id")
    page.keyboard.press("k")
    heart = first.locator(".reaction [data-main]")
    before = heart.get_attribute("aria-pressed")
    like(page)
    expect(heart).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
    assert focused_post(page) == first.get_attribute("id")
    like(page)
    expect(heart).to_have_attribute("aria-pressed", str(before))
    assert focused_post(page) == first.get_attribute("id")
    page.keyboard.press("o")
    page.wait_for_url("**/posts/*")


def test_two_keys_lead_to_a_place_and_one_to_the_composer(page: Page) -> None:
    page.keyboard.press("n")
    field = page.locator("main textarea[name=text]").first
    expect(field).to_be_focused()
    page.keyboard.type("gd jk ?")
    expect(field).to_have_value("gd jk ?")
    assert page.locator("dialog[open]").count() == 0
    field.fill("")
    field.blur()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/discover")


def test_a_question_mark_opens_the_list_and_it_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("next post")
    switch = dialog.get_by_role("checkbox")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert focused_post(page) == ""
    assert page.locator("dialog[open]").count() == 0
    page.goto("/keyboard")
    page.get_by_role("checkbox").check()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("next post")
