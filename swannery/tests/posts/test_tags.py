"""Hashtags: found where people mean them, linked, and listed to those who may read the posts."""

import pytest
from town import Town

from swannery.posts import actions
from swannery.posts.models import Draft
from swannery.posts.rendering import MOST_TAGS, render

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Legday with #legday", ["legday"]),
        ("Über #Rückenfit, #größe_42!", ["rückenfit", "grösse_42"]),
        ("#ÉTÉ #日本語 #हिन्दी #می‌خواهم", ["été", "日本語", "हिन्दी", "می‌خواهم"]),
        ("(#one) *#two*\n- #three", ["one", "two", "three"]),
        ("#1 #2024 #_ a#b https://x.example/#part &#x41; ##double #" + "x" * 51, []),
        ("`#code` [#link](https://x.example) \\#escaped\n\n    #block", []),
        ("# Heading", []),
        (" ".join(f"#tag{number}" for number in range(30)), [f"tag{number}" for number in range(MOST_TAGS)]),
    ],
)
async def test_tags_are_found_where_they_are_meant(text: str, tags: list[str]) -> None:
    found = render(text)
    assert list(found.tags) == tags
    assert found.html.count('href="/tags/') >= len(tags)
    assert (found.html.count('href="/tags/') == 0) == (not tags)


async def test_a_tag_lists_what_has_it_to_those_who_may_read_it_newest_first(town: Town) -> None:
    ids = {
        audience: await town.act(actions.publish_post, "owner", draft=Draft(body=f"{audience} #Swing", audience=audience))
        for audience in ("public", "members", "me")
    }
    await town.act(actions.publish_post, "owner", draft=Draft(body="#swingers and #other"))
    for who, expected in (("owner", ["me", "members", "public"]), ("member", ["members", "public"]), (None, ["public"])):
        page = await town.act(actions.posts_tagged, who, tag="swing", after=None)
        assert [post.id for post in page.items] == [ids[one] for one in expected]
        async with town.browser(who) as browser:
            text = (await browser.get("/tags/SWING")).text
        assert [audience for audience in ids if f"{audience} <a href=" in text] == sorted(expected, reverse=True, key=list(ids)[::-1].index)


async def test_what_is_no_tag_is_not_there_and_one_nobody_used_is_empty(town: Town) -> None:
    async with town.browser("member") as browser:
        assert (await browser.get("/tags/12")).status_code == 404
        answer = await browser.get("/tags/<b>")
        assert answer.status_code == 404
        empty = await browser.get("/tags/nobodyusedthis")
    assert (empty.status_code, "Nothing here yet" in empty.text) == (200, True)


async def test_an_erased_members_tags_are_gone(town: Town) -> None:
    await town.act(actions.publish_post, "member", draft=Draft(body="#mine"))
    async with town.parts.database.transaction() as tx:
        await actions.erase_member(tx, member_id=town.ids["member"])
    assert await town.sql("SELECT tag FROM swannery.post_tags") == []
