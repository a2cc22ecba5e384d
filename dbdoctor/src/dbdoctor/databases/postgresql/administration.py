"""Making and removing databases on a server of our own."""

from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection

Statement = sql.Composed


def create_database(connection: Connection, name: str, *, template: str = "template0", like: str | None = None) -> None:
    """Create a database from a template; `like` names the role that shall own it."""
    owner = sql.SQL(" OWNER {}").format(sql.Identifier(like)) if like else sql.SQL("")
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)) + owner)


def drop_database(connection: Connection, name: str) -> None:
    """Drop a database and every session in it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def mark_log(connection: Connection, mark: str) -> None:
    """Leave a line in the server's log that a reader can wait for."""
    connection.execute(sql.SQL("SELECT {}").format(sql.Literal(mark)))
