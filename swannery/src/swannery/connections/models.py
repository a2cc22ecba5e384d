"""How two members stand to each other."""

from datetime import datetime

import msgspec

from swannery.accounts.models import Person


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """How the viewer stands to a person. A request that waits is no friendship: `friends` is true of accepted ones only."""

    is_me: bool = False
    following: bool = False
    follows_me: bool = False
    friends: bool = False
    request_sent: bool = False
    request_received: bool = False
    blocking: bool = False


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody a member is connected to, as ids. `blocked` holds both directions: whom they blocked and who blocked them."""

    followees: tuple[int, ...] = ()
    friends: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    asked_by: tuple[int, ...] = ()


class FriendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for an answer, and the other person of it."""

    person: Person
    sent_at: datetime


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people, and the id after which the next page begins, if there is one."""

    people: tuple[Person, ...]
    next_after: int | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many people somebody is connected to, of those the viewer may know of: each equals the length of its whole list."""

    friends: int
    followers: int
    followees: int


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """Two active members, held so that nobody else changes what is between them until the transaction ends."""

    person: Person
    blocking: bool
    blocked_by: bool
    friends: bool
