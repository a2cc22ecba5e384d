"""Random lives of four people, compared step by step with a few lines of plain Python that know no SQL."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from cast import Stage, stage_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swannery.connections import actions
from swannery.foundation.errors import SwanneryError
from swannery.foundation.events import Befriended, Blocked, Event, Followed, FriendRequested, Unblocked, Unfollowed, Unfriended

PEOPLE = 4
TABLES = {
    "follows": "follower_id, followee_id",
    "requests": "sender_id, addressee_id",
    "friends": "member_id, friend_id",
    "blocks": "blocker_id, blocked_id",
}
VERBS: dict[str, Callable[..., Awaitable[object]]] = {
    "follow": actions.follow,
    "unfollow": actions.unfollow,
    "ask": actions.send_friend_request,
    "accept": actions.accept_friend_request,
    "decline": actions.decline_friend_request,
    "withdraw": actions.withdraw_friend_request,
    "unfriend": actions.unfriend,
    "block": actions.block,
    "unblock": actions.unblock,
}
Pair = tuple[int, int]


class Step(NamedTuple):
    deed: str
    me: int
    you: int


# What makes a story is more likely than what ends it.
DEEDS = st.sampled_from([*VERBS, "follow", "ask", "ask", "ask", "accept", "accept", "accept"] * 3 + ["erase"])
PERSON = st.integers(0, PEOPLE - 1)
STEPS = st.lists(st.builds(Step, DEEDS, PERSON, PERSON), min_size=10, max_size=40)


class Oracle:
    """What must be true."""

    def __init__(self) -> None:
        self.follows: set[Pair] = set()
        self.requests: set[Pair] = set()
        self.friends: set[Pair] = set()
        self.blocks: set[Pair] = set()
        self.erased: set[int] = set()

    def do(self, deed: str, me: int, you: int) -> tuple[str, list[Event]]:
        """Return how it ends and what is told."""
        if deed == "erase":
            self.erased.add(me)
            for pairs in (self.follows, self.requests, self.friends, self.blocks):
                pairs -= {pair for pair in pairs if me in pair}
            return "done", []
        if me == you:
            return "invalid", []
        there = not self.erased & {me, you} and (you, me) not in self.blocks
        if not there or ((me, you) in self.blocks and deed not in {"block", "unblock"}):
            return "not_found", []
        return self._do(deed, (me, you), (you, me))

    def _do(self, deed: str, mine: Pair, yours: Pair) -> tuple[str, list[Event]]:
        me, you = mine
        told: list[Event] = []
        if deed == "follow" and mine not in self.follows:
            self.follows.add(mine)
            told.append(Followed(follower_id=me, followee_id=you))
        elif deed == "unfollow" and mine in self.follows:
            self.follows.remove(mine)
            told.append(Unfollowed(follower_id=me, followee_id=you))
        elif deed in {"ask", "accept"} and yours in self.requests:
            told = self._befriend(mine, yours)
        elif deed == "accept" and mine not in self.friends:
            return "conflict", []
        elif deed == "ask" and mine not in self.friends | self.requests:
            self.requests.add(mine)
            told.append(FriendRequested(sender_id=me, addressee_id=you))
        elif deed in {"decline", "withdraw"}:
            self.requests.discard(yours if deed == "decline" else mine)
        else:
            told = self._part(deed, mine, yours)
        return "done", told

    def _befriend(self, mine: Pair, yours: Pair) -> list[Event]:
        self.requests -= {mine, yours}
        self.friends |= {mine, yours}
        new = [pair for pair in (mine, yours) if pair not in self.follows]
        self.follows |= {mine, yours}
        return [*(Followed(follower_id=one, followee_id=other) for one, other in new), Befriended(member_id=mine[0], friend_id=mine[1])]

    def _part(self, deed: str, mine: Pair, yours: Pair) -> list[Event]:
        me, you = mine
        if deed == "unfriend" and mine in self.friends:
            self.friends -= {mine, yours}
            return [Unfriended(member_id=me, friend_id=you)]
        if deed == "block" and mine not in self.blocks:
            self.blocks.add(mine)
            for pairs in (self.follows, self.requests, self.friends):
                pairs -= {mine, yours}
            return [Blocked(blocker_id=me, blocked_id=you)]
        if deed == "unblock" and mine in self.blocks:
            self.blocks.remove(mine)
            return [Unblocked(blocker_id=me, blocked_id=you)]
        return []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_every_life_ends_as_plain_python_says(stage_url: str, steps: list[Step]) -> None:
    asyncio.run(live(stage_url, steps))


async def live(url: str, steps: list[Step]) -> None:
    async with stage_at(url) as stage:
        people = await stage.members(*["Somebody"] * PEOPLE)
        oracle = Oracle()
        for step in steps:
            me, you = people[step.me], people[step.you]
            stage.told.clear()
            outcome = await ending(stage, deed=step.deed, me=me, you=you)
            expected, told = oracle.do(step.deed, me, you)
            assert outcome == expected, step
            assert stage.told == told, step
        await compare(stage, oracle, people=people)


async def ending(stage: Stage, *, deed: str, me: int, you: int) -> str:
    if deed == "erase":
        await stage.erase(actions.erase_member, member_id=me)
        return "done"
    try:
        await stage.act(VERBS[deed], me, person_id=you)
    except SwanneryError as error:
        return error.kind
    return "done"


async def compare(stage: Stage, oracle: Oracle, *, people: list[int]) -> None:
    places = {"requests": "friend_requests", "friends": "friendships"}
    for name, columns in TABLES.items():
        first = columns.partition(",")[0]
        rows = await stage.sql(f"SELECT {columns} FROM swannery.{places.get(name, name)} WHERE {first} = ANY(%(ids)s)", ids=people)
        assert {(row[0], row[1]) for row in rows} == getattr(oracle, name), name
    for me in people:
        async with stage.acting(me) as (tx, viewer):
            assert set(viewer.followees) == {other for one, other in oracle.follows if one == me}
            assert set(viewer.friends) == {other for one, other in oracle.friends if one == me}
            assert set(viewer.blocked) == {one if other == me else other for one, other in oracle.blocks if me in {one, other}}
            assert set(viewer.asked) == {other for one, other in oracle.requests if one == me}
            assert set(viewer.asked_by) == {one for one, other in oracle.requests if other == me}
            relations = await actions.relations(tx, viewer=viewer, ids=people)
        for you, relation in relations.items():
            pair, back = (me, you), (you, me)
            assert relation.friends == (pair in oracle.friends)
            assert (relation.following, relation.follows_me) == (pair in oracle.follows, back in oracle.follows)
            assert (relation.request_sent, relation.request_received) == (pair in oracle.requests, back in oracle.requests)
            assert (relation.blocking, relation.is_me) == (pair in oracle.blocks, me == you)
