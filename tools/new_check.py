"""Scaffolds a check: the check, its tests and its page, all named after the cause; nothing that exists is overwritten."""

import re
import sys
from pathlib import Path

from tools.source_files import ROOT

TEMPLATES = Path(__file__).parent / "templates"
CAUSE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
USAGE = 64


def main(arguments: list[str]) -> int:
    cause = arguments[0] if len(arguments) == 1 else ""
    if not CAUSE.match(cause):
        print("Name the cause in small letters, after the problem: make new-check CAUSE=orphan_rows", file=sys.stderr)
        return USAGE
    taken = [path for path in destinations(cause, root=ROOT) if path.exists()]
    if taken:
        print(f"{taken[0].relative_to(ROOT)} is there already; nothing was written.", file=sys.stderr)
        return 1
    for path in scaffold(cause, root=ROOT):
        print(f"wrote {path.relative_to(ROOT)}")
    print("Next: the test, then the check and its place in the order of checks/__init__.py, then the page (see CONTRIBUTING.md).")
    return 0


def destinations(cause: str, *, root: Path) -> dict[Path, Path]:
    """The file to write → the template it is written from."""
    return {
        root / "dbdoctor" / "src" / "dbdoctor" / "checks" / f"{cause}.py": TEMPLATES / "check.py.txt",
        root / "dbdoctor" / "tests" / "checks" / f"test_{cause}.py": TEMPLATES / "test_check.py.txt",
        root / "docs" / "checks" / f"{cause}.md": TEMPLATES / "check.md.txt",
    }


def scaffold(cause: str, *, root: Path) -> list[Path]:
    """Write the three files; they are handed back in the order of `destinations`."""
    written = destinations(cause, root=root)
    for path, template in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = template.read_text(encoding="utf-8").replace("@cause@", cause).replace("@title@", cause.replace("_", " ").capitalize())
        path.write_text(text, encoding="utf-8")
    return list(written)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
