"""A cause is one check with one page and one test file, all of the same name; none of the three stands alone."""

from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, source_folder


def problems(root: Path) -> Iterator[Problem]:
    checks = source_folder(root, part="dbdoctor") / "checks"
    pages = root / "docs" / "checks"
    if not checks.is_dir():
        return
    tested = {path.stem.removeprefix("test_") for path in (root / "dbdoctor" / "tests").rglob("test_*.py")}
    causes = {path.stem: path for path in sorted(checks.glob("*.py")) if not path.stem.startswith("_")}
    for cause, path in causes.items():
        if not (pages / f"{cause}.md").is_file():
            yield Problem(path=path, line=1, text=f"has no page docs/checks/{cause}.md")
        if cause not in tested:
            yield Problem(path=path, line=1, text=f"has no test file dbdoctor/tests/checks/test_{cause}.py")
    for page in sorted(pages.glob("*.md")):
        if page.stem not in causes and page.stem != "README":
            yield Problem(path=page, line=1, text="is the page of no check")
