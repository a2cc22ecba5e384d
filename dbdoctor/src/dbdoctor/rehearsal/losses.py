"""What a rehearsal took away: rows that are gone, values that are gone. Compared with the untouched base, rename-proof."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.databases.postgresql.rows import (
    StoredTable,
    count_rows,
    count_values,
    fingerprint,
    quarantined_rows,
    stored_tables,
    stream_rows,
)
from dbdoctor.model import TableName

Values = tuple[str | None, ...]
Row = tuple[Values, Values]


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are no longer there, or values of a column that are gone (dropped, or made NULL)."""

    kind: Literal["table", "rows", "values"]
    table: TableName
    rows: int
    column: str = ""


def losses(base: Connection, after: Connection, *, aside: Sequence[TableName] = ()) -> list[Loss]:
    """Everything `base` holds and `after` no longer does; tables in `aside` (ledgers) are not looked at.

    Both databases must be clones of one another, so that object ids name the same table. A table that was dropped and made
    anew is compared by its name.
    """
    tables_before, tables_after = stored_tables(base), stored_tables(after)
    by_name = {table.name: table for table in tables_after.values()}
    found: list[Loss] = []
    for oid, table in sorted(tables_before.items()):
        if table.name in aside:
            continue
        now = tables_after.get(oid) or by_name.get(table.name)
        if now is None:
            rows = count_rows(base, table.name)
            found += [Loss(kind="table", table=table.name, rows=rows)] if rows else []
        else:
            pairs = _column_pairs(table, now, same=oid == now.oid)
            found += _table_losses(_Sides(base=base, after=after, before=table, now=now, pairs=pairs))
    return found


class _Sides(msgspec.Struct, frozen=True, kw_only=True):
    """One table on both sides, with the columns that are on both."""

    base: Connection
    after: Connection
    before: StoredTable
    now: StoredTable
    pairs: list[tuple[str, str]]


def _table_losses(sides: _Sides) -> list[Loss]:
    names_before = [b for b, _ in sides.pairs]
    same = fingerprint(sides.base, sides.before.name, names_before) == fingerprint(sides.after, sides.now.name, [a for _, a in sides.pairs])
    found = [] if same else list(_compare(sides))
    gone = [name for name in sides.before.columns.values() if name not in names_before]
    table = sides.before.name
    values = [Loss(kind="values", table=table, rows=count_values(sides.base, table, c), column=c) for c in gone]
    return found + [loss for loss in values if loss.rows]


def _column_pairs(before: StoredTable, now: StoredTable, *, same: bool) -> list[tuple[str, str]]:
    """Columns that are on both sides: by number in the same table (renames), by name in one made anew."""
    if same:
        return [(name, now.columns[number]) for number, name in before.columns.items() if number in now.columns]
    there = set(now.columns.values())
    return [(name, name) for name in before.columns.values() if name in there]


def _compare(sides: _Sides) -> Iterator[Loss]:
    before, names = sides.before, dict(sides.pairs)
    key = [before.columns[n] for n in before.primary_key if before.columns.get(n) in names]
    if len(key) != len(before.primary_key) or not key:
        key = [b for b, _ in sides.pairs]  # without a primary key each row is its own identity
    values = [b for b, _ in sides.pairs if b not in key]
    missing, emptied = 0, dict.fromkeys(values, 0)
    kept = _Kept(sides.after, before.name, key=key, values=values)
    with sides.base.transaction(), sides.after.transaction():
        left = stream_rows(sides.base, before.name, key=key, columns=values)
        right = stream_rows(sides.after, sides.now.name, key=[names[c] for c in key], columns=[names[c] for c in values])
        for identity, old, new in _joined(left, right):
            if new is None:
                missing += not kept.has(identity, dict(zip(values, old, strict=True)))
                continue
            for column, was, is_now in zip(values, old, new, strict=True):
                emptied[column] += was is not None and is_now is None and not kept.has(identity, {column: was})
    if missing:
        yield Loss(kind="rows", table=before.name, rows=missing)
    for column, rows in emptied.items():
        if rows:
            yield Loss(kind="values", table=before.name, rows=rows, column=column)


class _Kept:
    """What stands in the doctor's quarantine is not lost: a row by its key and its values. Read whole, it is small."""

    def __init__(self, after: Connection, table: TableName, *, key: Sequence[str], values: Sequence[str]) -> None:
        self._values = list(values)
        self._rows: dict[Values, list[Values]] = {}
        for identity, row in quarantined_rows(after, table, key=key, columns=values):
            self._rows.setdefault(identity, []).append(row)

    def has(self, identity: Values, wanted: Mapping[str, str | None]) -> bool:
        """Whether a row of that key with these values is there; a table without a key needs as many as are missing."""
        for row in self._rows.get(identity, ()):
            there = dict(zip(self._values, row, strict=True))
            if all(there[column] == value for column, value in wanted.items()):
                if not self._values:
                    self._rows[identity].remove(row)
                return True
        return False


def _joined(left: Iterator[Row], right: Iterator[Row]) -> Iterator[tuple[Values, Values, Values | None]]:
    """Each left row's key and values with the right row's of the same key, both sides in key order; memory stays flat."""
    current = next(right, None)
    for key, values in left:
        while current is not None and _order(current[0]) < _order(key):
            current = next(right, None)
        if current is not None and current[0] == key:
            yield key, values, current[1]
            current = next(right, None)
        else:
            yield key, values, None


def _order(key: Values) -> tuple[tuple[bool, bytes], ...]:
    """PostgreSQL's order of text under collation C, NULLs last."""
    return tuple((part is None, (part or "").encode()) for part in key)
