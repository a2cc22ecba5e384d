"""Permission: reported with the smallest right that is missing and the role that lacks it; not where the right is there."""

import pytest
from patients import Patient

from dbdoctor.findings import Finding

ODD = 'Maler "x" 🎨'
TABLES = """CREATE TABLE "Küche 🍲" (id serial PRIMARY KEY, owner int); CREATE SCHEMA "North ""é";
CREATE TABLE "North ""é".pets (id int)"""


def found_by(patient: Patient, role: str, statement: str) -> list[Finding]:
    return patient.findings_of_script(f"SET ROLE {role}; {statement}")


@pytest.mark.parametrize(
    ("wanted", "right", "kind", "name"),
    [
        ('SELECT * FROM "Küche 🍲"', "SELECT", "table", "Küche 🍲"),
        ('INSERT INTO "Küche 🍲" (owner) VALUES (1)', "INSERT", "table", "Küche 🍲"),
        ('UPDATE "Küche 🍲" SET owner = 1', "UPDATE", "table", "Küche 🍲"),
        ('DELETE FROM "Küche 🍲"', "DELETE", "table", "Küche 🍲"),
        ('TRUNCATE "Küche 🍲"', "TRUNCATE", "table", "Küche 🍲"),
        ("CREATE TABLE public.mine (id int)", "CREATE", "schema", "public"),
        ('SELECT * FROM "North ""é".pets', "USAGE", "schema", 'North "é'),
        ('ALTER TABLE "Küche 🍲" ADD COLUMN x int', "OWNER", "table", "Küche 🍲"),
        ("SELECT nextval('\"Küche 🍲_id_seq\"')", "USAGE", "sequence", "Küche 🍲_id_seq"),
    ],
)
def test_the_right_that_is_missing_is_named(any_patient: Patient, wanted: str, right: str, kind: str, name: str) -> None:
    any_patient.run(TABLES)
    with any_patient.role(ODD) as role:
        found = found_by(any_patient, role, wanted)
        assert [(f.cause, f.facts["right"], f.facts["kind"], f.facts["name"]) for f in found] == [("permission", right, kind, name)]
        assert (found[0].facts["role"], found[0].facts["can_grant"]) == (ODD, True)
        assert found[0].evidence[0].answer.startswith("42501 ")


def test_a_key_to_a_table_that_may_not_be_referenced_is_reported(any_patient: Patient) -> None:
    with any_patient.role(ODD) as role:
        any_patient.run(f"GRANT CREATE ON SCHEMA public TO {role}; GRANT SELECT ON people TO {role}")
        found = found_by(any_patient, role, "CREATE TABLE pets (owner int REFERENCES people (id))")[0]
        assert (found.cause, found.facts["right"], found.facts["name"]) == ("permission", "REFERENCES", "people")
        assert found.subject.parent is not None
        assert (found.subject.parent.table, found.subject.parent.columns) == ("people", ("id",))


def test_row_security_is_told_as_such(patient: Patient) -> None:
    patient.run('CREATE TABLE "Küche 🍲" (id int); ALTER TABLE "Küche 🍲" ENABLE ROW LEVEL SECURITY')
    with patient.role(ODD) as role:
        patient.run(f'GRANT INSERT ON "Küche 🍲" TO {role}')
        found = found_by(patient, role, 'INSERT INTO "Küche 🍲" VALUES (1)')[0]
        assert (found.cause, found.facts["right"], found.facts["name"]) == ("permission", "ROW SECURITY", "Küche 🍲")


def test_a_role_with_the_rights_meets_nothing(any_patient: Patient) -> None:
    with any_patient.role(ODD) as role:
        any_patient.run(f"GRANT CREATE ON SCHEMA public TO {role}; GRANT REFERENCES ON people TO {role}")
        assert any_patient.play([f"SET ROLE {role}", "CREATE TABLE pets (owner int REFERENCES people (id))"]) is None


def test_another_error_of_a_role_with_few_rights_is_not_reported(any_patient: Patient) -> None:
    with any_patient.role(ODD) as role:
        assert [f.cause for f in found_by(any_patient, role, "SELECT * FROM peoples")] == []
        any_patient.run(f"GRANT INSERT ON people TO {role}")
        assert "permission" not in [f.cause for f in found_by(any_patient, role, "INSERT INTO people VALUES (1)")]


def test_a_word_of_denial_that_a_trigger_says_is_not_reported(patient: Patient) -> None:
    patient.run("""CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''permission denied for table people''; END'""")
    patient.run("CREATE TRIGGER no BEFORE INSERT ON people EXECUTE FUNCTION no()")
    assert "permission" not in patient.causes("INSERT INTO people VALUES (9)")
