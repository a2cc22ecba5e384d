"""One base for everything the platform refuses; mapped to HTTP in web.py and to exit codes in cli.py, nowhere else."""

from collections.abc import Mapping
from typing import ClassVar, Literal

Kind = Literal["invalid", "unauthenticated", "forbidden", "not_found", "method", "too_large", "conflict", "too_many", "unavailable"]


class SwanneryError(Exception):
    """What went wrong, in one sentence, and what the person can do next."""

    kind: ClassVar[Kind] = "invalid"

    def __init__(self, message: str, *, next_step: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.fields = dict(fields or {})


class Invalid(SwanneryError):
    """Something a person typed cannot be taken; `fields` says which and why."""


class NotSignedIn(SwanneryError):
    """Only members may do this, and nobody is signed in."""

    kind = "unauthenticated"


class NotAllowed(SwanneryError):
    """The person may see the thing, but not do this to it."""

    kind = "forbidden"


class NotThere(SwanneryError):
    """It does not exist, or this person may not know that it does: the two are never told apart."""

    kind = "not_found"

    def __init__(self, message: str = "This is not here, or not for you.", *, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)


class Conflict(SwanneryError):
    """It was true when the page was made, and is not any more."""

    kind = "conflict"


class TooMany(SwanneryError):
    """Tried too often in too short a time."""

    kind = "too_many"

    def __init__(self, message: str, *, retry_after_s: int, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after_s = retry_after_s


class Unavailable(SwanneryError):
    """The platform cannot answer just now."""

    kind = "unavailable"
