"""Who is looking: ids only, loaded once per request, handed to every query that reads what somebody wrote."""

from typing import Literal

import msgspec

from swannery.foundation.errors import NotSignedIn
from swannery.foundation.words import say

Role = Literal["member", "trainer", "moderator", "admin"]


Colours = Literal["auto", "light", "dark", "contrast"]
Accent = Literal["lake", "moss", "amber", "coral", "plum", "violet"]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a member wants pages to be; an empty language or time zone is the browser's, or UTC."""

    language: str = ""
    time_zone: str = ""
    theme: Colours = "auto"
    accent: Accent = "lake"


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A member with everybody they are connected to; a stranger has no id and no connections.

    `blocked` holds both directions: whom the viewer blocked and who blocked the viewer. `asked` and `asked_by` are friend requests
    that wait for an answer, `follow_asked_by` people who wait for approval, `training_asked_by` people who wait for a word on who trains
    whom; they open nothing. `muted` people's posts stay out of feeds; `circles` are the circles of others that the viewer is in. `pulled`
    are those followees whose posts are in nobody's feed list, because too many follow them.
    """

    id: int | None = None
    name: str = ""
    handle: str = ""
    role: Role = "member"
    sign_in_id: int | None = None
    picture: str = ""
    followees: tuple[int, ...] = ()
    friends: tuple[int, ...] = ()
    circles: tuple[int, ...] = ()
    communities: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    asked_by: tuple[int, ...] = ()
    follow_asked_by: tuple[int, ...] = ()
    training_asked_by: tuple[int, ...] = ()
    muted: tuple[int, ...] = ()
    pulled: tuple[int, ...] = ()
    site_open: bool = False
    feed_order: Literal["latest", "for_you"] = "latest"
    look: Look = Look()

    @property
    def signed_in(self) -> bool:
        """Whether this is a member."""
        return self.id is not None

    @property
    def member_id(self) -> int:
        """Return the member's id; raises NotSignedIn for a stranger."""
        if self.id is None:
            raise NotSignedIn(say("Sign in to do this."), next_step=say("Sign in with your usual password."))
        return self.id
