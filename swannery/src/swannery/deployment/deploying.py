"""From an address to a platform: detect, examine, create, provision. Whatever is there already stays as it is."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.models import Pass
from swannery.config import Config, SiteSettings, Users, parse_config, render_config
from swannery.deployment import examining, migrating, queries
from swannery.deployment.catalog import HostCatalog, Sample, TableName
from swannery.deployment.comparing import compare
from swannery.deployment.describing import describe_users
from swannery.deployment.detect_activities import MissingLink, detect_activities
from swannery.deployment.detection import Found, choose_users_table
from swannery.deployment.examining import Repair
from swannery.foundation.database import Database, Limits
from swannery.foundation.errors import SwanneryError
from swannery.foundation.secrets_store import read_secret

SECRETS = ("csrf",)
NO_RIGHT = "42501"
PROVISIONING_S = 120.0


class CannotDeploy(SwanneryError):
    """The database or the file is not as it must be; nothing was made."""


class NotConfirmed(SwanneryError):
    """Nobody said yes; nothing was made."""

    kind = "forbidden"


class DeployRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `users_table` settles which table it is, `ignore` names tables that are no activities."""

    url: str
    config_path: Path = Path("swannery.toml")
    users_table: str = ""
    ignore: tuple[str, ...] = ()
    repair: Repair | None = None
    yes: bool = False


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, before anything is made. `kept` says that the file was there and is used as it stands."""

    config: Config
    found: tuple[Found, ...]
    missing: tuple[MissingLink, ...]
    kept: bool
    notes: tuple[str, ...] = ()
    opened: queries.Opened


class DeployResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `migrations` are the revisions that ran now; `file_written` is false when the file was there and stays."""

    config: Config
    config_path: Path
    file_written: bool
    found: tuple[Found, ...]
    notes: tuple[str, ...]
    migrations: tuple[str, ...]
    members: Pass
    repaired: bool

    @property
    def changed(self) -> bool:
        """Whether anything was done at all."""
        return bool(self.file_written or self.migrations or self.members.total)


Show = Callable[[Survey], None]
Confirm = Callable[[], bool]


def _show_nothing(_survey: Survey) -> None:
    """Show nobody."""


def _always() -> bool:
    return True


def deploy(request: DeployRequest, *, show: Show = _show_nothing, confirm: Confirm = _always) -> DeployResult:
    """Deploy; twice changes nothing. Runs a loop of its own, so it is called from plain code, not from a coroutine.

    Raises StoppedByFinding when the database must be repaired first, any other SwanneryError or ConfigInvalid when it could not be
    done; then nothing was made. `show` gets what was found, `confirm` is asked once, only where something is to be made.
    """
    examining.refuse_unreachable(request.url)
    survey = take_survey(request)
    repaired = False
    findings = examining.examine(request.url, users=survey.config.users, missing=survey.missing)
    if findings and request.repair is not None:
        examining.heal(request.url, request.repair, missing=survey.missing, yes=request.yes)
        repaired = True
        survey = take_survey(request)
        findings = examining.examine(request.url, users=survey.config.users, missing=survey.missing)
    show(survey)
    if findings:
        raise examining.stopped(findings, missing=survey.missing, url=request.url, repair=request.repair)
    _refuse_unfit(request, survey)
    new = not survey.kept or migrating.pending(survey.opened.revision)
    if new and not confirm():
        raise NotConfirmed("Nothing was made: nobody said yes.", next_step="Give --yes where nobody can be asked.")
    try:
        migrations, members = _carry_out(request.url, survey.config)
    except DBAPIError as error:
        if queries.sqlstate_of(error) != NO_RIGHT:
            raise
        message = f"The server refuses: {str(error.orig).splitlines()[0]}"
        raise CannotDeploy(message, next_step="Nothing was made. Deploy as the role that owns the app's tables.") from None
    written = _write_file(request.config_path, survey)
    return DeployResult(
        config=survey.config, config_path=request.config_path, file_written=written, found=survey.found, notes=survey.notes,
        migrations=migrations, members=members, repaired=repaired,
    )  # fmt: skip


def take_survey(request: DeployRequest) -> Survey:
    """Read the catalog and the file, and decide what stands for what; changes nothing."""
    with queries.connected(request.url) as connection:
        catalog = queries.read_catalog(connection)
        opened = queries.read_deployment(connection)
        sample: Sample = partial(queries.sample_values, connection)
        if request.config_path.exists():
            return _from_file(request, catalog, sample=sample, opened=opened)
        table, reasons = choose_users_table(catalog, asked_for=request.users_table)
        users, found = describe_users(table, reasons=reasons, sample=sample, catalog=catalog)
        activities, why, missing = detect_activities(_without(catalog, request.ignore), users=users, sample=sample)
        name = queries.read_obstacles(connection)["database"]
    site = SiteSettings(name=name.replace("_", " ").strip().title() or "Community")
    config = Config(users=users, activities=tuple(activities), site=site)
    return Survey(config=config, found=(*found, *why), missing=tuple(missing), kept=False, opened=opened)


def _without(catalog: HostCatalog, ignored: tuple[str, ...]) -> HostCatalog:
    names = {table.name for text in ignored for table in catalog.called(text)}
    return HostCatalog(tables=tuple(table for table in catalog.tables if table.name not in names))


def _from_file(request: DeployRequest, catalog: HostCatalog, *, sample: Sample, opened: queries.Opened) -> Survey:
    """The file is the owner's: it is used as it stands, and what we would have written otherwise is told."""
    path = request.config_path
    config = parse_config(path.read_text(encoding="utf-8"), source=path.name)
    users = config.users
    if request.users_table and TableName(users.schema, users.table) not in {t.name for t in catalog.called(request.users_table)}:
        message = f"{path} says that {TableName(users.schema, users.table)} holds the users, you say {request.users_table}."
        raise CannotDeploy(message, next_step="Correct the file, or leave --users out.")
    differences, missing = compare(config, catalog, path=path)
    if differences:
        lines = "".join(f"\n  {difference.told(path.name)}" for difference in differences)
        raise CannotDeploy(f"{path} and the database differ:{lines}", next_step="Correct the file, or remove it to detect anew.")
    mapped = {TableName(activity.schema, activity.table) for activity in config.activities}
    unmapped = HostCatalog(tables=tuple(table for table in _without(catalog, request.ignore).tables if table.name not in mapped))
    _, why, lacking = detect_activities(unmapped, users=users, sample=sample)
    notes = [f"{found.value} looks like an activity and is not in {path.name}: {found.reason}" for found in why]
    notes += [f"{link.table} would be an activity, but {link.reason}" for link in lacking]
    found = (Found(what="mapping", value=str(path), reason="the file was there; it is used as it stands"),)
    return Survey(config=config, found=found, missing=tuple(missing), kept=True, notes=tuple(notes), opened=opened)


def _refuse_unfit(request: DeployRequest, survey: Survey) -> None:
    """Everything that would stop us half-way is asked first."""
    users = survey.config.users
    with queries.connected(request.url) as connection:
        facts = queries.read_obstacles(connection)
        if facts["read_only"]:
            raise CannotDeploy("This server only reads: it is a replica, or set so.", next_step="Give the address of the primary.")
        if facts["encoding"] != "UTF8":
            raise CannotDeploy(f"The database's encoding is {facts['encoding']}.", next_step="Swannery needs UTF8: people have names.")
        grants = queries.find_missing_rights(connection, users=users, activities=survey.config.activities)
        hiding = queries.find_hiding(connection, users=users, activities=survey.config.activities)
    if grants:
        message = f"The role {facts['user']} may not do what is needed; nothing was made."
        raise CannotDeploy(message, next_step="Have the owner run: " + " ".join(grants))
    if hiding:
        raise CannotDeploy(hiding[0].message, next_step=hiding[0].next_step)
    opened = survey.opened
    if opened.tables and not opened.revision:
        raise CannotDeploy("The schema swannery holds tables that are not ours.", next_step="Rename or drop that schema.")
    if opened.revision and opened.key_type != users.key_type:
        message = f"The members are linked by {opened.key_type}, but the users' key is {users.key_type} now."
        raise CannotDeploy(message, next_step="Bring the app's key back, or drop the schema swannery and deploy anew.")
    target = f"{users.schema}.{users.table}"
    if opened.revision and opened.key_target and opened.key_target != target:
        message = f"The members belong to {opened.key_target}, but the file says {target}."
        raise CannotDeploy(message, next_step="Correct the file, or drop the schema swannery and deploy anew.")
    folder = request.config_path.resolve().parent
    if not folder.is_dir():
        raise CannotDeploy(f"There is no folder {folder}.", next_step="Give another place with --config.")


def _carry_out(url: str, config: Config) -> tuple[tuple[str, ...], Pass]:
    """Make what is missing, one deploy at a time; the turn is held by a transaction that touches no table."""
    with queries.connected(url) as turn, turn.begin():
        queries.wait_for_our_turn(turn)
        with queries.connected(url) as connection:
            revision = queries.read_deployment(connection).revision
        migrations = migrating.upgrade(url, users=config.users, revision=revision)
        for name in SECRETS:
            read_secret(url, name=name)
        return migrations, asyncio.run(_provision(url, config.users))


async def _provision(url: str, users: Users) -> Pass:
    database = Database(url=url, connections=1, limits=Limits(statement_s=PROVISIONING_S, idle_s=PROVISIONING_S))
    try:
        async with database.transaction() as tx:
            return await follow_users(tx, users=users)
    finally:
        await database.close()


def _write_file(path: Path, survey: Survey) -> bool:
    """Write the file where there was none, whole or not at all."""
    if survey.kept or path.exists():
        return False
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(render_config(survey.config), encoding="utf-8")
    draft.replace(path)
    return True
