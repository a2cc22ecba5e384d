"""The linter finds every read of what people wrote that lacks the condition, and only those."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import lint_visibility

Plant = Callable[[str, str], Path]
QUERIES = "swannery/src/swannery/posts/queries.py"


def found(plant: Plant, root: Path, source: str) -> list[str]:
    plant(QUERIES, source)
    return [problem.text for problem in lint_visibility.problems(root)]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('"SELECT body FROM swannery.posts p"', "read reads posts without visible_sql"),
        ('f"SELECT 1 FROM x JOIN swannery.posts p ON {visible_sql()}"', ""),
        ('f"SELECT 1 FROM x JOIN swannery.posts p ON {wanted_sql()}"', ""),
        ('f"SELECT 1 FROM x JOIN swannery.posts p ON {unmuted_sql()}"', "read reads posts without visible_sql"),
        ('f"SELECT body FROM swannery.comments c WHERE {visible_sql()}"', "read reads comments without comment_visible_sql"),
        ('f"SELECT 1 FROM swannery.comments c WHERE {visible_sql()} AND {comment_visible_sql()}"', ""),
        ('"SELECT count(*) FROM swannery.reactions"', "read reads reactions without visible_sql"),
        ('"SELECT 1 FROM a"\n        " JOIN swannery.posts p ON true"', "read reads posts without visible_sql"),
        ('"UPDATE x SET y = 1 FROM swannery.posts p"', "read reads posts without visible_sql"),
        ('"DELETE FROM swannery.posts"', ""),
        ('"UPDATE swannery.posts SET body = %(body)s"', ""),
        ('"INSERT INTO swannery.reactions VALUES (1)"', ""),
        ('"SELECT 1 FROM swannery.members"', ""),
    ],
)
def test_reads_without_the_condition_are_reported_and_others_are_not(plant: Plant, tmp_path: Path, body: str, complaint: str) -> None:
    source = f"async def read(tx):\n    return await tx.sql(\n        {body}\n    )\n"
    assert found(plant, tmp_path, source) == ([complaint] if complaint else [])


def test_a_constant_that_joins_comments_by_their_own_condition_is_whole(plant: Plant, tmp_path: Path) -> None:
    source = (
        'WHOLE = f" LEFT JOIN swannery.comments c ON c.id = p.answer AND {comment_visible_sql()}"\n'
        'OPEN = " LEFT JOIN swannery.comments c ON c.id = p.answer"\n\n\n'
        'async def whole(tx):\n    return await tx.read(f"SELECT 1 FROM swannery.posts p{WHOLE} WHERE {visible_sql()}")\n\n\n'
        'async def open_one(tx):\n    return await tx.read(f"SELECT 1 FROM swannery.posts p{OPEN} WHERE {visible_sql()}")\n'
    )
    assert found(plant, tmp_path, source) == ["open_one reads comments, posts without comment_visible_sql"]


def test_a_constant_of_the_file_counts_for_whoever_names_it(plant: Plant, tmp_path: Path) -> None:
    source = 'POSTS = "SELECT 1 FROM swannery.posts p"\n\n\nasync def read(tx):\n    return await tx.sql(POSTS)\n'
    assert found(plant, tmp_path, source) == ["read reads posts without visible_sql"]


def test_an_excuse_needs_its_reason(plant: Plant, tmp_path: Path) -> None:
    source = 'async def count(tx):\n    # sees all:{}\n    return await tx.sql("SELECT count(*) FROM swannery.posts")\n'
    assert found(plant, tmp_path, source.format(" a figure of the owner, nobody's text")) == []
    assert len(found(plant, tmp_path, source.format(""))) == 1
