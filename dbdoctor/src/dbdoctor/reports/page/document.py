"""The page as a whole: its head, its verdict, its parts in the order of a doctor's letter."""

import base64
import hashlib
from functools import cache
from importlib import resources

from dbdoctor.reports.cause_meanings import meaning_of
from dbdoctor.reports.page.cards import SEVERITIES, SIGNS, cards
from dbdoctor.reports.page.drawing import tall_map, wide_map
from dbdoctor.reports.page.outcome import after
from dbdoctor.reports.page.report import Report, written
from dbdoctor.reports.page.sketch import sketch
from dbdoctor.reports.page.timeline import count_items, timeline, tried

SWAN = (
    '<svg class="swan" viewBox="0 0 64 40" width="48" height="30" aria-hidden="true"><path d="M14 6c5-4 11-1 10 5-1 7-9 11-8 18 '
    '1 6 10 8 20 7 12-1 21-7 24-15-5 4-12 5-18 3-5-2-12-1-15 5M14 6c-3 1-5 3-6 5 3-1 6-1 8 0"/></svg>'
)


def html_page(report: Report) -> str:
    """One HTML file that asks nothing of anybody: no script, no font, no picture from elsewhere; its own style is named by its digest."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parts = [_map(report), cards(report.findings), timeline(report), tried(report), after(report)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{written(report.title)} of {written(report.database)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_header(report)}\n<main>\n{chr(10).join(part for part in parts if part)}\n</main>\n{_footer(report)}\n</body>\n</html>\n"
    )


@cache
def _style() -> str:
    return resources.files("dbdoctor.reports.page").joinpath("style.css").read_text(encoding="utf-8")


def _header(report: Report) -> str:
    tone, verdict, more = verdict_of(report)
    facts = "".join(f"<div><dt>{written(name)}</dt><dd>{written(value)}</dd></div>" for name, value in _facts(report))
    return (
        f'<header class="{tone}">\n<p class="brand">{SWAN}<span>dbdoctor</span> <span class="what">{written(report.title)}</span></p>\n'
        f'<h1>{written(verdict)}</h1>\n<p class="lead">{written(more)}</p>\n<dl class="facts">{facts}</dl>\n</header>'
    )


def verdict_of(report: Report) -> tuple[str, str, str]:
    """The tone (bad, mind, good), the verdict in a line, and what follows from it."""
    if report.run is not None:
        return _verdict_of_run(report)
    if report.plan is not None:
        return _verdict_of_plan(report)
    blocking = sum(1 for finding in report.findings if finding.severity == "blocking")
    if blocking:
        things = "One thing stands" if blocking == 1 else f"{blocking} things stand"
        more = "The root cause comes first. Nothing was changed." if len(report.findings) > 1 else "Nothing was changed."
        return "bad", f"{things} in the way", more
    if report.findings:
        return "mind", "Nothing stands in the way", "Some things are worth knowing. Nothing was changed."
    return "good", "Nothing stands in the way", "What was asked for can work. Nothing was changed."


def _verdict_of_plan(report: Report) -> tuple[str, str, str]:
    if report.outcome == "cannot":
        return "bad", "No safe repair was found", "Nothing was changed. The causes show what stands in the way and what you can choose."
    if report.outcome == "not_needed":
        return "good", "Nothing has to be done", "What is wanted is there already."
    steps = report.plan.steps if report.plan else ()
    if not steps:
        return "good", "Nothing has to be done", "The app's own command has nothing left to do."
    number = count_items(steps)
    many = "One step" if number == 1 else f"{number} steps"
    if report.plan and report.plan.rehearsed:
        return "mind", "A repair was proven on a copy", f"{many}, tried from the start on a copy of your database. Nothing was changed yet."
    return "mind", "A repair is proposed", f"{many}. Nothing was changed yet."


def _verdict_of_run(report: Report) -> tuple[str, str, str]:
    run = report.run
    assert run is not None  # noqa: S101 - for the type checker: the caller looked
    verified = run.verification is None or run.verification.ok
    if run.state == "applied" and verified:
        attacked = run.verification is not None and any(check.name == "insert_refused" for check in run.verification.checks)
        return "good", "Repaired", "Every touched key was verified by trying to violate it." if attacked else "Verified: no row was lost."
    if run.state == "stopped_before_migrate" and verified:
        return "good", "Ready for your migrate command", "Everything before it is done and verified."
    if run.state == "undone":
        return "good", "Taken back", "Schema, rows and ledger are as they were."
    if run.state in {"applied", "applied_not_verified", "stopped_before_migrate"}:
        return "bad", "Done, but not as it should be", "Every step is done; what was verified afterwards failed. It can be taken back."
    return "bad", "The repair did not finish", "It can be finished or taken back; what failed is shown below."


def _facts(report: Report) -> list[tuple[str, str]]:
    told = [("Database", report.database)]
    steps = report.plan.steps if report.plan else ()
    if report.plan is not None:
        told.append(("Rows lost", "0"))
        told.append(("Rows written", f"{sum(getattr(step, 'rows_touched', 0) for step in steps):,}"))
    if report.run is not None:
        told.append(("In quarantine", f"{report.run.rows_quarantined:,}"))
        told.append(("Run", report.run.id))
    if report.made_at is not None:
        told.append(("Written", f"{report.made_at:%Y-%m-%d, %H:%M} UTC"))
    return told


def _map(report: Report) -> str:
    found = sketch(report.findings, report.tables)
    if not found.boxes:
        return ""
    return (
        '<section class="drawn">\n<h2>The tables concerned</h2>\n'
        f'<div class="paper" tabindex="0" role="group" aria-label="Map">{wide_map(found)}{tall_map(found)}</div>\n'
        f"{_legend(report)}\n</section>"
    )


def _legend(report: Report) -> str:
    """What the forms mean, those that are there."""
    used = {finding.severity for finding in report.findings}
    told = "".join(
        f'<li class="{severity}"><svg viewBox="0 0 32 32" width="16" height="16" aria-hidden="true">{SIGNS[severity]}</svg>{words}</li>'
        for severity, words in SEVERITIES.items()
        if severity in used
    )
    foot = '<svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true"><path class="foot" d="M2 16h28M14 16L2 6M14 16L2 26"/></svg>'
    causes = [f"<li><b>{number}</b> {written(meaning_of(finding.cause).title)}</li>" for number, finding in enumerate(report.findings, 1)]
    numbered = f'<ol class="legend">{"".join(causes)}</ol>' if len(causes) > 1 else ""
    return f'{numbered}<ul class="legend">{told}<li>{foot}the child’s end</li></ul>'


def _footer(report: Report) -> str:
    words = f"Written by dbdoctor for {written(report.database)}. It names tables and shows values of rows: share it with care."
    return f"<footer><p>{words}</p></footer>"
