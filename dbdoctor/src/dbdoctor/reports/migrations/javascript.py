"""Sequelize, Knex, TypeORM, node-pg-migrate and MikroORM: JavaScript or TypeScript, as the app's own migrations are."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from dbdoctor.reports.migrations.cure import NO_WAY_BACK, Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.literals import javascript, question_marks_kept
from dbdoctor.reports.migrations.place import Numbering, Place, prefixes

_ENDINGS = ("ts", "mts", "cts", "js", "mjs", "cjs")
_MILLISECONDS = 13


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How the app writes its migrations."""

    ending: str = "js"
    modules: Literal["commonjs", "es"] = "commonjs"

    @property
    def typed(self) -> bool:
        """Whether it is TypeScript."""
        return self.ending.endswith("ts")


def style_of(place: Place, *, usual: str = "js") -> Style:
    """As the youngest migration beside it is written."""
    for sibling in reversed(place.siblings):
        ending = sibling.name.rsplit(".", 1)[-1]
        if ending in _ENDINGS and not sibling.name.endswith(".d.ts"):
            new = ending in {"mjs", "mts", "ts"} or (
                ending == "js" and "module.exports" not in sibling.text and "\nexport " in f"\n{sibling.text}"
            )
            return Style(ending=ending, modules="es" if new else "commonjs")
    return Style(ending=usual)


def for_sequelize(cure: Cure, place: Place) -> Migrations:
    """`up` and `down` take the query interface; a transaction is begun by the migration itself."""
    style = style_of(place)
    if style.modules == "es" and not style.typed:  # sequelize-cli takes .cjs wherever it runs
        style = Style(ending="cjs")

    def text(part: CurePart, _: str) -> str:
        up, down = _sequelize(part.up, part), _sequelize(part.down, part)
        parameter = "queryInterface: import('sequelize').QueryInterface" if style.typed else "queryInterface"
        body = f"{{\n  async up({parameter}) {{\n{up}  }},\n\n  async down({'' if part.down is None else parameter}) {{\n{down}  }},\n}};\n"
        return f"{_head(part)}{'export default' if style.modules == 'es' else 'module.exports ='} {body}"

    return _files(
        cure, place, text, numbering=Numbering(joint="-", after_names=True), style=style, spell=lambda name: name.replace("_", "-")
    )


def _sequelize(statements: Sequence[str] | None, part: CurePart) -> str:
    if statements is None:
        return f"    throw new Error('{NO_WAY_BACK}');\n"
    if not part.transactional:
        return "".join(f"    await queryInterface.sequelize.query({javascript(s)});\n" for s in statements)
    inside = "".join(f"      await queryInterface.sequelize.query({javascript(s)}, {{ transaction }});\n" for s in statements)
    return f"    await queryInterface.sequelize.transaction(async (transaction) => {{\n{inside}    }});\n"


def for_knex(cure: Cure, place: Place) -> Migrations:
    """Each migration in a transaction of its own, unless its `config` says no."""
    style = style_of(place)
    knex = "knex: import('knex').Knex" if style.typed else "knex"

    def text(part: CurePart, _: str) -> str:
        def function(name: str, statements: Sequence[str] | None) -> str:
            body = _lines(statements, lambda s: f"await knex.raw({javascript(question_marks_kept(s))});", indent="  ")
            return _exported(style, name, f"async ({'' if statements is None else knex}) => {{\n{body}}}")

        config = "" if part.transactional else "\n" + _exported(style, "config", "{ transaction: false }")
        return f"{_head(part)}{function('up', part.up)}\n{function('down', part.down)}{config}"

    return _files(cure, place, text, numbering=Numbering(after_names=True), style=style)


def for_typeorm(cure: Cure, place: Place) -> Migrations:
    """A class whose name ends with the milliseconds of its file's name."""
    style = style_of(place)

    def text(part: CurePart, stem: str) -> str:
        milliseconds, _, words = stem.partition("-")
        name = f"{words}{milliseconds}"
        runner = "queryRunner: QueryRunner" if style.typed else "queryRunner"
        returns = ": Promise<void>" if style.typed else ""
        up = _lines(part.up, lambda s: f"await queryRunner.query({javascript(s)});", indent="    ")
        down = _lines(part.down, lambda s: f"await queryRunner.query({javascript(s)});", indent="    ")
        alone = "" if part.transactional else "  transaction = false;\n"
        body = (
            f"{{\n  name = '{name}';\n{alone}\n  async up({runner}){returns} {{\n{up}  }}\n\n"
            f"  async down({'' if part.down is None else runner}){returns} {{\n{down}  }}\n}}"
        )
        if style.typed:
            imports = "import { MigrationInterface, QueryRunner } from 'typeorm';\n\n"
            return f"{imports}{_head(part)}export class {name} implements MigrationInterface {body}\n"
        start = f"export class {name}" if style.modules == "es" else f"module.exports = class {name}"
        return f"{_head(part)}{start} {body}{'' if style.modules == 'es' else ';'}\n"

    note = (
        ""
        if all(part.transactional for part in cure.parts)
        else ("One of these runs outside a transaction, which TypeORM allows only with: migration:run --transaction each")
    )
    return _files(cure, place, text, numbering=Numbering(digits=_MILLISECONDS, joint="-"), style=style, spell=_camel, note=note)


def for_node_pg_migrate(cure: Cure, place: Place) -> Migrations:
    """`pgm.sql` gathers statements; `pgm.noTransaction` keeps them out of one."""
    style = style_of(place)
    builder = "pgm: import('node-pg-migrate').MigrationBuilder" if style.typed else "pgm"

    def text(part: CurePart, _: str) -> str:
        def function(name: str, statements: Sequence[str] | None) -> str:
            alone = "" if part.transactional or statements is None else "  pgm.noTransaction();\n"
            body = _lines(statements, lambda s: f"pgm.sql({javascript(s)});", indent="  ")
            return _exported(style, name, f"({'' if statements is None else builder}) => {{\n{alone}{body}}}")

        return f"{_head(part)}{function('up', part.up)}\n{function('down', part.down)}"

    return _files(cure, place, text, numbering=Numbering(digits=_MILLISECONDS), style=style)


def for_mikro_orm(cure: Cure, place: Place) -> Migrations:
    """A class of the file's name. Several migrations share one transaction, so what allows none is only written where it is alone."""
    if len(cure.parts) > 1:
        cure = msgspec.structs.replace(cure, parts=tuple(part.inside_transaction() for part in cure.parts))
    style = style_of(place)
    returns = ": Promise<void>" if style.typed else ""

    def text(part: CurePart, stem: str) -> str:
        up = _lines(part.up, lambda s: f"this.addSql({javascript(question_marks_kept(s))});", indent="    ")
        down = _lines(part.down, lambda s: f"this.addSql({javascript(question_marks_kept(s))});", indent="    ")
        alone = "" if part.transactional else "  isTransactional() {\n    return false;\n  }\n\n"
        body = f"{{\n{alone}  async up(){returns} {{\n{up}  }}\n\n  async down(){returns} {{\n{down}  }}\n}}\n"
        if style.modules == "es":
            return f"import {{ Migration }} from '@mikro-orm/migrations';\n\n{_head(part)}export class {stem} extends Migration {body}"
        needs = "const { Migration } = require('@mikro-orm/migrations');\n\n"
        return f"{needs}{_head(part)}class {stem} extends Migration {body}exports.{stem} = {stem};\n"

    return _files(cure, place, text, numbering=Numbering(), style=style, before="Migration")


def _files(
    cure: Cure, place: Place, text: Callable[[CurePart, str], str], *, numbering: Numbering, style: Style,
    spell: Callable[[str], str] = str, before: str = "", note: str = "",
) -> Migrations:  # fmt: skip
    numbers = prefixes(place, len(cure.parts), numbering)
    stems = [f"{before}{number}{spell(part.name)}" for number, part in zip(numbers.texts, cure.parts, strict=True)]
    files = tuple(MigrationFile(path=f"{stem}.{style.ending}", text=text(part, stem)) for stem, part in zip(stems, cure.parts, strict=True))
    return cure.made(files, note, numbers.note)


def _head(part: CurePart) -> str:
    return "".join(f"// dbdoctor: {purpose}\n" for purpose in part.purposes)


def _lines(statements: Sequence[str] | None, call: Callable[[str], str], *, indent: str) -> str:
    if statements is None:
        return f"{indent}throw new Error('{NO_WAY_BACK}');\n"
    return "".join(f"{indent}{call(statement)}\n" for statement in statements)


def _exported(style: Style, name: str, value: str) -> str:
    return f"export const {name} = {value};\n" if style.modules == "es" else f"exports.{name} = {value};\n"


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
