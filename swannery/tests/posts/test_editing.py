"""Changing one's words with everybody seeing what was changed; deleting with a way back; pinning."""

import re
from datetime import timedelta
from html import unescape

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import Conflict, Invalid, NotAllowed, NotThere
from swannery.posts import actions
from swannery.posts.models import MOST_PINNED, RESTORABLE, Draft, Post

pytestmark = pytest.mark.anyio


async def publish(town: Town, text: str = "first", *, who: str = "owner", audience: str = "members", warning: str = "") -> int:
    return await town.act(actions.publish_post, who, draft=Draft(body=text, audience=audience, warning=warning))


async def read(town: Town, post_id: int, who: str = "member") -> Post:
    return await town.act(actions.read_post, who, post_id=post_id)


async def edit(town: Town, post_id: int, text: str, *, who: str = "owner", warning: str = "") -> None:
    post = await read(town, post_id, who)
    await town.act(actions.edit_post, who, post_id=post_id, draft=Draft(body=text, warning=warning), seen=post.edited_at)


async def test_an_edited_post_says_so_and_keeps_what_it_said_before(town: Town) -> None:
    post_id = await publish(town, "first #one")
    await edit(town, post_id, "second #two", warning="spoilers")
    await edit(town, post_id, "third #two")
    await edit(town, post_id, "third #two")
    post = await read(town, post_id)
    assert (post.body, post.warning, post.edited_at is not None) == ("third #two", "", True)
    found = await town.act(actions.read_history, "member", post_id=post_id)
    assert [(one.number, one.body, one.warning) for one in found] == [
        (3, "third #two", ""), (2, "second #two", "spoilers"), (1, "first #one", ""),
    ]  # fmt: skip
    assert found[2].written_at == post.published_at
    assert [row[0] for row in await town.sql("SELECT tag FROM swannery.post_tags ORDER BY 1")] == ["two"]


async def test_the_history_is_for_whoever_may_read_the_post_now(town: Town) -> None:
    post_id = await publish(town, "for members")
    await edit(town, post_id, "still for members")
    await town.act(connections.block, "owner", person_id=town.ids["friend"])
    for who in (None, "friend"):
        with pytest.raises(NotThere):
            await town.act(actions.read_history, who, post_id=post_id)
    await town.act(actions.delete_post, "owner", post_id=post_id)
    for who in ("owner", "member"):
        with pytest.raises(NotThere):
            await town.act(actions.read_history, who, post_id=post_id)


async def test_only_its_author_changes_a_post_and_never_what_they_have_not_seen(town: Town) -> None:
    post_id = await publish(town)
    seen = (await read(town, post_id)).edited_at
    with pytest.raises(NotAllowed):
        await town.act(actions.edit_post, "member", post_id=post_id, draft=Draft(body="mine"), seen=seen)
    await edit(town, post_id, "second")
    with pytest.raises(Conflict):
        await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="third"), seen=seen)
    with pytest.raises(Invalid):
        await edit(town, post_id, " ")
    assert (await read(town, post_id)).body == "second"


async def test_the_page_brings_what_was_typed_back_when_it_cannot_be_taken(town: Town) -> None:
    post_id = await publish(town)
    async with town.browser("owner") as browser:
        assert "first" in (await browser.get(f"/posts/{post_id}/edit")).text
        refused = await browser.post(f"/posts/{post_id}/edit", text="kept " * 1500, warning="w", seen="")
        assert (refused.status_code, "kept kept" in refused.text, 'value="w"' in refused.text) == (422, True, True)
        assert (await browser.post(f"/posts/{post_id}/edit", text="x", seen="nonsense")).status_code == 422
        assert (await browser.post(f"/posts/{post_id}/edit", text="better", seen="")).status_code == 303
        assert "better" in (await browser.get(f"/posts/{post_id}")).text
        assert "first" in (await browser.get(f"/posts/{post_id}/history")).text


async def test_what_is_deleted_comes_back_with_all_that_belonged_to_it(town: Town) -> None:
    post_id = await publish(town, "worth it #tag")
    await town.act(actions.add_comment, "member", post_id=post_id, text="yes")
    await town.act(actions.react, "friend", post_id=post_id, on=True, kind="hug")
    await town.act(actions.delete_post, "owner", post_id=post_id)
    assert [one.id for one in await town.act(actions.list_deleted, "owner")] == [post_id]
    assert await town.act(actions.list_deleted, "member") == []
    with pytest.raises(NotThere):
        await town.act(actions.restore_post, "member", post_id=post_id)
    await town.act(actions.restore_post, "owner", post_id=post_id)
    post = await read(town, post_id)
    assert (post.comment_count, post.reaction_count) == (1, 1)
    assert (await town.act(actions.posts_tagged, "member", tag="tag", after=None)).items == [post]
    with pytest.raises(NotThere):
        await town.act(actions.restore_post, "owner", post_id=post_id)


async def test_after_a_month_it_is_gone_for_good_with_everything_of_it(town: Town) -> None:
    old, young, standing = [await publish(town, f"{name} #tag") for name in ("old", "young", "standing")]
    share = await town.act(actions.share_post, "member", post_id=old, draft=Draft(body="quoted"))
    for post_id in (old, young):
        await edit(town, post_id, "other words #tag")
        await town.act(actions.add_comment, "member", post_id=post_id, text="yes")
        await town.act(actions.react, "friend", post_id=post_id, on=True)
        await town.act(actions.save_post, "friend", post_id=post_id)
        await town.act(actions.delete_post, "owner", post_id=post_id)
    for post_id, age in ((old, RESTORABLE + timedelta(minutes=1)), (young, RESTORABLE - timedelta(minutes=1))):
        await town.sql("UPDATE swannery.posts SET deleted_at = now() - %(age)s::interval WHERE id = %(id)s", age=age, id=post_id)
    with pytest.raises(NotThere):
        await town.act(actions.restore_post, "owner", post_id=old)
    for _ in range(2):
        async with town.parts.database.transaction() as tx:
            await actions.purge(tx)
    for table in ("post_versions", "post_tags", "reactions", "comments", "bookmarks"):
        found = await town.sql(f"SELECT DISTINCT post_id FROM swannery.{table} WHERE post_id <> %(standing)s", standing=standing)
        assert [row[0] for row in found] == [young], table
    assert {row[0] for row in await town.sql("SELECT id FROM swannery.posts")} == {young, standing, share}
    assert (await read(town, share)).original is None
    await town.act(actions.restore_post, "owner", post_id=young)


async def test_pinned_posts_stand_first_on_ones_page_and_only_there(town: Town) -> None:
    posts = [await publish(town, f"n{number}") for number in range(MOST_PINNED + 1)]
    hidden = await publish(town, "private", audience="me")
    for post_id in (*posts[: MOST_PINNED - 1], hidden):
        await town.act(actions.pin_post, "owner", post_id=post_id, on=True)
    with pytest.raises(Conflict):
        await town.act(actions.pin_post, "owner", post_id=posts[-1], on=True)
    with pytest.raises(NotAllowed):
        await town.act(actions.pin_post, "member", post_id=posts[0], on=True)

    async def page(who: str) -> tuple[list[int], list[int]]:
        pinned = await town.act(actions.pinned_posts, who, author_id=town.ids["owner"])
        listed = await town.act(actions.posts_of_author, who, author_id=town.ids["owner"], after=None)
        return [post.id for post in pinned], [post.id for post in listed.items]

    assert await page("member") == (posts[1::-1], posts[:1:-1])
    assert (await page("owner"))[0] == [hidden, *posts[1::-1]]
    await town.act(actions.pin_post, "owner", post_id=hidden, on=False)
    await town.act(actions.pin_post, "owner", post_id=posts[-1], on=True)
    async with town.browser("member") as browser:
        text = (await browser.get(f"/@{town.handles['owner']}")).text
    assert text.count("Pinned") == MOST_PINNED
    assert text.index("n3") < text.index("n1") < text.index("n2")


async def test_a_warning_folds_the_words_away_and_needs_no_script(town: Town) -> None:
    post_id = await publish(town, "the blister", warning=" Not  for the <squeamish> ")
    async with town.browser("member") as browser:
        text = (await browser.get(f"/posts/{post_id}")).text
    summary = text.index("Not for the &lt;squeamish&gt;")
    assert text.index('<details class="warned">') < summary < text.index("the blister") < text.index("</details>", summary)
    with pytest.raises(Invalid) as refused:
        await publish(town, warning="w" * 121)
    assert list(refused.value.fields) == ["warning"]


async def test_whoever_edits_in_two_windows_is_shown_both_texts_and_may_send_once_more(town: Town) -> None:
    post_id = await publish(town, "as it was")
    async with town.browser("owner") as browser:
        await edit(town, post_id, "from the other window")
        answer = await browser.post(f"/posts/{post_id}/edit", text="typed here", warning="careful", seen="")
        assert answer.status_code == 409
        for words in ("typed here", "careful", "from the other window", "changed meanwhile"):
            assert words in answer.text, words
        assert (await read(town, post_id)).body == "from the other window"
        seen = re.search(r'name="seen" value="([^"]+)"', answer.text)
        assert seen is not None
        again = await browser.post(f"/posts/{post_id}/edit", text="typed here", warning="", seen=unescape(seen[1]))
        assert again.status_code == 303
    assert (await read(town, post_id)).body == "typed here"
