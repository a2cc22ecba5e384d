"""What the ledger has to be told once a statement is cured."""

from collections.abc import Sequence

from dbdoctor.findings import Evidence, MarkStep, SqlStep, Step
from dbdoctor.rehearsal.ledger_views import Book


def mark_of(book: Book | None, migration: str) -> MarkStep | None:
    """The entry that records a migration whose effects are all there; None where it cannot be made rightly."""
    mark = book.history.mark(_known(book, migration), state=book.state, folder=book.folder) if book and migration else None
    if book is None or mark is None:
        return None
    return MarkStep(
        tool=book.history.tool,
        table=str(book.history.ledger),
        migration=migration,
        sql=mark.sql,
        undo_sql=mark.undo_sql,
        verdict="applied",
        reason="already_there",
        evidence=(Evidence(query=f"what {migration} makes", answer="all of it is there, as wanted"),),
    )


def for_the_ledger(book: Book | None, script: Sequence[str], *, replaced: bool) -> tuple[Step, ...]:
    """A migration that the tool holds for unfinished: after the cure it is to run again, or (where the statement was replaced) is done."""
    if book is None or not book.state.unfinished or not script or replaced:
        return ()
    settled = book.history.settle_unfinished(book.state, list(book.known))
    if settled is None:
        return ()
    facts: dict[str, str | int | float | bool | list[str] | None] = {
        "tool": book.history.tool, "ledger": str(book.history.ledger), "migration": book.state.unfinished[0],
    }  # fmt: skip
    return (SqlStep(code="settle_ledger", sql=settled.sql, undo_sql=settled.undo_sql, writes=(book.history.ledger,), facts=facts),)


def _known(book: Book, migration: str) -> str:
    return next((m.name for m in book.known if book.history.same(m.name, migration)), migration)
