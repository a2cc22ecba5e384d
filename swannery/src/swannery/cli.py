"""Arguments in, exit code out."""

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from swannery import __version__
from swannery.app import assemble, run
from swannery.config import ConfigInvalid, ServerSettings, read_config
from swannery.demo.errors import DemoCannot
from swannery.demo.story import tell
from swannery.deployment import DeployRequest, Repair, StoppedByFinding
from swannery.deployment import check as check_deployment
from swannery.deployment import deploy as run_deploy
from swannery.deployment.catalog import visible
from swannery.deployment.telling import tell_result, tell_survey
from swannery.foundation.errors import SwanneryError

EXIT_BLOCKED, EXIT_CANNOT = 1, 2

ConfigPath = Annotated[Path, typer.Option("--config", metavar="FILE", help="Where the mapping of the app is kept.")]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="A social platform on the database an app already has."
)


def show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer hands it over by position
    if wanted:
        typer.echo(f"swannery {__version__}")
        raise typer.Exit


@app.callback()
def swannery(
    *,
    _version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and end.")] = False,
) -> None:
    """Take the options that come before any command."""


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End when the story is told.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over: the demo's own database is made anew.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where the demo's database lies (default: .demo in the project).")
    ] = None,
) -> None:
    """Tell the studio's story: its deploy fails, dbdoctor heals its database, the platform moves in, its people meet."""
    try:
        raise typer.Exit(tell(once=once, fresh=fresh, say=typer.echo, data=data, open_database=lambda config: assemble(config).database))
    except DemoCannot as error:
        typer.echo(f"demo: {error.message}\n  → {error.next_step}", err=True)
        raise typer.Exit(EXIT_CANNOT) from None


@app.command()
def deploy(
    url: Annotated[str, typer.Argument(envvar="DATABASE_URL", metavar="URL", help="postgresql://user@host:port/database")],
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Let dbdoctor repair the database first, where it must.")] = False,
    migrate: Annotated[str, typer.Option("--migrate", metavar="CMD", help="The app's own migrate command, for the repair.")] = "",
    accept: Annotated[str, typer.Option("--accept", metavar="CMD", help="The app's own test that it is well; must end 0.")] = "",
    cwd: Annotated[Path, typer.Option("--cwd", metavar="DIR", help="The folder these run in.")] = Path(),
    config: ConfigPath = Path("swannery.toml"),
    users: Annotated[str, typer.Option("--users", metavar="TABLE", help="The users table, where it cannot be told.")] = "",
    ignore: Annotated[list[str] | None, typer.Option("--ignore", metavar="TABLE", help="A table that is nobody's activity.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put the platform on an app's database: detect, examine, create its schema, make members. Twice changes nothing."""
    request = DeployRequest(
        url=url, config_path=config, users_table=users, ignore=tuple(ignore or ()), yes=yes,
        repair=Repair(migrate=migrate, accept=accept, cwd=cwd) if repair else None,
    )  # fmt: skip
    with _told_errors():
        result = run_deploy(request, show=lambda survey: _say(tell_survey(survey)), confirm=lambda: yes or _asked("Deploy like this?"))
        _say(tell_result(result))


@app.command()
def check(*, config: ConfigPath = Path("swannery.toml")) -> None:
    """See whether file, app and platform still fit each other; changes nothing."""
    with _told_errors():
        troubles = check_deployment(read_config(config, os.environ), path=config)
        for trouble in troubles:
            typer.echo(visible(f"{trouble.message}\n  → {trouble.next_step}", keep="\n"))
        if troubles:
            raise typer.Exit(EXIT_BLOCKED)
        typer.echo("All is well.")


@contextmanager
def _told_errors() -> Iterator[None]:
    """Every refusal in words, with its exit code: 1 for findings that stop us, 2 when it could not be done."""
    try:
        yield
    except (SwanneryError, ConfigInvalid) as error:
        words = f"swannery: {error.message}" + (f"\n  → {error.next_step}" if error.next_step else "")
        typer.echo(visible(words, keep="\n"), err=True)
        raise typer.Exit(EXIT_BLOCKED if isinstance(error, StoppedByFinding) else EXIT_CANNOT) from None


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _asked(question: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(question)


@app.command()
def serve(
    *,
    config: ConfigPath = Path("swannery.toml"),
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; wins over the file.")] = "",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, metavar="N", help="Wins over the file and PORT.")] = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True, help="Stop at the end of standard input.")] = False,
) -> None:
    """Serve the website and do the background work until Ctrl-C or SIGTERM; what was begun is finished first."""
    with _told_errors():
        settings = read_config(config, os.environ)
        server = settings.server
        server = msgspec.structs.replace(server, host=host or server.host, port=port or server.port)
        if with_parent:
            threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
        run(msgspec.structs.replace(settings, server=server), ready=lambda: typer.echo(f"{settings.site.name} is at {address_of(server)}"))


def address_of(server: ServerSettings) -> str:
    """Return where a browser finds the website."""
    name = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{name}:{server.port}"


def _stop_at_end_of_input() -> None:
    """Whoever started us holds the other end; it closes however they end."""
    # Unbuffered: a thread that waits for a buffered stream cannot be left behind at the end.
    while os.read(sys.stdin.fileno(), 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the command line; the entry point of the `swannery` script."""
    app()
