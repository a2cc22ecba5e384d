"""Pictures in posts: chosen, described, put in order, shown to whoever may read the post, and gone when they are taken out."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hostile import lake, saved, with_gps
from town import Browser, Town

from swannery.accounts.actions.erase_member import erase_member
from swannery.foundation import clock
from swannery.foundation.errors import Invalid
from swannery.media import actions as media
from swannery.media.models import LONGEST_ALT, MOST_IN_ALBUM, MOST_PICTURES, Attachment
from swannery.media.queries import discard_unused
from swannery.posts import actions as posts
from swannery.posts.details import Album
from swannery.posts.models import Draft, Post
from swannery.posts.ports import ports
from swannery.posts.rules import check_draft, wrong_with_pictures

pytestmark = pytest.mark.anyio
SMALL = saved(lake(60, 40), "JPEG")
CHOSEN = re.compile(r'name="alt_([0-9a-f]{32})"')


async def sent(town: Town, who: str, *, purpose: str = "post") -> str:
    """Send a picture; returns its key."""
    async with town.browser(who, api=True) as browser:
        answer = await browser.client.post("/api/v1/pictures", data={"purpose": purpose}, files={"file": ("x.jpg", SMALL, "image/jpeg")})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


async def row(town: Town, who: str, *, post_id: int | None = None, draft_id: int | None = None) -> str:
    """A picture without its files, where nobody looks at those."""
    key = uuid4().hex
    await town.sql(
        "INSERT INTO swannery.pictures (key, owner_id, purpose, width, height, post_id, draft_id, created_at)"
        " VALUES (%(key)s, %(owner)s, 'post', 640, 480, %(post)s::bigint, %(draft)s::bigint, now())",
        key=key, owner=town.ids[who], post=post_id, draft=draft_id,
    )  # fmt: skip
    return key


def wanted(*keys: str, **more: Any) -> Draft:
    return Draft(body=more.pop("body", "Look"), pictures=tuple(Attachment(key=key, alt=f"alt of {key[:4]}") for key in keys), **more)


async def publish(town: Town, who: str, draft: Draft) -> Post:
    post_id = await town.act(posts.publish_post, who, draft=draft)
    return await town.act(posts.read_post, who, post_id=post_id)


async def status(town: Town, who: str | None, key: str) -> int:
    async with town.browser(who, api=True) as browser:
        return (await browser.client.get(f"/api/v1/pictures/{key}/small")).status_code


async def test_a_post_shows_its_pictures_in_their_order_with_what_is_said_of_them(town: Town) -> None:
    first, second = await sent(town, "owner"), await sent(town, "owner")
    async with town.browser("owner", api=True) as api:
        answer = await api.client.post(
            "/api/v1/posts",
            json={"text": "", "audience": "members", "pictures": [{"key": second, "alt": "A <b>lake</b>"}, {"key": first}]},
        )
        assert answer.status_code == 201, answer.text
        told = answer.json()
    assert [one["key"] for one in told["pictures"]] == [second, first]
    assert told["pictures"][0]["alt"] == "A <b>lake</b>"
    assert (told["pictures"][0]["width"], told["pictures"][0]["height"]) == (60, 40)
    assert told["pictures"][0]["urls"]["medium"] == f"/api/v1/pictures/{second}/medium"
    assert (await status(town, "friend", first), await status(town, None, first)) == (200, 404)
    alone = await publish(town, "owner", wanted(third := await row(town, "owner"), audience="me"))
    async with town.browser("friend") as browser:
        html = (await browser.get("/discover")).text
        assert html.index(f"/pictures/{second}/medium") < html.index(f"/pictures/{first}/medium")
        assert "A &lt;b&gt;lake&lt;/b&gt;" in html
        assert f"/pictures/{second}/large" in (await browser.get(f"/posts/{told['id']}/pictures/1")).text
        assert (await browser.get(f"/posts/{told['id']}/pictures/3")).status_code == 404
        assert (await browser.get(f"/posts/{told['id']}/pictures/0")).status_code == 404
        assert third not in html
        assert (await browser.get(f"/posts/{alone.id}/pictures/1")).status_code == 404


async def test_only_pictures_of_ones_own_that_stand_nowhere_else_can_be_used(town: Town) -> None:
    mine, theirs = await row(town, "owner"), await row(town, "friend")
    face = await sent(town, "owner", purpose="face")
    earlier = await publish(town, "owner", wanted(await row(town, "owner")))
    for key in (theirs, face, earlier.pictures[0].key, "0" * 32):
        with pytest.raises(Invalid) as caught:
            await publish(town, "owner", wanted(mine, key))
        assert caught.value.fields == {"pictures": "Picture 2 is not there any more. Take it out, or choose it again."}
    assert (await publish(town, "owner", wanted(mine))).pictures[0].key == mine


async def test_two_posts_at_once_do_not_share_a_picture(town: Town) -> None:
    key = await row(town, "owner")
    tries = await asyncio.gather(*(publish(town, "owner", wanted(key, body=f"try {n}")) for n in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Post) for one in tries) == 1
    assert sum(isinstance(one, Invalid) for one in tries) == 3


async def test_sent_twice_it_is_one_post_and_with_other_pictures_another(town: Town) -> None:
    key, form = await row(town, "owner"), uuid4()
    first = await publish(town, "owner", wanted(key, client_key=form))
    again = await publish(town, "owner", wanted(key, client_key=form))
    assert first.id == again.id


def test_what_can_be_seen_to_be_wrong_without_looking_anything_up() -> None:
    keys = [f"{number:032x}" for number in range(MOST_IN_ALBUM + 1)]
    several = [Attachment(key=key) for key in keys]
    assert wrong_with_pictures([], album=True) == {"pictures": "An album needs at least one picture."}
    assert not wrong_with_pictures([], album=False)
    assert not wrong_with_pictures(several[:MOST_PICTURES], album=False)
    assert "fit" in wrong_with_pictures(several[: MOST_PICTURES + 1], album=False)["pictures"]
    assert not wrong_with_pictures(several[:MOST_IN_ALBUM], album=True)
    assert "fit" in wrong_with_pictures(several, album=True)["pictures"]
    assert "twice" in wrong_with_pictures([several[0], several[0]], album=False)["pictures"]
    assert "picture 2" in wrong_with_pictures([several[0], Attachment(key=keys[1], alt="x" * (LONGEST_ALT + 1))], album=False)["pictures"]


def test_a_picture_says_enough_alone_but_not_for_a_poll() -> None:
    draft = Draft(body="", pictures=(Attachment(key="0" * 32, alt=" a\nb "),))
    assert check_draft(draft, told_at=clock.now(), communities=(), site_open=True).pictures[0].alt == "a b"
    with pytest.raises(Invalid):
        check_draft(Draft(body="", details=Album(title="Camp")), told_at=clock.now(), communities=(), site_open=True)


async def test_a_picture_taken_out_is_gone_and_the_others_stay(town: Town) -> None:
    keys = [await sent(town, "owner") for _ in range(3)]
    post = await publish(town, "owner", wanted(*keys, audience="members"))
    other_order = wanted(keys[2], keys[0], body="Look")
    await town.act(posts.edit_post, "owner", post_id=post.id, draft=other_order, seen=None)
    changed = await town.act(posts.read_post, "member", post_id=post.id)
    assert [one.key for one in changed.pictures] == [keys[2], keys[0]]
    assert [await status(town, "member", key) for key in keys] == [200, 404, 200]
    assert await status(town, "owner", keys[1]) == 404
    async with town.browser("member") as browser:
        html = (await browser.get(f"/posts/{post.id}/history")).text
        assert keys[1] not in html
        assert html.count("Taken out") == 1
        assert html.count(f"/pictures/{keys[0]}/small") == 2


async def test_an_edit_that_does_not_speak_of_pictures_keeps_them(town: Town) -> None:
    key = await row(town, "owner")
    post = await publish(town, "owner", wanted(key))
    async with town.browser("owner", api=True) as api:
        answer = await api.client.put(f"/api/v1/posts/{post.id}", json={"text": "Other words", "edited_at": None})
        assert [one["key"] for one in answer.json()["pictures"]] == [key]
        seen = answer.json()["edited_at"]
        answer = await api.client.put(f"/api/v1/posts/{post.id}", json={"text": "Other words", "edited_at": seen, "pictures": []})
        assert answer.json()["pictures"] == []
        told = (await api.client.get(f"/api/v1/posts/{post.id}/history")).json()["items"]
    assert [len(one["pictures"]) for one in told] == [0, 1, 1]


async def test_a_deleted_post_shows_its_pictures_to_nobody_and_a_restored_one_again(town: Town) -> None:
    key = await sent(town, "owner")
    post = await publish(town, "owner", wanted(key, audience="members"))
    await town.act(posts.delete_post, "owner", post_id=post.id)
    assert (await status(town, "member", key), await status(town, "owner", key)) == (404, 404)
    async with town.browser("owner") as browser:
        assert "1 picture" in (await browser.get("/deleted")).text
    await town.act(posts.restore_post, "owner", post_id=post.id)
    assert await status(town, "member", key) == 200
    await town.sql("UPDATE swannery.posts SET deleted_at = now() - interval '31 days' WHERE id = %(id)s", id=post.id)
    async with town.parts.database.transaction() as tx:
        await posts.purge(tx)
    assert await gone(town, key)


async def gone(town: Town, key: str) -> bool:
    return bool(await town.sql("SELECT 1 FROM swannery.pictures WHERE key = %(key)s AND gone_at IS NOT NULL", key=key))


async def test_a_draft_keeps_its_pictures_and_hands_them_on(town: Town) -> None:
    kept, dropped, planned = [await row(town, "owner") for _ in range(3)]
    draft_id = await town.act(posts.save_draft, "owner", draft=wanted(kept, dropped))
    await town.act(posts.save_draft, "owner", draft=wanted(kept), draft_id=draft_id)
    await town.sql("UPDATE swannery.pictures SET created_at = created_at - interval '2 days' WHERE key = ANY(%(keys)s)", keys=[kept])
    async with town.parts.database.transaction() as tx:
        await discard_unused(tx, older_than=tx.now - media.UNUSED_FOR)
    assert not await gone(town, kept)
    assert not await gone(town, dropped)  # for a day it can be put back
    saved = await town.act(posts.read_draft, "owner", draft_id=draft_id)
    assert [one.key for one in saved.shown] == [kept]
    async with town.browser("owner") as browser:
        assert CHOSEN.findall((await browser.get(f"/compose?draft={draft_id}")).text) == [kept]
        assert f"/pictures/{kept}/small" in (await browser.get("/drafts")).text
    await town.act(posts.delete_draft, "owner", draft_id=draft_id)
    assert (await town.sql("SELECT draft_id FROM swannery.pictures WHERE key = %(key)s", key=kept))[0][0] is None

    async with town.parts.database.transaction() as tx:
        soon = tx.now + timedelta(minutes=5)
    due = await town.act(posts.save_draft, "owner", draft=wanted(planned), publish_at=soon)
    await town.sql("UPDATE swannery.drafts SET publish_at = now() - interval '1 minute' WHERE id = %(id)s", id=due)
    async with town.parts.database.transaction() as tx:
        await posts.publish_due(tx)
    found = await town.sql("SELECT post_id, draft_id FROM swannery.pictures WHERE key = %(key)s", key=planned)
    assert found[0][0] is not None
    assert found[0][1] is None


async def send(browser: Browser, files: Sequence[tuple[str, bytes]], *, partial: bool = False, **fields: Any) -> httpx.Response:
    """Press the button that sends pictures."""
    await browser.get("/compose")
    return await browser.client.post(
        "/posts/pictures",
        data={"_csrf_token": browser.token, **fields},
        files=[("files", (name, content, "image/jpeg")) for name, content in files],
        headers={"HX-Request": "true"} if partial else {},
    )


async def test_without_a_script_pictures_come_back_with_everything_typed(town: Town) -> None:
    async with town.browser("owner") as browser:
        answer = await send(
            browser, [("a.jpg", with_gps()), ("b.txt", b"no picture at all"), ("c.jpg", SMALL)], text="We were there", then="add",
            kind="recipe", about_title="Bread", audience="friends", warning="food",
        )  # fmt: skip
        assert answer.status_code == 422
        keys = CHOSEN.findall(answer.text)
        assert len(keys) == 2
        assert "b.txt: This is no picture that can be read." in answer.text
        for words in ("We were there", 'value="Bread"', 'value="food"', '<option value="friends" selected>'):
            assert words in answer.text
        fields: dict[str, Any] = {"text": "We were there", f"alt_{keys[0]}": "A lake", f"alt_{keys[1]}": ""}
        again = await send(browser, [], then=f"earlier:{keys[1]}", **fields)
        assert CHOSEN.findall(again.text) == [keys[1], keys[0]]
        assert "A lake" in again.text
        less = await send(browser, [], then=f"drop:{keys[1]}", **fields)
        assert CHOSEN.findall(less.text) == [keys[0]]
        published = await browser.post("/posts", **{**fields, "audience": "members"})
        assert published.status_code == 303
        assert 'alt="A lake"' in (await browser.get("/")).text


async def test_too_many_pictures_take_nothing_typed_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "PICTURES_AN_HOUR", 1)
    async with town.browser("owner") as browser:
        answer = await send(browser, [("a.jpg", SMALL), ("b.jpg", SMALL)], text="We were there", then="add")
    assert answer.status_code == 422
    assert len(CHOSEN.findall(answer.text)) == 1
    assert "We were there" in answer.text
    assert "b.jpg: " in answer.text


async def test_a_script_gets_the_pictures_alone(town: Town) -> None:
    async with town.browser("owner") as browser:
        answer = await send(browser, [("a.jpg", SMALL)], partial=True)
        assert answer.status_code == 200
        assert len(CHOSEN.findall(answer.text)) == 1
        assert "<html" not in answer.text
        wrong = await send(browser, [("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")], partial=True)
        assert wrong.status_code == 422
        assert "SVG" in wrong.text


async def test_pictures_that_were_chosen_but_not_sent_are_asked_for(town: Town) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/compose")
        answer = await browser.post("/posts", text="With a picture", files="IMG_1.jpg")
        assert answer.status_code == 422
        assert "Your pictures are not here yet" in answer.text
        assert "With a picture" in answer.text
        assert (await browser.post("/posts", text="Without one", files="")).status_code == 303


async def test_a_form_that_was_refused_can_be_sent_again_as_it_is(town: Town) -> None:
    key, form = uuid4().hex, str(uuid4())
    async with town.browser("owner") as browser:
        await browser.get("/compose")
        fields: dict[str, Any] = {"text": "Look", "audience": "members", "client_key": form, f"alt_{key}": ""}
        for _ in range(2):
            answer = await browser.post("/posts", **fields)
            assert answer.status_code == 422
            assert "Picture 1 is not there any more." in answer.text


async def test_the_edit_form_takes_pictures_too(town: Town) -> None:
    post = await publish(town, "owner", wanted(await row(town, "owner"), audience="members"))
    async with town.browser("owner") as browser:
        page = await browser.get(f"/posts/{post.id}/edit")
        assert CHOSEN.findall(page.text) == [post.pictures[0].key]
        fields: dict[str, Any] = {"edit": str(post.id), "text": "More", f"alt_{post.pictures[0].key}": "before"}
        answer = await send(browser, [("a.jpg", SMALL)], then="add", **fields)
        assert f'action="/posts/{post.id}/edit"' in answer.text
        first, second = CHOSEN.findall(answer.text)
        changes: dict[str, Any] = {"text": "More", f"alt_{second}": "new", f"alt_{first}": "old"}
        saved = await browser.post(f"/posts/{post.id}/edit", **changes)
        assert saved.status_code == 303, saved.text
    changed = await town.act(posts.read_post, "member", post_id=post.id)
    assert [(one.key, one.alt) for one in changed.pictures] == [(second, "new"), (first, "old")]
    async with town.browser("member") as browser:
        assert (await send(browser, [], then="add", edit=str(post.id))).status_code == 403


async def test_a_shared_post_shows_its_pictures_to_those_who_may_read_it(town: Town) -> None:
    key = await row(town, "owner")
    post = await publish(town, "owner", wanted(key, audience="members"))
    await town.act(posts.share_post, "friend", post_id=post.id, draft=Draft(body="See this"))
    async with town.browser("member") as browser:
        assert f"/pictures/{key}/medium" in (await browser.get("/discover")).text


async def test_whoever_is_erased_leaves_no_picture(town: Town) -> None:
    key = await row(town, "friend")
    post = await publish(town, "friend", wanted(key, audience="public"))
    async with town.parts.database.transaction() as tx:
        await erase_member(tx, member_id=town.ids["friend"])
        await posts.erase_member(tx, member_id=town.ids["friend"])
    assert await gone(town, key)
    assert (await town.sql("SELECT pictures FROM swannery.posts WHERE id = %(id)s", id=post.id))[0][0] is None


async def test_an_album_stands_under_its_name(town: Town) -> None:
    keys = [await row(town, "owner") for _ in range(7)]
    post = await publish(town, "owner", wanted(*keys, body="", details=Album(title="Summer camp"), audience="members"))
    assert post.kind == "album"
    async with town.browser("member") as browser:
        html = (await browser.get("/discover")).text
    assert "Summer camp" in html
    assert "+2" in html
    assert keys[4] in html
    assert keys[5] not in html


async def test_what_is_said_of_a_picture_can_hold_a_post(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hold(_tx: object, _author: int, words: str) -> bool:
        return "alt of" in words

    monkeypatch.setattr(ports, "must_be_held", hold)
    assert (await publish(town, "owner", wanted(await row(town, "owner")))).state == "held"
