"""Private profiles: whoever would like to follow one waits, and waiting opens nothing."""

import pytest
from cast import Stage

from swannery.accounts.actions import own_profile
from swannery.connections import actions
from swannery.foundation.errors import Conflict
from swannery.foundation.events import Befriended, Followed, FollowRequested, Unfollowed

pytestmark = pytest.mark.anyio


async def private(stage: Stage, name: str = "Alice") -> int:
    member = await stage.member(name)
    await stage.act(own_profile.change_openness, member, private=True)
    return member


async def test_a_private_profile_is_asked_and_approval_makes_the_follow(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    for _ in range(2):
        await stage.act(actions.follow, bob, person_id=alice)
    assert stage.told == [FollowRequested(asker_id=bob, addressee_id=alice)]
    waiting = await stage.act(actions.relation, bob, person_id=alice)
    assert (waiting.following, waiting.follow_requested) == (False, True)
    assert (await stage.act(actions.relation, alice, person_id=bob)).wants_to_follow
    assert [one.person.id for one in (await stage.act(actions.list_waiting_followers, alice)).items] == [bob]
    await stage.act(actions.approve_follower, alice, person_id=bob)
    assert stage.told[1:] == [Followed(follower_id=bob, followee_id=alice)]
    now = await stage.act(actions.relation, bob, person_id=alice)
    assert (now.following, now.follow_requested) == (True, False)
    assert not (await stage.act(actions.list_waiting_followers, alice)).items


async def test_only_the_one_who_is_asked_can_approve(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    await stage.act(actions.follow, bob, person_id=alice)
    with pytest.raises(Conflict):
        await stage.act(actions.approve_follower, bob, person_id=alice)
    assert not (await stage.act(actions.relation, bob, person_id=alice)).following


async def test_a_request_can_be_declined_and_taken_back_and_is_gone_then(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    for end, who, other in ((actions.decline_follower, alice, bob), (actions.unfollow, bob, alice)):
        await stage.act(actions.follow, bob, person_id=alice)
        await stage.act(end, who, person_id=other)
        with pytest.raises(Conflict):
            await stage.act(actions.approve_follower, alice, person_id=bob)
    assert not [one for one in stage.told if isinstance(one, Followed | Unfollowed)]


async def test_friends_need_no_approval_and_becoming_friends_settles_what_waits(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    await stage.act(actions.follow, bob, person_id=alice)
    await stage.act(actions.send_friend_request, bob, person_id=alice)
    await stage.act(actions.accept_friend_request, alice, person_id=bob)
    assert Befriended(member_id=alice, friend_id=bob) in stage.told
    relation = await stage.act(actions.relation, bob, person_id=alice)
    assert (relation.following, relation.follow_requested) == (True, False)
    await stage.act(actions.unfollow, bob, person_id=alice)
    await stage.act(actions.follow, bob, person_id=alice)
    assert (await stage.act(actions.relation, bob, person_id=alice)).following


async def test_who_followed_before_stays_and_may_be_removed_without_being_told(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.follow, bob, person_id=alice)
    await stage.act(own_profile.change_openness, alice, private=True)
    await stage.act(actions.follow, bob, person_id=alice)
    assert (await stage.act(actions.relation, bob, person_id=alice)).following
    await stage.act(actions.remove_follower, alice, person_id=bob)
    assert stage.told[-1] == Unfollowed(follower_id=bob, followee_id=alice)
    await stage.act(actions.follow, bob, person_id=alice)
    assert (await stage.act(actions.relation, bob, person_id=alice)).follow_requested


async def test_once_everybody_may_follow_again_whoever_waited_follows_at_the_next_press(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    await stage.act(actions.follow, bob, person_id=alice)
    await stage.act(own_profile.change_openness, alice, private=False)
    assert [one.person.id for one in (await stage.act(actions.list_waiting_followers, alice)).items] == [bob]
    await stage.act(actions.follow, bob, person_id=alice)
    relation = await stage.act(actions.relation, bob, person_id=alice)
    assert (relation.following, relation.follow_requested) == (True, False)


async def test_a_block_takes_a_waiting_request_with_it(stage: Stage) -> None:
    alice, bob = await private(stage), await stage.member("Bob")
    await stage.act(actions.follow, bob, person_id=alice)
    await stage.act(actions.block, alice, person_id=bob)
    await stage.act(actions.unblock, alice, person_id=bob)
    assert not (await stage.act(actions.list_waiting_followers, alice)).items
    assert (await stage.known(alice)).follow_asked_by == ()
