"""Who may read what: the one condition, composed here and nowhere else.

It speaks of two rows, a post and its author, and of the viewer's arrays, which are loaded once per request. It looks nothing up, so it can
be pushed down to wherever the posts are: what it has of sub-selects are those arrays, taken out once for a statement. Plain SQL takes it as
`visible_sql`, statements of SQLAlchemy Core as `visible`. Muted people are no matter of what may be read: `wanted_sql`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, ColumnElement, FromClause, and_, any_, bindparam, cast, column, not_, or_, select, table
from sqlalchemy.dialects.postgresql import psycopg

from swannery.foundation.viewer import Viewer

COLUMNS = ("id", "author_id", "community_id", "circle_id", "audience", "state", "deleted_at", "mentioned")

VIEWER = bindparam("viewer_id", type_=BigInteger)
SITE_OPEN = bindparam("viewer_site_open", type_=Boolean)


def ids(parameter: str) -> ColumnElement[Sequence[int]]:
    """Return a parameter that holds ids, given as `array`.

    PostgreSQL keeps no plan that it reckons dearer than one made for the ids at hand: it plans the statement anew each time, which takes
    longer than finding a page's rows. What comes out of a sub-select it reckons the same for all.
    """
    several = ARRAY(BigInteger)
    return cast(select(bindparam(parameter, type_=several)).scalar_subquery(), several)


FOLLOWEES = ids("viewer_followees")
FRIENDS = ids("viewer_friends")
COMMUNITIES = ids("viewer_communities")
CIRCLES = ids("viewer_circles")
BLOCKED = ids("viewer_blocked")
MUTED = ids("viewer_muted")


def viewer_values(viewer: Viewer) -> dict[str, Any]:
    """Return the values of the condition's parameters."""
    return {
        "viewer_id": viewer.id,
        "viewer_site_open": viewer.site_open,
        "viewer_followees": array(viewer.followees),
        "viewer_friends": array(viewer.friends),
        "viewer_communities": array(viewer.communities),
        "viewer_circles": array(viewer.circles),
        "viewer_blocked": array(viewer.blocked),
        "viewer_muted": array(viewer.muted),
    }


def any_of(parameter: str) -> str:
    """Return `ANY` of such `ids` for plain SQL."""
    return f"ANY (CAST((SELECT %({parameter})s::BIGINT[]) AS BIGINT[]))"


def array(ids: Iterable[int]) -> str:
    """Return ids in PostgreSQL's own spelling of an array: a viewer may have thousands, and the driver looks at each for its type."""
    return f"{{{','.join(map(str, ids))}}}"


def audiences(post: FromClause) -> Mapping[str, ColumnElement[bool]]:
    """Return what opens a shown post to somebody who did not write it; one of these must hold."""
    written_for = post.c.audience
    return {
        "public": and_(written_for == "public", or_(VIEWER.is_not(None), SITE_OPEN)),
        "members": and_(written_for == "members", VIEWER.is_not(None)),
        "followers": and_(written_for == "followers", post.c.author_id == any_(FOLLOWEES)),
        "friends": and_(written_for == "friends", post.c.author_id == any_(FRIENDS)),
        "community": and_(written_for == "community", post.c.community_id == any_(COMMUNITIES)),
        "circle": and_(written_for == "circle", post.c.circle_id == any_(CIRCLES)),
        # Who is mentioned stands in the post's own row, as ids: whoever is named by nobody's leave is not in it.
        "mentioned": and_(written_for == "mentioned", any_(post.c.mentioned) == VIEWER),
    }


def barriers(post: FromClause, author: FromClause) -> Mapping[str, ColumnElement[bool]]:
    """Return what must hold for everybody, whatever the audience; a post's own author passes `state`."""
    return {
        "deleted": post.c.deleted_at.is_(None),
        "author_here": author.c.state == "active",
        "blocked": not_(post.c.author_id == any_(BLOCKED)),
        "state": or_(post.c.state == "shown", post.c.author_id == VIEWER),
    }


def visible(post: FromClause, author: FromClause) -> ColumnElement[bool]:
    """Return the condition on a post and its author: no barrier stands, and it is one's own or its audience includes the viewer."""
    return and_(*barriers(post, author).values(), or_(post.c.author_id == VIEWER, *audiences(post).values()))


def comment_barriers(comment: FromClause, author: FromClause) -> Mapping[str, ColumnElement[bool]]:
    """Return what must hold of a comment besides its post being visible."""
    return {
        "deleted": comment.c.deleted_at.is_(None),
        "author_here": author.c.state == "active",
        "blocked": not_(comment.c.author_id == any_(BLOCKED)),
        "state": or_(comment.c.state == "shown", comment.c.author_id == VIEWER),
    }


@lru_cache
def visible_sql(*, post: str = "p", author: str = "a") -> str:
    """Return the condition as text for plain SQL whose aliases are these; its parameters are `viewer_values`."""
    return compiled(visible(named(post), named(author)))


# What a share points at and who wrote that, for `shared_visible_sql`. Index: both primary keys.
SHARED = " LEFT JOIN swannery.posts o ON o.id = p.original_id AND p.kind = 'share' LEFT JOIN swannery.members oa ON oa.id = o.author_id"


@lru_cache
def shared_visible_sql() -> str:
    """Return what must hold beside the condition of a post `p` that may be a share: its original is one the viewer may read (`SHARED`).

    A quote stays: its words are its author's own, and the original is put into it only for those who may read that.
    """
    return f"(p.kind <> 'share' OR {visible_sql(post='o', author='oa')})"


def wanted_sql(*, post: str = "p", author: str = "a") -> str:
    """Return the condition for feeds: what the viewer may read, of people they have not muted."""
    return f"({visible_sql(post=post, author=author)} AND {unmuted_sql(post=post)})"


@lru_cache
def unmuted_sql(*, post: str = "p") -> str:
    """Return that the author is not muted by the viewer."""
    return compiled(not_(named(post).c.author_id == any_(MUTED)))


@lru_cache
def comment_visible_sql(*, comment: str = "c", author: str = "ca") -> str:
    """Return the condition on a comment and its author as text; the post's own condition must stand beside it."""
    return compiled(and_(*comment_barriers(named(comment), named(author)).values()))


def named(alias: str) -> FromClause:
    """Return a table of that name with the columns the condition speaks of."""
    return table(alias, *(column(name) for name in COLUMNS))


def compiled(condition: ColumnElement[bool]) -> str:
    """Return psycopg's spelling, literals written out: `%(viewer_id)s::BIGINT = …`."""
    dialect = psycopg.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's dialects carry no types
    literal = condition.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    text = str(literal)
    # What is no parameter of the viewer is a constant of ours, such as 'public': written out, so that the text stands alone.
    for name, value in literal.params.items():
        if not name.startswith("viewer_"):
            text = text.replace(f"%({name})s::VARCHAR", f"'{value}'").replace(f"%({name})s", f"'{value}'")
    return f"({text})"
