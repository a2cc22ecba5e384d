"""The doors of communities: forms lose nothing, take nothing else, and lead where one expects."""

import pytest
from cast import Browser, Stage, Website

from swannery.communities import actions
from swannery.communities.models import Foundation
from swannery.communities.pages import routes

pytestmark = pytest.mark.anyio


@pytest.fixture
def website(stage: Stage) -> Website:
    return Website(stage, routes)


def key_in(text: str) -> str:
    return text.partition('name="client_key" value="')[2].partition('"')[0]


async def new_form(browser: Browser) -> str:
    return key_in((await browser.get("/communities/new")).text)


async def test_a_community_is_founded_once_however_often_the_form_is_sent(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        key = await new_form(browser)
        answers = [await browser.post("/communities", name="Early birds", purpose="We run.", client_key=key) for _ in range(2)]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "/communities/early-birds")] * 2
    assert len(await stage.sql("SELECT FROM swannery.communities")) == 1


async def test_what_was_typed_comes_back_with_the_error_at_its_field(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        key = await new_form(browser)
        answer = await browser.post("/communities", name="<", purpose="A <b>bold</b> purpose", client_key=key)
    assert answer.status_code == 422
    assert "A name has at least 2 letters." in answer.text
    assert 'id="community-name-error"' in answer.text
    assert 'value="&lt;"' in answer.text
    assert "A &lt;b&gt;bold&lt;/b&gt; purpose" in answer.text
    assert key_in(answer.text) == key
    assert await stage.sql("SELECT FROM swannery.communities") == []


@pytest.mark.parametrize("fields", [{}, {"name": "", "purpose": ""}, {"name": "Early birds", "client_key": "none of ours"}])
async def test_forms_that_come_incomplete_are_answered(stage: Stage, website: Website, fields: dict[str, str]) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        answer = await browser.post("/communities", fields)
    assert answer.status_code == (303 if fields.get("name") else 422)


@pytest.mark.parametrize("field", ["role", "owner", "member_id", "slug", "access", "listed", "member_count"])
async def test_fields_nobody_asked_for_are_refused_and_change_nothing(stage: Stage, website: Website, field: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await stage.act(actions.found_community, alice, wanted=Foundation(name="Early birds"))
    async with website.browser(bob, start="/communities") as browser:
        joined = await browser.post(f"{community.url}/join", {field: "owner"})
        made = await browser.post("/communities", {field: "owner"}, name="Mine")
    assert (joined.status_code, made.status_code) == (422, 422)
    assert await stage.sql("SELECT member_id, role FROM swannery.community_members") == [(alice, "owner")]


async def test_joining_leads_to_the_community_and_leaving_to_the_list(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await stage.act(actions.found_community, alice, wanted=Foundation(name="Early birds"))
    async with website.browser(bob, start="/communities") as browser:
        joined = await browser.post(f"{community.url}/join")
        assert (joined.status_code, joined.headers["location"]) == (303, community.url)
        assert browser.cookie("swannery_notice") == "Welcome to Early birds."
        left = await browser.post(f"{community.url}/leave")
        assert (left.status_code, left.headers["location"]) == (303, "/communities")
        assert browser.cookie("swannery_notice") == "You have left Early birds."
        again = await browser.post(f"{community.url}/leave")
        assert (again.status_code, again.headers["location"]) == (303, "/communities")


async def test_with_htmx_the_button_comes_back_in_lists_and_the_page_anew_on_the_community_itself(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await stage.act(actions.found_community, alice, wanted=Foundation(name="Early birds"))
    here, elsewhere = {"hx-current-url": f"http://site.test{community.url}"}, {"hx-current-url": "http://site.test/communities"}
    async with website.browser(bob, start="/communities") as browser:
        joined = await browser.post(f"{community.url}/join", htmx=True, headers=elsewhere)
        left = await browser.post(f"{community.url}/leave", htmx=True, headers=elsewhere)
        inside = await browser.post(f"{community.url}/join", htmx=True, headers=here)
    assert f'action="{community.url}/leave"' in joined.text
    assert f'action="{community.url}/join"' in left.text
    assert "<html" not in joined.text + left.text
    assert inside.headers["hx-redirect"] == community.url


async def test_when_the_last_one_leaves_from_a_list_the_list_is_drawn_anew(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    community = await stage.act(actions.found_community, alice, wanted=Foundation(name="Early birds"))
    async with website.browser(alice, start="/communities") as browser:
        answer = await browser.post(f"{community.url}/leave", htmx=True, headers={"hx-current-url": "http://site.test/communities"})
    assert answer.headers["hx-redirect"] == "/communities"
    assert len(await stage.sql("SELECT FROM swannery.communities WHERE archived_at IS NOT NULL")) == 1


async def test_the_list_shows_ones_own_and_others_in_pages(stage: Stage, website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE_SIZE", 1)
    alice, bob = await stage.members("Alice", "Bob")
    for name in ("Run <fast>", "Swim"):
        await stage.act(actions.found_community, alice, wanted=Foundation(name=name))
    await stage.act(actions.found_community, bob, wanted=Foundation(name="Bob's own"))
    async with website.browser(bob, start="/communities") as browser:
        first = (await browser.get("/communities")).text
        second = (await browser.get("/communities?" + first.partition('href="/communities?')[2].partition('"')[0])).text
        damaged = await browser.get("/communities?after=nonsense")
    assert "Bob&#39;s own" in first
    assert ("Swim" in first, "Run &lt;fast&gt;" in first) == (True, False)
    assert ("Swim" in second, "Run &lt;fast&gt;" in second) == (False, True)
    assert damaged.status_code == 422


async def test_an_empty_list_invites(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        assert "No community yet" in (await browser.get("/communities")).text


@pytest.mark.parametrize("slug", ["nowhere", "a%00b", "N%C3%BC", "x" * 300])
async def test_joining_nothing_is_not_there(stage: Stage, website: Website, slug: str) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        assert (await browser.post(f"/communities/{slug}/join")).status_code == 404
        assert (await browser.post(f"/communities/{slug}/leave")).headers["location"] == "/communities"


async def test_without_the_forms_token_nothing_happens(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/communities") as browser:
        browser.token = "made up"
        answer = await browser.post("/communities", name="Early birds")
    assert answer.status_code == 403
    assert await stage.sql("SELECT FROM swannery.communities") == []


async def test_strangers_are_sent_to_sign_in(website: Website) -> None:
    async with website.browser(None, start="/communities") as browser:
        for path in ("/communities", "/communities/new"):
            assert (await browser.get(path)).headers["location"].startswith("/sign-in")
        for path in ("/communities/early-birds/join", "/communities/early-birds/leave"):
            assert (await browser.post(path)).headers["location"].startswith("/sign-in")
        assert (await browser.post("/communities", name="Early birds")).headers["location"].startswith("/sign-in")
