"""The target on a server of our own, in a sandbox: made, filled, and gone at the end. The target is only read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, Target, connect, parse_url, refuse_pooler
from dbdoctor.embedded import find_binaries
from dbdoctor.model import Catalog
from dbdoctor.rehearsal.copies import Copy
from dbdoctor.rehearsal.sandbox import Sandbox, open_sandbox

Stage = Literal["copying", "searching", "proven"]


class Ward(msgspec.Struct, frozen=True, kw_only=True):
    """A filled copy beside the target it was made of; `source` is connected to the target and only reads."""

    copy: Copy
    source: Connection
    catalog: Catalog


@contextmanager
def filled_copy(*, url: str, isolated: bool, tell: Callable[[Stage], None]) -> Iterator[Ward]:
    """Copy the target; raises PoolerInBetween, IsolationUnavailable, ExtensionMissing or CopyIncomplete where that cannot be done."""
    target = parse_url(url)
    with connect(url) as source:
        refuse_pooler(source)
        catalog = read_catalog(source)
        tell("copying")
        with sandbox_for(target, source, isolated=isolated) as sandbox:
            copy = Copy(sandbox=sandbox, target=target, tools=find_binaries(major=catalog.major))
            try:
                copy.fill(source)
                tell("searching")
                yield Ward(copy=copy, source=source, catalog=catalog)
            finally:
                copy.close()


def sandbox_for(target: Target, source: Connection, *, isolated: bool) -> Sandbox:
    """A sandbox that hides the target: its addresses, names and socket folders."""
    by_socket = target.host.startswith("/") or not target.host
    folder = Path(target.host) if target.host.startswith("/") else None
    reached = "" if by_socket else source.info.hostaddr
    return open_sandbox(
        binaries=find_binaries(major=source.info.server_version // 10000),
        port=target.port,
        addresses=[a for a in (target.hostaddr, reached) if a and not a.startswith(("127.", "/", "::1"))],
        hostnames=[] if by_socket else [target.host],
        hide_folders=[folder] if folder else [],
        isolated=isolated,
    )
