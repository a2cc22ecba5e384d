"""Each framework lays out its users in its own way: found, explained, deployed twice, signed in to, and followed."""

import asyncio
from pathlib import Path

import pytest
from host_apps import dump, in_transaction, read, run_sql
from host_schemas import HOST_APPS, HostApp

from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.actions.sign_in import recognise, sign_in
from swannery.config import Config, parse_config
from swannery.deployment import DeployRequest, DeployResult, check, deploy
from swannery.deployment.telling import tell_survey
from swannery.foundation.database import Database
from swannery.foundation.errors import Invalid


class Deployed:
    """One app with the platform on it."""

    def __init__(self, app: HostApp, url: str, folder: Path) -> None:
        self.app = app
        self.url = url
        self.path = folder / "swannery.toml"
        run_sql(url, app.sql)
        self.before = dump(url, of="app", data=True)
        self.told: list[str] = []
        self.result = self.deploy()

    @property
    def config(self) -> Config:
        return parse_config(self.path.read_text(encoding="utf-8"), environ={"DATABASE_URL": self.url})

    def deploy(self) -> DeployResult:
        return deploy(
            DeployRequest(url=self.url, config_path=self.path, yes=True), show=lambda survey: self.told.extend(tell_survey(survey))
        )

    def follow(self) -> None:
        in_transaction(self.url, lambda tx: follow_users(tx, users=self.config.users))

    def member(self, named: str) -> tuple[str, str] | None:
        """Return role and state of the member of that name."""
        found = read(self.url, f"SELECT role, state FROM swannery.members WHERE name = '{named}'")
        return (found[0][0], found[0][1]) if found else None

    def sign_in(self, identifier: str) -> str:
        async def signed_in() -> str:
            database = Database(url=self.url, connections=2)
            try:
                return await sign_in(
                    database, users=self.config.users, identifier=identifier, password="right", address="192.0.2.1", device="a test"
                )
            finally:
                await database.close()

        return asyncio.run(signed_in())

    def is_signed_in(self, token: str) -> bool:
        return in_transaction(self.url, lambda tx: recognise(tx, users=self.config.users, token=token)) is not None


@pytest.fixture(params=HOST_APPS)
def deployed(request: pytest.FixtureRequest, empty_database_url: str, tmp_path: Path) -> Deployed:
    return Deployed(HOST_APPS[request.param], empty_database_url, tmp_path)


def test_an_app_is_found_explained_deployed_and_left_as_it_was(deployed: Deployed) -> None:
    app, users = deployed.app, deployed.result.config.users
    assert {key: getattr(users, key) for key in app.found} == app.found
    assert tuple(activity.source for activity in deployed.result.config.activities) == app.activities

    lines = [" ".join(line.split()) for line in deployed.told]
    words = " ".join(lines)
    for told in app.told:
        assert told in words
    for noise in app.noise:
        assert not any(line.startswith(f"activities {noise} ") for line in lines)

    assert tuple(deployed.member(name) for name in app.named) == tuple((role, "active") for role in app.roles)
    assert deployed.result.members.joined == 3  # whoever was turned away before is no member
    assert "@" not in "".join(row[0] + row[1] for row in read(deployed.url, "SELECT handle, name FROM swannery.members"))

    assert not deployed.deploy().changed
    assert dump(deployed.url, of="app", data=True) == deployed.before
    assert check(deployed.config, path=deployed.path) == ()


def test_its_people_are_followed_through_all_that_happens_to_them(deployed: Deployed) -> None:
    app, url = deployed.app, deployed.url
    run_sql(url, app.add)
    run_sql(url, app.rename)
    run_sql(url, app.promote)
    deployed.follow()
    assert deployed.member("Ned New") == ("member", "active")
    role, state = deployed.member("Alice Ashton") or ("", "")
    assert (role != "member", state) == (True, "active")

    run_sql(url, app.deactivate)
    deployed.follow()
    assert (deployed.member("Alice Ashton") or ("", ""))[1] == "inactive"
    run_sql(url, app.reactivate)
    deployed.follow()
    assert (deployed.member("Alice Ashton") or ("", ""))[1] == "active"

    run_sql(url, app.delete)
    deployed.follow()
    assert read(url, "SELECT user_id, state FROM swannery.members WHERE name = 'Alice Ashton'") == [(None, "inactive")]


def test_its_people_sign_in_with_the_password_they_have_and_are_out_the_moment_the_app_says_so(deployed: Deployed) -> None:
    app, url = deployed.app, deployed.url
    token = deployed.sign_in(app.alice_signs_in_as)
    assert deployed.is_signed_in(token)
    with pytest.raises(Invalid):
        deployed.sign_in("zoe@app.example")

    run_sql(url, app.deactivate)  # no job runs in between
    assert not deployed.is_signed_in(token)
    with pytest.raises(Invalid):
        deployed.sign_in(app.alice_signs_in_as)
    run_sql(url, app.reactivate)
    assert deployed.is_signed_in(token)

    run_sql(url, app.change_password)
    assert not deployed.is_signed_in(token)
    assert read(url, "SELECT count(*) FROM swannery.sign_ins") == [(1,)]
