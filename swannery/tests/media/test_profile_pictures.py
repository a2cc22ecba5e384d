"""A picture and a cover of one's own: sent, shown to whoever may see the profile, taken back."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hostile import jpeg, lake, saved, with_gps
from town import Browser, Town

from swannery.accounts.actions import own_picture
from swannery.accounts.actions.erase_member import erase_member
from swannery.connections import actions as connections
from swannery.media import actions as media
from swannery.media.models import LARGEST_FILE

pytestmark = pytest.mark.anyio
ADDRESS = re.compile(r"/pictures/[0-9a-f]{32}/(?:small|large)")


async def choose(town: Town, who: str, purpose: str = "face") -> str:
    """Send a picture on the settings page; returns its address."""
    async with town.browser(who) as browser:
        await browser.get("/settings")
        answer = await browser.send(f"/settings/pictures/{purpose}", files=[with_gps()])
        assert answer.status_code == 303, answer.text
    async with town.browser(who, api=True) as api:
        told = (await api.client.get("/api/v1/me")).json()
        return str(told["picture" if purpose == "face" else "cover"])


async def status(town: Town, who: str | None, address: str) -> int:
    async with town.browser(who, api=True) as browser:
        return (await browser.client.get(address)).status_code


async def send(browser: Browser, file: bytes, **fields: str) -> httpx.Response:
    return await browser.client.post("/api/v1/pictures", data=fields, files={"file": ("x.png", file, "image/png")})


async def test_a_picture_is_shown_wherever_its_person_is(town: Town) -> None:
    address = (await choose(town, "owner")).removeprefix("/api/v1")
    key = address.split("/")[2]
    async with town.browser("owner") as browser:
        await browser.post("/posts", text="Back from the lake", audience="members")
        assert f'src="/pictures/{key}/small" width="40" height="40" alt="" loading="lazy"' in (await browser.get("/")).text
    async with town.browser("member") as browser:
        for path in ("/discover", "/people", f"/@{town.handles['owner']}"):
            assert f"/pictures/{key}/" in (await browser.get(path)).text, path
        answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.content.startswith(b"RIFF")
    assert b"SECRET" not in answer.content


async def test_how_a_picture_is_handed_out(town: Town) -> None:
    address = (await choose(town, "owner")).removeprefix("/api/v1")
    async with town.browser("member") as browser:
        answer = await browser.get(address)
        expected = {
            "content-type": "image/webp",
            "x-content-type-options": "nosniff",
            "content-disposition": 'inline; filename="picture.webp"',
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, max-age=60",
            "cross-origin-resource-policy": "same-origin",
        }
        assert {name: answer.headers[name] for name in expected} == expected
        again = await browser.get(address, **{"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for wrong in (address.replace("large", "huge"), address[:-7], address.replace("large", "..%2flarge"), "/pictures/../../etc/passwd"):
            assert (await browser.get(wrong)).status_code == 404


async def test_a_block_takes_the_picture_from_both(town: Town) -> None:
    mine, theirs = await choose(town, "owner"), await choose(town, "member", "cover")
    assert await status(town, "member", mine) == await status(town, "owner", theirs) == 200
    await town.act(connections.block, "owner", person_id=town.ids["member"])
    assert await status(town, "member", mine) == await status(town, "owner", theirs) == 404
    assert await status(town, "friend", mine) == 200
    async with town.browser("owner") as browser:
        assert "/pictures/" not in re.sub(r"<nav.*?</nav>", "", (await browser.get("/settings/blocked")).text, flags=re.DOTALL)


async def test_strangers_see_pictures_of_open_sites_only(town: Town) -> None:
    address = await choose(town, "owner")
    assert await status(town, None, address) == 200
    closed = Town(url=town.url, config=town.parts.config, site_open=False)
    try:
        assert await status(closed, None, address) == 404
    finally:
        await closed.parts.database.close()


@pytest.mark.parametrize("purpose", ["face", "cover"])
async def test_a_picture_that_was_taken_back_is_gone_with_its_files(town: Town, purpose: str) -> None:
    first = await choose(town, "owner", purpose)
    second = await choose(town, "owner", purpose)
    assert first != second
    assert (await status(town, "member", first), await status(town, "member", second)) == (404, 200)
    async with town.browser("owner") as browser:
        await browser.get("/settings")
        assert (await browser.post(f"/settings/pictures/{purpose}", then="remove")).status_code == 303
    assert await status(town, "owner", second) == 404
    assert len(await files(town)) == 4
    async with town.parts.database.transaction() as tx:
        await media.sweep(tx, darkroom=town.parts.darkroom)
    assert await files(town) == set()
    assert await town.sql("SELECT count(*) FROM swannery.pictures") == [(0,)]


async def files(town: Town) -> set[str]:
    return {path async for some in town.parts.darkroom.files() for path in some}


async def test_nothing_is_left_of_whoever_is_erased(town: Town) -> None:
    address = await choose(town, "owner")
    async with town.parts.database.transaction() as tx:
        await erase_member(tx, member_id=town.ids["owner"])
        assert await tx.sql("SELECT picture, cover FROM swannery.members WHERE id = %(id)s", {"id": town.ids["owner"]}) == [("", "")]
    assert await status(town, "member", address) == 404
    async with town.parts.database.transaction() as tx:
        await media.sweep(tx, darkroom=town.parts.darkroom)
    assert await files(town) == set()


async def test_a_refused_picture_says_what_would_work_and_changes_nothing(town: Town) -> None:
    before = await choose(town, "owner")
    async with town.browser("owner") as browser:
        await browser.get("/settings")
        await browser.post("/settings/profile", bio="I swim.")
        for file, sentence in (
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Send a PNG or a JPEG of it."),
            (jpeg() + bytes(LARGEST_FILE), "larger than 12 MB"),
            (jpeg()[:3000], "damaged or not complete"),
        ):
            answer = await browser.send("/settings/pictures/face", files=[file])
            assert answer.status_code == 422
            assert sentence in answer.text
            assert "I swim." in answer.text
        assert "Choose a picture first." in (await browser.post("/settings/pictures/face")).text
        assert (await browser.send("/settings/pictures/face", files=[bytes(41_000_000)])).status_code == 413
    assert await status(town, "member", before) == 200


# Litestar leaves the files of a form that it refuses to the garbage collector, which warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_form_needs_its_token_and_a_member(town: Town) -> None:
    async with town.browser("owner") as browser:
        browser.token = "forged"
        assert (await browser.send("/settings/pictures/face", files=[jpeg()])).status_code == 403
    async with town.browser(None) as browser:
        await browser.get("/sign-in")
        assert (await browser.send("/settings/pictures/face", files=[jpeg()])).headers["location"].startswith("/sign-in")
    assert await files(town) == set()


async def test_the_api_takes_and_shows_pictures(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        sent = await send(api, saved(lake(800, 600), "PNG"), purpose="face")
        assert sent.status_code == 201, sent.text
        told: dict[str, Any] = sent.json()
        assert (told["width"], told["height"], set(told["urls"])) == (800, 600, {"small", "large"})
        # Until it is used, it is nobody else's.
        assert await status(town, "member", told["urls"]["large"]) == 404
        assert (await api.client.get(told["urls"]["large"])).status_code == 200
        me = (await api.client.patch("/api/v1/me", json={"picture": told["key"]})).json()
        assert me["picture"] == f"/api/v1/pictures/{told['key']}/large"
        assert (await api.client.patch("/api/v1/me", json={"cover": told["key"]})).status_code == 422
        assert (await api.client.patch("/api/v1/me", json={"picture": ""})).json()["picture"] is None
        refused = await send(api, b"<svg/>", purpose="face")
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        assert "PNG or a JPEG" in refused.json()["detail"]
        assert (await send(api, bytes(13_000_000))).status_code == 413
    async with town.browser("member", api=True) as api:
        assert (await api.client.patch("/api/v1/me", json={"picture": told["key"]})).status_code == 422


async def test_a_member_sends_so_many_pictures_an_hour(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "PICTURES_AN_HOUR", 1)
    async with town.browser("owner", api=True) as api:
        assert (await send(api, jpeg(), purpose="face")).status_code == 201
        answer = await send(api, jpeg(), purpose="face")
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)


async def test_what_was_sent_and_never_used_is_thrown_away_after_a_day(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        await send(api, jpeg(), purpose="face")
    kept = await choose(town, "member")
    for age, left in (("23 hours", 2), ("25 hours", 1)):
        await town.sql(f"UPDATE swannery.pictures SET created_at = now() - interval '{age}'")
        async with town.parts.database.transaction() as tx:
            await media.sweep(tx, darkroom=town.parts.darkroom)
        assert await town.sql("SELECT count(*) FROM swannery.pictures") == [(left,)]
    assert await status(town, "friend", kept) == 200


async def test_files_that_no_row_knows_of_are_collected(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await choose(town, "member")
    async with town.browser("owner", api=True) as api:
        await send(api, jpeg(), purpose="face")
    await town.sql("DELETE FROM swannery.pictures WHERE owner_id = %(id)s", id=town.ids["owner"])
    for unused_for, left in ((media.UNUSED_FOR, 4), (-media.UNUSED_FOR, 2)):
        monkeypatch.setattr(media, "UNUSED_FOR", unused_for)
        async with town.parts.database.transaction() as tx:
            await media.collect(tx, darkroom=town.parts.darkroom)
        assert len(await files(town)) == left
    assert await status(town, "friend", kept) == 200


async def test_of_two_chosen_at_once_one_is_shown_and_the_other_is_thrown_away(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        first, second = [(await send(api, jpeg(), purpose="face")).json()["key"] for _ in range(2)]
    async with town.acting("owner") as (tx, viewer):
        await own_picture.show_own(tx, viewer=viewer, purpose="face", key=first)
        other = asyncio.create_task(town.act(own_picture.show_own, "owner", purpose="face", key=second))
        await asyncio.sleep(0.3)
    await other
    assert await town.sql("SELECT key FROM swannery.pictures WHERE on_profile AND gone_at IS NULL") == [(second,)]


async def test_collecting_goes_on_where_somebody_else_deleted_a_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def files_of_before() -> AsyncIterator[Mapping[str, datetime]]:
        yield {f"00/{'0' * 32}-small.webp": datetime(2020, 1, 1, tzinfo=UTC)}

    monkeypatch.setattr(town.parts.darkroom, "files", files_of_before)
    async with town.parts.database.transaction() as tx:
        await media.collect(tx, darkroom=town.parts.darkroom)


async def test_the_api_takes_pictures_for_what_can_be_done_with_them(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        assert (await send(api, jpeg())).status_code in {400, 422}
        assert (await send(api, jpeg(), purpose="anything")).status_code in {400, 422}
        assert (await send(api, jpeg(), purpose="post")).status_code == 201
