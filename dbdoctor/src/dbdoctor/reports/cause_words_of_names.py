"""Words for causes that lie in names: what a statement speaks of is missing, is called otherwise, or the name is taken."""

from collections.abc import Callable

from dbdoctor.findings import Fact, Finding
from dbdoctor.reports.phrases import bare, listed, place


def named(fact: Fact) -> str:
    """A table as a fact names it, without the schema public."""
    return str(fact or "").removeprefix("public.")


def _missing_column(finding: Finding) -> str:
    column, table, similar = finding.facts["column"], place(bare(finding.subject.child)), finding.facts.get("similar")
    text = f"{table} has no column {column}"
    return f"{text}; it has {similar}, which is spelled almost the same" if similar and finding.facts.get("only_read") else text


def _parent_missing(finding: Finding) -> str:
    facts = finding.facts
    text = f"there is no table {facts['table']}"
    if facts.get("similar"):
        return f"{text}; there is {facts['similar']}"
    return f"{text} yet; another statement makes it" if facts.get("made_by_another_migration") else text


def _capitals(finding: Finding) -> str:
    kind, name, meant = finding.facts["kind"], finding.facts["name"], finding.facts["meant"]
    where = f" of {named(finding.facts.get('table'))}" if finding.facts.get("table") else ""
    text = f'there is no {kind} "{name}"{where}, but there is "{meant}": the capital letters differ'
    rule = "; without quotes PostgreSQL reads every name in small letters"
    return text + (rule if str(name) != str(meant) and str(meant).lower() != str(meant) else "")


def _schema(finding: Finding) -> str:
    facts = finding.facts
    path = listed(facts.get("search_path") or []) or "nothing"
    if "missing_schema" in facts:
        if not facts["missing_schema"]:
            return "the search path names no schema, so nothing can be made without naming one"
        meant = f"; there is {facts['meant']}, in other capital letters" if facts.get("meant") else ""
        return f"there is no schema {facts['missing_schema']}{meant}"
    if "bound_to" in facts:
        leads = "leads" if facts.get("exists") else "would lead"
        here, there = f"{facts['bound_to']} ({facts['rows_here']} rows)", f"{facts['meant']} ({facts['rows_there']} rows)"
        return f"the key over {place(finding.subject.child)} {leads} to {here}; what it points at is in {there}"
    if facts.get("in_one_name"):
        return f'"{facts["name"]}" in one pair of quotes is a single name with a dot in it; {_found(finding)} is the table that is meant'
    return f"{facts['name']} is not found along the search path ({path}); {_found(finding)} is in another schema"


def _found(finding: Finding) -> str:
    name = str(finding.facts["name"]).rsplit(".", 1)[-1]
    schemas = finding.facts.get("found_in")
    return " and ".join(f"{schema}.{name}" for schema in schemas) if isinstance(schemas, list) else name


def _name_taken(finding: Finding) -> str:
    facts = finding.facts
    what = "an equal one" if facts.get("equal") else "an index" if facts.get("kind") == "index" else "another constraint"
    where = "in the schema" if facts.get("kind") == "index" else f"on {place(bare(finding.subject.child))}"
    cut = f"; {facts['said']} is longer than the 63 bytes PostgreSQL keeps of a name" if facts.get("cut") else ""
    return f"the name {facts['name']} is taken {where} by {what}: {facts['definition']}{cut}"


def _other_name(finding: Finding) -> str:
    facts = finding.facts
    return f"{named(facts['table'])} has no {facts['kind']} {facts['name']}; the one that is meant is called {facts['there']} there"


def _order(finding: Finding) -> str:
    facts = finding.facts
    if facts.get("key"):
        value = f" {facts['value']}" if facts.get("value") else ""
        return f"the row points at {facts['table']}{value}, which the same script inserts only later"
    if facts.get("made_by"):
        return f"table {facts['table']} is made by migration {facts['made_by']}, which has not run yet"
    return f"table {facts['table']} is made by a later statement of the same script"


def _circle(finding: Finding) -> str:
    facts = finding.facts
    if facts["kind"] == "tables":
        return f"{facts['first']} and {facts['second']} each have a key to the other, so neither can be made first with its key"
    return f"these keys lead in a circle over columns that may not be empty ({listed(facts['keys'])}): no row can be the first"


NAMES: dict[str, Callable[[Finding], str]] = {
    "missing_column": _missing_column,
    "parent_table_missing": _parent_missing,
    "case_sensitive_name": _capitals,
    "wrong_schema_or_search_path": _schema,
    "duplicate_constraint_name": _name_taken,
    "constraint_name_differs": _other_name,
    "order_of_creation": _order,
    "circular_reference": _circle,
}
