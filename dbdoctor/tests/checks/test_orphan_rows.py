"""Orphan rows: reported where a child points at nobody; not reported where it does not."""

from patients import Patient

KEY = "ALTER TABLE pets ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people (id)"
PETS = "CREATE TABLE pets (id int PRIMARY KEY, owner int); INSERT INTO pets VALUES (1, 1), (2, 2), (3, NULL)"


def test_children_without_a_parent_are_counted_and_shown(any_patient: Patient) -> None:
    any_patient.run(f"{PETS}; INSERT INTO pets VALUES (4, 99), (5, 99), (6, 0)")
    found = any_patient.findings(f"{KEY} ON DELETE SET NULL ON UPDATE CASCADE")
    assert [f.cause for f in found] == ["orphan_rows"]
    assert (found[0].facts["rows"], found[0].facts["values"], found[0].facts["sentinels"]) == (3, ["99", "0"], ["0"])
    assert (found[0].facts["nullable"], found[0].facts["on_delete"], found[0].facts["on_update"]) == (True, "SET NULL", "CASCADE")


def test_the_query_that_counted_them_can_be_run_again(patient: Patient) -> None:
    patient.run(f"{PETS}; INSERT INTO pets VALUES (4, 99)")
    proof = patient.findings(KEY)[0].evidence[0]
    assert str(patient.value(proof.query)) == proof.answer == "1"


def test_a_key_that_is_to_be_validated_is_looked_up_by_its_name(patient: Patient) -> None:
    patient.run(f"{PETS}; INSERT INTO pets VALUES (4, 99); {KEY} NOT VALID")
    found = patient.findings("ALTER TABLE pets VALIDATE CONSTRAINT owned")
    assert [(f.cause, f.facts["rows"], f.subject.constraint) for f in found] == [
        ("invalid_or_not_validated_constraint", 1, "owned"),
        ("orphan_rows", 1, "owned"),
    ]


def test_a_composite_key_counts_only_rows_in_which_every_part_is_filled(patient: Patient) -> None:
    patient.run("CREATE TABLE rooms (house int, number int, PRIMARY KEY (house, number)); INSERT INTO rooms VALUES (1, 1)")
    patient.run("CREATE TABLE beds (house int, room int); INSERT INTO beds VALUES (1, 1), (1, 2), (1, NULL), (NULL, NULL)")
    found = patient.findings("ALTER TABLE beds ADD FOREIGN KEY (house, room) REFERENCES rooms")[0]
    assert (found.facts["rows"], found.facts["values"]) == (1, ["1, 2"])


def test_odd_names_are_no_hindrance(patient: Patient) -> None:
    patient.run('CREATE TABLE "Küche 🍲" ("Gäste ""id""" uuid NOT NULL); INSERT INTO "Küche 🍲" VALUES (gen_random_uuid())')
    found = patient.findings('ALTER TABLE "Küche 🍲" ADD FOREIGN KEY ("Gäste ""id""") REFERENCES "Guest ""Book"" 🦢"')[0]
    assert (found.cause, found.facts["nullable"]) == ("orphan_rows", False)


def test_children_that_all_have_parents_are_not_reported(patient: Patient) -> None:
    patient.run(PETS)
    assert patient.causes(KEY, failed=False) == []


def test_a_table_that_is_yet_to_be_made_has_no_orphans(patient: Patient) -> None:
    assert patient.causes("CREATE TABLE pets (id int, owner int REFERENCES people (id))", failed=False) == []


def test_types_that_do_not_compare_are_left_to_another_check(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner uuid); INSERT INTO pets VALUES (gen_random_uuid())")
    assert patient.causes(KEY, failed=False) == ["type_mismatch"]
