"""Which tables a map shows, with which columns, and which keys run between them: decided before anything is drawn."""

from collections.abc import Iterable, Sequence

import msgspec

from dbdoctor.findings import Finding, Severity, Side
from dbdoctor.model import Table
from dbdoctor.reports.cause_meanings import meaning_of

OTHERS_SHOWN = 2
SHORT_TYPES = (
    ("character varying", "varchar"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("double precision", "double"),
)
MISSING_TABLE = frozenset({"parent_table_missing", "order_of_creation", "ledger_says_applied_but_schema_lacks_it"})


Place = tuple[str, str]  # a table by its schema and name


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A column in a box; `state` says whether a finding is about it, or whether it is not there."""

    name: str
    type: str = ""
    key: bool = False
    state: str = ""  # "", "concerned", "missing"


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A table. `more` counts the columns left out; `missing`: there is no such table."""

    place: tuple[str, str]
    rows: tuple[Row, ...]
    more: int = 0
    missing: bool = False

    @property
    def name(self) -> str:
        """The table's name, with its schema where that is not public."""
        schema, table = self.place
        return table if schema in {"", "public"} else f"{schema}.{table}"

    def row(self, column: str) -> int:
        """The position of a column; 0 when it is not shown."""
        return next((n for n, row in enumerate(self.rows) if row.name == column), 0)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A finding's number, as its card has it, in the form of its severity."""

    number: int
    severity: Severity
    label: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A key from a child's column to a parent's; marks tell what breaks it, none that it stands."""

    child: tuple[str, str]
    columns: tuple[str, ...]
    parent: tuple[str, str]
    parent_columns: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """Boxes, the lines between them, and marks that sit on one column alone."""

    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[tuple[tuple[str, str], str, Mark], ...] = ()

    @property
    def words(self) -> str:
        """The map for those who do not see it."""
        told = [f"{_told(line)}: {', '.join(mark.label for mark in line.marks) or 'stands'}." for line in self.lines]
        told += [f"{place[1]}{'.' + column if column else ''}: {mark.label}." for place, column, mark in self.dots]
        return " ".join(told)


def _told(line: Line) -> str:
    return f"{line.child[1]}.{', '.join(line.columns)} to {line.parent[1]}.{', '.join(line.parent_columns)}"


def sketch(findings: Sequence[Finding], tables: Sequence[Table]) -> Sketch:
    """The map of what findings are about; empty when none is about a table."""
    known = {(table.name.schema, table.name.name): table for table in tables}
    concerned: dict[Place, dict[str, str]] = {}
    lines: dict[tuple[Place, tuple[str, ...], Place, tuple[str, ...]], tuple[Mark, ...]] = {}
    dots: list[tuple[Place, str, Mark]] = []
    for number, finding in enumerate(findings, start=1):
        child, parent = finding.subject.child, finding.subject.parent
        mark = Mark(number=number, severity=finding.severity, label=meaning_of(finding.cause).title)
        for side, fact in ((child, "child_type"), (parent, "parent_type")):
            if side:
                types = concerned.setdefault(_place(side, known), {})
                types.update({column: str(finding.facts.get(fact) or types.get(column, "")) for column in side.columns})
        if child and parent:
            ends = (_place(child, known), child.columns, _place(parent, known), parent.columns)
            lines[ends] = (*lines.get(ends, ()), mark)
        elif alone := child or parent:
            dots.append((_place(alone, known), alone.columns[0] if alone.columns else "", mark))
    broken = [
        Line(child=child_place, columns=columns, parent=parent_place, parent_columns=parent_columns, marks=marks)
        for (child_place, columns, parent_place, parent_columns), marks in lines.items()
    ]
    every = (*broken, *_standing(concerned, known, broken))
    gone = {_place(f.subject.parent, known) for f in findings if f.cause in MISSING_TABLE and f.subject.parent}
    boxes = [_missing_box(place, types, absent=bool(known) or place in gone) for place, types in concerned.items() if place not in known]
    there = [_box(known[place], types, every) for place, types in concerned.items() if place in known]
    order = list(concerned)
    return Sketch(boxes=tuple(sorted((*boxes, *there), key=lambda box: order.index(box.place))), lines=every, dots=tuple(dots))


def _place(side: Side, known: dict[Place, Table]) -> Place:
    """The table a side names; its schema may be unknown."""
    if side.schema:
        return side.schema, side.table
    return next((place for place in known if place[1] == side.table), ("", side.table))


def _standing(concerned: Iterable[Place], known: dict[Place, Table], broken: Sequence[Line]) -> list[Line]:
    """The keys that stand between the tables shown."""
    shown = set(concerned)
    taken = {(line.child, line.columns) for line in broken}
    found = []
    for place in shown & set(known):
        for key in known[place].foreign_keys:
            parent = (key.parent.schema, key.parent.name)
            if parent in shown and (place, key.columns) not in taken:
                found.append(Line(child=place, columns=key.columns, parent=parent, parent_columns=key.parent_columns))
    return sorted(found, key=lambda line: (line.child, line.columns))


def _missing_box(place: Place, types: dict[str, str], *, absent: bool) -> Box:
    """A table that the catalog does not have, or of which nothing is known but what the findings say."""
    state = "missing" if absent else "concerned"
    rows = tuple(Row(name=column, type=short_type(kind), state=state) for column, kind in types.items())
    return Box(place=place, rows=rows, missing=absent)


def _box(table: Table, types: dict[str, str], lines: Sequence[Line]) -> Box:
    place = (table.name.schema, table.name.name)
    ends = {c for line in lines if line.child == place for c in line.columns}
    ends |= {c for line in lines if line.parent == place for c in line.parent_columns}
    primary = set(table.primary_key.columns) if table.primary_key else set()
    others = 0
    rows_found: list[Row] = []
    for column in table.columns:
        wanted = column.name in types or column.name in ends or column.name in primary
        others += 0 if wanted else 1
        if wanted or others <= OTHERS_SHOWN:
            state = "concerned" if column.name in types else ""
            rows_found.append(Row(name=column.name, type=short_type(column.type), key=column.name in primary, state=state))
    there = {column.name for column in table.columns}
    rows_found += [Row(name=c, type=short_type(types[c]), state="missing") for c in types if c not in there]
    return Box(place=place, rows=tuple(rows_found), more=max(0, others - OTHERS_SHOWN))


def short_type(name: str) -> str:
    """A type as people write it."""
    for long, short in SHORT_TYPES:
        name = name.replace(long, short)
    return name
