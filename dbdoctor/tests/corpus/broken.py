"""Broken databases: those given (a folder each) and our own variants (a block each in one file), and what becomes of them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from dbdoctor.databases.postgresql.connection import quoted, sql_text
from dbdoctor.embedded import Server
from dbdoctor.histories import Migration, read_names
from dbdoctor.wanted.effects import split_statements

HERE = Path(__file__).parent
EXPECTED = re.compile(r"--\s*@expect-error\s+(\S+)")


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One case; `check` holds questions that must all have no answer after the cure."""

    name: str
    causes: frozenset[str]
    setup: str
    failing: str
    check: str = ""
    migrations: tuple[Migration, ...] = field(default=())
    curable: bool = True

    def __str__(self) -> str:
        return self.name


def given() -> list[Broken]:
    """The cases with a public thread behind them; their place in the world is told in case.json."""
    return [_given(folder) for folder in sorted((HERE / "cases").iterdir())]


def _given(folder: Path) -> Broken:
    told = json.loads((folder / "case.json").read_text())
    names = "".join("\t".join(re.split(r" \(|: ", m.rstrip(")"), maxsplit=1)) + "\n" for m in told.get("known_migrations", []))
    check = folder / "check.sql"
    return Broken(
        name=folder.name,
        causes=frozenset({told["root_cause"], *told.get("accept_causes", [])}),
        setup=(folder / "setup.sql").read_text(),
        failing=(folder / "failing.sql").read_text(),
        check=check.read_text() if check.exists() else "",
        migrations=read_names(names),
        curable=told.get("repair_scored", True),
    )


def variants() -> list[Broken]:
    """Our own: each cause in another form than the given cases have it."""
    blocks = (HERE / "variants.sql").read_text().split("\n-- case: ")[1:]
    return [_variant(block) for block in blocks]


def _variant(block: str) -> Broken:
    head, rest = block.split("\n-- failing\n", 1)
    failing, check = rest.split("-- check\n", 1)
    lines = head.split("\n")
    return Broken(
        name=lines[0].strip(),
        causes=frozenset(line.removeprefix("-- cause: ") for line in lines if line.startswith("-- cause: ")),
        setup="\n".join(lines[1:]),
        failing=failing,
        check=check,
        migrations=tuple(Migration(line.removeprefix("-- migration: ")) for line in lines if line.startswith("-- migration: ")),
        curable="-- cannot" not in lines,
    )


@contextmanager
def brought_in(server: Server, case: Broken) -> Iterator[str]:
    """A database of its own in the broken state; it and the roles it made are gone afterwards."""
    name = "broken"
    with psycopg.connect(server.url(), autocommit=True) as office:
        before = {row[0] for row in office.execute("SELECT rolname FROM pg_roles").fetchall()}
        office.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        office.execute(f"CREATE DATABASE {name}")
        try:
            run(server.url(database=name), case.setup)
            yield server.url(database=name)
        finally:
            office.execute(f"DROP DATABASE {name} WITH (FORCE)")
            for (role,) in office.execute("SELECT rolname FROM pg_roles").fetchall():
                if role not in before:
                    office.execute(sql_text(f"DROP ROLE {quoted(role)}"))


def run(url: str, script: str) -> None:
    """Run a script statement by statement; one that says so must fail with that code, all others must not."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _with_comments(script):
            expected = EXPECTED.search(statement)
            try:
                connection.execute(sql_text(statement))
            except psycopg.Error as error:
                if expected is None or error.sqlstate != expected[1]:
                    raise


def _with_comments(script: str) -> list[str]:
    """The statements, each with the comment right above it, which may tell the error it is to meet."""
    expecting = {m.end(): m[0] for m in EXPECTED.finditer(script)}
    found, at = [], 0
    for statement in split_statements(script):
        start = script.index(statement, at)
        told = [text for end, text in expecting.items() if at <= end <= start]
        found.append("\n".join([*told, statement]))
        at = start + len(statement)
    return found


def complaints(url: str, check: str) -> list[tuple[Any, ...]]:
    """Every row that a check's questions answer with."""
    with psycopg.connect(url, autocommit=True) as connection:
        return [row for statement in split_statements(check) for row in connection.execute(sql_text(statement)).fetchall()]


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table of the app as sorted text, the doctor's own schema aside."""
    with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dbdoctor')"
        ).fetchall()
        return {
            str(name): sorted(str(row[0]) for row in connection.execute(sql_text(f"SELECT t::text FROM ONLY {name} t")).fetchall())
            for (name,) in tables
        }
