"""From text to a validated Config: every problem at once, each with its line, its key and what to do."""

import difflib
import ipaddress
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from swannery.config.lines import Place, lines_of
from swannery.config.models import Config, ServerSettings
from swannery.config.sign_in import located, missing_material, wrong_in_sign_in


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `line` counts from 1; 0 when it is not in the file."""

    source: str
    line: int
    key: str
    wrong: str
    next_step: str

    def __str__(self) -> str:
        """`swannery.toml:12: server.port: …`."""
        where = f"{self.source}:{self.line}" if self.line else self.source
        return f"{where}: {self.key}: {self.wrong} {self.next_step}"


class ConfigInvalid(Exception):
    """The configuration cannot be used. Config stands below every other room, so this is no SwanneryError."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.message = "\n".join(str(problem) for problem in problems)
        self.next_step = "Correct the file and try again; `swannery deploy` writes one where there is none."
        super().__init__(self.message)


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read the file; DATABASE_URL and PORT win over what it says. Raises ConfigInvalid with every problem found."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise ConfigInvalid((_whole_file(path, f"cannot be read ({reason}).", "Make it with: swannery deploy URL"),)) from None
    except UnicodeDecodeError:
        raise ConfigInvalid((_whole_file(path, "is not UTF-8.", "Save it as UTF-8."),)) from None
    config = parse_config(text, source=path.name, environ=environ, folder=path.parent)
    if not config.database.url:
        raise ConfigInvalid((_whole_file(path, "names no database.", "Set DATABASE_URL, or write url under [database]."),))
    return located(config, folder=path.parent)


def _whole_file(path: Path, wrong: str, next_step: str) -> Problem:
    return Problem(source=path.name, line=0, key="the file", wrong=wrong, next_step=next_step)


def parse_config(
    text: str, *, source: str = "swannery.toml", environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Config:
    """Validate the text of a file; raises ConfigInvalid with every problem found. With a folder, the files it names must be there."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid((_no_toml(str(error), source=source, text=text),)) from None
    reader = _Reader(source=source, lines=lines_of(text))
    config = reader.read(raw, environ or {})
    if config is not None and folder is not None:
        for place, wrong, next_step in missing_material(config, environ=environ or {}, folder=folder):
            reader.complain(place, wrong, next_step)
        config = None if reader.problems else config
    if config is None:
        raise ConfigInvalid(tuple(sorted(reader.problems, key=lambda problem: problem.line)))
    return config


def _no_toml(said: str, *, source: str, text: str) -> Problem:
    found = re.search(r"at line (\d+)", said)
    line = int(found[1]) if found else len(text.splitlines()) or 1
    wrong = re.sub(r"\s*\(at .*\)$", "", said)
    return Problem(source=source, line=line, key="the file", wrong=f"This is no TOML: {wrong}.", next_step="Correct this line.")


class _Reader:
    """Collects what is wrong while it builds the structs."""

    def __init__(self, *, source: str, lines: Mapping[Place, int]) -> None:
        self._source = source
        self._lines = lines
        self.problems: list[Problem] = []

    def read(self, raw: dict[str, Any], environ: Mapping[str, str]) -> Config | None:
        """Return the config, or None when there are problems."""
        values = self._struct(Config, raw, place=())
        self._environment(values, environ)
        if self.problems:
            return None
        config = msgspec.convert(values, Config)
        self._whole(config)
        return None if self.problems else config

    def _struct(self, kind: type[msgspec.Struct], raw: object, *, place: Place) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.complain(place, f"Expected a section, got {raw!r}.", f"Write it as [{_dotted(place)}] with lines under it.")
            return {}
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for key in raw:
            if key not in fields:
                near = difflib.get_close_matches(key, fields, n=1, cutoff=0.6)
                hint = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(fields)}."
                self.complain((*place, key), "No such key.", hint)
        values: dict[str, Any] = {}
        for name, field in fields.items():
            if name in raw:
                values[name] = self._value(field.type, raw[name], place=(*place, name))
            elif field.required:
                self.complain((*place, name), "It is missing.", f"Add {name} = {_example(field.type)}.")
        return values

    def _value(self, kind: Any, raw: object, *, place: Place) -> Any:  # noqa: ANN401 - any TOML value
        section = _section_of(kind)
        if section is not None:
            return self._struct(section, raw, place=place)
        item = get_args(kind)[0] if get_origin(kind) is tuple else None
        if isinstance(item, type) and issubclass(item, msgspec.Struct):
            if not isinstance(raw, list):
                self.complain(place, "Expected sections in double brackets.", f"Write it as [[{_dotted(place)}]].")
                return []
            return [self._struct(item, entry, place=(*place, number)) for number, entry in enumerate(raw)]
        try:
            msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            said = str(error).split(" - at ")[0].replace("`", "")
            if "regex" in said:  # the one pattern there is, in words
                self.complain(
                    place, f"{raw!r} is no type a key may have.", "Write what the catalog calls it: integer, bigint, uuid, text …"
                )
            else:
                self.complain(place, f"{said}.", f"Write {place[-1]} = {_example(kind)}.")
        return raw

    def _environment(self, values: dict[str, Any], environ: Mapping[str, str]) -> None:
        url, port = environ.get("DATABASE_URL", ""), environ.get("PORT", "")
        if url and isinstance(values.setdefault("database", {}), dict):
            values["database"]["url"] = url
        if not port:
            return
        try:
            msgspec.convert({"port": port}, ServerSettings, strict=False)
            values.setdefault("server", {})["port"] = int(port)
        except (msgspec.ValidationError, ValueError):
            wrong = Problem(source="environment", line=0, key="PORT", wrong=f"{port!r} is no port.", next_step="Use 1 to 65535.")
            self.problems.append(wrong)

    def _whole(self, config: Config) -> None:
        """What only the values together, or a closer look at one, can tell."""
        address = config.site.public_url
        if address and not re.match(r"https?://[^\s/]+/?$", address):
            self.complain(("site", "public_url"), f"{address!r} is no web address.", 'Write it like "https://people.example.com".')
        seen: set[str] = set()
        for number, activity in enumerate(config.activities):
            if activity.source in seen:
                self.complain(("activities", number, "table"), "It is listed twice.", "Keep one of the two sections.")
            seen.add(activity.source)
        for place, wrong, next_step in wrong_in_sign_in(config):
            self.complain(place, wrong, next_step)
        for network in config.server.trusted_proxies:
            if not _is_network(network):
                self.complain(("server", "trusted_proxies"), f"{network!r} is no network.", 'Write it like "10.0.0.0/8" or "127.0.0.1".')
        self._users(config)

    def _users(self, config: Config) -> None:
        users = config.users
        roles = users.roles
        if users.status and not users.shut_out:
            self.complain(("users", "status"), "Nothing says which values shut somebody out.", 'Add shut_out = ["…"].')
        if users.shut_out and not users.status:
            self.complain(("users", "shut_out"), "Nothing says where these values stand.", 'Add status = "…", the name of a column.')
        named = [*roles.admin, *roles.trainer, *roles.moderator]
        for value in sorted({value for value in named if named.count(value) > 1}):
            self.complain(("users", "roles"), f"{value!r} is given to more than one role.", "Keep it in one list.")

    def complain(self, place: Place, wrong: str, next_step: str) -> None:
        """Note a problem with its line."""
        self.problems.append(Problem(source=self._source, line=self._line(place), key=_dotted(place), wrong=wrong, next_step=next_step))

    def _line(self, place: Place) -> int:
        """The key's own line, else that of the nearest section around it."""
        for around in _outward(place):
            if around in self._lines:
                return self._lines[around]
        return 1


def _section_of(kind: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - any annotation
    """Return the struct a section is read as, also where the section may be left out."""
    choices = get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)
    return next((choice for choice in choices if isinstance(choice, type) and issubclass(choice, msgspec.Struct)), None)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _outward(place: Place) -> Iterator[Place]:
    return (place[:length] for length in range(len(place), 0, -1))


def _dotted(place: Place) -> str:
    return ".".join(f"{part + 1}" if isinstance(part, int) else part for part in place)


def _example(kind: Any) -> str:  # noqa: ANN401 - any annotation
    """Show what a value of this type looks like."""
    origin = get_origin(kind)
    if origin is Annotated or origin in {Union, types.UnionType}:
        return _example(get_args(kind)[0])
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "…, a section of its own"
    if origin is tuple:
        return '["…"]'
    return {bool: "true or false", int: "a whole number", float: "a number", str: '"…"'}.get(kind, "…")
