"""One small app for each migration tool, the same four migrations in each: users, notes, a key between them, tags."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from story.calls import Told, run

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent
INSTALL_PATIENCE_S = 300.0
FORGOTTEN = "notes_?author|tags"
LAST = "tags"


@dataclass(frozen=True, kw_only=True)
class ToolApp:
    """`forget` takes entries out of the ledger: all whose name fits, or what else the tool keeps of them; `ledger` reads it."""

    tool: str
    folder: str
    command: str
    forget: str
    ledger: str
    forget_last: str = ""
    lock: str = ""

    @property
    def cwd(self) -> Path:
        return HERE / self.folder

    def forgotten(self, *, last_only: bool = False) -> str:
        """The statement that takes the last two migrations (or the very last) out of the ledger."""
        if last_only and self.forget_last:
            return self.forget_last
        return self.forget.format(LAST if last_only else FORGOTTEN)

    def migrate(self, url: str) -> Told:
        """The app's own migrate command, as its people run it."""
        return run("sh", "-c", self.command, environment={"DATABASE_URL": url, "PGSSLMODE": "disable"}, cwd=self.cwd)


def of_node(name: str) -> str:
    return f"../node_modules/.bin/{name}"


def of_python(name: str) -> str:
    return shlex.quote(str(PROGRAMS / name))


KNEX = ToolApp(
    tool="Knex",
    folder="knex",
    command=f"{of_node('knex')} migrate:latest",
    forget="DELETE FROM knex_migrations WHERE name ~ '{}'",
    ledger="SELECT name, batch > 0, migration_time IS NOT NULL FROM knex_migrations ORDER BY id",
    lock="UPDATE knex_migrations_lock SET is_locked = 1",
)
TYPEORM = ToolApp(
    tool="TypeORM",
    folder="typeorm",
    command=f"{of_node('typeorm')} migration:run -d data-source.js",
    forget="DELETE FROM migrations WHERE name ~* '{}'",
    ledger='SELECT name, "timestamp" FROM migrations ORDER BY id',
)
NODE_PG_MIGRATE = ToolApp(
    tool="node-pg-migrate",
    folder="node_pg_migrate",
    command=f"{of_node('node-pg-migrate')} up",
    forget="DELETE FROM pgmigrations WHERE name ~ '{}'",
    ledger="SELECT name, run_on IS NOT NULL FROM pgmigrations ORDER BY id",
)
MIKRO_ORM = ToolApp(
    tool="MikroORM",
    folder="mikro_orm",
    command=f"{of_node('mikro-orm')} migration:up --config mikro-orm.config.js",
    forget="DELETE FROM mikro_orm_migrations WHERE name ~ '{}'",
    ledger="SELECT name, executed_at IS NOT NULL FROM mikro_orm_migrations ORDER BY id",
)
DRIZZLE = ToolApp(
    tool="Drizzle",
    folder="drizzle",
    command="node migrate.mjs",
    forget="DELETE FROM drizzle.__drizzle_migrations WHERE created_at > 1704060001000",
    forget_last="DELETE FROM drizzle.__drizzle_migrations WHERE created_at > 1704060002000",
    ledger="SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id",
)
DBMATE = ToolApp(
    tool="dbmate",
    folder="dbmate",
    command=f"{of_node('dbmate')} --no-dump-schema up",
    forget="DELETE FROM schema_migrations WHERE version > '20240102999999'",
    forget_last="DELETE FROM schema_migrations WHERE version > '20240103999999'",
    ledger="SELECT version FROM schema_migrations ORDER BY version",
)
YOYO = ToolApp(
    tool="yoyo",
    folder="yoyo",
    command=f'{of_python("yoyo")} apply --batch --no-config-file --database "postgresql+psycopg${{DATABASE_URL#postgresql}}" migrations',
    forget="DELETE FROM _yoyo_migration WHERE migration_id ~ '{}'",
    ledger="SELECT migration_id, migration_hash, applied_at_utc IS NOT NULL FROM _yoyo_migration ORDER BY migration_id",
    lock="INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)",
)
ALEMBIC = ToolApp(
    tool="Alembic",
    folder="alembic",
    command=f"{of_python('alembic')} upgrade head",
    forget="UPDATE alembic_version SET version_num = '2b3c4d5e6f02'",
    forget_last="UPDATE alembic_version SET version_num = '3c4d5e6f7a03'",
    ledger="SELECT version_num FROM alembic_version",
)
DJANGO = ToolApp(
    tool="Django",
    folder="django",
    command=f"{shlex.quote(sys.executable)} manage.py migrate",
    forget="DELETE FROM django_migrations WHERE name ~ '{}'",
    ledger="SELECT app, name, applied IS NOT NULL FROM django_migrations ORDER BY id",
)
TOOLS = (KNEX, TYPEORM, NODE_PG_MIGRATE, MIKRO_ORM, DRIZZLE, DBMATE, YOYO, ALEMBIC, DJANGO)


def install() -> None:
    """Install the Node tools as their lock file has them, once; `npm ci` would want dbmate's programs for every other machine too."""
    if not (HERE / "node_modules" / ".bin" / "knex").exists():
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=HERE, check=True, timeout=INSTALL_PATIENCE_S, stdout=subprocess.DEVNULL, env={**os.environ})
