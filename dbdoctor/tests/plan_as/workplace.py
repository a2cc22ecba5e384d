"""A copy of each tool's app, so that a migration may be written into it; one for Sequelize is made with the studio's packages."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from story.apps import STUDIO, with_packages
from story.calls import Told, run
from tool_apps.apps import (
    ALEMBIC,
    DBMATE,
    DJANGO,
    DRIZZLE,
    FORGOTTEN,
    HERE,
    KNEX,
    MIKRO_ORM,
    NODE_PG_MIGRATE,
    TYPEORM,
    YOYO,
    ToolApp,
    install,
)

SEQUELIZE_STEPS = {
    "20240101000000-users": ("CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL)", "DROP TABLE users"),
    "20240102000000-notes": ("CREATE TABLE notes (id serial PRIMARY KEY, body text, author_id uuid)", "DROP TABLE notes"),
    "20240103000000-notes_author": (
        "ALTER TABLE notes ADD CONSTRAINT notes_author_fk FOREIGN KEY (author_id) REFERENCES users (id)",
        "ALTER TABLE notes DROP CONSTRAINT notes_author_fk",
    ),
    "20240104000000-tags": ("CREATE TABLE tags (id serial PRIMARY KEY, note_id integer REFERENCES notes, word text)", "DROP TABLE tags"),
}
SEQUELIZE_CONFIG = "module.exports = { development: { use_env_variable: 'DATABASE_URL', dialect: 'postgres', logging: false } };\n"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A tool as `--as` calls it, its app, the folder its migrations lie in, and the command that takes the last one back."""

    name: str
    app: ToolApp
    migrations: str
    back: str = ""


SEQUELIZE = ToolApp(
    tool="Sequelize",
    folder="sequelize",
    command="../node_modules/.bin/sequelize-cli db:migrate --config config.js",
    forget="DELETE FROM \"SequelizeMeta\" WHERE name ~ '{}'",
    ledger='SELECT name FROM "SequelizeMeta" ORDER BY name',
)
KINDS = (
    Kind(
        name="sequelize",
        app=SEQUELIZE,
        migrations="migrations",
        back="../node_modules/.bin/sequelize-cli db:migrate:undo --config config.js",
    ),
    Kind(name="knex", app=KNEX, migrations="steps", back="../node_modules/.bin/knex migrate:down"),
    Kind(name="typeorm", app=TYPEORM, migrations="migrations", back="../node_modules/.bin/typeorm migration:revert -d data-source.js"),
    Kind(name="node-pg-migrate", app=NODE_PG_MIGRATE, migrations="migrations", back="../node_modules/.bin/node-pg-migrate down"),
    Kind(
        name="mikro-orm",
        app=MIKRO_ORM,
        migrations="migrations",
        back="../node_modules/.bin/mikro-orm migration:down --config mikro-orm.config.js",
    ),
    Kind(name="drizzle", app=DRIZZLE, migrations="drizzle"),
    Kind(name="alembic", app=ALEMBIC, migrations="alembic/versions", back=ALEMBIC.command.replace("upgrade head", "downgrade -1")),
    Kind(name="django", app=DJANGO, migrations="notes/migrations", back=f"{DJANGO.command} notes 0004"),
    Kind(
        name="yoyo",
        app=YOYO,
        migrations="migrations",
        back=YOYO.command.replace(" apply ", " rollback --revision 0005.cure_type_mismatch_notes "),
    ),
    Kind(name="dbmate", app=DBMATE, migrations="db/migrations", back="../node_modules/.bin/dbmate --no-dump-schema down"),
)


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """One app in a folder of its own."""

    kind: Kind
    folder: Path

    @property
    def migrations(self) -> Path:
        return self.folder / self.kind.migrations

    def command(self, words: str, url: str) -> Told:
        return run("sh", "-c", words, environment={"DATABASE_URL": url, "PGSSLMODE": "disable"}, cwd=self.folder)

    def migrate(self, url: str) -> Told:
        return self.command(self.kind.app.command, url)

    def forgotten(self) -> str:
        return self.kind.app.forget.format(FORGOTTEN)


def workplace(kind: Kind, folder: Path) -> Workplace:
    """The app, its packages beside it."""
    if kind.app is SEQUELIZE:
        (folder / "node_modules").symlink_to(with_packages(STUDIO) / "node_modules")
        _write_sequelize_app(folder / "sequelize")
    else:
        install()
        shutil.copytree(HERE / kind.app.folder, folder / kind.app.folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "node_modules").symlink_to(HERE / "node_modules")
        shutil.copy(HERE / "package.json", folder)  # MikroORM wants to be named in one
    return Workplace(kind=kind, folder=folder / kind.app.folder)


def _write_sequelize_app(folder: Path) -> None:
    (folder / "migrations").mkdir(parents=True)
    (folder / "config.js").write_text(SEQUELIZE_CONFIG)
    for name, (up, down) in SEQUELIZE_STEPS.items():
        text = "module.exports = {{\n  up: (q) => q.sequelize.query('{}'),\n  down: (q) => q.sequelize.query('{}'),\n}};\n"
        (folder / "migrations" / f"{name}.js").write_text(text.format(up, down))
