"""Who may do what with a post, given that they may read it. Reading itself is visibility.py's."""

from collections.abc import Mapping
from typing import Literal

Deed = Literal["comment", "react", "edit_post", "pin_post", "delete_post", "edit_comment", "delete_comment", "accept_answer"]
Relation = Literal["stranger", "reader", "author", "post_author"]

# Everybody in a row's right column may do it; `post_author` wrote the post that a comment stands under.
ALLOWED: Mapping[Deed, frozenset[Relation]] = {
    "comment": frozenset({"reader", "author"}),
    "react": frozenset({"reader", "author"}),
    "edit_post": frozenset({"author"}),
    "pin_post": frozenset({"author"}),
    "delete_post": frozenset({"author"}),
    "edit_comment": frozenset({"author"}),
    "accept_answer": frozenset({"author"}),
    "delete_comment": frozenset({"author", "post_author"}),
}


def may(deed: Deed, relation: Relation) -> bool:
    """Whether somebody in this relation may do this."""
    return relation in ALLOWED[deed]
