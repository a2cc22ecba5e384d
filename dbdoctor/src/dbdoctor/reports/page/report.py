"""What a page tells, and the hand that writes it into HTML."""

from datetime import datetime
from html import escape

import msgspec

from dbdoctor.databases.postgresql.connection import hide_passwords
from dbdoctor.findings import Finding, Plan
from dbdoctor.model import Table
from dbdoctor.reports.letter import visible
from dbdoctor.treatment import Run


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that goes on a page; `tables` are those to draw, as they were before anything was changed."""

    title: str
    database: str
    findings: tuple[Finding, ...] = ()
    plan: Plan | None = None
    run: Run | None = None
    outcome: str = ""
    tables: tuple[Table, ...] = ()
    made_at: datetime | None = None


def written(text: object, *, keep: str = "") -> str:
    """Any text as HTML: a name, a message, an app's output. Nothing in it is markup, steers the page, or is a password."""
    return escape(visible(hide_passwords(str(text)), keep=keep))


def shortened(text: str, longest: int) -> str:
    """A long text with its middle left out."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} letters left out …\n{text[-half:]}"
