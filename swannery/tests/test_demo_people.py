"""The demo's community is believable at every hour: in order, never in the future, each text for whom it is meant, every count true."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg
import pytest
from host_apps import read

from dbdoctor.embedded import Server
from swannery.app import assemble
from swannery.config import Config
from swannery.demo.cast import moment, read_cast, span
from swannery.demo.seeding import Seeded, calendar, seed
from swannery.deployment import DeployRequest, deploy
from swannery.foundation import clock

BROKEN = Path(__file__).parents[2] / "examples" / "studio" / "broken.sql"
HEALED = 'ALTER TABLE sessions ADD "userId" integer REFERENCES users'
NOON, AFTER_MIDNIGHT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC), datetime(2026, 3, 1, 0, 4, tzinfo=UTC)


class Studio(NamedTuple):
    """A seeded studio, and what time it was when it was seeded."""

    url: str
    now: datetime
    config: Config
    seeded: Seeded | None


def seed_into(config: Config) -> Seeded | None:
    async def seeded() -> Seeded | None:
        database = assemble(config).database
        try:
            async with database.transaction() as tx:
                return await seed(tx, config=config, cast=read_cast())
        finally:
            await database.close()

    return asyncio.run(seeded())


@pytest.fixture(scope="module", params=[NOON, AFTER_MIDNIGHT], ids=["noon", "after midnight"])
def studio(server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Studio]:
    """The studio, its column healed by hand."""
    now: datetime = request.param
    name = f"studio_{now:%H%M}"
    url = server.url(database=name)
    path = tmp_path_factory.mktemp("studio") / "swannery.toml"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(url, autocommit=True) as inside:
            inside.execute(BROKEN.read_bytes())
            inside.execute(HEALED.encode())
        config = deploy(DeployRequest(url=url, config_path=path, yes=True)).config
        config = msgspec.structs.replace(config, site=msgspec.structs.replace(config.site, open=True))
        config = msgspec.structs.replace(config, database=msgspec.structs.replace(config.database, url=url))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: now)
            yield Studio(url, now, config, seed_into(config))
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_it_is_all_there(studio: Studio) -> None:
    assert studio.seeded == Seeded(people=24, made_up=18, communities=4, posts=33, comments=79, likes=212)
    assert read(studio.url, "SELECT count(*) FROM swannery.members WHERE last_seen_at IS NULL") == [(0,)]
    assert read(studio.url, "SELECT count(*) FROM users") == [(24,)]


def test_a_second_time_changes_nothing(studio: Studio) -> None:
    assert seed_into(studio.config) is None
    assert read(studio.url, "SELECT count(*) FROM swannery.posts") == [(33,)]


def test_nothing_lies_in_the_future(studio: Studio) -> None:
    for table, column in (
        ("posts", "published_at"), ("comments", "created_at"), ("reactions", "created_at"), ("feed_entries", "published_at"),
        ("friend_requests", "created_at"), ("follows", "created_at"), ("communities", "created_at"), ("members", "joined_at"),
        ("members", "last_seen_at"), ("activities", "happened_at"), ("activities", "noticed_at"), ("community_members", "joined_at"),
    ):  # fmt: skip
        latest = read(studio.url, f"SELECT max({column}) FROM swannery.{table}")[0][0]
        assert latest <= studio.now, (table, column)
    assert read(studio.url, f"SELECT count(*) FROM sessions WHERE \"sessionDate\" > '{studio.now}'") == [(0,)]


def test_ids_and_times_agree_and_comments_follow_their_posts(studio: Studio) -> None:
    times = read(studio.url, "SELECT published_at FROM swannery.posts ORDER BY id")
    assert times == sorted(times)
    early = "SELECT count(*) FROM swannery.comments c JOIN swannery.posts p ON p.id = c.post_id WHERE c.created_at < p.published_at"
    assert read(studio.url, early) == [(0,)]
    of_a_post = read(studio.url, "SELECT post_id, created_at FROM swannery.comments ORDER BY post_id, id")
    assert of_a_post == sorted(of_a_post)


def test_times_are_told_in_hours_weekdays_and_dates(studio: Studio) -> None:
    ages = [studio.now - row[0] for row in read(studio.url, "SELECT published_at FROM swannery.posts")]
    assert min(ages) < timedelta(hours=1)
    assert any(timedelta(hours=1) < age < timedelta(days=1) for age in ages)
    assert any(timedelta(days=1) < age < timedelta(days=6) for age in ages)
    assert timedelta(days=19) < max(ages) < timedelta(days=22)


def test_every_audience_and_a_held_post_are_there(studio: Studio) -> None:
    found = dict(read(studio.url, "SELECT audience, count(*) FROM swannery.posts WHERE state = 'shown' GROUP BY 1"))
    assert set(found) == {"public", "members", "followers", "friends", "community", "me"}
    held = "SELECT m.handle FROM swannery.posts p JOIN swannery.members m ON m.id = p.author_id WHERE state = 'held'"
    assert read(studio.url, held.replace("state", "p.state")) == [("tess",)]
    assert read(studio.url, "SELECT max(char_length(body)) > 900 FROM swannery.posts") == [(True,)]


def test_counts_equal_a_recount(studio: Studio) -> None:
    recount = (
        "SELECT id, (SELECT count(*) FROM swannery.reactions r WHERE r.post_id = p.id),"
        " (SELECT count(*) FROM swannery.comments c WHERE c.post_id = p.id) FROM swannery.posts p ORDER BY id"
    )
    assert read(studio.url, "SELECT id, reaction_count, comment_count FROM swannery.posts ORDER BY id") == read(studio.url, recount)


def test_lists_hold_the_posts_times(studio: Studio) -> None:
    differ = "SELECT count(*) FROM swannery.feed_entries e JOIN swannery.posts p ON p.id = e.post_id WHERE e.published_at <> p.published_at"
    assert read(studio.url, differ) == [(0,)]
    empty = "SELECT count(*) FROM swannery.members m WHERE NOT EXISTS (SELECT FROM swannery.feed_entries e WHERE e.member_id = m.id)"
    assert read(studio.url, empty) == [(0,)]


def test_shared_sessions_are_the_apps_own(studio: Studio) -> None:
    shared = "SELECT count(*) FROM swannery.activities a JOIN sessions s ON s.id::text = a.source_key WHERE a.shared_post_id IS NOT NULL"
    assert read(studio.url, shared) == [(sum(words.session for words in read_cast().posts),)]


def test_people_train_at_most_once_a_day() -> None:
    sessions = [(client, at.date()) for client, _trainer, at in calendar(read_cast(), now=NOON)]
    assert len(sessions) == len(set(sessions)) > 150


def test_moments_read_as_they_are_written() -> None:
    assert moment("2d 18:30", now=NOON) == datetime(2026, 2, 27, 18, 30, tzinfo=UTC)
    assert moment("2h20m", now=NOON) == datetime(2026, 3, 1, 9, 40, tzinfo=UTC)
    assert moment("0d 18:30", now=NOON) == NOON
    assert span("1d2h") == timedelta(hours=26)
    for nonsense in ("", "soon", "18:30"):
        with pytest.raises(ValueError, match="no span of time"):
            moment(nonsense, now=NOON)
