"""What an activity is called, and the picture its card draws."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WEEKS = 8


def title_of(source: str) -> str:
    """Return words for a table's name: `sessions` is a session, `swimLessons` a swim lesson."""
    table = source.rpartition(".")[2]
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in table).replace("_", " ").strip()
    single = spaced[:-1] if spaced.endswith("s") and not spaced.endswith("ss") else spaced
    if single == "session":
        return "Training session"
    return single[:1].upper() + single[1:60] if single else "Activity"


def per_week(happened: Sequence[datetime], *, before: datetime) -> list[int]:
    """Return how many there were in each of the eight weeks (of seven days) that end with this moment, the oldest week first."""
    counts = [0] * WEEKS
    for moment in happened:
        ago = (before - moment) // timedelta(days=7)
        if 0 <= ago < WEEKS:
            counts[WEEKS - 1 - ago] += 1
    return counts
