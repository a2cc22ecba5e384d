"""pg_dump, pg_restore and psql of the right version: the copy for rehearsal, the backup, the schema as text."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg import conninfo

from dbdoctor.databases.postgresql.connection import hide_passwords, parse_url
from dbdoctor.errors import DoctorError

# Settings that newer dump tools write and older servers do not know.
_NEW_SETTINGS = re.compile(r"^SET (transaction_timeout|idle_session_timeout) = .*;$")
_VOLATILE = re.compile(r"^(--|\\(un)?restrict |SET |SELECT pg_catalog\.set_config|$)")


class DumpFailed(DoctorError):
    """pg_dump, pg_restore or psql did not finish."""

    kind = "failed"


def run_client(tools: Path, program: str, arguments: Sequence[str], *, url: str) -> str:
    """Run a client program against `url` and return what it printed; the password travels in the environment only."""
    target = parse_url(url)
    parts = conninfo.conninfo_to_dict(url)
    parts.pop("password", None)
    environment = {**os.environ, "PGPASSWORD": target.password} if target.password else dict(os.environ)
    command = [str(tools / program), *arguments, "--no-password", "--dbname", conninfo.make_conninfo("", **parts)]
    done = subprocess.run(command, env={**environment, "PGAPPNAME": "dbdoctor"}, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        said = hide_passwords(done.stderr.decode(errors="replace"), secrets=target.secrets).strip()
        message = f"{program} failed: {said[-1500:]}"
        raise DumpFailed(message, next_step="Nothing was changed. The user of the address must be able to read every table.")
    return done.stdout.decode(errors="replace")


def dump_to_file(tools: Path, url: str, file: Path, *, exclude_schema: str = "dbdoctor") -> int:
    """Dump the whole database in custom format, readable by the owner only; returns the size in bytes."""
    file.touch(mode=0o600)
    run_client(tools, "pg_dump", ["--format=custom", f"--exclude-schema={exclude_schema}", "--compress=1", f"--file={file}"], url=url)
    return file.stat().st_size


def script_of(tools: Path, file: Path, *, leave_out: Sequence[str] = ()) -> str:
    """The dump as an SQL script without psql's own commands; `leave_out` names kinds of entries, e.g. EXTENSION."""
    listing = _local(tools, ["--list", str(file)])
    kept = [line for line in listing.splitlines() if not any(re.match(rf"^\d+; \d+ \d+ (COMMENT - )?{kind} ", line) for kind in leave_out)]
    chosen = file.with_suffix(".list")
    chosen.write_text("\n".join(kept) + "\n")
    try:
        script = _local(tools, [f"--use-list={chosen}", "--file=-", str(file)])
    finally:
        chosen.unlink()
    return "\n".join(line for line in script.split("\n") if not _NEW_SETTINGS.match(line))


def _local(tools: Path, arguments: Sequence[str]) -> str:
    done = subprocess.run([str(tools / "pg_restore"), *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        message = f"pg_restore cannot read the dump: {done.stderr.decode(errors='replace').strip()[-500:]}"
        raise DumpFailed(message, next_step="Check that the backup file is whole.")
    return done.stdout.decode(errors="surrogateescape")


def run_script(tools: Path, url: str, script: Path, *, single_transaction: bool) -> None:
    """Run an SQL script with psql, stopping at the first error."""
    arguments = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={script}"]
    run_client(tools, "psql", [*arguments, *(["--single-transaction"] if single_transaction else [])], url=url)


def schema_text(tools: Path, url: str) -> str:
    """The schema as pg_dump writes it, the doctor's own schema, comments and settings aside: equal texts, equal schemas."""
    text = run_client(tools, "pg_dump", ["--schema-only", "--exclude-schema=dbdoctor"], url=url)
    return "\n".join(line for line in text.splitlines() if not _VOLATILE.match(line))
