"""Addresses are read as libpq reads them, and no password of any shape gets into anything that is shown."""

import string
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dbdoctor.databases.postgresql.connection import (
    CannotConnect,
    PoolerInBetween,
    connect,
    hide_passwords,
    literal,
    parse_url,
    quoted,
    refuse_pooler,
)
from dbdoctor.embedded import Server
from dbdoctor.errors import DoctorError, UsageError

MARK = "ZqX7w"  # no message of ours holds it, so where it turns up, a password did
NASTY = [
    "@",
    "/",
    ":",
    "?",
    "#",
    "%",
    "%4",
    "%zz",
    "&",
    "=",
    " ",
    "'",
    '"',
    "\\",
    ",",
    "[",
    "]",
    "//",
    "$",
    "é",
    "🦢",
    "1/2",
    ":1/",
    "?a=b",
    "%00",
]
middles = st.lists(st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), max_size=3), max_size=4).map("".join)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://ann@db.example:5433/shop", ("db.example", 5433, "shop", "ann")),
        ("postgres://ann:pw@db.example/shop", ("db.example", 5432, "shop", "ann")),
        ("postgresql://ann@/shop?host=/run/pg&port=6000", ("/run/pg", 6000, "shop", "ann")),
        ("postgresql://ann%40corp:p%40w@[::1]:5432/my%20shop", ("::1", 5432, "my shop", "ann@corp")),
        ("postgresql://db.example/shop?user=ann@corp", ("db.example", 5432, "shop", "ann@corp")),
        ("postgresql://ann@db.example", ("db.example", 5432, "ann", "ann")),
        ("postgresql:///shop?host=db.example", ("db.example", 5432, "shop", "")),
    ],
)
def test_an_address_is_read_as_libpq_reads_it(url: str, place: tuple[str, int, str, str]) -> None:
    target = parse_url(url)
    assert (target.host, target.port, target.database, target.user) == place


@pytest.mark.parametrize("url", ["mysql://a@b/c", "shop", "postgresql:", "host=db dbname=shop", ""])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="must begin with postgresql://"):
        parse_url(url)


@pytest.mark.parametrize(
    "url", ["postgresql://a@one,two/c", "postgresql://a@one:1,two:2/c", "postgresql:///c?hostaddr=127.0.0.1,127.0.0.2"]
)
def test_several_servers_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="several servers"):
        parse_url(url)


def test_a_wrong_parameter_is_named() -> None:
    with pytest.raises(UsageError, match="sslmod"):
        parse_url("postgresql://ann:pw@db.example/shop?sslmod=require")


@pytest.mark.parametrize("port", ["x", "5432x", "٣"])
def test_a_port_that_is_no_number_is_refused(port: str) -> None:
    with pytest.raises(UsageError):
        parse_url(f"postgresql://ann@db.example:{port}/shop")


def shapes(password: str) -> list[str]:
    raw, safe = password, quote(password, safe="")
    return [
        f"postgresql://ann:{safe}@127.0.0.1:1/shop",
        f"postgresql://ann:{raw}@127.0.0.1:1/shop",
        f"postgresql://:{raw}@127.0.0.1:1/shop",
        f"postgresql://ann@127.0.0.1:1/shop?password={safe}",
        f"postgresql://ann:{safe}@127.0.0.1:1/shop?sslmode=nonsense",
        f"postgresql://ann:{raw}@127.0.0.1:1/shop?nonsense=1",
    ]


@given(left=middles, right=middles)
@example(left="", right="@")
@example(left="1/", right="")
@example(left="%", right="")
@example(left="a/b?c=", right="")
@example(left="1?port=2/", right="@x")
def test_no_password_of_any_shape_is_shown(left: str, right: str) -> None:
    for url in shapes(f"{left}{MARK}{right}"):
        try:
            shown = parse_url(url).shown
        except DoctorError as error:
            shown = f"{error} {error.message} {error.next_step} {error.__cause__ or ''}"
        assert MARK not in shown, shown


@pytest.mark.parametrize("middle", ["", "@", "/", ":", "%", " ", "'", "é🦢", "\\", "?", "#", "1/2@"])
def test_no_password_is_told_when_nobody_lets_us_in(middle: str) -> None:
    for url in shapes(f"{MARK}{middle}{MARK}"):
        with pytest.raises(DoctorError) as refused:
            connect(url)
        assert MARK not in f"{refused.value} {refused.value.message} {refused.value.next_step}"


def test_a_server_that_is_not_there_is_told_apart_from_a_wrong_address() -> None:
    with pytest.raises(CannotConnect) as refused:
        connect("postgresql://ann:pw@127.0.0.1:1/shop")
    assert refused.value.kind == "connection"
    assert "127.0.0.1" in refused.value.message


@given(password=st.text(string.ascii_letters + string.digits + "!$%&*+-./:;<>?@^_~|", min_size=1).map(lambda text: f"{MARK}{text}{MARK}"))
def test_no_address_in_a_text_keeps_its_password(password: str) -> None:
    assert MARK not in hide_passwords(f"npm ERR! cannot reach mysql://root:{password}@db:3306/shop now")


@pytest.mark.parametrize(
    "line",
    [
        f"password={MARK}",
        f"PGPASSWORD={MARK}",
        f"DB_PASSWORD='{MARK} {MARK}'",
        f'{{"password": "{MARK}", "user": "ann"}}',
        f"secret: {MARK}",
        f"STRIPE_API_KEY={MARK}",
        f"sslpassword={MARK}&x=1",
        f"access_token : {MARK}",
    ],
)
def test_a_named_secret_is_hidden_wherever_it_stands(line: str) -> None:
    assert MARK not in hide_passwords(f"before {line} after")


def test_a_known_secret_is_hidden_in_every_spelling() -> None:
    target = parse_url("postgresql://ann:p%40ss%2Fw@db/shop")
    assert hide_passwords("p@ss/w and p%40ss%2Fw", secrets=target.secrets) == "••• and •••"


def test_a_text_without_secrets_is_left_as_it_is() -> None:
    told = 'insert or update on table "token" violates foreign key constraint at http://localhost:3000/x'
    assert hide_passwords(told) == told


def test_names_and_texts_are_quoted_whatever_they_hold(server: Server) -> None:
    with connect(server.url()) as connection:

        @given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=15))
        @example(name='"')
        @example(name="'\\'--")
        def comes_back(name: str) -> None:
            cursor = connection.execute(f"SELECT {literal(name)} AS {quoted(name)}".encode())
            assert cursor.fetchone() == (name,)
            assert cursor.description is not None
            assert cursor.description[0].name == name

        comes_back()


def test_a_direct_connection_is_no_pooler(server: Server) -> None:
    with connect(server.url()) as connection:
        refuse_pooler(connection)


def test_another_process_behind_the_connection_is_a_pooler() -> None:
    class Behind:
        class info:  # noqa: N801 -- as psycopg names it
            backend_pid = 1

        def execute(self, _sql: str) -> "Behind":
            return self

        def fetchone(self) -> tuple[int]:
            return (2,)

    with pytest.raises(PoolerInBetween):
        refuse_pooler(Behind())  # type: ignore[arg-type]  # a stand-in: a real pooler is not at hand
