"""The story is told from broken to served, a second time finds everything there, and Ctrl-C leaves nothing running."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

SWANNERY = Path(sys.executable).parent / "swannery"
STORY_LIMIT_S = 240

pytestmark = pytest.mark.timeout(STORY_LIMIT_S + 30)  # the first test pays for the whole story


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder the demo's server may enter, whoever runs it."""
    folder = Path(tempfile.mkdtemp(prefix="swannery-demo-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder / "postgresql"
    shutil.rmtree(folder, ignore_errors=True)


def told(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(SWANNERY), "demo", "--data", str(data), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=STORY_LIMIT_S, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def story(data: Path) -> subprocess.CompletedProcess[str]:
    return told(data, "--once", "--fresh")


def test_the_story_ends_well(story: subprocess.CompletedProcess[str]) -> None:
    assert story.returncode == 0, story.stdout[-3000:] + story.stderr[-2000:]


def test_it_begins_with_the_studios_real_error(story: subprocess.CompletedProcess[str]) -> None:
    assert 'column "userId" of relation "sessions" does not exist' in story.stdout
    assert "column Session.userId does not exist" in story.stdout


def test_it_ends_with_nothing_left_to_migrate_and_every_row_there(story: subprocess.CompletedProcess[str]) -> None:
    assert "No migrations were executed" in story.stdout
    assert "users 6 → 6, storefront_items 4 → 4, shopping_carts 2 → 2, cart_items 3 → 3" in story.stdout


def test_the_platform_moves_in_beside_the_app(story: subprocess.CompletedProcess[str]) -> None:
    assert "members: 6 joined" in story.stdout
    assert re.search(r"by pg_dump: (\d+) lines and 20 tables before, the same \1 lines after", story.stdout)


def test_its_people_come_and_every_page_is_looked_at(story: subprocess.CompletedProcess[str]) -> None:
    assert "24 members (18 made up), 4 communities" in story.stdout
    looked_at = re.search(r"As Jonas Okafor \(trainer\): signed in with the app's own password, (\d+) pages", story.stdout)
    assert looked_at is not None
    assert int(looked_at[1]) >= 16
    assert re.search(r"Tess posted; \d+ ms later", story.stdout)
    assert "finished what it had begun and ended with 0" in story.stdout


def test_it_tells_how_long_each_part_took(story: subprocess.CompletedProcess[str]) -> None:
    told = story.stdout[story.stdout.index("The whole story took") :]
    for part in ("the failing deploy", "the doctor", "the deploy again", "the platform", "its people", "the website"):
        assert re.search(rf"{part} \d+\.\d", told), part


def test_a_second_telling_finds_all_of_it(story: subprocess.CompletedProcess[str], data: Path) -> None:
    assert story.returncode == 0
    again = told(data, "--once")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "healed in an earlier run" in again.stdout
    assert "nothing: all of it was there already" in again.stdout
    assert "They came in an earlier run and are all here." in again.stdout


def test_ctrl_c_leaves_nothing_running(story: subprocess.CompletedProcess[str], data: Path) -> None:
    assert story.returncode == 0
    command = [str(SWANNERY), "demo", "--data", str(data)]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that put us into the background has it ignored, by our children too
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "until you press Ctrl-C" in line:
                break
        address = lines[-1].split()[0]
        started = psutil.Process(process.pid).children(recursive=True)
        assert any("serve" in child.cmdline() for child in started)
        assert httpx.get(f"{address}/readyz").text == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    deadline = time.monotonic() + 10
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in started):
        assert time.monotonic() < deadline, started
        time.sleep(0.1)
