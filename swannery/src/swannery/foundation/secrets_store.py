"""Secrets of the deployment lie in its database, so that every process has the same and no file holds any."""

import secrets

import psycopg

from swannery.foundation.database import connect_arguments
from swannery.foundation.errors import Unreachable

LENGTH = 32


class NotDeployed(Unreachable):
    """The database is there, our schema is not."""


def read_secret(url: str, *, name: str) -> bytes:
    """Return the secret of that name, made at its first use; one connection of its own, at start only. Raises Unreachable."""
    try:
        return _read(url, name)
    except psycopg.errors.UndefinedTable:
        raise NotDeployed("Nothing is deployed in this database.", next_step="Run: swannery deploy URL") from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Unreachable(f"The database does not answer. ({reason})", next_step="Is its address right, and does it run?") from None


def _read(url: str, name: str) -> bytes:
    with psycopg.connect(**connect_arguments(url)) as connection:
        connection.execute(
            "INSERT INTO swannery.secrets (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", (name, secrets.token_bytes(LENGTH))
        )
        row = connection.execute("SELECT value FROM swannery.secrets WHERE name = %s", (name,)).fetchone()
    return bytes(row[0]) if row else b""
