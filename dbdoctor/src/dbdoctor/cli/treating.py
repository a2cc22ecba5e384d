"""Commands that change a database, and those that look after what was changed: apply, repair, verify, undo, clean."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from dbdoctor import doctor, treatment
from dbdoctor.cli.command_line import BLOCKED, HEALTHY, app
from dbdoctor.cli.options import (
    Accept,
    Attempts,
    Choice,
    Cwd,
    Env,
    LockTimeout,
    MaybeRun,
    Migrate,
    MigrationNames,
    Models,
    NoIsolation,
    NoMigrate,
    OrphanPolicy,
    ReportFile,
    RunId,
    Sql,
    TextJsonOrHtml,
    TextOrJson,
    TimeLimit,
    Url,
    Want,
    Yes,
    seconds_of,
    settings_of,
)
from dbdoctor.cli.outlets import Outlet, confirm, letter_for, outlet_of, progress_to, read_plan, refuse_unasked
from dbdoctor.cli.rehearsing import Asked, chosen, refuse_without_statement, rehearsed, treated
from dbdoctor.cli.wanting import missing_keys
from dbdoctor.databases.postgresql.connection import parse_url
from dbdoctor.findings import Plan
from dbdoctor.model import Table
from dbdoctor.rehearsal.statement import StatementPlan
from dbdoctor.reports import json_report, rendering, terminal
from dbdoctor.reports.letter import Letter
from dbdoctor.reports.words import note_sentence


@app.command()
def apply(
    url: Url, plan_file: Annotated[Path, typer.Argument(metavar="PLAN")], *, yes: Yes = False, no_migrate: NoMigrate = False,
    lock_timeout: LockTimeout = "1s", time_limit: TimeLimit = 900.0, output: TextOrJson = "text",
) -> int:  # fmt: skip
    """Carry out a plan: backup, journal, short locks; goes on where an earlier try was stopped."""
    doctor.refuse_other_databases(url)
    found = read_plan(plan_file)
    if output == "text":
        terminal.tell_plan(letter_for("Treatment of", url), found)
    _ask_to_apply(url, found, yes=yes, talks=output == "text")
    run = _applied(url, found, no_migrate=no_migrate, lock_timeout=lock_timeout, time_limit_s=time_limit, talks=output == "text")
    return _show_run(run, url, talks=output == "text")


@app.command()
def repair(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), sql: Sql = "", want: Want = None, models: Models = "",
    migration_names: MigrationNames = "", accept: Accept = "", env: Env = None, yes: Yes = False, no_migrate: NoMigrate = False,
    orphans: OrphanPolicy = "auto", lock_timeout: LockTimeout = "1s", time_limit: TimeLimit = 300.0, attempts: Attempts = 120,
    no_isolation: NoIsolation = False, choice: Choice = 1, output: TextJsonOrHtml = "text", out: ReportFile = None,
) -> int:  # fmt: skip
    """All of it: diagnose, rehearse, plan, apply, verify; asks once before it changes anything."""
    outlet = outlet_of(output, out, formats=rendering.PLAN_FORMATS)
    doctor.refuse_other_databases(url)
    if sql or want or models:
        references = missing_keys(url, models=models, cwd=cwd) if models else ()
        asked = Asked(
            url=url, sql=sql, want=want, references=references, orphans=orphans, migration_names=migration_names, isolated=not no_isolation
        )
        found = treated(asked, words="Repair of", talks=outlet.talks)
        if not (sql or want or references):  # the models' keys are all there
            found = msgspec.structs.replace(found, outcome="not_needed")
        found = msgspec.structs.replace(found, plan=chosen(found.plan, choice))
        return _repair_statement(url, found, yes=yes, lock_timeout=lock_timeout, outlet=outlet)
    refuse_without_statement(orphans=orphans)
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
    refuse_unasked(yes=yes, talks=outlet.talks)  # before half a minute of rehearsal
    stopped = treatment.unfinished(url=url)
    if stopped:
        proven = stopped[1]
        if outlet.talks:
            terminal.tell_unfinished(letter_for("Repair of", url), stopped[0])
    else:
        proven = rehearsed(url, command, isolated=not no_isolation, attempts=attempts, talks=outlet.talks, words="Repair of")
        proven = chosen(proven, choice)
    if outlet.talks:
        letter = Letter()
        terminal.tell_findings(letter, proven.findings)
        terminal.tell_plan(letter, proven)
    _ask_to_apply(url, proven, yes=yes, talks=outlet.talks)
    tables = _tables(url, proven, outlet)
    run = _applied(url, proven, no_migrate=no_migrate, lock_timeout=lock_timeout, time_limit_s=time_limit, talks=outlet.talks)
    if outlet.talks:
        terminal.tell_run(Letter(), run, url=parse_url(url).shown_url)
    outlet.deliver(lambda form: rendering.repair(proven, form, shown=parse_url(url).shown, run=run, tables=tables))
    return HEALTHY if _went_well(run) else BLOCKED


def _ask_to_apply(url: str, found: Plan, *, yes: bool, talks: bool) -> None:
    """What an undo would need is told before the question is put; raises NotConfirmed when the answer is no."""
    refuse_unasked(yes=yes, talks=talks)
    for note in treatment.forewarnings(url=url, plan=found) if talks else ():
        Letter().marked("risk", note_sentence(note))
    confirm(f"Apply this to {parse_url(url).shown}?", yes=yes, talks=talks)


def _repair_statement(url: str, cure: StatementPlan, *, yes: bool, lock_timeout: str, outlet: Outlet) -> int:
    """The same for one statement: what stands in its way is taken away; the app runs the statement itself."""
    if outlet.talks:
        letter = Letter()
        terminal.tell_findings(letter, cure.plan.findings)
        terminal.tell_outcome(letter, cure.outcome)
        if cure.outcome != "cannot":  # then there is nothing to propose, and what was found says why
            terminal.tell_plan(letter, cure.plan)
    tables = _tables(url, cure.plan, outlet)
    run = None
    if cure.plan.steps:
        _ask_to_apply(url, cure.plan, yes=yes, talks=outlet.talks)
        run = _applied(url, cure.plan, no_migrate=False, lock_timeout=lock_timeout, time_limit_s=300.0, talks=outlet.talks)
        if outlet.talks:
            terminal.tell_run(Letter(), run, url=parse_url(url).shown_url)
    outlet.deliver(
        lambda form: rendering.repair(
            cure.plan, form, shown=parse_url(url).shown, run=run, tables=tables, outcome=cure.outcome
        )
    )  # fmt: skip
    well = cure.outcome != "cannot" and (run is None or run.verification is None or run.verification.ok)
    return HEALTHY if well else BLOCKED


@app.command()
def verify(url: Url, *, run_id: MaybeRun = "", output: TextOrJson = "text") -> int:
    """Try to violate every key that a run touched (rolled back), and compare rows, ledger and the app's own test."""
    doctor.refuse_other_databases(url)
    verification = treatment.verify(url=url, run_id=run_id or None)
    if output == "json":
        typer.echo(json_report.to_text(json_report.verification_report(verification)))
    else:
        terminal.tell_verification(letter_for("Verification of", url), verification)
    return HEALTHY if verification.ok else BLOCKED


@app.command()
def undo(url: Url, *, run_id: RunId, yes: Yes = False, output: TextOrJson = "text") -> int:
    """Take a run back: schema, rows and ledger as they were."""
    doctor.refuse_other_databases(url)
    confirm(f"Take run {run_id} back on {parse_url(url).shown}?", yes=yes, talks=output == "text")
    letter = letter_for("Undo on", url) if output == "text" else None
    run = treatment.undo(url=url, run_id=run_id, tell=progress_to(letter))
    return _show_run(run, url, talks=output == "text")


@app.command()
def clean(url: Url, *, run_id: MaybeRun = "", yes: Yes = False, output: TextOrJson = "text") -> int:
    """Remove backups, quarantine and journal; they hold personal data. After that nothing can be undone."""
    doctor.refuse_other_databases(url)
    confirm("Remove backups, quarantine and journal for good?", yes=yes, talks=output == "text")
    cleaned = treatment.clean(url=url, run_id=run_id or None)
    if output == "json":
        typer.echo(json_report.to_text(json_report.cleaned_report(cleaned)))
    else:
        letter = letter_for("Cleaning of", url)
        letter.marked(
            "good", f"Removed: runs {', '.join(cleaned.runs) or 'none'}; {len(cleaned.backups)} backups ({cleaned.bytes / 1024:,.0f} kB)."
        )
        for table, rows in cleaned.quarantine.items():
            letter.line(f"quarantine of {table}: {rows} rows")
    return HEALTHY


def _tables(url: str, found: Plan, outlet: Outlet) -> tuple[Table, ...]:
    """The tables as they were before anything changed, where a map of them is drawn."""
    return doctor.tables_of(url=url, findings=found.findings) if "html" in {outlet.shown, outlet.written} else ()


def _applied(url: str, found: Plan, *, no_migrate: bool, lock_timeout: str, time_limit_s: float, talks: bool) -> treatment.Run:
    return treatment.apply(
        url=url,
        plan=found,
        no_migrate=no_migrate,
        lock_timeout_s=seconds_of(lock_timeout),
        time_limit_s=time_limit_s,
        tell=progress_to(Letter() if talks else None),
    )


def _show_run(run: treatment.Run, url: str, *, talks: bool) -> int:
    if talks:
        terminal.tell_run(Letter(), run, url=parse_url(url).shown_url)
    else:
        typer.echo(json_report.to_text(json_report.run_report(run, None)))
    return HEALTHY if _went_well(run) else BLOCKED


def _went_well(run: treatment.Run) -> bool:
    return run.state in {"applied", "undone", "stopped_before_migrate"} and (run.verification is None or run.verification.ok)
