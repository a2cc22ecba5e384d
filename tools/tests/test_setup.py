"""Set-up finds a browser or installs it, and where it may not it says so and goes on."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.source_files import ROOT

# What the script itself calls; nothing else of the machine is on its PATH.
COMMANDS = ("sh", "dirname", "env", "mktemp", "rm", "grep", "sed")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the few commands every machine has, root on Linux, and no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COMMANDS:
        (folder / name).symlink_to(next(path for path in (Path("/usr/bin") / name, Path("/bin") / name) if path.exists()))
    command(folder, "id", "echo 0")
    command(folder, "uname", "echo Linux")
    return folder


def command(machine: Path, name: str, script: str) -> None:
    path = machine / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def ensure_chromium(machine: Path, *, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    script = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    only_this = machine.parent / "tools" / "setup.sh"
    only_this.parent.mkdir(exist_ok=True)
    only_this.write_text(script[: script.rindex("\nmake_venv\n")] + "\nensure_chromium\necho went on\n", encoding="utf-8")
    variables = {"PATH": str(machine), "HOME": str(machine.parent / "home"), **(more or {})}
    return subprocess.run(["/bin/sh", only_this], env=variables, capture_output=True, text=True, check=False, timeout=30)


def asked_of_apt(machine: Path) -> str:
    log = machine.parent / "apt.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def with_apt(machine: Path, *, ends: int = 0) -> None:
    command(machine, "apt-get", f'echo "$@" >>{machine.parent / "apt.log"}; exit {ends}')


def test_a_missing_browser_is_installed_with_a_font_for_emoji(machine: Path) -> None:
    with_apt(machine)
    done = ensure_chromium(machine)
    assert done.returncode == 0, done.stderr
    assert "install -y -qq --no-install-recommends chromium fonts-noto-color-emoji" in asked_of_apt(machine)
    assert "installing chromium fonts-noto-color-emoji (the journeys drive a real browser)" in done.stdout


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_a_browser_that_is_there_is_left_alone(machine: Path, name: str) -> None:
    with_apt(machine)
    command(machine, name, "exit 0")
    done = ensure_chromium(machine)
    assert done.stdout == "went on\n"
    assert asked_of_apt(machine) == ""


def test_a_browser_may_be_named(machine: Path) -> None:
    with_apt(machine)
    command(machine, "my-browser", "exit 0")
    assert ensure_chromium(machine, more={"CHROMIUM": str(machine / "my-browser")}).stdout == "went on\n"


def test_chrome_is_found_where_a_mac_keeps_it(machine: Path) -> None:
    command(machine, "uname", "echo Darwin")
    folder = machine.parent / "home" / "Applications" / "Google Chrome.app" / "Contents" / "MacOS"
    folder.mkdir(parents=True)
    command(folder, "Google Chrome", "exit 0")
    done = ensure_chromium(machine)
    assert (done.stdout, done.stderr) == ("went on\n", "")


@pytest.mark.parametrize("has_apt", [True, False])
def test_who_may_not_install_is_told_loudly_and_set_up_goes_on(machine: Path, has_apt: bool) -> None:  # noqa: FBT001 - one of two cases
    command(machine, "id", "echo 1000")
    if has_apt:
        with_apt(machine)
        command(machine, "sudo", "exit 1")
    done = ensure_chromium(machine)
    assert done.returncode == 0
    assert done.stdout == "went on\n"
    assert "setup: MISSING: no Chromium, so the journeys through the website are skipped (with CI=true: fail)." in done.stderr
    assert "sudo apt-get install chromium fonts-noto-color-emoji" in done.stderr
    assert asked_of_apt(machine) == ""


def test_an_installation_that_fails_stops_set_up(machine: Path) -> None:
    with_apt(machine, ends=100)
    done = ensure_chromium(machine)
    assert done.returncode == 1
    assert "STOPPED: apt-get could not install chromium fonts-noto-color-emoji" in done.stderr


def test_the_journeys_look_where_set_up_looks() -> None:
    """Two lists, one in shell and one in Python: whatever one of them finds the other finds too."""
    browsing = (ROOT / "swannery" / "tests" / "journeys" / "browsing.py").read_text(encoding="utf-8")
    setup = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    for name in ("chromium-browser", "google-chrome-stable", "Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS"):
        assert name in browsing
        assert name in setup
