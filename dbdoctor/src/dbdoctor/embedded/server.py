"""Start and stop a server of our own; its keeper ends it when this process is gone, however that happens."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote, urlencode

from dbdoctor.embedded import keeper
from dbdoctor.embedded.binaries import Binaries
from dbdoctor.embedded.preparation import SUPERUSER, DataFolderInUse, Prepared, free_port, prepare_server
from dbdoctor.errors import DoctorError

STOP_S = 40.0
LOCALHOST = "127.0.0.1"
NO_SETTINGS: Mapping[str, str] = {}


class ServerFailed(DoctorError):
    """The server could not be made or started; the message holds the end of its log."""

    kind = "failed"


class Server:
    """A running PostgreSQL server; trusts everyone who gets to its socket, which only this user (and root) can."""

    def __init__(self, *, prepared: Prepared, process: subprocess.Popen[bytes], tcp: bool) -> None:
        self.data = prepared.data
        self.socket_folder = prepared.socket_folder
        self.port = prepared.port
        self._prepared = prepared
        self._process = process
        self._tcp = tcp
        self._last_log = ""
        self._stopped = False

    def url(self, *, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Address through the Unix socket: `postgresql://user@/database?host=/folder&port=5432`."""
        return socket_url(folder=self.socket_folder, port=self.port, database=database, user=user)

    def tcp_url(self, *, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Address through TCP, for a server that was started with a port."""
        if not self._tcp:
            raise ServerFailed("This server listens on its Unix socket only.", next_step="Start it with port=0 for a free TCP port.")
        return tcp_url(host=LOCALHOST, port=self.port, database=database, user=user)

    @property
    def running(self) -> bool:
        return not self._stopped and self._process.poll() is None

    def log_text(self) -> str:
        """All the server has written to its log since it started; also after stop."""
        return self._last_log if self._stopped else _read_log(self._prepared.log)

    def stop(self) -> None:
        """End the server and, for a throw-away one, remove its files; done once, harmless after that."""
        if self._stopped:
            return
        self._last_log = _read_log(self._prepared.log)
        self._stopped = True
        end_keeper(process=self._process, folder=self._prepared.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def start_server(
    *, binaries: Binaries, data: Path | None = None, port: int | None = None, settings: Mapping[str, str] = NO_SETTINGS
) -> Server:
    """Start a server and return when it accepts connections.

    `data` None means thrown away at the end, and fast rather than safe; a folder is kept, is made if need be, and its server is a safe one.
    `port` None means Unix socket only, 0 a free TCP port, another number that one; TCP is 127.0.0.1 only. `settings` win over ours.
    Raises ServerFailed, DataFolderRefused, DataFolderUnreachable, DataFolderInUse.
    """
    number = free_port() if port == 0 else port
    listen = "" if number is None else LOCALHOST
    prepared = prepare_server(binaries=binaries, data=data, port=number, listen=listen, settings=settings)
    process = subprocess.Popen(
        keeper_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True
    )
    try:
        send_line(pipe=process.stdin, message=json.dumps(prepared.job))
        _wait_until_ready(process)
    except BaseException:
        end_keeper(process=process, folder=prepared.folder)
        raise
    return Server(prepared=prepared, process=process, tcp=number is not None)


def keeper_command() -> list[str]:
    return [sys.executable, "-I", "-S", str(Path(keeper.__file__))]


def send_line(*, pipe: IO[bytes] | None, message: str) -> None:
    """Write one line to a program of ours; one that is gone is noticed by its missing answer."""
    if pipe is None:
        return
    try:
        pipe.write(message.encode() + b"\n")
        pipe.flush()
    except BrokenPipeError:
        return


def end_keeper(*, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Tell a keeper (or warden) to stop by closing its pipe, wait for it, and see that the private folder is gone."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    keeper.remove_folder(folder)


def socket_url(*, folder: Path, port: int, database: str, user: str) -> str:
    return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{urlencode({'host': str(folder), 'port': port})}"


def tcp_url(*, host: str, port: int, database: str, user: str) -> str:
    return f"postgresql://{quote(user, safe='')}@{host}:{port}/{quote(database, safe='')}"


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    line = process.stdout.readline() if process.stdout is not None else b""
    answer: dict[str, object] = json.loads(line) if line else {}
    if answer.get("state") != "ready":
        error = DataFolderInUse if answer.get("conflict") else ServerFailed
        raise error(str(answer.get("message", "The server's keeper was killed.")))


def _read_log(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""
