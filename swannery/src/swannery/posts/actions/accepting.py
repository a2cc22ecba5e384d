"""Which comment answered a question."""

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotAllowed
from swannery.foundation.events import AnswerAccepted, AnswerUnaccepted
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.comments import read_comment
from swannery.posts.actions.reading import read_post
from swannery.posts.models import Post
from swannery.posts.permissions import may
from swannery.posts.queries import comment_editing as queries


async def accept_answer(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int | None) -> Post:
    """Say which comment answered one's own question, another one than before, or none. The same again changes nothing. Returns the post.

    One's own comment may be it: whoever found out by themselves tells the next one. Games give no points for that; that is theirs to say.
    """
    _ = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may("accept_answer", "author" if post.mine else "reader"):
        raise NotAllowed(say("Only who asked can say what answered it."))
    if post.kind != "question":
        raise Conflict(say("Only a question has an answer."))
    if comment_id is not None:
        comment = await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
        if comment.state != "shown":
            raise Conflict(say("Nobody else sees this comment yet."), next_step=say("Accept it when it is shown."))
    before = await queries.accept(tx, post_id=post_id, comment_id=comment_id)
    if before != comment_id:
        if before is not None:
            await tx.tell(AnswerUnaccepted(post_id=post_id, comment_id=before))
        if comment_id is not None:
            await tx.tell(AnswerAccepted(post_id=post_id, comment_id=comment_id))
    return await read_post(tx, viewer=viewer, post_id=post_id)
