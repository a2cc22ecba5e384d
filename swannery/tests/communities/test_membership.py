"""Founding, joining, leaving: nobody stays without an owner, and every count is right."""

import asyncio
import uuid

import pytest
from cast import Stage, moment

from swannery.communities import actions
from swannery.communities.models import Community, Foundation
from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, Invalid, NotAllowed, NotSignedIn, NotThere, TooMany
from swannery.foundation.events import CommunityFounded, CommunityJoined, CommunityLeft
from swannery.foundation.paging import decode

pytestmark = pytest.mark.anyio

WRONG = """SELECT c.slug FROM swannery.communities c LEFT JOIN swannery.community_members m ON m.community_id = c.id
    GROUP BY c.id HAVING c.member_count <> count(m.member_id) OR (c.archived_at IS NULL) <> (count(m.member_id) > 0)
    OR (count(m.member_id) > 0 AND count(*) FILTER (WHERE m.role = 'owner') = 0)"""


async def found(stage: Stage, founder: int, name: str = "Early birds", **options: uuid.UUID) -> Community:
    return await stage.act(actions.found_community, founder, wanted=Foundation(name=name, purpose="We run."), **options)


async def join(stage: Stage, community: Community, *members: int) -> None:
    for member in members:
        await stage.act(actions.join_community, member, slug=community.slug)


async def roles(stage: Stage, community: Community) -> dict[int, str]:
    rows = await stage.sql("SELECT member_id, role FROM swannery.community_members WHERE community_id = %(id)s", id=community.id)
    return {row[0]: row[1] for row in rows}


async def set_row(stage: Stage, community: Community, *, member: int, role: str, day: int) -> None:
    await stage.sql(
        "UPDATE swannery.community_members SET role = %(role)s, joined_at = %(at)s WHERE community_id = %(id)s AND member_id = %(member)s",
        id=community.id, member=member, role=role, at=moment(day),
    )  # fmt: skip


async def test_the_founder_owns_it_and_is_its_first_member(stage: Stage) -> None:
    alice = await stage.member("Alice")
    community = await found(stage, alice)
    assert (community.slug, community.role, community.member_count, community.access) == ("early-birds", "owner", 1, "open")
    assert stage.told == [CommunityFounded(community_id=community.id, member_id=alice)]
    assert await stage.act(actions.read_community, alice, slug="early-birds") == community
    assert await roles(stage, community) == {alice: "owner"}


async def test_names_may_repeat_and_addresses_do_not(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SLUGS_AT_ONCE", 2)
    alice = await stage.member("Alice")
    assert [(await found(stage, alice)).slug for _ in range(4)] == ["early-birds", "early-birds-2", "early-birds-3", "early-birds-4"]
    assert (await found(stage, alice, "New")).slug == "new-2"


async def test_the_same_form_sent_twice_founds_one(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    key = uuid.uuid4()
    first, second = await found(stage, alice, client_key=key), await found(stage, alice, client_key=key)
    assert first == second
    assert (await found(stage, bob, client_key=key)).id != first.id
    assert len(stage.told) == 2


async def test_the_same_form_sent_twice_at_once_founds_one(stage: Stage) -> None:
    alice = await stage.member("Alice")
    key = uuid.uuid4()
    made = await asyncio.gather(*(found(stage, alice, client_key=key) for _ in range(4)))
    assert len({community.id for community in made}) == 1


async def test_a_key_used_for_something_else_is_refused(stage: Stage) -> None:
    alice = await stage.member("Alice")
    key = uuid.uuid4()
    await stage.sql("INSERT INTO swannery.idempotency_keys VALUES (%(me)s, %(key)s, 'post', 7)", me=alice, key=key)
    with pytest.raises(Conflict):
        await found(stage, alice, client_key=key)


async def test_two_who_take_the_same_name_at_once_both_get_an_address(stage: Stage) -> None:
    people = await stage.members("A", "B", "C", "D")
    made = await asyncio.gather(*(found(stage, member) for member in people))
    assert {community.slug for community in made} == {"early-birds", "early-birds-2", "early-birds-3", "early-birds-4"}


async def test_a_name_that_cannot_be_taken_founds_nothing(stage: Stage) -> None:
    alice = await stage.member("Alice")
    with pytest.raises(Invalid):
        await found(stage, alice, " ")
    assert await stage.sql("SELECT FROM swannery.communities") == []


async def test_founding_very_many_in_a_day_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "FOUNDED_A_DAY", 1)
    alice = await stage.member("Alice")
    await found(stage, alice)
    with pytest.raises(TooMany):
        await found(stage, alice)


async def test_joining_and_leaving_are_told_once_and_counted(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    noise = await found(stage, alice, "Noise")
    stage.told.clear()
    for _ in range(2):
        joined = await stage.act(actions.join_community, bob, slug=community.slug)
        assert (joined.role, joined.member_count) == ("member", 2)
    assert stage.told == [CommunityJoined(community_id=community.id, member_id=bob)]
    left = await stage.act(actions.leave_community, bob, slug=community.slug)
    assert left is not None
    assert left.member_count == 1
    assert await stage.act(actions.leave_community, bob, slug=community.slug) is None
    assert stage.told[1:] == [CommunityLeft(community_id=community.id, member_id=bob)]
    assert await stage.sql(WRONG) == []
    assert await roles(stage, noise) == {alice: "owner"}


async def test_the_viewer_knows_their_communities_in_one_statement_and_archived_ones_are_none(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    first, second, other = await found(stage, alice, "First"), await found(stage, alice, "Second"), await found(stage, bob, "Other")
    await join(stage, first, bob)
    await stage.sql("UPDATE swannery.communities SET archived_at = now() WHERE id = %(id)s", id=second.id)
    async with stage.acting(alice) as (_tx, viewer):
        assert viewer.communities == (first.id,)
    async with stage.acting(bob) as (tx, viewer):
        assert viewer.communities == (first.id, other.id)
        assert await actions.role_of(tx, community_id=first.id, member_id=bob) == "member"
        assert await actions.role_of(tx, community_id=first.id, member_id=alice) == "owner"
        assert await actions.role_of(tx, community_id=other.id, member_id=alice) is None
        assert await actions.role_of(tx, community_id=second.id, member_id=alice) is None


async def test_the_last_owner_hands_over_to_the_longest_standing_moderator(stage: Stage) -> None:
    alice, oldest, junior, senior = await stage.members("Alice", "Oldest", "Junior", "Senior")
    community = await found(stage, alice)
    await join(stage, community, oldest, junior, senior)
    await set_row(stage, community, member=oldest, role="member", day=1)
    await set_row(stage, community, member=junior, role="moderator", day=3)
    await set_row(stage, community, member=senior, role="moderator", day=2)
    await stage.act(actions.leave_community, alice, slug=community.slug)
    assert await roles(stage, community) == {oldest: "member", junior: "moderator", senior: "owner"}


async def test_without_moderators_the_longest_standing_active_member_follows(stage: Stage) -> None:
    alice, gone, bob, carol = await stage.members("Alice", "Gone", "Bob", "Carol")
    community = await found(stage, alice)
    await join(stage, community, gone, bob, carol)
    for member, day in ((gone, 1), (bob, 3), (carol, 2)):
        await set_row(stage, community, member=member, role="member", day=day)
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=gone)
    await stage.act(actions.leave_community, alice, slug=community.slug)
    assert await roles(stage, community) == {gone: "member", bob: "member", carol: "owner"}


async def test_while_another_owner_stays_nobody_is_promoted(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    community = await found(stage, alice)
    await join(stage, community, bob, carol)
    await set_row(stage, community, member=carol, role="owner", day=1)
    await stage.act(actions.leave_community, alice, slug=community.slug)
    assert await roles(stage, community) == {bob: "member", carol: "owner"}


async def test_when_the_last_one_leaves_it_is_archived_and_not_there_for_anybody(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    await stage.act(actions.leave_community, alice, slug=community.slug)
    for member in (alice, bob):
        with pytest.raises(NotThere):
            await stage.act(actions.join_community, member, slug=community.slug)
        with pytest.raises(NotThere):
            await stage.act(actions.read_community, member, slug=community.slug)
    assert (await stage.act(actions.list_others, bob)).items == []
    assert await stage.sql(WRONG) == []
    assert (await found(stage, bob)).slug == "early-birds-2"


@pytest.mark.parametrize("access", ["request", "invitation"])
async def test_what_is_not_open_is_not_there_for_those_outside(stage: Stage, access: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    await stage.sql("UPDATE swannery.communities SET access = %(access)s", access=access)
    for deed in (actions.join_community, actions.read_community):
        with pytest.raises(NotThere):
            await stage.act(deed, bob, slug=community.slug)
        assert (await stage.act(deed, alice, slug=community.slug)).role == "owner"
    assert await stage.act(actions.communities_by_id, bob, ids=[community.id]) == {}
    assert list(await stage.act(actions.communities_by_id, alice, ids=[community.id])) == [community.id]
    assert (await stage.act(actions.list_others, bob)).items == []
    assert await roles(stage, community) == {alice: "owner"}


async def test_addresses_of_nothing_are_not_there(stage: Stage) -> None:
    alice = await stage.member("Alice")
    for slug in ("nowhere", "", "x", "No-Such", "a\x00b", "a" * 61, "früh"):
        for deed in (actions.join_community, actions.read_community):
            with pytest.raises(NotThere):
                await stage.act(deed, alice, slug=slug)
        assert await stage.act(actions.leave_community, alice, slug=slug) is None


async def test_strangers_learn_nothing(stage: Stage) -> None:
    alice = await stage.member("Alice")
    community = await found(stage, alice)
    for deed in (actions.join_community, actions.leave_community, actions.read_community):
        with pytest.raises(NotSignedIn):
            await stage.act(deed, None, slug=community.slug)
    for read in (actions.list_own, actions.list_others):
        with pytest.raises(NotSignedIn):
            await stage.act(read, None)
    assert await stage.act(actions.communities_by_id, None, ids=[community.id]) == {}


async def test_lists_hold_listed_ones_in_pages_and_ones_own_apart(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE_SIZE", 2)
    alice, bob = await stage.members("Alice", "Bob")
    made = [await found(stage, alice, name) for name in ("Yoga", "Run", "Swim", "Climb", "Hidden", "Box")]
    await join(stage, made[0], bob)
    await stage.sql("UPDATE swannery.communities SET listed = false WHERE name = 'Hidden'")
    assert [community.name for community in await stage.act(actions.list_own, bob)] == ["Yoga"]
    assert [community.name for community in await stage.act(actions.list_own, alice)] == ["Box", "Climb", "Hidden", "Run", "Swim", "Yoga"]
    first = await stage.act(actions.list_others, bob)
    assert first.next_cursor is not None
    second = await stage.act(actions.list_others, bob, after=decode(first.next_cursor))
    assert [community.name for community in (*first.items, *second.items)] == ["Box", "Climb", "Swim", "Run"]
    assert second.next_cursor is None


async def test_the_people_in_it_are_shown_to_members_by_role_and_never_across_a_block(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MEMBERS_PAGE", 2)
    alice, mod, bob, carol, dave, outside = await stage.members("Alice", "Mod", "Bob", "Carol", "Dave", "Outside")
    community = await found(stage, alice)
    await join(stage, community, mod, bob, carol, dave)
    await set_row(stage, community, member=mod, role="moderator", day=1)
    for member, day in ((bob, 4), (carol, 2), (dave, 3)):
        await set_row(stage, community, member=member, role="member", day=day)

    async def seen_by(member: int) -> list[int]:
        seen = await stage.act(actions.read_community, member, slug=community.slug)
        people = [entry.person.id for entry in await stage.act(actions.list_staff, member, community=seen)]
        cursor: str | None = ""
        while cursor is not None:
            page = await stage.act(actions.list_members, member, community=seen, after=decode(cursor))
            people += [entry.person.id for entry in page.items]
            cursor = page.next_cursor
        return people

    assert await seen_by(bob) == [alice, mod, carol, dave, bob]
    await stage.act(connections.block, bob, person_id=carol)
    await stage.act(connections.block, mod, person_id=bob)
    assert await seen_by(bob) == [alice, dave, bob]
    assert await seen_by(carol) == [alice, mod, carol, dave]
    assert await seen_by(alice) == [alice, mod, carol, dave, bob]
    for read in (actions.list_staff, actions.list_members):
        with pytest.raises(NotAllowed):
            await stage.act(read, outside, community=await stage.act(actions.read_community, outside, slug=community.slug))


async def test_erasing_a_member_takes_them_out_and_hands_over_what_they_owned(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    shared, alone, others = await found(stage, alice, "Shared"), await found(stage, alice, "Alone"), await found(stage, carol, "Others")
    await join(stage, shared, bob)
    await join(stage, others, alice, bob)
    for _ in range(2):
        await stage.erase(actions.erase_member, member_id=alice)
    assert await roles(stage, shared) == {bob: "owner"}
    assert await roles(stage, alone) == {}
    assert await roles(stage, others) == {carol: "owner", bob: "member"}
    assert await stage.sql(WRONG) == []
    with pytest.raises(NotThere):
        await stage.act(actions.join_community, alice, slug=shared.slug)
    with pytest.raises(NotThere):
        await found(stage, alice, "Again")
