"""Authors whom very many follow: their posts are in nobody's list, and every home reads as if they were."""

import random

import pytest
from homes import home, listed, run_jobs, seen_today, write
from town import Town

from swannery.connections import actions as connections
from swannery.feeds import actions as feeds
from swannery.feeds.jobs import TICKS
from swannery.feeds.queries import lists, pulled
from swannery.foundation.paging import Cursor

pytestmark = pytest.mark.anyio

FOLLOWERS = ("follower", "friend", "neighbour", "asker", "member")


@pytest.fixture(autouse=True)
def few_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    monkeypatch.setattr(pulled, "PULLED_FROM", 4)


async def everybody_follows(town: Town, author: str = "owner", *, followers: tuple[str, ...] = FOLLOWERS) -> None:
    await seen_today(town, *FOLLOWERS)
    for who in followers:
        await town.act(connections.follow, who, person_id=town.ids[author])
    await run_jobs(town)


async def authors_pulled(town: Town) -> list[int]:
    return [row[0] for row in await town.sql("SELECT author_id FROM swannery.pulled_authors WHERE leaving_at IS NULL")]


async def settle(town: Town) -> None:
    """What the worker does now and then, an hour later each time."""
    await town.sql("UPDATE swannery.pulled_authors SET leaving_at = leaving_at - interval '2 hours'")
    for tick in TICKS:
        if tick.name == "feeds.pulled":
            async with town.parts.database.transaction() as tx:
                await tick.work(tx)
    await run_jobs(town)


async def test_four_followers_are_not_very_many_and_five_are(town: Town) -> None:
    await everybody_follows(town, followers=FOLLOWERS[:4])
    await write(town, "owner")
    await run_jobs(town)
    assert await authors_pulled(town) == []
    await town.act(connections.follow, FOLLOWERS[4], person_id=town.ids["owner"])
    await write(town, "owner")
    await run_jobs(town)
    assert await authors_pulled(town) == [town.ids["owner"]]


async def test_what_they_write_is_in_nobody_s_list_and_in_every_follower_s_home(town: Town) -> None:
    await everybody_follows(town)
    first = await write(town, "owner", "the one that tells")
    await run_jobs(town)
    then = [await write(town, "owner", f"n{number}") for number in range(3)]
    await run_jobs(town)
    for who in FOLLOWERS:
        assert not set(then) & set(await listed(town, who)), who
        assert await home(town, who, limit=2) == [*then[::-1], first], who


async def test_their_friends_still_have_it_in_their_lists_and_once(town: Town) -> None:
    await everybody_follows(town)
    await town.act(connections.send_friend_request, "friend", person_id=town.ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=town.ids["friend"])
    await write(town, "owner")
    await run_jobs(town)
    for_all, for_friends = await write(town, "owner"), await write(town, "owner", audience="friends")
    await run_jobs(town)
    assert {for_all, for_friends} <= set(await listed(town, "friend"))
    assert (await home(town, "friend", limit=2))[:2] == [for_friends, for_all]
    assert len(await home(town, "friend")) == 3
    assert for_friends not in await home(town, "follower")


async def test_a_block_and_a_mute_hold_for_them_too(town: Town) -> None:
    await everybody_follows(town)
    await write(town, "owner")
    await run_jobs(town)
    await write(town, "owner")
    await town.act(connections.mute, "follower", person_id=town.ids["owner"], days=None)
    await town.act(connections.block, "owner", person_id=town.ids["member"])
    assert await home(town, "follower") == []
    seen = await town.act(feeds.read_home, "member", after=None)
    assert [item.post.id for item in seen.items if item.post.author.id == town.ids["owner"]] == []
    assert len(await home(town, "asker")) == 2


async def test_a_page_goes_on_with_everybody_s_where_the_list_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the posts of those who are read where they stand would go on alone, and skip what others wrote between them."""
    monkeypatch.setattr(lists, "LENGTH", 3)
    await everybody_follows(town)
    await town.act(connections.follow, "follower", person_id=town.ids["trainer"])
    await write(town, "owner", "tells")
    await run_jobs(town)
    for number in range(8):
        await write(town, ("owner", "trainer")[number % 2], f"n{number}")
    await run_jobs(town)
    async with town.parts.database.transaction() as tx:
        await feeds.trim(tx)
    everything = [row[0] for row in await town.sql("SELECT id FROM swannery.posts ORDER BY published_at DESC, id DESC")]
    for limit in (1, 2, 3, 4, 20):
        assert await home(town, "follower", limit=limit) == everything, limit


async def test_the_pill_counts_them(town: Town) -> None:
    await everybody_follows(town)
    await write(town, "owner")
    await run_jobs(town)
    newest = (await town.act(feeds.read_home, "follower", after=None)).items[0].post
    since = Cursor(newest.published_at, newest.id)
    assert await town.act(feeds.count_newer, "follower", since=since) == 0
    await write(town, "owner")
    await write(town, "owner", audience="me")
    assert await town.act(feeds.count_newer, "follower", since=since) == 1


async def test_when_half_of_their_followers_are_gone_their_posts_are_put_into_lists_again_and_nothing_is_missed(town: Town) -> None:
    await everybody_follows(town)
    written = [await write(town, "owner")]
    await run_jobs(town)
    written += [await write(town, "owner") for _ in range(3)]
    await run_jobs(town)
    assert not set(written[1:]) & set(await listed(town, "follower"))
    for who in FOLLOWERS[2:]:
        await town.act(connections.unfollow, who, person_id=town.ids["owner"])
    await settle(town)
    assert await authors_pulled(town) == []
    assert await home(town, "follower") == written[::-1], "while leaving"
    assert set(written) <= set(await listed(town, "follower"))
    await settle(town)
    assert await town.sql("SELECT FROM swannery.pulled_authors") == []
    written.append(await write(town, "owner"))
    await run_jobs(town)
    assert await listed(town, "follower") == written[::-1]
    assert await home(town, "follower", limit=2) == written[::-1]


async def test_three_of_five_followers_left_changes_nothing_yet(town: Town) -> None:
    await everybody_follows(town)
    await write(town, "owner")
    await run_jobs(town)
    for who in FOLLOWERS[3:]:
        await town.act(connections.unfollow, who, person_id=town.ids["owner"])
    await settle(town)
    assert await authors_pulled(town) == [town.ids["owner"]]


async def test_who_is_erased_is_no_author_any_more(town: Town) -> None:
    await everybody_follows(town)
    await write(town, "owner")
    await run_jobs(town)
    async with town.parts.database.transaction() as tx:
        await feeds.erase_member(tx, member_id=town.ids["owner"])
    assert await town.sql("SELECT FROM swannery.pulled_authors") == []


@pytest.mark.parametrize("seed", range(12))
async def test_homes_read_the_same_whoever_is_in_lists_and_who_is_not(town: Town, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Authors come to be read where they stand and leave again at random moments; each home is all that its sources wrote, in order."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    monkeypatch.setattr(lists, "LENGTH", draw.choice((3, 6, 800)))
    authors = ("owner", "trainer", "neighbour")
    readers = {who: draw.sample(authors, draw.randint(1, 3)) for who in ("follower", "friend", "member")}
    await seen_today(town, *readers)
    for who, follows in readers.items():
        for author in follows:
            await town.act(connections.follow, who, person_id=town.ids[author])
    await run_jobs(town)
    told: dict[int, tuple[str, str]] = {}
    for _ in range(14):
        author, audience = draw.choice(authors), draw.choice(("members", "followers", "me", "friends"))
        told[await write(town, author, audience=audience)] = (author, audience)
        if draw.random() < 0.3:
            await run_jobs(town)
        if draw.random() < 0.25:
            await town.sql(
                "INSERT INTO swannery.pulled_authors (author_id, since) VALUES (%(id)s, now()) ON CONFLICT (author_id) DO NOTHING",
                id=town.ids[draw.choice(authors)],
            )
        if draw.random() < 0.2:
            await settle(town)
        if draw.random() < 0.2:
            async with town.parts.database.transaction() as tx:
                await feeds.trim(tx)
    await run_jobs(town)
    for who, follows in readers.items():
        expected = [id_ for id_, (author, audience) in told.items() if author in follows and audience in {"members", "followers"}][::-1]
        assert await home(town, who, limit=draw.randint(1, 6)) == expected, who
