"""What every answer carries, and what no request can do."""

import json
import re

import pytest
from litestar.routes import HTTPRoute
from town import Town

from swannery.foundation import web
from swannery.foundation.metrics import REQUESTS

pytestmark = pytest.mark.anyio

# /posts/abc, /nowhere/x and /api/v1/nothing are answered before any route of ours.
PAGES = (
    "/posts/abc",
    "/nowhere/x",
    "/api/v1/nothing",
    "/healthz",
    "/",
    "/discover",
    "/sign-in",
    "/people",
    "/communities",
    "/inbox",
    "/settings",
    "/activities",
    "/compose",
    "/nowhere",
    "/api/v1/session",
)


@pytest.mark.parametrize("who", ["member", None])
async def test_every_page_is_private_and_says_what_browsers_may_do(town: Town, who: str | None) -> None:
    async with town.browser(who) as browser:
        for path in PAGES:
            headers = (await browser.get(path)).headers
            assert headers["cache-control"] == "private, no-store", path
            assert "Cookie" in headers["vary"], path
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert headers["x-content-type-options"] == "nosniff", path
            assert "frame-ancestors 'none'" in policy, path


async def test_refusals_of_forms_and_methods_carry_the_same_and_are_counted(town: Town) -> None:
    async with town.browser("member") as browser:
        for answer, status in (
            (await browser.client.post("/posts", data={"text": "x"}), 403),
            (await browser.client.put("/sign-in"), 405),
            (await browser.client.head("/"), 200),
            (await browser.client.head("/nowhere"), 404),
        ):
            assert (answer.status_code, answer.headers["cache-control"]) == (status, "private, no-store")
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (await browser.client.head("/")).text == ""
        figures = (await browser.get("/metrics")).text
        assert 'route="(none)"' in figures
        assert 'status="0"' not in figures


async def test_unknown_addresses_of_the_api_are_problems(town: Town) -> None:
    async with town.browser("member", api=True) as api:
        answer = await api.get("/api/v1/nothing")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/@%00", "/people?q=%00", "/@%ff", "/communities/%00", "/people?q=%ff", "/?after=%00", "/@\u00e9"])
async def test_what_is_no_text_is_no_error_of_ours(town: Town, path: str) -> None:
    async with town.browser("member") as browser:
        assert (await browser.get(path)).status_code in {200, 404, 422}


async def test_a_body_that_is_no_text_is_refused(town: Town) -> None:
    async with town.browser("member", api=True) as api:
        for body in (b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"text": "a\\u0000b"}', b"\xff\xfe", b"[]", b"null"):
            answer = await api.client.post("/api/v1/posts", content=body, headers={"content-type": "application/json"})
            assert answer.status_code in {201, 400, 422}, (body, answer.text)


async def test_figures_are_for_this_machine_or_whoever_has_the_token(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town.browser(None, api=True) as browser:
        assert (await browser.get("/metrics")).status_code == 200
        assert (await browser.get("/metrics", **{"x-forwarded-for": "203.0.113.9"})).status_code == 404
        monkeypatch.setenv("SWANNERY_METRICS_TOKEN", "figures")
        assert (await browser.get("/metrics")).status_code == 404
        assert (await browser.get("/metrics", authorization="Bearer figures")).status_code == 200


async def test_the_search_of_people_is_kept_on_the_next_page(town: Town) -> None:
    await town.sql("INSERT INTO swannery.members (handle, name) SELECT 'anna_' || n, 'Anna & Co ' || n FROM generate_series(1, 40) AS n")
    async with town.browser("member") as browser:
        assert "/people?q=anna+%26&amp;after=" in (await browser.client.get("/people", params={"q": "anna &"})).text


async def test_no_page_holds_a_script_or_a_style_of_its_own(town: Town) -> None:
    async with town.browser("member") as browser:
        for path in PAGES:
            text = (await browser.get(path)).text
            assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", text), path


async def test_static_files_are_kept_for_ever_under_their_own_address(town: Town) -> None:
    async with town.browser(None) as browser:
        address = re.search(r'href="(/static/[^"]+site\.css)"', (await browser.get("/sign-in")).text)
        assert address is not None
        answer = await browser.get(address[1])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await browser.get(address[1].replace("/static/", "/static/x"))).status_code == 404
        assert (await browser.get("/static/../app.py")).status_code == 404


# The app's page sends this form: what the app signed vouches for it instead (test_signed_tokens).
VOUCHED = {"/sign-in/token"}


async def test_a_form_without_its_token_changes_nothing(town: Town) -> None:
    """Every route that changes something, so that no later one is forgotten."""
    changing = [
        (method, route.path_format)
        for route in town.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"GET", "HEAD", "OPTIONS"} and not route.path_format.startswith("/api/") and route.path_format not in VOUCHED
    ]
    assert len(changing) > 15
    async with town.browser("member") as browser:
        for method, path in changing:
            address = re.sub(r"\{[^}]+\}", "1", path)
            for token in ("", "x" * 128, browser.token[:-1] + ("0" if browser.token[-1] != "0" else "1")):
                answer = await browser.client.request(method, address, data={"text": "x", "_csrf_token": token})
                assert answer.status_code == 403, (method, path, token)
    assert (await town.sql("SELECT count(*) FROM swannery.posts"))[0][0] == 0


async def test_the_api_takes_no_cookie(town: Town) -> None:
    async with town.browser("member") as browser:
        assert (await browser.client.post("/api/v1/posts", json={"text": "x"})).status_code == 401


@pytest.mark.parametrize("fields", [{"state": "shown"}, {"author_id": "1"}, {"reaction_count": "99"}, {"published_at": "2020-01-01"}])
async def test_fields_nobody_may_set_have_no_effect(town: Town, fields: dict[str, str]) -> None:
    async with town.browser("member") as browser, town.browser("member", api=True) as api:
        answer = await browser.client.post("/posts", data={"text": "mine", "audience": "members", "_csrf_token": browser.token, **fields})
        assert answer.status_code in {303, 400, 422}
        assert (await api.client.post("/api/v1/posts", json={"text": "mine", **fields})).status_code == 422
    rows = await town.sql("SELECT author_id, state, reaction_count, published_at > now() - interval '1 minute' FROM swannery.posts")
    assert all(tuple(row) == (town.ids["member"], "shown", 0, True) for row in rows)


@pytest.mark.parametrize("value", ["9" * 30, "-1", "0", "1e3", "%00", "9223372036854775808", "1;drop"])
async def test_ids_that_cannot_be_are_not_there(town: Town, value: str) -> None:
    async with town.browser("member") as browser, town.browser("member", api=True) as api:
        assert (await browser.get(f"/posts/{value}")).status_code == 404
        assert (await browser.post(f"/members/{value}/follow")).status_code == 404
        assert (await api.get(f"/api/v1/posts/{value}")).status_code in {404, 422}


@pytest.mark.parametrize("cursor", ["x", "!!!!", "a" * 5000, "WyIyMDI2IiwxXQ", "W251bGwsMV0", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwxXQ", "é"])
async def test_a_damaged_cursor_is_refused_in_words(town: Town, cursor: str) -> None:
    async with town.browser("member") as browser, town.browser("member", api=True) as api:
        assert (await browser.client.get("/", params={"after": cursor})).status_code == 422
        assert (await api.client.get("/api/v1/feed", params={"after": cursor})).status_code == 422


async def test_errors_of_the_api_are_problems_with_words(town: Town) -> None:
    async with town.browser("member", api=True) as api:
        answer = await api.client.post("/api/v1/posts", json={"text": ""})
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["title"], problem["type"]) == (422, "Unprocessable Entity", "/problems/invalid")
        assert problem["errors"]


async def test_an_unexpected_error_tells_nothing_of_its_inside(
    town: Town, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def fails(*_: object, **__: object) -> None:
        message = "secret of tess@app.example"
        raise RuntimeError(message)

    monkeypatch.setattr("swannery.feeds.actions.read_home", fails)
    async with town.browser("member") as browser:
        answer = await browser.get("/")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert "Nothing was saved" in answer.text
    written = capfd.readouterr()
    assert "secret" not in written.out + written.err
    assert "RuntimeError" in written.out + written.err


async def test_what_an_error_undid_is_undone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("swannery.foundation.idempotency.settle", fails)
    async with town.browser("member") as browser:
        assert (await browser.post("/posts", text="half", audience="members")).status_code == 503
    assert (await town.sql("SELECT count(*) FROM swannery.posts"))[0][0] == 0


async def test_a_body_that_is_too_large_is_refused(town: Town) -> None:
    async with town.browser("member") as browser:
        answer = await browser.post("/posts", text="x" * 2_000_000, audience="members")
        assert answer.status_code in {413, 422}


MOST_STATEMENTS = {
    "/": 7, "/discover": 7, "/people": 5, "/activities": 8, "/communities": 5, "/inbox": 6, "/settings": 5, "/compose": 4, "/@{owner}": 10,
    "/api/v1/feed": 6, "/api/v1/feed?of=everyone": 6,
}  # fmt: skip


@pytest.mark.parametrize(("path", "most"), MOST_STATEMENTS.items())
async def test_no_page_asks_more_often_than_a_page_may(town: Town, path: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is to show: the figure is the page's, not the items'."""
    for number in range(25):
        card = {"title": "Session", "happened_at": "2026-01-01T00:00:00Z", "partner_id": town.ids["trainer"]} if number % 2 else None
        await town.sql(
            "INSERT INTO swannery.posts (author_id, kind, audience, body, body_html, card)"
            " VALUES (%(who)s, %(kind)s, 'members', 'x', 'x', %(card)s::jsonb)",
            who=town.ids["owner"], kind="activity" if card else "text", card=json.dumps(card) if card else None,
        )  # fmt: skip
    await town.sql(
        "INSERT INTO swannery.blocks (blocker_id, blocked_id) VALUES (%(a)s, %(b)s)", a=town.ids["member"], b=town.ids["blocked"]
    )
    address = path.format(owner=town.handles["owner"])
    async with town.browser("member", api="/api/" in path) as browser:
        await browser.get(address)
        counted: list[int] = []
        monkeypatch.setattr(web, "counters", lambda *_: (REQUESTS.labels("GET", path, "200"), Counting([]), Counting(counted)))
        assert (await browser.get(address)).status_code == 200
    assert len(counted) == 1
    assert counted[0] <= most


class Counting:
    """Takes the place of the metric."""

    def __init__(self, counted: list[int]) -> None:
        self.counted = counted

    def observe(self, amount: int) -> None:
        self.counted.append(amount)
