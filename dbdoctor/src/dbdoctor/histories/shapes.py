"""What is known of a migration tool's ledger, in neutral words, and what each tool's file can do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.model import TableName


class Migration(msgspec.Struct, frozen=True):
    """One migration of an app: the name its tool knows it by, and what is known of it (SQL, or words)."""

    name: str
    words: str = ""


class ToolLock(msgspec.Struct, frozen=True, kw_only=True):
    """The tool's own lock row. `holders` are the sessions that may still need it: none means it was left behind."""

    table: TableName
    held: bool
    holder: str = ""
    since: str = ""
    release_sql: str = ""
    undo_sql: str = ""
    holders: tuple[str, ...] = ()

    @property
    def left_behind(self) -> bool:
        """Whether it is held and nobody is there who could hold it."""
        return self.held and not self.holders


class LedgerState(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger says. `unfinished`: begun and not ended (dirty, failed), as far as it tells; `rows` are its rows as text."""

    tool: str
    table: TableName
    applied: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    lock: ToolLock | None = None
    rows: tuple[LedgerRow, ...] = ()


class Mark(msgspec.Struct, frozen=True):
    """One statement that changes a ledger, and the one that takes exactly this back."""

    sql: str
    undo_sql: str


class History(Protocol):
    """What the doctor needs to know of a migration tool."""

    @property
    def tool(self) -> str:
        """The tool's name."""
        ...

    @property
    def ledger(self) -> TableName:
        """The table it keeps its ledger in."""
        ...

    def state(self, connection: Connection) -> LedgerState:
        """Read the ledger and the tool's own lock."""
        ...

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The app's migrations in the order the tool runs them; empty when the folder cannot be found."""
        ...

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Files that lie beside the migrations but that the tool never runs."""
        ...

    def same(self, one: str, other: str) -> bool:
        """Whether two spellings name the same migration, as people shorten and lengthen them."""
        ...

    def records(self, migration: Migration | str, state: LedgerState) -> bool:
        """Whether the ledger says that it is applied."""
        ...

    def mark(self, migration: Migration | str, *, state: LedgerState, folder: Path | None) -> Mark | None:
        """The statement that records it as applied; None where that cannot be done rightly: `why_not` tells the reason."""
        ...

    def why_not(self, migration: Migration | str, *, state: LedgerState, folder: Path | None) -> str:
        """A stable code for why `mark` gives None: no_folder, unknown_migration, not_next, already_recorded, read_only, needs_values."""
        ...

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """The statement after which the tool runs the unfinished migration again; None where there is none, or no right one."""
        ...

    def told(self, sql: str, pending: Sequence[str]) -> str | None:
        """Which of `pending` a write into the ledger records as done: '' where it does not say which, None where it records none."""
        ...

    def is_own(self, table: str) -> bool:
        """Whether a table of that name is the tool's own: its ledger, its lock, what it keeps beside them."""
        ...

    def up_to(self, command: str, migration: str) -> str | None:
        """The migrate command that stops after `migration`, or None when the tool has none."""
        ...


def name_of(migration: Migration | str) -> str:
    """Its name, given either way."""
    return migration if isinstance(migration, str) else migration.name
