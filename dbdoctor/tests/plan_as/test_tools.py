"""The cure written as a migration of each tool, run by that tool's own command on the broken database."""

import re
import uuid
from pathlib import Path

import pytest
from plan_as.workplace import KINDS, Kind, Workplace, workplace
from story.calls import call_here
from story.targets import Target, new_target
from tool_apps.test_healing import INTEGERS, ROWS, WITHOUT_KEY

from dbdoctor.databases.postgresql.connection import quoted
from dbdoctor.embedded import Server

pytestmark = pytest.mark.timeout(240)
IN_NORMAL_TESTS = 3
KEY = "ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id)"
INVITATIONS = "CREATE TABLE invitations (id serial PRIMARY KEY, email text REFERENCES users (email))"
ODD = "o'd\"` ${x} ?:y \\? %s 🦢\n-- migrate:down"
ODD_COLUMN = "{0} */ /* $$ #{y}\n--> statement-breakpoint"
TOOLS = [pytest.param(kind, id=kind.name, marks=() if n < IN_NORMAL_TESTS else pytest.mark.long) for n, kind in enumerate(KINDS)]


OF_ODD_NAMES = [  # MikroORM does not run at all beside a table of such a name
    pytest.param(kind, id=kind.name, marks=pytest.mark.long) for kind in KINDS if kind.name != "mikro-orm"
]
ALL_LONG = [pytest.param(kind, id=kind.name, marks=pytest.mark.long) for kind in KINDS]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Workplace:
    kind: Kind = request.param
    return workplace(kind, tmp_path)


def well(place: Workplace, server: Server) -> Target:
    """A database that the app's own command has migrated to the end, with rows in it."""
    target = new_target(server, f"as_{place.kind.name.replace('-', '_')}_{uuid.uuid4().hex[:8]}")
    told = place.migrate(target.url)
    assert told.exit_code == 0, told.said
    target.run(ROWS)
    return target


def planned(place: Workplace, target: Target, statement: str) -> list[Path]:
    """The files that the doctor adds to the app's own migrations."""
    before = set(place.migrations.rglob("*"))
    failing = place.folder / "failing.sql"
    failing.write_text(statement)
    told = call_here(
        "plan", target.url, "--sql", failing, "--cwd", place.folder, "--as", place.kind.name, "--out", place.migrations
    )  # fmt: skip
    assert told.exit_code == 0, told.said
    new = sorted(set(place.migrations.rglob("*")) - before)
    assert all(path.name in "".join(told.out.split()) for path in new), told.out
    return new


@pytest.mark.parametrize("place", TOOLS, indirect=True)
def test_the_tool_cures_the_database_and_records_it(place: Workplace, server: Server) -> None:
    target = well(place, server)
    target.run(f"{WITHOUT_KEY}\n{INTEGERS}")
    recorded = len(target.ask(place.kind.app.ledger))
    (new,) = planned(place, target, KEY)
    told = place.migrate(target.url)
    assert told.exit_code == 0, (told.said, new.read_text())
    assert target.column("notes", "author_id") == "uuid"
    target.run(KEY)
    ledger = target.ask(place.kind.app.ledger)
    assert len(ledger) == recorded + (place.kind.name != "alembic")
    assert place.kind.name in {"drizzle", "dbmate", "node-pg-migrate", "alembic", "typeorm", "django"} or new.stem in str(ledger[-1])
    assert place.migrate(target.url).exit_code == 0
    assert target.ask(place.kind.app.ledger) == ledger
    if place.kind.back:
        target.run("ALTER TABLE notes DROP CONSTRAINT notes_author_fk")
        told = place.command(place.kind.back + (f" {new.name}" if place.kind.name == "knex" else ""), target.url)
        assert told.exit_code == 0, told.said
        assert target.column("notes", "author_id") == "integer", told.said


@pytest.mark.parametrize("place", TOOLS, indirect=True)
def test_it_runs_before_the_migration_that_failed(place: Workplace, server: Server) -> None:
    target = well(place, server)
    target.run(f"{WITHOUT_KEY}\n{INTEGERS}\n{place.forgotten()}")
    (new,) = planned(place, target, KEY)
    if place.kind.name == "alembic":
        revision = re.search(r'^revision = "(\w+)"', new.read_text(), re.MULTILINE)
        assert revision
        follower = place.migrations / "3c4d5e6f7a03_notes_author.py"
        follower.write_text(follower.read_text().replace('"2b3c4d5e6f02"', f'"{revision[1]}"'))
    told = place.migrate(target.url)
    assert told.exit_code == 0, (told.said, new.name, new.read_text())
    assert target.keys()["notes.author_id", "users.id"]
    assert "tags" in target.tables()
    again = place.migrate(target.url)
    assert again.exit_code == 0, again.said


@pytest.mark.parametrize("place", ALL_LONG, indirect=True)
def test_what_allows_no_transaction_is_run_outside_of_one(place: Workplace, server: Server) -> None:
    target = well(place, server)
    (new,) = planned(place, target, INVITATIONS)
    assert ("CONCURRENTLY" in new.read_text()) == (place.kind.name != "drizzle")
    words = place.kind.app.command + (" --transaction each" if place.kind.name == "typeorm" else "")
    told = place.command(words, target.url)
    assert told.exit_code == 0, (told.said, new.read_text())
    target.run(INVITATIONS)


@pytest.mark.parametrize("place", OF_ODD_NAMES, indirect=True)
def test_names_with_signs_of_every_language_reach_the_server_unchanged(place: Workplace, server: Server) -> None:
    target = well(place, server)
    target.run(f"CREATE TABLE {quoted(ODD)} (id serial PRIMARY KEY, {quoted(ODD_COLUMN)} integer)")
    key = f"ALTER TABLE {quoted(ODD)} ADD FOREIGN KEY ({quoted(ODD_COLUMN)}) REFERENCES users (id)"
    (new,) = planned(place, target, key)
    told = place.migrate(target.url)
    assert told.exit_code == 0, (told.said, new.read_text())
    assert target.column(ODD, ODD_COLUMN) == "uuid"
    target.run(key)
