"""The backup's own pg_dump, and the environment in which any program finds the target."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString

from psycopg import conninfo, pq

from dbdoctor.databases.postgresql.connection import Connection, parse_url
from dbdoctor.databases.postgresql.dump import DumpFailed

_ROWS_SIZE: LiteralString = """
SELECT COALESCE(sum(pg_table_size(c.oid)), 0)::bigint + (SELECT pg_total_relation_size('pg_largeobject'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'"""


def rows_size(connection: Connection) -> int:
    """How many bytes the rows of the database take on the server, indexes aside; a compressed dump takes about that at the worst."""
    row = connection.execute(_ROWS_SIZE).fetchone()
    return int(row[0]) if row else 0


def dump_command(*, tools: Path, url: str, file: Path, snapshot: str) -> list[str]:
    """The command that dumps the whole database, our own schema aside, as seen in `snapshot`; it needs `target_environment`."""
    parts = conninfo.conninfo_to_dict(url)
    parts.pop("password", None)
    options = ["--format=custom", "--compress=1", "--exclude-schema=dbdoctor", f"--snapshot={snapshot}", f"--file={file}", "--no-password"]
    return [str(tools / "pg_dump"), *options, "--dbname", conninfo.make_conninfo("", **parts)]


def check_dump(*, tools: Path, file: Path) -> None:
    """Raise DumpFailed unless the file's table of contents can be read."""
    done = subprocess.run([str(tools / "pg_restore"), "--list", str(file)], capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise DumpFailed(f"The backup cannot be read back: {said}", next_step="Check the disk that holds it; nothing was changed.")


def target_environment(url: str, *, names: Sequence[str] = (), application: str) -> dict[str, str]:
    """What a program needs to find the target: DATABASE_URL, `names` that hold the same, and libpq's PG* variables."""
    found = {"DATABASE_URL": url, **dict.fromkeys(names, url), "PGAPPNAME": application[:63]}
    for option in pq.Conninfo.parse(url.encode()):
        if option.envvar and option.val is not None:
            found[option.envvar.decode()] = option.val.decode()
    target = parse_url(url)
    return {**found, "PGDATABASE": target.database, "PGPORT": str(target.port), **({"PGUSER": target.user} if target.user else {})}
