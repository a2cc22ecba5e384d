"""Invalid or not validated: reported where an earlier try left it behind; not where it is whole, or something else."""

import pytest
from patients import Patient

LINES = (
    """CREATE TABLE "Lines 〽" (id int PRIMARY KEY, who int, code int); INSERT INTO "Lines 〽" VALUES (1, 1, 5), (2, 99, 5), (3, NULL, 6)"""
)
KEY = 'ALTER TABLE "Lines 〽" ADD CONSTRAINT "b""y" FOREIGN KEY (who) REFERENCES people (id)'
BUILD = 'CREATE UNIQUE INDEX CONCURRENTLY "co de" ON "Lines 〽" (code)'


def surveyed(patient: Patient) -> list[tuple[object, object, str]]:
    return [(f.facts["kind"], f.facts["name"], f.severity) for f in patient.survey() if f.cause == "invalid_or_not_validated_constraint"]


def broken_index(patient: Patient) -> None:
    patient.run(LINES)
    assert patient.play([BUILD]) is not None


def test_a_key_that_cannot_be_validated_is_reported(any_patient: Patient) -> None:
    any_patient.run(f"{LINES}; {KEY} NOT VALID")
    found = any_patient.findings('ALTER TABLE "Lines 〽" VALIDATE CONSTRAINT "b""y"')[0]
    assert (found.cause, found.facts["kind"], found.facts["name"], found.facts["rows"]) == (
        "invalid_or_not_validated_constraint",
        "key",
        'b"y',
        1,
    )
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "1"
    assert surveyed(any_patient) == [("key", 'b"y', "risk")]


def test_a_key_left_not_valid_by_an_earlier_try_is_reported_when_it_is_added_again(any_patient: Patient) -> None:
    any_patient.run(f"{LINES}; {KEY} NOT VALID")
    found = any_patient.findings(KEY)[0]
    assert (found.cause, found.facts["kind"], found.facts["rows"]) == ("invalid_or_not_validated_constraint", "leftover", 1)


def test_an_index_whose_build_failed_is_reported_when_it_is_built_again(any_patient: Patient) -> None:
    broken_index(any_patient)
    found = any_patient.findings('CREATE UNIQUE INDEX "co de" ON "Lines 〽" (code)')[0]
    assert (found.cause, found.facts["kind"], found.facts["name"], found.facts["duplicates"]) == (
        "invalid_or_not_validated_constraint",
        "index",
        "co de",
        1,
    )
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "1"
    assert surveyed(any_patient) == [("index", "co de", "risk")]


@pytest.mark.parametrize(
    "wanted",
    [
        'ALTER TABLE uses ADD FOREIGN KEY (code) REFERENCES "Lines 〽" (code)',
        'ALTER TABLE "Lines 〽" ADD CONSTRAINT once UNIQUE USING INDEX "co de"',
    ],
)
def test_an_index_whose_build_failed_cannot_be_leaned_on(any_patient: Patient, wanted: str) -> None:
    broken_index(any_patient)
    any_patient.run("CREATE TABLE uses (code int)")
    found = any_patient.findings(wanted)
    assert (found[0].cause, found[0].facts["name"]) == ("invalid_or_not_validated_constraint", "co de")


def test_what_is_whole_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(f'{LINES}; DELETE FROM "Lines 〽" WHERE id = 2; {KEY}; CREATE UNIQUE INDEX "co de" ON "Lines 〽" (code)')
    assert surveyed(any_patient) == []
    assert any_patient.causes(KEY) == ["duplicate_constraint_name"]
    assert any_patient.causes('CREATE UNIQUE INDEX "co de" ON "Lines 〽" (code)') == ["partial_migration"]
    assert any_patient.causes('ALTER TABLE "Lines 〽" VALIDATE CONSTRAINT "b""y"') == []


def test_another_key_of_the_name_is_left_to_another_check(patient: Patient) -> None:
    patient.run(f"{LINES}; {KEY} NOT VALID")
    assert patient.causes(f"{KEY} ON DELETE CASCADE") == ["duplicate_constraint_name"]


def test_an_index_of_a_partitioned_table_that_waits_for_its_parts_is_not_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE logs (at int) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)")
    patient.run("CREATE INDEX waiting ON ONLY logs (at)")
    assert surveyed(patient) == []


def test_a_key_that_is_not_enforced_is_left_to_another_check(patient: Patient) -> None:
    patient.run(f"{LINES}; {KEY} NOT ENFORCED")
    assert surveyed(patient) == []
