"""Views over a column that is converted."""

from patients import Patient

PETS_KEY = "ALTER TABLE pets ADD FOREIGN KEY (owner_id) REFERENCES people (id)"


VIEWS = """
CREATE TABLE pets (id int PRIMARY KEY, owner_id uuid, name text);
CREATE VIEW "Pet ""of"" 🦢 Names" WITH (security_barrier=true) AS SELECT id, name, owner_id FROM pets WHERE name IS NOT NULL;
CREATE VIEW owned AS SELECT id FROM "Pet ""of"" 🦢 Names" WHERE owner_id IS NOT NULL;
COMMENT ON VIEW owned IS 'it''s ours'; COMMENT ON COLUMN owned.id IS 'number'; GRANT SELECT ON owned TO PUBLIC
"""


def test_views_over_a_converted_column_are_made_again_as_they_were(patient: Patient) -> None:
    patient.run(VIEWS)
    before = patient.schema
    remedy = patient.remedies(PETS_KEY)["convert_child_column"]
    assert remedy.facts["views"] == ['public.Pet "of" 🦢 Names', "public.owned"]
    patient.carry_out(remedy)
    assert patient.error(PETS_KEY) is None
    assert patient.schema == before.replace("owner_id uuid", "owner_id integer")
    patient.take_back(remedy)
    assert patient.schema == before


def test_a_stored_view_over_the_column_is_the_owners_matter(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner_id uuid)")
    patient.run("CREATE MATERIALIZED VIEW counted AS SELECT count(owner_id) FROM pets")
    assert "convert_child_column" not in patient.remedies(PETS_KEY)
