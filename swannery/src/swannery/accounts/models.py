"""Members: as the platform keeps them, and as other people see them."""

from datetime import datetime
from typing import Literal

import msgspec

from swannery.foundation.viewer import Role

# Inactive: the app deactivated them, or deleted them a short while ago. Erased: nothing is left but the number.
State = Literal["active", "inactive", "erased"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member as others see them beside what they wrote."""

    id: int
    name: str
    handle: str
    role: Role = "member"
    picture: str = ""  # the key of the one they chose; without one their initials are drawn

    @property
    def url(self) -> str:
        """Their page."""
        return f"/@{self.handle}"


# Who may do something towards a member: everybody here, whom they follow and their friends, their friends, nobody.
WhoMay = Literal["members", "followed", "friends", "nobody"]
Deed = Literal["message", "mention", "tag", "activity"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An address elsewhere that a member gives, and how it is shown: without what every address begins with."""

    url: str

    @property
    def shown(self) -> str:
        """The address as people write it."""
        return self.url.removeprefix("https://").removesuffix("/")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A member's own page. `activity` says who may see `last_seen_at`."""

    person: Person
    bio: str
    joined_at: datetime
    pronouns: str = ""
    links: tuple[Link, ...] = ()
    private: bool = False
    activity: WhoMay = "friends"
    last_seen_at: datetime | None = None
    cover: str = ""


class Openness(msgspec.Struct, frozen=True, kw_only=True):
    """How open a member is: `private`, followers need approval; `suggested`, to people one may know."""

    private: bool = False
    suggested: bool = True


class Permits(msgspec.Struct, frozen=True, kw_only=True):
    """What a member lets others do: write to them, mention them, tag them in pictures, see when they were here."""

    message: WhoMay = "members"
    mention: WhoMay = "members"
    tag: WhoMay = "followed"
    activity: WhoMay = "friends"


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a member is signed in."""

    id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at the app's users led to, in members.

    `held_back` would have been erased but were too many at once; `failed` is how often a listener failed.
    """

    joined: int = 0
    changed: int = 0
    left: int = 0
    returned: int = 0
    erased: int = 0
    held_back: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """How many members it touched."""
        return self.joined + self.changed + self.left + self.returned + self.erased


def sum_of(*passes: Pass) -> Pass:
    """Return several looks as one."""
    return Pass(**{name: sum(getattr(one, name) for one in passes) for name in Pass.__struct_fields__})
