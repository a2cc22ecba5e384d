"""Undo a run: statement by statement where each step carries its own way back, else by a whole restore in one transaction."""

import contextlib
import difflib
import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import debris, journal, restore, silent_keys
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import SqlError, sql_text
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.databases.postgresql.probes import FOREIGN_KEY_VIOLATION
from dbdoctor.databases.postgresql.silent_keys import KeyName
from dbdoctor.databases.postgresql.snapshot import Snapshot, differing_rows, differing_structure, one_moment, take_snapshot
from dbdoctor.errors import DoctorError
from dbdoctor.findings import MigrateStep, Plan, SqlStep
from dbdoctor.treatment import patience, storage
from dbdoctor.treatment.gate import gate
from dbdoctor.treatment.opening import Surgery, describe, find_run, open_surgery, plan_of, snapshot_of
from dbdoctor.treatment.preparing import undoable
from dbdoctor.treatment.records import Check, CheckState, Note, Progress, Run, Tell, Verification, ignore
from dbdoctor.treatment.steps import clear_half_built, end_leftovers

LOCKS_PATIENCE_S = 600.0
DIFFERENCE_LINES = 12
OUT_OF_MEMORY = "53200"


class RowsWrittenSince(DoctorError):
    """The app has written since the run ended; a restore would lose that."""

    kind = "conflict"


class SchemaChangedSince(DoctorError):
    """Tables were altered since the run ended; a restore would lose that."""

    kind = "conflict"


class LaterRun(DoctorError):
    """Another run was applied on top of this one."""

    kind = "conflict"


class BackupMissing(DoctorError):
    """The backup is not where the journal says it is, or is not what it was."""

    kind = "not_found"


class UndoFailed(DoctorError):
    """There is no way back as things are; the database is as it was."""

    kind = "failed"


def undo(*, url: str, run_id: str, tell: Tell = ignore) -> Run:
    """Return schema, rows and ledger to what they were before the run; its backup stays until `clean`.

    Raises RowsWrittenSince or SchemaChangedSince where that would lose what came after, BackupMissing, LaterRun, RunNotFound.
    """
    with open_surgery(url=url, tell=tell) as surgery:
        row = find_run(surgery.connection, run_id)
        told = describe(surgery.connection, row)
        if row.state == "undone":
            return told
        later = [one.id for one in journal.read_runs(surgery.connection) if one.created_at > row.created_at and one.state != "undone"]
        if later:
            raise LaterRun(f"Run {later[-1]} was applied after {run_id}.", next_step=f"First: dbdoctor undo URL {later[-1]}")
        end_leftovers(surgery, run_id)
        plan, before = plan_of(row), snapshot_of(row.before)
        notes: list[Note] = []
        if before is None:  # killed before its backup was whole: nothing was changed
            journal.forget_run(surgery.connection, run_id=run_id)
            return _undone(told, checks=[], notes=notes)
        try:
            with gate(surgery, read_catalog(surgery.connection), None):
                if _can_go_back_by_steps(surgery, run_id, plan):
                    _undo_by_steps(surgery, row, plan=plan, before=before)
                else:
                    notes += _undo_by_restore(surgery, row, before=before)
        except (DoctorError, SqlError):
            _still_what_it_was(surgery, row)
            raise
        checks = list(_as_before(surgery, row, before, by_restore=bool(row.backup_path)))
        return _undone(told, checks=checks, notes=notes)


def _still_what_it_was(surgery: Surgery, row: journal.RunRow) -> None:
    """A refused undo, or one that was taken back as a whole, leaves the run such that apply may still go on with it."""
    if not surgery.connection.closed:
        with contextlib.suppress(SqlError):  # why it was refused is what must be told
            journal.record_state(surgery.connection, run_id=row.id, state=row.state, error=row.error, finished=row.finished_at is not None)


def _undone(told: Run, *, checks: list[Check], notes: list[Note]) -> Run:
    verification = Verification(checks=tuple(checks))
    return msgspec.structs.replace(told, state="undone", rows_quarantined=0, error="", verification=verification, notes=tuple(notes))


def _can_go_back_by_steps(surgery: Surgery, run_id: str, plan: Plan) -> bool:
    begun = [row.position for row in journal.read_steps(surgery.connection, run_id) if row.state != "pending"]
    return all(undoable(plan.steps[position]) for position in begun)


def _undo_by_steps(surgery: Surgery, row: journal.RunRow, *, plan: Plan, before: Snapshot) -> None:
    """Each step's own way back, last one first, in one transaction with the journal; rows written since stay."""
    connection = surgery.connection
    begun = [step for step in journal.read_steps(connection, row.id) if step.state != "pending"]
    back: list[str] = []
    journal.record_state(connection, run_id=row.id, state="undoing")
    for step in reversed(begun):
        planned = plan.steps[step.position]
        if isinstance(planned, MigrateStep):
            continue
        finished = step.state == "done"
        if isinstance(planned, SqlStep) and not finished:
            # Batches that are done stand; a statement outside any transaction may have ended well without our knowing.
            finished = bool(planned.batches) or (not planned.transactional and _finished_or_cleared(surgery, planned, before=before))
        back += [planned.undo_sql] if finished else []
    made = [name for name in journal.kept_tables(connection) if name not in before.kept]

    def attempt(patience_s: float) -> None:
        with connection.transaction():
            debris.set_lock_timeout(connection, patience_s, local=True)
            for statement in back:
                debris.run_inside(connection, statement)
            for statement in journal.forgetting(connection, run_id=row.id, state="undone", kept=made):
                connection.execute(sql_text(statement))

    patience.retry_sql(connection, attempt, what="Undo", tell=surgery.tell)


def _finished_or_cleared(surgery: Surgery, step: SqlStep, *, before: Snapshot) -> bool:
    """Whether a step outside any transaction had finished when the run was stopped; what it left half-made is dropped."""
    answer: list[bool] = []
    debris.set_lock_timeout(surgery.connection, patience.LOCK_TIMEOUT_S, local=False)
    patience.retry_sql(
        surgery.connection,
        lambda _patience_s: answer.append(clear_half_built(surgery, step, index_names=before.indexes)),
        what="Undo",
        tell=surgery.tell,
    )
    debris.set_lock_timeout(surgery.connection, 0, local=False)
    return answer[-1]


def _undo_by_restore(surgery: Surgery, row: journal.RunRow, *, before: Snapshot) -> list[Note]:
    """Everything of the app's goes and comes back out of the backup, together with the journal's entry, or nothing at all."""
    file = Path(row.backup_path)
    if not row.backup_path or not file.is_file() or file.stat().st_size != row.backup_bytes:
        raise BackupMissing(
            f"The backup of run {row.id} is not at {row.backup_path or 'any place'}, or is not the file it was.",
            next_step="Bring it back from the machine the run was applied on. Nothing was changed.",
        )
    journal.record_state(surgery.connection, run_id=row.id, state="undoing")
    apart = {trigger.key for trigger in before.switched}
    number = 0
    while True:
        number += 1
        surgery.tell(Progress(stage="restore" if number == 1 else "retry", attempt=number))
        try:
            return _restore_once(surgery, row, before=before, apart=apart)
        except restore.RestoreStopped as error:
            if error.sqlstate == FOREIGN_KEY_VIOLATION and error.key is not None and error.key not in apart:
                apart.add(error.key)  # it called itself valid over rows that break it, and shall again
                number -= 1
                continue
            if error.sqlstate == OUT_OF_MEMORY:
                needed, there = restore.locks_per_transaction(surgery.connection)
                raise UndoFailed(
                    f"The server has no room for the locks of a restore of so many tables (max_locks_per_transaction is {there}).",
                    next_step=f"Nothing was changed. Set max_locks_per_transaction to {max(needed, there * 2)}, restart it, undo again.",
                ) from error
            if error.sqlstate not in patience.WORTH_ANOTHER_TRY:
                raise
            if number == patience.ATTEMPTS:
                raise patience.busy(surgery.connection, what="Undo") from error
            patience.pause(surgery.connection, number)


def _restore_once(surgery: Surgery, row: journal.RunRow, *, before: Snapshot, apart: set[KeyName]) -> list[Note]:
    connection, file = surgery.connection, Path(row.backup_path)
    session = restore.RestoreSession(surgery.tools, surgery.url)
    try:
        tables = restore.tables_to_lock(connection)
        session.take_tables(tables, lock_timeout_s=patience.LOCK_TIMEOUT_S, patience_s=LOCKS_PATIENCE_S)
        now = _now(surgery)
        notes = _refuse_to_lose(row, before=before, now=now)
        for statement in restore.statements_before(connection, before):
            session.send_bytes(statement.encode())
        for statement in restore.schema_statements(before, now):
            session.send_bytes(statement.encode())
        entries = restore.entries_to_restore(connection, surgery.tools, file)
        keys = restore.key_entries(entries, apart, before)
        for line in restore.dump_script(connection, surgery.tools, file, apart=list(keys.values())):
            session.send_bytes(line)
        for statement in silent_keys.key_scripts(surgery.tools, file, list(keys.values())):
            session.send_bytes(statement.encode(errors="surrogateescape"))
        for statement in silent_keys.as_they_were(_valid_before(before, keys), before.switched):
            session.send_bytes(statement.encode())
        made = [name for name in journal.kept_tables(connection) if name not in before.kept]
        for statement in journal.forgetting(connection, run_id=row.id, state="undone", kept=made):
            session.send_bytes(f"{statement};\n".encode())
        session.commit()
    finally:
        session.close()
    return notes


def _valid_before(before: Snapshot, keys: Iterable[KeyName]) -> list[KeyName]:
    """Those keys that called themselves valid."""
    said = {
        KeyName(table.schema, table.name, text.partition(": ")[0].split(" ", 1)[1]): text
        for table in before.tables
        for text in table.constraints
    }
    return sorted(key for key in keys if key in said and not said[key].endswith("NOT VALID"))


def _refuse_to_lose(row: journal.RunRow, *, before: Snapshot, now: Snapshot) -> list[Note]:
    """Raise where rows or tables are no longer what the run left; where it left no word, say what will be set back."""
    after = snapshot_of(row.after)
    if after is None:
        rows = differing_rows(before, now)
        return [Note(code="rows_since_unknown", subjects=tuple(sorted(rows)))] if rows else []
    rows = differing_rows(after, now)
    if rows:
        named = ", ".join(f"{name} ({count or 'contents of'} row{'s' if count != 1 else ''})" for name, count in sorted(rows.items()))
        raise RowsWrittenSince(
            f"Rows were written since run {row.id} ended; undoing it would lose them: {named}.",
            next_step=f"Nothing was changed. The backup stays at {row.backup_path}.",
        )
    if after.catalog_digest != now.catalog_digest:
        named = ", ".join(differing_structure(after, now)) or "types"
        raise SchemaChangedSince(
            f"Tables were altered since run {row.id} ended; undoing it would take that back as well: {named}.",
            next_step=f"Nothing was changed. The backup stays at {row.backup_path}.",
        )
    return []


def _now(surgery: Surgery) -> Snapshot:
    catalog = read_catalog(surgery.connection)
    with one_moment(surgery.connection):
        return take_snapshot(surgery.connection, catalog)


def _as_before(surgery: Surgery, row: journal.RunRow, before: Snapshot, *, by_restore: bool) -> list[Check]:
    """Equal schema dump, equal rows, equal sequences. Rows written since a run that was undone by steps may differ."""
    now = _now(surgery)
    checks = [_schema_check(surgery, row, before)]
    rows = differing_rows(before, now)
    detail = ", ".join(f"{name} ({count})" for name, count in sorted(rows.items()))
    verdict: CheckState = ("failed" if by_restore else "not_probed") if rows else "passed"
    checks.append(Check(name="rows_as_before", subject="all tables", state=verdict, detail=detail))
    if by_restore:
        moved = sorted({name for name, _ in before.sequences.items() ^ now.sequences.items()})
        verdict = "failed" if moved else "passed"
        checks.append(Check(name="sequences_as_before", subject="all sequences", state=verdict, detail=", ".join(moved)))
    return checks


def _schema_check(surgery: Surgery, row: journal.RunRow, before: Snapshot) -> Check:
    text = schema_text(surgery.tools, surgery.url)
    if hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest() == before.schema_text_digest:
        return Check(name="schema_as_before", subject="schema dump", state="passed")
    file = Path(row.backup_path).with_name(storage.SCHEMA)
    was = file.read_text(errors="surrogateescape").splitlines() if row.backup_path and file.is_file() else []
    lines = [line for line in difflib.unified_diff(was, text.splitlines(), n=0, lineterm="") if was and line[:2] not in {"--", "++", "@@"}]
    return Check(name="schema_as_before", subject="schema dump", state="failed", detail="\n".join(lines[:DIFFERENCE_LINES]))
