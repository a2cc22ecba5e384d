"""Words for remedies that write rows; whatever they change or move is copied to quarantine first."""

from collections.abc import Callable

from dbdoctor.reports.phrases import Facts, listed, many, table_of


def _shown(facts: Facts, name: str) -> str:
    values = facts.get(name)
    return ", ".join(str(value) or "''" for value in values) if isinstance(values, list) else str(values or "")


def _keep_orphans(facts: Facts) -> str:
    rows = many(facts.get("rows"), "old row")
    stay = "stays and is listed" if facts.get("rows") == 1 else "stay and are listed"
    return f"add the key so that it checks new rows; {rows} of {table_of(facts)} without a parent {stay}"


def _adopt_orphans(facts: Facts) -> str:
    rows, parent = many(facts.get("rows"), "row"), str(facts.get("parent")).removeprefix("public.")
    given = f"write {facts.get('adopter')} into {listed(facts.get('columns'))} of {rows} of {table_of(facts)} without a parent"
    return f"{given}: they belong to that row of {parent} then; the rows as they were stay in quarantine"


def _null_orphans(facts: Facts) -> str:
    rows = many(facts.get("rows"), "row")
    return f"empty {listed(facts.get('columns'))} in {rows} of {table_of(facts)}; the rows as they were stay in quarantine"


def _sentinels(facts: Facts) -> str:
    rows, column = many(facts.get("rows"), "row"), f"{table_of(facts)}.{facts.get('column')}"
    allowed = f"write NULL for {_shown(facts, 'sentinels')} in {column} ({rows}), which then may be NULL"
    return f"{allowed}; the rows as they were stay in quarantine"


def _quarantine_orphans(facts: Facts) -> str:
    moved = f"move {many(facts.get('rows'), 'row')} of {table_of(facts)} without a parent to quarantine"
    along = facts.get("along")
    return (
        f"{moved}, and what hangs on them in {listed([str(t).removeprefix('public.') for t in along])}"
        if isinstance(along, list) and along
        else moved
    )


def _unconvertible(facts: Facts) -> str:
    return f"{many(facts.get('rows'), 'row')} of {table_of(facts)} whose {facts.get('column')} is no {facts.get('to')}"


def _translate(facts: Facts) -> str:
    key = str(facts.get("key")).removeprefix("public.")
    through = str(facts.get("through")).removeprefix("public.")
    return (
        f"write {key} where {table_of(facts)}.{facts.get('column')} now holds {through}: {many(facts.get('values'), 'value')}, "
        f"each of which has one; the column becomes {facts.get('to')}"
    )


def _restore(facts: Facts) -> str:
    source = str(facts.get("source")).removeprefix("public.")
    rows = many(facts.get("rows"), "row")
    which = f"all {rows}" if facts.get("all") else f"the rows that {rows} of the child point at"
    return f"copy {which} from {source} back into {table_of(facts)}; {source} stays as it is"


def _filled(facts: Facts) -> str:
    by = facts.get("by")
    way = f" over {by[0]}" if isinstance(by, list) and by else ""
    return f"add {table_of(facts)}.{facts.get('column')}, fill it in {many(facts.get('rows'), 'row')}{way}, then make it NOT NULL"


def _nullable(facts: Facts) -> str:
    column = f"{table_of(facts)}.{facts.get('column')}"
    return f"add {column} without NOT NULL: {many(facts.get('rows'), 'row')} stay empty there, and filling them is yours"


ROW_REMEDIES: dict[str, Callable[[Facts], str]] = {
    "keep_orphans": _keep_orphans,
    "adopt_orphans": _adopt_orphans,
    "null_orphans": _null_orphans,
    "null_sentinels": _sentinels,
    "quarantine_orphans": _quarantine_orphans,
    "null_children": lambda f: (
        f"empty {listed(f.get('columns'))} where {table_of(f)} points at {f.get('value')}; the rows as they were stay in quarantine"
    ),
    "null_unconvertible": lambda f: f"write NULL in {_unconvertible(f)}; the rows as they were stay in quarantine",
    "quarantine_unconvertible": lambda f: f"move {_unconvertible(f)} to quarantine",
    "number_duplicates": lambda f: (
        f"number {table_of(f)}.{f.get('column')} anew in the order it has; the rows as they were stay in quarantine"
    ),
    "quarantine_identical_rows": lambda f: f"keep one of each group of equal rows of {table_of(f)}; the others move to quarantine",
    "quarantine_duplicates": lambda f: (
        f"keep one row of {table_of(f)} for each {listed(f.get('columns'))}, one that is pointed at before others; "
        f"{many(f.get('rows'), 'row')} move{'s' if f.get('rows') == 1 else ''} to quarantine"
    ),
    "translate_values": _translate,
    "restore_parents": _restore,
    "filled_column": _filled,
    "nullable_column": _nullable,
}
