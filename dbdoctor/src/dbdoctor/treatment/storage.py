"""Where backups lie on this machine: one folder a run, readable by its owner only."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

ABOUT = "about.json"
BACKUP = "backup.dump"
SCHEMA = "schema.sql"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Which database a folder belongs to, without any secret."""

    run: str
    target: str


def default_folder() -> Path:
    """$XDG_STATE_HOME/dbdoctor, else ~/.local/state/dbdoctor."""
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if home else Path.home() / ".local" / "state") / "dbdoctor"


def make_run_folder(base: Path, *, run_id: str, target: str) -> Path:
    """A new folder for the run, with a note of what it is."""
    folder = base / run_id
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    write_private(folder / ABOUT, msgspec.json.encode(About(run=run_id, target=target)))
    return folder


def free_bytes(base: Path) -> int:
    """How much this user may still write where `base` is, or would be made."""
    there = next(folder for folder in (base.absolute(), *base.absolute().parents) if folder.is_dir())
    return shutil.disk_usage(there).free


def write_private(file: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole and on disk, or not at all."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(data)
    settle(part, file)


def settle(part: Path, file: Path) -> None:
    """Give a finished file its name once it is safely on disk."""
    for path in (part, part.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    part.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def run_folders(base: Path, *, target: str) -> Iterator[tuple[str, Path]]:
    """The run and folder of every backup of this database below `base`."""
    for note in sorted(base.glob(f"*/{ABOUT}")):
        with contextlib.suppress(msgspec.DecodeError, OSError):
            about = msgspec.json.decode(note.read_bytes(), type=About)
            if about.target == target:
                yield about.run, note.parent


def remove_folder(folder: Path) -> int:
    """Remove a run's folder; returns how many bytes its files had."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder)
    return size
