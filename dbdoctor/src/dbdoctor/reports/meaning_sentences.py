"""The words on an error as sentences: the names it tells filled in, and left out where it tells none."""

import re

from dbdoctor.reports.meaning_words import WORDS, ErrorWords
from dbdoctor.wanted.meanings import Explanation

_DEFAULTS = {
    "constraint": "the constraint", "table": "the table", "parent": "the parent table", "column": "the column", "type": "the other type",
    "schema": "the schema", "role": "the role", "bare": "it", "truncated": "63 bytes", "operator": "?", "statement": "This statement",
}  # fmt: skip


def words_for(found: Explanation) -> ErrorWords:
    """The words with the error's own names filled in."""
    names = {**_DEFAULTS, **found.names}
    child, parent = found.names.get("child_type"), found.names.get("parent_type")
    value = found.names.get("value")
    filled = {
        **names,
        "types": f": {names['column']} is {child}, {names.get('parent_column', 'the other')} is {parent}" if child and parent else "",
        "value": f": {names['column']} = {value}" if value is not None else "",
        "quoted_value": f"“{value}”" if value is not None else "the end" if found.code == "syntax" else "A value",
        "of_table": f" in {found.names['table']}" if found.names.get("table") else "",
    }
    told = {*found.names} | ({"quoted_value"} if found.error.message or value is not None else set())
    return ErrorWords(*(_sentence(_without_untold(part, told), filled) for part in WORDS[found.code]))


_NOUN = "(?:key|constraint|check|index|type|role|column|table|schema|function|trigger|policy|view)"
_NAME = r"\{(constraint|type|role|column|table|schema|bare|operator|quoted_value)\}"
# What becomes of a name beside its noun where the error did not tell it: "no index {x}" is "no such index", "the key {x}" is "the key".
_UNTOLD = (
    (re.compile(rf"\bno ({_NOUN}) {_NAME}"), r"no such \1"),
    (re.compile(rf"\ba ({_NOUN}(?:, {_NOUN})*(?: or {_NOUN})?) {_NAME}"), r"such a \1"),
    (re.compile(rf"\b({_NOUN}) {_NAME}"), r"\1"),
    (re.compile(rf"()(?: \({_NAME}\)|: {_NAME}(?=\.)| near {_NAME})"), r"\1"),
)


def _without_untold(pattern: str, told: set[str]) -> str:
    """The sentence without the names that the error did not tell, where it reads well without them."""
    if "table" not in told:
        pattern = pattern.replace("{table}.{column}", "{column}")
    for untold, instead in _UNTOLD:
        for hit in reversed(list(untold.finditer(pattern))):
            if not told & {*hit.groups()[1:]}:
                pattern = pattern[: hit.start()] + hit.expand(instead) + pattern[hit.end() :]
    return pattern


def _sentence(pattern: str, names: dict[str, str]) -> str:
    text = pattern.format_map(names)
    return text[:1].upper() + text[1:] if pattern[:1] == "{" and text[:1].islower() and text.startswith(("the ", "this ", "it ")) else text
