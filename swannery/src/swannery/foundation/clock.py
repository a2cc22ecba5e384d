"""The one place that asks what time it is; everything else is told."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def by(time_zone: str) -> datetime:
    """Return the present moment by the clock of a place; UTC where the place is empty or unknown on this machine."""
    zone = _zone(time_zone) if time_zone else None
    return now().astimezone(zone) if zone else now()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
