"""Views over a column: taken down for a moment and put up again just as they were, since no type changes under a view."""

from collections.abc import Iterator
from typing import LiteralString

from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, literal, quoted
from dbdoctor.model import Scaffold, TableName

# Every view that reads the column, directly or through another view; the deepest last.
_OVER: LiteralString = """
WITH RECURSIVE over (oid, depth) AS (
  SELECT r.ev_class, 1
  FROM pg_attribute a
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
  JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  WHERE a.attrelid = %s::regclass AND a.attname = %s AND r.ev_class <> a.attrelid
  UNION
  SELECT r.ev_class, over.depth + 1
  FROM over
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = over.oid
  JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  WHERE r.ev_class <> over.oid AND over.depth < 100)
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, pg_get_viewdef(c.oid), pg_get_userbyid(c.relowner)::text, c.reloptions,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid)
         OR (SELECT count(*) FROM pg_rewrite r WHERE r.ev_class = c.oid) > 1
         OR EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = c.oid)
FROM (SELECT oid, max(depth) AS depth FROM over GROUP BY oid) o
JOIN pg_class c ON c.oid = o.oid JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY o.depth, n.nspname, c.relname"""

_GRANTS: LiteralString = """
SELECT g.privilege_type, CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END, g.is_grantable
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g WHERE c.oid = %s AND g.grantee <> c.relowner ORDER BY 2, 1"""

_COMMENTS: LiteralString = """
SELECT COALESCE(a.attname::text, ''), d.description
FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE d.classoid = 'pg_class'::regclass AND d.objoid = %s ORDER BY d.objsubid"""


def scaffold(connection: Connection, table: TableName, column: str) -> Scaffold | None:
    """What to do about the views over a column; None where one of them is more than a plain view (rules, triggers, stored rows)."""
    name = sql.Identifier(table.schema, table.name).as_string(connection)
    found = connection.execute(_OVER, (name, column)).fetchall()
    if any(kind != "v" or special for _, _, _, kind, _, _, _, special in found):
        return None
    shown = [(f"{quoted(row[1])}.{quoted(row[2])}", row) for row in found]
    up = tuple(statement for view, row in shown for statement in _made_again(connection, view, row))
    return Scaffold(
        names=tuple(f"{row[1]}.{row[2]}" for row in found), down=tuple(f"DROP VIEW {view}" for view, _ in reversed(shown)), up=up
    )


def _made_again(connection: Connection, view: str, row: tuple[object, ...]) -> Iterator[str]:
    oid, _, _, _, definition, owner, options, _ = row
    settings = f" WITH ({', '.join(str(option) for option in options)})" if isinstance(options, list) and options else ""
    yield f"CREATE VIEW {view}{settings} AS {str(definition).rstrip().rstrip(';')}"
    yield f"ALTER VIEW {view} OWNER TO {quoted(str(owner))}"
    for privilege, grantee, grantable in connection.execute(_GRANTS, (oid,)).fetchall():
        who = quoted(grantee) if grantee else "PUBLIC"
        yield f"GRANT {privilege} ON {view} TO {who}{' WITH GRANT OPTION' if grantable else ''}"
    for column, words in connection.execute(_COMMENTS, (oid,)).fetchall():
        place = f"COLUMN {view}.{quoted(column)}" if column else f"VIEW {view}"
        yield f"COMMENT ON {place} IS {literal(words)}"
