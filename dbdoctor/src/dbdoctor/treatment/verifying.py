"""Verify: no flag is believed. Keys are attacked, rows counted, the ledger asked, the app's own test run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import backup, ddl, journal, probes, run_lock, silent_keys
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError, quoted
from dbdoctor.databases.postgresql.rows import count_rows, orphans, stored_tables
from dbdoctor.databases.postgresql.snapshot import Snapshot, lost_constraints, read_sequences, structure_of
from dbdoctor.findings import MarkStep, MigrateStep, Plan, SqlStep
from dbdoctor.histories import detect_all, own_tables
from dbdoctor.model import Catalog, ForeignKey, Reference, Table, TableName
from dbdoctor.treatment.command import run_command
from dbdoctor.treatment.opening import Surgery, application_of, find_run, open_surgery, plan_of, snapshot_of
from dbdoctor.treatment.records import ALL_DONE, Check, Verification, ignore

PROMISES = ("foreign", "unique", "primary")
TAIL_CHARACTERS = 500


def verify(*, url: str, run_id: str | None = None) -> Verification:
    """Verify what a run touched: the run named, else the newest that was applied, else every key of the database.

    Changes nothing: all rows it tries are taken back; a sequence that a trigger moved is told. The app's test (`accept`) is run if the
    plan has one.
    """
    with open_surgery(url=url, tell=ignore, locked=False) as surgery:
        applied = [row for row in journal.read_runs(surgery.connection) if row.state in ALL_DONE]
        row = find_run(surgery.connection, run_id) if run_id else next(iter(reversed(applied)), None)
        if row is not None:
            return verify_run(surgery, row, time_limit_s=900)
        catalog, sequences = read_catalog(surgery.connection), read_sequences(surgery.connection)
        checks = [*_keys(surgery.connection, catalog, set(catalog.tables), kept_unchecked=frozenset())]
        return Verification(checks=(*checks, _sequences(surgery.connection, sequences)))


def verify_run(surgery: Surgery, row: journal.RunRow, *, time_limit_s: float) -> Verification:
    """Everything a run has touched."""
    connection, plan = surgery.connection, plan_of(row)
    before, after = snapshot_of(row.before), snapshot_of(row.after)
    catalog, sequences = read_catalog(connection), read_sequences(connection)
    touched = _touched(connection, catalog, plan=plan, before=before)
    checks = [*_keys(connection, catalog, touched, kept_unchecked=_unchecked_on_purpose(catalog, plan, before))]
    checks.append(_sequences(connection, sequences))
    checks += _lost(catalog, after)
    others = 0 if plan.migrates else run_lock.other_sessions(connection)
    ledgers = _ledgers(catalog, plan)
    checks += [c for c in _rows(connection, before=before, after=after, others=others) if c.subject not in ledgers]
    checks += _marks(connection, plan)
    checks += _acceptance(surgery, plan, run_id=row.id, time_limit_s=time_limit_s)
    return Verification(checks=tuple(checks))


def _touched(connection: Connection, catalog: Catalog, *, plan: Plan, before: Snapshot | None) -> set[TableName]:
    """Tables that are new, altered, written by a step or hold other rows than before the run; all where that is not known."""
    if before is None:
        return set(catalog.tables)
    were = before.by_oid()
    named = {name for step in plan.steps if isinstance(step, SqlStep) for name in step.writes}
    touched = {name for name in named if name in catalog.tables}
    for oid, stored in stored_tables(connection).items():
        was, found = were.get(oid), catalog.tables.get(stored.name)
        if found is None:
            continue
        if was is None or was.structure != structure_of(catalog, stored.name) or was.rows != count_rows(connection, stored.name):
            touched.add(stored.name)
    return touched | {table.name for table in catalog.tables.values() if table.kind == "partitioned"}


def _keys(connection: Connection, catalog: Catalog, touched: set[TableName], *, kept_unchecked: frozenset[str]) -> Iterator[Check]:
    looked = False
    for key in catalog.foreign_keys():
        if key.child in touched or key.parent in touched:
            looked = True
            yield from _foreign_key(connection, catalog, key, unchecked_on_purpose=key.name in kept_unchecked)
    for who in silent_keys.sessions_without_keys(connection) if looked else ():
        detail = "session_replication_role = replica: no key is looked at there"
        yield Check(name="keys_hold_for_everybody", subject=who, state="failed", detail=detail)
    for name in sorted(touched):
        table = catalog.tables[name]
        if table.kind in {"table", "partitioned"}:
            yield from _unique_keys(connection, catalog, table)


def _foreign_key(connection: Connection, catalog: Catalog, key: ForeignKey, *, unchecked_on_purpose: bool) -> Iterator[Check]:
    subject = f"{key.child} {key.name}"
    detail = "" if key.enforced else "its triggers are disabled, or it is NOT ENFORCED"
    yield Check(name="foreign_key_enforced", subject=subject, state="passed" if key.enforced else "failed", detail=detail)
    if key.validated:
        yield Check(name="foreign_key_validated", subject=subject, state="passed")
        yield _no_orphans(connection, key, subject)
    else:
        detail = "NOT VALID, as planned" if unchecked_on_purpose else "NOT VALID: the rows that were there are not checked"
        yield Check(name="foreign_key_validated", subject=subject, state="passed" if unchecked_on_purpose else "failed", detail=detail)
    if catalog.tables[key.child].kind == "partition":
        return  # tried through the partitioned table it is part of
    try:
        found = probes.probe_foreign_key(connection, catalog, key)
    except SqlError as error:
        found = [probes.Probe(name="insert_refused", state="not_probed", detail=error.sqlstate or "")]
    for probe in found:
        yield Check(name=probe.name, subject=subject, state=probe.state, detail=probe.detail)


def _sequences(connection: Connection, then: Mapping[str, str]) -> Check:
    """A number that a sequence has given is not taken back with the row: ours are explicit, but a trigger's are not."""
    moved = sorted(name for name, value in read_sequences(connection).items() if then.get(name, value) != value)
    others = run_lock.other_sessions(connection)
    detail = ", ".join(moved) + (f" (perhaps by {others} other sessions)" if moved and others else "")
    return Check(name="no_number_consumed", subject="all sequences", state="not_probed" if moved else "passed", detail=detail)


def _no_orphans(connection: Connection, key: ForeignKey, subject: str) -> Check:
    """A key may say that it is valid and have been switched off while rows were written."""
    wanted = Reference(child=key.child, columns=key.columns, parent=key.parent, parent_columns=key.parent_columns)
    try:
        count, _ = orphans(connection, wanted)
    except SqlError as error:
        return Check(name="no_orphans", subject=subject, state="not_probed", detail=error.sqlstate or "")
    return Check(name="no_orphans", subject=subject, state="failed" if count else "passed", detail=str(count))


def _unique_keys(connection: Connection, catalog: Catalog, table: Table) -> Iterator[Check]:
    for key in table.keys:
        subject = f"{table.name} {key.name}"
        if not key.valid:
            yield Check(name="unique_index_valid", subject=subject, state="failed", detail="INVALID: its build was not finished")
            continue
        try:
            probe = probes.probe_unique_key(connection, catalog, table=table, key=key)
        except SqlError as error:
            probe = probes.Probe(name="duplicate_refused", state="not_probed", detail=error.sqlstate or "")
        yield Check(name=probe.name, subject=subject, state=probe.state, detail=probe.detail)


def _unchecked_on_purpose(catalog: Catalog, plan: Plan, before: Snapshot | None) -> frozenset[str]:
    """Keys that are NOT VALID because the plan, the app's own migrations or the time before the run want them so."""
    text = [step.sql for step in plan.steps if isinstance(step, SqlStep)]
    entries = [entry for table in (before.tables if before else ()) for entry in table.constraints]
    were = {entry.partition(": ")[0] for entry in entries if entry.endswith("NOT VALID")}
    kept = set()
    for key in catalog.foreign_keys():
        ours = [sql for sql in text if quoted(key.name) in sql or f" {key.name} " in sql]
        planned = any("NOT VALID" in sql for sql in ours) and not any("VALIDATE CONSTRAINT" in sql for sql in ours)
        of_the_app = not ours and (any(isinstance(step, MigrateStep) for step in plan.steps) or f"foreign {key.name}" in were)
        if planned or of_the_app:
            kept.add(key.name)
    return frozenset(kept)


def _lost(catalog: Catalog, after: Snapshot | None) -> Iterator[Check]:
    """Keys that stood when the run ended, and are gone or weaker now."""
    if after is None:
        return
    for table, text in lost_constraints(after, catalog, kinds=PROMISES):
        yield Check(name="key_still_there", subject=f"{table} {text.partition(': ')[0].split(' ', 1)[1]}", state="failed", detail="gone")
    there = {(table.name, c.name): c.definition for table in catalog.tables.values() for c in table.constraints}
    for state in after.tables:
        for entry in state.constraints:
            head, _, definition = entry.partition(": ")
            now = there.get((state.table, head.split(" ", 1)[1]), "")
            if now.endswith("NOT VALID") and not definition.endswith("NOT VALID"):
                detail = "NOT VALID now, and was not when the run ended"
                yield Check(name="key_still_there", subject=f"{state.table} {head.split(' ', 1)[1]}", state="failed", detail=detail)


def _rows(connection: Connection, *, before: Snapshot | None, after: Snapshot | None, others: int) -> Iterator[Check]:
    """Rows before and after the run: what is missing must lie in quarantine. What the app has done since does not count.

    `others` sessions may have removed rows meanwhile; where the app's own command ran, rows that are gone are missed all the same.
    """
    if before is None or after is None:
        return
    made = [name for name in after.kept if name not in before.kept]
    kept = journal.count_kept(connection, [name for name in made if name in journal.kept_tables(connection)])
    now = after.by_oid()
    by_name = after.by_name()
    for was in before.tables:
        found = now.get(was.oid) or by_name.get(was.table)
        aside = kept.get(ddl.quarantine(was.table).name, 0)
        there = found.rows if found else 0
        missing = was.rows - there - aside
        if missing > 0:
            detail = f"{missing} of {was.rows} rows are gone" + (f", perhaps by {others} other sessions" if others else "")
            yield Check(name="rows_kept", subject=str(was.table), state="not_probed" if others else "failed", detail=detail)
        elif was.rows:
            detail = f"{was.rows} before, {there} now, {aside} in quarantine"
            yield Check(name="rows_kept", subject=str(was.table), state="passed", detail=detail)


def _marks(connection: Connection, plan: Plan) -> Iterator[Check]:
    for step in plan.steps:
        if isinstance(step, MarkStep):
            try:
                there = probes.mark_is_there(connection, step.undo_sql) or _recorded(connection, plan, step)
            except SqlError as error:
                yield Check(name="ledger_mark", subject=step.migration, state="not_probed", detail=error.sqlstate or "")
            else:
                yield Check(name="ledger_mark", subject=step.migration, state="passed" if there else "failed", detail=step.table)


def _ledgers(catalog: Catalog, plan: Plan) -> set[str]:
    """The migration tool's own tables: rows of a ledger and of a lock come and go, and are looked at as marks."""
    return {str(name) for history in detect_all(catalog, _folder(plan)) for name in own_tables(history, catalog.tables)}


def _folder(plan: Plan) -> Path | None:
    return next((Path(s.cwd) for s in plan.steps if isinstance(s, MigrateStep)), None)


def _recorded(connection: Connection, plan: Plan, step: MarkStep) -> bool:
    """A ledger that only tells how far it has come (Alembic, golang-migrate) has moved on since: its own history knows."""
    history = next((h for h in detect_all(read_catalog(connection), _folder(plan)) if str(h.ledger) == step.table), None)
    return history is not None and history.records(step.migration, history.state(connection))


def _acceptance(surgery: Surgery, plan: Plan, *, run_id: str, time_limit_s: float) -> Sequence[Check]:
    if not plan.accept:
        return []
    ended = run_command(
        words=["/bin/sh", "-c", plan.accept],
        cwd=Path(plan.accept_cwd or "."),
        variables=backup.target_environment(surgery.url, names=plan.env, application=application_of(run_id)),
        time_limit_s=time_limit_s,
        secrets=surgery.target.secrets,
        on_tick=lambda _seconds: None,
    )
    detail = "" if ended.exit_code == 0 else f"{ended.exit_code}: {ended.output.strip()[-TAIL_CHARACTERS:]}"
    return [Check(name="accepted_by_the_app", subject=plan.accept, state="passed" if ended.exit_code == 0 else "failed", detail=detail)]
