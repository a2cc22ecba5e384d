"""Where an app keeps its migrations: the tool's usual folders, those its settings name, or whichever holds the ledger's names."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

DEPTH = 6
FOLDERS_LOOKED_AT = 3000
LONGEST_TEXT = 400_000
_NEVER = frozenset({"node_modules", ".git", ".venv", "venv", "site-packages", "__pycache__", ".tox", "vendor", ".next", ".cache", "deps"})
_QUOTED = re.compile(r"""['"`]([^'"`\n]+)['"`]""")


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look: the tool's usual folders, its settings files with what names the folder there, and which files it runs."""

    usual: tuple[str, ...]
    runs: re.Pattern[str]
    settings: tuple[str, ...] = ()
    setting: re.Pattern[str] | None = None


def migration_folder(folder: Path | None, places: Places, belongs: Callable[[str], bool]) -> Path | None:
    """The folder with the app's migrations: the one that holds most of what the ledger knows (`belongs`), settings before custom."""
    if folder is None or not folder.is_dir():
        return None
    likely = [*_named(folder, places), *(folder / usual for usual in places.usual)]
    existing = [place for place in dict.fromkeys(likely) if place.is_dir()]
    chosen = _best(existing, places, belongs)
    if chosen is None or not any(belongs(name) for name in names_in(chosen, places)):
        elsewhere = _best([p for p in folders_below(folder) if any(belongs(n) for n in names_in(p, places))], places, belongs)
        chosen = elsewhere or chosen
    return chosen


def names_in(folder: Path, places: Places) -> list[str]:
    """The names of the files that the tool would run."""
    try:
        return [entry.name for entry in os.scandir(folder) if entry.is_file() and places.runs.search(entry.name)]
    except OSError:
        return []


def folders_below(folder: Path) -> Iterator[Path]:
    """The app's own folders, what was installed or built left out; not deeper than people go."""
    for looked_at, (root, names, _) in enumerate(os.walk(folder)):
        depth = len(Path(root).relative_to(folder).parts)
        names[:] = sorted(n for n in names if n not in _NEVER) if depth < DEPTH else []
        if looked_at >= FOLDERS_LOOKED_AT:
            return
        yield Path(root)


def read_text(file: Path) -> str:
    """What a file says, as far as it can be read."""
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as opened:
            return opened.read(LONGEST_TEXT).removeprefix("\ufeff")
    except OSError:
        return ""


def mentions(folder: Path | None, patterns: Sequence[str], wanted: str) -> bool:
    """Whether one of the app's settings files says `wanted` (a regular expression)."""
    if folder is None or not folder.is_dir():
        return False
    return any(re.search(wanted, read_text(file)) for pattern in patterns for file in folder.glob(pattern) if file.is_file())


def _named(folder: Path, places: Places) -> Iterator[Path]:
    if places.setting is None:
        return
    for pattern in places.settings:
        for file in sorted(folder.glob(pattern)):
            for found in places.setting.finditer(read_text(file)) if file.is_file() else ():
                parts = _QUOTED.findall(found.group(1)) or [found.group(1).strip()]
                place = "/".join(part.strip("/") for part in parts).replace("${__dirname}", ".")
                if place and "*" not in place and "seed" not in place:  # the same words name the folder of seeds
                    yield from (file.parent / place, folder / place)


def _best(existing: Sequence[Path], places: Places, belongs: Callable[[str], bool]) -> Path | None:
    def worth(place: Path) -> tuple[int, bool, int]:
        names = names_in(place, places)
        return sum(belongs(name) for name in names), bool(names), -existing.index(place)

    return max(existing, key=worth, default=None)
