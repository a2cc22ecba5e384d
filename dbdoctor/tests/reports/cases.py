"""Reports about names and messages that somebody chose in order to fool the reader or the terminal."""

from datetime import UTC, datetime

from dbdoctor.doctor import Diagnosis, Inspection, LedgerState
from dbdoctor.findings import Attempt, Evidence, Finding, Ledger, MarkStep, MigrateStep, Plan, Remedy, Side, SqlStep, Subject
from dbdoctor.model import Catalog, Column, Key, Table, TableName
from dbdoctor.treatment import Check, Note, Progress, Run, StepRun, Verification

MARKUP = "[red]not red[/red] [link=http://x]:boom:[/link]"
LONG = "a_very_long_name_without_any_blank" * 9
FORGED = "orders\n  ✔ Nothing stands in the way.\r\x1b[2K"
TERMINAL = "\x1b[31mred\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x9b5m\x07\x08\x00\x7f\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe"
EMOJI = "🦢 swan 👩‍👩‍👧 中文中文中文中文 Ω"
NASTY = [MARKUP, LONG, FORGED, TERMINAL, EMOJI]


def finding(text: str) -> Finding:
    side = Side(schema="public", table=text, columns=(text, "id"))
    step = sql_step(text)
    return Finding(
        cause="type_mismatch",
        severity="blocking",
        subject=Subject(child=side, parent=side, constraint=text, ledger=Ledger(tool="Sequelize", table=text, migration=f"2026-{text}.js")),
        facts={"child_type": text, "parent_type": "integer"},
        evidence=(Evidence(query=f"SELECT {text}", answer=text * 5),),
        remedies=(Remedy(id="convert_child_column", steps=(step,), facts=step.facts), Remedy(id=text)),
    )


def sql_step(text: str) -> SqlStep:
    return SqlStep(
        sql=f"ALTER TABLE {text}", code="convert_child_column", lock="AccessExclusiveLock", blocks="reads and writes", rows_touched=2,
        facts={"table": text, "column": text, "from": text, "to": "integer", "locked": [text, text]},
    )  # fmt: skip


def plan(text: str) -> Plan:
    mark = MarkStep(
        tool="Sequelize", table=text, migration=text, sql=text, undo_sql=text, reason="hangs", evidence=(Evidence(query=text, answer=text),)
    )  # fmt: skip
    return Plan(
        dialect="postgresql",
        database=text,
        catalog_digest="0" * 64,
        steps=(sql_step(text), mark, MigrateStep(command=text, cwd=text)),
        findings=(finding(text),),
        attempts=(attempt(text),),
        undone=(Evidence(query=text, answer=text),),
        rehearsed=True,
    )


def attempt(text: str) -> Attempt:
    return Attempt(number=17, tried=(f"mark {text}",), result="stopped", migration=text, sqlstate="42804", message=text, seconds=1.2)


def verification(text: str) -> Verification:
    return Verification(
        checks=(
            Check(name="insert_refused", subject=text, state="passed"),
            Check(name="insert_refused", subject=text, state="failed", detail=text),
            Check(name="rows_kept", subject=text, state="not_probed", detail=text),
        )
    )


def run(text: str, *, state: str = "applied") -> Run:
    return Run(
        id="20260101-0000-abcd",
        state="failed" if state == "failed" else "applied",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        backup_path=f"/var/{text}",
        backup_bytes=12345,
        steps=(StepRun(position=0, kind="sql", state="done"),),
        rows_quarantined=3,
        verification=verification(text),
        error=text,
        next_command=text,
        next_cwd=text,
        notes=(Note(code="rows_since_unknown", subjects=(text,)),),
    )


def diagnosis(text: str) -> Diagnosis:
    return Diagnosis(dialect="postgresql", database=text, findings=(finding(text),))


def inspection(text: str) -> Inspection:
    name = TableName("public", text)
    table = Table(name=name, columns=(Column(name=text, type=text),), keys=(Key(name=text, columns=(text,), primary=True),))
    catalog = Catalog(
        dialect="postgresql", database=text, server_version="18.0", major=18, user=text, superuser=False, read_only=True,
        search_path=(text,), tables={name: table},
    )  # fmt: skip
    ledger = LedgerState(tool="Sequelize", table=text, applied=(text,), pending=(text,), unseen=(text,))
    return Inspection(shown=text, catalog=catalog, rows={str(name): 3}, ledger=ledger)


def progress() -> list[Progress]:
    return [Progress(stage="retry", position=1, attempt=2), Progress(stage="backup")]
