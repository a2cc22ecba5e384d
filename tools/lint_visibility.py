"""No query reads what people wrote without the one condition on who may read it.

A function whose SQL reads posts, comments or reactions (in its own strings, or in those of a constant of its file that it names) calls
`visible_sql` (or `wanted_sql`: the same without muted people), and `comment_visible_sql` beside it for comments. What nobody is shown, such
as a count or a list that is read through the condition later, is excused with `# sees all: REASON` inside the function.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, files, parse, source_folder

# What is deleted is not read; what is joined or stands after FROM is.
READS = re.compile(r"(?<!DELETE )\b(?:FROM|JOIN|USING)\s+(?:ONLY\s+)?swannery\.(posts|comments|reactions)\b", re.IGNORECASE)
# A reader's own like, on posts that are read with the condition, and nothing else.
OWN_LIKE = re.compile(r"LEFT JOIN swannery\.reactions mine ON mine\.post_id = p\.id AND mine\.member_id = %\(viewer_id\)s")
EXCUSE = re.compile(r"# sees all: \S.{4,}")


def problems(root: Path) -> Iterator[Problem]:
    folder = source_folder(root, part="swannery")
    for path in files(folder, "*.py") if folder.is_dir() else ():
        if "migrations" not in path.parts:
            yield from unseen_reads(path)


def unseen_reads(path: Path) -> Iterator[Problem]:
    tree = parse(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    constants = {name: tables_left_open(value) for name, value in module_constants(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        tables = tables_in(node) | {table for name in names_in(node) for table in constants.get(name, ())}
        excused = any(EXCUSE.search(line) for line in lines[node.lineno - 1 : node.end_lineno])
        for missing in sorted(wanted(tables) - called_in(node)) if not excused else ():
            yield Problem(path=path, line=node.lineno, text=f"{node.name} reads {', '.join(sorted(tables))} without {missing}")


def wanted(tables: set[str]) -> set[str]:
    """Return the conditions that must stand beside these tables."""
    conditions = {"visible_sql"} if tables else set()
    return conditions | ({"comment_visible_sql"} if "comments" in tables else set())


def module_constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def tables_in(node: ast.AST) -> set[str]:
    """Return which of what people wrote the strings below this node read. Each string is whole: neighbours are joined by the parser."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            found |= {match[1].lower() for match in READS.finditer(OWN_LIKE.sub("", part.value))}
    return found


def tables_left_open(value: ast.expr) -> set[str]:
    """Return what a constant reads whose condition does not stand in the constant itself: a join of comments may bring its own."""
    return tables_in(value) - ({"comments"} if "comment_visible_sql" in called_in(value) else set())


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def called_in(node: ast.AST) -> set[str]:
    called = {part.func.id for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
    return called | ({"visible_sql"} if "wanted_sql" in called else set())
