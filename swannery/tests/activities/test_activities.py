"""A completed session of the app becomes its member's own, and theirs alone until they share it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from town import Town

from swannery.activities import actions as activities
from swannery.activities import queries
from swannery.activities.models import Activity
from swannery.activities.rules import per_week, title_of
from swannery.connections import actions as connections
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.words import say
from swannery.posts import actions as posts
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio


async def take_over(town: Town) -> int:
    async with town.parts.database.transaction() as tx:
        return await activities.import_activities(tx, tables=town.parts.config.activities, since=tx.now - activities.BEGINNING)


async def mine(town: Town, who: str) -> list[Activity]:
    return await town.act(activities.list_activities, who)


async def test_completed_sessions_are_taken_over_once_with_their_trainer(town: Town) -> None:
    expected = (await town.sql("SELECT count(*) FROM public.sessions WHERE status = 'completed'"))[0][0]
    assert await take_over(town) == expected
    assert await take_over(town) == 0
    found = await mine(town, "member")
    assert [(one.title, one.number) for one in found] == [("Training session", 3), ("Training session", 2), ("Training session", 1)]
    assert {one.partner.id for one in found if one.partner} == {town.ids["trainer"]}


async def test_what_is_not_completed_is_not_taken_over_until_it_is(town: Town) -> None:
    await town.sql("UPDATE public.sessions SET status = 'scheduled' WHERE user_id = 2")
    await take_over(town)
    assert await mine(town, "member") == []
    await town.sql("UPDATE public.sessions SET status = 'completed' WHERE user_id = 2")
    await take_over(town)
    assert len(await mine(town, "member")) == 3


async def test_two_workers_at_once_write_each_down_once(town: Town) -> None:
    new = await asyncio.gather(*(take_over(town) for _ in range(3)))
    stored = (await town.sql("SELECT count(*), count(DISTINCT (source, source_key)) FROM swannery.activities"))[0]
    assert sum(new) == stored[0] == stored[1]


async def test_pages_neither_repeat_nor_skip_at_equal_times(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities, "PAGE", 4)
    await town.sql("UPDATE public.sessions SET session_date = date_trunc('month', now())")
    expected = (await town.sql("SELECT count(*) FROM public.sessions WHERE status = 'completed'"))[0][0]
    assert await take_over(town) == expected > 8
    assert (await town.sql("SELECT count(DISTINCT source_key) FROM swannery.activities"))[0][0] == expected


async def look(town: Town, *, later: timedelta = timedelta()) -> int:
    async with town.parts.database.transaction() as tx:
        tx.now += later
        return await activities.import_when_due(tx, tables=town.parts.config.activities)


async def test_what_is_known_is_neither_read_again_nor_numbered_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await look(town) > 0
    last = (await town.sql("SELECT last_value FROM swannery.activities_id_seq"))[0][0]
    read: list[int] = []
    find_new = queries.find_new

    async def watched(tx: Transaction, **arguments: Any) -> queries.Page:
        page = await find_new(tx, **arguments)
        read.append(len(page.new))
        return page

    monkeypatch.setattr(queries, "find_new", watched)
    for later in (timedelta(), timedelta(hours=25)):
        assert await look(town, later=later) == 0
    assert read == [0, 0]
    assert (await town.sql("SELECT last_value FROM swannery.activities_id_seq"))[0][0] == last


async def test_all_is_looked_at_first_and_once_a_day_and_a_few_days_in_between(town: Town) -> None:
    await town.sql("UPDATE public.sessions SET session_date = now() - interval '100 days'")
    assert await look(town) > 0
    await town.sql("UPDATE public.sessions SET status = 'scheduled' WHERE user_id = 2")
    await town.sql("INSERT INTO public.sessions (user_id, status, session_date) VALUES (2, 'completed', now() - interval '90 days')")
    await town.sql("INSERT INTO public.sessions (user_id, status, session_date) VALUES (2, 'completed', now() - interval '2 days')")
    assert await look(town, later=timedelta(hours=1)) == 1
    assert await look(town, later=timedelta(hours=25)) == 1


async def test_a_look_that_is_undone_is_done_again(town: Town) -> None:
    await town.sql("UPDATE public.sessions SET session_date = now() - interval '100 days'")

    async def undone() -> None:
        async with town.parts.database.transaction() as tx:
            await activities.import_when_due(tx, tables=town.parts.config.activities)
            raise Invalid(say("x"))

    with pytest.raises(Invalid):
        await undone()
    assert await look(town) > 0


async def test_nobody_else_finds_them(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    with pytest.raises(NotThere):
        await town.act(posts.share_activity, "friend", activity_id=activity.id, draft=Draft(body="stolen"))
    async with town.browser("friend") as browser:
        assert f"/activities/{activity.id}/share" not in (await browser.get("/activities")).text


async def test_a_shared_one_is_a_post_with_its_card(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    post_id = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="", audience="members"))
    post = await town.act(posts.read_post, "friend", post_id=post_id)
    assert post.card is not None
    assert (post.kind, post.card.title, post.card.happened_at) == ("activity", "Training session", activity.happened_at)
    assert post.card.partner is not None
    assert post.card.partner.id == town.ids["trainer"]
    assert (await mine(town, "member"))[0].shared_post_id == post_id


async def test_shared_twice_at_once_is_shared_once(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    share = Draft(body="once", audience="members")
    ids = await asyncio.gather(*(town.act(posts.share_activity, "member", activity_id=activity.id, draft=share) for _ in range(4)))
    assert len(set(ids)) == 1
    assert (await town.sql("SELECT count(*) FROM swannery.posts"))[0][0] == 1


async def test_two_shared_from_one_page_are_two_posts(town: Town) -> None:
    """All forms of a page carry one key."""
    await take_over(town)
    first, second, _ = await mine(town, "member")
    key = uuid4()
    ids = [
        await town.act(posts.share_activity, "member", activity_id=one.id, draft=Draft(body=f"words {one.id}", client_key=key))
        for one in (first, second)
    ]
    assert len(set(ids)) == 2
    assert [one.shared_post_id for one in (await mine(town, "member"))[:2]] == ids


async def test_after_its_post_is_deleted_it_may_be_shared_again(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    first = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x"))
    await town.act(posts.delete_post, "member", post_id=first)
    assert (await mine(town, "member"))[0].shared_post_id is None
    assert await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x")) != first


async def test_a_post_that_is_back_is_the_share_of_its_activity_again(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    first = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x"))
    await town.act(posts.delete_post, "member", post_id=first)
    await town.act(posts.restore_post, "member", post_id=first)
    assert await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x")) == first


async def test_an_activity_shared_anew_keeps_its_deleted_share_from_coming_back(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    first = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x"))
    await town.act(posts.delete_post, "member", post_id=first)
    second = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="y"))
    with pytest.raises(Conflict, match="shared this anew"):
        await town.act(posts.restore_post, "member", post_id=first)
    assert (await mine(town, "member"))[0].shared_post_id == second
    await town.act(posts.delete_post, "member", post_id=second)
    await town.act(posts.restore_post, "member", post_id=first)
    assert (await mine(town, "member"))[0].shared_post_id == first


async def test_the_trainer_is_not_named_to_whom_they_are_hidden_from(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    post_id = await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x", audience="public"))
    await town.act(connections.block, "trainer", person_id=town.ids["blocked"])
    for viewer, named in (("friend", True), ("blocked", False), (None, False)):
        post = await town.act(posts.read_post, viewer, post_id=post_id)
        assert post.card is not None
        assert (post.card.partner is not None) == named, viewer
    await town.act(connections.block, "member", person_id=town.ids["trainer"])
    assert all(one.partner is None for one in await mine(town, "member"))


async def test_a_refused_share_leaves_it_unshared(town: Town) -> None:
    await take_over(town)
    activity = (await mine(town, "member"))[0]
    with pytest.raises(Invalid):
        await town.act(posts.share_activity, "member", activity_id=activity.id, draft=Draft(body="x", audience="everyone"))
    assert (await mine(town, "member"))[0].shared_post_id is None


async def test_an_erased_members_activities_go_and_their_name_from_others(town: Town) -> None:
    await take_over(town)
    for who in ("member", "trainer"):
        async with town.parts.database.transaction() as tx:
            await activities.erase_member(tx, member_id=town.ids[who])
    assert await mine(town, "member") == []
    assert all(one.partner is None for one in await mine(town, "friend"))


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("sessions", "Training session"),
        ("club.swimLessons", "Swim lesson"),
        ("class_visits", "Class visit"),
        ("fitness", "Fitness"),
        ("", "Activity"),
    ],
)
def test_tables_have_names_people_understand(source: str, title: str) -> None:
    assert title_of(source) == title


def test_bars_count_weeks_back_from_the_session() -> None:
    last = datetime(2026, 3, 2, 12, tzinfo=UTC)
    days = (0, 6, 7, 13, 55, 56, 400, -1)
    assert per_week([last - timedelta(days=day) for day in days], before=last) == [1, 0, 0, 0, 0, 0, 2, 2]
