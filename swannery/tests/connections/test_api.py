"""Connections as JSON: the same deeds and lists as on the pages, and nothing more."""

from typing import Any

import httpx
import pytest
from town import Town

from swannery.connections.actions import training
from swannery.connections.models import TrainingPage

pytestmark = pytest.mark.anyio
NOTHING = {
    "is_me": False, "following": False, "follows_me": False, "friends": False, "request_sent": False, "request_received": False,
    "follow_requested": False, "wants_to_follow": False, "muting": False, "blocking": False, "trainer": "none", "client": "none",
}  # fmt: skip


async def ask(town: Town, who: str, method: str, path: str, **more: Any) -> httpx.Response:
    async with town.browser(who, api=True) as api:
        return await api.client.request(method, f"/api/v1{path}", **more)


async def stands(town: Town, who: str, method: str, whom: str, deed: str) -> set[str]:
    """Do it and return what is true then."""
    answer = await ask(town, who, method, f"/members/{town.ids[whom]}/{deed}")
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == set(NOTHING)
    return {name if value is True else f"{name} {value}" for name, value in answer.json().items() if value not in {False, "none"}}


async def test_following_and_friendship_from_beginning_to_end(town: Town) -> None:
    for _ in range(2):
        assert await stands(town, "member", "PUT", "owner", "follow") == {"following"}
    assert await stands(town, "member", "PUT", "owner", "friend-request") == {"following", "request_sent"}
    assert await stands(town, "owner", "DELETE", "member", "friend-request") == {"follows_me"}
    await stands(town, "member", "PUT", "owner", "friend-request")
    assert await stands(town, "member", "DELETE", "owner", "friend-request") == {"following"}
    await stands(town, "member", "PUT", "owner", "friend-request")
    assert await stands(town, "owner", "PUT", "member", "friendship") == {"friends", "following", "follows_me"}
    assert await stands(town, "owner", "DELETE", "member", "friendship") == {"following", "follows_me"}
    assert await stands(town, "owner", "DELETE", "member", "follower") == {"following"}
    assert await stands(town, "owner", "DELETE", "member", "follow") == set()
    refused = await ask(town, "owner", "PUT", f"/members/{town.ids['member']}/friendship")
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "There is no request of theirs any more. You can ask them yourself on their profile.",
    )  # fmt: skip


async def test_who_approves_followers_is_asked(town: Town) -> None:
    await town.sql("UPDATE swannery.members SET private = true WHERE id = %(id)s", id=town.ids["owner"])
    assert await stands(town, "member", "PUT", "owner", "follow") == {"follow_requested"}
    waiting = (await ask(town, "owner", "GET", "/me/requests?of=followers")).json()
    assert [one["person"]["id"] for one in waiting["items"]] == [town.ids["member"]]
    assert await stands(town, "owner", "DELETE", "member", "follower") == set()
    await stands(town, "member", "PUT", "owner", "follow")
    assert await stands(town, "owner", "PUT", "member", "follower") == {"follows_me"}
    assert (await ask(town, "owner", "GET", "/me/requests?of=followers")).json() == {"items": [], "next": None}


async def test_trainer_and_client_both_say_so(town: Town) -> None:
    await town.sql(
        "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at)"
        " VALUES (%(client)s, 'sessions', '1', %(trainer)s, now())",
        client=town.ids["member"], trainer=town.ids["trainer"],
    )  # fmt: skip
    assert await stands(town, "member", "GET", "trainer", "relation") == {"trainer recorded"}
    recorded = (await ask(town, "member", "GET", "/me/training")).json()
    assert (recorded["items"], [(one["person"]["id"], one["sessions"]) for one in recorded["recorded"]]) == ([], [(town.ids["trainer"], 1)])
    assert await stands(town, "member", "PUT", "trainer", "trainer") == {"trainer asked"}
    assert await stands(town, "trainer", "PUT", "member", "client") == {"client confirmed"}
    (client,) = (await ask(town, "trainer", "GET", "/me/training?role=client")).json()["items"]
    assert (client["person"]["id"], client["tie"], client["sessions"]) == (town.ids["member"], "confirmed", 1)
    assert await stands(town, "trainer", "DELETE", "member", "client") == set()
    assert (await ask(town, "member", "PUT", f"/members/{town.ids['owner']}/trainer")).status_code == 409
    assert await town.act(training.list_training, "member", role="trainer") == TrainingPage(items=())


async def test_mutes_and_blocks(town: Town) -> None:
    owner = town.ids["owner"]
    muted = await ask(town, "member", "PUT", f"/members/{owner}/mute", params={"days": 7})
    assert muted.json()["muting"] is True
    (one,) = (await ask(town, "member", "GET", "/me/muted")).json()["items"]
    assert (one["person"]["id"], one["until"] is None) == (owner, False)
    assert (await ask(town, "member", "PUT", f"/members/{owner}/mute", params={"days": 5})).status_code == 422
    assert await stands(town, "member", "DELETE", "owner", "mute") == set()
    assert await stands(town, "member", "PUT", "owner", "block") == {"blocking"}
    for who, other in (("member", "owner"), ("owner", "member")):
        for method, path in (("GET", "relation"), ("GET", ""), ("GET", "posts"), ("GET", "friends"), ("PUT", "follow")):
            answer = await ask(town, who, method, f"/members/{town.ids[other]}/{path}".rstrip("/"))
            assert answer.status_code == 404, (who, path)
    assert [one["id"] for one in (await ask(town, "member", "GET", "/me/blocked")).json()["items"]] == [owner]
    assert await stands(town, "member", "DELETE", "owner", "block") == set()


async def test_a_profile_tells_what_its_reader_may_know(town: Town) -> None:
    owner = town.ids["owner"]
    await stands(town, "member", "PUT", "owner", "follow")
    found = (await ask(town, "member", "GET", f"/members/{owner}")).json()
    assert (found["person"]["handle"], found["relation"]["following"], found["counts"]) == (
        town.handles["owner"], True, {"friends": 0, "followers": 1, "followees": 0},
    )  # fmt: skip
    assert found["last_seen_at"] is None
    await town.sql("UPDATE swannery.members SET last_seen_at = now(), activity_to = 'members' WHERE id = %(id)s", id=owner)
    assert (await ask(town, "member", "GET", f"/members/{owner}")).json()["last_seen_at"] is not None
    followers = (await ask(town, "neighbour", "GET", f"/members/{owner}/followers")).json()
    assert ([one["id"] for one in followers["items"]], followers["next_after"]) == ([town.ids["member"]], None)
    names = {one["name"] for one in (await ask(town, "member", "GET", "/members?q=mx")).json()["items"]}
    assert ("Mx Owner" in names, "Mx Member" in names) == (True, False)
    assert (await ask(town, "member", "GET", "/members/999999999")).status_code == 404


async def test_circles_are_made_filled_renamed_and_deleted(town: Town) -> None:
    made = await ask(town, "member", "POST", "/circles", json={"name": "Runners"})
    assert (made.status_code, made.json()["size"]) == (201, 0)
    path = f"/circles/{made.json()['id']}"
    for _ in range(2):
        assert (await ask(town, "member", "PUT", f"{path}/people/{town.ids['owner']}")).status_code == 204
    assert [one["id"] for one in (await ask(town, "member", "GET", f"{path}/people")).json()["items"]] == [town.ids["owner"]]
    again = await ask(town, "member", "POST", "/circles", json={"name": "runners"})
    assert (again.status_code, "name" in again.text) == (422, True)
    assert (await ask(town, "member", "PUT", path, json={"name": "Tuesday"})).status_code == 204
    assert (await ask(town, "member", "GET", "/circles")).json()["items"] == [{"id": made.json()["id"], "name": "Tuesday", "size": 1}]
    for method, where in (("GET", f"{path}/people"), ("PUT", f"{path}/people/{town.ids['friend']}"), ("DELETE", path)):
        assert (await ask(town, "owner", method, where)).status_code == 404
    await town.sql(
        "INSERT INTO swannery.blocks (blocker_id, blocked_id) VALUES (%(one)s, %(other)s)", one=town.ids["friend"], other=town.ids["member"]
    )
    assert (await ask(town, "member", "PUT", f"{path}/people/{town.ids['friend']}")).status_code == 404
    assert (await ask(town, "member", "DELETE", f"{path}/people/{town.ids['owner']}")).status_code == 204
    assert (await ask(town, "member", "DELETE", path)).status_code == 204
    assert (await ask(town, "member", "GET", "/circles")).json() == {"items": []}
