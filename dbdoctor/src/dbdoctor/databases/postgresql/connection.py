"""Connecting to PostgreSQL: what the address means, what is refused at the door, and how secrets are kept out of text."""

import re
from typing import Any, LiteralString, cast
from urllib.parse import quote, unquote

import msgspec
import psycopg
from psycopg import conninfo

from dbdoctor.errors import DoctorError, UsageError

Connection = psycopg.Connection[tuple[Any, ...]]
SqlError = psycopg.Error

CONNECT_TIMEOUT_S = 10
APPLICATION_NAME = "dbdoctor"
HIDDEN = "•••"


class CannotConnect(DoctorError):
    """The server does not let us in, or is not there."""

    kind = "connection"


class PoolerInBetween(DoctorError):
    """A pooler in transaction mode would lose session locks and settings half-way."""

    kind = "refused"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where the database is, as libpq would understand the address. `password` never leaves this struct in text."""

    url: str
    host: str
    hostaddr: str
    port: int
    database: str
    user: str
    password: str

    @property
    def shown(self) -> str:
        """The address without its password, fit for output, logs and files."""
        place = f"{self.host or 'local socket'}:{self.port}" if not self.host.startswith("/") else f"socket {self.host}:{self.port}"
        return f"{self.database} on {place} as {self.user}"

    @property
    def shown_url(self) -> str:
        """The address as it was given, without its password: for commands that are told to the user."""
        return hide_passwords(self.url, secrets=self.secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every spelling of the password that must not be shown."""
        spellings = {self.password, quote(self.password, safe="")} if self.password else set()
        return tuple(sorted(spellings - {""}, key=len, reverse=True))


def parse_url(url: str) -> Target:
    """Read a `postgresql://` address; raises UsageError when libpq could not."""
    if not re.match(r"postgres(ql)?://", url):
        message = "The address must begin with postgresql:// (or postgres://)."
        raise UsageError(message, next_step="Example: postgresql://user@localhost:5432/shop")
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        said = hide_passwords(str(error)).strip().splitlines()[0]
        message = f"The address cannot be read: {said}"
        raise UsageError(message, next_step="Special characters in a password must be percent-encoded, e.g. @ as %40.") from None
    text = {name: str(value) for name, value in parts.items() if value is not None}
    hosts = text.get("host", "").split(",")
    if len(hosts) > 1:
        message = "The address names several servers."
        raise UsageError(message, next_step="Name the one primary that is to be examined.")
    user = text.get("user") or unquote(url.split("//", 1)[1].split("@")[0].split(":")[0] if "@" in url else "")
    return Target(
        url=url,
        host=text.get("host", ""),
        hostaddr=text.get("hostaddr", ""),
        port=int(text.get("port") or 5432),
        database=text.get("dbname") or user,
        user=user,
        password=text.get("password", ""),
    )


def connect(url: str, *, application_name: str = APPLICATION_NAME, autocommit: bool = True) -> Connection:
    """Open a connection; raises CannotConnect with the server's own words, UsageError for an address that cannot be read."""
    parse_url(url)
    try:
        return psycopg.connect(
            url,
            autocommit=autocommit,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name=application_name,
            client_encoding="UTF8",
            prepare_threshold=None,
        )
    except psycopg.OperationalError as error:
        message = f"Cannot connect: {hide_passwords(str(error), secrets=parse_url(url).secrets).strip()}"
        raise CannotConnect(message, next_step="Check host, port, user and password; nothing was changed.") from None


def refuse_pooler(connection: Connection) -> None:
    """Raise PoolerInBetween when the process that answers is not the one that greeted us."""
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    if row and row[0] != connection.info.backend_pid:
        message = "A connection pooler stands between us and the server."
        raise PoolerInBetween(message, next_step="Give the server's own address: locks and settings must last for the whole run.")


def hide_passwords(text: str, *, secrets: tuple[str, ...] = ()) -> str:
    """The text without the given secrets and without the password of any address in it."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    text = re.sub(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):([^\s@'\"]+)@", rf"\1:{HIDDEN}@", text)
    return re.sub(r"(?i)\b(password|passwd|pwd|secret|api[_-]?key|token)(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)", rf"\1\2{HIDDEN}", text)


def sql_text(text: str) -> LiteralString:
    """Mark SQL that was put together by our own builders, or that is the app's own and meant to run, for the driver."""
    return cast(LiteralString, text)


def quoted(name: str) -> str:
    """An identifier in quotes, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string as an SQL literal, whatever it holds (standard_conforming_strings is on by default since 9.1)."""
    return "'" + value.replace("'", "''") + "'"
