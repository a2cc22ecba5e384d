"""Foreign keys that a dump cannot bring back as they were: switched off, or said to be valid over rows that break them."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql import ddl
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, literal, sql_text
from dbdoctor.databases.postgresql.dump import DumpFailed

_SWITCHED: LiteralString = """
SELECT n.nspname, c.relname, k.conname, f.proname, t.tgenabled::text
FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgisinternal AND t.tgenabled <> 'O' AND k.contype = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor' ORDER BY 1, 2, 3, 4"""

# A role or database whose sessions say that they are a replica's: no key is looked at for them.
_DEAF: LiteralString = """
SELECT concat_ws(' in ', 'role ' || quote_ident(r.rolname), 'database ' || quote_ident(d.datname))
FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND EXISTS (SELECT FROM unnest(s.setconfig) one WHERE one ILIKE 'session_replication_role=replica') ORDER BY 1"""

_WORDS = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


class KeyName(msgspec.Struct, frozen=True, order=True):
    """A constraint with the schema and table it is on."""

    schema: str
    table: str
    name: str


class SwitchedTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger of a foreign key that is not simply on; `function` tells which of its four it is, `state` as in pg_trigger."""

    key: KeyName
    function: str
    state: str


def switched_triggers(connection: Connection) -> tuple[SwitchedTrigger, ...]:
    """Every such trigger of the app's keys."""
    rows = connection.execute(_SWITCHED).fetchall()
    return tuple(SwitchedTrigger(key=KeyName(*row[:3]), function=row[3], state=row[4]) for row in rows)


def sessions_without_keys(connection: Connection) -> list[str]:
    """Roles and databases whose sessions begin with `session_replication_role = replica`: for them no key holds."""
    server: LiteralString = "SELECT 'server' FROM pg_settings WHERE name = 'session_replication_role' AND reset_val = 'replica'"
    named = [str(row[0]) for row in connection.execute(_DEAF).fetchall()]
    return named or [str(row[0]) for row in connection.execute(server).fetchall()]


def key_scripts(tools: Path, file: Path, entries: Sequence[str]) -> Iterator[str]:
    """The statements that make the keys of these entries of a dump, without looking at the rows that are there."""
    chosen = file.with_suffix(".keys")
    for entry in entries:
        chosen.write_text(f"{entry}\n", errors="surrogateescape")
        try:
            done = subprocess.run(
                [str(tools / "pg_restore"), f"--use-list={chosen}", "--file=-", str(file)], capture_output=True, check=False
            )
        finally:
            chosen.unlink()
        text = done.stdout.decode(errors="surrogateescape")
        statement = text[text.find("\nALTER TABLE ") + 1 :].split(";\n", maxsplit=1)[0]
        if done.returncode != 0 or not statement.startswith("ALTER TABLE "):
            raise DumpFailed(f"pg_restore cannot read a key out of the backup: {entry}", next_step=f"Check that {file} is whole.")
        yield f"{statement.removesuffix(' NOT VALID')} NOT VALID;\n"


def as_they_were(keys: Sequence[KeyName], switched: Sequence[SwitchedTrigger]) -> Iterator[str]:
    """Statements that call `keys` valid, as they did before, and switch triggers as they were; both take a superuser."""
    for key in keys:
        yield (
            "UPDATE pg_catalog.pg_constraint k SET convalidated = true FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n"
            f" WHERE c.oid = k.conrelid AND n.oid = c.relnamespace AND {_is(key)};\n"
        )
    for trigger in switched:
        yield f"""DO $switch$ DECLARE t record; BEGIN
  FOR t IN SELECT g.tgrelid::pg_catalog.regclass AS place, g.tgname FROM pg_catalog.pg_trigger g
    JOIN pg_catalog.pg_constraint k ON k.oid = g.tgconstraint JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE {_is(trigger.key)} AND f.proname = {literal(trigger.function)}
  LOOP EXECUTE pg_catalog.format('ALTER TABLE %s {_WORDS[trigger.state]} TRIGGER %I', t.place, t.tgname); END LOOP;
END $switch$;
"""


def make_as_they_were(copy: Connection, source: Connection) -> int:
    """Make the keys that a restore into `copy` refused, and switch triggers as in `source`; returns how many keys were wanting.

    A key that is called valid over rows that break it cannot be made anew as it is: it is made without a look at the rows, and then called
    valid. Needs a superuser on the copy.
    """
    there = {(key.child, key.name) for key in read_catalog(copy).foreign_keys()}
    wanting = [key for key in read_catalog(source).foreign_keys() if (key.child, key.name) not in there]
    for key in wanting:
        definition = key.definition.removesuffix(" NOT VALID")
        copy.execute(sql_text(ddl.add_constraint(key.child, key.name, f"{definition} NOT VALID")))
    valid = [KeyName(schema=key.child.schema, table=key.child.name, name=key.name) for key in wanting if key.validated]
    for statement in as_they_were(valid, switched_triggers(source)):
        copy.execute(sql_text(statement))
    return len(wanting)


def _is(key: KeyName) -> str:
    return f"n.nspname = {literal(key.schema)} AND c.relname = {literal(key.table)} AND k.conname = {literal(key.name)}"
