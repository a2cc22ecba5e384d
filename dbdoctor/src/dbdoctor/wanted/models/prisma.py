"""Keys that a Prisma schema wants: its models with @relation, under the names that @map and @@map give them."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from dbdoctor.errors import UsageError
from dbdoctor.model import Action, Reference, TableName
from dbdoctor.wanted.models.sql_file import read_text

NEXT_STEP = "Run `npx prisma validate`; if it is content, give the schema in SQL instead: `npx prisma migrate diff` writes it."
ACTIONS: dict[str, Action] = {
    "Cascade": "CASCADE", "SetNull": "SET NULL", "SetDefault": "SET DEFAULT", "Restrict": "RESTRICT", "NoAction": "NO ACTION",
}  # fmt: skip
# What Prisma makes of its own types, https://www.prisma.io/docs/orm/overview/databases/postgresql
TYPES = {
    "String": "text", "Boolean": "boolean", "Int": "integer", "BigInt": "bigint", "Float": "double precision", "Decimal": "numeric(65,30)",
    "DateTime": "timestamp(3)", "Json": "jsonb", "Bytes": "bytea",
}  # fmt: skip
NATIVE = {"VarChar": "varchar", "Char": "char", "SmallInt": "smallint", "Uuid": "uuid", "Text": "text", "Citext": "citext", "Oid": "oid"}

_BLOCK = re.compile(r"^[ \t]*(model|view|enum|type|generator|datasource)[ \t]+(\w+)[ \t]*\{", re.MULTILINE)
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_FIELD = re.compile(r"^(\w+)\s+(\w+)(\[\]|\?)?(?:\s|$)")
_STRING = r'"((?:[^"\\]|\\.)*)"'


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    line: int
    table: TableName
    fields: dict[str, str]  # each field's whole declaration, by its name in the models


def references(path: Path) -> tuple[Reference, ...]:
    """The keys in the order of the file (of the files, where it is a folder); raises UsageError for what is not understood."""
    files = sorted(path.rglob("*.prisma")) if path.is_dir() else [path]
    texts = [(file, _without_comments(read_text(file, next_step="Give the path of a schema.prisma."))) for file in files]
    for file, text in texts:
        _refuse_other_databases(file, text)
    models: dict[str, _Model] = {}
    for file, text in texts:
        models.update({model.name: model for model in _models(file, text)})
    if not models:
        message = f"{path} holds no model."
        raise UsageError(message, next_step="Give the path of the schema.prisma that has the models.")
    return tuple(key for model in models.values() for key in _keys(model, models, path))


def _without_comments(text: str) -> str:
    """The text with comments blotted out, every line where it was."""
    return _COMMENT.sub(lambda found: found[1] or "\n" * found[0].count("\n"), text)


def _refuse_other_databases(file: Path, text: str) -> None:
    for kind, _, _, body in _blocks(file, text):
        provider = re.search(rf"\bprovider\s*=\s*{_STRING}", body) if kind == "datasource" else None
        if provider and provider[1] not in {"postgresql", "postgres"}:
            message = f"{file} is for {provider[1]}, and the database is PostgreSQL."
            raise UsageError(message, next_step="Give the schema of this database.")
        if kind == "datasource" and re.search(r'\brelationMode\s*=\s*"prisma"', body):
            message = f'{file} says relationMode = "prisma": it wants no foreign keys in the database.'
            raise UsageError(message, next_step='Take that line out (or write "foreignKeys") if the database is to hold the keys.')


def _blocks(file: Path, text: str) -> Iterator[tuple[str, str, int, str]]:
    """Kind, name, line and body of each block."""
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        depth, end = 1, found.end()
        for piece in re.finditer(rf"{_STRING}|[{{}}]", text[found.end() :]):
            depth += {"{": 1, "}": -1}.get(piece[0], 0)
            end = found.end() + piece.start()
            if depth == 0:
                break
        if depth:
            raise _not_understood(file, line, f"the block {found[2]} does not end")
        yield found[1], found[2], line, text[found.end() : end]


def _models(file: Path, text: str) -> Iterator[_Model]:
    for kind, name, line, body in _blocks(file, text):
        if kind != "model":
            continue
        declared = list(_declarations(file, line, body))
        mapped = next((m[1] for d in declared if (m := re.match(rf"@@map\(\s*(?:name\s*:\s*)?{_STRING}", d))), name)
        schema = next((m[1] for d in declared if (m := re.match(rf"@@schema\(\s*{_STRING}", d))), "")
        fields = {m[1]: d for d in declared if (m := _FIELD.match(d))}
        strange = [d for d in declared if not d.startswith("@@") and not _FIELD.match(d)]
        if strange:
            raise _not_understood(file, line, f"the model {name} has a line {strange[0][:60]!r}")
        yield _Model(name=name, line=line, table=TableName(schema, mapped), fields=fields)


def _declarations(file: Path, line: int, body: str) -> Iterator[str]:
    """The lines of a block; one with an open bracket goes on with the next."""
    held = ""
    for text in body.splitlines():
        held = f"{held} {text.strip()}".strip()
        plain = re.sub(_STRING, "", held)
        if plain.count("(") + plain.count("[") > plain.count(")") + plain.count("]"):
            continue
        if held:
            yield held
        held = ""
    if held:
        raise _not_understood(file, line, "a bracket is not closed")


def _keys(model: _Model, models: dict[str, _Model], path: Path) -> Iterator[Reference]:
    for name, declared in model.fields.items():
        relation = re.search(r"@relation\((.*)\)", declared)
        found = _FIELD.match(declared)
        if not relation or not found or "fields" not in relation[1]:
            continue
        parent = models.get(found[2])
        here, there = _names(relation[1], "fields"), _names(relation[1], "references")
        if parent is None or not here or len(here) != len(there):
            raise _not_understood(path, model.line, f"the relation {model.name}.{name}")
        missing = [f for f in here if f not in model.fields] + [f for f in there if f not in parent.fields]
        if missing:
            raise _not_understood(path, model.line, f"the relation {model.name}.{name} names {missing[0]}, which is no field")
        constraint = re.search(rf"\bmap\s*:\s*{_STRING}", relation[1])
        optional = any((_FIELD.match(model.fields[field]) or found)[3] == "?" for field in here)
        yield Reference(
            child=model.table,
            columns=tuple(_column(model, field) for field in here),
            parent=parent.table,
            parent_columns=tuple(_column(parent, field) for field in there),
            constraint=constraint[1] if constraint else "",
            on_delete=_action(relation[1], "onDelete", "SET NULL" if optional else "RESTRICT"),
            on_update=_action(relation[1], "onUpdate", "CASCADE"),
            column_type=_type(model.fields[here[0]]) if len(here) == 1 else "",
        )


def _names(text: str, argument: str) -> list[str]:
    found = re.search(rf"\b{argument}\s*:\s*\[([^\]]*)\]", text)
    return [name.strip() for name in found[1].split(",") if name.strip()] if found else []


def _action(text: str, argument: str, default: Action) -> Action:
    found = re.search(rf"\b{argument}\s*:\s*(\w+)", text)
    return ACTIONS.get(found[1], default) if found else default


def _column(model: _Model, field: str) -> str:
    found = re.search(rf"(?<!@)@map\(\s*(?:name\s*:\s*)?{_STRING}", model.fields[field])
    return found[1] if found else field


def _type(declared: str) -> str:
    native = re.search(r"@db\.(\w+)(\([\d, ]+\))?", declared)
    if native:
        return NATIVE.get(native[1], native[1].lower()) + (native[2] or "").replace(" ", "")
    found = _FIELD.match(declared)
    return TYPES.get(found[2], "") if found else ""


def _not_understood(file: Path, line: int, what: str) -> UsageError:
    message = f"{file} is not understood, line {line}: {what}."
    return UsageError(message, next_step=NEXT_STEP)
