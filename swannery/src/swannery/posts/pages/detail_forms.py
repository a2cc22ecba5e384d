"""The fields that are particular to a kind of post: what was typed becomes its details, and its details what is typed."""

import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from litestar.datastructures import FormMultiDict

from swannery.foundation.errors import Invalid
from swannery.foundation.web import Page
from swannery.foundation.words import say
from swannery.posts.details import MOST_OPTIONS, Achievement, Album, Details, Event, Exercise, Poll, Question, Recipe, Tip, Workout
from swannery.posts.pages.local_times import clock_of, field_of, meant
from swannery.posts.pages.picture_forms import is_picture

Typed = Mapping[str, str]
PREFIX = "about_"  # of every field's name that belongs to a kind
LASTING_H = (24, 72, 168, 336, 720)
WEEK_H = 168
ROWS = 20  # of exercises
TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,5})")
WEIGHT = re.compile(r"\d{1,5}(?:[.,]\d{1,3})?")


async def typed_of(page: Page) -> dict[str, str]:
    """Return what was typed into the fields of the post's kind and of its pictures, by name."""
    return typed_in(await page.request.form())


def typed_in(form: FormMultiDict) -> dict[str, str]:
    """Return what a form holds of its kind and of its pictures."""
    return {name: value for name, value in form.items() if (name.startswith(PREFIX) or is_picture(name)) and isinstance(value, str)}


def details_of(kind: str, typed: Typed) -> Details | None:
    """Return the details of a post of this kind, None for one that has none."""
    read = READERS.get(kind)
    return read({name.removeprefix(PREFIX): value for name, value in typed.items()}) if read else None


MOMENTS = ("starts_at", "ends_at")
# Minutes that the browser's clock will be ahead then; without a script it is taken for UTC, and the form says so.
OFFSET = f"{PREFIX}offset"


def by_the_clock(typed: Typed, *, time_zone: str) -> Typed:
    """Return the fields with their moments naming the zone they are meant in; what is no moment stays, to be refused by its kind."""
    minutes = typed.get(OFFSET, "").strip()
    by = clock_of(time_zone, utc_offset=int(minutes) if re.fullmatch(r"-?[0-9]{1,4}", minutes) else 0)
    found = dict(typed)
    for name in (PREFIX + one for one in MOMENTS):
        with contextlib.suppress(ValueError, OverflowError):
            found[name] = meant(typed.get(name, ""), by=by).isoformat()
    return found


def shown_by_the_clock(values: Typed, *, time_zone: str) -> dict[str, str]:
    """Return stored moments as their fields hold them; for the browser's clock also the moments themselves, put right by a script."""
    shown = dict(values)
    for name in MOMENTS:
        if at := values.get(PREFIX + name, ""):
            shown[PREFIX + name], moment = field_of(datetime.fromisoformat(at), time_zone=time_zone)
            shown |= {f"moment_{name}": moment} if moment else {}
    return shown


def _event(typed: Typed) -> Event:
    return Event(
        title=typed.get("title", ""),
        starts_at=_moment(typed, "starts_at"),
        ends_at=_moment(typed, "ends_at"),
        place=typed.get("place", ""),
        capacity=number_of(typed, "capacity"),
    )


def _moment(typed: Typed, name: str) -> datetime | None:
    text = typed.get(name, "").strip()
    try:
        found = datetime.fromisoformat(text) if text else None
        if found is None or found.tzinfo is not None:
            return found
    except ValueError:
        pass
    raise Invalid(say("This cannot be posted yet."), fields={name: say("This is no date and time.")})


def _event_typed(details: Details) -> dict[str, str]:
    if not isinstance(details, Event):
        raise TypeError
    moments = {name: at.isoformat() for name, at in (("starts_at", details.starts_at), ("ends_at", details.ends_at)) if at}
    return {"title": details.title, "place": details.place, "capacity": written(details.capacity), **moments}


def values_of(details: Details | None) -> dict[str, str]:
    """Return what the fields hold for these details, and their kind."""
    if details is None:
        return {}
    kind = str(details.__struct_config__.tag)
    return {"kind": kind} | {PREFIX + name: value for name, value in WRITERS[kind](details).items()}


def _poll(typed: Typed) -> Poll:
    options = [typed.get(f"option_{number}", "") for number in range(1, MOST_OPTIONS + 1)]
    return Poll(
        options=[option for option in options if option.strip()],
        several=typed.get("several") == "1",
        lasts_h=whole(typed.get("lasts_h", "")) or WEEK_H,
    )


def _poll_typed(poll: Details) -> dict[str, str]:
    if not isinstance(poll, Poll):
        raise TypeError
    options = {f"option_{number}": option for number, option in enumerate(poll.options, 1)}
    return options | {"several": str(int(poll.several)), "lasts_h": str(poll.lasts_h)}


def _workout(typed: Typed) -> Workout:
    rows = [_exercise(typed, number) for number in range(1, ROWS + 1)]
    return Workout(
        title=typed.get("title", ""),
        exercises=[one for one in rows if one != Exercise(name="")],
        minutes=number_of(typed, "minutes"),
    )


def _exercise(typed: Typed, number: int) -> Exercise:
    here = f"exercise_{number}_"
    return Exercise(
        name=typed.get(f"{here}name", "").strip(),
        sets=number_of(typed, f"{here}sets", field="exercises"),
        reps=number_of(typed, f"{here}reps", field="exercises"),
        weight_kg=weight_of(typed, f"{here}kg"),
        seconds=seconds_of(typed, f"{here}time"),
    )


def _workout_typed(details: Details) -> dict[str, str]:
    if not isinstance(details, Workout):
        raise TypeError
    found = {"title": details.title, "minutes": written(details.minutes)}
    for number, one in enumerate(details.exercises, 1):
        here = f"exercise_{number}_"
        time = f"{one.seconds // 60}:{one.seconds % 60:02}" if one.seconds else ""
        weight = f"{one.weight_kg:g}" if one.weight_kg is not None else ""
        found |= {f"{here}name": one.name, f"{here}sets": written(one.sets), f"{here}reps": written(one.reps)}
        found |= {f"{here}kg": weight, f"{here}time": time}
    return found


def _achievement(typed: Typed) -> Achievement:
    day = typed.get("achieved_on", "").strip()
    try:
        return Achievement(title=typed.get("title", ""), achieved_on=date.fromisoformat(day) if day else None)
    except ValueError:
        raise Invalid(
            say("This cannot be posted yet."), fields={"achieved_on": say("This is no date. Write it like 2026-11-23.")}
        ) from None


def _achievement_typed(details: Details) -> dict[str, str]:
    if not isinstance(details, Achievement):
        raise TypeError
    return {"title": details.title, "achieved_on": details.achieved_on.isoformat() if details.achieved_on else ""}


def _recipe(typed: Typed) -> Recipe:
    return Recipe(
        title=typed.get("title", ""),
        ingredients=typed.get("ingredients", "").splitlines(),
        steps=typed.get("steps", "").splitlines(),
        servings=number_of(typed, "servings"),
        minutes=number_of(typed, "minutes"),
    )


def _recipe_typed(details: Details) -> dict[str, str]:
    if not isinstance(details, Recipe):
        raise TypeError
    lines = {"ingredients": "\n".join(details.ingredients), "steps": "\n".join(details.steps)}
    return {"title": details.title, "servings": written(details.servings), "minutes": written(details.minutes), **lines}


def _titled_typed(details: Details) -> dict[str, str]:
    return {"title": getattr(details, "title", "")}


READERS: Mapping[str, Callable[[Typed], Details]] = {
    "question": lambda typed: Question(title=typed.get("title", "")),
    "album": lambda typed: Album(title=typed.get("title", "")),
    "event": _event,
    "poll": _poll,
    "tip": lambda typed: Tip(title=typed.get("title", "")),
    "workout": _workout,
    "achievement": _achievement,
    "recipe": _recipe,
}
WRITERS: Mapping[str, Callable[[Details], dict[str, str]]] = {
    "question": _titled_typed,
    "album": _titled_typed,
    "event": _event_typed,
    "poll": _poll_typed,
    "tip": _titled_typed,
    "workout": _workout_typed,
    "achievement": _achievement_typed,
    "recipe": _recipe_typed,
}
LONGEST_NUMBER = 9


def whole(text: str) -> int | None:
    """Read a whole number, None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def number_of(typed: Typed, name: str, *, field: str = "") -> int | None:
    """Read a number that need not be there; raises Invalid for what is no number."""
    text = typed.get(name, "").strip()
    found = whole(text)
    if text and found is None:
        raise Invalid(say("This cannot be posted yet."), fields={field or name: say("“%(text)s” is no whole number.", text=text[:20])})
    return found


def weight_of(typed: Typed, name: str) -> float | None:
    """Read a weight, with a point or a comma; raises Invalid."""
    text = typed.get(name, "").strip()
    if text and not WEIGHT.fullmatch(text):
        raise Invalid(
            say("This cannot be posted yet."), fields={"exercises": say("“%(text)s” is no weight. Write it like 62.5.", text=text[:20])}
        )
    return float(text.replace(",", ".")) if text else None


def seconds_of(typed: Typed, name: str) -> int | None:
    """Read minutes and seconds, or seconds alone; raises Invalid."""
    text = typed.get(name, "").strip()
    found = TIME.fullmatch(text)
    if text and found is None:
        raise Invalid(
            say("This cannot be posted yet."), fields={"exercises": say("“%(text)s” is no time. Write it like 1:30.", text=text[:20])}
        )
    return 60 * int(found[1] or 0) + int(found[2]) if found else None


def written(number: int | None) -> str:
    """Return a number as a field holds it."""
    return "" if number is None else str(number)
