"""An event as a file for calendars, RFC 5545."""

from datetime import UTC
from uuid import NAMESPACE_OID, uuid5

import icalendar

from swannery.posts.details import Event
from swannery.posts.models import Post

PRODUCT = "-//Swannery//Events//EN"


def calendar_of(post: Post, *, details: Event, sequence: int, address: str) -> bytes:
    """Return the event as a calendar. `sequence` is how often it was changed: calendars take over only what is newer than what they have.

    Its name in calendars (UID) stays the same whatever changes, so that a second download puts the first one right. Times are UTC.
    `address` is where the post is.
    """
    entry = icalendar.Event()
    # Of what never changes, and not of the site's address, which may.
    entry.add("uid", str(uuid5(NAMESPACE_OID, f"swannery event {post.id} of {post.published_at.astimezone(UTC).isoformat()}")))
    entry.add("sequence", sequence)
    entry.add("dtstamp", (post.edited_at or post.published_at).astimezone(UTC))
    if details.starts_at is not None:
        entry.add("dtstart", details.starts_at.astimezone(UTC))
    if details.ends_at is not None:
        entry.add("dtend", details.ends_at.astimezone(UTC))
    entry.add("summary", details.title)
    if details.place:
        entry.add("location", details.place)
    if post.body:
        entry.add("description", post.body)
    entry.add("url", address)
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
