"""Days along a time axis: counts over their intensity, with the band of chance, and what happens when."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from footfall.report.charts.canvas import LETTER, MONTHS, Canvas, Scale, axis_y, grouped

_LEFT, _RIGHT, _ROW = 46, 8, 16
_MOST_PROMOTIONS = 12

Runs = Sequence[Mapping[str, Any]]


def daily(width: int, days: Mapping[str, Any], happening: Mapping[str, Runs]) -> str:
    """A panel a shop, one below the other, on one time axis; then a row a promotion, and one of holidays."""
    events, rows = happening["events"], _strips(happening)
    dates = [dt.date.fromisoformat(day) for day in days["starts"]]
    origin, step = dates[0], days["days_a_point"]
    x = Scale(0, (dates[-1] - origin).days + step, _LEFT, width - _RIGHT)
    panel = 190 if len(days["shops"]) == 1 else 144
    top = 36 if events else 10
    below = top + panel * len(days["shops"])
    room = {name: _ROW if _gap(x, origin, name, runs) else 2 * _ROW for name, runs in rows.items()}
    height = below + sum(room.values()) + 22
    canvas = Canvas(width, height)
    _shade(canvas, x, origin, events, below - 14)
    places = [x((d - origin).days + step / 2) for d in dates]
    for k, shop in enumerate(days["shops"]):
        ceiling = top + panel * k
        floor = ceiling + panel - 14
        most = max([*shop["orders"], *shop.get("high", []), 1])
        y = Scale(0, most * 1.05, floor, ceiling + 16)
        axis_y(canvas, y, (_LEFT, width - _RIGHT), grouped, 3)
        law = shop.get("expected")
        # Days on which the shop is closed are left out: lines that fall to 0 each week hide the others.
        is_open = [True] * len(places) if law is None else [due > 0 for due in law]
        if law is not None:
            upper, lower, middle = (
                [(p, y(v)) for p, v, on in zip(places, shop[name], is_open, strict=True) if on]
                for name in ("high", "low", "expected")
            )
            canvas.path([*upper, *reversed(lower)], "band", closed=True)
            canvas.path(middle, "law thin")
        orders = zip(places, shop["orders"], is_open, strict=True)
        canvas.dots([(p, y(n)) for p, n, on in orders if on or n], "seen")
        canvas.line(_LEFT, floor, width - _RIGHT, floor, "axis")
        canvas.text(_LEFT + 2, ceiling + 12, shop["shop"], "label strong")
    for name, runs in rows.items():
        _strip(canvas, x, origin, name, runs, below)
        below += room[name]
    _months(canvas, x, dates, step, height - 6)
    return canvas.svg()


def _strips(happening: Mapping[str, Runs]) -> dict[str, list[tuple[str, str]]]:
    """Names of promotions, and holidays at the last, with first and last days; the first so many."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for run in happening["promotions"]:
        rows.setdefault(run["promotion"].replace("_", " "), []).append((run["first"], run["last"]))
    rows = dict(list(rows.items())[:_MOST_PROMOTIONS])
    if happening["holidays"]:
        rows["holidays"] = [(day["date"], day["date"]) for day in happening["holidays"]]
    return rows


def _strip(  # noqa: PLR0917 - a canvas, a scale with its origin, and what is drawn
    canvas: Canvas, x: Scale, origin: dt.date, name: str, runs: Sequence[tuple[str, str]], top: float
) -> None:
    """A row of bars on the days of something, with its name beside one of them, or else above them all."""
    gap = _gap(x, origin, name, runs)
    canvas.text(gap if gap else x.start, top + 9, name, "tick")
    for start, stop in _edges(x, origin, runs):
        canvas.rect(start, top if gap else top + _ROW - 3, max(stop - start, 1.5), 9, "marked bar")


def _gap(x: Scale, origin: dt.date, name: str, runs: Sequence[tuple[str, str]]) -> float | None:
    """Where a name has room: after the first bar that leaves some, or before them all; None for nowhere."""
    edges, reach = _edges(x, origin, runs), len(name) * LETTER + 8
    after = zip([stop for _, stop in edges], [*(start for start, _ in edges[1:]), x.stop], strict=True)
    found = next((stop + 6 for stop, start in after if start - stop > reach), None)
    return found if found or edges[0][0] - x.start <= reach else edges[0][0] - reach


def _edges(x: Scale, origin: dt.date, runs: Sequence[tuple[str, str]]) -> list[tuple[float, float]]:
    days = [[(dt.date.fromisoformat(day) - origin).days for day in run] for run in runs]
    return [(x(first), x(last + 1)) for first, last in days]


def _shade(
    canvas: Canvas, x: Scale, origin: dt.date, events: Sequence[Mapping[str, Any]], bottom: float
) -> None:
    """Shade each event, and name it where its name does not touch the one before."""
    ends = [-math.inf, -math.inf]
    for event in events:
        first = (dt.date.fromisoformat(event["first"]) - origin).days
        after = (dt.date.fromisoformat(event["last"]) - origin).days + 1
        canvas.rect(x(first), 28, x(after) - x(first), bottom - 28, "event")
        name = event["event"].replace("_", " ")
        reach = len(name) * LETTER / 2
        middle = min((x(first) + x(after)) / 2, x.stop - reach)
        line = next((k for k, end in enumerate(ends) if middle - reach > end), None)
        if line is not None:
            canvas.text(middle, 22 - 13 * line, name, "tick", "middle")
            ends[line] = middle + reach + 6


def _months(canvas: Canvas, x: Scale, dates: Sequence[dt.date], step: int, bottom: float) -> None:
    end = dates[-1] + dt.timedelta(step)
    firsts = []
    month = dates[0].replace(day=1)
    while month < end:
        firsts.append(month)
        month = (month + dt.timedelta(32)).replace(day=1)
    room = (x.stop - x.start) / max(1, len(firsts))
    every = next((n for n in (1, 2, 3, 6, 12) if room * n >= 34), 12)
    for first in firsts:
        at = x((first - dates[0]).days)
        if (first.month - 1) % every == 0 and first >= dates[0].replace(day=1):
            label = str(first.year) if first.month == 1 and len(firsts) > 12 else MONTHS[first.month - 1]
            if at + len(label) * LETTER <= canvas.width:
                canvas.text(max(at, x.start), bottom, label, "tick")
