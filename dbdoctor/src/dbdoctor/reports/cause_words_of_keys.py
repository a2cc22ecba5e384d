"""Words for causes that lie in the two sides of a key: types, what makes the parent unique, kinds of table, who depends on it."""

from collections.abc import Callable

from dbdoctor.findings import Fact, Finding
from dbdoctor.reports.cause_words_of_names import named
from dbdoctor.reports.phrases import bare, listed, many, place


def _type_mismatch(finding: Finding) -> str:
    facts, child, parent = finding.facts, place(finding.subject.child), place(finding.subject.parent)
    if facts.get("same_type"):
        other = f"{place(bare(finding.subject.parent))}.{facts['through']}"
        return f"{child} holds values of {other}, not of {parent}: every one of its {many(facts['values'], 'value')} is found there"
    if finding.subject.parent is None:
        return f"{child} is {facts['child_type']} and does not turn into {facts['parent_type']} by itself{_converting(finding)}"
    if facts.get("in_key"):
        return f"{child} is {facts['child_type']}, {parent} is {facts['parent_type']}: the parent's numbers outgrow the child"
    return f"{child} is {facts['child_type']}, but {parent} is {facts['parent_type']}: no key can compare them{_converting(finding)}"


def _converting(finding: Finding) -> str:
    """How many values would survive, where that was counted."""
    facts = finding.facts
    bad = facts.get("inconvertible")
    if facts.get("exists") and facts.get("values") == 0:
        return "; it holds no value"
    if facts.get("through"):
        return f"; its values are those of {place(bare(finding.subject.parent))}.{facts['through']}"
    return f"; {bad} of {many(facts.get('values'), 'value')} cannot be read as {facts['parent_type']}" if bad else ""


def _collations(finding: Finding) -> str:
    child, parent = place(finding.subject.child), place(finding.subject.parent)
    return f"{child} and {parent} compare text by different rules (collations), and a key needs one rule"


def _not_unique(finding: Finding) -> str:
    rows = finding.facts.get("duplicates")
    text = f"nothing makes {place(finding.subject.parent)} unique, so no key can point at it"
    return f"{text}; {many(rows, 'row')} of it repeat{'s' if rows == 1 else ''} a value of another row" if rows else text


def _no_table(finding: Finding) -> str:
    facts = finding.facts
    bases = facts.get("bases")
    of = f" over {named(listed([named(b) for b in bases]))}" if isinstance(bases, list) and bases else ""
    return f"{named(facts['name'])} is a {facts['kind']}{of}; a key can only point at a table"


def _composite(finding: Finding) -> str:
    facts = finding.facts
    if facts["kind"] == "order":
        return (
            f"{place(finding.subject.child)} fits {place(bare(finding.subject.parent))} in the order ({listed(facts['order'])}), "
            f"not in the order the statement gives"
        )
    table = place(bare(finding.subject.parent))
    named_columns = ", ".join(finding.subject.parent.columns) if finding.subject.parent else ""
    mine, theirs = (len(side.columns) if side else 0 for side in (finding.subject.child, finding.subject.parent))
    if mine != theirs:
        return f"{place(finding.subject.child)} is {many(mine, 'column')}, but the key of {table} it is to point at is ({named_columns})"
    text = f"the key names ({named_columns}) of {table}, which is unique over "
    text += f"({listed(facts['key'])}) together" if facts.get("key") else "another number of columns"
    rows, missing = facts.get("ambiguous"), listed(facts.get("missing") or [])
    return text + (f"; {many(rows, 'row')} cannot be told apart without {missing}" if rows and missing else "")


def _partitions(finding: Finding) -> str:
    facts = finding.facts
    table, by = named(facts["table"]), listed(facts.get("by") or []) or "an expression"
    words = {
        "key": f"{table} is partitioned by {by}, so a key to it must hold all of its key ({listed(facts.get('key'))})",
        "unique": f"{table} is partitioned by {by}: what is unique there must include {listed(facts.get('missing'))}",
        "not_valid": f"{table} is partitioned, and PostgreSQL before 18 makes no NOT VALID key on a partitioned table",
        "no_partition": f"no partition of {table} takes this row: none covers its {by}",
        "persistence": f"{table} is {facts.get('parent')}, its child is {facts.get('child')}: a key needs both to be of the same kind",
    }
    return words[str(facts["kind"])]


def _inherited(finding: Finding) -> str:
    facts = finding.facts
    parent, heirs = named(facts["parent"]), listed([named(h) for h in _list(facts["heirs"])])
    if facts["kind"] == "key":
        return f"{parent} inherits its columns from {heirs}, but not the key over ({listed(facts['columns'])}): nothing makes it unique"
    held = f"{parent} itself holds {facts['own_rows']} of the {facts['all_rows']} rows it shows"
    return f"{held}; the others are in {heirs}, where a key does not look"


def _deferred(finding: Finding) -> str:
    facts = finding.facts
    words = {
        "parent": f"{facts.get('name')} is DEFERRABLE: what is checked late is no base for a key, nothing else makes"
        f" {place(finding.subject.parent)} unique",
        "arbiter": f"{facts.get('name')} is DEFERRABLE: ON CONFLICT cannot rely on what is checked late",
        "pending": f"{named(facts.get('table'))} has checks that this transaction put off ({listed(facts.get('keys') or [])}):"
        " it cannot be changed before they are done",
        "commit": f"{facts.get('key')} is checked at COMMIT only, and there"
        f" {place(finding.subject.child)} = {facts.get('value')} still has no parent",
    }
    return words[str(facts["kind"])].replace(" ()", "")


def _depended_on(finding: Finding) -> str:
    facts = finding.facts
    one = len(_list(facts["keys"])) == 1
    keys = f"{'key' if one else 'keys'} {listed(facts['keys'])}"
    by = f"{keys} of {listed([named(c) for c in _list(facts['children'])])}"
    points, needs, ties = ("points", "needs", "ties") if one else ("point", "need", "tie")
    parent, value = place(bare(finding.subject.parent)), facts.get("value")
    ends = f"{place(finding.subject.child)} to {place(finding.subject.parent)}"
    words = {
        "drop_key": f"{by} {needs} this key of {parent}, so it cannot be dropped",
        "drop_table": f"{by} {points} at {parent}, so it cannot be dropped",
        "drop_column": f"{by} {needs} {place(finding.subject.parent)}, so it cannot be dropped",
        "alter_type": f"{keys} {ties} {ends}: their types can only change together",
        "truncate": f"{by} {points} at {parent}, so it cannot be emptied alone",
        "delete": f"{place(finding.subject.child)} still points at row {value} of {parent}, so that row cannot go ({keys})",
        "update": f"{place(finding.subject.child)} still points at row {value} of {parent}, so its key cannot change ({keys})",
    }
    return words[str(facts["kind"])]


def _list(fact: Fact) -> list[str]:
    return fact if isinstance(fact, list) else [str(fact)]


def _unindexed(finding: Finding) -> str:
    facts = finding.facts
    table, columns = place(bare(finding.subject.child)), listed(facts["columns"])
    acts = f" ({facts['on_delete']})" if facts.get("on_delete") not in {None, "NO ACTION", "RESTRICT"} else ""
    parent = place(bare(finding.subject.parent))
    return f"no index of {table} begins with {columns}: each delete in {parent} reads all of {table} to check {facts['key']}{acts}"


def _nobody_made(finding: Finding) -> str:
    child, parent = place(finding.subject.child), place(finding.subject.parent)
    values = many(finding.facts["values"], "value")
    return f"{child} looks like a key to {parent} (all its {values} are there), but no key keeps it so"


def _twice(finding: Finding) -> str:
    facts = finding.facts
    child, parent = place(finding.subject.child), place(finding.subject.parent)
    return f"{facts['key']} says again what {facts['first']} says ({child} → {parent}): every write is checked twice"


def _mixed(finding: Finding) -> str:
    facts = finding.facts
    child, parent = f"{place(finding.subject.child)} is {facts['child_type']}", f"{place(finding.subject.parent)} is {facts['parent_type']}"
    end = "a parent whose number is too big for the child cannot be pointed at" if facts.get("narrower") else "the key holds all the same"
    return f"{child}, {parent}: {end}"


KEYS: dict[str, Callable[[Finding], str]] = {
    "type_mismatch": _type_mismatch,
    "charset_or_collation_mismatch": _collations,
    "parent_not_unique": _not_unique,
    "parent_not_a_table": _no_table,
    "composite_key_mismatch": _composite,
    "partitioned_or_temporary_table": _partitions,
    "inherited_table": _inherited,
    "deferred_constraint": _deferred,
    "blocked_by_dependent_fk": _depended_on,
    "unindexed_foreign_key": _unindexed,
    "missing_foreign_key": _nobody_made,
    "duplicate_foreign_key": _twice,
    "mixed_key_types": _mixed,
}
