"""dbmate, goose, golang-migrate, Flyway and plain SQL: files that the tool hands to the server as they are."""

from dbdoctor.reports.migrations.cure import Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.place import Numbering, Place, prefixes
from dbdoctor.reports.migrations.sql_text import NO_WAY_BACK, body, head, safe

_SEQUENCE = 6


def for_dbmate(cure: Cure, place: Place) -> Migrations:
    """One file for both ways; a block's own option keeps it out of a transaction."""
    numbers = prefixes(place, len(cure.parts), Numbering())
    files = []
    for number, part in zip(numbers.texts, cure.parts, strict=True):
        option = "" if part.transactional else " transaction:false"
        back = "" if part.down is None else option
        text = f"-- migrate:up{option}\n{head(part)}{body(part.up)}\n-- migrate:down{back}\n{_down(part)}"
        files.append(MigrationFile(path=f"{number}{part.name}.sql", text=text))
    return cure.made(files, numbers.note)


def for_goose(cure: Cure, place: Place) -> Migrations:
    """One file for both ways; every statement is fenced, so that none is cut at a semicolon within."""
    numbers = prefixes(place, len(cure.parts), Numbering())

    def fenced(statements: tuple[str, ...]) -> str:
        return "".join(f"-- +goose StatementBegin\n{safe(s)};\n-- +goose StatementEnd\n" for s in statements)

    files = []
    for number, part in zip(numbers.texts, cure.parts, strict=True):
        alone = "" if part.transactional else "-- +goose NO TRANSACTION\n"
        back = fenced((NO_WAY_BACK,) if part.down is None else part.down)
        text = f"{alone}-- +goose Up\n{head(part)}{fenced(part.up)}\n-- +goose Down\n{back}"
        files.append(MigrationFile(path=f"{number}{part.name}.sql", text=text))
    return cure.made(files, numbers.note)


def for_golang_migrate(cure: Cure, place: Place) -> Migrations:
    """A file each way, each sent as one query, which PostgreSQL runs as one transaction; what allows none is alone in its file."""
    numbers = prefixes(place, len(cure.parts), Numbering(digits=_SEQUENCE))
    files = []
    for number, part in zip(numbers.texts, cure.parts, strict=True):
        files.append(MigrationFile(path=f"{number}{part.name}.up.sql", text=f"{head(part)}{body(part.up)}"))
        files.append(MigrationFile(path=f"{number}{part.name}.down.sql", text=_down(part)))
    return cure.made(files, numbers.note)


def for_flyway(cure: Cure, place: Place) -> Migrations:
    """Versioned files, with an undo file where there is a way back; beside them settings where Flyway would do more than run them."""
    numbers = prefixes(place, len(cure.parts), Numbering(digits=1, joint="__", fractions=True))
    files = []
    for number, part in zip(numbers.texts, cure.parts, strict=True):
        version = number.rstrip("_.-")
        text = f"{head(part)}{body(part.up)}"
        files.append(MigrationFile(path=f"V{version}__{part.name}.sql", text=text))
        settings = "" if part.transactional else "executeInTransaction=false\n"
        settings += "placeholderReplacement=false\n" if "${" in text else ""
        if settings:
            files.append(MigrationFile(path=f"V{version}__{part.name}.sql.conf", text=settings))
        if part.down is not None:
            files.append(MigrationFile(path=f"U{version}__{part.name}.sql", text=body(part.down)))
    return cure.made(files, numbers.note)


def plain(cure: Cure, place: Place) -> Migrations:
    """A script for psql, and one that takes it back: each part in a transaction, where it allows one."""
    del place
    name = cure.parts[0].name if len(cure.parts) == 1 else cure.parts[0].name.removesuffix("_1")
    up = "".join(f"{head(part)}{_enclosed(body(part.up), part)}\n" for part in cure.parts)
    backwards = [_enclosed(_down(part), part) for part in reversed(cure.parts)]
    guard = "\\set ON_ERROR_STOP on\n\n"
    files = (
        MigrationFile(path=f"{name}.sql", text=f"{guard}{up}"),
        MigrationFile(path=f"{name}.undo.sql", text=guard + "\n".join(backwards)),
    )
    return cure.made(files)


def _enclosed(text: str, part: CurePart) -> str:
    return f"BEGIN;\n{text}COMMIT;\n" if part.transactional else text  # not sql: brackets in a file for psql, nothing we run


def _down(part: CurePart) -> str:
    return body((NO_WAY_BACK,) if part.down is None else part.down)
