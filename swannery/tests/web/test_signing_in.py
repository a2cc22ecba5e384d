"""Signing in with the app's own password: what works, what it tells to whom, and how it ends."""

import statistics
import time

import msgspec
import pytest
from town import PASSWORD, Town

from swannery.config import Config

pytestmark = pytest.mark.anyio

REFUSED = "That name and password do not belong together."


async def sign_in(town: Town, identifier: str, password: str = PASSWORD, **headers: str) -> tuple[int, str, str]:
    async with town.browser(None) as browser:
        answer = await browser.post("/sign-in", headers=headers, identifier=identifier, password=password, next="/people")
        return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.parametrize("identifier", ["member@app.example", "MEMBER@App.Example", "member", " member "])
async def test_the_apps_password_opens_the_door_by_address_or_handle(town: Town, identifier: str) -> None:
    assert (await sign_in(town, identifier))[:2] == (303, "/people")


@pytest.mark.parametrize(
    ("identifier", "password"),
    [("member", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("member", ""), ("no\x00body", PASSWORD), ("member", "right" * 400)],
)
async def test_every_refusal_reads_the_same(town: Town, identifier: str, password: str) -> None:
    status, _, text = await sign_in(town, identifier, password)
    assert status == 422
    assert REFUSED in text
    assert f'value="{password}"' not in text


async def test_a_deactivated_user_is_refused_in_the_same_words(town: Town) -> None:
    await town.sql("UPDATE public.users SET is_active = false WHERE username = 'member'")
    status, _, text = await sign_in(town, "member")
    assert (status, REFUSED in text) == (422, True)


async def test_the_time_taken_tells_nobody_who_has_an_account(town: Town) -> None:
    async def median(identifier: str) -> float:
        times = []
        for _ in range(7):
            started = time.perf_counter()
            await sign_in(town, identifier, "wrong")
            times.append(time.perf_counter() - started)
        return statistics.median(times)

    # At bcrypt's usual cost a check takes about 60 ms, far more than a page's noise; here everybody gets such a hash.
    usual = "$2b$10$84ZGGVVAXf1vV43mMj/jM.Q9f3wW8i6Xw5MfnXeO4v/emaNI.UHby"
    await town.sql("UPDATE public.users SET password_hash = %(hash)s", hash=usual)
    known, unknown = await median("member"), await median("nobody at all")
    assert 0.5 < known / unknown < 2, (known, unknown)


async def test_tries_are_limited_per_name_and_address_and_the_limit_is_said(town: Town) -> None:
    for _ in range(10):
        assert (await sign_in(town, "member", "wrong"))[0] == 422
    status, _, text = await sign_in(town, "member")
    assert status == 429
    assert "tried very often" in text
    assert (await sign_in(town, "friend"))[0] == 303, "others are not locked out"


async def test_a_success_starts_the_count_anew(town: Town) -> None:
    for _ in range(3):
        for _ in range(8):
            await sign_in(town, "member", "wrong")
        assert (await sign_in(town, "member"))[0] == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\n/evil.example"]
)
async def test_nobody_is_sent_to_another_site_after_signing_in(town: Town, target: str) -> None:
    async with town.browser(None) as browser:
        answer = await browser.post("/sign-in", identifier="member", password=PASSWORD, next=target)
    assert answer.headers["location"] == "/"


async def test_the_cookie_is_for_this_site_and_no_script(town: Town) -> None:
    async with town.browser(None) as browser:
        answer = await browser.post("/sign-in", identifier="member", password=PASSWORD)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("swannery="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    stored = await town.sql("SELECT encode(token_hash, 'hex') FROM swannery.sign_ins")
    assert cookie.split(";")[0].removeprefix("swannery=") not in str(stored)


async def test_over_tls_cookies_are_tied_to_the_host(town_url: str, built_town: tuple[str, Config]) -> None:
    config = built_town[1]
    site = msgspec.structs.replace(config.site, public_url="https://club.example")
    town = Town(url=town_url, config=msgspec.structs.replace(config, site=site))
    async with town.browser(None) as browser:
        answer = await browser.get("/sign-in")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["set-cookie"].startswith("__Host-swannery_csrf=")
        assert "Secure" in answer.headers["set-cookie"]
    await town.parts.database.close()


async def test_signing_out_ends_the_session_on_the_server(town: Town) -> None:
    async with town.browser("member") as browser:
        await browser.get("/compose")
        kept = dict(browser.client.cookies)
        assert (await browser.post("/sign-out")).status_code == 303
        browser.client.cookies.update(kept)
        assert (await browser.get("/settings")).headers["location"].startswith("/sign-in")


async def test_a_deactivated_member_is_out_at_the_next_request_and_a_deleted_one_too(town: Town) -> None:
    for who, change in (("member", "UPDATE public.users SET is_active = false"), ("friend", "DELETE FROM public.users")):
        async with town.browser(who) as browser, town.browser(who, api=True) as api:
            assert (await browser.get("/settings")).status_code == 200
            await town.sql(f"{change} WHERE username = %(who)s", who=who)
            assert (await browser.get("/settings")).status_code == 303
            assert (await api.get("/api/v1/session")).status_code == 401


async def test_a_changed_password_ends_every_session(town: Town) -> None:
    async with town.browser("member") as browser:
        assert (await browser.get("/settings")).status_code == 200
        await town.sql("UPDATE public.users SET password_hash = password_hash || ' ' WHERE username = 'member'")
        assert (await browser.get("/settings")).status_code == 303


async def test_sessions_are_listed_and_ended_by_their_owner_only(town: Town) -> None:
    for _ in range(2):
        assert (await sign_in(town, "member", **{"user-agent": "Mozilla/5.0 (iPhone) Safari/605"}))[0] == 303
    async with town.browser("member") as browser, town.browser("friend") as other:
        page = await browser.get("/settings")
        assert page.text.count("Safari, iPhone") == 2
        ids = [row[0] for row in await town.sql("SELECT id FROM swannery.sign_ins WHERE device LIKE 'Safari%%' ORDER BY id")]
        await other.post(f"/settings/sign-ins/{ids[0]}/end")
        assert (await browser.get("/settings")).text.count("Safari, iPhone") == 2
        await browser.post(f"/settings/sign-ins/{ids[0]}/end")
        assert (await browser.get("/settings")).text.count("Safari, iPhone") == 1
        await browser.post("/settings/sign-ins/end-others")
        page = await browser.get("/settings")
        assert (page.status_code, page.text.count("Safari, iPhone")) == (200, 0)


async def test_whoever_registered_a_moment_ago_can_sign_in(town: Town) -> None:
    await town.sql(
        "INSERT INTO public.users (email, username, full_name, password_hash)"
        " SELECT 'new@app.example', 'newcomer', 'New Comer', password_hash FROM public.users WHERE username = 'member'"
    )
    assert (await sign_in(town, "new@app.example"))[0] == 303
