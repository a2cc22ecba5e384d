"""The cure as a migration: where the app's own lie and what is applied of them, and the new one written where the user said."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, connect
from dbdoctor.errors import UsageError
from dbdoctor.findings import Plan
from dbdoctor.histories import History, LedgerState, Migration, detect_all
from dbdoctor.histories.folders import folders_below, read_text
from dbdoctor.histories.names import bare
from dbdoctor.reports import terminal
from dbdoctor.reports.letter import Letter, visible
from dbdoctor.reports.migrations import LEDGERS, Migrations, Place, Sibling, migrations_for
from dbdoctor.reports.migrations.drizzle import JOURNAL

_READ_AT_MOST = 40


def refuse_unknown_tool(tool: str, out: Path | None) -> None:
    """Raise UsageError for a tool that is not known, or a folder that is not there, before anything is rehearsed."""
    if tool and tool not in LEDGERS:
        message = f"dbdoctor writes no migrations for {tool!r}."
        raise UsageError(message, next_step=f"Give one of these with --as: {', '.join(LEDGERS)}.")
    if tool and out is not None and not out.is_dir():
        message = f"The folder {out} does not exist."
        raise UsageError(message, next_step="Give the folder of the app's migrations with --out.")


def migrations_of_plan(tool: str, found: Plan, *, url: str, cwd: Path, out: Path | None, app: str) -> Migrations:
    """The cure as the tool's own migrations, placed between what is applied and what is not."""
    return migrations_for(tool, found, _place(tool, url=url, cwd=cwd, out=out, app=app))


def write_migrations(made: Migrations, out: Path) -> list[Path]:
    """Write the files; the journal that lists them may be there, nothing else may. Raises UsageError."""
    paths = [out / file.path for file in made.files]
    for path in paths:
        if path.exists() and not path.match(JOURNAL):
            message = f"{path} is there already."
            raise UsageError(message, next_step="Take it away, or give another folder with --out.")
    try:
        for path, file in zip(paths, made.files, strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_text(file.text, encoding="utf-8", newline="")
    except OSError as error:
        message = f"The migration cannot be written to {out}: {error.strerror}."
        raise UsageError(message, next_step="Give another folder with --out.") from None
    return paths


def tell_migrations(letter: Letter, made: Migrations, written: list[Path]) -> None:
    """Where the files are, or the files themselves where none was written; what has to be done by hand."""
    terminal.tell_migrations(letter, made)
    for path in written:
        typer.echo(f"  written: {visible(str(path))}")
    for file in () if written else made.files:
        typer.echo(f"\n==> {file.path}\n{file.text}", nl=False)
    for heading, statements in (("before", made.before), ("after", made.after), ("later", made.later)):
        for statement in statements:
            typer.echo(f"\n==> {heading}\n{statement};")


def _place(tool: str, *, url: str, cwd: Path, out: Path | None, app: str) -> Place:
    now = datetime.now(tz=UTC)
    with connect(url) as connection:
        history, state, known = _ledger(connection, tool, _roots(cwd, out))
    home = out or _home(cwd, known)
    siblings = tuple(_siblings(home, known))
    if history is None or state is None:
        return Place(now=now, applied=tuple(bare(s.name) for s in siblings if s.name != JOURNAL), siblings=siblings, app=app)
    applied, pending = _told_apart(history, state, known)
    return Place(
        now=now, applied=applied, pending=pending, siblings=siblings, app=app or _app_of(home),
        heads=tuple(str(row["version_num"]) for row in state.rows if row.get("version_num")),
    )  # fmt: skip


def _ledger(connection: Connection, tool: str, roots: list[Path]) -> tuple[History | None, LedgerState | None, list[Migration]]:
    """The tool's ledger with what it says, and the app's migrations from the first folder that has them."""
    catalog = read_catalog(connection)
    history: History | None = None
    for root in roots:
        history = next((h for h in detect_all(catalog, root) if h.tool == LEDGERS[tool]), None)
        state = history.state(connection) if history else None
        known = history.known(root, state) if history and state else []
        if known:
            return history, state, known
    return history, history.state(connection) if history else None, []


def _roots(cwd: Path, out: Path | None) -> list[Path]:
    """Where the app is: the folder it runs in, or the one that was named."""
    if out is None:
        return [cwd.resolve()]
    inside = out.resolve().is_relative_to(cwd.resolve())
    return [cwd.resolve(), out.resolve()] if inside else [out.resolve(), cwd.resolve()]


def _told_apart(history: History, state: LedgerState, known: list[Migration]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is applied and what is pending, each in the tool's order."""
    if not known:
        return tuple(sorted(bare(name) for name in state.applied)), ()
    done = [history.records(migration, state) for migration in known]
    return (
        tuple(bare(m.name) for m, is_done in zip(known, done, strict=True) if is_done),
        tuple(bare(m.name) for m, is_done in zip(known, done, strict=True) if not is_done),
    )


def _home(cwd: Path, known: list[Migration]) -> Path | None:
    """The folder below in which most of what is known lies."""
    names = {bare(m.name) for m in known} | {m.name.partition(".")[2] for m in known}

    def held(folder: Path) -> int:
        return sum(1 for entry in folder.iterdir() if bare(entry.name) in names)

    best = max(folders_below(cwd.resolve()), key=held, default=None) if known else None
    return best if best is not None and held(best) else None


def _siblings(home: Path | None, known: list[Migration]) -> Iterator[Sibling]:
    if home is None or not home.is_dir():
        return
    names = {bare(m.name) for m in known}
    files = sorted(f for f in home.iterdir() if f.is_file() and not f.name.startswith((".", "_")))
    own = [f for f in files if bare(f.name) in names] or files
    yield from (Sibling(name=file.name, text=read_text(file)) for file in own[-_READ_AT_MOST:])
    if (home / JOURNAL).is_file():
        yield Sibling(name=JOURNAL, text=read_text(home / JOURNAL))


def _app_of(home: Path | None) -> str:
    """A Django app's label is its folder's name, unless its settings say otherwise."""
    return home.resolve().parent.name if home is not None and home.name == "migrations" else ""
