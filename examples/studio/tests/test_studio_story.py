"""The studio's story, proven piece by piece on a real server: what each of its migrations does, and what its people see."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

STUDIO = Path(__file__).resolve().parent.parent
CLI = ("node", "node_modules/.bin/sequelize-cli")
PATIENCE_S = 60.0

CREATE_SESSIONS = "20240521083000-create-sessions-table.cjs"
ORDERS = "20240528110000-create-orders.cjs"
FOOD_SCANNER = "20240617143000-create-food-scanner-tables.cjs"
NOTIFICATIONS = "20240624101500-create-notifications.cjs"
UNIQUE_STOREFRONT = "20240722150000-add-unique-constraints-to-storefront.cjs"
PRICE = "20240819101500-add-missing-price-column.cjs"
FIX_UUID_KEYS = "20240916070000-fix-uuid-foreign-keys.cjs"
EMERGENCY_FIX = "20241004213000-emergency-uuid-fix.cjs"
EMERGENCY_BYPASS = "20241007054500-emergency-bypass.cjs"
DEFINITIVE_FIX = "20241021073000-definitive-foreign-key-fix.cjs"
ALIGNMENT = "20241104090000-integer-alignment.cjs"
SESSION_COLUMNS = "20241118083000-add-missing-session-columns.cjs"
CANCELLED_BY = "20241202100000-change-cancelled-by-to-integer.cjs"
DIRECT_FIX = "20241216070000-direct-constraint-fix.cjs"
SOCIAL_PLATFORM = "20250414090000-create-social-platform.cjs"
SANITY_CHECK = "DEPLOY_SANITY_CHECK.cjs"
CART_RESET = "FINAL_CART_RESET.cjs"
SESSION_TYPES = "FINAL_FIX_SESSION_TYPES.cjs"

HARMLESS = (
    "20240603090000-index-contacts-by-email.cjs",
    "20240708084500-create-client-progress.cjs",
    "20240805093000-add-emergency-contact-to-users.cjs",
    "20240902081500-create-training-sessions.cjs",
    DEFINITIVE_FIX,
    ALIGNMENT,
    "20250113091500-create-announcements.cjs",
    "20250127100000-add-notes-to-orientations.cjs",
    "20250210093000-index-sessions-by-trainer.cjs",
    "20250303084500-create-trainer-availability.cjs",
    "20250317101500-add-timezone-to-users.cjs",
    SOCIAL_PLATFORM,
    SANITY_CHECK,
    SESSION_TYPES,
)
LIVE_ROWS = {
    "SequelizeMeta": 11,
    "cart_items": 3,
    "contacts": 2,
    "orientations": 2,
    "sessions": 0,
    "shopping_carts": 2,
    "storefront_items": 4,
    "users": 6,
}
PEOPLES_ROWS = {table: rows for table, rows in LIVE_ROWS.items() if table != "SequelizeMeta"}


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished command: its exit code, all it said, and the SQLSTATE of every error it met, caught ones too."""

    exit_code: int
    said: str
    sqlstates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Studio:
    """The app, connected to a database of its own."""

    url: str
    scratch: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self.url, "SQLSTATES_FILE": str(self.scratch / "sqlstates")}

    def run(self, *command: str) -> Run:
        noted = self.scratch / "sqlstates"
        noted.write_text("")
        done = subprocess.run(
            command,
            cwd=STUDIO,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Run(exit_code=done.returncode, said=done.stdout, sqlstates=tuple(noted.read_text().split()))

    def migrate(self, name: str | None = None) -> Run:
        return self.run(*migrate_command(name))

    def ask(self, query: LiteralString) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def rows(self) -> dict[str, int]:
        with psycopg.connect(self.url) as connection:
            return {table: count(connection, table) for table in self.tables()}

    def tables(self) -> list[str]:
        return [str(name) for (name,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def ledger(self) -> list[str]:
        return [str(name) for (name,) in self.ask('SELECT name FROM "SequelizeMeta" ORDER BY 1')]

    def mark(self, *names: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.cursor().executemany('INSERT INTO "SequelizeMeta" VALUES (%s)', [(name,) for name in names])

    def pending(self) -> list[str]:
        said = self.run(*CLI, "db:migrate:status").said
        return [line.removeprefix("down ") for line in said.splitlines() if line.startswith("down ")]

    def columns(self, table: str) -> dict[str, str]:
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
            return {str(name): str(kind) for name, kind in found}

    def constraints(self, table: str) -> set[str]:
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                "SELECT conname FROM pg_constraint WHERE contype IN ('f', 'u') AND conrelid = to_regclass(%s)", [f'public."{table}"']
            )
            return {str(name) for (name,) in found}


def migrate_command(name: str | None) -> tuple[str, ...]:
    recorded = (CLI[0], "--require", "./tests/record_sqlstates.cjs", *CLI[1:], "db:migrate")
    return (*recorded, "--name", name) if name else recorded


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="session", autouse=True)
def installed_packages() -> None:
    if not (STUDIO / "node_modules" / ".bin" / "sequelize-cli").exists():
        subprocess.run(["npm", "ci"], cwd=STUDIO, check=True, timeout=300)


@pytest.fixture
def new_studio(empty_database_url: str, tmp_path: Path) -> Studio:
    return Studio(url=over_tcp(empty_database_url), scratch=tmp_path)


@pytest.fixture
def studio(new_studio: Studio) -> Studio:
    """The studio on the day: its database as broken.sql tells."""
    with psycopg.connect(new_studio.url) as connection:
        connection.execute((STUDIO / "broken.sql").read_bytes())
    return new_studio


@pytest.fixture
def studio_made_today(new_studio: Studio) -> Studio:
    """A studio that never had a history: every table is as the models say."""
    assert new_studio.run("node", "tests/sync_models.cjs").exit_code == 0
    return new_studio


def test_the_live_database_holds_the_rows_of_that_day(studio: Studio) -> None:
    assert studio.rows() == LIVE_ROWS
    assert studio.ask('SELECT role::text, count(*) FROM users WHERE "deletedAt" IS NULL GROUP BY 1 ORDER BY 1') == [
        ("admin", 1),
        ("client", 3),
        ("trainer", 2),
    ]
    assert studio.columns("users")["id"] == "integer"
    assert studio.columns("sessions")["cancelledBy"] == "uuid"
    assert studio.columns("sessions")["trainerId"] == "integer"
    assert studio.constraints("sessions") == {"sessions_trainerId_fkey"}
    assert "userId" not in studio.columns("sessions")
    assert "price" not in studio.columns("storefront_items")
    assert studio.ask('SELECT DISTINCT "displayOrder" FROM storefront_items') == [(1,)]
    assert studio.columns("shopping_carts")["userId"] == "integer"
    assert studio.constraints("shopping_carts") == set()


def test_everybody_signs_in_with_the_demo_password(studio: Studio) -> None:
    script = (
        "const { sequelize, User } = require('./models');"
        "User.findAll().then((all) => Promise.all(all.map((user) => user.hasPassword('studio-demo-2025'))))"
        ".then((answers) => console.log(answers.join())).finally(() => sequelize.close())"
    )
    assert studio.run("node", "-e", script).said.strip() == ",".join(["true"] * 6)


def test_twenty_seven_migrations_are_pending_and_the_undated_ones_come_last(studio: Studio) -> None:
    pending = studio.pending()
    assert len(pending) == 27
    assert pending[0] == CREATE_SESSIONS
    assert pending[-4:] == [SOCIAL_PLATFORM, SANITY_CHECK, CART_RESET, SESSION_TYPES]


def test_two_files_have_an_ending_that_the_tool_never_sees(studio: Studio) -> None:
    files = {path.name for path in (STUDIO / "migrations").iterdir()}
    unseen = files - set(studio.pending()) - set(studio.ledger())
    assert unseen == {"20241008060000-really-final-users-to-uuid.cjs.disabled", "20250120080000-create-waitlist.mjs"}


def test_the_deploy_fails_at_a_comment_on_a_column_that_is_not_there(studio: Studio) -> None:
    deploy = studio.run("npx", "sequelize-cli", "db:migrate")
    assert deploy.exit_code == 1
    assert 'column "userId" of relation "sessions" does not exist' in deploy.said
    assert studio.rows() == LIVE_ROWS


def test_a_caught_error_comes_before_the_one_that_stops_the_deploy(studio: Studio) -> None:
    assert studio.migrate().sqlstates == ("42710", "42703")


def test_the_app_cannot_ask_for_the_sessions_of_a_client(studio: Studio) -> None:
    check = studio.run("node", "check.cjs")
    assert check.exit_code == 1
    assert check.said.strip() == "column Session.userId does not exist"


def test_the_check_is_content_with_a_studio_made_today(studio_made_today: Studio) -> None:
    check = studio_made_today.run("node", "check.cjs")
    assert check.said.strip() == "well: Alice has 0 upcoming sessions and has cancelled 0"
    assert check.exit_code == 0


def test_the_check_minds_a_canceller_who_is_no_user_id(studio_made_today: Studio) -> None:
    studio_made_today.ask('ALTER TABLE sessions DROP COLUMN "cancelledBy", ADD COLUMN "cancelledBy" UUID')
    check = studio_made_today.run("node", "check.cjs")
    assert check.exit_code == 1
    assert check.said.strip() == "operator does not exist: uuid = integer"


@pytest.mark.parametrize("name", [ORDERS, FOOD_SCANNER, NOTIFICATIONS])
def test_tables_with_a_uuid_user_can_never_be_made(studio: Studio, name: str) -> None:
    for _ in range(2):
        attempt = studio.migrate(name)
        assert attempt.exit_code == 1
        assert attempt.sqlstates == ("42804",)
    assert name not in studio.ledger()


def test_the_food_scanner_leaves_two_of_its_three_tables_behind(studio: Studio) -> None:
    studio.migrate(FOOD_SCANNER)
    assert set(studio.tables()) - set(LIVE_ROWS) == {"food_ingredients", "food_products"}


def test_the_storefront_gets_one_of_its_two_unique_constraints(studio: Studio) -> None:
    assert studio.migrate(UNIQUE_STOREFRONT).sqlstates == ("23505",)
    assert studio.constraints("storefront_items") == {"storefront_items_name_unique"}


def test_a_second_try_at_the_unique_constraints_meets_the_first_one(studio: Studio) -> None:
    studio.migrate(UNIQUE_STOREFRONT)
    again = studio.migrate(UNIQUE_STOREFRONT)
    assert again.exit_code == 1
    assert again.sqlstates == ("42P07",)


def test_the_price_column_is_added_and_then_never_filled(studio: Studio) -> None:
    first = studio.migrate(PRICE)
    assert first.exit_code == 1
    assert first.sqlstates == ("42703",)
    second = studio.migrate(PRICE)
    assert second.exit_code == 0
    assert second.sqlstates == ()
    assert PRICE in studio.ledger()
    assert studio.ask('SELECT count(*), count("totalCost"), count(price) FROM storefront_items') == [(4, 4, 0)]


def test_fixing_the_uuid_keys_fails_and_loses_the_carts(studio: Studio) -> None:
    attempt = studio.migrate(FIX_UUID_KEYS)
    assert attempt.exit_code == 1
    assert attempt.sqlstates == ("42804",)
    assert set(LIVE_ROWS) - set(studio.tables()) == {"cart_items", "shopping_carts"}
    assert FIX_UUID_KEYS not in studio.ledger()


def test_fixing_the_uuid_keys_again_fails_the_same_way(studio: Studio) -> None:
    studio.migrate(FIX_UUID_KEYS)
    assert studio.migrate(FIX_UUID_KEYS).sqlstates == ("42804",)


def test_the_emergency_fix_fails_and_changes_nothing(studio: Studio) -> None:
    before = studio.columns("sessions")
    attempt = studio.migrate(EMERGENCY_FIX)
    assert attempt.exit_code == 1
    assert attempt.sqlstates == ("42804",)
    assert studio.columns("sessions") == before
    assert studio.constraints("sessions") == {"sessions_trainerId_fkey"}
    assert studio.rows() == LIVE_ROWS


def test_the_emergency_bypass_passes_and_drops_five_tables(studio: Studio) -> None:
    attempt = studio.migrate(EMERGENCY_BYPASS)
    assert attempt.exit_code == 0
    assert set(LIVE_ROWS) - set(studio.tables()) == {"cart_items", "contacts", "orientations", "shopping_carts", "storefront_items"}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_migration_passes_and_keeps_every_row(studio: Studio, name: str) -> None:
    attempt = studio.migrate(name)
    assert attempt.exit_code == 0, attempt.said
    assert attempt.sqlstates == ()
    assert name in studio.ledger()
    rows = studio.rows()
    assert {table: rows[table] for table in PEOPLES_ROWS} == PEOPLES_ROWS


def test_the_definitive_fix_makes_notifications_with_integer_users(studio: Studio) -> None:
    studio.migrate(DEFINITIVE_FIX)
    assert studio.columns("notifications")["userId"] == "integer"
    assert studio.constraints("notifications") == {"notifications_userId_fkey"}
    assert "preferredContact" in studio.columns("users")


def test_the_alignment_makes_orders_and_the_key_of_the_carts(studio: Studio) -> None:
    studio.migrate(DEFINITIVE_FIX)
    studio.migrate(ALIGNMENT)
    assert studio.columns("orders")["userId"] == "integer"
    assert "linkUrl" in studio.columns("notifications")
    assert studio.constraints("shopping_carts") == {"shopping_carts_userId_fkey"}


def test_the_session_columns_are_rolled_back_while_the_ledger_says_done(studio: Studio) -> None:
    before = studio.columns("sessions")
    attempt = studio.migrate(SESSION_COLUMNS)
    assert attempt.exit_code == 0
    assert attempt.sqlstates == ("42703", "25P02", "25P02")
    assert SESSION_COLUMNS in studio.ledger()
    assert studio.columns("sessions") == before


def test_the_session_columns_are_added_where_sessions_know_their_client(studio_made_today: Studio) -> None:
    studio_made_today.ask('ALTER TABLE sessions DROP COLUMN location, DROP COLUMN "isRecurring", DROP COLUMN "reminderSentAt"')
    attempt = studio_made_today.migrate(SESSION_COLUMNS)
    assert attempt.exit_code == 0
    assert attempt.sqlstates == ()
    assert {"location", "isRecurring", "reminderSentAt"} <= set(studio_made_today.columns("sessions"))


def test_changing_the_canceller_only_asks_for_a_key(studio: Studio) -> None:
    attempt = studio.migrate(CANCELLED_BY)
    assert attempt.exit_code == 1
    assert attempt.sqlstates == ("42804",)
    assert studio.columns("sessions")["cancelledBy"] == "uuid"


def test_changing_the_canceller_passes_where_the_type_is_right_already(studio_made_today: Studio) -> None:
    studio_made_today.ask('ALTER TABLE sessions DROP CONSTRAINT "sessions_cancelledBy_fkey"')
    assert studio_made_today.migrate(CANCELLED_BY).exit_code == 0
    assert "sessions_cancelledBy_fkey" in studio_made_today.constraints("sessions")


def test_the_direct_fix_waits_for_itself_for_ever(studio: Studio) -> None:
    with subprocess.Popen(
        migrate_command(DIRECT_FIX), cwd=STUDIO, env=studio.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as hanging:
        try:
            assert wait_for_a_blocked_session(studio) == "idle in transaction"
            time.sleep(3)  # longer than the server takes to look for a deadlock (1 s): it sees none
            assert hanging.poll() is None
            assert wait_for_a_blocked_session(studio) == "idle in transaction"
        finally:
            hanging.kill()
            end_other_sessions(studio)
    assert DIRECT_FIX not in studio.ledger()
    assert studio.constraints("sessions") == {"sessions_trainerId_fkey"}


def test_the_direct_fix_with_a_lock_timeout_passes_and_the_key_is_gone(studio: Studio) -> None:
    studio.ask("DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = ''300ms''', current_database()); END$$")
    attempt = studio.migrate(DIRECT_FIX)
    assert attempt.exit_code == 0
    assert attempt.sqlstates == ("55P03",)
    assert DIRECT_FIX in studio.ledger()
    assert studio.constraints("sessions") == set()


def test_the_cart_reset_passes_and_empties_the_carts(studio: Studio) -> None:
    assert studio.migrate(CART_RESET).exit_code == 0
    rows = studio.rows()
    assert (rows["shopping_carts"], rows["cart_items"]) == (0, 0)


def test_the_session_types_are_filled(studio: Studio) -> None:
    assert studio.migrate(SESSION_TYPES).exit_code == 0
    assert studio.rows()["session_types"] == 4


def test_the_social_platform_works_once_all_before_it_is_out_of_the_way(studio: Studio) -> None:
    studio.mark(*(name for name in studio.pending() if name < SOCIAL_PLATFORM))
    assert studio.run(*CLI, "db:migrate", "--to", SOCIAL_PLATFORM).exit_code == 0
    assert {"communities", "connections", "posts"} <= set(studio.tables())
    assert studio.columns("posts")["userId"] == "integer"


def test_green_is_not_healed(studio: Studio) -> None:
    studio.mark(CREATE_SESSIONS, ORDERS, FOOD_SCANNER, NOTIFICATIONS, UNIQUE_STOREFRONT, FIX_UUID_KEYS, EMERGENCY_FIX)
    studio.mark(CANCELLED_BY, DIRECT_FIX)
    assert studio.migrate().exit_code == 1
    assert studio.migrate().exit_code == 0
    assert studio.pending() == []
    assert {"communities", "connections", "posts"} <= set(studio.tables())
    assert "shopping_carts" not in studio.tables()
    assert studio.columns("sessions")["cancelledBy"] == "uuid"
    assert studio.run("node", "check.cjs").exit_code == 1


def test_starting_over_on_an_empty_database_fails_as_well(new_studio: Studio) -> None:
    attempt = new_studio.migrate()
    assert attempt.exit_code == 1
    assert attempt.sqlstates == ("42804",)
    assert len(new_studio.ledger()) == 10


def over_tcp(url: str) -> str:
    """The same database through TCP: sequelize-cli reads no socket folder from a URL."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_user, current_setting('port'), current_database(), current_setting('listen_addresses')"
        ).fetchone()
    assert row is not None
    user, port, database, listens = row
    assert listens, "The studio's tests need a server that listens on TCP as well: start_server(port=0)."
    return f"postgresql://{user}@127.0.0.1:{port}/{database}"


def wait_for_a_blocked_session(studio: Studio) -> object:
    """The state of the session that keeps another one waiting."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = studio.ask(
            "SELECT blocker.state FROM pg_stat_activity AS waiting"
            " JOIN pg_stat_activity AS blocker ON blocker.pid = ANY (pg_blocking_pids(waiting.pid))"
            " WHERE waiting.datname = current_database()"
        )
        if found:
            return found[0][0]
        time.sleep(0.1)
    return "nobody waits"


def end_other_sessions(studio: Studio) -> None:
    studio.ask(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
