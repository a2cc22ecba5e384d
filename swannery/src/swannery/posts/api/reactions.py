"""Reactions, and who reacted."""

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery

from swannery.accounts.schemas import person_out
from swannery.foundation.database import Transaction
from swannery.foundation.parameters import AfterId, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts import actions
from swannery.posts.models import ReactionKind
from swannery.posts.schemas import ReactionOut, ReactorOut, ReactorsOut, reaction_out


@put("/api/v1/posts/{post_id:int}/reaction", responses=PROBLEMS, tags=["posts"], summary="React to a post")
async def react(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, kind: FromQuery[ReactionKind] = "like"
) -> ReactionOut:
    """React in one way; another one takes its place, the same again changes nothing."""
    return reaction_out(await actions.react(tx, viewer=viewer, post_id=post_id, on=True, kind=kind))


@delete("/api/v1/posts/{post_id:int}/reaction", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Take a reaction back")
async def take_back(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> ReactionOut:
    """Take a reaction back; again changes nothing."""
    return reaction_out(await actions.react(tx, viewer=viewer, post_id=post_id, on=False))


@get("/api/v1/posts/{post_id:int}/reactions", responses=PROBLEMS, tags=["posts"], summary="See who reacted")
async def list_reactors(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    kind: FromQuery[ReactionKind | None] = None,
    after: AfterId = 0,
) -> ReactorsOut:
    """Return who reacted to a post, as far as the viewer may know of them."""
    found, next_after = await actions.list_reactors(tx, viewer=viewer, post_id=post_id, kind=kind, after=after)
    return ReactorsOut(items=[ReactorOut(person=person_out(one.person), kind=one.kind) for one in found], next_after=next_after)


routes = [react, take_back, list_reactors]
