"""A mute hides one way, ends by itself, and tells nobody."""

from datetime import timedelta

import pytest
from cast import Stage

from swannery.connections import actions
from swannery.foundation.errors import Invalid

pytestmark = pytest.mark.anyio


async def test_a_mute_is_one_way_and_known_to_its_owner_alone(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.mute, alice, person_id=bob)
    assert (await stage.known(alice)).muted == (bob,)
    assert (await stage.known(bob)).muted == ()
    assert (await stage.act(actions.relation, alice, person_id=bob)).muting
    assert not (await stage.act(actions.relation, bob, person_id=alice)).muting
    assert stage.told == []
    await stage.act(actions.unmute, alice, person_id=bob)
    assert (await stage.known(alice)).muted == ()


async def test_a_mute_ends_by_itself_and_the_last_word_counts(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.mute, alice, person_id=bob)
    await stage.act(actions.mute, alice, person_id=bob, days=7)
    muted, _ = await stage.act(actions.list_muted, alice)
    assert muted[0].until is not None
    await stage.sql("UPDATE swannery.mutes SET until = until - %(span)s", span=timedelta(days=7, seconds=1))
    assert (await stage.known(alice)).muted == ()
    assert not (await stage.act(actions.relation, alice, person_id=bob)).muting
    assert await stage.act(actions.list_muted, alice) == ([], None)
    async with stage.database.transaction() as tx:
        await actions.tidy(tx)
    assert not await stage.sql("SELECT FROM swannery.mutes")


@pytest.mark.parametrize("days", [-1, 2, 10**9])
async def test_only_the_spans_that_are_offered_are_taken(stage: Stage, days: int) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    with pytest.raises(Invalid):
        await stage.act(actions.mute, alice, person_id=bob, days=days)
    assert not await stage.sql("SELECT FROM swannery.mutes")
