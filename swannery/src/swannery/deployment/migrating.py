"""Our own schema, brought up to date by Alembic: one transaction a migration, short locks, its ledger beside the tables."""

import os
import time
from pathlib import Path

import msgspec
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from swannery.config import Users
from swannery.deployment import queries
from swannery.deployment.catalog import quoted
from swannery.foundation.errors import SwanneryError, Unreachable

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_S = 2.0
TRIES = 6
LOCK_NOT_AVAILABLE, DEADLOCK = "55P03", "40P01"


class NewerSchema(SwanneryError):
    """The schema was made by a later version than this one."""

    kind = "conflict"


class MigrationHost(msgspec.Struct, frozen=True, kw_only=True):
    """What our migrations must know of the app; names are quoted and ready for `op.execute`."""

    key_type: str
    link: str
    users_table: str
    users_key: str

    @classmethod
    def of(cls, users: Users) -> "MigrationHost":
        """Take it from the mapping. `op.execute` reads :name as a parameter, so colons are escaped."""
        table = f"{quoted(users.schema)}.{quoted(users.table)}".replace(":", r"\:")
        return cls(key_type=users.key_type, link=users.link, users_table=table, users_key=quoted(users.id).replace(":", r"\:"))


def pending(revision: str, *, more: tuple[Path, ...] = ()) -> tuple[str, ...]:
    """Return the revisions that are still to come after this one, in their order; raises NewerSchema for one nobody here knows."""
    return _pending(_settings(more), revision)


def _settings(more: tuple[Path, ...]) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", _plain(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("version_locations", os.pathsep.join(_plain(folder) for folder in (MIGRATIONS / "versions", *more)))
    return settings


def _plain(folder: Path) -> str:
    return str(folder).replace("%", "%%")  # Alembic reads its settings with ConfigParser's interpolation


def _pending(settings: AlembicConfig, revision: str, *, to: str = "head") -> tuple[str, ...]:
    scripts = ScriptDirectory.from_config(settings)
    try:
        steps = list(scripts.iterate_revisions(to, revision or "base"))
    except RevisionError:
        message = f"The schema swannery is at revision {revision}, which this version does not know."
        raise NewerSchema(message, next_step="Deploy with the version that made it, or a later one.") from None
    return tuple(step.revision for step in reversed(steps))


def upgrade(url: str, *, users: Users, revision: str, more: tuple[Path, ...] = (), to: str = "head") -> tuple[str, ...]:
    """Run what is pending, each migration in a transaction of its own, the first one together with the schema; returns what ran."""
    settings = _settings(more)
    settings.attributes["host"] = MigrationHost.of(users)
    steps = _pending(settings, revision, to=to)
    for step in steps:
        _run(url, settings, step)
    return steps


def _run(url: str, settings: AlembicConfig, revision: str) -> None:
    """Try again when the app holds a lock: waiting longer in line would make the app wait behind us."""
    for attempt in range(1, TRIES + 1):
        try:
            with queries.connected(url) as connection, connection.begin():
                _upgrade_to(connection, settings, revision)
        except DBAPIError as error:
            if queries.sqlstate_of(error) not in {LOCK_NOT_AVAILABLE, DEADLOCK}:
                raise
            if attempt == TRIES:
                message = "The app's users table is busy: somebody holds a lock on it for long."
                raise Unreachable(message, next_step="Nothing was changed. Try again when less is going on.") from None
            time.sleep(0.2 * 2**attempt)
        else:
            return


def _upgrade_to(connection: Connection, settings: AlembicConfig, revision: str) -> None:
    queries.limit_locks(connection, seconds=LOCK_S)
    queries.create_schema(connection)
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
