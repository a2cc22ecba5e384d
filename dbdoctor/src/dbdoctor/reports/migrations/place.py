"""Where a cure's migrations come to stand: after everything that is applied, before everything that is not."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

_NUMBERED = re.compile(r"^(?:Migration|[VvUu])?(\d+)([-_.]*)")
_NUMBER_AT_THE_END = re.compile(r"(\d{13})()$")  # TypeORM's classes
_STAMP = "%Y%m%d%H%M%S"
_STAMP_DIGITS, _MILLISECOND_DIGITS, _LEAST_DIGITS_OF_A_TIME = 14, 13, 8


class Sibling(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the folder, and what it says."""

    name: str
    text: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The app's migrations as its tool knows them, without folder and ending, in its order; `siblings` are the folder's files."""

    now: datetime
    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    heads: tuple[str, ...] = ()
    app: str = ""


class Numbering(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool counts: `digits` where the folder does not tell (14: a time, 13: milliseconds, fewer: 1, 2, 3)."""

    digits: int = _STAMP_DIGITS
    joint: str = "_"
    after_names: bool = False  # names are compared as text, so that a longer one comes right after its beginning
    fractions: bool = False  # 3.1 comes between 3 and 4


class Prefixes(msgspec.Struct, frozen=True, kw_only=True):
    """What each new name begins with, its joint included; `note` where the place could not be had."""

    texts: tuple[str, ...]
    note: str = ""


def number_of(name: str) -> int | None:
    """The number that a migration's name begins with, or ends with where it is a class of TypeORM's."""
    found = _numbered(name)
    return int(found.group(1)) if found else None


def _numbered(name: str) -> re.Match[str] | None:
    return _NUMBERED.match(name) or _NUMBER_AT_THE_END.search(name)


def prefixes(place: Place, count: int, numbering: Numbering) -> Prefixes:
    """The beginnings of `count` new names, so that they run after what is applied and before what is pending."""
    names = [*place.applied, *place.pending]
    sample = next((found for name in reversed(names) if (found := _numbered(name))), None)
    digits = len(sample.group(1)) if sample else numbering.digits
    joint = (sample.group(2) if sample else "") or numbering.joint
    last = max((n for name in place.applied if (n := number_of(name)) is not None), default=None)
    first = min((n for name in place.pending if (n := number_of(name)) is not None), default=None)
    numbers = _between(last, first, count, digits=digits, now=place.now)
    if numbers is not None:
        return Prefixes(texts=tuple(f"{number:0{digits}d}{joint}" for number in numbers))
    if numbering.after_names and place.applied:
        return Prefixes(texts=(f"{place.applied[-1]}{joint}",) * count)
    if numbering.fractions and last is not None:
        return Prefixes(texts=tuple(f"{last}.{n}{joint}" for n in range(1, count + 1)))
    newest = max(n for n in (last, first, *(number_of(name) for name in place.pending)) if n is not None)
    note = f"There is no number free before {place.pending[0]}, which is not applied yet: run this migration first, then that one."
    return Prefixes(texts=tuple(f"{newest + n:0{digits}d}{joint}" for n in range(1, count + 1)), note=note)


def _between(last: int | None, first: int | None, count: int, *, digits: int, now: datetime) -> Sequence[int] | None:
    """`count` numbers above `last` and below `first`; None where there is no room."""
    if digits < _LEAST_DIGITS_OF_A_TIME:
        numbers: Sequence[int] = range((last or 0) + 1, (last or 0) + 1 + count)
    elif first is not None:
        low = last if last is not None and last < first else _earlier(first, count + 1, digits=digits)
        numbers = _later(low, count, digits=digits)
    else:
        present = _earlier(_present(now, digits), 1, digits=digits)
        numbers = _later(present if last is None or last < present else last, count, digits=digits)
    return numbers if first is None or numbers[-1] < first else None


def _present(now: datetime, digits: int) -> int:
    if digits == _MILLISECOND_DIGITS:
        return int(now.timestamp() * 1000)
    if digits < _MILLISECOND_DIGITS and digits != _LEAST_DIGITS_OF_A_TIME:
        return int(now.timestamp())
    return int(f"{now.astimezone(UTC):{_STAMP}}".ljust(digits, "0")[:digits])


def _later(low: int, count: int, *, digits: int) -> list[int]:
    """The numbers after `low`: a second later each, or the next number."""
    time = _time_of(low, digits)
    if time is None:
        return [low + n for n in range(1, count + 1)]
    return [int(f"{time + timedelta(seconds=n):{_STAMP}}") for n in range(1, count + 1)]


def _earlier(high: int, count: int, *, digits: int) -> int:
    time = _time_of(high, digits)
    return high - count if time is None else int(f"{time - timedelta(seconds=count):{_STAMP}}")


def _time_of(number: int, digits: int) -> datetime | None:
    if digits != _STAMP_DIGITS:
        return None
    try:
        return datetime.strptime(str(number), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
