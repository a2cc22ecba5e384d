"""Every check and every remedy is in the list by which it is found, once."""

from pathlib import Path

from dbdoctor import checks, repairs


def modules(package: str | None) -> set[str]:
    assert package is not None
    return {path.stem for path in Path(package).parent.glob("*.py") if not path.stem.startswith("_")}


def test_every_check_is_looked_up_somewhere() -> None:
    assert modules(checks.__file__) == set(checks.ORDER) | set(checks.SURVEYS)
    assert len(set(checks.ORDER)) == len(checks.ORDER)
    assert len(set(checks.SURVEYS)) == len(checks.SURVEYS)


def test_every_remedy_is_proposed_somewhere() -> None:
    assert modules(repairs.__file__) == set(repairs.PROPOSALS)
    assert len(set(repairs.PROPOSALS)) == len(repairs.PROPOSALS)
