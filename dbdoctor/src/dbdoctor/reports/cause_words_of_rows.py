"""Words for causes that lie in rows, and in constraints that the rows meet."""

from collections.abc import Callable

from dbdoctor.findings import Fact, Finding
from dbdoctor.reports.cause_words_of_names import named
from dbdoctor.reports.phrases import bare, many, place


def quoted_list(values: Fact) -> str:
    """Values in a row; an empty text is shown as such."""
    return ", ".join(str(value) or "''" for value in values) if isinstance(values, list) else str(values)


def _points(rows: Fact) -> str:
    return "points" if rows == 1 else "point"


def _orphans(finding: Finding) -> str:
    facts, child, parent = finding.facts, place(bare(finding.subject.child)), place(bare(finding.subject.parent))
    if facts.get("new"):
        held = f"the new column {child}.{facts['column']} would hold {quoted_list(facts['values'])} in {many(facts['rows'], 'row')}"
        return f"{held}, and {parent} has no such row"
    columns = ", ".join(finding.subject.child.columns) if finding.subject.child else ""
    text = f"{many(facts['rows'], 'row')} of {child} {_points(facts['rows'])} at no row of {parent}"
    text += f" ({columns}: {quoted_list(facts['values'])})"
    if facts.get("sentinels"):
        text += f"; {quoted_list(facts['sentinels'])} is what applications write for “none”"
    source = facts.get("source")
    if isinstance(source, list):
        text += f"; {named('.'.join(source))} holds the missing parents of {facts['covered']} of them"
    return text


def _duplicates(finding: Finding) -> str:
    rows, values = many(finding.facts["rows"], "row"), quoted_list(finding.facts["values"])
    return f"{place(finding.subject.child)} cannot be unique: {rows} too many (value {values})"


def _unconvertible(finding: Finding) -> str:
    facts = finding.facts
    rows, child = many(facts["rows"], "row"), place(finding.subject.child)
    shown = f" ({quoted_list(facts['values'])})" if facts.get("values") else ""
    text = (
        f"{rows} of {child} hold{'s' if facts['rows'] == 1 else ''} what is no {facts['to']}{shown}; {facts['convertible']} would convert"
    )
    return text + (f"; {quoted_list(facts['meaning_none'])} is what applications write for “none”" if facts.get("meaning_none") else "")


def _no_value(finding: Finding) -> str:
    facts, child = finding.facts, place(finding.subject.child)
    if not facts.get("new"):
        return f"{child} is to be NOT NULL, and it is NULL in {many(facts['rows'], 'row')}"
    by = facts.get("by")
    way = f"; each row's value can be found over {by[0]}" if isinstance(by, list) and by else ""
    return f"the new column {child} is to be NOT NULL without a default, and {many(facts['rows'], 'row')} would have no value for it{way}"


def _null_set(finding: Finding) -> str:
    facts, parent = finding.facts, place(bare(finding.subject.parent))
    column = f"{place(bare(finding.subject.child))}.{facts['column']}"
    return f"{facts['key']} sets {column} to {str(facts['action']).removeprefix('SET ')} when its row of {parent} goes, but it is NOT NULL"


def _half_made(finding: Finding) -> str:
    facts, child = finding.facts, place(bare(finding.subject.child))
    rows = facts.get("rows")
    if facts["kind"] == "index":
        why = f": {many(facts['duplicates'], 'row')} too many for it to be unique" if facts.get("duplicates") else ""
        return f"index {facts['name']} of {child} is INVALID: its build was begun and never ended, nothing uses it{why}"
    orphans = (
        f"; {many(rows, 'row')} {_points(rows)} at no parent ({quoted_list(facts.get('values'))})" if rows else "; every row has its parent"
    )
    by_whom = " by an earlier try, and it has the name the statement wants" if facts["kind"] == "leftover" else ""
    return f"key {facts['name']} of {child} was left NOT VALID{by_whom}: it checks new rows only{orphans}"


def _not_enforced(finding: Finding) -> str:
    facts, child = finding.facts, place(bare(finding.subject.child))
    rows = facts.get("rows")
    orphans = f"{many(rows, 'row')} without a parent {'stands' if rows == 1 else 'stand'} under it ({quoted_list(facts.get('values'))})"
    if facts.get("enforced"):
        return f"the catalog calls key {facts['key']} of {child} valid, but {orphans}: they were written while it did not check"
    why = f"key {facts['key']} of {child} guards nothing: its triggers are off, or it says NOT ENFORCED"
    return f"{why}; {orphans}" if rows else why


def _stale(finding: Finding) -> str:
    facts, table = finding.facts, named(finding.facts["table"])
    name, columns, newer = facts.get("name"), quoted_list(facts["columns"]), facts.get("newer")
    words = {
        "many_to_one": f"{name} allows each {columns} once in {table}, though the key {newer} lets many rows share a parent",
        "wider": f"{name} allows each {columns} once in {table}, though the newer {newer} says unique together with more columns",
        "partial": f"{name} counts every row of {table}, though the newer {newer} counts only some",
        "second_key": f"{name} and {newer} are both over {table}.{columns}; every value is in the parent of {newer}",
        "older_check": f"the check {name} refuses what the newer {newer} of {table} allows",
        "forgotten_column": f"{table}.{columns} is NOT NULL without a default, and the statement does not know it",
        "primary_key": f"{table} has a primary key already: {name} ({columns})",
    }
    return words[str(facts["why"])]


def _stale_parent(finding: Finding) -> str:
    facts = finding.facts
    if facts.get("function"):
        trigger = f", which trigger {facts['trigger']} of {place(bare(finding.subject.child))} runs," if facts.get("trigger") else ""
        missing = f"{facts['missing']}, which is not there" if facts.get("missing") else "something that is not there"
        return f"function {facts['function']}{trigger} asks for {missing}"
    held = f"{named(facts['new'])} has {facts['value']} and all that {place(finding.subject.child)} points at"
    return f"key {facts['key']} leads to {named(facts['old'])}, an old copy: {held}"


def _reaction(finding: Finding) -> str:
    facts = finding.facts
    what = f"{facts['kind']} {facts['name']} of {named(facts['table'])}"
    if facts.get("rows"):
        left = f"{many(facts['rows'], 'row')} without a parent {'is' if facts['rows'] == 1 else 'are'} left"
        return f"{what} keeps rows from going when their parent goes: {left}"
    return f"{what} {'turns the write into something else' if facts['kind'] == 'rule' else 'undoes the write, or refuses it'}"


ROWS: dict[str, Callable[[Finding], str]] = {
    "orphan_rows": _orphans,
    "duplicate_rows": _duplicates,
    "unconvertible_data": _unconvertible,
    "not_null_without_value": _no_value,
    "null_set_on_not_null_column": _null_set,
    "invalid_or_not_validated_constraint": _half_made,
    "fk_not_enforced": _not_enforced,
    "stale_constraint": _stale,
    "stale_parent_reference": _stale_parent,
    "trigger_or_rule": _reaction,
}
