"""Marks on a canvas, scales, ticks: what every chart is drawn with.

Colours and sizes of text are classes of the page's style sheet, so a chart follows light and dark.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

Point = tuple[float, float]
Cell = str | int | float | None

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LETTER = 6.6
"""Pixels that a letter of a label takes at most, on average."""


@dataclass(frozen=True)
class Chart:
    """A figure of the page: what it shows in a sentence, its picture, and its figures as a table.

    Attributes
    ----------
    key
        Name of the figure in the page.
    title
        What the chart shows, as a sentence with its finding.
    says
        Text alternative: the marks, the axes and what is to be seen.
    draw
        SVG of the chart for a width in pixels.
    columns, rows
        The figures.
    wide
        Whether it takes the whole width of the page.
    """

    key: str
    title: str
    says: str
    draw: Callable[[int], str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wide: bool = False


def short(value: float) -> str:
    """Coordinate with a decimal at most.

    >>> short(12.04), short(3.96)
    ('12', '4')
    """
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


@dataclass(frozen=True)
class Scale:
    """Straight or logarithmic way from values to pixels."""

    low: float
    high: float
    start: float
    stop: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Pixel of a value; what lies outside is moved to the edge."""
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-300))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + (self.stop - self.start) * min(max(share, 0.0), 1.0)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values along the scale.

        >>> Scale(0, 94, 0, 100).ticks()
        [0.0, 20.0, 40.0, 60.0, 80.0]
        >>> Scale(20, 800, 0, 100, is_log=True).ticks()
        [20.0, 50.0, 100.0, 200.0, 500.0]
        """
        if self.is_log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            steps = [m * 10.0**d for d in decades for m in (1, 2, 5)]
            return [s for s in steps if self.low * 0.999 <= s <= self.high * 1.001]
        span = self.high - self.low
        if span <= 0:
            return [self.low]
        rough = span / about
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(k * step, 10) for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


@dataclass
class Canvas:
    """An SVG in the making."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, name: str, **more: Any) -> None:
        """Rectangle; a negative extent is turned round."""
        if height < 0:
            y, height = y + height, -height
        if width < 0:
            x, width = x + width, -width
        self._mark("rect", name, more, x=short(x), y=short(y), width=short(width), height=short(height))

    def line(self, x1: float, y1: float, x2: float, y2: float, name: str) -> None:
        """Straight line."""
        self.path([(x1, y1), (x2, y2)], name)

    def path(self, points: Sequence[Point], name: str, *, closed: bool = False) -> None:
        """Line through points."""
        way = "L".join(f"{short(x)} {short(y)}" for x, y in points)
        self.parts.append(f'<path class="{name}" d="M{way}{"Z" if closed else ""}"/>')

    def dots(self, points: Sequence[Point], name: str) -> None:
        """Round dots, all in one path: lines without length under round caps."""
        way = "".join(f"M{short(x)} {short(y)}h0" for x, y in points)
        self.parts.append(f'<path class="dots {name}" d="{way}"/>')

    def circle(self, x: float, y: float, radius: float, name: str, **more: Any) -> None:
        """Circle."""
        self._mark("circle", name, more, cx=short(x), cy=short(y), r=short(radius))

    def text(
        self, x: float, y: float, words: str, name: str = "", anchor: str = "start", *, turned: int = 0
    ) -> None:
        """Words whose start, middle or end is at a place, turned about it by so many degrees."""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        place += f' transform="rotate({turned} {short(x)} {short(y)})"' if turned else ""
        style = f' class="{name}"' if name else ""
        self.parts.append(f'<text{style} x="{short(x)}" y="{short(y)}"{place}>{escape(words)}</text>')

    def _mark(self, tag: str, name: str, more: dict[str, Any], **places: str) -> None:
        tip = more.pop("tip", None)
        said = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in {**places, **more}.items())
        if tip:
            self.parts.append(f'<{tag} class="{name}"{said}><title>{escape(str(tip))}</title></{tag}>')
        else:
            self.parts.append(f'<{tag} class="{name}"{said}/>')

    def svg(self) -> str:
        """Give the marks as SVG, without its outermost tag's accessible name, which the page adds."""
        return (
            f'viewBox="0 0 {short(self.width)} {short(self.height)}" '
            f'width="{short(self.width)}" height="{short(self.height)}">{"".join(self.parts)}</svg>'
        )


def axis_y(
    canvas: Canvas,
    scale: Scale,
    across: tuple[float, float],
    words: Callable[[float], str],
    about: int = 4,
) -> None:
    """Grid lines with their values at the left."""
    for tick in scale.ticks(about):
        y = scale(tick)
        canvas.line(across[0], y, across[1], y, "grid")
        canvas.text(across[0] - 6, y + 4, words(tick), "tick", "end")


def axis_x(
    canvas: Canvas,
    scale: Scale,
    bottom: float,
    words: Callable[[float], str],
    *,
    about: int = 5,
    top: float | None = None,
) -> None:
    """Values below the bottom, with grid lines from `top` where it is given."""
    canvas.line(scale.start, bottom, scale.stop, bottom, "axis")
    last = -math.inf
    for tick in scale.ticks(about):
        x = scale(tick)
        if top is not None:
            canvas.line(x, top, x, bottom, "grid")
        said = words(tick)
        if x - len(said) * LETTER / 2 > last:
            canvas.text(x, bottom + 16, said, "tick", "middle")
            last = x + len(said) * LETTER / 2 + 4


def months_axis(months: Sequence[str]) -> list[str]:
    """Labels of months "YYYY-MM" that follow each other: names in a year, years and midsummers beyond.

    >>> months_axis(["2025-01", "2025-02"])
    ['Jan', 'Feb']
    """
    if len(months) <= 12:
        return [MONTHS[int(m[5:]) - 1] for m in months]
    return [{"01": m[:4], "07": "Jul"}.get(m[5:], "") for m in months]


def month_range(months: Sequence[int]) -> str:
    """Numbers of months as words, those that follow each other as a range.

    >>> month_range([1, 2, 3, 11, 12])
    'Jan to Mar, Nov and Dec'
    """
    told, rest = [], sorted(set(months))
    while rest:
        length = next((k for k in range(len(rest)) if rest[k] != rest[0] + k), len(rest))
        run, rest = [MONTHS[m - 1] for m in rest[:length]], rest[length:]
        told.append({1: run[0], 2: " and ".join(run)}.get(length, f"{run[0]} to {run[-1]}"))
    return ", ".join(told)


def month_name(month: str) -> str:
    """Name of a month "YYYY-MM".

    >>> month_name("2025-11")
    'November 2025'
    """
    return f"{dt.date.fromisoformat(month + '-01'):%B %Y}"


def grouped(value: float) -> str:
    """Whole number with commas.

    >>> grouped(12500.0)
    '12,500'
    """
    return f"{value:,.0f}"


def brief(value: float) -> str:
    """Number for an axis, in as few signs as it takes.

    >>> brief(1500000), brief(20000), brief(0.25), brief(3.0)
    ('1.5M', '20k', '0.25', '3')
    """
    for unit, sign in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit * (10 if sign == "k" else 1):
            return f"{value / unit:g}{sign}"
    return f"{value:,g}"


def percent(value: float, digits: int = 0) -> str:
    r"""Share in per cent.

    >>> percent(0.25), percent(0.1473, 1)
    ('25\xa0%', '14.7\xa0%')
    """
    return f"{100 * value:.{digits}f}\u00a0%"
