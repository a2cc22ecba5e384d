"""Parent table missing: reported where nothing makes it, with the name that was probably meant."""

from patients import Patient


def test_a_parent_that_is_not_there_is_reported(any_patient: Patient) -> None:
    found = any_patient.findings('CREATE TABLE pets (id int, "vetId" int REFERENCES "vets" ("id"))')[0]
    assert (found.cause, found.facts["table"], found.facts["similar"]) == ("parent_table_missing", "vets", "")
    assert found.subject.parent is not None
    assert found.subject.parent.columns == ("id",)


def test_a_parent_of_another_case_is_named(patient: Patient) -> None:
    found = patient.findings('ALTER TABLE letters ADD FOREIGN KEY ("personId") REFERENCES "People" (id)')
    assert [f.cause for f in found] == ["case_sensitive_name", "parent_table_missing"]
    assert found[1].facts["similar"] == "people"


def test_a_parent_of_a_composite_key_in_a_new_table_is_reported(patient: Patient) -> None:
    found = patient.findings("CREATE TABLE beds (house int, room int, FOREIGN KEY (house, room) REFERENCES rooms (house, number))")
    assert [f.cause for f in found] == ["parent_table_missing"]


def test_it_is_told_that_another_migration_makes_it(patient: Patient) -> None:
    wanted = "CREATE TABLE pets (vet int REFERENCES vets (id))"
    assert patient.findings(wanted, seen="CREATE TABLE vets (id int PRIMARY KEY)")[0].facts["made_by_another_migration"] is True
    assert patient.findings(wanted)[0].facts["made_by_another_migration"] is False


def test_a_missing_schema_is_reported(patient: Patient) -> None:
    assert patient.causes("CREATE TABLE pets (vet int REFERENCES clinic.vets (id))") == ["parent_table_missing"]


def test_a_table_that_points_at_itself_is_not_reported(patient: Patient) -> None:
    assert patient.causes("CREATE TABLE pets (id int PRIMARY KEY, mother int REFERENCES pets (id))", failed=False) == []


def test_a_parent_that_is_there_is_not_reported(patient: Patient) -> None:
    assert patient.causes('CREATE TABLE marks (who uuid REFERENCES "Guest ""Book"" 🦢")', failed=False) == []
    assert patient.causes("CREATE TABLE marks (who uuid REFERENCES people (id))") == ["type_mismatch"]
