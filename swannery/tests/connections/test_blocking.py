"""Blocking cuts everything in both directions, hides both from each other, and only its owner sees the list."""

import pytest
from cast import Stage

from swannery.connections import actions
from swannery.foundation.errors import NotThere
from swannery.foundation.events import Blocked, Unblocked

pytestmark = pytest.mark.anyio


async def rows_between(stage: Stage, *, one: int, other: int) -> int:
    total = 0
    for table, first, second in (
        ("follows", "follower_id", "followee_id"),
        ("friend_requests", "sender_id", "addressee_id"),
        ("friendships", "member_id", "friend_id"),
    ):
        found = await stage.sql(
            f"SELECT count(*) FROM swannery.{table} WHERE %(one)s IN ({first}, {second}) AND %(other)s IN ({first}, {second})",
            one=one, other=other,
        )  # fmt: skip
        total += int(found[0][0])
    return total


async def test_a_block_cuts_friendship_and_follows_of_these_two_and_of_nobody_else(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    for sender, addressee in ((alice, bob), (alice, carol), (carol, bob)):
        await stage.act(actions.send_friend_request, sender, person_id=addressee)
        await stage.act(actions.accept_friend_request, addressee, person_id=sender)
    stage.told.clear()
    for _ in range(2):
        await stage.act(actions.block, alice, person_id=bob)
    assert stage.told == [Blocked(blocker_id=alice, blocked_id=bob)]
    assert await rows_between(stage, one=alice, other=bob) == 0
    assert await rows_between(stage, one=alice, other=carol) == 4
    assert await rows_between(stage, one=carol, other=bob) == 4


@pytest.mark.parametrize("asker", ["blocker", "blocked"])
async def test_a_block_ends_a_request_whoever_sent_it(stage: Stage, asker: str) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    sender, addressee = (alice, bob) if asker == "blocker" else (bob, alice)
    await stage.act(actions.send_friend_request, sender, person_id=addressee)
    await stage.act(actions.block, alice, person_id=bob)
    assert await rows_between(stage, one=alice, other=bob) == 0


async def test_a_block_hides_both_from_each_other(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.block, alice, person_id=bob)
    async with stage.acting(alice) as (_tx, viewer):
        assert viewer.blocked == (bob,)
    async with stage.acting(bob) as (_tx, viewer):
        assert viewer.blocked == (alice,)
    assert (await stage.act(actions.relation, alice, person_id=bob)).blocking
    assert not (await stage.act(actions.relation, bob, person_id=alice)).blocking


async def test_unblocking_is_told_once_and_brings_nothing_back(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.follow, alice, person_id=bob)
    await stage.act(actions.block, alice, person_id=bob)
    stage.told.clear()
    for _ in range(2):
        assert (await stage.act(actions.unblock, alice, person_id=bob)).name == "Bob"
    assert stage.told == [Unblocked(blocker_id=alice, blocked_id=bob)]
    assert await rows_between(stage, one=alice, other=bob) == 0
    await stage.act(actions.follow, bob, person_id=alice)


async def test_the_blocked_cannot_take_the_block_back(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.block, alice, person_id=bob)
    with pytest.raises(NotThere):
        await stage.act(actions.unblock, bob, person_id=alice)
    assert (await stage.act(actions.relation, alice, person_id=bob)).blocking


async def test_a_block_can_be_taken_back_while_the_other_is_deactivated(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.block, alice, person_id=bob)
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=bob)
    await stage.act(actions.unblock, alice, person_id=bob)
    assert await stage.sql("SELECT FROM swannery.blocks") == []


async def test_only_the_owner_of_a_block_list_finds_anybody_in_it(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    await stage.act(actions.block, alice, person_id=bob)
    await stage.act(actions.block, carol, person_id=alice)
    assert [person.id for person in (await stage.act(actions.list_blocked, alice)).people] == [bob]
    assert (await stage.act(actions.list_blocked, bob)).people == ()


async def test_erasing_a_member_leaves_nothing_of_theirs_and_everything_of_others(stage: Stage) -> None:
    alice, bob, carol, dave = await stage.members("Alice", "Bob", "Carol", "Dave")
    for sender, addressee in ((alice, bob), (carol, bob)):
        await stage.act(actions.send_friend_request, sender, person_id=addressee)
        await stage.act(actions.accept_friend_request, addressee, person_id=sender)
    await stage.act(actions.send_friend_request, alice, person_id=dave)
    await stage.act(actions.send_friend_request, carol, person_id=alice)
    await stage.act(actions.block, alice, person_id=carol)
    await stage.act(actions.block, dave, person_id=carol)
    for _ in range(2):
        await stage.erase(actions.erase_member, member_id=alice)
    for other in (bob, carol, dave):
        assert await rows_between(stage, one=alice, other=other) == 0
    assert await rows_between(stage, one=carol, other=bob) == 4
    assert await stage.sql("SELECT blocker_id, blocked_id FROM swannery.blocks") == [(dave, carol)]
