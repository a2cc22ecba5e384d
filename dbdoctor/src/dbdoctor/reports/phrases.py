"""Phrases that sentences are made of: a place, a list, a count, a short name."""

import re
from collections.abc import Mapping

from dbdoctor.findings import Fact, Side

Facts = Mapping[str, Fact]


def place(side: Side | None) -> str:
    """`table.column`, several columns in brackets; the schema only when it is not public."""
    if side is None:
        return "?"
    table = side.table if side.schema in {"", "public"} else f"{side.schema}.{side.table}"
    if not side.columns:
        return table
    return f"{table}.{side.columns[0]}" if len(side.columns) == 1 else f"{table}.({', '.join(side.columns)})"


def bare(side: Side | None) -> Side | None:
    """The table of a side, without its columns."""
    return Side(schema=side.schema, table=side.table) if side else None


def listed(values: Fact) -> str:
    """A list fact in a row."""
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


def many(count: Fact, noun: str) -> str:
    """`1 row`, `3 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sample_words(table: str, held: int, there: int) -> str:
    """What part of a table the copy had."""
    return f"of {table.removeprefix('public.')} the copy held {held:,} of {there:,} rows, closed under its keys"


def table_of(facts: Facts) -> str:
    """The table that facts name, without the schema public."""
    return str(facts.get("table") or "").removeprefix("public.")


def brief(migration: str) -> str:
    """A migration's name without folder, ending and the figures of its date."""
    return re.sub(r"^\d{8,17}[-_.]+(?=.)", "", short(migration))


def short(migration: str) -> str:
    """A migration's name without folder and ending."""
    return migration.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def spelled_out(code: str) -> str:
    """A code that nobody has put into words yet, readable at least."""
    return code.replace("_", " ")


def facts_in_brackets(facts: Facts) -> str:
    """What is known, named by its own keys; empty when nothing is."""
    told = [f"{spelled_out(name)}: {listed(value)}" for name, value in facts.items() if value not in (None, "", [], False)]
    return f" ({'; '.join(told)})" if told else ""
