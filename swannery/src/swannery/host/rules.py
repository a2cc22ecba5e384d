"""Reading a user's key where it comes as text."""

import re
from uuid import UUID

from swannery.host.models import UserKey

WHOLE = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
LONGEST_KEY = 255


def key_of_text(text: str, *, key_type: str) -> UserKey | None:
    """Return the key in the type the app gives it; None where the text is none. Only the one usual spelling counts."""
    if key_type in WHOLE:
        found = re.fullmatch(r"0|[1-9][0-9]{0,18}", text)
        return int(text) if found and int(text) < WHOLE[key_type] else None
    if key_type == "uuid":
        try:
            key = UUID(text)
        except ValueError:
            return None
        return key if str(key) == text.lower() else None
    return text if text and "\0" not in text and len(text) <= LONGEST_KEY else None
