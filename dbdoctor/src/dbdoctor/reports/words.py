"""Words for findings, remedies, steps and marks. One sentence each, in plain English, made from facts."""

import re
from collections.abc import Callable, Mapping

from dbdoctor.findings import Attempt, Fact, Finding, MarkStep, Remedy, Side, SqlStep
from dbdoctor.treatment import Note

Facts = Mapping[str, Fact]


def place(side: Side | None) -> str:
    """`table.column`, several columns in brackets; the schema only when it is not public."""
    if side is None:
        return "?"
    table = side.table if side.schema in {"", "public"} else f"{side.schema}.{side.table}"
    if not side.columns:
        return table
    return f"{table}.{side.columns[0]}" if len(side.columns) == 1 else f"{table}.({', '.join(side.columns)})"


def listed(values: Fact) -> str:
    """A list fact in a row."""
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


def many(count: Fact, noun: str) -> str:
    """`1 row`, `3 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _missing_column(finding: Finding) -> str:
    column, table, similar = finding.facts["column"], place(_bare(finding.subject.child)), finding.facts.get("similar")
    text = f"{table} has no column {column}"
    return f"{text}; it has {similar}, which is spelled almost the same" if similar and finding.facts.get("only_read") else text


def _type_mismatch(finding: Finding) -> str:
    facts = finding.facts
    if finding.subject.parent is None:
        return f"{place(finding.subject.child)} is {facts['child_type']} and does not turn into {facts['parent_type']} by itself"
    parent = f"{place(finding.subject.parent)} is {facts['parent_type']}"
    return f"{place(finding.subject.child)} is {facts['child_type']}, but {parent}: no key can compare them"


def _orphans(finding: Finding) -> str:
    rows = f"{many(finding.facts['rows'], 'row')} of {place(_bare(finding.subject.child))}"
    columns = ", ".join(finding.subject.child.columns) if finding.subject.child else ""
    return f"{rows} point at no row of {place(_bare(finding.subject.parent))} ({columns}: {listed(finding.facts['values'])})"


def _duplicates(finding: Finding) -> str:
    rows, values = many(finding.facts["rows"], "row"), listed(finding.facts["values"])
    return f"{place(finding.subject.child)} cannot be unique: {rows} too many (value {values})"


def _not_unique(finding: Finding) -> str:
    return f"nothing makes {place(finding.subject.parent)} unique, so no key can point at it"


def _parent_missing(finding: Finding) -> str:
    similar = finding.facts.get("similar")
    return f"there is no table {finding.facts['table']}" + (f"; there is {similar}" if similar else "")


def _name_taken(finding: Finding) -> str:
    same = "an equal constraint" if finding.facts.get("equal") else "another constraint"
    return f"the name {finding.facts['name']} is taken on {place(_bare(finding.subject.child))} by {same}: {finding.facts['definition']}"


def _partial(finding: Finding) -> str:
    what = f"{finding.facts['kind']} {finding.facts['name']} of {place(_bare(finding.subject.child))}"
    return f"{what} is there already: an earlier try got that far"


def _ledger_lies(finding: Finding) -> str:
    return f"the ledger says {finding.facts['migration']} was applied, but table {finding.facts['table']} does not exist"


def _unknown(finding: Finding) -> str:
    return f"no check recognises this ({finding.facts.get('what')}); the evidence shows what was seen"


_FINDINGS: dict[str, Callable[[Finding], str]] = {
    "missing_column": _missing_column,
    "type_mismatch": _type_mismatch,
    "orphan_rows": _orphans,
    "duplicate_rows": _duplicates,
    "parent_not_unique": _not_unique,
    "parent_table_missing": _parent_missing,
    "duplicate_constraint_name": _name_taken,
    "partial_migration": _partial,
    "ledger_says_applied_but_schema_lacks_it": _ledger_lies,
    "unknown": _unknown,
}


def finding_sentence(finding: Finding) -> str:
    """One line that says what is wrong."""
    word = _FINDINGS.get(finding.cause)
    return word(finding) if word else finding.cause.replace("_", " ")


def remedy_sentence(remedy: Remedy) -> str:
    """One line that says what the remedy does."""
    return action_sentence(remedy.id, remedy.facts)


def step_sentence(step: SqlStep) -> str:
    """One line that says what the step is for."""
    return action_sentence(step.code, step.facts)


def _convert(facts: Facts) -> str:
    values = facts.get("values")
    how = "it holds no value, so nothing is converted" if not values else f"{many(values, 'value')}, all of which convert"
    views = f"; {listed(facts['views'])} over it is made again as it was" if facts.get("views") else ""
    return f"make {_table(facts)}.{facts.get('column')} {facts.get('to')} instead of {facts.get('from')}; {how}{views}"


def _keep_orphans(facts: Facts) -> str:
    rows = many(facts.get("rows"), "old row")
    return f"add the key so that it checks new rows; {rows} of {_table(facts)} without a parent stay and are listed"


def _null_orphans(facts: Facts) -> str:
    rows = many(facts.get("rows"), "row")
    return f"empty {listed(facts.get('columns'))} in {rows} of {_table(facts)}; the rows as they were stay in quarantine"


def _leftover(facts: Facts) -> str:
    return f"take the leftover {facts.get('kind')} {facts.get('name')} of {_table(facts)} away, so that the migration can make it"


_ACTIONS: dict[str, Callable[[Facts], str]] = {
    "add_missing_column": lambda f: f"add the column {_table(f)}.{f.get('column')}",
    "correct_name": lambda f: f"run the statement with {f.get('to')} where it says {f.get('from')}",
    "convert_child_column": _convert,
    "correct_column_type": lambda f: f"make it with the type its parent has ({listed(f.get('changed'))})",
    "remove_leftover": _leftover,
    "add_unique_key": lambda f: f"make {_table(f)} ({listed(f.get('columns'))}) unique with an index built while everything goes on",
    "number_duplicates": lambda f: (
        f"number {_table(f)}.{f.get('column')} anew in the order it has; the rows as they were stay in quarantine"
    ),
    "quarantine_identical_rows": lambda f: f"keep one of each group of equal rows of {_table(f)}; the others move to quarantine",
    "keep_orphans": _keep_orphans,
    "null_orphans": _null_orphans,
    "quarantine_orphans": lambda f: f"move {many(f.get('rows'), 'row')} of {_table(f)} to quarantine",
    "corrected_statement": lambda _: "run your statement, corrected",
    "carry_out": lambda f: f"do what {short(str(f.get('migration')))} was meant to do",
}


def action_sentence(code: str, facts: Facts) -> str:
    """The words for a remedy's or step's code."""
    word = _ACTIONS.get(code)
    return word(facts) if word else code.replace("_", " ")


def _table(facts: Facts) -> str:
    return str(facts.get("table") or "").removeprefix("public.")


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
    return NOTES[note.code] + (f": {', '.join(note.subjects)}" if note.subjects else "")


def mark_sentence(step: MarkStep) -> str:
    """Why a migration is recorded as completed without being run."""
    return MARK_REASONS[step.reason]


_TRIED = {
    "add_missing_column": "with the column added",
    "correct_name": "with the name corrected",
    "convert_child_column": "with the column converted",
    "carry_out": "with its work done by us",
    "leave": "leaving a wish open",
    "remove_leftover": "with the leftover removed",
    "correct_column_type": "with the type corrected",
    "add_unique_key": "with a unique key",
    "quarantine_orphans": "with orphans in quarantine",
    "null_orphans": "with orphans set to NULL",
    "number_duplicates": "with duplicates numbered anew",
    "quarantine_identical_rows": "with doubled rows in quarantine",
    "look_ahead": "with the obstacle out of the way",
    "keep_orphans": "with old orphans kept",
}
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
}


def attempt_sentence(attempt: Attempt) -> tuple[str, str, str]:
    """What was tried, what became of it, and the server's words where an error ended it."""
    if not attempt.tried:
        tried = "as it is"
    else:
        code, _, mark = attempt.tried[-1].partition(" ")
        tried = f"without {brief(mark)}" if mark else _TRIED.get(code, code.replace("_", " "))
    where = f" in {brief(attempt.migration)}" if attempt.migration else ""
    why = f"{attempt.sqlstate} {attempt.message}".strip() if attempt.sqlstate and attempt.result in {"stopped", "not_accepted"} else ""
    return tried, f"{_RESULTS[attempt.result]}{where}", why


def brief(migration: str) -> str:
    """A migration's name without folder, ending and the figures of its date."""
    return re.sub(r"^\d{8,17}[-_.]+(?=.)", "", short(migration))


def short(migration: str) -> str:
    """A migration's name without folder and ending."""
    return migration.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _bare(side: Side | None) -> Side | None:
    return Side(schema=side.schema, table=side.table) if side else None
