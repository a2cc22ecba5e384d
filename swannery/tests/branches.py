"""The one condition with a branch missing, as if somebody had forgotten it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import ColumnElement

from swannery.posts import visibility

# Every branch there is; a test holds this list against the condition itself.
BRANCHES = [
    *(("audiences", name) for name in ("public", "members", "followers", "friends", "circle", "community", "mentioned")),
    *(("barriers", name) for name in ("deleted", "author_here", "blocked", "state")),
    *(("comment_barriers", name) for name in ("deleted", "author_here", "blocked", "state")),
]


@contextmanager
def without(part: str, branch: str) -> Iterator[None]:
    """Have the condition be composed without this branch inside the block."""
    whole: Callable[..., Mapping[str, ColumnElement[bool]]] = getattr(visibility, part)

    def rest(*arguments: Any) -> dict[str, ColumnElement[bool]]:
        return {name: condition for name, condition in whole(*arguments).items() if name != branch}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(visibility, part, rest)
        forget_compiled()
        yield
    forget_compiled()


def forget_compiled() -> None:
    """Have the condition compiled anew."""
    visibility.visible_sql.cache_clear()
    visibility.shared_visible_sql.cache_clear()
    visibility.comment_visible_sql.cache_clear()
