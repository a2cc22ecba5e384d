"""How the story is told: lines, scenes, and how long each took."""

import time
from collections.abc import Callable

WIDTH = 76

Say = Callable[[str], None]


def scene(title: str, *, say: Say) -> None:
    """Begin a scene."""
    say("")
    say(f"── {title} " + "─" * max(0, WIDTH - len(title)))


class Timing:
    """Looks at the clock whenever a part of the story ends."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self._parts: list[tuple[str, float]] = []

    def note(self, part: str) -> None:
        """This part ends now."""
        now = time.monotonic()
        self._parts.append((part, now - self._last))
        self._last = now

    def told(self) -> str:
        """Return how long all of it took, and each part."""
        parts = ", ".join(f"{part} {seconds:.1f}" for part, seconds in self._parts)
        return f"The whole story took {self._last - self._began:.0f} s:\n  {parts}."
