"""Asking strangers' servers: only public ones, whatever a link, a name or a redirect says, and never for long."""

import ssl
import time
from collections.abc import AsyncIterator

import pytest
import trustme
from outside import INSIDE, OUTSIDE, Answer, World, listening, world

from swannery.foundation import outbound
from swannery.foundation.outbound import PUBLIC, NotFetched, Outbound

pytestmark = pytest.mark.anyio
PAGE = b"<title>A page</title>"
LITERAL = (
    "127.0.0.1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "0x7f000001", "0", "[::]", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "LOCALHOST.", "①②⑦.⓪.⓪.①", "127。0。0。1",
)  # fmt: skip
PRIVATE = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
    "2001:0:7f00:1::", "fd00:ec2::254",
)  # fmt: skip


@pytest.fixture
async def outside() -> AsyncIterator[World]:
    async with world() as made:
        made.site.answers["/"] = Answer(PAGE)
        made.inside.answers["/"] = Answer(b"<title>Secret</title>")
        yield made


async def fetch(outside: World, url: str, *, most: int = 1000, whole: bool = False) -> outbound.Fetched:
    return await outside.outbound().fetch(url, kinds=["text/html"], most=most, whole=whole)


async def test_a_public_page_is_read(outside: World) -> None:
    found = await fetch(outside, outside.address())
    assert (found.body, found.content_type, found.url) == (PAGE, "text/html; charset=utf-8", outside.address())
    assert outside.looked_up == ["gym.example"]


@pytest.mark.parametrize("host", LITERAL)
async def test_this_machine_is_never_asked_however_it_is_spelled(outside: World, host: str) -> None:
    outside.names[host.lower()] = outside.names["localhost"] = outside.names["localhost."] = [[INSIDE]]
    with pytest.raises(NotFetched):
        await fetch(outside, f"http://{host}:{outside.inside.port}/")
    assert outside.inside.asked == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_not_followed(address: str) -> None:
    async with world() as made:
        made.names["evil.example"] = [[address]]
        with pytest.raises(NotFetched, match="BlockedAddressError"):
            await fetch(made, "http://evil.example/")


async def test_one_private_address_among_public_ones_is_enough(outside: World) -> None:
    outside.names["evil.example"] = [[OUTSIDE, INSIDE]]
    with pytest.raises(NotFetched, match="BlockedAddressError"):
        await fetch(outside, outside.address(name="evil.example"))
    assert outside.site.asked == outside.inside.asked == []


async def test_a_name_that_changes_between_the_look_and_the_connection_changes_nothing(outside: World) -> None:
    outside.names["evil.example"] = [[OUTSIDE], [INSIDE]]
    async with listening(INSIDE) as trap:
        del trap
        assert (await fetch(outside, outside.address(name="evil.example"))).body == PAGE
    assert outside.looked_up == ["evil.example"]
    with pytest.raises(NotFetched):  # the next time it is looked up anew, and judged anew
        await fetch(outside, outside.address(name="evil.example"))
    assert outside.inside.asked == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "inner.example"])
async def test_a_redirect_is_judged_as_the_link_was(outside: World, status: str, host: str) -> None:
    outside.names["inner.example"] = [[INSIDE]]
    outside.site.answers["/"] = Answer(status=status, headers={"location": f"http://{host}:{outside.inside.port}/"})
    with pytest.raises(NotFetched):
        await fetch(outside, outside.address())
    assert len(outside.site.asked) == 1
    assert outside.inside.asked == []


async def test_redirects_are_followed_but_not_for_ever(outside: World) -> None:
    outside.site.answers["/there"] = Answer(status="302 Found", headers={"location": "/"})
    assert (await fetch(outside, outside.address("/there"))).url == outside.address("/")
    outside.site.answers["/loop"] = Answer(status="302 Found", headers={"location": "/loop"})
    with pytest.raises(NotFetched):
        await fetch(outside, outside.address("/loop"))
    assert len(outside.site.asked) == 2 + PUBLIC.max_redirects + 1


@pytest.mark.parametrize(
    "url",
    ["http://gym.example:22/", "https://gym.example:8443/", "ftp://gym.example/", "file:///etc/passwd", "gopher://gym.example/",
     "http://user:secret@gym.example/", "http://", "//gym.example/", "http://[::1", "", "http://gym.example:99999/", "javascript:alert(1)",
     "http://gym.exa mple/", "http://gym.example\r\nHost: x/", "http://" + "a" * 9000],
)  # fmt: skip
async def test_only_the_web_at_its_usual_ports_is_asked(url: str) -> None:
    with pytest.raises(NotFetched):
        await Outbound(agent="test", resolver=lambda *_: pytest.fail("a name was looked up")).fetch(url, kinds=[], most=1, whole=False)


async def test_what_is_endless_is_cut_or_not_taken(outside: World) -> None:
    outside.site.answers["/"] = Answer(b"x" * 10_000, pieces=1000)
    assert len((await fetch(outside, outside.address(), most=15_000)).body) == 15_000
    with pytest.raises(NotFetched, match="too large"):
        await fetch(outside, outside.address(), most=15_000, whole=True)


async def test_what_drips_is_given_up(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "WHOLE_S", 0.5)
    outside.site.answers["/"] = Answer(b"x", pieces=10_000, pause_s=0.05)
    began = time.monotonic()
    with pytest.raises(NotFetched, match="TimeoutError"):
        await fetch(outside, outside.address())
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer",
    [
        Answer(PAGE, status="404 Not Found"),
        Answer(PAGE, status="204 No Content"),
        Answer(PAGE, kind="application/pdf"),
        Answer(PAGE, kind=""),
        Answer(PAGE, headers={"content-encoding": "gzip"}),
        Answer(PAGE, headers={"x-long": "x" * 300_000}),
        Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
        Answer(raw=b""),
        Answer(raw=b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 99\r\n\r\nshort"),
        Answer(raw=b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["gone", "empty", "pdf", "nameless", "packed", "headers", "ssh", "silent", "short", "chunks"],
)
async def test_what_is_no_page_is_not_taken(outside: World, answer: Answer) -> None:
    outside.site.answers["/"] = answer
    with pytest.raises(NotFetched):
        await fetch(outside, outside.address())


async def test_nothing_of_ours_is_sent(outside: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://{INSIDE}:{outside.inside.port}")
    outside.site.answers["/"] = Answer(status="302 Found", headers={"location": "/next", "set-cookie": "who=you; Path=/"})
    outside.site.answers["/next"] = Answer(PAGE)
    await fetch(outside, outside.address())
    heads = "".join(outside.site.asked).lower()
    assert outside.inside.asked == []
    assert "cookie" not in heads
    assert "referer" not in heads
    assert "authorization" not in heads
    assert heads.count("user-agent: swannery/test\r\n") == 2


async def test_an_encrypted_page_must_be_of_whom_the_link_names(outside: World) -> None:
    authority = trustme.CA()
    outside.trusted, serving = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(outside.trusted)
    authority.issue_cert("gym.example").configure_cert(serving)
    async with listening(OUTSIDE, context=serving) as site:
        site.answers["/"] = Answer(PAGE)
        outside.site = site
        assert (await fetch(outside, outside.address(scheme="https"))).body == PAGE
        with pytest.raises(NotFetched, match="ConnectError"):
            await fetch(outside, outside.address(scheme="https", name="bank.example"))
        outside.trusted = None
        with pytest.raises(NotFetched, match="ConnectError"):
            await fetch(outside, outside.address(scheme="https"))
