"""Composite key mismatch: reported where number or order of columns does not fit; not where something else is wrong."""

from patients import Patient

ROOMS = """CREATE TABLE "Rooms 🛏" (house int, "No ""x"" y" int, note text, PRIMARY KEY (house, "No ""x"" y"));
INSERT INTO "Rooms 🛏" VALUES (1, 10), (1, 11), (2, 10)"""


def test_a_key_to_a_part_is_reported_with_what_is_missing(any_patient: Patient) -> None:
    any_patient.run(f"{ROOMS}; CREATE TABLE beds (house int)")
    found = any_patient.findings('ALTER TABLE beds ADD CONSTRAINT b FOREIGN KEY (house) REFERENCES "Rooms 🛏" (house)')[0]
    assert (found.cause, found.facts["kind"], found.facts["missing"]) == ("composite_key_mismatch", "part", ['No "x" y'])
    assert (found.facts["key"], found.facts["ambiguous"], found.facts["exists"]) == (["house", 'No "x" y'], 1, True)
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "1"


def test_too_few_columns_are_reported(any_patient: Patient) -> None:
    any_patient.run(f"{ROOMS}; CREATE TABLE beds (house int)")
    found = any_patient.findings('ALTER TABLE beds ADD FOREIGN KEY (house) REFERENCES "Rooms 🛏"')[0]
    assert (found.cause, found.facts["missing"]) == ("composite_key_mismatch", ['No "x" y'])


def test_columns_in_another_order_are_reported_by_their_rows(any_patient: Patient) -> None:
    any_patient.run(f"{ROOMS}; CREATE TABLE beds (h int, n int); INSERT INTO beds VALUES (1, 11), (2, 10), (NULL, 4)")
    found = any_patient.findings('ALTER TABLE beds ADD FOREIGN KEY (n, h) REFERENCES "Rooms 🛏" (house, "No ""x"" y")')[0]
    assert (found.cause, found.facts["kind"], found.facts["order"]) == ("composite_key_mismatch", "order", ['No "x" y', "house"])
    assert any_patient.answer(found.evidence[0]) == found.evidence[0].answer == "0"


def test_columns_in_another_order_are_reported_by_their_types(patient: Patient) -> None:
    patient.run("CREATE TABLE seats (hall text, n int, PRIMARY KEY (hall, n)); CREATE TABLE tickets (hall text, n int)")
    found = patient.findings("ALTER TABLE tickets ADD FOREIGN KEY (n, hall) REFERENCES seats (hall, n)")[0]
    assert (found.cause, found.facts["order"]) == ("composite_key_mismatch", ["n", "hall"])


def test_a_part_that_is_unique_as_it_stands_only_lacks_a_key(patient: Patient) -> None:
    patient.run(f'{ROOMS}; DELETE FROM "Rooms 🛏" WHERE house = 2 OR "No ""x"" y" = 11; CREATE TABLE beds (house int)')
    assert patient.causes('ALTER TABLE beds ADD FOREIGN KEY (house) REFERENCES "Rooms 🛏" (house)') == ["parent_not_unique"]


def test_orphans_that_no_order_explains_are_only_orphans(patient: Patient) -> None:
    patient.run(f"{ROOMS}; CREATE TABLE beds (h int, n int); INSERT INTO beds VALUES (1, 11), (8, 8)")
    assert patient.causes('ALTER TABLE beds ADD FOREIGN KEY (h, n) REFERENCES "Rooms 🛏"') == ["orphan_rows"]


def test_a_key_that_fits_is_not_reported(patient: Patient) -> None:
    patient.run(f"{ROOMS}; CREATE TABLE beds (h int, n int); INSERT INTO beds VALUES (1, 11)")
    for columns in ("", '(house, "No ""x"" y")'):
        wanted = f'ALTER TABLE beds ADD FOREIGN KEY (h, n) REFERENCES "Rooms 🛏" {columns}'
        assert patient.causes(wanted) == patient.causes(wanted, failed=False) == []
    wanted = 'ALTER TABLE beds ADD FOREIGN KEY (n, h) REFERENCES "Rooms 🛏" ("No ""x"" y", house)'
    assert patient.causes(wanted) == patient.causes(wanted, failed=False) == []


def test_a_column_that_no_key_holds_is_left_to_another_check(patient: Patient) -> None:
    patient.run("CREATE TABLE marks (name text)")
    assert patient.causes("ALTER TABLE marks ADD FOREIGN KEY (name) REFERENCES people (name)") == ["parent_not_unique"]
