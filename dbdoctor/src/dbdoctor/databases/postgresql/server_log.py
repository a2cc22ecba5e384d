"""Reading a server's own log (jsonlog, or csvlog before PostgreSQL 15): every statement, and every error with its place."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from dbdoctor.model import ServerError

_STATEMENT = re.compile(r"^(?:statement|execute [^:]*): (.*)$", re.DOTALL)
_PARAMETERS = re.compile(r"^parameters: ", re.IGNORECASE)
_ONE_PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")

LONGEST_FIELD = 2**30  # the csv module's own limit is 128 KiB, and statements are longer

# The columns of csvlog (PostgreSQL 14), by position.
_CSV_FIELDS = (
    "timestamp", "user", "dbname", "pid", "remote", "session_id", "line_num", "ps", "session_start", "vxid", "txid", "error_severity",
    "state_code", "message", "detail", "hint", "internal_query", "internal_position", "context", "statement", "cursor_position",
    "func_name", "application_name", "backend_type", "leader_pid", "query_id",
)  # fmt: skip


class Executed(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that reached the server, with its bound parameters put in as literals, and its error if it failed."""

    session: str
    sql: str
    error: ServerError | None = None


def read_log(path: Path, *, database: str, offset: int = 0) -> tuple[list[Executed], int]:
    """What was executed in `database` since `offset` (bytes), in order, and the offset to go on from."""
    data = path.read_bytes()[offset:]
    complete = data.rfind(b"\n") + 1
    text = data[:complete].decode("utf-8", errors="replace")
    records = _csv_records(text) if path.suffix == ".csv" else _json_records(text)
    executed: list[Executed] = []
    last_of_session: dict[str, tuple[int, str]] = {}
    for record in records:
        if record.get("dbname") == database:
            _take(record, executed, last_of_session)
    return executed, offset + complete


def _json_records(text: str) -> Iterator[dict[str, Any]]:
    for line in text.split("\n"):  # not splitlines: a statement may hold U+2028, which JSON leaves as it is
        try:
            yield json.loads(line)
        except ValueError:
            continue  # the collector may have been cut off inside its last line


def _csv_records(text: str) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(LONGEST_FIELD)
    for row in csv.reader(io.StringIO(text, newline="\n")):
        yield dict(zip(_CSV_FIELDS, row, strict=False))


def _take(record: dict[str, Any], executed: list[Executed], last_of_session: dict[str, tuple[int, str]]) -> None:
    session = str(record.get("session_id", ""))
    message = str(record.get("message", ""))
    severity = record.get("error_severity")
    if severity == "LOG":
        found = _STATEMENT.match(message)
        if found:
            last_of_session[session] = (len(executed), found.group(1))
            executed.append(Executed(session=session, sql=_with_parameters(found.group(1), str(record.get("detail") or ""))))
    elif severity in {"ERROR", "FATAL", "PANIC"}:
        error = ServerError(
            sqlstate=str(record.get("state_code", "")),
            message=message,
            detail=str(record.get("detail") or ""),
            hint=str(record.get("hint") or ""),
            context=str(record.get("context") or ""),
            position=int(record.get("cursor_position") or 0),
        )
        last, as_sent = last_of_session.get(session, (0, None))
        statement = str(record.get("statement") or "")
        if as_sent == statement and executed[last].error is None:
            executed[last] = msgspec.structs.replace(executed[last], error=error)
        else:
            executed.append(Executed(session=session, sql=statement, error=error))


def _with_parameters(sql: str, detail: str) -> str:
    if not _PARAMETERS.match(detail):
        return sql
    values = dict(_ONE_PARAMETER.findall(detail))
    return re.sub(r"\$(\d+)", lambda m: values.get(m.group(1), m.group(0)), sql)
