"""Each tool's app is brought into states from life and healed with its own command; the ledger is then as the tool itself would have it."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest
from reports.contract import MarkStep, RunReport
from story.calls import call
from story.targets import Target, new_target
from story.test_isolation import LOGGING, OURS, visitors
from tool_apps.apps import ALEMBIC, DBMATE, DJANGO, DRIZZLE, KNEX, MIKRO_ORM, NODE_PG_MIGRATE, TOOLS, TYPEORM, YOYO, ToolApp, install

from dbdoctor.databases.postgresql.rows import Fingerprint, fingerprint
from dbdoctor.embedded import Server, find_binaries, start_server
from dbdoctor.model import TableName

pytestmark = pytest.mark.timeout(300)
ROWS = """
INSERT INTO users (id, email) VALUES
  ('00000000-0000-4000-8000-000000000001', 'alice@example.org'), ('00000000-0000-4000-8000-000000000002', 'bob@example.org');
INSERT INTO notes (id, body, author_id) VALUES
  (1, 'first', '00000000-0000-4000-8000-000000000001'), (2, 'second', '00000000-0000-4000-8000-000000000002'), (3, 'third', NULL);
INSERT INTO tags (id, note_id, word) VALUES (1, 1, 'red'), (2, 3, 'blue');
"""
WITHOUT_KEY = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype = 'f' LOOP
    EXECUTE format('ALTER TABLE notes DROP CONSTRAINT %I', one.conname);
  END LOOP;
  FOR one IN SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = 'notes'::regclass AND NOT indisprimary LOOP
    EXECUTE format('DROP INDEX %s', one.name);
  END LOOP;
END $$;
DROP TABLE tags;
"""
WITHOUT_INDEX = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = 'tags'::regclass AND NOT indisprimary LOOP
    EXECUTE format('DROP INDEX %s', one.name);
  END LOOP;
END $$;
"""
SPARING = {"PGSSLMODE": "disable"}
APPLYING = "INSERT INTO dbdoctor.runs"
INTEGERS = "ALTER TABLE notes ALTER author_id TYPE integer USING NULL;"
ORPHAN = "UPDATE notes SET author_id = '00000000-0000-4000-8000-00000000dead' WHERE id = 2;"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How a well database is made ill, and how many migrations have to be marked."""

    name: str
    script: str
    last_only: bool = False
    with_lock: bool = False
    marks: int = 0


INTEGER_CHILD = Trouble(name="integer child of a uuid parent", script=WITHOUT_KEY + INTEGERS)
ORPHANS = Trouble(name="orphans", script=WITHOUT_KEY + ORPHAN, marks=1)
LEDGER_LOST = Trouble(name="the ledger lost two entries", script="", marks=2)
HALF_APPLIED = Trouble(name="half of a migration is there", script=WITHOUT_INDEX, last_only=True, marks=1)
STUCK_LOCK = Trouble(name="a lock was left behind", script=WITHOUT_KEY + INTEGERS, with_lock=True)
ALWAYS = {
    (KNEX, STUCK_LOCK), (TYPEORM, LEDGER_LOST), (NODE_PG_MIGRATE, ORPHANS), (MIKRO_ORM, ORPHANS), (DRIZZLE, LEDGER_LOST),
    (DBMATE, HALF_APPLIED), (YOYO, ORPHANS), (ALEMBIC, INTEGER_CHILD), (DJANGO, INTEGER_CHILD),
}  # fmt: skip
CASES = [
    pytest.param(app, trouble, id=f"{app.tool}: {trouble.name}", marks=() if (app, trouble) in ALWAYS else pytest.mark.long)
    for app in TOOLS
    for trouble in (INTEGER_CHILD, ORPHANS, LEDGER_LOST, HALF_APPLIED, *([STUCK_LOCK] if app.lock else []))
]


@pytest.fixture(scope="module", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def watched_server() -> Iterator[Server]:
    """A server that writes down who comes."""
    install()
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0, settings=LOGGING) as server:
        yield server


@pytest.fixture(scope="module")
def healthy() -> dict[str, str]:
    """For each tool met so far the name of a database that it has migrated to the end, with rows in it."""
    return {}


def well_database(app: ToolApp, server: Server, healthy: dict[str, str]) -> str:
    if app.tool not in healthy:
        name = f"well_{app.folder}"
        target = new_target(server, name)
        told = app.migrate(target.url)
        assert told.exit_code == 0, told.said
        target.run(ROWS)
        healthy[app.tool] = name
    return healthy[app.tool]


def fallen_ill(app: ToolApp, trouble: Trouble, server: Server, healthy: dict[str, str]) -> tuple[Target, Target]:
    well = well_database(app, server, healthy)
    ill = new_target(server, f"{app.folder}_{abs(hash(trouble.name)) % 10**6}", template=well)
    ill.run(f"{trouble.script}\n{app.forgotten(last_only=trouble.last_only)};\n{app.lock if trouble.with_lock else ''}")
    return new_target(server, f"{ill.url.rsplit('/', 1)[-1]}_twin", template=well), ill


def contents(target: Target) -> dict[str, Fingerprint]:
    """Every row of the app's own tables, as a digest."""
    with target.connect() as connection:
        columns = {"users": ["id", "email"], "notes": ["id", "body", "author_id"], "tags": ["id", "note_id", "word"]}
        there = target.tables()
        return {name: fingerprint(connection, TableName("public", name), columns[name]) for name in columns if name in there}


@pytest.mark.parametrize(("app", "trouble"), CASES)
def test_the_apps_own_command_goes_through_again_and_nothing_is_lost(
    app: ToolApp, trouble: Trouble, watched_server: Server, healthy: dict[str, str]
) -> None:
    well, ill = fallen_ill(app, trouble, watched_server, healthy)
    before, already = contents(ill), len(watched_server.log_text())
    told = call("repair", ill.url, "--migrate", app.command, "--cwd", app.cwd, "--yes", "--format", "json", environment=SPARING)
    assert told.exit_code == 0, told.err or [c for c in told.report["verification"] if c["state"] == "failed"]
    rehearsed, begun, applied = watched_server.log_text()[already:].partition(APPLYING)
    assert begun
    assert visitors(rehearsed) <= OURS
    assert not visitors(applied) <= OURS  # there it came, so the log would have shown it before
    report = msgspec.json.decode(told.out, type=RunReport)
    assert report.healthy
    assert [check for check in report.verification if check.state == "failed"] == []
    ledger = ill.ask(app.ledger)
    assert ledger == well.ask(app.ledger)
    assert len([step for step in report.plan.steps if isinstance(step, MarkStep)]) == trouble.marks
    again = app.migrate(ill.url)
    assert again.exit_code == 0, again.said
    assert ill.ask(app.ledger) == ledger
    assert contents(ill) == before | {name: found for name, found in contents(ill).items() if name not in before}
