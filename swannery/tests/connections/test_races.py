"""Real transactions side by side: whatever comes between the look and the deed, no friendship survives a block."""

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from cast import Stage

from swannery.connections import actions
from swannery.foundation.errors import Conflict, NotThere
from swannery.foundation.events import Befriended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.anyio

A_MOMENT_S = 0.1
ROUNDS = 60
BETWEEN = """SELECT 'follow' FROM swannery.follows UNION ALL SELECT 'friend' FROM swannery.friendships
    UNION ALL SELECT 'request' FROM swannery.friend_requests"""


async def asked(stage: Stage) -> tuple[int, int]:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.send_friend_request, alice, person_id=bob)
    return alice, bob


async def still_waits(task: "asyncio.Task[object]") -> bool:
    await asyncio.sleep(A_MOMENT_S)
    return not task.done()


async def test_a_block_waits_for_an_acceptance_under_way_and_then_cuts_it(stage: Stage) -> None:
    alice, bob = await asked(stage)
    async with stage.acting(bob) as (tx, viewer):
        await actions.accept_friend_request(tx, viewer=viewer, person_id=alice)
        block: asyncio.Task[object] = asyncio.create_task(stage.act(actions.block, alice, person_id=bob))
        assert await still_waits(block)
    await block
    assert await stage.sql(BETWEEN) == []


@pytest.mark.parametrize("deed", ["accept", "ask", "follow"])
async def test_what_waits_for_a_block_under_way_finds_nobody_there(stage: Stage, deed: str) -> None:
    alice, bob = await asked(stage)
    verb = {"accept": actions.accept_friend_request, "ask": actions.send_friend_request, "follow": actions.follow}[deed]
    async with stage.acting(alice) as (tx, viewer):
        await actions.block(tx, viewer=viewer, person_id=bob)
        late: asyncio.Task[object] = asyncio.create_task(stage.act(verb, bob, person_id=alice))
        assert await still_waits(late)
    with pytest.raises(NotThere):
        await late
    assert await stage.sql(BETWEEN) == []


async def test_two_who_ask_each_other_at_once_become_friends_once(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with stage.acting(alice) as (tx, viewer):
        await actions.send_friend_request(tx, viewer=viewer, person_id=bob)
        crossing: asyncio.Task[object] = asyncio.create_task(stage.act(actions.send_friend_request, bob, person_id=alice))
        assert await still_waits(crossing)
    await crossing
    assert (await stage.act(actions.relation, alice, person_id=bob)).friends
    assert [event for event in stage.told if isinstance(event, Befriended)] == [Befriended(member_id=bob, friend_id=alice)]
    assert await stage.sql("SELECT FROM swannery.friend_requests") == []


async def test_a_request_accepted_twice_at_once_is_told_once(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await asyncio.gather(*(stage.act(actions.accept_friend_request, bob, person_id=alice) for _ in range(5)))
    assert len([event for event in stage.told if isinstance(event, Befriended)]) == 1
    assert len(await stage.sql("SELECT FROM swannery.friendships")) == 2


async def test_a_follow_under_way_does_not_outlive_the_erasure_of_either(stage: Stage) -> None:
    for erased in (0, 1):
        pair = await stage.members("Alice", "Bob")
        async with stage.acting(pair[0]) as (tx, viewer):
            await actions.follow(tx, viewer=viewer, person_id=pair[1])
            erasure: asyncio.Task[object] = asyncio.create_task(stage.erase(actions.erase_member, member_id=pair[erased]))
            assert await still_waits(erasure)
        await erasure
        assert await stage.sql(BETWEEN) == []


async def test_a_follow_that_waits_for_an_erasure_finds_nobody_there(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    async with stage.database.transaction() as tx:
        await tx.sql("UPDATE swannery.members SET state = 'erased' WHERE id = %(id)s", {"id": bob})
        await actions.erase_member(tx, member_id=bob)
        late: asyncio.Task[object] = asyncio.create_task(stage.act(actions.follow, alice, person_id=bob))
        assert await still_waits(late)
    with pytest.raises(NotThere):
        await late
    assert await stage.sql(BETWEEN) == []


async def test_following_the_same_popular_person_at_once_waits_for_nobody(stage: Stage) -> None:
    alice, bob, star = await stage.members("Alice", "Bob", "Star")
    async with stage.acting(alice) as (tx, viewer):
        await actions.follow(tx, viewer=viewer, person_id=star)
        await asyncio.wait_for(stage.act(actions.follow, bob, person_id=star), timeout=1)


async def test_everybody_does_everything_at_once_and_no_rule_is_broken_nor_anybody_stuck(stage: Stage) -> None:
    people = await stage.members("Alice", "Bob", "Carol")
    verbs: list[Callable[..., Awaitable[object]]] = [
        actions.follow, actions.send_friend_request, actions.accept_friend_request, actions.send_friend_request,
        actions.withdraw_friend_request, actions.unfriend, actions.block, actions.unblock, actions.unblock,
    ]  # fmt: skip
    chance = random.Random(7)  # noqa: S311 - the same rounds every time
    for _ in range(ROUNDS):
        deeds = [(chance.choice(verbs), chance.sample(people, 2)) for _ in range(5)]
        done = await asyncio.gather(*(stage.act(verb, one, person_id=other) for verb, (one, other) in deeds), return_exceptions=True)
        for error in (what for what in done if isinstance(what, BaseException)):
            assert isinstance(error, NotThere | Conflict), error
        assert await broken_rules(stage) == []


async def broken_rules(stage: Stage) -> list[str]:
    found = await stage.sql("""
        WITH tied AS (
            SELECT follower_id AS one, followee_id AS other FROM swannery.follows
            UNION ALL SELECT member_id, friend_id FROM swannery.friendships
            UNION ALL SELECT sender_id, addressee_id FROM swannery.friend_requests
            UNION ALL SELECT trainer_id, client_id FROM swannery.trainer_clients)
        SELECT 'tied in spite of a block' FROM tied, swannery.blocks b
            WHERE (one, other) IN ((blocker_id, blocked_id), (blocked_id, blocker_id))
        UNION ALL SELECT 'friend on one side only' FROM swannery.friendships f
            WHERE (friend_id, member_id) NOT IN (SELECT member_id, friend_id FROM swannery.friendships)
        UNION ALL SELECT 'a request among friends' FROM swannery.friend_requests
            WHERE (sender_id, addressee_id) IN (SELECT member_id, friend_id FROM swannery.friendships)
        UNION ALL SELECT 'requests in both directions' FROM swannery.friend_requests
            WHERE (addressee_id, sender_id) IN (SELECT sender_id, addressee_id FROM swannery.friend_requests)""")
    return [str(row[0]) for row in found]
