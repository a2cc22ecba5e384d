"""A wish in a line: `sessions.userId -> users.id`, several columns as `orders.(shop_id, item_id) -> items.(shop_id, id)`."""

import re

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference, TableName

_SIDE = r'(?:(?P<{0}_schema>"[^"]+"|[^\s."]+)\.)?(?P<{0}_table>"[^"]+"|[^\s."]+)\.(?P<{0}_columns>"[^"]+"|\([^)]+\)|[^\s."()]+)'
_WISH = re.compile(r"^\s*" + _SIDE.format("child") + r"\s*->\s*" + _SIDE.format("parent") + r"\s*$")


def read_wish(text: str) -> Reference:
    """The key a wish describes; raises UsageError when it cannot be read."""
    found = _WISH.match(text)
    if not found:
        message = f"The wish {text!r} cannot be read."
        raise UsageError(message, next_step="Write it as child.column -> parent.column, e.g. --want 'sessions.userId -> users.id'.")
    return Reference(
        child=TableName(_plain(found["child_schema"] or ""), _plain(found["child_table"])),
        columns=_columns(found["child_columns"]),
        parent=TableName(_plain(found["parent_schema"] or ""), _plain(found["parent_table"])),
        parent_columns=_columns(found["parent_columns"]),
    )


def _plain(name: str) -> str:
    return name.strip().strip('"')


def _columns(text: str) -> tuple[str, ...]:
    return tuple(_plain(part) for part in text.strip("()").split(","))
