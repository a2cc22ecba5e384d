"""Changing one's own comments, bringing them back, and saying which one answered a question."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, Invalid, NotAllowed, NotThere
from swannery.foundation.events import AnswerAccepted, AnswerUnaccepted, Mentioned
from swannery.posts import actions
from swannery.posts.details import Question
from swannery.posts.models import Comment, Draft, Post
from swannery.posts.ports import ports

pytestmark = pytest.mark.anyio
SEEN = re.compile(r'name="seen" value="([^"]*)"')


async def publish(town: Town, *, audience: str = "members", question: bool = False) -> int:
    details = Question(title="How do you warm up?") if question else None
    return await town.act(
        actions.publish_post, "owner", draft=Draft(body="Tell me.", audience=audience, details=details, client_key=uuid4())
    )


async def say(town: Town, who: str, post_id: int, text: str, *, to: int | None = None) -> Comment:
    return await town.act(actions.add_comment, who, post_id=post_id, text=text, parent_id=to)


async def edit(town: Town, who: str, said: Comment, text: str) -> Comment:
    return await town.act(actions.edit_comment, who, post_id=said.post_id, comment_id=said.id, text=text, seen=said.edited_at)


async def versions(town: Town, who: str | None, said: Comment) -> list[str]:
    found = await town.act(actions.read_comment_history, who, post_id=said.post_id, comment_id=said.id)
    return [one.body for one in found]


async def read(town: Town, who: str, post_id: int) -> Post:
    return await town.act(actions.read_post, who, post_id=post_id)


async def test_a_comment_is_changed_and_what_it_said_before_is_there_for_its_readers(town: Town) -> None:
    post_id = await publish(town)
    said = await say(town, "member", post_id, "Skip rope")
    assert said.edited_at is None
    changed = await edit(town, "member", said, "Skip **rope**, slowly")
    assert changed.body_html.strip() == "<p>Skip <strong>rope</strong>, slowly</p>"
    assert changed.edited_at is not None
    again = await edit(town, "member", changed, "Nothing")
    assert await versions(town, "trainer", again) == ["Nothing", "Skip **rope**, slowly", "Skip rope"]
    with pytest.raises(NotThere):
        await versions(town, None, again)
    assert (await edit(town, "member", again, " Nothing ")).edited_at == again.edited_at
    async with town.browser("friend") as browser:
        assert f"{said.url}/history" in (await browser.get(f"/posts/{post_id}")).text
        assert "Skip rope" in (await browser.get(f"{said.url}/history")).text


async def test_nobody_else_changes_a_comment(town: Town) -> None:
    said = await say(town, "member", await publish(town), "Mine")
    for who in ("owner", "friend"):  # the post's author neither
        with pytest.raises(NotAllowed):
            await edit(town, who, said, "Yours")
    with pytest.raises(Invalid):
        await edit(town, "member", said, "  ")
    alone = await publish(town, audience="me")
    own = await say(town, "owner", alone, "Note")
    with pytest.raises(NotThere):
        await edit(town, "member", own, "Seen")


async def test_two_windows_do_not_overwrite_each_other(town: Town) -> None:
    said = await say(town, "member", await publish(town), "One")
    tries = await asyncio.gather(*(edit(town, "member", said, f"Two {n}") for n in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Comment) for one in tries) == 1
    assert sum(isinstance(one, Conflict) for one in tries) == 3
    async with town.browser("member") as browser:
        form = (await browser.get(f"{said.url}/edit")).text
        assert SEEN.search(form)
        answer = await browser.post(f"{said.url}/edit", text="Three", seen="")
        assert answer.status_code == 409
        assert "Three" in answer.text
        assert "Two " in answer.text
        seen = SEEN.search(answer.text)
        assert seen
        assert (await browser.post(f"{said.url}/edit", text="Three", seen=seen[1])).status_code == 303
    assert (await versions(town, "owner", said))[0] == "Three"


async def test_an_edit_names_people_anew_and_tells_only_the_new_ones(town: Town) -> None:
    post_id = await publish(town)
    said = await say(town, "member", post_id, f"@{town.handles['friend']} look")
    told: list[int] = []

    async def note(_tx: object, event: Mentioned) -> None:
        told.append(event.member_id)

    town.parts.database.dispatcher.listen(Mentioned, note)
    changed = await edit(town, "member", said, f"@{town.handles['friend']} and @{town.handles['trainer']} look")
    assert told == [town.ids["trainer"]]
    await edit(town, "member", changed, "Nobody")
    stored = await town.sql("SELECT mentioned FROM swannery.comments WHERE id = %(id)s", id=said.id)
    assert stored[0][0] == []


async def test_what_must_be_held_is_held_also_after_an_edit_and_stays_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hold(_tx: object, _author: int, words: str) -> bool:
        return "powder" in words

    monkeypatch.setattr(ports, "must_be_held", hold)
    post_id = await publish(town)
    said = await say(town, "member", post_id, "Fine")
    held = await edit(town, "member", said, "Buy powder")
    assert held.state == "held"
    assert (await read(town, "owner", post_id)).comment_count == 0
    with pytest.raises(NotThere):
        await versions(town, "owner", said)
    assert (await edit(town, "member", held, "Fine again")).state == "held"


async def test_a_comment_one_took_back_comes_back_with_what_was_said_to_it(town: Town) -> None:
    post_id = await publish(town)
    above = await say(town, "friend", post_id, "Above")
    said = await say(town, "member", post_id, "Said", to=above.id)
    await say(town, "owner", post_id, "Beneath", to=said.id)
    await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=said.id)
    assert [one.body for one in await town.act(actions.list_deleted_comments, "member")] == ["Said"]
    assert await town.act(actions.list_deleted_comments, "friend") == []
    with pytest.raises(NotThere):
        await town.act(actions.restore_comment, "friend", post_id=post_id, comment_id=said.id)
    scores = "SELECT score FROM swannery.comments WHERE id = %(id)s"
    low = (await town.sql(scores, id=above.id))[0][0]
    async with town.browser("member") as browser:
        assert "Said" in (await browser.get("/deleted")).text
        assert (await browser.post(f"{said.url}/restore")).status_code == 303
        assert (await browser.post(f"{said.url}/restore")).status_code == 404  # it is there already
    assert (await read(town, "owner", post_id)).comment_count == 3
    assert (await town.sql(scores, id=above.id))[0][0] > low


async def test_what_one_takes_back_in_place_can_be_brought_back_there(town: Town) -> None:
    post_id = await publish(town)
    first, second = await say(town, "member", post_id, "First"), await say(town, "member", post_id, "Second")
    part = {"HX-Request": "true"}
    async with town.browser("member") as browser:
        await browser.get(f"/posts/{post_id}")
        assert f'action="{first.url}/restore"' in (await browser.post(f"{first.url}/delete", headers=part)).text
    async with town.browser("owner") as browser:
        await browser.get(f"/posts/{post_id}")
        assert "restore" not in (await browser.post(f"{second.url}/delete", headers=part)).text


async def test_what_somebody_else_deleted_or_is_long_gone_stays_away(town: Town) -> None:
    post_id = await publish(town)
    first, second = await say(town, "member", post_id, "First"), await say(town, "member", post_id, "Second")
    first = await edit(town, "member", first, "First, changed")
    await town.act(actions.delete_comment, "owner", post_id=post_id, comment_id=first.id)
    await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=second.id)
    await town.sql("UPDATE swannery.comments SET deleted_at = now() - interval '31 days' WHERE id = %(id)s", id=second.id)
    for one in (first, second):
        with pytest.raises(NotThere):
            await town.act(actions.restore_comment, "member", post_id=post_id, comment_id=one.id)
    assert await town.act(actions.list_deleted_comments, "member") == []
    await town.sql("UPDATE swannery.comments SET deleted_at = now() - interval '31 days' WHERE id = %(id)s", id=first.id)
    async with town.parts.database.transaction() as tx:
        await actions.purge(tx)
    left = await town.sql(
        "SELECT (SELECT body FROM swannery.comments WHERE id = %(id)s), count(*) FROM swannery.comment_versions WHERE comment_id = %(id)s",
        id=first.id,
    )
    assert tuple(left[0]) == ("", 0)


async def test_who_asked_says_what_answered_it(town: Town) -> None:
    told: list[object] = []

    async def note(_tx: object, event: Any) -> None:
        told.append((type(event).__name__, event.comment_id))

    town.parts.database.dispatcher.listen(AnswerAccepted, note)
    town.parts.database.dispatcher.listen(AnswerUnaccepted, note)
    post_id = await publish(town, question=True)
    first, second = await say(town, "member", post_id, "Skip rope"), await say(town, "friend", post_id, "Run")
    with pytest.raises(NotAllowed):
        await town.act(actions.accept_answer, "member", post_id=post_id, comment_id=first.id)
    for one in (first, first, second):
        found = await town.act(actions.accept_answer, "owner", post_id=post_id, comment_id=one.id)
        assert found.accepted_id == one.id
    assert told == [
        ("AnswerAccepted", first.id), ("AnswerUnaccepted", first.id), ("AnswerAccepted", second.id),
    ]  # fmt: skip
    async with town.browser("trainer") as browser:
        assert "Answered" in (await browser.get("/discover")).text
        html = (await browser.get(f"/posts/{post_id}")).text
        assert html.count("Accepted answer") == 2  # above, and in its place
        assert html.index("Run") < html.index("Skip rope")
    async with town.browser("owner", api=True) as api:
        assert (await api.client.delete(f"/api/v1/posts/{post_id}/accepted-answer")).json()["accepted_comment_id"] is None
        answer = await api.client.put(f"/api/v1/posts/{post_id}/accepted-answer", json={"comment_id": first.id})
        assert answer.json()["accepted_comment_id"] == first.id
        one = (await api.client.get(f"/api/v1/posts/{post_id}/comments/{first.id}")).json()
        assert one["accepted"] is True
    async with town.browser("owner") as browser:
        await browser.get(f"/posts/{post_id}")
        assert (await browser.post(f"{first.url}/accept", on="0")).status_code == 303
    assert (await read(town, "owner", post_id)).accepted_id is None


async def test_only_questions_have_answers_and_only_of_their_own(town: Town) -> None:
    post_id, question, other = await publish(town), await publish(town, question=True), await publish(town, question=True)
    said, elsewhere = await say(town, "member", post_id, "Hello"), await say(town, "member", other, "There")
    with pytest.raises(Conflict):
        await town.act(actions.accept_answer, "owner", post_id=post_id, comment_id=said.id)
    with pytest.raises(NotThere):
        await town.act(actions.accept_answer, "owner", post_id=question, comment_id=elsewhere.id)


async def test_an_answer_one_may_not_read_is_told_of_by_nothing(town: Town) -> None:
    post_id = await publish(town, question=True)
    said = await say(town, "member", post_id, "Skip rope")
    await town.act(actions.accept_answer, "owner", post_id=post_id, comment_id=said.id)
    await town.act(connections.block, "friend", person_id=town.ids["member"])
    assert (await read(town, "friend", post_id)).accepted_id is None
    assert (await read(town, "trainer", post_id)).accepted_id == said.id
    async with town.browser("friend") as browser:
        html = (await browser.get(f"/posts/{post_id}")).text
        assert "Accepted answer" not in html
        assert "Answered" not in html
    await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=said.id)
    assert (await read(town, "owner", post_id)).accepted_id is None
    await town.act(actions.restore_comment, "member", post_id=post_id, comment_id=said.id)
    assert (await read(town, "owner", post_id)).accepted_id == said.id


async def test_a_script_changes_a_comment_where_it_stands(town: Town) -> None:
    said = await say(town, "member", await publish(town), "One")
    part = {"HX-Request": "true"}
    async with town.browser("member") as browser:
        await browser.get(said.url)
        form = await browser.client.get(f"{said.url}/edit", headers=part)
        assert "<html" not in form.text
        assert 'class="comment-own comment-edit"' in form.text
        wrong = await browser.post(f"{said.url}/edit", headers=part, text=" ", seen="")
        assert wrong.status_code == 422
        assert "Write something first." in wrong.text
        done = await browser.post(f"{said.url}/edit", headers=part, text="Two", seen="")
        assert done.status_code == 200
        assert "Two" in done.text
        assert "edited" in done.text
        late = await browser.post(f"{said.url}/edit", headers=part, text="Three", seen="")
        assert late.status_code == 422  # htmx shows nothing that comes with 409
        assert "Three" in late.text
