"""Whom to meet, and why."""

from typing import Literal

import msgspec

from swannery.accounts.models import Person

# trains_you, trains_with_you: from the app's sessions. The rest: what the two have in common, or who stands between them.
ClueKind = Literal["trains_you", "trains_with_you", "friends", "trainer", "followed", "community", "tag"]


class Clue(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why two people may know each other: how many friends, communities and so on, and the names that may be told (two at most).

    Friends in common, and people one follows who follow this person, are counted and not named: who is whose friend is theirs to tell.
    """

    kind: ClueKind
    count: int
    names: tuple[str, ...] = ()


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the viewer may know; the clue that counts most comes first."""

    person: Person
    clues: tuple[Clue, ...]
    score: float


class ClueWeights(msgspec.Struct, frozen=True, kw_only=True):
    """What a clue counts: score = Σ weight × ln(1 + count)."""

    trains_you: float = 5.0
    trains_with_you: float = 5.0
    friends: float = 3.0
    trainer: float = 2.0
    followed: float = 1.5
    community: float = 1.0
    tag: float = 1.0


WEIGHTS = ClueWeights()
