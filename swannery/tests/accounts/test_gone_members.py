"""Whose user is gone is hidden at once and erased later; whose user is put back is the same member again."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from followed import NewSite, Site
from host_apps import KEYS, in_transaction, read
from structlog.testing import capture_logs

from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.follow_users import watch_signed_in
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.models import Pass
from swannery.accounts.rules import are_too_many_to_erase
from swannery.config import Config, DatabaseSettings, render_config
from swannery.deployment import check
from swannery.foundation.database import Transaction
from swannery.foundation.events import Event, MemberErased, MemberLeft, MemberReturned

LINKS = ("foreign_key", "soft")
DAY = timedelta(hours=24)
RELOAD = """
CREATE TEMP TABLE kept AS SELECT * FROM users; DELETE FROM sessions; DELETE FROM users;
INSERT INTO users SELECT * FROM kept; DROP TABLE kept;
"""
MANY = "INSERT INTO users (id, email, username) SELECT n, 'u' || n, 'user_' || n FROM generate_series(100, 129) n"


def state_of(site: Site, member_id: int) -> str:
    return str(read(site.url, f"SELECT state FROM swannery.members WHERE id = {member_id}")[0][0])


# The soft link's file is written for integers.
@pytest.mark.parametrize(("kind", "link"), [*((kind, "foreign_key") for kind in KEYS), ("integer", "soft")])
def test_users_that_are_reloaded_at_once_leave_no_trace(kind: str, link: str, new_site: NewSite) -> None:
    site = new_site(kind, link=link)
    before = site.members("id, user_id, user_key, handle, state")
    site.app(RELOAD)
    assert site.follow() == Pass()
    assert site.members("id, user_id, user_key, handle, state") == before
    assert site.told == []


@pytest.mark.parametrize("link", LINKS)
def test_a_deleted_user_is_hidden_and_signed_out_at_once_and_erased_after_the_grace(link: str, new_site: NewSite) -> None:
    site = new_site(link=link)
    alice = site.id_of("alice")
    site.sign_in("alice")
    site.app(f"UPDATE swannery.members SET bio = 'Secrets', last_seen_at = now() WHERE id = {alice}")
    site.app("DELETE FROM users WHERE id = 1")
    assert site.follow() == Pass(left=1)
    assert site.signed_in() == []
    assert state_of(site, alice) == "inactive"
    assert site.follow(later=DAY - timedelta(minutes=1)) == Pass()
    assert site.follow(later=DAY + timedelta(minutes=1)) == Pass(erased=1)
    assert site.members("handle, name, bio, role, state, last_seen_at, user_id, user_key, gone_at")[0] == (
        f"former_{alice}", "Former member", "", "member", "erased", None, None, None, None,
    )  # fmt: skip
    assert site.told == [MemberLeft(member_id=alice), MemberErased(member_id=alice)]
    assert site.follow(later=2 * DAY) == Pass()


@pytest.mark.parametrize("link", LINKS)
def test_a_user_that_is_put_back_within_the_grace_is_the_same_member_again(link: str, new_site: NewSite) -> None:
    site = new_site(link=link)
    alice = site.id_of("alice")
    site.app("CREATE TABLE kept AS SELECT * FROM users WHERE id = 1; DELETE FROM users WHERE id = 1")
    assert site.follow() == Pass(left=1)
    site.app("INSERT INTO users SELECT * FROM kept")
    assert site.follow(later=DAY * 3) == Pass(returned=1)
    assert site.members("id, user_id, state, gone_at")[0] == (alice, 1, "active", None)
    assert site.told == [MemberLeft(member_id=alice), MemberReturned(member_id=alice)]
    assert site.follow(later=DAY * 4) == Pass()


@pytest.mark.parametrize("link", LINKS)
def test_a_user_that_returns_after_the_grace_is_a_new_member(link: str, new_site: NewSite) -> None:
    site = new_site(link=link)
    site.app("CREATE TABLE kept AS SELECT * FROM users WHERE id = 1; DELETE FROM users WHERE id = 1")
    site.follow()
    assert site.follow(grace=timedelta()) == Pass(erased=1)
    site.app("INSERT INTO users SELECT * FROM kept")
    assert site.follow() == Pass(joined=1)
    assert site.members("handle, state, user_id")[-1] == ("alice", "active", 1)


def test_whoever_is_put_back_shut_out_stays_out(new_site: NewSite) -> None:
    site = new_site()
    site.app("CREATE TABLE kept AS SELECT * FROM users WHERE id = 1; DELETE FROM users WHERE id = 1")
    site.follow()
    site.app("UPDATE kept SET is_active = false; INSERT INTO users SELECT * FROM kept")
    assert site.follow() == Pass()
    assert site.members("state, user_id, gone_at")[0] == ("inactive", 1, None)


def test_one_erased_by_their_own_wish_does_not_come_back_by_a_reload(new_site: NewSite) -> None:
    site = new_site()
    alice = site.id_of("alice")
    in_transaction(site.url, lambda tx: erase_member(tx, member_id=alice))
    site.app(RELOAD)
    assert site.follow() == Pass()
    assert [row[0] for row in site.members("state")].count("active") == 2
    site.app("DELETE FROM users WHERE id = 1")
    site.follow()
    site.follow(later=DAY * 2)
    assert read(site.url, f"SELECT user_key, user_id, gone_at FROM swannery.members WHERE id = {alice}") == [(None, None, None)]


def test_a_large_app_shuts_out_the_deleted_between_its_full_looks_too(new_site: NewSite) -> None:
    for_link = new_site(link="soft")
    for_link.sign_in("alice")
    for_link.app("DELETE FROM users WHERE id = 1")
    assert in_transaction(for_link.url, lambda tx: watch_signed_in(tx, users=for_link.users)) == Pass(left=1)
    assert for_link.signed_in() == []


def test_so_many_at_once_are_hidden_and_not_erased_until_somebody_looked(new_site: NewSite, tmp_path: Path) -> None:
    site = new_site(sql=MANY)
    site.app("DELETE FROM users WHERE id >= 100")
    assert site.follow() == Pass(left=30)
    site.app("UPDATE swannery.members SET gone_at = gone_at - interval '25 hours'")
    with capture_logs() as logs:
        assert site.follow() == Pass(held_back=30)
    assert [(line["log_level"], line["gone"]) for line in logs] == [("error", 30)]
    config = Config(users=site.users, database=DatabaseSettings(url=site.url))
    (tmp_path / "swannery.toml").write_text(render_config(config), encoding="utf-8")
    (trouble,) = check(config, path=tmp_path / "swannery.toml")
    assert "30 members are gone" in trouble.message
    assert "erase_up_to = 30" in trouble.next_step
    site.users = msgspec.structs.replace(site.users, erase_up_to=30)
    assert site.follow() == Pass(erased=30)


def test_an_emptied_users_table_erases_nobody(new_site: NewSite) -> None:
    site = new_site()
    site.app("DELETE FROM sessions; DELETE FROM users")
    assert site.follow() == Pass(left=3)
    assert site.follow(later=DAY * 9) == Pass(held_back=3)


@pytest.mark.parametrize(
    ("due", "active", "too_many"), [(20, 0, False), (21, 0, True), (21, 420, False), (50, 1000, False), (51, 1000, True)]
)
def test_the_brake_holds_above_twenty_and_five_of_a_hundred(due: int, active: int, *, too_many: bool) -> None:
    assert are_too_many_to_erase(due=due, active=active, allowed=20) == too_many


def test_a_listener_that_fails_for_one_does_not_hold_up_the_others(new_site: NewSite) -> None:
    site = new_site()
    alice, bob = site.id_of("alice"), site.id_of("bob_birch")

    async def fails_for_alice(tx: Transaction, event: MemberLeft | MemberErased) -> None:
        await tx.sql("UPDATE swannery.members SET bio = 'told' WHERE id = %(id)s", {"id": event.member_id})
        if event.member_id == alice:
            await tx.sql("SELECT 1 / 0")

    site.dispatcher.listen(MemberLeft, fails_for_alice)
    site.dispatcher.listen(MemberErased, fails_for_alice)
    site.app("DELETE FROM sessions; UPDATE users SET is_active = false WHERE id = 1; DELETE FROM users WHERE id = 2")
    with capture_logs() as logs:
        assert site.follow() == Pass(left=2, failed=1)
    assert [(line["kind"], line["failed"]) for line in logs] == [("MemberLeft", 1)]
    assert read(site.url, "SELECT state, bio FROM swannery.members ORDER BY id LIMIT 2") == [("inactive", ""), ("inactive", "told")]
    site.app("DELETE FROM users WHERE id = 1")
    site.follow()
    with capture_logs():
        assert site.follow(grace=timedelta()) == Pass(erased=1, failed=1)
    assert (state_of(site, alice), state_of(site, bob)) == ("inactive", "erased"), "it is tried again"


def test_provisioning_survives_a_listener_that_fails(new_site: NewSite) -> None:
    site = new_site()

    async def fails(_tx: Transaction, _event: Event) -> None:
        raise ValueError

    for event in site.dispatcher._handlers:
        site.dispatcher.listen(event, fails)
    site.app(MANY)
    with capture_logs():
        assert in_transaction(site.url, lambda tx: provision_members(tx, users=site.users), dispatcher=site.dispatcher).joined == 30
