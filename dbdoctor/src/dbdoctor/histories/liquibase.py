"""Liquibase: one row per change set, known by id, author and file; a lock row that a killed run leaves behind.

Source of the facts: liquibase/liquibase CreateDatabaseChangeLogTableGenerator.java, MarkChangeSetRanGenerator.java,
StandardLockService.java. A missing MD5SUM is filled in by the next update, so it is left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Migration, ToolLock
from dbdoctor.model import Catalog, TableName

_MASTERS = ("changelog", "master", "root", "main", "db.")
_XML_SET = re.compile(r"<changeSet\b([^>]*)>(.*?)(?:</changeSet>|\Z)|<include\b([^>]*?)/?>|<includeAll\b([^>]*?)/?>", re.DOTALL)
_XML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SQL_TAG = re.compile(r"<sql\b[^>]*>(.*?)</sql>", re.DOTALL)
_SQL_SET = re.compile(r"^--\s*changeset\s+(\S+?):(\S+)[^\n]*\n(.*?)(?=^--\s*changeset\s|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_YAML_SET = re.compile(r"^\s*-?\s*\"?(?:changeSet\"?\s*:|(id|author|file|path)\"?\s*:\s*[\"']?([^\"'\n,}]+?)[\"']?\s*,?\s*$)", re.MULTILINE)


class LiquibaseHistory(RowLedger):
    """The ledger `databasechangelog`; a change set is called `file::id::author`."""

    tool = "Liquibase"
    ordered_by = "orderexecuted"
    places = Places(usual=(), runs=re.compile(r"\.(xml|sql|ya?ml|json)$"))

    def entry(self, row: LedgerRow) -> str:
        """`file::id::author`, as Liquibase prints it."""
        return f"{row['filename']}::{row['id']}::{row['author']}"

    def same(self, one: str, other: str) -> bool:
        """The file may be written with or without folders; an id alone names its change set too."""
        mine, theirs = one.strip().split("::"), other.strip().split("::")
        if len(mine) == len(theirs) == 3:  # noqa: PLR2004 -- file, id, author
            return mine[1:] == theirs[1:] and _file_fits(mine[0], theirs[0])
        short, long = sorted((mine, theirs), key=len)
        alone = len(short) == 1 and len(long) == 3  # noqa: PLR2004 -- an id, and file, id, author
        return bool(one.strip()) and (short[0] == long[1] if alone else short == long)

    def identity(self, name: str) -> str:
        """The whole name."""
        return name.strip()

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The change sets of the app's change logs, in order, includes followed."""
        top = folder or self.folder
        if top is None:
            return []
        found: dict[tuple[str, str], Migration] = {}
        for log in _logs(top):
            for name, words in _change_sets(log, top, frozenset()):
                file, id_, author = name.split("::")
                spelled = next((n for n in state.applied if self.same(n, name)), name)
                found.setdefault((id_, f"{author}|{Path(file).name}"), Migration(spelled, words))
        return list(found.values())

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Change logs include what they like: nothing can be told."""
        del folder, state
        return []

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """As `mark-next-changeset-ran`."""
        del state, folder
        if name.count("::") != 2:  # noqa: PLR2004 -- file, id, author
            raise CannotMark("no_folder")
        file, id_, author = name.split("::")
        return {
            "id": ledgers.value(id_), "author": ledgers.value(author), "filename": ledgers.value(file), "dateexecuted": "now()",
            "orderexecuted": ledgers.next_number(self.ledger, "orderexecuted"), "exectype": "'MARK_RAN'",
        }  # fmt: skip

    def key(self, name: str) -> LedgerRow:
        """Id, author and file."""
        file, id_, author = name.split("::")
        return {"id": id_, "author": author, "filename": file, "exectype": "MARK_RAN"}

    def traces(self, name: str) -> tuple[str, ...]:
        """Id and author; the file may be spelled otherwise."""
        return tuple(name.split("::")[1:])

    def read_lock(self, connection: Connection) -> ToolLock | None:
        """The one row of the lock's table, with who took it and when."""
        if self.lock is None:
            return None
        name = self.lock.name
        rows = ledgers.read_rows(connection, self.lock)
        row = next((r for r in rows if r["locked"] == "true"), None)
        if row is None:
            return ToolLock(table=name, held=False)
        free = ledgers.values({"locked": "false", "lockgranted": None, "lockedby": None})
        before = {column: row[column] for column in ("locked", "lockgranted", "lockedby")}
        return ToolLock(
            table=name,
            held=True,
            holder=row["lockedby"] or "",
            since=row["lockgranted"] or "",
            release_sql=ledgers.update(name, free, {"id": row["id"], **before}),
            undo_sql=ledgers.update(name, ledgers.values(before), {"id": row["id"], "locked": "false"}),
            holders=ledgers.may_hold(connection, ledger=self.ledger, lock=name),
        )


def detect(catalog: Catalog, folder: Path | None) -> Iterator[LiquibaseHistory]:
    """Any table with Liquibase's columns; PostgreSQL folds their names."""
    for table in catalog.tables.values():
        if has_columns(table, "id", "author", "filename", "orderexecuted", "exectype", "md5sum"):
            lock = catalog.tables.get(TableName(table.name.schema, f"{table.name.name}lock"))
            yield LiquibaseHistory(table, folder=folder, lock=lock if lock and lock.column("locked") else None)


def _file_fits(one: str, other: str) -> bool:
    short, long = sorted((one.removeprefix("classpath:"), other.removeprefix("classpath:")), key=len)
    return long == short or long.endswith(f"/{short.removeprefix('./')}") or Path(short).name == Path(long).name == short


def _logs(top: Path) -> list[Path]:
    """The change logs, masters first, so that their order counts."""
    found = [
        file
        for place in folders_below(top)
        for file in sorted(place.iterdir())
        if file.is_file() and LiquibaseHistory.places.runs.search(file.name) and _is_log(file)
    ]
    return sorted(found, key=lambda f: (not any(word in f.name.lower() for word in _MASTERS), len(f.parts), f.name))


def _is_log(file: Path) -> bool:
    head = read_text(file)[:20_000]
    return "databaseChangeLog" in head or "--liquibase formatted sql" in head or "-- liquibase formatted sql" in head


def _change_sets(log: Path, top: Path, seen: frozenset[Path]) -> Iterator[tuple[str, str]]:
    if log in seen or not log.is_file():
        return
    text, file = read_text(log), log.relative_to(top).as_posix() if log.is_relative_to(top) else log.name
    if log.suffix == ".sql":
        yield from ((f"{file}::{id_}::{author}", words.strip()) for author, id_, words in _SQL_SET.findall(text))
    elif log.suffix == ".xml":
        yield from _of_xml(text, log, (top, seen | {log}))
    else:
        yield from _of_yaml(text, log, (top, seen | {log}))


def _of_xml(text: str, log: Path, where: tuple[Path, frozenset[Path]]) -> Iterator[tuple[str, str]]:
    top, seen = where
    for found in _XML_SET.finditer(_XML_COMMENT.sub("", text)):
        attributes = dict(re.findall(r"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']", found.group(1) or found.group(3) or found.group(4) or ""))
        if found.group(1) is not None:
            file = attributes.get("logicalFilePath") or (log.relative_to(top).as_posix() if log.is_relative_to(top) else log.name)
            words = ";\n".join(sql.strip() for sql in _SQL_TAG.findall(found.group(2)))
            yield f"{file}::{attributes.get('id', '')}::{attributes.get('author', '')}", words
        elif found.group(3) is not None:
            for place in (log.parent, top):
                yield from _change_sets(place / attributes.get("file", ""), top, seen)
        else:
            for place in (log.parent / attributes.get("path", ""), top / attributes.get("path", "")):
                for file in sorted(place.glob("*")) if place.is_dir() else ():
                    yield from _change_sets(file, top, seen)


def _of_yaml(text: str, log: Path, where: tuple[Path, frozenset[Path]]) -> Iterator[tuple[str, str]]:
    """Line by line: enough for ids, authors and includes of YAML and JSON as people lay them out."""
    top, seen = where
    file = log.relative_to(top).as_posix() if log.is_relative_to(top) else log.name
    current: dict[str, str] = {}
    for found in _YAML_SET.finditer(text):
        word, value = found.group(1), found.group(2)
        if word is None:
            current = {}
        elif word in {"file", "path"}:
            for place in (log.parent, top):
                yield from _change_sets(place / value, top, seen)
        else:
            current[word] = value
            if {"id", "author"} <= current.keys():
                yield f"{file}::{current['id']}::{current['author']}", ""
                current = {}
