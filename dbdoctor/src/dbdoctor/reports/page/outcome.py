"""What came of it: what was verified, where the backup is, how to take it back."""

from dbdoctor.reports.page.report import Report, written
from dbdoctor.reports.phrases import many
from dbdoctor.reports.terminal import CHECKS, OUTCOMES, outcome_heading
from dbdoctor.reports.words import note_sentence
from dbdoctor.treatment import Run, Verification


def after(report: Report) -> str:
    """The parts that follow a repair; for a statement also what becomes of it."""
    parts = []
    if report.outcome:
        tone, words = OUTCOMES[report.outcome]
        parts.append(f'<section>\n<h2>{outcome_heading(report.outcome)}</h2>\n<p class="verdict {tone}">{written(words)}</p>\n</section>')
    if report.run is not None:
        if report.run.verification is not None:
            parts.append(_verified(report.run.verification))
        parts.append(_kept(report.run))
    return "\n".join(parts)


def _verified(verification: Verification) -> str:
    rows = []
    for name in dict.fromkeys(check.name for check in verification.checks):
        same = [check for check in verification.checks if check.name == name]
        passed = sum(1 for check in same if check.state == "passed")
        state = "good" if passed == len(same) else "bad" if any(check.state == "failed" for check in same) else "mind"
        worse = "".join(
            f"<li>{written(check.subject)}: {'failed' if check.state == 'failed' else 'not tried'}: {written(check.detail)}</li>"
            for check in same
            if check.state != "passed"
        )
        words = CHECKS.get(name, name.replace("_", " "))
        rows.append(
            f'<li class="{state}"><span>{written(words)}</span> <b>{passed} of {len(same)}</b>{f"<ul>{worse}</ul>" if worse else ""}</li>'
        )
    return f'<section>\n<h2>How I know it holds</h2>\n<ul class="checks">{"".join(rows)}</ul>\n</section>'


def _kept(run: Run) -> str:
    lines = []
    if run.error:
        lines.append(f'<p class="verdict bad">{written(run.error)}</p>')
    if run.backup_path:
        lines.append(f"<p>Backup: <code>{written(run.backup_path)}</code>, {run.backup_bytes / 1024:,.0f} kB</p>")
    if run.rows_quarantined:
        lines.append(f"<p>{many(run.rows_quarantined, 'row')} in quarantine, in the schema <code>dbdoctor</code>.</p>")
    lines += [f"<p>{written(note_sentence(note))}</p>" for note in run.notes]
    if run.next_command:
        lines.append(f'<p>Now run in <code>{written(run.next_cwd or ".")}</code>:</p><pre class="sql">{written(run.next_command)}</pre>')
    if run.state in {"applied", "applied_not_verified", "stopped_before_migrate", "failed"}:
        lines.append(f'<p>To take it back:</p><pre class="sql">dbdoctor undo URL {written(run.id)}</pre>')
    return f"<section>\n<h2>What is kept, and how to undo it</h2>\n{''.join(lines)}\n</section>" if lines else ""
