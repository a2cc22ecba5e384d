"""Decisions that need neither database nor clock."""

import unicodedata
from collections.abc import Collection

from swannery.accounts.models import WhoMay
from swannery.foundation.errors import Invalid
from swannery.foundation.paging import LARGEST_ID
from swannery.foundation.text import clean_line
from swannery.foundation.words import over_by, say

# Letters, figures, punctuation, signs: what is not of these is not seen.
SEEN = "LNPS"
MUTE_DAYS = (1, 7, 30)
LONGEST_CIRCLE_NAME = 60
MOST_CIRCLES = 50
MOST_IN_A_CIRCLE = 500


def could_be_member(member_id: int) -> bool:
    """Whether the number is one that a member can have."""
    return 0 < member_id < LARGEST_ID


def is_let(choice: WhoMay, *, friends: bool, follows_viewer: bool) -> bool:
    """Whether somebody who chose this lets a viewer do it; `follows_viewer` is that they follow the viewer, approved."""
    return choice == "members" or (choice in {"followed", "friends"} and friends) or (choice == "followed" and follows_viewer)


def check_days(days: int) -> int:
    """Return for how many days somebody is muted; raises Invalid for any other number than those offered."""
    if days not in MUTE_DAYS:
        *some, last = MUTE_DAYS
        days_offered = say("Choose %(some)s or %(last)s days.", some=", ".join(map(str, some)), last=last)
        raise Invalid(say("This cannot be done."), fields={"days": days_offered})
    return days


def check_circle_name(name: str, *, taken: Collection[str]) -> str:
    """Return the name as it will be stored; raises Invalid when it is empty, too long, or another circle's."""
    clean = clean_line(name)
    problem = None
    if not any(unicodedata.category(letter)[0] in SEEN for letter in clean):
        problem = say("Give it a name.")
    elif len(clean) > LONGEST_CIRCLE_NAME:
        problem = over_by(len(clean) - LONGEST_CIRCLE_NAME, most=LONGEST_CIRCLE_NAME)
    elif clean.lower() in {other.lower() for other in taken}:
        problem = say("You have a circle of this name.")
    if problem:
        raise Invalid(say("This circle cannot be saved yet."), fields={"name": problem})
    return clean
