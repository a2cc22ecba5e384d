"""Which existing name was probably meant."""

import difflib
from collections.abc import Sequence

CLOSE_ENOUGH = 0.84


def likest(name: str, existing: Sequence[str]) -> str:
    """The existing name that differs only in case or underscores, else the one closest by edits; '' when none is close."""
    same = [e for e in existing if _plain(e) == _plain(name) and e != name]
    if same:
        return same[0]
    close = difflib.get_close_matches(_plain(name), [_plain(e) for e in existing], n=1, cutoff=CLOSE_ENOUGH)
    return next((e for e in existing if close and _plain(e) == close[0] and e != name), "")


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def stem(name: str) -> str:
    """A name as plain letters, its plural and the ending `id` taken off: `album_id`, `Albums` and `album` are one."""
    letters = name.replace("_", "").lower().removesuffix("id")
    return letters[:-3] + "y" if letters.endswith("ies") else letters.removesuffix("s")
