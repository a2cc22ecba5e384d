"""Keys put to the test: rows that must be refused, by this very key, and one that must pass; all of it taken back."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.probe_rows import Placed, ProbeRows, Style, try_styles
from dbdoctor.databases.postgresql.probe_values import NoValue
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.model import Catalog, ForeignKey, Key, Table, TableName

FOREIGN_KEY_VIOLATION = "23503"
RESTRICT_VIOLATION = "23001"  # what ON DELETE RESTRICT answers since PostgreSQL 18
UNIQUE_VIOLATION = "23505"
LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "10s"

ProbeName = Literal["valid_row_passes", "insert_refused", "update_refused", "delete_acts", "duplicate_refused"]


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt and what came of it; `detail` is the SQLSTATE and constraint, or why it could not be made."""

    name: ProbeName
    state: Literal["passed", "failed", "not_probed"]
    detail: str = ""


def probe_foreign_key(connection: Connection, catalog: Catalog, key: ForeignKey) -> list[Probe]:
    """Insert, update and delete against the key, in a transaction that is rolled back; takes row locks on rows of its own only."""
    with connection.transaction(force_rollback=True):
        _prepare(connection)
        return list(_ForeignKeyProbe(connection, catalog, key).run())


def probe_unique_key(connection: Connection, catalog: Catalog, *, table: Table, key: Key) -> Probe:
    """Insert a row whose key is there already."""
    if key.partial or key.expression:
        return Probe(name="duplicate_refused", state="not_probed", detail="partial or on an expression")
    with connection.transaction(force_rollback=True):
        _prepare(connection)
        rows = ProbeRows(connection, catalog)
        try:
            first, style = try_styles(rows, table.name, filled=key.columns)
        except (NoValue, SqlError) as error:
            return Probe(name="duplicate_refused", state="not_probed", detail=f"no row could be made: {_reason(error)}")
        same = {name: first.values[name] for name in key.columns}
        names = {key.name} if table.kind != "partitioned" else None
        attempt = partial(_insert_rolled_back, rows, table.name, style=style, fixed=same)
        return _refused("duplicate_refused", attempt, sqlstates={UNIQUE_VIOLATION}, names=names)


def _prepare(connection: Connection) -> None:
    for name, value in (("lock_timeout", LOCK_TIMEOUT), ("statement_timeout", STATEMENT_TIMEOUT)):
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


class _ForeignKeyProbe:
    """The attempts on one key, in one transaction."""

    def __init__(self, connection: Connection, catalog: Catalog, key: ForeignKey) -> None:
        self.connection = connection
        self.key = key
        self.child = catalog.tables[key.child]
        self.rows = ProbeRows(connection, catalog)
        # A partition's copy of the key may have a name of its own.
        self.names = {key.name}
        if self.child.kind == "partitioned":
            alike = [k for k in catalog.foreign_keys() if k.parent == key.parent and k.columns == key.columns]
            self.names |= {k.name for k in alike if catalog.tables[k.child].kind == "partition"}

    def run(self) -> Iterator[Probe]:
        """All four attempts; those that cannot be made say why."""
        parent, fresh_or_why = self._parent()
        if parent is None:
            yield Probe(name="valid_row_passes", state="not_probed", detail=str(fresh_or_why))
            placed, style = None, None
        else:
            wanted = {c: parent[p] for c, p in zip(self.key.columns, self.key.parent_columns, strict=True)}
            placed, style, answer = self._valid_row(wanted)
            yield answer
        try:
            with self.connection.transaction():
                orphan = self._orphan_values(placed)
                new_row = {**orphan, **self._own_key(orphan)}
        except (NoValue, SqlError) as error:
            detail = _reason(error)
            yield from (Probe(name=name, state="not_probed", detail=detail) for name in ("insert_refused", "update_refused"))
        else:
            yield self._insert_orphan(new_row, style)
            yield self._update_to_orphan(orphan, placed)
        if isinstance(fresh_or_why, Placed) and placed is not None:
            yield self._delete_parent(fresh_or_why, placed)
        else:
            yield Probe(name="delete_acts", state="not_probed", detail="no parent row of our own could be made")

    def _parent(self) -> tuple[Mapping[str, str | None] | None, Placed | str]:
        """A parent row of our own, else one that is there (then why there is none of our own)."""
        try:
            placed, _ = try_styles(self.rows, self.key.parent, filled=self.key.parent_columns)
        except (NoValue, SqlError) as error:
            found = self.rows.existing(self.rows.catalog.tables[self.key.parent])
            whole = found is not None and all(found[name] is not None for name in self.key.parent_columns)
            return found if whole else None, f"no parent row could be made: {_reason(error)}"
        return placed.values, placed

    def _valid_row(self, wanted: Mapping[str, str | None]) -> tuple[Placed | None, Style | None, Probe]:
        try:
            placed, style = try_styles(self.rows, self.key.child, fixed=wanted)
        except NoValue as error:
            return None, None, Probe(name="valid_row_passes", state="not_probed", detail=_reason(error))
        except SqlError as error:
            ours = error.sqlstate == FOREIGN_KEY_VIOLATION and error.diag.constraint_name in self.names
            return None, None, Probe(name="valid_row_passes", state="failed" if ours else "not_probed", detail=_reason(error))
        return placed, style, Probe(name="valid_row_passes", state="passed")

    def _orphan_values(self, placed: Placed | None) -> dict[str, str | None]:
        """Values for the key's columns of which no parent has the first that can be chosen."""
        key, catalog = self.key, self.rows.catalog
        elsewhere = {name for other in self.child.foreign_keys if other.name != key.name for name in other.columns}
        pairs = sorted(zip(key.columns, key.parent_columns, strict=True), key=lambda pair: pair[0] in elsewhere)
        for column, _ in pairs:
            found = self.child.column(column)
            if found is None or found.generated:
                message = f"the column {column} is computed"
                raise NoValue(message)
        column, parent_column = pairs[0]
        unique = any(column in one.columns for one in self.child.keys)
        where = [(key.parent, parent_column), *([(key.child, column)] if unique else [])]
        child_column = self.child.column(column)
        made: dict[str, str | None] = {column: self.rows.values.absent(child_column.type if child_column else "", where)}
        for other, parent_other in pairs[1:]:
            type_ = next(c.type for c in catalog.tables[key.parent].columns if c.name == parent_other)
            made[other] = (placed.values[other] if placed else None) or self.rows.values.plain(type_)
        return made

    def _own_key(self, orphan: Mapping[str, str | None]) -> dict[str, str | None]:
        """Where a table points at itself: a key for the new row that is not the one it must not find."""
        if self.key.parent != self.key.child:
            return {}
        own: dict[str, str | None] = {}
        for column, parent_column in zip(self.key.columns, self.key.parent_columns, strict=True):
            found = self.child.column(parent_column)
            if column in orphan and found is not None and parent_column not in self.key.columns:
                own[parent_column] = self.rows.values.absent(found.type, [(self.key.parent, parent_column)], besides=orphan[column])
        return own

    def _insert_orphan(self, orphan: Mapping[str, str | None], style: Style | None) -> Probe:
        found = Probe(name="insert_refused", state="not_probed", detail="no row could be made")
        for one in (style,) if style else ("copy", "plain"):
            attempt = partial(_insert_rolled_back, self.rows, self.key.child, style=one, fixed=orphan)
            found = _refused("insert_refused", attempt, sqlstates={FOREIGN_KEY_VIOLATION}, names=self.names)
            if found.state != "not_probed":
                break
        return found

    def _update_to_orphan(self, orphan: Mapping[str, str | None], placed: Placed | None) -> Probe:
        if placed is None:
            return Probe(name="update_refused", state="not_probed", detail="no valid row could be made")
        attempt = partial(self._update, placed, orphan)
        return _refused("update_refused", attempt, sqlstates={FOREIGN_KEY_VIOLATION}, names=self.names)

    def _update(self, placed: Placed, values: Mapping[str, str | None]) -> None:
        assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in values.items()]
        query = sql.SQL("UPDATE {} SET {} WHERE {}").format(identifier(placed.table), sql.SQL(", ").join(assignments), placed.condition())
        with self.connection.transaction(force_rollback=True):
            if self.connection.execute(query).rowcount != 1:
                message = "a trigger or rule swallows the change"
                raise NoValue(message)

    def _delete_parent(self, parent: Placed, child: Placed) -> Probe:
        action = self.key.on_delete
        delete = sql.SQL("DELETE FROM {} WHERE {}").format(identifier(parent.table), parent.condition())
        if action in {"NO ACTION", "RESTRICT"}:
            states = {FOREIGN_KEY_VIOLATION, RESTRICT_VIOLATION}
            return _refused("delete_acts", partial(self._rolled_back, delete), sqlstates=states, names=self.names)
        try:
            with self.connection.transaction(force_rollback=True):
                if self.connection.execute(delete).rowcount != 1:
                    return Probe(name="delete_acts", state="not_probed", detail="a trigger or rule swallows the delete")
                return self._after_delete(child)
        except SqlError as error:
            if action == "SET DEFAULT" and error.diag.constraint_name in self.names:
                return Probe(name="delete_acts", state="failed", detail="the default has no parent")
            if action == "SET NULL" and error.sqlstate == "23502":
                return Probe(name="delete_acts", state="failed", detail="23502: the column may not be NULL")
            return Probe(name="delete_acts", state="not_probed", detail=_reason(error))

    def _after_delete(self, child: Placed) -> Probe:
        """What is left of the child row when its parent has gone."""
        action = self.key.on_delete
        still = self._count(child, self.key.columns)
        if still:
            return Probe(name="delete_acts", state="failed", detail=f"{action}: the child row still points at the deleted parent")
        primary = self.child.primary_key
        if primary is None or set(primary.columns) & set(self.key.columns):
            return Probe(name="delete_acts", state="passed", detail=self.key.on_delete)
        left = self._count(child, primary.columns)
        right = left == (0 if self.key.on_delete == "CASCADE" else 1)
        return Probe(name="delete_acts", state="passed" if right else "failed", detail=f"{self.key.on_delete}: {left} child rows left")

    def _count(self, placed: Placed, columns: tuple[str, ...]) -> int:
        same = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(placed.values[name])) for name in columns]
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(identifier(placed.table), sql.SQL(" AND ").join(same))
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _rolled_back(self, query: sql.Composed) -> None:
        with self.connection.transaction(force_rollback=True):
            if self.connection.execute(query).rowcount != 1:
                message = "a trigger or rule swallows it"
                raise NoValue(message)


def _insert_rolled_back(rows: ProbeRows, name: TableName, *, style: Style, fixed: Mapping[str, str | None]) -> None:
    with rows.connection.transaction(force_rollback=True):
        rows.insert_new(name, style=style, fixed=fixed)


def _refused(name: ProbeName, attempt: Callable[[], None], *, sqlstates: set[str], names: set[str] | None) -> Probe:
    """Passed when the attempt is refused with one of the SQLSTATEs by one of the constraints (any, when None)."""
    try:
        attempt()
    except NoValue as error:
        return Probe(name=name, state="not_probed", detail=str(error))
    except SqlError as error:
        right = error.sqlstate in sqlstates and (names is None or error.diag.constraint_name in names)
        return Probe(name=name, state="passed" if right else "not_probed", detail=_reason(error))
    return Probe(name=name, state="failed", detail="accepted")


def _reason(error: NoValue | SqlError) -> str:
    """Why, without any value of a row: those are people's data."""
    if isinstance(error, NoValue):
        return str(error)
    about = error.diag.constraint_name or error.diag.column_name or ""
    return f"{error.sqlstate}{f' {about}' if about else ''}"


def mark_is_there(connection: Connection, undo_sql: str) -> bool:
    """Whether the statement that takes a ledger entry back finds it; taken back."""
    with connection.transaction(force_rollback=True):
        return connection.execute(sql_text(undo_sql)).rowcount > 0
