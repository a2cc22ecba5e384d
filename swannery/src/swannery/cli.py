"""Arguments in, exit code out."""

from pathlib import Path
from typing import Annotated

import typer

from swannery import __version__
from swannery.demo.errors import DemoCannot
from swannery.demo.story import tell

EXIT_CANNOT = 2

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
    """Tell the studio's story: its deploy fails, dbdoctor heals its database, its deploy succeeds."""
    try:
        raise typer.Exit(tell(once=once, fresh=fresh, say=typer.echo, data=data))
    except DemoCannot as error:
        typer.echo(f"demo: {error.message}\n  → {error.next_step}", err=True)
        raise typer.Exit(EXIT_CANNOT) from None


@app.command()
def serve() -> None:
    """Serve the platform (not built yet: this room is empty, and the command says so)."""
    typer.echo("swannery has nothing to serve yet: the platform is not built. What works today is dbdoctor; see `make demo`.", err=True)
    raise typer.Exit(EXIT_CANNOT)


def main() -> None:
    """Run the command line; the entry point of the `swannery` script."""
    app()
