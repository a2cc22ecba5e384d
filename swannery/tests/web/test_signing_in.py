"""Signing in with the app's own password: what works, what it tells to whom, and how it ends."""

import statistics
import time
from typing import Any

import httpx
import msgspec
import pytest
from town import PASSWORD, Browser, Town, open_town

from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.actions.sign_in import TRIES_OF_NAME, TRIES_OF_NETWORK, Try, recognise, still_signed_in
from swannery.accounts.devices import network_of
from swannery.config import Config
from swannery.foundation.throttle import key_of

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
    async with town.browser(None) as browser:
        answer = await browser.post("/sign-in", identifier="member", password=PASSWORD)
    status, text = answer.status_code, answer.text
    assert status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert "tried very often" in text
    assert (await sign_in(town, "friend"))[0] == 303, "others are not locked out"


async def test_a_success_starts_the_count_anew(town: Town) -> None:
    for _ in range(3):
        for _ in range(8):
            await sign_in(town, "member", "wrong")
        assert (await sign_in(town, "member"))[0] == 303


async def test_successes_count_against_nobody(town: Town) -> None:
    for _ in range(TRIES_OF_NETWORK + 5):
        assert (await sign_in(town, "member"))[0] == 303
    counts = await town.sql("SELECT max(count) FROM swannery.throttles")
    assert counts[0][0] == 1, "what is left is the mark of the last success"


async def test_a_try_that_is_refused_for_being_one_too_many_reads_nothing_of_the_app(town: Town) -> None:
    for _ in range(11):
        await sign_in(town, "member", "wrong")
    await town.sql("ALTER TABLE public.users RENAME TO users_away")
    assert (await sign_in(town, "member"))[0] == 429
    await town.sql("ALTER TABLE public.users_away RENAME TO users")


async def tries_from_elsewhere(town: Town, name: str) -> None:
    """A stranger with many addresses has used up the name's own limit."""
    await town.sql(
        "INSERT INTO swannery.throttles (key, count, expires_at) VALUES (%(key)s, %(count)s, now() + interval '10 minutes')"
        " ON CONFLICT (key) DO UPDATE SET count = excluded.count",
        key=key_of("name", name),
        count=TRIES_OF_NAME,
    )


async def test_a_strangers_tries_lock_nobody_out_where_they_signed_in_before(town: Town) -> None:
    assert (await sign_in(town, "member"))[0] == 303
    for name in ("member", "friend"):
        await tries_from_elsewhere(town, name)
    assert (await sign_in(town, "member"))[0] == 303
    assert (await sign_in(town, "friend"))[0] == 429, "from a new place the name's limit holds"
    await town.sql("UPDATE swannery.throttles SET expires_at = now() - interval '1 s' WHERE key = %(key)s", key=mark_of("member"))
    assert (await sign_in(town, "member"))[0] == 429, "for a month"


def mark_of(name: str) -> bytes:
    return Try(name=name, network=network_of("127.0.0.1")).success


async def test_behind_a_proxy_of_ours_each_address_is_counted_by_itself(town_url: str, built_town: tuple[str, Config]) -> None:
    config = built_town[1]
    server = msgspec.structs.replace(config.server, trusted_proxies=("127.0.0.0/8",))
    async with open_town(town_url, msgspec.structs.replace(config, server=server)) as town:
        told = [(await sign_in(town, "member", "wrong", **{"x-forwarded-for": f"9.9.9.{n}, 198.51.100.1"}))[0] for n in range(11)]
        assert told == [422] * 10 + [429]
        assert (await sign_in(town, "member", **{"x-forwarded-for": "198.51.100.1, 198.51.100.2"}))[0] == 303


async def test_a_forwarded_address_of_nobody_we_trust_is_not_believed(town: Town) -> None:
    told = [(await sign_in(town, "member", "wrong", **{"x-forwarded-for": f"198.51.100.{n}"}))[0] for n in range(11)]
    assert told == [422] * 10 + [429]


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


async def test_over_tls_the_cookie_is_taken_back_with_the_flags_it_was_given_with(town_url: str, built_town: tuple[str, Config]) -> None:
    config = built_town[1]
    site = msgspec.structs.replace(config.site, public_url="https://club.example")
    async with open_town(town_url, msgspec.structs.replace(config, site=site)) as town:
        asgi: Any = town.app  # the same protocol in the words of two packages
        transport = httpx.ASGITransport(app=asgi)
        async with httpx.AsyncClient(transport=transport, base_url="https://club.example") as client:
            browser = Browser(client)
            await browser.get("/sign-in")
            assert (await browser.post("/sign-in", identifier="member", password=PASSWORD)).status_code == 303
            assert "__Host-swannery" in client.cookies
            await browser.get("/compose")
            answer = await browser.post("/sign-out")
            (cookie,) = [value for value in answer.headers.get_list("set-cookie") if value.startswith("__Host-swannery=")]
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=0"} <= {part.strip() for part in cookie.split(";")}
            assert "__Host-swannery" not in client.cookies


async def test_a_sign_in_that_lasts_longer_says_so_once(town: Town) -> None:
    async with town.browser("member") as browser:
        token = browser.client.cookies["swannery"]

        async def renewed() -> bool:
            async with town.parts.database.transaction() as tx:
                known = await recognise(tx, users=town.parts.config.users, token=token)
                assert known is not None
                return known.renewed

        await renewed()
        assert not await renewed()
        await town.sql("UPDATE swannery.sign_ins SET last_seen_at = now() - interval '6 minutes'")
        assert await renewed()
        assert not await renewed()


async def test_a_user_put_back_a_moment_ago_can_sign_in_and_is_the_same_member(town: Town) -> None:
    await town.sql("CREATE TABLE public.kept AS SELECT * FROM public.users WHERE username = 'member'")
    await town.sql("DELETE FROM public.users WHERE username = 'member'")
    async with town.parts.database.transaction() as tx:
        await follow_users(tx, users=town.parts.config.users)
    assert (await sign_in(town, "member"))[0] == 422
    await town.sql("INSERT INTO public.users SELECT * FROM public.kept")
    assert (await sign_in(town, "member"))[0] == 303
    found = await town.sql("SELECT id, state FROM swannery.members WHERE handle = 'member'")
    assert [tuple(row) for row in found] == [(town.ids["member"], "active")]


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


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE public.users SET is_active = false WHERE username = 'member'",
        "UPDATE public.users SET deleted_at = now() WHERE username = 'member'",
        "UPDATE public.users SET password_hash = 'another' WHERE username = 'member'",
        "DELETE FROM public.users WHERE username = 'member'",
        "DELETE FROM swannery.sign_ins WHERE member_id = (SELECT id FROM swannery.members WHERE handle = 'member')",
        "UPDATE swannery.sign_ins s SET expires_at = now() FROM swannery.members m WHERE m.id = s.member_id AND m.handle = 'member'",
    ],
)
async def test_whoever_holds_open_connections_learns_at_once_which_to_close(town: Town, change: str) -> None:
    assert ((await sign_in(town, "member"))[0], (await sign_in(town, "friend"))[0]) == (303, 303)
    rows = await town.sql("SELECT s.id, m.handle FROM swannery.sign_ins s JOIN swannery.members m ON m.id = s.member_id")
    ids = {handle: number for number, handle in rows}

    async def held() -> frozenset[int]:
        async with town.parts.database.transaction() as tx:
            return await still_signed_in(tx, users=town.parts.config.users, sign_in_ids=[*ids.values(), 999_999])

    assert await held() == {ids["member"], ids["friend"]}
    await town.sql(change)
    assert await held() == {ids["friend"]}


async def test_a_changed_password_ends_every_session(town: Town) -> None:
    async with town.browser("member") as browser:
        assert (await browser.get("/settings")).status_code == 200
        await town.sql("UPDATE public.users SET password_hash = password_hash || ' ' WHERE username = 'member'")
        assert (await browser.get("/settings")).status_code == 303


async def test_sessions_are_listed_and_ended_by_their_owner_only(town: Town) -> None:
    for _ in range(2):
        assert (await sign_in(town, "member", **{"user-agent": "Mozilla/5.0 (iPhone) Safari/605"}))[0] == 303
    async with town.browser("member") as browser, town.browser("friend") as other:
        page = await browser.get("/settings/sessions")
        assert page.text.count("Safari, iPhone") == 2
        ids = [row[0] for row in await town.sql("SELECT id FROM swannery.sign_ins WHERE device LIKE 'Safari%%' ORDER BY id")]
        await other.post(f"/settings/sign-ins/{ids[0]}/end")
        assert (await browser.get("/settings/sessions")).text.count("Safari, iPhone") == 2
        await browser.post(f"/settings/sign-ins/{ids[0]}/end")
        assert (await browser.get("/settings/sessions")).text.count("Safari, iPhone") == 1
        await browser.post("/settings/sign-ins/end-others")
        page = await browser.get("/settings/sessions")
        assert (page.status_code, page.text.count("Safari, iPhone")) == (200, 0)


async def test_whoever_registered_a_moment_ago_can_sign_in(town: Town) -> None:
    await town.sql(
        "INSERT INTO public.users (email, username, full_name, password_hash)"
        " SELECT 'new@app.example', 'newcomer', 'New Comer', password_hash FROM public.users WHERE username = 'member'"
    )
    assert (await sign_in(town, "new@app.example"))[0] == 303


async def test_the_browsers_cookie_lasts_as_long_as_the_sign_in(town: Town) -> None:
    async with town.browser("member") as browser:
        assert "set-cookie" not in (await browser.get("/settings")).headers
        await town.sql("UPDATE swannery.sign_ins SET last_seen_at = now() - interval '1 hour'")
        await town.sql("UPDATE swannery.members SET last_seen_at = now() - interval '1 hour'")
        renewed = (await browser.get("/settings")).headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in renewed] == ["swannery"]
        assert "Max-Age=2592000" in renewed[0]
        assert "set-cookie" not in (await browser.get("/settings")).headers
        await town.sql("UPDATE swannery.sign_ins SET last_seen_at = now() - interval '1 hour'")
        ended = (await browser.post("/sign-out")).headers.get_list("set-cookie")
        assert [cookie.partition(";")[0] for cookie in ended if cookie.startswith("swannery=")] == ['swannery=""']
