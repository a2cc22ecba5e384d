"""Statements that sqlglot has no tree for (or a wrong one), read word by word; and settings."""

import re
from collections.abc import Sequence

import sqlglot
from sqlglot.errors import SqlglotError

from dbdoctor.model import TableName
from dbdoctor.wanted.effects import COMMENTS, Effect, EffectKind


def setting_in(sql: str) -> tuple[str, str] | None:
    """The name of a setting that a SET or RESET statement is about, and what it is given (`= value` or `value`; '' for none any more)."""
    word, _, rest = COMMENTS.sub("", sql, count=1).strip().rstrip(";").partition(" ")
    if not rest or word.upper() not in {"SET", "RESET"}:
        return None
    for scope in ("session ", "local "):
        rest = (
            rest[len(scope) :].lstrip() if rest.lower().startswith(scope) and not rest.lower().startswith("session authorization") else rest
        )
    if word.upper() == "RESET":
        return rest.strip().lower(), ""
    if rest.lower().startswith("constraints"):
        return None
    name = re.match(r"[\w.]+", rest)
    return (name[0].lower(), rest[name.end() :].strip()) if name else None


def read_by_words(sql: str, *, dialect: str) -> tuple[Effect, ...]:
    """The effects of the few statements that sqlglot has no tree for (or a wrong one), read from their words; () for all others."""
    try:
        words = [(t.token_type == sqlglot.TokenType.IDENTIFIER, t.text) for t in sqlglot.tokenize(sql, read=dialect)]
    except SqlglotError:
        return ()
    plain = [text.upper() if not is_quoted else "" for is_quoted, text in words]
    if plain[:2] == ["ALTER", "TABLE"]:
        return _altered_by_words(words, plain)
    if plain[:1] == ["CREATE"] and "VIEW" in plain[1:5]:
        name, _ = _spelled(words, plain.index("VIEW") + 1 + 3 * (plain[plain.index("VIEW") + 1 :][:3] == ["IF", "NOT", "EXISTS"]))
        return (Effect(kind="create_view", table=name, name=name.name),)
    return ()


def _altered_by_words(words: Sequence[tuple[bool, str]], plain: Sequence[str]) -> tuple[Effect, ...]:
    at = 2
    while plain[at : at + 1] and plain[at] in {"IF", "EXISTS", "ONLY"}:
        at += 1
    table, at = _spelled(words, at)
    rest = tuple(plain[at:])
    if rest[:2] in _NAMED_ACTIONS:
        return (Effect(kind=_NAMED_ACTIONS[rest[:2]], table=table, name=_word(words, at + 2)),)
    if rest[:2] == ("RENAME", "CONSTRAINT"):
        return (Effect(kind="rename_constraint", table=table, name=_word(words, at + 2), columns=(_word(words, at + 4),)),)
    if rest[:1] == ("RENAME",) and rest[1:2] not in {("TO",), ("COLUMN",)} and rest[2:3] == ("TO",):
        return (Effect(kind="rename_column", table=table, columns=(_word(words, at + 1), _word(words, at + 3))),)
    if rest[:2] == ("ATTACH", "PARTITION"):
        child, _ = _spelled(words, at + 2)
        return (Effect(kind="attach_partition", table=table, name=child.name),)
    if rest[:2] == ("ADD", "CONSTRAINT") and rest[-3:-1] == ("USING", "INDEX"):
        return (Effect(kind="add_key", table=table, name=_word(words, at + 2), type=_word(words, len(words) - 1), unique="UNIQUE" in rest),)
    return ()


_NAMED_ACTIONS: dict[tuple[str, ...], EffectKind] = {("VALIDATE", "CONSTRAINT"): "validate", ("ALTER", "CONSTRAINT"): "alter_constraint"}


def _word(words: Sequence[tuple[bool, str]], at: int) -> str:
    if at >= len(words):
        return ""
    is_quoted, text = words[at]
    return text if is_quoted else text.lower()


def _spelled(words: Sequence[tuple[bool, str]], at: int) -> tuple[TableName, int]:
    """The (qualified) name that begins at a word, and where the words after it begin."""
    if _word(words, at + 1) == ".":
        return TableName(_word(words, at), _word(words, at + 2)), at + 3
    return TableName("", _word(words, at)), at + 1
