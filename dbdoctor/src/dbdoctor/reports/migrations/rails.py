"""Rails: a class in db/migrate; the version in brackets is that of the app's other migrations."""

import re
from collections.abc import Sequence

from dbdoctor.reports.migrations.cure import NO_WAY_BACK, Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.literals import ruby
from dbdoctor.reports.migrations.place import Numbering, Place, prefixes

_VERSION = re.compile(r"ActiveRecord::Migration\[(\d+\.\d+)\]")
_OLDEST = "6.1"


def written(cure: Cure, place: Place) -> Migrations:
    """`up` and `down` with the statements as they are."""
    numbers = prefixes(place, len(cure.parts), Numbering())
    version = next((found.group(1) for s in reversed(place.siblings) if (found := _VERSION.search(s.text))), _OLDEST)
    files = tuple(
        MigrationFile(path=f"{number}{part.name}.rb", text=_text(part, version))
        for number, part in zip(numbers.texts, cure.parts, strict=True)
    )
    return cure.made(files, numbers.note)


def _text(part: CurePart, version: str) -> str:
    head = "".join(f"# dbdoctor: {purpose}\n" for purpose in part.purposes)
    name = "".join(word.capitalize() for word in part.name.split("_"))
    alone = "" if part.transactional else "  disable_ddl_transaction!\n\n"
    back = f"    raise ActiveRecord::IrreversibleMigration, {ruby(NO_WAY_BACK)}\n" if part.down is None else _body(part.down)
    return (
        f"{head}class {name} < ActiveRecord::Migration[{version}]\n{alone}  def up\n{_body(part.up)}  end\n\n  def down\n{back}  end\nend\n"
    )


def _body(statements: Sequence[str]) -> str:
    return "".join(f"    execute({ruby(statement)})\n" for statement in statements)
