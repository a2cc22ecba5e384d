"""A whole restore in one transaction: what must go first, what of a dump comes back, and the psql that does it.

psql reads from our pipe and the last word, COMMIT, is written only when everything before it went well. Whoever is killed, and
whenever: without that word the server takes everything back.
"""

import os
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, LiteralString, NoReturn

from psycopg import conninfo

from dbdoctor.databases.postgresql.connection import Connection, hide_passwords, literal, parse_url, quoted
from dbdoctor.databases.postgresql.dump import DumpFailed
from dbdoctor.databases.postgresql.silent_keys import KeyName
from dbdoctor.databases.postgresql.snapshot import SchemaState, Snapshot

_SAME_TRANSACTION = "SELECT pg_catalog.set_config('dbdoctor.transaction', pg_catalog.pg_current_xact_id()::pg_catalog.text, true);\n"
_STILL_THE_SAME = """DO $same$ BEGIN
  IF pg_catalog.current_setting('dbdoctor.transaction', true) IS DISTINCT FROM pg_catalog.pg_current_xact_id()::pg_catalog.text THEN
    RAISE EXCEPTION 'a statement of the backup ended the transaction';
  END IF;
END $same$;
"""
READY_MARK = "dbdoctor: the tables are ours"
ANSWER_S = 30.0
_SQLSTATE = re.compile(r"\b(?:ERROR|FATAL):  ([0-9A-Z]{5}): ")
# What stays where it is: extensions and what belongs to the server's inner works rather than to the app.
_LEFT_ALONE = (
    "EXTENSION", "SCHEMA", "PROCEDURAL LANGUAGE", "LANGUAGE", "FOREIGN DATA WRAPPER", "SERVER", "FOREIGN SERVER", "USER MAPPING",
    "SUBSCRIPTION", "SUBSCRIPTION TABLE", "ACCESS METHOD", "TRANSFORM", "DATABASE",
)  # fmt: skip
_ABOUT_OTHERS = ("COMMENT - ", "ACL - ", "SECURITY LABEL - ")
# Settings that newer tools write and older servers do not know; only before the first statement, never in rows.
_NEW_SETTINGS = re.compile(rb"^SET (transaction_timeout|idle_session_timeout) = .*;$")
_ENTRY = r"^\d+; \d+ \d+ "
_BROKEN_KEY = re.compile(r"SCHEMA NAME:  (.*)\n.*TABLE NAME:  (.*)\n.*CONSTRAINT NAME:  (.*)\n")
_HEAD = re.compile(rb"^(--.*|\\restrict .*|BEGIN;|SET .*|SELECT pg_catalog\.set_config\(.*|)$")

# Everything of the app that a dump brings back, in the order in which it goes: triggers of events first, then what leans on
# others; CASCADE does the rest. Members of extensions and what is an inner part of something else are left out.
_TO_DROP: LiteralString = """
WITH app AS (SELECT oid FROM pg_namespace n
             WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'),
found(classid, objid, place) AS (
    SELECT 'pg_event_trigger'::regclass::oid, oid, 0 FROM pg_event_trigger
    UNION ALL SELECT 'pg_publication'::regclass, oid, 1 FROM pg_publication
    UNION ALL SELECT 'pg_cast'::regclass, oid, 2 FROM pg_cast WHERE oid >= 16384
    UNION ALL SELECT 'pg_class'::regclass, oid, CASE relkind WHEN 'r' THEN 3 WHEN 'p' THEN 3 WHEN 'f' THEN 3 WHEN 'S' THEN 5 ELSE 4 END
              FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND relnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_proc'::regclass, oid, 6 FROM pg_proc WHERE pronamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_opclass'::regclass, oid, 7 FROM pg_opclass WHERE opcnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, 8 FROM pg_opfamily WHERE opfnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_operator'::regclass, oid, 9 FROM pg_operator WHERE oprnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_type'::regclass, t.oid, 10 FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
              WHERE t.typnamespace IN (SELECT oid FROM app) AND t.typtype <> 'm' AND (t.typtype <> 'c' OR c.relkind = 'c')
                AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL SELECT 'pg_collation'::regclass, oid, 11 FROM pg_collation WHERE collnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_conversion'::regclass, oid, 11 FROM pg_conversion WHERE connamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, 11 FROM pg_ts_config WHERE cfgnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, 12 FROM pg_ts_dict WHERE dictnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, 13 FROM pg_ts_parser WHERE prsnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_ts_template'::regclass, oid, 13 FROM pg_ts_template WHERE tmplnamespace IN (SELECT oid FROM app)
    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, 14 FROM pg_statistic_ext WHERE stxnamespace IN (SELECT oid FROM app))
SELECT CASE WHEN i.type = 'statistics object' THEN 'STATISTICS' WHEN f.classid = 'pg_proc'::regclass THEN 'ROUTINE' ELSE upper(i.type) END,
       i.identity
FROM found f CROSS JOIN LATERAL pg_identify_object(f.classid, f.objid, 0) i
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = f.classid AND d.objid = f.objid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
ORDER BY f.place, f.objid"""

_NEW_SCHEMAS: LiteralString = """
SELECT nspname FROM pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor' AND n.nspname <> ALL (%s)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')"""

# Default privileges as they are, so that what is made anew does not get them before its own are restored.
_DEFAULT_PRIVILEGES: LiteralString = """
SELECT quote_ident(pg_get_userbyid(d.defaclrole)), COALESCE(quote_ident(n.nspname), ''),
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
                            WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END,
       ARRAY(SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
             FROM aclexplode(d.defaclacl) a)
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace"""

_OWNED_BY_OTHERS: LiteralString = """
SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
  AND NOT pg_has_role(c.relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1"""

_TABLES_TO_LOCK: LiteralString = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1"""

# One transaction drops and makes everything: each object is locked, and each relation twice.
_LOCKS: LiteralString = """
WITH app AS (SELECT oid FROM pg_namespace WHERE nspname <> 'information_schema' AND (nspname !~ '^pg_' OR nspname = 'pg_toast')),
slots AS (SELECT current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint AS sessions)
SELECT ceil(((SELECT 2 * count(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM app))
           + (SELECT count(*) FROM pg_type WHERE typnamespace IN (SELECT oid FROM app))
           + (SELECT count(*) FROM pg_constraint WHERE connamespace IN (SELECT oid FROM app))
           + (SELECT count(*) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM app))
           + (SELECT count(*) FROM pg_attrdef) + (SELECT count(*) FROM pg_trigger)) * 1.0 / sessions)::bigint,
       current_setting('max_locks_per_transaction')::bigint
FROM slots"""

_EXTENSION_TABLES: LiteralString = """
SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.relkind IN ('r', 'p', 'S')"""


class RestoreSession:
    """A psql with one open transaction; statements go in, `commit` ends it well, anything else undoes all of it."""

    def __init__(self, tools: Path, url: str) -> None:
        target = parse_url(url)
        parts = conninfo.conninfo_to_dict(url)
        parts.pop("password", None)
        environment = {**os.environ, "PGAPPNAME": "dbdoctor", **({"PGPASSWORD": target.password} if target.password else {})}
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--no-password", "--output=/dev/null"]
        self._secrets = target.secrets
        self._process = subprocess.Popen(
            [str(tools / "psql"), *options, "--dbname", conninfo.make_conninfo("", **parts), "--file=-"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._said: list[bytes] = []
        self._marked = False
        self._ready = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        pipe = self._process.stderr
        for line in pipe or ():
            if READY_MARK.encode() in line:
                self._marked = True
                self._ready.set()
            elif len(self._said) < 200:  # noqa: PLR2004 -- the first error is what counts
                self._said.append(line)
        self._ready.set()

    def take_tables(self, tables: Sequence[str], *, lock_timeout_s: float, patience_s: float) -> None:
        """Begin, and keep others from writing to the tables; readers may go on. Raises DumpFailed with `sqlstate` where it cannot."""
        self.send(f"BEGIN;\n{_SAME_TRANSACTION}SET client_min_messages = notice;\nSET statement_timeout = 0;\n")
        # Where the server can, it notices within half a second that we are gone, even in the middle of a long statement.
        self.send("SELECT set_config(name, '500ms', false) FROM pg_settings WHERE name = 'client_connection_check_interval';\n")
        self.send(f"SET lock_timeout = '{int(lock_timeout_s * 1000)}ms';\n")
        for table in tables:
            self.send(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;\n")
        self.send(f"DO $ready$ BEGIN RAISE NOTICE '{READY_MARK}'; END $ready$;\nSET client_min_messages = warning;\n")
        self._ready.wait(patience_s)
        if not self._marked:
            self.give_up()

    def send(self, text: str) -> None:
        """Hand over statements now; where psql has ended already its own words are raised."""
        self.send_bytes(text.encode(errors="surrogateescape"))
        try:
            self._stdin.flush()
        except BrokenPipeError:
            self.give_up()

    def send_bytes(self, data: bytes) -> None:
        """Hand over a part of a script, in its own time."""
        try:
            self._stdin.write(data)
        except BrokenPipeError:
            self.give_up()

    def commit(self) -> None:
        """The last word; returns when the server has said yes."""
        self.send(f"{_STILL_THE_SAME}COMMIT;\n")
        self._stdin.close()
        self._process.wait()
        self._listener.join(ANSWER_S)
        if self._process.returncode != 0:
            raise self._failure()

    def give_up(self) -> NoReturn:
        """End psql without COMMIT and raise what it said."""
        self.close()
        raise self._failure()

    def close(self) -> None:
        """End psql; whatever was not committed is taken back by the server."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        self._listener.join(ANSWER_S)
        for pipe in (self._process.stdin, self._process.stderr):
            try:
                if pipe:
                    pipe.close()
            except BrokenPipeError:
                continue

    @property
    def _stdin(self) -> IO[bytes]:
        pipe = self._process.stdin
        if pipe is None:
            raise DumpFailed("psql has no pipe.")
        return pipe

    def _failure(self) -> "RestoreStopped":
        said = hide_passwords(b"".join(self._said).decode(errors="replace"), secrets=self._secrets).strip()
        found, key = _SQLSTATE.search(said), _BROKEN_KEY.search(f"{said}\n")
        return RestoreStopped(said[-1500:], sqlstate=found[1] if found else "", key=KeyName(*key.groups()) if key else None)


class RestoreStopped(DumpFailed):
    """psql could not do one of the statements; nothing was changed."""

    def __init__(self, said: str, *, sqlstate: str, key: KeyName | None = None) -> None:
        super().__init__(f"The restore was stopped and taken back: {said or 'psql was ended'}", next_step="The database is as it was.")
        self.sqlstate = sqlstate
        self.key = key


def tables_to_lock(connection: Connection) -> list[str]:
    """Every table of the app, quoted."""
    return [str(row[0]) for row in connection.execute(_TABLES_TO_LOCK).fetchall()]


def locks_per_transaction(connection: Connection) -> tuple[int, int]:
    """The `max_locks_per_transaction` a restore may need, and the one the server has."""
    needed, there = connection.execute(_LOCKS).fetchall()[0]
    return int(needed), int(there)


def owners_out_of_reach(connection: Connection) -> list[str]:
    """Owners of app objects whose rights this user does not have: it could not drop and restore those."""
    return [str(row[0]) for row in connection.execute(_OWNED_BY_OTHERS).fetchall()]


def statements_before(connection: Connection, before: Snapshot) -> Iterator[str]:
    """Take away everything the dump brings back, and what came after it; schemas are then as they were, but empty."""
    for kind, identity in connection.execute(_TO_DROP).fetchall():
        yield f"DROP {kind} IF EXISTS {identity} CASCADE;\n"
    yield "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata;\n"
    known = [schema.name for schema in before.schemas]
    for (name,) in connection.execute(_NEW_SCHEMAS, (known,)).fetchall():
        yield f"DROP SCHEMA {quoted(name)} CASCADE;\n"
    for role, schema, kind, grantees in connection.execute(_DEFAULT_PRIVILEGES).fetchall():
        head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {role}" + (f" IN SCHEMA {schema}" if schema else "")
        for grantee in grantees:
            yield f"{head} REVOKE ALL ON {kind} FROM {grantee};\n"
        if not schema:  # back to what holds without any entry, so that the entry goes
            yield f"{head} GRANT ALL ON {kind} TO {role};\n"
            yield f"{head} GRANT EXECUTE ON FUNCTIONS TO PUBLIC;\n" if kind == "FUNCTIONS" else ""
            yield f"{head} GRANT USAGE ON TYPES TO PUBLIC;\n" if kind == "TYPES" else ""


def schema_statements(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Make schemas that are gone, and give those that differ their owner, comment and privileges back."""
    there = {schema.name: schema for schema in now.schemas}
    for schema in before.schemas:
        found, name = there.get(schema.name), quoted(schema.name)
        if found == schema:
            continue
        if found is None:
            yield f"CREATE SCHEMA {name};\n"
        if found is None or found.owner != schema.owner:
            yield f"ALTER SCHEMA {name} OWNER TO {quoted(schema.owner)};\n"
        yield f"COMMENT ON SCHEMA {name} IS {literal(schema.comment) if schema.comment else 'NULL'};\n"
        yield from _privileges(name, schema, found)


def _privileges(name: str, schema: SchemaState, found: SchemaState | None) -> Iterator[str]:
    grantees = {text.rsplit(" ", 2 if text.endswith(" GRANTABLE") else 1)[0] for text in (found.privileges if found else ())}
    for grantee in sorted(grantees | {quoted(schema.owner)}):
        yield f"REVOKE ALL ON SCHEMA {name} FROM {grantee} CASCADE;\n"
    for text in schema.privileges:
        plain = text.removesuffix(" GRANTABLE")
        grantee, privilege = plain.rsplit(" ", 1)
        yield f"GRANT {privilege} ON SCHEMA {name} TO {grantee}{' WITH GRANT OPTION' if plain != text else ''};\n"


def dump_script(connection: Connection, tools: Path, file: Path, *, apart: Sequence[str] = ()) -> Iterator[bytes]:
    """The dump as a script, line by line, without what stays where it is and the entries `apart`; raises DumpFailed for a broken file."""
    chosen = file.with_suffix(".list")
    kept = [entry for entry in entries_to_restore(connection, tools, file) if entry not in apart]
    chosen.write_text("\n".join(kept) + "\n", errors="surrogateescape")
    try:
        with subprocess.Popen(
            # Without --single-transaction large objects would come with a BEGIN and a COMMIT of their own.
            [str(tools / "pg_restore"), "--single-transaction", f"--use-list={chosen}", "--file=-", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            yield from _without_frame(process.stdout or ())
            said = (process.stderr.read() if process.stderr else b"").decode(errors="replace")
        if process.returncode != 0:
            message = f"pg_restore cannot read the backup: {said.strip()[-500:]}"
            raise DumpFailed(message, next_step=f"Check that {file} is whole.")
    finally:
        chosen.unlink(missing_ok=True)


def key_entries(entries: Sequence[str], keys: Iterable[KeyName], before: Snapshot) -> dict[KeyName, str]:
    """Which entry of the dump makes which of the foreign keys."""
    owners = {(table.schema, table.name): table.owner for table in before.tables}
    wanted = {f"FK CONSTRAINT {k.schema} {k.table} {k.name} {owners.get((k.schema, k.table), '')}": k for k in keys}
    named = {re.sub(_ENTRY, "", entry): entry for entry in entries}
    return {key: named[text] for text, key in wanted.items() if text in named}


def _without_frame(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A script in one transaction without its BEGIN and COMMIT (ours is around it) and without settings older servers do not know.

    The same words may be rows of a table: BEGIN and settings count before the first statement only, COMMIT after the last one only.
    """
    held: list[bytes] = []
    in_head = True
    for line in lines:
        text = line.rstrip()
        in_head = in_head and bool(_HEAD.match(text))
        if in_head and (text == b"BEGIN;" or _NEW_SETTINGS.match(text)):
            continue
        if text == b"COMMIT;" or (held and (not text or text.startswith((b"--", b"\\unrestrict ")))):
            held.append(line)
            continue
        yield from held
        held = []
        yield line
    yield from (line for line in held[1:] if line.startswith(b"\\"))


def entries_to_restore(connection: Connection, tools: Path, file: Path) -> list[str]:
    """The lines of the dump's table of contents that name what a restore brings back."""
    listed = subprocess.run([str(tools / "pg_restore"), "--list", str(file)], capture_output=True, check=False)
    if listed.returncode != 0:
        message = f"pg_restore cannot read the backup: {listed.stderr.decode(errors='replace').strip()[-500:]}"
        raise DumpFailed(message, next_step=f"Check that {file} is whole.")
    aside = tuple(f"{about}{kind} " for about in ("", *_ABOUT_OTHERS) for kind in _LEFT_ALONE)
    # An extension's own tables were not dropped, so their rows are still there.
    members = connection.execute(_EXTENSION_TABLES).fetchall()
    exactly = {f"{kind} {schema} {name} {owner}" for schema, name, owner in members for kind in ("TABLE DATA", "SEQUENCE SET")}
    lines = [(line, re.sub(_ENTRY, "", line)) for line in listed.stdout.decode(errors="surrogateescape").split("\n")]
    return [line for line, entry in lines if not entry.startswith(aside) and entry not in exactly]
