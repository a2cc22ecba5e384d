"""Many people coming and going at once, and at random: every count equals a recount, and nobody stays without an owner."""

import asyncio
import random
from contextlib import nullcontext

import pytest
from cast import Stage, stage_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swannery.communities import actions
from swannery.communities.models import Community, Foundation
from swannery.foundation.errors import NotThere

A_MOMENT_S = 0.1
WRONG = """SELECT c.slug, c.member_count, count(m.member_id), c.archived_at FROM swannery.communities c
    LEFT JOIN swannery.community_members m ON m.community_id = c.id
    GROUP BY c.id HAVING c.member_count <> count(m.member_id) OR (c.archived_at IS NULL) <> (count(m.member_id) > 0)
    OR (count(m.member_id) > 0 AND count(*) FILTER (WHERE m.role = 'owner') = 0)"""


async def found(stage: Stage, founder: int, name: str = "Early birds") -> Community:
    return await stage.act(actions.found_community, founder, wanted=Foundation(name=name))


async def still_waits(task: "asyncio.Task[object]") -> bool:
    await asyncio.sleep(A_MOMENT_S)
    return not task.done()


@pytest.mark.anyio
async def test_two_owners_who_leave_at_once_leave_an_owner_behind(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    community = await found(stage, alice)
    for member in (bob, carol):
        await stage.act(actions.join_community, member, slug=community.slug)
    await stage.sql("UPDATE swannery.community_members SET role = 'owner' WHERE member_id = %(id)s", id=bob)
    async with stage.acting(alice) as (tx, viewer):
        await actions.leave_community(tx, viewer=viewer, slug=community.slug)
        other: asyncio.Task[object] = asyncio.create_task(stage.act(actions.leave_community, bob, slug=community.slug))
        assert await still_waits(other)
    await other
    assert await stage.sql("SELECT member_id, role FROM swannery.community_members") == [(carol, "owner")]
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
async def test_an_owner_who_is_erased_while_the_other_leaves_leaves_an_owner_behind(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    community = await found(stage, alice)
    for member in (bob, carol):
        await stage.act(actions.join_community, member, slug=community.slug)
    await stage.sql("UPDATE swannery.community_members SET role = 'owner' WHERE member_id = %(id)s", id=bob)
    async with stage.acting(alice) as (tx, viewer):
        await actions.leave_community(tx, viewer=viewer, slug=community.slug)
        erasure: asyncio.Task[object] = asyncio.create_task(stage.erase(actions.erase_member, member_id=bob))
        assert await still_waits(erasure)
    await erasure
    assert await stage.sql("SELECT member_id, role FROM swannery.community_members") == [(carol, "owner")]
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
async def test_an_heir_who_is_erased_while_the_owner_leaves_makes_neither_wait_for_the_other(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    community = await found(stage, alice)
    for member in (bob, carol):
        await stage.act(actions.join_community, member, slug=community.slug)
    async with stage.database.transaction() as tx:
        await tx.sql("SELECT 1 FROM swannery.communities FOR NO KEY UPDATE")
        leaving: asyncio.Task[object] = asyncio.create_task(stage.act(actions.leave_community, alice, slug=community.slug))
        assert await still_waits(leaving)
        erasure: asyncio.Task[object] = asyncio.create_task(stage.erase(actions.erase_member, member_id=bob))
        assert await still_waits(erasure)
    await asyncio.gather(leaving, erasure)
    assert await stage.sql("SELECT member_id, role FROM swannery.community_members") == [(carol, "owner")]
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
async def test_who_joins_while_the_last_one_leaves_finds_it_archived(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    async with stage.acting(alice) as (tx, viewer):
        await actions.leave_community(tx, viewer=viewer, slug=community.slug)
        late: asyncio.Task[object] = asyncio.create_task(stage.act(actions.join_community, bob, slug=community.slug))
        assert await still_waits(late)
    with pytest.raises(NotThere):
        await late
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
async def test_who_joins_just_before_the_last_one_leaves_owns_it(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    async with stage.acting(bob) as (tx, viewer):
        await actions.join_community(tx, viewer=viewer, slug=community.slug)
        leaving: asyncio.Task[object] = asyncio.create_task(stage.act(actions.leave_community, alice, slug=community.slug))
        assert await still_waits(leaving)
    await leaving
    assert await stage.sql("SELECT member_id, role FROM swannery.community_members") == [(bob, "owner")]
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
@pytest.mark.parametrize("deed", ["join", "found"])
async def test_what_is_under_way_does_not_outlive_the_members_erasure(stage: Stage, deed: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    community = await found(stage, alice)
    async with stage.acting(bob) as (tx, viewer):
        if deed == "join":
            await actions.join_community(tx, viewer=viewer, slug=community.slug)
        else:
            await actions.found_community(tx, viewer=viewer, wanted=Foundation(name="Bob's"))
        erasure: asyncio.Task[object] = asyncio.create_task(stage.erase(actions.erase_member, member_id=bob))
        assert await still_waits(erasure)
    await erasure
    assert await stage.sql("SELECT member_id FROM swannery.community_members") == [(alice,)]
    assert await stage.sql(WRONG) == []


@pytest.mark.anyio
async def test_everybody_comes_and_goes_at_once_and_all_counts_are_right(stage: Stage) -> None:
    people = await stage.members("Alice", "Bob", "Carol", "Dave", "Erin")
    places = [await found(stage, people[0], name) for name in ("Yoga", "Run", "Swim")]
    chance = random.Random(11)  # noqa: S311 - the same rounds every time
    for number in range(30):
        deeds = [
            stage.act(chance.choice([actions.join_community, actions.join_community, actions.leave_community]), member, slug=place.slug)
            for member in people
            for place in chance.sample(places, 1)
        ]
        if number in {10, 20}:
            deeds.append(stage.erase(actions.erase_member, member_id=people.pop()))
        done = await asyncio.gather(*deeds, return_exceptions=True)
        for error in (what for what in done if isinstance(what, BaseException)):
            assert isinstance(error, NotThere), error
        assert await stage.sql(WRONG) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["found", "join", "join", "join", "leave", "leave", "promote", "erase"]), st.integers(0, 3), st.integers(0, 2)
    ),
    min_size=8,
    max_size=30,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_after_every_step_people_are_where_plain_python_says_and_an_owner_is_there(
    stage_url: str, steps: list[tuple[str, int, int]]
) -> None:
    asyncio.run(live(stage_url, steps))


async def live(url: str, steps: list[tuple[str, int, int]]) -> None:
    async with stage_at(url) as stage:
        people = await stage.members(*["Somebody"] * 4)
        inside: dict[int, set[int]] = {}
        places: list[Community] = []
        erased: set[int] = set()
        for deed, who, where in steps:
            member = people[who]
            place = places[where % len(places)] if places else None
            if deed == "erase":
                await stage.erase(actions.erase_member, member_id=member)
                erased.add(member)
                inside = {id_: members - {member} for id_, members in inside.items()}
            elif deed == "found" and member not in erased:
                places.append(await found(stage, member, f"Place {member}"))
                inside[places[-1].id] = {member}
            elif place is not None:
                await come_or_go(stage, deed=deed, member=member, place=place, inside=inside[place.id], erased=member in erased)
            await compare(stage, inside)


async def come_or_go(stage: Stage, *, deed: str, member: int, place: Community, inside: set[int], erased: bool) -> None:
    """Do it, and change the plain set as it must change."""
    there = bool(inside) and not erased
    if deed == "promote":
        await stage.sql(
            "UPDATE swannery.community_members SET role = 'moderator'"
            " WHERE community_id = %(place)s AND member_id = %(me)s AND role = 'member'",
            place=place.id, me=member,
        )  # fmt: skip
    elif deed == "leave":
        left = await stage.act(actions.leave_community, member, slug=place.slug)
        assert (left is not None) == (member in inside)
        inside.discard(member)
    elif deed == "join":
        with nullcontext() if there else pytest.raises(NotThere):
            await stage.act(actions.join_community, member, slug=place.slug)
            inside.add(member)


async def compare(stage: Stage, inside: dict[int, set[int]]) -> None:
    assert await stage.sql(WRONG) == []
    rows = await stage.sql(
        "SELECT community_id, member_id FROM swannery.community_members WHERE community_id = ANY(%(ids)s)", ids=list(inside)
    )
    assert {(row[0], row[1]) for row in rows} == {(id_, member) for id_, members in inside.items() for member in members}
