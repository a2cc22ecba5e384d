"""One base for everything the platform refuses; mapped to HTTP in web.py and to exit codes in cli.py, nowhere else."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from swannery.foundation.words import NOTHING, Sentence, say

NOT_HERE = say("This is not here, or not for you.")
Kind = Literal["invalid", "unauthenticated", "forbidden", "not_found", "method", "too_large", "conflict", "too_many", "unavailable"]


class SwanneryError(Exception):
    """What went wrong, in one sentence, and what the person can do next."""

    kind: ClassVar[Kind] = "invalid"

    def __init__(self, message: str, *, next_step: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.fields = dict(fields or {})


class Told(SwanneryError):
    """What a member is told, in their own language."""

    def __init__(self, message: Sentence, *, next_step: Sentence = NOTHING, fields: Mapping[str, Sentence] | None = None) -> None:
        super().__init__(message, next_step=next_step, fields=fields)
        self.sentences: Mapping[str, Sentence] = fields or {}


class Unreachable(SwanneryError):
    """Something this server needs does not answer: for whoever runs it."""

    kind = "unavailable"


class Invalid(Told):
    """Something a person typed cannot be taken; `fields` says which and why."""


class NotSignedIn(Told):
    """Only members may do this, and nobody is signed in."""

    kind = "unauthenticated"


class NotAllowed(Told):
    """The person may see the thing, but not do this to it."""

    kind = "forbidden"


class NotThere(Told):
    """It does not exist, or this person may not know that it does: the two are never told apart."""

    kind = "not_found"

    def __init__(self, message: Sentence = NOT_HERE, *, next_step: Sentence = NOTHING) -> None:
        super().__init__(message, next_step=next_step)


class Conflict(Told):
    """It was true when the page was made, and is not any more."""

    kind = "conflict"


class TooMany(Told):
    """Tried too often in too short a time."""

    kind = "too_many"

    def __init__(self, message: Sentence, *, retry_after_s: int, next_step: Sentence = NOTHING) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after_s = retry_after_s


class Unavailable(Told):
    """The platform cannot answer just now."""

    kind = "unavailable"


class StaleForm(Told):
    """The form's token is missing or none of ours."""

    kind = "forbidden"


class NoSuchMethod(Told):
    """The address is there; what was asked of it is not."""

    kind = "method"


class TooLarge(Told):
    """More was sent at once than is taken."""

    kind = "too_large"


class Broken(Unavailable):
    """A defect of ours."""
