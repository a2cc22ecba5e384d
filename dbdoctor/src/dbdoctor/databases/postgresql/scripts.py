"""Running an app's statement on the copy: alone, or in a savepoint of the transaction that the script has opened."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg.pq import TransactionStatus

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text

LONGEST_WAIT_S = 20
LONGEST_STATEMENT_S = 300


def limit_statements(connection: Connection) -> None:
    """For the rest of the session nothing waits or runs for ever."""
    connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{LONGEST_WAIT_S}s",))
    connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{LONGEST_STATEMENT_S}s",))


def run_statement(connection: Connection, statement: str, *, moves_transaction: bool) -> int:
    """Run one statement and return how many rows an INSERT brought in, −1 for any other statement.

    Inside a transaction a failure is rolled back to right before the statement; `moves_transaction` is for BEGIN, COMMIT and the like.
    """
    if moves_transaction or connection.info.transaction_status != TransactionStatus.INTRANS:
        cursor = connection.execute(sql_text(statement))
    else:
        connection.execute("SAVEPOINT dbdoctor_statement")
        try:
            cursor = connection.execute(sql_text(statement))
        except SqlError:
            connection.execute("ROLLBACK TO SAVEPOINT dbdoctor_statement")
            raise
        connection.execute("RELEASE SAVEPOINT dbdoctor_statement")
    return cursor.rowcount if (cursor.statusmessage or "").startswith("INSERT") else -1


def under(settings: Mapping[str, str], statement: str) -> str:
    """The statement with settings (name → `= value`) in force for it alone, inside its transaction."""
    on = [f"SET LOCAL {name} {value}" for name, value in settings.items()]
    off = [f"SET LOCAL {name} TO DEFAULT" if name != "role" else "RESET ROLE" for name in reversed([*settings])]
    return "; ".join([*on, statement.strip().rstrip(";"), *off])


def in_force(connection: Connection) -> tuple[str, str]:
    """Whose rights are in force, and the search path as it was set."""
    role, path = connection.execute("SELECT current_user, current_setting('search_path')").fetchall()[0]
    return str(role), str(path)


@contextmanager
def own_search_path(connection: Connection) -> Iterator[None]:
    """The search path that the session began with, for as long as this lasts."""
    (path,) = connection.execute("SELECT current_setting('search_path')").fetchall()[0]
    connection.execute("RESET search_path")
    try:
        yield
    finally:
        connection.execute("SELECT set_config('search_path', %s, false)", (path,))


def schemas_looked_in(connection: Connection) -> tuple[str, ...]:
    """The schemas of the search path that are there, in order."""
    return tuple(connection.execute("SELECT current_schemas(false)::text[]").fetchall()[0][0] or ())


def take_own_role(connection: Connection) -> None:
    """Back to the rights of the user who connected."""
    connection.execute("RESET ROLE")
