"""A password is checked against the app's own hash, in every spelling apps have, and nobody learns from the time who has an account."""

import asyncio
import time
from collections.abc import Callable

import argon2
import bcrypt
import pytest
from django.contrib.auth import hashers  # type: ignore[import-untyped]  # Django ships no types
from hypothesis import given, settings
from hypothesis import strategies as some
from structlog.testing import capture_logs
from werkzeug.security import generate_password_hash

from swannery.host import passwords
from swannery.host.actions import verify_password
from swannery.host.hashes import Unusable, read_hash

Make = Callable[[str], str]
SALT = "saltsaltsalt"


class DjangoScrypt(hashers.ScryptPasswordHasher):  # type: ignore[misc]  # Django ships no types
    work_factor = 2**4


class DjangoArgon2(hashers.Argon2PasswordHasher):  # type: ignore[misc]  # Django ships no types
    time_cost, memory_cost, parallelism = 1, 64, 1


class DjangoBcrypt(hashers.BCryptPasswordHasher):  # type: ignore[misc]  # Django ships no types
    rounds = 4


class DjangoBcryptSha256(hashers.BCryptSHA256PasswordHasher):  # type: ignore[misc]  # Django ships no types
    rounds = 4


def hashed(password: bytes, *, kind: str = "$2b$", cost: int = 4) -> str:
    made = bcrypt.hashpw(password[:72], bcrypt.gensalt(cost)).decode()
    return kind + made.removeprefix("$2b$")


# Made by the libraries themselves, at their least cost.
MAKERS: dict[str, Make] = {
    "bcrypt (Node, Devise, Spring)": lambda p: hashed(p.encode()),
    "bcrypt (old)": lambda p: hashed(p.encode(), kind="$2a$"),
    "bcrypt (Laravel, PHP)": lambda p: hashed(p.encode(), kind="$2y$"),
    "argon2id": argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash,
    "argon2i": argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=argon2.Type.I).hash,
    "argon2d": argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=2, type=argon2.Type.D).hash,
    "django pbkdf2_sha256": lambda p: str(hashers.PBKDF2PasswordHasher().encode(p, SALT, iterations=10)),
    "django pbkdf2_sha1": lambda p: str(hashers.PBKDF2SHA1PasswordHasher().encode(p, SALT, iterations=10)),
    "django argon2": lambda p: str(DjangoArgon2().encode(p, SALT)),
    "django scrypt": lambda p: str(DjangoScrypt().encode(p, SALT)),
    "django bcrypt": lambda p: str(DjangoBcrypt().encode(p.encode()[:72].decode(errors="ignore"), DjangoBcrypt().salt())),
    "django bcrypt_sha256": lambda p: str(DjangoBcryptSha256().encode(p, DjangoBcryptSha256().salt())),
    "werkzeug scrypt": lambda p: generate_password_hash(p, "scrypt:1024:8:1"),
    "werkzeug pbkdf2 sha256": lambda p: generate_password_hash(p, "pbkdf2:sha256:10"),
    "werkzeug pbkdf2 sha512": lambda p: generate_password_hash(p, "pbkdf2:sha512:10"),
}
# Of "password", by passlib.
OF_PASSLIB = (
    "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M",
    "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
)
BROKEN = (
    "",
    "right",
    "é",
    "$",
    "$2b$10$short",
    "$2b$xx$" + "." * 53,
    "$2b$04$" + "A" * 53,
    "pbkdf2_sha256$1$a$b=",
    "pbkdf2_sha256$0$salt$YWJj",
    "pbkdf2_sha256$١٢$salt$YzW1imJGX2fKfahd01/3uZBtOoeQdTLgqrqz0yfKLlk=",
    "pbkdf2:md5:1000$salt$" + "00" * 16,
    "pbkdf2:sha256:1000$salt$",
    "pbkdf2:sha256:-1$salt$" + "00" * 32,
    "scrypt:15:8:1$salt$" + "00" * 64,
    "scrypt:0:8:1$salt$" + "00" * 64,
    "scrypt:16:8:0$salt$" + "00" * 64,
    "scrypt$16$salt$8$1$not base64",
    "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
    "$argon2id$v=19$m=8,t=0,p=1$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$v=19$m=8,m=8,m=8$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$v=99$m=64,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$$$$$",
    "x" * 5000,
    "$argon2id$v=19$m=8,t=1,p=8$c2FsdHNhbHQ$" + "A" * 43,
    "{SSHA}abc",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "$1$salt$hash",
    "\0",
    "$2b$04$\ud800",
)
HOSTILE = (
    "$2b$31$" + "." * 53,
    "$2b$17$" + "." * 53,
    "pbkdf2_sha256$999999999$salt$" + "A" * 43 + "=",
    "pbkdf2:sha256:999999999$salt$" + "00" * 32,
    "pbkdf2:sha1:5000000$salt$" + "00" * 64,
    "scrypt:67108864:8:1$salt$" + "00" * 64,
    "scrypt:32768:8:999999$salt$" + "00" * 64,
    "scrypt:2:999999999:1$salt$" + "00" * 64,
    "scrypt$1048576$salt$8$1$" + "A" * 86 + "==",
    "$scrypt$ln=99,r=8,p=1$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$v=19$m=65536,t=999999999,p=4$c2FsdHNhbHQ$" + "A" * 43,
    "$argon2id$v=19$m=65536,t=1,p=255$c2FsdHNhbHQ$" + "A" * 43,
)


@pytest.mark.parametrize("maker", MAKERS)
def test_the_right_password_passes_in_every_spelling(maker: str) -> None:
    stored = MAKERS[maker]("Zuckerl für Ü")
    assert passwords.is_usable(stored)
    assert passwords.check(stored, "Zuckerl für Ü")
    assert not passwords.check(stored, "zuckerl für ü")
    assert not passwords.check(stored, "")
    assert not passwords.check(stored, stored)


@pytest.mark.parametrize("stored", OF_PASSLIB)
def test_passlibs_spellings_are_read_too(stored: str) -> None:
    assert passwords.check(stored, "password")
    assert not passwords.check(stored, "Password")


@settings(max_examples=15, deadline=None)
@given(
    maker=some.sampled_from([maker for maker in MAKERS if not maker.startswith(("bcrypt", "django bcrypt"))]),
    password=some.text(some.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=200),
)
def test_any_password_of_any_length_is_told_from_any_other(maker: str, password: str) -> None:
    stored = MAKERS[maker](password)
    assert passwords.check(stored, password)
    assert not passwords.check(stored, password + "x")


@pytest.mark.parametrize("stored", BROKEN)
def test_what_is_no_hash_never_passes_and_breaks_nothing(stored: str) -> None:
    with pytest.raises(Unusable):
        read_hash(stored)
    assert not passwords.check(stored, "right")


@settings(max_examples=200, deadline=None)
@given(
    begins=some.sampled_from(
        ["$2b$04$", "$argon2id$v=19$", "scrypt:", "scrypt$", "$scrypt$ln=", "pbkdf2_sha256$", "pbkdf2:", "bcrypt$$2b$"]
    ),
    rest=some.text("0123456789abcd$:=,./+mtpr\0é\ud800", max_size=90),
)
def test_whatever_stands_there_reading_it_breaks_nothing(begins: str, rest: str) -> None:
    try:
        read_hash(begins + rest)
    except Unusable as error:
        assert error.reason in {"broken", "too costly", "of no known kind", "too long"}  # noqa: PT017 - any other error fails the test


@pytest.mark.parametrize("stored", HOSTILE)
def test_a_cost_that_would_stall_the_server_is_not_paid(stored: str) -> None:
    started = time.thread_time()
    with pytest.raises(Unusable, match="too costly"):
        read_hash(stored)
    assert time.thread_time() - started < 0.05
    with capture_logs() as lines:
        assert not passwords.is_usable(stored)
    assert [line["reason"] for line in lines] == ["too costly"]


def test_the_log_says_why_a_password_cannot_be_used_and_nothing_of_it() -> None:
    with capture_logs() as lines:
        assert not passwords.is_usable("hunter2")
        assert not passwords.is_usable("$2b$10$hunter2")
    assert [line["reason"] for line in lines] == ["of no known kind", "broken"]
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("stored", ["", "!", "!Xh3kd9sSj", "*", "  "])
def test_somebody_who_has_no_password_is_no_news(stored: str) -> None:
    with capture_logs() as lines:
        assert not passwords.is_usable(stored)
    assert lines == []


def test_a_long_password_counts_by_its_first_72_bytes_where_the_apps_library_cuts() -> None:
    long = "å" * 40
    stored = hashed(long.encode())
    assert passwords.check(stored, long)
    assert passwords.check(stored, long[:36] + "anything")
    assert not passwords.check(stored, "å" * 35 + "ab")
    whole = MAKERS["django bcrypt_sha256"](long)
    assert passwords.check(whole, long)
    assert not passwords.check(whole, long[:36] + "anything")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_password_with_a_nul_or_half_a_character_is_wrong_and_no_error(maker: str) -> None:
    stored = MAKERS[maker]("right")
    assert not passwords.check(stored, "right\0")
    assert not passwords.check(stored, "right\0anything")
    assert not passwords.check(stored, "\ud800")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_decoy_costs_the_same_and_no_password_has_it(maker: str) -> None:
    stored = MAKERS[maker]("right")
    decoy = passwords.decoy_for("nobody", among=[stored])
    assert read_hash(decoy).costs == read_hash(stored).costs
    assert decoy != passwords.decoy_for("nobody", among=[stored])
    assert not any(passwords.check(decoy, password) for password in ("", "right", "password"))


@pytest.mark.parametrize("among", [[], ["plain"], [HOSTILE[0]]])
def test_where_the_app_has_nothing_to_go_by_a_decoy_is_of_the_usual_cost(among: list[str]) -> None:
    assert read_hash(passwords.decoy_for("nobody", among=among)).costs == ("bcrypt", "10")


def test_where_the_app_changed_its_library_each_name_always_meets_the_same_kind() -> None:
    among = [MAKERS["argon2id"]("a"), *(hashed(b"b") for _ in range(3))]

    def met(name: str) -> str:
        return read_hash(passwords.decoy_for(name, among=among)).costs[0]

    kinds = {name: met(name) for name in map(str, range(200))}
    assert all(met(name) == kind for name, kind in kinds.items())
    assert 20 < sum(kind == "argon2" for kind in kinds.values()) < 80  # about one in four, as in the app
    assert met("Alice") == met("aLICE")


def seconds(stored: str) -> float:
    best = 9.0
    for _ in range(5):
        started = time.thread_time()  # the processor's time: other tests may be at work beside this one
        passwords.check(stored, "some password")
        best = min(best, time.thread_time() - started)
    return best


@pytest.mark.parametrize("kind", ["bcrypt", "pbkdf2", "scrypt"])
def test_nobody_takes_as_long_as_somebody(kind: str) -> None:
    real = {
        "bcrypt": lambda: hashed(b"right", cost=9),
        "pbkdf2": lambda: generate_password_hash("right", "pbkdf2:sha256:60000"),
        "scrypt": lambda: generate_password_hash("right", "scrypt:4096:8:1"),
    }[kind]()
    assert 0.5 < seconds(passwords.decoy_for("nobody", among=[real])) / seconds(real) < 2


def test_many_checks_at_once_leave_the_loop_free() -> None:
    stored = hashed(b"right", cost=9)

    async def at_once() -> tuple[list[bool], int]:
        checks = asyncio.gather(*(verify_password(stored, word) for word in ("right", "wrong") * 8))
        beats = 0
        while not checks.done():
            await asyncio.sleep(0.005)
            beats += 1
        return list(await checks), beats

    answers, beats = asyncio.run(at_once())
    assert answers == [True, False] * 8
    assert beats >= 5
    assert len(passwords._threads._threads) <= passwords._threads._max_workers
