"""The run: inspect, diagnose, rehearse, plan, apply, verify. Each stage stands alone and reads only what the one before returned."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from dbdoctor.checks import Case, examine
from dbdoctor.databases.postgresql import ddl, rows
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, connect, parse_url, refuse_pooler
from dbdoctor.databases.postgresql.questions import PostgresQuestions
from dbdoctor.errors import UsageError
from dbdoctor.findings import Evidence, Finding, Ledger, Subject
from dbdoctor.histories import History, detect
from dbdoctor.model import Catalog, ForeignKey, Reference, ServerError
from dbdoctor.rehearsal.candidates import Scene
from dbdoctor.rehearsal.observation import Observation
from dbdoctor.rehearsal.problems import first_problem
from dbdoctor.rehearsal.rehearse import Stage, opened_copy, quiet
from dbdoctor.rehearsal.scenario import Scenario
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.repairs import propose
from dbdoctor.wanted.effects import Effect, effects_of, split_statements
from dbdoctor.wanted.errors import read_error
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
    history = detect(catalog)
    if history is None:
        return None
    applied = rows.ledger_names(connection, history.ledger, history.column)
    return LedgerState(
        tool=history.tool,
        table=str(history.ledger),
        applied=tuple(applied),
        pending=tuple(m for m in history.known(cwd, applied) if m not in applied),
        unseen=tuple(history.unseen(cwd, applied)),
    )


def diagnose(
    *,
    url: str,
    wanted: Wanted | None = None,
    command: CommandSettings | None = None,
    isolated: bool = True,
    tell: Callable[[Stage], None] = quiet,
) -> Diagnosis:
    """Find what stands in the way of what is wanted; changes nothing. With a command it is run once on a copy."""
    refuse_other_databases(url)
    wanted = wanted or Wanted()
    with connect(url) as connection:
        refuse_pooler(connection)
        catalog = read_catalog(connection)
        findings = list(_diagnose_wanted(connection, catalog, wanted))
        if command is None and not findings and wanted == Wanted():
            findings = list(_diagnose_existing(connection, catalog))
    if command is not None:
        findings += _diagnose_run(url, command, isolated=isolated, tell=tell)
    return Diagnosis(dialect=catalog.dialect, database=catalog.database, findings=tuple(findings))


def _diagnose_wanted(connection: Connection, catalog: Catalog, wanted: Wanted) -> list[Finding]:
    history = detect(catalog)
    applied = tuple(rows.ledger_names(connection, history.ledger, history.column)) if history else ()
    error = read_error(wanted.error) if wanted.error else None
    if wanted.error and error is None and not wanted.sql:
        message = "The error text holds no error of PostgreSQL that dbdoctor knows."
        raise UsageError(message, next_step="Give the whole text, or the statement itself with --sql.")
    statements = split_statements(wanted.sql)
    seen = tuple(e for s in statements for e in effects_of(s))
    cases = [(s, effects_of(s)) for s in statements] or ([("", ())] if error else [])
    cases += [("", (_effect_of(read_wish(wish)),)) for wish in wanted.wishes]
    for sql, effects in cases:
        case = Case(
            catalog=catalog,
            ask=PostgresQuestions(connection),
            statement=sql,
            effects=effects or _effects_of_error(error, catalog),
            error=error,
            seen=seen,
            applied=applied,
            ledger_tool=history.tool if history else "",
            ledger_table=str(history.ledger) if history else "",
        )
        found = [msgspec.structs.replace(f, remedies=tuple(propose(f, case))) for f in examine(case)]
        if found:
            return found
    return []


def _effect_of(reference: Reference) -> Effect:
    return Effect(kind="add_foreign_key", table=reference.child, columns=reference.columns, reference=reference)


def _effects_of_error(error: ServerError | None, catalog: Catalog) -> tuple[Effect, ...]:
    """An error names a table at best: what can be looked up is the keys of that table."""
    if error is None:
        return ()
    named = [t for t in catalog.tables.values() if f'"{t.name.name}"' in error.message]
    return tuple(Effect(kind="comment", table=t.name) for t in named)


def _diagnose_existing(connection: Connection, catalog: Catalog) -> list[Finding]:
    """Nothing is wanted: look at what is there. Keys that do not guard their rows are counted through."""
    ask = PostgresQuestions(connection)
    found: list[Finding] = []
    for key in catalog.foreign_keys():
        if not key.validated or not key.enforced:
            case = Case(catalog=catalog, ask=ask, effects=(_effect_of(_as_reference(key)),))
            found += [msgspec.structs.replace(f, severity="risk") for f in examine(case) if f.cause in {"orphan_rows", "type_mismatch"}]
    return found


def _as_reference(key: ForeignKey) -> Reference:
    return Reference(child=key.child, columns=key.columns, parent=key.parent, parent_columns=key.parent_columns, constraint=key.name)


def _diagnose_run(url: str, command: CommandSettings, *, isolated: bool, tell: Callable[[Stage], None]) -> list[Finding]:
    """Run the command once on a copy and examine what stopped it."""
    with opened_copy(url=url, command=command, isolated=isolated, tell=tell) as rehearsal:
        observation = rehearsal.trial.run(Scenario(), promising=lambda _: False)
        memory = {segment.migration: segment for segment in observation.segments}
        problem = first_problem(observation, Scenario(), memory)
        if problem is None:
            return []
        with rehearsal.copy.open() as connection:
            candidates = rehearsal.candidates()
            scene = Scene(problem=problem, observation=observation, memory=memory, connection=connection)
            for _ in candidates.answers(scene):
                pass
        found = list(candidates.findings.values())
    return [_with_ledger(f, problem.migration, rehearsal.history) for f in found] or [
        _unknown(problem.kind, problem.migration, observation=observation, history=rehearsal.history)
    ]


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
