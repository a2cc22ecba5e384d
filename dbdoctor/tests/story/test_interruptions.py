"""However a rehearsal is stopped, no process, no server and no temporary folder of its own is left behind."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from story.apps import LittleApp
from story.calls import DBDOCTOR
from story.targets import Target

PATIENCE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Doctor:
    """A rehearsal at work: the app's command has begun and waits."""

    process: subprocess.Popen[str]
    folder: Path

    def family(self) -> list[psutil.Process]:
        """Every process it has started, and theirs."""
        while True:
            try:
                return psutil.Process(self.process.pid).children(recursive=True)
            except (psutil.Error, OSError):  # one ended while we looked
                continue


@pytest.fixture
def doctor(target: Target, app: LittleApp) -> Iterator[Doctor]:
    app.hold.touch()
    folder = Path(tempfile.mkdtemp(prefix="dd", dir="/var/tmp"))  # a short path, as sockets will be in it
    folder.chmod(0o755)
    command: list[str | Path] = [DBDOCTOR, "rehearse", target.url, "--migrate", app.migrate, "--cwd", app.folder]
    process = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group of its own, to which a terminal would send Ctrl-C
    )
    deadline = time.monotonic() + PATIENCE_S
    while not app.begun.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield Doctor(process=process, folder=folder)
    if process.poll() is None:
        process.kill()
    process.communicate()
    left_behind(folder)
    shutil.rmtree(folder)


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def still_there(family: list[psutil.Process], *, patience_s: float = 20.0) -> list[str]:
    _, alive = psutil.wait_procs(family, timeout=patience_s)
    return [command_of(one) for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def left_behind(folder: Path, *, patience_s: float = 20.0) -> list[str]:
    deadline = time.monotonic() + patience_s
    while (names := [path.name for path in folder.iterdir()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return names


def check_that_it_is_at_work(doctor: Doctor) -> None:
    """There is much that could be left behind: a server, the app's command, what watches them, and files."""
    commands = [command_of(one) for one in doctor.family()]
    assert len(commands) > 5
    assert any("postgres" in command for command in commands)
    assert any("migrate.py" in command for command in commands)
    assert list(doctor.folder.iterdir())


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [
        pytest.param(signal.SIGINT, 2, id="Ctrl-C"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, id="SIGKILL"),
        pytest.param(signal.SIGTERM, -signal.SIGTERM, id="SIGTERM", marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, -signal.SIGHUP, id="SIGHUP", marks=pytest.mark.long),
    ],
)
def test_a_stopped_rehearsal_leaves_nothing_behind(number: signal.Signals, exit_code: int, doctor: Doctor) -> None:
    check_that_it_is_at_work(doctor)
    family = doctor.family()
    os.killpg(doctor.process.pid, number)
    _, err = doctor.process.communicate(timeout=PATIENCE_S)
    assert doctor.process.returncode == exit_code
    assert "Traceback" not in err
    assert ("Stopped. Nothing more was changed." in err) == (number == signal.SIGINT)
    assert still_there(family) == []
    assert left_behind(doctor.folder) == []
