"""Words for findings, remedies, steps and marks. One sentence each, in plain English, made from facts.

What each cause and each remedy says stands in cause_words and remedy_words; a code that is in neither still gets a sentence.
"""

from dbdoctor.findings import Attempt, Finding, MarkStep, Remedy, SqlStep, Subject
from dbdoctor.reports.cause_words import CAUSES
from dbdoctor.reports.phrases import Facts, brief, facts_in_brackets, place, spelled_out
from dbdoctor.reports.remedy_words import REMEDIES, TRIED
from dbdoctor.treatment import Note


def finding_sentence(finding: Finding) -> str:
    """One line that says what is wrong; never raises, whatever facts a finding of another version holds."""
    word = CAUSES.get(finding.cause)
    try:
        return word(finding) if word else _plainly(finding)
    except (KeyError, AttributeError, TypeError):
        return _plainly(finding)


def _plainly(finding: Finding) -> str:
    about = subject_words(finding.subject)
    return f"{spelled_out(finding.cause)}{f' at {about}' if about else ''}{facts_in_brackets(finding.facts)}"


def subject_words(subject: Subject) -> str:
    """What a finding is about, in a few words: `orders.userId → users.id`, `index "by_name"`, `migration 20240101-x`."""
    if subject.child or subject.parent:
        return " → ".join(place(side) for side in (subject.child, subject.parent) if side)
    if subject.object:
        return f'{subject.object.kind} "{subject.object.name}"'
    if subject.ledger:
        return f"migration {brief(subject.ledger.migration)}"
    return f'constraint "{subject.constraint}"' if subject.constraint else ""


def remedy_sentence(remedy: Remedy) -> str:
    """One line that says what the remedy does."""
    return action_sentence(remedy.id, remedy.facts)


def step_sentence(step: SqlStep) -> str:
    """One line that says what the step is for."""
    return action_sentence(step.code, step.facts)


def action_sentence(code: str, facts: Facts) -> str:
    """The words for a remedy's or step's code."""
    word = REMEDIES.get(code)
    try:
        return word(facts) if word else f"{spelled_out(code)}{facts_in_brackets(facts)}"
    except (KeyError, AttributeError, TypeError):
        return f"{spelled_out(code)}{facts_in_brackets(facts)}"


MARK_REASONS = {
    "already_there": "everything it makes is there already",
    "never_works": "it can never work on this database",
    "loses_rows": "it would lose rows",
    "breaks_keys": "it would take a key away and pass over the failure to put it back",
    "hangs": "it waits for itself for ever",
}


NOTES = {
    "rows_since_unknown": "rows that may have been written after the run was stopped are as they were before it",
    "undo_needs_locks": "before an undo, raise the server's max_locks_per_transaction (it takes a restart) to at least",
}


def note_sentence(note: Note) -> str:
    """Something the owner should know, with the tables it is about."""
    return NOTES.get(note.code, spelled_out(note.code)) + (f": {', '.join(note.subjects)}" if note.subjects else "")


def mark_sentence(step: MarkStep) -> str:
    """Why a migration is recorded as completed without being run."""
    return MARK_REASONS.get(step.reason, spelled_out(step.reason))


_RESULTS = {
    "cured": "ends 0, twice, nothing lost",
    "stopped": "stops",
    "hung": "hangs",
    "lost_rows": "loses rows",
    "left_undone": "ends 0 but leaves work undone",
    "not_accepted": "ends 0, but the app's own test fails",
    "not_repeatable": "a second run does not find everything done",
    "looked_ahead": "shows what else is wanted",
    "step_failed": "our own step fails there",
    "undecidable": "whether it is applied cannot be decided",
}

# Why a migration cannot be recorded as applied.
UNDECIDABLE = {
    "already_recorded": "the ledger has it already",
    "needs_values": "its ledger has columns whose values only the tool itself knows",
    "no_folder": "the tool records a checksum of its file, and the file is not at hand: run dbdoctor in the app's folder (--cwd)",
    "no_ledger": "no ledger is there that could record it",
    "not_next": "its ledger holds one place only, and migrations before this one are still to come",
    "read_only": "its tool alone may write its ledger",
    "unknown_migration": "the app's folder has no such migration",
}


def attempt_sentence(attempt: Attempt) -> tuple[str, str, str]:
    """What was tried, what became of it, and the server's words where an error ended it."""
    if not attempt.tried:
        tried = "as it is"
    else:
        code, _, mark = attempt.tried[-1].partition(" ")
        tried = f"without {brief(mark)}" if mark else TRIED.get(code, spelled_out(code))
    where = f" in {brief(attempt.migration)}" if attempt.migration else ""
    why = f"{attempt.sqlstate} {attempt.message}".strip() if attempt.sqlstate and attempt.result in {"stopped", "not_accepted"} else ""
    if attempt.result == "undecidable":
        where = f": {brief(attempt.migration)}"
        why = UNDECIDABLE.get(attempt.message, spelled_out(attempt.message))
    return tried, f"{_RESULTS.get(attempt.result, spelled_out(attempt.result))}{where}", why
