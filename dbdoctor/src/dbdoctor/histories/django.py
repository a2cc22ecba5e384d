"""Django: one row per (app, name); a row always means that it is applied.

Source of the facts: django/django django/db/migrations/recorder.py, executor.py, loader.py.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Migration
from dbdoctor.model import Catalog

_JOINED = re.compile(r"[/.:\s]+")


class DjangoHistory(RowLedger):
    """The ledger `django_migrations`."""

    tool = "Django"
    places = Places(usual=(), runs=re.compile(r"^(?![_~])\w+\.py$"))

    def entry(self, row: LedgerRow) -> str:
        """`app.name`."""
        return f"{row['app']}.{row['name']}"

    def identity(self, name: str) -> str:
        """`app.name`, however the two are joined: `intake/0001_initial`, `intake/migrations/0001_initial.py`, `intake 0001_initial`."""
        parts = [part for part in _JOINED.split(name.strip().removesuffix(".py")) if part not in {"", "migrations"}]
        return ".".join(parts[-2:])

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The apps' own migrations, each after those it depends on; those of installed packages are not in the folder."""
        del state
        needs = _dependencies(folder or self.folder)
        done: dict[str, None] = {}
        left = dict(needs)
        while left:
            ready = [name for name, before in left.items() if not any(b in left for b in before)] or list(left)
            done[min(ready)] = None
            del left[min(ready)]
        return [Migration(name) for name in done]

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Django takes every module of a migrations package."""
        del folder, state
        return []

    def plausible(self, name: str, state: LedgerState) -> str:
        """`app.name`."""
        del state
        return self.identity(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """As `migrate --fake`."""
        del state, folder
        app, dot, own = name.partition(".")
        if not dot:
            raise CannotMark("unknown_migration")
        return {"app": ledgers.value(app), "name": ledgers.value(own), "applied": "now()"}

    def key(self, name: str) -> LedgerRow:
        """App and name."""
        app, _, own = name.partition(".")
        return {"app": app, "name": own}

    def up_to(self, command: str, migration: str) -> str | None:
        """`migrate APP NAME`; Django runs what it depends on as well."""
        app, _, own = migration.partition(".")
        plain = re.search(r"\bmigrate\s*$", command) and re.match(r"^\w+\.\w+$", migration)
        return f"{command} {app} {own}" if plain else None


def detect(catalog: Catalog, folder: Path | None) -> Iterator[DjangoHistory]:
    """The table's own name and columns."""
    for table in catalog.tables.values():
        if table.name.name == "django_migrations" and has_columns(table, "app", "name", "applied"):
            yield DjangoHistory(table, folder=folder)


def _dependencies(folder: Path | None) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place in folders_below(folder) if folder else ():
        if place.name != "migrations" or not (place / "__init__.py").is_file():
            continue
        for file in sorted(place.glob("*.py")):
            text = read_text(file) if DjangoHistory.places.runs.match(file.name) else ""
            if "Migration" in text:
                found[f"{place.parent.name}.{file.stem}"] = list(_needs(text))
    return found


def _needs(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if not any(isinstance(t, ast.Name) and t.id == "dependencies" for t in targets) or not isinstance(value, ast.List | ast.Tuple):
            continue
        for pair in (p for p in value.elts if isinstance(p, ast.Tuple)):
            parts = [p.value for p in pair.elts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            if len(parts) == 2:  # noqa: PLR2004 -- (app, name); swappable ones are calls
                yield f"{parts[0]}.{parts[1]}"
