"""Reacting to a post, and seeing who did."""

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.events import ReactionAdded, ReactionRemoved
from swannery.foundation.viewer import Viewer
from swannery.posts.actions.reading import read_post
from swannery.posts.models import REACTIONS, Post, Reaction, ReactionCount, ReactionKind, Reactor
from swannery.posts.queries import reactions as queries

HOUR_S = 3600
REACTIONS_AN_HOUR = 1000
REACTORS = 30


async def react(tx: Transaction, *, viewer: Viewer, post_id: int, on: bool, kind: ReactionKind = "like") -> Reaction:
    """React to a post, each member in one way at a time, or take the reaction back; doing it twice changes nothing."""
    member = viewer.member_id
    before = await read_post(tx, viewer=viewer, post_id=post_id)
    if on:
        await throttle.limit(tx, what="react", who=str(member), times=REACTIONS_AN_HOUR, window_s=HOUR_S)
        old, changed = await queries.set_reaction(tx, post_id=post_id, member_id=member, kind=kind)
        if changed and old is None:
            await tx.tell(ReactionAdded(post_id=post_id, member_id=member))
        return _after(before, old=old, new=kind)
    old = await queries.delete_reaction(tx, post_id=post_id, member_id=member)
    if old is not None:
        await tx.tell(ReactionRemoved(post_id=post_id, member_id=member))
    return _after(before, old=old, new=None)


def _after(post: Post, *, old: ReactionKind | None, new: ReactionKind | None) -> Reaction:
    """Return the counts after a reaction `old` became `new`."""
    counts = {one.kind: one.count for one in post.reactions}
    for kind, step in ((old, -1), (new, 1)):
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + step
    left = tuple(ReactionCount(kind=kind, count=counts[kind]) for kind in REACTIONS if counts.get(kind, 0) > 0)
    return Reaction(post_id=post.id, count=sum(one.count for one in left), counts=left, kind=new)


async def list_reactors(
    tx: Transaction, *, viewer: Viewer, post_id: int, kind: ReactionKind | None = None, after: int = 0
) -> tuple[list[Reactor], int | None]:
    """Return who reacted to a post one may read, as far as the viewer may know of them, and where the next page begins. Members only."""
    _ = viewer.member_id
    await read_post(tx, viewer=viewer, post_id=post_id)
    found = await queries.read_reactors(tx, post_id=post_id, viewer=viewer, kind=kind, after=after, limit=REACTORS + 1)
    return found[:REACTORS], found[REACTORS - 1].person.id if len(found) > REACTORS else None
