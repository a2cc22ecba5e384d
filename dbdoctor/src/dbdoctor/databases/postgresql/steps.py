"""Running one statement of a plan and measuring it: rows written, the strongest lock it took."""

import msgspec

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.sessions import strongest_lock, what_it_blocks
from dbdoctor.findings import SqlStep
from dbdoctor.model import ServerError, TableName


def run_step(connection: Connection, step: SqlStep) -> SqlStep:
    """Run the step (in a transaction of its own where it may) and return it with what was measured."""
    if not step.transactional:
        connection.execute(sql_text(step.sql))
        return step
    with connection.transaction():
        cursor = connection.execute(sql_text(step.sql))
        touched = cursor.rowcount if cursor.statusmessage and cursor.statusmessage.split()[0] in {"INSERT", "UPDATE", "DELETE"} else 0
        lock, tables = strongest_lock(connection)
    return msgspec.structs.replace(
        step,
        rows_touched=max(touched, step.rows_touched),
        lock=lock or step.lock,
        blocks=what_it_blocks(lock) if lock else step.blocks,
        facts={**step.facts, "locked": tables},
    )


def error_of(error: SqlError) -> ServerError:
    """The server's error in neutral words."""
    diagnosis = error.diag
    return ServerError(
        sqlstate=error.sqlstate or "",
        message=diagnosis.message_primary or str(error),
        detail=diagnosis.message_detail or "",
        hint=diagnosis.message_hint or "",
        context=diagnosis.context or "",
        position=int(diagnosis.statement_position or 0),
        table=TableName(diagnosis.schema_name or "", diagnosis.table_name or ""),
        column=diagnosis.column_name or "",
        constraint=diagnosis.constraint_name or "",
    )
