"""Verify believes no flag: what is weaker than it says is caught, what is sound passes, and nothing stays behind."""

import pytest
from treatment.workshop import ORDERS, Workshop, add_key, mark

from dbdoctor.findings import SqlStep
from dbdoctor.treatment import Check, apply, undo, verify


def states(checks: tuple[Check, ...], subject: str) -> dict[str, str]:
    return {check.name: check.state for check in checks if check.subject.endswith(subject)}


ALL_PASSED = dict.fromkeys(
    ("foreign_key_enforced", "foreign_key_validated", "no_orphans", "valid_row_passes", "insert_refused", "update_refused", "delete_acts"),
    "passed",
)


@pytest.mark.parametrize("with_run", [True, False], ids=["of the run", "of the database"])
@pytest.mark.parametrize(
    ("weakened", "caught"),
    [
        pytest.param(
            "ALTER TABLE sessions DISABLE TRIGGER ALL",
            {"foreign_key_enforced", "insert_refused", "update_refused"},
            id="child triggers off",
        ),
        pytest.param("ALTER TABLE users DISABLE TRIGGER ALL", {"foreign_key_enforced", "delete_acts"}, id="parent triggers off"),
        pytest.param(
            'ALTER TABLE sessions DROP CONSTRAINT "sessions user"; ALTER TABLE sessions ADD CONSTRAINT "sessions user"'
            " FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID",
            {"foreign_key_validated"},
            id="not valid",
        ),
    ],
)
def test_a_key_that_was_weakened_after_the_run_is_caught(workshop: Workshop, weakened: str, caught: set[str], with_run: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    run = apply(url=workshop.url, plan=workshop.plan(add_key()), state_folder=workshop.state)
    assert run.verification is not None
    assert states(run.verification.checks, "sessions user") == ALL_PASSED
    workshop.run(weakened)
    if not with_run:
        workshop.run("DROP SCHEMA dbdoctor CASCADE")
    found = verify(url=workshop.url, run_id=run.id if with_run else None)
    assert {check.name for check in found.failed if check.subject.endswith("sessions user")} - {"key_still_there"} == caught
    assert not found.ok


def test_a_key_that_was_dropped_after_the_run_is_caught(workshop: Workshop) -> None:
    run = apply(url=workshop.url, plan=workshop.plan(add_key()), state_folder=workshop.state)
    workshop.run('ALTER TABLE sessions DROP CONSTRAINT "sessions user"', "ALTER TABLE users DROP CONSTRAINT users_handle_key")
    found = verify(url=workshop.url, run_id=run.id)
    assert {(check.name, check.subject) for check in found.failed} == {
        ("key_still_there", "public.sessions sessions user"),
        ("key_still_there", "public.users users_handle_key"),
    }


def test_rows_that_slipped_in_while_the_key_was_off_are_caught(workshop: Workshop) -> None:
    run = apply(url=workshop.url, plan=workshop.plan(add_key()), state_folder=workshop.state)
    workshop.run(
        "ALTER TABLE sessions DISABLE TRIGGER ALL", "INSERT INTO sessions (user_id) VALUES (77)", "ALTER TABLE sessions ENABLE TRIGGER ALL"
    )
    found = verify(url=workshop.url, run_id=run.id)
    assert [(check.name, check.detail) for check in found.failed] == [("no_orphans", "1")]


def test_a_key_that_the_plan_leaves_unchecked_on_purpose_passes(workshop: Workshop) -> None:
    workshop.run("INSERT INTO sessions (user_id) VALUES (77)")
    run = apply(url=workshop.url, plan=workshop.plan(add_key(not_valid=True)), state_folder=workshop.state)
    assert run.verification is not None
    assert run.verification.ok
    assert states(run.verification.checks, "sessions user")["foreign_key_validated"] == "passed"
    assert states(run.verification.checks, "sessions user")["insert_refused"] == "passed"


def test_a_key_that_is_not_enforced_is_caught(one_workshop: Workshop) -> None:
    one_workshop.run("ALTER TABLE sessions ADD CONSTRAINT loose FOREIGN KEY (user_id) REFERENCES users NOT ENFORCED")
    found = states(verify(url=one_workshop.url).checks, "loose")
    assert found["foreign_key_enforced"] == found["insert_refused"] == found["update_refused"] == "failed"


def test_an_index_whose_build_was_not_finished_is_caught(workshop: Workshop) -> None:
    workshop.run("INSERT INTO sessions (user_id) VALUES (1)")
    with pytest.raises(Exception, match="could not create unique index"):
        workshop.run("CREATE UNIQUE INDEX CONCURRENTLY twice ON sessions (user_id)")
    assert states(verify(url=workshop.url).checks, "twice") == {"unique_index_valid": "failed"}


KEYS = {
    "cascade": ("CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users ON DELETE CASCADE)", ALL_PASSED),
    "set null": ("CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users ON DELETE SET NULL)", ALL_PASSED),
    "restrict": ("CREATE TABLE c (id serial PRIMARY KEY, u integer NOT NULL REFERENCES users ON DELETE RESTRICT)", ALL_PASSED),
    "set default": ("CREATE TABLE c (id serial PRIMARY KEY, u integer DEFAULT 1 REFERENCES users ON DELETE SET DEFAULT)", ALL_PASSED),
    "set default without such a parent": (
        "CREATE TABLE c (id serial PRIMARY KEY, u integer DEFAULT 99 REFERENCES users ON DELETE SET DEFAULT)",
        {**ALL_PASSED, "delete_acts": "failed"},
    ),
    "set null where NULL may not be": (
        "CREATE TABLE c (id serial PRIMARY KEY, u integer NOT NULL REFERENCES users ON DELETE SET NULL)",
        {**ALL_PASSED, "delete_acts": "failed"},
    ),
    "deferred": ("CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users DEFERRABLE INITIALLY DEFERRED)", ALL_PASSED),
    "one to one": ("CREATE TABLE c (u integer PRIMARY KEY REFERENCES users)", ALL_PASSED),
    "without a key": ("CREATE TABLE c (u integer REFERENCES users, at timestamptz NOT NULL DEFAULT now())", ALL_PASSED),
    "text key": ("CREATE TABLE c (h varchar(50) REFERENCES users (handle))", ALL_PASSED),
    "uuid key": (
        "CREATE TABLE p (id uuid PRIMARY KEY, n numeric NOT NULL); CREATE TABLE c (id uuid PRIMARY KEY, u uuid NOT NULL REFERENCES p)",
        ALL_PASSED,
    ),
    "composite key": (
        (
            "CREATE TABLE p (a integer, b text, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 'x');"
            "CREATE TABLE c (a integer NOT NULL, b text NOT NULL, FOREIGN KEY (a, b) REFERENCES p)"
        ),
        ALL_PASSED,
    ),
    "chain of empty tables": (
        (
            "CREATE TABLE o (id serial PRIMARY KEY, name text NOT NULL UNIQUE);"
            "CREATE TABLE p (id serial PRIMARY KEY, o integer NOT NULL REFERENCES o);"
            "CREATE TABLE c (id serial PRIMARY KEY, p integer NOT NULL REFERENCES p, mood mood NOT NULL, tags text[] NOT NULL,"
            " doc jsonb NOT NULL)"
        ),
        ALL_PASSED,
    ),
    "membership": (
        (
            "CREATE TABLE g (id serial PRIMARY KEY); INSERT INTO g DEFAULT VALUES;"
            "CREATE TABLE c (u integer REFERENCES users, g integer REFERENCES g, PRIMARY KEY (u, g)); INSERT INTO c VALUES (1, 1)"
        ),
        ALL_PASSED,
    ),
    "a column that counts by itself": (
        "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users, ticket bigint NOT NULL DEFAULT nextval('tickets'))",
        ALL_PASSED,
    ),
    "partitioned child": (
        (
            "CREATE TABLE c (id integer, at date, u integer REFERENCES users, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);"
            "CREATE TABLE c_1 PARTITION OF c FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); INSERT INTO c VALUES (1, '2026-05-05', 1)"
        ),
        ALL_PASSED,
    ),
    "a tree that must have a parent": (
        "CREATE TABLE c (id serial PRIMARY KEY, up integer NOT NULL REFERENCES c); INSERT INTO c (up) VALUES (1)",
        ALL_PASSED,
    ),
    "an action that a trigger turns into another": (
        (
            "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users ON DELETE SET NULL);"
            "CREATE FUNCTION sweep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM c WHERE u IS NULL; RETURN NULL; END';"
            "CREATE TRIGGER sweep AFTER UPDATE ON c FOR EACH STATEMENT EXECUTE FUNCTION sweep()"
        ),
        {**ALL_PASSED, "delete_acts": "failed"},
    ),
    "a trigger that swallows rows": (
        (
            "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users);"
            "CREATE FUNCTION gulp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER gulp BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION gulp()"
        ),
        {**ALL_PASSED, **dict.fromkeys(("valid_row_passes", "insert_refused", "update_refused", "delete_acts"), "not_probed")},
    ),
    "a trigger that mends rows": (
        (
            "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users);"
            "CREATE FUNCTION mend() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.u := 1; RETURN NEW; END';"
            "CREATE TRIGGER mend BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION mend()"
        ),
        {**ALL_PASSED, **dict.fromkeys(("valid_row_passes", "insert_refused", "update_refused", "delete_acts"), "not_probed")},
    ),
    "whole or not at all": (
        (
            "CREATE TABLE p (a integer, b text, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 'x');"
            "CREATE TABLE c (a integer, b text, FOREIGN KEY (a, b) REFERENCES p MATCH FULL)"
        ),
        ALL_PASSED,
    ),
    "other constraints that would fail first": (
        (
            "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users, note text NOT NULL, low integer NOT NULL,"
            " high integer NOT NULL, CHECK (low < high), UNIQUE (low, high)); INSERT INTO c (u, note, low, high) VALUES (1, 'x', 3, 9)"
        ),
        ALL_PASSED,
    ),
    "other constraints that nothing can be made up for": (
        "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users, low integer NOT NULL CHECK (low = 7 AND id < 0))",
        {**ALL_PASSED, **dict.fromkeys(("valid_row_passes", "insert_refused", "update_refused", "delete_acts"), "not_probed")},
    ),
    "circular keys": (
        (
            "CREATE TABLE c (id serial PRIMARY KEY, u integer REFERENCES users); CREATE TABLE d (id serial PRIMARY KEY, c integer"
            " REFERENCES c); ALTER TABLE c ADD COLUMN d integer REFERENCES d DEFERRABLE INITIALLY DEFERRED"
        ),
        ALL_PASSED,
    ),
    "a computed column": (
        "CREATE TABLE c (id serial PRIMARY KEY, n integer, u integer GENERATED ALWAYS AS (n) STORED REFERENCES users)",
        {**ALL_PASSED, **dict.fromkeys(("valid_row_passes", "insert_refused", "update_refused", "delete_acts"), "not_probed")},
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_of_all_kinds_are_tried_and_nothing_stays_behind(workshop: Workshop, name: str) -> None:
    statement, wanted = KEYS[name]
    workshop.run(statement)
    before = workshop.everything()
    keys = workshop.ask("SELECT conname FROM pg_constraint WHERE conrelid = 'c'::regclass AND contype = 'f'")
    found = verify(url=workshop.url).checks
    for (key,) in keys:
        assert states(found, f"public.c {key}") == wanted, [check for check in found if check.subject == f"public.c {key}"]
    assert workshop.everything() == before


def test_a_number_that_a_trigger_takes_from_a_sequence_is_told(workshop: Workshop) -> None:
    assert "no_number_consumed" in {check.name for check in verify(url=workshop.url).checks if check.state == "passed"}
    workshop.run(
        "CREATE FUNCTION ticket() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''tickets''); RETURN NEW; END'",
        "CREATE TRIGGER ticket BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION ticket()",
        add_key().sql,
    )
    found = [check for check in verify(url=workshop.url).checks if check.name == "no_number_consumed"]
    assert [(check.state, check.detail) for check in found] == [("not_probed", "public.tickets")]


def test_an_app_whose_sessions_call_themselves_a_replicas_is_caught(workshop: Workshop) -> None:
    workshop.run(add_key().sql)
    name = workshop.ask("SELECT quote_ident(current_database())")[0][0]
    workshop.run(f"ALTER DATABASE {name} SET session_replication_role = replica")
    caught = [(check.subject, check.state) for check in verify(url=workshop.url).checks if check.name == "keys_hold_for_everybody"]
    assert caught == [(f"database {name}", "failed")]
    workshop.run(f"ALTER DATABASE {name} RESET session_replication_role", 'ALTER ROLE "a reader" SET session_replication_role = replica')
    try:
        caught = [(check.subject, check.state) for check in verify(url=workshop.url).checks if check.name == "keys_hold_for_everybody"]
    finally:
        workshop.run('ALTER ROLE "a reader" RESET ALL')
    assert caught == [('role "a reader"', "failed")]


def test_a_unique_key_is_tried_and_one_that_hangs_on_a_condition_is_not_called_passed(workshop: Workshop) -> None:
    workshop.run(
        "CREATE UNIQUE INDEX calm_ones ON users (invited_by) WHERE mood = 'proud'", f"CREATE UNIQUE INDEX notes ON {ORDERS} (note)"
    )
    found = verify(url=workshop.url).checks
    assert states(found, "users_pkey") == states(found, "users_handle_key") == states(found, " notes") == {"duplicate_refused": "passed"}
    assert states(found, "calm_ones") == states(found, "users_email_key") == {"duplicate_refused": "not_probed"}


def test_a_mark_that_is_gone_is_caught(one_workshop: Workshop) -> None:
    run = apply(url=one_workshop.url, plan=one_workshop.plan(mark("007-odds.sql")), state_folder=one_workshop.state)
    assert run.verification is not None
    assert run.verification.ok
    one_workshop.run("DELETE FROM \"Meta\" WHERE name = '007-odds.sql'")
    assert [check.name for check in verify(url=one_workshop.url, run_id=run.id).failed] == ["ledger_mark"]


def test_the_apps_own_test_decides(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(add_key(), accept="echo not well; test -e cured")
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert run.state == "applied_not_verified"
    assert run.verification is not None
    assert [(check.name, check.detail) for check in run.verification.failed] == [("accepted_by_the_app", "1: not well")]
    (one_workshop.folder / "cured").touch()
    assert verify(url=one_workshop.url).ok
    again = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert (again.id, again.state) == (run.id, "applied")
    assert undo(url=one_workshop.url, run_id=run.id).state == "undone"


def test_rows_that_a_step_removes_are_missed_unless_they_lie_in_quarantine(workshop: Workshop) -> None:
    lossy = SqlStep(sql="DELETE FROM sessions WHERE id > 25")
    run = apply(url=workshop.url, plan=workshop.plan(lossy), state_folder=workshop.state)
    assert run.verification is not None
    assert [(check.name, check.detail) for check in run.verification.failed] == [("rows_kept", "5 of 30 rows are gone")]


def test_a_second_run_of_the_apps_command_that_does_something_is_caught(one_workshop: Workshop) -> None:
    step = one_workshop.migrate
    script = one_workshop.folder / "again.py"
    script.write_text(
        "import os, psycopg\nwith psycopg.connect(os.environ['DATABASE_URL'], autocommit=True) as c:\n"
        "    c.execute('INSERT INTO sessions (user_id) VALUES (1)')\n"
    )
    again = type(step)(command=step.command.replace("migrate.py", "again.py"), cwd=step.cwd)
    run = apply(url=one_workshop.url, plan=one_workshop.plan(again), state_folder=one_workshop.state)
    assert run.verification is not None
    assert [(check.name, check.detail) for check in run.verification.failed] == [
        ("migrate_again", "rows changed while it ran (0 other sessions): public.sessions")
    ]


def test_a_key_that_another_key_speaks_for_is_not_called_passed(workshop: Workshop) -> None:
    workshop.run("CREATE TABLE c (u integer REFERENCES users, CONSTRAINT again FOREIGN KEY (u) REFERENCES users)")
    found = verify(url=workshop.url).checks
    assert states(found, "c_u_fkey") == ALL_PASSED
    silent = ("insert_refused", "update_refused", "delete_acts")
    assert states(found, "again") == {**ALL_PASSED, **dict.fromkeys(silent, "not_probed")}
