"""unsupported_alter: the database cannot do that change as it is written; it must be said otherwise or done in steps."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.wanted.effects import parsed

_NAME = r'(?:"(?:[^"]|"")+"|[^\s"]+)'
_NAMED = rf"{_NAME}(?:\.{_NAME})?"
_VIEW = re.compile(rf"(?:rule _RETURN on (?:materialized )?view|(?:materialized )?view) (?P<view>{_NAMED}) depends on")
_TRIGGER = re.compile(rf"trigger (?P<trigger>.+?) on table (?P<table>{_NAMED}) depends on")
# Words that sqlglot lets pass as PostgreSQL's, and PostgreSQL does not.
_FOREIGN = re.compile(r"\b(?:AUTO_?INCREMENT|UNSIGNED|ENGINE\s*=)|`", re.IGNORECASE)
_ALONE = re.compile(r"^(?P<what>.+) cannot (?:run inside a transaction block|be executed from)")


def check(case: Case) -> Iterator[Finding]:
    """Report a change under a view, a statement that must run outside of a transaction, and syntax of another database."""
    if case.sqlstate_is("0A000", "2BP01"):
        yield from _under_view(case)
        yield from _under_trigger(case)
    elif case.sqlstate_is("25001"):
        yield from _in_transaction(case)
    elif case.sqlstate_is("42601"):
        yield from _other_dialect(case)


def _under_view(case: Case) -> Iterator[Finding]:
    text = f"{case.error.message}\n{case.error.detail}" if case.error else ""
    for effect in case.effects:
        table = case.table(effect.table)
        views = [found["view"] for found in _VIEW.finditer(text)]
        if table and views and effect.kind in {"alter_type", "drop_column"} and effect.columns:
            facts: dict[str, Fact] = {
                "kind": "view",
                "views": views,
                "column": effect.columns[0],
                "table": str(table.name),
                "drops": effect.kind == "drop_column",
            }
            yield Finding(
                cause="unsupported_alter",
                severity="blocking",
                subject=Subject(child=Side.of(table.name, effect.columns[0]), object=Object(kind="view", name=views[0])),
                facts=facts,
                evidence=(Evidence(query=f"what reads {table.name}.{effect.columns[0]}", answer=", ".join(views)),),
            )
            return


def _under_trigger(case: Case) -> Iterator[Finding]:
    found = _TRIGGER.search(f"{case.error.message}\n{case.error.detail}") if case.error else None
    effect = next((e for e in case.effects if e.kind in {"alter_type", "drop_column"}), None)
    table = case.table(effect.table) if effect else None
    name = found["trigger"] if found else ""
    trigger = next((r for r in case.ask.reactions(table.name) if r.name == name), None) if table else None
    if table and effect and trigger:
        facts: dict[str, Fact] = {
            "kind": "trigger", "trigger": trigger.name, "definition": trigger.definition, "column": effect.columns[0],
            "table": str(table.name),
            "drops": effect.kind == "drop_column",
        }  # fmt: skip
        yield Finding(
            cause="unsupported_alter",
            severity="blocking",
            subject=Subject(child=Side.of(table.name, effect.columns[0]), object=Object(kind="trigger", name=trigger.name)),
            facts=facts,
            evidence=(Evidence(query=f"trigger {trigger.name}", answer=trigger.definition),),
        )


def _in_transaction(case: Case) -> Iterator[Finding]:
    message = case.error.message if case.error else ""
    found = _ALONE.match(message)
    table = next((t for e in case.effects if (t := case.table(e.table))), None)
    facts: dict[str, Fact] = {"kind": "transaction", "what": found["what"] if found else ""}
    yield Finding(
        cause="unsupported_alter",
        severity="blocking",
        subject=Subject(child=Side.of(table.name) if table else None, object=Object(kind="statement", name=str(facts["what"]))),
        facts=facts,
        evidence=(Evidence(query="run inside a transaction", answer=message),),
    )


def _other_dialect(case: Case) -> Iterator[Finding]:
    """What PostgreSQL cannot read and another database can was written for that one; anything else is a slip of the pen."""
    message = case.error.message if case.error else ""
    spoken = next((d for d in ("mysql", "sqlite", "tsql") if case.statement and parsed(case.statement, dialect=d) is not None), "")
    if not spoken or (parsed(case.statement) is not None and not _FOREIGN.search(case.statement)):
        return
    table = next((t for e in case.effects if (t := case.table(e.table))), None)
    facts: dict[str, Fact] = {"kind": "syntax", "message": message, "dialect": spoken}
    yield Finding(
        cause="unsupported_alter",
        severity="blocking",
        subject=Subject(child=Side.of(table.name) if table else None, object=Object(kind="statement", name=message)),
        facts=facts,
        evidence=(Evidence(query="run it", answer=message),),
    )
