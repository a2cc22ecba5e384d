"""Keeping posts for later: one's own business, in folders, and only as long as one may read them."""

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import Invalid, NotSignedIn, NotThere
from swannery.foundation.paging import decode
from swannery.posts import actions
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio


async def publish(town: Town, text: str = "hello", *, audience: str = "members") -> int:
    return await town.act(actions.publish_post, "owner", draft=Draft(body=text, audience=audience))


async def kept(town: Town, who: str = "member", **more: object) -> list[int]:
    return [one.post.id for one in (await town.act(actions.list_saved, who, **more)).items]


async def test_what_is_kept_is_listed_the_last_first_and_only_to_oneself(town: Town) -> None:
    first, second = await publish(town), await publish(town)
    for post_id in (second, first, first):
        await town.act(actions.save_post, "member", post_id=post_id)
    assert await kept(town) == [first, second]
    assert await kept(town, "friend") == []
    assert (await town.act(actions.read_post, "member", post_id=first)).saved
    assert not (await town.act(actions.read_post, "friend", post_id=first)).saved
    await town.act(actions.forget_post, "member", post_id=first)
    await town.act(actions.forget_post, "member", post_id=first)
    assert await kept(town) == [second]
    with pytest.raises(NotSignedIn):
        await town.act(actions.list_saved, None)


async def test_what_cannot_be_read_is_neither_kept_nor_listed_and_comes_back_with_the_right_to_read(town: Town) -> None:
    private = await publish(town, audience="me")
    with pytest.raises(NotThere):
        await town.act(actions.save_post, "member", post_id=private)
    post_id = await publish(town)
    folder = await town.act(actions.make_folder, "member", name="Later")
    await town.act(actions.save_post, "member", post_id=post_id, folder_id=folder.id)
    await town.act(connections.block, "owner", person_id=town.ids["member"])
    assert await kept(town) == []
    assert [one.count for one in await town.act(actions.list_folders, "member")] == [0]
    await town.act(connections.unblock, "owner", person_id=town.ids["member"])
    assert await kept(town) == [post_id]


async def test_folders_hold_some_move_and_vanish_without_their_posts(town: Town) -> None:
    one, other = await publish(town), await publish(town)
    recipes = await town.act(actions.make_folder, "member", name=" Recipes ")
    plans = await town.act(actions.make_folder, "member", name="Plans")
    await town.act(actions.save_post, "member", post_id=one, folder_id=recipes.id)
    await town.act(actions.save_post, "member", post_id=other)
    assert (await kept(town, folder_id=recipes.id), await kept(town)) == ([one], [other, one])
    await town.act(actions.save_post, "member", post_id=one, folder_id=plans.id)
    found = await town.act(actions.list_folders, "member")
    assert [(folder.name, folder.count) for folder in found] == [("Plans", 1), ("Recipes", 0)]
    await town.act(actions.rename_folder, "member", folder_id=plans.id, name="Schedules")
    await town.act(actions.delete_folder, "member", folder_id=plans.id)
    assert await kept(town) == [other, one]
    assert [folder.name for folder in await town.act(actions.list_folders, "member")] == ["Recipes"]


async def test_a_folder_is_its_owners_alone(town: Town) -> None:
    post_id = await publish(town)
    folder = await town.act(actions.make_folder, "member", name="Mine")
    for action, more in (
        (actions.save_post, {"post_id": post_id, "folder_id": folder.id}),
        (actions.rename_folder, {"folder_id": folder.id, "name": "Yours"}),
        (actions.delete_folder, {"folder_id": folder.id}),
    ):
        with pytest.raises(NotThere):
            await town.act(action, "friend", **more)
    async with town.browser("friend") as browser:
        assert (await browser.get(f"/bookmarks?folder={folder.id}")).status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "later", "LATER"])
async def test_a_folder_that_cannot_be_named_so_says_why_and_keeps_what_was_typed(town: Town, name: str) -> None:
    await town.act(actions.make_folder, "member", name="Later")
    with pytest.raises(Invalid) as refused:
        await town.act(actions.make_folder, "member", name=name)
    assert list(refused.value.fields) == ["name"]
    async with town.browser("member") as browser:
        answer = await browser.post("/bookmarks/folders", name=name)
        assert (answer.status_code, f'value="{name}"' in answer.text) == (422, True)


async def test_pages_of_bookmarks_neither_repeat_nor_skip(town: Town) -> None:
    posts = [await publish(town, f"n{number}") for number in range(7)]
    for post_id in posts:
        await town.act(actions.save_post, "member", post_id=post_id)
    seen: list[int] = []
    after = None
    while True:
        page = await town.act(actions.list_saved, "member", after=after, limit=3)
        seen += [one.post.id for one in page.items]
        after = decode(page.next_cursor)
        if after is None:
            break
    assert seen == posts[::-1]


async def test_the_page_shows_what_is_kept_and_moves_it_without_a_script(town: Town) -> None:
    post_id = await publish(town, "worth keeping")
    async with town.browser("member") as browser:
        await browser.post(f"/posts/{post_id}/bookmark", on=1)
        folder = (await browser.post("/bookmarks/folders", name="Good ones")).headers["location"]
        await browser.post(f"/posts/{post_id}/bookmark", on=1, folder=folder.rpartition("=")[2])
        assert "worth keeping" in (await browser.get(folder)).text
        await browser.post(f"/posts/{post_id}/bookmark", on=0)
        assert "worth keeping" not in (await browser.get("/bookmarks")).text
