"""What can be done with posts: both doors, the website and the API, call these."""

from swannery.posts.actions.accepting import accept_answer
from swannery.posts.actions.answering import vote
from swannery.posts.actions.attending import attend, list_attendees
from swannery.posts.actions.bookmarks import (
    delete_folder,
    forget_post,
    list_folders,
    list_saved,
    make_folder,
    rename_folder,
    save_post,
)
from swannery.posts.actions.comment_editing import (
    edit_comment,
    list_deleted_comments,
    own_comment,
    read_comment_history,
    restore_comment,
)
from swannery.posts.actions.comment_reacting import list_comment_reactors, react_to_comment
from swannery.posts.actions.comments import COMMENTS_AN_HOUR, add_comment, delete_comment, read_comment, read_comments, read_place
from swannery.posts.actions.drafts import delete_draft, list_drafts, publish_due, read_draft, save_draft
from swannery.posts.actions.editing import delete_post, edit_post, list_deleted, pin_post, purge, read_history, restore_post
from swannery.posts.actions.leaving import erase_member, erase_what_is_left, part, recount_around
from swannery.posts.actions.previewing import is_waiting, make_preview, remove_preview
from swannery.posts.actions.publishing import HOUR_S, POSTS_AN_HOUR, publish_post, set_state, share_activity, share_post
from swannery.posts.actions.reacting import REACTIONS_AN_HOUR, list_reactors, react
from swannery.posts.actions.reading import (
    latest_posts,
    pinned_posts,
    posts_in_community,
    posts_listed,
    posts_of_author,
    posts_tagged,
    read_post,
    read_posts,
)

__all__ = [
    "COMMENTS_AN_HOUR",
    "HOUR_S",
    "POSTS_AN_HOUR",
    "REACTIONS_AN_HOUR",
    "accept_answer",
    "add_comment",
    "attend",
    "delete_comment",
    "delete_draft",
    "delete_folder",
    "delete_post",
    "edit_comment",
    "edit_post",
    "erase_member",
    "erase_what_is_left",
    "forget_post",
    "is_waiting",
    "latest_posts",
    "list_attendees",
    "list_comment_reactors",
    "list_deleted",
    "list_deleted_comments",
    "list_drafts",
    "list_folders",
    "list_reactors",
    "list_saved",
    "make_folder",
    "make_preview",
    "own_comment",
    "part",
    "pin_post",
    "pinned_posts",
    "posts_in_community",
    "posts_listed",
    "posts_of_author",
    "posts_tagged",
    "publish_due",
    "publish_post",
    "purge",
    "react",
    "react_to_comment",
    "read_comment",
    "read_comment_history",
    "read_comments",
    "read_draft",
    "read_history",
    "read_place",
    "read_post",
    "read_posts",
    "recount_around",
    "remove_preview",
    "rename_folder",
    "restore_comment",
    "restore_post",
    "save_draft",
    "save_post",
    "set_state",
    "share_activity",
    "share_post",
    "vote",
]
