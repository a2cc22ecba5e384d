"""Indexes whose build failed: a dump leaves them out, and they are what is wrong."""

from typing import LiteralString

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text

_INVALID: LiteralString = """
SELECT n.nspname::text, c.relname::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT (i.indisvalid AND i.indisready) AND i.indislive AND c.relkind = 'i' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
ORDER BY 1, 2"""

_MARK: LiteralString = """
UPDATE pg_index SET indisvalid = false
WHERE indexrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s)"""


def make_as_they_were(copy: Connection, source: Connection) -> None:
    """Build each invalid index of the source in a copy, as a superuser there, and leave it invalid.

    One that fails again (its values are doubled still) is left behind invalid by the server itself, as it was at the source.
    """
    for schema, name, definition in source.execute(_INVALID).fetchall():
        concurrently = str(definition).replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
        try:
            copy.execute(sql_text(concurrently))
        except SqlError:
            continue
        copy.execute(_MARK, (schema, name))
