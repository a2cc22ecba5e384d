"""Posts and what belongs to them as JSON. The pattern for routes: a schema in, an action, a schema out; nothing is decided here."""

from swannery.posts.api import answers, attending, bookmarks, comment_editing, comments, editing, posts, reactions

routes = [
    *posts.routes,
    *comments.routes,
    *comment_editing.routes,
    *reactions.routes,
    *bookmarks.routes,
    *editing.routes,
    *answers.routes,
    *attending.routes,
]

__all__ = ["routes"]
