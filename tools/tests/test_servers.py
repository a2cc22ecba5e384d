"""The fixtures of the root conftest give real, empty databases, and take them away again."""

from contextlib import closing

import psycopg
import pytest

from conftest import WHEEL_MAJOR, new_database
from dbdoctor.embedded import Server

MAJOR = 10_000


def test_an_empty_database_is_empty_and_on_the_wheels_server(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        assert connection.info.server_version // MAJOR == WHEEL_MAJOR
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found == (0,)


def test_any_server_is_each_of_the_two_in_turn(any_database_url: str, request: pytest.FixtureRequest) -> None:
    with psycopg.connect(any_database_url) as connection:
        is_ours = connection.info.server_version // MAJOR == WHEEL_MAJOR
    assert is_ours is request.node.name.endswith("[wheel]")


def test_a_database_is_dropped_even_while_someone_is_connected(server: Server) -> None:
    giving = new_database(server)
    url = next(giving)
    with closing(psycopg.connect(url)):
        assert list(giving) == []
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
