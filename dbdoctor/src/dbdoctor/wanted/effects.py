"""What a statement is meant to bring about, in neutral words. Parsed with sqlglot; what it cannot read becomes `other`."""

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbdoctor.model import Action, Reference, TableName

EffectKind = Literal[
    "create_table", "add_column", "add_foreign_key", "add_key", "add_check", "create_index", "create_type", "alter_type", "set_not_null",
    "drop_not_null", "set_default", "comment", "drop_table", "drop_column", "drop_constraint", "drop_index", "drop_type", "rename_table",
    "rename_column", "rename_constraint", "validate", "alter_constraint", "create_view", "attach_partition", "insert", "update", "delete",
    "truncate", "read", "begin", "commit", "rollback", "savepoint", "rollback_to", "other",
]  # fmt: skip

MAKES: frozenset[EffectKind] = frozenset(
    {"create_table", "add_column", "add_foreign_key", "add_key", "add_check", "create_index", "create_type", "alter_type", "set_not_null"}
)
WRITES_ROWS: frozenset[EffectKind] = frozenset({"insert", "update", "delete", "truncate"})
TRANSACTION_WORDS: frozenset[EffectKind] = frozenset({"begin", "commit", "rollback", "savepoint", "rollback_to"})

_MOVES: tuple[tuple[str, EffectKind], ...] = (
    ("start transaction", "begin"), ("begin", "begin"), ("commit", "commit"), ("end", "commit"), ("rollback to", "rollback_to"),
    ("rollback", "rollback"), ("abort", "rollback"), ("savepoint", "savepoint"), ("release", "savepoint"),
)  # fmt: skip


# What loggers and tracers put in front of a statement.
COMMENTS = re.compile(r"^(?:\s+|/\*.*?\*/|--[^\n]*(?:\n|$))+", re.DOTALL)


class WantedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column as a statement spells it; `definition` is its type, default and NOT NULL without references and keys."""

    name: str
    type: str
    not_null: bool = False
    default: str = ""
    reference: Reference | None = None
    primary: bool = False
    unique: bool = False


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a statement does. `guarded` means IF [NOT] EXISTS; table names may lack their schema.

    `references` are the keys over several columns that a new table is made with; those over one stand with their column.
    """

    kind: EffectKind
    table: TableName = TableName("", "")
    name: str = ""
    columns: tuple[str, ...] = ()
    wanted: tuple[WantedColumn, ...] = ()
    reference: Reference | None = None
    type: str = ""
    guarded: bool = False
    cascade: bool = False
    unique: bool = False
    references: tuple[Reference, ...] = ()


def effects_of(sql: str, *, dialect: str = "postgres") -> tuple[Effect, ...]:
    """The effects of a statement (or of several in a row), in order; never raises: what cannot be read is `other`."""
    parts = split_statements(sql, dialect=dialect) if ";" in sql.strip(" ;\n") else [sql]
    return tuple(effect for part in parts for effect in _effects_of_one(part, dialect)) or (Effect(kind="other"),)


def _effects_of_one(sql: str, dialect: str) -> tuple[Effect, ...]:
    start = " ".join(COMMENTS.sub("", sql, count=1).split()).strip(" ;").lower()
    for words, kind in _MOVES:
        if start == words or start.startswith(words + " "):
            return (Effect(kind=kind),)
    from dbdoctor.wanted.spoken import read_by_words  # noqa: PLC0415 -- it makes effects of the kind defined here

    spoken = read_by_words(sql, dialect=dialect)
    if spoken:
        return spoken
    tree = parsed(sql, dialect=dialect)
    if tree is None:
        return (Effect(kind="other"),)
    return tuple(_effects(tree, dialect)) or (Effect(kind="other"),)


def parsed(sql: str, *, dialect: str = "postgres") -> exp.Expression | None:
    """The statement's tree, or None when sqlglot cannot read it."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with contextlib.suppress(SqlglotError, RecursionError, ValueError):
            tree = sqlglot.parse_one(sql, read=dialect)
            return tree if isinstance(tree, exp.Expression) and not isinstance(tree, exp.Command) else None
    finally:
        logger.setLevel(level)
    return None


def split_statements(script: str, *, dialect: str = "postgres") -> list[str]:
    """The statements of a script, their own text kept; one that cannot be tokenised is returned whole."""
    try:
        tokens = sqlglot.tokenize(script, read=dialect)
    except SqlglotError:
        return [script.strip()] if script.strip() else []
    statements: list[str] = []
    start: int | None = None
    end = 0
    for token in tokens:
        if token.token_type == sqlglot.TokenType.SEMICOLON:
            if start is not None:
                statements.append(script[start : end + 1])
            start = None
        else:
            start = token.start if start is None else start
            end = token.end
    if start is not None:
        statements.append(script[start : end + 1])
    return statements


def table_name(node: exp.Expression | None) -> TableName:
    """A table's name as written; unquoted names fold to lower case as PostgreSQL does."""
    table = node.find(exp.Table) if node is not None else None
    if table is None:
        return TableName("", "")
    return TableName(_name(table.args.get("db")), _name(table.this))


def tables_in(sql: str, *, dialect: str = "postgres") -> list[tuple[str, TableName]]:
    """Every table a statement speaks of, with the alias it is given there (its own name when none)."""
    tree = parsed(sql, dialect=dialect)
    found = [] if tree is None else [(node, table_name(node)) for node in tree.find_all(exp.Table)]
    return [(_name((node.args.get("alias") or node).this), name) for node, name in found]


def _name(node: object) -> str:
    if isinstance(node, exp.Identifier):
        return str(node.this) if node.args.get("quoted") else str(node.this).lower()
    if isinstance(node, exp.Column | exp.ColumnDef | exp.Table | exp.Ordered):
        return _name(node.this)
    if isinstance(node, exp.Opclass):
        return _name(node.this)
    return ""


def _effects(tree: exp.Expression, dialect: str) -> Iterator[Effect]:
    if isinstance(tree, exp.Create):
        yield from _create(tree, dialect)
    elif isinstance(tree, exp.Alter):
        table = table_name(tree.this)
        for action in tree.args.get("actions") or []:
            yield from _alter(action, table, tree=tree, dialect=dialect)
    elif isinstance(tree, exp.Drop):
        kinds: dict[str, EffectKind] = {"TABLE": "drop_table", "VIEW": "drop_table", "INDEX": "drop_index", "TYPE": "drop_type"}
        for node in tree.args.get("tables") or ([tree.this] if tree.this else []):
            name = table_name(node)
            yield Effect(
                kind=kinds.get(str(tree.args.get("kind")), "other"),
                table=name,
                name=name.name,
                guarded=bool(tree.args.get("exists")),
                cascade=bool(tree.args.get("cascade")),
            )
    elif isinstance(tree, exp.Comment):
        kind = str(tree.args.get("kind")).upper()
        if kind == "COLUMN" and isinstance(tree.this, exp.Column):
            schema = _name(tree.this.args.get("db"))
            yield Effect(kind="comment", table=TableName(schema, _name(tree.this.args.get("table"))), columns=(_name(tree.this),))
        elif kind == "TABLE":
            yield Effect(kind="comment", table=table_name(tree.this))
    else:
        yield from _rows(tree)


def _rows(tree: exp.Expression) -> Iterator[Effect]:
    if isinstance(tree, exp.Insert):
        columns = tuple(_name(c) for c in tree.this.expressions) if isinstance(tree.this, exp.Schema) else ()
        yield Effect(kind="insert", table=table_name(tree.this), columns=columns)
    elif isinstance(tree, exp.Update):
        columns = tuple(_name(e.this) for e in tree.expressions if isinstance(e, exp.EQ))
        yield Effect(kind="update", table=table_name(tree.this), columns=columns)
    elif isinstance(tree, exp.Delete):
        yield Effect(kind="delete", table=table_name(tree.this))
    elif isinstance(tree, exp.TruncateTable):
        for node in tree.expressions:
            yield Effect(kind="truncate", table=table_name(node))
    elif isinstance(tree, exp.Select | exp.SetOperation):
        writing = next(tree.find_all(exp.Insert, exp.Update, exp.Delete), None)
        yield from _rows(writing) if writing is not None else [Effect(kind="read")]


def _create(tree: exp.Create, dialect: str) -> Iterator[Effect]:
    kind = str(tree.args.get("kind")).upper()
    guarded = bool(tree.args.get("exists"))
    if kind == "TABLE":
        yield _create_table(tree, dialect, guarded=guarded)
    elif kind == "INDEX" and isinstance(tree.this, exp.Index):
        params = tree.this.args.get("params")
        ordered = params.args.get("columns") or [] if params else []
        columns = tuple(_name(o.this) for o in ordered)
        partial = bool(params and params.args.get("where"))
        yield Effect(
            kind="create_index",
            table=table_name(tree.this.args.get("table")),
            name=_name(tree.this.this),
            columns=columns,
            guarded=guarded,
            unique=bool(tree.args.get("unique")) and all(columns) and not partial,
        )
    elif kind == "TYPE":
        name = table_name(tree.this)
        yield Effect(kind="create_type", table=name, name=name.name)


def _create_table(tree: exp.Create, dialect: str, *, guarded: bool) -> Effect:
    table = table_name(tree.this)
    nodes = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    wanted = [_column(node, table, dialect) for node in nodes if isinstance(node, exp.ColumnDef)]
    further = [e for node in nodes if not isinstance(node, exp.ColumnDef) for e in _constraint(node, table, "")]
    for effect in further:
        if effect.reference and len(effect.columns) == 1:
            wanted = [msgspec.structs.replace(c, reference=effect.reference) if c.name == effect.columns[0] else c for c in wanted]
        elif effect.kind == "add_key" and len(effect.columns) == 1:
            wanted = [
                msgspec.structs.replace(c, primary=c.primary or not effect.unique, unique=True) if c.name == effect.columns[0] else c
                for c in wanted
            ]
    return Effect(
        kind="create_table",
        table=table,
        name=table.name,
        wanted=tuple(wanted),
        columns=tuple(c.name for c in wanted),
        guarded=guarded,
        references=tuple(e.reference for e in further if e.reference and len(e.columns) > 1),
    )


def _column(node: exp.ColumnDef, table: TableName, dialect: str) -> WantedColumn:
    name = _name(node.this)
    kind = node.args.get("kind")
    kinds = [c.args.get("kind") for c in node.args.get("constraints") or []]
    references = [k for k in kinds if isinstance(k, exp.Reference)]
    default = next((k for k in kinds if isinstance(k, exp.DefaultColumnConstraint)), None)
    return WantedColumn(
        name=name,
        type=kind.sql(dialect=dialect) if isinstance(kind, exp.Expression) else "",
        not_null=any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds),
        default=default.this.sql(dialect=dialect) if default is not None else "",
        reference=_reference(references[0], table, columns=(name,), constraint="") if references else None,
        primary=any(isinstance(k, exp.PrimaryKeyColumnConstraint) for k in kinds),
        unique=any(isinstance(k, exp.UniqueColumnConstraint) for k in kinds),
    )


def _reference(node: exp.Reference, table: TableName, *, columns: tuple[str, ...], constraint: str) -> Reference:
    actions: dict[str, Action] = {}
    for option in node.args.get("options") or []:
        words = str(option).upper()
        for event in ("ON DELETE ", "ON UPDATE "):
            if words.startswith(event):
                actions[event] = words.removeprefix(event)  # type: ignore[assignment]  # the grammar admits just these five
    target = node.this
    return Reference(
        child=table,
        columns=columns,
        parent=table_name(target),
        parent_columns=tuple(_name(i) for i in target.expressions) if isinstance(target, exp.Schema) else (),
        constraint=constraint,
        on_delete=actions.get("ON DELETE ", "NO ACTION"),
        on_update=actions.get("ON UPDATE ", "NO ACTION"),
    )


def _constraint(node: exp.Expression, table: TableName, name: str) -> Iterator[Effect]:
    if isinstance(node, exp.Constraint):
        for inner in node.expressions:
            yield from _constraint(inner, table, _name(node.this))
    elif isinstance(node, exp.ForeignKey):
        columns = tuple(_name(c) for c in node.expressions)
        reference = node.args.get("reference")
        if isinstance(reference, exp.Reference):
            yield Effect(
                kind="add_foreign_key",
                table=table,
                name=name,
                columns=columns,
                reference=_reference(reference, table, columns=columns, constraint=name),
            )
    elif isinstance(node, exp.PrimaryKey):
        yield Effect(kind="add_key", table=table, name=name, columns=tuple(_name(c) for c in node.expressions))
    elif isinstance(node, exp.UniqueColumnConstraint):
        inner = node.this
        columns = tuple(_name(c) for c in inner.expressions) if isinstance(inner, exp.Schema) else ()
        yield Effect(kind="add_key", table=table, name=name, columns=columns, unique=True)
    elif isinstance(node, exp.CheckColumnConstraint):
        yield Effect(kind="add_check", table=table, name=name, type=node.this.sql(dialect="postgres"))


def _alter(action: exp.Expression, table: TableName, *, tree: exp.Alter, dialect: str) -> Iterator[Effect]:
    if isinstance(action, exp.ColumnDef):
        column = _column(action, table, dialect)
        yield Effect(kind="add_column", table=table, columns=(column.name,), wanted=(column,), guarded=bool(action.args.get("exists")))
    elif isinstance(action, exp.AddConstraint):
        for node in action.expressions:
            for effect in _constraint(node, table, ""):
                not_valid = bool(tree.args.get("not_valid"))
                reference = msgspec.structs.replace(effect.reference, not_valid=not_valid) if effect.reference else None
                yield msgspec.structs.replace(effect, reference=reference)
    elif isinstance(action, exp.AlterColumn):
        yield from _alter_column(action, table, dialect)
    elif isinstance(action, exp.Drop):
        kind: EffectKind = "drop_column" if str(action.args.get("kind")) == "COLUMN" else "drop_constraint"
        for node in action.args.get("tables") or []:
            yield Effect(kind=kind, table=table, name=_name(node), columns=(_name(node),), guarded=bool(action.args.get("exists")))
    elif isinstance(action, exp.RenameColumn):
        yield Effect(kind="rename_column", table=table, columns=(_name(action.this), _name(action.args.get("to"))))
    elif isinstance(action, exp.AlterRename):
        yield Effect(kind="rename_table", table=table, name=table_name(action).name)
    else:
        yield Effect(kind="other", table=table)


def _alter_column(action: exp.AlterColumn, table: TableName, dialect: str) -> Iterator[Effect]:
    columns = (_name(action.this),)
    dtype = action.args.get("dtype")
    if isinstance(dtype, exp.Expression):
        yield Effect(kind="alter_type", table=table, columns=columns, type=dtype.sql(dialect=dialect))
    elif action.args.get("allow_null") is False:
        yield Effect(kind="set_not_null", table=table, columns=columns)
    elif action.args.get("allow_null"):
        yield Effect(kind="drop_not_null", table=table, columns=columns)
    else:
        yield Effect(kind="set_default", table=table, columns=columns)
