"""A wish in a line: `sessions.userId -> users.id`, several columns as `orders.(shop_id, item_id) -> items.(shop_id, id)`."""

import re

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference, TableName

_NAME = r'(?:"(?:[^"]|"")+"|[^\s.,"()>-][^\s.,"()>]*)'  # quotes in quotes are doubled, as in SQL
_COLUMNS = rf"(?:{_NAME}|\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\))"
_SIDE = rf"(?:(?P<@_schema>{_NAME})\.)?(?P<@_table>{_NAME})\.(?P<@_columns>{_COLUMNS})"
_WISH = re.compile(rf"^\s*{_SIDE.replace('@', 'child')}\s*->\s*{_SIDE.replace('@', 'parent')}\s*$")


def read_wish(text: str) -> Reference:
    """The key a wish describes; raises UsageError when it cannot be read."""
    found = _WISH.match(text)
    if not found or len(_columns(found["child_columns"])) != len(_columns(found["parent_columns"])):
        message = f"The wish {text!r} cannot be read."
        raise UsageError(message, next_step="Write it as child.column -> parent.column, e.g. --want 'sessions.userId -> users.id'.")
    return Reference(
        child=TableName(_plain(found["child_schema"] or ""), _plain(found["child_table"])),
        columns=_columns(found["child_columns"]),
        parent=TableName(_plain(found["parent_schema"] or ""), _plain(found["parent_table"])),
        parent_columns=_columns(found["parent_columns"]),
    )


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _columns(text: str) -> tuple[str, ...]:
    return tuple(_plain(part) for part in re.findall(_NAME, text))
