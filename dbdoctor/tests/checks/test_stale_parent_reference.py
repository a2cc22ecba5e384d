"""Stale parent reference: reported where something still points at a table that was replaced; not where the value is merely wrong."""

import pytest
from patients import Patient

ALBUMS = """CREATE TABLE "Albums 🎵" (id int PRIMARY KEY, title text); INSERT INTO "Albums 🎵" VALUES (1, 'a'), (2, 'b');
CREATE TABLE tracks (id int, album int CONSTRAINT "o""n" REFERENCES "Albums 🎵" (id)); INSERT INTO tracks VALUES (1, 1), (2, 2);
ALTER TABLE "Albums 🎵" RENAME TO "old_Albums 🎵"; CREATE TABLE "Albums 🎵" (id int PRIMARY KEY, title text, code text);
INSERT INTO "Albums 🎵" VALUES (1, 'a'), (2, 'b'), (3, 'c')"""
TRIGGER = """CREATE FUNCTION "Log ""x"" y"() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO audit_old VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER "lo""g" AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION "Log ""x"" y"()"""


def test_a_key_that_leads_to_the_old_copy_is_reported(any_patient: Patient) -> None:
    any_patient.run(ALBUMS)
    found = any_patient.findings("INSERT INTO tracks VALUES (3, 3)")[0]
    assert (found.cause, found.facts["key"], found.facts["value"]) == ("stale_parent_reference", 'o"n', "3")
    assert (found.facts["old"], found.facts["new_parent"]) == ("public.old_Albums 🎵", ["public", "Albums 🎵"])
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "2, 2"


def test_a_function_that_asks_for_a_table_that_is_gone_is_reported(any_patient: Patient) -> None:
    any_patient.run(TRIGGER)
    found = any_patient.findings("INSERT INTO people VALUES (9)")[0]
    assert (found.cause, found.facts["missing"], found.facts["trigger"]) == ("stale_parent_reference", "audit_old", 'lo"g')
    assert found.subject.object is not None
    assert (found.subject.object.kind, found.subject.object.name) == ("trigger", 'lo"g')


def test_a_function_that_asks_for_a_field_that_is_gone_is_reported(patient: Patient) -> None:
    patient.run(TRIGGER.replace("NEW.id", "NEW.person_id").replace("audit_old", "people"))
    found = patient.findings("INSERT INTO people VALUES (9)")[0]
    assert (found.cause, found.facts["missing"]) == ("stale_parent_reference", "person_id")


@pytest.mark.parametrize(
    "change",
    [
        'DELETE FROM "Albums 🎵" WHERE id = 3',
        'DELETE FROM "Albums 🎵" WHERE id = 2',
        'ALTER TABLE "Albums 🎵" DROP CONSTRAINT "Albums 🎵_pkey1"',
        'ALTER TABLE "Albums 🎵" RENAME TO customers',
    ],
)
def test_a_value_that_no_table_like_it_holds_is_not_reported(any_patient: Patient, change: str) -> None:
    any_patient.run(f"{ALBUMS}; {change}")
    assert any_patient.causes("INSERT INTO tracks VALUES (3, 3)") == []


def test_an_archive_beside_the_living_parent_is_not_taken_for_it(patient: Patient) -> None:
    patient.run("CREATE TABLE people_archive (id int PRIMARY KEY, name text); INSERT INTO people_archive VALUES (1), (2), (3), (7)")
    assert patient.causes('INSERT INTO letters ("personId") VALUES (7)') == []


def test_a_missing_table_outside_of_any_function_is_not_reported(patient: Patient) -> None:
    assert "stale_parent_reference" not in patient.causes("INSERT INTO audit_old VALUES (1)")
    assert "stale_parent_reference" not in patient.causes("SELECT person_id FROM people")
