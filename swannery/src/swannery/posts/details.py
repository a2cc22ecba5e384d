"""What is particular to a kind of post, as it is typed, stored with the post and read again: one struct a kind, told apart by `kind`.

What is longest is said here, so that the API's description says it too; what must not be missing is said in detail_rules.py, because
half a thought is kept as a draft as it is.
"""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec

MOST_OPTIONS = 6
LONGEST_OPTION = 80
LONGEST_TITLE = 200
LONGEST_POLL_H = 24 * 90

LONGEST_PLACE = 200
MOST_PLACES = 10_000
LONGEST_EVENT = timedelta(days=31)
ATTENDANCES = 3  # going, maybe, no: what one can answer

MOST_EXERCISES = 20
MOST_SETS = 100
MOST_REPS = 10_000
HEAVIEST_KG = 2000
LONGEST_EXERCISE_S = 86_400
LONGEST_NAME = 80
MOST_INGREDIENTS = 60
LONGEST_INGREDIENT = 200
MOST_STEPS = 40
LONGEST_STEP = 1000
MOST_MINUTES = 60 * 24 * 7
MOST_SERVINGS = 1000

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Title = Annotated[str, msgspec.Meta(max_length=LONGEST_TITLE)]


class _Kind(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """The tag is the post's kind."""


class Poll(_Kind, frozen=True, kw_only=True, tag="poll"):
    """Choices to vote for; the question is the post's text. It closes so many hours after it was published."""

    options: Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_OPTION)]], msgspec.Meta(max_length=MOST_OPTIONS)]
    several: bool = False
    lasts_h: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_POLL_H)] = 24 * 7


class Question(_Kind, frozen=True, kw_only=True, tag="question"):
    """A question in one line; what there is to say about it is the post's text."""

    title: Title


class Album(_Kind, frozen=True, kw_only=True, tag="album"):
    """What the post's pictures show: they are what it is about."""

    title: Title


class Event(_Kind, frozen=True, kw_only=True, tag="event"):
    """Something to come to. `capacity` is how many places there are, if they are counted; a moment names its zone."""

    title: Title
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    place: Annotated[str, msgspec.Meta(max_length=LONGEST_PLACE)] = ""
    capacity: Annotated[int, msgspec.Meta(ge=1, le=MOST_PLACES)] | None = None


class Tip(_Kind, frozen=True, kw_only=True, tag="tip"):
    """A headline; the advice itself is the post's text."""

    title: Title


class Exercise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a workout: so many sets of so many repetitions, with a weight, or for so long."""

    name: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
    sets: Annotated[int, msgspec.Meta(ge=1, le=MOST_SETS)] | None = None
    reps: Annotated[int, msgspec.Meta(ge=1, le=MOST_REPS)] | None = None
    weight_kg: Annotated[float, msgspec.Meta(ge=0, le=HEAVIEST_KG)] | None = None
    seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_EXERCISE_S)] | None = None

    @property
    def volume_kg(self) -> float:
        """What was lifted in all: sets × repetitions × weight."""
        return (self.sets or 1) * self.reps * self.weight_kg if self.reps and self.weight_kg else 0.0


class Workout(_Kind, frozen=True, kw_only=True, tag="workout"):
    """What somebody trained."""

    title: Title
    exercises: Annotated[list[Exercise], msgspec.Meta(max_length=MOST_EXERCISES)]
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None

    @property
    def volume_kg(self) -> float:
        """What was lifted in all."""
        return sum(one.volume_kg for one in self.exercises)

    @property
    def sets(self) -> int:
        """How many sets there were."""
        return sum(one.sets or 0 for one in self.exercises)


class Achievement(_Kind, frozen=True, kw_only=True, tag="achievement"):
    """What somebody achieved, and on which day."""

    title: Title
    achieved_on: date | None = None


class Recipe(_Kind, frozen=True, kw_only=True, tag="recipe"):
    """What to take and what to do with it."""

    title: Title
    ingredients: Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_INGREDIENT)]], msgspec.Meta(max_length=MOST_INGREDIENTS)]
    steps: Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_STEP)]], msgspec.Meta(max_length=MOST_STEPS)]
    servings: Annotated[int, msgspec.Meta(ge=1, le=MOST_SERVINGS)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None


Details = Poll | Question | Album | Event | Tip | Workout | Achievement | Recipe


def choices_of(details: Details | None) -> int:
    """Return how many choices there are to answer with; 0 for what asks for no answers."""
    if isinstance(details, Event):
        return ATTENDANCES
    return len(details.options) if isinstance(details, Poll) else 0
