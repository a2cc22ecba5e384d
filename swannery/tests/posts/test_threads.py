"""Conversations: who may answer whom, what stands beneath what, in which order, and what is left of what is gone."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.feeds.models import WEIGHTS
from swannery.foundation.database import statements_sent
from swannery.foundation.errors import Conflict, NotThere
from swannery.foundation.events import CommentAdded, Mentioned
from swannery.posts import actions, models, rules
from swannery.posts.actions.comments import COMMENTS
from swannery.posts.models import RESTORABLE, Branch, CommentOrder, Draft
from swannery.posts.ports import ports
from swannery.posts.queries.comments import LEVELS, REPLIES

pytestmark = pytest.mark.anyio


async def publish(town: Town, *, audience: str = "members") -> int:
    return await town.act(actions.publish_post, "owner", draft=Draft(body="What do you think?", audience=audience))


async def say(town: Town, who: str, post_id: int, text: str, *, to: int | None = None) -> int:
    return (await town.act(actions.add_comment, who, post_id=post_id, text=text, parent_id=to)).id


def told(branches: "list[Branch] | tuple[Branch, ...]") -> list[object]:
    """A conversation as a list: words, and behind them a list of what was said to them; `+` where there is more."""
    shown: list[object] = []
    for one in branches:
        shown.append((one.comment.body if one.comment else "—") + ("+" if one.more else ""))
        if one.replies:
            shown.append(told(one.replies))
    return shown


async def seen(town: Town, who: str | None, post_id: int, *, order: CommentOrder = "oldest", at: int | None = None) -> list[object]:
    found, _ = await town.act(actions.read_comments, who, post_id=post_id, order=order, parent_id=at)
    return told(found)


async def test_replies_stand_beneath_what_they_answer(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "one")
    await say(town, "friend", post_id, "two")
    answer = await say(town, "owner", post_id, "one.one", to=first)
    await say(town, "member", post_id, "one.one.one", to=answer)
    await say(town, "friend", post_id, "one.two", to=first)
    assert await seen(town, "trainer", post_id) == ["one", ["one.one", ["one.one.one"], "one.two"], "two"]
    assert (await town.act(actions.read_post, "trainer", post_id=post_id)).comment_count == 5


async def test_what_was_deleted_keeps_its_place_only_as_long_as_something_stands_beneath_it(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "secret one")
    reply = await say(town, "friend", post_id, "reply", to=first)
    last = await say(town, "member", post_id, "secret last", to=reply)
    for comment_id, left in ((last, None), (first, first)):
        place = (await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=comment_id)).left
        assert (place.id if place else None) == left
    assert await seen(town, "trainer", post_id) == ["—", ["reply"]]
    async with town.browser("trainer") as browser:
        for path in (f"/posts/{post_id}", f"/posts/{post_id}/comments/{first}"):
            text = (await browser.get(path)).text
            assert "gone, or not for you" in text
            assert "secret" not in text
            assert "Mx Member" not in text
    await town.act(actions.delete_comment, "friend", post_id=post_id, comment_id=reply)
    assert await seen(town, "trainer", post_id) == []
    assert (await town.act(actions.read_post, "trainer", post_id=post_id)).comment_count == 0


async def test_somebody_hidden_in_the_midst_of_a_conversation_looks_like_what_was_deleted(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    midst = await say(town, "blocked", post_id, "midst", to=first)
    await say(town, "friend", post_id, "last", to=midst)
    await say(town, "blocked", post_id, "leaf", to=first)
    await town.act(connections.block, "trainer", person_id=town.ids["blocked"])
    assert await seen(town, "trainer", post_id) == ["first", ["—", ["last"]]]
    assert await seen(town, "friend", post_id) == ["first", ["midst", ["last"], "leaf"]]
    with pytest.raises(NotThere):
        await say(town, "trainer", post_id, "to whom one must not see", to=midst)
    with pytest.raises(NotThere):
        await town.act(actions.read_comment, "trainer", post_id=post_id, comment_id=midst)


async def test_nobody_answers_what_is_not_there_elsewhere_or_not_shown(town: Town) -> None:
    post_id, other = await publish(town), await publish(town)
    comment = await say(town, "member", post_id, "here")
    hidden = await publish(town, audience="me")
    own = await say(town, "owner", hidden, "to myself")
    for post, to in ((post_id, 999_999), (other, comment), (hidden, own)):
        with pytest.raises(NotThere):
            await say(town, "member", post, "what?", to=to)
    await town.sql("UPDATE swannery.comments SET state = 'held' WHERE id = %(id)s", id=comment)
    with pytest.raises(Conflict, match="Nobody else sees"):
        await say(town, "member", post_id, "and another thing", to=comment)


async def test_a_reply_sent_twice_is_there_once_also_at_the_same_time(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    key = uuid4()
    replies = await asyncio.gather(
        *(town.act(actions.add_comment, "friend", post_id=post_id, text="yes", parent_id=first, client_key=key) for _ in range(4))
    )
    assert len({reply.id for reply in replies}) == 1
    with pytest.raises(Conflict):  # the same key for another place means something else
        await town.act(actions.add_comment, "friend", post_id=post_id, text="yes", client_key=key)


async def test_the_best_come_first_by_who_said_something_to_them(town: Town) -> None:
    post_id = await publish(town)
    quiet, talked, answered, again = [await say(town, "member", post_id, words) for words in ("quiet", "talked", "answered", "again")]
    await say(town, "friend", post_id, "a", to=talked)
    await say(town, "owner", post_id, "b", to=answered)
    for words in ("c", "d", "e"):  # who says much counts once, and one's own words not at all
        await say(town, "friend", post_id, words, to=again)
        await say(town, "member", post_id, f"{words} indeed", to=quiet)
    tops = {order: [word for word in await seen(town, "trainer", post_id, order=order) if isinstance(word, str)] for order in WANTED}
    assert tops == WANTED


WANTED: dict[CommentOrder, list[str]] = {
    "best": ["answered", "talked", "again", "quiet"],
    "newest": ["again", "answered", "talked", "quiet"],
    "oldest": ["quiet", "talked", "answered", "again"],
}


async def test_who_left_no_longer_puts_a_comment_first(town: Town) -> None:
    post_id = await publish(town)
    first, second = [await say(town, "member", post_id, words) for words in ("first", "second")]
    await say(town, "gone", post_id, "hm", to=second)
    assert (await seen(town, "trainer", post_id, order="best"))[0] == "second"
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    async with town.parts.database.transaction() as tx:
        await actions.recount_around(tx, member_ids=[town.ids["gone"]])
    assert await seen(town, "trainer", post_id, order="best") == ["first", "second"]
    assert (await town.sql("SELECT score FROM swannery.comments WHERE id = ANY(%(ids)s)", ids=[first, second])) == [(0,), (0,)]


def test_comments_are_weighed_as_the_feed_weighs_posts() -> None:
    ours = (models.REACTION_COUNTS, models.REPLY_COUNTS, models.AUTHOR_REPLY_COUNTS)
    assert ours == (WEIGHTS.reaction, WEIGHTS.comment, WEIGHTS.author_reply)


@pytest.mark.parametrize("order", ["best", "newest", "oldest"])
async def test_long_conversations_come_in_pages_in_every_order_and_end(town: Town, order: CommentOrder) -> None:
    post_id = await publish(town)
    await town.sql(
        "INSERT INTO swannery.comments (post_id, author_id, body, body_html, score)"
        " SELECT %(post)s, %(who)s, n::text, n::text, n %% 7 FROM generate_series(1, 50) n",
        post=post_id, who=town.ids["member"],
    )  # fmt: skip
    await town.sql("UPDATE swannery.comments SET deleted_at = now() WHERE body = '30'")
    bodies: list[str] = []
    after: int | None = 0
    last = 0
    while after is not None:
        last = after
        found, after = await town.act(actions.read_comments, "friend", post_id=post_id, order=order, after=after)
        bodies += [one.comment.body for one in found if one.comment]
    numbers = [n for n in range(1, 51) if n != 30]
    wanted = {"oldest": numbers, "newest": numbers[::-1], "best": sorted(numbers, key=lambda n: (-(n % 7), n))}
    assert bodies == [str(n) for n in wanted[order]]
    assert last > 0
    end = (await town.sql("SELECT id FROM swannery.comments WHERE body = %(body)s", body=bodies[-1]))[0][0]
    for beyond in (end, 999_999):
        assert await town.act(actions.read_comments, "friend", post_id=post_id, order=order, after=beyond) == ([], None)


async def test_deep_conversations_go_on_elsewhere(town: Town) -> None:
    post_id = await publish(town)
    ids: list[int] = []
    for number in range(7):
        ids.append(await say(town, "member", post_id, str(number), to=ids[-1] if ids else None))
    assert await seen(town, "friend", post_id) == ["0", ["1", ["2", ["3+"]]]]
    assert await seen(town, "friend", post_id, at=ids[3]) == ["4", ["5", ["6"]]]
    async with town.browser("friend") as browser:
        text = (await browser.get(f"/posts/{post_id}")).text
        assert f'href="/posts/{post_id}/comments/{ids[3]}">Continue this thread' in text
        text = (await browser.get(f"/posts/{post_id}/comments/{ids[3]}")).text
        assert f'href="/posts/{post_id}/comments/{ids[2]}"' in text
    assert LEVELS == 4


async def test_many_replies_are_shown_in_part(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    for number in range(REPLIES[0] + 1):
        await say(town, "friend", post_id, str(number), to=first)
    assert await seen(town, "owner", post_id) == ["first+", [str(number) for number in range(REPLIES[0])]]
    assert await seen(town, "owner", post_id, at=first) == [str(number) for number in range(REPLIES[0] + 1)]


async def test_there_is_an_end_to_how_deep_it_goes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "DEEPEST", 2)
    post_id = await publish(town)
    last = None
    for number in range(5):
        last = await say(town, "member", post_id, str(number), to=last)
    assert await seen(town, "owner", post_id) == ["0", ["1+", ["2", "3"]]]


async def test_a_page_of_comments_is_one_statement_whatever_its_size(town: Town) -> None:
    post_id = await publish(town)
    for number in range(COMMENTS + 1):
        top = await say(town, "member", post_id, str(number))
        await say(town, "friend", post_id, "to that", to=top)
    async with town.acting("trainer") as (tx, viewer):
        sent: list[str] = []
        statements_sent.set(sent)
        found, after = await actions.read_comments(tx, viewer=viewer, post_id=post_id, order="best")
        assert (len(found), after is not None, len(sent)) == (COMMENTS, True, 1)


async def test_a_comment_names_only_who_may_read_the_post_it_stands_under(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []

    async def listen(_tx: object, event: Any) -> None:
        heard.append((type(event).__name__, getattr(event, "member_id", None)))

    await town.act(connections.follow, "member", person_id=town.ids["owner"])
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    post_id = await publish(town, audience="followers")
    await town.act(connections.block, "blocked", person_id=town.ids["owner"])
    handlers: dict[Any, Any] = {Mentioned: [listen], CommentAdded: [listen]}
    monkeypatch.setattr(town.parts.database.dispatcher, "_handlers", handlers)
    names = " ".join(f"@{town.handles[who]}" for who in ("follower", "friend", "blocked", "owner", "member"))
    comment = await town.act(actions.add_comment, "member", post_id=post_id, text=f"Hi {names}")
    linked = {who for who, handle in town.handles.items() if f'href="/@{handle}"' in comment.body_html}
    assert linked == {"follower", "owner", "member"}
    assert sorted(heard, key=str) == sorted(
        [("CommentAdded", None), *(("Mentioned", town.ids[who]) for who in ("follower", "owner"))], key=str
    )


async def test_whoever_does_not_want_to_be_named_is_not_in_comments_either(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_tx: object, _author: int, _ids: object) -> set[int]:
        return set()

    monkeypatch.setattr(ports, "may_mention", nobody)
    post_id = await publish(town)
    comment = await town.act(actions.add_comment, "member", post_id=post_id, text="@friend")
    assert "href" not in comment.body_html


async def test_it_is_written_and_read_without_scripts(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    async with town.browser("friend") as browser:
        assert f'href="/posts/{post_id}/comments/{first}#comment-form-c{first}"' in (await browser.get(f"/posts/{post_id}")).text
        page = (await browser.get(f"/posts/{post_id}/comments/{first}")).text
        assert f'name="parent" value="{first}"' in page
        answer = await browser.post(f"/posts/{post_id}/comments", text="a reply", parent=first)
        where, _, anchor = answer.headers["location"].partition("#")
        assert f'id="{anchor}"' in (await browser.get(where)).text
        for order, current in (("newest", "newest"), ("nonsense", "best")):
            text = (await browser.get(f"/posts/{post_id}?order={order}")).text
            assert f'?order={current}#comments" aria-current="true"' in text
        assert (await browser.get(f"/posts/{post_id}?after=999999999999999999999")).status_code == 200


@pytest.mark.parametrize("htmx", [True, False])
async def test_a_reply_to_what_is_gone_meanwhile_keeps_its_words(town: Town, htmx: bool) -> None:  # noqa: FBT001 - a parameter of the test
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=first)
    async with town.browser("friend") as browser:
        headers = {"hx-request": "true"} if htmx else {}
        answer = await browser.post(f"/posts/{post_id}/comments", text="long considered", parent=first, headers=headers)
        assert answer.status_code == 422
        assert "long considered" in answer.text
        assert "What you answer is gone" in answer.text
        assert f'name="parent" value="{first}"' not in answer.text, "sent again it is a comment on the post"
        hidden = await browser.post("/posts/999999/comments", text="to nothing", parent=first, headers=headers)
        assert hidden.status_code == 404


async def test_a_reply_to_what_waits_for_a_moderator_keeps_its_words(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "first")
    await town.sql("UPDATE swannery.comments SET state = 'held' WHERE id = %(id)s", id=first)
    async with town.browser("member") as browser:
        answer = await browser.post(f"/posts/{post_id}/comments", text="more of it", parent=first, headers={"hx-request": "true"})
        assert answer.status_code == 422
        assert all(words in answer.text for words in ("more of it", "Nobody else sees this comment yet."))


async def test_after_a_month_the_words_of_a_deleted_comment_are_gone_and_its_place_stays(town: Town) -> None:
    post_id = await publish(town)
    old, young, standing = [await say(town, "member", post_id, words) for words in ("old", "young", "standing")]
    await town.act(actions.add_comment, "friend", post_id=post_id, text="reply", parent_id=old)
    for comment_id, age in ((old, RESTORABLE + timedelta(minutes=1)), (young, RESTORABLE - timedelta(minutes=1))):
        await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=comment_id)
        await town.sql("UPDATE swannery.comments SET deleted_at = now() - %(age)s::interval WHERE id = %(id)s", age=age, id=comment_id)
    async with town.parts.database.transaction() as tx:
        await actions.purge(tx)
    rows = await town.sql("SELECT id, body, body_html <> '' FROM swannery.comments WHERE parent_id IS NULL ORDER BY id")
    assert [tuple(row) for row in rows] == [(old, "", False), (young, "young", True), (standing, "standing", True)]
    found, _ = await town.act(actions.read_comments, "member", post_id=post_id)
    assert [(one.id, one.comment is None, len(one.replies)) for one in found] == [(old, True, 1), (standing, False, 0)]


async def test_the_api_lists_a_conversation_flat_with_what_stands_where(town: Town) -> None:
    post_id = await publish(town)
    first = await say(town, "member", post_id, "secret")
    async with town.browser("friend", api=True) as api:
        answer = await api.client.post(f"/api/v1/posts/{post_id}/comments", json={"text": "reply", "parent_id": first})
        assert (answer.status_code, answer.json()["parent_id"], answer.json()["depth"]) == (201, first, 1)
        await town.act(actions.delete_comment, "owner", post_id=post_id, comment_id=first)
        gone, reply = (await api.get(f"/api/v1/posts/{post_id}/comments?order=best")).json()["items"]
        assert (gone["gone"], gone["author"], gone["text"], gone["html"], gone["created_at"]) == (True, None, "", "", None)
        assert (reply["gone"], reply["text"], reply["depth"]) == (False, "reply", 1)
        beneath = (await api.get(f"/api/v1/posts/{post_id}/comments?parent_id={first}")).json()
        assert [one["text"] for one in beneath["items"]] == ["reply"]
        assert (await api.get(f"/api/v1/posts/{post_id}/comments/{first}")).status_code == 404
        refused = await api.client.post(f"/api/v1/posts/{post_id}/comments", json={"text": "x", "parent_id": first})
        assert refused.status_code == 404


async def test_people_react_to_comments_in_one_way_each_and_are_counted_as_far_as_one_may_know_of_them(town: Town) -> None:
    post_id = await publish(town)
    comment = await say(town, "owner", post_id, "hm")

    async def react(who: str, kind: str = "like", *, on: bool = True) -> None:
        await town.act(actions.react_to_comment, who, post_id=post_id, comment_id=comment, on=on, kind=kind)

    for who in ("blocked", "gone", "member", "friend"):
        await react(who)
    await asyncio.gather(*(react(who) for who in ("member", "friend", "member")))
    await react("member", "fire")
    await react("friend", on=False)
    await react("friend", on=False)
    await react("owner", "hug")
    await town.act(connections.block, "trainer", person_id=town.ids["blocked"])
    for who, expected in (("follower", {"like": 2, "fire": 1, "hug": 1}), ("trainer", {"like": 1, "fire": 1, "hug": 1})):
        found = await town.act(actions.read_comment, who, post_id=post_id, comment_id=comment)
        assert {one.kind: one.count for one in found.reactions} == expected
        assert found.reaction_count == sum(expected.values())
        people, _ = await town.act(actions.list_comment_reactors, who, post_id=post_id, comment_id=comment)
        assert len(people) == found.reaction_count
    assert (await town.act(actions.read_comment, "member", post_id=post_id, comment_id=comment)).reaction == "fire"
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    async with town.parts.database.transaction() as tx:
        await actions.recount_around(tx, member_ids=[town.ids["gone"]])
    assert (await town.act(actions.read_comment, "member", post_id=post_id, comment_id=comment)).reaction_count == 3
    score = (await town.sql("SELECT score FROM swannery.comments WHERE id = %(id)s", id=comment))[0][0]
    assert score == 2, "one's own reaction puts nothing first, nor that of who is gone"


async def test_nobody_reacts_to_a_comment_they_may_not_read(town: Town) -> None:
    post_id = await publish(town)
    comment = await say(town, "blocked", post_id, "hm")
    await town.act(connections.block, "friend", person_id=town.ids["blocked"])
    with pytest.raises(NotThere):
        await town.act(actions.react_to_comment, "friend", post_id=post_id, comment_id=comment, on=True)
    with pytest.raises(NotThere):
        await town.act(actions.list_comment_reactors, "friend", post_id=post_id, comment_id=comment)


async def test_reacting_to_a_comment_works_without_scripts(town: Town) -> None:
    post_id = await publish(town)
    comment = await say(town, "member", post_id, "hm")
    async with town.browser("friend") as browser:
        answer = await browser.post(f"/posts/{post_id}/comments/{comment}/reaction", kind="hug")
        assert answer.headers["location"] == f"/posts/{post_id}#comment-{comment}"
        assert 'id="reaction-c' in (await browser.get(f"/posts/{post_id}")).text
        assert "Mx Friend" in (await browser.get(f"/posts/{post_id}/comments/{comment}/reactions?kind=hug")).text
        assert "Mx Friend" not in (await browser.get(f"/posts/{post_id}/comments/{comment}/reactions?kind=fire")).text.split("</nav>")[-1]
