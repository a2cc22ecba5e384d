"""Commands that only look: inspect and diagnose."""

from pathlib import Path

import typer

from dbdoctor import doctor
from dbdoctor.cli.command_line import BLOCKED, HEALTHY, app
from dbdoctor.cli.options import (
    Accept,
    AnyFormat,
    Cwd,
    Env,
    ErrorText,
    Migrate,
    MigrationNames,
    Models,
    NoIsolation,
    ReportFile,
    Sql,
    TextOrJson,
    TimeLimit,
    Url,
    Want,
    settings_of,
)
from dbdoctor.cli.outlets import letter_for, outlet_of, telling_of_the_copy
from dbdoctor.cli.wanting import wanted_of
from dbdoctor.databases.postgresql.connection import parse_url
from dbdoctor.errors import UsageError
from dbdoctor.reports import json_report, rendering, terminal


@app.command()
def inspect(url: Url, *, cwd: Cwd = Path(), output: TextOrJson = "text") -> int:
    """What the database really holds: tables, rows, keys, ledger. Changes nothing."""
    inspection = doctor.inspect(url=url, cwd=cwd)
    if output == "json":
        typer.echo(json_report.to_text(json_report.inspection_report(inspection)))
    else:
        terminal.tell_inspection(letter_for("Inspection of", url), inspection)
    return HEALTHY


@app.command()
def diagnose(
    url: Url, *, sql: Sql = "", error: ErrorText = "", want: Want = None, models: Models = "", migration_names: MigrationNames = "",
    migrate: Migrate = "", cwd: Cwd = Path(), accept: Accept = "", env: Env = None, time_limit: TimeLimit = 300.0,
    no_isolation: NoIsolation = False, output: AnyFormat = "text", out: ReportFile = None,
) -> int:  # fmt: skip
    """Find what stands in the way, the root cause first. Changes nothing; a migrate command is run once, on a copy."""
    if accept and not migrate:
        message = "--accept is tried on the copy after the migrate command, and there is none."
        raise UsageError(message, next_step="Give the app's migrate command with --migrate.")
    outlet = outlet_of(output, out, formats=rendering.DIAGNOSIS_FORMATS)
    doctor.refuse_other_databases(url)
    wanted = wanted_of(sql=sql, error=error, want=want, models=models, migration_names=migration_names, cwd=cwd)
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit) if migrate else None
    letter = letter_for("Diagnosis of", url) if outlet.talks else None
    diagnosis = doctor.diagnose(
        url=url, wanted=wanted, command=command, isolated=not no_isolation, tell=telling_of_the_copy(letter)
    )  # fmt: skip
    if letter:
        terminal.tell_diagnosis(letter, diagnosis)
    outlet.deliver(
        lambda form: rendering.diagnosis(
            diagnosis, form, shown=parse_url(url).shown, source=_file_of(sql),
            tables=doctor.tables_of(url=url, findings=diagnosis.findings) if form == "html" else (),
        )
    )  # fmt: skip
    return HEALTHY if diagnosis.healthy else BLOCKED


def _file_of(sql: str) -> str:
    """The file that was examined, as code scanning would name it: from here, where it is below."""
    path = Path(sql)
    if sql in {"", "-"}:
        return ""
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else sql
