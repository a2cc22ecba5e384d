"""What a catalog holds, piece by piece and small enough for a plan, so that what has changed since can be named."""

import hashlib
from collections.abc import Iterator

import msgspec

from dbdoctor.model import Catalog, Table

Pieces = dict[str, dict[str, str]]

DIGEST_LENGTH = 4  # it names what differs; that something does is told by the sha256 of the whole
MOST_TOLD = 8


def catalog_pieces(catalog: Catalog) -> Pieces:
    """Each table with its columns, constraints and indexes, each enum type, all with a short digest."""
    pieces = {f"{table.kind} {name}": dict(_pieces(table)) for name, table in sorted(catalog.tables.items())}
    pieces["types"] = {str(name): _digest(msgspec.json.encode(labels)) for name, labels in sorted(catalog.enums.items())}
    return pieces


def _pieces(table: Table) -> Iterator[tuple[str, str]]:
    for place, column in enumerate(table.columns):
        yield f"column {column.name}", _digest(msgspec.json.encode([place, column]))
    enforced = {key.name: key.enforced for key in table.foreign_keys}
    for constraint in table.constraints:
        yield f"constraint {constraint.name}", _digest(msgspec.json.encode([constraint, enforced.get(constraint.name, True)]))
    for index in table.indexes:
        yield f"index {index.name}", _digest(msgspec.json.encode(index))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]


def differences(then: Pieces, now: Pieces) -> list[str]:
    """What was added, dropped or altered: `+ table public.b`, `- column x of table public.a`, `~ index i of table public.a`."""
    found = []
    for owner in sorted(then.keys() | now.keys()):
        if owner not in now:
            found.append(f"- {owner}")
        elif owner not in then:
            found.append(f"+ {owner}")
        else:
            found += [f"{sign} {piece} of {owner}" for sign, piece in _changed(then[owner], now[owner])]
    return found


def _changed(then: dict[str, str], now: dict[str, str]) -> Iterator[tuple[str, str]]:
    for piece in sorted(then.keys() | now.keys()):
        if piece not in now:
            yield "-", piece
        elif piece not in then:
            yield "+", piece
        elif then[piece] != now[piece]:
            yield "~", piece


def in_words(changes: list[str]) -> str:
    """The first few of them in one line; + added, - gone, ~ altered."""
    signs = {"+": "added", "-": "gone", "~": "altered"}
    told = [f"{change[2:]} ({signs[change[0]]})" for change in changes[:MOST_TOLD]]
    more = len(changes) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")
