"""What the demo asks of its own server, through psql: it needs no driver."""

import subprocess
from pathlib import Path

from dbdoctor import Server, find_binaries
from swannery.demo.errors import DemoCannot


def database_exists(server: Server, name: str) -> bool:
    """Whether the server holds a database of that name."""
    return bool(_psql(server, "postgres", "--command", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))  # noqa: S608 - our own constant


def create_database(server: Server, name: str) -> None:
    """Make an empty database."""
    _psql(server, "postgres", "--command", f'CREATE DATABASE "{name}"')


def run_script(server: Server, database: str, script: Path) -> None:
    """Run a file of SQL, stopping at the first error."""
    _psql(server, database, "--file", str(script))


def count_rows(server: Server, database: str, table: str) -> int:
    """How many rows a table holds."""
    return int(_psql(server, database, "--command", f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - our own constants


def _psql(server: Server, database: str, *arguments: str) -> str:
    program = find_binaries().folder / "psql"
    settings = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname", server.url(database=database))
    done = subprocess.run([str(program), *settings, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemoCannot(f"psql failed: {done.stderr.strip()[-500:]}", next_step="Start over with: make demo ARGS=--fresh")
    return done.stdout.strip()
