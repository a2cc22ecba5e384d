"""Members follow the app's users: new, changed, shut out, let in again, deleted; every step is told, and a second look finds nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from followed import NewSite, Site
from host_apps import KEYS, in_transaction

from swannery.accounts import jobs
from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.follow_users import follow_users, watch_signed_in
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.jobs import Following, follow_users_tick
from swannery.accounts.models import Pass
from swannery.foundation.database import Database, Transaction, statements_sent
from swannery.foundation.events import MemberChanged, MemberErased, MemberJoined, MemberLeft, MemberReturned


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
                return (await provision_members(tx, users=site.users)).joined, len(sent)
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
                return (await provision_members(tx, users=site.users)).joined

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
