"""Polls: one vote a member, to be changed until the end; counted once whatever happens at once, and told to those who may know."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, Invalid, NotSignedIn, NotThere
from swannery.posts import actions
from swannery.posts.details import Poll
from swannery.posts.models import Draft, Post
from swannery.posts.ports import ports

pytestmark = pytest.mark.anyio
PEOPLE = ("member", "friend", "follower", "neighbour")
OPTIONS = ["Tuesday", "Thursday", "Sunday"]


async def ask(town: Town, *, who: str = "owner", audience: str = "members", several: bool = False) -> int:
    draft = Draft(body="When do we run?", audience=audience, details=Poll(options=OPTIONS, several=several))
    return await town.act(actions.publish_post, who, draft=draft)


async def vote(town: Town, who: str, post_id: int, *choices: int) -> Post:
    return await town.act(actions.vote, who, post_id=post_id, choices=choices)


async def told(town: Town, who: str | None, post_id: int) -> tuple[int, tuple[int, ...] | None, tuple[int, ...]]:
    answers = (await town.act(actions.read_post, who, post_id=post_id)).answers
    assert answers is not None
    return answers.people, answers.counts, answers.mine


async def end(town: Town, post_id: int) -> None:
    await town.sql("UPDATE swannery.posts SET published_at = published_at - interval '8 days' WHERE id = %(id)s", id=post_id)


async def test_how_it_stands_is_told_to_who_voted_to_the_author_and_in_the_end_to_everybody(town: Town) -> None:
    post_id = await ask(town, audience="public")
    await vote(town, "member", post_id, 2)
    assert await told(town, "member", post_id) == (1, (0, 1, 0), (2,))
    assert await told(town, "owner", post_id) == (1, (0, 1, 0), ())
    for who in ("friend", None):
        assert await told(town, who, post_id) == (1, None, ())
    await end(town, post_id)
    for who in ("friend", None):
        assert await told(town, who, post_id) == (1, (0, 1, 0), ())


async def test_a_vote_is_changed_and_taken_back_until_the_poll_closes(town: Town) -> None:
    post_id = await ask(town)
    for choices in ((1,), (3,), (3,), (), (), (2,)):
        await vote(town, "member", post_id, *choices)
        assert (await told(town, "owner", post_id))[:2] == (bool(choices), tuple(int(n in choices) for n in (1, 2, 3)))
    await end(town, post_id)
    with pytest.raises(Conflict, match="over"):
        await vote(town, "member", post_id, 1)
    assert await told(town, "member", post_id) == (1, (0, 1, 0), (2,))


async def test_several_choices_are_one_person(town: Town) -> None:
    post_id = await ask(town, several=True)
    await vote(town, "member", post_id, 3, 1, 1)
    await vote(town, "friend", post_id, 1)
    assert await told(town, "member", post_id) == (2, (2, 0, 1), (1, 3))
    await vote(town, "member", post_id, 2, 3)
    assert await told(town, "owner", post_id) == (2, (1, 1, 1), ())


async def test_what_cannot_be_chosen_is_refused(town: Town) -> None:
    post_id = await ask(town)
    for choices in ((0,), (4,), (-1,), (1, 2)):
        with pytest.raises(Invalid) as refused:
            await vote(town, "member", post_id, *choices)
        assert list(refused.value.fields) == ["choices"]
    plain = await town.act(actions.publish_post, "owner", draft=Draft(body="no poll"))
    with pytest.raises(Conflict, match="nothing to vote"):
        await vote(town, "member", plain, 1)
    with pytest.raises(NotSignedIn):
        await town.act(actions.vote, None, post_id=post_id, choices=[1])
    mine = await ask(town, audience="me")
    with pytest.raises(NotThere):
        await vote(town, "member", mine, 1)
    assert (await told(town, "owner", post_id))[0] == 0


async def test_votes_of_people_who_are_hidden_or_gone_are_left_out(town: Town) -> None:
    post_id = await ask(town, several=True)
    await vote(town, "blocked", post_id, 1, 2)
    await vote(town, "member", post_id, 2)
    await town.act(connections.block, "neighbour", person_id=town.ids["blocked"])
    await vote(town, "neighbour", post_id, 3)
    assert await told(town, "neighbour", post_id) == (2, (0, 1, 1), (3,))
    assert (await told(town, "owner", post_id))[:2] == (3, (1, 2, 1))
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["blocked"])
    async with town.parts.database.transaction() as tx:
        await actions.recount_around(tx, member_ids=[town.ids["blocked"]])
    for who in ("owner", "neighbour"):
        assert (await told(town, who, post_id))[:2] == (2, (0, 1, 1))


async def test_votes_of_whoever_is_erased_go_with_them(town: Town) -> None:
    post_id = await ask(town)
    await vote(town, "member", post_id, 1)
    await vote(town, "friend", post_id, 1)
    async with town.parts.database.transaction() as tx:
        await actions.erase_member(tx, member_id=town.ids["member"])
    assert (await told(town, "owner", post_id))[:2] == (1, (1, 0, 0))
    assert await town.sql("SELECT member_id FROM swannery.answers") == [(town.ids["friend"],)]


@pytest.mark.parametrize("seed", range(3))
async def test_votes_changed_at_once_are_never_counted_twice(town: Town, seed: int) -> None:
    """Everybody changes their mind many times at the same moment; then what is counted equals what is stored."""
    post_id = await ask(town, several=True)
    for who in PEOPLE:
        await town.act(actions.read_post, who, post_id=post_id)  # signed in before it begins
    chance = random.Random(seed)  # noqa: S311 - nothing secret, the same each time
    ballots = [(who, chance.sample((1, 2, 3), chance.randint(0, 3))) for who in PEOPLE for _ in range(8)]
    chance.shuffle(ballots)
    await asyncio.gather(*(vote(town, who, post_id, *choices) for who, choices in ballots))
    stored = await town.sql("SELECT choices FROM swannery.answers WHERE post_id = %(id)s", id=post_id)
    counted = Counter(choice for (choices,) in stored for choice in choices)
    people, counts, _ = await told(town, "owner", post_id)
    assert (people, counts) == (len(stored), tuple(counted[n] for n in (1, 2, 3)))


async def test_any_row_of_votes_is_counted_as_the_last_of_each_says(town: Town) -> None:
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sets(st.sampled_from((1, 2, 3)))), max_size=12))
    def walks(ballots: list[tuple[str, set[int]]]) -> None:
        found.append(ballots)

    found: list[list[tuple[str, set[int]]]] = []
    await asyncio.to_thread(walks)
    for ballots in found:
        post_id = await ask(town, several=True)
        await town.sql("DELETE FROM swannery.throttles")
        last: dict[str, set[int]] = {}
        for who, choices in ballots:
            await vote(town, who, post_id, *choices)
            last[who] = choices
        counted = Counter(choice for choices in last.values() for choice in choices)
        expected = (sum(bool(choices) for choices in last.values()), tuple(counted[n] for n in (1, 2, 3)))
        assert (await told(town, "owner", post_id))[:2] == expected, ballots


async def test_choices_stay_once_somebody_has_voted(town: Town) -> None:
    post_id = await ask(town)

    async def change(**parts: object) -> None:
        seen = (await town.act(actions.read_post, "owner", post_id=post_id)).edited_at
        details = Poll(**{"options": OPTIONS, **parts})  # type: ignore[arg-type] # parts of a poll
        await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="When?", details=details), seen=seen)

    await change(options=["Monday", "Friday"])
    assert await told(town, "owner", post_id) == (0, (0, 0), ())
    await vote(town, "blocked", post_id, 2)
    await town.act(connections.block, "owner", person_id=town.ids["blocked"])
    for parts, field in (({}, "options"), ({"options": ["Monday", "Friday"], "several": True}, "several")):
        with pytest.raises(Invalid) as refused:
            await change(**parts)
        assert list(refused.value.fields) == [field]
    # Its author sees how it stands: it is not ended when they like the result.
    with pytest.raises(Invalid) as refused:
        await change(options=["Monday", "Friday"], lasts_h=24)
    assert list(refused.value.fields) == ["lasts_h"]
    await change(options=["Monday", "Friday"], lasts_h=24 * 8)
    await end(town, post_id)
    with pytest.raises(Invalid) as refused:
        await change(options=["Monday", "Friday"], lasts_h=2000)
    assert list(refused.value.fields) == ["lasts_h"]
    versions = await town.act(actions.read_history, "member", post_id=post_id)
    polls = [one.details for one in versions]
    assert [poll.options for poll in polls if isinstance(poll, Poll)] == [["Monday", "Friday"], ["Monday", "Friday"], OPTIONS]


async def test_a_vote_for_choices_that_were_changed_meanwhile_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll is read, changed by its author, and only then voted in."""
    post_id = await ask(town)
    before = await town.act(actions.read_post, "member", post_id=post_id)
    details = Poll(options=["Never", "Always"])
    await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="When?", details=details), seen=None)

    async def stale(*_: object, **__: object) -> Post:
        return before

    with monkeypatch.context() as patch:
        patch.setattr("swannery.posts.actions.answering.read_post", stale)
        with pytest.raises(Conflict, match="changed meanwhile"):
            await vote(town, "member", post_id, 1)
    assert await told(town, "owner", post_id) == (0, (0, 0), ())
    assert await town.sql("SELECT * FROM swannery.answers") == []


async def test_a_poll_needs_a_question_and_two_different_choices(town: Town) -> None:
    for poll, field in (
        (Poll(options=["one", " "]), "options"),
        (Poll(options=["One", "one"]), "options"),
        (Poll(options=["a", "b", "c", "d", "e", "f", "g"]), "options"),
        (Poll(options=["a", "b" * 81]), "options"),
        (Poll(options=["a", "b"], lasts_h=0), "lasts_h"),
        (Poll(options=["a", "b"], lasts_h=24 * 91), "lasts_h"),
    ):
        with pytest.raises(Invalid) as refused:
            await town.act(actions.publish_post, "owner", draft=Draft(body="?", details=poll))
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid) as refused:
        await town.act(actions.publish_post, "owner", draft=Draft(body=" ", details=Poll(options=OPTIONS)))
    assert list(refused.value.fields) == ["text"]


async def test_the_words_of_a_poll_are_held_as_those_of_a_text(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def powder(_tx: object, _author: int, text: str) -> bool:
        return "powder" in text

    monkeypatch.setattr(ports, "must_be_held", powder)
    draft = Draft(body="Which?", details=Poll(options=["magic powder", "none"]))
    post_id = await town.act(actions.publish_post, "owner", draft=draft)
    assert (await town.act(actions.read_post, "owner", post_id=post_id)).state == "held"
    with pytest.raises(NotThere):
        await vote(town, "member", post_id, 1)


async def test_a_planned_poll_is_published_with_its_choices(town: Town) -> None:
    draft = Draft(body="When?", details=Poll(options=OPTIONS, several=True, lasts_h=48))
    kept = await town.act(actions.save_draft, "owner", draft=Draft(body="", details=Poll(options=["half a"])))
    assert (await town.act(actions.read_draft, "owner", draft_id=kept)).draft.details == Poll(options=["half a"])
    draft_id = await town.act(actions.save_draft, "owner", draft=draft)
    await town.sql("UPDATE swannery.drafts SET publish_at = %(at)s WHERE id = %(id)s", at=datetime.now(UTC), id=draft_id)
    async with town.parts.database.transaction() as tx:
        await actions.publish_due(tx)
    post = (await town.act(actions.latest_posts, "member", after=None)).items[0]
    assert (post.kind, post.details) == ("poll", draft.details)
    assert post.answers is not None
    assert post.answers.closes_at is not None
    assert (post.answers.closes_at - post.published_at).total_seconds() == 48 * 3600


async def test_the_api_publishes_reads_votes_and_takes_back(town: Town) -> None:
    async with town.browser("owner", api=True) as api:
        body = {"text": "When?", "details": {"kind": "poll", "options": OPTIONS}}
        made = await api.client.post("/api/v1/posts", json=body)
        assert (made.status_code, made.json()["kind"], made.json()["details"]["options"]) == (201, "poll", OPTIONS)
        wrong = await api.client.post("/api/v1/posts", json={"text": "When?", "details": {"kind": "poll", "options": ["x"]}})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["options"])
    path = f"/api/v1/posts/{made.json()['id']}/vote"
    async with town.browser("member", api=True) as api:
        answers = [(await api.client.put(path, json={"choices": [2]})).json()["answers"] for _ in range(2)]
        assert answers[0] == answers[1]
        assert (answers[0]["people"], answers[0]["counts"], answers[0]["mine"]) == (1, [0, 1, 0], [2])
        back = (await api.client.delete(path)).json()["answers"]
        assert (back["people"], back["counts"], back["mine"]) == (0, None, [])


async def test_the_page_votes_without_a_script_and_twice_is_once(town: Town) -> None:
    async with town.browser("owner") as browser:
        fields: dict[str, Any] = {
            "text": "When?",
            "kind": "poll",
            "about_option_1": "Tuesday",
            "about_option_3": "Sunday",
            "about_several": "0",
        }
        answer = await browser.post("/posts", **fields)
        assert answer.status_code == 303
    post = (await town.act(actions.latest_posts, "member", after=None)).items[0]
    assert post.details == Poll(options=["Tuesday", "Sunday"])
    async with town.browser("member") as browser:
        for _ in range(2):
            assert (await browser.post(f"/posts/{post.id}/vote", choice=2)).status_code == 303
        page = (await browser.get(f"/posts/{post.id}")).text
        assert "100 %" in page
        nothing = await browser.post(f"/posts/{post.id}/vote")
        assert (nothing.status_code, "Nothing is chosen yet" in nothing.text) == (422, True)
    assert (await told(town, "owner", post.id))[:2] == (1, (0, 1))


async def test_a_refused_poll_comes_back_with_everything_typed_and_another_kind_too(town: Town) -> None:
    async with town.browser("owner") as browser:
        fields: dict[str, Any] = {"text": "When we run", "kind": "poll", "about_option_1": "Tuesday only", "about_several": "1"}
        refused = await browser.post("/posts", **fields)
        assert refused.status_code == 422
        assert all(words in refused.text for words in ("When we run", "Tuesday only", "Give at least two choices."))
        other = await browser.post("/posts", **fields, then="kind:tip")
        assert other.status_code == 200
        assert all(words in other.text for words in ("When we run", 'name="kind" value="tip"'))
        assert '<input type="hidden" name="about_option_1" value="Tuesday only">' in other.text
        back = await browser.post("/posts", **fields, then="kind:poll")
        assert back.text.count("Tuesday only") == 1
        assert 'name="kind" value="poll"' in (await browser.get("/compose?kind=poll")).text
    assert (await town.act(actions.latest_posts, "owner", after=None)).items == []
