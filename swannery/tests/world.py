"""One author, everybody who could be something to them, and a post of each kind; and, in a few lines, who may read which.

The oracle below was written from the words of the platform's promise alone. It shares nothing with the condition it judges.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from town import Town

from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.connections import actions as connections
from swannery.connections.actions import circles
from swannery.feeds import actions as feeds
from swannery.posts import actions as posts
from swannery.posts.details import Event, Poll
from swannery.posts.models import REACTIONS, Draft

VIEWERS = ("owner", "member", "follower", "friend", "neighbour", "blocked", "blocker", "asker", None)
# The others have not voted by the time they are looked at.
VOTERS = ("follower", "friend", "neighbour", "blocked", "blocker")
AUDIENCES = ("public", "members", "followers", "friends", "circle", "community", "mentioned", "me")


@dataclass(frozen=True)
class Written:
    """A post (or, with `under`, a comment) as the one who wrote it remembers it. Its text holds `mark` and nothing else does."""

    mark: str
    author: str
    id: int
    audience: str = ""
    state: str = "shown"
    deleted: bool = False
    community: str | None = None
    under: str | None = None
    answers: str | None = None  # the mark of the comment that it replies to
    shares: str | None = None  # the mark of the post that it hands on
    quote: bool = False
    tagged: bool = False
    mentions: frozenset[str] = frozenset()
    asks: bool = False  # a poll of two choices
    event: bool = False  # something to come to


@dataclass
class World:
    """Who stands to whom how, kept by hand beside the database."""

    follows: set[tuple[str, str]] = field(default_factory=set)
    friends: set[frozenset[str]] = field(default_factory=set)
    blocks: set[frozenset[str]] = field(default_factory=set)
    inside: dict[str, set[str]] = field(default_factory=dict)
    circles: dict[str, set[str]] = field(default_factory=dict)
    muted: set[tuple[str, str]] = field(default_factory=set)
    accepted: dict[str, str] = field(default_factory=dict)
    coming: dict[str, set[str]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    open: bool = True
    posts: dict[str, Written] = field(default_factory=dict)
    comments: dict[str, Written] = field(default_factory=dict)
    reactions: dict[str, set[str]] = field(default_factory=dict)
    votes: dict[str, dict[str, int]] = field(default_factory=dict)
    comment_reactions: dict[str, set[str]] = field(default_factory=dict)
    kept: dict[str, set[str]] = field(default_factory=dict)

    def hidden(self, viewer: str | None, person: str) -> bool:
        return person in self.away or (viewer is not None and frozenset((viewer, person)) in self.blocks)

    def may_read(self, viewer: str | None, post: Written) -> bool:
        if post.deleted or self.hidden(viewer, post.author):
            return False
        if post.shares and not post.quote and not self.may_read(viewer, self.posts[post.shares]):
            return False
        if viewer == post.author:
            return True
        if post.state != "shown":
            return False
        if viewer is None:
            return post.audience == "public" and self.open
        return {
            "public": True,
            "members": True,
            "followers": (viewer, post.author) in self.follows,
            "friends": frozenset((viewer, post.author)) in self.friends,
            "circle": viewer in self.circles.get(post.author, set()),
            "community": viewer in self.inside.get(post.community or "", set()),
            "mentioned": viewer in post.mentions,
            "me": False,
        }[post.audience]

    def seen_with(self, viewer: str | None, mark: str) -> set[str]:
        """What is read where a post is shown: its own words, unless it has none, and those of the post it hands on."""
        post = self.posts[mark]
        if not self.may_read(viewer, post):
            return set()
        own = {mark} if post.quote or not post.shares else set()
        return own | ({post.shares} if post.shares and self.may_read(viewer, self.posts[post.shares]) else set())

    def texts(self, viewer: str | None, marks: Iterable[str]) -> set[str]:
        """What is read where these posts are shown."""
        return {text for mark in marks for text in self.seen_with(viewer, mark)}

    def may_read_comment(self, viewer: str | None, comment: Written) -> bool:
        assert comment.under is not None
        if not self.may_read(viewer, self.posts[comment.under]) or comment.deleted or self.hidden(viewer, comment.author):
            return False
        return comment.state == "shown" or viewer == comment.author

    def readable(self, viewer: str | None) -> set[str]:
        return {mark for mark, post in self.posts.items() if self.may_read(viewer, post)}

    def at_home(self, viewer: str) -> set[str]:
        """What belongs in somebody's home: their own, their people's, their communities'; everybody's while they have nobody."""
        people = {other for follower, other in self.follows if follower == viewer} | {
            other for pair in self.friends if viewer in pair for other in pair
        }
        places = {slug for slug, members in self.inside.items() if viewer in members}
        if not (people - {viewer}) and not places:
            return self.unmuted(viewer, self.readable(viewer))
        mine = {m for m, p in self.posts.items() if p.author in people | {viewer} or p.community in places}
        return self.unmuted(viewer, self.readable(viewer) & mine)

    def unmuted(self, viewer: str | None, marks: set[str]) -> set[str]:
        """What of it may come into feeds."""
        return {mark for mark in marks if (viewer, self.posts[mark].author) not in self.muted}

    def reactors(self, viewer: str | None, mark: str) -> set[str]:
        return {who for who in self.reactions.get(mark, set()) if not self.hidden(viewer, who)}

    def attendees(self, viewer: str | None, mark: str) -> set[str]:
        return {who for who in self.coming.get(mark, set()) if not self.hidden(viewer, who)}

    def tally(self, viewer: str | None, mark: str) -> tuple[int, int] | None:
        """How often each of a poll's choices was made, as far as this viewer is told while it is open."""
        votes = self.votes.get(mark, {})
        if viewer not in votes and viewer != self.posts[mark].author:
            return None
        told = [choice for who, choice in votes.items() if not self.hidden(viewer, who)]
        return told.count(1), told.count(2)

    def comment_reactors(self, viewer: str | None, mark: str) -> set[str]:
        return {who for who in self.comment_reactions.get(mark, set()) if not self.hidden(viewer, who)}

    def counts(self, viewer: str | None, mark: str) -> tuple[int, int, int]:
        """How many reacted, answered and handed it on, as far as this viewer is told."""
        comments = [one for one in self.comments.values() if one.under == mark and one.state == "shown" and not one.deleted]
        shares = [one for one in self.posts.values() if one.shares == mark and one.state == "shown" and not one.deleted]
        return (
            len(self.reactors(viewer, mark)),
            len([one for one in comments if not self.hidden(viewer, one.author)]),
            len([one for one in shares if one.audience != "me" and not self.hidden(viewer, one.author)]),
        )

    def trending(self, viewer: str | None) -> set[str]:
        """Public posts that five people whom the viewer may know of, other than the author, have something to say to."""
        found = set()
        for mark in self.readable(viewer):
            post = self.posts[mark]
            said = {one.author for one in self.comments.values() if one.under == mark and one.state == "shown" and not one.deleted}
            shared = [one for one in self.posts.values() if one.shares == mark and one.state == "shown" and not one.deleted]
            people = self.reactions.get(mark, set()) | said | {one.author for one in shared if one.audience != "me"}
            if (post.audience, post.state) == ("public", "shown") and len(
                {who for who in people - {post.author} if not self.hidden(viewer, who)}
            ) >= 5:
                found.add(mark)
        return self.unmuted(viewer, found)

    def bookmarks(self, viewer: str) -> set[str]:
        return self.kept.get(viewer, set()) & self.readable(viewer)

    def depth(self, mark: str) -> int:
        """How many comments stand above this one."""
        above = self.comments[mark].answers
        return 1 + self.depth(above) if above else 0

    def beneath(self, mark: str) -> set[str]:
        """A comment and all that was said to it, and to that."""
        replies = {other for other, one in self.comments.items() if one.answers == mark}
        return {mark}.union(*(self.beneath(reply) for reply in replies))

    def read_at(self, viewer: str | None, mark: str) -> set[str]:
        """What is read of a conversation where somebody looks at one comment of it; nothing where they find nothing there."""
        under = self.comments[mark].under
        if under is None or not self.may_read(viewer, self.posts[under]):
            return set()
        return {one for one in self.beneath(mark) if self.may_read_comment(viewer, self.comments[one])}

    def answer_to(self, viewer: str | None, post_mark: str) -> Written | None:
        """What its author said answered it, for whoever may read that."""
        answer = self.comments.get(self.accepted.get(post_mark, ""))
        return answer if answer and self.may_read_comment(viewer, answer) else None

    def comments_under(self, viewer: str | None, post_mark: str) -> set[str]:
        return {mark for mark, one in self.comments.items() if one.under == post_mark and self.may_read_comment(viewer, one)}


def marked(name: str) -> str:
    return f"zq{name}qz"


async def write(
    town: Town,
    world: World,
    name: str,
    *,
    author: str,
    audience: str,
    community: tuple[str, int] | None = None,
    state: str = "shown",
    asks: bool = False,
    event: bool = False,
) -> Written:
    """Have somebody write a post through the same action as the website, and remember it."""
    mark = marked(name)
    slug, community_id = community or (None, None)
    circle_id = await circle_of(town, author) if audience == "circle" else None
    # A handle in a post for whom it names; all the others name nobody.
    mentions = ("friend", "asker", "blocked", "gone") if audience == "mentioned" else ()
    named = " ".join(f"@{town.handles[who]}" for who in mentions)
    words = f"{mark} said #Tagged {named}"
    poll = Poll(options=[f"{mark} yes", "no"]) if asks else None
    come = Event(title=f"{mark} come", starts_at=datetime(2190, 1, 1, tzinfo=UTC)) if event else None
    draft = Draft(body=words, audience=audience, community_id=community_id, circle_id=circle_id, details=poll or come, client_key=uuid4())
    post_id = await town.act(posts.publish_post, author, draft=draft)
    if state in {"held", "removed"}:
        await town.sql("UPDATE swannery.posts SET state = %(state)s WHERE id = %(id)s", state=state, id=post_id)
    written = Written(
        mark=mark,
        author=author,
        id=post_id,
        audience=audience,
        state=state,
        community=slug,
        tagged=True,
        mentions=frozenset(mentions),
        asks=asks,
        event=event,
    )
    world.posts[mark] = written
    async with town.parts.database.transaction() as tx:
        await feeds.fan_out(tx, post_id=post_id, published_at=tx.now.timestamp())
    return written


async def circle_of(town: Town, who: str) -> int:
    """The one circle that everybody has in these tests, made when it is first needed."""
    mine = await town.act(circles.list_circles, who)
    return mine[0].id if mine else await town.act(circles.make_circle, who, name="Close ones")


async def populate(town: Town) -> World:
    """Fill the town. Connections first, so that lists are filled by what is published; blocks last, as they happen in life."""
    world = World()
    for who in VIEWERS:
        if who:  # everybody has been here, so lists are kept for them
            await town.act(feeds.read_everyone, who, after=None)
    await connect(town, world)
    club = await town.act(communities.found_community, "owner", wanted=Foundation(name="Early birds", purpose="At five"))
    await town.act(communities.join_community, "neighbour", slug=club.slug)
    world.inside[club.slug] = {"owner", "neighbour"}
    await town.act(circles.put_in_circle, "owner", circle_id=await circle_of(town, "owner"), handle=town.handles["follower"])
    world.circles["owner"] = {"follower"}
    for audience in AUDIENCES:
        place = (club.slug, club.id) if audience == "community" else None
        await write(town, world, audience, author="owner", audience=audience, community=place, asks=True)
    for state in ("held", "removed"):
        await write(town, world, state, author="owner", audience="public", state=state)
    await write(town, world, "event", author="owner", audience="members", event=True)
    await write(town, world, "gone", author="gone", audience="members")
    await write(town, world, "friends of friend", author="friend", audience="friends")
    await write(town, world, "by blocked", author="blocked", audience="public")
    await write(town, world, "by blocker", author="blocker", audience="members")
    await hand_on(town, world)
    deleted = await write(town, world, "deleted", author="owner", audience="public")
    await town.act(posts.delete_post, "owner", post_id=deleted.id)
    world.posts[deleted.mark] = Written(mark=deleted.mark, author="owner", id=deleted.id, audience="public", deleted=True)
    for name in ("public", "followers", "mentioned"):
        again = world.posts[marked(name)]
        named = " ".join(f"@{town.handles[who]}" for who in again.mentions)
        await town.act(posts.edit_post, "owner", post_id=again.id, draft=Draft(body=f"{again.mark} meant #Tagged {named}"), seen=None)
    await discuss(town, world)
    await keep_and_like(town, world)
    await illustrate(town, world)
    await turn_away(town, world)
    return world


async def illustrate(town: Town, world: World) -> None:
    """Give every post a picture, and people one on their profile. Only rows: whether one may be seen is asked before a file is."""
    for post in world.posts.values():
        key = picture_of_post(post.id)
        await picture(town, key=key, owner=post.author, purpose="post", post_id=post.id)
        # What is said of it is the post's own text as well: whoever must not read that must not read this.
        shown = [{"key": key, "alt": f"{post.mark} pictured", "width": 640, "height": 480}]
        page = await preview(town, post.id, owner=post.author, title=f"{post.mark} linked")
        await town.sql(
            "UPDATE swannery.posts SET pictures = %(shown)s::jsonb, preview = %(page)s::jsonb WHERE id = %(id)s AND kind <> 'share'",
            shown=json.dumps(shown), page=json.dumps(page), id=post.id,
        )  # fmt: skip
    for who in ("owner", "gone"):
        await picture(town, key=face_of(town, who), owner=who, purpose="face", on_profile=True)
    await picture(town, key=UNUSED, owner="owner", purpose="post")


async def picture(town: Town, *, key: str, owner: str, purpose: str, post_id: int | None = None, on_profile: bool = False) -> None:
    await town.sql(
        "INSERT INTO swannery.pictures (key, owner_id, purpose, width, height, post_id, on_profile, created_at)"
        " VALUES (%(key)s, %(owner)s, %(purpose)s, 640, 480, %(post)s::bigint, %(profile)s, now())",
        key=key, owner=town.ids[owner], purpose=purpose, post=post_id, profile=on_profile,
    )  # fmt: skip


async def preview(town: Town, post_id: int, *, owner: str, title: str) -> dict[str, object]:
    """Give a post the picture of a page it links to; returns what stands in the post."""
    key = picture_of_page(post_id)
    await picture(town, key=key, owner=owner, purpose="preview", post_id=post_id)
    shown = {"key": key, "alt": title, "width": 320, "height": 320}
    return {"url": "https://gym.example/", "state": "there", "title": title, "description": title, "picture": shown}


UNUSED = "e" * 32


def picture_of_post(post_id: int) -> str:
    return f"{post_id:032x}"


def picture_of_page(post_id: int) -> str:
    return f"a{post_id:031x}"


def face_of(town: Town, who: str) -> str:
    return f"f{town.ids[who]:031x}"


async def hand_on(town: Town, world: World) -> None:
    """Have people share and quote what they may read: some of it by somebody who is blocked later, some of it taken back later."""
    await write(town, world, "taken back", author="friend", audience="public")
    for name, author, audience, original, quote in (
        ("shared", "follower", "public", "public", False),
        ("shared with members", "neighbour", "members", "members", False),
        ("quoted", "neighbour", "public", "public", True),
        ("quotes blocked", "member", "public", "by blocked", True),
        ("shares blocked", "member", "members", "by blocked", False),
        ("shares own", "owner", "friends", "friends", False),
        ("quotes taken back", "follower", "members", "taken back", True),
        ("shares taken back", "follower", "members", "taken back", False),
    ):
        mark, under = marked(name), world.posts[marked(original)]
        draft = Draft(body=f"{mark} said" if quote else "", audience=audience)
        post_id = await town.act(posts.share_post, author, post_id=under.id, draft=draft)
        world.posts[mark] = Written(mark=mark, author=author, id=post_id, audience=audience, shares=under.mark, quote=quote)
        async with town.parts.database.transaction() as tx:
            await feeds.fan_out(tx, post_id=post_id, published_at=tx.now.timestamp())
    gone = world.posts[marked("taken back")]
    await town.act(posts.delete_post, "friend", post_id=gone.id)
    world.posts[gone.mark] = Written(mark=gone.mark, author="friend", id=gone.id, audience="public", deleted=True)


async def connect(town: Town, world: World) -> None:
    ids = town.ids
    await town.act(connections.follow, "follower", person_id=ids["owner"])
    world.follows |= {("follower", "owner"), ("friend", "owner"), ("owner", "friend")}
    await town.act(connections.send_friend_request, "friend", person_id=ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=ids["friend"])
    world.friends.add(frozenset(("friend", "owner")))
    await town.act(connections.send_friend_request, "asker", person_id=ids["owner"])
    # The two who will be blocked were close before: nothing of it may remain.
    for other in ("blocked", "blocker"):
        await town.act(connections.send_friend_request, other, person_id=ids["owner"])
        await town.act(connections.accept_friend_request, "owner", person_id=ids[other])


# Who says what to whom: in every conversation somebody is hidden from somebody, at its top, in its midst and at its end.
SAID = (
    ("c member", "member", "public", None),
    ("c blocked", "blocked", "public", None),
    ("c gone", "gone", "public", None),
    ("c held", "follower", "public", None),
    ("c deleted", "friend", "public", None),
    ("c to friends", "friend", "friends", None),
    ("r to blocked", "neighbour", "public", "c blocked"),
    ("r to gone", "neighbour", "public", "c gone"),
    ("r to held", "member", "public", "c held"),
    ("r to deleted", "asker", "public", "c deleted"),
    ("r of blocked", "blocked", "public", "c member"),
    ("rr to blocked", "follower", "public", "r of blocked"),
    ("rrr of blocker", "blocker", "public", "rr to blocked"),
    ("rrrr deep", "member", "public", "rrr of blocker"),
    ("r deleted last", "member", "public", "r to gone"),
    ("r to friends", "owner", "friends", "c to friends"),
)


async def discuss(town: Town, world: World) -> None:
    for name, author, post, answers in SAID:
        under, above = world.posts[marked(post)], world.comments[marked(answers)] if answers else None
        mark = marked(name)
        comment = await town.act(posts.add_comment, author, post_id=under.id, text=f"{mark} replied", parent_id=above.id if above else None)
        world.comments[mark] = Written(
            mark=mark,
            author=author,
            id=comment.id,
            under=under.mark,
            answers=above.mark if above else None,
            state="held" if name == "c held" else "shown",
            deleted="deleted" in name and name != "r to deleted",
        )
    for number, who in enumerate(("blocked", "blocker", "gone", "friend", "neighbour")):
        for name in ("c member", "r to blocked"):
            await town.act(
                posts.react_to_comment, who, post_id=world.posts[marked("public")].id, comment_id=world.comments[marked(name)].id,
                on=True, kind=REACTIONS[number],
            )  # fmt: skip
            world.comment_reactions.setdefault(marked(name), set()).add(who)
    said = world.comments[marked("c member")]
    await town.act(
        posts.edit_comment, said.author, post_id=world.posts[said.under or ""].id, comment_id=said.id, text=f"{said.mark} meant", seen=None
    )
    # No questions, and yet: whoever may read a comment is told of it, however it came to be the answer.
    for post, answer in (("public", "c blocked"), ("friends", "c to friends")):
        world.accepted[marked(post)] = marked(answer)
        await town.sql(
            "UPDATE swannery.posts SET accepted_comment_id = %(answer)s WHERE id = %(id)s",
            answer=world.comments[marked(answer)].id, id=world.posts[marked(post)].id,
        )  # fmt: skip
    for one in world.comments.values():
        if one.state == "held":
            await town.sql("UPDATE swannery.comments SET state = 'held' WHERE id = %(id)s", id=one.id)
            await town.sql(
                "UPDATE swannery.posts SET comment_count = comment_count - 1 WHERE id = %(id)s", id=world.posts[one.under or ""].id
            )
        if one.deleted:
            await town.act(posts.delete_comment, one.author, post_id=world.posts[one.under or ""].id, comment_id=one.id)


async def keep_and_like(town: Town, world: World) -> None:
    """Have everybody keep and like whatever they may read by now: much of it is not for them any more afterwards."""
    for number, who in enumerate(viewer for viewer in VIEWERS if viewer):
        for mark in world.readable(who):
            post = world.posts[mark]
            await town.act(posts.save_post, who, post_id=post.id)
            world.kept.setdefault(who, set()).add(mark)
            if post.state == "shown":
                await town.act(posts.react, who, post_id=post.id, on=True, kind=REACTIONS[number % len(REACTIONS)])
                world.reactions.setdefault(mark, set()).add(who)
            if post.event and who in VOTERS:
                await town.act(posts.attend, who, post_id=post.id, answer="going")
                world.coming.setdefault(mark, set()).add(who)
            if post.asks and post.state == "shown" and who in VOTERS:
                await town.act(posts.vote, who, post_id=post.id, choices=[1 + number % 2])
                world.votes.setdefault(mark, {})[who] = 1 + number % 2


async def turn_away(town: Town, world: World) -> None:
    await town.act(connections.block, "owner", person_id=town.ids["blocked"])
    await town.act(connections.block, "blocker", person_id=town.ids["owner"])
    world.blocks |= {frozenset(("owner", "blocked")), frozenset(("blocker", "owner"))}
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    world.away.add("gone")
    async with town.parts.database.transaction() as tx:
        await posts.recount_around(tx, member_ids=[town.ids["gone"]])  # the job that the event leaves
