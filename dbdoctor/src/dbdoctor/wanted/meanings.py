"""What may be behind each error: causes by their codes, the likeliest first, and the proofs that tell them apart. Words are in reports/."""

import msgspec

from dbdoctor.model import ServerError
from dbdoctor.wanted.errors import recognise

# Meaning of an error -> its causes, the likeliest first. An empty row: the statement or its surroundings, not the schema.
CAUSES_OF: dict[str, tuple[str, ...]] = {
    "key_cannot_be_implemented": ("type_mismatch", "unconvertible_data", "wrong_schema_or_search_path"),
    "collations_differ": ("charset_or_collation_mismatch",),
    "type_not_cast": ("type_mismatch", "unconvertible_data"),
    "default_not_cast": ("type_mismatch",),
    "expression_type": ("type_mismatch",),
    "no_matching_unique_key": (
        "parent_not_unique", "composite_key_mismatch", "duplicate_rows", "invalid_or_not_validated_constraint",
        "partitioned_or_temporary_table",
    ),
    "column_counts_disagree": ("composite_key_mismatch",),
    "deferrable_parent_key": ("deferred_constraint",),
    "no_primary_key": ("parent_not_unique", "duplicate_rows"),
    "type_missing": ("order_of_creation", "wrong_schema_or_search_path", "case_sensitive_name"),
    "constraint_missing": ("constraint_name_differs", "ledger_says_applied_but_schema_lacks_it", "case_sensitive_name"),
    "index_missing": ("constraint_name_differs", "ledger_says_applied_but_schema_lacks_it", "wrong_schema_or_search_path"),
    "role_missing": ("permission",),
    "child_without_parent": (
        "orphan_rows", "stale_parent_reference", "wrong_schema_or_search_path", "circular_reference", "fk_not_enforced",
        "invalid_or_not_validated_constraint", "partial_migration", "inherited_table", "trigger_or_rule",
    ),
    "parent_still_referenced": ("blocked_by_dependent_fk", "stale_constraint"),
    "duplicates": ("duplicate_rows",),
    "duplicate_key": ("duplicate_rows", "partial_migration"),
    "null_value": ("null_set_on_not_null_column", "not_null_without_value", "trigger_or_rule"),
    "column_contains_nulls": ("not_null_without_value",),
    "check_violated": ("stale_constraint", "unconvertible_data"),
    "no_partition": ("partitioned_or_temporary_table",),
    "exclusion_violated": ("duplicate_rows",),
    "value_not_converted": ("unconvertible_data", "type_mismatch"),
    "value_too_long": ("unconvertible_data",),
    "value_out_of_range": ("unconvertible_data", "type_mismatch"),
    "column_missing": ("missing_column", "case_sensitive_name", "ledger_says_applied_but_schema_lacks_it", "wrong_schema_or_search_path"),
    "column_exists": ("partial_migration", "schema_has_it_but_ledger_lacks_it"),
    "constraint_exists": ("duplicate_constraint_name", "partial_migration", "schema_has_it_but_ledger_lacks_it"),
    "type_exists": ("partial_migration", "schema_has_it_but_ledger_lacks_it"),
    "trigger_exists": ("partial_migration", "schema_has_it_but_ledger_lacks_it"),
    "relation_exists": (
        "schema_has_it_but_ledger_lacks_it", "partial_migration", "invalid_or_not_validated_constraint", "wrong_schema_or_search_path",
    ),
    "relation_missing": (
        "parent_table_missing", "order_of_creation", "case_sensitive_name", "wrong_schema_or_search_path",
        "ledger_says_applied_but_schema_lacks_it", "circular_reference", "stale_parent_reference",
    ),
    "parent_is_no_table": ("parent_not_a_table",),
    "not_valid_on_partitions": ("partitioned_or_temporary_table",),
    "not_a_table": ("parent_not_a_table",),
    "schema_missing": ("wrong_schema_or_search_path", "order_of_creation"),
    "transaction_aborted": (),
    "others_depend": ("blocked_by_dependent_fk", "stale_parent_reference", "stale_constraint"),
    "column_used_elsewhere": ("stale_parent_reference", "trigger_or_rule"),
    "truncate_referenced": ("blocked_by_dependent_fk",),
    "partition_key_missing": ("partitioned_or_temporary_table",),
    "system_column": ("missing_column",),
    "generated_column_action": (),
    "persistence_differs": ("partitioned_or_temporary_table",),
    "second_primary_key": ("partial_migration", "stale_constraint"),
    "deadlock": (),
    "lock_not_available": (),
    "statement_timeout": (),
    "pending_trigger_events": ("deferred_constraint",),
    "table_in_use": (),
    "enum_value_too_new": (),
    "not_in_transaction": (),
    "read_only": ("permission",),
    "out_of_shared_memory": (),
    "permission_denied": ("permission",),
    "not_owner": ("permission",),
    "operator_missing": ("type_mismatch",),
    "function_missing": ("wrong_schema_or_search_path", "order_of_creation"),
    "identity_column": (),
    "syntax": (),
    "tool_locked": ("stale_migration_lock",),
    "ledger_dirty": ("partial_migration", "schema_has_it_but_ledger_lacks_it"),
    "migration_gone": ("ledger_says_applied_but_schema_lacks_it", "schema_has_it_but_ledger_lacks_it"),
    "relation_skipped": ("partial_migration", "missing_column"),
    "column_skipped": ("partial_migration", "type_mismatch"),
    "missing_skipped": ("constraint_name_differs", "wrong_schema_or_search_path", "case_sensitive_name"),
    "name_truncated": ("constraint_name_differs", "duplicate_constraint_name"),
    "drop_cascaded": ("fk_not_enforced",),
    "no_transaction": ("partial_migration",),
}  # fmt: skip


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """An error that was recognised, and the causes that may be behind it, the likeliest first.

    `silent`: nothing failed; a notice is the only trace of what did not happen.
    """

    code: str
    error: ServerError
    names: dict[str, str] = {}
    causes: tuple[str, ...] = ()
    silent: bool = False


def explain(text: str) -> Explanation | None:
    """What the error in a text means; no database is needed. None when it holds no error of PostgreSQL that is known; never raises."""
    found = recognise(text)
    if found is None:
        return None
    causes = CAUSES_OF[found.code]
    if found.code == "value_not_converted" and found.names.get("value", "x").strip() == "":
        causes = ("orphan_rows", *causes)  # an empty text that stands for "none"
    return Explanation(code=found.code, error=found.error, names=found.names, causes=causes, silent=found.silent)
