"""Six ways to react: one per member and post, counted by kind, told only to those who may know."""

import asyncio

import pytest
from town import Town

from swannery.connections import actions as connections
from swannery.foundation.errors import NotSignedIn, NotThere
from swannery.posts import actions
from swannery.posts.models import REACTIONS, Draft, ReactionKind

pytestmark = pytest.mark.anyio


async def publish(town: Town, who: str = "owner", *, audience: str = "members") -> int:
    return await town.act(actions.publish_post, who, draft=Draft(body="hello", audience=audience))


async def counts(town: Town, who: str | None, post_id: int) -> dict[str, int]:
    post = await town.act(actions.read_post, who, post_id=post_id)
    assert post.reaction_count == sum(one.count for one in post.reactions)
    return {one.kind: one.count for one in post.reactions}


async def test_each_kind_is_counted_and_offered_in_one_order(town: Town) -> None:
    post_id = await publish(town)
    for who, kind in zip(("member", "friend", "follower", "neighbour", "trainer", "owner"), reversed(REACTIONS), strict=True):
        answer = await town.act(actions.react, who, post_id=post_id, on=True, kind=kind)
        assert answer.kind == kind
    assert await counts(town, "member", post_id) == dict.fromkeys(REACTIONS, 1)
    assert list(await counts(town, "member", post_id)) == list(REACTIONS)


async def test_another_kind_takes_the_place_of_the_first(town: Town) -> None:
    post_id = await publish(town)
    for kind in ("like", "strong", "hug", "like", "like"):
        answer = await town.act(actions.react, "member", post_id=post_id, on=True, kind=kind)
        assert (answer.count, answer.kind, [one.kind for one in answer.counts]) == (1, kind, [kind])
        assert await counts(town, "friend", post_id) == {kind: 1}
    answer = await town.act(actions.react, "member", post_id=post_id, on=False)
    assert (answer.count, answer.kind, await counts(town, "friend", post_id)) == (0, None, {})


async def test_many_at_once_are_counted_once_each(town: Town) -> None:
    post_id = await publish(town)
    people = ("member", "friend", "follower")
    for who in people:
        await town.act(actions.read_post, who, post_id=post_id)  # signed in before it begins
    wanted: list[tuple[str, ReactionKind]] = [(who, kind) for who in people for kind in ("like", "fire", "fire")]
    await asyncio.gather(*(town.act(actions.react, who, post_id=post_id, on=True, kind=kind) for who, kind in wanted))
    stored = await town.sql("SELECT kind, count(*) FROM swannery.reactions WHERE post_id = %(id)s GROUP BY 1", id=post_id)
    assert sum(row[1] for row in stored) == len(people)
    assert await counts(town, "owner", post_id) == {row[0]: row[1] for row in stored}


async def test_who_reacted_is_told_without_those_one_must_not_know_of(town: Town) -> None:
    post_id = await publish(town, audience="public")
    for who, kind in (("member", "like"), ("blocked", "strong"), ("friend", "strong")):
        await town.act(actions.react, who, post_id=post_id, on=True, kind=kind)
    await town.act(connections.block, "neighbour", person_id=town.ids["blocked"])
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["friend"])

    async def told(who: str, **more: object) -> list[tuple[str, str]]:
        found, _ = await town.act(actions.list_reactors, who, post_id=post_id, **more)
        return [(one.person.handle, one.kind) for one in found]

    assert await told("owner") == [("member", "like"), ("blocked", "strong")]
    assert await told("neighbour") == [("member", "like")]
    assert await told("owner", kind="strong") == [("blocked", "strong")]
    assert await counts(town, "neighbour", post_id) == {"like": 1, "strong": 1}  # the job counts without whoever left
    async with town.parts.database.transaction() as tx:
        await actions.recount_around(tx, member_ids=[town.ids["friend"]])
    assert await counts(town, "neighbour", post_id) == {"like": 1}
    assert await counts(town, "owner", post_id) == {"like": 1, "strong": 1}
    with pytest.raises(NotSignedIn):
        await town.act(actions.list_reactors, None, post_id=post_id)


async def test_who_reacted_to_what_one_cannot_read_is_not_told(town: Town) -> None:
    post_id = await publish(town, audience="me")
    for action, more in ((actions.list_reactors, {}), (actions.react, {"on": True, "kind": "hug"})):
        with pytest.raises(NotThere):
            await town.act(action, "member", post_id=post_id, **more)


async def test_long_lists_of_those_who_reacted_come_in_pages(town: Town) -> None:
    post_id = await publish(town)
    await town.sql("INSERT INTO swannery.members (handle, name) SELECT 'extra_' || n, 'Extra ' || n FROM generate_series(1, 70) AS n;")
    await town.sql(
        "INSERT INTO swannery.reactions (post_id, member_id) SELECT %(post)s, id FROM swannery.members WHERE handle LIKE 'extra%%'",
        post=post_id,
    )
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        found, after = await town.act(actions.list_reactors, "member", post_id=post_id, after=after)
        seen += [one.person.id for one in found]
    assert len(seen) == 70
    assert seen == sorted(set(seen))


async def test_the_website_takes_a_kind_shows_who_and_refuses_what_is_none(town: Town) -> None:
    post_id = await publish(town)
    async with town.browser("member") as browser:
        answer = await browser.post(f"/posts/{post_id}/reaction", headers={"hx-request": "true"}, on=1, kind="cheer")
        assert 'aria-label="Hooray, 1 reaction"' in answer.text
        assert f'href="/posts/{post_id}/reactions"' in answer.text
        page = await browser.get(f"/posts/{post_id}/reactions?kind=cheer")
        assert ("@member" in page.text, page.headers["cache-control"]) == (True, "private, no-store")
        assert "@member" not in (await browser.get(f"/posts/{post_id}/reactions?kind=hug")).text.split("<main", 1)[1].split("</main")[0]
        assert (await browser.post(f"/posts/{post_id}/reaction", on=1, kind="angry")).status_code == 422
