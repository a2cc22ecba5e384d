"""The first thing wrong with an attempt: what had no effect, what stopped the run, what was meant and is missing."""

from collections.abc import Callable

import msgspec
import pytest
from patients import Patient

from dbdoctor.model import TableName
from dbdoctor.rehearsal.losses import Loss
from dbdoctor.rehearsal.observation import Observation, Segment, Statement
from dbdoctor.rehearsal.problems import first_problem, stopping_statement, undone_statements
from dbdoctor.rehearsal.scenario import Decision, Scenario

Say = Callable[..., Statement]
Make = Callable[..., Segment]
FINE = "ALTER TABLE people ADD COLUMN age int"
BROKEN = 'ALTER TABLE people ADD COLUMN "vetId" int REFERENCES vets (id)'


def test_a_caught_error_had_no_effect(say: Say, migration: Make) -> None:
    assert [s.sql for s in undone_statements(migration(say(FINE), say(BROKEN, "42P01"), say("SELECT 1")))] == [BROKEN]


def test_a_transaction_that_an_error_dooms_takes_everything_with_it(say: Say, migration: Make) -> None:
    seen = migration(say("BEGIN"), say(FINE), say(BROKEN, "42P01"), say("SELECT 1", "25P02"), say("COMMIT"), say("SELECT 2"))
    assert [s.sql for s in undone_statements(seen)] == [FINE, BROKEN, "SELECT 1"]


def test_a_transaction_that_is_rolled_back_takes_everything_with_it(say: Say, migration: Make) -> None:
    assert [s.sql for s in undone_statements(migration(say("START TRANSACTION;"), say(FINE), say("ROLLBACK;")))] == [FINE]


def test_a_transaction_that_is_committed_keeps_everything(say: Say, migration: Make) -> None:
    assert undone_statements(migration(say("BEGIN"), say(FINE), say("COMMIT"))) == []


def test_a_savepoint_takes_back_only_what_came_after_it(say: Say, migration: Make) -> None:
    statements = ["BEGIN", FINE, 'SAVEPOINT "one"', "DROP TABLE letters", 'ROLLBACK TO SAVEPOINT "one"', "DROP TABLE visits", "COMMIT"]
    assert [s.sql for s in undone_statements(migration(*map(say, statements)))] == ["DROP TABLE letters"]


def test_an_error_inside_a_savepoint_is_undone_and_does_not_doom_the_rest(say: Say, migration: Make) -> None:
    seen = migration(
        say("BEGIN"), say(FINE), say("SAVEPOINT a"), say(BROKEN, "42P01"), say("ROLLBACK TO a"), say("DROP TABLE visits"), say("COMMIT")
    )
    assert [s.sql for s in undone_statements(seen)] == [BROKEN]


def test_an_outer_savepoint_takes_back_the_inner_ones(say: Say, migration: Make) -> None:
    statements = ["BEGIN", "SAVEPOINT a", FINE, "SAVEPOINT b", "DROP TABLE letters", "RELEASE SAVEPOINT b", "ROLLBACK TO a", "COMMIT"]
    assert [s.sql for s in undone_statements(migration(*map(say, statements)))] == [FINE, "DROP TABLE letters"]


def test_sessions_of_a_pool_do_not_doom_each_other(say: Say, migration: Make) -> None:
    seen = migration(say("BEGIN", session="s1"), say(FINE, session="s1"), say(BROKEN, "42P01", session="s2"), say("COMMIT", session="s1"))
    assert [s.sql for s in undone_statements(seen)] == [BROKEN]


def test_a_transaction_that_is_still_open_tells_its_errors(say: Say, migration: Make) -> None:
    assert [s.sql for s in undone_statements(migration(say("BEGIN"), say(FINE), say(BROKEN, "42P01")))] == [BROKEN]


def test_statements_that_a_later_one_of_their_query_took_back_had_no_effect(say: Say, migration: Make) -> None:
    taken_back = msgspec.structs.replace(say(FINE), undone=True)
    assert [s.sql for s in undone_statements(migration(taken_back, say(BROKEN, "42P01")))] == [FINE, BROKEN]


def test_the_statement_that_stopped_the_run_is_not_the_one_that_was_caught(say: Say) -> None:
    caught, fatal = say(FINE, "42701", 'column "age" already exists'), say(BROKEN, "42P01", 'relation "vets" does not exist')
    assert (
        stopping_statement((caught, say("SELECT 1"), fatal), 'warning: column "age" already exists\nERROR: relation "vets" does not exist')
        == fatal
    )


def test_an_error_that_the_output_tells_wins_over_what_failed_while_cleaning_up(say: Say) -> None:
    fatal, cleaning = say(BROKEN, "42P01", 'relation "vets" does not exist'), say("DROP TABLE x", "42P01", 'table "x" does not exist')
    assert stopping_statement((fatal, cleaning), 'ERROR: relation "vets" does not exist') == fatal


def test_without_words_in_the_output_the_last_failure_stopped_the_run(say: Say) -> None:
    assert stopping_statement((say(FINE, "42701", "first"), say(BROKEN, "42P01", "second")), "ERROR: Validation error") == say(
        BROKEN, "42P01", "second"
    )


@pytest.mark.parametrize("told", ["current transaction is aborted", ""])
def test_an_echo_never_stopped_the_run(say: Say, told: str) -> None:
    fatal = say(BROKEN, "42P01", 'relation "vets" does not exist')
    other = say(FINE, "42701", "elsewhere", session="s2")
    assert stopping_statement((say("BEGIN"), fatal, other, say("SELECT 1", "25P02", "current transaction is aborted")), told) == fatal


def test_where_nothing_failed_no_statement_stopped_the_run(say: Say) -> None:
    assert stopping_statement((say(FINE),), "killed") is None


def test_a_healthy_attempt_has_no_problem(patient: Patient, say: Say, migration: Make) -> None:
    assert first_problem(Observation(exit_code=0, segments=(migration(say("SELECT 1")),), catalog=patient.catalog), Scenario(), {}) is None


def test_a_swallowed_error_that_leaves_a_wish_open_is_a_problem(patient: Patient, say: Say, migration: Make) -> None:
    seen = Observation(exit_code=0, segments=(migration(say(BROKEN, "42P01")),), catalog=patient.catalog)
    found = first_problem(seen, Scenario(), {})
    assert found is not None
    assert (found.kind, found.migration, [lack.effect.columns for lack in found.lacks]) == ("left_undone", "1-a.js", [("vetId",)])
    waived = Scenario(decisions=(Decision(problem=found.key, code="give_up", waived=(found.lacks[0].key,)),))
    assert first_problem(seen, waived, {}) is None


def test_a_swallowed_error_about_what_is_there_or_goes_later_is_none(patient: Patient, say: Say, migration: Make) -> None:
    again = migration(say("ALTER TABLE people ADD COLUMN name text", "42701"))
    gone = (migration(say(BROKEN, "42P01")), migration(say('ALTER TABLE people DROP COLUMN IF EXISTS "vetId"'), name="2-b.js"))
    for segments in ((again,), gone):
        assert first_problem(Observation(exit_code=0, segments=segments, catalog=patient.catalog), Scenario(), {}) is None


def test_what_a_marked_migration_would_have_made_must_be_there(patient: Patient, say: Say, migration: Make) -> None:
    marked = Scenario(decisions=(Decision(problem="stopped|1-a.js", code="mark", mark="1-a.js"),))
    found = first_problem(Observation(exit_code=0, catalog=patient.catalog), marked, {"1-a.js": migration(say(BROKEN))})
    assert found is not None
    assert found.kind == "left_undone"
    there = {"1-a.js": migration(say("CREATE TABLE people (id int, name text)"))}
    assert first_problem(Observation(exit_code=0, catalog=patient.catalog), marked, there) is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"exit_code": 1}, "command_failed"),
        ({"exit_code": None, "ended_by": "time_limit"}, "hung"),
        ({"losses": (Loss(kind="rows", table=TableName("public", "people"), rows=3),)}, "lost_rows"),
        ({"second_run_changed": "public.people"}, "not_repeatable"),
        ({"accepted": False, "accept_output": "no"}, "not_accepted"),
    ],
)
def test_each_way_to_go_wrong_has_its_name(patient: Patient, change: dict[str, object], kind: str) -> None:
    seen = msgspec.structs.replace(Observation(exit_code=0, catalog=patient.catalog), **change)
    found = first_problem(seen, Scenario(), {})
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("sql", ["DELETE FROM people", "DROP TABLE people CASCADE", "TRUNCATE letters, people", "TRUNCATE vets CASCADE"])
def test_lost_rows_are_laid_to_the_migration_that_took_them(say: Say, migration: Make, sql: str) -> None:
    innocent, guilty = migration(say("DELETE FROM letters"), say("DELETE FROM people", "42501")), migration(say(sql), name="2-b.js")
    lost = (Loss(kind="rows", table=TableName("public", "people"), rows=3),)
    found = first_problem(Observation(exit_code=0, segments=(innocent, guilty), losses=lost), Scenario(), {})
    assert found is not None
    assert (found.kind, found.migration) == ("lost_rows", "2-b.js")


def test_a_migration_that_stopped_is_named_with_its_statement(say: Say, migration: Make) -> None:
    stopped = migration(say(FINE), say(BROKEN, "42P01"), name="2-b.js", recorded=False)
    found = first_problem(Observation(exit_code=1, segments=(migration(say(FINE)), stopped)), Scenario(), {})
    assert found is not None
    assert found.statement is not None
    assert (found.kind, found.migration, found.statement.sql) == ("stopped", "2-b.js", BROKEN)
