"""Prisma: a folder for each migration, sent as one query; it knows no way back, so what takes it back stands there as a comment."""

from dbdoctor.reports.migrations.cure import Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.place import Numbering, Place, prefixes
from dbdoctor.reports.migrations.sql_text import body, commented, head


def written(cure: Cure, place: Place) -> Migrations:
    """`TIME_name/migration.sql`."""
    numbers = prefixes(place, len(cure.parts), Numbering())
    files = tuple(
        MigrationFile(path=f"{number}{part.name}/migration.sql", text=text_of(part))
        for number, part in zip(numbers.texts, cure.parts, strict=True)
    )
    return cure.made(files, numbers.note)


def text_of(part: CurePart, *, between: str = "") -> str:
    """The statements, and as a comment what takes them back; `between` stands between two."""
    up = between.join(body((statement,)) for statement in part.up)
    if part.down is None:
        return f"{head(part)}-- It cannot be taken back by a statement: restore what was there before from a backup.\n{up}"
    return f"{head(part)}{up}-- What takes it back:\n{commented(part.down)}"
