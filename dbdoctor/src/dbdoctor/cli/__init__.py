"""Arguments in, exit code out: 0 healthy or done, 1 findings that block, 2 could not do it, 64 usage."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from dbdoctor import doctor, treatment
from dbdoctor.databases.postgresql.connection import SqlError, hide_passwords, parse_url
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.findings import Attempt, Plan
from dbdoctor.rehearsal.rehearse import rehearse as find_plan
from dbdoctor.rehearsal.search import Limits
from dbdoctor.rehearsal.statement import Orphans, rehearse_statement
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.reports import json_report, terminal
from dbdoctor.reports.letter import Letter, visible

HEALTHY, BLOCKED, FAILED, USAGE = 0, 1, 2, 64
INTERRUPTED = 130  # what typer makes of Ctrl-C
PLAN_VERSION = 1
Format = Literal["text", "json"]

app = typer.Typer(
    name="dbdoctor", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Finds why a foreign key cannot be created or migrations are stuck, proves it, and repairs it without losing a row.",
)  # fmt: skip

Url = Annotated[str, typer.Argument(metavar="URL", help="postgresql://user@host:port/database")]
Sql = Annotated[str, typer.Option("--sql", metavar="FILE", help="The statement that fails: a file, or - for standard input.")]
ErrorText = Annotated[str, typer.Option("--error", metavar="TEXT", help="The error message you got, noise around it is fine.")]
Want = Annotated[list[str] | None, typer.Option("--want", metavar="REF", help="A key you want: 'sessions.userId -> users.id'.")]
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
OrphanPolicy = Annotated[Orphans, typer.Option("--orphans", help="What becomes of child rows without a parent.")]
Attempts = Annotated[int, typer.Option("--attempts", min=1, help="How many rehearsals at most.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="text or json")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the plan is written.")]
MaybeRun = Annotated[str, typer.Argument(metavar="[RUN]", help="A run's name; without it the latest, or all.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's name, as apply told it.")]


class NotConfirmed(DoctorError):
    """Nobody said yes."""

    kind = "refused"


def settings_of(*, migrate: str, cwd: Path, accept: str, env: list[str] | None, time_limit_s: float) -> CommandSettings:
    """The app's commands; raises UsageError when there is none."""
    if not migrate:
        message = "The app's migrate command is missing."
        raise UsageError(message, next_step="Give it with --migrate, e.g. --migrate 'npx sequelize-cli db:migrate' --cwd app")
    if not cwd.is_dir():
        message = f"The folder {cwd} does not exist."
        raise UsageError(message, next_step="Give the app's folder with --cwd.")
    return CommandSettings(migrate=migrate, cwd=cwd, accept=accept, env_names=tuple(env or ()), time_limit_s=time_limit_s)


@app.command()
def inspect(url: Url, *, cwd: Cwd = Path(), output: OutputFormat = "text") -> int:
    """What the database really holds: tables, rows, keys, ledger. Changes nothing."""
    inspection = doctor.inspect(url=url, cwd=cwd)
    if output == "json":
        typer.echo(json_report.to_text(json_report.inspection_report(inspection)))
    else:
        letter = _letter("Inspection of", url)
        terminal.tell_inspection(letter, inspection)
    return HEALTHY


@app.command()
def diagnose(
    url: Url, *, sql: Sql = "", error: ErrorText = "", want: Want = None, migrate: Migrate = "", cwd: Cwd = Path(), env: Env = None,
    time_limit: TimeLimit = 300.0, no_isolation: NoIsolation = False, output: OutputFormat = "text",
) -> int:  # fmt: skip
    """Find what stands in the way, the root cause first. Changes nothing; a migrate command is run once, on a copy."""
    wanted = doctor.Wanted(sql=doctor.read_sql(sql) if sql else "", error=error, wishes=tuple(want or ()))
    command = settings_of(migrate=migrate, cwd=cwd, accept="", env=env, time_limit_s=time_limit) if migrate else None
    diagnosis = doctor.diagnose(url=url, wanted=wanted, command=command, isolated=not no_isolation)
    if output == "json":
        typer.echo(json_report.to_text(json_report.diagnosis_report(diagnosis)))
    else:
        terminal.tell_diagnosis(_letter("Diagnosis of", url), diagnosis)
    return HEALTHY if diagnosis.healthy else BLOCKED


@app.command()
def rehearse(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), accept: Accept = "", env: Env = None, time_limit: TimeLimit = 300.0,
    attempts: Attempts = 120, no_isolation: NoIsolation = False, output: OutputFormat = "text",
) -> int:  # fmt: skip
    """Find and prove a repair on a throw-away copy; the target is only read."""
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
    plan = _rehearsed(url, command, isolated=not no_isolation, attempts=attempts, output=output, words="Rehearsal for")
    _show_plan(plan, output)
    return HEALTHY


@app.command()
def plan(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), accept: Accept = "", env: Env = None, time_limit: TimeLimit = 300.0,
    attempts: Attempts = 120, no_isolation: NoIsolation = False, out: Out = Path("plan.json"),
    output: OutputFormat = "text",
) -> int:  # fmt: skip
    """Rehearse, and write the proven plan to a file that `apply` takes."""
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
    found = _rehearsed(url, command, isolated=not no_isolation, attempts=attempts, output=output, words="Plan for")
    _write_plan(out, found)
    _show_plan(found, output)
    if output == "text":
        Letter().line(f"Written to {out}. Apply it with: dbdoctor apply {parse_url(url).shown_url} {out}")
    return HEALTHY


@app.command()
def apply(
    url: Url, plan_file: Annotated[Path, typer.Argument(metavar="PLAN")], *, yes: Yes = False, no_migrate: NoMigrate = False,
    lock_timeout: LockTimeout = "1s", time_limit: TimeLimit = 900.0, output: OutputFormat = "text",
) -> int:  # fmt: skip
    """Carry out a plan: backup, journal, short locks; goes on where an earlier try was stopped."""
    doctor.refuse_other_databases(url)
    found = _read_plan(plan_file)
    if output == "text":
        terminal.tell_plan(_letter("Treatment of", url), found)
    _confirm(f"Apply this to {parse_url(url).shown}?", yes=yes, output=output)
    run = _applied(url, found, no_migrate=no_migrate, lock_timeout=lock_timeout, time_limit_s=time_limit, output=output)
    return _show_run(run, url, output)


@app.command()
def repair(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), sql: Sql = "", want: Want = None, accept: Accept = "", env: Env = None,
    yes: Yes = False,
    no_migrate: NoMigrate = False, orphans: OrphanPolicy = "auto", lock_timeout: LockTimeout = "1s", time_limit: TimeLimit = 300.0,
    attempts: Attempts = 120, no_isolation: NoIsolation = False, output: OutputFormat = "text",
) -> int:  # fmt: skip
    """All of it: diagnose, rehearse, plan, apply, verify; asks once before it changes anything."""
    if sql or want:
        script = doctor.script_for(sql=doctor.read_sql(sql) if sql else "", wishes=tuple(want or ()))
        return _repair_statement(url, script, orphans=orphans, yes=yes, lock_timeout=lock_timeout, isolated=not no_isolation, output=output)
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
    doctor.refuse_other_databases(url)
    _refuse_unasked(yes=yes, output=output)  # before half a minute of rehearsal
    stopped = treatment.unfinished(url=url)
    if stopped:
        found = stopped[1]
        if output == "text":
            terminal.tell_unfinished(_letter("Repair of", url), stopped[0])
    else:
        found = _rehearsed(url, command, isolated=not no_isolation, attempts=attempts, output=output, words="Repair of")
    if output == "text":
        _show_plan(found, output)
    _confirm(f"Apply this to {parse_url(url).shown}?", yes=yes, output=output)
    run = _applied(url, found, no_migrate=no_migrate, lock_timeout=lock_timeout, time_limit_s=time_limit, output=output)
    return _show_run(run, url, output, plan=found)


def _repair_statement(url: str, script: str, *, orphans: Orphans, yes: bool, lock_timeout: str, isolated: bool, output: Format) -> int:
    """The same for one statement: what stands in its way is taken away; the app runs the statement itself."""
    doctor.refuse_other_databases(url)
    treated = rehearse_statement(url=url, sql=script, orphans=orphans, isolated=isolated)
    if output == "text":
        letter = _letter("Repair of", url)
        terminal.tell_findings(letter, treated.plan.findings)
        terminal.tell_outcome(letter, treated.outcome)
        terminal.tell_plan(letter, treated.plan)
    run = None
    if treated.plan.steps:
        _confirm(f"Apply this to {parse_url(url).shown}?", yes=yes, output=output)
        run = _applied(url, treated.plan, no_migrate=False, lock_timeout=lock_timeout, time_limit_s=300.0, output=output)
    if output == "json":
        typer.echo(json_report.to_text(json_report.statement_report(treated.outcome, treated.plan, run)))
    elif run is not None:
        terminal.tell_run(Letter(), run, url=parse_url(url).shown_url)
    well = treated.outcome != "cannot" and (run is None or run.verification is None or run.verification.ok)
    return HEALTHY if well else BLOCKED


@app.command()
def verify(url: Url, *, run_id: MaybeRun = "", output: OutputFormat = "text") -> int:
    """Try to violate every key that a run touched (rolled back), and compare rows, ledger and the app's own test."""
    doctor.refuse_other_databases(url)
    verification = treatment.verify(url=url, run_id=run_id or None)
    if output == "json":
        typer.echo(json_report.to_text(json_report.verification_report(verification)))
    else:
        terminal.tell_verification(_letter("Verification of", url), verification)
    return HEALTHY if verification.ok else BLOCKED


@app.command()
def undo(url: Url, *, run_id: RunId, yes: Yes = False, output: OutputFormat = "text") -> int:
    """Take a run back: schema, rows and ledger as they were."""
    doctor.refuse_other_databases(url)
    _confirm(f"Take run {run_id} back on {parse_url(url).shown}?", yes=yes, output=output)
    letter = _letter("Undo on", url) if output == "text" else None
    run = treatment.undo(url=url, run_id=run_id, tell=_progress(letter))
    return _show_run(run, url, output)


@app.command()
def clean(url: Url, *, run_id: MaybeRun = "", yes: Yes = False, output: OutputFormat = "text") -> int:
    """Remove backups, quarantine and journal; they hold personal data. After that nothing can be undone."""
    doctor.refuse_other_databases(url)
    _confirm("Remove backups, quarantine and journal for good?", yes=yes, output=output)
    cleaned = treatment.clean(url=url, run_id=run_id or None)
    if output == "json":
        typer.echo(json_report.to_text({"version": 1, "cleaned": msgspec.to_builtins(cleaned)}))
    else:
        letter = _letter("Cleaning of", url)
        letter.marked(
            "good", f"Removed: runs {', '.join(cleaned.runs) or 'none'}; {len(cleaned.backups)} backups ({cleaned.bytes / 1024:,.0f} kB)."
        )
        for table, rows in cleaned.quarantine.items():
            letter.line(f"quarantine of {table}: {rows} rows")
    return HEALTHY


def _letter(words: str, url: str) -> Letter:
    letter = Letter()
    letter.title(f"dbdoctor · {words}", parse_url(url).shown)
    return letter


def _rehearsed(url: str, command: CommandSettings, *, isolated: bool, attempts: int, output: Format, words: str) -> Plan:
    doctor.refuse_other_databases(url)
    if output == "json":
        return find_plan(url=url, command=command, isolated=isolated, limits=Limits(attempts=attempts))
    letter = _letter(words, url)

    def tell(news: Attempt | str) -> None:
        if isinstance(news, Attempt):
            terminal.tell_attempt(letter, news)
        elif news == "copying":
            letter.heading("What I tried it on")
            letter.line("A copy of your database on a server of its own, shut off from everything else. Your command ran there, not here.")

    return find_plan(url=url, command=command, isolated=isolated, limits=Limits(attempts=attempts), tell=tell)


def _show_plan(found: Plan, output: Format) -> None:
    if output == "json":
        typer.echo(json_report.to_text(json_report.plan_report(found)))
        return
    letter = Letter()
    terminal.tell_findings(letter, found.findings)
    terminal.tell_plan(letter, found)


def _applied(url: str, found: Plan, *, no_migrate: bool, lock_timeout: str, time_limit_s: float, output: Format) -> treatment.Run:
    letter = Letter() if output == "text" else None
    return treatment.apply(
        url=url,
        plan=found,
        no_migrate=no_migrate,
        lock_timeout_s=seconds_of(lock_timeout),
        time_limit_s=time_limit_s,
        tell=_progress(letter),
    )


def _progress(letter: Letter | None) -> Callable[[treatment.Progress], None]:
    """Tells each stage when it begins; what comes every second is not repeated."""
    last: list[tuple[str, int, int]] = []

    def tell(progress: treatment.Progress) -> None:
        news = (progress.stage, progress.position, progress.attempt)
        if letter is not None and last[-1:] != [news]:
            terminal.tell_progress(letter, progress)
        last[:] = [news]

    return tell


def _show_run(run: treatment.Run, url: str, output: Format, *, plan: Plan | None = None) -> int:
    if output == "json":
        typer.echo(json_report.to_text(json_report.run_report(run, plan)))
    else:
        terminal.tell_run(Letter(), run, url=parse_url(url).shown_url)
    good = run.state in {"applied", "undone", "stopped_before_migrate"} and (run.verification is None or run.verification.ok)
    return HEALTHY if good else BLOCKED


def _refuse_unasked(*, yes: bool, output: Format) -> None:
    if not yes and (output == "json" or not sys.stdin.isatty()):
        raise NotConfirmed("Nothing was changed: nobody said yes.", next_step="Give --yes where nobody can be asked.")


def _confirm(question: str, *, yes: bool, output: Format) -> None:
    _refuse_unasked(yes=yes, output=output)
    if not yes and not typer.confirm(question):
        raise NotConfirmed("Nothing was changed: nobody said yes.", next_step="")


def _write_plan(path: Path, found: Plan) -> None:
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    except OSError as error:
        message = f"The plan cannot be written to {path}: {error.strerror}."
        raise UsageError(message, next_step="Give another place with --out.") from None


def _read_plan(path: Path) -> Plan:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Plan)
    except OSError as error:
        message = f"The plan {path} cannot be read: {error.strerror}."
        raise UsageError(message, next_step="Give the file that `dbdoctor plan` wrote.") from None
    except msgspec.DecodeError as error:
        message = f"{path} is no plan of dbdoctor: {error}."
        raise UsageError(message, next_step="Give the file that `dbdoctor plan` wrote, unchanged.") from None
    if found.version != PLAN_VERSION:
        message = f"{path} is a plan of version {found.version}; this dbdoctor knows version {PLAN_VERSION}."
        raise UsageError(message, next_step="Make the plan anew with this dbdoctor.")
    return found


def seconds_of(text: str) -> float:
    """`1s`, `500ms` or a bare number of seconds; raises UsageError for anything else."""
    number, factor = (text.removesuffix("ms"), 0.001) if text.endswith("ms") else (text.removesuffix("s"), 1.0)
    with suppress(ValueError):
        seconds = float(number) * factor
        if 0 < seconds < float("inf"):
            return seconds
    message = f"{text!r} is no time."
    raise UsageError(message, next_step="Write 1s or 500ms.")


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
