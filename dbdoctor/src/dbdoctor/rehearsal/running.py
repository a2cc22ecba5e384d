"""Running a script on the copy, statement by statement, and stopping at the first that fails with all that was in force then."""

from collections.abc import Sequence

import msgspec

from dbdoctor.databases.postgresql import scripts
from dbdoctor.databases.postgresql.connection import Connection, SqlError
from dbdoctor.databases.postgresql.steps import error_of
from dbdoctor.model import ServerError, TableName
from dbdoctor.wanted.effects import TRANSACTION_WORDS, effects_of


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The statement that failed: its position in the script, and whose rights were in force.

    `swallowed` are tables into which an INSERT before it brought no row though it succeeded.
    """

    position: int
    error: ServerError
    role: str = ""
    search_path: str = ""
    swallowed: tuple[TableName, ...] = ()


def run_script(connection: Connection, script: Sequence[str]) -> Failure | None:
    """Run the statements in order, as psql would; a transaction they open is theirs.

    After a failure inside such a transaction the connection stands right before the failed statement, with its search path, so that
    what came before it can be looked at; a role that the script had taken is laid down.
    """
    scripts.limit_statements(connection)
    swallowed: list[TableName] = []
    for position, statement in enumerate(script):
        role, path = scripts.in_force(connection)
        effects = effects_of(statement)
        try:
            written = scripts.run_statement(connection, statement, moves_transaction=effects[0].kind in TRANSACTION_WORDS)
        except SqlError as error:
            scripts.take_own_role(connection)
            return Failure(position=position, error=error_of(error), role=role, search_path=path, swallowed=tuple(swallowed))
        if written == 0:
            swallowed += [e.table for e in effects if e.kind == "insert"]
    return None
