"""Triggers and rules of a table: what happens beside, or instead of, what a statement says."""

from typing import LiteralString

from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.model import Reaction, TableName

# tgtype: 2 before, 64 instead of; 4 insert, 8 delete, 16 update, 32 truncate. Rules: 2 update, 3 insert, 4 delete.
_REACTIONS: LiteralString = """
SELECT 'trigger', t.tgname::text, p.oid::regprocedure::text, p.prosrc,
       ARRAY_REMOVE(ARRAY[CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END, CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END,
                          CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END], NULL),
       t.tgtype & 66 <> 0, t.tgenabled <> 'D', pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND n.nspname = %(schema)s AND c.relname = %(name)s
UNION ALL
SELECT 'rule', r.rulename::text, '', '', ARRAY[CASE r.ev_type WHEN '2' THEN 'update' WHEN '3' THEN 'insert' ELSE 'delete' END],
       r.is_instead, r.ev_enabled <> 'D', pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.ev_type <> '1' AND n.nspname = %(schema)s AND c.relname = %(name)s
ORDER BY 1, 2"""

_VIEW_BASES: LiteralString = """
WITH RECURSIVE under (oid) AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %(schema)s AND c.relname = %(name)s
  UNION
  SELECT d.refobjid FROM under
  JOIN pg_rewrite r ON r.ev_class = under.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  WHERE d.refobjid <> under.oid)
SELECT DISTINCT n.nspname::text, c.relname::text
FROM under JOIN pg_class c ON c.oid = under.oid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2"""

_SESSIONS: LiteralString = """
SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.state, ''),
       EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE l.pid = a.pid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND n.nspname = ANY (%(schemas)s) AND c.relname = ANY (%(names)s))
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.application_name NOT LIKE 'dbdoctor%%'
ORDER BY a.pid"""


def reactions(connection: Connection, table: TableName) -> list[Reaction]:
    """The table's own triggers and rules."""
    rows = connection.execute(_REACTIONS, {"schema": table.schema, "name": table.name}).fetchall()
    return [
        Reaction(
            kind=kind,
            name=name,
            function=function,
            source=source,
            events=tuple(events),
            before=before,
            enabled=enabled,
            definition=definition,
        )
        for kind, name, function, source, events, before, enabled, definition in rows
    ]


def view_bases(connection: Connection, view: TableName) -> list[TableName]:
    """The ordinary tables a view is made of, those of the views below it included."""
    rows = connection.execute(_VIEW_BASES, {"schema": view.schema, "name": view.name}).fetchall()
    return [TableName(schema, name) for schema, name in rows]


def other_sessions(connection: Connection, tables: list[TableName]) -> tuple[int, list[str]]:
    """How many other sessions this database has, and those that are in a transaction or hold a lock on one of the tables."""
    names = {"schemas": [t.schema for t in tables], "names": [t.name for t in tables]}
    rows = connection.execute(_SESSIONS, names).fetchall()
    busy = [f"{pid} {application} ({state})" for pid, application, state, locks in rows if locks or state not in {"idle", ""}]
    return len(rows), busy
