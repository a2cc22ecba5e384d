"""Whether a deployment still holds: file and catalog agree, our schema is up to date, nothing we depend on broke, everybody is a member."""

import asyncio
from pathlib import Path

import msgspec

from swannery.accounts.actions.gone_members import count_held_back
from swannery.config import Config
from swannery.deployment import examining, migrating, queries
from swannery.deployment.deploying import CannotDeploy, DeployRequest, take_survey
from swannery.foundation.database import Database
from swannery.foundation.errors import SwanneryError
from swannery.host.actions import users_relation


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it must be, and what to do."""

    message: str
    next_step: str


def check(config: Config, *, path: Path) -> tuple[Trouble, ...]:
    """Look at everything and change nothing; returns what is wrong. Raises CannotExamine when the database cannot be looked at."""
    url = config.database.url
    examining.refuse_unreachable(url)
    try:
        survey = take_survey(DeployRequest(url=url, config_path=path))
    except CannotDeploy as error:
        return (Trouble(message=error.message, next_step=error.next_step),)
    troubles = []
    findings = examining.examine(url, users=config.users, missing=survey.missing)
    if findings:
        stopped = examining.stopped(findings, missing=survey.missing, url=url, repair=None)
        troubles.append(Trouble(message=stopped.message, next_step=stopped.next_step))
    troubles += _our_own(config, survey.opened)
    return tuple(troubles)


def _held_back(config: Config) -> list[Trouble]:
    async def count() -> int:
        database = Database(url=config.database.url, connections=1)
        try:
            async with database.transaction() as tx:
                return await count_held_back(tx, users=config.users)
        finally:
            await database.close()

    held_back = asyncio.run(count())
    if not held_back:
        return []
    return [
        Trouble(
            message=f"The users of {held_back} members are gone from the app. So many at once are hidden, not erased.",
            next_step="If that is a mistake, put the users back with the keys they had: their members return by themselves."
            f" If they are to be erased: write erase_up_to = {held_back} under [users], restart, and take it out again afterwards.",
        )
    ]


def _our_own(config: Config, opened: queries.Opened) -> list[Trouble]:
    deploy = "Run: swannery deploy URL"
    if not opened.revision:
        return [Trouble(message="Nothing is deployed here: there is no schema swannery of ours.", next_step=deploy)]
    try:
        left = migrating.pending(opened.revision)
    except SwanneryError as error:
        return [Trouble(message=error.message, next_step=error.next_step)]
    troubles = [Trouble(message=f"The schema swannery is behind: {', '.join(left)} did not run yet.", next_step=deploy)] if left else []
    with queries.connected(config.database.url) as connection:
        grants = queries.find_missing_rights(connection, users=config.users, activities=config.activities)
        hiding = queries.find_hiding(connection, users=config.users, activities=config.activities)
        waiting = 0 if grants else queries.count_unprovisioned(connection, relation=users_relation(config.users))
    if grants:
        troubles.append(Trouble(message="The role lacks rights.", next_step="Have the owner run: " + " ".join(grants)))
    troubles += [Trouble(message=hidden.message, next_step=hidden.next_step) for hidden in hiding]
    if not left and not grants:
        troubles += _held_back(config)
    if waiting:
        message = f"{waiting} of the app's users {'is' if waiting == 1 else 'are'} no member yet."
        troubles.append(Trouble(message=message, next_step="A running worker sees to it within seconds; is one running? Or deploy again."))
    return troubles
