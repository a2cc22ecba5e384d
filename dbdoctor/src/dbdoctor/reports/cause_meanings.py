"""What each cause means and what proves it: the same words for explain, SARIF rules and the report page."""

import msgspec

from dbdoctor.reports.phrases import spelled_out


class CauseMeaning(msgspec.Struct, frozen=True):
    """A short title, what the cause means, and the question whose answer proves it."""

    title: str
    means: str
    proof: str


_M = CauseMeaning
MEANINGS: dict[str, CauseMeaning] = {
    "missing_column": _M(
        "A column is missing", "The child or the parent column does not exist.", "the catalog lists the columns of both tables"
    ),
    "type_mismatch": _M(
        "The types do not fit", "The two columns have types that no key can compare.", "the catalog shows both columns' types side by side"
    ),
    "charset_or_collation_mismatch": _M(
        "Collations differ", "The two columns compare text by different rules.", "the catalog shows both columns' collations"
    ),
    "unconvertible_data": _M(
        "Values do not convert",
        "The type has to change, and some values cannot be read as the new type.",
        "a query counts the values that do not convert and shows some",
    ),
    "orphan_rows": _M(
        "Rows without a parent",
        "The child table holds values that no parent row has.",
        "an anti-join counts such rows and shows some of their values",
    ),
    "duplicate_rows": _M(
        "Duplicates",
        "The unique key that is needed cannot be made: values occur more than once.",
        "a GROUP BY … HAVING count(*) > 1 over the columns",
    ),
    "parent_table_missing": _M(
        "The parent table is missing",
        "The table that the key should point at does not exist, and nothing makes it.",
        "the catalog has no table of that name in any schema of the search path",
    ),
    "parent_not_unique": _M(
        "The parent column is not unique",
        "No full, valid, immediate unique key stands on exactly the referenced columns.",
        "the catalog lists the parent's keys and unique indexes",
    ),
    "parent_not_a_table": _M(
        "The parent is no table",
        "The key points at a view, a materialised view or a foreign table.",
        "the catalog tells what kind of relation the parent is",
    ),
    "composite_key_mismatch": _M(
        "Composite keys disagree",
        "The number or the order of the columns differs from the parent's key.",
        "the parent's key columns beside those of the statement",
    ),
    "order_of_creation": _M("Wrong order", "The parent is made later than the child that needs it.", "the migrations that follow make it"),
    "circular_reference": _M(
        "The tables need each other first",
        "Two tables each have a key to the other, and neither can be made first.",
        "the statements' keys form a circle",
    ),
    "wrong_schema_or_search_path": _M(
        "Another schema is meant",
        "The name resolves to a table of another schema, or to none.",
        "the search path, and every schema that has the name",
    ),
    "case_sensitive_name": _M(
        "Capitals matter", '"Users" in quotes is another name than users.', "the catalog has the name in other letters"
    ),
    "duplicate_constraint_name": _M(
        "The name is taken",
        "A constraint of that name exists already on the table.",
        "the catalog shows the definition of the one that has the name",
    ),
    "constraint_name_differs": _M(
        "The constraint has another name",
        "The constraint exists, but not under the name the migration expects.",
        "the catalog has an equal constraint of another name",
    ),
    "stale_constraint": _M(
        "A leftover constraint",
        "A constraint of an earlier design stands in the way.",
        "its definition, beside what the rows and the models hold now",
    ),
    "stale_parent_reference": _M(
        "A reference to something gone",
        "A key, trigger or view still points to a renamed or dropped table.",
        "the catalog shows what it points to",
    ),
    "blocked_by_dependent_fk": _M(
        "Another key depends on it",
        "An existing key forbids the change, drop, rename or truncate.",
        "the catalog lists the keys that point at the table",
    ),
    "null_set_on_not_null_column": _M(
        "SET NULL on NOT NULL", "ON DELETE SET NULL on a column that may not be null.", "the key's action beside the column's NOT NULL"
    ),
    "not_null_without_value": _M(
        "NOT NULL without a value", "A column is to be NOT NULL and rows have no value for it.", "a count of the rows without a value"
    ),
    "deferred_constraint": _M(
        "Deferred checks",
        "The parent's key is deferrable, or checks of the transaction are still pending.",
        "the catalog shows what is deferrable",
    ),
    "invalid_or_not_validated_constraint": _M(
        "Left half-made", "A NOT VALID constraint or an INVALID index was left behind.", "convalidated and indisvalid in the catalog"
    ),
    "fk_not_enforced": _M(
        "The key does nothing",
        "The key is declared, but its triggers are disabled, or it was dropped by a cascade.",
        "a wrong row inserted in a savepoint is accepted",
    ),
    "partitioned_or_temporary_table": _M(
        "That kind of table forbids it",
        "Partitioned, temporary or unlogged tables cannot do this.",
        "the catalog tells what kinds of table these are",
    ),
    "inherited_table": _M(
        "Rows in an inheriting table",
        "The rows are in a table that inherits from the parent, where the key does not look.",
        "a count with and without ONLY",
    ),
    "trigger_or_rule": _M(
        "A trigger or rule interferes",
        "A trigger or rule undoes or redirects the write.",
        "the catalog lists the triggers and rules of the table",
    ),
    "permission": _M(
        "A right is missing",
        "The role may not do this: REFERENCES on the parent, or ownership of the table.",
        "has_table_privilege and the tables' owners",
    ),
    "partial_migration": _M(
        "Half done already",
        "Some statements of the migration are in effect and some are not.",
        "everything it makes, compared with the catalog",
    ),
    "ledger_says_applied_but_schema_lacks_it": _M(
        "Recorded, but not there",
        "The ledger says the migration was applied; what it makes is not there.",
        "the ledger's row beside the catalog",
    ),
    "schema_has_it_but_ledger_lacks_it": _M(
        "There, but not recorded", "What the migration makes is there; the ledger does not know of it.", "the ledger beside the catalog"
    ),
    "stale_migration_lock": _M(
        "The tool's lock was left behind",
        "A killed run left the migration tool's lock; nothing runs until it is released.",
        "the lock's row, and no session that holds it",
    ),
    "unindexed_foreign_key": _M(
        "A key without an index",
        "No index leads with the key's columns: deleting a parent reads the whole child table.",
        "the catalog lists the child's indexes",
    ),
    "missing_foreign_key": _M(
        "A key that nobody made", "A column is named and filled like a key, and no key guards it.", "every value of it has a parent row"
    ),
    "duplicate_foreign_key": _M(
        "The same key twice",
        "Two keys guard the same columns in the same way: every write is checked twice.",
        "the catalog shows both definitions",
    ),
    "unsupported_alter": _M(
        "PostgreSQL cannot do that",
        "The statement asks for something that PostgreSQL does not know or does not do here.",
        "the server's own error",
    ),
    "mixed_key_types": _M(
        "Keys of several types",
        "The same thing is referred to with different types in different tables.",
        "the catalog shows the types side by side",
    ),
    "unknown": _M("Not recognised", "No check recognises this; what was seen is shown, nothing is guessed.", "what was seen is shown"),
}


def meaning_of(cause: str) -> CauseMeaning:
    """The meaning of a cause; one that is not in the table is spelled out."""
    return MEANINGS.get(cause) or CauseMeaning(spelled_out(cause).capitalize(), f"{spelled_out(cause).capitalize()}.", "see the evidence")


def page_of(cause: str) -> str:
    """Where the docs say more, as a path in the project."""
    return f"docs/checks/{cause}.md"
