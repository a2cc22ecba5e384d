"""The causes as cards: what is wrong, how it is known, what can be done."""

from collections.abc import Sequence

from dbdoctor.findings import Evidence, Finding, Remedy, Severity
from dbdoctor.reports.cause_meanings import meaning_of, page_of
from dbdoctor.reports.page.report import shortened, written
from dbdoctor.reports.phrases import many
from dbdoctor.reports.words import finding_sentence, remedy_sentence

SIGNS: dict[str, str] = {
    "blocking": '<path d="M10 2h12l8 8v12l-8 8H10l-8-8V10z"/>',
    "risk": '<path d="M16 2l15 28H1z"/>',
    "advice": '<circle cx="16" cy="16" r="14"/>',
}
SEVERITIES: dict[Severity, str] = {"blocking": "stands in the way", "risk": "a risk", "advice": "advice"}
LONGEST = 4000
NEWLINE = "\n"


def cards(findings: Sequence[Finding]) -> str:
    """Every finding, the root cause first; empty when there is none."""
    if not findings:
        return ""
    told = "\n".join(_card(number, finding, root=number == 1 and len(findings) > 1) for number, finding in enumerate(findings, start=1))
    return f"<section>\n<h2>{'The cause' if len(findings) == 1 else 'The causes'}</h2>\n{told}\n</section>"


def _card(number: int, finding: Finding, *, root: bool) -> str:
    meaning = meaning_of(finding.cause)
    first = '<span class="chip root">root cause</span>' if root else ""
    ledger = finding.subject.ledger
    migration = f'<p class="where">in migration <code>{written(ledger.migration)}</code></p>' if ledger and ledger.migration else ""
    remedies = "".join(_remedy(remedy) for remedy in finding.remedies)
    return (
        f'<article class="card {finding.severity}" id="cause-{number}">\n'
        f'<svg class="sign" viewBox="0 0 32 32" width="34" height="34" aria-hidden="true">{SIGNS[finding.severity]}'
        f'<text x="16" y="{23 if finding.severity == "risk" else 21}">{number}</text></svg>\n'
        f'<div class="said"><h3>{written(meaning.title)}</h3>\n'
        f'<p class="chips"><span class="chip {finding.severity}">{SEVERITIES[finding.severity]}</span>{first}'
        f'<code class="chip code">{written(finding.cause)}</code></p>\n'
        f'<p class="sentence">{_as_sentence(finding_sentence(finding))}</p>{migration}\n'
        f"{f'<h4>How I know</h4>{proofs(finding.evidence)}' if finding.evidence else ''}"
        f"{f'<h4>What can be done</h4><ul class=remedies>{remedies}</ul>' if remedies else ''}"
        f'<p class="more">{written(meaning.means)} <span>More: {written(page_of(finding.cause))}</span></p></div>\n</article>'
    )


def proofs(evidence: Sequence[Evidence]) -> str:
    """Questions with their answers."""
    return "".join(
        f'<div class="proof"><pre class="query">{written(shortened(one.query, LONGEST), keep=NEWLINE)}</pre>'
        f'<pre class="answer">{written(shortened(one.answer, LONGEST), keep=NEWLINE)}</pre></div>'
        for one in evidence
    )


def _remedy(remedy: Remedy) -> str:
    written_rows = f"{many(remedy.rows_touched, 'row')} written" if remedy.rows_touched else "no row written"
    lost = f"{many(remedy.rows_lost, 'row')} lost" if remedy.rows_lost else "none lost"
    return f'<li>{_as_sentence(remedy_sentence(remedy))} <span class="cost">{written_rows}, {lost}</span></li>'


def _as_sentence(text: str) -> str:
    """With a capital, unless it begins with a name."""
    first = text.split(" ", 1)[0]
    return written(text[:1].upper() + text[1:] if first.isalpha() and first.islower() and "." not in first else text)
