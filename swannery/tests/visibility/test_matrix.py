"""Every route × everybody who could be something to an author: what each sees and may do, compared with the oracle."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from branches import BRANCHES, without
from litestar import Litestar
from litestar.routes import HTTPRoute
from town import Browser, Town, copy_of, open_town
from world import UNUSED, VIEWERS, World, face_of, marked, picture_of_page, picture_of_post, populate

from dbdoctor.embedded import Server
from swannery.config import Config
from swannery.feeds import actions as feeds
from swannery.feeds.models import WEIGHTS
from swannery.posts import visibility
from swannery.posts.queries.comments import LEVELS

MARK = re.compile(r"zq[a-z ]+qz")
PERSON = re.compile(r"Mx ([A-Z][a-z]+)")
SIGN_IN, NOT_MODIFIED, FORBIDDEN, ABSENT = 303, 304, 403, 404
SLUG = "early-birds"
pytestmark = pytest.mark.timeout(300)  # every route × every viewer × every post, in the fixture of the first test
Expected = Callable[[World, str | None], "set[str] | int"]


def readable(world: World, viewer: str | None) -> set[str]:
    return world.texts(viewer, world.posts)


def home(world: World, viewer: str | None) -> set[str]:
    return world.texts(viewer, world.at_home(viewer) if viewer else world.posts)


def own_home(world: World, viewer: str | None) -> set[str] | int:
    return world.texts(viewer, world.at_home(viewer)) if viewer else 401


def kept(world: World, viewer: str | None) -> set[str] | int:
    return world.texts(viewer, world.bookmarks(viewer)) if viewer else SIGN_IN


def kept_api(world: World, viewer: str | None) -> set[str] | int:
    return world.texts(viewer, world.bookmarks(viewer)) if viewer else 401


def deleted(world: World, viewer: str | None) -> set[str] | int:
    return {mark for mark, post in world.posts.items() if post.deleted and post.author == viewer} if viewer else SIGN_IN


def deleted_api(world: World, viewer: str | None) -> set[str] | int:
    return deleted(world, viewer) if viewer else 401


def tagged(world: World, viewer: str | None) -> set[str]:
    return {mark for mark in world.readable(viewer) if world.posts[mark].tagged}


def profile(world: World, viewer: str | None) -> set[str] | int:
    if world.hidden(viewer, "owner"):
        return ABSENT
    return world.texts(viewer, [mark for mark, post in world.posts.items() if post.author == "owner"])


def inside(world: World, viewer: str | None) -> set[str] | int:
    if viewer is None:
        return SIGN_IN
    return world.texts(viewer, [mark for mark, post in world.posts.items() if post.community == SLUG])


def known(world: World, viewer: str | None) -> set[str] | int:
    """The owner's page as data: no text, and nothing at all for whom they are hidden from."""
    return ABSENT if world.hidden(viewer, "owner") else set()


def known_to_members(world: World, viewer: str | None) -> set[str] | int:
    return known(world, viewer) if viewer else 401


def trending(world: World, viewer: str | None) -> set[str]:
    return world.texts(viewer, world.trending(viewer))


def no_text(_world: World, _viewer: str | None) -> set[str]:
    return set()


def nothing(_world: World, viewer: str | None) -> set[str] | int:
    return set() if viewer else SIGN_IN


def nothing_api(_world: World, viewer: str | None) -> set[str] | int:
    return set() if viewer else 401


class Read(NamedTuple):
    """A route that shows: at this address, these marks, or this status."""

    path: str
    expected: Expected


class Once(NamedTuple):
    """A route that shows one post (or what belongs to it), asked for each post there is."""

    path: str
    comments: bool = False
    own_words: bool = False
    pictured: bool = False  # a share has no picture of its own
    event: bool = False  # only of events


class Said(NamedTuple):
    """A route that shows one comment, with `replies` also what is beneath it, asked for each comment there is."""

    path: str
    replies: bool = False
    reactors: bool = False


class Shown(NamedTuple):
    """A route for members that shows a post as it would be handed on: a share as what it shares, a quote by its own words."""

    path: str


class Named(NamedTuple):
    """A route that names people who did something to a post: only those whom the viewer may know of, and only to members."""

    path: str
    attendees: bool = False  # of events only


class Act(NamedTuple):
    """A route that does something to a post one may read; `mine` says what readers who did not write it get."""

    path: str
    fields: Mapping[str, Any]
    readers: int = 0
    others: int = ABSENT
    asked: int = 0  # what readers of a poll get instead


class Person(NamedTuple):
    """A route that does something towards the owner: hidden people are not there, strangers sign in, others get one of these."""

    path: str
    may: frozenset[int] = frozenset({303})


class Own(NamedTuple):
    """A route that shows or changes only what is one's own; strangers sign in, and no post's text appears."""

    path: str
    statuses: frozenset[int] = frozenset({200, 303})
    body: Mapping[str, Any] = {"text": "unmarked"}
    form: Mapping[str, Any] = {}
    files: Mapping[str, bytes] | None = None


class Picture(NamedTuple):
    """A route that hands out a picture's bytes: of each post there is, of two people, and one that was sent and not used yet."""

    path: str


OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics", "/static/{path}"})
# Ways in and out: they show nothing of anybody; tested in web/.
SESSIONS = frozenset(
    {
        "POST /sign-in",
        "GET /sign-in/token",
        "POST /sign-in/token",
        "GET /sign-in/provider",
        "GET /sign-in/provider/callback",
        "POST /api/v1/session/token",
        "POST /api/v1/session",
        "DELETE /api/v1/session",
        "POST /sign-out",
    }
)
# The description of the API, and what Litestar answers beside it: tested below to hold nothing else.
SCHEMA = frozenset(
    {"GET /api/v1/openapi.json", "GET /api/v1/description", "GET /api/v1/description/{path}", "GET /api/v1/description/openapi.json"}
)
# What is done to a post asks whether it may be read, and that is asked of each of these by every route that shows it.
ALIKE = {marked(name) for name in ("removed", "taken back", "shared with members", "quoted", "shares own", "quotes taken back")}
COMMON = frozenset({303, 404, 409, 422})
TEXT = {"text": "quite so"}

# Every route of the app, and what it may show to whom. A route that is not in here fails the test below.
Probe = Read | Once | Said | Shown | Named | Picture | Act | Person | Own
ROUTES: Mapping[str, Probe] = {
    "GET /": Read("/", home),
    "GET /discover": Read("/discover", readable),
    "GET /trending": Read("/trending", trending),
    "GET /feeds/how": Read("/feeds/how", no_text),
    "GET /keyboard": Read("/keyboard", no_text),
    "GET /feeds/newer": Own("/feeds/newer?since=x", frozenset({422})),
    "POST /feeds/order": Own("/feeds/order", frozenset({303}), form={"order": "latest"}),
    "POST /feeds/seen": Own("/feeds/seen", frozenset({204}), form={"posts": "1,2,3"}),
    "POST /posts/{post_id}/not-for-me": Act("/posts/{id}/not-for-me", {"on": "0"}, readers=303),
    "GET /{at_handle}": Read("/@{owner}", profile),
    "GET /communities/{slug}": Read(f"/communities/{SLUG}", inside),
    "GET /api/v1/feed": Read("/api/v1/feed", own_home),
    "GET /posts/{post_id}": Once("/posts/{id}", comments=True),
    "GET /api/v1/posts/{post_id}": Once("/api/v1/posts/{id}"),
    "GET /api/v1/posts/{post_id}/comments": Once("/api/v1/posts/{id}/comments", comments=True),
    "GET /posts/{post_id}/comments/{comment_id}": Said("/posts/{id}/comments/{comment}", replies=True),
    "GET /api/v1/posts/{post_id}/comments/{comment_id}": Said("/api/v1/posts/{id}/comments/{comment}"),
    "GET /posts/{post_id}/comments/{comment_id}/reactions": Said("/posts/{id}/comments/{comment}/reactions", reactors=True),
    "GET /api/v1/posts/{post_id}/comments/{comment_id}/reactions": Said("/api/v1/posts/{id}/comments/{comment}/reactions", reactors=True),
    "POST /posts/{post_id}/comments/{comment_id}/reaction": Act("/posts/{id}/comments/{comment}/reaction", {"on": "1"}, readers=303),
    "PUT /api/v1/posts/{post_id}/comments/{comment_id}/reaction": Act("/api/v1/posts/{id}/comments/{comment}/reaction", {}, readers=200),
    "DELETE /api/v1/posts/{post_id}/comments/{comment_id}/reaction": Act("/api/v1/posts/{id}/comments/{comment}/reaction", {}, readers=200),
    "POST /posts/{post_id}/comments": Act("/posts/{id}/comments", TEXT, readers=303),
    "POST /posts/{post_id}/reaction": Act("/posts/{id}/reaction", {"on": "1"}, readers=303),
    "GET /posts/{post_id}/reactions": Named("/posts/{id}/reactions"),
    "GET /api/v1/posts/{post_id}/reactions": Named("/api/v1/posts/{id}/reactions"),
    "GET /bookmarks": Read("/bookmarks", kept),
    "GET /api/v1/bookmarks": Read("/api/v1/bookmarks", kept_api),
    "GET /tags/{tag}": Read("/tags/Tagged", tagged),
    "GET /api/v1/tags/{tag}": Read("/api/v1/tags/tagged", tagged),
    "GET /posts/{post_id}/share": Shown("/posts/{id}/share"),
    "POST /posts/{post_id}/share": Act("/posts/{id}/share", {"text": "x" * 6000}, readers=422),
    "POST /api/v1/posts/{post_id}/shares": Act("/api/v1/posts/{id}/shares", {"community_id": 999999}, readers=422),
    "POST /posts/{post_id}/bookmark": Act("/posts/{id}/bookmark", {"on": "1"}, readers=303),
    "PUT /api/v1/posts/{post_id}/bookmark": Act("/api/v1/posts/{id}/bookmark", {}, readers=204),
    # One may take out what one cannot read any more; whether it was there is not told.
    "DELETE /api/v1/posts/{post_id}/bookmark": Act("/api/v1/posts/{id}/bookmark", {}, readers=204, others=204),
    "GET /api/v1/bookmarks/folders": Own("/api/v1/bookmarks/folders"),
    "POST /api/v1/bookmarks/folders": Own("/api/v1/bookmarks/folders", frozenset({201}), {"name": "Kept"}),
    "PUT /api/v1/bookmarks/folders/{folder_id}": Own("/api/v1/bookmarks/folders/999999", frozenset({404}), {"name": "Other"}),
    "DELETE /api/v1/bookmarks/folders/{folder_id}": Own("/api/v1/bookmarks/folders/999999", frozenset({404})),
    "POST /bookmarks/folders": Own("/bookmarks/folders", frozenset({303}), form={"name": "Kept here"}),
    "POST /bookmarks/folders/{folder_id}/name": Own("/bookmarks/folders/999999/name", frozenset({404, 422})),
    "POST /bookmarks/folders/{folder_id}/delete": Own("/bookmarks/folders/999999/delete", frozenset({404})),
    "GET /posts/{post_id}/history": Once("/posts/{id}/history", own_words=True),
    "GET /api/v1/posts/{post_id}/history": Once("/api/v1/posts/{id}/history", own_words=True),
    "GET /posts/{post_id}/edit": Act("/posts/{id}/edit", {}, readers=FORBIDDEN),
    "POST /posts/{post_id}/edit": Act("/posts/{id}/edit", TEXT, readers=FORBIDDEN),
    "PUT /api/v1/posts/{post_id}": Act("/api/v1/posts/{id}", {**TEXT, "edited_at": None}, readers=FORBIDDEN),
    "POST /posts/{post_id}/pin": Act("/posts/{id}/pin", {}, readers=FORBIDDEN),
    "PUT /api/v1/posts/{post_id}/pin": Act("/api/v1/posts/{id}/pin", {}, readers=FORBIDDEN),
    "DELETE /api/v1/posts/{post_id}/pin": Act("/api/v1/posts/{id}/pin", {}, readers=FORBIDDEN),
    "GET /deleted": Read("/deleted", deleted),
    "GET /api/v1/deleted-posts": Read("/api/v1/deleted-posts", deleted_api),
    "GET /posts/{post_id}/preview": Once("/posts/{id}/preview", own_words=True, pictured=True),
    "POST /posts/{post_id}/preview/remove": Act("/posts/{id}/preview/remove", {}, readers=FORBIDDEN),
    "DELETE /api/v1/posts/{post_id}/preview": Act("/api/v1/posts/{id}/preview", {}, readers=FORBIDDEN),
    "POST /posts/{post_id}/restore": Own("/posts/999999/restore", frozenset({404})),
    "POST /api/v1/posts/{post_id}/restore": Own("/api/v1/posts/999999/restore", frozenset({404})),
    "GET /drafts": Own("/drafts"),
    "POST /drafts/{draft_id}/delete": Own("/drafts/999999/delete", frozenset({404})),
    "GET /api/v1/drafts": Own("/api/v1/drafts"),
    "POST /api/v1/drafts": Own("/api/v1/drafts", frozenset({201})),
    "PUT /api/v1/drafts/{draft_id}": Own("/api/v1/drafts/999999", frozenset({404})),
    "DELETE /api/v1/drafts/{draft_id}": Own("/api/v1/drafts/999999", frozenset({404})),
    "POST /posts/{post_id}/delete": Act("/posts/{id}/delete", {}, readers=FORBIDDEN),
    "GET /posts/{post_id}/comments/{comment_id}/edit": Act("/posts/{id}/comments/{comment}/edit", {}, readers=FORBIDDEN),
    "POST /posts/{post_id}/comments/{comment_id}/edit": Act("/posts/{id}/comments/{comment}/edit", TEXT, readers=FORBIDDEN),
    "PUT /api/v1/posts/{post_id}/comments/{comment_id}": Act(
        "/api/v1/posts/{id}/comments/{comment}", {**TEXT, "edited_at": None}, readers=FORBIDDEN
    ),
    "GET /posts/{post_id}/comments/{comment_id}/history": Said("/posts/{id}/comments/{comment}/history"),
    "GET /api/v1/posts/{post_id}/comments/{comment_id}/history": Said("/api/v1/posts/{id}/comments/{comment}/history"),
    "POST /posts/{post_id}/comments/{comment_id}/restore": Own("/posts/999999/comments/999999/restore", frozenset({404})),
    "POST /api/v1/posts/{post_id}/comments/{comment_id}/restore": Own("/api/v1/posts/999999/comments/999999/restore", frozenset({404})),
    "GET /api/v1/deleted-comments": Own("/api/v1/deleted-comments"),
    "POST /posts/{post_id}/comments/{comment_id}/accept": Act("/posts/{id}/comments/{comment}/accept", {"on": "1"}, readers=FORBIDDEN),
    "PUT /api/v1/posts/{post_id}/accepted-answer": Act("/api/v1/posts/{id}/accepted-answer", {"comment_id": 1}, readers=FORBIDDEN),
    "DELETE /api/v1/posts/{post_id}/accepted-answer": Act("/api/v1/posts/{id}/accepted-answer", {}, readers=FORBIDDEN),
    "POST /posts/{post_id}/comments/{comment_id}/delete": Act("/posts/{id}/comments/{comment}/delete", {}, readers=FORBIDDEN),
    "POST /api/v1/posts/{post_id}/comments": Act("/api/v1/posts/{id}/comments", TEXT, readers=201),
    "PUT /api/v1/posts/{post_id}/reaction": Act("/api/v1/posts/{id}/reaction", {}, readers=200),
    "DELETE /api/v1/posts/{post_id}/reaction": Act("/api/v1/posts/{id}/reaction", {}, readers=200),
    "POST /posts/{post_id}/attendance": Act("/posts/{id}/attendance", {"answer": "going"}, readers=409, asked=303),
    "PUT /api/v1/posts/{post_id}/attendance": Act("/api/v1/posts/{id}/attendance", {"answer": "going"}, readers=409, asked=200),
    "DELETE /api/v1/posts/{post_id}/attendance": Act("/api/v1/posts/{id}/attendance", {}, readers=409, asked=200),
    "GET /posts/{post_id}/attendance": Named("/posts/{id}/attendance", attendees=True),
    "GET /api/v1/posts/{post_id}/attendance": Named("/api/v1/posts/{id}/attendance", attendees=True),
    "GET /posts/{post_id}/event.ics": Once("/posts/{id}/event.ics", own_words=True, event=True),
    "POST /posts/{post_id}/vote": Act("/posts/{id}/vote", {"choice": "1"}, readers=409, asked=303),
    "PUT /api/v1/posts/{post_id}/vote": Act("/api/v1/posts/{id}/vote", {"choices": [1]}, readers=409, asked=200),
    "DELETE /api/v1/posts/{post_id}/vote": Act("/api/v1/posts/{id}/vote", {}, readers=409, asked=200),
    "DELETE /api/v1/posts/{post_id}": Act("/api/v1/posts/{id}", {}, readers=FORBIDDEN),
    "DELETE /api/v1/posts/{post_id}/comments/{comment_id}": Act("/api/v1/posts/{id}/comments/{comment}", {}, readers=FORBIDDEN),
    "GET /people": Own("/people"),
    "GET /api/v1/members": Own("/api/v1/members"),
    "GET /api/v1/members/{member_id}": Read("/api/v1/members/{owner_id}", known),
    "GET /api/v1/members/{member_id}/posts": Read("/api/v1/members/{owner_id}/posts", profile),
    **{
        f"GET /api/v1/members/{{member_id}}/{about}": Read(f"/api/v1/members/{{owner_id}}/{about}", known_to_members)
        for about in ("relation", "friends", "followers", "followees")
    },
    **{f"GET /api/v1/me/{about}": Own(f"/api/v1/me/{about}") for about in ("requests", "blocked", "muted", "training")},
    **{
        f"{method} /api/v1/members/{{member_id}}/{deed}": Person(f"/api/v1/members/{{owner}}/{deed}", frozenset({200, 404, 409}))
        for method in ("PUT", "DELETE")
        for deed in ("follow", "follower", "friend-request", "friendship", "trainer", "client", "mute", "block")
    },
    "GET /api/v1/circles": Own("/api/v1/circles"),
    "POST /api/v1/circles": Own("/api/v1/circles", frozenset({201}), body={"name": "theirs"}),
    "PUT /api/v1/circles/{circle_id}": Own("/api/v1/circles/999999", frozenset({404}), body={"name": "theirs"}),
    "DELETE /api/v1/circles/{circle_id}": Own("/api/v1/circles/999999", frozenset({404})),
    "GET /api/v1/circles/{circle_id}/people": Own("/api/v1/circles/999999/people", frozenset({404})),
    **{
        f"{method} /api/v1/circles/{{circle_id}}/people/{{member_id}}": Own("/api/v1/circles/999999/people/999999", frozenset({404}))
        for method in ("PUT", "DELETE")
    },
    "GET /suggestions": Own("/suggestions"),
    "POST /suggestions/{person_id}/dismiss": Person("/suggestions/{owner}/dismiss", frozenset({303})),
    "GET /api/v1/suggestions": Own("/api/v1/suggestions"),
    "PUT /api/v1/suggestions/{person_id}/dismissal": Own("/api/v1/suggestions/999999/dismissal", frozenset({404})),
    "DELETE /api/v1/suggestions/{person_id}/dismissal": Own("/api/v1/suggestions/999999/dismissal", frozenset({204})),
    "GET /communities": Own("/communities"),
    "GET /communities/new": Own("/communities/new"),
    "GET /inbox": Own("/inbox"),
    "GET /training": Own("/training"),
    "GET /compose": Own("/compose"),
    "GET /activities": Own("/activities"),
    "GET /settings": Own("/settings"),
    **{f"GET /settings/{page}": Own(f"/settings/{page}") for page in ("privacy", "appearance", "sessions")},
    "POST /settings/appearance": Own("/settings/appearance"),
    "GET /api/v1/me": Own("/api/v1/me"),
    "PATCH /api/v1/me": Own("/api/v1/me", body={"pronouns": "they/them"}),
    "GET /api/v1/me/settings": Own("/api/v1/me/settings"),
    "PATCH /api/v1/me/settings": Own("/api/v1/me/settings", body={"theme": "dark"}),
    "GET /sign-in": Own("/sign-in"),
    "GET /settings/blocked": Own("/settings/blocked"),
    "GET /settings/muted": Own("/settings/muted"),
    "POST /settings/privacy": Own("/settings/privacy"),
    "GET /circles": Own("/circles"),
    "POST /circles": Own("/circles", frozenset({422})),
    "GET /circles/{circle_id}": Own("/circles/999999", frozenset({404})),
    **{
        f"POST /circles/{{circle_id}}/{deed}": Own(f"/circles/999999/{deed}", frozenset({404, 422}))
        for deed in ("name", "delete", "people", "people/remove")
    },
    "POST /posts": Own("/posts", frozenset({303, 422})),
    "POST /communities": Own("/communities", frozenset({422})),
    "POST /communities/{slug}/join": Own("/communities/no-such-place/join", frozenset({404})),
    "POST /communities/{slug}/leave": Own("/communities/no-such-place/leave", frozenset({303})),
    "POST /activities/{activity_id}/share": Own("/activities/1/share", frozenset({303, 404, 422})),
    "POST /settings/profile": Own("/settings/profile"),
    "POST /posts/pictures": Own("/posts/pictures", frozenset({422}), form={"then": "add"}),
    "GET /posts/{post_id}/pictures/{number}": Once("/posts/{id}/pictures/1", own_words=True, pictured=True),
    "POST /settings/pictures/{purpose}": Own("/settings/pictures/face", frozenset({422})),
    "GET /pictures/{key}/{size}": Picture("/pictures/{key}/large"),
    "GET /api/v1/pictures/{key}/{size}": Picture("/api/v1/pictures/{key}/large"),
    "POST /api/v1/pictures": Own("/api/v1/pictures", frozenset({422}), form={"purpose": "face"}, files={"file": b"no picture"}),
    "POST /settings/sign-ins/{sign_in_id}/end": Own("/settings/sign-ins/999999/end"),
    "POST /settings/sign-ins/end-others": Own("/settings/sign-ins/end-others"),
    "POST /api/v1/posts": Own("/api/v1/posts", frozenset({201})),
    **{
        f"POST /members/{{member_id}}/{deed}": Person(f"/members/{{owner}}/{deed}", COMMON)
        for deed in (
            "follow",
            "unfollow",
            "friend-request",
            "friend-request/accept",
            "friend-request/decline",
            "friend-request/withdraw",
            "unfriend",
            "trainer",
            "trainer/remove",
            "client",
            "client/remove",
            "follower/approve",
            "follower/decline",
            "follower/remove",
            "mute",
            "unmute",
            "block",
            "unblock",
        )
    },
    "GET /api/v1/session": Read("/api/v1/session", nothing_api),
}


def routes_of(app: Litestar) -> set[str]:
    found = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            found |= {f"{method} {route.path_format}" for method in route.methods if method != "OPTIONS"}
    return {one for one in found if one.partition(" ")[2] not in OPERATIONS} - SESSIONS - SCHEMA


@dataclass(frozen=True)
class Difference:
    """Where the website and the oracle disagree."""

    route: str
    viewer: str | None
    about: str
    seen: object
    expected: object


def seen_in(text: str, world: World, *, comments: bool = False) -> set[str]:
    return {mark for mark in MARK.findall(text) if mark in (world.comments if comments else world.posts)}


class Inspector:
    """Walks through every route as everybody and writes down what differs from the oracle."""

    def __init__(self, town: Town, world: World, routes: Mapping[str, Probe] = ROUTES) -> None:
        self.town, self.world, self.routes = town, world, routes
        self.differences: list[Difference] = []
        self.cells = 0

    def judge(self, route: str, viewer: str | None, *, about: str, seen: object, expected: object) -> None:
        self.cells += 1
        if seen != expected:
            self.differences.append(Difference(route, viewer, about, seen, expected))

    async def elsewhere(self) -> None:
        """The same routes at their other addresses."""
        for viewer in VIEWERS:
            async with self.town.browser(viewer, api=True) as api:
                for route, probe in OTHER_ADDRESSES:
                    await self._probe(route, probe, viewer, api)

    async def walk(self) -> None:
        # Everybody reads before anybody does anything: what is done changes what is counted.
        for acting in (False, True):
            for viewer in VIEWERS:
                async with self.town.browser(viewer) as pages, self.town.browser(viewer, api=True) as api:
                    self.watch(pages, viewer)
                    self.watch(api, viewer)
                    for route, probe in self.routes.items():
                        if acting == isinstance(probe, Act | Own):
                            await self._probe(route, probe, viewer, api if "/api/" in route else pages)

    def watch(self, browser: Browser, viewer: str | None) -> None:
        """Look at every answer: what is made for one reader is kept nowhere."""

        async def kept_nowhere(answer: httpx.Response) -> None:
            # Pictures may stay with their reader for a minute.
            wanted = "private, max-age=60" if answer.status_code == NOT_MODIFIED else "private, no-store"
            if answer.headers.get("cache-control") != wanted:
                self.differences.append(
                    Difference(str(answer.request.url.path), viewer, "cache", answer.headers.get("cache-control"), wanted)
                )

        browser.client.event_hooks = {"response": [kept_nowhere]}

    async def _probe(self, route: str, probe: Probe, viewer: str | None, browser: Browser) -> None:
        if isinstance(probe, Read):
            answer = await browser.get(probe.path.format(owner=self.town.handles["owner"], owner_id=self.town.ids["owner"]))
            expected = probe.expected(self.world, viewer)
            seen = seen_in(answer.text, self.world) if isinstance(expected, set) and answer.status_code == 200 else answer.status_code
            self.judge(route, viewer, about=probe.path, seen=seen, expected=expected)
        elif isinstance(probe, Once | Said | Shown | Named):
            await self._each(route, probe, viewer, browser)
        elif isinstance(probe, Picture):
            await self._pictures(route, probe, viewer, browser)
        elif isinstance(probe, Act):
            await self._act_on_all(route, probe, viewer, browser)
        elif isinstance(probe, Own):
            await self._own(route, probe, viewer, browser)

    async def _each(self, route: str, probe: Once | Said | Shown | Named, viewer: str | None, browser: Browser) -> None:
        for mark in self.world.comments if isinstance(probe, Said) else self.world.posts:
            if isinstance(probe, Once):
                await self._one_post(route, probe, viewer, browser, mark=mark)
            elif isinstance(probe, Said):
                await self._one_comment(route, probe, viewer, browser, mark=mark)
            else:
                await self._for_members(route, probe, viewer, browser, mark=mark)

    async def _pictures(self, route: str, probe: Picture, viewer: str | None, browser: Browser) -> None:
        """Say that one has each already: who may see it learns that it is still the same, everybody else that there is none."""
        world, town = self.world, self.town
        pictures = {mark: (picture_of_post(post.id), world.may_read(viewer, post)) for mark, post in world.posts.items()}
        pictures |= {f"page of {mark}": (picture_of_page(post.id), world.may_read(viewer, post)) for mark, post in world.posts.items()}
        for who in ("owner", "gone"):
            pictures[who] = face_of(town, who), (viewer is not None or world.open) and not world.hidden(viewer, who)
        pictures |= {"unused": (UNUSED, viewer == "owner"), "none": ("0" * 32, False)}
        for about, (key, may) in pictures.items():
            answer = await browser.client.get(probe.path.format(key=key), headers={"if-none-match": f'"{key}-large"'})
            self.judge(route, viewer, about=about, seen=answer.status_code, expected=304 if may else ABSENT)

    async def _act_on_all(self, route: str, probe: Act, viewer: str | None, browser: Browser) -> None:
        marks = [marked("public")] if "{comment}" in probe.path else [mark for mark in self.world.posts if mark not in ALIKE]
        for mark in marks:
            # What its own author deletes is gone; that they may is seen when it was populated, and in the tests of posts.
            destroys = probe.readers == FORBIDDEN and viewer in {self.world.posts[mark].author, "member"}
            if not (destroys and self.world.may_read(viewer, self.world.posts[mark])):
                await self._act(route, probe, viewer, browser, mark=mark)

    async def _own(self, route: str, probe: Own, viewer: str | None, browser: Browser) -> None:
        method, path = route.partition(" ")[0], probe.path
        answer = (
            await browser.get(path)
            if method == "GET"
            else await browser.client.post(path, data=dict(probe.form), files=dict(probe.files))
            if probe.files
            else await browser.client.request(method, path, json=dict(probe.body) if method != "DELETE" else None)
            if "/api/" in path
            else await browser.post(path, **probe.form)
        )
        if viewer is None and path != "/sign-in":
            self.judge(route, viewer, about="status", seen=answer.status_code, expected=401 if "/api/" in path else SIGN_IN)
            return
        self.judge(route, viewer, about="status", seen=answer.status_code in probe.statuses, expected=True)
        self.judge(route, viewer, about="text", seen=seen_in(answer.text, self.world), expected=set())
        if viewer in {"blocked", "blocker"} and method == "GET" and not path.endswith("/blocked"):
            self.judge(route, viewer, about="name", seen="Mx Owner" in answer.text, expected=False)

    async def towards_the_owner(self) -> None:
        """Do everything that can be done to a person: last, because it changes who stands to whom how."""
        for viewer in ("blocked", None, "member", "asker"):
            async with self.town.browser(viewer) as pages, self.town.browser(viewer, api=True) as api:
                for route, probe in ROUTES.items():
                    if isinstance(probe, Person):
                        await self._towards(route, probe, viewer, api if "/api/" in route else pages)

    async def _towards(self, route: str, probe: Person, viewer: str | None, browser: Browser) -> None:
        method, path = route.partition(" ")[0], probe.path.format(owner=self.town.ids["owner"])
        answer = await (browser.client.request(method, path) if "/api/" in path else browser.post(path))
        sent_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")
        self.judge(route, viewer, about="sign-in", seen=sent_away, expected=viewer is None)
        if viewer is not None:
            allowed = {ABSENT} if viewer == "blocked" and not route.endswith("/block") else probe.may
            self.judge(route, viewer, about="status", seen=answer.status_code in allowed, expected=True)

    async def _one_post(self, route: str, probe: Once, viewer: str | None, browser: Browser, *, mark: str) -> None:
        post = self.world.posts[mark]
        may = self.world.may_read(viewer, post) and not (probe.pictured and post.shares and not post.quote)
        may = may and (post.event or not probe.event)
        answer = await browser.get(probe.path.format(id=post.id))
        self.judge(route, viewer, about=mark, seen=answer.status_code, expected=200 if may else ABSENT)
        if "/comments" not in probe.path:
            expected = (self.world.seen_with(viewer, mark) if may else set()) & ({mark} if probe.own_words else set(self.world.posts))
            self.judge(route, viewer, about=f"{mark} text", seen=seen_in(answer.text, self.world), expected=expected)
        if may and answer.status_code == 200 and route == "GET /api/v1/posts/{post_id}":
            told = answer.json()
            counts = (told["reaction_count"], told["comment_count"], told["share_count"])
            self.judge(route, viewer, about=f"{mark} counts", seen=counts, expected=self.world.counts(viewer, mark))
            answered = self.world.answer_to(viewer, mark)
            self.judge(route, viewer, about=f"{mark} answer", seen=told["accepted_comment_id"], expected=answered and answered.id)
            kinds = sum(one["count"] for one in told["reactions"])
            self.judge(route, viewer, about=f"{mark} kinds", seen=kinds, expected=counts[0])
            answers = told["answers"]
            tally = tuple(answers["counts"]) if answers and answers["counts"] is not None else None
            expected_tally: tuple[int, ...] | None = self.world.tally(viewer, mark) if post.asks else None
            if post.event:
                expected_tally = (len(self.world.attendees(viewer, mark)), 0, 0)
            self.judge(route, viewer, about=f"{mark} tally", seen=tally, expected=expected_tally)
        if probe.comments:
            seen = seen_in(answer.text, self.world, comments=True)
            near = {one for one in self.world.comments_under(viewer, mark) if self.world.depth(one) < LEVELS}
            self.judge(route, viewer, about=f"{mark} comments", seen=seen, expected=near)

    async def _one_comment(self, route: str, probe: Said, viewer: str | None, browser: Browser, *, mark: str) -> None:
        """What is hidden holds a place for what is beneath it; it tells neither its words nor whose it was."""
        comment, members_only = self.world.comments[mark], probe.reactors
        expected = self.world.read_at(viewer, mark) & (set(self.world.comments) if probe.replies else {mark})
        answer = await browser.get(probe.path.format(id=self.world.posts[comment.under or ""].id, comment=comment.id))
        refused = (401 if "/api/" in route else SIGN_IN) if members_only and viewer is None else 0
        self.judge(route, viewer, about=mark, seen=answer.status_code, expected=refused or (200 if expected else ABSENT))
        texts = set() if members_only else expected
        self.judge(route, viewer, about=f"{mark} text", seen=seen_in(answer.text, self.world, comments=True), expected=texts)
        known = {self.world.comments[one].author for one in texts} | {"owner", viewer}
        reacted = self.world.comment_reactors(viewer, mark) - {viewer} if members_only and expected and not refused else set()
        names = {name.lower() for name in PERSON.findall(answer.text)} - (({viewer}) if members_only else known)
        self.judge(route, viewer, about=f"{mark} names", seen=names, expected=reacted)
        if route.endswith("{comment_id}") and route.startswith("GET /api/") and answer.status_code == 200:
            counted = len(self.world.comment_reactors(viewer, mark))
            self.judge(route, viewer, about=f"{mark} count", seen=answer.json()["reaction_count"], expected=counted)

    async def _for_members(self, route: str, probe: Shown | Named, viewer: str | None, browser: Browser, *, mark: str) -> None:
        post = self.world.posts[mark]
        coming = isinstance(probe, Named) and probe.attendees
        may = self.world.may_read(viewer, post) and (post.event or not coming)
        answer = await browser.get(probe.path.format(id=post.id))
        refused = 401 if "/api/" in route else SIGN_IN
        self.judge(route, viewer, about=mark, seen=answer.status_code, expected=refused if viewer is None else 200 if may else ABSENT)
        if answer.status_code != 200:
            return
        if isinstance(probe, Named):
            names = {name.lower() for name in PERSON.findall(answer.text)} - {viewer}
            people = (self.world.attendees if coming else self.world.reactors)(viewer, mark)
            self.judge(route, viewer, about=f"{mark} names", seen=names, expected=people - {viewer})
        shown = {post.shares if post.shares and not post.quote else mark} if isinstance(probe, Shown) else set()
        self.judge(route, viewer, about=f"{mark} text", seen=seen_in(answer.text, self.world), expected=shown)

    async def _act(self, route: str, probe: Act, viewer: str | None, browser: Browser, *, mark: str) -> None:
        post = self.world.posts[mark]
        comment = self.world.comments[marked("c member")].id
        answer = await send(route, browser, probe.path.format(id=post.id, comment=comment), fields=probe.fields)
        self.judge(route, viewer, about=mark, seen=answer, expected=self._allowed(route, probe, viewer, mark=mark))

    def _allowed(self, route: str, probe: Act, viewer: str | None, *, mark: str) -> int:
        post = self.world.posts[mark]
        if viewer is None:
            return 401 if "/api/" in route else SIGN_IN
        readers = probe.asked if probe.asked and (post.event if "attendance" in route else post.asks) else probe.readers
        return readers if self.world.may_read(viewer, post) else probe.others


async def post(browser: Browser, path: str) -> httpx.Response:
    return await browser.client.post(path, json={"text": "unmarked"}) if "/api/" in path else await browser.post(path)


async def send(route: str, browser: Browser, path: str, *, fields: Mapping[str, Any]) -> int:
    """Do it and return the status; what redirects to the sign-in page is told from what redirects after success."""
    method = route.partition(" ")[0]
    if method == "GET":
        return (await browser.get(path)).status_code
    if "/api/" in route:
        answer = await browser.client.request(method, path, json=dict(fields) if fields else None)
    else:
        answer = await browser.client.post(path, data={"_csrf_token": browser.token, **fields})
    return answer.status_code


# What a route shows when it is asked otherwise.
OTHER_ADDRESSES = (
    ("GET /api/v1/feed", Read("/api/v1/feed?order=for_you&limit=50", own_home)),
    ("GET /api/v1/feed", Read("/api/v1/feed?of=everyone&limit=50", readable)),
    ("GET /api/v1/feed", Read("/api/v1/feed?of=trending", trending)),
)

# Enough to see any leak of a post or a comment, and anything that is missing; quick enough to be done once per branch of the condition.
FEW_ROUTES = ("GET /discover", "GET /api/v1/posts/{post_id}", "GET /api/v1/posts/{post_id}/comments", "GET /api/v1/pictures/{key}/{size}")
FEW = {route: ROUTES[route] for route in FEW_ROUTES}


async def inspected(url: str, config: Config, *, site_open: bool = True) -> Inspector:
    async with open_town(url, config) as town:
        world = await populate(town)
    async with open_town(url, config, site_open=site_open) as town:
        world.open = site_open
        inspector = Inspector(town, world)
        with pytest.MonkeyPatch.context() as patch:
            # Few posts are put in order too, so that the order itself is looked through.
            patch.setattr(feeds, "WEIGHTS", msgspec.structs.replace(WEIGHTS, fewest=1))
            await inspector.elsewhere()
            await inspector.walk()
        await inspector.towards_the_owner()
        return inspector


@pytest.fixture(scope="module")
def readings(server: Server, built_town: tuple[str, Config]) -> Inspector:
    with copy_of(server, built_town[0]) as url:
        return asyncio.run(inspected(url, built_town[1]))


def test_every_route_sees_and_may_do_what_the_oracle_says(readings: Inspector) -> None:
    assert readings.differences == [], "\n".join(map(str, readings.differences))
    assert readings.cells > 1000, readings.cells


def test_every_route_of_the_app_is_in_the_matrix(readings: Inspector) -> None:
    assert routes_of(readings.town.app) == set(ROUTES)


def test_what_stands_beside_the_apis_description_is_no_page(server: Server, built_town: tuple[str, Config]) -> None:
    async def look(url: str) -> list[str]:
        async with open_town(url, built_town[1]) as town, town.browser(None, api=True) as browser:
            return [(await browser.get(f"/api/v1{path}")).text for path in ("", "/redoc", "/description/swagger", "/description/x")]

    with copy_of(server, built_town[0]) as url:
        assert [text for text in asyncio.run(look(url)) if "<script" in text] == []


def test_a_closed_site_shows_strangers_nothing(server: Server, built_town: tuple[str, Config]) -> None:
    async def look(url: str) -> Inspector:
        async with open_town(url, built_town[1]) as town:
            world = await populate(town)
        async with open_town(url, built_town[1], site_open=False) as town:
            world.open = False
            inspector = Inspector(town, world, FEW)
            await inspector.walk()
            async with town.browser(None) as browser:
                assert (await browser.get(f"/@{town.handles['owner']}")).status_code == ABSENT
            return inspector

    with copy_of(server, built_town[0]) as url:
        assert asyncio.run(look(url)).differences == []


@pytest.fixture(scope="module")
def populated(server: Server, built_town: tuple[str, Config]) -> Iterator[tuple[str, Config, World]]:
    async def fill(url: str) -> World:
        async with open_town(url, built_town[1]) as town:
            return await populate(town)

    with copy_of(server, built_town[0]) as url:
        yield url, built_town[1], asyncio.run(fill(url))


@pytest.mark.parametrize(("part", "branch"), BRANCHES)
def test_removing_a_branch_of_the_condition_is_noticed(populated: tuple[str, Config, World], part: str, branch: str) -> None:
    url, config, world = populated

    async def look() -> Inspector:
        async with open_town(url, config) as town:
            inspector = Inspector(town, world, FEW)
            await inspector.walk()
            return inspector

    with without(part, branch):
        assert asyncio.run(look()).differences


def test_every_branch_there_is_has_been_removed_once() -> None:
    post, author = visibility.named("p"), visibility.named("a")
    there = {("audiences", name) for name in visibility.audiences(post)}
    there |= {("barriers", name) for name in visibility.barriers(post, author)}
    there |= {("comment_barriers", name) for name in visibility.comment_barriers(post, author)}
    assert there == set(BRANCHES)
