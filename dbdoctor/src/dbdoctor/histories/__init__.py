"""Migration ledgers: one file per migration tool. Reads state, knows how to mark, judges nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from dbdoctor.model import Catalog, TableName


class History(Protocol):
    """What the doctor needs to know of a migration tool's ledger."""

    tool: str
    ledger: TableName
    column: str

    def known(self, folder: Path | None, applied: Sequence[str]) -> list[str]:
        """The app's migrations in the order the tool runs them; empty when the folder cannot be found."""
        ...

    def unseen(self, folder: Path | None, applied: Sequence[str]) -> list[str]:
        """Files that look like migrations but that the tool never runs."""
        ...

    def mark_sql(self, migration: str) -> str:
        """The statement that records a migration as completed."""
        ...

    def unmark_sql(self, migration: str) -> str:
        """The statement that takes such a record back."""
        ...

    def up_to(self, command: str, migration: str) -> str | None:
        """The migrate command that stops after `migration`, or None when the tool has none."""
        ...


def detect(catalog: Catalog) -> History | None:
    """The tool whose ledger this database holds."""
    from dbdoctor.histories import sequelize  # noqa: PLC0415 -- the registry of one imports its members late, so that they can import the protocol

    return sequelize.detect(catalog)
