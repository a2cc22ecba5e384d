"""The map as SVG: tables as boxes, keys as lines; what breaks one is marked by colour and by form. One drawing wide, one narrow."""

from collections.abc import Iterable, Sequence

import msgspec
from rich.cells import cell_len, set_cell_size

from dbdoctor.reports.page.report import written
from dbdoctor.reports.page.sketch import Box, Line, Mark, Row, Sketch

HEAD, ROW, PAD = 34, 26, 10
LETTER_PX = 7.4  # the mean of a system font at 13 px, generously
WIDE_BOX, WIDE_GAP, WIDE_SPACE = 268, 208, 28
TALL_WIDTH, TALL_BOX, LANE, GAP = 356, 270, 18, 40
LABEL_LETTERS = 24
LABELLED = 2  # lines with words at them; where there are more, the list under the map has the words


class _Placed(msgspec.Struct, frozen=True, kw_only=True):
    box: Box
    x: int
    y: int
    width: int

    @property
    def height(self) -> int:
        return HEAD + ROW * (len(self.box.rows) + bool(self.box.more)) + PAD

    def row_y(self, columns: Sequence[str]) -> float:
        """The middle of the rows of these columns."""
        rows = [self.box.row(column) for column in columns] or [0]
        return self.y + HEAD + ROW * (sum(rows) / len(rows)) + ROW / 2


def wide_map(found: Sketch) -> str:
    """Children left, parents right, for desks and paper."""
    layers = _layers(found)
    columns: dict[int, list[Box]] = {}
    for box in found.boxes:
        columns.setdefault(layers[box.place], []).append(box)
    placed: dict[tuple[str, str], _Placed] = {}
    for position, layer in enumerate(sorted(columns)):
        y = PAD
        for box in columns[layer]:
            one = _Placed(box=box, x=PAD + position * (WIDE_BOX + WIDE_GAP), y=y, width=WIDE_BOX)
            here = [line for line in found.lines if line.parent == box.place and line.child in placed]
            children = [placed[line.child].row_y(line.columns) - one.row_y(line.parent_columns) + y for line in here]
            if children:  # level with those that point here
                level = sum(children) / len(children)
                one = msgspec.structs.replace(one, y=max(y, int(level)))
            placed[box.place] = one
            y = one.y + one.height + WIDE_SPACE
    loops = any(placed[line.child].x == placed[line.parent].x for line in found.lines)
    width = 2 * PAD + len(columns) * WIDE_BOX + (len(columns) - 1) * WIDE_GAP + (LANE * 5 if loops or found.dots else 0)
    height = max(one.y + one.height for one in placed.values()) + PAD
    crowded = _crowded(found)
    parts = [_box(one) for one in placed.values()]
    parts += [
        _wide_line(line, placed[line.child], placed[line.parent], crowded=crowded, number=_number(line, found)) for line in found.lines
    ]
    parts += _dots(found, placed)
    return _svg(parts, width=width, height=int(height), name="wide", words=found.words)


def tall_map(found: Sketch) -> str:
    """One below the other with the lines at the side, for phones."""
    placed: dict[tuple[str, str], _Placed] = {}
    below: dict[int, int] = {}
    order = [box.place for box in found.boxes]
    for line in found.lines if not _crowded(found) else ():
        upper = min(order.index(line.child), order.index(line.parent))
        below[upper] = below.get(upper, 0) + max(1, len(line.marks))
    y = PAD
    for number, box in enumerate(found.boxes):
        one = _Placed(box=box, x=PAD, y=y, width=TALL_BOX)
        placed[box.place] = one
        y += one.height + GAP + 24 * max(0, below.get(number, 0) - 1)
    parts = [_box(one) for one in placed.values()]
    used: dict[int, int] = {}
    crowded = _crowded(found)
    for lane, line in enumerate(found.lines):
        upper = min(order.index(line.child), order.index(line.parent))
        taken = used.get(upper, 0)
        used[upper] = taken + max(1, len(line.marks))
        parts.append(_tall_line(line, placed[line.child], placed[line.parent], lane=lane % 3, taken=taken, crowded=crowded))
    parts += _dots(found, placed)
    return _svg(parts, width=TALL_WIDTH, height=int(y - GAP + PAD), name="tall", words=found.words)


def _crowded(found: Sketch) -> bool:
    return sum(1 for line in found.lines if line.marks) > LABELLED


def _number(line: Line, found: Sketch) -> int:
    """Which of its child's broken lines this is, so that their marks do not meet."""
    same = [one for one in found.lines if one.child == line.child and one.marks]
    return same.index(line) if line in same else 0


def _layers(found: Sketch) -> dict[tuple[str, str], int]:
    """A parent stands further right than its children; a circle stops growing."""
    layers = {box.place: 0 for box in found.boxes}
    for _ in found.boxes:
        for line in found.lines:
            if line.child != line.parent:
                layers[line.parent] = max(layers[line.parent], min(layers[line.child] + 1, len(found.boxes) - 1, 3))
    return layers


def _box(one: _Placed) -> str:
    box = one.box
    kind = "box gone" if box.missing else "box"
    note = "does not exist" if box.missing else ""
    parts = [
        f'<g class="{kind}"><title>{written(box.name)}</title>',
        f'<rect class="card" x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}" rx="10"/>',
        f'<text class="name" x="{one.x + 14}" y="{one.y + 22}">{_fit(box.name, one.width - 28 - (100 if note else 0))}</text>',
        f'<line class="hair" x1="{one.x}" x2="{one.x + one.width}" y1="{one.y + HEAD - 2}" y2="{one.y + HEAD - 2}"/>',
    ]
    if note:
        parts.append(f'<text class="note" x="{one.x + one.width - 14}" y="{one.y + 22}">{note}</text>')
    parts += [_row(one, row, one.y + HEAD + ROW * number) for number, row in enumerate(box.rows)]
    if box.more:
        y = one.y + HEAD + ROW * len(box.rows) + 17
        parts.append(f'<text class="more" x="{one.x + 14}" y="{y}">and {box.more} more column{"s" * (box.more != 1)}</text>')
    return "".join([*parts, "</g>"])


def _row(one: _Placed, row: Row, top: int) -> str:
    state = f" {row.state}" if row.state else ""
    stripe = f'<rect class="stripe{state}" x="{one.x + 5}" y="{top + 2}" width="{one.width - 10}" height="{ROW - 4}" rx="5"/>'
    shown = _clipped("missing" if row.state == "missing" and not one.box.missing else row.type, (one.width - 28) * 0.52)
    room = one.width - 40 - cell_len(shown) * LETTER_PX - (34 if row.key else 0)
    key, step = ('<tspan class="key">key</tspan>', ' dx="6"') if row.key else ("", "")
    return (
        f"{stripe if row.state else ''}"
        f'<text class="column{state}" x="{one.x + 14}" y="{top + 17}"><title>{written(row.name)} {written(row.type)}</title>'
        f"{key}<tspan{step}>{_fit(row.name, room)}</tspan></text>"
        f'<text class="type{state}" x="{one.x + one.width - 14}" y="{top + 17}">{written(shown)}</text>'
    )


def _wide_line(line: Line, child: _Placed, parent: _Placed, *, crowded: bool, number: int) -> str:
    y1, y2 = child.row_y(line.columns), parent.row_y(line.parent_columns)
    if child.x == parent.x:
        out = child.x + child.width + LANE * 2.5
        x1 = x2 = float(child.x + child.width)
        y2 += 8 if y1 == y2 else 0
        path = f"M{x1:g} {y1:g}C{out + 20:g} {y1:g} {out + 20:g} {y2:g} {x2:g} {y2:g}"
        middle = (out + 2, (y1 + y2) / 2)
    else:
        leftwards = child.x > parent.x
        x1 = float(child.x if leftwards else child.x + child.width)
        x2 = float(parent.x + parent.width if leftwards else parent.x)
        half = (x1 + x2) / 2
        path = f"M{x1:g} {y1:g}C{half:g} {y1:g} {half:g} {y2:g} {x2:g} {y2:g}"
        at = 0.24 + 0.15 * (number % 3) if crowded else 0.5  # many lines meet at the parent: their marks stay with the children
        middle = (_along(at, (x1, half, half, x2)), _along(at, (y1, y1, y2, y2)))
    way = 1 if x1 <= x2 and child.x != parent.x else -1 if child.x != parent.x else 1
    ends = _many(x1, y1, way) + _one(x2, y2, -way if child.x != parent.x else 1)
    marks = _marks(line.marks, middle[0], middle[1], step=(28, 0))
    label = _label(line.marks, middle[0], middle[1] + 32) if child.x != parent.x and not crowded else ""
    return f'<g class="{_kind(line)}"><path class="way" d="{path}"/>{ends}{marks}{label}</g>'


def _along(at: float, points: tuple[float, float, float, float]) -> float:
    """A coordinate of a Bézier curve, `at` from 0 to 1 (https://en.wikipedia.org/wiki/B%C3%A9zier_curve#Cubic_B%C3%A9zier_curves)."""
    start, first, second, end = points
    back = 1 - at
    return back**3 * start + 3 * back**2 * at * first + 3 * back * at**2 * second + at**3 * end


def _tall_line(line: Line, child: _Placed, parent: _Placed, *, lane: int, taken: int, crowded: bool) -> str:
    y1, y2 = child.row_y(line.columns), parent.row_y(line.parent_columns)
    y2 += 8 if y1 == y2 else 0
    x = child.x + child.width
    out = x + 20 + LANE * lane
    turn = 8 if y2 > y1 else -8
    path = f"M{x} {y1:g}H{out - 8}Q{out} {y1:g} {out} {y1 + turn:g}V{y2 - turn:g}Q{out} {y2:g} {out - 8} {y2:g}H{x}"
    upper = child if child.y <= parent.y else parent
    mark_y = upper.y + upper.height + GAP / 2 + 24 * taken if child.y != parent.y else (y1 + y2) / 2
    if crowded:  # the list under the map has the words
        mark_y = y1
    marks = _marks(line.marks, out, mark_y, step=(0, 24))
    labels = "".join(
        f'<text class="label left" x="{out - 18}" y="{mark_y + 24 * number + 4:g}">{_fit(mark.label, 240)}</text>'
        for number, mark in enumerate(line.marks)
        if child.y != parent.y and not crowded
    )
    return f'<g class="{_kind(line)}"><path class="way" d="{path}"/>{_many(x, y1, 1)}{_one(x, y2, 1)}{marks}{labels}</g>'


def _kind(line: Line) -> str:
    return f"key {line.marks[0].severity}" if line.marks else "key whole"


def _many(x: float, y: float, way: int) -> str:
    """A crow's foot: many rows of this side."""
    return f'<path class="end" d="M{x + 10 * way:g} {y:g}L{x:g} {y - 6:g}M{x + 10 * way:g} {y:g}L{x:g} {y + 6:g}"/>'


def _one(x: float, y: float, way: int) -> str:
    """A bar: one row of this side."""
    return f'<path class="end" d="M{x + 8 * way:g} {y - 6:g}V{y + 6:g}"/>'


def _dots(found: Sketch, placed: dict[tuple[str, str], _Placed]) -> list[str]:
    seen: dict[tuple[tuple[str, str], str], int] = {}
    parts = []
    for place, column, mark in found.dots:
        one = placed[place]
        number = seen.get((place, column), 0)
        seen[place, column] = number + 1
        y = one.row_y((column,)) if column else one.y + HEAD / 2
        parts.append(f'<g class="key {mark.severity}">{_marks((mark,), one.x + one.width + 2 + 24 * number, y, step=(0, 0))}</g>')
    return parts


def _marks(marks: Sequence[Mark], x: float, y: float, *, step: tuple[int, int]) -> str:
    shift = (len(marks) - 1) / 2 if step[0] else 0
    return "".join(
        _mark(mark, x + step[0] * (number - shift), y + step[1] * (number - shift)) for number, mark in enumerate(marks)
    )  # fmt: skip


def _mark(mark: Mark, x: float, y: float) -> str:
    """Blocking is an octagon, a risk a triangle, advice a circle; the number is the card's."""
    if mark.severity == "blocking":
        corners = [(5, -12), (12, -5), (12, 5), (5, 12), (-5, 12), (-12, 5), (-12, -5), (-5, -12)]
        shape = _polygon((x + dx, y + dy) for dx, dy in corners)
    elif mark.severity == "risk":
        shape = _polygon([(x, y - 14), (x + 14, y + 11), (x - 14, y + 11)])
    else:
        shape = f'<circle class="sign" cx="{x:g}" cy="{y:g}" r="12"/>'
    down = 7 if mark.severity == "risk" else 4.5
    return (
        f'<g class="mark {mark.severity}"><title>{written(mark.label)}</title><circle class="gap" cx="{x:g}" cy="{y:g}" r="17"/>{shape}'
        f'<text x="{x:g}" y="{y + down:g}">{mark.number}</text></g>'
    )


def _polygon(corners: Iterable[tuple[float, float]]) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in corners)
    return f'<polygon class="sign" points="{points}"/>'


def _label(marks: Sequence[Mark], x: float, y: float) -> str:
    if not marks:
        return ""
    lines = [line for mark in marks for line in _folded(mark.label)]
    spans = "".join(f'<tspan x="{x:g}" dy="{0 if not number else 15}">{written(line)}</tspan>' for number, line in enumerate(lines[:4]))
    return f'<text class="label" x="{x:g}" y="{y:g}">{spans}</text>'


def _folded(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LABEL_LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _fit(text: str, width: float) -> str:
    return written(_clipped(text, width))


def _clipped(text: str, width: float) -> str:
    """As much of a text as fits."""
    cells = max(int(width / LETTER_PX), 3)
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def _svg(parts: Sequence[str], *, width: int, height: int, name: str, words: str) -> str:
    return (
        f'<svg class="map {name}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="map-{name}">'
        f'<title id="map-{name}">Map of the tables concerned. {written(words)}</title>{"".join(parts)}</svg>'
    )
