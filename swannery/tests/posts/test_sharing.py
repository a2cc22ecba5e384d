"""Handing a post on: never to anybody who could not read it anyway."""

from datetime import timedelta
from uuid import uuid4

import pytest
from town import Town

from swannery.activities.actions import import_activities, list_activities
from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.connections import actions as connections
from swannery.feeds import actions as feeds
from swannery.foundation.database import statements_sent
from swannery.foundation.errors import Invalid, NotAllowed, NotThere
from swannery.posts import actions
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio


async def publish(town: Town, who: str = "owner", text: str = "the original", *, audience: str = "members") -> int:
    return await town.act(actions.publish_post, who, draft=Draft(body=text, audience=audience))


async def share(town: Town, who: str, post_id: int, *, words: str = "", audience: str = "members", community: int | None = None) -> int:
    draft = Draft(body=words, audience=audience, community_id=community)
    return await town.act(actions.share_post, who, post_id=post_id, draft=draft)


async def shares(town: Town, who: str | None, post_id: int) -> int:
    return (await town.act(actions.read_post, who, post_id=post_id)).share_count


async def test_a_share_shows_its_original_and_a_quote_ones_own_words_as_well(town: Town) -> None:
    post_id = await publish(town)
    for words, kind in (("", "share"), ("look", "text")):
        found = await town.act(actions.read_post, "friend", post_id=await share(town, "member", post_id, words=words))
        assert (found.kind, found.body, found.original_id) == (kind, words, post_id)
        assert found.original is not None
        assert found.original.body == "the original"
    assert await shares(town, "friend", post_id) == 2


async def test_what_shares_a_share_points_at_the_post_itself(town: Town) -> None:
    post_id = await publish(town)
    again = await share(town, "friend", await share(town, "member", post_id))
    assert (await town.act(actions.read_post, "follower", post_id=again)).original_id == post_id
    assert await shares(town, "owner", post_id) == 2


async def test_a_share_goes_with_its_original_and_a_quote_keeps_its_own_words(town: Town) -> None:
    post_id = await publish(town)
    shared, quoted = await share(town, "member", post_id), await share(town, "member", post_id, words="mine")
    await town.act(actions.delete_post, "owner", post_id=post_id)
    for who in ("member", "friend"):
        with pytest.raises(NotThere):
            await town.act(actions.read_post, who, post_id=shared)
        left = await town.act(actions.read_post, who, post_id=quoted)
        assert (left.body, left.original, left.original_id) == ("mine", None, post_id)


async def test_whom_the_author_blocked_sees_neither_share_nor_quoted_words(town: Town) -> None:
    post_id = await publish(town)
    shared, quoted = await share(town, "member", post_id), await share(town, "member", post_id, words="mine")
    await town.act(connections.block, "owner", person_id=town.ids["friend"])
    with pytest.raises(NotThere):
        await town.act(actions.read_post, "friend", post_id=shared)
    async with town.browser("friend") as browser:
        text = (await browser.get(f"/posts/{quoted}")).text + (await browser.get("/discover")).text
    assert "mine" in text
    assert "the original" not in text
    assert "Mx Owner" not in text


@pytest.mark.parametrize("audience", ["followers", "friends", "me"])
async def test_what_its_author_meant_for_a_few_is_shared_by_nobody_else(town: Town, audience: str) -> None:
    await town.act(connections.follow, "member", person_id=town.ids["owner"])
    await town.act(connections.send_friend_request, "member", person_id=town.ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=town.ids["member"])
    post_id = await publish(town, audience=audience)
    with pytest.raises(NotThere if audience == "me" else NotAllowed):
        await share(town, "member", post_id, audience="friends")
    with pytest.raises(Invalid) as refused:
        await share(town, "owner", post_id, audience="members")
    assert list(refused.value.fields) == ["audience"]
    assert await share(town, "owner", post_id, audience=audience)


async def test_what_is_for_members_is_not_handed_to_strangers_nor_a_communitys_to_others(town: Town) -> None:
    place = await town.act(communities.found_community, "owner", wanted=Foundation(name="Inside", purpose=""))
    other = await town.act(communities.found_community, "owner", wanted=Foundation(name="Outside", purpose=""))
    inside = await town.act(actions.publish_post, "owner", draft=Draft(body="x", audience="community", community_id=place.id))
    members = await publish(town)
    for post_id, audience, community in ((members, "public", None), (inside, "members", None), (inside, "community", other.id)):
        with pytest.raises(Invalid):
            await share(town, "owner", post_id, audience=audience, community=community)
    assert await share(town, "owner", inside, audience="community", community=place.id)
    assert await share(town, "owner", members, audience="community", community=place.id)


async def test_shares_are_counted_while_they_can_be_seen_and_private_ones_are_not_told(town: Town) -> None:
    post_id = await publish(town, audience="public")
    shared = await share(town, "member", post_id)
    await share(town, "friend", post_id, audience="me")
    assert await shares(town, "owner", post_id) == 1
    for state, expected in (("held", 0), ("shown", 1), ("removed", 0), ("held", 0), ("shown", 1)):
        async with town.parts.database.transaction() as tx:
            await actions.set_state(tx, post_id=shared, state=state)  # type: ignore[arg-type] # a state, each of them
        assert await shares(town, "owner", post_id) == expected, state
    await town.act(actions.delete_post, "member", post_id=shared)
    assert await shares(town, "owner", post_id) == 0
    await share(town, "blocked", post_id)
    await town.act(connections.block, "owner", person_id=town.ids["blocked"])
    assert (await shares(town, "owner", post_id), await shares(town, "member", post_id)) == (0, 1)
    async with town.parts.database.transaction() as tx:
        await actions.recount_around(tx, member_ids=[town.ids["blocked"], town.ids["friend"]])
    assert await shares(town, "member", post_id) == 1


async def test_the_same_form_twice_shares_once_and_a_refused_one_keeps_its_words(town: Town) -> None:
    post_id = await publish(town)
    async with town.browser("member") as browser:
        assert "the original" in (await browser.get(f"/posts/{post_id}/share")).text
        key = uuid4()
        places = {
            (await browser.post(f"/posts/{post_id}/share", text="see", audience="friends", client_key=key)).headers["location"]
            for _ in range(2)
        }
        assert len(places) == 1
        refused = await browser.post(f"/posts/{post_id}/share", text="see you there", audience="public", client_key=uuid4())
    assert refused.status_code == 422
    assert "see you there" in refused.text
    assert "only members can be shown it" in refused.text


async def test_the_busiest_home_takes_five_statements_beside_that_for_its_reader(town: Town) -> None:
    await town.act(connections.follow, "member", person_id=town.ids["owner"])
    await town.act(connections.block, "member", person_id=town.ids["blocked"])
    post_id = await publish(town, "neighbour")
    for number in range(12):
        await share(town, "owner", post_id, words=f"quote {number}" if number % 2 else "")
    async with town.parts.database.transaction() as tx:
        await import_activities(tx, tables=town.parts.config.activities, since=tx.now - timedelta(days=30))
    done = (await town.act(list_activities, "owner"))[0]
    await town.act(actions.share_activity, "owner", activity_id=done.id, draft=Draft(body=""))
    async with town.acting("member") as (tx, viewer):
        sent: list[str] = []
        statements_sent.set(sent)
        found = await feeds.read_home(tx, viewer=viewer, after=None, limit=10)
    assert len(found.items) == 10
    assert sum(item.post.original is not None for item in found.items) == 9
    # the kept list, what lies beyond it, the posts with what they hand on, whom to leave out of counts, people on cards
    assert len(sent) == 5, [text[:60] for text in sent]
