"""Collation mismatch: reported where the server refuses to compare; not where it does compare.

Only PostgreSQL 18 with ICU refuses such a key, and the wheel's has no ICU: the server's words are given here, all else is real.
"""

import msgspec
from patients import Patient

from dbdoctor.checks import examine
from dbdoctor.model import ServerError

REFUSED = ServerError(
    sqlstate="42P21",
    message='foreign key constraint "owned" cannot be implemented',
    detail='Key columns "Gäste "n"" of the referencing table and "name" of the referenced table have incompatible collations.',
)
NAMES = """CREATE TABLE names (name text COLLATE "C" PRIMARY KEY); INSERT INTO names VALUES ('alice')"""
KEY = 'ALTER TABLE "Küche 🍲" ADD CONSTRAINT owned FOREIGN KEY ("Gäste ""n""") REFERENCES names (name)'


def test_a_key_whose_collations_are_refused_is_reported(any_patient: Patient) -> None:
    any_patient.run(f'{NAMES}; CREATE TABLE "Küche 🍲" ("Gäste ""n""" text)')
    found = examine(msgspec.structs.replace(any_patient.case(KEY, failed=False), error=REFUSED))
    assert [(f.cause, f.facts["exists"]) for f in found] == [("charset_or_collation_mismatch", True)]
    assert found[0].subject.child is not None
    assert found[0].subject.child.columns == ('Gäste "n"',)
    assert found[0].subject.constraint == "owned"
    assert REFUSED.detail in found[0].evidence[0].answer


def test_a_new_column_is_told_from_one_that_exists(patient: Patient) -> None:
    patient.run(NAMES)
    case = patient.case('CREATE TABLE pets (owner text COLLATE "POSIX" REFERENCES names (name))', failed=False)
    assert [f.facts["exists"] for f in examine(msgspec.structs.replace(case, error=REFUSED))] == [False]


def test_a_key_that_the_server_makes_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(f'{NAMES}; CREATE TABLE "Küche 🍲" ("Gäste ""n""" text COLLATE "POSIX")')
    assert any_patient.error(KEY) is None
    assert any_patient.causes(KEY) == any_patient.causes(KEY, failed=False) == []


def test_a_comparison_that_is_no_key_is_not_reported(any_patient: Patient) -> None:
    any_patient.run('CREATE TABLE pair (a text COLLATE "C", b text COLLATE "POSIX"); INSERT INTO pair VALUES (1, 2)')
    wanted = "SELECT * FROM pair WHERE lower(a) < b"
    error = any_patient.error(wanted)
    assert error is not None
    assert error.sqlstate == "42P22"
    assert any_patient.causes(wanted) == []


def test_a_key_that_fails_for_its_rows_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(f'{NAMES}; CREATE TABLE "Küche 🍲" ("Gäste ""n""" text); INSERT INTO "Küche 🍲" VALUES (7)')
    assert any_patient.causes(KEY) == ["orphan_rows"]
