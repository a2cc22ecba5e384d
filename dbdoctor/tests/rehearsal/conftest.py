"""Statements and segments as a run on the copy would have shown them."""

from collections.abc import Callable

import pytest

from dbdoctor.model import ServerError
from dbdoctor.rehearsal.observation import Segment, Statement
from dbdoctor.wanted.effects import effects_of

Say = Callable[..., Statement]


@pytest.fixture
def say() -> Say:
    """A statement of a session, failed when an SQLSTATE is given."""

    def made(sql: str, sqlstate: str = "", message: str = "it failed", session: str = "s1") -> Statement:
        error = ServerError(sqlstate=sqlstate, message=message) if sqlstate else None
        return Statement(sql=sql, session=session, effects=effects_of(sql), error=error)

    return made


@pytest.fixture
def migration() -> Callable[..., Segment]:
    """A recorded migration of these statements."""

    def made(*statements: Statement, name: str = "1-a.js", recorded: bool = True) -> Segment:
        return Segment(migration=name, statements=statements, recorded=recorded)

    return made
