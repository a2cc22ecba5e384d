"""On which line each key of a TOML text stands: tomllib reads values and forgets places."""

import re
from collections import defaultdict

Place = tuple[str | int, ...]

_BARE = r"[A-Za-z0-9_-]+"
_PART = rf'(?:{_BARE}|"(?:[^"\\]|\\.)*"|\'[^\']*\')'
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"^\s*(?P<open>\[\[?)\s*(?P<name>{_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"^\s*(?P<name>{_DOTTED})\s*=")


def lines_of(text: str) -> dict[Place, int]:
    """Return the line, from 1, of each section and key; entries of `[[name]]` are numbered from 0."""
    found: dict[Place, int] = {}
    counts: defaultdict[Place, int] = defaultdict(int)
    section: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            section = _parts(header["name"])
            if header["open"] == "[[":
                counts[section] += 1
                found.setdefault(section, number)
                section = (*section, counts[section] - 1)
            found[section] = number
            continue
        key = _KEY.match(line)
        if key:
            found.setdefault((*section, *_parts(key["name"])), number)
    return found


def _parts(name: str) -> Place:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))
