"""The ledger beside what is known of the app's migrations, as the checks look at it."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from dbdoctor.checks import LedgerView
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.histories import History, LedgerState, Migration, detect_all
from dbdoctor.model import Catalog


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """One migration tool's ledger as it was read, with the tool's file, the app's folder and what is known of its migrations."""

    history: History
    state: LedgerState
    folder: Path | None = None
    known: tuple[Migration, ...] = ()

    @property
    def view(self) -> LedgerView:
        """What checks look at."""
        recorded = tuple(m for m in self.known if self.history.records(m, self.state))
        return LedgerView(
            tool=self.history.tool,
            table=self.history.ledger,
            applied=self.state.applied,
            unfinished=self.state.unfinished,
            recorded=recorded,
            pending=tuple(m for m in self.known if m not in recorded),
            lock=self.state.lock,
        )


def open_book(connection: Connection, catalog: Catalog, *, folder: Path | None = None, names: Sequence[Migration] = ()) -> Book | None:
    """The ledger of this database; of several the one that knows the given migrations best. `names` stand in for a folder."""
    books = [_book(connection, history, folder, names=names) for history in detect_all(catalog, folder)]
    return max(books, key=lambda book: len(book.view.recorded), default=None)


def _book(connection: Connection, history: History, folder: Path | None, *, names: Sequence[Migration]) -> Book:
    state = history.state(connection)
    known = tuple(names) or tuple(history.known(folder, state))
    return Book(history=history, state=state, folder=folder, known=known)
