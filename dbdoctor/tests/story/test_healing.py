"""Two apps whose deploy is blocked are healed through the command line; nothing is lost, and all of it can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from reports.contract import VerificationReport
from story.apps import MUSIC_SCHOOL
from story.calls import call, run
from story.healing import HARDER_18, MUSIC_18, STUDIO_15, STUDIO_18, Clinic, Healing, Illness, opened_clinic

pytestmark = pytest.mark.timeout(600)

studios = [pytest.param(STUDIO_18, id="studio-18"), pytest.param(STUDIO_15, id="studio-15", marks=pytest.mark.long)]
schools = [pytest.param(MUSIC_18, id="school-18"), pytest.param(HARDER_18, id="harder-school-18", marks=pytest.mark.long)]
every_app = pytest.mark.parametrize("illness", [*studios, *schools])
studio = pytest.mark.parametrize("illness", studios)
school = pytest.mark.parametrize("illness", schools)

CREATE_SESSIONS = "20240521083000-create-sessions-table.cjs"
FOOD_SCANNER = "20240617143000-create-food-scanner-tables.cjs"
HARMFUL = {
    "20240528110000-create-orders.cjs": ("never_works", "42804"),
    "20240624101500-create-notifications.cjs": ("never_works", "42804"),
    "20240722150000-add-unique-constraints-to-storefront.cjs": ("never_works", "23505"),
    "20240916070000-fix-uuid-foreign-keys.cjs": ("loses_rows", "3 rows of public.cart_items, 2 rows of public.shopping_carts"),
    "20241004213000-emergency-uuid-fix.cjs": ("never_works", "42804"),
    "20241007054500-emergency-bypass.cjs": ("loses_rows", "4 rows of public.storefront_items"),
    "20241216070000-direct-constraint-fix.cjs": ("hangs", "waits for a lock held by the command's own other session"),
    "FINAL_CART_RESET.cjs": ("loses_rows", "3 rows of public.cart_items"),
}


class Expected(msgspec.Struct):
    """What expected.json says of a healed music school."""

    useful: list[str]
    never: list[str]
    tables: dict[str, int]
    filled: list[tuple[str, str]]
    tables_wanted: list[str]
    keys_wanted: list[tuple[str, str]]


@pytest.fixture(scope="module")
def clinic(request: pytest.FixtureRequest) -> Iterator[Clinic]:
    """All that will be asked for is healed at once."""
    chosen = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    wanted = dict.fromkeys(spec.params["illness"] for spec in chosen if spec is not None and "illness" in spec.params)
    with opened_clinic() as opened:
        opened.heal(*wanted)
        yield opened


@pytest.fixture
def healed(clinic: Clinic, illness: Illness) -> Healing:
    return clinic.healing(illness)


@pytest.fixture(scope="module")
def expected() -> Expected:
    return msgspec.json.decode((MUSIC_SCHOOL / "expected.json").read_bytes(), type=Expected)


@every_app
def test_repair_ends_0_and_tells_in_json_alone_what_it_did(healed: Healing) -> None:
    assert healed.told.exit_code == 0, healed.told.err
    assert healed.told.err == ""
    assert healed.report.healthy
    assert healed.report.state == "applied"
    assert healed.report.plan.rehearsed
    assert healed.report.findings
    assert all("\n" not in finding.summary for finding in healed.report.findings)
    assert all(finding.evidence for finding in healed.report.findings)


@every_app
def test_nothing_that_was_verified_failed(healed: Healing) -> None:
    assert [check for check in healed.report.verification if check.state == "failed"] == []
    seen = {check.name for check in healed.report.verification if check.state == "passed"}
    assert seen >= {"migrate_again", "foreign_key_enforced", "insert_refused", "delete_acts", "rows_kept", "ledger_mark"}


@every_app
def test_the_app_migrates_to_the_end_and_finds_nothing_to_do(healed: Healing) -> None:
    before = healed.target.state()
    for _ in range(2):
        again = healed.migrate()
        assert again.exit_code == 0, again.said
        assert "already up to date" in again.said
    assert healed.target.state() == before


@every_app
def test_the_app_says_that_it_is_well(healed: Healing) -> None:
    check = run("node", "check.cjs", environment={"DATABASE_URL": healed.target.url}, cwd=healed.illness.folder)
    assert check.exit_code == 0, check.said
    assert check.out.startswith("well: ")


@every_app
def test_every_row_is_there_with_all_it_held(healed: Healing) -> None:
    columns = {table: names for table, names in healed.before.columns.items() if table != "SequelizeMeta"}
    assert columns.keys() <= healed.target.tables()
    assert healed.target.rows_of(columns) == {table: healed.before.rows[table] for table in columns}


@every_app
def test_the_ledger_holds_every_migration_once(healed: Healing) -> None:
    ledger = healed.target.ledger()
    assert len(ledger) == len(set(ledger))
    assert {name for (name,) in healed.before.rows["SequelizeMeta"]} < set(ledger)
    assert set(healed.marks) <= set(ledger)


@every_app
def test_each_mark_shows_what_was_seen(healed: Healing) -> None:
    for mark in healed.marks.values():
        assert mark.evidence
        assert all(told.query and told.answer for told in mark.evidence)
        assert mark.verdict == ("applied" if mark.reason == "already_there" else "superseded")


@every_app
def test_no_remedy_that_was_chosen_loses_a_row(healed: Healing) -> None:
    assert {remedy.rows_lost for finding in healed.report.findings for remedy in finding.remedies} == {0}
    assert healed.report.rows_quarantined == 0


@every_app
def test_verify_confirms_it_later(healed: Healing) -> None:
    told = call("verify", healed.target.url, healed.report.run, "--format", "json")
    assert told.exit_code == 0, told.said
    assert msgspec.json.decode(told.out, type=VerificationReport).healthy


@every_app
def test_undo_returns_schema_contents_and_ledger(healed: Healing) -> None:
    twin, report = healed.undone
    assert report.healthy
    assert twin.state() == healed.before


@every_app
def test_what_was_undone_can_be_applied_again(healed: Healing, tmp_path: Path) -> None:
    twin, _ = healed.undone
    told = call("apply", twin.url, healed.plan_file(tmp_path), "--yes", "--format", "json")
    assert told.exit_code == 0, told.said
    assert twin.state().schema == healed.target.state().schema
    assert twin.ledger() == healed.target.ledger()


@studio
def test_the_sessions_of_the_studio_know_their_client_and_who_cancelled(healed: Healing) -> None:
    keys = healed.target.keys()
    for column in ("userId", "cancelledBy", "trainerId"):
        assert healed.target.column("sessions", column) == "integer"
        assert keys[f"sessions.{column}", "users.id"] == "SET NULL"


@studio
def test_everything_on_sale_has_the_price_that_people_paid(healed: Healing) -> None:
    assert healed.target.ask('SELECT count(*), count(*) FILTER (WHERE price = "totalCost") FROM storefront_items') == [(4, 4)]


@studio
def test_exactly_the_harmful_migrations_of_the_studio_are_marked(healed: Healing) -> None:
    reasons = {name: reason for name, reason in healed.reasons.items() if name != FOOD_SCANNER}
    assert reasons == {name: reason for name, (reason, _) in HARMFUL.items()}
    assert healed.reasons.get(FOOD_SCANNER, "never_works") == "never_works"


@studio
@pytest.mark.parametrize("migration", HARMFUL)
def test_the_evidence_against_a_harmful_migration_is_the_true_one(healed: Healing, migration: str) -> None:
    assert HARMFUL[migration][1] in " ".join(told.answer for told in healed.marks[migration].evidence)


@studio
def test_the_useful_migrations_of_the_studio_have_really_run(healed: Healing) -> None:
    wanted = {
        "announcements",
        "notifications",
        "client_progress",
        "trainer_availability",
        "posts",
        "connections",
        "communities",
        "food_scans",
    }
    assert wanted <= healed.target.tables()
    keys = healed.target.keys()
    for child in ("notifications.userId", "food_scans.userId", "shopping_carts.userId", "posts.userId"):
        assert (child, "users.id") in keys
    assert healed.target.column("users", "timezone")
    assert healed.target.column("orientations", "trainerNotes")


@studio
def test_the_first_thing_said_of_the_studio_is_why_its_deploy_fails(healed: Healing) -> None:
    first = healed.report.findings[0]
    assert (first.cause, first.severity) == ("missing_column", "blocking")
    assert first.subject.child is not None
    assert (first.subject.child.table, first.subject.child.columns) == ("sessions", ["userId"])


@school
def test_the_useful_migrations_of_the_school_have_run_and_the_harmful_have_not(healed: Healing, expected: Expected) -> None:
    assert set(expected.useful) & set(healed.marks) == set()
    assert set(expected.useful) <= set(healed.target.ledger())
    assert set(expected.never) <= set(healed.marks)


@school
def test_all_that_the_school_wanted_is_there(healed: Healing, expected: Expected) -> None:
    assert set(expected.tables_wanted) - healed.target.tables() == set()
    assert {(child, parent) for child, parent in expected.keys_wanted} - healed.target.keys().keys() == set()
    assert {table: healed.target.value(f'SELECT count(*) FROM "{table}"') for table in expected.tables} == expected.tables


@school
def test_the_columns_that_the_school_wanted_are_filled(healed: Healing, expected: Expected) -> None:
    unfilled = {f"{t}.{c}": healed.target.value(f'SELECT count(*) FROM "{t}" WHERE "{c}" IS NULL') for t, c in expected.filled}
    assert unfilled == dict.fromkeys(unfilled, 0)


@pytest.mark.parametrize("illness", schools[1:])
def test_a_view_over_a_converted_column_is_there_and_answers(healed: Healing) -> None:
    assert isinstance(healed.target.value("SELECT count(*) FROM called_off_lessons"), int)
    assert healed.target.column("called_off_lessons", "cancelled_by") == healed.target.column("lessons", "cancelled_by")
    assert healed.target.ask("SELECT indexdef FROM pg_indexes WHERE indexname = 'enquiries_unhandled'")
