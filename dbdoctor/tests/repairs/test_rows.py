"""Remedies for rows and reactions to them. Carried out, cured, nothing lost: every row stands in its table or in quarantine."""

import pytest
from patients import Patient

from dbdoctor.findings import Remedy

ODD = '"Küche 🍲"'
SWALLOW = 'CREATE FUNCTION "Swal ""l"" ow"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$'


def cured_and_taken_back(patient: Patient, remedy: Remedy, wanted: str) -> None:
    before = patient.schema
    done = patient.carry_out(remedy)
    assert patient.error(wanted) is None
    patient.take_back(done)
    assert patient.schema == before


def test_parents_come_back_from_where_they_are_kept(any_patient: Patient) -> None:
    any_patient.run(
        "CREATE TABLE people_archive (id int, name text, why text); INSERT INTO people_archive VALUES (7, 'x', 'left'),"
        " (8, 'y', 'left'), (1, 'z', '')"
    )
    any_patient.run(f"CREATE TABLE {ODD} (who int); INSERT INTO {ODD} VALUES (1), (7), (7), (NULL)")
    wanted = f"ALTER TABLE {ODD} ADD FOREIGN KEY (who) REFERENCES people (id)"
    any_patient.carry_out(any_patient.remedies_of_script(wanted)["restore_parents"])
    assert any_patient.error(wanted) is None
    assert any_patient.rows("SELECT * FROM people ORDER BY id") == [(1, "alice"), (2, "bob"), (3, "carol"), (7, "x")]
    assert any_patient.value("SELECT count(*) FROM people_archive") == 3


def test_a_parent_that_was_made_anew_gets_all_of_its_rows(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE vets_old (id int PRIMARY KEY, title text); INSERT INTO vets_old VALUES (1, 'a'), (2, 'b')")
    any_patient.run("CREATE TABLE pets (vet int)")
    any_patient.run("CREATE TABLE vets (id int PRIMARY KEY, title text); INSERT INTO pets VALUES (1)")
    wanted = "ALTER TABLE pets ADD FOREIGN KEY (vet) REFERENCES vets (id)"
    any_patient.carry_out(any_patient.remedies_of_script(wanted)["restore_parents"])
    assert any_patient.error(wanted) is None
    assert any_patient.rows("SELECT * FROM vets ORDER BY id") == [(1, "a"), (2, "b")]


def test_of_twins_the_one_that_is_pointed_at_stays(any_patient: Patient) -> None:
    any_patient.run(f"CREATE TABLE {ODD} (id int PRIMARY KEY, mail text, note text); CREATE TABLE uses (k int REFERENCES {ODD})")
    any_patient.run(
        f"INSERT INTO {ODD} VALUES (1, 'a', 'x'), (2, 'a', 'y'), (3, 'b', 'z'), (4, NULL, ''), (5, NULL, ''); INSERT INTO uses VALUES (2)"
    )
    wanted = f"CREATE UNIQUE INDEX ON {ODD} (mail)"
    any_patient.carry_out(any_patient.remedies_of_script(wanted)["quarantine_duplicates"])
    assert any_patient.error(wanted) is None
    assert any_patient.rows(f"SELECT id FROM {ODD} ORDER BY id") == [(2,), (3,), (4,), (5,)]
    assert any_patient.rows('SELECT id, mail, note FROM dbdoctor."quarantine_Küche 🍲"') == [(1, "a", "x")]


def test_twins_that_are_both_pointed_at_are_the_owners_to_judge(patient: Patient) -> None:
    patient.run("CREATE TABLE keys (id int PRIMARY KEY, mail text); CREATE TABLE uses (k int REFERENCES keys)")
    patient.run("INSERT INTO keys VALUES (1, 'a'), (2, 'a'); INSERT INTO uses VALUES (1), (2)")
    assert "quarantine_duplicates" not in patient.remedies("CREATE UNIQUE INDEX ON keys (mail)")


@pytest.mark.parametrize("how", ["quarantine_orphans", "null_orphans"])
def test_orphans_under_a_key_that_calls_itself_valid_are_settled(any_patient: Patient, how: str) -> None:
    action = "" if how == "null_orphans" else "ON DELETE CASCADE"
    any_patient.run(f"CREATE TABLE {ODD} (id int, who int REFERENCES people {action}); INSERT INTO {ODD} VALUES (1, 1), (2, 3)")
    any_patient.run("SET session_replication_role = replica; DELETE FROM people WHERE id = 3; SET session_replication_role = DEFAULT")
    wanted = f"ALTER TABLE {ODD} ADD CONSTRAINT again FOREIGN KEY (who) REFERENCES people (id)"
    remedies = any_patient.remedies_of_script(wanted)
    assert ("null_orphans" in remedies) is (how == "null_orphans") or "orphan_rows" in any_patient.causes(wanted)
    any_patient.carry_out(remedies[how])
    assert any_patient.error(wanted) is None
    assert any_patient.rows('SELECT id, who FROM dbdoctor."quarantine_Küche 🍲"') == [(2, 3)]


def test_orphans_that_a_trigger_keeps_from_going_are_settled(any_patient: Patient) -> None:
    any_patient.run(
        f"{SWALLOW}; CREATE TABLE pets (id int, who int REFERENCES people ON DELETE CASCADE); INSERT INTO pets VALUES (1, 3), (2, 1)"
    )
    any_patient.run(
        'CREATE TRIGGER "ke""ep" BEFORE DELETE ON pets FOR EACH ROW EXECUTE FUNCTION "Swal ""l"" ow"(); DELETE FROM people WHERE id = 3'
    )
    wanted = "ALTER TABLE pets ADD CONSTRAINT again FOREIGN KEY (who) REFERENCES people (id)"
    remedies = any_patient.remedies_of_script(wanted)
    any_patient.carry_out(remedies["quarantine_orphans"])
    assert any_patient.error(wanted) is None
    assert any_patient.rows("SELECT id, who FROM pets") == [(2, 1)]
    assert any_patient.rows("SELECT id, who FROM dbdoctor.quarantine_pets") == [(1, 3)]
    assert any_patient.value("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'ke\"ep'") == "O"


@pytest.mark.parametrize(
    "reaction",
    [
        f'CREATE TRIGGER "n""o" BEFORE INSERT ON {ODD} FOR EACH ROW EXECUTE FUNCTION "Swal ""l"" ow"()',
        f'CREATE RULE "n""o" AS ON INSERT TO {ODD} DO INSTEAD NOTHING',
    ],
)
def test_what_swallows_rows_is_switched_off(any_patient: Patient, reaction: str) -> None:
    any_patient.run(f"{SWALLOW}; CREATE TABLE {ODD} (id int PRIMARY KEY); CREATE TABLE pets (v int REFERENCES {ODD}); {reaction}")
    script = [f"INSERT INTO {ODD} VALUES (1)", "INSERT INTO pets VALUES (1)"]
    remedy = any_patient.remedies_of_script("; ".join(script))["disable_reaction"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert any_patient.play(script) is None
    any_patient.take_back(remedy)
    assert any_patient.schema == before


def test_what_refuses_on_purpose_is_never_switched_off(patient: Patient) -> None:
    patient.run("CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$")
    patient.run("CREATE TRIGGER gate BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION closed()")
    assert "disable_reaction" not in patient.remedies("INSERT INTO people VALUES (9)")


@pytest.mark.parametrize("said", ["people_log_old", 'public."people_log_old"'])
def test_a_trigger_asks_for_the_table_that_took_the_place(any_patient: Patient, said: str) -> None:
    any_patient.run('CREATE TABLE "people_logs" (person int, seen timestamptz)')
    any_patient.run(
        f"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {said} (person, seen) VALUES (NEW.id, now());"
        " RETURN NEW; END $$; CREATE TRIGGER noting AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION note()"
    )
    wanted = "INSERT INTO people VALUES (9)"
    cured_and_taken_back(any_patient, any_patient.remedies_of_script(wanted)["correct_function"], wanted)
