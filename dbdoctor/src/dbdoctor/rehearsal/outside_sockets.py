"""Which Unix sockets lead out of a sandbox: network namespaces do not shut those that have a path."""

from collections.abc import Sequence
from pathlib import Path

LISTENING = 0x10000
SOCKET_PATH = 7  # its column in /proc/net/unix
USUAL_SOCKET_FOLDERS = (Path("/run/postgresql"), Path("/var/run/postgresql"))


def outside_sockets(*, hide_folders: Sequence[Path]) -> list[Path]:
    """Find every Unix socket with a path that a command could connect to.

    Those being listened on, in any network namespace we can see into, and PostgreSQL's in the folders named (a container's server may
    be in no list that we can read).
    """
    found: dict[Path, None] = {}
    for table in _socket_tables():
        for line in table.splitlines()[1:]:
            fields = line.split(maxsplit=7)
            if len(fields) > SOCKET_PATH and int(fields[3], 16) & LISTENING and not fields[SOCKET_PATH].startswith("@"):
                found.update(dict.fromkeys(_absolute(Path(fields[SOCKET_PATH]), inode=fields[6])))
    for folder in (Path("/tmp"), *USUAL_SOCKET_FOLDERS, *hide_folders):  # noqa: S108 - libpq's own default place
        found.update(dict.fromkeys(path for path in _entries(folder) if path.name.startswith(".s.PGSQL.") and path.is_socket()))
    return list(found)


def _socket_tables() -> list[str]:
    """The socket tables of all network namespaces whose processes we may look at, each once."""
    tables: dict[str, str] = {}
    for process in [Path("/proc/self"), *(entry for entry in Path("/proc").iterdir() if entry.name.isdigit())]:
        try:
            namespace = str((process / "ns/net").readlink())
            if namespace not in tables:
                tables[namespace] = (process / "net/unix").read_text(errors="surrogateescape")
        except OSError:
            continue  # another user's process, or gone by now
    return list(tables.values())


def _absolute(path: Path, *, inode: str) -> list[Path]:
    """A socket may have been bound by a relative path: then it is in the current folder of whoever holds it."""
    if path.is_absolute():
        return [path]
    found = []
    for process in (entry for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            if any(str(handle.readlink()) == f"socket:[{inode}]" for handle in _entries(process / "fd")):
                found.append((process / "cwd").readlink() / path)
        except OSError:
            continue
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # not there, or nothing we (and so the command) could open
