"""A walk through the served site over HTTP: every page as a stranger and as three members, and a post on its way to somebody's home."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from swannery.demo import queries
from swannery.demo.errors import DemoCannot
from swannery.demo.visitor import Answer, Visitor
from swannery.demo.website import HOST, Website
from swannery.foundation.database import Transaction

PASSWORD = "studio-demo-2025"  # noqa: S105 - the made-up password of made-up people, printed by the demo
PERSONAL, FOR_EVER = "private, no-store", "public, max-age=31536000, immutable"
STATIC = re.compile(r'(?:src|href)="(/static/[^"]+)"')
ARRIVES_WITHIN_S = 10.0
DEFECT = "This is a defect of swannery; please report it."


class Login(NamedTuple):
    """Somebody whose password is known."""

    handle: str
    name: str
    part: str


LOGINS = (
    Login("tess", "Tess Lindqvist", "client"),
    Login("coach_jonas", "Jonas Okafor", "trainer"),
    Login("maren", "Maren Albers", "admin"),
)


class Landmarks(msgspec.Struct, frozen=True, kw_only=True):
    """What the walk looks for, as it stands in the database by now: people may have played since the demo was made."""

    site: str
    public_post: int
    public_author: str
    public_handle: str
    friends_post: int | None
    may_read_friends_post: frozenset[str]
    waiting: dict[str, tuple[str, ...]]


async def find_landmarks(tx: Transaction, *, site: str) -> Landmarks:
    """Look for them."""
    tess = LOGINS[0].handle
    public = await queries.find_latest_post(tx, audience="public")
    if public is None:
        raise DemoCannot("There is no post for everyone any more.", next_step="Start over with: make demo ARGS=--fresh")
    friends = await queries.find_latest_post(tx, audience="friends", author=tess)
    return Landmarks(
        site=site,
        public_post=public[0],
        public_author=public[1],
        public_handle=public[2],
        friends_post=friends[0] if friends else None,
        may_read_friends_post=frozenset({tess, *await queries.find_friends(tx, handle=tess)}),
        waiting={login.handle: await queries.find_waiting(tx, handle=login.handle) for login in LOGINS},
    )


class Walk:
    """Counts what was looked at; raises DemoCannot at the first thing that is not as it must be."""

    def __init__(self, site: Website) -> None:
        self._site = site
        self.looked_at = 0

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """Somebody new."""
        visitor = Visitor(host=HOST, port=self._site.port)
        try:
            yield visitor
        except OSError as error:
            raise DemoCannot(f"The website does not answer: {error}.", next_step=f"Its log: {self._site.log}") from None
        finally:
            visitor.close()

    def expect(self, answer: Answer, *, where: str, status: int = 200, cache: str = PERSONAL, holds: tuple[str, ...] = ()) -> Answer:
        """See that an answer is as it must be."""
        self.looked_at += 1
        wrong = f"ended with {answer.status}, not {status}" if answer.status != status else ""
        if answer.headers.get("cache-control") != cache:
            wrong = wrong or f"may be kept: {answer.headers.get('cache-control')}"
        if "Traceback" in answer.text:
            wrong = wrong or "shows a traceback"
        missing = [words for words in holds if words not in answer.text]
        wrong = wrong or (f"does not hold {missing[0]!r}" if missing else "")
        if wrong:
            raise DemoCannot(f"{where} {wrong}.", next_step=f"{DEFECT} Its log: {self._site.log}")
        return answer


def walk(site: Website, *, landmarks: Landmarks, say: Callable[[str], None]) -> None:
    """Look at everything, and say what was looked at."""
    journey = Walk(site)
    _as_stranger(journey, landmarks)
    say(f"  As a stranger: {journey.looked_at} pages and files; what is for members asks to sign in, what is for friends is not there.")
    for login in LOGINS:
        before = journey.looked_at
        _as_member(journey, login, landmarks)
        say(f"  As {login.name} ({login.part}): signed in with the app's own password, {journey.looked_at - before} pages.")
    _through_the_api(journey)
    waited_s = _post_arrives(journey)
    say("  As a program: the JSON API's session, feed and description.")
    say(f"  Tess posted; {waited_s * 1000:.0f} ms later the background work had put it into her trainer's home; then she took it back.")


def _as_stranger(journey: Walk, landmarks: Landmarks) -> None:
    with journey.visitor() as stranger:
        words = (f"{landmarks.site}, together", landmarks.public_author)
        front = journey.expect(stranger.get("/"), where="The front page", holds=words)
        for path in sorted(set(STATIC.findall(front.text))):
            journey.expect(stranger.get(path), where=path, cache=FOR_EVER)
        pages = {
            "/discover": landmarks.public_author,
            f"/posts/{landmarks.public_post}": "Sign in to answer",
            f"/@{landmarks.public_handle}": landmarks.public_author,
            "/sign-in": "Good to see you",
            "/healthz": "alive",
            "/readyz": "ready",
            "/metrics": "swannery_requests_total",
            "/api/v1/openapi.json": '"openapi":"3.1.0"',
        }
        for path, found in pages.items():
            journey.expect(stranger.get(path), where=path, holds=(found,))
        for path in ("/people", "/communities", "/inbox", "/training", "/activities", "/settings", "/settings/sessions", "/compose"):
            journey.expect(stranger.get(path), where=path, status=303)
        if landmarks.friends_post:
            journey.expect(stranger.get(f"/posts/{landmarks.friends_post}"), where="A post for friends", status=404)


def _sign_in(journey: Walk, visitor: Visitor, login: Login) -> None:
    visitor.get("/sign-in")
    answer = visitor.send("/sign-in", identifier=login.handle, password=PASSWORD, next="/")
    journey.expect(answer, where=f"Signing in as {login.handle}", status=303)


def _as_member(journey: Walk, login: Login, landmarks: Landmarks) -> None:
    with journey.visitor() as member:
        _sign_in(journey, member, login)
        pages = {
            "/": ("How did it go today?", 'class="post-list"'),
            "/discover": ("Discover", 'id="post-'),
            f"/posts/{landmarks.public_post}": (landmarks.public_author, "Write a comment"),
            f"/@{login.handle}": (login.name, "Edit your profile"),
            "/@hanna_b": ("Hanna Brandt",),
            "/people": ("Maximiliane Theodora Freifrau von Hohenfels-Schwarzenbach-Kilchberg",),
            "/communities": ("Early birds", "Pull-up project"),
            "/communities/early-birds": ("Early birds", "done before the city is awake"),
            "/inbox": ("Inbox", *landmarks.waiting[login.handle]),
            "/activities": ("Training session",) if login.part == "client" else ("No sessions yet",),
            "/training": ("Training", "session"),
            "/settings": ("A few words about you",),
            "/settings/sessions": ("Each place where you are signed in",),
            "/compose": ("Write a post",),
        }
        for path, words in pages.items():
            journey.expect(member.get(path), where=f"{path} as {login.handle}", holds=words)
        if landmarks.friends_post:
            status = 200 if login.handle in landmarks.may_read_friends_post else 404
            found = member.get(f"/posts/{landmarks.friends_post}")
            journey.expect(found, where=f"A post for friends of Tess, as {login.handle}", status=status)
        member.get("/")
        journey.expect(member.send("/sign-out"), where="Signing out", status=303)


def _through_the_api(journey: Walk) -> None:
    with journey.visitor() as program:
        opened = program.call("POST", "/api/v1/session", identifier="tess", password=PASSWORD)
        token = json.loads(journey.expect(opened, where="POST /api/v1/session", status=201).text)["token"]
        journey.expect(program.get("/api/v1/session", bearer=token), where="GET /api/v1/session", holds=('"handle":"tess"',))
        journey.expect(program.get("/api/v1/feed", bearer=token), where="GET /api/v1/feed", holds=('"items":[{',))
        journey.expect(program.get("/api/v1/feed"), where="GET /api/v1/feed as a stranger", status=401)
        journey.expect(program.call("DELETE", "/api/v1/session", bearer=token), where="Ending the session", status=204)


def _post_arrives(journey: Walk) -> float:
    """Have Tess publish a post and her trainer find it at home; returns the seconds in between. The post is taken back at the end."""
    words = f"Just looking whether this arrives, {time.time_ns()}"
    tess, jonas, _ = LOGINS
    with journey.visitor() as client, journey.visitor() as trainer:
        _sign_in(journey, client, tess)
        _sign_in(journey, trainer, jonas)
        client.get("/")
        journey.expect(client.send("/posts", text=words, audience="members"), where="Posting", status=303)
        posted = time.monotonic()
        while words not in trainer.get("/").text:
            if time.monotonic() - posted > ARRIVES_WITHIN_S:
                raise DemoCannot("Tess's post did not arrive in her trainer's home.", next_step=DEFECT)
            time.sleep(0.02)
        waited_s = time.monotonic() - posted
        mine = journey.expect(client.get("/"), where="Home after posting", holds=(words,)).text
        found = re.findall(r'id="post-(\d+)"', mine[: mine.index(words)])
        journey.expect(client.send(f"/posts/{found[-1]}/delete"), where="Taking it back", status=303)
        for visitor in (client, trainer):
            journey.expect(visitor.send("/sign-out"), where="Signing out", status=303)
    return waited_s
