"""What an app's models want of the database: one file a source. The keys they declare, never the rows."""

from pathlib import Path

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference
from dbdoctor.wanted.models import django, prisma, sql_file, sqlalchemy

FORMS = "module:attribute (SQLAlchemy), django:settings.module, a .prisma file or its folder, or a .sql file"


def read_models(source: str, *, cwd: Path | None = None) -> tuple[Reference, ...]:
    """The keys that the models want. A Python source is imported in a process of its own, in `cwd`, by the app's own Python.

    Raises UsageError with what is wrong and what to do for a source that cannot be read.
    """
    folder = cwd or Path()
    path = Path(source)
    if source.startswith("django:"):
        return django.references(source.removeprefix("django:"), folder)
    if path.suffix == ".prisma" or (path.is_dir() and any(path.rglob("*.prisma"))):
        return prisma.references(path)
    if path.suffix == ".sql":
        return sql_file.references(path)
    module, _, attribute = source.partition(":")
    if attribute and all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        return sqlalchemy.references(module, attribute, folder)
    message = f"The models {source!r} are in no form that dbdoctor knows."
    raise UsageError(message, next_step=f"Give {FORMS}.")
