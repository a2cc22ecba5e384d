"""Trigger or rule: reported where it undoes what a key relies on; not where it only watches."""

import pytest
from patients import Patient

FUNCTION = """CREATE FUNCTION "Swallow ""x"" y"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN COALESCE(NEW, OLD); END $$"""
PARENT = """CREATE TABLE "Vets 🩺" (id int PRIMARY KEY);
CREATE TABLE pets (id int, vet int CONSTRAINT seen REFERENCES "Vets 🩺" ON DELETE CASCADE)"""
SCRIPT = 'INSERT INTO "Vets 🩺" VALUES (1); INSERT INTO pets VALUES (1, 1)'


@pytest.mark.parametrize(
    ("reaction", "kind", "name"),
    [
        ('CREATE TRIGGER "n""o" BEFORE INSERT ON "Vets 🩺" FOR EACH ROW EXECUTE FUNCTION "Swallow ""x"" y"()', "trigger", 'n"o'),
        ('CREATE RULE "n""o" AS ON INSERT TO "Vets 🩺" DO INSTEAD NOTHING', "rule", 'n"o'),
    ],
)
def test_what_swallows_a_parents_row_is_reported(any_patient: Patient, reaction: str, kind: str, name: str) -> None:
    any_patient.run(f"{FUNCTION}; {PARENT}; {reaction}")
    found = any_patient.findings_of_script(SCRIPT)[0]
    assert (found.cause, found.facts["kind"], found.facts["name"]) == ("trigger_or_rule", kind, name)
    assert (found.facts["place"], found.subject.constraint) == (["public", "Vets 🩺"], "seen")


@pytest.mark.parametrize(
    "reaction",
    [
        'CREATE TRIGGER no BEFORE DELETE ON pets FOR EACH ROW EXECUTE FUNCTION "Swallow ""x"" y"()',
        "CREATE RULE no AS ON DELETE TO pets DO INSTEAD UPDATE pets SET id = -1 WHERE id = OLD.id",
    ],
)
def test_what_keeps_the_keys_own_action_from_happening_is_reported(any_patient: Patient, reaction: str) -> None:
    any_patient.run(f"{FUNCTION}; {PARENT}; {SCRIPT}; {reaction}")
    if any_patient.error('DELETE FROM "Vets 🩺"') is None:
        any_patient.run('DELETE FROM "Vets 🩺"')
        found = any_patient.findings('ALTER TABLE pets ADD CONSTRAINT again FOREIGN KEY (vet) REFERENCES "Vets 🩺"')
    else:
        found = any_patient.findings('DELETE FROM "Vets 🩺"')
    assert "trigger_or_rule" in [f.cause for f in found]
    assert [f.facts["name"] for f in found if f.cause == "trigger_or_rule"] == ["no"]


def test_a_trigger_that_refuses_on_purpose_is_reported_as_what_refused(any_patient: Patient) -> None:
    any_patient.run("CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$")
    any_patient.run("CREATE TRIGGER gate BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION closed()")
    found = any_patient.findings("INSERT INTO people VALUES (9)")[0]
    assert (found.cause, found.facts["name"], found.evidence[1].answer) == ("trigger_or_rule", "gate", "closed")


@pytest.mark.parametrize(
    "reaction",
    [
        "CREATE TRIGGER w AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION watch()",
        "CREATE TRIGGER w BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION watch()",
        "CREATE RULE w AS ON INSERT TO people DO ALSO NOTIFY people",
    ],
)
def test_what_only_watches_is_not_reported(patient: Patient, reaction: str) -> None:
    patient.run(f"{FUNCTION}; {reaction}")
    assert patient.causes('INSERT INTO letters ("personId") VALUES (99)') == []
    script = 'INSERT INTO people VALUES (9); INSERT INTO letters ("personId") VALUES (99)'
    assert "trigger_or_rule" not in [f.cause for f in patient.findings_of_script(script)]


def test_a_trigger_that_is_off_is_not_reported(patient: Patient) -> None:
    patient.run(f'{FUNCTION}; {PARENT}; CREATE TRIGGER no BEFORE INSERT ON "Vets 🩺" FOR EACH ROW EXECUTE FUNCTION "Swallow ""x"" y"()')
    patient.run('ALTER TABLE "Vets 🩺" DISABLE TRIGGER no')
    assert "trigger_or_rule" not in [f.cause for f in patient.findings_of_script("INSERT INTO pets VALUES (1, 1)")]


def test_orphans_beside_a_harmless_trigger_are_plain_orphans(patient: Patient) -> None:
    patient.run(f"{FUNCTION}; CREATE TABLE pets (owner int); INSERT INTO pets VALUES (99)")
    patient.run("CREATE TRIGGER w BEFORE UPDATE ON pets FOR EACH ROW EXECUTE FUNCTION watch()")
    assert patient.causes("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people") == ["orphan_rows"]


@pytest.mark.parametrize("when", ["AFTER INSERT", "BEFORE DELETE"])
def test_an_insert_that_brings_no_row_by_itself_is_not_laid_on_a_trigger(any_patient: Patient, when: str) -> None:
    any_patient.run(f"{FUNCTION}; CREATE TRIGGER w {when} ON people FOR EACH ROW EXECUTE FUNCTION watch()")
    script = "INSERT INTO people SELECT 9, 'x' WHERE false; INSERT INTO letters (\"personId\") VALUES (9)"
    assert "trigger_or_rule" not in [f.cause for f in any_patient.findings_of_script(script)]
