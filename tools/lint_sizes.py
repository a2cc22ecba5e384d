"""Files and functions stay short; an exception is visible and carries its reason.

A function that only declares data may be longer with `# long: REASON` on its `def` line or the line above;
a file with `# long file: REASON` among its first ten lines.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, files, is_test, parse

FILE_LINES = 400
TEST_FILE_LINES = 800
FUNCTION_LINES = 50

LONG_FUNCTION = re.compile(r"# long: \S.{4,}")
LONG_FILE = re.compile(r"^# long file: \S.{4,}")


def problems(root: Path) -> Iterator[Problem]:
    for path in files(root, "*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from file_problems(path, lines=lines, limit=TEST_FILE_LINES if is_test(path, root=root) else FILE_LINES)
        yield from function_problems(path, lines=lines)


def file_problems(path: Path, *, lines: list[str], limit: int) -> Iterator[Problem]:
    if len(lines) > limit and not any(LONG_FILE.match(line) for line in lines[:10]):
        yield Problem(path=path, line=1, text=f"{len(lines)} lines; a file has at most {limit}")


def function_problems(path: Path, *, lines: list[str]) -> Iterator[Problem]:
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        where_excused = lines[max(node.lineno - 2, 0) : node.lineno]
        if length > FUNCTION_LINES and not any(LONG_FUNCTION.search(line) for line in where_excused):
            yield Problem(path=path, line=node.lineno, text=f"{node.name} has {length} lines; a function has at most {FUNCTION_LINES}")
