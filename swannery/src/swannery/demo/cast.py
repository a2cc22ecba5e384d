"""The demo's made-up community as it lies in community/*.toml: who is there, whom they know, what they wrote and when."""

import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parent / "community"
CLOCK = re.compile(r"(?P<days>\d+)d (?P<hour>\d\d):(?P<minute>\d\d)")
SPAN = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?")


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the files; handles stand apart by spaces."""


class Somebody(_Row, frozen=True, kw_only=True):
    """A person; who has a first name is made up and not one of the app's own users."""

    handle: str
    first: str = ""
    last: str = ""
    bio: str = ""
    trainer: str = ""
    training: Literal["confirmed", "asked", "recorded"] = "confirmed"
    sessions: int = 0
    follows: str = ""
    friends: str = ""

    @property
    def made_up(self) -> bool:
        """Whether the studio does not know them yet."""
        return bool(self.first)


class Request(_Row, frozen=True, kw_only=True, rename={"sender": "from", "addressee": "to"}):
    """A friend request that waits."""

    sender: str
    addressee: str
    ago: str


class Gathering(_Row, frozen=True, kw_only=True):
    """A community."""

    name: str
    purpose: str
    founder: str
    members: str


class Words(_Row, frozen=True, kw_only=True):
    """A post with what others said to it. `session`: it shares a training session that ended just before."""

    author: str
    at: str
    text: str
    audience: str = "members"
    community: str = ""
    state: str = "shown"
    session: bool = False
    likes: str = ""
    comments: list[tuple[str, str, str]] = []


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    people: list[Somebody]
    requests: list[Request]
    communities: list[Gathering]
    posts: list[Words]


def read_cast() -> Cast:
    """Read the files that come with the package."""
    found: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert(found, Cast)


def moment(text: str, *, now: datetime) -> datetime:
    """Return when `16d 18:30` (sixteen days ago, at half past six) or `2h20m` (so long ago) was; never in the future."""
    clock = CLOCK.fullmatch(text)
    if clock is None:
        return now - span(text)
    day = now - timedelta(days=int(clock["days"]))
    return min(day.replace(hour=int(clock["hour"]), minute=int(clock["minute"]), second=0, microsecond=0), now)


def span(text: str) -> timedelta:
    """Return how long `1d2h`, `3h` or `45m` is."""
    found = SPAN.fullmatch(text)
    if found is None or not text:
        message = f"This is no span of time: {text!r}"
        raise ValueError(message)
    days, hours, minutes = (int(found[part] or 0) for part in ("days", "hours", "minutes"))
    return timedelta(days=days, hours=hours, minutes=minutes)
