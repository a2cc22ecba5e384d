"""The questions checks ask of a PostgreSQL database, each answer with the query that gave it."""

from collections.abc import Sequence

from psycopg import sql

from dbdoctor.databases.postgresql import rows, views
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.findings import Evidence
from dbdoctor.model import Reference, Scaffold, TableName


class PostgresQuestions:
    """Read-only; every answer is exact at the moment it is given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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

    def keys_compare(self, child_type: str, parent_type: str) -> bool:
        """Whether a key can compare these types."""
        return rows.keys_compare(self._connection, child_type, parent_type)

    def resolve_type(self, name: str) -> str:
        """The catalog's spelling of a type, '' when there is none of that name."""
        return rows.resolve_type(self._connection, name)

    def _evidence(self, query: sql.Composed, answer: object) -> Evidence:
        return Evidence(query=query.as_string(self._connection), answer=str(answer))
