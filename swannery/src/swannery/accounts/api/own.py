"""One's own profile and settings, as JSON. What a change does not name stays as it is."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.accounts.actions import own_picture, own_profile, own_settings
from swannery.accounts.models import Openness, Permits, WhoMay
from swannery.accounts.rules import LONGEST_BIO, LONGEST_LINK, LONGEST_PRONOUNS, MOST_LINKS
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Accent, Colours, Look, Role, Viewer
from swannery.foundation.web import PROBLEMS, Page

LinkText = Annotated[str, msgspec.Meta(max_length=LONGEST_LINK)]
Links = Annotated[list[LinkText], msgspec.Meta(max_length=MOST_LINKS)]
PictureKey = Annotated[str, msgspec.Meta(max_length=32)]
Unset = msgspec.UnsetType


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What others read of this member; name, handle and role are the app's."""

    id: int
    name: str
    handle: str
    role: Role
    bio: str
    pronouns: str
    links: tuple[str, ...]
    private: bool
    suggested: bool
    picture: str | None
    cover: str | None


class ProfileChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Links are https addresses. `private`: followers need approval from now on. `suggested`: to people one may know.

    `picture` and `cover`: the key of a picture that was sent for this; "" removes the one there is.
    """

    bio: Annotated[str, msgspec.Meta(max_length=LONGEST_BIO)] | Unset = msgspec.UNSET
    pronouns: Annotated[str, msgspec.Meta(max_length=LONGEST_PRONOUNS)] | Unset = msgspec.UNSET
    links: Links | Unset = msgspec.UNSET
    private: bool | Unset = msgspec.UNSET
    suggested: bool | Unset = msgspec.UNSET
    picture: PictureKey | Unset = msgspec.UNSET
    cover: PictureKey | Unset = msgspec.UNSET


class OwnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who may do what (`followed`: people the member follows, and friends), and how pages are shown; "" is the browser's choice."""

    message: WhoMay
    mention: WhoMay
    tag: WhoMay
    activity: WhoMay
    language: str
    time_zone: str
    theme: Colours
    accent: Accent


class SettingsChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`time_zone` is a name like Europe/Berlin."""

    message: WhoMay | Unset = msgspec.UNSET
    mention: WhoMay | Unset = msgspec.UNSET
    tag: WhoMay | Unset = msgspec.UNSET
    activity: WhoMay | Unset = msgspec.UNSET
    language: Annotated[str, msgspec.Meta(max_length=20)] | Unset = msgspec.UNSET
    time_zone: Annotated[str, msgspec.Meta(max_length=60)] | Unset = msgspec.UNSET
    theme: Colours | Unset = msgspec.UNSET
    accent: Accent | Unset = msgspec.UNSET


def _changed(change: msgspec.Struct, *, of: Any) -> dict[str, Any]:  # noqa: ANN401 - any struct
    """Return the named changes that this struct has a field for."""
    values = {name: getattr(change, name, msgspec.UNSET) for name in of.__struct_fields__}
    return {name: value for name, value in values.items() if value is not msgspec.UNSET}


async def _me(tx: Transaction, viewer: Viewer) -> OwnProfile:
    words = await own_profile.read_own(tx, viewer=viewer)
    openness = await own_profile.read_openness(tx, viewer=viewer)
    pictures = await own_picture.read_addresses(tx, viewer=viewer)
    return OwnProfile(
        id=viewer.member_id, name=viewer.name, handle=viewer.handle, role=viewer.role, bio=words.bio, pronouns=words.pronouns,
        links=words.links, **msgspec.to_builtins(openness), picture=pictures["face"], cover=pictures["cover"],
    )  # fmt: skip


@get("/api/v1/me", responses=PROBLEMS, tags=["me"], summary="One's own profile")
async def read_me(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> OwnProfile:
    """Return what this member says of themselves."""
    return await _me(tx, viewer)


@patch("/api/v1/me", responses=PROBLEMS, tags=["me"], summary="Change one's own profile")
async def change_me(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[ProfileChange]) -> OwnProfile:
    """Change what is named; returns the profile as it is then."""
    words = await own_profile.read_own(tx, viewer=viewer)
    changes = _changed(data, of=own_profile.Words)
    if "links" in changes:
        changes["links"] = tuple(changes["links"])
    if changes:
        await own_profile.change_own(tx, viewer=viewer, words=msgspec.structs.replace(words, **changes))
    if openness := _changed(data, of=Openness):
        await own_profile.change_openness(tx, viewer=viewer, **openness)
    if isinstance(data.picture, str):
        await own_picture.show_own(tx, viewer=viewer, purpose="face", key=data.picture)
    if isinstance(data.cover, str):
        await own_picture.show_own(tx, viewer=viewer, purpose="cover", key=data.cover)
    return await _me(tx, viewer)


@get("/api/v1/me/settings", responses=PROBLEMS, tags=["me"], summary="One's own settings")
async def read_settings(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> OwnSettings:
    """Return what this member decided."""
    permits = await own_settings.read_permits(tx, viewer=viewer)
    return OwnSettings(**msgspec.to_builtins(permits), **msgspec.to_builtins(viewer.look))


@patch("/api/v1/me/settings", responses=PROBLEMS, tags=["me"], summary="Change one's own settings")
async def change_settings(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[SettingsChange], page: NamedDependency[Page]
) -> OwnSettings:
    """Change what is named; returns the settings as they are then."""
    permits, look = await own_settings.read_permits(tx, viewer=viewer), viewer.look
    # What is not named is not looked at either: a time zone of long ago stands in the way of no other choice.
    if changes := _changed(data, of=Permits):
        permits = msgspec.structs.replace(permits, **changes)
        await own_settings.change_permits(tx, viewer=viewer, permits=permits)
    if changes := _changed(data, of=Look):
        look = msgspec.structs.replace(look, **changes)
        await own_settings.change_look(tx, viewer=viewer, look=look, languages=page.languages, named=changes)
    return OwnSettings(**msgspec.to_builtins(permits), **msgspec.to_builtins(look))


routes = [read_me, change_me, read_settings, change_settings]
