"""Roles and database settings: what a copy needs to behave like the target."""

from typing import LiteralString

from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection

_ROLES: LiteralString = """
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname"""

_MEMBERS: LiteralString = """
SELECT g.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
WHERE m.rolname !~ '^pg_' ORDER BY 1, 2"""

_SETTINGS: LiteralString = """
SELECT COALESCE(r.rolname, ''), s.setdatabase <> 0, unnest(s.setconfig)
FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"""

_LISTS = {"search_path", "session_preload_libraries", "local_preload_libraries", "temp_tablespaces", "DateStyle"}


def copy_roles(source: Connection, target: Connection) -> None:
    """Make the source server's roles and memberships on a server of our own, without any password."""
    present = {str(row[0]) for row in target.execute("SELECT rolname FROM pg_roles").fetchall()}
    words = ("SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "BYPASSRLS")
    for name, *flags in source.execute(_ROLES).fetchall():
        options = sql.SQL(" ").join(sql.SQL(word if flag else f"NO{word}") for word, flag in zip(words, flags, strict=True))
        if name not in present:
            target.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(name), options))
    for group, member in source.execute(_MEMBERS).fetchall():
        target.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(member)))


def database_settings(source: Connection) -> list[sql.Composed]:
    """The ALTER DATABASE / ALTER ROLE … SET statements in force, to be run in the copy (`{database}` is the current one)."""
    statements = []
    for role, of_database, setting in source.execute(_SETTINGS).fetchall():
        name, _, value = str(setting).partition("=")
        shown = sql.SQL(value) if name in _LISTS else sql.Literal(value)  # a list setting is stored ready quoted
        place = sql.SQL("IN DATABASE {} ").format(sql.Identifier(source.info.dbname)) if role and of_database else sql.SQL("")
        kind, owner = ("ALTER ROLE {} ", role) if role else ("ALTER DATABASE {} ", source.info.dbname)
        head = sql.SQL(kind).format(sql.Identifier(owner))
        statements.append(head + place + sql.SQL("SET {} = ").format(sql.Identifier(name)) + shown)
    return statements


def missing_extensions(source: Connection, copy: Connection) -> list[str]:
    """Extensions the source database uses and the copy's server does not have."""
    used = {str(row[0]) for row in source.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'").fetchall()}
    there = {str(row[0]) for row in copy.execute("SELECT name FROM pg_available_extensions").fetchall()}
    return sorted(used - there)
