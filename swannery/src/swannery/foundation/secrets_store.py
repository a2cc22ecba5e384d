"""Secrets of the deployment lie in its database, so that every process has the same and no file holds any."""

import secrets

import psycopg

from swannery.foundation.database import connect_arguments

LENGTH = 32


def read_secret(url: str, *, name: str) -> bytes:
    """Return the secret of that name, made at its first use; one connection of its own, at start only."""
    with psycopg.connect(**connect_arguments(url)) as connection:
        connection.execute(
            "INSERT INTO swannery.secrets (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", (name, secrets.token_bytes(LENGTH))
        )
        row = connection.execute("SELECT value FROM swannery.secrets WHERE name = %s", (name,)).fetchone()
    return bytes(row[0]) if row else b""
