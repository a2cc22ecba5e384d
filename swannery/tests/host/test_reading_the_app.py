"""The app's users and activities are read as the mapping says, whatever things are called."""

from datetime import UTC, datetime, timedelta

import pytest
from host_apps import HASH, app_sql, in_transaction, read, run_sql

from swannery.config import Activity, UserRoles, Users
from swannery.foundation.database import Transaction, statements_sent
from swannery.host import passwords
from swannery.host.actions import activities_relation, count_users_roughly, find_credentials, users_relation
from swannery.host.hashes import read_hash
from swannery.host.models import Credentials

USERS = Users(
    table="users",
    id="id",
    key_type="integer",
    email="email",
    handle="username",
    name=("full_name",),
    password="password_hash",
    role="role",
    active="is_active",
    deleted="deleted_at",
    updated="updated_at",
    roles=UserRoles(admin=("admin",), trainer=("trainer",)),
)
SESSIONS = Activity(table="sessions", key="id", member="user_id", partner="trainer_id", status="status", at="session_date")


@pytest.fixture
def app(empty_database_url: str) -> str:
    run_sql(empty_database_url, app_sql("integer"))
    return empty_database_url


def credentials(url: str, identifier: str, *, users: Users = USERS) -> Credentials:
    return in_transaction(url, lambda tx: find_credentials(tx, users=users, identifier=identifier))


@pytest.mark.parametrize("identifier", ["alice@app.example", "ALICE@App.Example", "alice", "Alice"])
def test_somebody_is_found_by_address_or_handle_in_any_case(app: str, identifier: str) -> None:
    assert credentials(app, identifier) == Credentials(user_key=1, password_hash=HASH, active=True)


@pytest.mark.parametrize("identifier", ["nobody@app.example", "", "alice@app", "%", "alice\0", "carol", "' OR 1=1 --"])
def test_nobody_is_a_decoy_of_the_apps_own_cost(app: str, identifier: str) -> None:
    found = credentials(app, identifier)
    assert found.user_key is None
    assert not found.active
    assert read_hash(found.password_hash).costs == ("bcrypt", "4")
    assert not passwords.check(found.password_hash, "right")


def test_whoever_is_deactivated_or_deleted_is_found_as_such(app: str) -> None:
    assert credentials(app, "dave") == Credentials(user_key=4, password_hash=HASH, active=False)
    run_sql(app, "UPDATE users SET deleted_at = now() WHERE id = 1")
    assert not credentials(app, "alice").active


def test_a_handle_that_is_somebody_elses_address_shuts_nobody_out(app: str) -> None:
    run_sql(app, "UPDATE users SET username = 'alice@app.example' WHERE id = 2")
    assert credentials(app, "alice@app.example").user_key == 1


def test_two_people_of_one_spelling_are_told_apart_by_case_or_not_at_all(app: str) -> None:
    run_sql(app, "UPDATE users SET username = 'ALICE' WHERE id = 2")
    assert credentials(app, "alice").user_key == 1
    assert credentials(app, "ALICE").user_key == 2
    assert credentials(app, "aLiCe").user_key is None


def test_an_old_deleted_account_of_the_same_address_does_not_stand_in_the_way(app: str) -> None:
    run_sql(app, "UPDATE users SET email = 'Alice@App.example' WHERE id = 1")  # the old one is spelled as it is typed
    run_sql(app, "INSERT INTO users (id, email, password_hash, deleted_at) VALUES (9, 'alice@app.example', 'x', now())")
    assert credentials(app, "alice@app.example").user_key == 1


def test_somebody_without_a_password_cannot_sign_in(app: str) -> None:
    run_sql(app, "UPDATE users SET password_hash = NULL WHERE id = 1")
    assert credentials(app, "alice").user_key is None


@pytest.mark.parametrize("stored", ["$2b$31$" + "." * 53, "right", "!", "pbkdf2_sha256$999999999$salt$AAAA"])
def test_somebody_whose_stored_password_cannot_be_used_is_nobody_at_the_usual_cost(app: str, stored: str) -> None:
    run_sql(app, f"UPDATE users SET password_hash = '{stored}' WHERE id = 1")
    found = credentials(app, "alice")
    assert found.user_key is None
    assert read_hash(found.password_hash).costs == ("bcrypt", "4")


def test_users_are_read_with_role_name_and_whether_they_are_active(app: str) -> None:
    run_sql(app, "UPDATE users SET full_name = E'  Alice \\n  Ash ' WHERE id = 1; UPDATE users SET full_name = '' WHERE id = 2")
    found = read(app, f"SELECT user_key, handle, name, role, active FROM {users_relation(USERS)} u ORDER BY 1")
    assert found == [
        (1, "alice", "Alice Ash", "member", True),
        (2, "Bob.Birch", "Bob.Birch", "trainer", True),
        (3, "", "Carol Čermák", "admin", True),
        (4, "dave", "Dave Dogwood", "member", False),
    ]


def test_what_is_not_mapped_is_empty_and_everybody_is_an_active_member(app: str) -> None:
    bare = Users(table="users", id="id", key_type="integer")
    found = read(app, f"SELECT DISTINCT handle, name, role, active, password_hash, email FROM {users_relation(bare)} u")
    assert found == [("", "", "member", True, None, None)]
    assert credentials(app, "alice", users=bare).user_key is None


def test_a_state_that_is_not_known_is_not_active(app: str) -> None:
    run_sql(app, "ALTER TABLE users ALTER is_active DROP NOT NULL; UPDATE users SET is_active = NULL WHERE id = 1")
    assert not credentials(app, "alice").active


def test_names_with_quotes_percent_colons_and_emoji_are_read(empty_database_url: str) -> None:
    run_sql(
        empty_database_url,
        f"""CREATE SCHEMA "a.b"; CREATE TABLE "a.b"."User's ""tables"" 100%s :x 🎈"
        ("i:d %(login)s" integer PRIMARY KEY, "e""mail\n" text, "r;le" text, "p%w" text);
        INSERT INTO "a.b"."User's ""tables"" 100%s :x 🎈" VALUES (7, 'x@y.example', 'it''s 100%', '{HASH}')""",
    )
    users = Users(
        schema="a.b",
        table='User\'s "tables" 100%s :x 🎈',
        id="i:d %(login)s",
        key_type="integer",
        email='e"mail\n',
        handle='e"mail\n',
        password="p%w",
        role="r;le",
        roles=UserRoles(admin=("it's 100%",)),
    )
    assert credentials(empty_database_url, "X@Y.example", users=users).user_key == 7
    assert in_transaction(empty_database_url, lambda tx: count_users_roughly(tx, users=users)) == 1


def test_users_are_counted_by_estimate_once_there_is_one(app: str) -> None:
    run_sql(app, "INSERT INTO users (id, email) SELECT n, 'u' || n FROM generate_series(100, 1099) n; ANALYZE users")
    assert in_transaction(app, lambda tx: count_users_roughly(tx, users=USERS)) == 1004


def test_completed_activities_are_read_and_no_others(app: str) -> None:
    run_sql(app, "INSERT INTO sessions (user_id, status, session_date) VALUES (NULL, 'completed', now())")
    found = read(app, f"SELECT key, member_key, partner_key, at FROM {activities_relation(SESSIONS)} a ORDER BY key")
    at = datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert found == [(1, 1, 2, at), (3, 3, 2, at + timedelta(days=1))]


def test_without_a_status_every_activity_counts_and_without_a_partner_there_is_none(app: str) -> None:
    bare = Activity(table="sessions", key="id", member="user_id", at="session_date")
    assert read(app, f"SELECT key, partner_key FROM {activities_relation(bare)} a ORDER BY key") == [(1, None), (2, None), (3, None)]


def test_a_name_as_it_is_spelled_is_found_by_the_apps_own_indexes(app: str) -> None:
    run_sql(app, "CREATE INDEX ON users (username); INSERT INTO users (id, email) SELECT n, 'u' || n FROM generate_series(100, 5000) n")
    run_sql(app, "ANALYZE users")
    sent: list[str] = []

    async def looked(tx: Transaction) -> None:
        statements_sent.set(sent)
        for identifier in ("alice@app.example", "alice"):
            assert (await find_credentials(tx, users=USERS, identifier=identifier)).user_key == 1
        statements = [statement for statement in sent if "AS rank" in statement]
        assert len(statements) == 2, "nothing else is asked once somebody is found"
        await tx.sql("SET LOCAL enable_seqscan = on")
        for statement in statements:
            plan = await tx.sql("EXPLAIN " + statement, {"login": "alice"})
            assert not any("Seq Scan" in row[0] for row in plan), plan

    in_transaction(app, looked)


def test_a_handle_spelled_like_somebodys_address_in_another_case_shuts_nobody_out(app: str) -> None:
    run_sql(app, "UPDATE users SET username = 'Alice@app.example' WHERE id = 2")
    assert credentials(app, "Alice@app.example").user_key == 1
