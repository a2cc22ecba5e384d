"""pg_dump, pg_restore and psql of the right version: the copy for rehearsal, the backup, the schema as text."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg import conninfo

from dbdoctor.databases.postgresql.connection import hide_passwords, parse_url
from dbdoctor.errors import DoctorError

_VOLATILE = re.compile(r"^(--|\\(un)?restrict |SET |SELECT pg_catalog\.set_config|$)")


class DumpFailed(DoctorError):
    """pg_dump, pg_restore or psql did not finish."""

    kind = "failed"


def run_client(tools: Path, program: str, arguments: Sequence[str], *, url: str) -> str:
    """Run a client program against `url` and return what it printed; raises DumpFailed with its own words."""
    done = _run(tools, program, arguments, url=url)
    if done.returncode != 0:
        message = f"{program} failed: {_said(done, url)[-1500:]}"
        raise DumpFailed(message, next_step="Nothing was changed. The user of the address must be able to read every table.")
    return done.stdout.decode(errors="replace")


def _run(tools: Path, program: str, arguments: Sequence[str], *, url: str) -> subprocess.CompletedProcess[bytes]:
    """The password travels in the environment only, never in the argument list that every user can see."""
    target = parse_url(url)
    parts = conninfo.conninfo_to_dict(url)
    parts.pop("password", None)
    environment = {**os.environ, "PGPASSWORD": target.password} if target.password else dict(os.environ)
    command = [str(tools / program), *arguments, "--no-password", "--dbname", conninfo.make_conninfo("", **parts)]
    return subprocess.run(command, env={**environment, "PGAPPNAME": "dbdoctor"}, capture_output=True, check=False, stdin=subprocess.DEVNULL)


def _said(done: subprocess.CompletedProcess[bytes], url: str) -> str:
    return hide_passwords(done.stderr.decode(errors="replace"), secrets=parse_url(url).secrets).strip()


def dump_to_file(tools: Path, url: str, file: Path, *, options: Sequence[str] = ()) -> int:
    """Dump the database, our own schema aside, in custom format, readable by the owner only; returns the size in bytes."""
    file.touch(mode=0o600)
    run_client(tools, "pg_dump", ["--format=custom", "--exclude-schema=dbdoctor", "--compress=1", f"--file={file}", *options], url=url)
    return file.stat().st_size


def restore_file(tools: Path, url: str, file: Path, *, options: Sequence[str] = ()) -> list[str]:
    """Restore a dump into an empty database as far as it goes; returns the statements that failed, each with the server's words.

    Raises DumpFailed where the file is no dump or the server cannot be reached.
    """
    done = _run(tools, "pg_restore", [*options, str(file)], url=url)
    said = _said(done, url)
    failed = re.findall(r"could not execute query: (.*?)(?=\npg_restore: |\Z)", said, flags=re.DOTALL)
    if done.returncode != 0 and not failed:
        message = f"pg_restore failed: {said[-1500:]}"
        raise DumpFailed(message, next_step="Check that the dump is whole and that there is room for it.")
    return [text.strip() for text in failed]


def schema_text(tools: Path, url: str) -> str:
    """The schema as pg_dump writes it, the doctor's own schema, comments and settings aside: equal texts, equal schemas."""
    text = run_client(tools, "pg_dump", ["--schema-only", "--exclude-schema=dbdoctor"], url=url)
    return "\n".join(line for line in text.splitlines() if not _VOLATILE.match(line))
