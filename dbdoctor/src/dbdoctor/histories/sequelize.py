"""Sequelize CLI (umzug 2): one row per file name with its ending; no transaction around a migration.

Source of the facts: sequelize/umzug src/storage/sequelize.ts, sequelize/cli src/core/migrator.js.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from dbdoctor.databases.postgresql.connection import literal, quoted
from dbdoctor.model import Catalog, TableName

_FOLDERS = ("migrations", "db/migrations", "src/migrations", "src/db/migrations", "database/migrations", "server/migrations")
# sequelize-cli takes .js, .cjs, .ts and .cts files, declaration files aside.
_RUNS = re.compile(r"^(?!.*\.d\.ts$).*\.(cjs|js|cts|ts)$")
# 'migrations-path': path.resolve(…) over however many lines, or an expression that ends with its line, a comma or the object.
_RC_PATH = re.compile(r"""['"]?migrations-?[pP]ath['"]?\s*[:=]\s*(?:(?:\w+\.)?(?:resolve|join)\(([^)]*)\)|((?:\$\{\w+\}|[^,\n}])*))""")
_RC_PART = re.compile(r"""['"`](?:\$\{__dirname\})?([^'"`]+)['"`]""")
_RC_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.DOTALL)


class SequelizeHistory:
    """The ledger `SequelizeMeta`."""

    tool = "Sequelize"
    column = "name"

    def __init__(self, ledger: TableName) -> None:
        self.ledger = ledger

    def known(self, folder: Path | None, applied: Sequence[str]) -> list[str]:
        """File names in the order in which umzug runs them: by UTF-16 code units, as JavaScript compares."""
        found = _migrations_folder(folder, applied)
        names = [file.name for file in found.iterdir() if file.is_file() and _RUNS.match(file.name)] if found else []
        return sorted(names, key=_as_javascript_sorts)

    def unseen(self, folder: Path | None, applied: Sequence[str]) -> list[str]:
        """Files beside the migrations whose ending the tool does not take."""
        found = _migrations_folder(folder, applied)
        if not found:
            return []
        return sorted(f.name for f in found.iterdir() if f.is_file() and not _RUNS.match(f.name) and not f.name.startswith("."))

    def mark_sql(self, migration: str) -> str:
        """Umzug's logMigration: one row with the file's name."""
        return f"INSERT INTO {quoted(self.ledger.schema)}.{quoted(self.ledger.name)} ({quoted(self.column)}) VALUES ({literal(migration)})"

    def unmark_sql(self, migration: str) -> str:
        """Umzug's unlogMigration."""
        return f"DELETE FROM {quoted(self.ledger.schema)}.{quoted(self.ledger.name)} WHERE {quoted(self.column)} = {literal(migration)}"

    def up_to(self, command: str, migration: str) -> str | None:
        """`db:migrate --to NAME` where the command calls the CLI itself."""
        return f"{command} --to {migration}" if re.search(r"\bdb:migrate\s*$", command) and re.match(r"^[\w.@:+-]+$", migration) else None


def detect(catalog: Catalog) -> SequelizeHistory | None:
    """The ledger on the search path, or the only one anywhere."""
    named = [t.name for t in catalog.tables.values() if t.name.name == "SequelizeMeta" and t.column("name")]
    on_path = [n for n in named if n.schema in catalog.search_path]
    chosen = on_path or named
    return SequelizeHistory(chosen[0]) if chosen else None


def _migrations_folder(folder: Path | None, applied: Sequence[str]) -> Path | None:
    """Where the files are: .sequelizerc says it, else the usual folder that holds most of the ledger's names."""
    if folder is None:
        return None
    candidates = [folder / part for part in _FOLDERS]
    settings = folder / ".sequelizerc"
    if settings.is_file():
        found = _RC_PATH.search(_RC_COMMENT.sub("", settings.read_text(errors="replace")))
        parts = [part.lstrip("/") for part in _RC_PART.findall(found.group(1) or found.group(2) or "")] if found else []
        if parts:
            candidates.insert(0, folder.joinpath(*parts))
    existing = [c for c in candidates if c.is_dir()]
    if not existing:
        return None
    names = set(applied)
    return max(existing, key=lambda c: (len(names & {f.name for f in c.iterdir()}), -existing.index(c)))


def _as_javascript_sorts(name: str) -> bytes:
    return name.encode("utf-16-be", errors="surrogatepass")
