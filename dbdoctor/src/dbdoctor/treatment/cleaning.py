"""Clean up when the owner says so: backups, quarantine and journal hold people's data."""

from functools import partial
from pathlib import Path

from dbdoctor.databases.postgresql import debris, journal
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.errors import DoctorError
from dbdoctor.findings import SqlStep
from dbdoctor.treatment import patience, storage
from dbdoctor.treatment.opening import Surgery, find_run, open_surgery, plan_of, snapshot_of
from dbdoctor.treatment.records import ALL_DONE, Cleaned, ignore

ENDED = ALL_DONE | {"undone", "stopped_before_migrate"}


class RunNotEnded(DoctorError):
    """A run that may still have to go on or back needs its backup and its journal."""

    kind = "conflict"


def clean(*, url: str, run_id: str | None = None, state_folder: Path | None = None) -> Cleaned:
    """Remove backup, quarantine tables and journal of a run that has ended, or of all; the schema goes when nothing is left in it.

    Backups of runs whose journal is gone already (undone ones) are found in `state_folder`. Raises RunNotEnded, RunNotFound.
    """
    with open_surgery(url=url, tell=ignore) as surgery:
        base = state_folder or storage.default_folder()
        lying = dict(storage.run_folders(base, target=surgery.target.shown))
        rows = journal.read_runs(surgery.connection)
        if run_id is not None and run_id not in lying:
            find_run(surgery.connection, run_id)
        chosen = [row for row in rows if run_id in {None, row.id}]
        for row in chosen:
            if row.state not in ENDED:
                raise RunNotEnded(
                    f"Run {row.id} has not ended ({row.state.replace('_', ' ')}).",
                    next_step=f"Apply its plan again, or run: dbdoctor undo URL {row.id}. Nothing was removed.",
                )
        quarantine = _forget(surgery, chosen)
        folders = {Path(row.backup_path).parent for row in chosen if row.backup_path}
        folders |= {folder for run, folder in lying.items() if run_id in {None, run}}
        there = sorted(folder for folder in folders if folder.is_dir())
        size = sum(storage.remove_folder(folder) for folder in there)
        return Cleaned(
            runs=tuple(sorted({row.id for row in chosen} | {run for run in lying if run_id in {None, run}})),
            backups=tuple(str(folder) for folder in there),
            bytes=size,
            quarantine=quarantine,
            schema_removed=bool(rows) and not journal.has_journal(surgery.connection),
        )


def _forget(surgery: Surgery, chosen: list[journal.RunRow]) -> dict[str, int]:
    """Remove the runs and the tables each of them made; returns how many rows those held."""
    connection, removed = surgery.connection, dict[str, int]()
    for row in chosen:
        before, after = snapshot_of(row.before), snapshot_of(row.after)
        made = [name for name in (after.kept if after else ()) if before is None or name not in before.kept]
        there = [name for name in journal.kept_tables(connection) if name in made]
        removed |= journal.count_kept(connection, there)
        done = [step.position for step in journal.read_steps(connection, row.id) if step.state == "done"] if row.state != "undone" else []
        planned = plan_of(row).steps
        cleared = [step.clean_sql for position in reversed(done) if isinstance(step := planned[position], SqlStep) and step.clean_sql]
        patience.retry_sql(
            connection, partial(_forget_run, connection, row.id, cleared=cleared, kept=there), what="Clean", tell=surgery.tell
        )
    return removed


def _forget_run(connection: Connection, run_id: str, patience_s: float, *, cleared: list[str], kept: list[str]) -> None:
    """What the run kept for an undo goes together with its journal."""
    with connection.transaction():
        debris.set_lock_timeout(connection, patience_s, local=True)
        for statement in cleared:
            debris.run_inside(connection, statement)
        journal.forget_run(connection, run_id=run_id, kept=kept)
