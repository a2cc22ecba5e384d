"""A file is named after what it holds: never utils, helpers or manager, and never like a module of the standard library."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, files

SAYS_NOTHING = frozenset({"base", "common", "helper", "helpers", "lib", "manager", "managers", "misc", "util", "utils"})


def problems(root: Path) -> Iterator[Problem]:
    for path in files(root, "*.py"):
        for name in names_of(path, root=root):
            if name in SAYS_NOTHING:
                yield Problem(path=path, line=1, text=f"the name {name!r} says nothing; name it after what it holds")
            elif name in sys.stdlib_module_names:
                yield Problem(path=path, line=1, text=f"the name {name!r} is one of the standard library")


def names_of(path: Path, *, root: Path) -> list[str]:
    """The module and, where it is a package's first file, the package."""
    relative = path.relative_to(root)
    return [relative.parent.name] if relative.name == "__init__.py" else [relative.stem]
