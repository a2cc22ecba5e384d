"""Keyset pages: a cursor names the last item seen, so that nothing is repeated or skipped when new things arrive."""

import base64
import binascii
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from swannery.foundation.errors import Invalid
from swannery.foundation.words import say

PAGE_SIZE = 20
LONGEST_CURSOR = 200
LARGEST_ID = 2**63

T = TypeVar("T")
P = TypeVar("P", bound=msgspec.Struct)


class Cursor(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a page ended: the item's time and id, which is the order of every list of ours (newest first), and so of these."""

    at: datetime
    id: int


class PageOf(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some items, and the cursor of the next page if there is one."""

    items: list[T]
    next_cursor: str | None = None


def encode(cursor: msgspec.Struct) -> str:
    """Return the cursor as text that is safe in an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def decode(text: str | None) -> Cursor | None:
    """Read a cursor; raises Invalid when the text is none of ours. It grants nothing, so it needs no signature."""
    if not text:
        return None
    cursor = decode_as(text, Cursor)
    if cursor.at.tzinfo is None or not 0 <= cursor.id < LARGEST_ID:
        raise damaged()
    return cursor


def decode_as(text: str, kind: type[P]) -> P:
    """Read a place of another kind; raises Invalid when the text is none of ours."""
    try:
        raw = base64.urlsafe_b64decode(text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError, UnicodeError):
        raise damaged() from None


def damaged() -> Invalid:
    """Say that an address holds no place of ours."""
    return Invalid(say("This page's address is damaged."), next_step=say("Go back to the first page."))
