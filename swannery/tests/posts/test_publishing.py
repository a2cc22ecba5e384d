"""Publishing, commenting, liking and deleting: once, by those who may, counted right."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from town import Town, open_town

from swannery.config import Config
from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, Invalid, NotAllowed, NotSignedIn, NotThere, TooMany
from swannery.foundation.events import PostDeleted, PostHeld, PostPublished
from swannery.foundation.paging import Cursor
from swannery.posts import actions
from swannery.posts.details import Recipe
from swannery.posts.models import LONGEST_POST, Draft
from swannery.posts.ports import ports

pytestmark = pytest.mark.anyio


async def publish(town: Town, who: str, text: str = "hello", *, audience: str = "members") -> int:
    return await town.act(actions.publish_post, who, draft=Draft(body=text, audience=audience))


async def test_a_published_post_is_rendered_and_shown(town: Town) -> None:
    post = await town.act(actions.read_post, "member", post_id=await publish(town, "owner", "**hi**"))
    assert (post.body, post.html, post.audience, post.state) == ("**hi**", "<p><strong>hi</strong></p>\n", "members", "shown")
    assert (post.author.id, post.mine, post.may_comment) == (town.ids["owner"], False, True)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(body=" \n "), "text"),
        (Draft(body="x" * (LONGEST_POST + 1)), "text"),
        (Draft(body="x", audience="everyone"), "audience"),
        (Draft(body="x", audience="circle"), "audience"),
        (Draft(body="x", audience="community"), "audience"),
        (Draft(body="x", community_id=999), "audience"),
    ],
)
async def test_what_cannot_be_taken_says_which_field(town: Town, draft: Draft, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await town.act(actions.publish_post, "owner", draft=draft)
    assert list(refused.value.fields) == [field]
    assert (await town.sql("SELECT count(*) FROM swannery.posts"))[0][0] == 0


async def test_strangers_publish_nothing(town: Town) -> None:
    with pytest.raises(NotSignedIn):
        await town.act(actions.publish_post, None, draft=Draft(body="x"))


async def test_the_same_key_again_is_the_same_post_also_at_the_same_time(town: Town) -> None:
    draft = Draft(body="once", client_key=uuid4())
    ids = await asyncio.gather(*(town.act(actions.publish_post, "owner", draft=draft) for _ in range(4)))
    assert len(set(ids)) == 1
    assert (await town.sql("SELECT count(*) FROM swannery.posts"))[0][0] == 1


async def test_the_same_key_with_other_words_is_refused_by_the_action_and_new_on_the_website(town: Town) -> None:
    key = uuid4()
    await town.act(actions.publish_post, "owner", draft=Draft(body="one", client_key=key))
    with pytest.raises(Conflict):
        await town.act(actions.publish_post, "owner", draft=Draft(body="two", client_key=key))
    async with town.browser("member") as browser:
        for text in ("one", "two", "two"):
            assert (await browser.post("/posts", text=text, audience="members", client_key=key)).status_code == 303
    assert [row[0] for row in await town.sql("SELECT body FROM swannery.posts ORDER BY id")] == ["one", "one", "two"]


async def test_two_people_may_use_the_same_key(town: Town) -> None:
    draft = Draft(body="once", client_key=uuid4())
    assert await town.act(actions.publish_post, "owner", draft=draft) != await town.act(actions.publish_post, "member", draft=draft)


async def test_a_key_used_for_a_post_is_refused_for_a_comment(town: Town) -> None:
    key = uuid4()
    post_id = await town.act(actions.publish_post, "owner", draft=Draft(body="x", client_key=key))
    with pytest.raises(Conflict):
        await town.act(actions.add_comment, "owner", post_id=post_id, text="y", client_key=key)


async def test_comments_and_likes_are_counted_once_each(town: Town) -> None:
    post_id = await publish(town, "owner")
    await asyncio.gather(*(town.act(actions.react, who, post_id=post_id, on=True) for who in ("member", "friend", "member")))
    for _ in range(2):
        await town.act(actions.add_comment, "member", post_id=post_id, text="nice")
    post = await town.act(actions.read_post, "member", post_id=post_id)
    assert (post.reaction_count, post.comment_count, post.reacted) == (2, 2, True)
    await town.act(actions.react, "member", post_id=post_id, on=False)
    assert await town.act(actions.react, "member", post_id=post_id, on=False) == (
        await town.act(actions.react, "member", post_id=post_id, on=False)
    )
    post = await town.act(actions.read_post, "owner", post_id=post_id)
    assert (post.reaction_count, post.reacted) == (1, False)


async def test_whom_a_viewer_must_not_know_of_is_not_counted_for_them(town: Town) -> None:
    post_id = await publish(town, "owner")
    for who in ("blocked", "member"):
        await town.act(actions.react, who, post_id=post_id, on=True)
        await town.act(actions.add_comment, who, post_id=post_id, text="me too")
    await town.act(connections.block, "friend", person_id=town.ids["blocked"])
    for viewer, expected in (("friend", 1), ("member", 2), ("blocked", 2)):
        post = await town.act(actions.read_post, viewer, post_id=post_id)
        comments, _ = await town.act(actions.read_comments, viewer, post_id=post_id)
        assert (post.reaction_count, post.comment_count, len(comments)) == (expected,) * 3, viewer


async def test_counts_follow_those_who_leave_and_return(town: Town) -> None:
    post_id = await publish(town, "owner")
    await town.act(actions.react, "member", post_id=post_id, on=True)
    await town.act(actions.add_comment, "member", post_id=post_id, text="here")
    for state, expected in (("inactive", 0), ("active", 1)):
        await town.sql("UPDATE swannery.members SET state = %(s)s WHERE id = %(id)s", s=state, id=town.ids["member"])
        async with town.parts.database.transaction() as tx:
            await actions.recount_around(tx, member_ids=[town.ids["member"]])
        post = await town.act(actions.read_post, "owner", post_id=post_id)
        assert (post.reaction_count, post.comment_count) == (expected, expected)


async def test_a_deleted_comment_is_uncounted_once(town: Town) -> None:
    post_id = await publish(town, "owner")
    comment = await town.act(actions.add_comment, "member", post_id=post_id, text="oops")
    with pytest.raises(NotAllowed):
        await town.act(actions.delete_comment, "friend", post_id=post_id, comment_id=comment.id)
    await town.act(actions.delete_comment, "owner", post_id=post_id, comment_id=comment.id)
    with pytest.raises(NotThere):
        await town.act(actions.delete_comment, "member", post_id=post_id, comment_id=comment.id)
    assert (await town.act(actions.read_post, "member", post_id=post_id)).comment_count == 0


async def test_a_comment_is_found_under_its_own_post_only(town: Town) -> None:
    mine, other = await publish(town, "owner"), await publish(town, "owner")
    comment = await town.act(actions.add_comment, "member", post_id=mine, text="x")
    with pytest.raises(NotThere):
        await town.act(actions.delete_comment, "member", post_id=other, comment_id=comment.id)


async def test_only_the_author_deletes_and_others_learn_nothing_of_what_they_cannot_read(town: Town) -> None:
    shown, private = await publish(town, "owner"), await publish(town, "owner", audience="me")
    with pytest.raises(NotAllowed):
        await town.act(actions.delete_post, "member", post_id=shown)
    for post_id in (private, 999_999):
        with pytest.raises(NotThere):
            await town.act(actions.delete_post, "member", post_id=post_id)
    await town.act(actions.delete_post, "owner", post_id=shown)
    with pytest.raises(NotThere):
        await town.act(actions.read_post, "owner", post_id=shown)


async def test_what_must_be_held_is_its_authors_alone_until_it_is_shown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hold(_tx: object, _author: int, text: str) -> bool:
        return "win money" in text

    monkeypatch.setattr(ports, "must_be_held", hold)
    post_id = await publish(town, "owner", "win money now")
    assert (await town.act(actions.read_post, "owner", post_id=post_id)).state == "held"
    with pytest.raises(NotThere):
        await town.act(actions.read_post, "member", post_id=post_id)
    async with town.parts.database.transaction() as tx:
        await actions.set_state(tx, post_id=post_id, state="shown")
    assert (await town.act(actions.read_post, "member", post_id=post_id)).state == "shown"
    commented = await town.act(actions.add_comment, "member", post_id=post_id, text="win money here")
    assert commented.state == "held"
    assert (await town.act(actions.read_post, "owner", post_id=post_id)).comment_count == 0


async def test_events_are_told_with_ids_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    dispatcher = town.parts.database.dispatcher
    before = dispatcher.tell

    async def listen(tx: object, event: object) -> None:
        told.append(event)
        await before(tx, event)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(dispatcher, "tell", listen)
    post_id = await publish(town, "owner")
    await town.act(actions.delete_post, "owner", post_id=post_id)
    kinds = [event for event in told if isinstance(event, PostPublished | PostDeleted | PostHeld)]
    owner = town.ids["owner"]
    assert kinds == [PostPublished(post_id=post_id, author_id=owner), PostDeleted(post_id=post_id, author_id=owner)]


async def test_too_many_posts_in_an_hour_are_refused_kindly(town: Town) -> None:
    for number in range(actions.POSTS_AN_HOUR):
        await publish(town, "owner", f"number {number}")
    with pytest.raises(TooMany) as refused:
        await publish(town, "owner", "one more")
    assert 0 < refused.value.retry_after_s <= actions.HOUR_S
    assert await publish(town, "member")


async def test_an_erased_member_leaves_no_word_behind_and_counts_are_right(town: Town) -> None:
    mine, other = await publish(town, "member", "my words"), await publish(town, "owner")
    await town.act(actions.add_comment, "member", post_id=other, text="my words too")
    await town.act(actions.react, "member", post_id=other, on=True)
    for _ in range(2):
        async with town.parts.database.transaction() as tx:
            await actions.erase_member(tx, member_id=town.ids["member"])
    left = await town.sql(
        "SELECT count(*) FROM (SELECT body, body_html FROM swannery.posts UNION ALL SELECT body, body_html FROM swannery.comments) AS x"
        " WHERE body LIKE '%%my words%%' OR body_html LIKE '%%my words%%'"
    )
    assert left[0][0] == 0
    post = await town.act(actions.read_post, "owner", post_id=other)
    assert (post.comment_count, post.reaction_count) == (0, 0)
    with pytest.raises(NotThere):
        await town.act(actions.read_post, "owner", post_id=mine)


async def test_pages_of_posts_neither_repeat_nor_skip_while_new_ones_arrive(town: Town) -> None:
    written = [await publish(town, "owner", f"n{number}") for number in range(12)]
    # Several of one moment: the id decides.
    await town.sql("UPDATE swannery.posts SET published_at = date_trunc('hour', published_at)")
    seen: list[int] = []
    after = None
    while True:
        page = await town.act(actions.latest_posts, "member", after=after, limit=5)
        seen += [post.id for post in page.items]
        await publish(town, "owner", "meanwhile")
        if page.next_cursor is None:
            break
        after = Cursor(page.items[-1].published_at, page.items[-1].id)
    assert seen == sorted(written, reverse=True)


async def test_a_page_is_full_although_much_of_what_is_newer_is_hidden(town: Town) -> None:
    readable = [await publish(town, "owner", f"r{number}") for number in range(3)]
    for number in range(30):
        await publish(town, "owner", f"h{number}", audience="me")
    page = await town.act(actions.latest_posts, "member", after=None, limit=3)
    assert [post.id for post in page.items] == sorted(readable, reverse=True)


async def test_long_comment_threads_come_in_pages(town: Town) -> None:
    post_id = await publish(town, "owner")
    await town.sql(
        "INSERT INTO swannery.comments (post_id, author_id, body, body_html)"
        " SELECT %(post)s, %(who)s, n::text, n::text FROM generate_series(1, 120) n",
        post=post_id, who=town.ids["member"],
    )  # fmt: skip
    bodies: list[str] = []
    after: int | None = 0
    while after is not None:
        found, after = await town.act(actions.read_comments, "friend", post_id=post_id, after=after)
        bodies += [one.comment.body for one in found if one.comment]
    assert bodies == [str(n) for n in range(1, 121)]


async def test_erasing_that_was_lost_is_found_again(town: Town) -> None:
    await publish(town, "member", "my words")
    await town.sql("UPDATE swannery.members SET state = 'erased' WHERE id = %(id)s", id=town.ids["member"])
    async with town.parts.database.transaction() as tx:
        assert await actions.erase_what_is_left(tx) == [town.ids["member"]]
        await actions.erase_member(tx, member_id=town.ids["member"])
        assert await actions.erase_what_is_left(tx) == []


async def test_erasing_finds_words_that_stand_only_in_a_deleted_posts_own_fields(town: Town) -> None:
    """A recipe needs no text: its words are its ingredients and steps."""
    cake = Recipe(title="Carrot cake", ingredients=["carrots"], steps=["Grate them."])
    post_id = await town.act(actions.publish_post, "member", draft=Draft(body="", details=cake))
    await town.act(actions.delete_post, "member", post_id=post_id)
    await town.sql("UPDATE swannery.members SET state = 'erased' WHERE id = %(id)s", id=town.ids["member"])
    async with town.parts.database.transaction() as tx:
        assert await actions.erase_what_is_left(tx) == [town.ids["member"]]
        await actions.erase_member(tx, member_id=town.ids["member"])
        assert await actions.erase_what_is_left(tx) == []


async def test_time_is_the_transactions(town: Town) -> None:
    async with town.acting("owner") as (tx, viewer):
        post_id = await actions.publish_post(tx, viewer=viewer, draft=Draft(body="x"))
        post = await actions.read_post(tx, viewer=viewer, post_id=post_id)
        assert abs(post.published_at - tx.now) < timedelta(milliseconds=1)


async def test_a_posts_author_finds_the_way_to_delete_a_comment_and_others_do_not(town: Town) -> None:
    post_id = await publish(town, "owner")
    comment = await town.act(actions.add_comment, "member", post_id=post_id, text="hm")
    for who, found in (("owner", True), ("member", True), ("friend", False)):
        async with town.browser(who) as browser:
            text = (await browser.get(f"/posts/{post_id}")).text
        assert (f"/posts/{post_id}/comments/{comment.id}/delete" in text) == found, who


async def test_a_closed_site_offers_everyone_as_no_audience(town_url: str, built_town: tuple[str, Config]) -> None:
    for site_open in (True, False):
        async with open_town(town_url, built_town[1], site_open=site_open) as town, town.browser("member") as browser:
            assert ('value="public"' in (await browser.get("/compose")).text) == site_open
