"""Activities as their member sees them."""

from datetime import datetime

import msgspec

from swannery.accounts.models import Person


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something the app recorded as done. Private to its member until they share it."""

    id: int
    title: str
    happened_at: datetime
    partner: Person | None
    shared_post_id: int | None
    number: int
    this_week: int
    bars: list[int]

    @property
    def card(self) -> "Activity":
        """What its card shows, before it is shared as after."""
        return self

    @property
    def post_url(self) -> str | None:
        """Where it was shared."""
        return f"/posts/{self.shared_post_id}" if self.shared_post_id else None

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a card says of it."""
        return [("Sessions so far", f"{self.number}"), ("That week", f"{self.this_week}")]


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions two members had together, one training the other, and when the last was."""

    sessions: int
    last_at: datetime | None
