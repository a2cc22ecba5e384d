"""What can be done with posts: both doors, the website and the API, call these."""

from swannery.posts.actions.bookmarks import (
    delete_folder,
    forget_post,
    list_folders,
    list_saved,
    make_folder,
    rename_folder,
    save_post,
)
from swannery.posts.actions.comments import COMMENTS_AN_HOUR, add_comment, delete_comment, read_comments
from swannery.posts.actions.leaving import erase_member, erase_what_is_left, part, recount_around
from swannery.posts.actions.publishing import HOUR_S, POSTS_AN_HOUR, delete_post, publish_post, set_state, share_activity, share_post
from swannery.posts.actions.reacting import REACTIONS_AN_HOUR, list_reactors, react
from swannery.posts.actions.reading import latest_posts, posts_in_community, posts_of_author, posts_tagged, read_post, read_posts

__all__ = [
    "COMMENTS_AN_HOUR",
    "HOUR_S",
    "POSTS_AN_HOUR",
    "REACTIONS_AN_HOUR",
    "add_comment",
    "delete_comment",
    "delete_folder",
    "delete_post",
    "erase_member",
    "erase_what_is_left",
    "forget_post",
    "latest_posts",
    "list_folders",
    "list_reactors",
    "list_saved",
    "make_folder",
    "part",
    "posts_in_community",
    "posts_of_author",
    "posts_tagged",
    "publish_post",
    "react",
    "read_comments",
    "read_post",
    "read_posts",
    "recount_around",
    "rename_folder",
    "save_post",
    "set_state",
    "share_activity",
    "share_post",
]
