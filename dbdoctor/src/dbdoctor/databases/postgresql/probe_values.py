"""Values for rows that are tried and taken back: one that a column does not hold yet, or any its type allows."""

import random
import re
import secrets
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import LiteralString

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, literal, sql_text
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.model import TableName

_TYPE: LiteralString = """
SELECT t.typtype::text, b.typcategory::text, b.typname::text, format_type(b.oid, COALESCE(NULLIF(t.typtypmod, -1), NULL)),
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = b.oid ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid) WHERE t.oid = to_regtype(%s)"""

_LIMITS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}
_PLAIN = {
    "N": "1", "S": "x", "B": "false", "D": "2000-01-01", "T": "1 day", "A": "{}", "R": "empty", "I": "192.0.2.1",
}  # fmt: skip
_PLAIN_BY_NAME = {
    "json": "{}", "jsonb": "{}", "bytea": "", "time": "12:00", "timetz": "12:00+00", "tsvector": "", "xml": "<x/>", "point": "(0,0)",
    "macaddr": "02:00:00:00:00:01", "pg_lsn": "0/0", "bit": "0", "varbit": "0",
}  # fmt: skip
_TRIES = 20
_WIDE_ENOUGH = 12


class NoValue(Exception):
    """A row cannot be made up; says for which column or type."""


class TypeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of a type: `name` as in pg_type with domains resolved, `category` as in pg_type, `length` 0 when it has none."""

    name: str
    category: str
    length: int
    labels: tuple[str, ...]


class Values:
    """Makes up values; asks the database where something must not be there yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._given: set[str] = set()
        self._facts = lru_cache(maxsize=None)(self._read_facts)

    def plain(self, type_: str) -> str:
        """Any value of the type; raises NoValue."""
        facts = self._facts(type_)
        if facts.labels:
            return facts.labels[0]
        if facts.name == "uuid":
            return str(uuid.uuid4())
        found = _PLAIN_BY_NAME.get(facts.name, _PLAIN.get(facts.category))
        if found is None:
            message = f"no value known for the type {type_}"
            raise NoValue(message)
        return found

    def absent(self, type_: str, where: Sequence[tuple[TableName, str]], *, like: str | None = None, besides: str | None = None) -> str:
        """A value that none of the columns holds, other than `besides`; `like` is one it may resemble. Raises NoValue."""
        facts = self._facts(type_)
        for candidate in self._candidates(facts, where=where, like=like):
            # A value once given is a row's own by now, or the very value that no row may have: it is not given twice.
            if candidate == besides or (facts.name in _LIMITS and candidate in self._given):
                continue
            if facts.name == "uuid" or not any(self._holds(place, candidate, type_) for place in where):
                self._given.add(candidate)
                return candidate
        message = f"no value of the type {type_} is free in {', '.join(f'{table}.{column}' for table, column in where)}"
        raise NoValue(message)

    def _candidates(self, facts: TypeFacts, *, where: Sequence[tuple[TableName, str]], like: str | None) -> Iterator[str]:
        if facts.labels:
            yield from facts.labels
        elif facts.category == "B":
            yield from ("true", "false")
        elif facts.name in _LIMITS or facts.name in {"numeric", "float4", "float8"}:
            yield from self._numbers(facts, where)
        else:
            yield from (_at_random(facts, like) for _ in range(_TRIES))

    def _numbers(self, facts: TypeFacts, where: Sequence[tuple[TableName, str]]) -> Iterator[str]:
        limit = _LIMITS.get(facts.name, 10**6)
        highest, lowest = 0, 0
        for table, column in where:
            query = sql.SQL("SELECT COALESCE(max({0}), 0)::numeric::text, COALESCE(min({0}), 0)::numeric::text FROM {1}")
            top, bottom = self._connection.execute(query.format(sql.Identifier(column), identifier(table))).fetchall()[0]
            highest, lowest = max(highest, _whole(top)), min(lowest, _whole(bottom))
        near = [highest + step for step in range(1, _TRIES)] + [lowest - step for step in range(1, _TRIES)]
        yield from (str(n) for n in near if abs(n) <= limit or facts.name not in _LIMITS)
        yield from (str(random.randint(1, limit)) for _ in range(_TRIES))  # noqa: S311 -- a gap among numbers, no secret

    def _holds(self, place: tuple[TableName, str], value: str, type_: str) -> bool:
        table, column = place
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {} = CAST({} AS {}))").format(
            identifier(table), sql.Identifier(column), sql.SQL(sql_text(literal(value))), sql.SQL(sql_text(type_))
        )
        row = self._connection.execute(query).fetchone()
        return bool(row and row[0])

    def _read_facts(self, type_: str) -> TypeFacts:
        row = self._connection.execute(_TYPE, (type_,)).fetchone()
        if row is None:
            message = f"the type {type_} is not known"
            raise NoValue(message)
        _, category, name, spelled, labels = row
        length = re.search(r"\((\d+)\)", type_) or re.search(r"\((\d+)\)", spelled or "")
        return TypeFacts(name=name, category=category, length=int(length[1]) if length else 0, labels=tuple(labels))


def _whole(text: str) -> int:
    try:
        return int(float(text)) if "." in text or "e" in text.lower() else int(text)
    except (ValueError, OverflowError):  # NaN, infinity
        return 0


def _at_random(facts: TypeFacts, like: str | None) -> str:
    if facts.category == "S":
        return _text(facts.length, like)
    some = secrets.randbelow(3_000_000_000)
    moment = datetime(2100, 1, 1, tzinfo=UTC) + timedelta(seconds=some)
    made = {
        "uuid": str(uuid.uuid4()),
        "date": moment.date().isoformat(),
        "timestamp": moment.replace(tzinfo=None).isoformat(),
        "timestamptz": moment.isoformat(),
        "time": moment.time().isoformat(),
        "interval": f"{some} seconds",
        "bytea": "\\x" + secrets.token_hex(16),
        "inet": f"2001:db8::{some >> 16:x}:{some & 0xFFFF:x}",
        "cidr": f"2001:db8::{some >> 16 & 0xFFFF:x}:{some & 0xFFFF:x}/128",
        "macaddr": "02:" + ":".join(secrets.token_hex(1) for _ in range(5)),
        "money": str(some),
    }.get(facts.name)
    if made is None:
        message = f"no new value known for the type {facts.name}"
        raise NoValue(message)
    return made


def _text(length: int, like: str | None) -> str:
    if length and length < _WIDE_ENOUGH:
        return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length))
    made = "a" + secrets.token_hex(5)
    # In front, so that what is checked at the end (an address, a file name) stays as it is.
    room = length - len(made) if length else len(like or "")
    return made + (like[-room:] if like and room > 0 else "")
