"""SQL in what somebody wrote about a migration: perhaps prose, perhaps a statement cut off at its end."""

import re

import sqlglot
from sqlglot.errors import SqlglotError

from dbdoctor.wanted.effects import Effect, effects_of, split_statements

_MAKES = {"create", "creates", "add", "adds", "init", "make", "new"}
# What stands between or after the names of tables in a migration's name.
_BETWEEN = {"and", "table", "tables", "sql", "js", "cjs", "ts", "cts", "py", "rb", "the"}


def statements_in(words: str) -> tuple[str, ...]:
    """The statements it holds, brackets closed where the end was lost; () for prose."""
    statements = split_statements(_closed(words)) if words.strip() else []
    return tuple(statements) if statements and all(e.kind != "other" for s in statements for e in effects_of(s)) else ()


def effects_in(words: str) -> tuple[Effect, ...]:
    """What those statements do."""
    return tuple(effect for statement in statements_in(words) for effect in effects_of(statement))


def _closed(words: str) -> str:
    try:
        tokens = sqlglot.tokenize(words, read="postgres")
    except SqlglotError:
        return words
    kinds = [token.token_type for token in tokens]
    missing = kinds.count(sqlglot.TokenType.L_PAREN) - kinds.count(sqlglot.TokenType.R_PAREN)
    return words + ")" * max(missing, 0)


def tables_by_name(migration: str) -> set[str]:
    """The tables a migration makes by its name, as plain letters: `0003-create-vet-visits-and-pets.js` makes vetvisits and pets."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", migration)]
    start = next((i for i, word in enumerate(words) if word in _MAKES), len(words))
    names = [""]
    for word in words[start + 1 :]:
        if word in _BETWEEN:
            names.append("")
        else:
            names[-1] += word
    singular = {name for name in names if name}
    return singular | {f"{name}s" for name in singular} | {f"{name}es" for name in singular}
