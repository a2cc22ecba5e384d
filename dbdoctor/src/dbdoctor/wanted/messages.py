"""PostgreSQL's errors that have to do with schemas, keys and migrations: the words of versions 12 to 18, with the code of their meaning.

`{name}` stands for a name in quotes, `%type%` for a type as format_type writes it. Where one text holds another the longer one wins.
"""

MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("key_cannot_be_implemented", "42804", r"foreign key constraint {constraint} cannot be implemented"),
    ("type_not_cast", "42804", r"column {column} cannot be cast automatically to type (?P<type>%type%)"),
    ("default_not_cast", "42804", r"default for column {column} cannot be cast automatically to type (?P<type>%type%)"),
    ("expression_type", "42804", r"column {column} is of type %type% but expression is of type %type%"),
    ("type_not_cast", "42846", r"cannot cast type %type% to (?P<type>%type%)"),
    ("no_matching_unique_key", "42830", r"there is no unique constraint matching given keys for referenced table {parent}"),
    ("column_counts_disagree", "42830", r"number of referencing and referenced columns for foreign key disagree"),
    ("column_counts_disagree", "42830", r"foreign key referenced-columns list must not contain duplicates"),
    ("deferrable_parent_key", "55000", r"cannot use a deferrable unique constraint for referenced table {parent}"),
    ("no_primary_key", "42704", r"there is no primary key for referenced table {parent}"),
    ("type_missing", "42704", r"type {type} does not exist(?!, skipping)"),
    ("constraint_missing", "42704", r"constraint {constraint} of relation {table} does not exist(?!, skipping)"),
    ("index_missing", "42704", r"index {constraint} does not exist(?!, skipping)"),
    ("role_missing", "42704", r"role {role} does not exist(?!, skipping)"),
    ("child_without_parent", "23503", r"insert or update on table {table} violates foreign key constraint {constraint}"),
    (
        "parent_still_referenced",
        "23503",
        r"update or delete on table {parent} violates foreign key constraint {constraint}(?: on table {table})?",
    ),
    (
        "parent_still_referenced",
        "23001",
        r"update or delete on table {parent} violates RESTRICT setting of foreign key constraint {constraint}(?: on table {table})?",
    ),
    ("duplicates", "23505", r"could not create unique index {constraint}"),
    ("duplicate_key", "23505", r"duplicate key value violates unique constraint {constraint}"),
    ("null_value", "23502", r"null value in column {column}(?: of relation {table})? violates not-null constraint"),
    ("column_contains_nulls", "23502", r"column {column}(?: of relation {table})? contains null values"),
    ("check_violated", "23514", r"check constraint {constraint}(?: of relation {table})? is violated by some row"),
    ("check_violated", "23514", r"new row for relation {table} violates check constraint {constraint}"),
    ("no_partition", "23514", r"no partition of relation {table} found for row"),
    ("exclusion_violated", "23P01", r"conflicting key value violates exclusion constraint {constraint}"),
    (
        "value_not_converted",
        "22007",
        r'invalid input syntax for type (?P<type>(?:timestamp|date|time|interval)[a-z ]*): "(?P<value>[^"\n]*)"',
    ),
    ("value_not_converted", "22P02", r'invalid input syntax for (?:type )?(?P<type>%type%): "(?P<value>[^"\n]*)"'),
    ("value_too_long", "22001", r"value too long for type (?P<type>%type%)"),
    ("value_out_of_range", "22003", r'value "(?P<value>[^"\n]*)" is out of range for type (?P<type>%type%)'),
    ("value_out_of_range", "22003", r"(?P<type>integer|smallint|bigint) out of range"),
    ("column_missing", "42703", r"column {column} referenced in foreign key constraint does not exist(?!, skipping)"),
    ("column_missing", "42703", r"column {column} of relation {table} does not exist(?!, skipping)"),
    ("column_missing", "42703", r"column {column} named in key does not exist(?!, skipping)"),
    ("column_missing", "42703", r"column (?:{column}|(?P<bare>[\w.\"]+)) does not exist(?!, skipping)"),
    ("column_exists", "42701", r"column {column} of relation {table} already exists(?!, skipping)"),
    ("constraint_exists", "42710", r"constraint {constraint} for (?:relation|domain) {table} already exists"),
    ("type_exists", "42710", r"type {type} already exists(?!, skipping)"),
    ("trigger_exists", "42710", r"(?:trigger|policy) {constraint} for (?:relation|table) {table} already exists"),
    ("relation_exists", "42P07", r"relation {table} already exists(?!, skipping)"),
    ("relation_missing", "42P01", r"(?:relation|table|view) {table} does not exist(?!, skipping)"),
    ("parent_is_no_table", "42809", r"referenced relation {parent} is not a table"),
    ("not_valid_on_partitions", "42809", r"cannot add NOT VALID foreign key on partitioned table {table} referencing relation {parent}"),
    ("not_valid_on_partitions", "42809", r"cannot use ONLY for foreign key on partitioned table {table} referencing relation {parent}"),
    ("not_a_table", "42809", r"(?:relation )?{table} is not a (?:table|base table)"),
    ("not_a_table", "42809", r"(?:ALTER) action [A-Z ]+ cannot be performed on relation {table}"),
    ("schema_missing", "3F000", r"schema {schema} does not exist(?!, skipping)"),
    ("schema_missing", "3F000", r"no schema has been selected to create in"),
    ("transaction_aborted", "25P02", r"current transaction is aborted, commands ignored until end of transaction block"),
    ("others_depend", "2BP01", r"cannot drop [^\n]+? because (?:other objects|[^\n]+?) (?:depends?|requires?)(?: on)? it"),
    ("others_depend", "2BP01", r"cannot drop (?:index|constraint) {constraint}[^\n]*? because constraint [^\n]+ requires it"),
    (
        "column_used_elsewhere",
        "0A000",
        r"cannot alter type of a column used (?:by|in) an? [a-z ]*(?:rule|view|policy|trigger|function|column)(?: definition)?",
    ),
    ("column_used_elsewhere", "0A000", r"cannot alter type of a column used by a view or rule"),
    ("truncate_referenced", "0A000", r"cannot truncate a table referenced in a foreign key constraint"),
    ("partition_key_missing", "0A000", r"unique constraint on partitioned table must include all partitioning columns"),
    (
        "partition_key_missing",
        "0A000",
        r"(?:PRIMARY KEY|UNIQUE) constraint on table {table} lacks column {column} which is part of the partition key",
    ),
    ("system_column", "0A000", r"system columns cannot be used in foreign keys"),
    ("generated_column_action", "42601", r"invalid ON (?:DELETE|UPDATE) action for foreign key constraint containing generated column"),
    (
        "persistence_differs",
        "42P16",
        r"constraints on (?:permanent|unlogged|temporary) tables (?:may reference only [a-z ]*tables|must involve temporary tables of)",
    ),
    ("second_primary_key", "42P16", r"multiple primary keys for table {table} are not allowed"),
    ("deadlock", "40P01", r"deadlock detected"),
    ("lock_not_available", "55P03", r"could not obtain lock on (?:row in )?relation {table}"),
    ("lock_not_available", "55P03", r"canceling statement due to lock timeout"),
    ("statement_timeout", "57014", r"canceling statement due to statement timeout"),
    ("pending_trigger_events", "55006", r"cannot (?P<statement>[A-Z]+ TABLE) {table} because it has pending trigger events"),
    ("table_in_use", "55006", r"cannot (?P<statement>[A-Z]+ TABLE) {table} because it is being used by active queries in this session"),
    ("enum_value_too_new", "55P04", r"unsafe use of new value {value} of enum type (?P<type>%type%)"),
    (
        "not_in_transaction",
        "25001",
        r"(?P<statement>[A-Z][A-Z ]+?)(?: \.\.\. [A-Z ]+)? cannot (?:run inside a transaction block|be executed from a function)",
    ),
    ("read_only", "25006", r"cannot execute (?P<statement>[A-Z ]*[A-Z]) in a read-only transaction"),
    ("out_of_shared_memory", "53200", r"out of shared memory"),
    ("permission_denied", "42501", r"permission denied for (?:table|schema|relation|sequence|view|database|column) (?P<bare>\S+)"),
    ("permission_denied", "42501", r"permission denied to create [a-z ]+(?: {type})?"),
    ("not_owner", "42501", r"must be owner of (?:table|relation|type|schema|sequence|view|index) (?P<bare>\S+)"),
    ("operator_missing", "42883", r"operator does not exist: (?P<operator>[^\n]+?)(?=\n|$|\")"),
    ("function_missing", "42883", r"function (?P<bare>[\w.\"]+\([^\n)]*\)) does not exist(?!, skipping)"),
    ("identity_column", "428C9", r"cannot insert a non-DEFAULT value into column {column}"),
    ("syntax", "42601", r"syntax error at (?:or near \"(?P<value>[^\n]*?)\"|end of input)"),
)

# What migration tools say of their own ledgers; the server said nothing.
TOOL_MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("tool_locked", "", r"Migration table is already locked"),  # Knex
    ("tool_locked", "", r"Could not acquire change log lock"),  # Liquibase
    ("tool_locked", "", r"Timed out trying to acquire a postgres advisory lock"),  # Prisma, P1002
    ("tool_locked", "", r"can't acquire (?:database )?lock"),  # golang-migrate
    ("ledger_dirty", "", r"Dirty database version (?P<bare>-?\d+)"),  # golang-migrate
    ("ledger_dirty", "", r"migrate found failed migrations in the target database"),  # Prisma, P3009
    ("ledger_dirty", "", r"Detected failed migration to version (?P<bare>[\w.]+)"),  # Flyway
    ("migration_gone", "", r"Can't locate revision identified by '(?P<bare>[^'\n]+)'"),  # Alembic
    ("migration_gone", "", r"The migration directory is corrupt, the following files are missing: (?P<bare>[^\n]+)"),  # Knex
    ("migration_gone", "", r"Detected applied migration not resolved locally: (?P<bare>[\w.]+)"),  # Flyway
)

# Nothing failed, and yet the thing that was wanted is not there.
NOTICES: tuple[tuple[str, str, str], ...] = (
    ("relation_skipped", "42P07", r"relation {table} already exists, skipping"),
    ("column_skipped", "42701", r"column {column} of relation {table} already exists, skipping"),
    (
        "missing_skipped",
        "00000",
        r"(?P<kind>table|index|constraint|column|view|type|relation) {bare}(?: of relation {table})? does not exist, skipping",
    ),
    ("name_truncated", "42622", r"identifier {constraint} will be truncated to {truncated}"),
    ("drop_cascaded", "00000", r"drop cascades to (?P<bare>constraint [^\n]+? on table [^\n]+|\d+ other objects|[^\n]+)"),
    ("no_transaction", "25P01", r"there is no transaction in progress"),
)

# They only say that something failed before.
ECHOES = frozenset({"transaction_aborted"})

# What an SQLSTATE means when no words of the server are there to read.
STATES: dict[str, str] = {
    "42804": "key_cannot_be_implemented", "42P21": "collations_differ", "42830": "no_matching_unique_key", "23503": "child_without_parent",
    "23001": "parent_still_referenced", "42P01": "relation_missing", "3F000": "schema_missing", "42703": "column_missing",
    "42710": "constraint_exists", "42P07": "relation_exists", "42701": "column_exists", "42501": "permission_denied",
    "42P16": "persistence_differs", "42809": "parent_is_no_table", "55P03": "lock_not_available", "57014": "statement_timeout",
    "55006": "pending_trigger_events", "25P02": "transaction_aborted", "2BP01": "others_depend", "42846": "type_not_cast",
    "22P02": "value_not_converted", "22007": "value_not_converted", "23502": "null_value", "23505": "duplicate_key",
    "23514": "check_violated", "40P01": "deadlock", "42601": "syntax",
    "53200": "out_of_shared_memory", "25001": "not_in_transaction", "25006": "read_only", "42883": "operator_missing",
    "22001": "value_too_long", "22003": "value_out_of_range", "428C9": "identity_column", "55P04": "enum_value_too_new",
    "23P01": "exclusion_violated",
}  # fmt: skip
