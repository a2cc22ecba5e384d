"""Friends: only those who were asked can say yes, and a request that waits opens nothing."""

import pytest
from cast import Stage

from swannery.connections import actions
from swannery.foundation.errors import Conflict, TooMany
from swannery.foundation.events import Befriended, Followed, FriendRequested, Unfriended

pytestmark = pytest.mark.anyio


async def asked(stage: Stage) -> tuple[int, int]:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.send_friend_request, alice, person_id=bob)
    return alice, bob


async def test_a_request_waits_and_opens_nothing(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.send_friend_request, alice, person_id=bob)
    assert stage.told == [FriendRequested(sender_id=alice, addressee_id=bob)]
    for member, other, sent in ((alice, bob, True), (bob, alice, False)):
        relation = await stage.act(actions.relation, member, person_id=other)
        assert (relation.request_sent, relation.request_received) == (sent, not sent)
        assert (relation.friends, relation.following, relation.follows_me) == (False, False, False)
        async with stage.acting(member) as (_tx, viewer):
            assert viewer.friends == viewer.followees == ()
            assert (viewer.asked, viewer.asked_by) == (((bob,), ()) if sent else ((), (alice,)))


async def test_accepting_makes_both_friends_and_followers_and_is_told_once(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.follow, bob, person_id=alice)
    stage.told.clear()
    for _ in range(2):
        await stage.act(actions.accept_friend_request, bob, person_id=alice)
    assert stage.told == [Followed(follower_id=alice, followee_id=bob), Befriended(member_id=bob, friend_id=alice)]
    for member, other in ((alice, bob), (bob, alice)):
        relation = await stage.act(actions.relation, member, person_id=other)
        assert relation.friends
        assert relation.following
        assert (relation.request_sent, relation.request_received) == (False, False)


async def test_the_sender_cannot_accept_their_own_request(stage: Stage) -> None:
    alice, bob = await asked(stage)
    with pytest.raises(Conflict, match="no request of theirs"):
        await stage.act(actions.accept_friend_request, alice, person_id=bob)
    assert not (await stage.act(actions.relation, alice, person_id=bob)).friends


async def test_nobody_accepts_a_request_for_somebody_else(stage: Stage) -> None:
    alice, bob = await asked(stage)
    carol = await stage.member("Carol")
    with pytest.raises(Conflict):
        await stage.act(actions.accept_friend_request, carol, person_id=alice)
    for verb in (actions.decline_friend_request, actions.withdraw_friend_request):
        await stage.act(verb, carol, person_id=alice)
        await stage.act(verb, carol, person_id=bob)
    assert (await stage.act(actions.relation, bob, person_id=alice)).request_received


async def test_the_sender_cannot_decline_and_the_addressee_cannot_withdraw(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.decline_friend_request, alice, person_id=bob)
    await stage.act(actions.withdraw_friend_request, bob, person_id=alice)
    assert (await stage.act(actions.relation, bob, person_id=alice)).request_received


@pytest.mark.parametrize("ending", ["decline", "withdraw"])
async def test_a_declined_or_withdrawn_request_is_gone_and_cannot_be_accepted(stage: Stage, ending: str) -> None:
    alice, bob = await asked(stage)
    for _ in range(2):
        if ending == "decline":
            await stage.act(actions.decline_friend_request, bob, person_id=alice)
        else:
            await stage.act(actions.withdraw_friend_request, alice, person_id=bob)
    with pytest.raises(Conflict):
        await stage.act(actions.accept_friend_request, bob, person_id=alice)
    assert not (await stage.act(actions.relation, alice, person_id=bob)).request_sent


async def test_requests_from_both_sides_become_a_friendship(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.send_friend_request, bob, person_id=alice)
    assert (await stage.act(actions.relation, alice, person_id=bob)).friends
    assert stage.told[-1] == Befriended(member_id=bob, friend_id=alice)
    assert await stage.sql("SELECT FROM swannery.friend_requests") == []


async def test_friends_need_not_ask_again(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.accept_friend_request, bob, person_id=alice)
    stage.told.clear()
    await stage.act(actions.send_friend_request, alice, person_id=bob)
    assert stage.told == []
    assert await stage.sql("SELECT FROM swannery.friend_requests") == []


async def test_a_withdrawal_that_comes_too_late_changes_nothing(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.accept_friend_request, bob, person_id=alice)
    await stage.act(actions.withdraw_friend_request, alice, person_id=bob)
    assert (await stage.act(actions.relation, alice, person_id=bob)).friends


async def test_ending_a_friendship_leaves_both_following_each_other(stage: Stage) -> None:
    alice, bob = await asked(stage)
    await stage.act(actions.accept_friend_request, bob, person_id=alice)
    stage.told.clear()
    for _ in range(2):
        await stage.act(actions.unfriend, alice, person_id=bob)
    assert stage.told == [Unfriended(member_id=alice, friend_id=bob)]
    for member, other in ((alice, bob), (bob, alice)):
        relation = await stage.act(actions.relation, member, person_id=other)
        assert relation.following
        assert not relation.friends


async def test_asking_very_many_people_in_a_day_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "REQUESTS_A_DAY", 1)
    alice, bob = await asked(stage)
    carol = await stage.member("Carol")
    await stage.act(actions.send_friend_request, alice, person_id=bob)
    with pytest.raises(TooMany):
        await stage.act(actions.send_friend_request, alice, person_id=carol)
    assert not (await stage.act(actions.relation, carol, person_id=alice)).request_received
