"""Events: when and where, who comes, how many places there are, and what a calendar is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, NotThere
from swannery.posts import actions
from swannery.posts.details import Event, Poll
from swannery.posts.models import Attendance, Draft, Post
from swannery.posts.pages.detail_forms import by_the_clock, details_of, shown_by_the_clock, values_of

pytestmark = pytest.mark.anyio
LATER = datetime(2190, 5, 1, 18, tzinfo=UTC)


async def publish(town: Town, **more: Any) -> int:
    details = Event(title="Open training", starts_at=LATER, ends_at=LATER + timedelta(hours=2), place="The park", **more)
    draft = Draft(body="Bring water.", audience="members", details=details, client_key=uuid4())
    return await town.act(actions.publish_post, "owner", draft=draft)


async def come(town: Town, who: str, post_id: int, answer: Attendance | None = "going") -> Post:
    return await town.act(actions.attend, who, post_id=post_id, answer=answer)


async def names(town: Town, who: str, post_id: int, answer: Attendance = "going") -> set[str]:
    found, _ = await town.act(actions.list_attendees, who, post_id=post_id, answer=answer)
    by_id = {id_: name for name, id_ in town.ids.items()}
    return {by_id[one.person.id] for one in found}


def counts(post: Post) -> tuple[int, ...] | None:
    return post.answers.counts if post.answers else None


async def test_people_say_whether_they_come_and_change_their_minds(town: Town) -> None:
    post_id = await publish(town)
    said: tuple[tuple[str, Attendance], ...] = (
        ("member", "going"), ("friend", "going"), ("trainer", "maybe"), ("member", "no"), ("member", "no"),
    )  # fmt: skip
    for who, answer in said:
        await come(town, who, post_id, answer)
    seen = await town.act(actions.read_post, "owner", post_id=post_id)
    assert counts(seen) == (1, 1, 1)
    assert await names(town, "owner", post_id) == {"friend"}
    assert await names(town, "owner", post_id, "maybe") == {"trainer"}
    back = await come(town, "friend", post_id, None)
    assert counts(back) == (0, 1, 1)
    assert back.answers is not None
    assert back.answers.people == 2


@pytest.mark.parametrize("capacity", [1, 3])
async def test_there_are_never_more_people_than_places(town: Town, capacity: int) -> None:
    post_id = await publish(town, capacity=capacity)
    people = [who for who in town.ids if who != "gone"][:8]
    for who in people:
        await town.act(actions.read_post, who, post_id=post_id)  # everybody is signed in before they hurry
    tries = await asyncio.gather(*(come(town, who, post_id) for who in people), return_exceptions=True)
    assert sum(isinstance(one, Post) for one in tries) == capacity
    assert [one for one in tries if not isinstance(one, Post | Conflict)] == []
    stored = await town.sql("SELECT answer_counts FROM swannery.posts WHERE id = %(id)s", id=post_id)
    kept = await town.sql("SELECT count(*) FROM swannery.answers WHERE post_id = %(id)s", id=post_id)
    assert stored[0][0] == [capacity, capacity, 0, 0]
    assert kept[0][0] == capacity
    lucky = next(who for who, one in zip(people, tries, strict=True) if isinstance(one, Post))
    left_out = next(who for who, one in zip(people, tries, strict=True) if isinstance(one, Conflict))
    await come(town, left_out, post_id, "maybe")
    await come(town, lucky, post_id)  # the same again, though all places are taken
    await come(town, lucky, post_id, "no")
    await come(town, left_out, post_id)
    assert left_out in await names(town, "owner", post_id)


async def test_what_is_over_no_event_or_not_shown_takes_no_answer(town: Town) -> None:
    over = await publish(town)
    await town.sql(
        'UPDATE swannery.posts SET card = card || \'{"starts_at": "2020-01-01T10:00:00Z", "ends_at": null}\' WHERE id = %(id)s', id=over
    )
    with pytest.raises(Conflict):
        await come(town, "member", over)
    text = await town.act(actions.publish_post, "owner", draft=Draft(body="Text"))
    with pytest.raises(Conflict):
        await come(town, "member", text)
    with pytest.raises(NotThere):
        await names(town, "member", text)
    held = await publish(town)
    await town.sql("UPDATE swannery.posts SET state = 'held' WHERE id = %(id)s", id=held)
    with pytest.raises(Conflict):
        await come(town, "owner", held)
    with pytest.raises(NotThere):
        await come(town, "member", held)


async def test_who_voted_in_a_poll_is_told_to_nobody(town: Town) -> None:
    poll = await town.act(actions.publish_post, "owner", draft=Draft(body="Which?", details=Poll(options=["a", "b"])))
    await town.act(actions.vote, "member", post_id=poll, choices=[1])
    for who in ("owner", "member"):
        with pytest.raises(NotThere):
            await names(town, who, poll)
    with pytest.raises(Conflict):
        await come(town, "friend", poll)


async def test_hidden_people_are_not_among_those_who_come(town: Town) -> None:
    post_id = await publish(town)
    await come(town, "member", post_id)
    await come(town, "friend", post_id)
    await town.act(connections.block, "trainer", person_id=town.ids["friend"])
    assert await names(town, "trainer", post_id) == {"member"}
    assert counts(await town.act(actions.read_post, "trainer", post_id=post_id)) == (1, 0, 0)
    assert await names(town, "owner", post_id) == {"member", "friend"}


async def test_a_calendar_gets_the_event_as_it_is_now(town: Town) -> None:
    post_id = await publish(town)
    async with town.browser("member") as browser:
        first = icalendar.Calendar.from_ical((await browser.get(f"/posts/{post_id}/event.ics")).content).walk("VEVENT")[0]
    changed = Event(title="Open; training, \nout", starts_at=LATER + timedelta(days=1), place="Über, dem Park")
    await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="Bring\nwater.", details=changed), seen=None)
    async with town.browser("member") as browser:
        answer = await browser.get(f"/posts/{post_id}/event.ics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.headers["cache-control"] == "private, no-store"
        text = await town.act(actions.publish_post, "owner", draft=Draft(body="Text"))
        assert (await browser.get(f"/posts/{text}/event.ics")).status_code == 404
    entry = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert str(entry["summary"]) == "Open; training, out"
    assert entry.decoded("dtstart") == LATER + timedelta(days=1)
    assert "dtend" not in entry
    assert str(entry["location"]) == "Über, dem Park"
    assert str(entry["description"]) == "Bring\nwater."
    assert entry["sequence"] == 1
    assert (first["sequence"], first["uid"]) == (0, entry["uid"])
    assert str(entry["url"]).endswith(f"/posts/{post_id}")
    async with town.browser(None) as browser:
        assert (await browser.get(f"/posts/{post_id}/event.ics")).status_code == 404


async def test_the_website_takes_answers_with_and_without_a_script(town: Town) -> None:
    post_id = await publish(town, capacity=1)
    async with town.browser("member") as browser:
        page = await browser.get(f"/posts/{post_id}")
        assert "The park" in page.text
        assert "1 May 2190, 18:00 UTC" in page.text
        assert ">20:00 UTC</time>" in page.text  # of the same day
        assert (await browser.post(f"/posts/{post_id}/attendance", answer="going")).status_code == 303
        part = await browser.post(f"/posts/{post_id}/attendance", headers={"HX-Request": "true"}, answer="maybe")
        assert "<html" not in part.text
        assert "0 are going" in part.text
        assert (await browser.post(f"/posts/{post_id}/attendance", answer="perhaps")).status_code == 422
        await browser.post(f"/posts/{post_id}/attendance", answer="going")
    async with town.browser("friend") as browser:
        page = await browser.get(f"/posts/{post_id}")
        assert "Every place is taken" in page.text
        assert (await browser.post(f"/posts/{post_id}/attendance", answer="going")).status_code == 409
        assert town.handles["member"] in (await browser.get(f"/posts/{post_id}/attendance")).text
    async with town.browser("friend", api=True) as api:
        full = await api.client.put(f"/api/v1/posts/{post_id}/attendance", json={"answer": "going"})
        assert full.status_code == 409
        told = (await api.client.put(f"/api/v1/posts/{post_id}/attendance", json={"answer": "maybe"})).json()
        assert told["answers"]["counts"] == [1, 1, 0]
        listed = (await api.client.get(f"/api/v1/posts/{post_id}/attendance")).json()
        assert [one["handle"] for one in listed["items"]] == [town.handles["member"]]
        assert (await api.client.delete(f"/api/v1/posts/{post_id}/attendance")).json()["answers"]["mine"] == []


@pytest.mark.parametrize(
    ("typed", "time_zone", "meant"),
    [
        ({"about_starts_at": "2031-05-01T18:00"}, "Europe/Berlin", "2031-05-01T16:00:00+00:00"),
        ({"about_starts_at": "2031-12-01T18:00"}, "Europe/Berlin", "2031-12-01T17:00:00+00:00"),
        ({"about_starts_at": "2031-05-01T18:00", "about_offset": "-300"}, "", "2031-05-01T23:00:00+00:00"),
        ({"about_starts_at": "2031-05-01T18:00", "about_offset": "junk"}, "", "2031-05-01T18:00:00+00:00"),
        ({"about_starts_at": "2031-05-01T18:00", "about_offset": "-300"}, "Europe/Berlin", "2031-05-01T16:00:00+00:00"),
    ],
)
async def test_a_moment_is_meant_by_the_members_clock(typed: dict[str, str], time_zone: str, meant: str) -> None:
    found = details_of("event", by_the_clock({"about_title": "Run", **typed}, time_zone=time_zone))
    assert isinstance(found, Event)
    assert found.starts_at is not None
    assert found.starts_at.isoformat() == meant
    if time_zone:
        assert shown_by_the_clock(values_of(found), time_zone=time_zone)["about_starts_at"] == typed["about_starts_at"]


async def test_an_event_without_a_moment_comes_back_with_what_was_typed(town: Town) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/compose?kind=event")
        for moment, sentence in (("", "Say when it begins."), ("tomorrow", "This is no date and time."), ("0001-01-01T00:00", "from 1971")):
            answer = await browser.post(
                "/posts", kind="event", text="", about_title="Run", about_starts_at=moment, about_place="Park", about_capacity="12"
            )
            assert answer.status_code == 422, moment
            assert sentence in answer.text
            assert 'value="Park"' in answer.text
