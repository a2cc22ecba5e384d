"""The fields that are particular to a kind of post: what was typed becomes its details, and its details what is typed."""

from collections.abc import Callable, Mapping

from swannery.foundation.web import Page
from swannery.posts.details import MOST_OPTIONS, Details, Poll, Question, Tip

Typed = Mapping[str, str]
PREFIX = "about_"  # of every field's name that belongs to a kind
LASTING_H = (24, 72, 168, 336, 720)
WEEK_H = 168


async def typed_of(page: Page) -> dict[str, str]:
    """Return what was typed into the fields of the post's kind, by name."""
    form = await page.request.form()
    return {name: value for name, value in form.items() if name.startswith(PREFIX) and isinstance(value, str)}


def details_of(kind: str, typed: Typed) -> Details | None:
    """Return the details of a post of this kind, None for one that has none."""
    read = READERS.get(kind)
    return read({name.removeprefix(PREFIX): value for name, value in typed.items()}) if read else None


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


def _titled_typed(details: Details) -> dict[str, str]:
    return {"title": getattr(details, "title", "")}


READERS: Mapping[str, Callable[[Typed], Details]] = {
    "question": lambda typed: Question(title=typed.get("title", "")),
    "poll": _poll,
    "tip": lambda typed: Tip(title=typed.get("title", "")),
}
WRITERS: Mapping[str, Callable[[Details], dict[str, str]]] = {
    "question": _titled_typed,
    "poll": _poll_typed,
    "tip": _titled_typed,
}
LONGEST_NUMBER = 9


def whole(text: str) -> int | None:
    """Read a whole number, None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
