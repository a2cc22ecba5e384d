"""The ranked home: its pages, its reasons, what is chosen, seen and not wanted; and what trends."""

import asyncio

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.feeds import actions as feeds
from swannery.feeds.models import WEIGHTS, Feed
from swannery.feeds.ports import ports
from swannery.feeds.queries import ranking
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.posts import actions as posts
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def little_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    import msgspec  # noqa: PLC0415 - only here

    monkeypatch.setattr(feeds, "WEIGHTS", msgspec.structs.replace(WEIGHTS, fewest=3))


async def write(town: Town, who: str, text: str = "x", *, audience: str = "members", age_h: float = 0) -> int:
    post_id = await town.act(posts.publish_post, who, draft=Draft(body=text, audience=audience))
    await town.sql(
        "UPDATE swannery.posts SET published_at = now() - make_interval(secs => %(age)s) WHERE id = %(id)s", age=age_h * 3600, id=post_id
    )
    async with town.parts.database.transaction() as tx:
        await feeds.fan_out(tx, post_id=post_id, published_at=0)
    return post_id


async def follow(town: Town, one: str, other: str) -> None:
    await town.act(connections.follow, one, person_id=town.ids[other])


async def befriend(town: Town, one: str, other: str) -> None:
    await town.act(connections.send_friend_request, one, person_id=town.ids[other])
    await town.act(connections.accept_friend_request, other, person_id=town.ids[one])


async def react(town: Town, who: str, post_id: int) -> None:
    await town.sql(
        "INSERT INTO swannery.reactions (post_id, member_id) VALUES (%(post)s, %(who)s) ON CONFLICT DO NOTHING",
        post=post_id,
        who=town.ids[who],
    )
    await town.sql("UPDATE swannery.posts SET reaction_count = reaction_count + 1 WHERE id = %(post)s", post=post_id)


async def for_you(town: Town, who: str = "follower", *, after: str | None = None, limit: int = 20) -> Feed:
    return await town.act(feeds.read_feed, who, order="for_you", after=after, limit=limit)


def ids(feed: Feed) -> list[int]:
    return [item.post.id for item in feed.items]


async def whole(town: Town, *, limit: int = 3) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        feed = await for_you(town, after=after, limit=limit)
        found += ids(feed)
        after = feed.next_cursor
        if after is None:
            return found


async def test_what_people_react_to_goes_before_what_is_only_newer(town: Town) -> None:
    await follow(town, "follower", "owner")
    await follow(town, "follower", "friend")
    loved = await write(town, "owner", age_h=2)
    plain = [await write(town, "friend", age_h=1), await write(town, "trainer"), await write(town, "friend")]
    for who in ("member", "neighbour", "asker"):
        await react(town, who, loved)
    feed = await for_you(town)
    assert feed.order == "for_you"
    assert ids(feed)[0] == loved
    assert set(ids(feed)) == {loved, plain[0], plain[2]}


async def test_the_author_s_own_doings_and_those_of_whom_nobody_trusts_count_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def distrusted(_tx: Transaction) -> list[int]:
        return [town.ids["asker"]]

    monkeypatch.setattr(ports, "distrusted", distrusted)
    await follow(town, "follower", "owner")
    written = [await write(town, "owner") for _ in range(4)]
    for who in ("owner", "asker", "member"):
        await react(town, who, written[0])
    await town.act(posts.add_comment, "owner", post_id=written[0], text="me again")
    counts = {item.post.id: item.why.terms.counts for item in (await for_you(town)).items if item.why}[written[0]]
    assert (counts.reactions, counts.comments, counts.author_replies) == (1, 0, 1)


async def test_one_person_counts_once_however_often_they_comment(town: Town) -> None:
    await follow(town, "follower", "owner")
    written = [await write(town, "owner") for _ in range(4)]
    for _ in range(3):
        await town.act(posts.add_comment, "member", post_id=written[1], text="and another thing")
    terms = {item.post.id: item.why.terms for item in (await for_you(town)).items if item.why}
    assert terms[written[1]].counts.comments == 1
    assert terms[written[1]].engagement == WEIGHTS.comment


async def test_pages_neither_repeat_nor_skip_whatever_happens_meanwhile(town: Town) -> None:
    """Somebody writes, reacts and deletes between any two pages."""
    await follow(town, "follower", "owner")
    await follow(town, "follower", "friend")
    there = [await write(town, who, age_h=hours) for hours in range(8) for who in ("owner", "friend")]
    found: list[int] = []
    after = None
    gone: set[int] = set()
    while True:
        feed = await for_you(town, after=after, limit=3)
        found += ids(feed)
        after = feed.next_cursor
        if after is None:
            break
        await write(town, "owner")
        left = [post_id for post_id in there if post_id not in found and post_id not in gone]
        if left:
            await react(town, "member", left[-1])
            if len(left) > 8 and len(gone) < 2:
                gone.add(left[0])
                await town.act(posts.delete_post, "owner" if there.index(left[0]) % 2 == 0 else "friend", post_id=left[0])
    assert len(found) == len(set(found)), "nothing twice"
    assert set(found) == set(there) - gone, "nothing left out, nothing deleted shown"


async def test_two_who_write_while_a_third_turns_pages_disturb_nothing(town: Town) -> None:
    await follow(town, "follower", "owner")
    there = {await write(town, "owner", age_h=hours) for hours in range(12)}

    async def writes() -> None:
        for _ in range(5):
            await write(town, "owner")

    found, *_ = await asyncio.gather(whole(town), writes())
    assert len(found) == len(set(found))
    assert there <= set(found)


async def test_after_the_ranked_posts_the_older_ones_follow(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    import msgspec  # noqa: PLC0415 - only here

    monkeypatch.setattr(feeds, "WEIGHTS", msgspec.structs.replace(WEIGHTS, fewest=3, candidates=5))
    await follow(town, "follower", "owner")
    written = [await write(town, "owner", age_h=hours) for hours in range(11)]
    found = await whole(town, limit=4)
    assert sorted(found) == sorted(written)
    assert found[5:] == written[5:], "newest first beyond the ranked ones"


async def test_a_page_is_full_though_its_posts_were_deleted(town: Town) -> None:
    await follow(town, "follower", "owner")
    written = [await write(town, "owner", age_h=hours) for hours in range(10)]
    first = await for_you(town, limit=2)
    for post_id in [one for one in written if one not in ids(first)][:4]:
        await town.act(posts.delete_post, "owner", post_id=post_id)
    assert len((await for_you(town, after=first.next_cursor, limit=3)).items) == 3


async def test_the_very_first_page_can_be_had_again_as_it_was(town: Town) -> None:
    await follow(town, "follower", "owner")
    for hours in range(6):
        await write(town, "owner", age_h=hours)
    first = await for_you(town, limit=3)
    await write(town, "owner")
    assert ids(await for_you(town, after=first.first_cursor, limit=3)) == ids(first)


async def test_an_order_is_nobody_else_s(town: Town) -> None:
    for who in ("follower", "member"):
        await follow(town, who, "owner")
    for hours in range(6):
        await write(town, "owner", audience="followers", age_h=hours)
    mine = await for_you(town, limit=3)
    await town.act(connections.unfollow, "member", person_id=town.ids["owner"])
    await follow(town, "member", "friend")
    assert ids(await for_you(town, "member", after=mine.next_cursor, limit=3)) == []


async def test_few_posts_come_newest_first_and_it_is_said(town: Town) -> None:
    await follow(town, "follower", "owner")
    await write(town, "owner")
    feed = await for_you(town)
    assert (feed.order, feed.too_few, len(feed.items)) == ("latest", True, 1)


async def test_what_was_seen_sinks_here_and_not_in_latest(town: Town) -> None:
    await follow(town, "follower", "owner")
    written = [await write(town, "owner", age_h=hours) for hours in range(4)]
    latest = ids(await town.act(feeds.read_feed, "follower", order="latest", after=None))
    await town.act(feeds.note_seen, "follower", post_ids=[written[0]])
    assert ids(await for_you(town))[-1] == written[0]
    assert ids(await town.act(feeds.read_feed, "follower", order="latest", after=None)) == latest


async def test_nobody_has_seen_what_they_may_not_read(town: Town) -> None:
    hidden = await write(town, "owner", audience="me")
    await town.act(feeds.note_seen, "follower", post_ids=[hidden])
    assert await town.sql("SELECT * FROM swannery.feed_seen") == []
    with pytest.raises(NotThere):
        await town.act(feeds.dismiss, "follower", post_id=hidden, on=True)


async def test_what_is_not_for_me_is_gone_for_me_and_sinks_for_others_until_i_take_it_back(town: Town) -> None:
    for who in ("follower", "member"):
        await follow(town, who, "owner")
    written = [await write(town, "owner", age_h=hours / 10) for hours in range(4)]
    for _ in range(2):
        await town.act(feeds.dismiss, "follower", post_id=written[0], on=True)
    assert written[0] not in ids(await for_you(town))
    terms = {item.post.id: item.why.terms for item in (await for_you(town, "member")).items if item.why}
    assert terms[written[0]].engagement == WEIGHTS.not_for_me
    assert ids(await for_you(town, "member"))[-1] == written[0]
    await town.act(feeds.dismiss, "follower", post_id=written[0], on=False)
    assert written[0] in ids(await for_you(town))


async def test_a_reason_names_only_friends_whom_one_may_know_of_now(town: Town) -> None:
    await follow(town, "follower", "owner")
    for who in ("friend", "neighbour", "gone"):
        await befriend(town, "follower", who)
    written = [await write(town, "owner", age_h=hours) for hours in range(4)]
    for who in ("friend", "neighbour", "gone", "member"):
        await react(town, who, written[0])
    first = await for_you(town)

    def names(feed: Feed) -> set[str]:
        return {name for item in feed.items if item.why and item.post.id == written[0] for name in item.why.friend_names}

    assert names(first) == {"Mx Friend", "Mx Neighbour", "Mx Gone"}
    await town.act(connections.block, "neighbour", person_id=town.ids["follower"])
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    assert names(await for_you(town, after=first.first_cursor)) == {"Mx Friend"}, "also in an order made before"
    fresh = {item.post.id: item.why.terms for item in (await for_you(town)).items if item.why}
    assert fresh[written[0]].counts.reactions == 2, "hidden people are not counted either"


async def test_whom_one_trains_with_is_the_reason(town: Town) -> None:
    await follow(town, "follower", "trainer")
    await town.sql(
        "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at)"
        " VALUES (%(me)s, 'sessions', '1', %(partner)s, now())", me=town.ids["follower"], partner=town.ids["trainer"],
    )  # fmt: skip
    for hours in range(4):
        await write(town, "trainer", age_h=hours)
    why = (await for_you(town)).items[0].why
    assert why is not None
    assert (why.terms.tie, why.terms.tie_name) == ("trains", "Mx Trainer")


async def test_the_choice_of_an_order_is_remembered_and_shown(town: Town) -> None:
    await follow(town, "member", "owner")
    for hours in range(4):
        await write(town, "owner", age_h=hours)
    async with town.browser("member") as browser:
        assert "data-ranked" not in (await browser.get("/")).text
        assert (await browser.post("/feeds/order", order="for_you")).status_code == 303
        text = (await browser.get("/")).text
        assert "data-ranked" in text
        assert "Because you follow Mx Owner" in text
        assert "Not for me" in text
        assert (await browser.post("/feeds/order", order="upwards")).status_code in {400, 422}
    async with town.acting("member") as (_, viewer):
        assert viewer.feed_order == "for_you"


async def test_a_damaged_address_of_a_page_is_told_so(town: Town) -> None:
    await follow(town, "follower", "owner")
    for after in ("~", "~x", "~W10", "~WzEsLTFd"):
        with pytest.raises(Invalid):
            await for_you(town, after=after)


async def test_an_order_that_is_kept_no_longer_is_made_anew(town: Town) -> None:
    await follow(town, "follower", "owner")
    for hours in range(6):
        await write(town, "owner", age_h=hours)
    first = await for_you(town, limit=3)
    await town.sql("DELETE FROM swannery.feed_snapshots")
    assert ids(await for_you(town, after=first.next_cursor, limit=3)) == ids(first)


async def test_only_a_few_orders_are_kept_of_each_member(town: Town) -> None:
    await follow(town, "follower", "owner")
    for hours in range(4):
        await write(town, "owner", age_h=hours)
    for _ in range(6):
        await for_you(town)
    assert (await town.sql("SELECT count(*) FROM swannery.feed_snapshots"))[0][0] == ranking.SNAPSHOTS


async def test_new_posts_of_others_are_counted_and_one_s_own_are_not(town: Town) -> None:
    await follow(town, "follower", "owner")
    await write(town, "owner", age_h=1)
    feed = await town.act(feeds.read_home, "follower", after=None)
    post = feed.items[0].post
    async with town.browser("follower") as browser:
        since = (await browser.get("/")).text.partition("/feeds/newer?since=")[2].partition('"')[0]
        assert (await browser.get(f"/feeds/newer?since={since}")).text.strip() == ""
        await write(town, "owner")
        await write(town, "follower")
        text = (await browser.get(f"/feeds/newer?since={since}")).text
        assert "1 new post<" in text
        await town.act(posts.delete_post, "owner", post_id=post.id)


async def test_a_public_post_trends_with_five_people_and_not_with_four_nor_among_members_only(town: Town) -> None:
    crowd = ("member", "follower", "friend", "neighbour")
    open_post, closed = await write(town, "owner", audience="public"), await write(town, "owner", audience="members")
    for who in crowd:
        await react(town, who, open_post)
        await react(town, who, closed)
    await town.act(posts.add_comment, "member", post_id=open_post, text="the same person again")
    assert await town.act(feeds.read_trending, "asker") == []
    for post_id in (open_post, closed):
        await react(town, "trainer", post_id)
    assert [post.id for post in await town.act(feeds.read_trending, "asker")] == [open_post]
    assert [post.id for post in await town.act(feeds.read_trending, None)] == [open_post]


async def test_a_flagged_post_waits_for_a_human_before_it_trends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    post_id = await write(town, "owner", audience="public")
    for who in ("member", "follower", "friend", "neighbour", "trainer"):
        await react(town, who, post_id)

    async def flagged(_tx: Transaction, post_ids: list[int]) -> set[int]:
        return set(post_ids)

    monkeypatch.setattr(ports, "flagged", flagged)
    assert await town.act(feeds.read_trending, "asker") == []


async def test_the_page_that_explains_shows_the_table_that_decides(town: Town) -> None:
    async with town.browser("member") as browser:
        text = (await browser.get("/feeds/how")).text
    for weight in (WEIGHTS.not_for_me, WEIGHTS.upheld_report, WEIGHTS.author_reply, WEIGHTS.diversity_floor):
        assert f"<td>{weight:g}</td>" in text


async def test_nothing_of_a_member_is_left_when_they_are_erased(town: Town) -> None:
    await follow(town, "follower", "owner")
    written = [await write(town, "owner", age_h=hours) for hours in range(4)]
    await for_you(town)
    await town.act(feeds.choose_order, "follower", order="for_you")
    await town.act(feeds.note_seen, "follower", post_ids=written)
    await town.act(feeds.dismiss, "follower", post_id=written[0], on=True)
    async with town.parts.database.transaction() as tx:
        await feeds.erase_member(tx, member_id=town.ids["follower"])
    for table in ("feed_settings", "feed_snapshots", "feed_seen", "feed_dismissals", "feed_entries"):
        rows = await town.sql(f"SELECT 1 FROM swannery.{table} WHERE member_id = %(id)s", id=town.ids["follower"])
        assert rows == [], table
