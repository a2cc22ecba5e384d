"""What is not published yet: kept, planned, and asked again when its time has come."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from town import Town

from swannery.accounts.actions.follow_users import follow_users
from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.foundation.errors import Invalid, NotThere
from swannery.posts import actions
from swannery.posts.models import Draft, Post, SavedDraft
from swannery.posts.ports import ports

pytestmark = pytest.mark.anyio
LATER = timedelta(hours=2)


async def drafts(town: Town, who: str = "owner") -> list[SavedDraft]:
    return await town.act(actions.list_drafts, who)


async def plan(town: Town, draft: Draft, *, who: str = "owner") -> int:
    return await town.act(actions.save_draft, who, draft=draft, publish_at=datetime.now(UTC) + LATER)


async def let_time_pass(town: Town) -> None:
    await town.sql("UPDATE swannery.drafts SET publish_at = publish_at - interval '3 hours'")
    for _ in range(2):  # once is enough, twice changes nothing
        async with town.parts.database.transaction() as tx:
            await actions.publish_due(tx)


async def posts(town: Town, who: str = "owner") -> list[Post]:
    return (await town.act(actions.latest_posts, who, after=None)).items


async def test_half_a_thought_is_kept_for_its_author_alone(town: Town) -> None:
    draft_id = await town.act(actions.save_draft, "owner", draft=Draft(body="", audience="nonsense", warning="w" * 500))
    again = await town.act(actions.save_draft, "owner", draft=Draft(body="more", audience="me"), draft_id=draft_id)
    assert again == draft_id
    assert [(one.draft.body, one.draft.audience) for one in await drafts(town)] == [("more", "me")]
    assert (await drafts(town, "member"), await posts(town)) == ([], [])
    for action, more in ((actions.read_draft, {}), (actions.delete_draft, {}), (actions.save_draft, {"draft": Draft(body="x")})):
        with pytest.raises(NotThere):
            await town.act(action, "member", draft_id=draft_id, **more)
    await town.act(actions.delete_draft, "owner", draft_id=draft_id)
    assert await drafts(town) == []


async def test_what_is_planned_is_published_once_when_its_time_has_come(town: Town) -> None:
    await plan(town, Draft(body="good morning", audience="public", warning="early"))
    async with town.parts.database.transaction() as tx:
        await actions.publish_due(tx)
    assert await posts(town) == []
    await let_time_pass(town)
    assert [(post.body, post.audience, post.warning) for post in await posts(town)] == [("good morning", "public", "early")]
    assert await drafts(town) == []


@pytest.mark.parametrize("away", [timedelta(seconds=-1), timedelta(days=400)])
async def test_a_moment_that_is_past_or_too_far_is_refused_at_its_field(town: Town, away: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        await town.act(actions.save_draft, "owner", draft=Draft(body="x"), publish_at=datetime.now(UTC) + away)
    assert list(refused.value.fields) == ["publish_at"]


async def test_what_may_not_be_published_any_more_is_kept_with_the_reason(town: Town) -> None:
    place = await town.act(communities.found_community, "owner", wanted=Foundation(name="Inside", purpose=""))
    await town.act(communities.join_community, "member", slug=place.slug)
    await plan(town, Draft(body="for us", audience="community", community_id=place.id), who="member")
    await plan(town, Draft(body="for me", audience="me"), who="member")
    await town.act(communities.leave_community, "member", slug=place.slug)
    await let_time_pass(town)
    (kept,) = await drafts(town, "member")
    assert (kept.draft.body, kept.publish_at) == ("for us", None)
    assert "not in this community" in kept.problem
    assert [post.body for post in await posts(town, "member")] == ["for me"]
    async with town.browser("member") as browser:
        assert "not in this community" in (await browser.get("/drafts")).text
        assert "for us" in (await browser.get(f"/compose?draft={kept.id}")).text


async def test_a_site_that_closed_takes_nothing_for_everyone_and_whoever_left_publishes_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plan(town, Draft(body="to all", audience="public"))
    await plan(town, Draft(body="to members"), who="member")
    monkeypatch.setattr(ports, "site_open", False)
    await town.sql("UPDATE public.users SET is_active = false WHERE username = 'member'")
    async with town.parts.database.transaction() as tx:
        await follow_users(tx, users=town.parts.config.users)
    await let_time_pass(town)
    assert await posts(town) == []
    rows = await town.sql("SELECT body, publish_at, problem <> '' FROM swannery.drafts ORDER BY body")
    assert [tuple(row) for row in rows] == [("to all", None, True), ("to members", None, True)]


async def test_the_composer_keeps_plans_and_publishes_a_draft(town: Town) -> None:
    async with town.browser("owner") as browser:
        kept = await browser.post("/posts", text="half", audience="friends", then="keep", client_key=uuid4())
        assert kept.headers["location"] == "/drafts"
        (draft,) = await drafts(town)
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0, second=0)
        local = (tomorrow + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
        await browser.post("/posts", text="half and half", draft=draft.id, publish_at=local, utc_offset=120, client_key=uuid4())
        (draft,) = await drafts(town)
        assert (draft.draft.body, draft.publish_at) == ("half and half", tomorrow)
        for moment in ("yesterday", "2020-01-01T10:00"):
            refused = await browser.post("/posts", text="words stay", draft=draft.id, publish_at=moment, client_key=uuid4())
            assert (refused.status_code, "words stay" in refused.text) == (422, True)
        await browser.post("/posts", text="whole", draft=draft.id, client_key=uuid4())
    assert ([post.body for post in await posts(town)], await drafts(town)) == (["whole"], [])


async def test_a_time_is_planned_by_the_clock_its_author_chose_also_over_a_change_of_clocks(town: Town) -> None:
    """Berlin is two hours ahead in July, one in January; the browser's clock counts only for whoever chose none."""
    year = datetime.now(UTC).year + 1
    async with town.browser("owner") as browser:
        for zone, local, meant in (
            ("Europe/Berlin", f"{year}-07-01T10:00", f"{year}-07-01T08:00"),
            ("Europe/Berlin", f"{year}-01-15T10:00", f"{year}-01-15T09:00"),
            ("", f"{year}-01-15T10:00", f"{year}-01-15T15:00"),
        ):
            await town.sql("UPDATE swannery.members SET time_zone = %(zone)s WHERE id = %(id)s", zone=zone, id=town.ids["owner"])
            await browser.post("/posts", text="by my clock", publish_at=local, utc_offset=-300, client_key=uuid4())
            (draft,) = await drafts(town)
            assert draft.publish_at == datetime.fromisoformat(f"{meant}+00:00")
            page = (await browser.get(f"/compose?draft={draft.id}")).text
            assert f'value="{local if zone else meant}"' in page
            assert (f'data-moment="{meant}Z"' in page, "By the clock of Europe/Berlin." in page) == (not zone, bool(zone))
            await town.act(actions.delete_draft, "owner", draft_id=draft.id)


async def test_an_erased_member_leaves_no_draft(town: Town) -> None:
    await plan(town, Draft(body="mine"))
    async with town.parts.database.transaction() as tx:
        await actions.erase_member(tx, member_id=town.ids["owner"])
    assert await town.sql("SELECT 1 FROM swannery.drafts") == []
