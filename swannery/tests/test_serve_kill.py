"""The serving process is killed between requests and jobs and in their midst: nothing acknowledged is lost, nothing doubled.

People post, comment and like over HTTP while it happens. What got no answer is sent again with the same key, and what got one as well.
"""

import multiprocessing
import multiprocessing.process
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from served import Served, serve_here, served

from swannery.config import Config
from swannery.feeds.queries.lists import LENGTH

POLL = {"kind": "poll", "options": ["yes", "no"]}
PLACES, FULL = 2, 409
EVENT = {"kind": "event", "title": "Come", "starts_at": "2040-05-01T18:00:00Z", "capacity": PLACES}
WRITERS = ("owner", "member", "friend")
FOLLOWERS = ("follower", "neighbour", "asker")
ROUNDS, MANY_ROUNDS = 12, 300
TRIES_A_ROUND = 6
LONGEST_PAUSE_S = 0.03
DRAINED_WITHIN_S = 40
# Started anew for each round from a process that has everything imported: a start takes tenths of a second.
STARTER = multiprocessing.get_context("forkserver")
STARTER.set_forkserver_preload(["swannery.app", "swannery.deployment", "granian.server.embed", "httpx", "litestar.plugins.pydantic"])


@dataclass
class Wish:
    """Something somebody wants to have happened once; `result` is what the first answer said."""

    who: str
    method: str
    path: str
    text: str = ""
    body: dict[str, Any] | None = None
    key: UUID = field(default_factory=uuid4)
    result: dict[str, Any] | None = None


def answer_to(post: dict[str, Any], *, who: str, chance: random.Random) -> Wish:
    """A vote, which may differ from an earlier one; or a place at an event, of which there are fewer than people who want one."""
    if post["kind"] == "poll":
        return Wish(who, "PUT", f"/api/v1/posts/{post['id']}/vote", body={"choices": [chance.choice((1, 2))]})
    return Wish(who, "PUT", f"/api/v1/posts/{post['id']}/attendance", body={"answer": "going"})


class Crowd:
    """People who write while the process is killed."""

    def __init__(self, place: Served, *, seed: int) -> None:
        self.place = place
        self.chance = random.Random(seed)  # noqa: S311 - the same people every time
        self.tokens: dict[str, str] = {}
        self.wishes: list[Wish] = []
        self.process: multiprocessing.process.BaseProcess | None = None
        self.between = 0

    def start(self) -> None:
        environ = {"DATABASE_URL": self.place.url, "PORT": str(self.place.port), "LOG": str(self.place.log)}
        self.process = STARTER.Process(target=serve_here, args=(self.place.config_path, environ))
        self.process.start()
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{self.place.address}/healthz", timeout=5)
            except httpx.TransportError:
                assert time.monotonic() < deadline, self.place.log.read_text(encoding="utf-8")
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()
        self.between += bool(rows(self.place.url, "SELECT 1 FROM swannery.procrastinate_jobs"))

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.join(timeout=20)
        assert self.process.exitcode == 0

    def come_in(self, who: str) -> str:
        """Sign in and look at one's home once, so that a list is kept; returns the token."""
        token = self.place.sign_in(who)
        assert httpx.get(f"{self.place.address}/api/v1/feed", headers={"authorization": f"Bearer {token}"}, timeout=20).status_code == 200
        return token

    def new_wishes(self, who: str, chance: random.Random) -> Iterator[Wish]:
        """A post first; then comments on and likes of what is known to be there."""
        for number in range(TRIES_A_ROUND):
            posts = [wish.result for wish in self.wishes if wish.result and wish.path == "/api/v1/posts"]
            there = [post["id"] for post in posts]
            asking = [post for post in posts if post["kind"] in {"poll", "event"}]
            kind = chance.choice(("post", "comment", "like", "answer", "answer", "answer")) if there and number else "post"
            if kind == "post":
                text = f"post {uuid4()}"
                yield Wish(who, "POST", "/api/v1/posts", text=text, body={"text": text, "details": chance.choice((None, POLL, EVENT))})
            elif kind == "answer" and asking:
                yield answer_to(chance.choice(asking), who=who, chance=chance)
            elif kind == "comment":
                yield Wish(who, "POST", f"/api/v1/posts/{chance.choice(there)}/comments", text=f"comment {uuid4()}")
            else:
                yield Wish(who, "PUT", f"/api/v1/posts/{chance.choice(there)}/reaction")

    def write(self, who: str, seed: int) -> None:
        """Wish until nobody answers any more."""
        with httpx.Client(base_url=self.place.address, timeout=20) as client:
            for wish in self.new_wishes(who, random.Random(seed)):  # noqa: S311 - as above
                self.wishes.append(wish)
                try:
                    self.send(client, wish)
                except httpx.TransportError:
                    return

    def send(self, client: httpx.Client, wish: Wish) -> None:
        """Send it, for the first time or again; what comes back is the same each time."""
        headers = {"authorization": f"Bearer {self.tokens[wish.who]}", "idempotency-key": str(wish.key)}
        body = wish.body or ({"text": wish.text} if wish.text else None)
        answer = client.request(wish.method, wish.path, json=body, headers=headers)
        full = wish.path.endswith("/attendance") and answer.status_code == FULL
        assert answer.status_code in {200, 201} or full, answer.text
        said = answer.json()
        if wish.result is not None and wish.text:
            assert said["id"] == wish.result["id"]
        wish.result = said if not full else {}

    def live(self, rounds: int) -> None:
        """Start, write, be killed; the next time first send again what was on its way, and some of what was not."""
        for _ in range(rounds):
            self.start()
            with psycopg.connect(self.place.url, autocommit=True) as connection:
                connection.execute("DELETE FROM swannery.throttles")
            if not self.tokens:
                self.tokens = {who: self.come_in(who) for who in (*WRITERS, *FOLLOWERS)}
            self.send_again(self.chance.sample(self.wishes, min(3, len(self.wishes))))
            with ThreadPoolExecutor() as pool:
                for who in WRITERS:
                    pool.submit(self.write, who, self.chance.randrange(2**32))
                before = len(self.answered())
                while len(self.answered()) == before:
                    time.sleep(0.001)
                time.sleep(self.chance.uniform(0, LONGEST_PAUSE_S))
                self.kill()

    def answered(self) -> list[Wish]:
        return [wish for wish in self.wishes if wish.result is not None]

    def send_again(self, some: Sequence[Wish]) -> None:
        with httpx.Client(base_url=self.place.address, timeout=20) as client:
            for wish in [*(wish for wish in self.wishes if wish.result is None), *some]:
                self.send(client, wish)


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()


@pytest.fixture
def place(town_url: str, built_town: tuple[str, Config], tmp_path: Path) -> Iterator[Served]:
    befriend = (
        "INSERT INTO swannery.follows (follower_id, followee_id) SELECT f.id, w.id FROM swannery.members f"
        " JOIN users fu ON fu.id = f.user_id CROSS JOIN swannery.members w JOIN users wu ON wu.id = w.user_id"
        f" WHERE fu.username IN {FOLLOWERS} AND wu.username IN {WRITERS}"
    )
    with psycopg.connect(town_url, autocommit=True) as connection:
        connection.execute(befriend.encode())
    with served(url=town_url, config=built_town[1], folder=tmp_path) as place:
        yield place


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY_ROUNDS, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_what_was_acknowledged_is_there_once_and_reaches_its_readers(place: Served, rounds: int) -> None:
    crowd = Crowd(place, seed=rounds)
    crowd.live(rounds)
    crowd.start()
    crowd.send_again(crowd.wishes)
    deadline = time.monotonic() + DRAINED_WITHIN_S
    while rows(place.url, "SELECT 1 FROM swannery.procrastinate_jobs"):
        assert time.monotonic() < deadline, rows(place.url, "SELECT task_name, status, attempts FROM swannery.procrastinate_jobs")
        time.sleep(0.1)
    crowd.stop()
    assert crowd.between > 0, "it was never killed with a job left to do"
    assert_all_there_once(place.url, crowd.wishes)
    assert_answers_kept(place.url, crowd.wishes)
    assert_lists_complete(place.url)
    assert_counts_right(place.url)


def assert_all_there_once(url: str, wishes: Sequence[Wish]) -> None:
    texts = sorted(wish.text for wish in wishes if wish.text)
    assert [row[0] for row in rows(url, "SELECT body FROM swannery.posts UNION ALL SELECT body FROM swannery.comments ORDER BY 1")] == texts
    likes = {(wish.who, int(wish.path.split("/")[4])) for wish in wishes if wish.path.endswith("/reaction")}
    stored = rows(
        url,
        "SELECT u.username, r.post_id FROM swannery.reactions r JOIN swannery.members m ON m.id = r.member_id"
        " JOIN users u ON u.id = m.user_id",
    )
    assert sorted(stored) == sorted(likes)


def assert_answers_kept(url: str, wishes: Sequence[Wish]) -> None:
    """Of each vote the last that was sent, of each event whoever was told that they have a place, and no more of them than there are."""
    votes = {(wish.who, post_of(wish)): wish.body["choices"] for wish in wishes if wish.body and wish.path.endswith("/vote")}
    places = {(wish.who, post_of(wish)) for wish in wishes if wish.result and wish.path.endswith("/attendance")}
    stored = rows(
        url,
        "SELECT u.username, x.post_id, x.choices, p.kind FROM swannery.answers x JOIN swannery.posts p ON p.id = x.post_id"
        " JOIN swannery.members m ON m.id = x.member_id JOIN users u ON u.id = m.user_id",
    )
    assert {(who, post): choices for who, post, choices, kind in stored if kind == "poll"} == votes
    assert {(who, post) for who, post, _, kind in stored if kind == "event"} == places
    counted = (
        "SELECT id, ARRAY(SELECT count(x.member_id)::integer FROM generate_series(0, cardinality(p.answer_counts) - 1) AS place"
        " LEFT JOIN swannery.answers x ON x.post_id = p.id AND (place = 0 OR place = ANY(x.choices)) GROUP BY place ORDER BY place)"
        " FROM swannery.posts p ORDER BY id"
    )
    assert rows(url, "SELECT id, answer_counts FROM swannery.posts ORDER BY id") == rows(url, counted)
    assert not rows(url, f"SELECT 1 FROM swannery.posts WHERE kind = 'event' AND answer_counts[1] > {PLACES}")


def post_of(wish: Wish) -> int:
    return int(wish.path.split("/")[4])


def assert_lists_complete(url: str) -> None:
    """Each post is in its author's list and in that of everybody who follows them, as far back as lists reach, and in no other."""
    due = "SELECT p.id, f.follower_id AS reader FROM swannery.posts p JOIN swannery.follows f ON f.followee_id = p.author_id"
    due += " UNION SELECT id, author_id FROM swannery.posts"
    every = f"SELECT id, reader, row_number() OVER (PARTITION BY reader ORDER BY id DESC) FROM ({due}) AS due"
    stored = set(rows(url, "SELECT post_id, member_id FROM swannery.feed_entries"))
    found = rows(url, every)
    assert {(post, reader) for post, reader, place in found if place <= LENGTH} <= stored
    assert stored <= {(post, reader) for post, reader, _ in found}


def assert_counts_right(url: str) -> None:
    counted = (
        "SELECT id, (SELECT count(*) FROM swannery.reactions r WHERE r.post_id = p.id),"
        " (SELECT count(*) FROM swannery.comments c WHERE c.post_id = p.id) FROM swannery.posts p ORDER BY id"
    )
    assert rows(url, "SELECT id, reaction_count, comment_count FROM swannery.posts ORDER BY id") == rows(url, counted)
