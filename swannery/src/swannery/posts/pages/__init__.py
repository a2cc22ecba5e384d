"""Posts and what belongs to them as HTML: forms in, pages and parts of pages out."""

from swannery.posts.pages import (
    answering,
    attending,
    bookmarks,
    comment_editing,
    comments,
    editing,
    pictures,
    previews,
    reacting,
    sharing,
    writing,
)

routes = [
    *writing.routes,
    *comments.routes,
    *comment_editing.routes,
    *reacting.routes,
    *bookmarks.routes,
    *sharing.routes,
    *editing.routes,
    *answering.routes,
    *attending.routes,
    *pictures.routes,
    *previews.routes,
]

__all__ = ["routes"]
