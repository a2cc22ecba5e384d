"""Databases among healthy rows, ready to be made ill. One a server, emptied before each test: five times as fast as a new one."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from patients import Patient, admitted

from dbdoctor.embedded import Server, find_binaries

EMPTY = """DO $$ DECLARE place text; BEGIN
  FOR place IN SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE 'DROP SCHEMA ' || place || ' CASCADE';
  END LOOP;
  CREATE SCHEMA public;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$"""


@pytest.fixture(scope="session")
def bed_url(server: Server) -> Iterator[str]:
    yield from _bed(server)


@pytest.fixture(scope="session")
def system_bed_url(system_server: Server) -> Iterator[str]:
    yield from _bed(system_server)


@pytest.fixture
def patient(bed_url: str) -> Iterator[Patient]:
    """A database on PostgreSQL 18 with healthy tables and rows in it, and nothing else."""
    yield from _admit(bed_url)


@pytest.fixture(params=["wheel", "system"])
def any_patient(request: pytest.FixtureRequest) -> Iterator[Patient]:
    """The same on each of the two servers in turn."""
    yield from _admit(request.getfixturevalue("bed_url" if request.param == "wheel" else "system_bed_url"))


def _bed(server: Server) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server.url(database=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _admit(url: str) -> Iterator[Patient]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY)
    with admitted(url, find_binaries(major=18, origin="wheel").folder) as one:
        yield one
