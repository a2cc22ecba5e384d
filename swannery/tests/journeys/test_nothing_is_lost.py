"""Nothing typed is lost, nothing is sent twice, and whoever comes back is where they were."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from journeys.browsing import DESK, DEVICES, PHONE, Device, Site, window
from swannery.demo.website import website

WORDS = "What you want to say"
A_BIT = 10


@pytest.mark.parametrize("path", ["/", "/compose"])
def test_a_refused_post_keeps_its_words_until_it_is_posted(chromium: Browser, busy: Site, path: str) -> None:
    with window(chromium, busy, PHONE, who="follower") as opened:
        page, words = opened.page, f"Too long for {path} " + "so " * 1700
        opened.watch.allowed = {422}
        opened.go(path)
        page.get_by_label(WORDS).fill(words)
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("One thing needs another look")
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label(WORDS)).to_have_value(words)
        page.reload()
        expect(page.get_by_label(WORDS)).to_have_value(words)
        expect(page.get_by_text("Your words from last time are back.")).to_be_visible()
        page.get_by_label(WORDS).fill(f"Shorter, from {path}.")
        page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_role("article").first).to_contain_text(f"Shorter, from {path}.")
        opened.go(path)
        expect(page.get_by_label(WORDS)).to_have_value("")


def test_words_survive_a_reload_and_may_be_thrown_away(chromium: Browser, busy: Site) -> None:
    with window(chromium, busy, DESK, who="follower") as opened:
        page = opened.page
        opened.go("/posts/9")
        page.get_by_label("Your comment", exact=True).fill("Half a thou")
        page.reload()
        expect(page.get_by_label("Your comment", exact=True)).to_have_value("Half a thou")
        opened.go("/")
        page.get_by_label(WORDS).fill("Never mind")
        page.reload()
        page.get_by_role("button", name="Start empty").click()
        expect(page.get_by_label(WORDS)).to_have_value("")
        page.reload()
        expect(page.get_by_label(WORDS)).to_have_value("")


@pytest.mark.parametrize("device", DEVICES, ids=[device.name for device in DEVICES])
def test_two_clicks_make_one_post(chromium: Browser, busy: Site, device: Device) -> None:
    words = f"Said once, pressed twice on the {device.name}."
    with window(chromium, busy, device, who="follower") as opened:
        opened.go("/")
        opened.page.get_by_label(WORDS).fill(words)
        opened.page.get_by_role("main").get_by_role("button", name="Post", exact=True).dblclick()
        expect(opened.page.get_by_role("article").filter(has_text=words)).to_have_count(1)
        opened.page.reload()
        expect(opened.page.get_by_role("article").filter(has_text=words)).to_have_count(1)


def test_a_site_that_is_away_is_told_and_the_words_stay(chromium: Browser, quiet: Site, tmp_path: Path) -> None:
    with website(url=quiet.url, config=quiet.config, log=tmp_path / "log") as running:
        passing = Site(address=running.address, tokens=quiet.tokens, handles=quiet.handles, url=quiet.url, config=quiet.config)
        with window(chromium, passing, PHONE, who="member") as opened:
            opened.go("/")
            opened.page.get_by_label(WORDS).fill("Into the void")
            running.stop()
            opened.watch.offline = True
            opened.page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
            expect(opened.page.get_by_role("status").filter(has_text="did not reach us")).to_be_visible()
            expect(opened.page.get_by_label(WORDS)).to_have_value("Into the void")
            expect(opened.page.get_by_role("main").get_by_role("button", name="Post", exact=True)).to_be_enabled()


@pytest.mark.parametrize("device", DEVICES, ids=[device.name for device in DEVICES])
def test_back_leads_to_the_same_place(chromium: Browser, busy: Site, device: Device) -> None:
    """Also when what was there had been fetched with "Show more"."""
    with window(chromium, busy, device, who="blocked") as opened:
        page = opened.page
        opened.go(f"/@{busy.handles['blocked']}")
        shown = page.get_by_role("article").count()
        page.get_by_role("link", name="Show more", exact=True).click()
        expect(page.get_by_role("article")).not_to_have_count(shown)
        post = page.get_by_role("article").nth(shown + 3)
        words = post.locator(".prose").text_content() or ""
        post.scroll_into_view_if_needed()
        before = post.evaluate("(post) => post.getBoundingClientRect().top")
        post.locator(".when").click()
        expect(page).to_have_url(re.compile("/posts/"))
        page.go_back()
        again = page.get_by_role("article").filter(has=page.get_by_text(words, exact=True))
        expect(again).to_be_in_viewport()
        page.wait_for_function(
            "([top, words]) => Math.abs([...document.querySelectorAll('.post')].find("
            "(post) => post.querySelector('.prose').textContent === words).getBoundingClientRect().top - top) < 10",
            arg=[before, words],
        )


def test_a_reaction_that_does_not_arrive_is_taken_back_and_says_so(chromium: Browser, busy: Site) -> None:
    with window(chromium, busy, PHONE, who="trainer") as opened:
        page = opened.page
        opened.go("/posts/9")
        before = int(page.locator(".tally .count").first.text_content() or "0")
        opened.watch.offline = True
        page.route("**/reaction", lambda route: route.abort("connectionreset"))
        heart = page.locator("article.post").first.get_by_role("button", name=re.compile("^Like, "))
        for way in ("straight", "chosen"):
            if way == "chosen":
                page.get_by_label("More ways to react").first.click()
                page.get_by_role("button", name="Strong", exact=True).click()
            else:
                heart.click()
            expect(page.get_by_role("status").filter(has_text="did not reach us")).to_be_visible()
            expect(heart).to_have_attribute("aria-pressed", "false")
            expect(page.locator(".tally .count").first).to_have_text(str(before))
        page.unroute("**/reaction")
        heart.click()
        expect(page.locator("article.post").first.get_by_role("button", name=re.compile(rf"^Like, {before + 1} "))).to_have_attribute(
            "aria-pressed", "true"
        )
