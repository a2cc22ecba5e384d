"""Circles: their owner's alone, whoever is in one is not told, and guessing leads nowhere."""

import pytest
from cast import Stage

from swannery.connections import actions
from swannery.connections.actions import circles
from swannery.connections.rules import MOST_CIRCLES
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.events import CircleChanged

pytestmark = pytest.mark.anyio


async def handle_of(stage: Stage, member_id: int) -> str:
    return str((await stage.sql("SELECT handle FROM swannery.members WHERE id = %(id)s", id=member_id))[0][0])


async def test_people_are_put_in_and_taken_out_and_only_the_owner_sees_it(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    circle = await stage.act(circles.make_circle, alice, name="  Tuesday   runners ")
    for _ in range(2):
        await stage.act(circles.put_in_circle, alice, circle_id=circle, handle=f"@{(await handle_of(stage, bob)).upper()}")
    assert [(c.name, c.size) for c in await stage.act(circles.list_circles, alice)] == [("Tuesday runners", 1)]
    assert [p.id for p in await stage.act(circles.members_of_circle, alice, circle_id=circle)] == [bob]
    assert (await stage.known(bob)).circles == (circle,)
    assert set(stage.told) == {CircleChanged(member_id=bob)}
    await stage.act(circles.take_out_of_circle, alice, circle_id=circle, person_id=bob)
    assert (await stage.known(bob)).circles == ()


async def test_circles_of_others_are_not_there_for_any_deed(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    circle = await stage.act(circles.make_circle, alice, name="Family")
    handle = await handle_of(stage, bob)
    for number in (circle, circle + 1, 0, -1, 2**63):
        for deed, words in (
            (circles.read_circle, {}),
            (circles.members_of_circle, {}),
            (circles.delete_circle, {}),
            (circles.rename_circle, {"name": "Mine"}),
            (circles.take_out_of_circle, {"person_id": alice}),
        ):
            with pytest.raises(NotThere):
                await stage.act(deed, bob, circle_id=number, **words)
    with pytest.raises(Invalid):
        await stage.act(circles.put_in_circle, bob, circle_id=circle, handle=handle)
    assert [c.name for c in await stage.act(circles.list_circles, alice)] == ["Family"]


@pytest.mark.parametrize("name", ["", " \n ", "x" * 61, "family", "\u200b"])
async def test_a_name_that_cannot_be_is_refused_with_a_sentence(stage: Stage, name: str) -> None:
    alice = await stage.member("Alice")
    await stage.act(circles.make_circle, alice, name="Family")
    with pytest.raises(Invalid) as refused:
        await stage.act(circles.make_circle, alice, name=name)
    assert refused.value.fields["name"]


async def test_there_is_an_end_to_how_many_there_can_be(stage: Stage) -> None:
    alice = await stage.member("Alice")
    await stage.sql(
        "INSERT INTO swannery.circles (owner_id, name) SELECT %(me)s, 'c' || g FROM generate_series(1, %(n)s) g", me=alice, n=MOST_CIRCLES
    )
    with pytest.raises(Invalid, match="cannot be saved"):
        await stage.act(circles.make_circle, alice, name="One more")


async def test_nobody_who_is_blocked_is_put_in_and_a_block_takes_out(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    circle = await stage.act(circles.make_circle, alice, name="Family")
    await stage.act(circles.put_in_circle, alice, circle_id=circle, handle=await handle_of(stage, bob))
    await stage.act(actions.block, bob, person_id=alice)
    assert (await stage.known(bob)).circles == ()
    await stage.act(actions.block, alice, person_id=carol)
    for person in (bob, carol, alice):
        with pytest.raises(Invalid):
            await stage.act(circles.put_in_circle, alice, circle_id=circle, handle=await handle_of(stage, person))


async def test_whoever_is_erased_is_in_no_circle_and_has_none(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    for owner, other in ((alice, bob), (bob, alice)):
        circle = await stage.act(circles.make_circle, owner, name="Two")
        await stage.act(circles.put_in_circle, owner, circle_id=circle, handle=await handle_of(stage, other))
    await stage.erase(actions.erase_member, member_id=bob)
    assert await stage.sql("SELECT owner_id FROM swannery.circles") == [(alice,)]
    assert not await stage.sql("SELECT FROM swannery.circle_members")
