"""Making what a migration left undone: each statement is tried on the clone as it stands after the run, corrected where it must be."""

from collections.abc import Iterator, Sequence

import msgspec

from dbdoctor.checks import Case, Questions, examine
from dbdoctor.databases.postgresql import ddl
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.questions import PostgresQuestions
from dbdoctor.databases.postgresql.sessions import limit_lock_wait
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.findings import Evidence, SqlStep
from dbdoctor.model import Catalog, Reference, ServerError
from dbdoctor.rehearsal.problems import FILLS_ROWS, Lack
from dbdoctor.repairs import STANDS_IN, propose
from dbdoctor.wanted.effects import Effect, effects_of
from dbdoctor.wanted.reversal import undo_of

# Rows of people are not changed for something that nothing failed on.
CHANGES_ROWS = frozenset({"number_duplicates", "quarantine_orphans", "null_orphans", "quarantine_identical_rows"})
DEPTH = 3  # a corrected statement may meet a second and a third obstacle, not a tenth


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """The statements that make a lack good, or why nothing does."""

    lack: Lack
    steps: tuple[SqlStep, ...] = ()
    refused: Evidence | None = None


def mend(connection: Connection, lacks: Sequence[Lack], seen: tuple[Effect, ...]) -> list[Mended]:
    """Try to make every lack good, in order, each seeing what those before it made; the clone is left as it was."""
    found: list[Mended] = []
    mender = _Mender(connection, seen)
    try:
        with connection.transaction(force_rollback=True):
            found.extend(mender.mend(lack) for lack in lacks)
    except SqlError as error:  # a broken connection: what was found so far holds
        found.append(Mended(lack=lacks[len(found)], refused=Evidence(query=lacks[len(found)].statement.sql, answer=str(error))))
    return found


class _Mender:
    """Tries statements in savepoints of one transaction."""

    def __init__(self, connection: Connection, seen: tuple[Effect, ...]) -> None:
        self.connection = connection
        self.seen = seen

    def mend(self, lack: Lack) -> Mended:
        """Make one lack good."""
        catalog = read_catalog(self.connection)
        if lack.effect.kind in FILLS_ROWS and _nothing_to_fill(self.connection, lack, catalog):
            return Mended(lack=lack)
        refused: ServerError | None = None
        for sql in _statements(lack, catalog, self.connection):
            steps, error = self.attempt(SqlStep(code="carry_out", sql=sql, facts={"migration": lack.migration}), DEPTH)
            if steps:
                return Mended(lack=lack, steps=tuple(steps))
            refused = error
        answer = f"{refused.sqlstate} {refused.message}" if refused else "no statement of ours makes it"
        return Mended(lack=lack, refused=Evidence(query=lack.statement.sql, answer=answer))

    def attempt(self, step: SqlStep, depth: int) -> tuple[list[SqlStep], ServerError | None]:
        """Run a statement in a savepoint; where it fails, try the remedies of what the checks find, then the statement again."""
        error = _run(self.connection, step)
        if error is None:
            return [_with_undo(step)], None
        if depth == 0:
            return [], error
        case = case_of(step.sql, error, connection=self.connection, seen=self.seen)
        for finding in examine(case):
            for remedy in propose(finding, case):
                if remedy.id not in CHANGES_ROWS and remedy.steps and not remedy.facts.get("whole_script"):
                    mended = self._remedied(step, [s for s in remedy.steps if isinstance(s, SqlStep)], depth)
                    if mended:
                        return mended, None
        return [], error

    def _remedied(self, step: SqlStep, first: list[SqlStep], depth: int) -> list[SqlStep]:
        """The remedy's steps, and the statement after them where they do not stand in for it; nothing when that fails."""
        stands_in = any(s.code in STANDS_IN for s in first)
        done: list[SqlStep] = []
        try:
            with self.connection.transaction():
                for part in [*first, *([] if stands_in else [step])]:
                    steps, error = self.attempt(part, depth - 1)
                    _give_up_on(error)
                    done += steps
        except _GiveUp:
            return []
        return done


def _statements(lack: Lack, catalog: Catalog, connection: Connection) -> Iterator[str]:
    """The statement that makes this lack good: the migration's own, or the part of it that is missing."""
    effect = lack.effect
    own = next((e for e in lack.statement.effects if e.kind == effect.kind and e.table == effect.table), None)
    table = catalog.find(effect.table.name, effect.table.schema or None)
    if effect.kind == "add_column" and table and effect.wanted:
        wanted = effect.wanted[0]
        reference = _resolved(wanted.reference, catalog)
        type_ = wanted.type
        if reference and reference.parent_columns:
            parent = catalog.tables[reference.parent].column(reference.parent_columns[0])
            questions = PostgresQuestions(connection)
            type_ = type_ if parent is None or questions.keys_compare(questions.resolve_type(type_), parent.type) else parent.type
        default = wanted.default if type_ == wanted.type else ""
        not_null = wanted.not_null and bool(default) and not reference
        yield ddl.add_column(table.name, wanted.name, type_, default=default, not_null=not_null, reference=reference)
    elif effect.kind == "add_foreign_key" and table and own is None and effect.reference:
        reference = _resolved(effect.reference, catalog)
        if reference:
            name = effect.name or f"{table.name.name}_{'_'.join(effect.columns)}_fkey"[:63]
            definition = f"FOREIGN KEY ({ddl.columns(reference.columns)}) {ddl.references(reference)}"
            yield ddl.add_constraint(table.name, name, definition)
    else:
        yield lack.statement.sql


def _resolved(reference: Reference | None, catalog: Catalog) -> Reference | None:
    parent = catalog.find(reference.parent.name, reference.parent.schema or None) if reference else None
    if reference is None or parent is None:
        return None
    columns = reference.parent_columns or (parent.primary_key.columns if parent.primary_key else ())
    return msgspec.structs.replace(reference, parent=parent.name, parent_columns=columns)


def _give_up_on(error: ServerError | None) -> None:
    if error is not None:
        raise _GiveUp


class _GiveUp(Exception):
    """Leaves a savepoint without keeping what was done in it."""


def _run(connection: Connection, step: SqlStep) -> ServerError | None:
    try:
        with connection.transaction():
            limit_lock_wait(connection, seconds=5)
            run_step(connection, step) if step.transactional else connection.execute(sql_text(step.sql.replace(" CONCURRENTLY", "")))
    except SqlError as error:
        return error_of(error)
    return None


def _with_undo(step: SqlStep) -> SqlStep:
    return step if step.undo_sql else msgspec.structs.replace(step, undo_sql=undo_of(effects_of(step.sql)))


def _nothing_to_fill(connection: Connection, lack: Lack, catalog: Catalog) -> bool:
    """An UPDATE of an empty table has done all it could."""
    table = catalog.find(lack.effect.table.name, lack.effect.table.schema or None)
    if lack.effect.kind != "update" or table is None:
        return False
    rows, _ = PostgresQuestions(connection).count_rows(table.name)
    return rows == 0


def case_of(sql: str, error: ServerError | None, *, connection: Connection, seen: tuple[Effect, ...]) -> Case:
    """The case a failed statement makes on this connection's database."""
    questions: Questions = PostgresQuestions(connection)
    return Case(catalog=read_catalog(connection), ask=questions, statement=sql, effects=effects_of(sql), error=error, seen=seen)
