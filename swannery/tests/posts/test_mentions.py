"""Naming people: only those who are there, may read it, and let themselves be named."""

from collections.abc import Collection

import pytest
from town import Town

from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.connections import actions as connections
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.events import Mentioned
from swannery.posts import actions
from swannery.posts.models import Draft, Post
from swannery.posts.ports import ports

pytestmark = pytest.mark.anyio


async def publish(town: Town, text: str, *, audience: str = "members", community: int | None = None) -> Post:
    draft = Draft(body=text, audience=audience, community_id=community)
    post_id = await town.act(actions.publish_post, "owner", draft=draft)
    return await town.act(actions.read_post, "owner", post_id=post_id)


async def mentioned(town: Town, post: Post) -> set[str]:
    """Whom a post names, as it is stored; a link stands for each of them and for nobody else."""
    rows = await town.sql("SELECT unnest(mentioned) FROM swannery.posts WHERE id = %(id)s", id=post.id)
    names = {name for name, id_ in town.ids.items() if id_ in {row[0] for row in rows}}
    for name, handle in town.handles.items():
        assert (f'href="/@{handle}"' in post.body_html) == (name in names), name
    return names


async def test_people_who_are_there_are_linked_and_nobody_else(town: Town) -> None:
    await town.act(connections.block, "blocked", person_id=town.ids["owner"])
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    text = "Hi @MEMBER, @friend. (@trainer) @blocked @gone @nobody_at_all me@asker `@follower` x@neighbour @@member [@asker](https://a.example)"
    assert await mentioned(town, await publish(town, text)) == {"member", "friend", "trainer"}


@pytest.mark.parametrize(
    ("audience", "expected"),
    [("public", {"friend", "follower", "member"}), ("followers", {"friend", "follower"}), ("friends", {"friend"}), ("me", set())],
)
async def test_only_who_may_read_it_is_named(town: Town, audience: str, expected: set[str]) -> None:
    await town.act(connections.follow, "follower", person_id=town.ids["owner"])
    await town.act(connections.send_friend_request, "friend", person_id=town.ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=town.ids["friend"])
    assert await mentioned(town, await publish(town, "@friend @follower @member", audience=audience)) == expected


async def test_in_a_community_only_its_members_are_named(town: Town) -> None:
    place = await town.act(communities.found_community, "owner", wanted=Foundation(name="Inside", purpose=""))
    await town.act(communities.join_community, "member", slug=place.slug)
    post = await publish(town, "@member @friend", audience="community", community=place.id)
    assert await mentioned(town, post) == {"member"}


async def test_whoever_does_not_want_to_be_named_is_not(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def only_friend(_tx: object, author_id: int, member_ids: Collection[int]) -> set[int]:
        assert author_id == town.ids["owner"]
        return set(member_ids) & {town.ids["friend"]}

    monkeypatch.setattr(ports, "may_mention", only_friend)
    assert await mentioned(town, await publish(town, "@member @friend")) == {"friend"}


async def test_a_post_for_whom_it_names_is_read_by_them_alone_until_it_names_others(town: Town) -> None:
    post = await publish(town, "psst @member", audience="mentioned")

    async def readers() -> set[str | None]:
        found: set[str | None] = set()
        for who in ("owner", "member", "friend", None):
            try:
                await town.act(actions.read_post, who, post_id=post.id)
            except NotThere:
                continue
            found.add(who)
        return found

    assert await readers() == {"owner", "member"}
    await town.act(actions.edit_post, "owner", post_id=post.id, draft=Draft(body="psst @friend"), seen=None)
    assert await readers() == {"owner", "friend"}
    await town.act(connections.block, "friend", person_id=town.ids["owner"])
    assert await readers() == {"owner"}


@pytest.mark.parametrize("text", ["nobody", "@owner", "@nobody_at_all", "`@member`"])
async def test_a_post_for_whom_it_names_must_name_somebody(town: Town, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        await publish(town, text, audience="mentioned")
    assert list(refused.value.fields) == ["audience"]


async def test_each_is_told_once_and_oneself_not(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    async def listen(_tx: object, event: Mentioned) -> None:
        told.append(event.member_id)

    monkeypatch.setattr(town.parts.database.dispatcher, "_handlers", {Mentioned: [listen]})
    await publish(town, "@member @member @owner @friend")
    assert sorted(told) == sorted([town.ids["member"], town.ids["friend"]])
