"""Decisions that need neither database nor clock."""

import re

from swannery.foundation.paging import LARGEST_ID

LONGEST_PATH = 500

# One slash, then printable ASCII without backslash: browsers read "/\\host" and "//host" as another site, and drop tabs before they look.
LOCAL_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")


def could_be_member(member_id: int) -> bool:
    """Whether the number is one that a member can have."""
    return 0 < member_id < LARGEST_ID


def local_path(text: str, *, otherwise: str) -> str:
    """Return the text if following it stays on this site, else the other path."""
    stays = len(text) <= LONGEST_PATH and LOCAL_PATH.fullmatch(text) and "//" not in text
    return text if stays else otherwise
