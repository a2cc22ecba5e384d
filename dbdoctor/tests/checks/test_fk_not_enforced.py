"""Key not enforced: reported where rows stand under it unseen, or it guards nothing; not where it does its work."""

from patients import Patient

LINES = """CREATE TABLE "Lines 〽" (id int PRIMARY KEY, who int NOT NULL CONSTRAINT "b""y" REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO "Lines 〽" VALUES (1, 1), (2, 2), (3, 3)"""
UNSEEN = "SET session_replication_role = replica; DELETE FROM people WHERE id = 3; SET session_replication_role = DEFAULT"


def surveyed(patient: Patient) -> list[tuple[object, str, object]]:
    return [(f.facts["key"], f.severity, f.facts["rows"]) for f in patient.survey() if f.cause == "fk_not_enforced"]


def test_rows_that_came_under_a_valid_key_are_reported(any_patient: Patient) -> None:
    any_patient.run(f"{LINES}; {UNSEEN}")
    found = any_patient.findings('ALTER TABLE "Lines 〽" ADD CONSTRAINT again FOREIGN KEY (who) REFERENCES people (id)')[0]
    assert (found.cause, found.facts["key"], found.facts["rows"], found.facts["values"]) == ("fk_not_enforced", 'b"y', 1, ["3"])
    assert (found.facts["on_delete"], found.facts["nullable"]) == ("CASCADE", False)
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "1"
    assert surveyed(any_patient) == [('b"y', "risk", 1)]


def test_a_key_whose_triggers_are_off_is_reported_even_with_no_wrong_row(any_patient: Patient) -> None:
    any_patient.run(f'{LINES}; ALTER TABLE "Lines 〽" DISABLE TRIGGER ALL')
    assert surveyed(any_patient) == [('b"y', "risk", 0)]


def test_a_key_that_says_not_enforced_is_reported(patient: Patient) -> None:
    patient.run(f'{LINES}; ALTER TABLE "Lines 〽" ALTER CONSTRAINT "b""y" NOT ENFORCED; INSERT INTO "Lines 〽" VALUES (9, 99)')
    found = patient.findings('ALTER TABLE "Lines 〽" VALIDATE CONSTRAINT "b""y"')[0]
    assert (found.cause, found.facts["enforced"], found.facts["rows"], found.severity) == ("fk_not_enforced", False, 1, "blocking")
    assert surveyed(patient) == [('b"y', "risk", 1)]


def test_a_key_that_guards_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(LINES)
    assert surveyed(any_patient) == []
    assert any_patient.causes('ALTER TABLE "Lines 〽" ADD FOREIGN KEY (who) REFERENCES people (id)') == []


def test_orphans_under_no_key_or_one_that_is_not_valid_are_another_matter(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int, vet int); INSERT INTO pets VALUES (99, 1)")
    assert patient.causes("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people") == ["orphan_rows"]
    patient.run("ALTER TABLE pets ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people NOT VALID")
    assert surveyed(patient) == []
    assert "fk_not_enforced" not in patient.causes("ALTER TABLE pets VALIDATE CONSTRAINT owned")


def test_a_row_that_a_working_key_refuses_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(LINES)
    assert any_patient.causes('INSERT INTO "Lines 〽" VALUES (4, 99)') == []


def test_composite_keys_with_a_part_that_is_null_are_not_reported(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE rooms (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE beds (a int, b int, FOREIGN KEY (a, b) REFERENCES rooms)"
    )
    patient.run("INSERT INTO beds VALUES (1, NULL), (NULL, NULL)")
    assert surveyed(patient) == []
