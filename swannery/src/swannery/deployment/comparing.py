"""Whether the file and the app's database fit each other: each difference with the line of the file and what may be meant."""

import difflib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from swannery.config import Activity, Config, UserProfile, UserRoles, Users
from swannery.config.lines import Place, lines_of
from swannery.deployment.catalog import HostCatalog, HostTable, TableName, family, visible
from swannery.deployment.detect_activities import MissingLink

Mapped = Users | UserProfile | UserRoles | Activity
# Settings that name no column.
PLAIN = frozenset(
    {"schema", "table", "key_type", "link", "erase_up_to", "avatar_base", "shut_out", "completed", "admin", "trainer", "moderator"}
)
KINDS = {
    "active": "boolean", "barred": "boolean", "admin_if": "boolean", "trainer_if": "boolean", "moderator_if": "boolean",
    "banned_until": "time", "updated": "time",
}  # fmt: skip
SPOKEN = {"boolean": "true or false", "time": "a time"}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the file says and the database does not have."""

    line: int
    key: str
    wrong: str
    hint: str = ""

    def told(self, source: str) -> str:
        """`swannery.toml:12: users.email: …`."""
        return visible(f"{source}:{self.line}: {self.key}: {self.wrong}. {self.hint}".rstrip())


def compare(config: Config, catalog: HostCatalog, *, path: Path) -> tuple[list[Difference], list[MissingLink]]:
    """Return what differs, and the members' columns of activities that are missing: those can be healed."""
    comparison = _Comparison(config, catalog, path=path)
    comparison.look()
    return sorted(comparison.differences, key=lambda difference: difference.line), comparison.missing


class _Comparison:
    def __init__(self, config: Config, catalog: HostCatalog, *, path: Path) -> None:
        self._config = config
        self._catalog = catalog
        self._source = path.name
        self._lines = lines_of(path.read_text(encoding="utf-8"))
        self.differences: list[Difference] = []
        self.missing: list[MissingLink] = []

    def look(self) -> None:
        users = self._config.users
        table = self._table(users, ("users",))
        if table is not None:
            self._columns(users, table, ("users",))
            self._columns(users.roles, table, ("users", "roles"))
            key = table.column(users.id)
            if key and key.type != users.key_type:
                self._differ(("users", "key_type"), f"{table.name}.{users.id} is {key.type}, not {users.key_type}")
        if users.profile is not None:
            self._profile(users, users.profile)
        for number, activity in enumerate(self._config.activities):
            table = self._table(activity, ("activities", number))
            if table is not None:
                self._columns(activity, table, ("activities", number))

    def _profile(self, users: Users, profile: UserProfile) -> None:
        place = ("users", "profile")
        table = self._table(profile, place)
        if table is None:
            return
        self._columns(profile, table, place)
        column = table.column(profile.user)
        if column is None:
            return
        if column.name not in {table.primary, *table.unique}:
            self._differ((*place, "user"), f"nothing makes {table.name}.{column.name} unique: somebody could have two names")
        elif family(column.type) != family(users.key_type):
            self._differ((*place, "user"), f"{table.name}.{column.name} is {column.type}, the users' key is {users.key_type}")

    def _table(self, mapped: Users | UserProfile | Activity, place: Place) -> HostTable | None:
        name = TableName(mapped.schema, mapped.table)
        table = self._catalog.find(name)
        if table is None:
            near = difflib.get_close_matches(mapped.table, [t.name.name for t in self._catalog.tables], n=1)
            same = [t.name for t in self._catalog.tables if near and t.name.name == near[0]]
            hint = f'Did you mean table = "{same[0].name}", schema = "{same[0].schema}"?' if same else ""
            self._differ((*place, "table"), f"there is no table {name}", hint)
        return table

    def _columns(self, mapped: Mapped, table: HostTable, place: Place) -> None:
        for setting, name in _named(mapped):
            column = table.column(name)
            if column is None and isinstance(mapped, Activity) and setting == "member":
                users = self._config.users
                people = TableName(users.schema, users.table)
                why = f"{self._source} names it"
                self.missing.append(MissingLink(table=table.name, column=name, parent=people, parent_column=users.id, reason=why))
            elif column is None:
                near = difflib.get_close_matches(name, [c.name for c in table.columns], n=1)
                self._differ((*place, setting), f"{table.name} has no column {name}", f"Did you mean {near[0]}?" if near else "")
            elif (kind := KINDS.get(setting)) and not isinstance(mapped, Activity) and family(column.type) != kind:
                self._differ((*place, setting), f"{table.name}.{name} is {column.type} and must be {SPOKEN[kind]}")

    def _differ(self, place: Place, wrong: str, hint: str = "") -> None:
        around = next((place[:length] for length in range(len(place), 0, -1) if place[:length] in self._lines), ())
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        self.differences.append(Difference(line=self._lines.get(around, 1), key=key, wrong=wrong, hint=hint))


def _named(mapped: Mapped) -> Iterator[tuple[str, str]]:
    """Return each setting that names columns, with each column it names."""
    for setting in mapped.__struct_fields__:
        value = getattr(mapped, setting)
        if setting in PLAIN or isinstance(value, msgspec.Struct):
            continue
        for name in value if isinstance(value, tuple) else (value,):
            if name is not None:
                yield setting, str(name)
