"""The scaffold, the benchmark runner and the rule that nothing is skipped under CI do what they say."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import new_check, run_benchmarks
from tools.source_files import ROOT

Plant = Callable[[str, str], Path]


def test_a_new_check_comes_with_its_tests_and_its_page(tmp_path: Path) -> None:
    written = [path.relative_to(tmp_path).as_posix() for path in new_check.scaffold("orphan_rows", root=tmp_path)]
    assert written == [
        "dbdoctor/src/dbdoctor/checks/orphan_rows.py",
        "dbdoctor/tests/checks/test_orphan_rows.py",
        "docs/checks/orphan_rows.md",
    ]
    assert all("@" not in (tmp_path / name).read_text(encoding="utf-8").replace("@pytest", "") for name in written)


def test_scaffolded_python_is_already_formatted(tmp_path: Path) -> None:
    check, test, _ = new_check.scaffold("orphan_rows", root=tmp_path)
    ruff = Path(sys.executable).parent / "ruff"
    done = subprocess.run([ruff, "format", "--check", "--config", ROOT / "pyproject.toml", check, test], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("cause", ["", "OrphanRows", "orphan-rows", "../orphan", "1row"])
def test_a_bad_name_is_refused(cause: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_check.main([cause]) == new_check.USAGE
    assert "make new-check CAUSE=" in capsys.readouterr().err


def test_an_existing_check_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_check, "ROOT", tmp_path)
    assert new_check.main(["orphan_rows"]) == 0
    page = tmp_path / "docs" / "checks" / "orphan_rows.md"
    page.write_text("mine", encoding="utf-8")
    assert new_check.main(["orphan_rows"]) == 1
    assert page.read_text(encoding="utf-8") == "mine"


def test_every_benchmark_runs_and_one_that_fails_is_told(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_benchmarks, "ROOT", tmp_path)
    plant("benchmarks/a.py", '"""How fast is a?"""\nprint("a ran")\n')
    assert run_benchmarks.main([]) == 0
    plant("benchmarks/b.py", '"""How fast is b?"""\nraise SystemExit(3)\n')
    assert run_benchmarks.main([]) == 3
    assert run_benchmarks.main(["a"]) == 0
    assert run_benchmarks.main(["nothing"]) == 1
    assert "a.py: How fast is a?\na ran" in capfd.readouterr().out


@pytest.mark.parametrize(("ci", "exit_code"), [("true", 1), ("", 0)])
def test_a_skipped_test_fails_the_session_under_ci_only(ci: str, exit_code: int, plant: Plant, tmp_path: Path) -> None:
    plant("conftest.py", (ROOT / "conftest.py").read_text(encoding="utf-8"))
    plant(
        "test_skips.py", "import pytest\n\ndef test_here():\n    pass\n\n@pytest.mark.skip(reason='no')\ndef test_not_here():\n    pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env={"CI": ci}, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code, done.stdout
    assert ("1 skipped. With CI=true every test must run" in done.stdout) is bool(exit_code)


def test_make_without_a_target_lists_every_target() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "help", "setup", "demo", "test", "test-long", "check", "format", "bench", "serve", "new-check",
    ]  # fmt: skip


def test_setup_names_what_is_missing_where_it_may_not_install(tmp_path: Path) -> None:
    """On a machine without apt-get the person is told what to install."""
    for name in ("sh", "dirname", "id"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    script = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    only_install = script[: script.rindex("\nmake_venv\n")] + '\ninstall "a reason" some-package\n'
    (tmp_path / "setup.sh").write_text(only_install, encoding="utf-8")
    done = subprocess.run(["/bin/sh", tmp_path / "setup.sh"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        "STOPPED: a reason. Install it and run 'make setup' again. On Debian or Ubuntu:  sudo apt-get install some-package" in done.stderr
    )
