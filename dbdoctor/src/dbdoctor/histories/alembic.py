"""Alembic: one row for each head; a mark moves a head, so it needs the files, which tell what follows what.

Source of the facts: sqlalchemy/alembic alembic/ddl/impl.py, runtime/migration.py (HeadMaintainer), command.py (stamp).
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import CannotMark, RowLedger, only_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration, name_of
from dbdoctor.model import Catalog


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision file; `down` are those it follows."""

    name: str
    file_name: str
    down: tuple[str, ...]
    needs: tuple[str, ...] = ()
    words: str = ""


class AlembicHistory(RowLedger):
    """The ledger `alembic_version` (or as `version_table` has it)."""

    tool = "Alembic"
    column = "version_num"
    places = Places(usual=("alembic/versions", "migrations/versions", "versions", "src/alembic/versions"), runs=re.compile(r"\.py$"))

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """The heads and all that they follow, in order; without files the heads alone."""
        heads = [self.entry(row) for row in rows]
        revisions = _revisions(self._versions(None))
        past = _past(heads, revisions)
        return [*(name for name in _in_order(revisions) if name in past), *(head for head in heads if head not in revisions)]

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """Every revision after those that it follows."""
        del state
        revisions = _revisions(self._versions(folder))
        return [Migration(name, revisions[name].words) for name in _in_order(revisions)]

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Files without a revision in them."""
        del state
        place = self._versions(folder)
        known = {revision.file_name for revision in _revisions(place).values()}
        return sorted(f.name for f in place.glob("*.py") if f.name not in known | {"__init__.py"}) if place else []

    def same(self, one: str, other: str) -> bool:
        """A revision may be written as its file's name, or shortened as git does."""
        short, long = sorted((bare(one), bare(other)), key=len)
        return short == long or (len(short) >= 4 and (long.startswith(f"{short}_") or f"_{short}_" in long))  # noqa: PLR2004 -- as Alembic

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """As `alembic stamp` would move the heads, where the revision comes next."""
        if self.records(migration, state):
            raise CannotMark("already_recorded")
        revisions = _revisions(self._versions(folder))
        if not revisions:
            raise CannotMark("no_folder")
        revision = next((r for r in revisions.values() if self.same(r.name, name_of(migration))), None)
        if revision is None:
            raise CannotMark("unknown_migration")
        heads = [self.entry(row) for row in state.rows]
        if not {*revision.down, *revision.needs} <= _past(heads, revisions):
            raise CannotMark("not_next")
        return self._moved([head for head in heads if head in revision.down], revision.name)

    def told(self, sql: str, pending: Sequence[str]) -> str | None:
        """A head is inserted, or moved by an UPDATE whose first value is the new one."""
        found = re.search(r"(?:SET\s+\S*?version_num\S*?\s*=|VALUES\s*\()\s*'([^']*)'", sql, re.IGNORECASE)
        if found is None:
            return None
        return found.group(1) if found.group(1) in pending else ""

    def up_to(self, command: str, migration: str) -> str | None:
        """`alembic upgrade REV`."""
        plain = re.match(r"^\w+$", migration)
        changed = re.sub(r"\bupgrade\s+heads?\s*$", f"upgrade {migration}", command)
        return changed if plain and changed != command else None

    def _moved(self, old: list[str], new: str) -> Mark:
        """The heads `old` give way to `new`; a branch's first revision comes beside them."""
        name, column = self.ledger, self.column
        if not old:
            return Mark(ledgers.insert(name, {column: ledgers.value(new)}), ledgers.delete(name, {column: new}))
        move = ledgers.update(name, {column: ledgers.value(new)}, {column: old[0]})
        back = ledgers.update(name, {column: ledgers.value(old[0])}, {column: new})
        for head in old[1:]:
            move = ledgers.together(ledgers.delete(name, {column: head}), move) if head == old[1] else move
            back = ledgers.together(ledgers.insert(name, {column: ledgers.value(head)}), back) if head == old[1] else back
        if len(old) > 2:  # noqa: PLR2004 -- a merge of two is one statement; of more, nobody has shown us one
            raise CannotMark("needs_values")
        return Mark(move, back)

    def _versions(self, folder: Path | None) -> Path | None:
        top = folder or self.folder
        if top is None:
            return None
        usual = [top / place for place in self.places.usual if _revisions(top / place)]
        return usual[0] if usual else next((p for p in folders_below(top) if _revisions(p)), None)


def detect(catalog: Catalog, folder: Path | None) -> Iterator[AlembicHistory]:
    """Any table with the column `version_num` alone."""
    for table in catalog.tables.values():
        if only_columns(table, "version_num"):
            yield AlembicHistory(table, folder=folder)


def _revisions(place: Path | None) -> dict[str, Revision]:
    if place is None or not place.is_dir():
        return {}
    found = {}
    for file in sorted(place.glob("*.py")):
        text = read_text(file)
        revision = _read(file, text) if "down_revision" in text else None
        if revision:
            found[revision.name] = revision
    return found


def _read(file: Path, text: str) -> Revision | None:
    """The values that the file's first lines give, read without running it."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    given: dict[str, tuple[str, ...]] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(target, ast.Name) and value is not None:
                given[target.id] = _texts(value)
    if not given.get("revision") or "down_revision" not in given:
        return None
    words = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Revision(
        name=given["revision"][0], file_name=file.name, down=given["down_revision"], needs=given.get("depends_on", ()), words=words
    )


def _texts(value: ast.expr) -> tuple[str, ...]:
    try:
        found = ast.literal_eval(value)
    except ValueError:
        return ()
    if isinstance(found, str):
        return (found,)
    return tuple(str(part) for part in found) if isinstance(found, tuple | list) else ()


def _past(heads: Sequence[str], revisions: Mapping[str, Revision]) -> set[str]:
    past: set[str] = set()
    left = list(heads)
    while left:
        name = left.pop()
        if name not in past:
            past.add(name)
            left += [*revisions[name].down, *revisions[name].needs] if name in revisions else []
    return past


def _in_order(revisions: Mapping[str, Revision]) -> list[str]:
    """Each after those it follows; among equals, by file name."""
    done: list[str] = []
    left = dict(revisions)
    while left:
        ready = [r for r in left.values() if not any(d in left for d in (*r.down, *r.needs))] or list(left.values())
        first = min(ready, key=lambda r: r.file_name)
        done.append(first.name)
        del left[first.name]
    return done
