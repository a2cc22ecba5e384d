"""What people let each other do. A block goes before every choice, a request opens nothing, a stranger is let do nothing."""

from uuid import uuid4

import pytest
from town import Town

from swannery.accounts.models import Deed
from swannery.connections import actions as connections
from swannery.connections.actions.permitting import lets, who_lets
from swannery.posts import actions as posts
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio
COLUMNS: dict[Deed, str] = {"message": "message_from", "mention": "mention_from", "tag": "tag_from", "activity": "activity_to"}
EXPECTED = {
    "members": {"owner", "member", "friend", "followed", "asker"},
    "followed": {"owner", "friend", "followed"},
    "friends": {"owner", "friend"},
    "nobody": {"owner"},
}


@pytest.mark.parametrize("deed", COLUMNS)
async def test_each_deed_is_open_to_those_whom_the_choice_names(town: Town, deed: Deed) -> None:
    ids = town.ids
    await town.act(connections.send_friend_request, "friend", person_id=ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=ids["friend"])
    await town.act(connections.follow, "owner", person_id=ids["neighbour"])
    await town.sql("UPDATE swannery.members SET private = true WHERE id = %(id)s", id=ids["asker"])
    await town.act(connections.follow, "owner", person_id=ids["asker"])  # waits for approval
    await town.act(connections.block, "owner", person_id=ids["blocked"])
    await town.act(connections.block, "blocker", person_id=ids["owner"])
    people = {"owner", "member", "friend", "neighbour", "asker", "blocked", "blocker", None}
    for choice, expected in EXPECTED.items():
        await town.sql(f"UPDATE swannery.members SET {COLUMNS[deed]} = %(choice)s WHERE id = %(id)s", choice=choice, id=ids["owner"])
        found = {who for who in people if await town.act(lets, who, deed=deed, person_id=ids["owner"])}
        assert found == {"neighbour" if who == "followed" else who for who in expected}, choice


async def test_many_are_asked_at_once_and_who_is_away_lets_nobody(town: Town) -> None:
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    ids = [town.ids[name] for name in ("owner", "member", "gone")]
    assert await town.act(who_lets, "friend", deed="mention", ids=[*ids, 999_999]) == set(ids[:2])


async def test_whoever_lets_nobody_mention_them_is_neither_linked_nor_named_by_a_post(town: Town) -> None:
    await town.sql("UPDATE swannery.members SET mention_from = 'nobody' WHERE id = %(id)s", id=town.ids["member"])
    body = f"Well done @{town.handles['member']} and @{town.handles['friend']}"
    post_id = await town.act(posts.publish_post, "owner", draft=Draft(body=body, audience="members", client_key=uuid4()))
    found = await town.sql("SELECT mentioned, body_html FROM swannery.posts WHERE id = %(id)s", id=post_id)
    assert found[0][0] == [town.ids["friend"]]
    assert f'href="/@{town.handles["friend"]}"' in found[0][1]
    assert f'href="/@{town.handles["member"]}"' not in found[0][1]
