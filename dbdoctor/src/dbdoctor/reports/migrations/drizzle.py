"""Drizzle: SQL files and a journal that lists them; all run in one transaction, and only what is younger than the last that ran."""

import json
from typing import Any

import msgspec

from dbdoctor.errors import UsageError
from dbdoctor.reports.migrations.cure import Cure, MigrationFile, Migrations
from dbdoctor.reports.migrations.place import Place
from dbdoctor.reports.migrations.prisma import text_of

JOURNAL = "meta/_journal.json"
_BREAK = "--> statement-breakpoint\n"
_DIGITS = 4


def written(cure: Cure, place: Place) -> Migrations:
    """The files and the journal with them in it. Raises UsageError where the journal beside them cannot be read."""
    alone = not all(part.transactional for part in cure.parts)
    cure = msgspec.structs.replace(cure, parts=tuple(part.inside_transaction() for part in cure.parts))
    journal = _journal(place)
    entries: list[dict[str, Any]] = journal["entries"]
    position = next((n for n, entry in enumerate(entries) if str(entry["tag"]) in place.pending), len(entries))
    number = max((int(entry["idx"]) for entry in entries), default=-1) + 1
    last = int(entries[position - 1]["when"]) if position else 0
    when = last + 1 if position < len(entries) else max(last + 1, int(place.now.timestamp() * 1000))
    tags = [f"{number + n:0{_DIGITS}d}_{part.name}" for n, part in enumerate(cure.parts)]
    made = [
        {"idx": number + n, "version": journal["version"], "when": when + n, "tag": tag, "breakpoints": True} for n, tag in enumerate(tags)
    ]
    journal["entries"] = [*entries[:position], *made, *entries[position:]]
    files = [
        *(MigrationFile(path=f"{tag}.sql", text=text_of(part, between=_BREAK)) for tag, part in zip(tags, cure.parts, strict=True)),
        MigrationFile(path=JOURNAL, text=json.dumps(journal, indent=2, ensure_ascii=False) + "\n"),
    ]
    waits = "Drizzle runs everything in one transaction: while the index is built, whoever writes to the table waits." if alone else ""
    return cure.made(files, waits)


def _journal(place: Place) -> dict[str, Any]:
    """The journal beside the migrations; a new one where there is none yet."""
    there = next((sibling.text for sibling in place.siblings if sibling.name == JOURNAL), "")
    if not there:
        return {"version": "7", "dialect": "postgresql", "entries": []}
    try:
        found: dict[str, Any] = json.loads(there)
        entries = [{**entry, "idx": int(entry["idx"]), "when": int(entry["when"]), "tag": str(entry["tag"])} for entry in found["entries"]]
    except (ValueError, KeyError, TypeError):
        message = f"The journal {JOURNAL} of the migrations cannot be read."
        raise UsageError(message, next_step="Give Drizzle's own migrations folder with --out.") from None
    return {"version": "7", **found, "entries": entries}
