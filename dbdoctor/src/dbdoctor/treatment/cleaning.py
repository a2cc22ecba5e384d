"""Clean up when the owner says so: backups, quarantine and journal hold people's data."""

from pathlib import Path

from dbdoctor.databases.postgresql import journal
from dbdoctor.errors import DoctorError
from dbdoctor.treatment import storage
from dbdoctor.treatment.opening import Surgery, find_run, open_surgery, snapshot_of
from dbdoctor.treatment.records import Cleaned, ignore

ENDED = frozenset({"applied", "undone", "stopped_before_migrate"})


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
        journal.forget_run(connection, run_id=row.id, kept=there)
    return removed
