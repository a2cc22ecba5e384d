"""The command that needs no database: explain."""

import sys
from typing import Annotated

import typer

from dbdoctor.cli.command_line import HEALTHY, app
from dbdoctor.cli.options import TextOrJson
from dbdoctor.errors import UsageError
from dbdoctor.reports import json_report, terminal
from dbdoctor.reports.letter import Letter
from dbdoctor.wanted.meanings import explain as meaning_of_error


@app.command()
def explain(
    text: Annotated[
        str,
        typer.Argument(metavar="'ERROR TEXT'", help="The message, with all the noise around it, or an SQLSTATE; - reads standard input."),
    ],
    *,
    output: TextOrJson = "text",
) -> int:
    """What an error of PostgreSQL means, what is likely behind it, what to do. No database needed."""
    found = meaning_of_error(sys.stdin.read() if text == "-" else text)
    if found is None:
        message = "The text holds no error of PostgreSQL that dbdoctor knows."
        raise UsageError(
            message,
            next_step="Give the whole output: the line with ERROR and, where there is one, the line with DETAIL; or a code like 23503.",
        )
    if output == "json":
        typer.echo(json_report.to_text(json_report.explanation_report(found)))
    else:
        terminal.tell_explanation(Letter(), found)
    return HEALTHY
