"""ledger_says_applied_but_schema_lacks_it: a migration is recorded as applied, but what it makes is not there."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Ledger, Side, Subject

_MAKES = {"create", "creates", "add", "adds", "init", "make", "new"}
# What stands between or after the names of tables in a migration's name.
_BETWEEN = {"and", "table", "tables", "sql", "js", "cjs", "ts", "cts", "py", "rb", "the"}
_RELATION = re.compile(r'relation "([^"]+)" does not exist')


def check(case: Case) -> Iterator[Finding]:
    """Report a missing table for which the ledger holds a migration that says by its name that it made it."""
    if case.error is None or case.error.sqlstate != "42P01" or not case.applied:
        return
    found = _RELATION.search(case.error.message)
    name = found.group(1).rsplit(".", 1)[-1] if found else ""
    if not name or case.catalog.find(name):
        return
    wanted = re.sub(r"[^a-z0-9]", "", name.lower())
    recorded = [m for m in case.applied if wanted in _made_by(m)]
    if recorded:
        facts: dict[str, Fact] = {"table": name, "migration": recorded[0]}
        yield Finding(
            cause="ledger_says_applied_but_schema_lacks_it",
            severity="blocking",
            subject=Subject(
                child=Side(schema="", table=name), ledger=Ledger(tool=case.ledger_tool, table=case.ledger_table, migration=recorded[0])
            ),
            facts=facts,
            evidence=(Evidence(query=f"{case.ledger_table} holds {recorded[0]}; table {name}", answer="does not exist"),),
        )


def _made_by(migration: str) -> set[str]:
    """The tables a migration makes by its name, as plain letters: `0003-create-vet-visits-and-pets.js` makes vetvisits and pets."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", migration)]
    start = next((i for i, word in enumerate(words) if word in _MAKES), len(words))
    names = [""]
    for word in words[start + 1 :]:
        if word in _BETWEEN:
            names.append("")
        else:
            names[-1] += word
    singular = {name for name in names if name}
    return singular | {f"{name}s" for name in singular} | {f"{name}es" for name in singular}
