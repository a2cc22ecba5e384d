"""The run: inspect, diagnose, rehearse, plan, apply, verify. Each stage stands alone and reads only what the one before returned."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from dbdoctor.checks import Case, examine, survey
from dbdoctor.databases.postgresql import ddl, rows
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, connect, parse_url, refuse_pooler
from dbdoctor.databases.postgresql.dump import DumpFailed
from dbdoctor.databases.postgresql.questions import PostgresQuestions
from dbdoctor.errors import UsageError
from dbdoctor.findings import Evidence, Finding, Ledger, Subject
from dbdoctor.histories import History, Migration, detect
from dbdoctor.model import Catalog, Reference, ServerError, Table
from dbdoctor.rehearsal.beginning import ledger_findings
from dbdoctor.rehearsal.candidates import Scene
from dbdoctor.rehearsal.copies import CopyIncomplete, ExtensionMissing
from dbdoctor.rehearsal.copying import Stage
from dbdoctor.rehearsal.ledger_views import open_book
from dbdoctor.rehearsal.observation import Observation
from dbdoctor.rehearsal.problems import first_problem
from dbdoctor.rehearsal.rehearse import opened_copy, quiet
from dbdoctor.rehearsal.sandbox import IsolationUnavailable
from dbdoctor.rehearsal.statement import opened_ward
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.repairs import propose
from dbdoctor.wanted.effects import Effect, effects_of, split_statements
from dbdoctor.wanted.errors import read_error
from dbdoctor.wanted.quoted_statement import statement_in
from dbdoctor.wanted.wishes import read_wish

DIALECTS = {"postgresql": "postgresql", "postgres": "postgresql"}


class LedgerState(msgspec.Struct, frozen=True, kw_only=True):
    """What the migration tool has recorded, and what of the app's folder is pending or never seen by the tool."""

    tool: str
    table: str
    applied: tuple[str, ...]
    pending: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What the database really holds. `rows` are exact counts of ordinary tables."""

    shown: str
    catalog: Catalog
    rows: dict[str, int]
    ledger: LedgerState | None = None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Findings, the root cause first."""

    dialect: str
    database: str
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing blocks."""
        return not any(f.severity == "blocking" for f in self.findings)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of the database; everything may be left out."""

    sql: str = ""
    error: str = ""
    wishes: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    migrations: tuple[Migration, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether anything is wanted."""
        return bool(self.sql or self.error or self.wishes or self.references)


def refuse_other_databases(url: str) -> None:
    """Raise UsageError for an address of a database that this version does not treat yet."""
    scheme = url.split(":", 1)[0].lower()
    if scheme not in DIALECTS:
        message = f"dbdoctor does not know the address form {scheme}://." if "://" in url else "That is no address of a database."
        raise UsageError(message, next_step="This version treats PostgreSQL: postgresql://user@host:5432/database")


def inspect(*, url: str, cwd: Path | None = None) -> Inspection:
    """Read catalog, row counts and ledger; changes nothing."""
    refuse_other_databases(url)
    with connect(url) as connection:
        refuse_pooler(connection)
        catalog = read_catalog(connection)
        counts = {str(t.name): rows.count_rows(connection, t.name) for t in catalog.tables.values() if t.kind in {"table", "partition"}}
        ledger = ledger_state(connection, catalog, cwd)
    return Inspection(shown=parse_url(url).shown, catalog=catalog, rows=counts, ledger=ledger)


def ledger_state(connection: Connection, catalog: Catalog, cwd: Path | None) -> LedgerState | None:
    """The ledger this database holds, beside the app's folder where it is known."""
    history = detect(catalog, cwd)
    if history is None:
        return None
    state = history.state(connection)
    return LedgerState(
        tool=history.tool,
        table=str(history.ledger),
        applied=state.applied,
        pending=tuple(m.name for m in history.known(cwd, state) if not history.records(m, state)),
        unseen=tuple(history.unseen(cwd, state)),
    )


def diagnose(
    *,
    url: str,
    wanted: Wanted | None = None,
    command: CommandSettings | None = None,
    isolated: bool = True,
    on_copy: bool = True,
    tell: Callable[[Stage], None] = quiet,
) -> Diagnosis:
    """Find what stands in the way of what is wanted; changes nothing. Statements and a command are run once, on a copy.

    With `on_copy` false statements are not run at all, but judged by the catalog: quick, and blind to what only a run shows.
    """
    refuse_other_databases(url)
    wanted = wanted or Wanted()
    with connect(url) as connection:
        refuse_pooler(connection)
        catalog = read_catalog(connection)
        findings = list(_diagnose_error(connection, catalog, wanted)) if wanted.error and not wanted.sql else []
        findings += _diagnose_references(connection, catalog, wanted.references)
        if command is None and not wanted.asks:
            findings = list(_diagnose_existing(connection, catalog, wanted))
    script = script_for(sql=wanted.sql, wishes=wanted.wishes)
    if script and not findings and not on_copy:
        with connect(url) as connection:
            findings = _diagnose_unrun(connection, script, wanted)
    elif script and not findings:
        findings = _diagnose_script(url, script, wanted, isolated=isolated, tell=tell)
    if command is not None:
        findings += _diagnose_run(url, command, isolated=isolated, tell=tell)
    return Diagnosis(dialect=catalog.dialect, database=catalog.database, findings=tuple(findings))


def _diagnose_script(url: str, script: str, wanted: Wanted, *, isolated: bool, tell: Callable[[Stage], None]) -> list[Finding]:
    """Run it once on a copy and examine what stopped it there. Where no copy can be had, what the statements say must do."""
    try:
        with opened_ward(url=url, sql=script, isolated=isolated, migrations=wanted.migrations, tell=tell) as ward:
            return ward.diagnose()
    except (IsolationUnavailable, CopyIncomplete, ExtensionMissing, DumpFailed):
        with connect(url) as connection:
            found = _diagnose_unrun(connection, script, wanted)
        if found:
            return found
        raise


def _diagnose_unrun(connection: Connection, script: str, wanted: Wanted) -> list[Finding]:
    catalog = read_catalog(connection)
    book = open_book(connection, catalog, names=wanted.migrations)
    statements = split_statements(script)
    for position, sql in enumerate(statements):
        case = Case(
            catalog=catalog, ask=PostgresQuestions(connection), statement=sql, effects=effects_of(sql),
            seen=tuple(e for s in statements for e in effects_of(s)), earlier=tuple(statements[:position]),
            later=tuple(statements[position + 1 :]), ledger=book.view if book else None,
        )  # fmt: skip
        found = [msgspec.structs.replace(f, remedies=tuple(propose(f, case))) for f in examine(case)]
        if found:
            return found
    return []


def _diagnose_error(connection: Connection, catalog: Catalog, wanted: Wanted) -> list[Finding]:
    error = read_error(wanted.error)
    if error is None:
        message = "The error text holds no error of PostgreSQL that dbdoctor knows."
        raise UsageError(message, next_step="Give the whole text, or the statement itself with --sql.")
    book = open_book(connection, catalog, names=wanted.migrations)
    statement = statement_in(wanted.error)
    case = Case(
        catalog=catalog, ask=PostgresQuestions(connection), statement=statement, error=error,
        effects=effects_of(statement) if statement else _effects_of_error(error, catalog), ledger=book.view if book else None,
        role=catalog.user,
    )  # fmt: skip
    return [msgspec.structs.replace(f, remedies=tuple(propose(f, case))) for f in examine(case)] or [_unexplained(wanted.error)]


def _diagnose_references(connection: Connection, catalog: Catalog, references: Sequence[Reference]) -> list[Finding]:
    """What stands in the way of each key that models want and the catalog lacks."""
    found: list[Finding] = []
    made = tuple(Effect(kind="create_table", table=reference.child, name=reference.child.name) for reference in references)
    for reference in references:
        table = catalog.find(reference.child.name, reference.child.schema or None)
        if table and any(key.columns == reference.columns and key.parent.name == reference.parent.name for key in table.foreign_keys):
            continue
        case = Case(catalog=catalog, ask=PostgresQuestions(connection), effects=(_effect_of(reference),), seen=made)
        found += [msgspec.structs.replace(f, remedies=tuple(propose(f, case))) for f in examine(case)]
    return found


def _unexplained(text: str) -> Finding:
    """The error is real, and nothing in the catalog that it names is out of order: the statement itself would tell more."""
    error = read_error(text)
    evidence = Evidence(query="the error text", answer=f"{error.sqlstate} {error.message}" if error else text.strip()[:400])
    return Finding(cause="unknown", severity="blocking", subject=Subject(), facts={"what": "error"}, evidence=(evidence,))


def _effect_of(reference: Reference) -> Effect:
    return Effect(kind="add_foreign_key", table=reference.child, columns=reference.columns, reference=reference)


def _effects_of_error(error: ServerError | None, catalog: Catalog) -> tuple[Effect, ...]:
    """An error names a table at best: what can be looked up is the keys of that table."""
    if error is None:
        return ()
    named = [t for t in catalog.tables.values() if f'"{t.name.name}"' in error.message]
    return tuple(Effect(kind="comment", table=t.name) for t in named)


def _diagnose_existing(connection: Connection, catalog: Catalog, wanted: Wanted) -> list[Finding]:
    """Nothing is wanted: look at what is there."""
    book = open_book(connection, catalog, names=wanted.migrations)
    ask = PostgresQuestions(connection)
    return survey(Case(catalog=catalog, ask=ask, home=ask, role=catalog.user, ledger=book.view if book else None))


def _diagnose_run(url: str, command: CommandSettings, *, isolated: bool, tell: Callable[[Stage], None]) -> list[Finding]:
    """Run the command once on a copy and examine what stopped it."""
    with opened_copy(url=url, command=command, isolated=isolated, tell=tell) as rehearsal:
        observation = rehearsal.trial.run(rehearsal.start, promising=lambda _: False)
        memory = {segment.migration: segment for segment in observation.segments}
        problem = first_problem(observation, rehearsal.start, memory)
        of_the_ledger = list(ledger_findings(rehearsal.state))
        if problem is None:
            return of_the_ledger
        with rehearsal.copy.open() as connection:
            candidates = rehearsal.candidates()
            scene = Scene(problem=problem, observation=observation, memory=memory, connection=connection)
            for _ in candidates.answers(scene):
                pass
        found = list(candidates.findings.values())
    told = [_with_ledger(f, problem.migration, rehearsal.history) for f in found]
    unknown = _unknown(problem.kind, problem.migration, observation=observation, history=rehearsal.history)
    return [*of_the_ledger, *(told or [unknown])]


def _with_ledger(finding: Finding, migration: str, history: History | None) -> Finding:
    if history is None or finding.subject.ledger:
        return finding
    ledger = Ledger(tool=history.tool, table=str(history.ledger), migration=migration)
    return msgspec.structs.replace(finding, subject=msgspec.structs.replace(finding.subject, ledger=ledger))


def _unknown(kind: str, migration: str, *, observation: Observation, history: History | None) -> Finding:
    """No check recognised it: say what was seen, guess nothing."""
    ledger = Ledger(tool=history.tool, table=str(history.ledger), migration=migration) if history else None
    evidence = Evidence(query=f"run {migration or 'the migrate command'} on the copy", answer=observation.output.strip()[-400:] or kind)
    return Finding(cause="unknown", severity="blocking", subject=Subject(ledger=ledger), facts={"what": kind}, evidence=(evidence,))


def tables_of(*, url: str, findings: Sequence[Finding]) -> tuple[Table, ...]:
    """The tables that findings are about, as they stand now: for a map of them."""
    sides = [side for f in findings for side in (f.subject.child, f.subject.parent) if side]
    if not sides:
        return ()
    with connect(url) as connection:
        catalog = read_catalog(connection)
    found = [catalog.find(side.table, side.schema or None) for side in sides]
    return tuple({table.name: table for table in found if table}.values())


def read_sql(source: str) -> str:
    """The text of a file, or of standard input for `-`; raises UsageError when it cannot be read."""
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        message = f"The file {source} cannot be read: {error.strerror}."
        raise UsageError(message, next_step="Give the path of a file with SQL, or - for standard input.") from None


def script_for(*, sql: str, wishes: Sequence[str]) -> str:
    """The statements wanted: those of the script, and one for each wished key."""
    return ";\n".join([*split_statements(sql), *(ddl.add_foreign_key(read_wish(wish)) for wish in wishes)])
