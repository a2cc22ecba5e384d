"""What is particular to a kind of post, as it is typed, stored with the post and read again: one struct a kind, told apart by `kind`.

What is longest is said here, so that the API's description says it too; what must not be missing is said in detail_rules.py, because
half a thought is kept as a draft as it is.
"""

from typing import Annotated

import msgspec

MOST_OPTIONS = 6
LONGEST_OPTION = 80
LONGEST_TITLE = 200
LONGEST_POLL_H = 24 * 90

Title = Annotated[str, msgspec.Meta(max_length=LONGEST_TITLE)]


class _Kind(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """The tag is the post's kind."""


class Poll(_Kind, frozen=True, kw_only=True, tag="poll"):
    """Choices to vote for; the question is the post's text. It closes so many hours after it was published."""

    options: Annotated[list[Annotated[str, msgspec.Meta(max_length=LONGEST_OPTION)]], msgspec.Meta(max_length=MOST_OPTIONS)]
    several: bool = False
    lasts_h: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_POLL_H)] = 24 * 7


class Question(_Kind, frozen=True, kw_only=True, tag="question"):
    """A question in one line; what there is to say about it is the post's text."""

    title: Title


class Tip(_Kind, frozen=True, kw_only=True, tag="tip"):
    """A headline; the advice itself is the post's text."""

    title: Title


Details = Poll | Question | Tip


def choices_of(details: Details | None) -> int:
    """Return how many choices there are to answer with; 0 for what asks for no answers."""
    return len(details.options) if isinstance(details, Poll) else 0
