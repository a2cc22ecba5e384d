"""Reacting to a comment, and seeing who did."""

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.comments import read_comment
from swannery.posts.actions.reacting import HOUR_S, REACTIONS_AN_HOUR, REACTORS
from swannery.posts.models import Comment, ReactionKind, Reactor
from swannery.posts.queries import comment_counts as counts
from swannery.posts.queries.comments import lock_comment


async def react_to_comment(
    tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int, on: bool, kind: ReactionKind = "like"
) -> Comment:
    """React to a comment, each member in one way at a time, or take the reaction back; doing it twice changes nothing."""
    member = viewer.member_id
    before = await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    if before.state != "shown":
        raise Conflict(say("Nobody else sees this comment yet."), next_step=say("React to it when it is shown."))
    if on:
        await throttle.limit(tx, what="react", who=str(member), times=REACTIONS_AN_HOUR, window_s=HOUR_S)
    if not await lock_comment(tx, post_id=post_id, comment_id=comment_id):
        raise NotThere
    changed = (
        await counts.set_reaction(tx, post_id=post_id, comment_id=comment_id, member_id=member, kind=kind)
        if on
        else await counts.delete_reaction(tx, post_id=post_id, comment_id=comment_id, member_id=member)
    )
    if changed:
        await counts.recount_comments(tx, places=[(post_id, comment_id)])
    return await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)


async def list_comment_reactors(
    tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int, kind: ReactionKind | None = None, after: int = 0
) -> tuple[list[Reactor], int | None]:
    """Return who reacted to a comment one may read, as far as the viewer may know of them, and where the next page begins. Members only."""
    _ = viewer.member_id
    await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    found = await counts.read_reactors(
        tx, post_id=post_id, comment_id=comment_id, viewer=viewer, kind=kind, after=after, limit=REACTORS + 1
    )
    return found[:REACTORS], found[REACTORS - 1].person.id if len(found) > REACTORS else None
