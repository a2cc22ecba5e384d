"""What becomes of child rows without a parent, as the owner chose it."""

from typing import Literal, get_args

import msgspec

from dbdoctor.errors import UsageError

PolicyKind = Literal["auto", "keep", "null", "quarantine", "adopt"]
FORM = "auto, keep, null, quarantine or 'adopt PARENT_ID'"


class OrphanPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`adopter` is the key of the parent that is to have them, with commas between the values of a key of several columns."""

    kind: PolicyKind = "auto"
    adopter: str = ""


def read_policy(text: str) -> OrphanPolicy:
    """Read `keep` or `adopt 42`; raises UsageError for what is no policy."""
    kind, _, adopter = text.strip().partition(" ")
    if kind not in get_args(PolicyKind) or (kind == "adopt") != bool(adopter.strip()):
        message = f"{text!r} does not say what becomes of rows without a parent."
        raise UsageError(message, next_step=f"Write {FORM}.")
    return msgspec.convert({"kind": kind, "adopter": adopter.strip()}, OrphanPolicy)
