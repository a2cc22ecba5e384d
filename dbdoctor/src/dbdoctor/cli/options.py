"""The options that several commands share, each with its help, and what is read from them."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer

from dbdoctor.errors import UsageError
from dbdoctor.rehearsal.orphan_policy import FORM
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.reports.migrations import LEDGERS
from dbdoctor.reports.rendering import Format

Url = Annotated[str, typer.Argument(metavar="URL", help="postgresql://user@host:port/database")]
Sql = Annotated[str, typer.Option("--sql", metavar="FILE", help="The statement that fails: a file, or - for standard input.")]
ErrorText = Annotated[str, typer.Option("--error", metavar="TEXT", help="The error message you got, noise around it is fine.")]
Want = Annotated[list[str] | None, typer.Option("--want", metavar="REF", help="A key you want: 'sessions.userId -> users.id'.")]
Models = Annotated[
    str,
    typer.Option(
        "--models",
        metavar="SRC",
        help="What the app's models want: module:attribute (SQLAlchemy), django:settings.module, a .prisma or .sql file.",
    ),
]
MigrationNames = Annotated[
    str,
    typer.Option("--migration-names", metavar="FILE", help="The app's migrations, one a line; after a tab what is known of it."),
]
Migrate = Annotated[str, typer.Option("--migrate", metavar="CMD", help="The app's own migrate command.")]
Cwd = Annotated[Path, typer.Option("--cwd", metavar="DIR", help="The folder it runs in.")]
Accept = Annotated[str, typer.Option("--accept", metavar="CMD", help="The app's own test that it is well; must end 0.")]
Env = Annotated[list[str] | None, typer.Option("--env", metavar="NAME", help="A further variable that holds the database's address.")]
TimeLimit = Annotated[float, typer.Option("--time-limit", metavar="S", help="How long one run of the command may take, in seconds.")]
NoIsolation = Annotated[
    bool, typer.Option("--no-isolation", help="Rehearse without a namespace, if the app's folder does not name the target.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before changing the database.")]
NoMigrate = Annotated[bool, typer.Option("--no-migrate", help="Stop before the first run of the migrate command and say what to run.")]
LockTimeout = Annotated[str, typer.Option("--lock-timeout", metavar="TIME", help="How long one try may wait for a lock: 1s, 500ms.")]
OrphanPolicy = Annotated[str, typer.Option("--orphans", metavar="POLICY", help=f"What becomes of child rows without a parent: {FORM}.")]
Choice = Annotated[int, typer.Option("--choice", min=1, metavar="N", help="Which of several repairs that cost the same.")]
Attempts = Annotated[int, typer.Option("--attempts", min=1, help="How many rehearsals at most.")]
MaybeRun = Annotated[str, typer.Argument(metavar="[RUN]", help="A run's name; without it the latest, or all.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's name, as apply told it.")]

TextOrJson = Annotated[Literal["text", "json"], typer.Option("--format", help="text or json")]
TextJsonOrHtml = Annotated[Literal["text", "json", "html"], typer.Option("--format", help="text, json or html")]
AnyFormat = Annotated[Format, typer.Option("--format", help="text, json, html, sarif or junit")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the report there, as its ending says (.html .json .sarif .xml), and the text here."),
]
PlanPlace = Annotated[
    Path | None,
    typer.Option("--out", metavar="PLACE", help="Where the plan is written (plan.json), or with --as the folder for the migration."),
]
As = Annotated[
    str,
    typer.Option("--as", metavar="TOOL", help=f"Write the cure as a migration instead: {', '.join(LEDGERS)}. Without --out it is shown."),
]
AppLabel = Annotated[str, typer.Option("--app-label", metavar="APP", help="With --as django: the app it belongs to.")]
KeepServer = Annotated[bool, typer.Option("--keep-server", help="Keep the copy until Enter is pressed, and tell its address.")]
ReportBeside = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write the report there too, as its ending says (.html .json).")
]


def settings_of(*, migrate: str, cwd: Path, accept: str, env: list[str] | None, time_limit_s: float) -> CommandSettings:
    """The app's commands; raises UsageError when there is none."""
    if not migrate:
        message = "The app's migrate command is missing."
        raise UsageError(message, next_step="Give it with --migrate, e.g. --migrate 'npx sequelize-cli db:migrate' --cwd app")
    if not cwd.is_dir():
        message = f"The folder {cwd} does not exist."
        raise UsageError(message, next_step="Give the app's folder with --cwd.")
    return CommandSettings(migrate=migrate, cwd=cwd, accept=accept, env_names=tuple(env or ()), time_limit_s=time_limit_s)


def seconds_of(text: str) -> float:
    """`1s`, `500ms` or a bare number of seconds; raises UsageError for anything else."""
    number, factor = (text.removesuffix("ms"), 0.001) if text.endswith("ms") else (text.removesuffix("s"), 1.0)
    with suppress(ValueError):
        seconds = float(number) * factor
        if 0 < seconds < float("inf"):
            return seconds
    message = f"{text!r} is no time."
    raise UsageError(message, next_step="Write 1s or 500ms.")
