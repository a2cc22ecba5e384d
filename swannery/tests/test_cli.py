"""The command as such."""

import pytest
from typer.testing import CliRunner

import swannery
from swannery.cli import app


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_version_is_shown(runner: CliRunner) -> None:
    result = runner.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"swannery {swannery.__version__}\n"
