"""Statements as a text of SQL, in which no line is an order to the tool that reads the file."""

import re
from collections.abc import Sequence

from dbdoctor.reports.migrations.cure import CurePart
from dbdoctor.reports.migrations.literals import flat

NO_WAY_BACK = "DO 'BEGIN RAISE EXCEPTION ''this cure cannot be taken back by a statement: restore what was there before''; END'"
# Lines and marks that tools take for orders, wherever in a file they stand. What ends a line they judge differently (a lone carriage
# return, a form feed, Unicode's own separators): all that Python knows counts.
_MARK = "-->"
_ORDER = re.compile(r"\s*(?:--\s*(?:migrate:|\+goose|\+migrate|depends|transactional)|\\)", re.IGNORECASE)


def head(part: CurePart) -> str:
    """What it is for, as comments."""
    return "".join(f"-- dbdoctor: {purpose.replace('-->', '->')}\n" for purpose in part.purposes)


def body(statements: Sequence[str]) -> str:
    """Each statement with its semicolon."""
    return "".join(f"{safe(statement)};\n" for statement in statements)


def safe(statement: str) -> str:
    """The statement as it is, or on one line with its signs spelled out where a line of it would be an order to a tool."""
    orders = _MARK in statement or any(_ORDER.match(line) for line in statement.splitlines())
    return flat(statement) if orders else statement


def commented(statements: Sequence[str]) -> str:
    """As comments, for tools that know no way back."""
    return "".join(f"--   {line}\n" for line in body(statements).splitlines())
