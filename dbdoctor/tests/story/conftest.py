from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from story.apps import LITTLE_DATABASE, LittleApp, little_app
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
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """PostgreSQL 18 on TCP, which asks one role, `locked`, for its password."""
    access = tmp_path_factory.mktemp("strict") / "pg_hba.conf"
    access.write_text(ACCESS)
    for folder in (access, *access.parents[:3]):
        folder.chmod(0o755)
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0, settings={"hba_file": str(access)}) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE ROLE stranger LOGIN")
        yield server


@pytest.fixture
def target(strict_server: Server, request: pytest.FixtureRequest) -> Iterator[Target]:
    """The little app's database, which must be the same at the end as it was at the beginning, unless a test says otherwise."""
    name = f"harmless{abs(hash(request.node.name))}"
    made = new_target(strict_server, name)
    made.run(LITTLE_DATABASE)
    before = made.state()
    yield made
    if not request.node.get_closest_marker("heals"):
        assert made.state() == before
    with psycopg.connect(strict_server.url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def app(tmp_path: Path) -> LittleApp:
    return little_app(tmp_path / "app")
