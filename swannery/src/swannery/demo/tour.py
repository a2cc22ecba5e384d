"""A walk through the served site over HTTP: every page as a stranger and as three members, and a post on its way to somebody's home."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from swannery.demo.errors import DemoCannot
from swannery.demo.visitor import Answer, Visitor
from swannery.demo.website import HOST, Website

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
    waiting: str


LOGINS = (
    Login("tess", "Tess Lindqvist", "client", "Amir Haddad"),
    Login("coach_jonas", "Jonas Okafor", "trainer", "Wolfgang Ertl"),
    Login("maren", "Maren Albers", "admin", "Piet Sanders"),
)


class Landmarks(msgspec.Struct, frozen=True, kw_only=True):
    """What of the seed the walk looks for: a post for everybody, and one for friends of its author only."""

    public_post: int
    friends_post: int


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
    say(f"  as a stranger: {journey.looked_at} pages and files; what is for members asks to sign in, what is for friends is not there")
    for login in LOGINS:
        before = journey.looked_at
        _as_member(journey, login, landmarks)
        say(f"  as {login.name} ({login.part}): signed in with the app's own password, {journey.looked_at - before} pages")
    _through_the_api(journey)
    waited_s = _post_arrives(journey)
    say("  the JSON API: session, feed, description")
    say(
        f"  Tess posted; {waited_s * 1000:.0f} ms later it was in her trainer's home, put there by the background work; then she took it back"
    )


def _as_stranger(journey: Walk, landmarks: Landmarks) -> None:
    with journey.visitor() as stranger:
        front = journey.expect(stranger.get("/"), where="The front page", holds=("Northside Strength, together", "Hanna Brandt"))
        for path in sorted(set(STATIC.findall(front.text))):
            journey.expect(stranger.get(path), where=path, cache=FOR_EVER)
        pages = {
            "/discover": "Inês Carvalho",
            f"/posts/{landmarks.public_post}": "Sign in to answer",
            "/@tess": "Bike courier turned project manager",
            "/sign-in": "Good to see you",
            "/healthz": "alive",
            "/readyz": "ready",
            "/metrics": "swannery_requests_total",
            "/api/v1/openapi.json": '"openapi":"3.1.0"',
        }
        for path, words in pages.items():
            journey.expect(stranger.get(path), where=path, holds=(words,))
        for path in ("/people", "/communities", "/inbox", "/activities", "/settings", "/compose"):
            journey.expect(stranger.get(path), where=path, status=303)
        journey.expect(stranger.get(f"/posts/{landmarks.friends_post}"), where="A post for friends", status=404)


def _sign_in(journey: Walk, visitor: Visitor, login: Login) -> None:
    visitor.get("/sign-in")
    answer = visitor.send("/sign-in", identifier=login.handle, password=PASSWORD, next="/")
    journey.expect(answer, where=f"Signing in as {login.handle}", status=303)


def _as_member(journey: Walk, login: Login, landmarks: Landmarks) -> None:
    with journey.visitor() as member:
        _sign_in(journey, member, login)
        pages = {
            "/": "Greta Vogelsang" if login.handle != "coach_jonas" else "Tess Lindqvist",
            "/discover": "Hanna Brandt",
            f"/posts/{landmarks.public_post}": "Write a comment",
            f"/@{login.handle}": "Edit your profile",
            "/@hanna_b": "Back to running, one minute at a time.",
            "/people": "Maximiliane Theodora Freifrau von Hohenfels-Schwarzenbach-Kilchberg",
            "/communities": "Back on your feet",
            "/communities/early-birds": "Early birds",
            "/inbox": login.waiting,
            "/activities": "Training session" if login.part == "client" else "No sessions yet",
            "/settings": "Where you are signed in",
            "/compose": "Write a post",
        }
        for path, words in pages.items():
            journey.expect(member.get(path), where=f"{path} as {login.handle}", holds=(words,))
        friends = 200 if login.handle == "tess" else 404
        journey.expect(member.get(f"/posts/{landmarks.friends_post}"), where=f"A post for friends, as {login.handle}", status=friends)
        journey.expect(member.send("/sign-out"), where="Signing out", status=303)


def _through_the_api(journey: Walk) -> None:
    with journey.visitor() as program:
        opened = program.call("POST", "/api/v1/session", identifier="tess", password=PASSWORD)
        token = json.loads(journey.expect(opened, where="POST /api/v1/session", status=201).text)["token"]
        journey.expect(program.get("/api/v1/session", bearer=token), where="GET /api/v1/session", holds=('"handle":"tess"',))
        journey.expect(program.get("/api/v1/feed", bearer=token), where="GET /api/v1/feed", holds=('"items":[{',))
        journey.expect(program.get("/api/v1/feed"), where="GET /api/v1/feed as a stranger", status=401)
        journey.expect(program.call("DELETE", "/api/v1/session", bearer=token), where="DELETE /api/v1/session", status=204)


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
