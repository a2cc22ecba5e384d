"""Members follow the app's users: new, changed, shut out, let in again, deleted; every step is told, and a second look finds nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from host_apps import KEYS, app_sql, in_transaction, read, run_sql

from swannery.accounts import jobs
from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.follow_users import follow_users, watch_signed_in
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.jobs import Following, follow_users_tick
from swannery.accounts.models import Pass
from swannery.config import Users
from swannery.deployment import DeployRequest, deploy
from swannery.foundation.database import Database, Transaction, statements_sent
from swannery.foundation.events import Dispatcher, Event, MemberChanged, MemberErased, MemberJoined, MemberLeft, MemberReturned

EVENTS: tuple[type[Event], ...] = (MemberJoined, MemberChanged, MemberLeft, MemberReturned, MemberErased)


class Site:
    """A deployed app, what is told on it, and a look at its members."""

    def __init__(self, url: str, users: Users) -> None:
        self.url, self.users = url, users
        self.told: list[Event] = []
        self.dispatcher = Dispatcher()
        for event in EVENTS:
            self.dispatcher.listen(event, self._note)

    async def _note(self, _tx: Transaction, event: Event) -> None:
        self.told.append(event)

    def app(self, sql: str) -> None:
        """Do something as the app."""
        run_sql(self.url, sql)

    def follow(self, *, updated_since: datetime | None = None) -> Pass:
        """Look at the users once."""
        return in_transaction(
            self.url, lambda tx: follow_users(tx, users=self.users, updated_since=updated_since), dispatcher=self.dispatcher
        )

    def members(self, columns: str = "handle, name, role, state") -> list[tuple[object, ...]]:
        """Read our table."""
        return read(self.url, f"SELECT {columns} FROM swannery.members ORDER BY id")

    def id_of(self, handle: str) -> int:
        """Look a member up."""
        return int(read(self.url, f"SELECT id FROM swannery.members WHERE handle = '{handle}'")[0][0])

    def sign_in(self, handle: str) -> None:
        """Open a session."""
        columns = "(token_hash, member_id, password_mark, expires_at)"
        values = (
            f"SELECT decode(md5(random()::text), 'hex'), id, '', now() + interval '1 day' FROM swannery.members WHERE handle = '{handle}'"
        )
        run_sql(self.url, f"INSERT INTO swannery.sign_ins {columns} {values}")

    def signed_in(self) -> list[object]:
        """Who is signed in."""
        found = read(self.url, "SELECT m.handle FROM swannery.sign_ins s JOIN swannery.members m ON m.id = s.member_id ORDER BY 1")
        return [row[0] for row in found]


NewSite = Callable[..., Site]


@pytest.fixture
def new_site(empty_database_url: str, tmp_path: Path) -> NewSite:
    def made(kind: str = "integer", *, link: str = "foreign_key", sql: str = "") -> Site:
        run_sql(empty_database_url, app_sql(kind) + sql)
        path = tmp_path / "swannery.toml"
        if link == "soft":
            path.write_text(
                '[users]\nlink = "soft"\ntable = "users"\nid = "id"\nkey_type = "integer"\nhandle = "username"\nname = ["full_name"]\n'
                'role = "role"\nactive = "is_active"\n[users.roles]\nadmin = ["admin"]\ntrainer = ["trainer"]\n',
                encoding="utf-8",
            )
        result = deploy(DeployRequest(url=empty_database_url, config_path=path))
        return Site(empty_database_url, result.config.users)

    return made


def test_a_second_look_finds_nothing(new_site: NewSite) -> None:
    site = new_site()
    assert site.follow() == Pass()
    assert site.told == []


@pytest.mark.parametrize("kind", KEYS)
def test_a_new_user_becomes_a_member(kind: str, new_site: NewSite) -> None:
    site = new_site(kind)
    key = {"integer": "50", "bigint": "50", "uuid": "'0b5ff7f6-0000-4000-8000-000000000050'", "text": "'usr_x'"}[kind]
    site.app(f"INSERT INTO users (id, email, username, full_name, role) VALUES ({key}, 'eve@app.example', 'eve', 'Eve Elm', 'trainer')")
    assert site.follow() == Pass(joined=1)
    assert site.members()[-1] == ("eve", "Eve Elm", "trainer", "active")
    assert site.told == [MemberJoined(member_id=site.id_of("eve"))]


@pytest.mark.parametrize(
    ("change", "name", "role"),
    [("full_name = 'Alice Aspen', username = 'aspen'", "Alice Aspen", "member"), ("role = 'admin'", "Alice Ash", "admin")],
)
def test_a_changed_name_or_role_is_taken_over_and_the_handle_stays(change: str, name: str, role: str, new_site: NewSite) -> None:
    site = new_site()
    site.app(f"UPDATE users SET {change} WHERE id = 1")
    assert site.follow() == Pass(changed=1)
    assert site.members()[0] == ("alice", name, role, "active")
    assert site.told == [MemberChanged(member_id=site.id_of("alice"))]


def test_somebody_shut_out_is_signed_out_and_back_with_everything_when_let_in(new_site: NewSite) -> None:
    site = new_site()
    site.sign_in("alice")
    site.sign_in("bob_birch")
    site.app("UPDATE users SET is_active = false WHERE id = 1")
    assert site.follow() == Pass(left=1)
    assert site.members()[0] == ("alice", "Alice Ash", "member", "inactive")
    assert site.signed_in() == ["bob_birch"]
    site.app("UPDATE users SET is_active = true WHERE id = 1")
    assert site.follow() == Pass(returned=1)
    alice = site.id_of("alice")
    assert site.told == [MemberLeft(member_id=alice), MemberReturned(member_id=alice)]
    assert site.members()[0] == ("alice", "Alice Ash", "member", "active")


def test_softly_deleted_is_shut_out(new_site: NewSite) -> None:
    site = new_site()
    site.app("UPDATE users SET deleted_at = now() WHERE id = 2")
    assert site.follow() == Pass(left=1)
    assert site.members()[1][3] == "inactive"


def test_whoever_the_app_deletes_is_erased(new_site: NewSite) -> None:
    site = new_site()
    alice = site.id_of("alice")
    site.sign_in("alice")
    site.app(f"UPDATE swannery.members SET bio = 'Secrets', last_seen_at = now() WHERE id = {alice}")
    site.app("DELETE FROM users WHERE id = 1")
    assert site.follow() == Pass(erased=1)
    assert site.members("handle, name, bio, role, state, last_seen_at, user_id")[0] == (
        f"former_{alice}", "Former member", "", "member", "erased", None, None,
    )  # fmt: skip
    assert site.signed_in() == []
    assert site.told == [MemberErased(member_id=alice)]
    assert site.follow() == Pass()


def test_without_a_key_a_deleted_user_is_noticed_too(new_site: NewSite) -> None:
    site = new_site(link="soft")
    assert read(site.url, "SELECT count(*) FROM pg_constraint WHERE conname = 'members_user'") == [(0,)]
    site.app("DELETE FROM users WHERE id = 1")
    assert site.follow() == Pass(erased=1)
    assert [row[3] for row in site.members()] == ["erased", "active", "active"]


def test_without_a_key_an_emptied_users_table_erases_nobody(new_site: NewSite) -> None:
    site = new_site(link="soft")
    site.app("TRUNCATE users CASCADE")
    assert site.follow() == Pass()
    assert len(site.members()) == 3


def test_a_member_erased_by_their_own_wish_does_not_come_back(new_site: NewSite) -> None:
    site = new_site()
    alice = site.id_of("alice")
    assert in_transaction(site.url, lambda tx: erase_member(tx, member_id=alice), dispatcher=site.dispatcher)
    assert not in_transaction(site.url, lambda tx: erase_member(tx, member_id=alice), dispatcher=site.dispatcher)
    site.app("UPDATE users SET full_name = 'New Name' WHERE id = 1")
    assert site.follow() == Pass()
    assert site.told == [MemberErased(member_id=alice)]
    assert [row[3] for row in site.members()].count("erased") == 1


def test_names_that_deceive_are_cleaned_and_not_written_again_and_again(new_site: NewSite) -> None:
    site = new_site()
    site.app("UPDATE users SET full_name = E'Ali\\u202Ece\\u200B  A.' WHERE id = 1; UPDATE users SET full_name = E'\\u200B' WHERE id = 2")
    site.app("UPDATE users SET full_name = 'carol@app.example' WHERE id = 3")
    assert site.follow() == Pass(changed=3)
    assert [row[1] for row in site.members()] == ["Alice A.", "bob_birch", "carol_cermak"]
    assert site.follow() == Pass()


def test_many_of_one_name_get_numbers_and_reserved_ones_another_name(new_site: NewSite) -> None:
    site = new_site()
    site.app("INSERT INTO users (id, email, full_name) SELECT n, 'u' || n, 'Kim Lee' FROM generate_series(100, 130) n")
    site.app("INSERT INTO users (id, email, username, full_name) VALUES (200, 'x', 'admin', 'Kim Lee2'), (201, 'y', 'api', 'Settings')")
    assert site.follow() == Pass(joined=33)
    handles = [row[0] for row in site.members()]
    assert len(set(handles)) == len(handles) == 36
    assert {"kim_lee", "kim_lee3", "member"} <= set(handles)
    assert not {"admin", "api", "settings"} & set(handles)


def test_thousands_join_with_a_handful_of_statements_a_page(new_site: NewSite) -> None:
    site = new_site()
    site.app("INSERT INTO users (id, email, full_name) SELECT n, 'u' || n, 'Kim ' || n % 700 FROM generate_series(1000, 3499) n")

    async def counted() -> tuple[int, int]:
        sent: list[str] = []
        statements_sent.set(sent)
        database = Database(url=site.url, connections=1, dispatcher=site.dispatcher)
        try:
            async with database.transaction() as tx:
                return await provision_members(tx, users=site.users), len(sent)
        finally:
            await database.close()

    joined, statements = asyncio.run(counted())
    assert joined == 2500
    assert statements < 40
    assert len(site.told) == 2500


def test_two_looks_at_once_make_each_member_once(new_site: NewSite) -> None:
    site = new_site()
    site.app("INSERT INTO users (id, email) SELECT n, 'u' || n FROM generate_series(1000, 1500) n")

    async def at_once() -> list[int]:
        database = Database(url=site.url, connections=2)

        async def one() -> int:
            async with database.transaction() as tx:
                return await provision_members(tx, users=site.users)

        try:
            return sorted(await asyncio.gather(one(), one()))
        finally:
            await database.close()

    assert asyncio.run(at_once()) == [0, 501]


def test_two_looks_at_once_tell_each_change_once(new_site: NewSite) -> None:
    site = new_site()
    site.sign_in("alice")
    site.app("UPDATE users SET is_active = false WHERE id = 1")

    async def at_once() -> list[Pass]:
        database = Database(url=site.url, connections=3, dispatcher=site.dispatcher)

        async def later(look: Callable[..., Awaitable[Pass]]) -> Pass:
            async with database.transaction() as tx:
                return await look(tx, users=site.users)

        try:
            async with database.transaction() as tx:
                first = await follow_users(tx, users=site.users)
                others = [asyncio.create_task(later(look)) for look in (follow_users, watch_signed_in)]
                await asyncio.sleep(0.3)
            return [first, *[await other for other in others]]
        finally:
            await database.close()

    assert asyncio.run(at_once()) == [Pass(left=1), Pass(), Pass()]
    assert site.told == [MemberLeft(member_id=site.id_of("alice"))]


def test_a_look_at_what_was_touched_passes_the_rest_over(new_site: NewSite) -> None:
    site = new_site()
    site.app("UPDATE users SET full_name = 'Old', updated_at = now() - interval '1 day' WHERE id = 1")
    site.app("UPDATE users SET full_name = 'New', updated_at = now() WHERE id = 2")
    assert site.follow(updated_since=datetime.now(UTC) - timedelta(minutes=1)) == Pass(changed=1)
    assert site.follow() == Pass(changed=1)


def test_whoever_is_signed_in_is_watched_whatever_the_app_touched(new_site: NewSite) -> None:
    site = new_site()
    site.sign_in("alice")
    site.app("UPDATE users SET is_active = false, updated_at = now() - interval '1 day' WHERE id IN (1, 2)")
    assert in_transaction(site.url, lambda tx: watch_signed_in(tx, users=site.users)) == Pass(left=1)
    assert site.signed_in() == []


def looked(site: Site, following: Following, *, later: timedelta = timedelta()) -> None:
    async def work(tx: Transaction) -> None:
        tx.now += later
        await following.look(tx)

    in_transaction(site.url, work, dispatcher=site.dispatcher)


def test_a_large_app_is_looked_at_in_full_only_now_and_then(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MANY_USERS", 2)
    site = new_site()
    following = Following(users=site.users)
    looked(site, following)
    site.app("UPDATE users SET full_name = 'Unnoticed', updated_at = now() - interval '1 day' WHERE id = 1")
    site.app("UPDATE users SET full_name = 'Noticed', updated_at = now() WHERE id = 2")
    looked(site, following)
    assert [row[1] for row in site.members()][:2] == ["Alice Ash", "Noticed"]
    looked(site, following, later=timedelta(minutes=6))
    assert [row[1] for row in site.members()][:2] == ["Unnoticed", "Noticed"]


def test_a_large_app_that_notes_no_changes_is_still_watched_for_those_signed_in(new_site: NewSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MANY_USERS", 2)
    site = new_site()
    following = Following(users=msgspec.structs.replace(site.users, updated=None))
    looked(site, following)
    site.sign_in("alice")
    site.app("UPDATE users SET is_active = false WHERE id = 1; UPDATE users SET full_name = 'B' WHERE id = 2")
    looked(site, following)
    assert site.signed_in() == []
    assert site.told == [MemberLeft(member_id=site.id_of("alice"))]


def test_a_small_app_is_looked_at_in_full_each_time(new_site: NewSite) -> None:
    site = new_site()
    tick = follow_users_tick(users=site.users)
    assert tick.every_s <= 5
    in_transaction(site.url, tick.work)
    site.app("UPDATE users SET full_name = 'Changed', updated_at = now() - interval '1 day' WHERE id = 1")
    in_transaction(site.url, tick.work)
    assert site.members()[0][1] == "Changed"
