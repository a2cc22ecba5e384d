"""A part of a database: whole in itself, with what is broken in it, and small tables untouched."""

from pathlib import Path

import pytest
from patients import Patient

from dbdoctor.databases.postgresql import sampling, silent_keys, transfer
from dbdoctor.databases.postgresql.connection import Connection, connect
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.embedded import find_binaries
from dbdoctor.model import Reference, TableName

TOOLS = find_binaries(major=18, origin="wheel").folder
LIMIT = 300
TOWN = """
CREATE TYPE mood AS ENUM ('calm', 'keen');
CREATE DOMAIN code AS text;
CREATE TABLE towns (id code PRIMARY KEY, name text);
INSERT INTO towns SELECT 'town ' || n, NULL FROM generate_series(1, 20) n;
CREATE TABLE "all Users" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), town code REFERENCES towns, mood mood DEFAULT 'keen',
    boss uuid REFERENCES "all Users", number int UNIQUE, twice int GENERATED ALWAYS AS (number * 2) STORED, born timestamptz DEFAULT now());
INSERT INTO "all Users" (town, number) SELECT 'town ' || (n % 20 + 1), n FROM generate_series(1, 9000) n;
UPDATE "all Users" u SET boss = b.id FROM "all Users" b WHERE b.number = u.number / 2;
CREATE TABLE lots (id int, at date, price numeric, owner uuid REFERENCES "all Users", pick int REFERENCES "all Users" (number),
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE lots_1 PARTITION OF lots FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE lots_2 PARTITION OF lots FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
INSERT INTO lots SELECT n, '2026-02-03', n, (SELECT id FROM "all Users" WHERE number = n % 9000 + 1), n % 9000 + 1
    FROM generate_series(1, 20000) n;
INSERT INTO lots SELECT n, '2027-02-03', n, NULL, NULL FROM generate_series(1, 10) n;
CREATE TABLE bids (id bigserial PRIMARY KEY, lot int, at date, FOREIGN KEY (lot, at) REFERENCES lots);
INSERT INTO bids (lot, at) SELECT n * 700 + 1, '2026-02-03' FROM generate_series(1, 25) n;
CREATE TABLE visits (id bigserial PRIMARY KEY, who int, note text DEFAULT repeat('x', 90));
INSERT INTO visits (who) SELECT n FROM generate_series(1, 20000) n;
ALTER TABLE visits ADD CONSTRAINT "visits who" FOREIGN KEY (who) REFERENCES "all Users" (number) NOT VALID;
UPDATE visits SET who = who % 9000 + 1 WHERE id <> 19999;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM visits;
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''never''; END';
CREATE TRIGGER never BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION never();
"""


def sampled(
    patient: Patient, url: str, folder: Path, *, limit: int = LIMIT, wanted: tuple[Reference, ...] = ()
) -> dict[str, tuple[int, int]]:
    with connect(patient.url) as source, connect(url) as copy:
        failed, found = transfer.copy_database(source, tools=TOOLS, url=patient.url, to=url, folder=folder, limit=limit, wanted=wanted)
        assert len(failed) <= silent_keys.make_as_they_were(copy, source), failed
    return found


def number(connection: Connection, query: str) -> int:
    return int(connection.execute(query.encode()).fetchall()[0][0])


def test_a_part_of_a_database_is_whole_in_itself(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run(TOWN)
    found = sampled(patient, empty_database_url, tmp_path)
    assert found.keys() == {"public.all Users", "public.lots_1", "public.visits"}
    assert all(LIMIT / 2 < here < there / 2 for here, there in found.values()), found
    assert found["public.lots_1"][1] == 20000
    assert schema_text(TOOLS, empty_database_url) == patient.schema  # every key stands, so every parent is there
    with connect(empty_database_url) as copy:
        assert number(copy, "SELECT count(*) FROM people") == 3
        assert number(copy, "SELECT count(*) FROM towns") == 20
        assert number(copy, "SELECT count(*) FROM bids b JOIN lots l ON (l.id, l.at) = (b.lot, b.at)") == 25
        assert number(copy, "SELECT count(*) FROM lots_2") == 10
        assert number(copy, 'SELECT count(*) FROM "all Users" WHERE twice = number * 2') == found["public.all Users"][0]
        assert number(copy, 'SELECT count(*) FROM visits v WHERE NOT EXISTS (SELECT FROM "all Users" WHERE number = who)') == 1
        assert number(copy, "SELECT nextval('visits_id_seq')") == 20001
        before = patient.rows('SELECT * FROM "all Users"')
        assert set(copy.execute('SELECT * FROM "all Users"').fetchall()) <= set(before)


def test_rows_that_break_a_wanted_key_are_part_of_it(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run("CREATE TABLE pets (id serial PRIMARY KEY, owner int, note text DEFAULT repeat('x', 90))")
    patient.run("INSERT INTO pets (owner) SELECT 1 FROM generate_series(1, 50000); UPDATE pets SET owner = 77 WHERE id IN (40001, 40002)")
    wanted = Reference(child=TableName("public", "pets"), columns=("owner",), parent=TableName("public", "people"), parent_columns=("id",))
    found = sampled(patient, empty_database_url, tmp_path, limit=100, wanted=(wanted,))
    with connect(empty_database_url) as copy:
        assert number(copy, "SELECT count(*) FROM pets WHERE owner = 77") == 2
        assert number(copy, "SELECT count(*) FROM pets") == found["public.pets"][0] < 1000


def test_rows_that_hang_on_one_another_in_a_long_chain_come_all(
    patient: Patient, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "MOST_ROUNDS", 3)
    patient.run("CREATE TABLE links (id int PRIMARY KEY, up int REFERENCES links); INSERT INTO links SELECT n, NULLIF(n - 1, 0)"
                " FROM generate_series(1, 2000) n")  # fmt: skip
    assert sampled(patient, empty_database_url, tmp_path, limit=50) == {"public.links": (2000, 2000)}


def test_a_database_without_big_tables_comes_whole(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    assert sampled(patient, empty_database_url, tmp_path) == {}
    with connect(empty_database_url) as copy:
        assert number(copy, "SELECT count(*) FROM letters") == 4


def test_a_table_at_the_limit_is_not_big_and_an_empty_one_neither(patient: Patient) -> None:
    patient.run("CREATE TABLE a AS SELECT n FROM generate_series(1, 1000) n; CREATE TABLE b (n int)")
    assert [(table.name.name, table.rows) for table in sampling.big_tables(patient.connection, 999)] == [("a", 1000)]
    assert sampling.big_tables(patient.connection, 1000) == []


@pytest.mark.parametrize("style", ["SQL, DMY", "German"])
def test_dates_mean_the_same_on_both_sides(patient: Patient, empty_database_url: str, tmp_path: Path, style: str) -> None:
    patient.run("CREATE TABLE days (at timestamptz, gone interval)")
    patient.run("INSERT INTO days SELECT '2026-02-03 04:05:06+00', '3 days' FROM generate_series(1, 999)")
    with connect(patient.url) as source:
        source.execute("SELECT set_config('DateStyle', %s, false), set_config('IntervalStyle', 'sql_standard', false)", (style,))
        transfer.copy_database(source, tools=TOOLS, url=patient.url, to=empty_database_url, folder=tmp_path, limit=100)
    with connect(empty_database_url) as copy:
        assert copy.execute("SELECT DISTINCT at = '2026-02-03 04:05:06+00', gone = '3 days' FROM days").fetchall() == [(True, True)]
