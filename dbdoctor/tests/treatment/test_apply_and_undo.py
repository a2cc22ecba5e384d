"""From applied to undone: everything as it was."""

from treatment.workshop import ORDERS, Workshop, add_index, add_key, convert, mark

from dbdoctor.treatment import apply, clean, runs, undo, verify

KEY_CHECKS = {
    "foreign_key_enforced",
    "foreign_key_validated",
    "no_orphans",
    "valid_row_passes",
    "insert_refused",
    "update_refused",
    "delete_acts",
}


def test_a_plan_of_all_kinds_is_applied_verified_and_wholly_undone(workshop: Workshop) -> None:
    workshop.migration("002-broken.sql", "SELECT 1 / 0")
    workshop.migration(
        "003-good.sql",
        f'ALTER TABLE {ORDERS} ADD CONSTRAINT orders_user FOREIGN KEY ("user id") REFERENCES users (id) ON DELETE SET NULL',
        "CREATE TABLE badges (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users)",
        "INSERT INTO badges (user_id) VALUES (1), (2)",
        "CREATE SCHEMA later",
        'GRANT CREATE ON SCHEMA public TO "a reader"',
        "DROP FUNCTION shouting CASCADE",
        "SELECT lo_unlink(4242)",
        "SELECT nextval('tickets')",
        "ALTER TYPE mood ADD VALUE 'wild'",
    )
    before = workshop.everything()
    plan = workshop.plan(
        convert(), add_index(), add_key(), mark("002-broken.sql"), workshop.migrate, accept='test -n "$MY_URL"', env=["MY_URL"]
    )

    run = apply(url=workshop.url, plan=plan, state_folder=workshop.state)

    assert run.state == "applied"
    assert run.verification is not None
    assert run.verification.failed == ()
    assert [step.state for step in run.steps] == ["done"] * 5
    names = {check.name: check.state for check in run.verification.checks}
    assert names["migrate_again"] == names["accepted_by_the_app"] == names["ledger_mark"] == names["rows_kept"] == "passed"
    tried = [check for check in run.verification.checks if check.subject.endswith(("orders_user", "sessions user"))]
    assert {check.state for check in tried} == {"passed"}
    assert {check.name for check in tried} == KEY_CHECKS
    assert workshop.everything() != before

    undone = undo(url=workshop.url, run_id=run.id)

    assert undone.state == "undone"
    assert undone.verification is not None
    assert undone.verification.failed == ()
    assert workshop.everything() == before
    assert workshop.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'dbdoctor'") == []
    assert runs(url=workshop.url) == []
    assert verify(url=workshop.url).failed == ()

    again = apply(url=workshop.url, plan=plan, state_folder=workshop.state)
    assert again.verification is not None
    assert again.verification.ok
    cleaned = clean(url=workshop.url, state_folder=workshop.state)
    assert set(cleaned.runs) == {run.id, again.id}
    assert cleaned.schema_removed
    assert list(workshop.state.iterdir()) == []
