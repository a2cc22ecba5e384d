"""One base for everything the doctor refuses or cannot do; mapped to exit codes in one place, cli.py."""

from typing import ClassVar, Literal

Kind = Literal["usage", "connection", "permission", "refused", "failed", "not_found", "conflict"]


class DoctorError(Exception):
    """What went wrong, in one sentence, and what the person can do next."""

    kind: ClassVar[Kind] = "failed"

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(DoctorError):
    """The call itself is wrong: an address, an option, a file that is not there."""

    kind = "usage"
