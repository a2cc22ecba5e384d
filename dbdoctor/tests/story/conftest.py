import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from story.apps import LITTLE_DATABASE, LittleApp, little_app
from story.calls import call
from story.targets import Target, new_target

from dbdoctor.embedded import Server, find_binaries, start_server

PASSWORD = "Tulpe/4711 geheim"
ACCESS = "local all all trust\nhost all locked all scram-sha-256\nhost all all all trust\n"


@pytest.fixture(scope="module", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Backups go here, not into the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.setenv("COLUMNS", "120")
        yield folder


@pytest.fixture(scope="session")
def strict_server() -> Iterator[Server]:
    """PostgreSQL 18 on TCP, which asks one role, `locked`, for its password."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        access = Path(folder) / "pg_hba.conf"
        access.write_text(ACCESS)
        with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0, settings={"hba_file": str(access)}) as server:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(f"CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'")
                connection.execute("CREATE ROLE stranger LOGIN")
            yield server


@contextmanager
def new_little_target(server: Server) -> Iterator[Target]:
    name = f"harmless_{uuid.uuid4().hex[:12]}"
    made = new_target(server, name)
    made.run(LITTLE_DATABASE)
    yield made
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def loose_target(strict_server: Server) -> Iterator[Target]:
    """The little app's database."""
    with new_little_target(strict_server) as made:
        yield made


@pytest.fixture
def target(loose_target: Target) -> Iterator[Target]:
    """The little app's database, which nothing may change: schema and contents are compared after the test."""
    before = loose_target.state()
    yield loose_target
    assert loose_target.state() == before


@pytest.fixture
def app(tmp_path: Path) -> LittleApp:
    return little_app(tmp_path / "app")


@pytest.fixture(scope="session")
def plan_text(strict_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A plan for the little app, as the command writes it."""
    folder = tmp_path_factory.mktemp("planned")
    with new_little_target(strict_server) as target:
        app = little_app(folder / "app")
        told = call("plan", target.url, "--migrate", app.migrate, "--cwd", app.folder, "--out", folder / "plan.json", "--format", "json")
        assert told.exit_code == 0, told.err
        assert told.report["plan"]["rehearsed"]
    return (folder / "plan.json").read_text()
