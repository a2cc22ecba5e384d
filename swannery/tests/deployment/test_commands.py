"""`swannery deploy` and `swannery check` as people call them: plain lines, an exit code, nothing asked where nobody can answer."""

from pathlib import Path

import pytest
from host_apps import app_sql, read, run_sql
from typer.testing import CliRunner, Result

from swannery.cli import app
from swannery.deployment import DeployRequest
from swannery.deployment.deploying import take_survey
from swannery.deployment.migrating import pending
from swannery.deployment.telling import tell_survey


@pytest.fixture
def call(tmp_path: Path) -> "Call":
    return Call(tmp_path / "swannery.toml")


class Call:
    """Calls a command with the file in a folder of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *words: str, url: str = "") -> Result:
        return CliRunner().invoke(app, [*words, "--config", str(self.path)], env={"DATABASE_URL": url or None})


def test_a_deploy_shows_what_it_found_and_why_and_what_it_did(call: Call, empty_database_url: str) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    result = call("deploy", empty_database_url, "--yes")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "key id (integer) primary key" in lines
    words = " ".join(lines)  # a long reason goes on in the next line
    assert "roles admin = admin; trainer = trainer from the values that occur: admin, client, trainer; all others are members" in words
    assert 'activities sessions member "user_id", with "trainer_id", when "status" is completed, at "session_date"' in words
    assert f"schema swannery: {', '.join(pending(''))}" in words
    assert "members: 3 joined" in lines
    assert "\x1b" not in result.stdout
    again = call("deploy", "--yes", url=empty_database_url)
    assert "nothing: all of it was there already" in again.stdout
    assert call("check", url=empty_database_url).stdout == "All is well.\n"


def test_nobody_is_asked_where_nobody_can_answer(call: Call, empty_database_url: str) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    result = call("deploy", empty_database_url)
    assert result.exit_code == 2
    assert "nobody said yes" in result.stderr
    assert read(empty_database_url, "SELECT to_regnamespace('swannery')") == [(None,)]


def test_a_finding_ends_with_1_and_what_to_run(call: Call, empty_database_url: str) -> None:
    run_sql(empty_database_url, app_sql("integer") + "ALTER TABLE sessions DROP user_id")
    result = call("deploy", empty_database_url, "--yes")
    assert result.exit_code == 1
    assert "sessions has no column user_id  [missing_column]" in result.stderr
    assert "→ Repair it: swannery deploy" in result.stderr
    assert call("deploy", empty_database_url, "--yes", "--ignore", "sessions").exit_code == 0


def test_what_cannot_be_done_ends_with_2(call: Call) -> None:
    assert call("deploy", "mysql://x/y", "--yes").exit_code == 2
    result = call("check", url="postgresql:///x")
    assert result.exit_code == 2
    assert "swannery deploy URL" in result.stderr


def test_every_line_of_a_wrong_file_is_told(call: Call, empty_database_url: str) -> None:
    call.path.write_text("[users]\ntable = 1\n[sever]\n", encoding="utf-8")
    result = call("deploy", empty_database_url, "--yes")
    assert result.exit_code == 2
    assert [line.split(": ")[:2] for line in result.stderr.removeprefix("swannery: ").splitlines()[:4]] == [
        ["swannery.toml:1", "users.id"],
        ["swannery.toml:1", "users.key_type"],
        ["swannery.toml:2", "users.table"],
        ["swannery.toml:3", "sever"],
    ]


def test_a_check_that_finds_something_ends_with_1(call: Call, empty_database_url: str) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    assert call("deploy", empty_database_url, "--yes").exit_code == 0
    run_sql(empty_database_url, "DROP SCHEMA swannery CASCADE")
    result = call("check", url=empty_database_url)
    assert result.exit_code == 1
    assert "Nothing is deployed here" in result.stdout


def test_names_of_the_catalog_steer_no_terminal(call: Call, empty_database_url: str) -> None:
    run_sql(empty_database_url, app_sql("integer") + 'ALTER TABLE sessions RENAME TO "sessions\x1b[2J\n✔ all well"')
    result = call("deploy", empty_database_url, "--yes")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    assert not any(line.startswith("✔") for line in result.stdout.splitlines())


def test_what_was_found_fits_the_terminal_and_loses_no_word(empty_database_url: str, tmp_path: Path) -> None:
    run_sql(empty_database_url, app_sql("integer"))
    survey = take_survey(DeployRequest(url=empty_database_url, config_path=tmp_path / "swannery.toml", yes=True))
    lines = list(tell_survey(survey))
    assert max(map(len, lines)) <= 110
    words = " ".join(" ".join(lines).split())
    assert all(" ".join(found.reason.split()) in words for found in survey.found)
