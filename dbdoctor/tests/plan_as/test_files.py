"""What each tool's files look like and what they are called. Rails, Flyway, Prisma, goose and golang-migrate cannot be run here."""

import ast
import json
from datetime import UTC, datetime

import jsonschema_rs
import msgspec
import pytest
from reports.cases import NASTY
from reports.test_schema import closed, schema

from dbdoctor.errors import UsageError
from dbdoctor.findings import Finding, MarkStep, MigrateStep, Plan, Side, SqlStep, Step, Subject
from dbdoctor.model import TableName
from dbdoctor.reports.migrations import LEDGERS, Migrations, Place, Sibling, migrations_for
from dbdoctor.reports.migrations.place import Numbering, prefixes
from dbdoctor.reports.rendering import plan as render_plan

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
EMPTY = Place(now=NOW, app="shop")
CONVERT = SqlStep(sql='ALTER TABLE "a" ALTER "b" TYPE uuid', undo_sql='ALTER TABLE "a" ALTER "b" TYPE integer', code="convert_child_column")
INDEX = SqlStep(sql='CREATE UNIQUE INDEX CONCURRENTLY "i" ON "a" ("b")', undo_sql='DROP INDEX "i"', transactional=False)
FOR_GOOD = SqlStep(sql='DELETE FROM "a"')
BATCHED = SqlStep(
    sql='UPDATE "a" SET "c" = 1 WHERE true', undo_sql="SELECT 1", batches=TableName("public", "a"), clean_sql='DROP TABLE "k"'
)
MARK = MarkStep(tool="Knex", table="t", migration="m", sql="INSERT INTO t VALUES (1)", undo_sql="DELETE FROM t")
SETTLE = SqlStep(code="settle_ledger", sql="UPDATE ledger SET dirty = false", undo_sql="")


def plan(*steps: Step, table: str = "orders") -> Plan:
    finding = Finding(cause="type_mismatch", severity="blocking", subject=Subject(child=Side(schema="public", table=table)))
    return Plan(dialect="postgresql", database="d", catalog_digest="0", steps=steps, findings=(finding,))


def made(tool: str, *steps: Step, place: Place = EMPTY) -> Migrations:
    return migrations_for(tool, plan(*steps), place)


def texts(tool: str, *steps: Step, place: Place = EMPTY) -> dict[str, str]:
    return {file.path: file.text for file in made(tool, *steps, place=place).files}


def test_rails_gets_a_class_with_the_version_of_its_siblings() -> None:
    place = Place(now=NOW, siblings=(Sibling(name="20250101000000_a.rb", text="class A < ActiveRecord::Migration[8.0]\n"),))
    ((path, text),) = texts("rails", CONVERT, place=place).items()
    assert path == "20260304050607_cure_type_mismatch_orders.rb"
    assert 'class CureTypeMismatchOrders < ActiveRecord::Migration[8.0]\n  def up\n    execute(\'ALTER TABLE "a"' in text
    assert '  def down\n    execute(\'ALTER TABLE "a" ALTER "b" TYPE integer\')\n' in text
    assert "disable_ddl_transaction!" not in text
    assert "  disable_ddl_transaction!\n\n  def up" in next(iter(texts("rails", INDEX).values()))
    assert "raise ActiveRecord::IrreversibleMigration" in next(iter(texts("rails", FOR_GOOD).values()))


def test_flyway_gets_settings_only_where_it_would_do_more_than_run_the_file() -> None:
    place = Place(now=NOW, applied=("V1__a", "V2__b"))
    assert sorted(texts("flyway", CONVERT, place=place)) == ["U3__cure_type_mismatch_orders.sql", "V3__cure_type_mismatch_orders.sql"]
    found = texts("flyway", INDEX, place=place)
    assert found["V3__cure_type_mismatch_orders.sql.conf"] == "executeInTransaction=false\n"
    odd = SqlStep(sql="COMMENT ON TABLE a IS '${x}'")
    assert texts("flyway", odd, place=place)["V3__cure_type_mismatch_orders.sql.conf"] == "placeholderReplacement=false\n"
    between = texts("flyway", CONVERT, place=Place(now=NOW, applied=("V1__a",), pending=("V2__b",)))
    assert "V1.1__cure_type_mismatch_orders.sql" in between


def test_prisma_gets_a_folder_and_the_way_back_as_a_comment() -> None:
    ((path, text),) = texts("prisma", CONVERT).items()
    assert path == "20260304050607_cure_type_mismatch_orders/migration.sql"
    assert '\nALTER TABLE "a" ALTER "b" TYPE uuid;\n' in text
    assert '-- What takes it back:\n--   ALTER TABLE "a" ALTER "b" TYPE integer;\n' in text
    assert "cannot be taken back" in next(iter(texts("prisma", FOR_GOOD).values()))


def test_goose_gets_fenced_statements_and_no_transaction_where_none_is_allowed() -> None:
    ((path, text),) = texts("goose", INDEX, place=Place(now=NOW, applied=("00001_a", "00002_b"))).items()
    assert path == "00003_cure_type_mismatch_orders.sql"
    assert text.startswith("-- +goose NO TRANSACTION\n-- +goose Up\n")
    up, down = text.split("-- +goose Down\n")
    assert up.count("-- +goose StatementBegin\n") == up.count("-- +goose StatementEnd\n") == 1
    assert 'DROP INDEX "i";' in down
    assert "RAISE EXCEPTION" in next(iter(texts("goose", FOR_GOOD).values()))


def test_golang_migrate_gets_a_file_each_way() -> None:
    found = texts("golang-migrate", CONVERT, place=Place(now=NOW, applied=("000001_a", "000002_b")))
    assert sorted(found) == ["000003_cure_type_mismatch_orders.down.sql", "000003_cure_type_mismatch_orders.up.sql"]
    assert found["000003_cure_type_mismatch_orders.up.sql"].endswith('ALTER TABLE "a" ALTER "b" TYPE uuid;\n')


def test_what_must_be_alone_is_alone_in_its_file() -> None:
    found = made("dbmate", CONVERT, CONVERT, INDEX, BATCHED, CONVERT)
    assert [file.text.count(";\n") for file in found.files] == [4, 2, 2, 2]
    assert ["transaction:false" in file.text for file in found.files] == [False, True, False, False]
    assert found.later == ('DROP TABLE "k"',)
    assert "UPDATE" in found.files[2].text
    assert any("in one statement" in note for note in found.notes)


@pytest.mark.parametrize("tool", LEDGERS)
def test_what_the_ledger_must_be_told_first_is_not_in_the_file(tool: str) -> None:
    found = made(tool, SETTLE, MARK, CONVERT, MigrateStep(command="go", cwd="/app"), FOR_GOOD)
    assert found.after == (FOR_GOOD.sql,)
    assert found.before == (SETTLE.sql, MARK.sql)
    assert not any(sql in file.text for sql in (SETTLE.sql, MARK.sql, FOR_GOOD.sql) for file in found.files)
    assert any("go" in note for note in found.notes)
    assert made(tool, MARK).files == ()


@pytest.mark.parametrize("tool", LEDGERS)
@pytest.mark.parametrize("text", NASTY)
def test_a_name_that_fools_readers_stays_in_its_place(tool: str, text: str) -> None:
    step = msgspec.structs.replace(CONVERT, facts={"table": text, "column": text, "to": "x */ y", "from": text})
    for file in migrations_for(tool, plan(step, table=text), EMPTY).files:
        assert "\x1b" not in file.text
        assert "/" not in file.path.removesuffix("/migration.sql").removeprefix("meta/")
        assert file.path.isascii()
        if file.path.endswith(".py"):
            ast.parse(file.text)
        comments = [line for line in file.text.splitlines() if "dbdoctor:" in line]
        assert all(line.lstrip().startswith(("#", "//", "--")) for line in comments)


def test_a_folder_in_typescript_gets_typescript() -> None:
    siblings = (Sibling(name="1700000000000-A.ts", text="export class A1700000000000 {}"),)
    for tool, words in (
        ("typeorm", "implements MigrationInterface {"), ("knex", "export const up = async (knex: import('knex').Knex) => {"),
        ("mikro-orm", "import { Migration } from '@mikro-orm/migrations';"), ("node-pg-migrate", "MigrationBuilder) => {"),
        ("sequelize", "export default {"),
    ):  # fmt: skip
        ((path, text),) = texts(tool, CONVERT, place=Place(now=NOW, siblings=siblings)).items()
        assert path.endswith(".ts")
        assert words in text


def test_modules_are_written_as_the_siblings_are() -> None:
    siblings = (Sibling(name="20240101000000_a.mjs", text="export const up = 1;"),)
    ((path, text),) = texts("knex", INDEX, place=Place(now=NOW, siblings=siblings)).items()
    assert path.endswith(".mjs")
    assert "export const config = { transaction: false };" in text
    assert [path.rsplit(".", 1)[1] for path in texts("sequelize", CONVERT, place=Place(now=NOW, siblings=siblings))] == ["cjs"]


def test_drizzle_keeps_the_journal_and_puts_the_cure_before_what_is_pending() -> None:
    journal = {
        "version": "7",
        "dialect": "postgresql",
        "entries": [{"idx": 0, "when": 1, "tag": "0000_a"}, {"idx": 1, "when": 9, "tag": "0001_b"}],
    }
    place = Place(now=NOW, pending=("0001_b",), siblings=(Sibling(name="meta/_journal.json", text=json.dumps(journal)),))
    entries = json.loads(texts("drizzle", CONVERT, place=place)["meta/_journal.json"])["entries"]
    assert [(e["tag"], e["when"]) for e in entries] == [("0000_a", 1), ("0002_cure_type_mismatch_orders", 2), ("0001_b", 9)]
    with pytest.raises(UsageError):
        made("drizzle", CONVERT, place=Place(now=NOW, siblings=(Sibling(name="meta/_journal.json", text="{"),)))


def test_django_needs_to_know_the_app() -> None:
    with pytest.raises(UsageError):
        made("django", CONVERT, place=Place(now=NOW))
    place = Place(now=NOW, app="shop", applied=("shop.0001_a", "other.0007_z"), pending=("shop.0002_b", "other.0008_y"))
    ((path, text),) = texts("django", INDEX, place=place).items()
    assert path == "0003_cure_type_mismatch_orders.py"
    for words in ('dependencies = [("shop", "0001_a")]', 'run_before = [("shop", "0002_b"), ("other", "0008_y")]', "atomic = False"):
        assert words in text


@pytest.mark.parametrize(
    ("applied", "pending", "numbering", "expected"),
    [
        ((), (), Numbering(), ["20260304050607_", "20260304050608_"]),
        (("20991231235959_a",), (), Numbering(), ["21000101000000_", "21000101000001_"]),
        (("20240101000000-a",), ("20240101000005-b",), Numbering(), ["20240101000001-", "20240101000002-"]),
        ((), ("20240101000000_b",), Numbering(), ["20231231235958_", "20231231235959_"]),
        (("20240101_a",), ("20240102_b",), Numbering(after_names=True), ["20240101_a_", "20240101_a_"]),
        (("0001.a",), (), Numbering(digits=4), ["0002.", "0003."]),
        (("0001_a",), ("0004_b",), Numbering(), ["0002_", "0003_"]),
        (("1704061000000_a",), ("1704062000000_b",), Numbering(), ["1704061000001_", "1704061000002_"]),
    ],
)
def test_the_cure_stands_between_what_is_applied_and_what_is_not(
    applied: tuple[str, ...], pending: tuple[str, ...], numbering: Numbering, expected: list[str]
) -> None:
    found = prefixes(Place(now=NOW, applied=applied, pending=pending), 2, numbering)
    assert (list(found.texts), found.note) == (expected, "")


def test_where_no_number_is_free_it_is_said() -> None:
    found = prefixes(Place(now=NOW, applied=("0001_a",), pending=("0002_b",)), 1, Numbering())
    assert found.texts == ("0003_",)
    assert "run this migration first" in found.note


def test_a_report_of_the_files_holds_to_the_schema() -> None:
    report = json.loads(render_plan(plan(CONVERT), "json", outcome="succeeds", made=made("knex", BATCHED, MARK)))
    assert [str(error) for error in jsonschema_rs.Draft202012Validator(schema()).iter_errors(report)] == []
    assert report["migrations"]["later"] == ['DROP TABLE "k"']
    one = {**closed(schema()), "anyOf": [{"$ref": "#/$defs/plan"}]}
    assert jsonschema_rs.is_valid(one, report)
