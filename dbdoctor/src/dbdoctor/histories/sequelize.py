"""Sequelize CLI (umzug 2): one row per file name with its ending; no transaction around a migration.

Source of the facts: sequelize/umzug src/storage/sequelize.ts, sequelize/cli src/core/migrator.js.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.histories.folders import Places, mentions
from dbdoctor.histories.names import as_javascript_sorts
from dbdoctor.histories.rowwise import RowLedger, ending_of_others, has_columns, must_be_given
from dbdoctor.histories.shapes import LedgerState
from dbdoctor.model import Catalog, Table

# 'migrations-path': path.resolve(…) over however many lines, or an expression that ends with its line, a comma or the object.
_RC_PATH = re.compile(
    r"""(?<!//)(?<!// )(?<!/\* )['"]?\bmigrations-?[pP]ath['"]?\s*[:=]\s*((?:\w+\.)?(?:resolve|join)\([^)]*\)|(?:\$\{\w+\}|[^,\n}])*)"""
)
_STORAGE = ("config/*", "config.*", ".sequelizerc", "src/config/*", "db/config*", "database/config*")
_IN_NAME = r"""migrationStorageTableName['"]?\s*:\s*['"`]{}['"`]"""


class SequelizeHistory(RowLedger):
    """The ledger `SequelizeMeta`, or as `migrationStorageTableName` has it."""

    tool = "Sequelize"
    keeps_ending = True
    places = Places(
        usual=("migrations", "db/migrations", "src/migrations", "src/db/migrations", "database/migrations", "server/migrations"),
        # sequelize-cli takes .js, .cjs, .ts and .cts files, declaration files aside.
        runs=re.compile(r"^(?!.*\.d\.ts$).*\.(cjs|js|cts|ts)$"),
        settings=(".sequelizerc", ".sequelizerc.js", ".sequelizerc.cjs"),
        setting=_RC_PATH,
    )

    def file_order(self, file_name: str) -> object:
        """By UTF-16 code units."""
        return as_javascript_sorts(file_name)

    def plausible(self, name: str, state: LedgerState) -> str:
        """With the ending of the others."""
        return ending_of_others(name, state)

    def up_to(self, command: str, migration: str) -> str | None:
        """`db:migrate --to NAME` where the command calls the CLI itself."""
        return f"{command} --to {migration}" if re.search(r"\bdb:migrate\s*$", command) and re.match(r"^[\w.@:+-]+$", migration) else None


def detect(catalog: Catalog, folder: Path | None) -> Iterator[SequelizeHistory]:
    """A table `SequelizeMeta` with a name, or the one that the app's settings call so."""
    for table in catalog.tables.values():
        if has_columns(table, "name") and (table.name.name == "SequelizeMeta" or _is_named(table, folder)):
            yield SequelizeHistory(table, folder=folder)


def _is_named(table: Table, folder: Path | None) -> bool:
    lone = not any(must_be_given(c) for c in table.columns if c.name not in {"name", "createdAt", "updatedAt"})
    return lone and mentions(folder, _STORAGE, _IN_NAME.format(re.escape(table.name.name)))
