"""People follow, befriend, block, gather, write, delete and leave at random; after each step everybody reads everything.

What they see is compared with a few lines of plain Python (world.py), which know nothing of SQL. `make test` samples it, `make test-long`
walks far. A second test removes each branch of the condition in turn: the walk must stumble over it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from branches import BRANCHES, without
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from town import Town, copy_of
from world import AUDIENCES, VIEWERS, World, Written, circle_of, marked, picture, picture_of_post, populate, preview

from dbdoctor.embedded import Server
from swannery.accounts.actions.follow_users import follow_users
from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.config import Config
from swannery.connections import actions as connections
from swannery.connections.actions import circles
from swannery.feeds import actions as feeds
from swannery.feeds.models import WEIGHTS
from swannery.feeds.queries import lists as queries
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotAllowed, NotThere
from swannery.foundation.paging import PageOf, decode
from swannery.foundation.viewer import Viewer
from swannery.media import actions as media
from swannery.media.models import Attachment
from swannery.posts import actions as posts
from swannery.posts.details import Event, Poll, Question
from swannery.posts.models import COMMENT_ORDERS, REACTIONS, Branch, CommentOrder, Draft, Post, ReactionKind

FAR = datetime(2190, 1, 1, tzinfo=UTC)
CAST = ("owner", "member", "friend", "neighbour", "trainer")
READERS = (*CAST, None)
TABLES = (
    "answers", "pictures", "pulled_authors",
    "comment_reactions", "comment_versions", "comments", "reactions", "feed_entries", "bookmarks", "bookmark_folders", "shares",
    "post_tags", "post_versions", "drafts", "posts",
    "community_members", "communities", "circle_members", "circles", "mutes", "follow_requests", "follows", "friend_requests",
    "friendships", "blocks", "throttles", "activities",
)  # fmt: skip
people = st.sampled_from(CAST)


class Neighbours:
    """One database and one event loop for every walk; each walk begins with an empty place."""

    def __init__(self, url: str, config: Config) -> None:
        self.runner = asyncio.Runner()
        self.town = Town(url=url, config=config)
        self.runner.run(self.town.meet())

    def run(self, work: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await work

        return self.runner.run(wait())

    def sweep(self) -> None:
        self.run(self.town.sql(f"TRUNCATE {', '.join(f'swannery.{table}' for table in TABLES)}"))
        self.run(self.town.sql("UPDATE public.users SET is_active = true WHERE NOT is_active"))
        self.run(self.follow())
        self.town.forget_sign_ins()

    async def follow(self) -> None:
        async with self.town.parts.database.transaction() as tx:
            await follow_users(tx, users=self.town.parts.config.users)

    def close(self) -> None:
        self.run(self.town.parts.database.close())
        self.runner.close()


@pytest.fixture(scope="module")
def neighbours(server: Server, built_town: tuple[str, Config]) -> Iterator[Neighbours]:
    with copy_of(server, built_town[0]) as url:
        there = Neighbours(url, built_town[1])
        yield there
        there.close()


class Walk(RuleBasedStateMachine):
    """What people do, once in the database and once in the oracle's world."""

    there: Neighbours
    every = 1
    step = 0

    @initialize()
    def begin(self) -> None:
        self.there.sweep()
        self.world = World()
        self.asked: set[tuple[str, str]] = set()
        self.places: dict[str, int] = {}
        self.number = 0
        self.took_back: dict[str, str] = {}
        self.edited: dict[str, datetime | None] = {}

    # Small words for the rules below.

    def act(self, action: Callable[..., Awaitable[Any]], who: str, **arguments: Any) -> Any:
        """Do it; None when the platform says that there is nothing there."""
        if who in self.world.away:
            return None
        try:
            return self.there.run(self.there.town.act(action, who, **arguments))
        except (NotThere, Conflict):
            return None

    def meet(self, one: str, other: str) -> bool:
        return one != other and not self.world.hidden(one, other) and one not in self.world.away

    def id_of(self, who: str) -> int:
        return self.there.town.ids[who]

    @rule(one=people, other=people)
    def follow(self, one: str, other: str) -> None:
        if self.meet(one, other):
            self.act(connections.follow, one, person_id=self.id_of(other))
            self.world.follows.add((one, other))

    @rule(one=people, other=people)
    def unfollow(self, one: str, other: str) -> None:
        if self.meet(one, other):
            self.act(connections.unfollow, one, person_id=self.id_of(other))
            self.world.follows.discard((one, other))

    @rule(one=people, other=people)
    def ask(self, one: str, other: str) -> None:
        if not self.meet(one, other):
            return
        self.act(connections.send_friend_request, one, person_id=self.id_of(other))
        if (other, one) in self.asked:
            self._befriend(one, other)
        elif frozenset((one, other)) not in self.world.friends:
            self.asked.add((one, other))

    @rule(one=people, other=people)
    def accept(self, one: str, other: str) -> None:
        """Also tried by whoever sent the request, which must open nothing."""
        if self.meet(one, other):
            self.act(connections.accept_friend_request, one, person_id=self.id_of(other))
            if (other, one) in self.asked:
                self._befriend(one, other)

    def _befriend(self, one: str, other: str) -> None:
        self.asked -= {(one, other), (other, one)}
        self.world.friends.add(frozenset((one, other)))
        self.world.follows |= {(one, other), (other, one)}

    @rule(one=people, other=people)
    def unfriend(self, one: str, other: str) -> None:
        if self.meet(one, other):
            self.act(connections.unfriend, one, person_id=self.id_of(other))
            self.world.friends.discard(frozenset((one, other)))

    @rule(one=people, other=people)
    def put_in_circle(self, one: str, other: str) -> None:
        if self.meet(one, other):
            circle = self.there.run(circle_of(self.there.town, one))
            self.act(circles.put_in_circle, one, circle_id=circle, handle=self.there.town.handles[other])
            self.world.circles.setdefault(one, set()).add(other)

    @rule(one=people, other=people)
    def take_out_of_circle(self, one: str, other: str) -> None:
        if one != other and one not in self.world.away:
            circle = self.there.run(circle_of(self.there.town, one))
            self.act(circles.take_out_of_circle, one, circle_id=circle, person_id=self.id_of(other))
            self.world.circles.setdefault(one, set()).discard(other)

    @rule(one=people)
    def have_so_many_followers(self, one: str) -> None:
        """From now on their posts are in no follower's list; whoever reads, reads the same as before."""
        self.there.run(self._pull(self.id_of(one)))

    async def _pull(self, author_id: int) -> None:
        await self.there.town.sql(
            "INSERT INTO swannery.pulled_authors (author_id, since) VALUES (%(id)s, now()) ON CONFLICT (author_id) DO NOTHING", id=author_id
        )

    @rule()
    def have_fewer_followers(self) -> None:
        """Whose posts were in no list leave that state, or left it an hour ago."""
        self.there.run(self._settle())

    async def _settle(self) -> None:
        await self.there.town.sql("UPDATE swannery.pulled_authors SET leaving_at = leaving_at - interval '2 hours'")
        async with self.there.town.parts.database.transaction() as tx:
            for post_id in await feeds.settle_pulled(tx):
                await feeds.fan_out(tx, post_id=post_id, published_at=tx.now.timestamp())

    @rule(one=people, other=people, on=st.booleans())
    def mute(self, one: str, other: str, *, on: bool) -> None:
        if self.meet(one, other):
            self.act(connections.mute if on else connections.unmute, one, person_id=self.id_of(other))
            (self.world.muted.add if on else self.world.muted.discard)((one, other))

    @rule(one=people, other=people)
    def block(self, one: str, other: str) -> None:
        if one == other or {one, other} & self.world.away or frozenset((one, other)) in self.world.blocks:
            return
        self.act(connections.block, one, person_id=self.id_of(other))
        pair = {(one, other), (other, one)}
        self.world.follows -= pair
        self.asked -= pair
        self.world.friends.discard(frozenset((one, other)))
        self.world.blocks.add(frozenset((one, other)))
        self.world.circles.setdefault(one, set()).discard(other)
        self.world.circles.setdefault(other, set()).discard(one)
        self.blockers = {**getattr(self, "blockers", {}), frozenset((one, other)): one}

    @rule(one=people, other=people)
    def unblock(self, one: str, other: str) -> None:
        """Whoever was blocked may try: only who blocked takes it back."""
        pair = frozenset((one, other))
        if pair not in self.world.blocks or {one, other} & self.world.away:
            return
        self.act(connections.unblock, one, person_id=self.id_of(other))
        if self.blockers[pair] == one:
            self.world.blocks.discard(pair)

    @rule(who=people)
    def found(self, who: str) -> None:
        if who not in self.world.away and len(self.places) < 2:
            self.number += 1
            place = self.act(communities.found_community, who, wanted=Foundation(name=f"Place {self.number}"))
            self.places[place.slug] = place.id
            self.world.inside[place.slug] = {who}

    @rule(who=people, index=st.integers(0, 1))
    def join(self, who: str, index: int) -> None:
        slug = self._place(index)
        # A place that its last member left is archived: nobody comes back into it.
        if slug and who not in self.world.away and self.world.inside[slug]:
            self.act(communities.join_community, who, slug=slug)
            self.world.inside[slug].add(who)

    @rule(who=people, index=st.integers(0, 1))
    def leave(self, who: str, index: int) -> None:
        slug = self._place(index)
        if slug and who not in self.world.away:
            self.act(communities.leave_community, who, slug=slug)
            self.world.inside[slug].discard(who)

    def _place(self, index: int) -> str | None:
        return list(self.places)[index] if index < len(self.places) else None

    @rule(who=people, audience=st.sampled_from(AUDIENCES), index=st.integers(0, 1), named=people)
    def write(self, who: str, audience: str, index: int, named: str) -> None:
        if audience == "mentioned" and (not self.meet(who, named) or named in self.world.away):
            return
        slug = self._place(index) if audience == "community" else None
        if who in self.world.away or (audience == "community" and (slug is None or who not in self.world.inside[slug])):
            return
        self.number += 1
        mark = marked(f"p{self.number}")
        circle = self.there.run(circle_of(self.there.town, who)) if audience == "circle" else None
        words = f"{mark} @{self.there.town.handles[named]}" if audience == "mentioned" else mark
        asks = self.number % 2 == 0
        event = not asks and self.number % 3 == 0
        poll = Poll(options=["yes", "no"]) if asks else Event(title="Come", starts_at=FAR) if event else Question(title="How?")
        place = self.places[slug] if slug else None
        draft = Draft(body=words, audience=audience, community_id=place, circle_id=circle, details=poll, pictures=self._pictures(who))
        post_id = self.act(posts.publish_post, who, draft=draft)
        mentions = frozenset({named} if audience == "mentioned" else ())
        self.world.posts[mark] = Written(
            mark=mark, author=who, id=post_id, audience=audience, community=slug, mentions=mentions, asks=asks, event=event
        )
        self.there.run(self._link(post_id, who))
        self.there.run(self._fan_out(post_id))

    async def _link(self, post_id: int, who: str) -> None:
        """Every fifth post links to a page that was read already."""
        if self.number % 5:
            return
        page = await preview(self.there.town, post_id, owner=who, title="A page")
        await self.there.town.sql(
            "UPDATE swannery.posts SET preview = %(page)s::jsonb WHERE id = %(id)s", page=json.dumps(page), id=post_id
        )

    def _pictures(self, who: str) -> tuple[Attachment, ...]:
        """One picture for every fourth post; only its row, for whether it may be seen is asked before its file is."""
        if self.number % 4:
            return ()
        key = picture_of_post(self.number)
        self.there.run(picture(self.there.town, key=key, owner=who, purpose="post"))
        return (Attachment(key=key),)

    async def _fan_out(self, post_id: int) -> None:
        async with self.there.town.parts.database.transaction() as tx:
            await feeds.fan_out(tx, post_id=post_id, published_at=tx.now.timestamp())

    @rule(index=st.integers(0, 30), what=st.sampled_from(["deleted", "restored", "held", "removed", "shown"]))
    def change(self, index: int, what: str) -> None:
        """The author deletes it, or a moderator holds, removes or shows it."""
        if index >= len(self.world.posts):
            return
        old = list(self.world.posts.values())[index]
        if what == "deleted" and (old.deleted or old.author in self.world.away):
            return
        if what == "restored" and (not old.deleted or old.author in self.world.away):
            return
        if what == "deleted":
            self.act(posts.delete_post, old.author, post_id=old.id)
        elif what == "restored":
            self.act(posts.restore_post, old.author, post_id=old.id)
            self.there.run(self._fan_out(old.id))
        else:
            if old.deleted:
                return
            self.there.run(self._moderate(old.id, what))
            if what == "shown":
                self.there.run(self._fan_out(old.id))  # as the job does that showing it leaves
        self.world.posts[old.mark] = Written(
            mark=old.mark, author=old.author, id=old.id, audience=old.audience, community=old.community,
            state=old.state if what in {"deleted", "restored"} else what, deleted=what == "deleted",
            shares=old.shares, quote=old.quote, mentions=old.mentions, asks=old.asks, event=old.event,
        )  # fmt: skip

    async def _moderate(self, post_id: int, state: Any) -> None:
        async with self.there.town.parts.database.transaction() as tx:
            await posts.set_state(tx, post_id=post_id, state=state)

    @rule(who=people, index=st.integers(0, 30), to=st.none() | st.integers(0, 20))
    def comment(self, who: str, index: int, to: int | None) -> None:
        """Say something to a post, or to a comment of it; nobody answers what they may not read."""
        if index >= len(self.world.posts) or who in self.world.away:
            return
        post = list(self.world.posts.values())[index]
        under = [one for one in self.world.comments.values() if one.under == post.mark]
        above = under[to % len(under)] if to is not None and under else None
        self.number += 1
        mark = marked(f"c{self.number}")
        added = self.act(posts.add_comment, who, post_id=post.id, text=mark, parent_id=above.id if above else None)
        may = self.world.may_read(who, post) and (above is None or self.world.may_read_comment(who, above))
        assert (added is not None) == may
        if added is not None:
            self.world.comments[mark] = Written(mark=mark, author=who, id=added.id, under=post.mark, answers=above.mark if above else None)

    @rule(who=people, index=st.integers(0, 30))
    def take_back_comment(self, who: str, index: int) -> None:
        """Whoever may read a comment may try; only its author and the post's can delete it."""
        if index >= len(self.world.comments) or who in self.world.away:
            return
        old = list(self.world.comments.values())[index]
        post = self.world.posts[old.under or ""]
        try:
            self.act(posts.delete_comment, who, post_id=post.id, comment_id=old.id)
        except NotAllowed:
            assert who not in {old.author, post.author}
            return
        if self.world.may_read(who, post) and self.world.may_read_comment(who, old):
            self.world.comments[old.mark] = replace(old, deleted=True)
            self.took_back[old.mark] = who

    @rule(who=people, index=st.integers(0, 30))
    def bring_back_comment(self, who: str, index: int) -> None:
        """Only who wrote it and took it back themselves can, under a post they may still read."""
        if index >= len(self.took_back) or who in self.world.away:
            return
        mark = list(self.took_back)[index]
        old = self.world.comments[mark]
        post = self.world.posts[old.under or ""]
        back = self.act(posts.restore_comment, who, post_id=post.id, comment_id=old.id)
        may = old.deleted and who == old.author == self.took_back[mark] and self.world.may_read(who, post)
        assert (back is not None) == may
        if may:
            self.world.comments[mark] = replace(old, deleted=False)
            del self.took_back[mark]

    @rule(who=people, index=st.integers(0, 30))
    def edit_comment(self, who: str, index: int) -> None:
        """Only its author can; whoever may not read it learns nothing."""
        if index >= len(self.world.comments) or who in self.world.away:
            return
        old = list(self.world.comments.values())[index]
        post = self.world.posts[old.under or ""]
        may = self.world.may_read(who, post) and self.world.may_read_comment(who, old)
        seen = self.edited.get(old.mark)
        try:
            done = self.act(
                posts.edit_comment, who, post_id=post.id, comment_id=old.id, text=f"{old.mark} {self.number} {self.step}", seen=seen
            )
        except NotAllowed:
            assert may
            assert who != old.author
            return
        assert (done is not None) == (may and who == old.author)
        if done is not None:
            self.edited[old.mark] = done.edited_at

    @rule(who=people, index=st.integers(0, 30), on=st.booleans())
    def accept_answer(self, who: str, index: int, on: bool) -> None:  # noqa: FBT001 - a choice of the walk
        """Who asked a question says what answered it; others who may read it may not, and the rest learn nothing."""
        if index >= len(self.world.comments) or who in self.world.away:
            return
        answer = list(self.world.comments.values())[index]
        post = self.world.posts[answer.under or ""]
        question = not (post.asks or post.event or post.shares)
        try:
            done = self.act(posts.accept_answer, who, post_id=post.id, comment_id=answer.id if on else None)
        except NotAllowed:
            assert who != post.author
            return
        may = self.world.may_read(who, post) and question and (not on or self.world.may_read_comment(who, answer))
        assert (done is not None) == may
        if may:
            self.world.accepted.pop(post.mark, None)
            self.world.accepted |= {post.mark: answer.mark} if on else {}

    @rule(who=people, index=st.integers(0, 30), on=st.booleans())
    def attend(self, who: str, index: int, on: bool) -> None:  # noqa: FBT001 - a choice of the walk
        """Say that one comes to an event, or take it back."""
        if index >= len(self.world.posts) or who in self.world.away:
            return
        post = list(self.world.posts.values())[index]
        may = self.world.may_read(who, post) and post.event and post.state == "shown"
        done = self.act(posts.attend, who, post_id=post.id, answer="going" if on else None)
        assert (done is not None) == may
        if may:
            coming = self.world.coming.setdefault(post.mark, set())
            coming.add(who) if on else coming.discard(who)

    @rule(who=people, index=st.integers(0, 30), audience=st.sampled_from(("public", "members", "friends", "me")), quote=st.booleans())
    def hand_on(self, who: str, index: int, audience: str, quote: bool) -> None:  # noqa: FBT001 - a choice of the walk
        """Share or quote a post; what one may not read, or may not show to so many, is refused."""
        if index >= len(self.world.posts) or who in self.world.away:
            return
        post = list(self.world.posts.values())[index]
        self.number += 1
        mark = marked(f"s{self.number}")
        draft = Draft(body=mark if quote else "", audience=audience)
        try:
            share_id = self.act(posts.share_post, who, post_id=post.id, draft=draft)
        except (Invalid, NotAllowed):
            return
        if share_id is not None:
            root = post.shares if post.shares and not post.quote else post.mark
            self.world.posts[mark] = Written(mark=mark, author=who, id=share_id, audience=audience, shares=root, quote=quote)
            self.there.run(self._fan_out(share_id))

    @rule(who=people, index=st.integers(0, 30), choice=st.integers(0, 2))
    def vote(self, who: str, index: int, choice: int) -> None:
        """Vote in a poll, vote otherwise, or (0) take the vote back."""
        if index >= len(self.world.posts) or who in self.world.away:
            return
        post = list(self.world.posts.values())[index]
        may = self.world.may_read(who, post) and post.asks and post.state == "shown"
        voted = self.act(posts.vote, who, post_id=post.id, choices=[choice] if choice else [])
        assert (voted is not None) == may
        if may:
            votes = self.world.votes.setdefault(post.mark, {})
            votes.pop(who, None)
            votes |= {who: choice} if choice else {}

    @rule(who=people, index=st.integers(0, 30), kind=st.sampled_from(REACTIONS), on=st.booleans())
    def react_and_keep(self, who: str, index: int, kind: ReactionKind, on: bool) -> None:  # noqa: FBT001 - a choice of the walk
        """React to a post and keep it, or take both back."""
        if index >= len(self.world.posts) or who in self.world.away:
            return
        post = list(self.world.posts.values())[index]
        reacted = self.act(posts.react, who, post_id=post.id, on=on, kind=kind)
        assert (reacted is not None) == self.world.may_read(who, post)
        if reacted is None:
            return
        self.act(posts.save_post if on else posts.forget_post, who, post_id=post.id)
        for marks, one in ((self.world.reactions.setdefault(post.mark, set()), who), (self.world.kept.setdefault(who, set()), post.mark)):
            marks.add(one) if on else marks.discard(one)

    @rule(who=people)
    def deactivate_or_return(self, who: str) -> None:
        """The app turns somebody away, or lets them in again; members follow."""
        town = self.there.town
        self.there.run(town.sql("UPDATE public.users SET is_active = NOT is_active WHERE username = %(who)s", who=who))
        self.there.run(self.there.follow())
        town.forget_sign_ins(who)
        self.world.away ^= {who}
        self.there.run(self._recount(who))

    async def _recount(self, who: str) -> None:
        """What the job does that the event leaves."""
        async with self.there.town.parts.database.transaction() as tx:
            await posts.recount_around(tx, member_ids=[self.id_of(who)])

    def teardown(self) -> None:
        """Reading is the check; it is done below after each step."""

    def check_invariants(self, settings: Any = None, output: Any = None, runtimes: Any = None) -> None:
        super().check_invariants(settings, output, runtimes)
        if hasattr(self, "world"):
            self.step += 1
            some = READERS if self.step % self.every == 0 else (READERS[self.step % len(READERS)],)
            self.there.run(self.these_read(some))

    async def these_read(self, readers: Iterable[str | None]) -> None:
        differences = await differences_of(self.there.town, self.world, readers=readers)
        assert differences == []


def marks_in(texts: Iterable[str]) -> set[str]:
    return {text.partition(" ")[0] if text.endswith("qz") else text[: text.index("qz") + 2] for text in texts}


def shown_in(found: Iterable[Post], world: World) -> set[str]:
    """Which posts these are; one that is handed on stands behind its share as `share > original`."""
    marks = {post.id: mark for mark, post in world.posts.items()}
    return {marks[post.id] if post.original is None else f"{marks[post.id]} > {marks[post.original.id]}" for post in found}


def expected_in(marks: Iterable[str], world: World, reader: str | None) -> set[str]:
    """The same, as the oracle has it."""
    pairs = ((mark, world.posts[mark].shares) for mark in marks)
    return {f"{mark} > {under}" if under and world.may_read(reader, world.posts[under]) else mark for mark, under in pairs}


async def differences_of(town: Town, world: World, *, readers: Iterable[str | None]) -> list[tuple[str | None, str, set[str], set[str]]]:
    """Have everybody who is here read everything; returns (reader, what, seen, expected) where they differ."""
    found = []
    for reader in readers:
        if reader not in world.away:
            async with town.acting(reader) as (tx, viewer):
                found += [(reader, *reading) async for reading in readings_of(tx, viewer, world, reader)]
    return [one for one in found if one[2] != one[3]]


async def whole_home(tx: Transaction, viewer: Viewer) -> list[Post]:
    """Every page of it: none may be skipped where the kept list ends."""
    found: list[Post] = []
    after = None
    while True:
        feed = await feeds.read_home(tx, viewer=viewer, after=after, limit=3)
        found += [item.post for item in feed.items]
        after = decode(feed.next_cursor)
        if after is None:
            return found


async def names_of_reactors(tx: Transaction, viewer: Viewer, post_id: int) -> set[str]:
    try:
        found, _ = await posts.list_reactors(tx, viewer=viewer, post_id=post_id)
    except NotThere:
        return {"refused"}
    return {one.person.name.removeprefix("Mx ").lower() for one in found}


async def whole_ranked(tx: Transaction, viewer: Viewer) -> list[Post]:
    """Every page of the ranked order and of what follows it, none of it twice."""
    found: list[Post] = []
    after = None
    while True:
        feed = await feeds.read_feed(tx, viewer=viewer, order="for_you", after=after, limit=7)
        found += [item.post for item in feed.items]
        after = feed.next_cursor
        if after is None:
            assert len(found) == len({post.id for post in found}), "something came twice"
            return found


async def every_page(read: Callable[..., Awaitable[PageOf[Any]]], tx: Transaction, *, viewer: Viewer) -> list[Any]:
    found: list[Any] = []
    after = None
    while True:
        page = await read(tx, viewer=viewer, after=after, limit=50)
        found += page.items
        after = decode(page.next_cursor)
        if after is None:
            return found


async def whole_thread(tx: Transaction, *, viewer: Viewer, post_id: int, order: CommentOrder, parent_id: int | None = None) -> list[str]:
    """Every word of a conversation: each page, and where it goes on elsewhere. None comes twice, no place is held for nobody."""
    words: list[str] = []
    after: int | None = 0
    while after is not None:
        page, after = await posts.read_comments(tx, viewer=viewer, post_id=post_id, order=order, parent_id=parent_id, after=after)
        for branch in page:
            words += await beneath(tx, branch, viewer=viewer, order=order)
    assert len(words) == len(set(words)), "something came twice"
    return words


async def beneath(tx: Transaction, branch: Branch, *, viewer: Viewer, order: CommentOrder) -> list[str]:
    own = [branch.comment.body] if branch.comment else []
    if branch.more:
        further = await whole_thread(tx, viewer=viewer, post_id=branch.post_id, order=order, parent_id=branch.id)
    else:
        further = [word for reply in branch.replies for word in await beneath(tx, reply, viewer=viewer, order=order)]
    assert own or further, "a place is held for nobody"
    return own + further


async def readings_of(tx: Transaction, viewer: Viewer, world: World, reader: str | None) -> AsyncIterator[tuple[str, set[str], set[str]]]:
    """Every way to read, as actions: what is seen and what the oracle expects."""
    readable = expected_in(world.readable(reader), world, reader)
    found = await posts.read_posts(tx, viewer=viewer, ids=[post.id for post in world.posts.values()])
    yield "posts", shown_in(found, world), readable
    unmuted = expected_in(world.unmuted(reader, world.readable(reader)), world, reader)
    yield "latest", shown_in(await every_page(posts.latest_posts, tx, viewer=viewer), world), unmuted
    trends = await feeds.read_trending(tx, viewer=viewer, limit=200)
    yield "trending", shown_in(trends, world), expected_in(world.trending(reader), world, reader)
    told = {f"{post.id}: {post.reaction_count} reactions, {post.comment_count} comments, {post.share_count} shares" for post in found}
    counted = ((world.posts[mark].id, world.counts(reader, mark)) for mark in world.readable(reader))
    yield "counts", told, {f"{id_}: {counts[0]} reactions, {counts[1]} comments, {counts[2]} shares" for id_, counts in counted}
    tallies = {f"{post.id}: {post.answers.counts}" for post in found if post.answers}
    asked = ((world.posts[mark].id, world.tally(reader, mark)) for mark in world.readable(reader) if world.posts[mark].asks)
    coming = ((world.posts[mark].id, len(world.attendees(reader, mark))) for mark in world.readable(reader) if world.posts[mark].event)
    yield "tallies", tallies, {f"{id_}: {tally}" for id_, tally in asked} | {f"{id_}: {(count, 0, 0)}" for id_, count in coming}
    answers = {f"{post.id}: {post.accepted_id}" for post in found if post.accepted_id}
    answered = ((world.posts[mark].id, world.answer_to(reader, mark)) for mark in world.readable(reader))
    yield "answers", answers, {f"{id_}: {answer.id}" for id_, answer in answered if answer}
    pictured = {post.pictures[0].key for post in found if post.pictures}
    pictured |= {post.preview.picture.key for post in found if post.preview and post.preview.picture}
    yield "pictures", {key for key in pictured if await handed_out(tx, viewer, key)}, pictured
    hidden = [post for mark, post in world.posts.items() if mark not in world.readable(reader)]
    kept_back = {key for key in await keys_of(tx, [post.id for post in hidden]) if await handed_out(tx, viewer, key)}
    yield "pictures of others", kept_back, set()
    if reader is not None:
        yield "home", shown_in(await whole_home(tx, viewer), world), expected_in(world.at_home(reader), world, reader)
        yield "for you", shown_in(await whole_ranked(tx, viewer), world), expected_in(world.at_home(reader), world, reader)
        kept = await every_page(posts.list_saved, tx, viewer=viewer)
        yield "kept", shown_in((one.post for one in kept), world), expected_in(world.bookmarks(reader), world, reader)
        for mark in sorted(world.reactions)[:3]:
            expected = world.reactors(reader, mark) if world.may_read(reader, world.posts[mark]) else {"refused"}
            yield f"reactors of {mark}", await names_of_reactors(tx, viewer, world.posts[mark].id), expected
    for mark in {comment.under for comment in world.comments.values() if comment.under}:
        order = COMMENT_ORDERS[world.posts[mark].id % len(COMMENT_ORDERS)]
        seen = await whole_thread(tx, viewer=viewer, post_id=world.posts[mark].id, order=order)
        yield f"comments of {mark}", marks_in(seen), world.comments_under(reader, mark)


async def handed_out(tx: Transaction, viewer: Viewer, key: str) -> bool:
    try:
        await media.find_visible(tx, viewer=viewer, key=key)
    except NotThere:
        return False
    return True


async def keys_of(tx: Transaction, post_ids: list[int]) -> list[str]:
    found = await tx.read("SELECT key FROM swannery.pictures WHERE post_id = ANY(%(ids)s) AND gone_at IS NULL", {"ids": post_ids})
    return [row[0] for row in found]


def walk(neighbours: Neighbours, *, steps: int, walks: int, everybody_every: int = 1) -> None:
    class Here(Walk):
        there = neighbours
        every = everybody_every

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


@pytest.fixture(autouse=True)
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """So short that walks reach beyond them."""
    monkeypatch.setattr(queries, "LENGTH", 4)
    monkeypatch.setattr(queries, "PER_SOURCE", 2)
    monkeypatch.setattr(feeds, "WEIGHTS", msgspec.structs.replace(WEIGHTS, candidates=5, fewest=3))


def test_nobody_reads_what_the_oracle_says_they_may_not_nor_misses_anything(neighbours: Neighbours) -> None:
    walk(neighbours, steps=25, walks=8)


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
def test_nobody_does_on_long_walks_either(neighbours: Neighbours) -> None:
    """Far more steps than anybody waits for: after each one somebody reads everything, and everybody does now and then."""
    walk(neighbours, steps=500, walks=200, everybody_every=25)


@pytest.mark.parametrize(("part", "branch"), BRANCHES)
def test_the_oracle_notices_a_branch_that_is_missing(peopled: tuple[Neighbours, World], part: str, branch: str) -> None:
    there, world = peopled
    assert there.run(differences_of(there.town, world, readers=VIEWERS)) == []
    with without(part, branch):
        assert there.run(differences_of(there.town, world, readers=VIEWERS))


@pytest.fixture(scope="module")
def peopled(server: Server, built_town: tuple[str, Config]) -> Iterator[tuple[Neighbours, World]]:
    with copy_of(server, built_town[0]) as url:
        there = Neighbours(url, built_town[1])
        yield there, there.run(populate(there.town))
        there.close()
