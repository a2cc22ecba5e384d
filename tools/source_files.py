"""What the linters share: a problem, and where the Python files are."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("dbdoctor", "swannery")
NOT_OURS = frozenset({".venv", "node_modules", "__pycache__", "build", "dist"})


@dataclass(frozen=True, kw_only=True)
class Problem:
    path: Path
    line: int
    text: str

    def words(self, root: Path) -> str:
        return f"{self.path.relative_to(root)}:{self.line}: {self.text}"


def is_ours(path: Path, *, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return not any(part in NOT_OURS or (part.startswith(".") and part != ".ci") for part in parts)


def files(root: Path, pattern: str) -> Iterator[Path]:
    """Our own files below `root` that match the glob `pattern`, in a stable order."""
    return (path for path in sorted(root.rglob(pattern)) if path.is_file() and is_ours(path, root=root))


def is_test(path: Path, *, root: Path) -> bool:
    relative = path.relative_to(root)
    return "tests" in relative.parts or relative.name == "conftest.py"


def source_folder(root: Path, *, part: str) -> Path:
    """Where the code of a part lives."""
    return root / part / "src" / part


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
