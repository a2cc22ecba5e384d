"""The room is empty, and says so."""

import pytest
from typer.testing import CliRunner

import swannery
from swannery.cli import EXIT_CANNOT, app


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_version_is_shown(runner: CliRunner) -> None:
    result = runner.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"swannery {swannery.__version__}\n"


def test_serve_says_that_there_is_nothing_to_serve(runner: CliRunner) -> None:
    result = runner.invoke(app, ["serve"])
    assert result.exit_code == EXIT_CANNOT
    assert "the platform is not built" in result.stderr
