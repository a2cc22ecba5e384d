"""A long feed in a real browser: it grows, it is found again after coming back, it says why, it tells of what is new and moves nothing."""

from collections.abc import Iterator

import psycopg
import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # only the script it carries is used
from playwright.sync_api import Browser, Page, expect

from journeys.browsing import Device, Site, Window, window
from journeys.test_appearance import Place, look_at

READER, WRITER = "asker", "neighbour"
POSTS = 75
FILL = """
WITH writer AS (SELECT m.id FROM swannery.members m JOIN users u ON u.id = m.user_id WHERE u.username = %(writer)s),
reader AS (SELECT m.id FROM swannery.members m JOIN users u ON u.id = m.user_id WHERE u.username = %(reader)s),
follow AS (INSERT INTO swannery.follows (follower_id, followee_id) SELECT reader.id, writer.id FROM reader, writer ON CONFLICT DO NOTHING),
written AS (INSERT INTO swannery.posts (author_id, audience, body, body_html, published_at)
    SELECT writer.id, 'followers', 'Lap ' || n, '<p>Lap ' || n || ' along the canal, ' || repeat('step by step, ', n %% 5) || 'home.</p>',
        now() - make_interval(mins => n * 7) FROM writer, generate_series(1, %(count)s) AS n RETURNING id, author_id, published_at)
INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)
    SELECT reader.id, written.id, written.author_id, written.published_at FROM written, reader
"""


@pytest.fixture(scope="module")
def long_feed(busy: Site) -> Iterator[Site]:
    with psycopg.connect(busy.url, autocommit=True) as connection:
        connection.execute(FILL.encode(), {"writer": WRITER, "reader": READER, "count": POSTS})
    yield busy
    with psycopg.connect(busy.url, autocommit=True) as connection:
        connection.execute("DELETE FROM swannery.feed_settings")


@pytest.fixture
def reader(chromium: Browser, long_feed: Site, device: Device) -> Iterator[Window]:
    with window(chromium, long_feed, device, who=READER) as opened:
        yield opened


def choose(page: Page, order: str) -> None:
    page.goto("/")
    page.get_by_role("button", name=order, exact=True).click()
    expect(page.get_by_role("button", name=order, exact=True)).to_have_attribute("aria-pressed", "true")


def count(page: Page) -> int:
    return page.locator(".post-list .post").count()


def scroll_until(page: Page, posts: int) -> None:
    for _ in range(40):
        if count(page) >= posts:
            return
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(150)
    raise AssertionError(f"{count(page)} posts after scrolling for long")


def texts(page: Page) -> list[str]:
    return [text.split(" along")[0] for text in page.locator(".post-list .post-text").all_inner_texts()]


@pytest.mark.parametrize("order", ["Latest", "For you"])
def test_going_back_finds_the_same_posts_at_the_same_place(reader: Window, order: str) -> None:
    page = reader.page
    choose(page, order)
    scroll_until(page, 50)
    target = page.locator(".post-list .post").nth(43)
    target.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    there, name = texts(page), target.get_attribute("id")
    top = target.evaluate("element => element.getBoundingClientRect().top")
    # The browser's own click: the driver's would first scroll what the bars cover into sight.
    target.locator(".when").evaluate("link => link.click()")
    expect(page).to_have_url(address_of(name))
    page.go_back()
    back = page.locator(f"#{name}")
    expect(back).to_be_in_viewport()
    page.wait_for_timeout(500)
    expect(page).to_have_url("/")
    assert abs(back.evaluate("element => element.getBoundingClientRect().top") - top) < 4
    assert texts(page)[: len(there)] == there
    page.go_forward()
    expect(page).to_have_url(address_of(name))


def test_a_further_page_that_was_opened_as_a_link_is_found_again(reader: Window) -> None:
    page = reader.page
    choose(page, "For you")
    page.goto(page.locator(".pager a").get_attribute("href") or "")
    there = texts(page)
    target = page.locator(".post-list .post").nth(5)
    target.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    name = target.get_attribute("id")
    target.locator(".when").evaluate("link => link.click()")
    expect(page).to_have_url(address_of(name))
    page.go_back()
    expect(page.locator(f"#{name}")).to_be_in_viewport()
    page.wait_for_timeout(500)
    assert texts(page)[: len(there)] == there


def address_of(post: str | None) -> str:
    assert post is not None
    return f"/posts/{post.removeprefix('post-')}"


@pytest.mark.parametrize("order", ["Latest", "For you"])
def test_on_the_way_down_everything_comes_and_nothing_twice(reader: Window, order: str) -> None:
    page = reader.page
    choose(page, order)
    scroll_until(page, POSTS)
    found = [text for text in texts(page) if text.startswith("Lap ")]
    assert len(found) == len(set(found))
    assert set(found) >= {f"Lap {number}" for number in range(1, POSTS + 1)}


def test_without_scripts_the_next_page_is_a_link(chromium: Browser, long_feed: Site, device: Device) -> None:
    with window(chromium, long_feed, device, who=READER, scripts=False) as opened:
        page = opened.page
        choose(page, "For you")
        first = texts(page)
        with page.expect_navigation():
            page.get_by_role("link", name="Show more").click()
        second = texts(page)
        assert len(first) == len(second) == 20
        assert not set(first) & set(second)


def test_a_post_says_why_it_is_there_and_can_be_sent_away(reader: Window) -> None:
    page = reader.page
    choose(page, "For you")
    line = page.locator(".explained").first
    expect(line.locator(".why-words")).to_contain_text("Because you follow Jonas Weber")
    line.locator("summary").first.click()
    expect(line.locator(".terms")).to_contain_text("Score")
    words = line.locator(".post-text").inner_text()
    line.get_by_role("button", name="Not for me").click()
    expect(page.get_by_text("Left out from now on, and less like it.")).to_be_visible()
    page.reload()
    expect(page.locator(".post-list")).not_to_contain_text(words)


def test_a_word_appears_when_there_is_something_new_and_nothing_moves(reader: Window) -> None:
    page = reader.page
    choose(page, "Latest")
    page.wait_for_timeout(300)
    page.evaluate("window.scrollTo(0, 600)")
    before = page.locator(".post-list .post").nth(2).evaluate("element => element.getBoundingClientRect().top")
    with psycopg.connect(reader.site.url, autocommit=True) as connection:
        connection.execute(FILL.replace("n * 7", "n * 0").encode(), {"writer": WRITER, "reader": READER, "count": 1})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    pill = page.get_by_role("link", name="1 new post")
    expect(pill).to_be_visible()
    assert page.locator(".post-list .post").nth(2).evaluate("element => element.getBoundingClientRect().top") == before
    assert reader.shifted() < 0.05
    pill.click()
    expect(page.locator(".post-list .post").first).to_contain_text("Lap 1 ")


def test_what_was_looked_at_is_noted_and_sinks(reader: Window) -> None:
    page = reader.page
    choose(page, "For you")
    first = page.locator(".post-list .post").first
    first.scroll_into_view_if_needed()
    words = first.locator(".post-text").inner_text()
    page.wait_for_timeout(1500)
    page.goto("/settings")
    page.wait_for_timeout(500)
    page.goto("/")
    assert page.locator(".post-list .post-text").first.inner_text() != words


PLACES = (Place(name="home-for-you", path="/", who=READER), Place(name="trending", path="/trending"), Place(name="how", path="/feeds/how"))


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_what_explains_a_feed_looks_right(chromium: Browser, long_feed: Site, device: Device, place: Place) -> None:
    with window(chromium, long_feed, device, who=place.who) as opened:
        opened.context.add_init_script(AXE_SCRIPT)
        page = opened.page
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if place.name == "home-for-you":
            choose(page, "For you")
            page.locator(".why-terms summary").first.click()
        else:
            page.goto(place.path)
        assert opened.shifted() < 0.05
        look_at(opened, place, device)
