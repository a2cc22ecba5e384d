"""Before the first change: the plan still fits, the backup is whole and on disk, and the journal says so."""

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import backup, differences, journal
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.dump import DumpFailed, schema_text
from dbdoctor.databases.postgresql.restore import owners_out_of_reach
from dbdoctor.databases.postgresql.snapshot import one_moment, take_snapshot
from dbdoctor.errors import DoctorError
from dbdoctor.findings import MigrateStep, Plan, Step
from dbdoctor.model import Catalog
from dbdoctor.treatment import storage
from dbdoctor.treatment.command import run_command
from dbdoctor.treatment.opening import NotAllowed, Surgery, notes_on_undo, open_surgery, plan_of, snapshot_of, unfinished_run
from dbdoctor.treatment.records import ALL_DONE, Note, Progress, ignore

NO_LIMIT_S = 7 * 24 * 3600.0


class CatalogChanged(DoctorError):
    """The database is no longer the one the plan was made for."""

    kind = "conflict"


class NoRoomForBackup(DoctorError):
    """The place for the backup has too little room, or takes no files."""

    kind = "refused"


class UnfinishedRun(DoctorError):
    """Another plan was begun on this database and neither finished nor undone."""

    kind = "conflict"


def needs_backup(plan: Plan) -> bool:
    """Whether undoing the plan takes a restore: a migrate command, or a step that cannot be taken back by itself."""
    return any(not undoable(step) for step in plan.steps)


def undoable(step: Step) -> bool:
    """Whether a step carries the statement that takes it back."""
    return not isinstance(step, MigrateStep) and bool(step.undo_sql)


def forewarnings(*, url: str, plan: Plan) -> tuple[Note, ...]:
    """What the owner should know before saying yes to a plan; reads only."""
    if not needs_backup(plan):
        return ()
    with open_surgery(url=url, tell=ignore, locked=False) as surgery:
        return notes_on_undo(surgery.connection)


def prepare_run(surgery: Surgery, *, plan: Plan, state_folder: Path | None) -> str:
    """The id of the run to carry out: the unfinished one of this plan, or the one that has just applied it, else a new one.

    Raises UnfinishedRun, CatalogChanged, NotAllowed, DumpFailed; a new run that cannot be prepared leaves nothing behind.
    """
    connection = surgery.connection
    begun = unfinished_run(connection)
    if begun is not None:
        return _resume(surgery, begun, plan=plan, state_folder=state_folder)
    catalog = read_catalog(connection)
    if done := _applied_already(surgery, catalog, plan):
        return done
    _bound_to(catalog, plan)
    if not journal.may_create(connection):
        raise NotAllowed(
            f"The user {catalog.user} may not make the schema dbdoctor, where the journal is kept.",
            next_step=f"Connect as the owner of the database, or: GRANT CREATE ON DATABASE ... TO {catalog.user}",
        )
    run_id = f"{datetime.now(UTC):%Y%m%d-%H%M}-{secrets.token_hex(2)}"
    journal.create_journal(connection)
    kinds = [type(step).__name__.removesuffix("Step").lower() for step in plan.steps]
    journal.insert_run(connection, run_id=run_id, plan=msgspec.json.encode(plan).decode(), kinds=kinds)
    _back_up_or_forget(surgery, run_id=run_id, plan=plan, catalog=catalog, state_folder=state_folder)
    return run_id


def _resume(surgery: Surgery, begun: journal.RunRow, *, plan: Plan, state_folder: Path | None) -> str:
    if begun.state == "undoing":
        raise UnfinishedRun(f"The undo of run {begun.id} was not finished.", next_step=f"Run: dbdoctor undo URL {begun.id}")
    if plan_of(begun) != plan:
        raise UnfinishedRun(
            f"Run {begun.id} of another plan is not finished ({begun.state.replace('_', ' ')}).",
            next_step=f"Apply that plan again, which goes on where it stopped, or run: dbdoctor undo URL {begun.id}",
        )
    if all(step.state == "pending" for step in journal.read_steps(surgery.connection, begun.id)):
        catalog = read_catalog(surgery.connection)
        _bound_to(catalog, plan)
        # Nothing has been changed: what was saved may be older than what the app has written since.
        _back_up_or_forget(surgery, run_id=begun.id, plan=plan, catalog=catalog, state_folder=state_folder)
    return begun.id


def _applied_already(surgery: Surgery, catalog: Catalog, plan: Plan) -> str:
    """The run that has applied this very plan, where the schema is still what it left: killed after its last word, for example."""
    newest = next(iter(reversed(journal.read_runs(surgery.connection))), None)
    if newest is None or newest.state not in ALL_DONE or plan_of(newest) != plan:
        return ""
    after, digest = snapshot_of(newest.after), catalog_digest(catalog)
    return newest.id if after is not None and after.catalog_digest == digest != plan.catalog_digest else ""


def _bound_to(catalog: Catalog, plan: Plan) -> None:
    if catalog_digest(catalog) == plan.catalog_digest:
        return
    changes = differences.differences(plan.catalog_objects, differences.catalog_pieces(catalog)) if plan.catalog_objects else []
    if changes:
        what = f" What differs: {differences.in_words(changes)}."
    else:  # a plan of an earlier version carries only the checksum
        names = {name for step in plan.steps for name in getattr(step, "writes", ())}
        gone = ", ".join(str(name) for name in sorted(names) if name not in catalog.tables)
        what = f" Of the tables it writes, these are gone: {gone}." if gone else " It does not tell more than that."
    raise CatalogChanged(
        f"The database is not the one this plan was made for: tables, columns, keys, indexes or types have changed since.{what}",
        next_step="Make the plan anew (dbdoctor plan). Nothing was changed.",
    )


def _back_up_or_forget(surgery: Surgery, *, run_id: str, plan: Plan, catalog: Catalog, state_folder: Path | None) -> None:
    folder = (state_folder or storage.default_folder()) / run_id
    try:
        _back_up(surgery, run_id=run_id, plan=plan, catalog=catalog, base=folder.parent)
    except OSError as error:
        _forget(surgery, run_id=run_id, folder=folder)
        message = f"The backup cannot be written to {folder.parent}: {error.strerror}."
        raise NoRoomForBackup(message, next_step="Make room there, or set XDG_STATE_HOME to another place. Nothing was changed.") from error
    except BaseException:
        _forget(surgery, run_id=run_id, folder=folder)
        raise


def _forget(surgery: Surgery, *, run_id: str, folder: Path) -> None:
    if not surgery.connection.closed:
        journal.forget_run(surgery.connection, run_id=run_id)
    if folder.is_dir():
        storage.remove_folder(folder)


def _refuse_too_little_room(surgery: Surgery, base: Path) -> None:
    """Before a byte is written: a disk that is filled to the brim harms more than this run."""
    needed, free = backup.rows_size(surgery.connection), storage.free_bytes(base)
    if free < needed:
        raise NoRoomForBackup(
            f"The backup may take up to {needed:,} bytes, and at {base} there are {free:,}.",
            next_step="Make room there, or set XDG_STATE_HOME to another place. Nothing was changed.",
        )


def _back_up(surgery: Surgery, *, run_id: str, plan: Plan, catalog: Catalog, base: Path) -> None:
    """Save what undo will need: always a snapshot and the schema's text, and a dump where a restore may be called for."""
    connection, whole = surgery.connection, needs_backup(plan)
    others = owners_out_of_reach(connection) if whole else []
    if others:
        raise NotAllowed(
            f"This plan could not be undone by {catalog.user}: objects of the database belong to {', '.join(others)}.",
            next_step="Connect as a superuser, or as a member of these roles. Nothing was changed.",
        )
    surgery.tell(Progress(stage="backup"))
    if whole:
        _refuse_too_little_room(surgery, base)
    folder = storage.make_run_folder(base, run_id=run_id, target=surgery.target.shown)
    text = schema_text(surgery.tools, surgery.url).encode(errors="surrogateescape")
    storage.write_private(folder / storage.SCHEMA, text)
    with one_moment(connection) as moment:
        file = folder / storage.BACKUP
        if whole:
            _dump(surgery, file=file, moment=moment)
        before = take_snapshot(connection, catalog, schema_text_digest=hashlib.sha256(text).hexdigest())
    journal.record_before(
        connection,
        run_id=run_id,
        before=msgspec.json.encode(before).decode(),
        backup_path=str(file.resolve()) if whole else "",
        backup_bytes=file.stat().st_size if whole else 0,
    )


def _dump(surgery: Surgery, *, file: Path, moment: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    ended = run_command(
        words=backup.dump_command(tools=surgery.tools, url=surgery.url, file=part, snapshot=moment),
        cwd=file.parent,
        variables=backup.target_environment(surgery.url, application="dbdoctor"),
        time_limit_s=NO_LIMIT_S,
        secrets=surgery.target.secrets,
        on_tick=lambda seconds: surgery.tell(Progress(stage="backup", seconds=seconds, detail=str(part.stat().st_size))),
    )
    if ended.exit_code != 0:
        message = f"pg_dump failed: {ended.output.strip()[-1500:]}"
        raise DumpFailed(message, next_step="Nothing was changed. The user of the address must be able to read every table.")
    backup.check_dump(tools=surgery.tools, file=part)
    storage.settle(part, file)
