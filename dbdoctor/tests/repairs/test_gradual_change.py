"""A big table's column changes its type in small steps; a small one's at once."""

import pytest
from patients import Patient

from dbdoctor.repairs import convert_child_column

WANTED = "ALTER TABLE visits ADD CONSTRAINT made_by FOREIGN KEY (person) REFERENCES people (id)"


@pytest.fixture
def visits(patient: Patient) -> Patient:
    patient.run("CREATE TABLE visits (id int PRIMARY KEY, person text NOT NULL); CREATE INDEX by_person ON visits (person)")
    patient.run("INSERT INTO visits SELECT g, (g % 3 + 1)::text FROM generate_series(1, 500) g")
    return patient


def test_a_small_table_is_changed_in_one_step(visits: Patient) -> None:
    assert len(visits.remedies(WANTED)["convert_child_column"].steps) == 1


def test_a_big_table_is_changed_in_small_steps_and_taken_back(visits: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert_child_column, "BIG_BYTES", 8192)
    before, rows = visits.schema, visits.rows("SELECT id, person FROM visits ORDER BY id")
    remedy = visits.remedies(WANTED)["convert_child_column"]
    assert any(getattr(step, "batches", None) for step in remedy.steps)
    visits.carry_out(remedy)
    assert visits.error(WANTED) is None
    assert visits.value("SELECT count(*) FROM visits WHERE person = id % 3 + 1") == 500
    visits.take_back(remedy)
    assert visits.schema == before
    assert visits.rows("SELECT id, person FROM visits ORDER BY id") == rows
