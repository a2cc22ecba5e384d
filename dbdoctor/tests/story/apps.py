"""The apps that are brought to the doctor: real Node projects, and a little one whose command takes no time."""

import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from story.calls import Told, run
from story.targets import Target

TESTS = Path(__file__).resolve().parent.parent
STUDIO = TESTS.parents[1] / "examples" / "studio"
MUSIC_SCHOOL = TESTS / "apps" / "music_school"
OVERLAYS = TESTS / "apps" / "overlays"
MIGRATE = "npx sequelize-cli db:migrate"
INSTALL_PATIENCE_S = 300.0


def with_packages(folder: Path) -> Path:
    """The app's folder, its npm packages installed."""
    if not (folder / "node_modules" / ".bin" / "sequelize-cli").exists():
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, timeout=INSTALL_PATIENCE_S, stdout=subprocess.DEVNULL)
    return folder


def overlaid_studio(overlay: str, *, target: Target, folder: Path) -> Path:
    """A copy of the studio with an overlay that names the target in its own files."""
    app = folder / overlay
    shutil.copytree(with_packages(STUDIO), app, symlinks=True, ignore=lambda _, names: {"node_modules"} & set(names))
    (app / "node_modules").symlink_to(STUDIO / "node_modules")
    shutil.copytree(OVERLAYS / overlay, app, dirs_exist_ok=True)
    for file in app.rglob("*"):
        if file.is_file() and "node_modules" not in file.parts and "TARGET_URL" in (text := file.read_text(encoding="utf-8")):
            file.write_text(text.replace("TARGET_URL", target.url), encoding="utf-8")
    return app


def migrate(folder: Path, target: Target) -> Told:
    """The app's own migrate command, as its people run it."""
    return run("npx", "sequelize-cli", "db:migrate", environment={"DATABASE_URL": target.url}, cwd=folder)


LITTLE_DATABASE = """
CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL);
INSERT INTO users (name) VALUES ('alice'), ('bob'), ('carol');
CREATE TABLE sessions (id serial PRIMARY KEY, note text);
INSERT INTO sessions (note) VALUES ('first'), ('second');
CREATE TABLE "SequelizeMeta" (name varchar(255) PRIMARY KEY);
INSERT INTO "SequelizeMeta" VALUES ('001-users.js');
"""
LITTLE_TROUBLE = 'CREATE TABLE notes (id serial PRIMARY KEY, "userId" uuid REFERENCES users (id))'
LITTLE_TOOL = """
    import os, pathlib, time
    import psycopg
    here = pathlib.Path(__file__).parent
    (here / "begun").write_text(str(os.getpid()))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        done = {name for name, in database.execute('SELECT name FROM "SequelizeMeta"')}
        for file in sorted((here / "migrations").glob("*.js")):
            if file.name not in done:
                while (here / "hold").exists():
                    time.sleep(0.05)
                database.execute(file.read_text())
                database.execute(f'INSERT INTO "SequelizeMeta" VALUES (\\'{file.name}\\')')
"""


@dataclass(frozen=True, kw_only=True)
class LittleApp:
    """An app of one page that keeps its ledger as Sequelize does; each migration is a file of SQL."""

    folder: Path

    @property
    def migrate(self) -> str:
        return f"{sys.executable} migrate.py"

    @property
    def begun(self) -> Path:
        """There as soon as the command has been started."""
        return self.folder / "begun"

    @property
    def hold(self) -> Path:
        """While it is there, a pending migration waits."""
        return self.folder / "hold"


def little_app(folder: Path, *, migration: str = LITTLE_TROUBLE) -> LittleApp:
    """Write the app; its second migration is pending."""
    (folder / "migrations").mkdir(parents=True)
    (folder / "migrate.py").write_text(textwrap.dedent(LITTLE_TOOL))
    (folder / "migrations" / "001-users.js").write_text("SELECT 'long ago'")
    (folder / "migrations" / "002-notes.js").write_text(migration)
    return LittleApp(folder=folder)
