"""A column's type changed by a second column while others write, a key in two: finished, taken back, stopped in the middle."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from treatment.victims import holding, wait_until
from treatment.workshop import Workshop

from dbdoctor.databases.postgresql import backfill, gradual
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.findings import Plan, SqlStep
from dbdoctor.model import Catalog, Reference, TableName
from dbdoctor.treatment import Progress, apply, clean, runs, undo
from dbdoctor.treatment.patience import StepFailed

LONG = "a-column-whose-name-is-nearly-as-long-as-PostgreSQL-allows-🦢"
VISITS = TableName("side room", 'visits "of" all')
TABLE = '"side room"."visits ""of"" all"'
ROWS = 5000


def make_visits(workshop: Workshop) -> None:
    workshop.run(
        f"CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, \"{LONG}\" text NOT NULL DEFAULT '1', other text, padding text)",
        f"INSERT INTO {TABLE} (\"{LONG}\", other, padding) SELECT (n % 3 + 1)::text, NULLIF(n % 4, 0)::text, repeat('x', 300)"
        f" FROM generate_series(1, {ROWS}) n",
        f'CREATE INDEX "visits by user" ON {TABLE} ("{LONG}", id)',
        f'CREATE UNIQUE INDEX "visits once" ON {TABLE} (id, "{LONG}")',
    )


def catalog_of(workshop: Workshop) -> Catalog:
    with connect(workshop.url) as connection:
        return read_catalog(connection)


def gradual_plan(workshop: Workshop, column: str = LONG, *, with_key: bool = False) -> Plan:
    catalog = catalog_of(workshop)
    table = catalog.tables[VISITS]
    default = "1" if column == LONG else ""
    with connect(workshop.url) as connection:
        assert gradual.obstacles(connection, table, column) == []
        name = gradual.not_null_name(connection, table, column)
    change = gradual.Change(table=table, column=column, to_type="integer", default=default, not_null_name=name)
    steps = gradual.steps_for_gradual_conversion(change)
    key = Reference(child=VISITS, columns=(column,), parent=TableName("public", "users"), parent_columns=("id",), on_delete="CASCADE")
    in_two = gradual.steps_for_key_in_two(key, "visits of users", child=table, major=catalog.major) if with_key else ()
    return workshop.plan(*steps, *in_two)


@contextmanager
def writers(workshop: Workshop, count: int = 2) -> Iterator[list[float]]:
    """Others who insert, change and delete rows all the time; yields how long each of their statements took."""
    stop, seconds, failures = threading.Event(), list[float](), list[BaseException]()

    def write(number: int) -> None:
        try:
            # Prepared statements know a column's type for good, however it was changed.
            with psycopg.connect(workshop.url, autocommit=True, prepare_threshold=None) as connection:
                turn = 0
                while not stop.is_set():
                    turn += 1
                    started = time.monotonic()
                    value = str((turn + number) % 3 + 1)
                    connection.execute(f'INSERT INTO {TABLE} ("{LONG}", other) VALUES (%s, %s)'.encode(), (value, value))
                    connection.execute(f'UPDATE {TABLE} SET "{LONG}" = %s WHERE id = %s'.encode(), (value, turn * 7 % ROWS))
                    connection.execute(f"DELETE FROM {TABLE} WHERE id = %s".encode(), (turn * 13 % ROWS,))
                    seconds.append(time.monotonic() - started)
                    stop.wait(0.005)
        except BaseException as error:  # noqa: BLE001 -- told to the test, whatever it is
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield seconds
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert failures == []


def test_a_column_changes_its_type_under_load_and_back_and_no_row_is_lost(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "WANTED_S", 0.005)
    make_visits(workshop)
    before = workshop.everything()
    plan = gradual_plan(workshop, with_key=True)
    assert len(plan.steps) == 9
    told: list[str] = []
    with writers(workshop) as seconds:
        run = apply(url=workshop.url, plan=plan, state_folder=workshop.state, tell=lambda one: told.append(one.detail))
        assert run.state == "applied", run.verification
        wanted = len(seconds) + 10
        wait_until(lambda: len(seconds) >= wanted)
    assert run.backup_path == ""
    assert len([one for one in told if one.endswith("blocks")]) > 3
    assert max(seconds) < 1.5
    column = catalog_of(workshop).tables[VISITS].column(LONG)
    assert column is not None
    assert (column.type, column.not_null, column.default) == ("integer", True, "1")
    held = workshop.ask(f'SELECT id, "{LONG}"::text, other, padding FROM {TABLE} ORDER BY id')

    with writers(workshop) as seconds:
        undone = undo(url=workshop.url, run_id=run.id)
        assert undone.state == "undone"
        wait_until(lambda: len(seconds) > 10)

    assert undone.verification is not None
    assert undone.verification.failed == ()
    assert workshop.everything()[0] == before[0]
    now = {row[0]: row for row in workshop.ask(f'SELECT id, "{LONG}"::text, other, padding FROM {TABLE} ORDER BY id')}
    assert len({row[0] for row in held} & now.keys()) > ROWS / 2
    assert {row[1] for row in now.values()} == {"1", "2", "3"}


def test_an_undo_brings_every_value_back_and_clean_leaves_one_column(one_workshop: Workshop) -> None:
    make_visits(one_workshop)
    before = one_workshop.everything()
    plan = gradual_plan(one_workshop)
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    one_workshop.run(f"UPDATE {TABLE} SET other = '9' WHERE id = 1")
    undo(url=one_workshop.url, run_id=run.id)
    one_workshop.run(f"UPDATE {TABLE} SET other = '1' WHERE id = 1")
    assert one_workshop.everything() == before
    again = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    rows = f'SELECT id, "{LONG}"::text, other FROM {TABLE} ORDER BY id'
    held = one_workshop.ask(rows)
    with holding(one_workshop, f"LOCK TABLE {TABLE} IN ACCESS SHARE MODE") as reader:
        threading.Timer(1.5, reader.rollback).start()  # clean waits in short attempts, too
        clean(url=one_workshop.url, run_id=again.id, state_folder=one_workshop.state)
    table = catalog_of(one_workshop).tables[VISITS]
    assert [column.name for column in table.columns] == ["id", "other", "padding", LONG]
    assert sorted(index.name for index in table.indexes) == ['visits "of" all_pkey', "visits by user", "visits once"]
    assert one_workshop.ask(rows) == held
    assert not one_workshop.ask("SELECT FROM pg_trigger WHERE tgname LIKE '%dbdoctor%'")
    assert not one_workshop.ask("SELECT FROM pg_proc WHERE proname LIKE '%dbdoctor%'")


def test_a_nullable_column_keeps_its_nulls(one_workshop: Workshop) -> None:
    make_visits(one_workshop)
    before = one_workshop.everything()
    run = apply(url=one_workshop.url, plan=gradual_plan(one_workshop, "other"), state_folder=one_workshop.state)
    assert one_workshop.ask(f"SELECT count(*), count(other), sum(other) FROM {TABLE}") == [(ROWS, ROWS * 3 // 4, ROWS * 3 // 2)]
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_a_value_that_came_meanwhile_and_does_not_convert_stops_the_run_and_not_the_app(one_workshop: Workshop) -> None:
    make_visits(one_workshop)
    before = one_workshop.everything()
    plan = gradual_plan(one_workshop, "other")
    one_workshop.run(f"UPDATE {TABLE} SET other = 'not a number' WHERE id = 2")
    with pytest.raises(StepFailed, match=r"Step 2 of \d failed and was taken back: 22P02"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    one_workshop.run(f"UPDATE {TABLE} SET other = 'nor this' WHERE id = 3", f"UPDATE {TABLE} SET other = '2' WHERE id = 2")
    with pytest.raises(StepFailed, match=r"failed and was taken back: 22P02"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    undo(url=one_workshop.url, run_id=runs(url=one_workshop.url)[-1].id)
    one_workshop.run(f"UPDATE {TABLE} SET other = '3' WHERE id = 3")
    assert one_workshop.everything() == before


def test_values_that_the_old_type_could_not_hold_keep_an_undo_from_losing_them(one_workshop: Workshop) -> None:
    one_workshop.run("CREATE TABLE small (id integer, n integer)", "INSERT INTO small SELECT n, n FROM generate_series(1, 50) n")
    table = catalog_of(one_workshop).tables[TableName("public", "small")]
    steps = gradual.steps_for_gradual_conversion(gradual.Change(table=table, column="n", to_type="bigint"))
    run = apply(url=one_workshop.url, plan=one_workshop.plan(*steps), state_folder=one_workshop.state)
    one_workshop.run("INSERT INTO small (id, n) VALUES (51, 5000000000)")  # the app goes on with what it asked for
    with pytest.raises(Exception, match="do not fit the type the column had"):
        undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.ask("SELECT max(n) FROM small") == [(5000000000,)]
    one_workshop.run("DELETE FROM small WHERE id = 51")
    assert undo(url=one_workshop.url, run_id=run.id).state == "undone"


class Stopped(BaseException):
    """As hard as a killed process: nothing of ours runs any more."""


def stop_after(batches: int) -> Callable[[Progress], None]:
    seen: list[str] = []

    def tell(progress: Progress) -> None:
        seen.extend([progress.detail] if progress.detail.endswith("blocks") else [])
        if len(seen) >= batches:
            raise Stopped

    return tell


@pytest.mark.parametrize("continuation", ["apply", "undo"])
def test_a_backfill_stopped_in_the_middle_goes_on_behind_its_last_batch_or_back(one_workshop: Workshop, continuation: str) -> None:
    make_visits(one_workshop)
    before, plan = one_workshop.everything(), gradual_plan(one_workshop)
    with pytest.raises(Stopped):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, tell=stop_after(2))
    reached = one_workshop.ask("SELECT state, progress > 0 FROM dbdoctor.steps WHERE position = 1")
    assert reached == [("running", True)]
    filled = one_workshop.ask(
        f"SELECT 0 < count(n), count(n) < count(*) FROM {TABLE} t, json_each_text(to_json(t)) e(k, n) WHERE k LIKE '%new'"
    )
    assert filled == [(True, True)]
    told: list[str] = []
    if continuation == "apply":
        one_workshop.run(f"DELETE FROM {TABLE} WHERE id < 0")
        run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, tell=lambda one: told.append(one.detail))
        assert run.state == "applied"
        assert run.steps[1].attempts == 2
    undo(url=one_workshop.url, run_id=runs(url=one_workshop.url)[-1].id)
    assert one_workshop.everything() == before


def test_rows_inserted_without_naming_columns_are_not_lost_while_the_old_column_stays(one_workshop: Workshop) -> None:
    make_visits(one_workshop)
    run = apply(url=one_workshop.url, plan=gradual_plan(one_workshop), state_folder=one_workshop.state)
    one_workshop.run(f"INSERT INTO {TABLE} VALUES (9001, '3', 'x', 'y')", f'INSERT INTO {TABLE} (id, "{LONG}") VALUES (9002, 2)')
    assert one_workshop.ask(f'SELECT "{LONG}" FROM {TABLE} WHERE id > 9000 ORDER BY id') == [(3,), (2,)]
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.ask(f'SELECT "{LONG}" FROM {TABLE} WHERE id > 9000 ORDER BY id') == [("3",), ("2",)]


LEANING = {
    "a view": ("CREATE VIEW seen AS SELECT other FROM visits", "rule _RETURN on view seen"),
    "a check": ("ALTER TABLE visits ADD CONSTRAINT short CHECK (length(other) < 9)", "constraint short on table visits"),
    "a unique constraint": ("ALTER TABLE visits ADD CONSTRAINT one UNIQUE (other)", "constraint one on table visits"),
    "an expression index": ("CREATE INDEX lowered ON visits (lower(other))", "index lowered"),
    "a partial index": ("CREATE INDEX few ON visits (id) WHERE other IS NULL", "index few"),
    "a comment": ("COMMENT ON COLUMN visits.other IS 'theirs'", "a comment on the column"),
    "a right": ("GRANT SELECT (other) ON visits TO PUBLIC", "rights on the column"),
    "a computed column": ("ALTER TABLE visits ADD COLUMN more text GENERATED ALWAYS AS (other) STORED", "default value for column more"),
    "a child": ("CREATE TABLE kid () INHERITS (visits)", "children of the table"),
    "a trigger on it": ("CREATE TRIGGER t BEFORE UPDATE OF other ON visits EXECUTE FUNCTION shouting()", "trigger t on table visits"),
    "a publication": ("CREATE PUBLICATION news FOR TABLE visits", "the publication news"),
    "statistics": ("CREATE STATISTICS pair ON id, other FROM visits", "statistics object pair"),
}


def test_what_leans_on_a_column_and_would_not_follow_is_named(one_workshop: Workshop) -> None:
    one_workshop.run("CREATE TABLE visits (id integer, other text)", "CREATE INDEX plain ON visits (other, id)")
    found: dict[str, list[str]] = {}
    with connect(one_workshop.url) as connection:
        for what, (statement, _) in LEANING.items():
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode())
                table = read_catalog(connection).tables[TableName("public", "visits")]
                found[what] = gradual.obstacles(connection, table, "other")
        assert gradual.obstacles(connection, read_catalog(connection).tables[TableName("public", "visits")], "other") == []
    named = {what: [one for one in found[what] if one.startswith(wanted)] for what, (_, wanted) in LEANING.items()}
    assert {what: len(one) for what, one in named.items()} == dict.fromkeys(LEANING, 1), found


def test_a_key_in_two_steps_lets_writers_write_while_the_rows_are_looked_at(one_workshop: Workshop) -> None:
    before, catalog = one_workshop.everything(), catalog_of(one_workshop)
    child, parent = TableName("public", "sessions"), TableName("public", "users")
    key = Reference(child=child, columns=("user_id",), parent=parent, parent_columns=("id",))
    steps = gradual.steps_for_key_in_two(key, "sessions user", child=catalog.tables[child], major=catalog.major)
    with holding(one_workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE") as writer:
        threading.Timer(0.5, writer.rollback).start()
        run = apply(url=one_workshop.url, plan=one_workshop.plan(*steps), state_folder=one_workshop.state, lock_timeout_s=0.1)
    assert [step.attempts > 1 for step in run.steps] == [True, False]
    assert run.state == "applied"
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_a_partitioned_tables_key_is_one_step_where_the_server_knows_no_other(workshop: Workshop) -> None:
    catalog = catalog_of(workshop)
    child, parent = TableName("side room", "events"), TableName("public", "users")
    key = Reference(child=child, columns=("id",), parent=parent, parent_columns=("id",))
    workshop.run('DELETE FROM "side room".events WHERE id > 3')
    steps = gradual.steps_for_key_in_two(key, "of users", child=catalog.tables[child], major=catalog.major)
    assert len(steps) == (1 if catalog.major < 18 else 2)
    assert apply(url=workshop.url, plan=workshop.plan(*steps), state_folder=workshop.state).state == "applied"


def test_batches_reach_every_partition(workshop: Workshop) -> None:
    workshop.run("INSERT INTO \"side room\".events SELECT n, '2026-03-04' FROM generate_series(6, 3000) n")
    workshop.run(
        "CREATE TABLE \"side room\".events_2027 PARTITION OF \"side room\".events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"
    )
    workshop.run("INSERT INTO \"side room\".events SELECT n, '2027-03-04' FROM generate_series(1, 9000) n")
    step = SqlStep(
        sql='UPDATE "side room".events SET id = -id WHERE id > 0',
        undo_sql='UPDATE "side room".events SET id = -id WHERE id < 0',
        batches=TableName("side room", "events"),
    )
    apply(url=workshop.url, plan=workshop.plan(step), state_folder=workshop.state)
    assert workshop.ask('SELECT count(*), max(id) FROM "side room".events') == [(12000, -1)]
