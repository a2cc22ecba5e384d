"""What the columns of a users table mean, and of a table of profiles beside it: each part with the reason it is believed."""

from collections.abc import Iterator, Sequence

import msgspec

from swannery.config import UserProfile, UserRoles, Users
from swannery.deployment import vocabulary
from swannery.deployment.catalog import HostCatalog, HostColumn, HostTable, Sample, TableName, family, words
from swannery.deployment.detection import Found, key_of, names_of, pick

MEANING = {
    "active": "true: may be here",
    "deleted": "empty: may be here",
    "banned_until": "shut out until then",
    "merged": "set: this user became another one; shut out",
    "updated": "tells who changed",
}
# What is not there is told as well: it decides what will not work.
WITHOUT = {
    "email": "no column of e-mail addresses; people sign in with their handle",
    "handle": "no column of handles; they are made of the names",
    "password": "no column of passwords; let the app or an identity provider sign people in",
}


def describe_users(
    table: HostTable, *, reasons: Sequence[str], sample: Sample, catalog: HostCatalog | None = None
) -> tuple[Users, list[Found]]:
    """Return the mapping of a users table, and each part of it with its reason."""
    key = key_of(table)
    assert key is not None  # noqa: S101 - tables without one were refused
    found = [Found(what="users", value=str(table.name), reason="; ".join(reasons))]
    why = "primary key" if key.name == table.primary else "no primary key, but this identifies a row"
    found.append(Found(what="key", value=f"{key.name} ({key.type})", reason=why))
    single = _single(table, key)
    profile = find_profile(table, catalog, lacks_name=not names_of(table), lacks_handle=single["handle"] is None)
    users = Users(schema=table.name.schema, table=table.name.name, id=key.name, key_type=key.type, name=names_of(table), profile=profile)
    users = msgspec.structs.replace(users, **{what: column.name if column else None for what, column in single.items()})
    found += _told(single, profile)
    found.append(_name_told(users))
    users, barring = _who_is_out(table, users, sample)
    roles, why = _roles(table, single["role"], sample)
    return msgspec.structs.replace(users, roles=roles), [*found, *barring, *_roles_told(table, roles, why)]


def _single(table: HostTable, key: HostColumn) -> dict[str, HostColumn | None]:
    """Return what one column each says."""
    return {
        "email": pick(table, vocabulary.EMAIL),
        "handle": pick(table, vocabulary.HANDLE),
        "password": pick(table, vocabulary.PASSWORD),
        "avatar": pick(table, vocabulary.AVATAR),
        "role": pick(table, vocabulary.ROLE, labelled=True) or pick(table, vocabulary.ROLE, kind="integer"),
        "active": pick(table, vocabulary.ACTIVE, kind="boolean"),
        "deleted": pick(table, vocabulary.DELETED, kind="time"),
        "banned_until": pick(table, vocabulary.BANNED_UNTIL, kind="time"),
        "merged": pick(table, vocabulary.MERGED, kind=family(key.type)),
        "updated": pick(table, vocabulary.UPDATED, kind="time"),
    }


def _told(single: dict[str, HostColumn | None], profile: UserProfile | None) -> Iterator[Found]:
    for what, column in single.items():
        if column is not None:
            yield Found(what=what, value=column.name, reason=MEANING.get(what, f"by its name, {_type_of(column)}"))
        elif what in WITHOUT and not (profile and getattr(profile, what, None)):
            yield Found(what=what, value="none", reason=WITHOUT[what])
    if profile is not None:
        parts = [*profile.name, *([profile.handle] if profile.handle else []), *([profile.avatar] if profile.avatar else [])]
        name = TableName(profile.schema, profile.table)
        reason = f'one row for each user, by "{profile.user}": {", ".join(parts)}'
        yield Found(what="profile", value=str(name), reason=reason)


def _name_told(users: Users) -> Found:
    if users.name:
        return Found(what="name", value=" + ".join(users.name), reason="by name")
    if users.profile is not None and users.profile.name:
        return Found(what="name", value=" + ".join(users.profile.name), reason="from the profile")
    return Found(what="name", value="none", reason="no column of names; people go by their handle")


def _type_of(column: HostColumn) -> str:
    return "enum" if column.labels else column.type.replace("character varying", "varchar")


def _who_is_out(table: HostTable, users: Users, sample: Sample) -> tuple[Users, list[Found]]:
    """Find further ways in which the app turns somebody away; says so where there is none."""
    found = []
    barred = tuple(c.name for c in table.columns if words(c.name) in vocabulary.BARRED and family(c.type) == "boolean")
    if barred:
        found.append(Found(what="barred", value=", ".join(barred), reason="true: shut out"))
    column = pick(table, vocabulary.USER_STATUS, labelled=True)
    values = _values(table, column, sample) if column else ()
    shut_out = _shut_out(column, values) if column else ()
    status = column.name if column and shut_out else None
    if status:
        others = ", ".join(value for value in values if value not in shut_out) or "any other value"
        found.append(Found(what="status", value=status, reason=f"may be here: {others}; shut out: {', '.join(shut_out)}"))
    if not (users.active or users.deleted or users.banned_until or barred or status):
        found.append(Found(what="active", value="none", reason="nothing deactivates anybody: whoever has a row may be here"))
    return msgspec.structs.replace(users, barred=barred, status=status, shut_out=shut_out if status else ()), found


def _shut_out(column: HostColumn, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values that shut somebody out: those there are and, where any text may come, those that will."""
    found = tuple(value for value in values if words(value) in vocabulary.SHUT_OUT)
    if column.labels or not (found or "active" in map(words, values)):
        return found
    spelled = str.upper if all(value.isupper() for value in values) else str.lower
    return tuple(dict.fromkeys([*found, *(spelled(word) for word in vocabulary.SHUT_OUT)]))


def _values(table: HostTable, column: HostColumn, sample: Sample) -> tuple[str, ...]:
    return column.labels or (sample(table.name, column.name) if table.may_read else ())


def _roles(table: HostTable, column: HostColumn | None, sample: Sample) -> tuple[UserRoles, str]:
    flags = {
        f"{role}_if": tuple(c.name for c in table.columns if words(c.name) in known and family(c.type) == "boolean")
        for role, known in vocabulary.ROLE_FLAGS.items()
    }
    flagged = any(flags.values())
    if column is None:
        return UserRoles(**flags), "the column is true; all others are members" if flagged else "no column of roles: everybody is a member"
    values = _values(table, column, sample)
    if family(column.type) == "integer":
        told = ", ".join(values) or "none yet"
        why = f'numbers whose meaning only the app knows ({told}): write e.g. admin = ["2"] under [users.roles]'
        return UserRoles(**flags), why
    where = "the enum's labels" if column.labels else "the values that occur"
    mapped = {role: tuple(v for v in values if words(v) in known) for role, known in vocabulary.ROLES.items()}
    return UserRoles(**mapped, **flags), f"from {where}: {', '.join(values) or 'none yet'}; all others are members"


def _roles_told(table: HostTable, roles: UserRoles, why: str) -> Iterator[Found]:
    yield Found(what="roles", value=_shown_roles(roles), reason=why)
    for column in table.columns:
        if words(column.name) in vocabulary.STAFF_FLAGS and family(column.type) == "boolean":
            reason = f'gives no power here; write moderator_if = ["{column.name}"] under [users.roles] if they are to moderate'
            yield Found(what="not used", value=column.name, reason=reason)


def _shown_roles(roles: UserRoles) -> str:
    named = {role: (*getattr(roles, role), *getattr(roles, f"{role}_if")) for role in ("admin", "trainer", "moderator")}
    return "; ".join(f"{role} = {', '.join(values)}" for role, values in named.items() if values) or "everybody is a member"


def find_profile(table: HostTable, catalog: HostCatalog | None, *, lacks_name: bool, lacks_handle: bool) -> UserProfile | None:
    """Return the table that says what people are called, where the users table does not: one row for each, by a key."""
    if catalog is None or not (lacks_name or lacks_handle):
        return None
    found = []
    for other in catalog.tables:
        user = next((k.column for k in other.keys if k.parent == table.name and k.column in {other.primary, *other.unique}), None)
        if user is None or other.name == table.name or not other.may_read:
            continue
        name = names_of(other) if lacks_name else ()
        handle = pick(other, vocabulary.HANDLE) if lacks_handle else None
        if not (name or handle):
            continue
        avatar, updated = pick(other, vocabulary.AVATAR), pick(other, vocabulary.UPDATED, kind="time")
        profile = UserProfile(
            schema=other.name.schema, table=other.name.name, user=user, name=name, handle=handle.name if handle else None,
            avatar=avatar.name if avatar else None, updated=updated.name if updated else None,
        )  # fmt: skip
        found.append((("profile" not in words(other.name.name)), other.name, profile))
    return min(found, key=lambda item: item[:2])[2] if found else None
