"""What dbdoctor says of what we are about to depend on, and how it heals it: through its public face and its command only."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

import msgspec
from sqlalchemy.engine import make_url

import dbdoctor
from swannery.config import Users
from swannery.deployment import queries
from swannery.deployment.detect_activities import MissingLink
from swannery.foundation.errors import SwanneryError


class StoppedByFinding(SwanneryError):
    """The database is not fit for what we need yet; `findings` says why, `commands` what repairs it."""

    kind = "conflict"

    def __init__(self, message: str, *, next_step: str, findings: Sequence[dbdoctor.Finding], commands: Sequence[str]) -> None:
        super().__init__(message, next_step=next_step)
        self.findings = tuple(findings)
        self.commands = tuple(commands)


class CannotExamine(SwanneryError):
    """dbdoctor could not look: the address, the connection, the rights."""


class RepairFailed(SwanneryError):
    """dbdoctor was called to repair and could not."""

    kind = "conflict"


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """That dbdoctor may repair. With the app's own migrate command all of the app is healed, without it only what we miss."""

    migrate: str = ""
    cwd: Path = Path()
    accept: str = ""

    @property
    def options(self) -> list[str]:
        """As both commands, ours and dbdoctor's, take it."""
        accept = ["--accept", self.accept] if self.accept else []
        if not self.migrate:
            return []
        return ["--migrate", self.migrate, *accept, "--cwd", str(self.cwd)]


def shown_url(url: str) -> str:
    """Return the address without its password."""
    return make_url(url.replace("postgres://", "postgresql://", 1)).render_as_string(hide_password=True)


def refuse_unreachable(url: str) -> None:
    """Raise CannotExamine, in dbdoctor's own words, when the address is wrong, the server away, or a pooler in between."""
    _ask(url, dbdoctor.Wanted(sql=queries.NOTHING_WANTED))


def _ask(url: str, wanted: dbdoctor.Wanted) -> tuple[dbdoctor.Finding, ...]:
    try:
        return dbdoctor.diagnose(url=url, wanted=wanted, on_copy=False).findings
    except dbdoctor.DoctorError as error:
        raise CannotExamine(error.message, next_step=error.next_step) from None


def examine(url: str, *, users: Users, missing: Sequence[MissingLink]) -> tuple[dbdoctor.Finding, ...]:
    """Have dbdoctor look at the key we shall make and at every link that is missing; returns what blocks."""
    found: list[dbdoctor.Finding] = []
    if users.link == "foreign_key":
        link = queries.wanted_link(schema=users.schema, table=users.table, column=users.id, key_type=users.key_type)
        found += _ask(url, dbdoctor.Wanted(sql=link))
    for lacking in missing:
        found += _ask(url, dbdoctor.Wanted(wishes=(lacking.wish,)))
    return tuple(finding for finding in found if finding.severity == "blocking")


def stopped(findings: Sequence[dbdoctor.Finding], *, missing: Sequence[MissingLink], url: str, repair: Repair | None) -> StoppedByFinding:
    """Return the error that tells the findings in dbdoctor's words, and the commands that repair them."""
    lines = [f"{dbdoctor.describe(finding)}  [{finding.cause}]" for finding in findings]
    for lacking in missing:
        lines.append(f"{lacking.table} looks like what people do, but {lacking.reason}; needed: {lacking.wish}")
        lines.append(f"if {lacking.table} is nobody's activity: --ignore {quote(str(lacking.table))}")
    options = (repair.options if repair else []) or ["--migrate", "CMD", "--cwd", "DIR"]
    address = quote(shown_url(url))
    commands = [f"swannery deploy {address} --repair " + " ".join(quote(option) for option in options)]
    commands += [f"dbdoctor repair {address} --want {quote(lacking.wish)}" for lacking in missing]
    message = "The database is not fit for this yet:\n  " + "\n  ".join(lines)
    return StoppedByFinding(message, next_step=f"Repair it: {commands[0]}", findings=findings, commands=commands)


def heal(url: str, repair: Repair, *, missing: Sequence[MissingLink], yes: bool) -> None:
    """Call dbdoctor's own command: it rehearses, shows its plan, asks unless `yes`, applies, verifies, and goes on where it was stopped.

    Its letter goes straight to the terminal. Raises RepairFailed when it does not end well.
    """
    calls = [repair.options] if repair.migrate else [["--want", lacking.wish] for lacking in missing]
    if not calls:
        message = "What was found can only be repaired together with the app."
        raise RepairFailed(message, next_step="Give the app's own migrate command: --repair --migrate CMD --cwd DIR")
    programs = Path(sys.executable).parent
    # Programs of this environment come first: npx may be one of them.
    environment = {**os.environ, "DATABASE_URL": url, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    for options in calls:
        sys.stdout.flush()
        command = [str(programs / "dbdoctor"), "repair", url, *options, *(["--yes"] if yes else [])]
        code = subprocess.run(command, env=environment, check=False).returncode
        if code != 0:
            raise RepairFailed(
                f"dbdoctor ended with {code}.", next_step="Its letter above says why, and how to go on. Nothing of ours was made."
            )
