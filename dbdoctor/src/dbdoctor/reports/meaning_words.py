"""What PostgreSQL's errors mean in plain words: what it says, what to do, and what a careless fix breaks. `{table}` is filled in."""

from typing import NamedTuple


class ErrorWords(NamedTuple):
    """One error for people."""

    means: str
    do: str
    careless: str


THERE = "Compare what is there with what is wanted. If they are equal, record the migration as applied; otherwise add only what is missing."
RETRY = "Try again when nobody is writing, with a short lock_timeout (1 s) and several attempts."

WORDS: dict[str, ErrorWords] = {
    "key_cannot_be_implemented": ErrorWords(
        "The key {constraint} would compare two columns whose types have no common equality{types}.",
        "Change the child column to the parent's type, after counting which values convert. An empty column converts for free.",
        "Dropping and adding the column loses its values. Changing the parent breaks its other children.",
    ),
    "collations_differ": ErrorWords(
        "The key {constraint} would compare text by two collations, one of which is nondeterministic.",
        "Give the child column the parent's collation.",
        "Changing the parent's collation changes what counts as equal there: rows may become duplicates.",
    ),
    "type_not_cast": ErrorWords(
        "{column} has to become {type}, and PostgreSQL does not turn its values into that by itself.",
        "Count the values that convert first; then ALTER … TYPE {type} USING an expression that you have checked.",
        "USING on unchecked values stops half-way at the first bad one, or turns what nobody expected into something else.",
    ),
    "default_not_cast": ErrorWords(
        "The default of {column} does not fit the type {type} that the column is to have.",
        "Drop the default, change the type, set a default of the new type: three actions of one ALTER TABLE.",
        "Leaving the default away for good makes later inserts fail or write NULL.",
    ),
    "expression_type": ErrorWords(
        "{column} gets a value of another type than it has.",
        "Make the column and the value one type; see which of the two the rest of the app uses.",
        "A cast in one statement leaves the columns different, and the key between them still impossible.",
    ),
    "no_matching_unique_key": ErrorWords(
        "A key wants to point at columns of {parent} on which there is no unique key, or only a partial, invalid or deferrable one.",
        "Look for duplicates, then make the columns unique: an index built CONCURRENTLY, then a constraint USING it.",
        "Deleting duplicates to get there loses rows; pointing the key at id instead changes what it means.",
    ),
    "column_counts_disagree": ErrorWords(
        "The key names another number of columns than the parent's key has, or one of them twice.",
        "Name the same columns on both sides, in the order of the parent's key.",
        "Leaving a column out makes the key point at several parents at once.",
    ),
    "deferrable_parent_key": ErrorWords(
        "The unique key of {parent} is DEFERRABLE: it may be broken for a while, so no foreign key may lean on it.",
        "Make an immediate unique key on the same columns of {parent}, then the foreign key.",
        "Dropping the deferrable one breaks the transactions that rely on it.",
    ),
    "no_primary_key": ErrorWords(
        "{parent} has no primary key, and the foreign key names no columns of it.",
        "Restore the primary key (imports and copies lose it), after looking for duplicates.",
        "A primary key on other columns makes every later key point at the wrong thing.",
    ),
    "type_missing": ErrorWords(
        "The type {type} does not exist here.",
        "Run the migration or extension that makes it first; look whether it is in another schema or spelled in capitals.",
        "Making the column text instead lets in every value that the type was meant to keep out.",
    ),
    "constraint_missing": ErrorWords(
        "{table} has no constraint {constraint}.",
        "Look for an equal constraint of another name (tools name them differently), and use that name.",
        "IF EXISTS passes over it: the old constraint stays under its other name.",
    ),
    "index_missing": ErrorWords(
        "There is no index {constraint} on the search path.",
        "Look for an equal index of another name or in another schema.",
        "IF EXISTS passes over it: the old index stays under its other name.",
    ),
    "role_missing": ErrorWords(
        "The role {role} does not exist on this server; roles do not come along with a dump.",
        "Make the role, or restore with --no-owner --no-privileges.",
        "Making it a superuser opens everything.",
    ),
    "child_without_parent": ErrorWords(
        "{table} holds, or is to get, a value that no row of {parent} has: the key {constraint} forbids it{value}.",
        "Count such rows with an anti-join. NOT VALID keeps them for now (new rows are checked); then decide: empty, re-assign, move away.",
        "Deleting the rows loses what people wrote; invented parents are worse. A 0 or −1 may stand for “none”.",
    ),
    "parent_still_referenced": ErrorWords(
        "Rows of {table} still point at the row of {parent} that is to be changed or deleted ({constraint}){value}.",
        "Deal with those rows first, or give the key the ON DELETE action that is meant.",
        "CASCADE deletes the children too, and theirs.",
    ),
    "relation_missing": ErrorWords(
        "There is no table {table} where PostgreSQL looks for it.",
        "See whether it is made by a later migration, spelled with other capitals, or in a schema off the search path.",
        "An empty stand-in of that name hides the real table, and its keys point at nothing.",
    ),
    "schema_missing": ErrorWords(
        "The schema {schema} does not exist, or the search path names none that does.",
        "Create it, or set the search path of the role that migrates.",
        "Putting everything into public mixes tenants or apps that were kept apart.",
    ),
    "column_missing": ErrorWords(
        "There is no column {column}{of_table}. PostgreSQL says the same for both sides of a key.",
        "Look whether it has other capitals or an underscore, or whether an earlier migration did not run; else add it, nullable.",
        "NOT NULL with a default of 0 makes every old row an orphan.",
    ),
    "constraint_exists": ErrorWords(
        "{table} already has a constraint {constraint}; names are cut at 63 bytes, so two long ones may meet.",
        "Compare the two definitions. Equal: the migration's work is done, record it. Different: take another name.",
        "Dropping and adding it again locks both tables and leaves a moment without the key.",
    ),
    "relation_exists": ErrorWords(
        "There is a table, index or view {table} already: an earlier try got that far, or another tool made it.",
        THERE,
        "IF NOT EXISTS hides differences, and the keys in the statement are not made. DROP loses the rows.",
    ),
    "column_exists": ErrorWords(
        "{table} has a column {column} already: an earlier try got that far.",
        THERE,
        "IF NOT EXISTS hides another type, and skips the key that stands in the same clause. DROP loses the values.",
    ),
    "type_exists": ErrorWords(
        "There is a type {type} already: an earlier try got that far.", THERE, "CASCADE on the type takes every column of that type away."
    ),
    "trigger_exists": ErrorWords(
        "{table} already has a trigger or policy {constraint}.", THERE, "Two triggers that do the same do it twice."
    ),
    "permission_denied": ErrorWords(
        "The role may not do this to {bare}. A key needs REFERENCES on the parent, which is not the same as SELECT.",
        "Let the parent's owner run GRANT REFERENCES; since PostgreSQL 15 the schema public needs CREATE granted too.",
        "Migrating as superuser makes objects that the app's role does not own.",
    ),
    "not_owner": ErrorWords(
        "Only the owner of {bare} may alter it, whatever was granted.",
        "Migrate as the owner, or make the migrating role a member of the owner's role.",
        "Changing the owner takes the rights of whoever relies on it.",
    ),
    "persistence_differs": ErrorWords(
        "A key between a permanent table and a temporary or unlogged one: one of them may vanish.",
        "Make both the same: ALTER TABLE … SET LOGGED for an unlogged one.",
        "Making the permanent table unlogged loses its rows after a crash.",
    ),
    "parent_is_no_table": ErrorWords(
        "The key points at {parent}, which is a view, a materialised view or a foreign table.",
        "Point it at the table behind the view.",
        "A copy of the view as a table goes stale the next minute.",
    ),
    "not_valid_on_partitions": ErrorWords(
        "Before PostgreSQL 18 a key on the partitioned table {table} cannot be added NOT VALID.",
        "Add it NOT VALID to each partition and validate there, or add it at once in a quiet moment.",
        "Adding it at once in busy hours blocks writers for the whole scan.",
    ),
    "not_a_table": ErrorWords(
        "{table} is not a table, and this can only be done to one.",
        "Change the table behind it; a view is made again afterwards.",
        "Dropping the view with CASCADE takes the views above it away.",
    ),
    "partition_key_missing": ErrorWords(
        "A unique key of a partitioned table must hold the columns it is partitioned by.",
        "Add them to the key, or make the key on each partition if the rest is unique by design.",
        "A unique index on each partition alone does not keep duplicates out between partitions.",
    ),
    "no_partition": ErrorWords(
        "{table} is partitioned, and none of its partitions takes this row.",
        "Make the partition that is missing (or a default one), then try again.",
        "A default partition that fills up has to be emptied before the right one can be made.",
    ),
    "system_column": ErrorWords(
        "A key cannot use ctid, xmin or another system column.",
        "Use a column of the table's own.",
        "A copy of ctid is wrong after the next update.",
    ),
    "generated_column_action": ErrorWords(
        "SET NULL or SET DEFAULT would have to write a generated column, which computes its own value.",
        "Use NO ACTION or CASCADE, or put the action on the column it is computed from.",
        "Making the column an ordinary one stops its computing.",
    ),
    "second_primary_key": ErrorWords(
        "{table} has a primary key already.", THERE, "Dropping the old one takes the foreign keys that lean on it along."
    ),
    "lock_not_available": ErrorWords(
        "Somebody holds the table, and the time to wait for it was over. Nothing was changed.",
        RETRY,
        "A longer timeout makes everybody queue behind the waiting statement: the app stands still.",
    ),
    "statement_timeout": ErrorWords(
        "The statement took longer than statement_timeout allows, and was ended.",
        "Make it smaller (NOT VALID then VALIDATE, an index CONCURRENTLY), or raise the limit for this session alone.",
        "An index CONCURRENTLY that was ended leaves an INVALID index behind.",
    ),
    "deadlock": ErrorWords(
        "Two transactions waited for each other, and this one was ended.",
        "Try again; lock the tables in the same order everywhere.",
        "Retrying at once from both sides meets again.",
    ),
    "pending_trigger_events": ErrorWords(
        "In this transaction rows of {table} were written whose deferred keys have not been checked yet.",
        "SET CONSTRAINTS ALL IMMEDIATE before the ALTER, or make two transactions of it.",
        "Disabling the triggers leaves keys that say they are valid and guard nothing.",
    ),
    "table_in_use": ErrorWords(
        "The same session still has a query or cursor open on {table}.",
        "Finish or close it first.",
        "Ending other sessions does not help: it is this one.",
    ),
    "transaction_aborted": ErrorWords(
        "Only an echo: a statement before this one failed, and the transaction takes no more.",
        "Find the first error in the log. That one is the cause.",
        "Mending the last statement changes nothing.",
    ),
    "others_depend": ErrorWords(
        "Keys, views or other objects rest on what is to be dropped.",
        "Read the DETAIL: each of them has to be dropped, changed or kept on purpose.",
        "CASCADE takes all of them away, foreign keys in silence.",
    ),
    "column_used_elsewhere": ErrorWords(
        "A view, rule, policy or generated column uses the column whose type is to change.",
        "Take it down, change the type, put it up again as it was, in one transaction.",
        "CASCADE loses its definition and its grants.",
    ),
    "truncate_referenced": ErrorWords(
        "Other tables have keys to this one, so it cannot be emptied alone.",
        "Truncate them together if all of them may be emptied, or DELETE with a condition.",
        "With CASCADE the children are emptied as well.",
    ),
    "value_not_converted": ErrorWords(
        "{quoted_value} cannot be read as {type}.",
        "Count all values that cannot, and decide what they are meant to be before the type changes.",
        "Setting them to NULL loses what they said; a second column keeps it.",
    ),
    "value_too_long": ErrorWords(
        "A value is longer than {type} allows.",
        "Find the longest ones; make the column longer or text, which costs nothing.",
        "Cutting them off makes two different values the same.",
    ),
    "value_out_of_range": ErrorWords(
        "A value is too large for {type}: often an int column that points at a bigint.",
        "Make the child column bigint like its parent.",
        "Cutting the parent down to int fails at the first large id.",
    ),
    "null_value": ErrorWords(
        "{column} may not be NULL, and NULL was written: by the statement itself, or by ON DELETE SET NULL.",
        "Look at the CONTEXT: if a delete caused it, the key's action and the column contradict each other. Choose one.",
        "Dropping NOT NULL lets NULLs into code that expects none.",
    ),
    "column_contains_nulls": ErrorWords(
        "{column} is to be NOT NULL, and rows have no value for it.",
        "Fill it first (in batches), then SET NOT NULL; a valid CHECK (… IS NOT NULL) spares the scan.",
        "A default like 0 for a key's column makes orphans.",
    ),
    "duplicates": ErrorWords(
        "{constraint} cannot be made unique: values occur more than once.",
        "List them with GROUP BY … HAVING count(*) > 1 and decide which row counts.",
        "Deleting “the newer one” loses what hangs on it.",
    ),
    "duplicate_key": ErrorWords(
        "A row with that value of {constraint} exists already{value}.",
        "If a migration inserts rows: it ran before, in part. If a sequence lags behind after an import: set it to max(id).",
        "ON CONFLICT DO NOTHING hides rows that were to be different.",
    ),
    "check_violated": ErrorWords(
        "Rows contradict the check {constraint}.",
        "Count them, then decide: mend the rows, or add the check NOT VALID so that new rows are held to it.",
        "Dropping the check lets more of them in.",
    ),
    "exclusion_violated": ErrorWords(
        "Two rows overlap where {constraint} forbids it.",
        "List the pairs that overlap and decide which holds.",
        "Deleting one of each pair loses bookings.",
    ),
    "operator_missing": ErrorWords(
        "The two sides have types that cannot be compared: {operator}.",
        "Make the columns one type; a join between them is a key that nobody could make.",
        "A cast in the query reads the whole table each time.",
    ),
    "function_missing": ErrorWords(
        "There is no function {bare} on the search path.",
        "Create the extension it comes from (uuid-ossp, pgcrypto), or use gen_random_uuid(), which is built in since 13.",
        "A hand-made function of that name may answer differently.",
    ),
    "identity_column": ErrorWords(
        "{column} is GENERATED ALWAYS, and a value was given for it.",
        "Leave it out, or say OVERRIDING SYSTEM VALUE and set the sequence afterwards.",
        "Turning it to BY DEFAULT lets ids collide later.",
    ),
    "enum_value_too_new": ErrorWords(
        "The enum's new value cannot be used in the transaction that added it.",
        "Commit after ALTER TYPE … ADD VALUE: two migrations.",
        "A new type beside the old one has to be copied over.",
    ),
    "not_in_transaction": ErrorWords(
        "{statement} cannot run inside a transaction, and the migration tool opens one.",
        "Switch the transaction off for this migration (each tool has a flag for it).",
        "Leaving CONCURRENTLY out blocks writers while the index is built.",
    ),
    "read_only": ErrorWords(
        "The session is read-only: a replica, or default_transaction_read_only.",
        "Connect to the primary with the role that migrates.",
        "Promoting a replica splits the database in two.",
    ),
    "out_of_shared_memory": ErrorWords(
        "One transaction locked more tables than max_locks_per_transaction provides for.",
        "Split the migration, or raise max_locks_per_transaction (it takes a restart).",
        "A larger shared_buffers does not help.",
    ),
    "syntax": ErrorWords(
        "PostgreSQL cannot read the statement near {quoted_value}.",
        "Look at the words before that place; migrations written for MySQL have other quotes and AUTO_INCREMENT.",
        "Quoting everything makes names that are spelled with capitals for ever.",
    ),
    "tool_locked": ErrorWords(
        "The migration tool found its own lock taken: another run is under way, or a killed one left it.",
        "See whether a session still holds it; if none does, release it with the tool's own command (knex migrate:unlock, releaseLocks).",
        "Releasing the lock of a run that is still going lets two of them migrate at once.",
    ),
    "ledger_dirty": ErrorWords(
        "The ledger says that a migration failed half-way ({bare}); nobody knows yet how much of it is in effect.",
        "Compare what it makes with the catalog, then finish or take back the rest, and only then tell the ledger.",
        "Forcing the version says it is done, whether it is or not.",
    ),
    "migration_gone": ErrorWords(
        "The ledger knows a migration that the app's folder does not have ({bare}): another branch, or a file renamed or removed.",
        "Find the file in the history of the code, or look at what it made before the ledger forgets it.",
        "Deleting the ledger's row makes a later run repeat what is there already.",
    ),
    "relation_skipped": ErrorWords(
        "{table} was there already, so nothing in that CREATE happened: its columns and keys were not made.",
        THERE,
        "The migration is recorded as done, and the key is missing.",
    ),
    "column_skipped": ErrorWords(
        "{table}.{column} was there already, so the clause was skipped, with the REFERENCES in it.",
        THERE,
        "The migration is recorded as done, and the key is missing.",
    ),
    "missing_skipped": ErrorWords(
        "There was no {bare} to drop under that name: what was meant may still be there under another.",
        "Look for an equal one of another name, or in another schema.",
        "Two constraints that say the same slow every write.",
    ),
    "name_truncated": ErrorWords(
        "The name {constraint} is longer than 63 bytes; PostgreSQL cut it to {truncated}.",
        "Give a shorter name; the migration's next mention of the long one is cut the same way, other tools' is not.",
        "Two long names that begin alike become one.",
    ),
    "drop_cascaded": ErrorWords(
        "CASCADE took more along: {bare}.",
        "Look whether a foreign key was among it, and make it again.",
        "Nobody notices until orphans are there.",
    ),
    "no_transaction": ErrorWords(
        "A COMMIT or ROLLBACK without a transaction: the statements before were each in effect at once.",
        "See which of them are in effect before running the migration again.",
        "A ROLLBACK that did nothing looks like safety.",
    ),
}
