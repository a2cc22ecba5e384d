"""Fills the demo's community through the same actions as the website, in one transaction: all of it is there, or none.

Afterwards its times are set back, as nobody wants to wait three weeks for a story.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.actions.own_profile import Words as OwnWords
from swannery.accounts.actions.own_profile import change_own
from swannery.activities.actions import import_activities, list_activities
from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.config import Config
from swannery.connections import actions as connections
from swannery.connections.actions import training
from swannery.demo import queries
from swannery.demo.cast import Cast, Somebody, Words, moment, span
from swannery.feeds.actions import rebuild
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts import actions as posts
from swannery.posts.models import Draft

BEGAN = timedelta(days=22)
WEEKS = 8
CALENDAR = timedelta(weeks=WEEKS + 1)
# A shared session began so long before its post.
SESSION_BEFORE = timedelta(minutes=85)
DAYS_OF_WEEK = (1, 3, 5)
HOURS = (6, 7, 9, 12, 16, 17, 18, 19)
# Every fifth session was missed, so that the bars of the charts differ.
MISSED = 5


class Seeded(msgspec.Struct, frozen=True, kw_only=True):
    """What was put in."""

    people: int
    made_up: int
    communities: int
    posts: int
    comments: int
    likes: int


class Stage:
    """Who is who while the community is made."""

    def __init__(self, *, site_open: bool) -> None:
        self._site_open = site_open
        self.viewers: dict[str, Viewer] = {}
        self.places: dict[str, int] = {}
        self.post_times: list[tuple[int, datetime]] = []
        self.comment_times: list[tuple[int, int, datetime]] = []

    def __getitem__(self, handle: str) -> Viewer:
        return self.viewers[handle]

    async def meet(self, tx: Transaction) -> None:
        """Learn who is here and whom they know by now."""
        for id_, handle, name, role in await queries.read_members(tx):
            known = await connections.load_connections(tx, member_id=id_)
            self.viewers[handle] = Viewer(
                id=id_,
                name=name,
                handle=handle,
                role=role,
                followees=known.followees,
                friends=known.friends,
                communities=await communities.load_memberships(tx, member_id=id_),
                site_open=self._site_open,
            )


async def seed(tx: Transaction, *, config: Config, cast: Cast) -> Seeded | None:
    """Put the community in; None when it is there already."""
    if await queries.count_made_up(tx):
        return None
    made_up = [person for person in cast.people if person.made_up]
    await queries.insert_clients(tx, clients=[(person.handle, person.first, person.last) for person in made_up])
    await queries.insert_completed_sessions(tx, sessions=calendar(cast, now=tx.now))
    await follow_users(tx, users=config.users)
    await import_activities(tx, tables=config.activities, since=tx.now - CALENDAR)
    stage = Stage(site_open=config.site.open)
    await stage.meet(tx)
    await _introduce(tx, stage, cast)
    await _gather(tx, stage, cast)
    await stage.meet(tx)
    for words in sorted(cast.posts, key=lambda words: moment(words.at, now=tx.now)):
        await _say(tx, stage, words)
    await _set_back(tx, stage)
    return Seeded(
        people=len(stage.viewers),
        made_up=len(made_up),
        communities=len(cast.communities),
        posts=len(stage.post_times),
        comments=len(stage.comment_times),
        likes=sum(len(words.likes.split()) for words in cast.posts),
    )


def calendar(cast: Cast, *, now: datetime) -> list[tuple[str, str, datetime]]:
    """Return the sessions of the last weeks (client, trainer, when), among them those that posts share."""
    people = {person.handle: person for person in cast.people}
    shared = [
        (words.author, people[words.author].trainer, session_of(words, now=now))
        for words in sorted(cast.posts, key=_author)
        if words.session
    ]
    taken = {(client, at.date()) for client, _, at in shared}
    usual = [
        (person.handle, person.trainer, at)
        for number, person in enumerate(cast.people)
        for at in _rhythm(person, number=number, now=now)
        if (person.handle, at.date()) not in taken
    ]
    return [*shared, *usual]


def _author(words: Words) -> str:
    return words.author


def session_of(words: Words, *, now: datetime) -> datetime:
    """Return when the session was that a post shares."""
    return moment(words.at, now=now) - SESSION_BEFORE


def _rhythm(person: Somebody, *, number: int, now: datetime) -> Iterator[datetime]:
    hour = HOURS[number % len(HOURS)]
    for week in range(WEEKS):
        for turn, day in enumerate(DAYS_OF_WEEK[: person.sessions]):
            if (number + week * 2 + turn * 3) % MISSED:
                yield moment(f"{week * 7 + day + number % 2}d {hour:02}:00", now=now)


async def _introduce(tx: Transaction, stage: Stage, cast: Cast) -> None:
    """Have everybody say who they are, befriend, follow and ask each other."""
    ids = {handle: viewer.member_id for handle, viewer in stage.viewers.items()}
    for person in cast.people:
        me = stage[person.handle]
        await change_own(tx, viewer=me, words=OwnWords(bio=person.bio))
        for friend in person.friends.split():
            await connections.send_friend_request(tx, viewer=me, person_id=ids[friend])
            await connections.accept_friend_request(tx, viewer=stage[friend], person_id=me.member_id)
        for other in person.follows.split():
            await connections.follow(tx, viewer=me, person_id=ids[other])
    for person in cast.people:
        if person.trainer and person.training != "recorded":
            await training.confirm_trainer(tx, viewer=stage[person.handle], person_id=ids[person.trainer])
            if person.training == "confirmed":
                await training.confirm_client(tx, viewer=stage[person.trainer], person_id=ids[person.handle])
    for request in cast.requests:
        await connections.send_friend_request(tx, viewer=stage[request.sender], person_id=ids[request.addressee])
    asked = [(ids[request.sender], ids[request.addressee], moment(request.ago, now=tx.now)) for request in cast.requests]
    await queries.set_back_requests(tx, times=asked)


async def _gather(tx: Transaction, stage: Stage, cast: Cast) -> None:
    for gathering in cast.communities:
        wanted = Foundation(name=gathering.name, purpose=gathering.purpose)
        community = await communities.found_community(tx, viewer=stage[gathering.founder], wanted=wanted)
        stage.places[community.slug] = community.id
        for handle in gathering.members.split():
            await communities.join_community(tx, viewer=stage[handle], slug=community.slug)


async def _say(tx: Transaction, stage: Stage, words: Words) -> None:
    """Publish a post, let others answer and like it, and note when all of it was."""
    at = moment(words.at, now=tx.now)
    author = stage[words.author]
    place = stage.places[words.community] if words.community else None
    draft = Draft(body=words.text, audience="community" if place else words.audience, community_id=place)
    if words.session:
        post_id = await posts.share_activity(tx, viewer=author, activity_id=await _session_id(tx, author, words), draft=draft)
    else:
        post_id = await posts.publish_post(tx, viewer=author, draft=draft)
    stage.post_times.append((post_id, at))
    for handle, after, text in words.comments:
        comment = await posts.add_comment(tx, viewer=stage[handle], post_id=post_id, text=text)
        stage.comment_times.append((post_id, comment.id, min(at + span(after), tx.now)))
    for handle in words.likes.split():
        await posts.react(tx, viewer=stage[handle], post_id=post_id, on=True)
    if words.state == "held":
        await posts.set_state(tx, post_id=post_id, state="held")


async def _session_id(tx: Transaction, author: Viewer, words: Words) -> int:
    at = session_of(words, now=tx.now)
    return next(activity.id for activity in await list_activities(tx, viewer=author) if activity.happened_at == at)


async def _set_back(tx: Transaction, stage: Stage) -> None:
    """Have it be as old as the story says, and make everybody's list anew by these times."""
    await queries.set_back_posts(tx, times=stage.post_times)
    await queries.set_back_comments(tx, times=stage.comment_times)
    await queries.set_back_beginnings(tx, ago=BEGAN)
    for viewer in stage.viewers.values():
        await rebuild(tx, member_id=viewer.member_id)
