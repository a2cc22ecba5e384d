"""Unconvertible data: reported with the values that the new type refuses; not where every value reads."""

import pytest
from patients import Patient


def alter(to: str) -> str:
    return f'ALTER TABLE "Küche 🍲" ALTER COLUMN "Öl ""x"" y" TYPE {to} USING "Öl ""x"" y"::{to}'


def kitchen(*values: str, null: str = "") -> str:
    rows = ", ".join(f"({v})" for v in values)
    return f'CREATE TABLE "Küche 🍲" ("Öl ""x"" y" text {null}); INSERT INTO "Küche 🍲" VALUES {rows}'


@pytest.mark.parametrize(
    ("to", "bad"),
    [("integer", "x1"), ("uuid", "not-one"), ("smallint", "70000"), ("date", "2024-02-31"), ("boolean", "perhaps")],
)
def test_values_that_the_type_refuses_are_counted_and_shown(patient: Patient, to: str, bad: str) -> None:
    patient.run(kitchen(f"'{bad}'", f"'{bad}'", "NULL"))
    found = patient.findings(alter(to))[0]
    assert (found.cause, found.facts["rows"], found.facts["values"], found.facts["nullable"]) == ("unconvertible_data", 2, [bad], True)
    assert (found.facts["convertible"], found.facts["column"]) == (0, 'Öl "x" y')
    assert found.evidence[0].answer == "0 / 2"


def test_values_that_mean_none_are_told_apart(patient: Patient) -> None:
    patient.run(kitchen("''", "'N/A'", "'x'", "'7'", null="NOT NULL"))
    found = patient.findings(alter("integer"))[0]
    assert (sorted(found.facts["meaning_none"]), found.facts["nullable"]) == (["", "N/A"], False)  # type: ignore[arg-type]  # a list of values
    assert (found.facts["rows"], found.facts["convertible"]) == (3, 1)


def test_values_with_quotes_and_emoji_are_shown_as_they_are(patient: Patient) -> None:
    patient.run(kitchen("'it''s \"🍲\"'"))
    assert patient.findings(alter("integer"))[0].facts["all_values"] == ['it\'s "🍲"']


@pytest.mark.parametrize(("to", "values"), [("integer", ["'1'", "NULL", "' 2 '"]), ("varchar(2)", ["'ab'"]), ("numeric", ["'1e3'"])])
def test_where_every_value_reads_nothing_is_reported(patient: Patient, to: str, values: list[str]) -> None:
    patient.run(kitchen(*values))
    assert patient.error(alter(to)) is None
    assert patient.causes(alter(to)) == patient.causes(alter(to), failed=False) == []


def test_a_value_that_is_only_written_is_not_reported(patient: Patient) -> None:
    assert patient.causes("INSERT INTO people VALUES ('x')") == []
    assert patient.causes("UPDATE letters SET id = 'x'") == []
