"""One's own settings: a page for each kind, nothing typed is lost, and what is chosen holds from the next page on."""

import re
from typing import Any

import pytest
from town import Town

from swannery.accounts.actions.erase_member import erase_member
from swannery.connections import actions as connections

pytestmark = pytest.mark.anyio
PROFILE: dict[str, Any] = {"bio": "I lift.", "pronouns": "they/them", "links": "example.org\nhttps://other.example/me"}


async def opening(town: Town, who: str | None, path: str = "/settings/appearance") -> str:
    """Return the <html …> of a page."""
    async with town.browser(who) as browser:
        found = re.search(r"<html[^>]*>", (await browser.get(path)).text)
        return found[0] if found else ""


async def test_what_a_member_says_of_themselves_is_on_their_page(town: Town) -> None:
    async with town.browser("owner") as browser:
        assert (await browser.post("/settings/profile", **PROFILE)).status_code == 303
        form = (await browser.get("/settings")).text
        assert "they/them" in form
        assert "https://example.org/\nhttps://other.example/me" in form
    async with town.browser(None) as browser:
        page = (await browser.get(f"/@{town.handles['owner']}")).text
    assert "they/them" in page
    assert '<a href="https://example.org/" rel="nofollow ugc noopener noreferrer" target="_blank">' in page


async def test_nothing_typed_is_lost_when_something_cannot_be_taken(town: Town) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/settings")
        answer = await browser.post("/settings/profile", bio="I < lift", pronouns="p" * 41, links="example.org\njavascript:alert(1)")
    assert answer.status_code == 422
    for kept in ("I &lt; lift", "p" * 41, "example.org\njavascript:alert(1)", "1 letter too long", "is no address we can link to"):
        assert kept in answer.text
    assert await town.sql("SELECT bio, links FROM swannery.members WHERE id = %(id)s", id=town.ids["owner"]) == [("", [])]


async def test_colours_are_in_the_page_itself_so_that_nothing_flashes(town: Town) -> None:
    assert await opening(town, "owner") == '<html lang="en" dir="ltr">'
    for theme, accent, expected in (
        ("dark", "moss", '<html lang="en" dir="ltr" data-theme="dark" data-fixed="dark" data-accent="moss">'),
        ("light", "lake", '<html lang="en" dir="ltr" data-theme="light" data-fixed="light">'),
        ("contrast", "plum", '<html lang="en" dir="ltr" data-contrast="more" data-accent="plum">'),
    ):
        async with town.browser("owner") as browser:
            await browser.get("/settings/appearance")
            await browser.post("/settings/appearance", theme=theme, accent=accent)
        assert await opening(town, "owner") == expected
        assert await opening(town, "member") == '<html lang="en" dir="ltr">'
        assert await opening(town, None, "/sign-in") == '<html lang="en" dir="ltr">'


async def test_language_and_clock_are_the_members_own(town: Town) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/settings/appearance")
        await browser.post("/settings/appearance", theme="auto", accent="lake", language="de", time_zone="Asia/Tokyo")
        page = (await browser.get("/settings/sessions")).text
    assert page.startswith('<!doctype html>\n<html lang="de" dir="ltr">')
    assert "Einstellungen" in page
    await town.sql("UPDATE swannery.sign_ins SET last_seen_at = '2026-01-02 20:30+00'")
    town.forget_sign_ins("owner")
    async with town.browser("owner") as browser:
        assert "3. Januar 2026, 05:30 JST" in (await browser.get("/settings/sessions")).text


@pytest.mark.parametrize(
    "form",
    [
        {"theme": "neon", "accent": "lake"}, {"theme": "auto", "accent": '"><script>'},
        {"theme": "auto", "accent": "lake", "language": "xx"},
        {"theme": "auto", "accent": "lake", "time_zone": "Mars/Olympus"}, {"theme": "auto", "accent": "lake", "time_zone": "../etc/passwd"},
    ],
)  # fmt: skip
async def test_what_is_not_offered_is_refused_and_changes_nothing(town: Town, form: dict[str, Any]) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/settings/appearance")
        answer = await browser.post("/settings/appearance", **form)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    found = await town.sql("SELECT theme, accent, language, time_zone FROM swannery.members WHERE id = %(id)s", id=town.ids["owner"])
    assert found == [("auto", "lake", "", "")]


async def test_privacy_keeps_what_the_form_did_not_hold(town: Town) -> None:
    async with town.browser("owner", api=True) as browser:
        answer = await browser.client.patch("/api/v1/me/settings", json={"message": "friends"})
        assert answer.json()["message"] == "friends"
    async with town.browser("owner") as browser:
        await browser.get("/settings/privacy")
        assert (await browser.post("/settings/privacy", mention="nobody", activity="members", private="1")).status_code == 303
        assert (await browser.post("/settings/privacy", mention="martians")).status_code == 422
    async with town.browser("owner", api=True) as browser:
        settings = (await browser.client.get("/api/v1/me/settings")).json()
        assert {name: settings[name] for name in ("message", "mention", "tag", "activity")} == {
            "message": "friends", "mention": "nobody", "tag": "followed", "activity": "members",
        }  # fmt: skip
        assert (await browser.client.get("/api/v1/me")).json()["private"] is True


async def test_the_api_changes_what_is_named_and_nothing_else(town: Town) -> None:
    async with town.browser("owner", api=True) as browser:
        client = browser.client
        first = (await client.patch("/api/v1/me", json={"bio": "I lift.", "links": ["example.org"]})).json()
        assert (first["bio"], first["links"], first["pronouns"]) == ("I lift.", ["https://example.org/"], "")
        second = (await client.patch("/api/v1/me", json={"pronouns": "she/her"})).json()
        assert (second["bio"], second["links"], second["pronouns"]) == ("I lift.", ["https://example.org/"], "she/her")
        refused = await client.patch("/api/v1/me", json={"links": ["javascript:alert(1)"], "private": True})
        assert (refused.status_code, "links" in refused.json()["errors"]) == (422, True)
        assert (await client.get("/api/v1/me")).json() == second
        assert (await client.patch("/api/v1/me", json={"role": "admin"})).status_code == 422
    async with town.browser(None) as browser:
        assert (await browser.client.get("/api/v1/me")).status_code == 401
        assert (await browser.client.patch("/api/v1/me/settings", json={})).status_code == 401


@pytest.mark.parametrize(
    ("choice", "seen_by"),
    [
        ("members", {"owner", "member", "friend", "follower", "followed"}), ("followed", {"owner", "friend", "followed"}),
        ("friends", {"owner", "friend"}), ("nobody", {"owner"}),
    ],
)  # fmt: skip
async def test_when_somebody_was_here_is_for_those_whom_they_let_see_it(town: Town, choice: str, seen_by: set[str]) -> None:
    ids = town.ids
    await town.act(connections.follow, "follower", person_id=ids["owner"])
    await town.act(connections.follow, "owner", person_id=ids["neighbour"])
    await town.act(connections.send_friend_request, "friend", person_id=ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=ids["friend"])
    await town.sql("UPDATE swannery.members SET activity_to = %(choice)s WHERE id = %(id)s", choice=choice, id=ids["owner"])
    people = {"owner": "owner", "member": "member", "friend": "friend", "follower": "follower", "neighbour": "followed", None: "stranger"}
    found = set()
    for who, named in people.items():
        async with town.browser(who) as browser:
            if "here today" in (await browser.get(f"/@{town.handles['owner']}")).text:
                found.add(named)
    assert found == seen_by


async def test_nothing_of_it_is_left_of_a_member_who_is_erased(town: Town) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/settings")
        await browser.post("/settings/profile", **PROFILE)
        await browser.post("/settings/appearance", theme="dark", accent="plum", time_zone="Asia/Tokyo")
    async with town.parts.database.transaction() as tx:
        await erase_member(tx, member_id=town.ids["owner"])
    found = await town.sql(
        "SELECT bio, pronouns, links, theme, accent, time_zone FROM swannery.members WHERE id = %(id)s", id=town.ids["owner"]
    )
    assert found == [("", "", [], "auto", "lake", "")]


async def test_a_time_zone_of_long_ago_stands_in_the_way_of_nothing_and_stays(town: Town) -> None:
    await town.sql("UPDATE swannery.members SET time_zone = 'US/Oldtown' WHERE id = %(id)s", id=town.ids["owner"])
    async with town.browser("owner") as browser, town.browser("owner", api=True) as api:
        changed = await api.client.patch("/api/v1/me/settings", json={"message": "nobody", "theme": "dark"})
        assert (changed.status_code, changed.json()["time_zone"]) == (200, "US/Oldtown")
        assert '<option value="US/Oldtown" selected>' in (await browser.get("/settings/appearance")).text
        assert (await browser.post("/settings/appearance", accent="plum")).status_code == 303
        told = (await api.get("/api/v1/me/settings")).json()
        assert {name: told[name] for name in ("time_zone", "theme", "accent", "message")} == {
            "time_zone": "US/Oldtown", "theme": "dark", "accent": "plum", "message": "nobody",
        }  # fmt: skip
        assert (await browser.post("/settings/appearance", time_zone="US/Othertown")).status_code == 422
        assert (await api.client.patch("/api/v1/me/settings", json={"time_zone": "US/Othertown"})).status_code == 422
