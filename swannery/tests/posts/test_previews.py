"""What a post shows of the page it links to: read in the background, a stranger's text and picture, for the post's own readers."""

import asyncio
import re
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile import lake, saved
from outside import Answer, World, world
from town import Town

from swannery.accounts.actions.erase_member import erase_member
from swannery.connections import actions as connections
from swannery.foundation.confining import run_confined
from swannery.foundation.errors import NotAllowed, NotThere
from swannery.media.actions import sweep
from swannery.posts import actions as posts
from swannery.posts import page_reading
from swannery.posts.actions.previewing import LARGEST_PAGE
from swannery.posts.jobs import PREVIEW
from swannery.posts.models import Draft, Post
from swannery.posts.ports import PreviewMeans, ports
from swannery.posts.previews import LONGEST_DESCRIPTION, LONGEST_TITLE, PageFacts, link_of, picture_address, told

pytestmark = pytest.mark.anyio
PICTURE = saved(lake(400, 300), "JPEG")
HOSTILE = b"""<html><head><meta charset=utf-8><title>Plain</title>
<meta property="og:title" content="<script>alert(1)</script> &quot;Lake&quot;"><meta name="description" content="Cold &amp; clear">
<meta property="og:image" content="/lake.jpg"><meta property="og:image:alt" content="A lake"><meta property="og:site_name" content="Bank">
</head><body><title>Not this</title></body></html>"""


@pytest.fixture
async def outside(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with world() as made:
        made.site.answers["/"] = Answer(HOSTILE)
        made.site.answers["/lake.jpg"] = Answer(PICTURE, kind="image/jpeg")
        means = PreviewMeans(outbound=made.outbound(), darkroom=town.parts.darkroom, own_host="town.test")
        monkeypatch.setattr(ports, "previews", means)
        yield made


async def publish(town: Town, text: str, *, who: str = "owner", **more: Any) -> int:
    return await town.act(posts.publish_post, who, draft=Draft(body=text, **more))


async def read(town: Town, post_id: int, *, who: str = "friend") -> Post:
    return await town.act(posts.read_post, who, post_id=post_id)


async def look(town: Town, post_id: int) -> None:
    await posts.make_preview(town.parts.database, post_id=post_id)


async def deferred(town: Town) -> list[int]:
    found = await town.sql(
        "SELECT (args ->> 'post_id')::int FROM swannery.procrastinate_jobs WHERE task_name = 'posts.preview' ORDER BY id"
    )
    return [row[0] for row in found]


async def befriend(town: Town) -> None:
    await town.act(connections.send_friend_request, "friend", person_id=town.ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=town.ids["friend"])


async def status(town: Town, who: str | None, key: str) -> int:
    async with town.browser(who, api=True) as browser:
        return (await browser.client.get(f"/api/v1/pictures/{key}/large")).status_code


async def test_a_post_shows_what_the_linked_page_says_of_itself(town: Town, outside: World) -> None:
    link = outside.address()
    post_id = await publish(town, f"Look: {link}")
    assert await deferred(town) == [post_id]
    async with town.parts.queue.worker(name="test"):
        preview = None
        for _ in range(200):
            preview = (await read(town, post_id)).preview
            if preview is not None:
                break
            await asyncio.sleep(0.05)
    assert preview is not None
    assert (preview.title, preview.description) == ('<script>alert(1)</script> "Lake"', "Cold & clear")
    assert (preview.url, preview.host) == (link, "gym.example")
    assert preview.picture is not None
    assert preview.picture.alt == "A lake"
    async with town.browser("friend", api=True) as api:
        shown = (await api.client.get(f"/api/v1/posts/{post_id}")).json()["preview"]
    assert shown["picture"]["urls"]["large"] == f"/api/v1/pictures/{preview.picture.key}/large"
    async with town.browser("friend") as browser:
        html = (await browser.get(f"/posts/{post_id}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &#34;Lake&#34;" in html
    assert f'<a class="link-preview" href="{link}" rel="nofollow ugc noopener noreferrer">' in html
    assert "Bank" not in html
    assert (await status(town, "friend", preview.picture.key), await status(town, None, preview.picture.key)) == (200, 404)


async def test_its_picture_is_seen_by_readers_of_the_post_alone(town: Town, outside: World) -> None:
    await befriend(town)
    post_id = await publish(town, outside.address(), audience="friends")
    await look(town, post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert preview.picture is not None
    seen = {who: await status(town, who, preview.picture.key) for who in ("owner", "friend", "neighbour", "blocked")}
    assert seen == {"owner": 200, "friend": 200, "neighbour": 404, "blocked": 404}
    await town.act(posts.delete_post, "owner", post_id=post_id)
    assert await status(town, "friend", preview.picture.key) == 404


@pytest.mark.parametrize("audience", ["me", "mentioned"])
async def test_of_what_is_for_few_no_server_hears(town: Town, outside: World, audience: Any) -> None:
    post_id = await publish(town, f"@{town.handles['friend']} {outside.address()}", audience=audience)
    assert (await deferred(town), (await read(town, post_id, who="owner")).preview) == ([], None)
    await look(town, post_id)
    assert outside.site.asked == []


async def test_nothing_is_read_where_the_site_says_so(town: Town, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = await publish(town, outside.address())
    monkeypatch.setattr(ports, "previews", None)
    await publish(town, f"Again {outside.address()}")
    assert await deferred(town) == [waiting]
    await look(town, waiting)
    assert outside.site.asked == []
    assert (await read(town, waiting, who="owner")).preview is None


def test_the_first_link_to_the_web_is_shown_unless_the_post_shows_something_else() -> None:
    links = ("mailto:a@gym.example", "/tags/lake", "https://town.test/posts/1", "https://gym.example/a", "https://other.example/")
    assert link_of(links, audience="members", attached=False, own_host="town.test") == "https://gym.example/a"
    assert link_of(links, audience="members", attached=True, own_host="town.test") is None
    assert link_of(("http://[::1", "https:///x", "ftp://a.example/"), audience="members", attached=False, own_host="") is None
    assert link_of((f"https://a.example/{'x' * 2000}",), audience="members", attached=False, own_host="") is None


async def test_a_held_post_is_looked_at_when_it_is_shown(town: Town, outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hold(*_: object) -> bool:
        return True

    monkeypatch.setattr(ports, "must_be_held", hold)
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    assert (await deferred(town), outside.site.asked) == ([], [])
    async with town.acting("owner") as (tx, _):
        await posts.set_state(tx, post_id=post_id, state="shown")
    assert await deferred(town) == [post_id]
    await look(town, post_id)
    assert (await read(town, post_id)).preview is not None


async def test_a_post_that_was_deleted_meanwhile_is_looked_at_when_it_is_back(town: Town, outside: World) -> None:
    post_id = await publish(town, outside.address())
    await town.act(posts.delete_post, "owner", post_id=post_id)
    await look(town, post_id)
    assert outside.site.asked == []
    await town.act(posts.restore_post, "owner", post_id=post_id)
    assert await deferred(town) == [post_id, post_id]
    await look(town, post_id)
    assert (await read(town, post_id)).preview is not None


async def test_reading_it_twice_changes_nothing(town: Town, outside: World) -> None:
    post_id = await publish(town, outside.address())
    await asyncio.gather(look(town, post_id), look(town, post_id))
    await look(town, post_id)
    kept = await town.sql("SELECT key FROM swannery.pictures WHERE post_id = %(id)s", id=post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert preview.picture is not None
    assert [row[0] for row in kept] == [preview.picture.key]
    assert len(outside.site.asked) <= 4


async def change(town: Town, post_id: int, text: str, **more: Any) -> None:
    post = await read(town, post_id, who="owner")
    await town.act(posts.edit_post, "owner", post_id=post_id, draft=Draft(body=text, **more), seen=post.edited_at)


async def test_another_link_is_looked_at_anew_and_the_same_is_not(town: Town, outside: World) -> None:
    outside.site.answers["/other"] = Answer(b"<title>Other</title>")
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    before = (await read(town, post_id)).preview
    assert before is not None
    assert before.picture is not None
    await change(town, post_id, f"More words. {outside.address()}")
    assert (await read(town, post_id)).preview == before
    assert (await status(town, "friend", before.picture.key), len(await deferred(town))) == (200, 1)
    await change(town, post_id, outside.address("/other"))
    assert ((await read(town, post_id)).preview, len(await deferred(town))) == (None, 2)
    assert await status(town, "friend", before.picture.key) == 404
    await look(town, post_id)
    after = (await read(town, post_id)).preview
    assert after is not None
    assert (after.title, after.picture) == ("Other", None)
    await change(town, post_id, "No link any more.")
    assert (await read(town, post_id, who="owner")).preview is None


@pytest.mark.parametrize("after", ["No link any more.", "Another: {other}"])
async def test_what_was_read_for_a_link_that_is_gone_is_not_kept(town: Town, outside: World, after: str) -> None:
    outside.site.answers["/"] = Answer(HOSTILE, pieces=2, pause_s=0.5)
    post_id = await publish(town, outside.address())
    looking = asyncio.create_task(look(town, post_id))
    await outside.site.asked_once.wait()
    await change(town, post_id, after.format(other=outside.address("/other")))
    await looking
    assert (await read(town, post_id)).preview is None
    assert await town.sql("SELECT 1 FROM swannery.pictures WHERE post_id = %(id)s", id=post_id) == []


async def test_its_author_alone_may_take_it_away_and_it_stays_away(town: Town, outside: World) -> None:
    await befriend(town)
    post_id = await publish(town, outside.address(), audience="friends")
    await look(town, post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert preview.picture is not None
    with pytest.raises(NotAllowed):
        await town.act(posts.remove_preview, "friend", post_id=post_id)
    with pytest.raises(NotThere):
        await town.act(posts.remove_preview, "neighbour", post_id=post_id)
    async with town.browser("owner") as browser:
        assert "Do not show the linked page" in (await browser.get(f"/posts/{post_id}")).text
        assert (await browser.post(f"/posts/{post_id}/preview/remove")).status_code == 303
        html = (await browser.get(f"/posts/{post_id}")).text
    assert "link-preview" not in html
    assert "Do not show the linked page" not in html
    assert await status(town, "owner", preview.picture.key) == 404
    await change(town, post_id, f"Still {outside.address()}")
    await look(town, post_id)
    async with town.browser("owner", api=True) as api:
        assert (await api.client.delete(f"/api/v1/posts/{post_id}/preview")).json()["preview"] is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status="404 Not Found"),
        Answer(b"%PDF-1.7", kind="application/pdf"),
        Answer(b""),
        Answer(b"<p>No title</p>"),
        Answer(b"\x00" * 5000),
        Answer(b"<title>   </title>"),
    ],
    ids=["gone", "pdf", "empty", "untitled", "zeros", "blank"],
)
async def test_a_page_that_says_nothing_leaves_the_link_alone(town: Town, outside: World, answer: Answer) -> None:
    outside.site.answers["/"] = answer
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    assert (await read(town, post_id, who="owner")).preview is None


@pytest.mark.parametrize(
    "picture",
    [Answer(status="404 Not Found"), Answer(b"GIF89a but not", kind="image/gif"), Answer(b"<svg/>", kind="image/svg+xml"),
     Answer(b"\xff\xd8\xff" * 4_000_000, kind="image/jpeg")],
    ids=["gone", "broken", "svg", "huge"],
)  # fmt: skip
async def test_a_page_without_a_picture_that_can_be_had_is_still_shown(town: Town, outside: World, picture: Answer) -> None:
    outside.site.answers["/lake.jpg"] = picture
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert preview.picture is None


@pytest.mark.parametrize("target", ["http://127.0.0.1:{inside}/", "http://[::1]:{inside}/", "file:///etc/passwd", "//127.0.0.1:{inside}/"])
async def test_a_page_cannot_have_us_ask_this_machine_for_its_picture(town: Town, outside: World, target: str) -> None:
    address = target.format(inside=outside.inside.port).encode()
    outside.inside.answers["/"] = Answer(PICTURE, kind="image/jpeg")
    outside.site.answers["/"] = Answer(b"<title>Page</title><meta property=og:image content='%s'>" % address)
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert (preview.picture, outside.inside.asked) == (None, [])


async def test_whoever_just_wrote_it_waits_for_it_and_nobody_else(town: Town, outside: World) -> None:
    post_id = await publish(town, outside.address())
    async with town.browser("owner") as browser, town.browser("friend") as other:
        assert f'hx-get="/posts/{post_id}/preview"' in (await browser.get(f"/posts/{post_id}")).text
        assert "link-preview" not in (await other.get(f"/posts/{post_id}")).text
        part = await browser.get(f"/posts/{post_id}/preview", **{"HX-Request": "true"})
        assert "Looking at the page" in part.text
        await town.sql("UPDATE swannery.posts SET published_at = published_at - interval '31 seconds' WHERE id = %(id)s", id=post_id)
        assert "link-preview" not in (await browser.get(f"/posts/{post_id}/preview", **{"HX-Request": "true"})).text
        await look(town, post_id)
        assert "Cold &amp; clear" in (await browser.get(f"/posts/{post_id}/preview", **{"HX-Request": "true"})).text


async def test_with_its_author_it_is_gone_for_good(town: Town, outside: World) -> None:
    post_id = await publish(town, outside.address())
    await look(town, post_id)
    preview = (await read(town, post_id)).preview
    assert preview is not None
    assert preview.picture is not None
    async with town.acting("owner") as (tx, viewer):
        await erase_member(tx, member_id=viewer.member_id)
    async with town.acting(None) as (tx, _):
        await posts.erase_member(tx, member_id=town.ids["owner"])
    async with town.acting(None) as (tx, _):
        await sweep(tx, darkroom=town.parts.darkroom)
    assert await town.sql("SELECT preview FROM swannery.posts WHERE id = %(id)s", id=post_id) == [(None,)]
    assert not list(town.pictures.rglob(f"{preview.picture.key}*"))


async def test_pictures_of_pages_are_no_pictures_of_members(town: Town, outside: World) -> None:
    async with town.browser("owner", api=True) as api:
        answer = await api.client.post("/api/v1/pictures", data={"purpose": "preview"}, files={"file": ("x.jpg", PICTURE, "image/jpeg")})
        assert answer.status_code == 422, answer.text
        post_id = await publish(town, outside.address())
        await look(town, post_id)
        preview = (await read(town, post_id)).preview
        assert preview is not None
        assert preview.picture is not None
        taken = await api.client.post("/api/v1/posts", json={"text": "Mine", "pictures": [{"key": preview.picture.key}]})
        assert taken.status_code == 422
        await town.act(posts.pin_post, "owner", post_id=post_id, on=True)
    assert await status(town, "friend", preview.picture.key) == 200


def test_what_a_page_says_is_cut_to_what_fits() -> None:
    facts = PageFacts(title="word " * 200, description="letters\u202e\x00 " * 200, picture="https://[bad", alt="")
    preview = told("https://gym.example/", facts, picture=None)
    assert len(preview.title) <= LONGEST_TITLE
    assert preview.title.endswith("word…")
    assert len(preview.description) <= LONGEST_DESCRIPTION
    assert not re.search("[\u202e\x00]", preview.description)
    assert picture_address(facts, page_url="https://gym.example/") is None
    assert picture_address(PageFacts(picture="data:image/png;base64,x"), page_url="https://gym.example/") is None
    assert picture_address(PageFacts(picture="../a.png"), page_url="https://gym.example/b/c") == "https://gym.example/a.png"
    assert told("https://gym.example/", PageFacts(title="Same", description="Same"), picture=None).description == ""


@pytest.mark.parametrize(
    ("page", "content_type", "title"),
    [
        ("<title>Grüße</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "Grüße"),
        ("<meta charset=shift_jis><title>日本</title>".encode("shift_jis"), "text/html", "日本"),
        ("\ufeff<title>Grüße</title>".encode("utf-16-le"), "text/html", "Grüße"),
        ("<title>Grüße</title>".encode(), "text/html; charset=nonsense", "Grüße"),
        (b"<svg><title>Drawn</title></svg><title>Real</title>", "text/html", ""),
        (b"<meta property='OG:Title' content='Loud'><meta property='og:title' content='Later'>", "text/html", "Loud"),
        (b"<title>" + b"&lt;b&gt;" * 10 + b"</title>", "text/html", "<b>" * 10),
    ],
    ids=["header", "meta", "bom", "nonsense", "drawing", "twice", "entities"],
)
async def test_pages_of_every_kind_are_read_apart(page: bytes, content_type: str, title: str) -> None:
    said = await run_confined(page_reading.__file__, content_type, sent=page, longest_s=20)
    assert msgspec.json.decode(said, type=PageFacts).title == title


async def test_a_page_that_is_made_to_be_slow_costs_seconds_and_says_nothing() -> None:
    deep = b"<div>" * (LARGEST_PAGE // 5) + b"<title>Deep</title>"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    said = await run_confined(page_reading.__file__, "text/html", sent=deep, longest_s=60)
    assert said in {b"", b'{"title": "", "description": "", "picture": "", "alt": ""}\n'}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < page_reading.MOST_SECONDS + 2


async def test_what_takes_too_long_or_fails_says_nothing(tmp_path: Path) -> None:
    for name, words in (("slow.py", "import time; time.sleep(60)"), ("broken.py", "print('half'); raise SystemExit(1)")):
        (tmp_path / name).write_text(words)
        assert await run_confined(str(tmp_path / name), longest_s=0.5) == b""


async def jobs_left(town: Town) -> int:
    found = await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs WHERE task_name <> 'posts.preview'")
    return int(found[0][0])


async def test_errands_hold_up_no_other_job(town: Town, outside: World) -> None:
    outside.site.answers["/"] = Answer(b"<title>", pieces=6, pause_s=0.5)
    for number in range(6):
        await publish(town, f"{number} {outside.address()}")
    assert PREVIEW.name == "posts.preview"
    async with town.parts.queue.worker(name="test"):
        left = await jobs_left(town)
        for _ in range(200):
            if not left:
                break
            await asyncio.sleep(0.05)
            left = await jobs_left(town)
        waiting = await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs WHERE task_name = 'posts.preview'")
    assert left == 0
    assert waiting[0][0] == 6
