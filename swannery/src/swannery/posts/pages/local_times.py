"""Moments as people type them: by the clock they chose to see times by; who chose none, by their browser's."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

from swannery.foundation import clock

FURTHEST_MIN = 24 * 60 - 1


def clock_of(time_zone: str, *, utc_offset: int) -> tzinfo:
    """Return the clock that is meant.

    `utc_offset`: minutes by which the browser's will be ahead of UTC then; without a script none, and the form says so.
    """
    minutes = max(-FURTHEST_MIN, min(utc_offset, FURTHEST_MIN))
    return clock.zone_of(time_zone) or timezone(timedelta(minutes=minutes))


def meant(text: str, *, by: tzinfo) -> datetime:
    """Return the moment in UTC; raises ValueError or OverflowError for what is none."""
    local = datetime.fromisoformat(text.strip())
    return (local if local.tzinfo else local.replace(tzinfo=by)).astimezone(UTC)


def field_of(at: datetime, *, time_zone: str) -> tuple[str, str]:
    """Return a moment as its field holds it, and for the browser's clock also the moment itself, which a script puts right."""
    zone = clock.zone_of(time_zone)
    field = at.astimezone(zone or UTC).strftime("%Y-%m-%dT%H:%M")
    return field, "" if zone else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
