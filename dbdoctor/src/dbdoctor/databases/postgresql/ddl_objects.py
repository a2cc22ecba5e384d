"""Statements on what is not a key: owners and rights, schemas, triggers and rules, kinds of table."""

from dbdoctor.databases.postgresql.connection import quoted
from dbdoctor.databases.postgresql.ddl import table
from dbdoctor.model import TableName


def change_owner(kind: str, shown: str, role: str) -> str:
    """ALTER … OWNER TO; `shown` is the object's name, quoted and qualified."""
    return f"ALTER {kind} {shown} OWNER TO {quoted(role)}"


def grant(right: str, kind: str, shown: str, *, role: str) -> str:
    """GRANT of one right on one object."""
    return f"GRANT {right} ON {kind} {shown} TO {quoted(role)}"


def revoke(right: str, kind: str, shown: str, *, role: str) -> str:
    """What takes a GRANT back."""
    return f"REVOKE {right} ON {kind} {shown} FROM {quoted(role)}"


def set_logged(name: TableName) -> str:
    """An unlogged table becomes a lasting one; writes all of it into the log."""
    return f"ALTER TABLE {table(name)} SET LOGGED"


def set_unlogged(name: TableName) -> str:
    """A lasting table becomes an unlogged one."""
    return f"ALTER TABLE {table(name)} SET UNLOGGED"


def switch_reaction(name: TableName, kind: str, what: str, *, on: bool) -> str:
    """Switch a trigger or a rule of a table on or off."""
    return f"ALTER TABLE {table(name)} {'ENABLE' if on else 'DISABLE'} {kind.upper()} {quoted(what)}"


def drop_trigger(name: TableName, trigger: str) -> str:
    """DROP TRIGGER of a table."""
    return f"DROP TRIGGER {quoted(trigger)} ON {table(name)}"


def create_schema(name: str) -> str:
    """CREATE SCHEMA."""
    return f"CREATE SCHEMA {quoted(name)}"


def drop_schema(name: str) -> str:
    """DROP SCHEMA, refused when something is in it."""
    return f"DROP SCHEMA {quoted(name)}"
