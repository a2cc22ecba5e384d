"""The server's log tells every statement and every error, whichever way a driver sends them."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dbdoctor.databases.postgresql.server_log import Executed, read_log
from dbdoctor.embedded import Server, find_binaries, start_server


@pytest.fixture(scope="module", params=["jsonlog", "csvlog"])
def logging_server(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Path]]:
    ending = {"jsonlog": "json", "csvlog": "csv"}[request.param]
    settings = {
        "logging_collector": "on", "log_destination": request.param, "log_directory": "log", "log_filename": "server.log",
        "log_statement": "all", "log_file_mode": "0600",
    }  # fmt: skip
    with start_server(binaries=find_binaries(major=18, origin="wheel"), settings=settings) as running:
        yield running, running.data / "log" / f"server.{ending}"


def heard(logging_server: tuple[Server, Path], *statements: tuple[str, tuple[object, ...]]) -> list[Executed]:
    """What the log holds of these statements, each sent with its parameters; failures are let go."""
    server, path = logging_server
    offset = path.stat().st_size
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for sql, parameters in statements:
            try:
                connection.execute(sql.encode(), parameters or None)
            except psycopg.Error:
                continue
        connection.execute("SELECT 'the mark'")
    for _ in range(100):
        executed, _end = read_log(path, database="postgres", offset=offset)
        if any("the mark" in e.sql for e in executed):
            return [e for e in executed if "the mark" not in e.sql]
        time.sleep(0.02)
    pytest.fail("the log never came to the mark")


def plain(sql: str) -> tuple[str, tuple[object, ...]]:
    return sql, ()


def test_statements_are_told_in_order_with_what_they_hold(logging_server: tuple[Server, Path]) -> None:
    odd = 'SELECT \'two\nlines, "quotes", \u2028 a line separator, 🦢\' AS "odd ""one"""'
    assert [e.sql for e in heard(logging_server, plain(odd), plain("SELECT 2"))] == [odd, "SELECT 2"]


def test_a_very_long_statement_is_told_whole(logging_server: tuple[Server, Path]) -> None:
    long = f"SELECT '{'x' * 200_000}'"
    assert [len(e.sql) for e in heard(logging_server, plain(long))] == [len(long)]


def test_parameters_are_put_in_as_literals(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, ("SELECT %s::text, %s::int, %s::text", ("it's, $1", 7, None)))
    assert [e.sql for e in found] == ["SELECT 'it''s, $1'::text, '7'::int, NULL::text"]


def test_an_error_is_told_with_its_statement(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, plain("SELECT 1 / 0"), plain('SELECT * FROM "no such"'))
    assert [(e.sql, e.error.sqlstate if e.error else "") for e in found] == [
        ("SELECT 1 / 0", "22012"),
        ('SELECT * FROM "no such"', "42P01"),
    ]
    assert found[1].error is not None
    assert found[1].error.position == 15


def test_a_statement_with_parameters_that_fails_is_told_once(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, ("SELECT 1 / (relpages * %s::int) FROM pg_class", (0,)))
    assert [(e.sql, e.error.sqlstate if e.error else "") for e in found] == [("SELECT 1 / (relpages * '0'::int) FROM pg_class", "22012")]


def test_a_statement_that_cannot_be_prepared_is_told_too(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, ("SELECT nope FROM pg_class WHERE oid = %s", (1,)))
    assert [(e.sql.split()[1], e.error.sqlstate if e.error else "") for e in found] == [("nope", "42703")]


def test_an_equal_beginning_does_not_make_another_statement_the_culprit(logging_server: tuple[Server, Path]) -> None:
    fine, broken = (
        "SELECT 'a beginning that is long enough to be equal' AS x",
        "SELECT 'a beginning that is long enough to be equal' AS y, %s / 0",
    )
    found = heard(logging_server, plain(fine), (broken.replace("%s / 0", "nope + %s"), (1,)))
    assert [e.error is None for e in found] == [True, False]


def test_several_statements_in_one_query_are_one_entry(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, plain("SELECT 1; SELECT 1 / 0; SELECT 3"))
    assert [(e.sql, bool(e.error)) for e in found] == [("SELECT 1; SELECT 1 / 0; SELECT 3", True)]


def test_the_echo_after_an_error_is_told_as_one(logging_server: tuple[Server, Path]) -> None:
    found = heard(logging_server, plain("BEGIN"), plain("SELECT 1 / 0"), plain("SELECT 2"), plain("ROLLBACK"))
    assert [e.error.sqlstate if e.error else "" for e in found] == ["", "22012", "25P02", ""]


def record(**fields: object) -> dict[str, object]:
    return {"dbname": "shop", "session_id": "s1", "error_severity": "LOG", "message": "statement: SELECT 1", **fields}


def test_other_databases_and_broken_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "server.json"
    path.write_text("\n".join(['{"cut of', json.dumps(record(dbname="other")), json.dumps(record())]) + "\n")
    assert [e.sql for e in read_log(path, database="shop")[0]] == ["SELECT 1"]


def test_a_line_that_is_still_being_written_is_left_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "server.json"
    whole = json.dumps(record()) + "\n"
    path.write_text(whole + json.dumps(record())[:20])
    executed, offset = read_log(path, database="shop")
    assert (len(executed), offset) == (1, len(whole))
    path.write_text(whole * 2)
    assert len(read_log(path, database="shop", offset=offset)[0]) == 1


def test_sessions_that_work_at_the_same_time_are_not_mixed_up(tmp_path: Path) -> None:
    path = tmp_path / "server.json"
    error = record(session_id="s1", error_severity="ERROR", message="division by zero", state_code="22012", statement="SELECT 1")
    path.write_text("\n".join(json.dumps(r) for r in [record(), record(session_id="s2"), error]) + "\n")
    assert [(e.session, bool(e.error)) for e in read_log(path, database="shop")[0]] == [("s1", True), ("s2", False)]


def test_a_csv_log_of_postgresql_14_is_read(tmp_path: Path) -> None:
    path = tmp_path / "server.csv"
    fields = [
        "now",
        "ann",
        "shop",
        "1",
        "h",
        "s1",
        "1",
        "ps",
        "now",
        "v",
        "0",
        "LOG",
        "00000",
        "execute <unnamed>: SELECT $1",
        "parameters: $1 = 'x'",
    ]
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerow([*fields, *[""] * (26 - len(fields))])
    assert [e.sql for e in read_log(path, database="shop")[0]] == ["SELECT 'x'"]
