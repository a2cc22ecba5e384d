"""One file per remedy: a finding in, undoable steps out. What they propose is a candidate until a rehearsal has proven it."""

from collections.abc import Callable, Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy

Proposal = Callable[[Finding, Case], Iterator[Remedy]]


def propose(finding: Finding, case: Case) -> list[Remedy]:
    """Every remedy for a finding, cheapest first: rows lost, rows touched, number of steps."""
    from dbdoctor.repairs import (  # noqa: PLC0415 -- the registry imports its members late, so that they can import what they share
        add_missing_column,
        add_unique_key,
        convert_child_column,
        correct_column_type,
        correct_name,
        number_duplicates,
        quarantine_identical_rows,
        remove_leftover,
        settle_orphans,
    )

    proposals: tuple[Proposal, ...] = (
        correct_name.propose,
        add_missing_column.propose,
        convert_child_column.propose,
        correct_column_type.propose,
        remove_leftover.propose,
        add_unique_key.propose,
        number_duplicates.propose,
        quarantine_identical_rows.propose,
        settle_orphans.propose,
    )
    remedies = [remedy for proposal in proposals for remedy in proposal(finding, case)]
    return sorted(remedies, key=lambda r: (r.rows_lost, r.rows_touched > 0 and r.id.startswith("quarantine"), len(r.steps)))
