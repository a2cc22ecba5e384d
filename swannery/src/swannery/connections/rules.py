"""Decisions that need neither database nor clock."""

from swannery.foundation.paging import LARGEST_ID


def could_be_member(member_id: int) -> bool:
    """Whether the number is one that a member can have."""
    return 0 < member_id < LARGEST_ID
