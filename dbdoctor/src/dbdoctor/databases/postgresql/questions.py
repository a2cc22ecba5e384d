"""The questions checks ask of a PostgreSQL database, each answer with the query that gave it."""

from collections.abc import Mapping, Sequence

from psycopg import sql

from dbdoctor.databases.postgresql import gradual, parents, reactions, rows, views
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.findings import Evidence, SqlStep
from dbdoctor.model import ForeignKey, Reaction, Reference, Scaffold, Table, TableName


class PostgresQuestions:
    """Read-only; every answer is exact at the moment it is given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sizes: dict[TableName, int] | None = None

    def count_rows(self, table: TableName) -> tuple[int, Evidence]:
        """All rows of the table, those of its partitions and children included."""
        count = rows.count_all_rows(self._connection, table)
        return count, self._evidence(rows.count_all_rows_query(table), count)

    def count_values(self, table: TableName, column: str) -> tuple[int, Evidence]:
        """Rows in which the column is not NULL."""
        count = rows.count_values(self._connection, table, column)
        return count, self._evidence(rows.count_values_query(table, column), count)

    def convertible(self, table: TableName, column: str, to_type: str) -> tuple[int, int, Evidence]:
        """How many values read as `to_type`, how many do not."""
        good, bad = rows.convertible(self._connection, table, column, to_type=to_type)
        text = f"values of {table}.{column} that can be read as {to_type} / that cannot"
        return good, bad, Evidence(query=text, answer=f"{good} / {bad}")

    def orphans(self, reference: Reference) -> tuple[int, list[str], Evidence]:
        """Child rows without a parent, some of their values."""
        count, values = rows.orphans(self._connection, reference)
        return count, values, self._evidence(rows.orphans_query(reference), count)

    def duplicates(self, table: TableName, columns: Sequence[str]) -> tuple[int, list[str], Evidence]:
        """Rows too many for the columns to be unique, some of the doubled values."""
        count, values = rows.duplicates(self._connection, table, columns)
        return count, values, self._evidence(rows.duplicates_query(table, columns), count)

    def identical_rows(self, table: TableName, columns: Sequence[str]) -> int:
        """Rows too many among those that are equal in every column and hold something in `columns`."""
        return rows.identical_rows(self._connection, table, columns)

    def converts_back(self, table: TableName, column: str, to_type: str) -> bool:
        """Whether every value, once turned into `to_type`, still reads as it did; ask only where all are convertible."""
        return rows.converts_back(self._connection, table, column, to_type=to_type)

    def scaffold(self, table: TableName, column: str) -> Scaffold | None:
        """What to do about the views over a column while it changes; None where one of them is more than a plain view."""
        return views.scaffold(self._connection, table, column)

    def gradual_conversion(self, table: Table, column: str, to_type: str) -> tuple[SqlStep, ...]:
        """The steps that change a column's type without keeping anybody waiting; () where something leans on the column."""
        if gradual.obstacles(self._connection, table, column):
            return ()
        name = gradual.not_null_name(self._connection, table, column)
        return gradual.steps_for_gradual_conversion(gradual.Change(table=table, column=column, to_type=to_type, not_null_name=name))

    def keys_compare(self, child_type: str, parent_type: str) -> bool:
        """Whether a key can compare these types."""
        return rows.keys_compare(self._connection, child_type, parent_type)

    def resolve_type(self, name: str) -> str:
        """The catalog's spelling of a type, '' when there is none of that name."""
        return rows.resolve_type(self._connection, name)

    def covered_orphans(self, reference: Reference, other: TableName, columns: Sequence[str]) -> tuple[int, int, Evidence]:
        """Child rows without a parent, and how many of them find one in another table."""
        query = parents.covered_orphans_query(reference, other, columns)
        there, covered = parents.two_numbers(self._connection, query)
        return there, covered, self._evidence(query, f"{there}, {covered}")

    def held_values(self, child: TableName, column: str, other: TableName, *, other_column: str) -> tuple[int, int, Evidence]:
        """Values of a column, and how many of them stand in a column of another table."""
        query = parents.held_values_query(child, column, other, other_column=other_column)
        values, held = parents.two_numbers(self._connection, query)
        return values, held, self._evidence(query, f"{values}, {held}")

    def only_rows(self, table: TableName) -> tuple[int, Evidence]:
        """Rows of the table itself, without those of its children by inheritance."""
        query = parents.only_rows_query(table)
        row = self._connection.execute(query).fetchall()[0]
        return int(row[0]), self._evidence(query, row[0])

    def has_row(self, table: TableName, values: Mapping[str, str], *, own: bool = False) -> bool:
        """Whether some row (of the table itself, where only its `own` are asked for) holds the values, by column and as text."""
        return parents.has_row(self._connection, table, values, own=own)

    def inconvertible_values(self, table: TableName, column: str, to_type: str, *, most: int) -> list[str] | None:
        """The distinct values that cannot be read as the type; None when there are more than `most`."""
        return parents.inconvertible_values(self._connection, table, column, to_type=to_type, most=most)

    def doubled_parents(self, table: TableName, values: Sequence[str], *, children: Sequence[ForeignKey]) -> int:
        """Values of which more than one row is pointed at by children."""
        row = self._connection.execute(parents.doubled_parents_query(table, values, children=children)).fetchall()[0]
        return int(row[0])

    def function_definition(self, name: str) -> str:
        """The statement that makes a function; '' when there is none of that name, or more than one."""
        return parents.function_definition(self._connection, name)

    def sizes(self) -> dict[TableName, int]:
        """Bytes of each ordinary table as they are now; 0 means that it holds nothing."""
        if self._sizes is None:
            self._sizes = parents.sizes(self._connection)
        return self._sizes

    def has_orphans(self, reference: Reference) -> tuple[bool, Evidence]:
        """Whether any child row has no parent: stops at the first."""
        query = parents.has_orphans_query(reference)
        found = bool(self._connection.execute(query).fetchall()[0][0])
        return found, self._evidence(query, str(found).lower())

    def collation(self, table: TableName, column: str) -> str:
        """The column's collation, quoted and qualified; '' where its type has none."""
        return parents.collation(self._connection, table, column)

    def reactions(self, table: TableName) -> list[Reaction]:
        """The table's own triggers and rules."""
        return reactions.reactions(self._connection, table)

    def view_bases(self, view: TableName) -> list[TableName]:
        """The ordinary tables a view is made of."""
        return reactions.view_bases(self._connection, view)

    def other_sessions(self, tables: Sequence[TableName]) -> tuple[int, list[str]]:
        """How many other sessions there are, and those that are in a transaction or hold a lock on one of the tables."""
        return reactions.other_sessions(self._connection, list(tables))

    def _evidence(self, query: sql.Composed, answer: object) -> Evidence:
        return Evidence(query=query.as_string(self._connection), answer=str(answer))
