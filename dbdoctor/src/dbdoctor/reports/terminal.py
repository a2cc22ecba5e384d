"""The parts of the doctor's letter: what was found, what was tried, what is proposed, what was done, how to undo it."""

from collections.abc import Sequence

from dbdoctor.doctor import Diagnosis, Inspection
from dbdoctor.findings import Attempt, Finding, MarkStep, MigrateStep, Plan, SqlStep
from dbdoctor.reports.cause_meanings import meaning_of
from dbdoctor.reports.letter import Letter, one_line
from dbdoctor.reports.meaning_sentences import words_for
from dbdoctor.reports.migrations import Migrations
from dbdoctor.reports.phrases import many, sample_words, short
from dbdoctor.reports.words import attempt_sentence, finding_sentence, mark_sentence, note_sentence, remedy_sentence, step_sentence
from dbdoctor.treatment import Progress, Run, Verification
from dbdoctor.wanted.meanings import Explanation

ATTEMPT_MARKS = {"cured": "good", "looked_ahead": "advice"}
CHECKS = {
    "foreign_key_validated": "keys validated",
    "foreign_key_enforced": "keys enforced (triggers on)",
    "insert_refused": "a wrong insert is refused, by the right key",
    "update_refused": "a wrong update is refused",
    "valid_row_passes": "a right row passes",
    "delete_acts": "a parent's delete does what ON DELETE says",
    "duplicate_refused": "a duplicate is refused",
    "rows_kept": "rows kept",
    "ledger_mark": "marks in the ledger",
    "migrate_again": "migrate again: nothing to do",
    "accepted_by_the_app": "the app's own test",
    "no_orphans": "no orphans",
    "unique_index_valid": "unique indexes valid",
    "key_still_there": "keys still there",
    "rows_as_before": "rows as before",
    "schema_as_before": "schema as before",
    "sequences_as_before": "sequences as before",
    "keys_hold_for_everybody": "keys hold for every session",
    "no_number_consumed": "no number of a sequence used up",
}


def tell_findings(letter: Letter, findings: Sequence[Finding], *, heading: str = "What I found") -> None:
    """Each finding with how we know it, and its remedies."""
    letter.heading(heading)
    if not findings:
        letter.marked("good", "Nothing stands in the way.")
    for finding in findings:
        migration = f"  ({short(finding.subject.ledger.migration)})" if finding.subject.ledger else ""
        letter.marked(finding.severity, f"{finding_sentence(finding)}  [{finding.cause}]{migration}")
        for evidence in finding.evidence:
            letter.evidence(evidence.query, evidence.answer)
        for remedy in finding.remedies:
            letter.line(f"remedy: {remedy_sentence(remedy)}", indent=4)


def tell_diagnosis(letter: Letter, diagnosis: Diagnosis) -> None:
    """The findings alone."""
    tell_findings(letter, diagnosis.findings)


def tell_explanation(letter: Letter, found: Explanation) -> None:
    """What an error means, what may be behind it, what to do and what not to."""
    error, words = found.error, words_for(found)
    letter.title(error.message or f"SQLSTATE {error.sqlstate}", f"SQLSTATE {error.sqlstate}" if error.message and error.sqlstate else "")
    if error.detail:
        letter.line(one_line(error.detail, 300), style="dim")
    letter.heading("What it means")
    letter.line(words.means)
    if found.silent:
        letter.line("Nothing failed: this notice is the only trace.")
    if found.causes:
        letter.heading("What may be behind it, the likeliest first")
    for cause in found.causes:
        meaning = meaning_of(cause)
        letter.marked("advice", f"{meaning.title}  [{cause}]")
        letter.line(meaning.means, indent=4)
        letter.line(f"proof: {meaning.proof}", indent=4, style="dim")
    letter.heading("What to do")
    letter.line(words.do)
    letter.heading("What a careless fix breaks")
    letter.line(words.careless)
    letter.heading("To know it for your database")
    letter.line("dbdoctor diagnose URL --error 'THE TEXT' (or --sql FILE with the statement); it only reads.")


def tell_inspection(letter: Letter, inspection: Inspection) -> None:
    """Tables with rows and keys, and the ledger."""
    catalog = inspection.catalog
    rights = "superuser" if catalog.superuser else "no superuser"
    read_only = ", read-only" if catalog.read_only else ""
    letter.line(
        f"PostgreSQL {catalog.server_version}, user {catalog.user} ({rights}{read_only}), search path {', '.join(catalog.search_path)}"
    )
    letter.heading("Tables")
    widths = (24, 9, 9, 20)
    letter.row("table", "kind", "rows", "primary key", "foreign keys", widths=widths, style="dim")
    for name, table in sorted(catalog.tables.items()):
        key = ", ".join(
            f"{c} {found.type.replace('character varying', 'varchar')}"
            for c in (table.primary_key.columns if table.primary_key else ())
            if (found := table.column(c))
        )
        keys = "; ".join(
            f"{', '.join(k.columns)} → {k.parent.name}{'' if k.validated and k.enforced else ' (does not guard)'}"
            for k in table.foreign_keys
        )
        rows = inspection.rows.get(str(name))
        letter.row(str(name).removeprefix("public."), table.kind, "" if rows is None else f"{rows:,}", key or "none", keys, widths=widths)
    ledger = inspection.ledger
    if ledger:
        letter.heading(f"Migrations ({ledger.tool}, {ledger.table.removeprefix('public.')})")
        pending = f", {len(ledger.pending)} pending" if ledger.pending else ""
        letter.line(f"{many(len(ledger.applied), 'entry').replace('entrys', 'entries')}{pending}")
        for migration in ledger.pending:
            letter.line(f"pending  {migration}", indent=4)
        for migration in ledger.unseen:
            letter.line(f"never run by the tool (its ending)  {migration}", indent=4)


def tell_attempt(letter: Letter, attempt: Attempt) -> None:
    """One attempt as it happens: what was tried, what became of it, and why."""
    tried, result, why = attempt_sentence(attempt)
    style = "green" if attempt.result == "cured" else ""
    letter.numbered(attempt.number, f"{tried} → {result}  ({attempt.seconds:.1f} s)", style=style)
    if why:
        letter.line(one_line(why, 200), indent=6, style="dim")


OUTCOMES = {
    "succeeds": ("good", "After these steps your statement runs; on the copy it did. Run it yourself."),
    "replaced": ("good", "The statement itself was wrong; the corrected one stands among the steps and reaches its aim."),
    "made": ("good", "The keys you want are made by these steps."),
    "not_needed": ("good", "What is wanted is there already."),
    "cannot": ("bad", "No safe repair was found; nothing was changed. The findings show what stands in the way and what you can choose."),
}


def outcome_heading(outcome: str) -> str:
    """Whether the app has a statement of its own, or the doctor makes what is wished for."""
    return "What becomes of your wish" if outcome == "made" else "What becomes of your statement"


def tell_outcome(letter: Letter, outcome: str) -> None:
    """What becomes of the statement, or of the wish."""
    letter.heading(outcome_heading(outcome))
    letter.marked(*OUTCOMES[outcome])


def tell_plan(letter: Letter, plan: Plan) -> None:
    """The steps in order with what they lock and touch, the marks with their proof, what stays open."""
    letter.heading("What I propose")
    if not plan.steps:
        letter.marked("good", "Nothing has to be done.")
    number = 0
    for step in plan.steps:
        if isinstance(step, MarkStep):
            continue
        number += 1
        if isinstance(step, SqlStep):
            letter.numbered(number, step_sentence(step))
            letter.line(one_line(step.sql, 400), indent=8, style="cyan")
            letter.line(_cost(step), indent=8, style="dim")
        elif isinstance(step, MigrateStep):
            marks = [s for s in plan.steps if isinstance(s, MarkStep)]
            if marks:
                letter.numbered(number, f"record {many(len(marks), 'migration')} as completed, for these reasons")
                _tell_marks(letter, marks)
                number += 1
            letter.numbered(number, "run the app's own migrate command")
            letter.line(step.command, indent=8, style="cyan")
    for table, (held, there) in plan.sampled.items():
        letter.marked("advice", sample_words(table, held, there))
    _tell_alternatives(letter, plan)
    if plan.undone:
        letter.heading("What is left to you")
        letter.line("These wishes of your migrations contradict your rows or each other; nothing was guessed.")
        for evidence in plan.undone:
            letter.evidence(evidence.query, evidence.answer)


def _tell_alternatives(letter: Letter, plan: Plan) -> None:
    """Other repairs that cost the same, proven too: which is right is the owner's to know."""
    if not plan.alternatives:
        return
    letter.heading("What would cost the same")
    letter.line("Proven on the copy as well. Which one is right is yours to know.")
    for number, steps in enumerate(plan.alternatives, 2):
        own = [step for step in steps if not isinstance(step, MigrateStep)]
        letter.numbered(number, "; then ".join(mark_sentence(s) if isinstance(s, MarkStep) else step_sentence(s) for s in own))
        letter.line(f"take it with --choice {number}", indent=8, style="dim")


def tell_migrations(letter: Letter, made: Migrations) -> None:
    """Where the cure stands as a migration, and what has to be done by hand before and after it."""
    letter.heading("The cure as a migration")
    if not made.files:
        letter.marked(
            "advice", "The plan has no statement of its own for the schema or the rows: there is nothing to put into a migration."
        )
    if made.before:
        letter.marked("risk", "Before it is run, tell the ledger what stands under “before”, or the tool does not get as far.")
    if made.after:
        letter.marked("risk", "When your own migrations have run after it, run what stands under “after”.")
    if made.later:
        letter.marked("advice", "What is kept for the way back goes away with what stands under “later”.")
    for note in made.notes:
        letter.marked("advice", note)


def _tell_marks(letter: Letter, marks: Sequence[MarkStep]) -> None:
    for mark in marks:
        letter.line(f"{short(mark.migration)}: {mark_sentence(mark)}", indent=8)
        for evidence in mark.evidence[:2]:
            letter.evidence(evidence.query, evidence.answer, indent=10)


def _cost(step: SqlStep) -> str:
    locked = step.facts.get("locked")
    tables = ", ".join(str(t).removeprefix("public.") for t in locked) if isinstance(locked, list) else ""
    lock = f"{step.lock.removesuffix('Lock')} on {tables}" if step.lock and tables else (step.lock or "no lock on tables")
    blocks = f", blocks {step.blocks} meanwhile" if step.blocks else ""
    rows = f"; {many(step.rows_touched, 'row')} written" if step.rows_touched else "; no row written"
    return f"lock: {lock}{blocks}{rows}"


PROGRESS = {
    "backup": "backing up …",
    "command": "running the app's migrate command …",
    "repeat": "running it a second time …",
    "verify": "verifying, by attack …",
    "restore": "restoring …",
}


def tell_progress(letter: Letter, progress: Progress) -> None:
    """A line for what takes time while a plan is applied."""
    if progress.stage == "retry":
        letter.line(f"step {progress.position}: the table is busy, try {progress.attempt} follows", style="dim")
    elif progress.stage in PROGRESS:
        letter.line(PROGRESS[progress.stage], style="dim")


def tell_unfinished(letter: Letter, run: Run) -> None:
    """An earlier run was stopped on its way: this one goes on with it."""
    letter.heading("What I came upon")
    done = sum(1 for step in run.steps if step.state == "done")
    state = run.state.replace("_", " ")
    letter.marked("risk", f"Run {run.id} was not finished ({state}, {done} of {len(run.steps)} steps done). I go on with its plan.")
    letter.line(f"To take it back instead: dbdoctor undo URL {run.id}")


def tell_run(letter: Letter, run: Run, *, url: str) -> None:
    """What was done, what was verified, how to take it back."""
    letter.heading("What I did")
    done = sum(1 for step in run.steps if step.state == "done")
    if run.state in {"applied", "stopped_before_migrate"}:
        letter.marked("good", f"Run {run.id}: {done} of {len(run.steps)} steps done.")
    elif run.state == "applied_not_verified":
        letter.marked("bad", f"Run {run.id}: every step is done, but what was verified afterwards failed. {run.error}")
    elif run.state == "undone":
        letter.marked("good", f"Run {run.id} is undone: schema, rows and ledger are as they were.")
    else:
        letter.marked("bad", f"Run {run.id} is {run.state.replace('_', ' ')}: {done} of {len(run.steps)} steps done. {run.error}")
    if run.backup_path:
        letter.line(f"Backup: {run.backup_path} ({run.backup_bytes / 1024:,.0f} kB)")
    if run.rows_quarantined:
        letter.line(f"In quarantine: {many(run.rows_quarantined, 'row')} (schema dbdoctor)")
    for note in run.notes:
        letter.marked("advice", note_sentence(note))
    if run.next_command:
        letter.line(f"Now run in {run.next_cwd or '.'}: {run.next_command}")
    if run.verification:
        tell_verification(letter, run.verification)
    if run.state in {"applied", "applied_not_verified", "stopped_before_migrate", "failed"}:
        letter.heading("How to undo it")
        letter.command("dbdoctor", "undo", url, run.id)


def tell_verification(letter: Letter, verification: Verification) -> None:
    """Passed checks are counted by kind, everything else is told one by one."""
    letter.heading("How I know it holds")
    for name in dict.fromkeys(check.name for check in verification.checks):
        same = [check for check in verification.checks if check.name == name]
        passed = sum(1 for check in same if check.state == "passed")
        words = CHECKS.get(name, name.replace("_", " "))
        if passed == len(same):
            letter.marked("good", f"{words}: {passed} of {passed}")
            continue
        failed = any(check.state == "failed" for check in same)
        letter.marked("bad" if failed else "open", f"{words}: {passed} of {len(same)}")
        for check in same:
            if check.state != "passed":
                letter.line(
                    f"{check.subject}: {'failed' if check.state == 'failed' else 'not tried'}: {one_line(check.detail, 200)}", indent=6
                )
