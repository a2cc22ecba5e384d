"""Migration ledgers: one file per migration tool. Reads state, knows how to mark, judges nothing."""

from collections.abc import Callable, Iterable
from pathlib import Path

from dbdoctor.histories import (
    alembic,
    atlas,
    django,
    drizzle,
    flyway,
    golang_migrate,
    knex,
    laravel,
    liquibase,
    mikro_orm,
    node_pg_migrate,
    numbered,
    pgroll,
    plain,
    prisma,
    sequelize,
    typeorm,
    yoyo,
)
from dbdoctor.histories.names import read_names
from dbdoctor.histories.shapes import History, LedgerState, Mark, Migration, ToolLock, name_of
from dbdoctor.model import Catalog, TableName

__all__ = ["History", "LedgerState", "Mark", "Migration", "ToolLock", "detect", "detect_all", "name_of", "own_tables", "read_names"]

# The plainest last: each table is taken by the first that recognises it.
_TOOLS: tuple[Callable[[Catalog, Path | None], Iterable[History]], ...] = (
    sequelize.detect, prisma.detect, django.detect, alembic.detect, flyway.detect, liquibase.detect, yoyo.detect, atlas.detect,
    pgroll.detect, golang_migrate.detect, numbered.detect, knex.detect, laravel.detect, typeorm.detect, mikro_orm.detect,
    node_pg_migrate.detect, drizzle.detect, plain.detect,
)  # fmt: skip


def own_tables(history: History, names: Iterable[TableName]) -> list[TableName]:
    """The tables among these that the tool keeps for itself; they lie together, in one schema."""
    return [name for name in names if name.schema == history.ledger.schema and history.is_own(name.name)]


def detect(catalog: Catalog, folder: Path | None = None) -> History | None:
    """The tool whose ledger this database holds; of several the most likely one."""
    return next(iter(detect_all(catalog, folder)), None)


def detect_all(catalog: Catalog, folder: Path | None = None) -> list[History]:
    """Every ledger, the most likely first: one whose migrations lie in `folder`, a known tool's, one on the search path."""
    found: dict[TableName, History] = {}
    for recognise in _TOOLS:
        for history in recognise(catalog, folder):
            found.setdefault(history.ledger, history)

    def likely(history: History) -> tuple[bool, bool, bool]:
        empty = LedgerState(tool=history.tool, table=history.ledger)
        in_folder = folder is not None and len(found) > 1 and bool(history.known(folder, empty))
        return not in_folder, isinstance(history, plain.PlainHistory), history.ledger.schema not in catalog.search_path

    return sorted(found.values(), key=likely)
