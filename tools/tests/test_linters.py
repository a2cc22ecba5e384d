"""Each linter reports what it should, and keeps quiet about what is fine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import lint_benchmarks, lint_causes, lint_names, lint_reasons, lint_sizes, lint_sql_homes
from tools.source_files import Problem

Linter = Callable[[Path], Iterator[Problem]]
Plant = Callable[[str, str], Path]

DBDOCTOR = "dbdoctor/src/dbdoctor"
SWANNERY = "swannery/src/swannery"


def texts(linter: Linter, root: Path) -> list[str]:
    return [problem.text for problem in linter(root)]


def function(*, lines: int, note: str = "") -> str:
    return f"def table() -> int:{note}\n" + "    x = 1\n" * (lines - 2) + "    return x\n"


def test_a_file_over_400_lines_is_reported_and_one_of_400_is_not(plant: Plant, tmp_path: Path) -> None:
    plant("a.py", "x = 1\n" * 401)
    plant("b.py", "x = 1\n" * 400)
    assert texts(lint_sizes.problems, tmp_path) == ["401 lines; a file has at most 400"]


def test_a_test_file_may_have_800_lines(plant: Plant, tmp_path: Path) -> None:
    plant("dbdoctor/tests/test_a.py", "x = 1\n" * 800)
    plant("dbdoctor/tests/test_b.py", "x = 1\n" * 801)
    assert [problem.path.name for problem in lint_sizes.problems(tmp_path)] == ["test_b.py"]


def test_a_long_file_with_its_reason_is_excused_and_without_a_reason_not(plant: Plant, tmp_path: Path) -> None:
    plant("a.py", "# long file: one table of all error codes\n" + "x = 1\n" * 500)
    plant("b.py", "# long file:\n" + "x = 1\n" * 500)
    assert [problem.path.name for problem in lint_sizes.problems(tmp_path)] == ["b.py"]


@pytest.mark.parametrize(
    ("lines", "note", "reported"),
    [(50, "", 0), (51, "", 1), (51, "  # long: declares the table of locks", 0), (51, "  # long:", 1)],
)
def test_a_function_has_at_most_50_lines_unless_a_reason_is_given(
    lines: int, note: str, reported: int, plant: Plant, tmp_path: Path
) -> None:
    plant("a.py", function(lines=lines, note=note))
    assert len(texts(lint_sizes.problems, tmp_path)) == reported


def test_files_of_others_are_left_alone(plant: Plant, tmp_path: Path) -> None:
    plant("node_modules/utils.py", "x = 1\n" * 900)
    plant(".venv/lib/utils.py", "x = 1\n" * 900)
    assert texts(lint_sizes.problems, tmp_path) == []
    assert texts(lint_names.problems, tmp_path) == []


@pytest.mark.parametrize(
    "statement",
    [
        'Q = "SELECT 1"',
        'Q = "\\n    SELECT a FROM b"',
        'Q = "-- a remark\\nDELETE FROM a"',
        'Q = "select a from b where c"',
        'Q = f"ALTER TABLE {table} DROP COLUMN a"',
        'Q = f"{verb}" "insert into a values (1)"'.replace('f"{verb}" ', ""),
        'Q = "WITH a AS (TABLE b) TABLE a"',
        'Q = "BEGIN"',
        'Q = "COMMIT;"',
        'Q = b"x" and "UPDATE a SET b = 1"',
    ],
)
def test_sql_outside_its_home_is_reported(statement: str, plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/doctor.py", f"{statement}\n")
    plant(f"{SWANNERY}/posts/actions.py", f"{statement}\n")
    assert len(texts(lint_sql_homes.problems, tmp_path)) == 2


@pytest.mark.parametrize(
    "words",
    [
        'Q = "Select a plan from the list"',
        'Q = "Creates a copy"',
        'Q = "drop the table"',
        'Q = "BEGINNING"',
        'Q = "Update set-up"',
        'def f() -> None:\n    """SELECT is what this docstring talks about."""',
        'Q = "ALTER TABLE waits for all readers"  # not sql: said to a person',
    ],
)
def test_words_that_are_no_sql_are_not_reported(words: str, plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/doctor.py", f"{words}\n")
    assert texts(lint_sql_homes.problems, tmp_path) == []


@pytest.mark.parametrize(
    "home",
    [
        f"{DBDOCTOR}/databases/postgresql/catalog.py",
        f"{DBDOCTOR}/repairs/add_column.py",
        f"{DBDOCTOR}/histories/sequelize.py",
        f"{DBDOCTOR}/embedded.py",
        f"{SWANNERY}/posts/queries.py",
        f"{SWANNERY}/foundation/database.py",
        "dbdoctor/tests/test_a.py",
        "benchmarks/catalog.py",
    ],
)
def test_sql_at_home_is_not_reported(home: str, plant: Plant, tmp_path: Path) -> None:
    plant(home, 'Q = "SELECT 1"\n')
    assert texts(lint_sql_homes.problems, tmp_path) == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "manager.py", "json.py", "queue/__init__.py", "common/__init__.py"])
def test_a_name_that_says_nothing_or_is_taken_is_reported(name: str, plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/{name}", "")
    assert len(texts(lint_names.problems, tmp_path)) == 1


def test_a_name_that_says_something_is_not_reported(plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/orphan_rows.py", "")
    plant(f"{DBDOCTOR}/checks/__init__.py", "")
    assert texts(lint_names.problems, tmp_path) == []


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("x = 1  # noqa", 1),
        ("x = 1  # noqa: S608", 1),
        ("x = 1  # noqa: S608 - names are quoted above", 0),
        ("x = 1  # type: ignore", 1),
        ("x = 1  # type: ignore[attr-defined]", 1),
        ("x = 1  # type: ignore[attr-defined]  # the stub is too old", 0),
        ('x = "# noqa"', 0),
    ],
)
def test_an_exception_in_the_code_needs_its_reason(line: str, reported: int, plant: Plant, tmp_path: Path) -> None:
    plant("pyproject.toml", "")
    plant("a.py", f"{line}\n")
    assert len(texts(lint_reasons.problems, tmp_path)) == reported


def test_an_ignored_rule_needs_its_reason(plant: Plant, tmp_path: Path) -> None:
    plant("pyproject.toml", '[tool.ruff.lint]\nignore = [\n  "D1",\n  "COM812", # the formatter does it\n]\n')
    assert texts(lint_reasons.problems, tmp_path) == ['an ignored rule without its reason: "D1",']


def test_a_check_needs_its_page_and_its_tests(plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/checks/orphan_rows.py", "")
    assert len(texts(lint_causes.problems, tmp_path)) == 2
    plant("docs/checks/orphan_rows.md", "")
    plant("dbdoctor/tests/checks/test_orphan_rows.py", "")
    assert texts(lint_causes.problems, tmp_path) == []


def test_a_page_without_a_check_is_reported(plant: Plant, tmp_path: Path) -> None:
    plant(f"{DBDOCTOR}/checks/__init__.py", "")
    plant("docs/checks/README.md", "")
    plant("docs/checks/gone.md", "")
    assert texts(lint_causes.problems, tmp_path) == ["is the page of no check"]


def test_a_benchmark_asks_one_question_and_tells_its_command(plant: Plant, tmp_path: Path) -> None:
    plant("benchmarks/catalog.py", '"""Reads the catalog."""\n')
    assert len(texts(lint_benchmarks.problems, tmp_path)) == 2
    plant("benchmarks/catalog.py", '"""How fast is the catalog read?\n\n    python benchmarks/catalog.py\n"""\n')
    assert texts(lint_benchmarks.problems, tmp_path) == []
