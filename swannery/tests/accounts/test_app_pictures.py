"""Members look as they do in the app until they choose otherwise, and nothing the app's rows say is believed."""

import asyncio
from collections.abc import AsyncIterator, Collection

import msgspec
import pytest
from hostile import lake, saved
from outside import INSIDE, OUTSIDE, Answer, World, world
from town import Town

from swannery.accounts import jobs
from swannery.accounts.actions import app_pictures
from swannery.accounts.actions.app_pictures import due_app_pictures, note_app_pictures, take_app_picture
from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.own_picture import remove_own, show_own
from swannery.accounts.jobs import Pictures, has_pictures
from swannery.accounts.ports import AppPictureMeans, ports
from swannery.accounts.queries import app_pictures as queries
from swannery.accounts.rules import app_picture_url
from swannery.config import Users
from swannery.foundation.database import Transaction, statements_sent
from swannery.foundation.errors import NotThere
from swannery.foundation.outbound import Fetched
from swannery.foundation.viewer import Viewer
from swannery.media import actions as media
from swannery.posts.jobs import PREVIEW

pytestmark = pytest.mark.anyio
FACE, OTHER = saved(lake(300, 300), "PNG"), saved(lake(200, 260), "JPEG")


@pytest.fixture
async def outside(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    await town.sql("ALTER TABLE public.users ADD COLUMN avatar_url text")
    async with world() as made:
        made.site.answers["/me.png"] = Answer(FACE, kind="image/png")
        made.site.answers["/other.jpg"] = Answer(OTHER, kind="image/jpeg")
        means = AppPictureMeans(outbound=made.outbound(), darkroom=town.parts.darkroom, base=at(made, "/"))
        monkeypatch.setattr(ports, "app_pictures", means)
        yield made


def at(outside: World, path: str) -> str:
    return f"http://{OUTSIDE}:{outside.site.port}{path}"


def inside(outside: World, path: str) -> str:
    return f"http://{INSIDE}:{outside.inside.port}{path}"


def mapping(town: Town) -> Users:
    return msgspec.structs.replace(town.parts.config.users, avatar="avatar_url")


async def looks(town: Town, who: str, address: str | None) -> None:
    """The app's user changes."""
    await town.sql(
        "UPDATE public.users SET avatar_url = %(address)s WHERE id::text = (SELECT user_key FROM swannery.members WHERE id = %(id)s)",
        address=address, id=town.ids[who],
    )  # fmt: skip


async def due(town: Town) -> list[int]:
    async with town.parts.database.transaction() as tx:
        await note_app_pictures(tx, users=mapping(town))
        return sorted(await due_app_pictures(tx))


async def follow(town: Town) -> None:
    """What a worker does in a minute."""
    for member_id in await due(town):
        await take_app_picture(town.parts.database, member_id=member_id)


async def shown(town: Town, who: str) -> str:
    return str((await town.sql("SELECT picture FROM swannery.members WHERE id = %(id)s", id=town.ids[who]))[0][0])


async def state(town: Town, who: str) -> str | None:
    found = await town.sql("SELECT state FROM swannery.app_pictures WHERE member_id = %(id)s", id=town.ids[who])
    return str(found[0][0]) if found else None


async def choose(town: Town, who: str) -> str:
    """Somebody sends a picture of their own."""
    developed = await town.parts.darkroom.develop_bytes(OTHER, purpose="face")

    async def keep(tx: Transaction, *, viewer: Viewer) -> str:
        kept = await media.keep(tx, viewer=viewer, developed=developed)
        await show_own(tx, viewer=viewer, purpose="face", key=kept.key)
        return kept.key

    return await town.act(keep, who)


async def test_the_app_s_picture_is_made_anew_and_shown_to_whoever_may_see_the_profile(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    key = await shown(town, "owner")
    assert await state(town, "owner") == "shown"
    assert (await town.act(media.find_visible, "friend", key=key)).owner_id == town.ids["owner"]
    assert await due(town) == [], "a second look finds nothing"
    assert len(outside.site.asked) == 1


async def test_the_settings_say_where_a_picture_comes_from(town: Town, outside: World) -> None:
    said = "This is your picture from the app."
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    async with town.browser("owner") as browser:
        assert said in (await browser.get("/settings")).text
        await choose(town, "owner")
        assert said not in (await browser.get("/settings")).text


@pytest.mark.usefixtures("outside")
async def test_an_address_without_a_server_is_one_of_the_app_s(town: Town) -> None:
    await looks(town, "owner", "me.png")
    await follow(town)
    assert await shown(town, "owner") != ""


async def test_another_picture_in_the_app_is_taken_over_and_one_that_is_gone_goes(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    first = await shown(town, "owner")
    await looks(town, "owner", at(outside, "/other.jpg"))
    await follow(town)
    second = await shown(town, "owner")
    assert second not in {"", first}
    with pytest.raises(NotThere):
        await town.act(media.find_visible, "friend", key=first)
    await looks(town, "owner", None)
    await follow(town)
    assert (await shown(town, "owner"), await state(town, "owner")) == ("", None)


async def test_what_replaced_a_picture_and_cannot_be_had_takes_the_old_one_away(town: Town, outside: World) -> None:
    said = "This is your picture from the app."
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    first = await shown(town, "owner")
    await looks(town, "owner", at(outside, "/missing.png"))
    async with town.browser("owner") as browser:
        await due(town)
        assert said in (await browser.get("/settings")).text, "until the next one is there it is still the app's"
        await take_app_picture(town.parts.database, member_id=town.ids["owner"])
        assert said not in (await browser.get("/settings")).text
    assert (await shown(town, "owner"), await state(town, "owner")) == ("", "none")
    with pytest.raises(NotThere):
        await town.act(media.find_visible, "friend", key=first)


async def test_what_is_withdrawn_goes_also_while_another_is_awaited(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    first = await shown(town, "owner")
    await looks(town, "owner", at(outside, "/other.jpg"))
    assert await due(town) == [town.ids["owner"]]
    await looks(town, "owner", None)
    assert await due(town) == []
    await take_app_picture(town.parts.database, member_id=town.ids["owner"])
    assert (await shown(town, "owner"), await state(town, "owner")) == ("", None)
    with pytest.raises(NotThere):
        await town.act(media.find_visible, "friend", key=first)


async def test_who_chooses_while_the_app_withdraws_a_picture_keeps_their_choice(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    await looks(town, "owner", None)
    developed = await town.parts.darkroom.develop_bytes(OTHER, purpose="face")
    async with town.parts.database.transaction() as tx:
        kept = await media.keep(tx, viewer=Viewer(id=town.ids["owner"]), developed=developed)
        await show_own(tx, viewer=Viewer(id=town.ids["owner"]), purpose="face", key=kept.key)
        looking = asyncio.create_task(due(town))
        _, running = await asyncio.wait({looking}, timeout=0.5)
        assert running, "the look waits for who is choosing"
    await looking
    assert (await shown(town, "owner"), await state(town, "owner")) == (kept.key, "own")


async def test_many_withdrawals_take_as_many_statements_as_one(town: Town, outside: World) -> None:
    taken = []
    for names in (["owner"], ["owner", "friend", "member", "follower"]):
        for who in names:
            await looks(town, who, at(outside, "/me.png"))
        await follow(town)
        for who in names:
            await looks(town, who, None)
        sent: list[str] = []
        statements_sent.set(sent)
        await due(town)
        taken.append(len(sent))
        assert [await shown(town, who) for who in names] == [""] * len(names)
    assert taken[0] == taken[1] > 0


async def test_only_so_many_are_on_their_way_at_once(town: Town, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_pictures, "ON_THEIR_WAY", 2)
    for who in ("owner", "friend", "member"):
        await looks(town, who, at(outside, "/me.png"))
    first = await due(town)
    assert len(first) == 2
    assert await due(town) == [], "the app's server is busy with two"
    await take_app_picture(town.parts.database, member_id=first[0])
    last = await due(town)
    assert {*first, *last} == {town.ids[who] for who in ("owner", "friend", "member")}


async def test_who_is_not_here_any_more_keeps_nobody_waiting(town: Town, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await looks(town, "owner", at(outside, "/missing.png"))
    await follow(town)
    await town.sql("UPDATE swannery.app_pictures SET asked_at = now() - interval '25 hours'")
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["owner"])
    monkeypatch.setattr(app_pictures, "ON_THEIR_WAY", 1)
    assert await due(town) == []
    await looks(town, "friend", at(outside, "/me.png"))
    assert await due(town) == [town.ids["friend"]]


async def test_what_members_write_goes_before_thousands_of_pictures(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await noted(town, Pictures(users=mapping(town)))
    async with town.parts.database.transaction() as tx:
        await tx.defer(PREVIEW, post_id=1)
    found = await town.sql("SELECT task_name FROM swannery.procrastinate_jobs ORDER BY priority DESC, id")
    assert [row[0] for row in found] == [PREVIEW.name, jobs.APP_PICTURE.name]


@pytest.mark.parametrize("before", [True, False], ids=["chosen before", "chosen after"])
async def test_a_picture_of_one_s_own_stays_whatever_the_app_does(town: Town, outside: World, *, before: bool) -> None:
    mine = await choose(town, "owner") if before else ""
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    mine = mine or await choose(town, "owner")
    await looks(town, "owner", at(outside, "/other.jpg"))
    await follow(town)
    assert (await shown(town, "owner"), await state(town, "owner")) == (mine, "own")
    await looks(town, "owner", None)
    await follow(town)
    assert await shown(town, "owner") == mine


async def test_who_wants_no_picture_gets_none(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    await town.act(remove_own, "owner", purpose="face")
    await looks(town, "owner", at(outside, "/other.jpg"))
    await follow(town)
    assert await shown(town, "owner") == ""


async def test_who_chooses_while_the_app_s_picture_is_fetched_keeps_their_choice(
    town: Town, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    (member,) = await due(town)
    answered = asyncio.Event()
    fetch = outside.outbound().fetch

    async def slowly(url: str, *, kinds: Collection[str], most: int, whole: bool) -> Fetched:
        found = await fetch(url, kinds=kinds, most=most, whole=whole)
        await answered.wait()
        return found

    means = ports.app_pictures
    assert means is not None
    monkeypatch.setattr(means.outbound, "fetch", slowly)
    fetching = asyncio.create_task(take_app_picture(town.parts.database, member_id=member))
    await outside.site.asked_once.wait()
    mine = await choose(town, "owner")
    answered.set()
    await fetching
    assert await shown(town, "owner") == mine


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "http://[::1", "https://", "\\\\host\\share", "x" * 3000],
)
@pytest.mark.usefixtures("outside")
async def test_what_is_no_address_shows_nothing(town: Town, address: str) -> None:
    await looks(town, "owner", address)
    await follow(town)
    assert (await shown(town, "owner"), await state(town, "owner")) == ("", "none")


async def test_no_server_inside_is_asked_and_no_page_is_a_picture(town: Town, outside: World) -> None:
    outside.site.answers["/page"] = Answer(b"<html>", kind="text/html")
    outside.site.answers["/bomb.png"] = Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, kind="image/png")
    for who, address in {
        "owner": inside(outside, "/me.png"),
        "friend": at(outside, "/page"),
        "member": at(outside, "/bomb.png"),
    }.items():
        await looks(town, who, address)
    await follow(town)
    assert [await shown(town, who) for who in ("owner", "friend", "member")] == ["", "", ""]
    assert outside.inside.asked == []


async def test_what_could_not_be_had_is_asked_for_another_day_and_what_got_lost_within_the_hour(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/missing.png"))
    await follow(town)
    assert await due(town) == []
    await town.sql("UPDATE swannery.app_pictures SET asked_at = now() - interval '25 hours'")
    outside.site.answers["/missing.png"] = Answer(FACE, kind="image/png")
    await follow(town)
    assert await shown(town, "owner") != ""
    await looks(town, "friend", at(outside, "/me.png"))
    assert await due(town) == [town.ids["friend"]]
    assert await due(town) == [], "it is on its way"
    await town.sql("UPDATE swannery.app_pictures SET asked_at = now() - interval '2 hours' WHERE state = 'waiting'")
    assert await due(town) == [town.ids["friend"]]


async def test_nothing_is_left_of_whoever_is_erased(town: Town, outside: World) -> None:
    await looks(town, "owner", at(outside, "/me.png"))
    await follow(town)
    async with town.parts.database.transaction() as tx:
        await erase_member(tx, member_id=town.ids["owner"])
    await follow(town)
    assert (await shown(town, "owner"), await state(town, "owner")) == ("", None)


async def test_pictures_are_looked_for_only_where_the_mapping_names_them(town: Town) -> None:
    assert not has_pictures(town.parts.config.users)
    assert has_pictures(mapping(town))


async def test_addresses_are_read_as_a_browser_on_the_app_s_page_would() -> None:
    base = "https://app.example/people/"
    assert app_picture_url("/a.png", base=base) == "https://app.example/a.png"
    assert app_picture_url("b.png", base=base) == "https://app.example/people/b.png"
    assert app_picture_url("//cdn.example/c.png", base=base) == "https://cdn.example/c.png"
    assert app_picture_url(" http://x.example/d.png ", base="") == "http://x.example/d.png"
    assert app_picture_url("/a.png", base="") is None


async def noted(town: Town, pictures: Pictures) -> list[int]:
    async with town.parts.database.transaction() as tx:
        await pictures.look(tx)
    return [row[0] for row in await town.sql("SELECT member_id FROM swannery.app_pictures ORDER BY member_id")]


async def test_a_large_app_is_looked_through_now_and_then(town: Town, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MANY_USERS", 2)
    pictures = Pictures(users=mapping(town))
    await looks(town, "owner", at(outside, "/me.png"))
    assert await noted(town, pictures) == [town.ids["owner"]]
    await looks(town, "friend", at(outside, "/me.png"))
    assert town.ids["friend"] not in await noted(town, pictures)
    monkeypatch.setattr(jobs, "MANY_USERS", 20_000)
    assert town.ids["friend"] in await noted(town, pictures)


async def test_what_is_more_than_one_look_takes_is_gone_on_with_in_the_next(
    town: Town, outside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MANY_USERS", 2)
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    pictures = Pictures(users=mapping(town))
    for who in ("owner", "friend", "member"):
        await looks(town, who, at(outside, "/me.png"))
    assert [len(await noted(town, pictures)) for _ in range(2)] == [2, 3]
