"""Signing in with a token of the app: once, for one person, and without leaving it anywhere."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import httpx2
import msgspec
import pytest
from signing import AUDIENCE, ISSUER, SECRET, token
from structlog.testing import capture_logs
from town import Town, open_town

from swannery.accounts.actions.sign_in import TRIES_OF_NETWORK
from swannery.config import Config, SignedTokens
from swannery.host import keys
from swannery.host.doors import DoorUnusable, open_doors

pytestmark = pytest.mark.anyio

REFUSED = "This way in does not hold any more."
SETTINGS = SignedTokens(algorithm="HS256", issuer=ISSUER, audience=AUDIENCE, key_env="APP_SECRET")


@pytest.fixture
async def signing_town(town_url: str, built_town: tuple[str, Config], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setenv("APP_SECRET", SECRET)
    async with open_town(town_url, msgspec.structs.replace(built_town[1], signed_tokens=SETTINGS)) as town:
        yield town


async def key_of(town: Town, name: str) -> str:
    return str((await town.sql("SELECT id FROM public.users WHERE username = %(name)s", name=name))[0][0])


async def followed(town: Town, text: str, *, wanted: str = "/settings", **headers: str) -> tuple[httpx.Response, int]:
    """Follow a link with this token; returns the answer, and whether settings open afterwards."""
    async with town.browser(None) as browser:
        answer = await browser.client.get("/sign-in/token", params={"token": text, "next": wanted}, headers=headers)
        return answer, (await browser.get("/settings")).status_code


async def posted(town: Town, text: str) -> httpx.Response:
    async with town.browser(None) as browser:
        return await browser.client.post(
            "/sign-in/token", data={"token": text, "next": "/settings"}, headers={"origin": "https://app.example"}
        )


async def test_a_link_of_the_app_signs_in_and_is_left_behind(signing_town: Town) -> None:
    text = token(sub=await key_of(signing_town, "member"))
    answer, settings = await followed(signing_town, text)
    assert (answer.status_code, answer.headers["location"], settings) == (303, "/settings", 200)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"
    assert text not in str(answer.headers) + answer.text


async def test_a_form_of_the_app_signs_in_and_says_as_whom(signing_town: Town) -> None:
    answer = await posted(signing_town, token(sub=await key_of(signing_town, "member")))
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert "You%20are%20signed%20in%20as%20Mx%20Member" in str(answer.headers)


async def test_the_api_exchanges_a_token_for_a_session(signing_town: Town) -> None:
    async with signing_town.browser(None, api=True) as browser:
        opened = await browser.client.post("/api/v1/session/token", json={"token": token(sub=await key_of(signing_town, "friend"))})
        assert opened.status_code == 201
        who = await browser.client.get("/api/v1/session", headers={"authorization": f"Bearer {opened.json()['token']}"})
        assert who.json()["handle"] == "friend"


async def test_a_token_opens_the_door_once(signing_town: Town) -> None:
    text = token(sub=await key_of(signing_town, "member"))
    assert (await posted(signing_town, text)).status_code == 303
    again = await posted(signing_town, text)
    assert (again.status_code, REFUSED in again.text) == (422, True)
    answer, settings = await followed(signing_town, text)
    assert (answer.status_code, answer.headers["location"], settings) == (303, "/sign-in", 303)


async def test_of_many_who_bring_it_at_once_one_comes_in(signing_town: Town) -> None:
    text = token(sub=await key_of(signing_town, "member"))
    answers = await asyncio.gather(*(posted(signing_town, text) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 5


@pytest.mark.parametrize(
    "changes",
    [{"sub": "999999"}, {"sub": "x"}, {"sub": "01"}, {"aud": "https://other.example"}, {"exp": int(time.time()) - 100}, {"jti": "x" * 300}],
)
async def test_every_refusal_reads_the_same_and_the_log_tells_why(signing_town: Town, changes: dict[str, Any]) -> None:
    with capture_logs() as lines:
        answer = await posted(signing_town, token(**changes))
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    assert "swannery=" not in str(answer.headers.get_list("set-cookie"))
    reasons = [line["reason"] for line in lines if line["event"] == "a token was refused"]
    assert len(reasons) == 1
    assert "999999" not in reasons[0]


async def test_whoever_the_app_deactivated_or_deleted_has_no_way_in(signing_town: Town) -> None:
    for name, change in (("member", "UPDATE public.users SET is_active = false"), ("friend", "DELETE FROM public.users")):
        key = await key_of(signing_town, name)
        await signing_town.sql(f"{change} WHERE username = %(name)s", name=name)
        assert (await posted(signing_town, token(sub=key))).status_code == 422


async def test_a_session_by_token_ends_like_any_other(signing_town: Town) -> None:
    text = token(sub=await key_of(signing_town, "member"))
    async with signing_town.browser(None) as browser:
        await browser.client.post("/sign-in/token", data={"token": text})
        assert (await browser.get("/settings")).status_code == 200
        await signing_town.sql("UPDATE public.users SET password_hash = 'changed' WHERE username = 'member'")
        assert (await browser.get("/settings")).status_code == 303


@pytest.mark.parametrize("header", [{"sec-fetch-dest": "image"}, {"sec-fetch-dest": "iframe"}, {"sec-purpose": "prefetch;prerender"}])
async def test_what_nobody_clicked_signs_nobody_in_and_uses_nothing_up(signing_town: Town, header: dict[str, str]) -> None:
    text = token(sub=await key_of(signing_town, "member"))
    assert (await followed(signing_town, text, **header))[1] == 303
    assert (await followed(signing_town, text, **{"sec-fetch-dest": "document"}))[1] == 200


async def test_nobody_is_sent_to_another_site(signing_town: Town) -> None:
    answer, _ = await followed(signing_town, token(sub=await key_of(signing_town, "member")), wanted="https://evil.example")
    assert answer.headers["location"] == "/"


async def test_noise_is_limited_and_what_is_right_is_not_counted(signing_town: Town) -> None:
    key = await key_of(signing_town, "member")
    for _ in range(3):
        assert (await posted(signing_town, token(sub=key))).status_code == 303
    statuses = [(await posted(signing_town, "nonsense")).status_code for _ in range(TRIES_OF_NETWORK + 1)]
    assert statuses == [422] * TRIES_OF_NETWORK + [429]


async def test_a_site_that_takes_no_tokens_has_no_such_page(town: Town) -> None:
    assert (await posted(town, token())).status_code == 404
    assert (await followed(town, token()))[0].status_code == 404
    async with town.browser(None, api=True) as browser:
        assert (await browser.client.post("/api/v1/session/token", json={"token": token()})).status_code == 404


async def test_used_tokens_are_forgotten_when_they_have_ended(signing_town: Town) -> None:
    await posted(signing_town, token(sub=await key_of(signing_town, "member")))
    stored = await signing_town.sql(
        "SELECT expires_at > now() + interval '60 s', expires_at < now() + interval '7 min' FROM swannery.used_tokens"
    )
    assert [tuple(row) for row in stored] == [(True, True)]


async def test_a_key_that_cannot_be_used_stops_the_start_and_says_which(built_town: tuple[str, Config]) -> None:
    with pytest.raises(DoorUnusable, match=r"\[signed_tokens\] key_env: This secret has 5 bytes"):
        open_doors(msgspec.structs.replace(built_town[1], signed_tokens=SETTINGS), environ={"APP_SECRET": "short"})


async def answer_with(reply: bytes) -> tuple[bytes | str, str]:
    """Serve these bytes on this machine and fetch them; returns what came, or the kind of error."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        try:
            return await keys.fetch(f"http://127.0.0.1:{port}/jwks.json"), ""
        except httpx2.HTTPError as error:
            return "", type(error).__name__


async def test_keys_are_fetched_without_following_and_without_end() -> None:
    assert await answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") == (b"{}", "")
    redirected = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert (await answer_with(redirected))[1] == "HTTPStatusError"
    assert (await answer_with(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"))[1] == "HTTPStatusError"
    assert (await answer_with(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000))[1] == "DecodingError"
