"""A database that a test makes ill, and what the doctor says and does about it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from dbdoctor.checks import Case, LedgerView, examine, survey
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError, connect, quoted, sql_text
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.databases.postgresql.questions import PostgresQuestions
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.findings import Evidence, Finding, Remedy, SqlStep
from dbdoctor.model import Catalog, ServerError, TableName
from dbdoctor.rehearsal.running import Failure, run_script
from dbdoctor.repairs import propose
from dbdoctor.wanted.effects import TRANSACTION_WORDS, Effect, effects_of, split_statements

# Healthy tables and rows that no check may ever speak of: quotes, spaces, upper case and emoji in their names.
NOISE = """
CREATE TABLE people (id integer PRIMARY KEY, name text);
INSERT INTO people VALUES (1, 'alice'), (2, 'bob'), (3, 'carol');
CREATE TABLE letters (id serial PRIMARY KEY, "personId" integer REFERENCES people (id), body text);
INSERT INTO letters ("personId", body) VALUES (1, 'hello'), (1, 'hello'), (2, NULL), (NULL, 'nobody');
CREATE TABLE "Guest ""Book"" 🦢" ("Ref Id" uuid PRIMARY KEY, "e-mail" text UNIQUE);
INSERT INTO "Guest ""Book"" 🦢" VALUES
  ('00000000-0000-4000-8000-000000000001', 'a@example.org'), ('00000000-0000-4000-8000-000000000002', NULL);
"""


class Patient:
    """One database, opened. Statements commit one by one."""

    def __init__(self, url: str, connection: Connection, tools: Path) -> None:
        self.url = url
        self.connection = connection
        self._tools = tools

    def run(self, script: str) -> None:
        self.connection.execute(sql_text(script))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql_text(query)).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def error(self, sql: str) -> ServerError | None:
        """What the server says when it runs the statement; whatever it did is rolled back."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.run(sql)
        except SqlError as error:
            return error_of(error)
        return None

    @property
    def catalog(self) -> Catalog:
        return read_catalog(self.connection)

    @property
    def schema(self) -> str:
        """The schema as pg_dump writes it."""
        return schema_text(self._tools, self.url)

    def case(self, sql: str, *, seen: str = "", failed: bool = True, applied: tuple[str, ...] = ()) -> Case:
        """A statement as a case: run for its error (unless `failed` is false), beside what other statements want."""
        return Case(
            catalog=self.catalog,
            ask=PostgresQuestions(self.connection),
            statement=sql,
            effects=effects_of(sql),
            error=self.error(sql) if failed else None,
            seen=tuple(_effects(seen)),
            role=self.value("SELECT current_user"),
            ledger=LedgerView(tool="Sequelize", table=TableName("public", "SequelizeMeta"), applied=applied),
        )

    def findings(self, sql: str, *, seen: str = "", failed: bool = True, applied: tuple[str, ...] = ()) -> list[Finding]:
        return examine(self.case(sql, seen=seen, failed=failed, applied=applied))

    def causes(self, sql: str, *, seen: str = "", failed: bool = True, applied: tuple[str, ...] = ()) -> list[str]:
        return [finding.cause for finding in self.findings(sql, seen=seen, failed=failed, applied=applied)]

    def remedies(self, sql: str, *, seen: str = "", failed: bool = True) -> dict[str, Remedy]:
        """Every remedy for every finding, by its id."""
        case = self.case(sql, seen=seen, failed=failed)
        return {remedy.id: remedy for finding in examine(case) for remedy in propose(finding, case)}

    @contextmanager
    def stopped(self, script: str, *, ledger: LedgerView | None = None) -> Iterator[Case]:
        """A script run until it stops, as a case; inside, the database is as the failed statement met it, afterwards rolled back."""
        statements = split_statements(script)
        failure = run_script(self.connection, statements)
        assert failure is not None
        try:
            yield self._case_of(statements, failure, ledger)
        finally:
            self.connection.execute("ROLLBACK")
            self.connection.execute("RESET ROLE")

    def _case_of(self, statements: list[str], failure: Failure, ledger: LedgerView | None) -> Case:
        at = failure.position
        effects = effects_of(statements[at])
        if effects[0].kind == "commit":
            effects = tuple(e for s in statements[:at] for e in effects_of(s) if e.kind not in TRANSACTION_WORDS)
        return Case(
            catalog=self.catalog, ask=PostgresQuestions(self.connection), statement=statements[at], effects=effects, error=failure.error,
            seen=tuple(e for s in statements for e in effects_of(s)), earlier=tuple(statements[:at]), later=tuple(statements[at + 1 :]),
            swallowed=failure.swallowed, role=failure.role, search_path=failure.search_path, ledger=ledger,
        )  # fmt: skip

    def findings_of_script(self, script: str, *, ledger: LedgerView | None = None) -> list[Finding]:
        with self.stopped(script, ledger=ledger) as case:
            return examine(case)

    def remedies_of_script(self, script: str, *, ledger: LedgerView | None = None) -> dict[str, Remedy]:
        """Every remedy for every finding on what stops the script, by its id; of one id that for the root cause."""
        with self.stopped(script, ledger=ledger) as case:
            return {remedy.id: remedy for finding in reversed(examine(case)) for remedy in propose(finding, case)}

    def play(self, script: Sequence[str]) -> Failure | None:
        """Run the statements in order, as psql would."""
        failure = run_script(self.connection, script)
        self.connection.execute("ROLLBACK")
        self.connection.execute("RESET ROLE")
        return failure

    def survey(self, *, ledger: LedgerView | None = None) -> list[Finding]:
        """What is found where nothing in particular is wanted."""
        return survey(Case(catalog=self.catalog, ask=PostgresQuestions(self.connection), ledger=ledger))

    @contextmanager
    def role(self, name: str) -> Iterator[str]:
        """A role that may use the schema public and nothing more, gone at the end; its quoted name. Roles outlive databases."""
        quoted_name = quoted(name)
        self.run(f"CREATE ROLE {quoted_name}")
        try:
            yield quoted_name
        finally:
            self.run(f"RESET ROLE; DROP OWNED BY {quoted_name} CASCADE; DROP ROLE {quoted_name}")

    def answer(self, proof: Evidence) -> str:
        """What the query of a piece of evidence gives when it is run again."""
        return ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in self.rows(proof.query)[0])

    def carry_out(self, remedy: Remedy) -> Remedy:
        """Run its steps, each in a transaction of its own, and return it with what was measured."""
        return msgspec.structs.replace(remedy, steps=tuple(run_step(self.connection, step) for step in _sql_steps(remedy)))

    def take_back(self, remedy: Remedy) -> None:
        """Run what undoes its steps, the last first."""
        for step in reversed(_sql_steps(remedy)):
            if step.undo_sql:
                self.run(step.undo_sql)


@contextmanager
def admitted(url: str, tools: Path) -> Iterator[Patient]:
    with connect(url) as connection:
        connection.execute(sql_text(NOISE))
        yield Patient(url, connection, tools)


def _effects(script: str) -> Iterator[Effect]:
    for statement in split_statements(script):
        yield from effects_of(statement)


def _sql_steps(remedy: Remedy) -> list[SqlStep]:
    return [step for step in remedy.steps if isinstance(step, SqlStep)]
