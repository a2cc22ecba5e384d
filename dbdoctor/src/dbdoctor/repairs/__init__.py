"""One file per remedy: a finding in, undoable steps out. What they propose is a candidate until a rehearsal has proven it."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName

Proposal = Callable[[Finding, Case], Iterator[Remedy]]

# Remedies whose statements take the place of the one that failed; the fact `whole_script` says: of the whole script.
STANDS_IN = frozenset({
    "correct_name", "correct_column_type", "keep_orphans", "refer_to_whole_key", "refer_to_base_table", "own_column", "nullable_column",
    "change_in_order", "settle_pending_checks", "change_under_views", "outside_transaction", "put_in_order", "filled_column",
    "refer_to_columns", "skip_what_is_there", "enforce_key",
})  # fmt: skip
# Remedies after which something of what was wanted is still to be done.
LEAVES_A_PART = frozenset({"nullable_column", "skip_what_is_there"})


# Where two cost the same, the one that comes first here is tried first.
PROPOSALS = (
    "mark_as_applied", "release_tool_lock", "grant_right", "run_missing_migration", "put_in_order", "correct_name", "bridge_view",
    "rename_constraint", "drop_invalid_index", "drop_unvalidated_key", "enforce_key", "add_missing_column", "convert_child_column",
    "translate_values", "correct_column_type", "remove_leftover", "skip_what_is_there", "settle_unfinished", "create_schema",
    "own_column", "refer_to_base_table", "refer_to_columns", "refer_to_whole_key", "fit_table_kind", "same_collation", "add_unique_key",
    "repoint_key", "correct_function", "defer_key", "allow_null", "drop_stale_constraint", "disable_reaction", "lean_on_another_key",
    "release_keys", "change_under_views", "check_at_once", "fill_new_column", "set_aside_unconvertible", "restore_parents",
    "number_duplicates", "quarantine_identical_rows", "quarantine_duplicates", "null_sentinels", "adopt_orphans", "settle_orphans",
)  # fmt: skip


def propose(finding: Finding, case: Case) -> list[Remedy]:
    """Every remedy for a finding, cheapest first: rows lost, rows touched, number of steps."""
    return sorted((remedy for proposal in _proposals() for remedy in proposal(finding, case)), key=cost)


@lru_cache
def _proposals() -> tuple[Proposal, ...]:
    """They are imported late, so that they can import what they share."""
    return tuple(import_module(f"dbdoctor.repairs.{name}").propose for name in PROPOSALS)


def setting_aside(
    changes: Sequence[str], *, code: str, places: Sequence[TableName], rows: int, facts: dict[str, Fact], first: Sequence[SqlStep] = ()
) -> Remedy:
    """Rows of the tables are copied to quarantine and then changed or moved, all in one step (after those that come `first`)."""
    step = SqlStep(
        code=code, sql=ddl.at_once(places, changes), lock="ShareRowExclusiveLock", blocks="writes", writes=tuple(places), rows_touched=rows,
        facts=facts,
    )  # fmt: skip
    return Remedy(id=code, rows_touched=rows, facts=facts, steps=(*first, step))


def cost(remedy: Remedy) -> tuple[int, bool, bool, int]:
    """Rows lost, a part left to the owner, rows moved out of their table, number of steps."""
    moves = remedy.rows_touched > 0 and remedy.id.startswith("quarantine")
    return remedy.rows_lost, remedy.id in LEAVES_A_PART, moves, len(remedy.steps)
