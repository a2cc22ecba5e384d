"""Deploying puts us beside the app and changes nothing of it: whatever its keys are, twice, at once, and later again."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from host_apps import KEYS, app_sql, dump, in_transaction, read, run_sql

from dbdoctor import Server
from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.models import Pass
from swannery.config import Users, parse_config, render_config
from swannery.deployment import DeployRequest, DeployResult, Repair, StoppedByFinding, check, deploy, migrating
from swannery.deployment.deploying import CannotDeploy, NotConfirmed
from swannery.deployment.detection import UsersUnclear
from swannery.deployment.examining import CannotExamine
from swannery.foundation.errors import SwanneryError, Unreachable

STUDIO = Path(__file__).parents[3] / "examples" / "studio"
# Every migration there is, in its order.
ALL = migrating.pending("")


def deployed(url: str, folder: Path, *, users_table: str = "", repair: Repair | None = None, ignore: tuple[str, ...] = ()) -> DeployResult:
    path = folder / "swannery.toml"
    return deploy(DeployRequest(url=url, config_path=path, users_table=users_table, repair=repair, ignore=ignore, yes=True))


def members(url: str) -> list[tuple[object, ...]]:
    return read(url, "SELECT handle, name, role, state FROM swannery.members ORDER BY id")


def nothing_made(url: str, folder: Path) -> bool:
    return read(url, "SELECT to_regnamespace('swannery')") == [(None,)] and list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_of_key_works_from_the_first_deploy_to_a_later_version(kind: str, empty_database_url: str, tmp_path: Path) -> None:
    url = empty_database_url
    run_sql(url, app_sql(kind))
    app_before = dump(url, of="app", data=True)

    first = deployed(url, tmp_path)
    assert first.migrations == ALL
    assert first.members == Pass(joined=3)
    assert members(url) == [
        ("alice", "Alice Ash", "member", "active"),
        ("bob_birch", "Bob Birch", "trainer", "active"),
        ("carol_cermak", "Carol Čermák", "admin", "active"),
    ]
    (plain,) = read(url, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'id'")
    assert first.config.users.key_type == plain[0]
    assert [activity.source for activity in first.config.activities] == ["sessions"]
    assert dump(url, of="app", data=True) == app_before

    ours, text = dump(url, of="swannery", data=True), (tmp_path / "swannery.toml").read_text(encoding="utf-8")
    assert not deployed(url, tmp_path).changed
    assert dump(url, of="swannery", data=True) == ours
    assert (tmp_path / "swannery.toml").read_text(encoding="utf-8") == text

    more = later_version(tmp_path / "versions")
    before = members(url)
    assert migrating.upgrade(url, users=first.config.users, revision=ALL[-1], more=(more,)) == ("next_test",)
    assert migrating.upgrade(url, users=first.config.users, revision="next_test", more=(more,)) == ()
    assert members(url) == before
    assert read(url, "SELECT count(*) FROM swannery.members m JOIN users u ON u.id = m.user_id AND m.motto = u.email") == [(3,)]

    run_sql(url, "DELETE FROM users WHERE username = 'alice'")
    assert read(url, "SELECT user_id, state FROM swannery.members WHERE handle = 'alice'") == [(None, "active")]
    assert in_transaction(url, lambda tx: follow_users(tx, users=first.config.users)) == Pass(left=1)


def later_version(folder: Path) -> Path:
    """A migration of a release to come: a column, filled from the app's own users through the link."""
    folder.mkdir()
    (folder / "next_test.py").write_text(
        f"""
from alembic import context, op
revision, down_revision, branch_labels, depends_on = "next_test", "{ALL[-1]}", None, None

def upgrade():
    host = context.config.attributes["host"]
    op.execute("ALTER TABLE swannery.members ADD motto text NOT NULL DEFAULT ''")
    op.execute(f"UPDATE swannery.members m SET motto = u.email FROM {{host.users_table}} u WHERE u.{{host.users_key}} = m.user_id")
""",
        encoding="utf-8",
    )
    return folder


def test_the_main_path_holds_on_every_server(any_database_url: str, tmp_path: Path) -> None:
    run_sql(any_database_url, app_sql("uuid"))
    before = dump(any_database_url, of="app")
    assert deployed(any_database_url, tmp_path).members == Pass(joined=3)
    assert not deployed(any_database_url, tmp_path).changed
    assert dump(any_database_url, of="app") == before
    config = parse_config((tmp_path / "swannery.toml").read_text(encoding="utf-8"), environ={"DATABASE_URL": any_database_url})
    assert check(config, path=tmp_path / "swannery.toml") == ()


def test_secrets_are_made_once_and_are_in_no_file(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    deployed(empty_database_url, tmp_path)
    secrets = read(empty_database_url, "SELECT name, value FROM swannery.secrets ORDER BY name")
    assert [(name, len(value)) for name, value in secrets] == [("csrf", 32)]
    deployed(empty_database_url, tmp_path)
    assert read(empty_database_url, "SELECT name, value FROM swannery.secrets ORDER BY name") == secrets


@pytest.mark.parametrize("link", ["foreign_key", "soft"])
def test_odd_names_are_no_trouble(link: str, empty_database_url: str, tmp_path: Path) -> None:
    url = empty_database_url
    table = '"s;chema"."User\'s ""tables"" 100% :x 🎈"'
    run_sql(
        url,
        f"""CREATE SCHEMA "s;chema"; CREATE TABLE {table} ("i:d %" integer PRIMARY KEY, email text, password text, "n''a""me" text);
        INSERT INTO {table} VALUES (1, 'a@b.example', 'x', 'x')""",
    )
    path = tmp_path / "swannery.toml"
    request = DeployRequest(url=url, config_path=path, users_table='s;chema.User\'s "tables" 100% :x 🎈')
    if link == "soft":
        path.write_text(
            '[users]\nlink = "soft"\nschema = "s;chema"\ntable = "User\'s \\"tables\\" 100% :x 🎈"\nid = "i:d %"\nkey_type = "integer"\n',
            encoding="utf-8",
        )
    assert deploy(request).members == Pass(joined=1)
    assert not deploy(request).changed
    assert read(url, "SELECT user_id, handle, name FROM swannery.members") == [(1, "member", "member")]
    assert read(url, "SELECT count(*) FROM pg_constraint WHERE conname = 'members_user'") == [(int(link == "foreign_key"),)]
    run_sql(url, f"DELETE FROM {table}")
    assert read(url, "SELECT user_id FROM swannery.members") == [(None if link == "foreign_key" else 1,)]


def test_a_role_that_may_not_create_is_told_what_to_grant_and_nothing_is_made(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    run_sql(empty_database_url, "DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN; GRANT SELECT ON users TO poor")
    poor = empty_database_url.replace("postgres@", "poor@")
    assert poor != empty_database_url
    try:
        with pytest.raises(CannotDeploy, match=r"The role poor may not do what is needed; nothing was made\.") as caught:
            deployed(poor, tmp_path)
        assert "GRANT CREATE ON DATABASE" in caught.value.next_step
        assert 'GRANT REFERENCES ON "public"."users" TO poor;' in caught.value.next_step
        assert nothing_made(empty_database_url, tmp_path)
        for grant in caught.value.next_step.removeprefix("Have the owner run: ").split("; "):
            run_sql(empty_database_url, grant)
        assert deployed(poor, tmp_path).members.joined == 3
    finally:
        run_sql(empty_database_url, "DROP OWNED BY poor CASCADE; DROP ROLE poor")


def test_a_database_that_only_reads_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    name = empty_database_url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    run_sql(empty_database_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(CannotDeploy, match="only reads"):
        deployed(empty_database_url, tmp_path)
    assert nothing_made(empty_database_url, tmp_path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me@host/shop", "does not know the address form"),
        ("not an address", "no address"),
        ("postgresql://me:secret@127.0.0.1:1/shop", "Cannot connect"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match=words) as caught:
        deployed(url, tmp_path)
    assert "secret" not in f"{caught.value.message} {caught.value.next_step}"
    assert list(tmp_path.iterdir()) == []


def test_two_deploys_at_once_make_one_deployment(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("bigint"))
    with ThreadPoolExecutor(max_workers=3) as pool:
        results = list(pool.map(lambda _: deployed(empty_database_url, tmp_path), range(3)))
    assert sorted(result.members.joined for result in results) == [0, 0, 3]
    assert sorted(result.migrations for result in results) == [(), (), ALL]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["swannery.toml"]


def test_a_lock_of_the_app_is_waited_for_in_short_turns(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    monkeypatch.setattr(migrating, "LOCK_S", 0.05)
    monkeypatch.setattr(migrating, "TRIES", 2)
    with psycopg.connect(empty_database_url) as busy:
        busy.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")
        with pytest.raises(Unreachable, match="busy"):
            deployed(empty_database_url, tmp_path)
    assert nothing_made(empty_database_url, tmp_path)
    assert deployed(empty_database_url, tmp_path).migrations == ALL


def test_a_file_edited_by_hand_is_kept_used_and_told(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    path = tmp_path / "swannery.toml"
    by_hand = '[users]\ntable = "users"\nid = "id"\nkey_type = "integer"\nname = ["username"]\n'
    path.write_text(by_hand, encoding="utf-8")
    result = deployed(empty_database_url, tmp_path)
    assert not result.file_written
    assert path.read_text(encoding="utf-8") == by_hand
    assert result.found[0].reason == "the file was there; it is used as it stands"
    assert result.notes[0].startswith("sessions looks like an activity and is not in swannery.toml")
    assert ("alice", "alice", "member", "active") in members(empty_database_url)


def test_a_file_that_does_not_fit_the_database_is_refused_with_every_difference_and_its_line(
    empty_database_url: str, tmp_path: Path
) -> None:
    run_sql(empty_database_url, app_sql("integer") + "CREATE TABLE nicknames (user_id integer, nick text)")
    text = """[users]
table = "users"
id = "id"
key_type = "uuid"
email = "mail"
active = "full_name"
barred = ["bannd"]
[users.roles]
admin_if = ["is_activ"]
[users.profile]
table = "nicknames"
user = "user_id"
name = ["nick"]
[[activities]]
table = "session"
key = "id"
member = "user_id"
at = "at"
"""
    (tmp_path / "swannery.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotDeploy) as caught:
        deployed(empty_database_url, tmp_path)
    assert caught.value.message.splitlines()[1:] == [
        "  swannery.toml:4: users.key_type: users.id is integer, not uuid.",
        "  swannery.toml:5: users.email: users has no column mail. Did you mean email?",
        "  swannery.toml:6: users.active: users.full_name is text and must be true or false.",
        "  swannery.toml:7: users.barred: users has no column bannd.",
        "  swannery.toml:9: users.roles.admin_if: users has no column is_activ. Did you mean is_active?",
        "  swannery.toml:12: users.profile.user: nothing makes nicknames.user_id unique: somebody could have two names.",
        '  swannery.toml:15: activities.1.table: there is no table session. Did you mean table = "sessions", schema = "public"?',
    ]
    with pytest.raises(CannotDeploy, match="holds the users, you say sessions"):
        deployed(empty_database_url, tmp_path, users_table="sessions")


def test_a_schema_of_that_name_that_is_not_ours_is_left_alone(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer") + "CREATE SCHEMA swannery; CREATE TABLE swannery.birds (id integer)")
    with pytest.raises(CannotDeploy, match="tables that are not ours"):
        deployed(empty_database_url, tmp_path)


def test_a_schema_made_by_a_later_version_is_left_alone(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    deployed(empty_database_url, tmp_path)
    run_sql(empty_database_url, "UPDATE swannery.alembic_version SET version_num = '9999'")
    with pytest.raises(migrating.NewerSchema, match="9999"):
        deployed(empty_database_url, tmp_path)


def test_users_whose_key_changed_since_are_refused(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    deployed(empty_database_url, tmp_path)
    run_sql(
        empty_database_url,
        "ALTER TABLE sessions ALTER user_id TYPE bigint, ALTER trainer_id TYPE bigint; ALTER TABLE users ALTER id TYPE bigint",
    )
    (tmp_path / "swannery.toml").unlink()
    with pytest.raises(CannotDeploy, match="linked by integer, but the users' key is bigint now"):
        deployed(empty_database_url, tmp_path)


def test_nobody_says_yes_and_nothing_is_made(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    request = DeployRequest(url=empty_database_url, config_path=tmp_path / "swannery.toml")
    with pytest.raises(NotConfirmed):
        deploy(request, confirm=lambda: False)
    assert nothing_made(empty_database_url, tmp_path)


def test_an_empty_database_is_no_app(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(UsersUnclear):
        deployed(empty_database_url, tmp_path)
    assert nothing_made(empty_database_url, tmp_path)


def test_users_that_nothing_makes_unique_stop_it_with_the_finding(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, "CREATE TABLE users (id integer NOT NULL, email text, password text)")
    with pytest.raises(StoppedByFinding, match=r"nothing makes users.id unique.*\[parent_not_unique\]"):
        deployed(empty_database_url, tmp_path)
    assert nothing_made(empty_database_url, tmp_path)


def test_check_tells_what_fell_apart(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    path = tmp_path / "swannery.toml"
    config = deployed(empty_database_url, tmp_path).config
    config = parse_config(render_config(config), environ={"DATABASE_URL": empty_database_url})
    run_sql(empty_database_url, "INSERT INTO users (id, email) VALUES (50, 'new@app.example')")
    assert [trouble.message for trouble in check(config, path=path)] == ["1 of the app's users is no member yet."]
    run_sql(empty_database_url, "ALTER TABLE users DROP full_name")
    assert "users has no column full_name" in check(config, path=path)[0].message
    run_sql(empty_database_url, "ALTER TABLE users ADD full_name text; ALTER TABLE sessions DROP user_id")
    assert "sessions has no column user_id  [missing_column]" in check(config, path=path)[0].message
    run_sql(empty_database_url, "DROP SCHEMA swannery CASCADE; ALTER TABLE sessions ADD user_id integer")
    assert "Nothing is deployed here" in check(config, path=path)[0].message


@pytest.fixture
def studio_url(server: Server, empty_database_url: str) -> str:
    """The studio's database on the day its deploy was blocked, reached over TCP: its driver knows no sockets."""
    run_sql(empty_database_url, (STUDIO / "broken.sql").read_text(encoding="utf-8"))
    return server.tcp_url(database=empty_database_url.split("?", maxsplit=1)[0].rsplit("/", 1)[1])


def test_the_studio_is_refused_with_the_finding_and_the_command_that_repairs_it(studio_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoppedByFinding) as caught:
        deployed(studio_url, tmp_path)
    assert "sessions has no column userId  [missing_column]" in caught.value.message
    assert [finding.cause for finding in caught.value.findings] == ["missing_column"]
    assert caught.value.commands[0].endswith("--repair --migrate CMD --cwd DIR")
    assert caught.value.commands[1].endswith("""--want 'public.sessions."userId" -> public.users.id'""")
    assert nothing_made(studio_url, tmp_path)


def test_the_studio_can_be_deployed_without_its_sessions(studio_url: str, tmp_path: Path) -> None:
    result = deployed(studio_url, tmp_path, ignore=("sessions",))
    assert result.config.activities == ()
    assert ("coach_jonas", "Jonas Okafor", "trainer", "active") in members(studio_url)
    assert not deployed(studio_url, tmp_path).changed


def test_the_studio_is_repaired_with_just_what_we_miss(studio_url: str, tmp_path: Path) -> None:
    result = deployed(studio_url, tmp_path, repair=Repair())
    assert result.repaired
    assert result.config.activities[0].member == "userId"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_studio_is_healed_with_its_own_migrations_and_then_deployed(studio_url: str, tmp_path: Path) -> None:
    assert shutil.which("node"), "the studio's app needs Node: make setup"
    result = deployed(studio_url, tmp_path, repair=Repair(migrate="npx sequelize-cli db:migrate", accept="node check.cjs", cwd=STUDIO))
    assert result.repaired
    assert result.members == Pass(joined=6)
    assert result.config.activities[0].partner == "trainerId"
    assert read(studio_url, "SELECT count(*) FROM cart_items") == [(3,)]
    assert not deployed(studio_url, tmp_path, repair=Repair(migrate="false")).repaired


def test_a_repair_that_fails_leaves_nothing_of_ours(studio_url: str, tmp_path: Path) -> None:
    with pytest.raises(SwanneryError, match="dbdoctor ended with"):
        deployed(studio_url, tmp_path, repair=Repair(migrate="false", cwd=tmp_path / "nowhere"))
    assert nothing_made(studio_url, tmp_path)


def test_deploying_from_a_running_loop_is_no_way(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))

    async def inside() -> DeployResult:
        return await asyncio.to_thread(deployed, empty_database_url, tmp_path)

    assert asyncio.run(inside()).members.joined == 3


def test_a_deployment_that_has_the_indexes_of_conversations_already_goes_on(empty_database_url: str) -> None:
    """For a day they stood in the migration before."""
    url = empty_database_url
    run_sql(url, app_sql("bigint"))
    users = msgspec.convert({"table": "users", "id": "id", "key_type": "bigint", "handle": "username"}, Users)
    migrating.upgrade(url, users=users, revision="", to="0065")
    run_sql(
        url,
        "CREATE INDEX comments_thread ON swannery.comments (post_id, parent_id, score DESC, id);"
        " CREATE INDEX comments_beneath ON swannery.comments (post_id, (ancestors[1])) WHERE parent_id IS NOT NULL;"
        " CREATE INDEX comments_deleted ON swannery.comments (deleted_at) WHERE deleted_at IS NOT NULL AND body <> ''",
    )
    assert migrating.upgrade(url, users=users, revision="0065") == ALL[ALL.index("0065") + 1 :]


@pytest.mark.parametrize("link", ["foreign_key", "soft"])
@pytest.mark.parametrize("kind", KEYS)
def test_a_deployment_of_the_first_version_is_upgraded_with_its_data(kind: str, link: str, empty_database_url: str) -> None:
    url, key = empty_database_url, KEYS[kind][1][0]
    run_sql(url, app_sql(kind))
    key_type = KEYS[kind][0].split(" GENERATED", maxsplit=1)[0]
    users = msgspec.convert({"table": "users", "id": "id", "key_type": key_type, "handle": "username", "link": link}, Users)
    assert migrating.upgrade(url, users=users, revision="", to="0001") == ("0001",)
    run_sql(
        url,
        "INSERT INTO swannery.members (user_id, handle, name, bio) SELECT id, replace(email, '@app.example', ''), 'N', 'B' FROM users;"
        " INSERT INTO swannery.follows SELECT a.id, b.id FROM swannery.members a, swannery.members b WHERE a.id <> b.id;"
        " INSERT INTO swannery.members (handle, name) VALUES ('left_before', 'L');"
        " INSERT INTO swannery.posts (author_id, audience, body, body_html, reaction_count) SELECT min(id), 'members', 'x', 'x', 1"
        " FROM swannery.members; INSERT INTO swannery.reactions (post_id, member_id) SELECT p.id, m.id FROM swannery.posts p,"
        " swannery.members m WHERE m.handle = 'left_before'",
    )
    before = read(url, "SELECT id, user_id, handle, name, bio, state, joined_at FROM swannery.members ORDER BY id")
    assert migrating.upgrade(url, users=users, revision="0001") == ALL[1:]
    assert read(url, "SELECT id, user_id, handle, name, bio, state, joined_at FROM swannery.members ORDER BY id") == before
    assert read(url, "SELECT count(*) FROM swannery.follows") == [(12,)]
    assert read(url, "SELECT kind, count(*) FROM swannery.reactions GROUP BY 1") == [("like", 1)]
    assert read(url, "SELECT reaction_count, reaction_counts FROM swannery.posts") == [(1, [0, 0, 0, 0, 0])]
    assert read(url, "SELECT count(*) FROM swannery.members m JOIN users u ON u.id = m.user_id AND u.id::text = m.user_key") == [(4,)]

    run_sql(url, f"DELETE FROM sessions; CREATE TABLE kept AS SELECT * FROM users; DELETE FROM users WHERE id = {key}")
    assert in_transaction(url, lambda tx: follow_users(tx, users=users)).left == 2
    run_sql(url, f"INSERT INTO users SELECT * FROM kept WHERE id = {key}")
    assert in_transaction(url, lambda tx: follow_users(tx, users=users)).returned == 1
    assert in_transaction(url, lambda tx: follow_users(tx, users=users, grace=timedelta())) == Pass(erased=1)
    assert read(url, "SELECT state, count(*) FROM swannery.members GROUP BY 1 ORDER BY 1") == [("active", 4), ("erased", 1)]


POLICIES = {
    "none": "",
    "tenant": "CREATE POLICY tenant ON users USING (id = 1)",
    "restrictive": "CREATE POLICY everybody ON users USING (true); CREATE POLICY few ON users AS RESTRICTIVE USING (id < 3)",
    "for others": "CREATE POLICY other ON users TO postgres USING (true)",
    "writing only": "CREATE POLICY writes ON users FOR UPDATE USING (true)",
}


@pytest.fixture
def guarded_url(empty_database_url: str) -> Iterator[str]:
    """An app whose users are under row-level security, and a role that may do everything else."""
    name = empty_database_url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    role = f"guarded_{name}"
    run_sql(empty_database_url, app_sql("integer"))
    run_sql(
        empty_database_url,
        f'CREATE ROLE "{role}" LOGIN; GRANT SELECT, REFERENCES ON users, sessions TO "{role}";'
        f' GRANT CREATE ON DATABASE "{name}" TO "{role}";'
        " ALTER TABLE users ENABLE ROW LEVEL SECURITY",
    )
    yield empty_database_url.replace("postgres@", f"{role}@")
    run_sql(empty_database_url, f'DROP OWNED BY "{role}" CASCADE; DROP ROLE "{role}"')


@pytest.mark.parametrize("policy", POLICIES)
def test_users_that_row_level_security_hides_stop_it_with_the_policy_and_the_way_out(
    policy: str, guarded_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    run_sql(empty_database_url, POLICIES[policy])
    with pytest.raises(CannotDeploy, match=r"Row-level security keeps rows of users from the role we use") as caught:
        deployed(guarded_url, tmp_path)
    assert {"none": "no policy lets", "tenant": "policies tenant", "restrictive": "few"}.get(policy, "no policy") in caught.value.message
    assert nothing_made(empty_database_url, tmp_path)
    create, bypass = caught.value.next_step.removeprefix("Have the owner run: ").split(
        " where a restrictive policy applies too, or instead: "
    )
    run_sql(empty_database_url, bypass if policy == "restrictive" else create)
    assert deployed(guarded_url, tmp_path).members.joined == 3


def test_check_tells_of_row_level_security_that_came_later(guarded_url: str, empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, "ALTER TABLE users DISABLE ROW LEVEL SECURITY")
    config = deployed(guarded_url, tmp_path).config
    config = parse_config(render_config(config), environ={"DATABASE_URL": guarded_url})
    assert check(config, path=tmp_path / "swannery.toml") == ()
    run_sql(empty_database_url, "ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY tenant ON users USING (id = 1)")
    (trouble,) = check(config, path=tmp_path / "swannery.toml")
    assert "policies tenant" in trouble.message
    assert "BYPASSRLS" in trouble.next_step


def test_a_site_is_not_open_to_strangers_until_its_owner_says_so(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    assert not deployed(empty_database_url, tmp_path).config.site.open
    assert "open = false\n" in (tmp_path / "swannery.toml").read_text(encoding="utf-8")
