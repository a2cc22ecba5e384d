"""SQL as a text of another language: whatever stands in it, that language reads exactly the same again."""

import re

from dbdoctor.errors import DoctorError

_ODD_JAVASCRIPT = re.compile(r"[\\`\r\u2028\u2029]|\$(?=\{)|[\ud800-\udfff]")
_ODD_RUBY = re.compile(r'["\\#]|[^\x20-\uffff\U00010000-\U0010ffff]')
_BACKSLASHED_QUESTION = re.compile(r"\\\?")
NEEDS_PLAIN_TRANSACTION = re.compile(r"\bCONCURRENTLY\b|^\s*VACUUM\b", re.IGNORECASE)


class NotWritable(DoctorError):
    """A statement cannot be said in the language of a tool's files."""

    kind = "refused"


def javascript(text: str) -> str:
    """A template literal."""
    return f"`{_ODD_JAVASCRIPT.sub(lambda m: _javascript_sign(m.group()), text)}`"


def _javascript_sign(sign: str) -> str:
    return "\\r" if sign == "\r" else f"\\{sign}" if sign in {"\\", "`", "$"} else f"\\u{ord(sign):04x}"


def python(text: str, *, indent: str = "") -> str:
    """A string literal, one line of the text a line."""
    lines = text.splitlines(keepends=True)
    if len(lines) <= 1:
        return _python_line(text)
    written = "".join(f"\n{indent}    {_python_line(line)}" for line in lines)
    return f"({written}\n{indent})"


def _python_line(text: str) -> str:
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + "".join(_python_sign(sign, quote) for sign in text) + quote


def _python_sign(sign: str, quote: str) -> str:
    if sign in {quote, "\\"}:
        return f"\\{sign}"
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode()


def ruby(text: str) -> str:
    """A string with single quotes where that says it all, else one with double quotes, in which nothing is interpolated."""
    if not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return '"' + _ODD_RUBY.sub(lambda m: f"\\{m.group()}" if m.group() in '"\\#' else f"\\u{ord(m.group()):04x}", text) + '"'


def question_marks_kept(sql: str) -> str:
    """SQL for knex.raw, which takes every question mark for a parameter unless a backslash stands before it, and eats that backslash."""
    return (flat(sql) if _BACKSLASHED_QUESTION.search(sql) else sql).replace("?", "\\?")


def flat(sql: str) -> str:
    """The same statement on one line, with no sign in it that a tool takes for its own; raises NotWritable where it must stay alone."""
    if NEEDS_PLAIN_TRANSACTION.search(sql):
        message = "A name in this plan holds signs that this tool takes for its own, in a statement that must run outside a transaction."
        raise NotWritable(message, next_step="Write the cure for another tool (--as sql), or use: dbdoctor apply")
    body = "".join(c if c.isalnum() or c in ' _",.;()=<>*+|' else _escaped(c) for c in sql)
    return f"DO 'BEGIN EXECUTE E''{body}''; END'"


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"  # noqa: PLR2004 -- the last sign of four figures
