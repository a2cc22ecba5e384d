"""Words for findings, remedies, steps and marks. One sentence each, in plain English, made from facts."""

from collections.abc import Callable, Mapping

from dbdoctor.findings import Attempt, Fact, Finding, MarkStep, Remedy, Side, SqlStep

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
    return f"{place(finding.subject.child)} is {facts['child_type']}, but {place(finding.subject.parent)} is {facts['parent_type']}: no key can compare them"


def _orphans(finding: Finding) -> str:
    text = f"{many(finding.facts['rows'], 'row')} of {place(_bare(finding.subject.child))} point at no row of {place(_bare(finding.subject.parent))}"
    return f"{text} ({', '.join(finding.subject.child.columns) if finding.subject.child else ''}: {listed(finding.facts['values'])})"


def _duplicates(finding: Finding) -> str:
    return f"{place(finding.subject.child)} cannot be unique: {many(finding.facts['rows'], 'row')} too many (value {listed(finding.facts['values'])})"


def _not_unique(finding: Finding) -> str:
    return f"nothing makes {place(finding.subject.parent)} unique, so no key can point at it"


def _parent_missing(finding: Finding) -> str:
    similar = finding.facts.get("similar")
    return f"there is no table {finding.facts['table']}" + (f"; there is {similar}" if similar else "")


def _name_taken(finding: Finding) -> str:
    same = "an equal constraint" if finding.facts.get("equal") else "another constraint"
    return f"the name {finding.facts['name']} is taken on {place(_bare(finding.subject.child))} by {same}: {finding.facts['definition']}"


def _partial(finding: Finding) -> str:
    return f"{finding.facts['kind']} {finding.facts['name']} of {place(_bare(finding.subject.child))} is there already: an earlier try got that far"


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


def action_sentence(code: str, facts: Facts) -> str:
    """The words for a remedy's or step's code."""
    table = str(facts.get("table") or "").removeprefix("public.")
    match code:
        case "add_missing_column":
            return f"add the column {table}.{facts.get('column')}"
        case "correct_name":
            return f"run the statement with {facts.get('to')} where it says {facts.get('from')}"
        case "convert_child_column":
            values = facts.get("values")
            how = "it holds no value, so nothing is converted" if not values else f"{many(values, 'value')}, all of which convert"
            return f"make {table}.{facts.get('column')} {facts.get('to')} instead of {facts.get('from')}; {how}"
        case "correct_column_type":
            return f"make it with the type its parent has ({listed(facts.get('changed'))})"
        case "remove_leftover":
            return f"take the leftover {facts.get('kind')} {facts.get('name')} of {table} away, so that the migration can make it"
        case "add_unique_key":
            return f"make {table} ({listed(facts.get('columns'))}) unique with an index built while everything goes on"
        case "number_duplicates":
            return f"number {table}.{facts.get('column')} anew in the order it has; the rows as they were stay in quarantine"
        case "quarantine_identical_rows":
            return f"keep one of each group of equal rows of {table}; the others move to quarantine"
        case "null_orphans":
            return f"empty {listed(facts.get('columns'))} in {many(facts.get('rows'), 'row')} of {table}; the rows as they were stay in quarantine"
        case "keep_orphans":
            return f"add the key so that it checks new rows; {many(facts.get('rows'), 'old row')} of {table} without a parent stay and are listed"
        case "quarantine_orphans":
            return f"move {many(facts.get('rows'), 'row')} of {table} to quarantine"
        case "carry_out":
            return f"do what {facts.get('migration')} was meant to do"
        case _:
            return code.replace("_", " ")


MARK_REASONS = {
    "already_there": "everything it makes is there already",
    "never_works": "it can never work on this database",
    "loses_rows": "it would lose rows",
    "hangs": "it waits for itself for ever",
}


def mark_sentence(step: MarkStep) -> str:
    """Why a migration is recorded as completed without being run."""
    return MARK_REASONS[step.reason]


_TRIED = {
    "add_missing_column": "with the column added", "correct_name": "with the name corrected", "convert_child_column": "with the column converted",
    "carry_out": "with its work done by us", "leave": "leaving a wish open", "remove_leftover": "with the leftover removed",
    "correct_column_type": "with the type corrected", "add_unique_key": "with a unique key", "quarantine_orphans": "with orphans in quarantine",
    "null_orphans": "with orphans set to NULL", "look_ahead": "with the obstacle out of the way", "keep_orphans": "with old orphans kept",
}  # fmt: skip
_RESULTS = {
    "cured": "ends 0, twice, nothing lost", "stopped": "stops", "hung": "hangs", "lost_rows": "loses rows", "left_undone": "ends 0 but leaves work undone",
    "not_accepted": "ends 0, but the app's own test fails", "not_repeatable": "a second run does not find everything done",
    "looked_ahead": "shows what else is wanted", "step_failed": "our own step fails there",
}  # fmt: skip


def attempt_sentence(attempt: Attempt) -> tuple[str, str]:
    """What was tried, and what became of it."""
    if not attempt.tried:
        tried = "as it is"
    else:
        code, _, mark = attempt.tried[-1].partition(" ")
        tried = f"without {short(mark)}" if mark else _TRIED.get(code, code.replace("_", " "))
    where = f" in {short(attempt.migration)}" if attempt.migration else ""
    why = f": {attempt.sqlstate} {attempt.message}".rstrip() if attempt.sqlstate and attempt.result in {"stopped", "not_accepted"} else ""
    return tried, f"{_RESULTS[attempt.result]}{where}{why}"


def short(migration: str) -> str:
    """A migration's name without folder and ending."""
    return migration.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _bare(side: Side | None) -> Side | None:
    return Side(schema=side.schema, table=side.table) if side else None
