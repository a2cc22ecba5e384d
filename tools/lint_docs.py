"""Docs that lie fail: what README, CONTRIBUTING and docs/ name (make targets, commands, files, links) must exist."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.source_files import PARTS, Problem, files

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MAKE = re.compile(r"(?:^|[`$&;(]\s*)make ([a-z][a-z-]*)")
COMMAND = re.compile(r"\.venv/bin/([a-z][a-z-]*)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"(?<![\w./-])((?:benchmarks|dbdoctor|docs|examples|swannery|tools|\.ci)/[\w./-]*\w/?)(?![\w*<{…-])")
TREE_ENTRY = re.compile(r"^[├└]── ([\w.-]+)/?(?:\s|$)")
# A line with a placeholder names no file.
PLACEHOLDER = re.compile(r"[<>*…]|NNNN|CAUSE|REASON")
# Installed with the tools of the project itself.
TOOLS = frozenset({"lint-imports", "mypy", "pytest", "python", "ruff", "uv"})


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a page may name."""

    root: Path
    targets: frozenset[str]
    commands: frozenset[str]


def problems(root: Path) -> Iterator[Problem]:
    known = what_exists(root)
    for page in pages(root):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            for text in lies_in(line, page=page, known=known):
                yield Problem(path=page, line=number, text=text)


def pages(root: Path) -> list[Path]:
    at_top = [root / name for name in ("README.md", "CONTRIBUTING.md")]
    of_parts = [root / part / "README.md" for part in PARTS]
    return [page for page in (*at_top, *of_parts, *files(root / "docs", "*.md")) if page.is_file()]


def what_exists(root: Path) -> Known:
    scripts: set[str] = set()
    for part in PARTS:
        settings = root / part / "pyproject.toml"
        if settings.is_file():
            scripts |= set(tomllib.loads(settings.read_text(encoding="utf-8"))["project"].get("scripts", {}))
    targets = TARGET.findall((root / "Makefile").read_text(encoding="utf-8"))
    return Known(root=root, targets=frozenset(targets), commands=frozenset(scripts) | TOOLS)


def lies_in(line: str, *, page: Path, known: Known) -> Iterator[str]:
    yield from (f"there is no `make {target}`" for target in MAKE.findall(line) if target not in known.targets)
    yield from (f"there is no command .venv/bin/{command}" for command in COMMAND.findall(line) if command not in known.commands)
    yield from (f"the link leads nowhere: {link}" for link in LINK.findall(line) if "://" not in link and not (page.parent / link).exists())
    entry = TREE_ENTRY.match(line)
    if entry and page.parent == known.root and not (known.root / entry[1]).exists():
        yield f"the map names {entry[1]}, which is not there"
    if not PLACEHOLDER.search(line):
        yield from (f"there is no {path}" for path in PATH.findall(LINK.sub("]()", line)) if not (known.root / path).exists())
