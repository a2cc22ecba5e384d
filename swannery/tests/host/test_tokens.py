"""A signed token holds when it is the app's, for us, of now and whole; whatever else it is, it does not."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from signing import AUDIENCE, ED, ISSUER, OTHER_RSA, RSA, SECRET, forged, jwks, public_pem, token

from swannery.host import keys
from swannery.host.keys import KeySource, KeysUnusable, read_keys
from swannery.host.tokens import Claims, Expected, TokenRefused, read_token

MATERIAL = {"HS256": SECRET, "RS256": public_pem(RSA), "EdDSA": public_pem(ED)}


def expected(algorithm: str = "HS256", **changes: Any) -> Expected:
    usual: dict[str, Any] = {"essential": ("iss", "aud", "exp", "iat", "jti"), "longest_s": 300}
    return Expected(algorithm=algorithm, issuer=ISSUER, audience=AUDIENCE, **{**usual, **changes})


def read(text: str, algorithm: str = "HS256", *, material: str = "", later: timedelta = timedelta(), **changes: Any) -> Claims:
    source = KeySource(algorithm=algorithm, keys=read_keys((material or MATERIAL[algorithm]).encode(), algorithm=algorithm))
    return asyncio.run(read_token(text, expected=expected(algorithm, **changes), source=source, now=datetime.now(UTC) + later))


@pytest.mark.parametrize("algorithm", MATERIAL)
def test_a_token_of_the_app_says_whom_it_is_for(algorithm: str) -> None:
    assert read(token(algorithm), algorithm).subject == "2"


def test_ed25519_may_be_called_by_its_new_name() -> None:
    assert read(token("Ed25519", key=ED), "EdDSA").subject == "2"


def test_another_claim_may_hold_the_key_and_be_a_number() -> None:
    assert read(token(user_id=7, sub=None), claim="user_id").subject == "7"


def test_the_audience_may_be_one_of_several() -> None:
    assert read(token(aud=["https://other.example", AUDIENCE])).subject == "2"


def from_now(seconds: int) -> timedelta:
    """A time that is told when the test runs: the suite takes longer than a token lives."""
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        *(("claim", {name: None}) for name in ("iss", "aud", "exp", "iat", "jti")),
        ("claim sub", {"sub": None}),
        ("claim sub", {"sub": ""}),
        ("claim sub", {"sub": True}),
        ("claim sub", {"sub": ["2"]}),
        ("claim sub", {"sub": "x" * 300}),
        ("claim iss", {"iss": "https://evil.example"}),
        ("claim iss", {"iss": [ISSUER]}),
        ("claim iss", {"iss": ISSUER + "/"}),
        ("claim aud", {"aud": "https://other.example"}),
        ("claim aud", {"aud": []}),
        ("claim aud", {"aud": {"a": AUDIENCE}}),
        ("claim exp", {"exp": from_now(-120), "iat": from_now(-180)}),
        ("claim exp", {"exp": "soon"}),
        ("claim exp", {"exp": float("nan")}),
        ("claim", {"exp": 10**30, "iat": 10**30 - 5}),
        ("claim nbf", {"nbf": from_now(3600)}),
        ("claim iat", {"iat": from_now(3600), "exp": from_now(3660)}),
        ("good for too long", {"exp": from_now(3600)}),
        ("good for too long", {"iat": from_now(-400)}),
        ("good for too long", {"iat": from_now(20), "exp": from_now(10)}),
    ],
)
def test_what_does_not_say_all_that_is_expected_is_refused(reason: str, changes: dict[str, Any]) -> None:
    now = int(time.time())
    told: dict[str, Any] = {
        name: now + int(value.total_seconds()) if isinstance(value, timedelta) else value for name, value in changes.items()
    }
    with pytest.raises(TokenRefused, match=reason):
        read(token(**told))


def test_clocks_may_differ_by_half_a_minute_and_no_more() -> None:
    text = token()
    assert read(text, later=timedelta(seconds=80)).subject == "2"
    with pytest.raises(TokenRefused, match="claim exp"):
        read(text, later=timedelta(seconds=95))


def mixed(one: str, other: str) -> str:
    head, _, signature = one.split(".")
    return f"{head}.{other.split('.')[1]}.{signature}"


FORGERIES: dict[str, tuple[str, Callable[[], str]]] = {
    "no algorithm at all": ("HS256", lambda: forged({"alg": "none"})),
    "none in other letters": ("RS256", lambda: forged({"alg": "NoNe"})),
    "a secret made of the public key": ("RS256", lambda: forged({"alg": "HS256"}, secret=public_pem(RSA).encode())),
    "the same for EdDSA": ("EdDSA", lambda: forged({"alg": "HS256"}, secret=public_pem(ED).encode())),
    "an empty secret": ("HS256", lambda: forged({"alg": "HS256"}, secret=b"\0")),
    "somebody else's key": ("RS256", lambda: token("RS256", key=OTHER_RSA)),
    "a key it brings along": ("RS256", lambda: token("RS256", key=OTHER_RSA, header={"jwk": OTHER_RSA.as_dict(private=False)})),
    "an address of its own": ("RS256", lambda: token("RS256", key=OTHER_RSA, header={"jku": "https://evil.example/jwks.json"})),
    "another algorithm of the same key": ("RS256", lambda: token("PS256", key=RSA)),
    "a signature cut off": ("HS256", lambda: token().rpartition(".")[0] + "."),
    "another body under the same signature": ("HS256", lambda: mixed(token(), token(sub="1"))),
    "an access token": ("HS256", lambda: token(header={"typ": "at+jwt"})),
    "what must be understood and is not": ("HS256", lambda: forged({"alg": "HS256", "crit": ["x"], "x": 1}, secret=SECRET.encode())),
    "a body that is not encoded": ("HS256", lambda: forged({"alg": "HS256", "crit": ["b64"], "b64": False}, secret=SECRET.encode())),
    "nothing": ("HS256", lambda: ""),
    "dots": ("HS256", lambda: "...."),
    "no letters of ours": ("HS256", lambda: "é.é.é"),
    "a header that is a list": ("HS256", lambda: "W10.e30.AA"),
    "far too much": ("HS256", lambda: token(more="x" * 20_000)),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused(forgery: str) -> None:
    algorithm, make = FORGERIES[forgery]
    with pytest.raises(TokenRefused):
        read(make(), algorithm)


def test_a_token_says_by_which_key_of_a_set_it_is_signed() -> None:
    known = jwks(old=OTHER_RSA, new=RSA)
    assert read(token("RS256", header={"kid": "new"}), "RS256", material=known).subject == "2"
    assert read(token("RS256"), "RS256", material=known).subject == "2"
    for header in ({"kid": "old"}, {"kid": "unknown"}, {"kid": 7}):
        with pytest.raises(TokenRefused):
            read(token("RS256", header=header) if header["kid"] != 7 else forged({"alg": "RS256", **header}), "RS256", material=known)


@pytest.mark.parametrize(
    ("algorithm", "material", "why"),
    [
        ("HS256", "short", "5 bytes"),
        ("HS256", public_pem(RSA), "public key"),
        ("RS256", "no key", "no public key"),
        ("RS256", RSA.as_pem(private=True).decode(), "private key"),
        ("RS256", public_pem(ED), "no public key|does not fit"),
        ("EdDSA", public_pem(RSA), "no public key|does not fit"),
        ("RS256", jwks(ed=ED), "holds no key"),
        ("RS256", "{}", "holds no key"),
        ("RS256", "{", "no JWKS"),
        ("RS256", json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0"}, 5, {"kty": "RSA"}]}), "holds no key"),
        ("RS256", json.dumps({"keys": [{**RSA.as_dict(private=False), "use": "enc"}]}), "holds no key"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_in_words_that_hold_nothing_of_them(algorithm: str, material: str, why: str) -> None:
    with pytest.raises(KeysUnusable, match=why) as refused:
        read_keys(material.encode(), algorithm=algorithm)
    assert material[30:60] not in str(refused.value) or len(material) < 60


def test_a_key_that_is_too_small_is_refused() -> None:
    with pytest.warns(UserWarning, match=r"2048|112"):
        small = RSAKey.generate_key(1024)
    with pytest.raises(KeysUnusable, match="does not fit"):
        read_keys(public_pem(small).encode(), algorithm="RS256")


class Address:
    """What an app shows at its address, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.body, self.asked, self.down = jwks(one=RSA), 0, False
        monkeypatch.setattr(keys, "fetch", self.fetch)
        self.source = KeySource(algorithm="RS256", url="https://app.example/jwks.json")
        self.start = datetime.now(UTC)

    async def fetch(self, _url: str) -> bytes:
        self.asked += 1
        if self.down:
            raise httpx2.ConnectError("away")
        return self.body.encode()

    def holds(self, text: str, *, after_s: float = 0) -> bool:
        now = self.start + timedelta(seconds=after_s)
        try:
            asyncio.run(read_token(text, expected=expected("RS256", longest_s=0), source=self.source, now=now))
        except TokenRefused:
            return False
        return True


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Address:
    return Address(monkeypatch)


LONG: dict[str, Any] = {"exp": int(time.time()) + 90_000}


def test_an_address_is_asked_once_for_many_tokens(address: Address) -> None:
    assert all(address.holds(token("RS256", header={"kid": "one"})) for _ in range(5))
    assert address.asked == 1


def test_keys_that_were_exchanged_are_asked_for_anew(address: Address) -> None:
    assert address.holds(token("RS256", header={"kid": "one"}))
    address.body = jwks(two=OTHER_RSA)
    new = token("RS256", key=OTHER_RSA, header={"kid": "two"}, **LONG)
    assert not address.holds(new, after_s=5), "it is not asked more often than every 15 seconds"
    assert address.holds(new, after_s=20)
    assert not address.holds(token("RS256", header={"kid": "one"}, **LONG), after_s=21), "the old key is gone"


def test_a_storm_of_unknown_keys_does_not_become_one_of_questions(address: Address) -> None:
    assert not any(address.holds(token("RS256", header={"kid": f"{n}"}), after_s=n / 10) for n in range(50))
    assert address.asked == 1


def test_an_address_that_is_away_for_a_while_harms_nobody_and_for_long_lets_nobody_in(address: Address) -> None:
    held = token("RS256", header={"kid": "one"}, **LONG)
    assert address.holds(held)
    address.down = True
    assert address.holds(held, after_s=1800)
    assert not address.holds(held, after_s=3700)
    address.down = False
    assert address.holds(held, after_s=3720)
