"""The same walls for an ordinary user, through a user namespace."""

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from dbdoctor.rehearsal import sandbox as sandbox_module

SOURCES = Path(sandbox_module.__file__).parents[2]
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
ATTEMPT = """
    import socket, sys
    port, path = int(sys.argv[1]), sys.argv[2]
    tcp = [(socket.AF_INET, (host, number)) for host, number in
           (("127.0.0.1", port), ("10.1.2.3", port), ("db.example.com", port), ("127.0.0.1", int(sys.argv[3])))]
    for family, address in [*tcp, (socket.AF_UNIX, path)]:
        try:
            with socket.socket(family) as handle:
                handle.connect(address)
            print("connected")
        except OSError as failure:
            print(type(failure).__name__)
"""
PROGRAM = """
    import json, os, socket, sys
    from pathlib import Path
    from dbdoctor.embedded import find_binaries, start_server
    from dbdoctor.rehearsal.sandbox import open_sandbox

    folder = Path(sys.argv[1])
    target, other, unix = socket.socket(), socket.socket(), socket.socket(socket.AF_UNIX)
    target.bind(("127.0.0.1", 0))
    other.bind(("127.0.0.1", 0))
    unix.bind(str(folder / "outer.sock"))
    for listener in (target, other, unix):
        listener.listen()
        listener.settimeout(0.2)
    port = target.getsockname()[1]
    env = {"PATH": os.environ["PATH"]}
    attempt = f"{sys.executable} -I -S {folder}/attempt.py {port} {folder}/outer.sock {other.getsockname()[1]}; id -u"
    with open_sandbox(binaries=find_binaries(origin="wheel"), port=port, addresses=["10.1.2.3"], hostnames=["db.example.com"]) as box:
        result = box.run(attempt, cwd=folder, env=env, time_limit_s=20)
        lingering = box.run("setsid sleep 600 & sleep 600", cwd=folder, env=env, time_limit_s=0.3)
        capabilities = box.run("grep CapEff /proc/self/status", cwd=folder, env=env, time_limit_s=5)
    visits = 0
    for listener in (target, other, unix):
        try:
            listener.accept()
            visits += 1
        except TimeoutError:
            pass
    with start_server(binaries=find_binaries(origin="wheel"), data=folder / "data") as server:
        owner = server.data.stat().st_uid
    print(json.dumps({"output": result.output.split(), "visits": visits, "ended_by": lingering.ended_by,
                      "capabilities": capabilities.output.split()[-1], "gone": not box.socket_folder.exists(), "owner": owner}))
"""


def interpreter_for_nobody() -> str | None:
    """A Python like ours that the user nobody may run."""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        # Through a shell: setpriv itself may still hold root's rights when it starts its program.
        trial = subprocess.run([*NOBODY, "/bin/sh", "-c", f"exec {candidate} -c pass"], capture_output=True, check=False, cwd="/")
        if trial.returncode == 0:
            return candidate
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests of this folder have run as an ordinary user already")
def test_an_ordinary_user_is_kept_in_as_well() -> None:
    interpreter = interpreter_for_nobody()
    if interpreter is None:
        pytest.skip("there is no Python of this version that the user nobody may run")
    paths = [str(SOURCES), *(entry for entry in sys.path if "site-packages" in entry)]
    with tempfile.TemporaryDirectory(prefix="dbdoctor-nobody-") as folder:
        os.chown(folder, 65534, 65534)
        (Path(folder) / "program.py").write_text(textwrap.dedent(PROGRAM))
        (Path(folder) / "attempt.py").write_text(textwrap.dedent(ATTEMPT))
        done = subprocess.run(
            [*NOBODY, "/bin/sh", "-c", f"exec {interpreter} {folder}/program.py {folder}"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": ":".join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    expected = '["connected", "connected", "connected", "ConnectionRefusedError", "ConnectionRefusedError", "65534"]'
    assert done.stdout.strip() == (
        f'{{"output": {expected}, "visits": 0, "ended_by": "time_limit", "capabilities": "0000000000000000", "gone": true, "owner": 65534}}'
    )
