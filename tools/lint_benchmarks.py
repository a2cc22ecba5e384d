"""A benchmark answers one question: the first line of its docstring asks it, and the docstring tells its command."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, parse


def problems(root: Path) -> Iterator[Problem]:
    for path in sorted((root / "benchmarks").glob("*.py")):
        words = ast.get_docstring(parse(path)) or ""
        if not words.partition("\n")[0].endswith("?"):
            yield Problem(path=path, line=1, text="its docstring must begin with the one question it answers")
        if f"benchmarks/{path.name}" not in words:
            yield Problem(path=path, line=1, text=f"its docstring must tell its command (… benchmarks/{path.name})")
