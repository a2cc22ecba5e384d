"""The file is read once: what is right becomes one Config, what is wrong is told all at once, each with its line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swannery.config import (
    Activity,
    Config,
    ConfigInvalid,
    DatabaseSettings,
    UserProfile,
    UserRoles,
    Users,
    parse_config,
    read_config,
    render_config,
)

SMALLEST = '[users]\ntable = "users"\nid = "id"\nkey_type = "integer"\n'

WHOLE = """\
[site]
name = "Northside"
open = false
public_url = "https://people.northside.example"

[database]
connections = 20
statement_timeout_s = 2.5
pgbouncer = true

[users]
schema = "crm"
table = "Users"
id = "userId"
key_type = "character varying(36)"
name = ["firstName", "lastName"]
link = "soft"

[users.roles]
admin = ["owner", "admin"]

[[activities]]
table = "sessions"
key = "id"
member = "userId"
at = "sessionDate"
status = "status"
"""


def problems_of(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        parse_config(text, environ=environ)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_file_is_filled_up_with_defaults() -> None:
    config = parse_config(SMALLEST)
    assert (config.site.open, config.server.port, config.database.connections, config.users.schema) == (False, 8000, 10, "public")


def test_a_whole_file_is_read_as_it_says() -> None:
    config = parse_config(WHOLE)
    assert config.site.secure
    assert not config.site.open
    assert config.database == DatabaseSettings(connections=20, statement_timeout_s=2.5, pgbouncer=True)
    assert config.users.link == "soft"
    assert config.users.roles == UserRoles(admin=("owner", "admin"))
    assert config.activities == (Activity(table="sessions", key="id", member="userId", at="sessionDate", status="status"),)


def test_every_problem_is_told_at_once_with_its_line() -> None:
    site, server = '[site]\nnam = 1\nopen = "yes"\n\n', "[server]\nport = 99999\n\n"
    text = f'{site}{server}[users]\ntable = "users"\nkey_type = "serial"\n\n[[activities]]\ntable = "a"\n'
    told = problems_of(text)
    assert told[0] == "swannery.toml:2: site.nam: No such key. Did you mean name?"
    assert told[1] == "swannery.toml:3: site.open: Expected bool, got str. Write open = true or false."
    assert told[2] == "swannery.toml:6: server.port: Expected int <= 65535. Write port = a whole number."
    assert told[3] == 'swannery.toml:8: users.id: It is missing. Add id = "…".'
    assert told[4].startswith("swannery.toml:10: users.key_type: 'serial' is no type a key may have.")
    assert [line.split(": ")[1] for line in told[5:]] == ["activities.1.key", "activities.1.member", "activities.1.at"]


def test_the_second_of_two_activities_is_named_by_its_own_line() -> None:
    one = '[[activities]]\ntable = "a"\nkey = "id"\nmember = "m"\nat = "t"\n'
    told = problems_of(SMALLEST + one + one.replace('at = "t"', "at = 3"))
    assert told == ['swannery.toml:14: activities.2.at: Expected str, got int. Write at = "…".']


def test_a_table_listed_twice_is_refused() -> None:
    one = '[[activities]]\ntable = "a"\nkey = "id"\nmember = "m"\nat = "t"\n'
    assert problems_of(SMALLEST + one + one) == ["swannery.toml:11: activities.2.table: It is listed twice. Keep one of the two sections."]


def test_a_value_in_two_roles_is_refused() -> None:
    told = problems_of(SMALLEST + '[users.roles]\nadmin = ["boss"]\ntrainer = ["boss"]\n')
    assert told == ["swannery.toml:5: users.roles: 'boss' is given to more than one role. Keep it in one list."]


def test_what_is_wrong_in_the_section_of_profiles_is_told_with_its_line() -> None:
    told = problems_of(SMALLEST + '[users.profile]\ntable = "profiles"\nnmae = "x"\n')
    assert told == [
        'swannery.toml:5: users.profile.user: It is missing. Add user = "…".',
        "swannery.toml:7: users.profile.nmae: No such key. Did you mean name?",
    ]


def test_a_status_without_the_values_that_shut_out_is_refused_and_the_other_way_round() -> None:
    assert problems_of(SMALLEST + 'status = "state"\n')[0].startswith("swannery.toml:5: users.status: Nothing says which values")
    assert problems_of(SMALLEST + 'shut_out = ["banned"]\n')[0].startswith("swannery.toml:5: users.shut_out: Nothing says where")


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    (told,) = problems_of('[site]\nname = "x\n')
    assert told.startswith("swannery.toml:2: the file: This is no TOML:")


@pytest.mark.parametrize("key_type", ["integer); DROP TABLE users; --", "numeric", "text[]", "integer\n", ""])
def test_a_key_type_that_is_none_never_gets_through(key_type: str) -> None:
    text = render_config(Config(users=Users(table="users", id="id", key_type="uuid"))).replace('"uuid"', json.dumps(key_type))
    (told,) = problems_of(text)
    assert "users.key_type" in told


@pytest.mark.parametrize("address", ["people.example.com", "https://", "javascript:alert(1)"])
def test_a_public_address_that_is_none_is_refused(address: str) -> None:
    (told,) = problems_of(f'[site]\npublic_url = "{address}"\n{SMALLEST}')
    assert told.startswith("swannery.toml:2: site.public_url:")


def test_a_trusted_proxy_is_a_network() -> None:
    (told,) = problems_of(f'[server]\ntrusted_proxies = ["10.0.0.0/8", "::1", "10.0.0.1/8"]\n{SMALLEST}')
    assert told.startswith("swannery.toml:2: server.trusted_proxies: '10.0.0.1/8' is no network.")


def test_the_environment_wins_over_the_file() -> None:
    text = SMALLEST + '[database]\nurl = "postgresql://file/"\n[server]\nport = 1234\n'
    config = parse_config(text, environ={"DATABASE_URL": "postgresql://environment/", "PORT": "80"})
    assert (config.database.url, config.server.port) == ("postgresql://environment/", 80)


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "8000.5"])
def test_a_port_of_the_environment_that_is_none_is_told_as_such(port: str) -> None:
    assert problems_of(SMALLEST, PORT=port) == [f"environment: PORT: {port!r} is no port. Use 1 to 65535."]


def test_without_any_address_of_a_database_it_says_where_to_give_one(tmp_path: Path) -> None:
    path = tmp_path / "swannery.toml"
    path.write_text(SMALLEST, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=r"names no database\. Set DATABASE_URL"):
        read_config(path, {})
    assert read_config(path, {"DATABASE_URL": "postgresql:///x"}).database.url == "postgresql:///x"


def test_a_file_that_is_not_there_is_told_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"No such file or directory.*swannery deploy URL"):
        read_config(tmp_path / "swannery.toml", {})


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "swannery.toml"
    path.write_bytes(b'[site]\nname = "\xff"\n')
    with pytest.raises(ConfigInvalid, match="not UTF-8"):
        read_config(path, {})


def test_the_address_of_the_database_is_never_written() -> None:
    config = parse_config(SMALLEST, environ={"DATABASE_URL": "postgresql://me:secret@host/db"})
    assert "secret" not in render_config(config)
    assert "url =" not in render_config(config)


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.too_slow])  # its tables of letters are slow to load on a busy machine
@given(table=NAMES, schema=NAMES, columns=st.lists(NAMES, min_size=4, max_size=4), values=st.lists(NAMES, max_size=3, unique=True))
def test_any_name_survives_the_file(table: str, schema: str, columns: list[str], values: list[str]) -> None:
    key, member, at, name = columns
    users = Users(
        schema=schema, table=table, id=key, key_type="uuid", name=(name, at), roles=UserRoles(admin=tuple(values), admin_if=(at,)),
        barred=(name,), profile=UserProfile(table=table, user=key, name=(name,)),
    )  # fmt: skip
    config = Config(users=users, activities=(Activity(schema=schema, table=table, key=key, member=member, at=at),))
    assert parse_config(render_config(config)) == config


TOKENS = SMALLEST + '[signed_tokens]\nalgorithm = "HS256"\nissuer = "https://app.example"\naudience = "people"\n'


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "swannery.toml:5: signed_tokens: It does not say where the key is."),
        ('key_env = "A"\nkey_file = "b"\n', "swannery.toml:5: signed_tokens: The key is in more than one place"),
        ('jwks_url = "https://app.example/keys"\n', "swannery.toml:9: signed_tokens.jwks_url: A secret is never fetched"),
        ('jwks_url = "http://app.example/keys"\n', "swannery.toml:9: signed_tokens.jwks_url: This is no address"),
        ('key_env = "s3cr3t and more"\n', "swannery.toml:9: signed_tokens.key_env: This is no name of a variable."),
        ('key = "s3cr3t"\n', "swannery.toml:9: signed_tokens.key: No such key."),
        ('key_env = "A"\nlongest_s = 3600\n', "swannery.toml:10: signed_tokens.longest_s:"),
    ],
)
def test_a_mistake_about_tokens_is_told_with_its_line_and_without_the_secret(lines: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse_config(TOKENS + lines)
    assert said in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


def test_an_algorithm_that_is_not_taken_is_told_with_its_line() -> None:
    with pytest.raises(ConfigInvalid, match=r"swannery.toml:6: signed_tokens.algorithm: .*none.* Write algorithm = \"HS256\" or"):
        parse_config(TOKENS.replace("HS256", "none") + 'key_env = "A"\n')


def test_key_material_must_be_where_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "swannery.toml"
    environ = {"DATABASE_URL": "postgresql://x/y"}
    for line, said in (
        ('key_env = "APP_SECRET"', "9: signed_tokens.key_env: The environment has no"),
        ('key_file = "app.key"', "9: signed_tokens.key_file: There is no file"),
    ):
        path.write_text(f"{TOKENS}{line}\n", encoding="utf-8")
        with pytest.raises(ConfigInvalid, match=said):
            read_config(path, environ)
    (tmp_path / "app.key").write_text("secret", encoding="utf-8")
    tokens = read_config(path, environ).signed_tokens
    assert tokens is not None
    assert tokens.key_file == str(tmp_path / "app.key")
    assert read_config(path, environ) == parse_config(render_config(read_config(path, environ)), environ=environ)
