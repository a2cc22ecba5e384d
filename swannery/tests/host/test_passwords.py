"""A password is checked against the app's own hash, and nobody learns from the time it takes who has an account."""

import asyncio
import time

import bcrypt
import pytest

from swannery.host import passwords
from swannery.host.actions import verify_password

COST = 6


def hashed(password: bytes, *, kind: str = "$2b$", cost: int = 4) -> str:
    made = bcrypt.hashpw(password[:72], bcrypt.gensalt(cost)).decode()
    return kind + made.removeprefix("$2b$")


@pytest.mark.parametrize("kind", ["$2a$", "$2b$", "$2y$"])
def test_the_right_password_passes_in_every_spelling_of_bcrypt(kind: str) -> None:
    stored = hashed("Zuckerl für Ü".encode(), kind=kind)
    assert passwords.check(stored, "Zuckerl für Ü")
    assert not passwords.check(stored, "zuckerl für ü")


@pytest.mark.parametrize(
    "stored", ["", "right", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "pbkdf2_sha256$1$a$b=", "$2b$31$" + "." * 53, "é"]
)
def test_a_hash_of_another_kind_never_passes(stored: str) -> None:
    assert not passwords.check(stored, "right")
    assert not passwords.check(stored, stored)


def test_a_long_password_counts_by_its_first_72_bytes_as_in_the_apps_libraries() -> None:
    long = "å" * 40
    stored = hashed(long.encode())
    assert passwords.check(stored, long)
    assert passwords.check(stored, long[:36] + "anything")
    assert not passwords.check(stored, "å" * 35 + "ab")


def test_a_password_with_a_nul_or_half_a_character_is_wrong_and_no_error() -> None:
    stored = hashed(b"right")
    assert not passwords.check(stored, "right\0")
    assert not passwords.check(stored, "right\0anything")
    assert not passwords.check(stored, "\ud800")


def test_a_decoy_is_a_hash_that_no_password_has() -> None:
    assert passwords.BCRYPT.match(passwords.decoy(12))
    assert passwords.cost_of(passwords.decoy(12)) == 12
    assert not any(passwords.check(passwords.decoy(4), password) for password in ("", "right", "password"))
    assert passwords.decoy() != passwords.decoy()


def test_a_cost_that_would_take_minutes_is_not_paid() -> None:
    assert passwords.cost_of(passwords.decoy(31)) == passwords.USUAL_COST


def seconds(stored: str) -> float:
    best = 9.0
    for _ in range(5):
        started = time.thread_time()  # the processor's time: other tests may be at work beside this one
        passwords.check(stored, "some password")
        best = min(best, time.thread_time() - started)
    return best


def test_nobody_takes_as_long_as_somebody() -> None:
    real = seconds(hashed(b"right", cost=9))
    assert 0.5 < seconds(passwords.decoy(9)) / real < 2
    # of another kind: the usual cost is paid, not nothing
    assert seconds("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA") > real


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
