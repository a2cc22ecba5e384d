"""Who may do what in a community."""

from collections.abc import Mapping
from typing import Literal

from swannery.communities.models import Access, Role

Deed = Literal["read", "read_posts", "list_members", "join", "leave", "post"]
# A guest is not in it and might be, as it is open; an outsider is not in one that is not: for them it does not exist.
Standing = Role | Literal["guest", "outsider"]

INSIDE: frozenset[Standing] = frozenset({"owner", "moderator", "member"})

ALLOWED: Mapping[Deed, frozenset[Standing]] = {
    "read": INSIDE | {"guest"},
    "read_posts": INSIDE,
    "list_members": INSIDE,
    "join": frozenset({"guest"}),
    "leave": INSIDE,
    "post": INSIDE,
}


def standing_of(role: Role | None, *, access: Access) -> Standing:
    """Say how somebody with this role, or none, stands to a community of this kind."""
    if role is not None:
        return role
    return "guest" if access == "open" else "outsider"


def may(deed: Deed, standing: Standing) -> bool:
    """Whether somebody who stands so to a community may do this there."""
    return standing in ALLOWED[deed]
