"""When something was, short beside a name and exact on hover, in the spoken language."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal

from swannery.theme.translations import Catalogues, date_locale

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S
# A weekday's name is unmistakable for six days; on the seventh it is today's.
WEEKDAYS_S = 6 * DAY_S


def ago(value: datetime, now: datetime, *, catalogues: Catalogues) -> str:
    """Say how long ago: now, 3 min, 2 h, Tue, 12 Mar, 12 Mar 2025; days are those of the clock that `now` shows."""
    seconds = (now - value).total_seconds()
    if seconds < MINUTE_S:
        return catalogues.gettext("now")
    if seconds < HOUR_S:
        return catalogues.gettext("%(count)s min") % {"count": int(seconds // MINUTE_S)}
    if seconds < DAY_S:
        return catalogues.gettext("%(count)s h") % {"count": int(seconds // HOUR_S)}
    local = value.astimezone(now.tzinfo)
    if seconds < WEEKDAYS_S:
        return format_date(local.date(), "EEE", locale=date_locale())
    return format_skeleton("MMMd" if local.year == now.year else "yMMMd", local, locale=date_locale())


def exact_time(value: datetime) -> str:
    """Say when, in full, by the clock that `value` itself shows: 22 November 2026, 16:25 UTC."""
    return _exact_time(value, str(value.tzinfo), date_locale())


def end_time(value: datetime, start: datetime) -> str:
    """Say when something ends that begins at `start`, by the clock `value` shows: of the same day the time alone."""
    if value.date() != start.astimezone(value.tzinfo).date():
        return exact_time(value)
    return f"{format_time(value, 'short', locale=date_locale())} {value.tzname() or ''}".rstrip()


@lru_cache(maxsize=4096)
def _exact_time(value: datetime, _clock: str, locale: str) -> str:
    # The clock is in the key because the same moment by two clocks is equal.
    day = format_date(value.date(), "long", locale=locale)
    return f"{day}, {format_time(value, 'short', locale=locale)} {value.tzname() or ''}".rstrip()


def day(value: date) -> str:
    """Name a day in full: 22 November 2026."""
    return format_date(value, "long", locale=date_locale())


def figure(value: float) -> str:
    """Write a number with the language's own separators: 9,999."""
    return _figure(value, date_locale())


@lru_cache(maxsize=4096)
def _figure(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)
