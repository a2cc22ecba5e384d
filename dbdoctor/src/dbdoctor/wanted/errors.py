"""What an error text says: which of PostgreSQL's errors it is, with the tool's noise around it taken away."""

import html
import re
from collections.abc import Iterator

import msgspec

from dbdoctor.model import ServerError
from dbdoctor.wanted.messages import ECHOES, MESSAGES, NOTICES, STATES, TOOL_MESSAGES

_TERMINAL_ORDERS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_ESCAPED = re.compile(r"\\+(?:r\\+n|[\"'nrt]|u[0-9a-fA-F]{4}(?:\\+u[dD][c-fC-F][0-9a-fA-F]{2})?)")

# {name} in a pattern stands for a name in PostgreSQL's quotes. It prints them bare: a name with quotes in it is tried second.
_PLAIN = r'"(?P<\1>[^"\n]+)"'
_QUOTES_WITHIN = r'"(?P<\1>[^"\n]+(?:"[^"\n]*){1,6}?)"'
_NAMED = re.compile(r"\{([a-z_]+)\}")
_TYPE = (
    r"""(?:time(?:stamp)?(?:\(\d\))? with(?:out)? time zone|double precision|character varying|bit varying|interval [a-z ]+"""
    r"""|(?:\w+\.)?(?:"[^"\n]+"|\w+))(?:\(\d+(?:,-?\d+)?\))?(?:\[\])*"""
)

# Where a tool shows the SQLSTATE. Five characters within a text prove nothing: they could be a port or a line number.
_STATE = re.compile(
    r"""SQLSTATE[\s:=\[(]*(?P<a>[0-9A-Z]{5})\b
      | SQL\s?State\s*:\s*(?P<b>[0-9A-Z]{5})\b
      | (?:error\ )?code\\?["']?\s*[:=]\s*\\?["']?(?P<c>[0-9A-Z]{5})\b
      | SqlState\(E(?P<d>[0-9A-Z]{5})\)
      | \bERROR:?\s+(?P<e>[0-9A-Z]{5})(?:\s*\(|:\s)
      | ^\s*(?P<f>[0-9A-Z]{5}):\s""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_ALONE = re.compile(r"\s*([0-9A-Z]{5})\s*", re.IGNORECASE)  # nothing but a code was asked about
_SAID = re.compile(r"(?:ERROR|FATAL|FEHLER|ERREUR|ERRORE|ERRO|HATA|ОШИБКА|错误|エラー|오류)\s*:\s+([^\n]+)")
_DETAIL = re.compile(r"(?:DETAIL:\s*|detail[\"']?: *(?:Some\()?[\"']?)?(Key (?:columns?|\().*?(?:\.(?=\s|$|['\")<])|$))", re.MULTILINE)
_ANY_DETAIL = re.compile(r"""\bdetail\b["']?\s*[:=]\s*(?:Some\()?["'`]?\s*([^\n]*?)["'`]?\)?,?\s*$""", re.MULTILINE | re.IGNORECASE)
_HINT = re.compile(r"""\bhint\b["']?\s*[:=]\s*(?:Some\()?["'`]?\s*([^\n]*?)["'`]?\)?,?\s*$""", re.MULTILINE | re.IGNORECASE)
_NOTHING = frozenset({"", "none", "null", "undefined", "nil"})


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """An error found in a text. `code` is its meaning's; `names` what it names: constraint, table, parent, column, type, value.

    `silent` means that only a notice or warning tells of it: the statement itself went through.
    """

    code: str
    error: ServerError
    names: dict[str, str] = {}
    silent: bool = False


class _Hit(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    code: str
    sqlstate: str
    message: str
    names: dict[str, str]


def read_error(text: str) -> ServerError | None:
    """The first real error in a text (an echo, 25P02, counts only when there is no other); None when none is known."""
    found = recognise(text)
    return found.error if found and found.error.sqlstate and not found.silent else None


def recognise(text: str) -> Recognised | None:
    """The first real error in a text, else what a migration tool says of its ledger, else a notice; None without any. Never raises."""
    plain = without_noise(text)
    alone = _ALONE.fullmatch(plain)
    if alone:
        sqlstate = alone[1].upper()
        return Recognised(code=STATES[sqlstate], error=ServerError(sqlstate=sqlstate, message="")) if sqlstate in STATES else None
    hits = _hits(plain, MESSAGES)
    real = [hit for hit in hits if hit.code not in ECHOES]
    if real or (hits and not _stated(plain)):
        return _recognised(plain, min(real or hits, key=_first))
    stated = _stated(plain)
    if stated:
        return stated
    told = _hits(plain, TOOL_MESSAGES)
    if told:
        return _recognised(plain, min(told, key=_first))
    notices = _hits(plain, NOTICES)
    return msgspec.structs.replace(_recognised(plain, min(notices, key=_first)), silent=True) if notices else None


def without_noise(text: str) -> str:
    """The text as the server said it: without colours, carriage returns, and the escapes of JSON, of strings and of HTML."""
    plain = _TERMINAL_ORDERS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    for _ in range(3):  # JSON in JSON in a log line
        unescaped = _ESCAPED.sub(_unescaped, plain)
        if unescaped == plain:
            break
        plain = unescaped
    return html.unescape(plain) if "&quot;" in plain or "&#" in plain else plain


def _unescaped(found: re.Match[str]) -> str:
    """The character that an escape stands for; half of a pair stays as it is."""
    parts = [part for part in found[0].split("\\") if part]
    if parts[0][0] == "u":
        units = b"".join(int(part[1:], 16).to_bytes(2, "big") for part in parts)
        return units.decode("utf-16-be", "replace")
    return "\n" if parts[0] in {"n", "r"} else "\t" if parts[0] == "t" else parts[0]


def _first(hit: _Hit) -> tuple[int, int]:
    return hit.start, -len(hit.message)


def _hits(text: str, messages: tuple[tuple[str, str, str], ...]) -> list[_Hit]:
    return list(_search(text, messages, _PLAIN)) or list(_search(text, messages, _QUOTES_WITHIN))


def _search(text: str, messages: tuple[tuple[str, str, str], ...], name: str) -> Iterator[_Hit]:
    for code, sqlstate, pattern in messages:
        for match in _compiled(pattern, name).finditer(text):
            names = {key: value for key, value in match.groupdict().items() if value}
            yield _Hit(start=match.start(), code=code, sqlstate=sqlstate, message=" ".join(match.group(0).split()), names=names)


_PATTERNS: dict[tuple[str, str], re.Pattern[str]] = {}


def _compiled(pattern: str, name: str) -> re.Pattern[str]:
    """`{table}` in a pattern is a quoted name; a blank is any white space, since logs break lines."""
    known = _PATTERNS.get((pattern, name))
    if known is None:
        known = re.compile(_NAMED.sub(name, pattern).replace("%type%", _TYPE).replace(" ", r"\s+"))
        _PATTERNS[pattern, name] = known
    return known


def _recognised(text: str, hit: _Hit) -> Recognised:
    detail = _near(_DETAIL, text, hit.start) or _near(_ANY_DETAIL, text, hit.start)
    code, sqlstate = hit.code, hit.sqlstate
    if code == "key_cannot_be_implemented" and "incompatible collations" in detail:
        code, sqlstate = "collations_differ", "42P21"
    error = ServerError(sqlstate=sqlstate, message=hit.message, detail=detail, hint=_near(_HINT, text, hit.start))
    return Recognised(code=code, error=error, names=hit.names | _names_in(detail))


def _near(pattern: re.Pattern[str], text: str, start: int) -> str:
    """What the first match after `start` says, or the first one at all."""
    matches = [m for m in pattern.finditer(text) if m[1].strip().rstrip(",").strip("\"'`").lower() not in _NOTHING]
    found = next((m for m in matches if m.start() >= start), matches[0] if matches else None)
    return found[1].strip() if found else ""


_DETAIL_NAMES = (
    re.compile(
        r'Key columns? "(?P<column>[^"]+)"(?: of the referencing table)? and "(?P<parent_column>[^"]+)"(?: of the referenced table)?'
        r"(?: are of incompatible types: (?P<child_type>.+?) and (?P<parent_type>.+?)\.)?"
    ),
    re.compile(r'Key \((?P<column>.+?)\)=\((?P<value>.*?)\) is not present in table "(?P<parent>[^"]+)"'),
    re.compile(r'Key \((?P<column>.+?)\)=\((?P<value>.*?)\) is (?:still )?referenced from table "(?P<table>[^"]+)"'),
    re.compile(r"Key \((?P<column>.+?)\)=\((?P<value>.*?)\) (?:is duplicated|already exists)"),
)


def _names_in(detail: str) -> dict[str, str]:
    for pattern in _DETAIL_NAMES:
        match = pattern.search(detail)
        if match:
            return {key: value for key, value in match.groupdict().items() if value}
    return {}


def _stated(text: str) -> Recognised | None:
    """An error known by its SQLSTATE alone: its words are in another language, or were left out."""
    for match in _STATE.finditer(text):
        sqlstate = next(part for part in match.groups() if part).upper()
        code = STATES.get(sqlstate)
        if code and code not in ECHOES:
            said = _SAID.search(text)
            return Recognised(code=code, error=ServerError(sqlstate=sqlstate, message=said[1].strip() if said else ""))
    return None
