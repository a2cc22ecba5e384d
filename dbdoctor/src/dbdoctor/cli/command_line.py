"""One command line from its words to its exit code; every error is said on standard error, without any password."""

import os
import sys
from contextlib import suppress

import typer

from dbdoctor.databases.postgresql.connection import SqlError, hide_passwords, parse_url
from dbdoctor.errors import DoctorError
from dbdoctor.reports.letter import visible

HEALTHY, BLOCKED, FAILED, USAGE = 0, 1, 2, 64
INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    name="dbdoctor", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Finds why a foreign key cannot be created or migrations are stuck, proves it, and repairs it without losing a row.",
)  # fmt: skip


def main() -> None:
    """The command `dbdoctor`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error is said on standard error, without any password."""
    secrets = tuple(s for a in arguments for s in _secrets_of(a))
    try:
        result = app(args=arguments, standalone_mode=False)
    except typer.TyperException as error:  # an option that is not known, a word that is no number
        if arguments:
            _complain(error.format_message(), next_step="See dbdoctor --help.", secrets=secrets)
        else:
            typer.echo(error.format_message(), err=True)
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        return _stopped()
    except DoctorError as error:
        _complain(error.message, next_step=error.next_step, secrets=secrets)
        return USAGE if error.kind == "usage" else FAILED
    except SqlError as error:
        _complain(
            f"The server says: {error}", next_step="Nothing was changed. Is it still there, and may this user read it?", secrets=secrets
        )
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return _stopped() if result == INTERRUPTED else int(result or 0)


def _stopped() -> int:
    typer.echo("\nStopped. Nothing more was changed.", err=True)
    return FAILED


def _complain(message: str, *, next_step: str, secrets: tuple[str, ...]) -> None:
    """What went wrong and what to do, on standard error; an app's own output may be part of it."""
    words = f"dbdoctor: {message}" + (f"\n  → {next_step}" if next_step else "")
    typer.echo(visible(hide_passwords(words, secrets=secrets), keep="\n"), err=True)


def _secrets_of(argument: str) -> tuple[str, ...]:
    with suppress(DoctorError):
        return parse_url(argument).secrets
    return ()
