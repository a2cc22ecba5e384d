"""Following: whom, how often, and that nobody is told twice."""

from collections.abc import Awaitable, Callable

import pytest
from cast import Stage

from swannery.accounts.models import Person
from swannery.connections import actions
from swannery.foundation.errors import Invalid, NotSignedIn, NotThere, TooMany
from swannery.foundation.events import Followed, Unfollowed

pytestmark = pytest.mark.anyio


async def test_following_is_told_once_however_often_the_button_is_pressed(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    for _ in range(3):
        person = await stage.act(actions.follow, alice, person_id=bob)
        assert person.name == "Bob"
    assert stage.told == [Followed(follower_id=alice, followee_id=bob)]
    relation = await stage.act(actions.relation, alice, person_id=bob)
    assert (relation.following, relation.follows_me) == (True, False)
    assert (await stage.act(actions.relation, bob, person_id=alice)).follows_me


async def test_unfollowing_is_told_once_and_leaves_the_other_direction(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.follow, alice, person_id=bob)
    await stage.act(actions.follow, bob, person_id=alice)
    stage.told.clear()
    for _ in range(2):
        await stage.act(actions.unfollow, alice, person_id=bob)
    assert stage.told == [Unfollowed(follower_id=alice, followee_id=bob)]
    assert (await stage.act(actions.relation, alice, person_id=bob)).follows_me


Verb = Callable[..., Awaitable[Person]]

VERBS: list[Verb] = [
    actions.follow,
    actions.unfollow,
    actions.send_friend_request,
    actions.accept_friend_request,
    actions.decline_friend_request,
    actions.withdraw_friend_request,
    actions.unfriend,
    actions.approve_follower,
    actions.decline_follower,
    actions.remove_follower,
    actions.mute,
    actions.unmute,
    actions.block,
    actions.unblock,
]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
async def test_who_is_not_there_for_somebody_is_not_there_for_any_deed_and_all_answers_are_alike(stage: Stage, verb: Verb) -> None:
    alice, blocker, inactive, erased = await stage.members("Alice", "Blocker", "Inactive", "Erased")
    await stage.act(actions.block, blocker, person_id=alice)
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=inactive)
    await stage.erase(actions.erase_member, member_id=erased)
    said = set()
    for person in (blocker, inactive, erased, erased + 1000, 0, -1, 2**63, 10**30):
        with pytest.raises(NotThere) as refused:
            await stage.act(verb, alice, person_id=person)
        said.add((refused.value.message, refused.value.next_step))
    assert len(said) == 1
    assert await stage.sql("SELECT blocker_id, blocked_id FROM swannery.blocks") == [(blocker, alice)]
    for table in ("follows", "friend_requests", "friendships", "follow_requests", "mutes"):
        assert not await stage.sql(f"SELECT FROM swannery.{table}")


async def test_nothing_is_done_to_somebody_one_has_blocked_oneself(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.block, alice, person_id=bob)
    for verb in VERBS:
        if verb not in {actions.block, actions.unblock}:
            with pytest.raises(NotThere):
                await stage.act(verb, alice, person_id=bob)


async def test_nobody_does_anything_of_this_to_themselves(stage: Stage) -> None:
    alice = await stage.member("Alice")
    for verb in VERBS:
        with pytest.raises(Invalid, match="That is you"):
            await stage.act(verb, alice, person_id=alice)


async def test_strangers_are_asked_to_sign_in(stage: Stage) -> None:
    bob = await stage.member("Bob")
    for verb in VERBS:
        with pytest.raises(NotSignedIn):
            await stage.act(verb, None, person_id=bob)


async def test_a_deactivated_member_with_a_page_still_open_can_do_nothing(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=alice)
    with pytest.raises(NotThere):
        await stage.act(actions.follow, alice, person_id=bob)


async def test_following_very_many_at_once_is_stopped_and_what_changes_nothing_is_not_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FOLLOWS_AN_HOUR", 2)
    alice, bob, carol, dave = await stage.members("Alice", "Bob", "Carol", "Dave")
    for person in (bob, bob, bob, carol):
        await stage.act(actions.follow, alice, person_id=person)
    with pytest.raises(TooMany, match="a lot at once"):
        await stage.act(actions.follow, alice, person_id=dave)
    assert not (await stage.act(actions.relation, alice, person_id=dave)).following
    await stage.act(actions.follow, bob, person_id=dave)
