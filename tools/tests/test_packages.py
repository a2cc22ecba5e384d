"""Each part is installable alone: its wheel builds, holds its own files only, and names its licence."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.source_files import PARTS, ROOT


@pytest.mark.parametrize("part", PARTS)
def test_a_part_builds_into_a_wheel_of_its_own(part: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT / part)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        about = wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
        scripts = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {part}
    assert f"{part}/py.typed" in names
    assert "License-Expression: Apache-2.0" in about
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert f"{part} = {part}.cli:main" in scripts


def test_the_platforms_wheel_carries_what_it_deploys_and_shows(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT / "swannery")]
    subprocess.run(command, capture_output=True, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    source = ROOT / "swannery" / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for pattern in ("**/migrations/**/*.py", "**/templates/**/*.html", "**/static/**/*.*")
        for path in source.glob(pattern)
    }
    assert len(wanted) > 30
    assert wanted <= names
