"""Before a server starts: whose it is, where its files are, with what settings; everything the keeper needs to know."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dbdoctor.embedded.binaries import Binaries
from dbdoctor.embedded.keeper import PARTIAL, Job
from dbdoctor.errors import DoctorError

SUPERUSER = "postgres"
DEFAULT_PORT = 5432
READY_S = 60.0
LONGEST_SOCKET_PATH = 103  # macOS; Linux takes 107 bytes
ROOT = 0
TRAVERSABLE = 0o755
FIRST_WITH_CHECKSUMS_BY_DEFAULT = 18
ENVIRONMENT = ("PATH", "TZ", "TZDIR", "TMPDIR")

COMMON_SETTINGS = {"max_connections": "100", "lc_messages": "C"}
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
}


class DataFolderRefused(DoctorError):
    """The folder holds something that is not a cluster of this version."""

    kind = "refused"


class DataFolderUnreachable(DoctorError):
    """The user the server has to run as cannot get into the folder."""

    kind = "permission"


class DataFolderInUse(DoctorError):
    """Another server is at work in the folder."""

    kind = "conflict"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A server that could be started now: `job` for the keeper, and what the parent keeps in mind."""

    job: Job
    folder: Path
    data: Path
    socket_folder: Path
    log: Path
    port: int


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The user a server runs as where that is not the caller: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


def prepare_server(*, binaries: Binaries, data: Path | None, port: int | None, listen: str, settings: Mapping[str, str]) -> Prepared:
    """Make the private folder and the keeper's job; `listen` is PostgreSQL's `listen_addresses`, `port` None stands for the usual one."""
    owner = _server_owner(data=data)
    folder = private_folder(owner=owner)
    try:
        place = folder / "data" if data is None else _kept_folder(data=data.absolute(), binaries=binaries, owner=owner)
        if data is None:
            own(place, owner)
        usable = _reachable(binaries=binaries, owner=owner, folder=folder)
        socket_folder = own(folder / "s", owner)
        socket_folder.chmod(TRAVERSABLE)  # inside the private folder: shut for others all the same
        log = place.parent / "server.log" if data is None else place / "server.log"
        number = port or DEFAULT_PORT
        merged = {
            **COMMON_SETTINGS,
            **({} if data is not None else THROW_AWAY_SETTINGS),
            "listen_addresses": listen,
            "unix_socket_directories": str(socket_folder),
            **settings,
            "port": str(number),
        }
        made = (place / "PG_VERSION").exists()
        job = Job(
            initdb=[] if made else _initdb_commands(binaries=usable, throw_away=data is None),
            server=[
                str(usable.folder / "postgres"),
                "-D",
                str(place),
                *(word for pair in merged.items() for word in ("-c", "=".join(pair))),
            ],
            data=str(place),
            kept=data is not None,
            folder=str(folder),
            log=str(log if made or data is None else folder / "server.log"),
            owner=None if owner is None else [owner.uid, owner.gid],
            environment={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            ready_s=READY_S,
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Prepared(job=job, folder=folder, data=place, socket_folder=socket_folder, log=Path(job["log"]), port=number)


def free_port() -> int:
    """Choose a TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def private_folder(*, owner: Owner | None) -> Path:
    """Make a folder only the server's user (and root) can enter, with a path short enough for a Unix socket."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - mkdtemp makes the folder inside safely
    for parent in candidates:
        name_length = len("/dbdoctor-12345678/s/.s.PGSQL.65535")
        if len(str(parent).encode()) + name_length <= LONGEST_SOCKET_PATH and parent.is_dir() and _can_enter(parent, owner):
            folder = Path(tempfile.mkdtemp(prefix="dbdoctor-", dir=parent))
            return own(folder, owner)
    raise DataFolderUnreachable(
        "There is no temporary folder in which a server's socket could live.",
        next_step="Set TMPDIR to a short path that all users can enter.",
    )


def own(path: Path, owner: Owner | None) -> Path:
    """Make the folder if need be (closed to others) and give it to the server's user."""
    path.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)
    return path


def _server_owner(*, data: Path | None) -> Owner | None:
    if os.geteuid() != ROOT:
        return None
    if data is not None and (data / "PG_VERSION").exists() and (uid := data.stat().st_uid) != ROOT:
        return Owner(name=_user_name(uid), uid=uid, gid=data.stat().st_gid)  # whoever made it goes on with it
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name=name, uid=user.pw_uid, gid=user.pw_gid)
    return Owner(name="65534", uid=65534, gid=65534)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _kept_folder(*, data: Path, binaries: Binaries, owner: Owner | None) -> Path:
    """Make or check the folder of a cluster that stays; never touches the rights of a folder that was there before."""
    for missing in reversed([parent for parent in data.parents if not parent.exists()]):
        missing.mkdir()
        missing.chmod(TRAVERSABLE)
    if owner is not None and not _can_enter(data.parent, owner):
        raise DataFolderUnreachable(
            f"As root the server runs as the user {owner.name}, who cannot enter {data.parent}.",
            next_step="Choose a data folder whose parents everyone may enter (as under /var/lib), or run dbdoctor as an ordinary user.",
        )
    version = data / "PG_VERSION"
    if version.exists():
        major = version.read_text().strip()
        if major != str(binaries.major):
            raise DataFolderRefused(
                f"{data} was made by PostgreSQL {major}; these programs are PostgreSQL {binaries.major}.",
                next_step=f"Use programs of PostgreSQL {major}, or another data folder.",
            )
        return data
    if data.exists() and any(data.iterdir()) and not (data / PARTIAL).is_dir():
        raise DataFolderRefused(f"{data} is not empty and holds no database.", next_step="Choose an empty or a new folder.")
    own(data, owner).chmod(0o700)  # PostgreSQL insists
    return data


def _can_enter(folder: Path, owner: Owner | None) -> bool:
    """Try it as that user, so that access lists and mounts count too."""
    if owner is None:
        return os.access(folder, os.X_OK)
    trial = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder],
        cwd="/",
        user=owner.uid,
        group=owner.gid,
        extra_groups=[],
        capture_output=True,
        check=False,
    )
    return trial.returncode == 0


def _reachable(*, binaries: Binaries, owner: Owner | None, folder: Path) -> Binaries:
    """Copy the wheel's programs (40 MB) beside the server where its user cannot reach them, as under /root."""
    if owner is None or _can_enter(binaries.folder, owner):
        return binaries
    installation = binaries.folder.parent
    copy = folder / "programs"
    copy.mkdir()
    copy.chmod(TRAVERSABLE)
    shutil.copytree(installation, copy / installation.parent.name / installation.name, symlinks=True)
    (copy / installation.parent.name).chmod(TRAVERSABLE)
    libraries = installation.parent.with_name(installation.parent.name + ".libs")  # where the wheel's programs look for theirs
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    return Binaries(folder=copy / installation.parent.name / installation.name / "bin", major=binaries.major, origin=binaries.origin)


def _initdb_commands(*, binaries: Binaries, throw_away: bool) -> list[list[str]]:
    """Commands to try in turn: not every machine has the locale C.UTF-8."""
    command = [str(binaries.folder / "initdb"), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions"]
    if throw_away:
        command += ["--no-sync", "--wal-segsize=4"]
        if binaries.major >= FIRST_WITH_CHECKSUMS_BY_DEFAULT:
            command.append("--no-data-checksums")
    return [[*command, "--locale=C.UTF-8"], [*command, "--no-locale"]]
