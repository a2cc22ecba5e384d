"""Asking strangers' servers for what somebody's words name, without being led to places that only this machine can reach.

Names are looked up once and the connection goes to an address that was judged (ssrfguard): nothing private, local or reserved in any
spelling, ports 80 and 443 only, each redirect judged again. Nothing of ours is sent: no cookies, no variables' proxies, no referrer.
"""

import asyncio
import ssl
from collections.abc import Collection
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import certifi
import httpx
import structlog
from ssrfguard import Policy, Resolver, SSRFGuardError
from ssrfguard.httpx import AsyncClient

log = structlog.get_logger("swannery.outbound")

PUBLIC = Policy(max_redirects=4)
STEP_S = 5.0  # to connect, and between two pieces of an answer
WHOLE_S = 12.0  # from the first question to the last byte, redirects included: nobody can drip for longer


class Fetched(NamedTuple):
    """What a server answered: where it was found in the end, what it says it is, and its bytes, perhaps not all of them."""

    url: str
    content_type: str
    body: bytes


class NotFetched(Exception):
    """There is nothing to be had; the reason names no address."""


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


class Outbound:
    """One per process. `agent` is what we call ourselves; `policy`, `resolver` and `trusted` differ in tests alone."""

    def __init__(
        self, *, agent: str, policy: Policy = PUBLIC, resolver: Resolver | None = None, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._agent = agent
        self._policy = policy
        self._resolver = resolver
        self._trusted = trusted

    async def fetch(self, url: str, *, kinds: Collection[str], most: int, whole: bool) -> Fetched:
        """Return what an address answers, of these media types; raises NotFetched.

        At most `most` bytes are read: what is longer is cut there, or not taken where it must be whole.
        """
        try:
            async with asyncio.timeout(WHOLE_S), self._client(kinds) as client, client.stream("GET", url) as answer:
                content_type = _content_type(answer, kinds=kinds)
                return Fetched(str(answer.url), content_type, await _body(answer, most=most, whole=whole))
        except NotFetched as error:
            log.info("nothing fetched", reason=str(error))
            raise
        except (SSRFGuardError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            # The words of these name addresses, which are somebody's.
            log.info("nothing fetched", reason=type(error).__name__)
            raise NotFetched(type(error).__name__) from None

    def _client(self, kinds: Collection[str]) -> AsyncClient:
        headers = {"user-agent": self._agent, "accept": ", ".join(kinds), "accept-encoding": "identity", "accept-language": "*;q=0.5"}
        return AsyncClient(
            policy=self._policy,
            resolver=self._resolver,
            headers=headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=True,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
            timeout=STEP_S,
            trust_env=False,
            verify=self._trusted or _trusted(),
        )


def _content_type(answer: httpx.Response, *, kinds: Collection[str]) -> str:
    if answer.status_code != httpx.codes.OK:
        raise NotFetched(f"status {answer.status_code}")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched("packed, though it was asked for as it is")
    content_type = str(answer.headers.get("content-type", ""))
    if content_type.partition(";")[0].strip().lower() not in kinds:
        raise NotFetched("another kind of thing")
    return content_type


async def _body(answer: httpx.Response, *, most: int, whole: bool) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > most:
            if whole:
                raise NotFetched("too large")
            break
    return bytes(body[:most])
