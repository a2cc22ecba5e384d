"""Why a post is in a feed, decided from the post and the viewer alone."""

from swannery.feeds.models import Reason
from swannery.foundation.viewer import Viewer
from swannery.posts.models import Post


def reason_for(post: Post, viewer: Viewer) -> Reason:
    """Return the nearest reason: one's own, a community, a friend, somebody followed, else that everybody may read it."""
    if post.author.id == viewer.id:
        return Reason(kind="own")
    if post.community is not None and post.community.id in viewer.communities:
        return Reason(kind="community", name=post.community.name)
    if post.author.id in viewer.friends:
        return Reason(kind="friend", name=post.author.name)
    if post.author.id in viewer.followees:
        return Reason(kind="followed", name=post.author.name)
    return Reason(kind="everyone")
