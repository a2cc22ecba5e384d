"""SET NULL on a column that may not be NULL: reported before and when it fails; not where the column may be NULL."""

import pytest
from patients import Patient

REPLIES = """CREATE TABLE "Replies 💬" (id int PRIMARY KEY,
  "Who ""x"" y" int NOT NULL CONSTRAINT "b""y" REFERENCES people (id) ON DELETE SET NULL);
INSERT INTO "Replies 💬" VALUES (1, 3)"""


def surveyed(patient: Patient) -> list[tuple[object, object, str]]:
    return [(f.facts["key"], f.facts["column"], f.severity) for f in patient.survey() if f.cause == "null_set_on_not_null_column"]


def test_a_delete_that_would_have_to_write_a_null_is_reported(any_patient: Patient) -> None:
    any_patient.run(REPLIES)
    found = any_patient.findings("DELETE FROM people WHERE id = 3")[0]
    assert (found.cause, found.facts["key"], found.facts["column"]) == ("null_set_on_not_null_column", 'b"y', 'Who "x" y')
    assert (found.facts["action"], found.facts["rows"], found.facts["in_primary_key"]) == ("SET NULL", 1, False)
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "1"
    assert surveyed(any_patient) == [('b"y', 'Who "x" y', "risk")]


def test_a_delete_that_comes_there_over_another_key_is_followed(patient: Patient) -> None:
    patient.run("CREATE TABLE posts (id int PRIMARY KEY, who int REFERENCES people ON DELETE CASCADE); INSERT INTO posts VALUES (7, 3)")
    patient.run("CREATE TABLE notes (post int NOT NULL REFERENCES posts ON DELETE SET NULL); INSERT INTO notes VALUES (7)")
    assert patient.findings("DELETE FROM people WHERE id = 3")[0].facts["key"] == "notes_post_fkey"


def test_an_update_of_a_parent_is_reported_too(any_patient: Patient) -> None:
    any_patient.run(REPLIES.replace("ON DELETE", "ON UPDATE"))
    assert any_patient.findings("UPDATE people SET id = 8 WHERE id = 3")[0].cause == "null_set_on_not_null_column"
    assert len(surveyed(any_patient)) == 1


def test_a_column_of_the_primary_key_is_told(patient: Patient) -> None:
    patient.run("CREATE TABLE notes (who int PRIMARY KEY REFERENCES people ON DELETE SET NULL); INSERT INTO notes VALUES (3)")
    assert patient.findings("DELETE FROM people WHERE id = 3")[0].facts["in_primary_key"] is True


@pytest.mark.parametrize(
    "who",
    [
        "int REFERENCES people ON DELETE SET NULL",
        "int NOT NULL REFERENCES people ON DELETE CASCADE",
        "int NOT NULL REFERENCES people",
        "int NOT NULL DEFAULT 1 REFERENCES people ON DELETE SET DEFAULT",
    ],
)
def test_an_action_that_can_be_carried_out_is_not_reported(any_patient: Patient, who: str) -> None:
    any_patient.run(f"CREATE TABLE notes (who {who}); INSERT INTO notes VALUES (3)")
    assert surveyed(any_patient) == []
    assert "null_set_on_not_null_column" not in any_patient.causes("DELETE FROM people WHERE id = 3")


def test_a_null_that_the_statement_itself_writes_is_not_reported(patient: Patient) -> None:
    patient.run(REPLIES)
    assert "null_set_on_not_null_column" not in patient.causes('UPDATE "Replies 💬" SET "Who ""x"" y" = NULL')
    assert "null_set_on_not_null_column" not in patient.causes('INSERT INTO "Replies 💬" (id) VALUES (9)')
