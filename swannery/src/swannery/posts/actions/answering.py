"""Voting: one answer a member, to be changed until the poll closes."""

from collections.abc import Sequence

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.reading import read_post
from swannery.posts.detail_rules import check_choices
from swannery.posts.details import Poll
from swannery.posts.models import Post
from swannery.posts.queries import answers as queries

HOUR_S = 3600
ANSWERS_AN_HOUR = 1000


async def vote(tx: Transaction, *, viewer: Viewer, post_id: int, choices: Sequence[int]) -> Post:
    """Vote in a poll one may read, or vote otherwise; no choice takes the vote back. The same again changes nothing. Returns the post."""
    member = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not isinstance(post.details, Poll) or post.answers is None:
        raise Conflict(say("There is nothing to vote for in this post."))
    if post.answers.closed:
        raise Conflict(say("This poll is over."), next_step=say("Look at what came of it."))
    if post.state != "shown":
        raise Conflict(say("There is no voting while this post is not shown."))
    chosen = check_choices(post.details, choices)
    await throttle.limit(tx, what="answer", who=str(member), times=ANSWERS_AN_HOUR, window_s=HOUR_S)
    if not await answer(tx, post=post, member_id=member, chosen=chosen):
        raise Conflict(say("This post was changed meanwhile."), next_step=say("Look at it as it is now, then answer again."))
    return await read_post(tx, viewer=viewer, post_id=post_id)


async def answer(tx: Transaction, *, post: Post, member_id: int, chosen: Sequence[int]) -> bool:
    """Store and count an answer; no choice takes it back. False when it cannot be counted: the post asks otherwise by now, or is full."""
    if post.details is None:
        return False
    if chosen:
        before = await queries.set_answer(tx, post_id=post.id, member_id=member_id, choices=chosen)
    else:
        before = await queries.delete_answer(tx, post_id=post.id, member_id=member_id)
    if set(before) == set(chosen):
        return True
    steps = {choice: (choice in chosen) - (choice in before) for choice in {*before, *chosen}}
    people = bool(chosen) - bool(before)
    return await queries.count_answers(tx, post_id=post.id, people=people, steps=steps, meant=post.details)
