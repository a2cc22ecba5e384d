"""Every code that the doctor's own source can put into a report, read from the source itself."""

import ast
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dbdoctor

SOURCE = Path(dbdoctor.__file__).parent


def codes(maker: str, argument: str) -> set[str]:
    """The texts given as `argument` to `maker(...)` anywhere; a variable stands for every text it is given in its file."""
    return {text for tree in _trees() for value in _arguments(tree, maker, argument) for text in _texts(value, tree)}


def words_of(annotation: object) -> set[str]:
    """The words that a `Literal` allows."""
    return {str(word) for word in typing.get_args(annotation)}


@cache
def _trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in sorted(SOURCE.rglob("*.py")))


def _arguments(tree: ast.Module, maker: str, argument: str) -> Iterator[ast.expr]:
    for call in _calls(tree, maker):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == argument)


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _texts(value: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.Name):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == value.id for t in node.targets):
                yield from _texts(node.value, tree)
            if isinstance(node, ast.FunctionDef) and value.id in (names := [one.arg for one in node.args.args]):
                given = (call.args[names.index(value.id)] for call in _calls(tree, node.name) if len(call.args) > names.index(value.id))
                yield from (str(one.value) for one in given if isinstance(one, ast.Constant))
