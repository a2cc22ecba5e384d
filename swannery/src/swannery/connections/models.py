"""How two members stand to each other."""

from datetime import datetime
from typing import Literal

import msgspec

from swannery.accounts.models import Person

TrainingRole = Literal["trainer", "client"]
# recorded: the app has sessions of the two, and neither has said more. asked: the viewer has said so, asked_by: the other has.
Tie = Literal["none", "recorded", "asked", "asked_by", "confirmed"]


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """How the viewer stands to a person. A request that waits is neither a friendship nor a follow: those are true of accepted ones only.

    `follow_requested`: the viewer waits for the person's approval; `wants_to_follow`: the person waits for the viewer's.
    `trainer`: how far the person is the viewer's trainer; `client`: the viewer's client. Lists of people do not look for what is recorded.
    """

    is_me: bool = False
    following: bool = False
    follows_me: bool = False
    friends: bool = False
    request_sent: bool = False
    request_received: bool = False
    follow_requested: bool = False
    wants_to_follow: bool = False
    muting: bool = False
    blocking: bool = False
    trainer: Tie = "none"
    client: Tie = "none"


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody a member is connected to, as ids. `blocked` holds both directions: whom they blocked and who blocked them.

    `circles` are those of others that the member is in; the member is not told. `training_asked_by` say that they train the member, or
    that the member trains them, and wait for the member's word.
    """

    followees: tuple[int, ...] = ()
    friends: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    asked_by: tuple[int, ...] = ()
    follow_asked_by: tuple[int, ...] = ()
    muted: tuple[int, ...] = ()
    circles: tuple[int, ...] = ()
    training_asked_by: tuple[int, ...] = ()


class FriendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for an answer, and the other person of it."""

    person: Person
    sent_at: datetime


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a member trains with: what they are to the member, how far that is settled, and the sessions the app recorded."""

    person: Person
    role: TrainingRole
    tie: Tie
    sessions: int = 0
    last_at: datetime | None = None


class TrainingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits for a member's word on who trains whom."""

    training: Training
    sent_at: datetime


class TrainingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of those a member trains with, and the id after which the next page begins, if there is one."""

    items: tuple[Training, ...]
    next_after: int | None = None


class Mute(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose posts do not come into the member's feeds: until then, or (None) until the member takes it back."""

    person: Person
    until: datetime | None


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """A named list of people, known to its owner alone."""

    id: int
    name: str
    size: int


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
    following: bool
    private: bool
