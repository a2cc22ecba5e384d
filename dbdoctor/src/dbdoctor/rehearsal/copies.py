"""The target's schema, rows and ledger on a server of our own, cloned afresh for each attempt."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import administration, invalid_indexes, roles, silent_keys, transfer
from dbdoctor.databases.postgresql.connection import Connection, Target, connect
from dbdoctor.embedded import Binaries
from dbdoctor.errors import DoctorError
from dbdoctor.model import Reference
from dbdoctor.rehearsal.sandbox import Sandbox

BASE = "dbdoctor_base"
OFFICE = "dbdoctor_office"


class ExtensionMissing(DoctorError):
    """The copy's server cannot have an extension the target uses."""

    kind = "failed"


class CopyIncomplete(DoctorError):
    """Something of the target could not be made on the copy's server."""

    kind = "failed"


class Copy:
    """A base database that holds what the target holds, and one clone of it under the target's own name at a time.

    Under the target's own name, because an app may have it in its code.
    """

    def __init__(self, *, sandbox: Sandbox, target: Target, tools: Binaries) -> None:
        self.sandbox = sandbox
        self.target = target
        self.tools = tools
        self._office = self._open_office()
        self._settings: list[administration.Statement] = []
        self.sampled: dict[str, tuple[int, int]] = {}

    def _open_office(self) -> Connection:
        with connect(self.sandbox.url(database="postgres")) as first:
            administration.create_database(first, OFFICE)
        return connect(self.sandbox.url(database=OFFICE))

    def fill(self, source: Connection, *, wanted: Sequence[Reference] = ()) -> None:
        """Bring roles, schema and rows over, of big tables a part (`sampled` says which) with rows that break what is `wanted`.

        Raises ExtensionMissing with what to install.
        """
        missing = roles.missing_extensions(source, self._office)
        if missing:
            message = f"The copy cannot have the extension {', '.join(missing)}: PostgreSQL {self.tools.major} here comes without it."
            raise ExtensionMissing(
                message, next_step=f"Install PostgreSQL {source.info.server_version // 10000} with its contrib package here."
            )
        roles.copy_roles(source, self._office)
        self._settings = list(roles.database_settings(source))
        administration.create_database(self._office, BASE)
        with tempfile.TemporaryDirectory(prefix="dbdoctor-") as folder:
            failed, self.sampled = transfer.copy_database(
                source,
                tools=self.tools.folder,
                url=self.target.url,
                to=self.sandbox.url(database=BASE),
                folder=Path(folder),
                wanted=wanted,
            )
        with self.open_base() as base:
            wanting = silent_keys.make_as_they_were(base, source)
            invalid_indexes.make_as_they_were(base, source)
        if len(failed) > wanting:
            message = f"The copy is not complete: {failed[0]}"
            raise CopyIncomplete(message, next_step="Nothing was changed. Install the same PostgreSQL here that the target runs on.")

    def fresh(self) -> None:
        """Make the clone anew from the base."""
        self.drop()
        administration.create_database(self._office, self.target.database, template=BASE, like=self.target.user)
        for statement in self._settings:
            self._office.execute(statement)

    def drop(self) -> None:
        """End every session of the clone and remove it."""
        administration.drop_database(self._office, self.target.database)

    def open(self, *, as_app: bool = False) -> Connection:
        """A connection to the clone, as our own superuser or as the app's user."""
        return connect(self.sandbox.url(database=self.target.database, user=self.target.user if as_app else "postgres"))

    def open_base(self) -> Connection:
        """A connection to the untouched base."""
        return connect(self.sandbox.url(database=BASE))

    @property
    def office(self) -> Connection:
        """A connection of our own that is in no clone."""
        return self._office

    def close(self) -> None:
        """Close our own connection."""
        self._office.close()
