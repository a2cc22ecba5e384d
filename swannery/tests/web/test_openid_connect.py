"""Signing in at a provider: a small one of our own, which answers rightly, and wrongly in every way that matters."""

import asyncio
import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from signing import OTHER_RSA, RSA, jwks, token
from structlog.testing import capture_logs
from town import Browser, Town, open_town

from swannery.config import Config, OpenIdConnect

pytestmark = pytest.mark.anyio

CLIENT, CLIENT_SECRET = "swannery", "a secret between two"
REFUSED = "does%20not%20hold%20any%20more"


class LocalProvider:
    """A provider on this machine: remembers what it was asked, answers with what a test wants changed."""

    def __init__(self) -> None:
        self.changes: dict[str, Any] = {}
        self.key, self.header, self.subject = RSA, {"kid": "one"}, "2"
        self.answers_token: dict[str, Any] | None = None
        self.about: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.basic = ""
        self.used: set[str] = set()
        self.issuer = ""

    def described(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}, **self.about}

    def authorize(self, location: str) -> tuple[str, str]:
        """Let the person in: return the code and the state that go back."""
        self.asked = dict(parse_qsl(urlsplit(location).query))
        return "a-code", self.asked["state"]

    def trade(self, form: dict[str, list[str]], basic: str) -> tuple[int, dict[str, Any]]:
        self.basic = basic
        made = urlsafe_b64encode(sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=").decode()
        fits = form["code"] == ["a-code"] and form["redirect_uri"] == [self.asked["redirect_uri"]] and made == self.asked["code_challenge"]
        if not fits or self.asked["state"] in self.used:
            return 400, {"error": "invalid_grant"}
        self.used.add(self.asked["state"])
        if self.answers_token is not None:
            return 200, self.answers_token
        usual = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": self.asked["nonce"], "exp": int(time.time()) + 3600}
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": token("RS256", key=self.key, header=self.header, **{**usual, **self.changes}),
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.split(": ", 1) for line in head.lower().splitlines()[1:] if ": " in line)
        raw = dict(line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        path = head.split(" ")[1]
        status, answer = 200, jwks(one=RSA)
        if path.endswith("openid-configuration"):
            answer = json.dumps(self.described())
        elif path == "/token":
            sent = next((value for name, value in raw.items() if name.lower() == "authorization"), "")
            status, told = self.trade(parse_qs(body.decode()), b64decode(sent.removeprefix("Basic ")).decode())
            answer = json.dumps(told)
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\nConnection: close"
        writer.write(f"{head}\r\n\r\n{answer}".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def running_provider() -> AsyncIterator[LocalProvider]:
    provider = LocalProvider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    async with server:
        provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield provider


@pytest.fixture
async def provider() -> AsyncIterator[LocalProvider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
async def joined(
    provider: LocalProvider, town_url: str, built_town: tuple[str, Config], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    async with open_town(town_url, with_provider(built_town[1], provider, monkeypatch)) as town:
        provider.subject = str((await town.sql("SELECT id FROM public.users WHERE username = 'member'"))[0][0])
        yield town


def with_provider(config: Config, provider: LocalProvider, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Config:
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)
    settings = OpenIdConnect(issuer=provider.issuer, client_id=CLIENT, secret_env="CLIENT_SECRET", name="Clubkey", **more)
    site = msgspec.structs.replace(config.site, public_url="http://town.test")
    return msgspec.structs.replace(config, openid_connect=settings, site=site)


async def there_and_back(browser: Browser, provider: LocalProvider, **changes: str) -> tuple[int, str, str]:
    """Walk the whole way; returns the last answer's status, where it leads, and what it says."""
    gone = await browser.get("/sign-in/provider?next=/settings")
    assert gone.status_code == 303, gone.text
    code, state = provider.authorize(gone.headers["location"])
    back = await browser.get("/sign-in/provider/callback?" + urlencode({"code": code, "state": state, **changes}))
    assert back.headers["referrer-policy"] == "no-referrer"
    return back.status_code, back.headers["location"], str(back.headers)


async def test_somebody_the_provider_knows_comes_in(joined: Town, provider: LocalProvider) -> None:
    async with joined.browser(None) as browser:
        assert "Sign in with Clubkey" in (await browser.get("/sign-in?next=/settings")).text
        status, location, headers = await there_and_back(browser, provider)
        assert (status, location) == (303, "/settings")
        assert "Mx%20Member" in headers
        assert (await browser.get("/settings")).status_code == 200
    assert provider.basic == f"{CLIENT}:{CLIENT_SECRET}"
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["redirect_uri"] == "http://town.test/sign-in/provider/callback"
    assert (provider.asked["response_type"], provider.asked["scope"]) == ("code", "openid")


async def tries(town: Town) -> int:
    return int((await town.sql("SELECT coalesce(sum(count), 0) FROM swannery.throttles"))[0][0])


async def test_who_comes_in_uses_up_no_try_of_their_network(joined: Town, provider: LocalProvider) -> None:
    before = await tries(joined)
    async with joined.browser(None) as browser:
        await there_and_back(browser, provider)
    assert await tries(joined) == before


@pytest.mark.parametrize("header", [{"sec-fetch-dest": "image"}, {"sec-purpose": "prefetch"}])
async def test_a_picture_or_a_browser_that_looks_ahead_is_sent_nowhere_else(joined: Town, header: dict[str, str]) -> None:
    before = await tries(joined)
    async with joined.browser(None) as browser:
        answer = await browser.get("/sign-in/provider", **header)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert await tries(joined) == before
    assert await joined.sql("SELECT 1 FROM swannery.provider_attempts") == []


WRONG: dict[str, dict[str, Any]] = {
    "claim nonce": {"nonce": "of another attempt"},
    "claim nonce missing": {"nonce": None},
    "claim aud": {"aud": "another client"},
    "claim azp": {"aud": [CLIENT, "another client"], "azp": "another client"},
    "claim azp missing": {"aud": [CLIENT, "another client"]},
    "claim iss": {"iss": "https://evil.example"},
    "claim exp": {"exp": int(time.time()) - 100, "iat": int(time.time()) - 200},
    "nobody active has this key": {"sub": "999999"},
    "claim sub": {"sub": None},
}


@pytest.mark.parametrize("reason", WRONG)
async def test_an_answer_that_does_not_fit_lets_nobody_in(joined: Town, provider: LocalProvider, reason: str) -> None:
    provider.changes = WRONG[reason]
    async with joined.browser(None) as browser:
        with capture_logs() as lines:
            _, location, headers = await there_and_back(browser, provider)
        assert (location, REFUSED in headers) == ("/sign-in", True)
        assert (await browser.get("/settings")).status_code == 303
    assert [line["reason"] for line in lines if "refused" in line["event"]] == [reason.removesuffix(" missing")]


@pytest.mark.parametrize("way", ["another key", "no signature", "no token"])
async def test_an_answer_nobody_signed_lets_nobody_in(joined: Town, provider: LocalProvider, way: str) -> None:
    if way == "another key":
        provider.key = OTHER_RSA
    elif way == "no token":
        provider.answers_token = {"access_token": "x", "token_type": "Bearer"}
    else:
        provider.answers_token = {"access_token": "x", "token_type": "Bearer", "id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIyIn0."}
    async with joined.browser(None) as browser:
        assert (await there_and_back(browser, provider))[1] == "/sign-in"
        assert (await browser.get("/settings")).status_code == 303


@pytest.mark.parametrize("changes", [{"state": "another"}, {"state": ""}, {"code": ""}, {"code": "guessed"}])
async def test_a_state_or_code_of_somebody_else_lets_nobody_in(joined: Town, provider: LocalProvider, changes: dict[str, str]) -> None:
    async with joined.browser(None) as browser:
        assert (await there_and_back(browser, provider, **changes))[1] == "/sign-in"
        assert (await browser.get("/settings")).status_code == 303


async def test_an_answer_to_one_browser_opens_nothing_in_another(joined: Town, provider: LocalProvider) -> None:
    async with joined.browser(None) as mine, joined.browser(None) as theirs:
        gone = await mine.get("/sign-in/provider")
        code, state = provider.authorize(gone.headers["location"])
        back = await theirs.get(f"/sign-in/provider/callback?code={code}&state={state}")
        assert back.headers["location"] == "/sign-in"
        assert (await theirs.get("/settings")).status_code == 303


async def test_an_answer_counts_once_and_not_after_ten_minutes(joined: Town, provider: LocalProvider) -> None:
    async with joined.browser(None) as browser:
        gone = await browser.get("/sign-in/provider")
        kept = dict(browser.client.cookies)
        code, state = provider.authorize(gone.headers["location"])
        assert (await browser.get(f"/sign-in/provider/callback?code={code}&state={state}")).headers["location"] == "/"
        browser.client.cookies.update(kept)
        assert (await browser.get(f"/sign-in/provider/callback?code={code}&state={state}")).headers["location"] == "/sign-in"
        gone = await browser.get("/sign-in/provider")
        code, state = provider.authorize(gone.headers["location"])
        await joined.sql("UPDATE swannery.provider_attempts SET expires_at = now() - interval '1 s'")
        assert (await browser.get(f"/sign-in/provider/callback?code={code}&state={state}")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("about", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": 5}])
async def test_a_provider_that_describes_itself_wrongly_is_asked_nothing(
    joined: Town, provider: LocalProvider, about: dict[str, Any]
) -> None:
    provider.about = about
    async with joined.browser(None) as browser:
        gone = await browser.get("/sign-in/provider")
        assert gone.headers["location"] == "/sign-in"
        assert "does%20not%20answer" in str(gone.headers)


async def test_people_are_known_by_a_column_that_never_changes_and_never_by_their_address(
    provider: LocalProvider, town_url: str, built_town: tuple[str, Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_provider(built_town[1], provider, monkeypatch, column="provider_id")
    async with open_town(town_url, config) as town, town.browser(None) as browser:
        await town.sql("ALTER TABLE public.users ADD provider_id text")
        await town.sql("UPDATE public.users SET provider_id = 'auth|7' WHERE username = 'friend'")
        provider.subject, provider.changes = "auth|7", {"email": "member@app.example", "email_verified": True}
        assert (await there_and_back(browser, provider))[1] == "/settings"
        assert "@friend" in (await browser.get("/")).text
        await town.sql("UPDATE public.users SET provider_id = 'auth|7'")
        assert (await there_and_back(browser, provider))[1] == "/sign-in", "two people of one id are nobody"


async def test_without_a_provider_there_is_no_such_page(town: Town) -> None:
    async with town.browser(None) as browser:
        assert "/sign-in/provider" not in (await browser.get("/sign-in")).text
        assert (await browser.get("/sign-in/provider")).status_code == 404
        assert (await browser.get("/sign-in/provider/callback?code=x&state=y")).status_code == 404
