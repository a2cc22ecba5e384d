"""What is read of the app, in our own words."""

from typing import Literal
from uuid import UUID

import msgspec

# The app's own key of a user, in the type the driver gives it.
UserKey = int | str | UUID
HostRole = Literal["member", "trainer", "moderator", "admin"]


class HostUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the app. `name` and `handle` are as the app holds them: untrusted, perhaps empty."""

    key: UserKey
    handle: str
    name: str
    role: HostRole
    active: bool


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is checked against. Without a `user_key` nobody was found, and the hash is a decoy of the app's own cost."""

    user_key: UserKey | None
    password_hash: str
    active: bool = False
