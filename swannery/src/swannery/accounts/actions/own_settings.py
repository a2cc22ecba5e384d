"""What a member decides for themselves: what others may do, and how pages are shown to them."""

from collections.abc import Collection
from zoneinfo import available_timezones

from swannery.accounts.models import Deed, Permits, WhoMay
from swannery.accounts.queries import own_settings
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Look, Viewer
from swannery.foundation.words import say

LOOK_ALONG = own_settings.LOOK
NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/")
_PLACES = tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith(NO_PLACES)))


async def read_permits(tx: Transaction, *, viewer: Viewer) -> Permits:
    """Return what the member lets others do."""
    return await own_settings.read_permits(tx, member_id=viewer.member_id)


async def change_permits(tx: Transaction, *, viewer: Viewer, permits: Permits) -> None:
    """Store what the member lets others do; it holds from the next request on."""
    await own_settings.write_permits(tx, member_id=viewer.member_id, permits=permits)


async def change_look(
    tx: Transaction, *, viewer: Viewer, look: Look, languages: Collection[str], named: Collection[str] = tuple(Look.__struct_fields__)
) -> None:
    """Store how the member wants pages to be; raises Invalid for a language or a time zone that is none, among what is `named`."""
    errors = {}
    if "language" in named and look.language and look.language not in languages:
        errors["language"] = say("This language is not spoken here yet.")
    if "time_zone" in named and look.time_zone and look.time_zone not in time_zones():
        errors["time_zone"] = say("Choose a place of the list, like Europe/Berlin.")
    if errors:
        raise Invalid(say("This cannot be saved yet."), fields=errors)
    await own_settings.write_look(tx, member_id=viewer.member_id, look=look)


def time_zones() -> tuple[str, ...]:
    """Return the names of all time zones that are places."""
    return _PLACES


async def choices(tx: Transaction, *, deed: Deed, ids: Collection[int]) -> dict[int, WhoMay]:
    """Return what each of these members chose for one deed; who is not active is not among them."""
    return await own_settings.read_choices(tx, deed=deed, ids=ids) if ids else {}
