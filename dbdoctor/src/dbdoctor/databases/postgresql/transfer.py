"""A whole database from one server to another for a rehearsal: all of it, or of big tables a part that is whole in itself."""

from collections.abc import Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import dump, sampling
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, connect, quoted
from dbdoctor.databases.postgresql.snapshot import one_moment
from dbdoctor.model import Reference


def copy_database(
    source: Connection,
    *,
    tools: Path,
    url: str,
    to: str,
    folder: Path,
    limit: int = sampling.DEFAULT_LIMIT,
    wanted: Sequence[Reference] = (),
) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Copy the database at `url` (open as `source`) into the empty one at `to`; files go into `folder`.

    Returns the statements that failed, and for each table with more than `limit` rows how many came and how many there are. Rows that break
    one of the keys `wanted` are among them.
    """
    file = folder / "target.dump"
    path = str(source.execute("SHOW search_path").fetchall()[0][0])
    with one_moment(source) as moment:  # its settings make rows into texts that mean the same everywhere
        # The search path stays, so that types have the names the catalog gives.
        source.execute("SELECT set_config('search_path', %s, true)", (path,))
        big = sampling.big_tables(source, limit)
        left_out = [f"--exclude-table-data={quoted(table.name.schema)}.{quoted(table.name.name)}" for table in big]
        dump.dump_to_file(tools, url, file, options=(f"--snapshot={moment}", *left_out))
        if not big:
            return dump.restore_file(tools, to, file), {}
        failed = dump.restore_file(tools, to, file, options=("--section=pre-data", "--section=data"))
        with connect(to) as copy, copy.transaction():
            sample = sampling.Sample(source=source, copy=copy, catalog=read_catalog(source), big=big, limit=limit, wanted=wanted)
            sampled = sampling.copy_sample(sample)
    return failed + dump.restore_file(tools, to, file, options=("--section=post-data",)), sampled
