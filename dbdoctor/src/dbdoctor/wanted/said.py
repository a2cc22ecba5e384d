"""What a server's error says beside its code: which names and values stand in it."""

import re

from dbdoctor.model import ServerError, TableName

_RELATION = re.compile(r'(?:relation|table) "(.+?)" does not exist')
_SCHEMA = re.compile(r'schema "(.+?)" does not exist')
_CONSTRAINT = re.compile(r'constraint "(.+?)"(?: |$)')
_ON_TABLE = re.compile(r'on table "(.+?)" violates')
_BLOCKED_BY = re.compile(r'violates (?:RESTRICT setting of )?foreign key constraint "(.+?)" on table "(.+?)"$')
_ABSENT = re.compile(r"^Key \((?P<columns>.+?)\)=\((?P<values>.*)\) is not present in table ", re.DOTALL)
_STILL = re.compile(r"^Key \((?P<columns>.+?)\)=\((?P<values>.*)\) is (?:still )?referenced from table ", re.DOTALL)
_FUNCTION = re.compile(r"PL/pgSQL function (.+?) line \d+")


def missing_relation(error: ServerError | None) -> str:
    """The name of the table (or view) that is said not to exist, as the server spells it: perhaps with its schema before a dot."""
    found = _RELATION.search(error.message) if error and error.sqlstate == "42P01" else None
    return found[1] if found else ""


def missing_schema(error: ServerError | None) -> str:
    """The name of the schema that is said not to exist."""
    found = _SCHEMA.search(error.message) if error and error.sqlstate == "3F000" else None
    return found[1] if found else ""


def constraint_in(error: ServerError | None) -> str:
    """The constraint the error names."""
    if error is None:
        return ""
    found = _CONSTRAINT.search(error.message)
    return error.constraint or (found[1] if found else "")


def table_in(error: ServerError | None) -> TableName:
    """The table the error is about, '' for what is not said."""
    if error is None:
        return TableName("", "")
    found = _ON_TABLE.search(error.message)
    return error.table if error.table.name else TableName("", found[1] if found else "")


def blocking_child(error: ServerError | None) -> str:
    """The child table that keeps a parent row from being deleted or changed; '' for any other error."""
    found = _BLOCKED_BY.search(error.message) if error and error.sqlstate in {"23503", "23001"} else None
    return found[2] if found else ""


def absent_value(error: ServerError | None) -> str | None:
    """The value (of a key over one column) that no parent row has."""
    return _value(_ABSENT, error)


def value_still_used(error: ServerError | None) -> str | None:
    """The value (of a key over one column) that child rows still hold."""
    return _value(_STILL, error)


def function_in(error: ServerError | None) -> str:
    """The function in which the error was met, the innermost one; '' where there was none."""
    found = _FUNCTION.search(error.context) if error else None
    return found[1] if found else ""


def _value(pattern: re.Pattern[str], error: ServerError | None) -> str | None:
    found = pattern.search(error.detail) if error else None
    return found["values"] if found and "," not in found["columns"] else None
