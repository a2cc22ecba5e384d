"""Voting."""

from typing import Annotated

import msgspec
from litestar import delete, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.foundation.database import Transaction
from swannery.foundation.parameters import PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts import actions
from swannery.posts.details import MOST_OPTIONS
from swannery.posts.schemas import PostOut, post_out

Choice = Annotated[int, msgspec.Meta(ge=1, le=MOST_OPTIONS)]


class Vote(msgspec.Struct, forbid_unknown_fields=True):
    """Which of a poll's options, counted from 1: one, or several where the poll lets one choose several."""

    choices: Annotated[list[Choice], msgspec.Meta(min_length=1, max_length=MOST_OPTIONS)]


@put("/api/v1/posts/{post_id:int}/vote", responses=PROBLEMS, tags=["posts"], summary="Vote in a poll")
async def vote(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, data: JSONBody[Vote]) -> PostOut:
    """Vote, or vote otherwise until the poll closes; the same again changes nothing. Returns the post with what is told of the result."""
    return post_out(await actions.vote(tx, viewer=viewer, post_id=post_id, choices=data.choices))


@delete("/api/v1/posts/{post_id:int}/vote", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Take a vote back")
async def take_back(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Take one's vote back until the poll closes; again changes nothing."""
    return post_out(await actions.vote(tx, viewer=viewer, post_id=post_id, choices=[]))


routes = [vote, take_back]
