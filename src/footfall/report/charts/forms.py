"""Forms of charts along an axis of values: curves, intervals, strips, scatter, swarms; and a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from footfall.report.charts.canvas import LETTER, Canvas, Scale, axis_x, axis_y, brief, percent

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 26

_STRONG_LETTER = 7.4
_COS_55, _SIN_55 = 0.574, 0.819


def swarm(
    width: int, shown: Sequence[tuple[str, float]], limit: float, *, x_name: str, limit_name: str
) -> str:
    """A dot a figure along one axis, stacked where they meet, and the limit that none may pass."""
    size, most = 9.0, max([limit * 1.12, *(v for _, v in shown)])
    x = Scale(0, most, 8, width - 8)
    stacks_: dict[int, int] = {}
    placed = []
    for name, value in sorted(shown, key=lambda one: one[1]):
        slot = round(x(value) / size)
        stacks_[slot] = stacks_.get(slot, 0) + 1
        placed.append((name, value, slot * size, stacks_[slot]))
    tallest = max(stacks_.values(), default=1)
    bottom = 26 + size * tallest
    canvas = Canvas(width, bottom + 38)
    axis_x(canvas, x, bottom, brief, about=6)
    canvas.line(x(limit), 18, x(limit), bottom, "law")
    canvas.text(x(limit) - 6, 24, limit_name, "tick", "end")
    for name, value, at, level in placed:
        canvas.circle(
            at, bottom - size * (level - 0.5) - 1, size / 2 - 0.4, "point", tip=f"{name}: {value:.2f}"
        )
    canvas.text(width / 2, bottom + 34, x_name, "tick", "middle")
    return canvas.svg()


@dataclass(frozen=True)
class Mark:
    """A point of a curve that is pointed out, with guides to both axes."""

    x: float
    y: float
    words: str


def curve(
    width: int,
    points: Sequence[tuple[float, float]],
    marks: Sequence[Mark],
    *,
    x_name: str,
    y_name: str,
    height: int = 246,
) -> str:
    """Cumulative shares, both axes from 0 to 1, over the even split."""
    canvas = Canvas(width, height + 14)
    x, y = Scale(0, 1, _LEFT, width - _RIGHT), Scale(0, 1, height - _BOTTOM, _TOP + 10)
    axis_y(canvas, y, (_LEFT, width - _RIGHT), percent)
    placed = [(x(a), y(b)) for a, b in points]
    canvas.path([*placed, (x(1), y(0)), (x(0), y(0))], "area", closed=True)
    canvas.line(x(0), y(0), x(1), y(1), "even")
    canvas.text(x(0.72), y(0.6), "an even split", "tick")
    canvas.path(placed, "curve")
    for mark in marks:
        canvas.path([(x(mark.x), y(0)), (x(mark.x), y(mark.y)), (x(0), y(mark.y))], "guide")
        canvas.circle(x(mark.x), y(mark.y), 4.5, "point")
        canvas.text(x(mark.x) + 10, y(mark.y) + 18, mark.words, "value")
    axis_x(canvas, x, height - _BOTTOM, percent)
    canvas.text(0, 10, y_name, "tick")
    canvas.text((_LEFT + width - _RIGHT) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()


@dataclass(frozen=True)
class Interval:
    """A figure over what was asked for, with its interval; `words` stand at its right."""

    label: str
    value: float
    low: float
    high: float
    words: str = ""
    group: str = ""


def intervals(
    width: int,
    shown: Sequence[Interval],
    at: float,
    words: Callable[[float], str],
    *,
    x_name: str,
    clip: tuple[float, float],
) -> str:
    """Dots with intervals, a row each, about a line at `at`."""
    row = 22
    names = max(len(i.label) for i in shown) * LETTER + 12
    notes = max(len(i.words) for i in shown) * _STRONG_LETTER + 12
    top, height = 8, 8 + row * len(shown) + 42
    canvas = Canvas(width, height)
    x = Scale(*clip, names, width - notes)
    bottom = top + row * len(shown)
    axis_x(canvas, x, bottom, words, about=4, top=top)
    canvas.line(x(at), top, x(at), bottom, "law")
    for place, one in enumerate(shown):
        y = top + row * (place + 0.5)
        outside = one.low > at or one.high < at
        canvas.text(names - 10, y + 4, one.label, "label", "end")
        canvas.line(x(one.low), y, x(one.high), y, "whisker")
        canvas.circle(
            x(one.value), y, 4.5, "point open" if outside else "point", tip=f"{one.label}: {one.words}"
        )
        canvas.text(width - notes + 12, y + 4, one.words, "value")
    canvas.text((x.start + x.stop) / 2, bottom + 34, x_name, "tick", "middle")
    return canvas.svg()


def heat(
    width: int,
    rows: Sequence[str],
    columns: Sequence[str],
    share: Sequence[Sequence[float]],
    tips: Sequence[Sequence[str]],
    *,
    words: Sequence[Sequence[str]] | None = None,
    row_height: int = 24,
    every: int = 1,
    x_name: str = "",
    y_name: str = "",
) -> str:
    """Cells shaded by a share from -1 (the law's colour) over 0 (none) to 1 (the full colour)."""
    names = max(len(r) for r in rows) * LETTER + 12
    step = (width - names - 2) / len(columns)
    is_turned = words is not None and max(len(c) for c in columns) * LETTER > step - 4
    top = 30 if words else 6
    if is_turned:
        reach = [len(c) * LETTER for c in columns]
        top = max(88, round(max(reach) * _SIN_55) + 16)
        # The last names lean out to the right, so columns are narrow enough to leave them room.
        step = min(step, *((width - names - 4 - r * _COS_55) / (c + 0.5) for c, r in enumerate(reach)))
    height = top + row_height * len(rows)
    canvas = Canvas(width, height + (20 if x_name and words else 38))
    for c, column in enumerate(columns):
        middle = names + step * (c + 0.5)
        if is_turned:
            canvas.text(middle + 4, top - 8, column, "label", turned=-55)
        elif words:
            canvas.text(middle, top - 8, column, "label", "middle")
        elif c % every == 0:
            canvas.text(middle, height + 16, column, "tick", "middle")
    for r, row in enumerate(rows):
        y = top + row_height * r
        canvas.text(names - 8, y + row_height / 2 + 4, row, "label", "end")
        for c in range(len(columns)):
            value = share[r][c]
            strength = f"{min(1.0, abs(value)):.2f}".rstrip("0").rstrip(".")
            name = "cell" if value >= 0 else "cell less"
            canvas.rect(
                names + step * c + 0.5,
                y + 0.5,
                step - 1,
                row_height - 1,
                name,
                fill_opacity=strength,
                tip=tips[r][c],
            )
            if words and len(words[r][c]) * LETTER < step + 2:  # else the tips and the table tell them
                canvas.text(names + step * (c + 0.5), y + row_height / 2 + 4, words[r][c], "value", "middle")
    if x_name:
        canvas.text(names + (width - names) / 2, canvas.height - 4, x_name, "tick", "middle")
    if y_name:
        canvas.text(names - 8, 12, y_name, "tick", "end")
    return canvas.svg()


def strips(
    width: int,
    rows: Sequence[tuple[str, Sequence[float], float]],
    words: Callable[[float], str],
    *,
    x_name: str,
) -> str:
    """Quantiles (10, 25, 50, 75, 90 per cent) and the mean of some groups, a row each."""
    row, top = 68, 24
    canvas = Canvas(width, top + row * len(rows) + 40)
    x = Scale(0, max(q[-1] for _, q, _ in rows) * 1.05, 6, width - _RIGHT)
    bottom = top + row * len(rows)
    axis_x(canvas, x, bottom, words, top=top)
    for place, (label, q, mean) in enumerate(rows):
        y = top + row * place + 26
        canvas.text(6, y - 16, label, "label")
        canvas.line(x(q[0]), y, x(q[4]), y, "whisker")
        canvas.rect(x(q[1]), y - 9, x(q[3]) - x(q[1]), 18, "box")
        canvas.line(x(q[2]), y - 9, x(q[2]), y + 9, "median")
        said = f"mean {mean:,.2f}"
        canvas.circle(x(mean), y, 5, "point", tip=said)
        reach = len(said) * LETTER / 2
        canvas.text(min(max(x(mean), reach), width - reach), y + 25, said, "value", "middle")
    canvas.text((6 + width - _RIGHT) / 2, bottom + 34, x_name, "tick", "middle")
    return canvas.svg()


def scatter(
    width: int, points: Sequence[tuple[float, float]], *, x_name: str, y_name: str, height: int = 246
) -> str:
    """A dot a pair of values."""
    canvas = Canvas(width, height + 14)
    x = Scale(0, max([p[0] for p in points]) * 1.04, _LEFT, width - _RIGHT)
    y = Scale(0, max([p[1] for p in points]) * 1.06, height - _BOTTOM, _TOP + 10)
    axis_y(canvas, y, (_LEFT, width - _RIGHT), brief)
    axis_x(canvas, x, height - _BOTTOM, brief)
    canvas.dots([(x(a), y(b)) for a, b in points], "seen large")
    canvas.text(0, 10, y_name, "tick")
    canvas.text((_LEFT + width - _RIGHT) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()
