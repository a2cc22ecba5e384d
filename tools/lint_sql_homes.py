"""SQL is written in its homes only: a string that starts like a statement may stand nowhere else.

Words for people that merely begin like SQL are excused with `# not sql: REASON` on the line where the string starts.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import PARTS, Problem, files, parse, source_folder

HOMES = {
    "dbdoctor": re.compile(r"^(databases|repairs|histories)/|^embedded(\.py$|/)"),
    "swannery": re.compile(r"^foundation/|(^|/)queries(\.py$|/)|(^|/)migrations/"),
}

# In capitals any of these begins a statement; in small letters only what no English sentence says.
STATEMENT = re.compile(
    r"""^\s*(?:--[^\n]*\n\s*|\()*(?:
        (?:SELECT|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|TRUNCATE|GRANT|REVOKE|COMMENT\ ON|MERGE|COPY|LOCK|VACUUM|ANALYZE|REINDEX)\s+\S
        |WITH\s+\S+\s+AS\b
        |(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|SET\ LOCAL|SET\ SESSION|SHOW|PRAGMA|DISCARD|EXPLAIN)(?:\s+\S|\s*;|\s*$)
        |(?:select\s[\s\S]*\sfrom\s|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s)
    )""",
    re.VERBOSE,
)
EXCUSE = re.compile(r"# not sql: \S.{4,}")


def problems(root: Path) -> Iterator[Problem]:
    for part in PARTS:
        folder = source_folder(root, part=part)
        for path in files(folder, "*.py") if folder.is_dir() else ():
            if not HOMES[part].search(path.relative_to(folder).as_posix()):
                yield from sql_in(path)


def sql_in(path: Path) -> Iterator[Problem]:
    tree = parse(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    prose = docstrings(tree)
    for node in ast.walk(tree):
        if node in prose or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = literal_text(node)
        if STATEMENT.match(text) and not EXCUSE.search(lines[node.lineno - 1]):
            yield Problem(path=path, line=node.lineno, text=f"SQL outside its home: {text.strip()[:40]!r}")


def literal_text(node: ast.Constant | ast.JoinedStr) -> str:
    """The text of a literal; what an f-string fills in stands as `x`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """Strings that nobody uses, and the pieces of f-strings, which are looked at as a whole."""
    unused = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    pieces = {piece for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    return unused | pieces
