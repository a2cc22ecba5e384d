"""Which table holds the app's users and what its columns mean: decided on the catalog alone, each with the reason."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from swannery.config.models import KEY_TYPE
from swannery.deployment import vocabulary
from swannery.deployment.catalog import HostCatalog, HostColumn, HostTable, TableName, family, words
from swannery.foundation.errors import SwanneryError

ENOUGH = 40  # a good name, or an address and a password
CLEAR_LEAD = 25
SHOWN_CANDIDATES = 5

WORTH: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("e-mail", vocabulary.EMAIL, 20),
    ("password", vocabulary.PASSWORD, 25),
    ("handle", vocabulary.HANDLE, 5),
    ("name", (*vocabulary.FULL_NAME, *vocabulary.FIRST_NAME), 5),
    ("role", vocabulary.ROLE, 5),
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found, and why we believe it."""

    what: str
    value: str
    reason: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A table that may hold the users; `problem` says why it cannot."""

    table: TableName
    score: int
    reasons: tuple[str, ...]
    problem: str = ""


class UsersUnclear(SwanneryError):
    """No table, or more than one, looks like the users."""

    def __init__(self, message: str, *, next_step: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(message, next_step=next_step)
        self.candidates = tuple(candidates)


def choose_users_table(catalog: HostCatalog, *, asked_for: str = "") -> tuple[HostTable, tuple[str, ...]]:
    """Return the users table and why it is the one; raises UsersUnclear with the candidates where that cannot be told."""
    candidates = sorted((judge(table, catalog) for table in catalog.tables), key=lambda c: (-c.score, c.table))
    if asked_for:
        return _asked_for(catalog, asked_for, candidates)
    likely = [candidate for candidate in candidates if candidate.score >= ENOUGH and not candidate.problem]
    likely = [candidate for candidate in likely if not _extends_one_of(candidate, likely, catalog)]
    if not likely:
        seen = [candidate for candidate in candidates if candidate.score > 0]
        message = "No table looks like the app's users." + _shown(seen)
        raise UsersUnclear(message, next_step="Name it with --users SCHEMA.TABLE.", candidates=seen)
    if len(likely) > 1 and likely[0].score - likely[1].score < CLEAR_LEAD:
        message = "More than one table looks like the app's users." + _shown(likely)
        raise UsersUnclear(message, next_step=f"Name the right one, e.g. --users '{likely[0].table}'.", candidates=likely)
    table = catalog.find(likely[0].table)
    assert table is not None  # noqa: S101 - the candidates were made of this catalog
    return table, likely[0].reasons


def _extends_one_of(candidate: Candidate, likely: Sequence[Candidate], catalog: HostCatalog) -> bool:
    """Whether its own key leads to another table of people: then each row tells more of a user who stands there."""
    table, others = catalog.find(candidate.table), {other.table for other in likely} - {candidate.table}
    return table is not None and any(key.column == table.primary and key.parent in others for key in table.keys)


def _asked_for(catalog: HostCatalog, text: str, candidates: Sequence[Candidate]) -> tuple[HostTable, tuple[str, ...]]:
    found = catalog.called(text)
    if len(found) != 1:
        shown = _shown([candidate for candidate in candidates if candidate.score > 0])
        message = f"There is {'no' if not found else 'more than one'} table {text!r}." + shown
        raise UsersUnclear(message, next_step="Write --users SCHEMA.TABLE, as the catalog spells it.", candidates=candidates)
    problem = judge(found[0], catalog).problem
    if problem:
        raise UsersUnclear(f"The table {text!r} cannot be used: {problem}.", next_step="Name another one with --users.", candidates=())
    return found[0], ("you named it",)


def _shown(candidates: Sequence[Candidate]) -> str:
    lines = [
        f"\n  {candidate.table} ({candidate.score} points): {candidate.problem or ', '.join(candidate.reasons) or 'nothing speaks for it'}"
        for candidate in candidates[:SHOWN_CANDIDATES]
    ]
    return "".join(lines)


def judge(table: HostTable, catalog: HostCatalog) -> Candidate:
    """Score a table: its name, its columns, the keys that point at it."""
    name = words(table.name.name)
    points = _points_of_name(name)
    reasons = [f'its name "{table.name.name}"'] if points > 0 else []
    held = {what: column for what, names, _ in WORTH if (column := pick(table, names, labelled=what == "role"))}
    points += sum(value for what, _, value in WORTH if what in held)
    reasons += [f'{what} column "{column.name}"' for what, column in held.items()]
    keys = catalog.keys_to(table.name)
    if keys:
        points += min(5 * keys, 25)
        reasons.append(f"{keys} {'key points' if keys == 1 else 'keys point'} at it")
    if not {"e-mail", "password", "handle"} & held.keys():
        points = min(points, ENOUGH - 1)
    return Candidate(table=table.name, score=max(points, 0), reasons=tuple(reasons), problem=_problem(table))


def _points_of_name(name: str) -> int:
    ends = (points for end, points in vocabulary.USER_TABLE_ENDS.items() if name.endswith(end))
    points = vocabulary.USER_TABLES.get(name) or vocabulary.PEOPLE_TABLES.get(name) or next(ends, 0)
    return points - 15 if points and name.partition("_")[0] in vocabulary.STAFF else points


def _problem(table: HostTable) -> str:
    key = key_of(table)
    if key is None:
        return "it has no key of a single column"
    if not re.match(KEY_TYPE, key.type):
        return f'its key "{key.name}" is {key.type}, which no member can be linked by'
    return ""


def key_of(table: HostTable) -> HostColumn | None:
    """Return the column that identifies a row: the primary key, else one called id, else one that is unique and never empty."""
    name = table.primary or next((c.name for c in table.columns if words(c.name) == "id"), None)
    if name is None:
        name = next((c.name for c in table.columns if c.name in table.unique and c.not_null), None)
    return table.column(name) if name else None


def pick(table: HostTable, names: Iterable[str], *, kind: str = "text", labelled: bool = False) -> HostColumn | None:
    """Return the column that goes by the first of these names and holds this kind of value; an enum only where it may have labels."""
    for name in names:
        for column in table.columns:
            if words(column.name) == name and (family(column.type) == kind or (labelled and column.labels)):
                return column
    return None


def names_of(table: HostTable) -> tuple[str, ...]:
    """Return the columns that make a person's name: one that is made to be shown, else first and last, else any."""
    shown = pick(table, vocabulary.FULL_NAME[:2])
    if shown:
        return (shown.name,)
    parts = [column.name for column in (pick(table, vocabulary.FIRST_NAME), pick(table, vocabulary.LAST_NAME)) if column]
    whole = pick(table, vocabulary.FULL_NAME)
    return tuple(parts) or ((whole.name,) if whole else ())
