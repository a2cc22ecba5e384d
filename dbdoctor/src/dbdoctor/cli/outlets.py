"""Where a report goes: the letter on standard output as things happen, or one document there, or one in a file beside the letter."""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import typer

from dbdoctor import treatment
from dbdoctor.databases.postgresql.connection import parse_url
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.findings import Attempt, Plan
from dbdoctor.reports import terminal
from dbdoctor.reports.letter import Letter
from dbdoctor.reports.rendering import ENDINGS, Format

PLAN_VERSION = 1


class NotConfirmed(DoctorError):
    """Nobody said yes."""

    kind = "refused"


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """`shown` on standard output; `written` into `file` where one was named."""

    shown: Format
    file: Path | None = None
    written: Format = "text"

    @property
    def talks(self) -> bool:
        """Whether standard output is the letter, told as things happen."""
        return self.shown == "text"

    def deliver(self, render: Callable[[Format], str]) -> None:
        """Print the document, or write it to the file; says where, and nothing when the letter was all that was wanted."""
        if self.file is None:
            if not self.talks:
                typer.echo(render(self.shown), nl=False)
            return
        try:
            self.file.write_text(render(self.written), encoding="utf-8")
        except OSError as error:
            message = f"The report cannot be written to {self.file}: {error.strerror}."
            raise UsageError(message, next_step="Give another place with --out.") from None
        Letter().line(f"Report: {self.file}")


def outlet_of(output: Format, out: Path | None, *, formats: tuple[Format, ...]) -> Outlet:
    """A document goes to the file when one is named, and the letter is told beside it; raises UsageError for a form it cannot have."""
    if out is None:
        return Outlet(shown=output)
    written = output if output != "text" else ENDINGS.get(out.suffix.lower())
    if written is None or written not in formats:
        known = ", ".join(ending for ending, form in ENDINGS.items() if form in formats)
        message = f"What form {out} should have cannot be told from its name."
        raise UsageError(message, next_step=f"Give it one of these endings: {known}, or name the form with --format.")
    if out.is_dir() or not out.absolute().parent.is_dir():
        message = f"The report cannot be written to {out}: " + ("it is a folder." if out.is_dir() else "its folder does not exist.")
        raise UsageError(message, next_step="Give another place with --out.")
    return Outlet(shown="text", file=out, written=written)


def letter_for(words: str, url: str) -> Letter:
    """A letter with its first line."""
    letter = Letter()
    letter.title(f"dbdoctor · {words}", parse_url(url).shown)
    return letter


def refuse_unasked(*, yes: bool, talks: bool) -> None:
    """Raise NotConfirmed where nobody can be asked and nobody said yes."""
    if not yes and (not talks or not sys.stdin.isatty()):
        raise NotConfirmed("Nothing was changed: nobody said yes.", next_step="Give --yes where nobody can be asked.")


def confirm(question: str, *, yes: bool, talks: bool) -> None:
    """Ask once; raises NotConfirmed when the answer is no."""
    refuse_unasked(yes=yes, talks=talks)
    if not yes and not typer.confirm(question):
        raise NotConfirmed("Nothing was changed: nobody said yes.", next_step="")


def keep_until_enter(address: str) -> None:
    """Tell where the copy is and leave it there until somebody has seen enough; told on standard error, beside any report."""
    typer.echo(f"\nThe copy stands here until you press Enter: {address}\nIt is gone afterwards; nothing in it is your database.", err=True)
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:  # seen enough
        typer.echo("", err=True)


def progress_to(letter: Letter | None) -> Callable[[treatment.Progress], None]:
    """Tells each stage when it begins; what comes every second is not repeated."""
    last: list[tuple[str, int, int]] = []

    def tell(progress: treatment.Progress) -> None:
        news = (progress.stage, progress.position, progress.attempt)
        if letter is not None and last[-1:] != [news]:
            terminal.tell_progress(letter, progress)
        last[:] = [news]

    return tell


def telling_of_the_copy(letter: Letter | None) -> Callable[[Attempt | str], None]:
    """Tells that a copy is made, and every attempt on it; nothing without a letter."""

    def tell(news: Attempt | str) -> None:
        if letter is None:
            return
        if isinstance(news, Attempt):
            terminal.tell_attempt(letter, news)
        elif news == "copying":
            letter.heading("What I tried it on")
            letter.line("A copy of your database on a server of its own, shut off from everything else; nothing ran here.")

    return tell


def write_plan(path: Path, found: Plan) -> None:
    """The plan as a file that `apply` takes; raises UsageError when it cannot be written."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    except OSError as error:
        message = f"The plan cannot be written to {path}: {error.strerror}."
        raise UsageError(message, next_step="Give another place with --out.") from None


def read_plan(path: Path) -> Plan:
    """The plan in a file; raises UsageError when there is none that this version knows."""
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
