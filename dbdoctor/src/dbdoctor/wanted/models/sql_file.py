"""Keys that a schema in SQL wants: a schema.sql, a structure.sql, a dump without rows."""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference
from dbdoctor.wanted.effects import effects_of, split_statements

# psql's own orders and the rows of a dump, which are no SQL.
_ORDERS = re.compile(r"^\\(?!\.$)[^\n]*$", re.MULTILINE)
_ROWS = re.compile(r"^(COPY [^;]+? FROM stdin;)\n.*?^\\\.$", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def references(path: Path) -> tuple[Reference, ...]:
    """The keys in the order in which the file declares them; raises UsageError when it is no SQL that can be read."""
    text = read_text(path, next_step="Give a schema in SQL: schema.sql, structure.sql, or what pg_dump -s writes.")
    statements = split_statements(_ORDERS.sub("", _ROWS.sub("", text)))
    if not any(effect.kind != "other" for statement in statements for effect in effects_of(statement)):
        message = f"{path} holds no statement that could be read."
        raise UsageError(message, next_step="Give a schema in PostgreSQL's SQL; pg_dump -s writes one.")
    return tuple(reference for statement in statements for reference in _references(statement))


def _references(statement: str) -> Iterator[Reference]:
    for effect in effects_of(statement):
        if effect.kind == "add_foreign_key" and effect.reference:
            yield effect.reference
        for column in effect.wanted:
            if column.reference:
                yield column.reference
        yield from effect.references


def read_text(path: Path, *, next_step: str) -> str:
    """A file's text; raises UsageError when it is not there or is no text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}."
        raise UsageError(message, next_step=next_step) from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        message = f"The file {path} is no text."
        raise UsageError(message, next_step=next_step)
    return text
