"""The cure as a migration of the app's own tool: one file for each family of tools. Text in, text out; nothing is read or written here."""

from collections.abc import Callable

from dbdoctor.findings import Plan
from dbdoctor.reports.migrations import alembic, django, drizzle, javascript, prisma, rails, sql_files, yoyo
from dbdoctor.reports.migrations.cure import Cure, MigrationFile, Migrations, cure_of
from dbdoctor.reports.migrations.place import Place, Sibling

__all__ = ["LEDGERS", "Cure", "MigrationFile", "Migrations", "Place", "Sibling", "cure_of", "migrations_for"]

Writer = Callable[[Cure, Place], Migrations]

# What `--as` may say, and how each is written.
_WRITERS: dict[str, Writer] = {
    "sequelize": javascript.for_sequelize,
    "knex": javascript.for_knex,
    "typeorm": javascript.for_typeorm,
    "node-pg-migrate": javascript.for_node_pg_migrate,
    "mikro-orm": javascript.for_mikro_orm,
    "drizzle": drizzle.written,
    "alembic": alembic.written,
    "django": django.written,
    "yoyo": yoyo.written,
    "dbmate": sql_files.for_dbmate,
    "goose": sql_files.for_goose,
    "golang-migrate": sql_files.for_golang_migrate,
    "flyway": sql_files.for_flyway,
    "prisma": prisma.written,
    "rails": rails.written,
    "sql": sql_files.plain,
}
# The same tools as histories/ calls them.
LEDGERS: dict[str, str] = {
    "sequelize": "Sequelize", "knex": "Knex", "typeorm": "TypeORM", "node-pg-migrate": "node-pg-migrate", "mikro-orm": "MikroORM",
    "drizzle": "Drizzle", "alembic": "Alembic", "django": "Django", "yoyo": "yoyo", "dbmate": "dbmate", "goose": "goose",
    "golang-migrate": "golang-migrate", "flyway": "Flyway", "prisma": "Prisma", "rails": "Rails", "sql": "",
}  # fmt: skip


def migrations_for(tool: str, plan: Plan, place: Place) -> Migrations:
    """The files that carry a plan's statements out as migrations of the tool; none where the plan has no statement of its own."""
    cure = cure_of(plan)
    return _WRITERS[tool](cure, place) if cure.parts else cure.made(())
