"""Communities and the people in them."""

from datetime import datetime
from typing import Literal

import msgspec

from swannery.accounts.models import Person

Role = Literal["owner", "moderator", "member"]
Access = Literal["open", "request", "invitation"]

SHORTEST_NAME, LONGEST_NAME = 2, 80
LONGEST_PURPOSE = 500
HUES = 12
DEGREES = 360


class Community(msgspec.Struct, frozen=True, kw_only=True):
    """A community as one viewer may see it; `role` is the viewer's own, None when they are not in it."""

    id: int
    slug: str
    name: str
    purpose: str
    access: Access
    listed: bool
    member_count: int
    created_at: datetime
    role: Role | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"/communities/{self.slug}"

    @property
    def hue(self) -> int:
        """Its colour in degrees, one of twelve."""
        return self.id % HUES * (DEGREES // HUES)


class Foundation(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to found."""

    name: str
    purpose: str = ""


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a community."""

    person: Person
    role: Role
    joined_at: datetime
