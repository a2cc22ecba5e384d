"""What keeps the demo from being told."""


class DemoCannot(Exception):
    """Something the demo needs is missing; says what to do."""

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
