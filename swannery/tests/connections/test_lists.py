"""Lists of people: complete, paged, counted alike, and without anybody hidden from the viewer."""

import pytest
from cast import Stage, moment

from swannery.connections import actions
from swannery.connections.models import Counts, Relation
from swannery.foundation.database import statements_sent
from swannery.foundation.errors import NotSignedIn, NotThere
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer

pytestmark = pytest.mark.anyio


async def befriend(stage: Stage, one: int, other: int) -> None:
    await stage.act(actions.send_friend_request, one, person_id=other)
    await stage.act(actions.accept_friend_request, other, person_id=one)


async def names(stage: Stage, *, viewer: int, person: int) -> dict[str, list[str]]:
    lists = {"friends": actions.list_friends, "followers": actions.list_followers, "followees": actions.list_followees}
    return {name: [other.name for other in (await stage.act(read, viewer, person_id=person)).people] for name, read in lists.items()}


async def test_each_list_shows_its_own_people_and_the_counts_agree(stage: Stage) -> None:
    alice, bob, carol, dave, viewer = await stage.members("Alice", "Bob", "Carol", "Dave", "Viewer")
    await befriend(stage, alice, bob)
    await stage.act(actions.follow, carol, person_id=alice)
    await stage.act(actions.follow, alice, person_id=dave)
    await stage.act(actions.send_friend_request, alice, person_id=carol)
    assert await names(stage, viewer=viewer, person=alice) == {
        "friends": ["Bob"], "followers": ["Bob", "Carol"], "followees": ["Bob", "Dave"],
    }  # fmt: skip
    assert await stage.act(actions.count_connections, viewer, person_id=alice) == Counts(friends=1, followers=2, followees=2)


@pytest.mark.parametrize("direction", ["the viewer blocked them", "they blocked the viewer", "the app deactivated them"])
async def test_nobody_hidden_is_listed_or_counted_and_the_viewer_cannot_tell_why(stage: Stage, direction: str) -> None:
    alice, bob, viewer = await stage.members("Alice", "Bob", "Viewer")
    await befriend(stage, alice, bob)
    if direction == "the viewer blocked them":
        await stage.act(actions.block, viewer, person_id=bob)
    elif direction == "they blocked the viewer":
        await stage.act(actions.block, bob, person_id=viewer)
    else:
        await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=bob)
    assert await names(stage, viewer=viewer, person=alice) == {"friends": [], "followers": [], "followees": []}
    assert await stage.act(actions.count_connections, viewer, person_id=alice) == Counts(friends=0, followers=0, followees=0)
    for read in (actions.list_friends, actions.list_followers, actions.list_followees, actions.count_connections):
        with pytest.raises(NotThere):
            await stage.act(read, viewer, person_id=bob)


async def test_strangers_get_no_lists_and_counts_on_open_sites_only(stage: Stage) -> None:
    alice = await stage.member("Alice")
    for read in (actions.list_friends, actions.list_followers, actions.list_followees):
        with pytest.raises(NotSignedIn):
            await stage.act(read, None, person_id=alice)
    with pytest.raises(NotThere):
        await stage.act(actions.count_connections, None, person_id=alice)
    async with stage.database.transaction() as tx:
        counts = await actions.count_connections(tx, viewer=Viewer(site_open=True), person_id=alice)
    assert counts == Counts(friends=0, followers=0, followees=0)


async def test_long_lists_come_in_pages_without_gaps_or_repeats(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE", 2)
    alice = await stage.member("Alice")
    fans = await stage.members("A", "B", "C", "D", "E")
    for fan in fans:
        await stage.act(actions.follow, fan, person_id=alice)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = await stage.act(actions.list_followers, alice, person_id=alice, after_id=after)
        seen += [person.id for person in page.people]
        after = page.next_after
    assert seen == fans


async def test_requests_are_listed_newest_first_in_pages_on_both_sides(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PAGE", 2)
    alice = await stage.member("Alice")
    others = await stage.members("A", "B", "C", "D", "E")
    days = (3, 1, 3, 5, 4)
    for other, day in zip(others, days, strict=True):
        for sender, addressee in ((alice, other), (other, alice)):
            await stage.sql(
                "INSERT INTO swannery.friend_requests VALUES (%(sender)s, %(addressee)s, %(at)s)",
                sender=sender,
                addressee=addressee,
                at=moment(day),
            )
    expected = [id_ for _day, id_ in sorted(zip(days, others, strict=True), reverse=True)]
    for read in (actions.list_received_requests, actions.list_sent_requests):
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await stage.act(read, alice, after=decode(cursor))
            seen += [request.person.id for request in page.items]
            cursor = page.next_cursor
        assert seen == expected


async def test_requests_of_people_who_are_gone_are_not_shown(stage: Stage) -> None:
    alice, bob, carol = await stage.members("Alice", "Bob", "Carol")
    await stage.act(actions.send_friend_request, bob, person_id=alice)
    await stage.act(actions.send_friend_request, alice, person_id=carol)
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id <> %(id)s", id=alice)
    assert (await stage.act(actions.list_received_requests, alice)).items == []
    assert (await stage.act(actions.list_sent_requests, alice)).items == []


async def test_a_page_of_people_costs_one_statement_and_so_does_the_viewer(stage: Stage) -> None:
    alice, bob, carol, dave = await stage.members("Alice", "Bob", "Carol", "Dave")
    await befriend(stage, alice, bob)
    await stage.act(actions.follow, carol, person_id=alice)
    await stage.act(actions.send_friend_request, dave, person_id=alice)
    async with stage.acting(alice) as (tx, viewer):
        sent: list[str] = []
        statements_sent.set(sent)
        found = await actions.relations(tx, viewer=viewer, ids=[alice, bob, carol, dave])
        assert len(sent) == 1
        known = await actions.load_connections(tx, member_id=alice)
        assert len(sent) == 2
    assert found == {
        alice: Relation(is_me=True),
        bob: Relation(friends=True, following=True, follows_me=True),
        carol: Relation(follows_me=True),
        dave: Relation(request_received=True),
    }
    assert (known.followees, known.friends, known.asked_by) == ((bob,), (bob,), (dave,))


async def test_a_stranger_stands_to_nobody_and_costs_no_statement(stage: Stage) -> None:
    alice, bob = await stage.members("Alice", "Bob")
    await stage.act(actions.follow, alice, person_id=bob)
    assert await stage.act(actions.relations, None, ids=[alice, bob]) == {alice: Relation(), bob: Relation()}
