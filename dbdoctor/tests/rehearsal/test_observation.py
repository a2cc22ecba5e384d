"""From the server's log to migrations: single statements, their errors, and where one migration ends."""

from collections.abc import Callable

from dbdoctor.databases.postgresql.server_log import Executed
from dbdoctor.histories.sequelize import SequelizeHistory
from dbdoctor.model import Column, ServerError, Table, TableName
from dbdoctor.rehearsal.observation import Statement, segments_of, statements_of

Say = Callable[..., Statement]
LEDGER = Table(name=TableName("public", "SequelizeMeta"), columns=(Column(name="name", type="text"),))
HISTORY = SequelizeHistory(LEDGER)


def entry(sql: str, *, sqlstate: str = "", message: str = "", position: int = 0) -> Executed:
    return Executed(session="s1", sql=sql, error=ServerError(sqlstate=sqlstate, message=message, position=position) if sqlstate else None)


def recorded(say: Say, name: str) -> Statement:
    return say(f"""INSERT INTO "SequelizeMeta" ("name") VALUES ('{name.replace("'", "''")}') RETURNING "name";""")


def test_several_statements_of_one_query_are_told_one_by_one() -> None:
    found = statements_of([entry("ALTER TABLE a ADD b int; SELECT ';'; UPDATE a SET b = 1")])
    assert [s.effects[0].kind for s in found] == ["add_column", "read", "update"]
    assert not any(s.undone or s.error for s in found)


def test_the_position_of_an_error_tells_the_culprit_and_what_it_took_back() -> None:
    sql = "ALTER TABLE a ADD b int; ALTER TABLE a ADD c nonsense; ALTER TABLE a ADD d int"
    found = statements_of([entry(sql, sqlstate="42704", message='type "nonsense" does not exist', position=sql.index("nonsense") + 1)])
    assert [(s.sql[-9:], bool(s.error), s.undone) for s in found] == [("ADD b int", False, True), (" nonsense", True, False)]


def test_without_a_position_the_names_in_the_message_tell_the_culprit() -> None:
    found = statements_of(
        [entry("DROP TABLE x; ALTER TABLE pets ADD age int", sqlstate="42701", message='column "age" of relation "pets" already exists')]
    )
    assert [bool(s.error) for s in found] == [False, True]


def test_a_query_with_its_own_transaction_words_is_not_one_transaction() -> None:
    found = statements_of(
        [entry("BEGIN; SELECT 1; COMMIT; SELECT nope", sqlstate="42703", message='column "nope" does not exist', position=32)]
    )
    assert [s.undone for s in found] == [False] * 4


def test_a_run_is_cut_where_the_tool_writes_its_ledger(say: Say) -> None:
    run = [say("CREATE TABLE a (id int)"), recorded(say, "1-a.js"), say("CREATE TABLE b (id int)"), recorded(say, "2-b.js")]
    segments, rest = segments_of([say('SELECT "name" FROM "SequelizeMeta"'), *run], history=HISTORY, pending=["1-a.js", "2-b.js"])
    assert [(s.migration, [x.sql for x in s.statements], s.recorded) for s in segments] == [
        ("1-a.js", ["CREATE TABLE a (id int)"], True),
        ("2-b.js", ["CREATE TABLE b (id int)"], True),
    ]
    assert rest == []


def test_a_name_with_quotes_is_recognised_in_the_ledgers_entry(say: Say) -> None:
    segments, _ = segments_of([recorded(say, 'it\'s "b".js')], history=HISTORY, pending=["1-a.js", 'it\'s "b".js'])
    assert [s.migration for s in segments] == ['it\'s "b".js']


def test_what_comes_after_the_last_entry_belongs_to_the_migration_that_did_not_end(say: Say) -> None:
    run = [recorded(say, "1-a.js"), say("CREATE TABLE b (id int)"), say("CREATE TABLE c (id nonsense)", "42704")]
    segments, rest = segments_of(run, history=HISTORY, pending=["1-a.js", "2-b.js", "3-c.js"])
    assert [(s.migration, s.recorded, len(s.statements)) for s in segments] == [("1-a.js", True, 0), ("2-b.js", False, 2)]
    assert rest == []


def test_reading_alone_is_no_migration(say: Say) -> None:
    segments, rest = segments_of([say("BEGIN"), say("SELECT 1"), say("COMMIT")], history=HISTORY, pending=["1-a.js"])
    assert segments == []
    assert [s.sql for s in rest] == ["BEGIN", "SELECT 1", "COMMIT"]


def test_an_entry_that_failed_ends_no_migration(say: Say) -> None:
    failed = say("""INSERT INTO "SequelizeMeta" ("name") VALUES ('1-a.js')""", "23505")
    segments, _ = segments_of([say("CREATE TABLE a (id int)"), failed], history=HISTORY, pending=["1-a.js"])
    assert [(s.migration, s.recorded) for s in segments] == [("1-a.js", False)]


def test_errors_are_told_without_their_echoes(say: Say) -> None:
    run = [say("CREATE TABLE a (id nonsense)", "42704"), say("SELECT 1", "25P02"), recorded(say, "1-a.js")]
    segments, _ = segments_of(run, history=HISTORY, pending=["1-a.js"])
    assert [s.error.sqlstate for s in segments[0].errors if s.error] == ["42704"]
