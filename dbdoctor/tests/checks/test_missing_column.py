"""Missing column: reported where it is, with the name that was probably meant; not reported where it is not."""

from patients import Patient


def test_a_column_that_a_key_needs_is_reported_on_the_child(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE pets (id int PRIMARY KEY)")
    found = any_patient.findings('ALTER TABLE pets ADD CONSTRAINT k FOREIGN KEY ("ownerId") REFERENCES people (id)')[0]
    assert found.cause == "missing_column"
    assert found.subject.child is not None
    assert (found.subject.child.table, found.subject.child.columns) == ("pets", ("ownerId",))
    assert found.evidence[0].answer == "id"


def test_a_column_that_a_key_points_at_is_reported_on_the_parent(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner uuid)")
    found = patient.findings("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (uuid)")[0]
    assert (found.cause, found.facts["table"], found.facts["column"]) == ("missing_column", "public.people", "uuid")


def test_a_parent_column_is_reported_for_a_table_that_is_yet_to_be_made(patient: Patient) -> None:
    found = patient.findings("CREATE TABLE pets (id int PRIMARY KEY, owner uuid REFERENCES people (uuid))")[0]
    assert (found.cause, found.facts["table"], found.facts["column"]) == ("missing_column", "public.people", "uuid")


def test_a_column_of_the_right_name_on_the_other_side_does_not_hide_it(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, code text)")
    found = patient.findings("ALTER TABLE pets ADD FOREIGN KEY (code) REFERENCES people (code)")[0]
    assert found.facts["table"] == "public.people"


def test_the_spelling_that_was_meant_is_told(patient: Patient) -> None:
    found = patient.findings("SELECT person_id FROM letters")[0]
    assert (found.facts["similar"], found.facts["only_read"]) == ("personId", True)


def test_the_table_behind_an_alias_is_the_one_reported(patient: Patient) -> None:
    found = patient.findings("SELECT l.nmae FROM people p JOIN letters l ON l.\"personId\" = p.id WHERE p.name <> ''")[0]
    assert found.facts["table"] == "public.letters"


def test_names_with_quotes_spaces_and_emoji_are_read(patient: Patient) -> None:
    found = patient.findings('CREATE INDEX ON "Guest ""Book"" 🦢" ("Ref  Id")')[0]
    assert found.facts["table"] == 'public.Guest "Book" 🦢'
    assert patient.findings('SELECT g."ref id" FROM "Guest ""Book"" 🦢" g')[0].facts["similar"] == "Ref Id"


def test_the_definition_that_fits_the_parent_is_the_wanted_one(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY)")
    seen = "ALTER TABLE pets ADD COLUMN owner uuid REFERENCES people (id); ALTER TABLE pets ADD COLUMN owner integer REFERENCES people (id)"
    found = patient.findings("CREATE INDEX ON pets (owner)", seen=seen)[0]
    assert found.facts["wanted_type"] == "INT"
    assert found.subject.parent is not None
    assert found.subject.parent.table == "people"


def test_it_is_found_without_running_the_statement(patient: Patient) -> None:
    wanted = "ALTER TABLE letters ADD FOREIGN KEY (person_id) REFERENCES people (id)"
    assert patient.findings(wanted, failed=False)[0].facts["similar"] == "personId"


def test_columns_that_are_there_are_not_reported(patient: Patient) -> None:
    for wanted in (
        'ALTER TABLE letters ADD FOREIGN KEY ("personId") REFERENCES people (id)',
        'CREATE INDEX ON "Guest ""Book"" 🦢" ("e-mail")',
        "ALTER TABLE letters ADD COLUMN answered boolean",
        "CREATE TABLE pets (id int PRIMARY KEY, owner int REFERENCES people)",
    ):
        assert patient.causes(wanted, failed=False) == []


def test_another_error_is_left_to_other_checks(patient: Patient) -> None:
    assert "missing_column" not in patient.causes("ALTER TABLE nowhere ADD FOREIGN KEY (x) REFERENCES people (id)")
