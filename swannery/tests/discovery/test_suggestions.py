"""Whom one may know: the reasons, in order; whoever is hidden, known or unwilling never appears."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import PEOPLE, Town

from swannery.accounts.actions.own_profile import change_openness
from swannery.connections import actions as connections
from swannery.connections.actions import training
from swannery.discovery import actions
from swannery.discovery.models import Clue
from swannery.discovery.rules import worth
from swannery.foundation.errors import NotThere
from swannery.posts import actions as posts
from swannery.posts.models import Draft

pytestmark = pytest.mark.anyio


async def suggested(town: Town, who: str) -> dict[str, dict[str, tuple[int, tuple[str, ...]]]]:
    found = await town.act(actions.suggest, who)
    names = {number: name for name, number in town.ids.items()}
    return {names[one.person.id]: {clue.kind: (clue.count, clue.names) for clue in one.clues} for one in found}


async def befriend(town: Town, one: str, other: str) -> None:
    await town.act(connections.send_friend_request, one, person_id=town.ids[other])
    await town.act(connections.accept_friend_request, other, person_id=town.ids[one])


async def train(town: Town, who: str, trainer: str) -> None:
    await town.sql(
        "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at)"
        " VALUES (%(who)s, 'sessions', gen_random_uuid()::text, %(trainer)s, now())",
        who=town.ids[who],
        trainer=town.ids[trainer],
    )


async def confirm(town: Town, who: str, trainer: str) -> None:
    await train(town, who, trainer)
    await town.act(training.confirm_trainer, who, person_id=town.ids[trainer])
    await town.act(training.confirm_client, trainer, person_id=town.ids[who])


async def test_each_reason_is_told_with_what_may_be_told_of_it(town: Town) -> None:
    await befriend(town, "member", "friend")
    await befriend(town, "friend", "owner")
    await confirm(town, "member", "trainer")
    await confirm(town, "neighbour", "trainer")
    await town.act(connections.follow, "member", person_id=town.ids["follower"])
    await town.act(connections.follow, "follower", person_id=town.ids["asker"])
    for who in ("member", "gone"):
        await town.act(posts.publish_post, who, draft=Draft(body="up early #coldplunge"))
    found = await suggested(town, "member")
    assert found == {
        "owner": {"friends": (1, ())},
        "trainer": {"trains_you": (1, ())},
        "neighbour": {"trainer": (1, ("Mx Trainer",))},
        "asker": {"followed": (1, ())},
        "gone": {"tag": (1, ("coldplunge",))},
    }
    assert list(found) == ["trainer", "owner", "neighbour", "asker", "gone"]
    assert set(await suggested(town, "trainer")) == {"member", "neighbour"}


async def test_who_is_hidden_known_dismissed_or_unwilling_is_not_suggested(town: Town) -> None:
    for other in ("owner", "neighbour", "asker", "blocked", "follower", "trainer", "gone"):
        await befriend(town, "friend", other)
    await befriend(town, "member", "friend")
    assert len(await suggested(town, "member")) == 7
    await town.act(connections.block, "blocked", person_id=town.ids["member"])
    await town.act(connections.follow, "member", person_id=town.ids["follower"])
    await town.act(connections.send_friend_request, "asker", person_id=town.ids["member"])
    await town.act(change_openness, "neighbour", suggested=False)
    await town.act(actions.dismiss, "member", person_id=town.ids["owner"], on=True)
    await town.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=town.ids["gone"])
    await town.sql("UPDATE swannery.members SET private = true WHERE id = %(id)s", id=town.ids["trainer"])
    assert set(await suggested(town, "member")) == {"trainer"}
    await town.act(connections.follow, "member", person_id=town.ids["trainer"])
    assert await suggested(town, "member") == {}
    await town.act(actions.dismiss, "member", person_id=town.ids["owner"], on=False)
    assert set(await suggested(town, "member")) == {"owner"}


@pytest.mark.parametrize("silent", ["member", "neighbour", "trainer"])
async def test_who_trains_whom_is_told_to_a_third_only_when_all_said_so(town: Town, silent: str) -> None:
    """Sessions that the app recorded, or what one of two said, is nobody else's to know."""
    for who in ("member", "neighbour"):
        await train(town, who, "trainer")
        if who != silent:
            await town.act(training.confirm_trainer, who, person_id=town.ids["trainer"])
        if silent != "trainer":
            await town.act(training.confirm_client, "trainer", person_id=town.ids[who])
    assert set(await suggested(town, "member")) == {"trainer"}
    assert set(await suggested(town, "neighbour")) == {"trainer"}


async def test_a_trainer_who_blocked_somebody_is_no_reason_to_meet_them(town: Town) -> None:
    await confirm(town, "member", "trainer")
    await confirm(town, "neighbour", "trainer")
    await town.act(connections.block, "neighbour", person_id=town.ids["trainer"])
    assert set(await suggested(town, "member")) == {"trainer"}


async def test_hashtags_of_posts_one_may_not_read_are_no_reason(town: Town) -> None:
    await town.act(posts.publish_post, "member", draft=Draft(body="mine #secret"))
    await town.act(posts.publish_post, "owner", draft=Draft(body="theirs #secret", audience="me"))
    assert await suggested(town, "member") == {}


async def test_nobody_is_dismissed_whom_one_must_not_know_of(town: Town) -> None:
    await town.act(connections.block, "blocker", person_id=town.ids["member"])
    for person_id in (town.ids["blocker"], town.ids["member"], 999999):
        with pytest.raises(NotThere):
            await town.act(actions.dismiss, "member", person_id=person_id, on=True)
    assert await town.sql("SELECT 1 FROM swannery.suggestion_dismissals") == []


async def test_an_erased_member_leaves_no_dismissal(town: Town) -> None:
    await town.act(actions.dismiss, "member", person_id=town.ids["owner"], on=True)
    await town.act(actions.dismiss, "owner", person_id=town.ids["friend"], on=True)
    async with town.parts.database.transaction() as tx:
        await actions.erase_member(tx, member_id=town.ids["owner"])
    assert await town.sql("SELECT 1 FROM swannery.suggestion_dismissals") == []


async def test_the_page_the_part_beside_and_the_api(town: Town) -> None:
    await befriend(town, "member", "friend")
    await befriend(town, "friend", "owner")
    owner = town.ids["owner"]
    async with town.browser("member") as browser, town.browser("member", api=True) as api:
        page = await browser.get("/suggestions")
        assert ("Mx Owner" in page.text, "1 friend in common" in page.text) == (True, True)
        beside = await browser.get("/suggestions", **{"hx-request": "true"})
        assert ("<html" in beside.text, "Mx Owner" in beside.text) == (False, True)
        (item,) = (await api.get("/api/v1/suggestions")).json()["items"]
        assert (item["person"]["id"], item["reasons"]) == (owner, [{"kind": "friends", "count": 1, "names": []}])
        assert "Undo" in (await browser.post(f"/suggestions/{owner}/dismiss", headers={"hx-request": "true"})).text
        assert "Nobody comes to mind yet" in (await browser.get("/suggestions")).text
        assert (await api.client.delete(f"/api/v1/suggestions/{owner}/dismissal")).status_code == 204
        assert "Mx Owner" in (await browser.get("/suggestions")).text
        assert (await api.client.put(f"/api/v1/suggestions/{owner}/dismissal")).status_code == 204
        assert (await api.get("/api/v1/suggestions")).json() == {"items": []}
        assert 'hx-get="/suggestions"' in (await browser.get("/")).text


async def test_being_suggested_is_a_choice_on_the_page_and_in_the_api(town: Town) -> None:
    async with town.browser("owner") as browser, town.browser("owner", api=True) as api:
        assert 'name="suggested" value="1" checked' in (await browser.get("/settings/privacy")).text
        await browser.post("/settings/privacy")
        assert (await api.get("/api/v1/me")).json()["suggested"] is False
        assert (await api.client.patch("/api/v1/me", json={"suggested": True})).json()["suggested"] is True


def test_a_tenth_in_common_says_less_than_the_first() -> None:
    values = [worth(Clue(kind="friends", count=count)) for count in range(4)]
    assert values[0] == 0
    assert values[1] - values[0] > values[2] - values[1] > values[3] - values[2] > 0


PAIRS = st.sets(st.tuples(st.sampled_from(PEOPLE[:6]), st.sampled_from(PEOPLE[:6])).filter(lambda pair: pair[0] < pair[1]), max_size=9)


def pairs_of(who: str, pairs: set[tuple[str, str]]) -> Iterator[str]:
    for one, other in pairs:
        if who in {one, other}:
            yield other if one == who else one


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(friends=PAIRS, blocks=PAIRS)
async def test_whatever_stands_between_people_only_friends_of_friends_appear(
    town: Town, friends: set[tuple[str, str]], blocks: set[tuple[str, str]]
) -> None:
    """Compared with a few lines that know nothing of the query."""
    for table in ("friendships", "blocks"):
        await town.sql(f"DELETE FROM swannery.{table}")
    standing = friends - blocks
    for one, other in standing:
        for here, there in ((one, other), (other, one)):
            await town.sql(
                "INSERT INTO swannery.friendships (member_id, friend_id) VALUES (%(a)s, %(b)s)", a=town.ids[here], b=town.ids[there]
            )
    for one, other in blocks:
        await town.sql("INSERT INTO swannery.blocks (blocker_id, blocked_id) VALUES (%(a)s, %(b)s)", a=town.ids[one], b=town.ids[other])
    for viewer in PEOPLE[:6]:
        mine, apart = set(pairs_of(viewer, standing)), set(pairs_of(viewer, blocks))
        expected = {
            other: {"friends": (len(common), ())}
            for other in set(PEOPLE[:6]) - mine - apart - {viewer}
            if (common := mine & set(pairs_of(other, standing)))
        }
        assert await suggested(town, viewer) == expected, list(product([viewer], friends, blocks))


async def test_a_few_are_the_likeliest_of_all(town: Town) -> None:
    """Ranked in the database as by the rules; what the few have in common with the viewer is told whole."""
    for other in ("owner", "neighbour", "asker", "gone"):
        await confirm(town, other, "trainer")
    await confirm(town, "member", "trainer")
    await befriend(town, "member", "friend")
    await befriend(town, "friend", "asker")
    everybody = await town.act(actions.suggest, "member")
    for limit in range(1, len(everybody) + 1):
        assert await town.act(actions.suggest, "member", limit=limit) == everybody[:limit]
    assert {clue.kind for clue in everybody[1].clues} == {"friends", "trainer"}
    for session in range(20):
        await train(town, "owner" if session % 2 else "gone", "trainer")
    assert await town.act(actions.suggest, "member") == everybody
