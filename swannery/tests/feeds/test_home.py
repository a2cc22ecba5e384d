"""The home feed: complete, in order, explained; lists are kept for those who come."""

import pytest
from homes import home, listed, run_jobs, seen_today, write
from town import Town

from swannery.connections import actions as connections
from swannery.feeds import actions as feeds
from swannery.feeds.queries import lists as queries
from swannery.foundation.events import MemberReturned
from swannery.posts import actions as posts

pytestmark = pytest.mark.anyio


async def test_a_post_reaches_its_readers_lists_by_the_background_work(town: Town) -> None:
    await seen_today(town, "follower", "owner", "member")
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    post_id = await write(town, "owner")
    assert await listed(town, "owner") == [post_id], "one's own at once"
    await run_jobs(town)
    assert await listed(town, "follower") == [post_id]
    assert await listed(town, "member") == []


async def test_a_post_with_many_readers_is_put_into_their_lists_in_parts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    readers = ("follower", "friend", "neighbour", "asker", "member")
    await seen_today(town, *readers, "trainer", "owner")
    for who in readers:
        await town.act(connections.follow, who, person_id=town.ids["owner"])
    post_id = await write(town, "owner")
    await run_jobs(town)
    assert [await listed(town, who) for who in readers] == [[post_id]] * 5
    assert await listed(town, "trainer") == []


async def test_fan_out_twice_changes_nothing(town: Town) -> None:
    await seen_today(town, "follower")
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    post_id = await write(town, "owner")
    for _ in range(2):
        async with town.parts.database.transaction() as tx:
            await feeds.fan_out(tx, post_id=post_id, published_at=0)
    assert await listed(town, "follower") == [post_id]


async def test_who_was_long_away_gets_a_list_when_they_return_and_none_before(town: Town) -> None:
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    await run_jobs(town)
    await town.sql("UPDATE swannery.members SET last_seen_at = now() - interval '40 days'")
    post_id = await write(town, "owner")
    await run_jobs(town)
    assert await listed(town, "follower") == []
    assert await home(town, "follower") == [post_id]
    assert await listed(town, "follower") == [post_id]


async def test_following_brings_what_was_written_and_unfollowing_takes_it_away(town: Town) -> None:
    await seen_today(town, "follower")
    older = await write(town, "owner")
    await town.act(connections.follow, "follower", person_id=town.ids["friend"])
    assert await home(town, "follower") == []
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    assert await home(town, "follower") == [older]
    await town.act(connections.unfollow, "follower", person_id=town.ids["owner"])
    assert await home(town, "follower") == []


async def test_who_follows_nobody_sees_everybody(town: Town) -> None:
    post_id = await write(town, "owner")
    feed = await town.act(feeds.read_home, "member", after=None)
    assert (feed.everyone, [item.post.id for item in feed.items]) == (True, [post_id])


async def test_pages_go_on_beyond_the_list(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LENGTH", 5)
    await seen_today(town, "follower")
    written = [await write(town, "owner", f"n{number}") for number in range(12)]
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    assert len(await listed(town, "follower")) == 5
    for limit in (3, 5, 20):
        assert await home(town, "follower", limit=limit) == written[::-1], limit


async def test_paging_home_to_its_end_skips_nothing_of_whom_wrote_most(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PER_SOURCE", 4)
    await seen_today(town, "follower")
    rare = [await write(town, "friend", f"r{number}") for number in range(2)]
    much = [await write(town, "owner", f"m{number}") for number in range(11)]
    for who in ("owner", "friend"):
        await town.act(connections.follow, "follower", person_id=town.ids[who])
    for limit in (2, 3, 20):
        assert await home(town, "follower", limit=limit) == [*much[::-1], *rare[::-1]], limit


async def test_who_was_turned_away_and_let_in_again_misses_nothing(town: Town) -> None:
    await seen_today(town, "follower", "owner")
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["follower"])
    post_id = await write(town, "owner")
    await run_jobs(town)
    await town.sql("UPDATE swannery.members SET state = 'active' WHERE id = %(id)s", id=town.ids["follower"])
    async with town.parts.database.transaction() as tx:
        await tx.tell(MemberReturned(member_id=town.ids["follower"]))
    assert await home(town, "follower") == [post_id]


async def test_a_post_that_is_fanned_out_while_somebody_begins_to_follow_is_not_lost(town: Town) -> None:
    await seen_today(town, "follower", "owner")
    async with town.acting("follower") as (tx, viewer):
        await connections.follow(tx, viewer=viewer, person_id=town.ids["owner"])
        post_id = await write(town, "owner")
        async with town.parts.database.transaction() as other:
            await feeds.fan_out(other, post_id=post_id, published_at=0)
    await run_jobs(town)
    assert await listed(town, "follower") == [post_id]


async def test_a_post_that_a_moderator_shows_reaches_its_readers(town: Town) -> None:
    await seen_today(town, "follower")
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    post_id = await write(town, "owner")
    await town.sql("UPDATE swannery.posts SET state = 'held' WHERE id = %(id)s", id=post_id)
    await run_jobs(town)
    async with town.parts.database.transaction() as tx:
        await posts.set_state(tx, post_id=post_id, state="shown")
    await run_jobs(town)
    assert await listed(town, "follower") == [post_id]


async def test_lists_are_cut_to_their_length_and_keep_the_newest(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [await write(town, "owner", f"n{number}") for number in range(8)]
    monkeypatch.setattr(queries, "LENGTH", 5)
    for _ in range(2):
        async with town.parts.database.transaction() as tx:
            await feeds.trim(tx)
        assert await listed(town, "owner") == written[:2:-1]


async def test_each_item_says_why_it_is_there(town: Town) -> None:
    await seen_today(town, "follower")
    for who in ("owner", "friend"):
        await town.act(connections.follow, "follower", person_id=town.ids[who])
    await town.act(connections.send_friend_request, "friend", person_id=town.ids["follower"])
    await town.act(connections.accept_friend_request, "follower", person_id=town.ids["friend"])
    for who in ("owner", "friend", "follower"):
        await write(town, who)
    await run_jobs(town)
    feed = await town.act(feeds.read_home, "follower", after=None)
    assert [(item.reason.kind, item.reason.name) for item in feed.items] == [("own", ""), ("friend", "Mx Friend"), ("followed", "Mx Owner")]
    everyone = await town.act(feeds.read_everyone, "member", after=None)
    assert {item.reason.kind for item in everyone.items} == {"everyone"}


async def test_a_deleted_post_leaves_every_list(town: Town) -> None:
    await seen_today(town, "follower")
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    post_id = await write(town, "owner")
    await run_jobs(town)
    await town.act(posts.delete_post, "owner", post_id=post_id)
    assert await home(town, "follower") == []
    await run_jobs(town)
    assert await listed(town, "follower") == []


async def test_what_a_reader_asks_again_and_again_is_planned_once(town: Town) -> None:
    """Also for who hides people: planning the counts without them anew took longer than all else in the database."""
    for post_id in (written := [await write(town, "owner", f"{number}") for number in range(4)]):
        await town.act(posts.react, "blocked", post_id=post_id, on=True, kind="fire")
    await town.act(posts.add_comment, "owner", post_id=written[0], text="Well?")
    await town.act(connections.block, "friend", person_id=town.ids["blocked"])
    # Enough of everything that one hidden person looks cheaper than the ten PostgreSQL reckons with.
    await town.sql(
        "WITH old AS (INSERT INTO swannery.posts (author_id, body, body_html, audience, published_at)"
        " SELECT %(owner)s, 'old', 'old', 'members', now() - interval '1 year' FROM generate_series(1, 2000) RETURNING id)"
        " INSERT INTO swannery.reactions (post_id, member_id) SELECT old.id, m.id FROM old, swannery.members m",
        owner=town.ids["owner"],
    )
    await town.sql("ANALYZE swannery.posts, swannery.reactions, swannery.members")
    async with town.acting("friend") as (tx, viewer):
        for _ in range(OFTEN):
            assert [item.post.reaction_count for item in (await feeds.read_home(tx, viewer=viewer, after=None)).items[:4]] == [0] * 4
            await feeds.read_everyone(tx, viewer=viewer, after=None)
            await feeds.read_trending(tx, viewer=viewer)
            await posts.read_comments(tx, viewer=viewer, post_id=written[0], order="best")
        kept = await tx.sql(
            "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements WHERE generic_plans + custom_plans > 9"
        )
    assert len(kept) >= 4
    assert [text for text, _, anew in kept if anew > 5] == []


OFTEN = 20  # psycopg prepares a statement it saw five times, PostgreSQL keeps a plan after five of its own
