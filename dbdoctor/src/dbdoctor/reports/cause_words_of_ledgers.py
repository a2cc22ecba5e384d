"""Words for causes that lie in a migration's state, in rights, and in what PostgreSQL does not do."""

from collections.abc import Callable

from dbdoctor.findings import Finding
from dbdoctor.reports.cause_words_of_names import named
from dbdoctor.reports.phrases import bare, listed, many, place


def _partial(finding: Finding) -> str:
    facts, table = finding.facts, place(bare(finding.subject.child))
    if facts["kind"] == "unfinished":
        return f"the ledger says migration {facts['name']} was begun and never ended, so {facts.get('tool') or 'the tool'} runs no other"
    if facts["kind"] == "gone":
        return f"{facts['name']} is gone already: an earlier try got that far"
    if facts["kind"] == "rows":
        return f"{named(facts['new'])} was made anew and is empty; its {many(facts['rows'], 'row')} are still in {named(facts['old'])}"
    of = f" of {table}" if facts["kind"] in {"column", "index"} else ""
    text = f"{facts['kind']} {facts['name']}{of} is there already"
    if facts.get("differs"):
        return f"{text}, but not as the statement makes it ({listed(facts['differs'])})"
    return f"{text}, as wanted: an earlier try got that far"


def _ledger_lies(finding: Finding) -> str:
    facts = finding.facts
    columns = facts.get("columns")
    what = f"column {facts['table']}.{columns[0]}" if isinstance(columns, list) and columns else f"table {facts['table']}"
    return f"the ledger says {facts['migration']} was applied, but {what} does not exist"


def _ledger_lacks(finding: Finding) -> str:
    facts = finding.facts
    return f"all that {facts['migration']} makes is there ({listed(facts['objects'])}), but the ledger of {facts['tool']} does not hold it"


def _lock(finding: Finding) -> str:
    facts = finding.facts
    holder = f" by {facts['holder']}" if facts.get("holder") else ""
    since = f" since {facts['since']}" if facts.get("since") else ""
    busy = facts.get("busy")
    if isinstance(busy, list) and busy:
        return f"the migration lock in {named(facts.get('lock'))} is set{holder}{since}, and somebody is at work: {listed(busy)}"
    return f"the migration lock in {named(facts.get('lock'))} is set{holder}{since}, and nobody is migrating: it was left behind"


def _permission(finding: Finding) -> str:
    facts = finding.facts
    role, right, what = facts.get("role") or "the user of the address", facts["right"], f"{facts['kind']} {facts['name']}"
    if right == "OWNER":
        owner = f" (it belongs to {facts['owner']})" if facts.get("owner") else ""
        return f"{role} does not own {what}{owner}, and only an owner may change it"
    if right == "ROW SECURITY":
        policy = f" {facts['policy']}" if facts.get("policy") else ""
        return f"the row security policy{policy} of table {facts['name']} refuses this row to {role}"
    return f"{role} may not do this: the right {right} on {what} is missing"


def _unsupported(finding: Finding) -> str:
    facts = finding.facts
    if facts["kind"] in {"view", "trigger"}:
        what = f"view {listed(facts['views'])}" if facts["kind"] == "view" else f"trigger {facts['trigger']}"
        done = "dropped" if facts.get("drops") else "given another type"
        return f"{named(facts['table'])}.{facts['column']} cannot be {done} while {what} uses it"
    if facts["kind"] == "transaction":
        return f"{facts.get('what') or 'this statement'} cannot run inside a transaction, and the script or tool opens one"
    return f"PostgreSQL does not know this syntax: {facts['message']}"


LEDGERS: dict[str, Callable[[Finding], str]] = {
    "partial_migration": _partial,
    "ledger_says_applied_but_schema_lacks_it": _ledger_lies,
    "schema_has_it_but_ledger_lacks_it": _ledger_lacks,
    "stale_migration_lock": _lock,
    "permission": _permission,
    "unsupported_alter": _unsupported,
}
