"""Decisions that need neither database nor clock: what a name may be, and the address made of it."""

import re
import unicodedata
from collections.abc import Collection

from swannery.communities.models import LONGEST_NAME, LONGEST_PURPOSE, SHORTEST_NAME, Foundation
from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_line
from swannery.foundation.words import Sentence, say

LONGEST_SLUG, SHORTEST_SLUG = 60, 2
SLUG = re.compile(r"[a-z0-9-]{2,60}")
# Addresses of our own pages beside the communities'.
RESERVED = frozenset({"new"})
NAMELESS = "community"
# Letters that NFKD does not take apart.
FOLDED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
# They count as letters or symbols, and nobody sees them.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_slug(text: str) -> bool:
    """Whether a community could have this address."""
    return SLUG.fullmatch(text) is not None


def check_foundation(wanted: Foundation) -> Foundation:
    """Return what is wanted, cleaned; raises Invalid with a sentence for each field that cannot be taken."""
    name, purpose = clean_line(wanted.name), clean_line(wanted.purpose)
    wrong: dict[str, Sentence] = {}
    if not visible(name):
        wrong["name"] = say("Give it a name.")
    elif visible(name) < SHORTEST_NAME:
        wrong["name"] = say("A name has at least %(least)s letters.", least=SHORTEST_NAME)
    elif len(name) > LONGEST_NAME:
        wrong["name"] = say("That name has %(letters)s letters; %(most)s or fewer work.", letters=len(name), most=LONGEST_NAME)
    if len(purpose) > LONGEST_PURPOSE:
        wrong["purpose"] = say("That has %(letters)s letters; %(most)s or fewer work.", letters=len(purpose), most=LONGEST_PURPOSE)
    if wrong:
        raise Invalid(say("The community cannot be started like this."), next_step=say("See what is said of each field."), fields=wrong)
    return Foundation(name=name, purpose=purpose)


def visible(text: str) -> int:
    """Count what can be seen of a text: no spaces, no joiners, no marks on nothing."""
    return sum(letter not in BLANK and unicodedata.category(letter)[0] not in "CMZ" for letter in text)


def slug_of(name: str) -> str:
    """Return the address that a name asks for: `Früh auf!` becomes `fruh-auf`."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(FOLDED))
    ascii_only = folded.encode("ascii", "ignore").decode().replace("'", "")
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only.casefold())[:LONGEST_SLUG].strip("-")
    return slug if len(slug) >= SHORTEST_SLUG else f"{NAMELESS}-{slug}".strip("-")


def slug_candidates(name: str, *, first: int, last: int) -> list[str]:
    """Return the addresses to try, in order: the name's own is number 1, then with -2, -3 and so on."""
    slug = slug_of(name)
    return [slug if number == 1 else numbered(slug, number=number) for number in range(first, last + 1)]


def numbered(slug: str, *, number: int) -> str:
    """Return the address with its number, never longer than one may be."""
    ending = f"-{number}"
    return slug[: LONGEST_SLUG - len(ending)].rstrip("-") + ending


def choose_slug(candidates: list[str], *, taken: Collection[str]) -> str | None:
    """Return the first address that is free, None when none is."""
    return next((slug for slug in candidates if slug not in taken and slug not in RESERVED), None)
