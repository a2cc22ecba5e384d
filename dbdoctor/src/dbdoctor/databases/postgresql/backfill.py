"""Writing a big table a few blocks at a time, so that nobody waits long for a row; where it stopped is the number of a block."""

from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql.connection import Connection, literal, sql_text
from dbdoctor.model import TableName

FIRST_BLOCKS = 16
MOST_BLOCKS = 8192
WANTED_S = 0.1  # the longest anybody shall wait for a row of a batch
REST = 0.5  # for each second of work, half a second in which others have the disk to themselves
LONGEST_REST_S = 0.5

_BLOCKS: LiteralString = """
SELECT COALESCE(max(pg_relation_size(t.relid)), 0) / current_setting('block_size')::bigint
FROM (SELECT relid FROM pg_partition_tree(to_regclass(%(name)s)) UNION SELECT inhrelid FROM pg_inherits
      WHERE inhparent = to_regclass(%(name)s) UNION SELECT to_regclass(%(name)s)) t(relid)"""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some blocks of a table (and the blocks of the same numbers in each of its partitions)."""

    first: int
    blocks: int

    @property
    def end(self) -> int:
        """The first block that is not in it."""
        return self.first + self.blocks


def count_blocks(connection: Connection, table: TableName) -> int:
    """How many blocks the table has now, or its largest partition or child."""
    name = ".".join('"' + part.replace('"', '""') + '"' for part in (table.schema, table.name))
    row = connection.execute(_BLOCKS, {"name": name}).fetchone()
    return int(row[0]) if row else 0


def run_batch(connection: Connection, statement: str, batch: Batch) -> int:
    """Run an UPDATE that ends in its WHERE on these blocks only; returns how many rows it wrote."""
    ends = " AND ".join(f"ctid {sign} {literal(f'({block},0)')}::tid" for sign, block in ((">=", batch.first), ("<", batch.end)))
    return connection.execute(sql_text(f"{statement} AND {ends}")).rowcount


def next_batch(batch: Batch, *, seconds: float) -> Batch:
    """What follows a batch that took so long: as many blocks as take about WANTED_S, at most twice as many as before."""
    fitting = int(batch.blocks * WANTED_S / seconds) if seconds > 0 else MOST_BLOCKS
    return Batch(first=batch.end, blocks=max(1, min(fitting, batch.blocks * 2, MOST_BLOCKS)))


def rest_s(seconds: float) -> float:
    """How long to leave the table to others after a batch that took so long."""
    return min(seconds * REST, LONGEST_REST_S)
