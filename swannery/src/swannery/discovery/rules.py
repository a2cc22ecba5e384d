"""Which suggestions come first."""

from collections.abc import Iterable, Mapping, Sequence
from math import log1p

from swannery.accounts.models import Person
from swannery.discovery.models import WEIGHTS, Clue, ClueWeights, Suggestion


def worth(clue: Clue, *, weights: ClueWeights = WEIGHTS) -> float:
    """Return what a clue adds to the score: its weight times ln(1 + count), so that a tenth friend in common says less than the first."""
    return float(getattr(weights, clue.kind)) * log1p(clue.count)


def ranked(people: Mapping[int, Person], clues: Mapping[int, Iterable[Clue]]) -> list[Suggestion]:
    """Return people by what is known of them, the likeliest first; of equals the newest member, who needs it most."""
    found = [suggestion(person, list(clues[person_id])) for person_id, person in people.items()]
    return sorted(found, key=lambda one: (-one.score, -one.person.id))


def suggestion(person: Person, clues: Sequence[Clue]) -> Suggestion:
    """Return one person with the clues in order of what they are worth."""
    ordered = sorted(clues, key=lambda one: (-worth(one), one.kind))
    return Suggestion(person=person, clues=tuple(ordered), score=round(sum(map(worth, clues)), 6))
