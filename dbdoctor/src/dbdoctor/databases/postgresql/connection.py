"""Connecting to PostgreSQL: what the address means, what is refused at the door, and how secrets are kept out of text."""

import re
from functools import lru_cache
from typing import Any, LiteralString
from urllib.parse import quote

import msgspec
import psycopg
from psycopg import conninfo

from dbdoctor.errors import DoctorError, UsageError

Connection = psycopg.Connection[tuple[Any, ...]]
SqlError = psycopg.Error

CONNECT_TIMEOUT_S = 10
APPLICATION_NAME = "dbdoctor"
HIDDEN = "•••"
ENCODE = "Special characters in a password must be percent-encoded, e.g. @ as %40, / as %2F, : as %3A."


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
    text = {name: str(value) for name, value in _parts(url).items() if value is not None}
    host, port = text.get("host", ""), text.get("port") or "5432"
    if "," in host or "," in port or "," in text.get("hostaddr", ""):
        message = "The address names several servers."
        raise UsageError(message, next_step="Name the one primary that is to be examined.")
    if "@" in host or "@" in _place(url) or not port.isascii() or not port.isdigit():
        # Part of a password with a bare @, / or : in it would be taken for the host, the port or the database, and shown.
        message = "The address cannot be read: host, port or database cannot be told from the password."
        raise UsageError(message, next_step=ENCODE)
    user = text.get("user", "")
    return Target(
        url=url,
        host=host,
        hostaddr=text.get("hostaddr", ""),
        port=int(port),
        database=text.get("dbname") or user,
        user=user,
        password=text.get("password", ""),
    )


def _parts(url: str) -> dict[str, Any]:
    """What libpq reads in the address. Its own words are told only where they are not about the password."""
    try:
        return dict(conninfo.conninfo_to_dict(url))
    except psycopg.Error:
        pass
    said = "a character in it must be percent-encoded."
    try:
        conninfo.conninfo_to_dict(_without_secrets(url))
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
    message = f"The address cannot be read: {said}"
    raise UsageError(message, next_step=ENCODE)


def _without_secrets(url: str) -> str:
    """The address with everything blotted out that may be part of a password, even a wrongly written one."""
    scheme, rest = url.split("//", 1)
    rest = re.sub(r"^([^:/?@]*):.*@", r"\1:x@", rest, flags=re.DOTALL)
    return f"{scheme}//" + re.sub(r"(?i)([?&]\w*(?:password|pass|key)=)[^&]*", r"\1x", rest)


def _place(url: str) -> str:
    """What comes after the first @ of an address (after its // when there is none), up to the question mark: host, port, database."""
    rest = url.split("//", 1)[1]
    user, at, place = rest.partition("@")
    return (place if at and "/" not in user else rest).split("?", 1)[0]


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
    text = re.sub(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):([^\s'\"]+)@", rf"\1:{HIDDEN}@", text)
    named = r"(?i)(\b\w*(?:password|passwd|pwd|passphrase|secret|api[_-]?key|token)[\"']?)(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
    return re.sub(named, rf"\1\2{HIDDEN}", text)


def sql_text(text: str) -> LiteralString:
    """Mark SQL that was put together by our own builders, or that is the app's own and meant to run, for the driver."""
    return text


@lru_cache(maxsize=4096)  # a catalog names `id` thousands of times
def quoted(name: str) -> str:
    """An identifier in quotes, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string as an SQL literal, whatever it holds (standard_conforming_strings is on by default since 9.1)."""
    return "'" + value.replace("'", "''") + "'"
