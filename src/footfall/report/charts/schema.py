"""A diagram of the tables: a box each, its columns and keys, and a line for each reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from footfall.report.charts.canvas import LETTER, Canvas, Chart

_ROW, _HEAD, _GAP, _NARROW = 18, 42, 22, 600


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    table: Mapping[str, Any]

    @property
    def height(self) -> float:
        return float(_HEAD + _ROW * len(self.table["columns"]) + 8)

    def row(self, column: str) -> float:
        """Height of a column's middle."""
        names = [c["name"] for c in self.table["columns"]]
        return self.y + _HEAD + _ROW * (names.index(column) + 0.5)


def schema_chart(tables: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw all tables."""
    rows = sum(t["rows"] for t in tables)
    links = _links(tables)
    said = "; ".join(f"{t}.{c} refers to {other}.{key}" for t, c, other, key in links)
    plural = "" if len(tables) == 1 else "s"
    return Chart(
        "schema",
        f"{len(tables)} table{plural}, {rows:,} rows, {len(links)} "
        f"reference{'' if len(links) == 1 else 's'} between them",
        "Each box is a table with its row count and columns; key columns are in bold. "
        f"{said or 'Nothing refers to anything'}.",
        lambda width: _diagram(width, tables),
        ["table", "rows", "a row is", "key", "column", "type", "unit", "refers to", "meaning"],
        [
            [
                t["name"],
                t["rows"],
                t["grain"].removeprefix("one row "),
                ", ".join(t["key"]),
                c["name"],
                c["kind"],
                c["unit"],
                c["references"] or "",
                c["text"],
            ]
            for t in tables
            for c in t["columns"]
        ],
        wide=True,
    )


def _links(tables: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Table and column that refer, table and column that are referred to, where both tables can be read."""
    found = [
        (t["name"], c["name"], *c["references"].split("."))
        for t in tables
        for c in t["columns"]
        if c["references"]
    ]
    readable = {t["name"] for t in tables}
    return [link for link in found if link[2] in readable]


def _depths(tables: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Longest chain of references from each table; those that nothing connects come after all others."""
    targets: dict[str, set[str]] = {t["name"]: set() for t in tables}
    for name, _, other, _ in _links(tables):
        targets[name].add(other)
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = max((depth(other) + 1 for other in sorted(targets[name])), default=0)
        return depths[name]

    linked = set().union(*targets.values()) | {name for name, others in targets.items() if others}
    deepest = max((depth(name) for name in targets), default=0)
    return {name: depth(name) if name in linked else deepest + 1 for name in targets}


def _diagram(width: int, tables: Sequence[Mapping[str, Any]]) -> str:
    boxes = _stacked(width, tables) if width < _NARROW else _side_by_side(width, tables)
    canvas = Canvas(width, max(b.y + b.height for b in boxes.values()) + 2)
    ends = []
    for lane, (name, column, other, key) in enumerate(_links(tables)):
        here, there = boxes[name], boxes[other]
        y1, y2 = here.row(column), there.row(key)
        if here.x == there.x:  # one above the other: round the left side, each link in a lane of its own
            x = here.x - 5 - 5 * (lane % 5)
            canvas.path([(here.x, y1), (x, y1), (x, y2), (there.x, y2)], "link")
            start, end = (here.x, y1), (there.x, y2)
        else:
            start, end = (here.x, y1), (there.x + there.width, y2)
            bend = (start[0] - end[0]) / 2
            canvas.parts.append(
                f'<path class="link" d="M{start[0]:.0f} {y1:.0f}C{start[0] - bend:.0f} {y1:.0f} '
                f'{end[0] + bend:.0f} {y2:.0f} {end[0]:.0f} {y2:.0f}"/>'
            )
        ends.append((start, end))
    for box in boxes.values():
        _draw(canvas, box)
    for start, end in ends:
        canvas.circle(*start, 3.5, "link-many")
        canvas.circle(*end, 3.5, "link-one")
    return canvas.svg()


def _draw(canvas: Canvas, box: _Box) -> None:
    table = box.table
    canvas.rect(box.x, box.y, box.width, box.height, "box-table", rx=6)
    canvas.text(box.x + 12, box.y + 18, table["name"], "label strong")
    canvas.text(box.x + 12, box.y + 34, f"{table['rows']:,} rows", "tick")
    canvas.line(box.x, box.y + _HEAD - 2, box.x + box.width, box.y + _HEAD - 2, "grid")
    room = int((box.width - 24) / LETTER)
    for column in table["columns"]:
        y = box.row(column["name"]) + 4
        name = column["name"] if len(column["name"]) <= room else column["name"][: room - 1] + "…"
        canvas.text(box.x + 12, y, name, "label strong" if column["name"] in table["key"] else "label")
        if len(name) + len(column["kind"]) + 2 <= room:
            canvas.text(box.x + box.width - 12, y, column["kind"], "tick", "end")


def _stacked(width: int, tables: Sequence[Mapping[str, Any]]) -> dict[str, _Box]:
    boxes, y = {}, 1.0
    for table in tables:
        boxes[table["name"]] = _Box(34, y, width - 36, table)
        y += boxes[table["name"]].height + _GAP
    return boxes


def _side_by_side(width: int, tables: Sequence[Mapping[str, Any]]) -> dict[str, _Box]:
    depths = _depths(tables)
    used = sorted(set(depths.values()))
    gap = 64
    each = min(260.0, (width - 4 - gap * (len(used) - 1)) / len(used))
    start = (width - each * len(used) - gap * (len(used) - 1)) / 2
    boxes: dict[str, _Box] = {}
    for place, depth in enumerate(used):
        y = 1.0
        for table in tables:
            if depths[table["name"]] == depth:
                boxes[table["name"]] = _Box(start + place * (each + gap), y, each, table)
                y += boxes[table["name"]].height + _GAP
    return boxes
