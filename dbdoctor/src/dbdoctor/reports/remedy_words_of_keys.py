"""Words for remedies that change a key, an index, a column or a table's kind; no row loses anything by them."""

from collections.abc import Callable

from dbdoctor.reports.phrases import Facts, listed, many, table_of


def _of(facts: Facts, name: str) -> str:
    return str(facts.get(name) or "").removeprefix("public.")


def _convert(facts: Facts) -> str:
    values = facts.get("values")
    how = "it holds no value, so nothing is converted" if not values else f"{many(values, 'value')}, all of which convert"
    views = f"; {listed(facts['views'])} over it is made again as it was" if facts.get("views") else ""
    default = f"; its default {facts['default']} goes" if facts.get("default") else ""
    return f"make {table_of(facts)}.{facts.get('column')} {facts.get('to')} instead of {facts.get('from')}; {how}{default}{views}"


def _collation(facts: Facts) -> str:
    return f"give {table_of(facts)}.{facts.get('column')} the collation {facts.get('to')} of its parent; no value is written otherwise"


def _in_order(facts: Facts) -> str:
    keys, others = listed(facts.get("keys")), listed([str(t).removeprefix("public.") for t in _list(facts, "others")])
    other = f" and of its children {others}" if others else " and of its parent"
    column = f"{table_of(facts)}.{facts.get('column')}"
    return f"take {keys} off, change the type of {column}{other} to {facts.get('type')} alike, put the keys on again and check every row"


def _list(facts: Facts, name: str) -> list[str]:
    value = facts.get(name)
    return value if isinstance(value, list) else []


def _own_column(facts: Facts) -> str:
    return (
        f"add the column {table_of(facts)}.{facts.get('column')} with the key to {_of(facts, 'parent')}; "
        f"{facts.get('taken')} keeps the key it has. The new column is empty: filling it is yours"
    )


def _whole_key(facts: Facts) -> str:
    columns, key = listed(facts.get("columns")), listed(facts.get("key"))
    return f"give {table_of(facts)} {columns} as well, filled from {_of(facts, 'parent')}, and make the key to all of ({key})"


def _lean(facts: Facts) -> str:
    dependents, columns = listed(facts.get("dependents")), listed(facts.get("columns"))
    return f"have {dependents} lean on another unique index of {table_of(facts)} ({columns}), so that {facts.get('key')} can go"


def _dependents(facts: Facts) -> str:
    tables = listed([t.removeprefix("public.") for t in _list(facts, "tables")])
    return f"drop {listed(facts.get('keys'))} of {tables}, which would point at nothing; the rows and the column stay"


def _stale(facts: Facts) -> str:
    newer = f"; {facts['newer']}, which replaced it, stays" if facts.get("newer") else ""
    return f"drop {facts.get('name')} of {table_of(facts)} ({listed(facts.get('columns'))}){newer}"


KEY_REMEDIES: dict[str, Callable[[Facts], str]] = {
    "add_missing_column": lambda f: f"add the column {table_of(f)}.{f.get('column')}",
    "convert_child_column": _convert,
    "same_collation": _collation,
    "add_unique_key": lambda f: f"make {table_of(f)} ({listed(f.get('columns'))}) unique with an index built while everything goes on",
    "check_at_once": lambda f: (
        f"replace {f.get('key')} of {table_of(f)} by a unique key over ({listed(f.get('columns'))}) that is checked at once"
    ),
    "refer_to_base_table": lambda f: f"make the key to {table_of(f)}, where the rows of {f.get('view')} are",
    "refer_to_columns": lambda f: f"make the key to ({listed(f.get('columns'))}) of {_of(f, 'parent')}",
    "refer_to_whole_key": _whole_key,
    "own_column": _own_column,
    "replace_constraint": lambda f: (
        f"drop {f.get('name')} of {table_of(f)} ({f.get('definition')}), so that your statement can make it anew"
    ),
    "repoint_key": lambda f: (
        f"make {f.get('key')} of {table_of(f)} point at {_of(f, 'to')} instead of {_of(f, 'from')}, then check every row"
    ),
    "correct_function": lambda f: f"have function {f.get('function')} ask for {_of(f, 'to')} where it asks for {f.get('from')}",
    "defer_key": lambda f: f"have {f.get('key')} of {table_of(f)} checked at COMMIT, so that rows can come in any order",
    "drop_default": lambda f: f"take the default off {table_of(f)}.{f.get('column')}: no parent has that value",
    "allow_null": lambda f: f"allow {table_of(f)}.{f.get('column')} to be NULL; the rows stay as they are",
    "drop_stale_constraint": _stale,
    "index_for_key": lambda f: f"build a plain index on {table_of(f)} ({listed(f.get('columns'))}), for the key's searches",
    "drop_invalid_index": lambda f: f"drop the INVALID index {f.get('index')} of {table_of(f)}, so that the statement can build it",
    "rebuild_invalid_index": lambda f: f"build the INVALID index {f.get('index')} of {table_of(f)} again while everything goes on",
    "drop_unvalidated_key": lambda f: (
        f"drop {f.get('key')} of {table_of(f)}, which was left NOT VALID, so that the statement can make it whole"
    ),
    "enforce_key": lambda f: f"make {f.get('key')} of {table_of(f)} ENFORCED, which checks every row as well",
    "disable_reaction": lambda f: f"switch {f.get('kind')} {f.get('name')} of {table_of(f)} off; it is not dropped",
    "lean_on_another_key": _lean,
    "drop_dependent_key": _dependents,
    "follow_updates": lambda f: f"make {f.get('key')} of {table_of(f)} ON UPDATE CASCADE, so that the children follow",
    "change_in_order": _in_order,
    "set_logged": lambda f: f"make {table_of(f)} a logged table, as its child is; all of it is written anew",
    "default_partition": lambda f: f"make {_of(f, 'partition')}, a partition of {table_of(f)} for rows that no other takes",
    "add_key": lambda _: "make the key; every row is checked under its lock",
    "add_key_not_valid": lambda _: "make the key NOT VALID: from now on every new row is checked",
    "validate_key": lambda f: f"check every row that is there under {f.get('key') or 'the key'}, while reads and writes go on",
    "add_second_column": lambda _: "add a second column of the new type, which a trigger keeps equal to the old one",
    "fill_second_column": lambda _: "fill it a few blocks at a time, while everything goes on",
    "add_second_index": lambda _: "build the index over the second column, while everything goes on",
    "promise_equality": lambda _: "promise that both columns are equal; new rows are checked",
    "prove_equality": lambda _: "check that they are, row by row, while everything goes on",
    "swap_columns": lambda _: "let the two columns change names, in one short lock; the old one is kept for an undo until clean",
}
