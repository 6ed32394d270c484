"""Days along a time axis: counts over their intensity, with the band of chance and events shaded."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from footfall.report.charts.canvas import LETTER, MONTHS, Canvas, Scale, axis_y, grouped

_LEFT, _RIGHT = 46, 8


def daily(width: int, days: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> str:
    """A panel a shop, one below the other, on one time axis."""
    dates = [dt.date.fromisoformat(day) for day in days["starts"]]
    origin, step = dates[0], days["days_a_point"]
    panel = 190 if len(days["shops"]) == 1 else 144
    top = 36 if events else 10
    height = top + panel * len(days["shops"]) + 22
    canvas = Canvas(width, height)
    x = Scale(0, (dates[-1] - origin).days + step, _LEFT, width - _RIGHT)
    _shade(canvas, x, origin, events, height - 22)
    places = [x((d - origin).days + step / 2) for d in dates]
    for k, shop in enumerate(days["shops"]):
        ceiling = top + panel * k
        floor = ceiling + panel - 14
        most = max([*shop["orders"], *shop.get("high", []), 1])
        y = Scale(0, most * 1.05, floor, ceiling + 16)
        axis_y(canvas, y, (_LEFT, width - _RIGHT), grouped, 3)
        if "expected" in shop:
            upper = [(p, y(v)) for p, v in zip(places, shop["high"], strict=True)]
            lower = [(p, y(v)) for p, v in zip(places, shop["low"], strict=True)]
            canvas.path([*upper, *reversed(lower)], "band", closed=True)
            canvas.path([(p, y(v)) for p, v in zip(places, shop["expected"], strict=True)], "law thin")
        canvas.dots([(p, y(v)) for p, v in zip(places, shop["orders"], strict=True)], "seen")
        canvas.line(_LEFT, floor, width - _RIGHT, floor, "axis")
        canvas.text(_LEFT + 2, ceiling + 12, shop["shop"], "label strong")
    _months(canvas, x, dates, step, height - 6)
    return canvas.svg()


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
