"""The one place that asks what time it is; everything else is told."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def by(time_zone: str) -> datetime:
    """Return the present moment by the clock of a place; UTC where the place is empty or unknown on this machine."""
    zone = zone_of(time_zone)
    return now().astimezone(zone) if zone else now()


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo | None:
    """Return the clock of a place; None where the place is empty or unknown on this machine."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
