"""All SQL on the app's own tables. Identifiers come from the configuration and are quoted; statements go to the driver as they are."""

from collections.abc import Sequence
from typing import NamedTuple

from swannery.config import Activity, UserProfile, Users
from swannery.foundation.database import Transaction
from swannery.host.models import UserKey


def quoted(name: str) -> str:
    """Return an identifier in quotes, whatever it holds; the driver reads % as a placeholder, so it is doubled too."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def literal(value: str) -> str:
    """Return a string as an SQL literal."""
    return "'" + value.replace("'", "''").replace("%", "%%") + "'"


def table_of(place: Users | UserProfile | Activity) -> str:
    """Return the table's full name, quoted."""
    return f"{quoted(place.schema)}.{quoted(place.table)}"


def users_relation(users: Users) -> str:
    """Return the app's users as a subselect in brackets.

    Columns: user_key, handle, name, role, active, password_hash, email, updated, handle_as_is, avatar.

    `handle_as_is` may be NULL and is what the app has indexed.
    `user_key` keeps its own type, so that joins use the app's primary key; `active` is never NULL; what is not mapped is '' or NULL.
    """
    place = users.profile
    own, beside = [f"u.{quoted(column)}" for column in users.name], [f"p.{quoted(column)}" for column in (place.name if place else ())]
    names = ", ".join([*own, *beside]) or "''"
    handle = _text(users.handle)
    if place is not None and place.handle:
        handle = f"coalesce(p.{quoted(place.handle)}::text, {handle})" if users.handle else f"p.{quoted(place.handle)}::text"
    spaced = rf"btrim(regexp_replace(concat_ws(' ', {names}), '\s+', ' ', 'g'))"
    joined = f" LEFT JOIN {table_of(place)} p ON p.{quoted(place.user)} = u.{quoted(users.id)}" if place else ""
    return (
        f"(SELECT u.{quoted(users.id)} AS user_key, coalesce({handle}, '') AS handle,"
        f" coalesce(nullif({spaced}, ''), {handle}, '') AS name, {_role(users)} AS role, {_active(users)} AS active,"
        f" {_text(users.password)} AS password_hash, {_text(users.email)} AS email, {_updated(users)} AS updated,"
        f" {handle} AS handle_as_is, {_avatar(users)} AS avatar FROM {table_of(users)} u{joined})"
    )


def _text(column: str | None) -> str:
    return f"u.{quoted(column)}::text" if column else "NULL::text"


def _avatar(users: Users) -> str:
    beside = users.profile.avatar if users.profile else None
    columns = [f"nullif(btrim(p.{quoted(beside)}::text), '')"] if beside else []
    columns += [f"nullif(btrim({_text(users.avatar)}), '')"] if users.avatar else []
    return f"coalesce({', '.join([*columns, literal('')])})"


def _updated(users: Users) -> str:
    columns = [f"u.{quoted(users.updated)}::timestamptz"] if users.updated else []
    if columns and users.profile is not None and users.profile.updated:
        columns.append(f"p.{quoted(users.profile.updated)}::timestamptz")
    return f"greatest({', '.join(columns)})" if columns else "NULL::timestamptz"


def _role(users: Users) -> str:
    """Return who somebody is; where more than one applies, the one with the most power."""
    roles = users.roles
    cases = ""
    for name, values, columns in (
        ("admin", roles.admin, roles.admin_if),
        ("moderator", roles.moderator, roles.moderator_if),
        ("trainer", roles.trainer, roles.trainer_if),
    ):
        conditions = [f"u.{quoted(column)} IS TRUE" for column in columns]
        if users.role and values:
            conditions.append(f"{_text(users.role)} IN ({', '.join(literal(value) for value in values)})")
        if conditions:
            cases += f" WHEN {' OR '.join(conditions)} THEN '{name}'"
    return f"CASE{cases} ELSE 'member' END" if cases else "'member'"


def _active(users: Users) -> str:
    conditions = [f"u.{quoted(users.active)} IS TRUE"] if users.active else []
    conditions += [f"u.{quoted(column)} IS NULL" for column in (users.deleted, users.merged) if column]
    conditions += [f"u.{quoted(column)} IS NOT TRUE" for column in users.barred]
    if users.banned_until:
        conditions.append(f"coalesce(u.{quoted(users.banned_until)} <= now(), true)")
    if users.status and users.shut_out:
        conditions.append(f"coalesce({_text(users.status)} NOT IN ({', '.join(literal(value) for value in users.shut_out)}), true)")
    return " AND ".join(conditions) or "true"


class Login(NamedTuple):
    """A user whom an identifier may mean; the lowest rank means it most."""

    user_key: UserKey
    password_hash: str | None
    active: bool
    rank: int


async def find_users_by_login(tx: Transaction, *, users: Users, identifier: str) -> Sequence[Login]:
    """Return user_key, password_hash, active and the rank of the match; the best first, two at most.

    An e-mail address goes before a handle: nobody may shut another out by taking their address for a handle. First exactly as it is
    typed, for which the app has indexes; only if that finds nobody active in any spelling of case, for which it reads all users.
    """
    exactly = "u.email = %(login)s" if "@" in identifier else "u.email = %(login)s OR u.handle_as_is = %(login)s"
    found = await _find_users(tx, users=users, identifier=identifier, condition=exactly)
    if found and found[0].active:
        return found
    in_any_case = "lower(u.email) = lower(%(login)s) OR (u.handle <> '' AND lower(u.handle) = lower(%(login)s))"
    return await _find_users(tx, users=users, identifier=identifier, condition=in_any_case)


async def _find_users(tx: Transaction, *, users: Users, identifier: str, condition: str) -> Sequence[Login]:
    found = await tx.sql(
        "SELECT u.user_key, u.password_hash, u.active, CASE WHEN u.email = %(login)s THEN 0 WHEN lower(u.email) = lower(%(login)s) THEN 1"
        f" WHEN u.handle = %(login)s THEN 2 ELSE 3 END AS rank FROM {users_relation(users)} u"
        f" WHERE {condition} ORDER BY u.active DESC, rank LIMIT 2",
        {"login": identifier},
    )
    return [Login(*row) for row in found]


async def find_user_by_key(tx: Transaction, *, users: Users, key: UserKey) -> Login | None:
    """Return the user with this key. Index: the app's primary key."""
    found = await tx.sql(
        f"SELECT u.user_key, u.password_hash, u.active, 0 FROM {users_relation(users)} u WHERE u.user_key = %(key)s", {"key": key}
    )
    return Login(*found[0]) if len(found) == 1 else None


async def find_user_by_column(tx: Transaction, *, users: Users, column: str, value: str) -> Login | None:
    """Return the only user whose column holds this text. A column of text is found by the app's own index, others by a scan."""
    found = await tx.sql(
        f"SELECT u.user_key, u.password_hash, u.active, 0 FROM {users_relation(users)} u JOIN {table_of(users)} t"
        f" ON t.{quoted(users.id)} = u.user_key WHERE t.{quoted(column)}::text = %(value)s LIMIT 2",
        {"value": value},
    )
    return Login(*found[0]) if len(found) == 1 else None


async def sample_passwords(tx: Transaction, *, users: Users) -> list[str]:
    """Return some of the app's stored passwords, to learn their kinds and costs."""
    if not users.password:
        return []
    column = f"u.{quoted(users.password)}"
    found = await tx.sql(f"SELECT {column}::text FROM {table_of(users)} u WHERE {column} IS NOT NULL LIMIT 64", {})
    return [str(row[0]) for row in found]


async def count_users_roughly(tx: Transaction, *, users: Users) -> int:
    """Return the planner's estimate of the users; a count where it has none."""
    found = await tx.sql(
        "SELECT reltuples::bigint FROM pg_class WHERE oid = %(table)s::regclass", {"table": table_of(users).replace("%%", "%")}
    )
    estimate = int(found[0][0])
    return estimate if estimate >= 0 else int((await tx.sql(f"SELECT count(*) FROM {table_of(users)}", {}))[0][0])


def activities_relation(activity: Activity) -> str:
    """Return the completed rows of an activity table as a subselect in brackets: key, member_key, partner_key, at.

    All but `partner_key` keep their own types, so that joins, order and comparisons use the app's indexes.
    """
    partner = f"a.{quoted(activity.partner)}" if activity.partner else "NULL"
    condition = f"a.{quoted(activity.member)} IS NOT NULL AND a.{quoted(activity.at)} IS NOT NULL"
    if activity.status:
        condition += f" AND a.{quoted(activity.status)}::text IN ({', '.join(literal(value) for value in activity.completed) or 'NULL'})"
    return (
        f"(SELECT a.{quoted(activity.key)} AS key, a.{quoted(activity.member)} AS member_key, {partner} AS partner_key,"
        f" a.{quoted(activity.at)} AS at FROM {table_of(activity)} a WHERE {condition})"
    )
