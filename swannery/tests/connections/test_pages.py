"""The doors of connections: they do what the actions do, send people back safely, and take nothing but what they ask for."""

import pytest
from cast import Browser, Stage, Website

from swannery.connections import actions
from swannery.connections.pages import routes
from swannery.foundation.web import local_path

pytestmark = pytest.mark.anyio

DEEDS = ["follow", "unfollow", "friend-request", "friend-request/decline", "friend-request/withdraw", "unfriend", "block", "unblock"]


@pytest.fixture
def website(stage: Stage) -> Website:
    return Website(stage, routes)


async def handle_of(stage: Stage, member: int) -> str:
    return str((await stage.sql("SELECT handle FROM swannery.members WHERE id = %(id)s", id=member))[0][0])


def notice_of(browser: Browser) -> str:
    return browser.cookie("swannery_notice")


@pytest.mark.parametrize("deed", DEEDS)
async def test_without_javascript_one_comes_back_with_a_sentence(stage: Stage, website: Website, deed: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/{deed}", next="/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert "Bob" in notice_of(browser)


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""])
async def test_nobody_is_sent_to_another_site(stage: Stage, website: Website, wanted: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/follow", next=wanted)
    assert answer.headers["location"] == f"/@{await handle_of(stage, bob)}"


async def test_without_a_wish_one_comes_back_to_the_page_one_was_on(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/follow", headers={"referer": "http://site.test/people?q=b"})
        other = await browser.post(f"/members/{bob}/unfollow", headers={"referer": "http://evil.example/people"})
    assert answer.headers["location"] == "/people"
    assert other.headers["location"] == f"/@{await handle_of(stage, bob)}"


async def test_with_htmx_the_buttons_come_back_as_they_stand_now(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    profile = {"hx-current-url": f"http://site.test/@{await handle_of(stage, bob)}"}
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/friend-request", htmx=True, headers=profile)
        listed = await browser.post(f"/members/{bob}/follow", htmx=True, headers={"hx-current-url": "http://site.test/people"})
    assert answer.status_code == 200
    assert f'id="relation-{bob}"' in answer.text
    assert f"/members/{bob}/friend-request/withdraw" in answer.text
    assert "<html" not in answer.text
    assert 'class="relation compact"' not in answer.text
    assert 'class="relation compact"' in listed.text


async def test_after_a_block_nobody_is_sent_to_a_profile_that_is_gone(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    profile = f"/@{await handle_of(stage, bob)}"
    async with website.browser(alice, start="/inbox") as browser:
        assert (await browser.post(f"/members/{bob}/block", next=f"{profile}?tab=posts")).headers["location"] == "/settings/blocked"
        blocked = await browser.get("/settings/blocked")
        assert "Bob" in blocked.text
        assert f"/members/{bob}/unblock" in blocked.text
        assert (await browser.post(f"/members/{bob}/unblock")).headers["location"] == "/settings/blocked"
        assert f"/members/{bob}/unblock" not in (await browser.get("/settings/blocked")).text


async def test_the_notice_tells_what_came_of_a_request(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        await browser.post(f"/members/{bob}/friend-request")
        assert notice_of(browser) == "Bob will see your request."
    async with website.browser(bob, start="/inbox") as browser:
        await browser.post(f"/members/{alice}/friend-request")
        assert notice_of(browser) == "You and Alice are friends now."
    async with website.browser(alice, start="/inbox") as browser:
        await browser.post(f"/members/{bob}/friend-request/withdraw")
        assert notice_of(browser) == "Bob had already accepted."


async def test_the_inbox_shows_both_directions_and_accepting_works_from_there(stage: Stage, website: Website) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol <b>")
    await stage.act(actions.send_friend_request, bob, person_id=alice)
    await stage.act(actions.send_friend_request, alice, person_id=carol)
    async with website.browser(alice, start="/inbox") as browser:
        inbox = await browser.get("/inbox")
        assert f"/members/{bob}/friend-request/accept" in inbox.text
        assert f"/members/{carol}/friend-request/withdraw" in inbox.text
        assert "Carol &lt;b&gt;" in inbox.text
        await browser.post(f"/members/{bob}/friend-request/accept", next="/inbox")
    assert (await stage.act(actions.relation, alice, person_id=bob)).friends


async def test_the_inbox_goes_on_where_a_page_ends(stage: Stage, website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE", 1)
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    await stage.act(actions.send_friend_request, bob, person_id=alice)
    await stage.act(actions.send_friend_request, carol, person_id=alice)
    async with website.browser(alice, start="/inbox") as browser:
        first = await browser.get("/inbox")
        path = first.text.partition('href="/inbox?')[2].partition('"')[0]
        second = await browser.get(f"/inbox?{path}")
        damaged = await browser.get("/inbox?received=%00nonsense")
    assert ("Carol" in first.text, "Bob" in first.text) == (True, False)
    assert ("Carol" in second.text, "Bob" in second.text) == (False, True)
    assert damaged.status_code == 422


async def test_an_empty_inbox_invites(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/inbox") as browser:
        assert "Nothing waits for you" in (await browser.get("/inbox")).text
        assert "You have blocked nobody" in (await browser.get("/settings/blocked?after=-5")).text


@pytest.mark.parametrize("field", ["role", "state", "viewer", "member_id", "follower_id"])
async def test_fields_nobody_asked_for_are_refused_and_change_nothing(stage: Stage, website: Website, field: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/follow", {field: "1"})
    assert answer.status_code == 422
    assert not (await stage.act(actions.relation, alice, person_id=bob)).following


async def test_without_the_forms_token_nothing_happens(stage: Stage, website: Website) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        browser.token = "made up"
        answer = await browser.post(f"/members/{bob}/follow")
    assert answer.status_code == 403
    assert not (await stage.act(actions.relation, alice, person_id=bob)).following


async def test_ids_that_cannot_be_are_not_there_for_any_deed(stage: Stage, website: Website) -> None:
    alice = await stage.member("Alice")
    async with website.browser(alice, start="/inbox") as browser:
        for deed in [*DEEDS, "friend-request/accept"]:
            for number in ("0", "-1", str(2**63), "9" * 40, "x"):
                assert (await browser.post(f"/members/{number}/{deed}")).status_code == 404, (deed, number)


async def test_a_refused_deed_leaves_nothing_half_done(stage: Stage, website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "FOLLOWS_AN_HOUR", 0)
    alice, bob = await stage.members("Alice", "Bob")
    async with website.browser(alice, start="/inbox") as browser:
        answer = await browser.post(f"/members/{bob}/follow")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert not (await stage.act(actions.relation, alice, person_id=bob)).following


async def test_strangers_are_sent_to_sign_in(stage: Stage, website: Website) -> None:
    bob = await stage.member("Bob")
    async with website.browser(None, start="/inbox") as browser:
        assert (await browser.get("/inbox")).headers["location"].startswith("/sign-in")
        assert (await browser.get("/settings/blocked")).headers["location"].startswith("/sign-in")
        answer = await browser.post(f"/members/{bob}/follow")
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/", "/people", "/@bob?tab=posts#top", "/communities/early-birds"])
def test_paths_of_this_site_are_followed(path: str) -> None:
    assert local_path(path, otherwise="/else") == path


@pytest.mark.parametrize(
    "path",
    [
        "", "people", "//evil.example", "///evil.example", "/a//b", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", " /people",
        "/a b", "https://evil.example", "javascript:alert(1)", "/\x00", "/früh", "/people\r\nset-cookie: a=b", "/" + "a" * 500,
    ],
)  # fmt: skip
def test_whatever_could_lead_elsewhere_is_not_followed(path: str) -> None:
    assert local_path(path, otherwise="/else") == "/else"
