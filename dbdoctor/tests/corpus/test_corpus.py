"""Real broken databases: the right cause first, cured by what was proven on a copy, nothing lost, and all of it taken back."""

from pathlib import Path

import psycopg
import pytest
from corpus.broken import Broken, brought_in, complaints, contents, given, run, variants

import dbdoctor
from dbdoctor.databases.postgresql.connection import quoted, sql_text
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.embedded import Server, find_binaries
from dbdoctor.rehearsal.statement import StatementPlan, rehearse_statement

# In every run one variant of each cause that no given case has; all of them in the long one.
NEW = {cause for v in variants() for cause in v.causes} - {cause for g in given() for cause in g.causes}
SAMPLE = {next(v.name for v in variants() if cause in v.causes) for cause in NEW}
# What stays wrong until somebody acts is told by the verification: a trigger that goes on undoing the key's own deletes (it is not
# switched off unasked), a key that says NOT ENFORCED until the app has run its statement.
TELLS_OF_MORE = {"swapped-schema-stale-view-trigger", "not-enforced"}
LEDGERS = (
    "schema_migrations",
    "alembic_version",
    "knex_migrations",
    "django_migrations",
    "_prisma_migrations",
    "SequelizeMeta",
    "databasechangelog",
)
# Only the ledger's entry tells that the table was made; its SQL is not known.
SQL_UNKNOWN = {"rails-versions-restored"}


def treated(url: str, case: Broken, tmp_path: Path) -> tuple[StatementPlan, dbdoctor.Run | None]:
    found = rehearse_statement(url=url, sql=case.failing, migrations=case.migrations)
    assert found.plan.findings, f"{case}: no finding"
    assert found.plan.findings[0].cause in case.causes, [f.cause for f in found.plan.findings]
    return found, dbdoctor.apply(url=url, plan=found.plan, state_folder=tmp_path) if found.plan.steps else None


def rows(kept: dict[str, list[str]]) -> int:
    """Rows of the app's own tables, the migration tools' ledgers aside."""
    return sum(len(table) for name, table in kept.items() if not any(ledger in name for ledger in LEDGERS))


def is_cured(url: str, case: Broken, found: StatementPlan) -> None:
    assert found.outcome != "cannot"
    if found.outcome == "succeeds":
        run(url, case.failing)
    assert complaints(url, case.check) == []


def quarantined(url: str) -> int:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'dbdoctor' AND tablename LIKE 'quarantine%'"
        ).fetchall()
        return sum(connection.execute(sql_text(f"SELECT count(*) FROM dbdoctor.{quoted(name)}")).fetchall()[0][0] for (name,) in tables)


@pytest.mark.parametrize("case", given(), ids=str)
def test_a_given_case_is_recognised_and_cured(server: Server, tmp_path: Path, case: Broken) -> None:
    with brought_in(server, case) as url:
        before = rows(contents(url))
        found, applied = treated(url, case, tmp_path)
        assert rows(contents(url)) + quarantined(url) >= before
        if case.curable:
            is_cured(url, case, found)
        else:
            assert (found.outcome, applied) == ("cannot", None)


@pytest.mark.parametrize("case", [v for v in variants() if v.name in SAMPLE], ids=str)
def test_a_variant_is_recognised_and_cured(server: Server, tmp_path: Path, case: Broken) -> None:
    _recognised_and_cured(server, tmp_path, case)


@pytest.mark.long
@pytest.mark.parametrize("case", [v for v in variants() if v.name not in SAMPLE], ids=str)
def test_every_variant_is_recognised_and_cured(server: Server, tmp_path: Path, case: Broken) -> None:
    _recognised_and_cured(server, tmp_path, case)


def _recognised_and_cured(server: Server, tmp_path: Path, case: Broken) -> None:
    with brought_in(server, case) as url:
        before = rows(contents(url))
        found, _ = treated(url, case, tmp_path)
        assert rows(contents(url)) + quarantined(url) >= before
        if case.curable and case.name not in SQL_UNKNOWN:
            is_cured(url, case, found)
        else:
            assert found.outcome == "cannot"


@pytest.mark.long
@pytest.mark.parametrize("case", [c for c in (*given(), *variants()) if c.curable and c.name not in SQL_UNKNOWN], ids=str)
def test_what_was_done_is_verified_and_can_be_taken_back(server: Server, tmp_path: Path, case: Broken) -> None:
    tools = find_binaries(major=18, origin="wheel").folder
    with brought_in(server, case) as url:
        schema, kept = schema_text(tools, url), contents(url)
        _, applied = treated(url, case, tmp_path)
        assert applied is not None
        assert applied.verification is not None
        assert applied.verification.ok or case.name in TELLS_OF_MORE, applied.verification
        dbdoctor.undo(url=url, run_id=applied.id)
        assert schema_text(tools, url) == schema
        assert contents(url) == kept
