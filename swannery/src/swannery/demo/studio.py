"""The studio of the demo: where its app lies, its server, its database on the day the deploy was blocked."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbdoctor import DataFolderUnreachable, Server, find_binaries, start_server
from swannery.demo import queries
from swannery.demo.errors import DemoCannot

DATABASE = "studio"
MIGRATE = "npx sequelize-cli db:migrate"
ACCEPT = "node check.cjs"


def project_root() -> Path:
    """The clone this demo runs in; raises DemoCannot when swannery was installed without one."""
    for folder in [Path.cwd(), *Path(__file__).resolve().parents]:
        if (folder / "examples" / "studio" / "broken.sql").is_file():
            return folder
    message = "The demo needs the project's folder examples/studio, and it is not here."
    raise DemoCannot(message, next_step="Run it in a clone of the project: make demo")


def app_folder(root: Path) -> Path:
    """The studio's app with its packages installed."""
    folder = root / "examples" / "studio"
    if not (folder / "node_modules").is_dir():
        message = "The studio's own packages are not installed."
        raise DemoCannot(message, next_step="Run: make setup")
    return folder


def studio_folder(root: Path, *, fresh: bool, data: Path | None = None) -> Path:
    """The folder of what the demo keeps beside its database: the mapping and the website's log."""
    folder = data.parent if data else root / ".demo"
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        (folder / "swannery.toml").unlink(missing_ok=True)
    return folder


@contextmanager
def studio_server(root: Path, *, fresh: bool, data: Path | None = None) -> Iterator[Server]:
    """A PostgreSQL of the demo's own on loopback; its data is kept from run to run. It ends with this process, however that ends."""
    places = [data] if data else [root / ".demo" / "postgresql", Path("/var/tmp") / f"swannery-demo-{os.getuid()}-{_short(root)}"]  # noqa: S108 - private by mode, not by name
    for place in places:
        if fresh and place.exists():
            shutil.rmtree(place)
        try:
            server = start_server(binaries=find_binaries(), data=place, port=0)
        except DataFolderUnreachable:
            continue  # a clone under a home that the server's user may not enter
        with server:
            yield server
        return
    message = "There is no folder in which the demo's server could keep its data."
    raise DemoCannot(message, next_step="Clone the project to a folder that other users may pass through, e.g. /srv.")


def _short(root: Path) -> str:
    return hashlib.sha256(str(root).encode()).hexdigest()[:8]


def load_broken(server: Server, app: Path) -> bool:
    """Make the database as it was on that day; False when it is there already from an earlier run."""
    if queries.database_exists(server, DATABASE):
        return False
    queries.create_database(server, DATABASE)
    queries.run_script(server, DATABASE, app / "broken.sql")
    return True


def environment(url: str) -> dict[str, str]:
    """The variables of the studio's app; programs of this project's own environment (npx, perhaps) come first."""
    programs = str(Path(sys.executable).parent)
    return {**os.environ, "DATABASE_URL": url, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


def run_in_app(command: str, *, app: Path, url: str) -> tuple[int, str]:
    """Run one of the studio's own commands; returns its exit code and what it printed."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=app, env=environment(url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout
