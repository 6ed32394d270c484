"""Forms of charts with a place for each value: bars and dots over a law, histograms, stacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from footfall.report.charts.canvas import LETTER, Canvas, Scale, axis_x, axis_y, brief, percent

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 26


@dataclass(frozen=True)
class Bar:
    """An observed value, the law's value, and the band that chance allows it."""

    label: str
    value: float
    law: float | None = None
    low: float | None = None
    high: float | None = None
    is_marked: bool = False
    tip: str = ""


def bars(
    width: int,
    shown: Sequence[Bar],
    words: Callable[[float], str] = brief,
    *,
    height: int = 230,
    values: bool = False,
    x_name: str = "",
    y_name: str = "",
) -> str:
    """Bars with a stroke at the law's value, over its band.

    Parameters
    ----------
    values
        Whether each bar carries its value.
    """
    canvas = Canvas(width, height + (14 if x_name else 0))
    most = max([b.value for b in shown] + [b.high or b.law or 0.0 for b in shown] + [1e-9])
    y = Scale(0, most * 1.06, height - _BOTTOM, _TOP + (10 if y_name else 0))
    left, right = _LEFT, width - _RIGHT
    axis_y(canvas, y, (left, right), words)
    if y_name:
        canvas.text(0, 10, y_name, "tick")
    step = (right - left) / max(1, len(shown))
    wide = min(step * 0.72, 46)
    every = _every([b.label for b in shown], step)
    for place, bar in enumerate(shown):
        middle = left + step * (place + 0.5)
        tip = bar.tip or f"{bar.label}: {words(bar.value)}"
        canvas.rect(
            middle - wide / 2,
            y(bar.value),
            wide,
            y(0) - y(bar.value),
            "bar marked" if bar.is_marked else "bar",
            tip=tip,
        )
        reach = min(step * 0.9, wide + 10) / 2
        if bar.low is not None and bar.high is not None:
            canvas.rect(middle - reach, y(bar.high), 2 * reach, y(bar.low) - y(bar.high), "band")
        if bar.law is not None:
            canvas.line(middle - reach, y(bar.law), middle + reach, y(bar.law), "law")
        if values:
            top = min(y(bar.value), y(bar.law or 0), y(bar.high or 0))
            canvas.text(middle, top - 5, words(bar.value), "value", "middle")
        if place % every == 0:
            canvas.text(middle, height - _BOTTOM + 16, bar.label, "tick", "middle")
    canvas.line(left, y(0), right, y(0), "axis")
    if x_name:
        canvas.text((left + right) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()


def _every(labels: Sequence[str], step: float) -> int:
    """How many labels to pass over, so that the rest do not touch."""
    if "" in labels:  # thinned already
        return 1
    longest = max((len(label) for label in labels), default=1) * LETTER + 6
    return max(1, -int(-longest // max(step, 1e-9)))


def histogram(
    width: int,
    edges: Sequence[float],
    counts: Sequence[float],
    law: Sequence[float],
    words: Callable[[float], str] = brief,
    *,
    is_log: bool = False,
    x_name: str = "",
    y_name: str = "",
    height: int = 230,
) -> str:
    """Counts by bin as bars, the law's counts as a line of steps."""
    canvas = Canvas(width, height + 14)
    y = Scale(0, max([*counts, *law, 1]) * 1.08, height - _BOTTOM, _TOP + 10)
    x = Scale(edges[0], edges[-1], _LEFT, width - _RIGHT, is_log)
    axis_y(canvas, y, (_LEFT, width - _RIGHT), brief)
    steps = []
    for low, high, count, due in zip(edges[:-1], edges[1:], counts, law, strict=True):
        tip = f"{words(low)} to {words(high)}: {count:g}, the law expects {due:.1f}"
        canvas.rect(x(low) + 0.5, y(count), x(high) - x(low) - 1, y(0) - y(count), "bar", tip=tip)
        steps += [(x(low), y(due)), (x(high), y(due))]
    canvas.path(steps, "law")
    axis_x(canvas, x, height - _BOTTOM, words)
    canvas.text(0, 10, y_name, "tick")
    canvas.text((_LEFT + width - _RIGHT) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()


def dots(
    width: int,
    shown: Sequence[Bar],
    words: Callable[[float], str],
    *,
    bounds: tuple[float, float] | None = None,
    x_name: str = "",
    y_name: str = "",
    height: int = 230,
) -> str:
    """Dots over the law's stroke and band, for values whose axis does not begin at nought."""
    canvas = Canvas(width, height + 14)
    every_value = [v for b in shown for v in (b.value, b.law, b.low, b.high) if v is not None]
    low, high = bounds or (min(every_value), max(every_value))
    room = 0.0 if bounds else 0.08 * (high - low)
    y = Scale(low - room, high + room, height - _BOTTOM, _TOP + 10)
    left, right = _LEFT, width - _RIGHT
    axis_y(canvas, y, (left, right), words)
    canvas.text(0, 10, y_name, "tick")
    step = (right - left) / max(1, len(shown))
    reach = min(step * 0.42, 20)
    every = _every([b.label for b in shown], step)
    for place, bar in enumerate(shown):
        middle = left + step * (place + 0.5)
        if bar.low is not None and bar.high is not None:
            if bar.law is None:
                canvas.line(middle, y(bar.high), middle, y(bar.low), "whisker")
            else:
                canvas.rect(middle - reach, y(bar.high), 2 * reach, y(bar.low) - y(bar.high), "band")
        if bar.law is not None:
            canvas.line(middle - step / 2, y(bar.law), middle + step / 2, y(bar.law), "law")
        canvas.circle(middle, y(bar.value), 4, "point", tip=bar.tip or f"{bar.label}: {words(bar.value)}")
        if place % every == 0:
            canvas.text(middle, height - _BOTTOM + 16, bar.label, "tick", "middle")
    canvas.line(left, height - _BOTTOM, right, height - _BOTTOM, "axis")
    canvas.text((left + right) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()


def stacks(
    width: int,
    rows: Sequence[str],
    names: Sequence[str],
    shares: Sequence[Sequence[float]],
    notes: Sequence[str],
) -> str:
    """Rows of shares that add up to the whole, with the names above the first."""
    row, labels = 26, max(len(r) for r in rows) * LETTER + 12
    ends = max(len(n) for n in notes) * LETTER + 12
    legend, place, line = [], labels, 8.0
    for k, name in enumerate(names):
        reach = 16 + len(name) * LETTER + 14
        if place + reach > width:
            place, line = labels, line + 20
        legend.append((place, line, name, f"part p{k % 6}"))
        place += reach
    top = line + 32
    canvas = Canvas(width, top + row * len(rows) + 26)
    x = Scale(0, 1, labels, width - ends)
    for at, y, name, part in legend:
        canvas.rect(at, y, 11, 11, part)
        canvas.text(at + 16, y + 10, name, "label")
    canvas.text(width, top - 6, "orders", "tick", "end")
    for r, label in enumerate(rows):
        y, upto = top + row * r, 0.0
        canvas.text(labels - 8, y + 16, label, "label", "end")
        for k, share in enumerate(shares[r]):
            tip = f"{label}: {percent(share, 1)} {names[k]}"
            canvas.rect(
                x(upto), y + 2, max(0.0, x(upto + share) - x(upto) - 1), row - 6, f"part p{k % 6}", tip=tip
            )
            upto += share
        canvas.text(width, y + 16, notes[r], "tick", "end")
    axis_x(canvas, x, top + row * len(rows), percent, about=4)
    return canvas.svg()


def lags(width: int, shown: Sequence[tuple[int, float]], peak: int, *, x_name: str, height: int = 230) -> str:
    """Correlation at each lag as bars, the largest marked."""
    canvas = Canvas(width, height + 14)
    values = [v for _, v in shown]
    y = Scale(min(0.0, *values), max(1.0, *values), height - _BOTTOM, _TOP + 10)
    step = (width - _LEFT - _RIGHT) / len(shown)
    axis_y(canvas, y, (_LEFT, width - _RIGHT), brief)
    every = 1 if step >= 24 else 2
    for place, (lag, value) in enumerate(shown):
        middle = _LEFT + step * (place + 0.5)
        is_peak = lag == peak
        wide = min(step * 0.6, 26)
        canvas.rect(
            middle - wide / 2,
            y(value),
            wide,
            y(0) - y(value),
            "bar marked" if is_peak else "bar",
            tip=f"{lag:+d} days: {value:.3f}",
        )
        if is_peak:
            canvas.text(middle, y(value) - 5, f"{value:.2f}", "value", "middle")
        if (lag - peak) % every == 0:
            canvas.text(middle, height - _BOTTOM + 16, f"{lag:+d}" if lag else "0", "tick", "middle")
    canvas.line(_LEFT, y(0), width - _RIGHT, y(0), "axis")
    canvas.text(0, 10, "correlation", "tick")
    canvas.text((_LEFT + width - _RIGHT) / 2, height + 8, x_name, "tick", "middle")
    return canvas.svg()
