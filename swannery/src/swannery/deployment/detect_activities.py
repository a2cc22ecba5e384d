"""Where the app records what its people do: tables of sessions with a member, a status that can be completed, and a time."""

from collections.abc import Iterator

import msgspec

from swannery.config import Activity, Users
from swannery.deployment import vocabulary
from swannery.deployment.catalog import HostCatalog, HostColumn, HostTable, Sample, TableName, family, readable, words
from swannery.deployment.detection import Found, key_of, pick


class MissingLink(msgspec.Struct, frozen=True, kw_only=True):
    """A column that leads from an activity to its member and is missing or cannot: what dbdoctor is asked for."""

    table: TableName
    column: str
    parent: TableName
    parent_column: str
    reason: str

    @property
    def wish(self) -> str:
        """The key, as dbdoctor reads it."""
        child = (*self.table, self.column)
        parent = (*self.parent, self.parent_column)
        return " -> ".join(".".join(readable(name) for name in side) for side in (child, parent))


def detect_activities(catalog: HostCatalog, *, users: Users, sample: Sample) -> tuple[list[Activity], list[Found], list[MissingLink]]:
    """Return the activity tables, why they are, and those that only lack a way to their member."""
    people = _people(catalog, users)
    activities: list[Activity] = []
    found: list[Found] = []
    missing: list[MissingLink] = []
    for table in catalog.tables:
        looked = _look(table, people=people, users=users, sample=sample)
        if isinstance(looked, MissingLink):
            missing += [] if _has_participants(table, catalog, people=people) else [looked]
        elif looked is not None:
            activity, reason = looked
            activities.append(activity)
            found.append(Found(what="activities", value=activity.source, reason=reason))
    return activities, found, missing


def _people(catalog: HostCatalog, users: Users) -> tuple[TableName, ...]:
    """Return the users table, and with it every table whose own key is the users': a key that leads there leads to the user."""
    main = TableName(users.schema, users.table)
    beside = [t.name for t in catalog.tables if any(k.column == t.primary and k.parent == main for k in t.keys)]
    return (main, *beside)


def _look(table: HostTable, *, people: tuple[TableName, ...], users: Users, sample: Sample) -> tuple[Activity, str] | MissingLink | None:
    key, at = key_of(table), pick(table, vocabulary.HAPPENED, kind="time")
    if table.name in people or not table.may_read or key is None or at is None:
        return None
    partner = next(_linked(table, vocabulary.PARTNER, people=people, key_type=users.key_type), None)
    named = words(table.name.name).split("_")
    speaks = any(_singular(word) in vocabulary.ACTIVITY_WORDS for word in named)
    status, completed = _status(table, sample, sure=speaks)
    if not (speaks or partner) or not (completed or pick(table, vocabulary.ENDED, kind="time")):
        return None
    member = next(_linked(table, vocabulary.MEMBER, people=people, key_type=users.key_type), None)
    if member is None:
        return _without_member(table, people=people, users=users, partner=partner)
    if not completed:
        status, at = None, pick(table, vocabulary.ENDED, kind="time") or at
    activity = Activity(
        schema=table.name.schema,
        table=table.name.name,
        key=key.name,
        member=member.name,
        at=at.name,
        partner=partner.name if partner else None,
        status=status.name if status else None,
        completed=completed or ("completed",),
    )
    when = f'when "{status.name}" is {", ".join(completed)}' if status else f'once "{at.name}" is set'
    with_whom = f', with "{partner.name}"' if partner else ""
    return activity, f'member "{member.name}"{with_whom}, {when}, at "{at.name}"'


def _status(table: HostTable, sample: Sample, *, sure: bool) -> tuple[HostColumn | None, tuple[str, ...]]:
    """Return the column of states and those of its values that mean completed; an empty table of a telling name is believed."""
    column = pick(table, vocabulary.STATUS, labelled=True)
    column = column or next(
        (c for c in table.columns if words(c.name).endswith("_status") and (c.labels or family(c.type) == "text")), None
    )
    if column is None:
        return None, ()
    values = column.labels or sample(table.name, column.name)
    completed = tuple(value for value in values if words(value) in vocabulary.COMPLETED)
    if not values and sure:
        return column, ("completed",)
    return column, completed


def _linked(table: HostTable, names: tuple[str, ...], *, people: tuple[TableName, ...], key_type: str) -> Iterator[HostColumn]:
    """Columns that lead to the users: by a name of these and a key or the key's type."""
    keyed = {key.column for key in table.keys if key.parent in people}
    elsewhere = {key.column for key in table.keys} - keyed
    for name in names:
        for column in table.columns:
            if (
                _role_of(column) == name
                and column.name not in elsewhere
                and (column.name in keyed or family(column.type) == family(key_type))
            ):
                yield column


def _role_of(column: HostColumn) -> str:
    """`trainerId`, `trainer_id`, `trainer_uuid` and `trainer` all name the trainer."""
    name = words(column.name)
    for end in ("_id", "_uuid", "_key"):
        name = name.removesuffix(end)
    return name


def _without_member(table: HostTable, *, people: tuple[TableName, ...], users: Users, partner: HostColumn | None) -> MissingLink | None:
    """A table that is tied to the users by something else, but not by whose activity it is: its member's column is missing."""
    keyed = any(key.parent in people for key in table.keys)
    wrong = next((c for name in vocabulary.MEMBER for c in table.columns if _role_of(c) == name), None)
    if wrong is not None and any(key.column == wrong.name for key in table.keys):
        return None  # it leads elsewhere, on purpose
    if wrong is None and not (keyed or partner):
        return None
    camel = any(column.name != column.name.lower() for column in table.columns)
    column = wrong.name if wrong else ("userId" if camel else "user_id")
    main = people[0]
    tied = f' ("{partner.name}" leads to {main})' if partner else ""
    why = f"{wrong.type} does not lead to {main}" if wrong else f"nothing in it says whose it is{tied}"
    return MissingLink(table=table.name, column=column, parent=main, parent_column=users.id, reason=why)


def _has_participants(table: HostTable, catalog: HostCatalog, *, people: tuple[TableName, ...]) -> bool:
    """Whether a table between says who took part: then the activity itself needs no member."""
    return any(
        table.name in (led := {key.parent for key in other.keys}) and not led.isdisjoint(people)
        for other in catalog.tables
        if other.name != table.name
    )


def _singular(word: str) -> str:
    if word in vocabulary.ACTIVITY_WORDS:
        return word
    return word.removesuffix("es") if word.endswith(("sses", "shes")) else word.removesuffix("s")
