"""Posts for a circle: chosen in the composer, read by those in it, and by nobody any more once they are out or the circle is gone."""

import re

import pytest
from town import Town

from swannery.connections.actions import circles
from swannery.foundation.errors import Invalid, NotThere
from swannery.posts import actions
from swannery.posts.models import Draft, Post
from swannery.posts.visibility import unmuted_sql, visible_sql, wanted_sql

pytestmark = pytest.mark.anyio


async def circle_with(town: Town, owner: str, *people: str) -> int:
    circle = await town.act(circles.make_circle, owner, name="Tuesday runners")
    for person in people:
        await town.act(circles.put_in_circle, owner, circle_id=circle, handle=town.handles[person])
    return circle


async def read(town: Town, who: str, post_id: int) -> Post:
    return await town.act(actions.read_post, who, post_id=post_id)


async def test_the_composer_offers_ones_own_circles_and_posts_for_the_chosen_one(town: Town) -> None:
    circle = await circle_with(town, "owner", "friend")
    await circle_with(town, "member")
    async with town.browser("owner") as browser:
        page = await browser.get("/compose")
        assert re.findall(r'value="circle:(\d+)"', page.text) == [str(circle)]
        answer = await browser.post("/posts", text="knees up", audience=f"circle:{circle}")
        assert answer.status_code == 303
    [(post_id,)] = await town.sql("SELECT id FROM swannery.posts WHERE audience = 'circle' AND circle_id = %(id)s", id=circle)
    assert (await read(town, "friend", post_id)).body == "knees up"
    with pytest.raises(NotThere):
        await read(town, "member", post_id)
    await town.act(circles.take_out_of_circle, "owner", circle_id=circle, person_id=town.ids["friend"])
    with pytest.raises(NotThere):
        await read(town, "friend", post_id)


async def test_what_was_posted_for_a_circle_that_is_gone_is_its_authors_alone(town: Town) -> None:
    circle = await circle_with(town, "owner", "friend")
    post_id = await town.act(actions.publish_post, "owner", draft=Draft(body="x", circle_id=circle))
    await town.act(circles.delete_circle, "owner", circle_id=circle)
    assert (await read(town, "owner", post_id)).mine
    with pytest.raises(NotThere):
        await read(town, "friend", post_id)


async def test_whom_a_post_for_a_circle_mentions_stays_mentioned_when_it_is_edited(town: Town) -> None:
    circle = await circle_with(town, "owner", "friend")
    words = f"@{town.handles['friend']} and @{town.handles['member']}"
    post_id = await town.act(actions.publish_post, "owner", draft=Draft(body=words, audience="circle", circle_id=circle))
    await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body=f"{words}, at six"), seen=None)
    post = await read(town, "friend", post_id)
    assert (post.body, f'href="/@{town.handles["friend"]}"' in post.body_html) == (f"{words}, at six", True)
    assert f'href="/@{town.handles["member"]}"' not in post.body_html
    [(mentioned,)] = await town.sql("SELECT mentioned FROM swannery.posts WHERE id = %(id)s", id=post_id)
    assert mentioned == [town.ids["friend"]]


@pytest.mark.parametrize("audience", ["circle:999999", "circle:", "circle:x", "circle:-1", "circle:" + "9" * 40, "circle:٣"])
async def test_a_circle_that_is_not_ones_own_comes_back_with_the_words(town: Town, audience: str) -> None:
    async with town.browser("owner") as browser:
        await browser.get("/compose")
        answer = await browser.post("/posts", text="my very words", audience=audience)
    assert answer.status_code == 422
    assert "You have no such circle any more." in answer.text
    assert "my very words" in answer.text


async def test_somebody_elses_circle_is_no_audience(town: Town) -> None:
    circle = await circle_with(town, "friend", "owner")
    with pytest.raises(Invalid):
        await town.act(actions.publish_post, "owner", draft=Draft(body="x", circle_id=circle))


def test_what_is_wanted_in_feeds_is_what_may_be_read_and_less() -> None:
    assert wanted_sql() == f"({visible_sql()} AND {unmuted_sql()})"
