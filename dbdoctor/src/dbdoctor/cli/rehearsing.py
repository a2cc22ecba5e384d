"""Commands that try on a copy: rehearse and plan."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from dbdoctor import doctor
from dbdoctor.cli.command_line import BLOCKED, HEALTHY, app
from dbdoctor.cli.migrating import migrations_of_plan, refuse_unknown_tool, tell_migrations, write_migrations
from dbdoctor.cli.options import (
    Accept,
    AppLabel,
    As,
    Attempts,
    Choice,
    Cwd,
    Env,
    KeepServer,
    Migrate,
    MigrationNames,
    NoIsolation,
    OrphanPolicy,
    PlanPlace,
    ReportBeside,
    ReportFile,
    Sql,
    TextJsonOrHtml,
    TimeLimit,
    Url,
    Want,
    settings_of,
)
from dbdoctor.cli.outlets import Outlet, keep_until_enter, letter_for, outlet_of, telling_of_the_copy, write_plan
from dbdoctor.cli.wanting import migrations_of
from dbdoctor.databases.postgresql.connection import parse_url
from dbdoctor.errors import UsageError
from dbdoctor.findings import Plan
from dbdoctor.model import Reference, Table
from dbdoctor.rehearsal.rehearse import rehearse as find_plan
from dbdoctor.rehearsal.search import Limits
from dbdoctor.rehearsal.statement import StatementPlan, opened_ward
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.reports import rendering, terminal
from dbdoctor.reports.letter import Letter
from dbdoctor.reports.migrations import Migrations
from dbdoctor.wanted.wishes import read_wish

PLAN_FILE = Path("plan.json")


@app.command()
def rehearse(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), sql: Sql = "", want: Want = None, migration_names: MigrationNames = "",
    orphans: OrphanPolicy = "auto", accept: Accept = "", env: Env = None, time_limit: TimeLimit = 300.0, attempts: Attempts = 120,
    no_isolation: NoIsolation = False, keep_server: KeepServer = False, output: TextJsonOrHtml = "text", out: ReportFile = None,
) -> int:  # fmt: skip
    """Find and prove a repair on a throw-away copy; the target is only read."""
    outlet = outlet_of(output, out, formats=rendering.PLAN_FORMATS)
    if sql or want:
        asked = Asked(url=url, sql=sql, want=want, orphans=orphans, migration_names=migration_names, isolated=not no_isolation)
        found = treated(asked, words="Rehearsal for", talks=outlet.talks, keep_server=keep_server)
        show_plan(found.plan, outlet, url=url, outcome=found.outcome)
        return BLOCKED if found.outcome == "cannot" else HEALTHY
    refuse_without_statement(orphans=orphans)
    command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
    visit = keep_until_enter if keep_server else None
    proven = rehearsed(url, command, isolated=not no_isolation, attempts=attempts, talks=outlet.talks, words="Rehearsal for", visit=visit)
    show_plan(proven, outlet, url=url)
    return HEALTHY


@app.command()
def plan(
    url: Url, *, migrate: Migrate = "", cwd: Cwd = Path(), sql: Sql = "", want: Want = None, migration_names: MigrationNames = "",
    orphans: OrphanPolicy = "auto", accept: Accept = "", env: Env = None, time_limit: TimeLimit = 300.0, attempts: Attempts = 120,
    no_isolation: NoIsolation = False, as_tool: As = "", app_label: AppLabel = "", choice: Choice = 1, out: PlanPlace = None,
    output: TextJsonOrHtml = "text", report: ReportBeside = None,
) -> int:  # fmt: skip
    """Rehearse, and write the proven plan to a file that `apply` takes, or as a migration of the app's own tool."""
    outlet = outlet_of(output, report, formats=rendering.PLAN_FORMATS)
    refuse_unknown_tool(as_tool, out)
    outcome = ""
    if sql or want:
        asked = Asked(url=url, sql=sql, want=want, orphans=orphans, migration_names=migration_names, isolated=not no_isolation)
        answer = treated(asked, words="Plan for", talks=outlet.talks)
        found, outcome = answer.plan, answer.outcome
    else:
        refuse_without_statement(orphans=orphans)
        command = settings_of(migrate=migrate, cwd=cwd, accept=accept, env=env, time_limit_s=time_limit)
        found = rehearsed(url, command, isolated=not no_isolation, attempts=attempts, talks=outlet.talks, words="Plan for")
    found = chosen(found, choice)
    made = migrations_of_plan(as_tool, found, url=url, cwd=cwd, out=out, app=app_label) if as_tool else None
    written = write_migrations(made, out) if made and out else []
    if not as_tool:
        write_plan(out or PLAN_FILE, found)
    show_plan(found, outlet, url=url, outcome=outcome, made=made)
    if outlet.talks and made:
        tell_migrations(Letter(), made, written)
    elif outlet.talks and found.steps:
        letter = Letter()
        letter.line(f"Written to {out or PLAN_FILE}. Apply it with:")
        letter.command("dbdoctor", "apply", parse_url(url).shown_url, str(out or PLAN_FILE))
    return BLOCKED if outcome == "cannot" else HEALTHY


def chosen(found: Plan, choice: int) -> Plan:
    """The plan with the steps of the chosen repair, counted from 1, and the others beside it; raises UsageError where there is none."""
    repairs = (found.steps, *found.alternatives)
    if choice > len(repairs):
        message = f"There is no repair {choice} of that cost, only {len(repairs)}."
        raise UsageError(message, next_step="Leave --choice out to see what there is; nothing was changed.")
    others = tuple(steps for number, steps in enumerate(repairs, 1) if number != choice)
    return msgspec.structs.replace(found, steps=repairs[choice - 1], alternatives=others) if choice > 1 else found


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a database by a statement, wishes or models, and what may be done for it."""

    url: str
    sql: str = ""
    want: list[str] | None = None
    references: tuple[Reference, ...] = ()
    orphans: str = "auto"
    migration_names: str = ""
    isolated: bool = True


def treated(asked: Asked, *, words: str, talks: bool, keep_server: bool = False) -> StatementPlan:
    """The proven plan for statements, wishes and models; what is tried is told where somebody listens."""
    doctor.refuse_other_databases(asked.url)
    sql = doctor.read_sql(asked.sql) if asked.sql else ""
    wishes = (*map(read_wish, asked.want or ()), *asked.references)
    migrations = migrations_of(asked.migration_names)
    letter = letter_for(words, asked.url) if talks else None
    with opened_ward(
        url=asked.url, sql=sql, wishes=wishes, orphans=asked.orphans, isolated=asked.isolated, migrations=migrations,
        tell=telling_of_the_copy(letter),
    ) as ward:  # fmt: skip
        found = ward.treat()
        if keep_server:
            keep_until_enter(ward.copy.sandbox.url(database=ward.copy.target.database))
    return found


def refuse_without_statement(*, orphans: str) -> None:
    """Raise UsageError for what only a statement or a wish can have."""
    if orphans != "auto":
        message = "--orphans goes with --sql or --want; with --migrate the copy is searched until your command succeeds."
        raise UsageError(message, next_step="Leave --orphans out, or give the statement that fails with --sql.")


def rehearsed(
    url: str,
    command: CommandSettings,
    *,
    isolated: bool,
    attempts: int,
    talks: bool,
    words: str,
    visit: Callable[[str], None] | None = None,
) -> Plan:
    """The proven plan; every attempt is told as it happens where somebody listens."""
    doctor.refuse_other_databases(url)
    if not talks:
        return find_plan(url=url, command=command, isolated=isolated, limits=Limits(attempts=attempts), visit=visit)
    tell = telling_of_the_copy(letter_for(words, url))
    return find_plan(url=url, command=command, isolated=isolated, limits=Limits(attempts=attempts), tell=tell, visit=visit)


def show_plan(found: Plan, outlet: Outlet, *, url: str, outcome: str = "", made: Migrations | None = None) -> None:
    """The findings, what becomes of the statement, and the steps."""
    if outlet.talks:
        letter = Letter()
        terminal.tell_findings(letter, found.findings)
        if outcome:
            terminal.tell_outcome(letter, outcome)
        if outcome != "cannot":
            terminal.tell_plan(letter, found)
    outlet.deliver(
        lambda form: rendering.plan(
            found, form, shown=parse_url(url).shown, outcome=outcome, made=made, tables=_tables(url, found) if form == "html" else ()
        )
    )  # fmt: skip


def _tables(url: str, found: Plan) -> tuple[Table, ...]:
    return doctor.tables_of(url=url, findings=found.findings)
