"""Does the app's folder name the target? Asked only where there is no isolation."""

import os
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql.connection import Target

LARGEST_BYTES = 1_000_000
SHORTEST = 3  # a shorter database name or password would be found everywhere
LEFT_OUT = {"node_modules", ".git", ".venv", "venv", "__pycache__", "vendor", "dist", "build"}
LOOPBACK = {"", "localhost", "127.0.0.1", "::1"}


def find_traces(folder: Path, target: Target) -> list[str]:
    """Files (as paths relative to the folder) that hold the target's host, database name or password. Dependencies are not searched."""
    words = [w for w in (*target.secrets, target.database) if len(w) >= SHORTEST]
    words += [] if target.host in LOOPBACK else [target.host]
    needles = [w.encode() for w in words]
    found = []
    for file in _files(folder):
        content = file.read_bytes()
        if any(needle in content for needle in needles):
            found.append(str(file.relative_to(folder)))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f not in LEFT_OUT]
        for name in sorted(names):
            file = Path(root) / name
            if file.is_file() and not file.is_symlink() and file.stat().st_size <= LARGEST_BYTES:
                yield file
