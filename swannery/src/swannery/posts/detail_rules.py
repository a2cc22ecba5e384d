"""What each kind of post must and may say, decided without looking anything up; each sentence belongs to a field."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_line
from swannery.foundation.words import Sentence, over_by, say
from swannery.posts.details import (
    HEAVIEST_KG,
    LONGEST_EVENT,
    LONGEST_EXERCISE_S,
    LONGEST_INGREDIENT,
    LONGEST_NAME,
    LONGEST_OPTION,
    LONGEST_PLACE,
    LONGEST_POLL_H,
    LONGEST_STEP,
    LONGEST_TITLE,
    MOST_EXERCISES,
    MOST_INGREDIENTS,
    MOST_MINUTES,
    MOST_OPTIONS,
    MOST_PLACES,
    MOST_REPS,
    MOST_SERVINGS,
    MOST_SETS,
    MOST_STEPS,
    Achievement,
    Album,
    Details,
    Event,
    Exercise,
    Poll,
    Question,
    Recipe,
    Tip,
    Workout,
    choices_of,
)
from swannery.posts.models import Answers

FIRST_YEAR, LAST_YEAR = 1971, 2199  # every clock can tell what lies between
FEWEST_OPTIONS = 2
FURTHEST_EAST = timedelta(hours=14)
# Of these kinds the post's own text is the heart; of the others it is welcome, not needed.
NEEDS_TEXT = (Poll, Tip)
TITLES: Mapping[type[Details], Sentence] = {
    Question: say("Ask your question in one line."),
    Album: say("Give the album a name."),
    Event: say("Give the event a name."),
    Tip: say("Give the tip a headline."),
    Workout: say("Name your workout."),
    Achievement: say("Say what you achieved."),
    Recipe: say("Name the dish."),
}


def needs_text(details: Details | None) -> bool:
    """Whether a post with these details says too little without a text of its own."""
    return details is None or isinstance(details, NEEDS_TEXT)


def day_anywhere(moment: datetime) -> date:
    """Return the latest day that has begun somewhere: nobody's clock is further ahead than 14 hours."""
    return (moment + FURTHEST_EAST).date()


def checked(details: Details, *, told_at: datetime) -> tuple[Details, dict[str, Sentence]]:
    """Return the details as they will be stored, and a sentence for each field that cannot be taken; `told_at` is when people read it."""
    if isinstance(details, Poll):
        return _checked_poll(details)
    title = clean_line(details.title)
    wrong: dict[str, Sentence] = {}
    if not title:
        wrong["title"] = TITLES[type(details)]
    elif len(title) > LONGEST_TITLE:
        wrong["title"] = too_long(title, most=LONGEST_TITLE)
    kept = msgspec.structs.replace(details, title=title)
    match kept:
        case Workout():
            kept = _cleaned_workout(kept)
            wrong |= _wrong_in_workout(kept)
        case Recipe():
            kept = _cleaned_recipe(kept)
            wrong |= _wrong_in_recipe(kept)
        case Event():
            kept = msgspec.structs.replace(kept, place=clean_line(kept.place))
            wrong |= _wrong_in_event(kept)
        case Achievement(achieved_on=None):
            wrong["achieved_on"] = say("Say when it was.")
        case Achievement(achieved_on=day) if day is not None and day > day_anywhere(told_at):
            wrong["achieved_on"] = say("That day has not come yet. Choose an earlier one.")
        case _:
            pass
    return kept, wrong


def _wrong_in_event(event: Event) -> dict[str, Sentence]:
    wrong = {}
    if event.starts_at is None:
        wrong["starts_at"] = say("Say when it begins.")
    elif not FIRST_YEAR <= event.starts_at.year <= LAST_YEAR:
        wrong["starts_at"] = say("Choose a moment from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
    elif event.ends_at is not None and not FIRST_YEAR <= event.ends_at.year <= LAST_YEAR:
        wrong["ends_at"] = say("Choose a moment from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
    elif event.ends_at is not None and event.ends_at <= event.starts_at:
        wrong["ends_at"] = say("It ends before it begins.")
    elif event.ends_at is not None and event.ends_at - event.starts_at > LONGEST_EVENT:
        wrong["ends_at"] = say("An event lasts %(days)s days at most.", days=LONGEST_EVENT.days)
    if len(event.place) > LONGEST_PLACE:
        wrong["place"] = too_long(event.place, most=LONGEST_PLACE)
    if not _within(event.capacity, MOST_PLACES):
        wrong["capacity"] = say("Between 1 and %(most)s.", most=MOST_PLACES)
    return wrong


def _cleaned_workout(workout: Workout) -> Workout:
    cleaned = [msgspec.structs.replace(one, name=clean_line(one.name)) for one in workout.exercises]
    return msgspec.structs.replace(workout, exercises=[one for one in cleaned if one != Exercise(name="")])


def _wrong_in_workout(workout: Workout) -> dict[str, Sentence]:
    wrong = {}
    if not workout.exercises:
        wrong["exercises"] = say("Add what you did: one exercise is enough.")
    elif len(workout.exercises) > MOST_EXERCISES:
        wrong["exercises"] = say("%(most)s exercises fit.", most=MOST_EXERCISES)
    for number, one in enumerate(workout.exercises, 1):
        if not one.name:
            wrong["exercises"] = say("Exercise %(number)s has no name yet.", number=number)
        elif len(one.name) > LONGEST_NAME:
            wrong["exercises"] = say("The name of exercise %(number)s is too long; %(most)s letters fit.", number=number, most=LONGEST_NAME)
        elif _fitting(one) != one:
            wrong["exercises"] = _misfit(one, number)
    if not _within(workout.minutes, MOST_MINUTES):
        wrong["minutes"] = say("Between 1 and %(most)s minutes.", most=MOST_MINUTES)
    return wrong


def _fitting(one: Exercise) -> Exercise:
    """Return the exercise without the numbers that cannot be."""
    return msgspec.structs.replace(
        one,
        sets=one.sets if _within(one.sets, MOST_SETS) else None,
        reps=one.reps if _within(one.reps, MOST_REPS) else None,
        seconds=one.seconds if _within(one.seconds, LONGEST_EXERCISE_S) else None,
        weight_kg=one.weight_kg if one.weight_kg is None or 0 <= one.weight_kg <= HEAVIEST_KG else None,
    )


def _misfit(one: Exercise, number: int) -> Sentence:
    if one.weight_kg != _fitting(one).weight_kg:
        return say("The weight of exercise %(number)s can be 0 to %(most)s kg.", number=number, most=HEAVIEST_KG)
    return say("A number of exercise %(number)s is too large or too small.", number=number)


def _within(number: int | None, most: int) -> bool:
    return number is None or 1 <= number <= most


def _cleaned_recipe(recipe: Recipe) -> Recipe:
    ingredients = [line for line in map(clean_line, recipe.ingredients) if line]
    steps = [line for line in map(clean_line, recipe.steps) if line]
    return msgspec.structs.replace(recipe, ingredients=ingredients, steps=steps)


def _wrong_in_recipe(recipe: Recipe) -> dict[str, Sentence]:
    wrong = {}
    for field, lines, most, longest, none in (
        ("ingredients", recipe.ingredients, MOST_INGREDIENTS, LONGEST_INGREDIENT, say("Say what is needed, one thing a line.")),
        ("steps", recipe.steps, MOST_STEPS, LONGEST_STEP, say("Say what to do, one step a line.")),
    ):
        long = next((number for number, line in enumerate(lines, 1) if len(line) > longest), None)
        if not lines:
            wrong[field] = none
        elif len(lines) > most:
            wrong[field] = say("%(most)s lines fit.", most=most)
        elif long is not None:
            wrong[field] = say("Line %(number)s is too long; %(letters)s letters fit.", number=long, letters=longest)
    if not _within(recipe.servings, MOST_SERVINGS):
        wrong["servings"] = say("Between 1 and %(most)s.", most=MOST_SERVINGS)
    if not _within(recipe.minutes, MOST_MINUTES):
        wrong["minutes"] = say("Between 1 and %(most)s minutes.", most=MOST_MINUTES)
    return wrong


def _checked_poll(poll: Poll) -> tuple[Poll, dict[str, Sentence]]:
    options = [option for option in map(clean_line, poll.options) if option]
    wrong = {}
    if len(options) < FEWEST_OPTIONS:
        wrong["options"] = say("Give at least two choices.")
    elif len(options) > MOST_OPTIONS:
        wrong["options"] = say("%(most)s choices are as many as there can be.", most=MOST_OPTIONS)
    elif len({option.casefold() for option in options}) < len(options):
        wrong["options"] = say("Two of these choices are the same.")
    elif any(len(option) > LONGEST_OPTION for option in options):
        wrong["options"] = say("A choice is too long; %(most)s letters fit.", most=LONGEST_OPTION)
    if not 1 <= poll.lasts_h <= LONGEST_POLL_H:
        wrong["lasts_h"] = say("A poll can stay open for an hour to %(days)s days.", days=LONGEST_POLL_H // 24)
    return msgspec.structs.replace(poll, options=options), wrong


def clipped(details: Details) -> Details:
    """Return half a thought as it may be kept: nothing is missing, nothing is too long, and numbers that cannot be are left out.

    Whatever is kept can be read again: what is read is held to the bounds of details.py.
    """
    if isinstance(details, Poll):
        options = [clean_line(option)[:LONGEST_OPTION] for option in details.options[:MOST_OPTIONS]]
        return msgspec.structs.replace(details, options=options, lasts_h=min(max(details.lasts_h, 1), LONGEST_POLL_H))
    kept = msgspec.structs.replace(details, title=clean_line(details.title)[:LONGEST_TITLE])
    if isinstance(kept, Workout):
        cleaned = _cleaned_workout(kept)
        short = [_fitting(msgspec.structs.replace(one, name=one.name[:LONGEST_NAME])) for one in cleaned.exercises[:MOST_EXERCISES]]
        return msgspec.structs.replace(cleaned, exercises=short, minutes=_minutes(cleaned.minutes))
    if isinstance(kept, Event):
        places = kept.capacity if _within(kept.capacity, MOST_PLACES) else None
        moments = {"starts_at": _on_a_clock(kept.starts_at), "ends_at": _on_a_clock(kept.ends_at)}
        return msgspec.structs.replace(kept, place=clean_line(kept.place)[:LONGEST_PLACE], capacity=places, **moments)
    if isinstance(kept, Recipe):
        cleaned_recipe = _cleaned_recipe(kept)
        return msgspec.structs.replace(
            cleaned_recipe,
            ingredients=[line[:LONGEST_INGREDIENT] for line in cleaned_recipe.ingredients[:MOST_INGREDIENTS]],
            steps=[line[:LONGEST_STEP] for line in cleaned_recipe.steps[:MOST_STEPS]],
            servings=cleaned_recipe.servings if _within(cleaned_recipe.servings, MOST_SERVINGS) else None,
            minutes=_minutes(cleaned_recipe.minutes),
        )
    return kept


def _on_a_clock(at: datetime | None) -> datetime | None:
    return at if at is not None and FIRST_YEAR <= at.year <= LAST_YEAR else None


def _minutes(number: int | None) -> int | None:
    return number if _within(number, MOST_MINUTES) else None


def words_of(details: Details | None) -> str:
    """Return all that people wrote into the details: what must be held is found here too."""
    if details is None:
        return ""
    words: list[str] = []
    parts: list[object] = [msgspec.structs.asdict(details)]
    while parts:
        part = parts.pop(0)
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, dict):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
        elif isinstance(part, msgspec.Struct):
            parts.append(msgspec.structs.asdict(part))
    return "\n".join(words)


def may_choose_several(details: Details | None) -> bool:
    """Whether one may choose more than one of them."""
    return isinstance(details, Poll) and details.several


def check_choices(details: Details, choices: Sequence[int]) -> list[int]:
    """Return the choices in their order, each once; raises Invalid for what cannot be chosen."""
    chosen = sorted(set(choices))
    if any(not 1 <= choice <= choices_of(details) for choice in chosen):
        raise Invalid(say("This cannot be counted."), fields={"choices": say("There is no such choice.")})
    if len(chosen) > 1 and not may_choose_several(details):
        raise Invalid(say("This cannot be counted."), fields={"choices": say("Only one of these can be chosen.")})
    return chosen


def told(answers: Answers | None, details: Details | None, *, published_at: datetime, mine: bool, now: datetime) -> Answers | None:
    """Return what of the answers a reader is told now: how a poll stands shows who voted, its author, and at the end everybody."""
    if answers is None:
        return None
    end = closes_at(details, published_at=published_at)
    closed = end is not None and end <= now
    # Who comes is no secret: a list names them.
    shown = closed or mine or bool(answers.mine) or isinstance(details, Event)
    return msgspec.structs.replace(answers, counts=answers.counts if shown else None, closes_at=end, closed=closed)


def closes_at(details: Details | None, *, published_at: datetime) -> datetime | None:
    """Return from when on nobody can answer any more, None for what asks for no answers."""
    if isinstance(details, Event):
        return details.ends_at or details.starts_at
    return published_at + timedelta(hours=details.lasts_h) if isinstance(details, Poll) else None


def what_may_not_change(before: Details, after: Details, *, answered: bool, closed: bool) -> dict[str, Sentence]:
    """Return a sentence for each field that people answered to: what they said must not come to mean something else."""
    if not answered or not isinstance(before, Poll) or not isinstance(after, Poll):
        return {}
    wrong = {}
    if after.options != before.options:
        wrong["options"] = say("People have voted already, so the choices stay as they are.")
    if after.several != before.several:
        wrong["several"] = say("People have voted already, so this stays as it is.")
    if closed and after.lasts_h != before.lasts_h:
        wrong["lasts_h"] = say("The poll is over and its result was shown.")
    elif after.lasts_h < before.lasts_h:
        # Its author sees how it stands: nobody ends a vote when they like the result.
        wrong["lasts_h"] = say("People have voted already, so it can only stay open for longer.")
    return wrong


def asks_anew(before: Details | None, after: Details | None) -> bool:
    """Whether the choices are other ones, so that no answer may be there."""
    if not isinstance(before, Poll) or not isinstance(after, Poll):
        return False
    return (before.options, before.several) != (after.options, after.several)


def too_long(text: str, *, most: int) -> Sentence:
    """Return the sentence for a text that is too long."""
    return over_by(len(text) - most, most=most)
