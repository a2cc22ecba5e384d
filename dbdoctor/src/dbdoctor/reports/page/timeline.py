"""The plan as a timeline: each step with its statement, what it locks, and who waits meanwhile. And what was tried before."""

from collections.abc import Iterator
from itertools import groupby

from dbdoctor.findings import Attempt, MarkStep, MigrateStep, Plan, SqlStep, Step
from dbdoctor.reports.page.cards import proofs
from dbdoctor.reports.page.report import Report, shortened, written
from dbdoctor.reports.phrases import listed, many, sample_words, short
from dbdoctor.reports.words import attempt_sentence, mark_sentence, step_sentence

LONGEST_SQL = 6000
NEWLINE = "\n"
WAITS = {"": (False, False), "nothing": (False, False), "writes": (False, True), "reads and writes": (True, True)}


def timeline(report: Report) -> str:
    """The steps in their order; empty where there is no plan."""
    plan = report.plan
    if plan is None or not plan.steps:
        return _undone(report)
    items = "\n".join(f"<li>{item}</li>" for item in _items(plan.steps))
    heading = "What was done" if report.run is not None else "What I propose"
    parts = "; ".join(sample_words(table, held, there) for table, (held, there) in plan.sampled.items())
    words = f"Replayed from the start on a copy: what you see is what was proven{f' ({parts})' if parts else ''}."
    proven = f'<p class="lead">{written(words)}</p>' if plan.rehearsed else ""
    return (
        f'<section>\n<h2>{heading}</h2>\n{proven}\n<ol class="timeline">\n{items}\n</ol>\n</section>{_alternatives(plan)}{_undone(report)}'
    )


def _alternatives(plan: Plan) -> str:
    """Other repairs that cost the same."""
    parts = []
    for number, steps in enumerate(plan.alternatives, 2):
        items = "\n".join(f"<li>{item}</li>" for item in _items(steps))
        parts.append(f'<h3>Choice {number}</h3>\n<ol class="timeline">\n{items}\n</ol>')
    lead = '<p class="lead">Proven on the copy as well. Which one is right is yours to know; take one with <code>--choice</code>.</p>'
    return f"<section>\n<h2>What would cost the same</h2>\n{lead}\n{NEWLINE.join(parts)}\n</section>" if parts else ""


def count_items(steps: tuple[Step, ...]) -> int:
    """How many numbers the timeline has: what belongs together is one."""
    return len(list(_items(steps)))


def _items(steps: tuple[Step, ...]) -> Iterator[str]:
    """Statements for one purpose stand together, marks too."""
    for _, group in groupby(steps, key=_purpose):
        together = list(group)
        marks = [step for step in together if isinstance(step, MarkStep)]
        statements = [step for step in together if isinstance(step, SqlStep)]
        if marks:
            yield _marks(marks)
        elif statements:
            yield f"<h3>{_capital(step_sentence(statements[0]))}</h3>\n" + "\n".join(_sql(step) for step in statements)
        else:
            yield from (_migrate(step) for step in together if isinstance(step, MigrateStep))


def _purpose(step: Step) -> str:
    return f"sql {step_sentence(step)}" if isinstance(step, SqlStep) else type(step).__name__


def _sql(step: SqlStep) -> str:
    locked = step.facts.get("locked")
    tables = [str(table).removeprefix("public.") for table in locked] if isinstance(locked, list) else []
    lock = f"{step.lock} on {listed(list(tables))}" if step.lock and tables else step.lock or "no lock on tables"
    rows = many(step.rows_touched, "row") + " written" if step.rows_touched else "no row written"
    alone = "" if step.transactional else '<span class="chip">outside a transaction</span>'
    ours = bool(tables) and all(table.startswith("dbdoctor.") for table in tables)  # nobody else uses them
    undo = f'<pre class="sql">{written(shortened(step.undo_sql, LONGEST_SQL), keep=NEWLINE)}</pre>'
    return (
        f'<pre class="sql">{written(shortened(step.sql, LONGEST_SQL), keep=NEWLINE)}</pre>\n'
        f'<div class="cost"><p class="chips"><span class="chip lock">{written(lock)}</span><span class="chip">{written(rows)}</span>'
        f"{alone}</p>"
        f"{_who_waits('' if ours else step.blocks)}</div>"
        f"{f'<details><summary>what undoes it</summary>{undo}</details>' if step.undo_sql else ''}"
    )


def _who_waits(blocks: str) -> str:
    """Two bars: reading and writing, each going on or waiting."""
    readers, writers = WAITS.get(blocks, (False, False))
    return f'<p class="waiting">{_bar("Reading", waits=readers)}{_bar("Writing", waits=writers)}</p>'


def _bar(who: str, *, waits: bool) -> str:
    return f'<span class="bar {"waits" if waits else "goes"}"><b>{who}</b> {"waits" if waits else "goes on"}</span>'


def _marks(marks: list[MarkStep]) -> str:
    told = "".join(
        f"<li><code>{written(short(mark.migration))}</code> {written(mark_sentence(mark))}"
        f"{f'<details><summary>seen on the copy</summary>{proofs(mark.evidence)}</details>' if mark.evidence else ''}</li>"
        for mark in marks
    )
    return f'<h3>Record {many(len(marks), "migration")} as completed, for these reasons</h3><ul class="marks">{told}</ul>'


def _migrate(step: MigrateStep) -> str:
    up_to = f", up to {written(step.up_to)}" if step.up_to else ""
    return f'<h3>Run the app’s own migrate command{up_to}</h3>\n<pre class="sql">{written(step.command)}</pre>'


def _undone(report: Report) -> str:
    if report.plan is None or not report.plan.undone:
        return ""
    return (
        '<section class="open">\n<h2>What is left to you</h2>\n<p class="lead">These wishes contradict your rows or each other; '
        f"nothing was guessed.</p>\n{proofs(report.plan.undone)}\n</section>"
    )


def tried(report: Report) -> str:
    """Every attempt on the copy."""
    attempts = report.plan.attempts if report.plan else ()
    if not attempts:
        return ""
    rows = "".join(_attempt(attempt) for attempt in attempts)
    seconds = sum(attempt.seconds for attempt in attempts)
    return (
        f"<section>\n<h2>What I tried</h2>\n<details><summary>{many(len(attempts), 'rehearsal')} on a copy of your database, "
        f'{seconds:.0f} seconds</summary>\n<ol class="tried">{rows}</ol></details>\n</section>'
    )


def _attempt(attempt: Attempt) -> str:
    words, result, why = attempt_sentence(attempt)
    state = "cured" if attempt.result == "cured" else ""
    return f'<li class="{state}">{written(words)} → {written(result)}{f"<br><small>{written(why)}</small>" if why else ""}</li>'


def _capital(text: str) -> str:
    return written(text[:1].upper() + text[1:])
