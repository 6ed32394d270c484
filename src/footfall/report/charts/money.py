"""Charts of revenue, marketing and budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footfall.report.charts.bars import Bar, bars, lags
from footfall.report.charts.canvas import (
    Canvas,
    Chart,
    Scale,
    axis_y,
    brief,
    month_name,
    month_range,
    months_axis,
    percent,
)
from footfall.report.charts.forms import strips

_LEFT, _RIGHT = 46, 10


def money_charts(figures: Mapping[str, Any], currency: str) -> Iterator[Chart]:
    """Draw what is there of the section."""
    if len(figures["months"]["months"]) > 1:
        yield _months(figures["months"], currency)
    if "marketing" in figures:
        yield _marketing(figures["marketing"])
    if "budget" in figures:
        yield _budget(figures["budget"], currency)
    for one in figures.get("order_value", []):
        yield _order_value(one, currency)


def _months(months: Mapping[str, Any], currency: str) -> Chart:
    shown = [
        Bar(
            label,
            m["revenue"],
            is_marked=int(m["month"][5:]) in months["season"],
            tip=f"{m['month']}: {m['revenue']:,.2f} {currency}",
        )
        for m, label in zip(
            months["months"], months_axis([m["month"] for m in months["months"]]), strict=True
        )
    ]
    if months["promises"]:
        first = months["promises"][0]
        same = [p for p in months["promises"] if (p["months"], p["over"]) == (first["months"], first["over"])]
        times = " and ".join(f"{p['times']:.2f} times ({p['year']})" for p in same)
        title = (
            f"A mean month of {month_range(first['months'])} sells {times} what a mean other month does; "
            f"at least {first['asked_at_least']:g} times is promised"
        )
    else:
        best = max(months["months"], key=lambda m: float(m["revenue"]))
        title = f"Revenue is highest in {month_name(best['month'])}, at {best['revenue']:,.0f} {currency}"
    says = "Revenue by month." + (" Months of the season are marked." if months["season"] else "")
    pairs = dict.fromkeys((tuple(p["months"]), tuple(p["over"])) for p in months["promises"])
    for names, over in pairs:
        mine = [p for p in months["promises"] if (tuple(p["months"]), tuple(p["over"])) == (names, over)]
        times = ", ".join(f"{p['times']:.2f} times in {p['year']}" for p in mine)
        says += f" A mean month of {month_range(names)} over one of {month_range(over)}: {times}."
    return Chart(
        "revenue",
        title,
        says,
        lambda width: bars(width, shown, brief, y_name=f"revenue a month, {currency}"),
        ["month", f"revenue, {currency}"],
        [[m["month"], m["revenue"]] for m in months["months"]],
    )


def _marketing(marketing: Mapping[str, Any]) -> Chart:
    found, asked = marketing["peak_days"], marketing["asked_lead_days"]
    return Chart(
        "marketing",
        f"Marketing spend goes best with the revenue of {found} days later; {asked} are asked for",
        "Correlation of each day's spend with the revenue of the days before (-) and after (+) it, over "
        "all shops. It peaks at "
        f"{found:+d} days with {marketing['peak_correlation']:.3f}; the weekly rhythm gives the lower "
        "peaks a week beside it. "
        f"Spend is {percent(marketing['share_of_revenue'], 2)} of revenue; "
        f"{percent(marketing['asked_share'])} is asked for.",
        lambda width: lags(
            width,
            [(one["days"], one["correlation"]) for one in marketing["lags"]],
            found,
            x_name="days from spend to revenue",
        ),
        ["days from spend to revenue", "correlation"],
        [[one["days"], one["correlation"]] for one in marketing["lags"]],
    )


def _budget(budget: Mapping[str, Any], currency: str) -> Chart:
    rows = budget["months"]
    shops = list(dict.fromkeys(r["shop"] for r in rows))
    return Chart(
        "budget",
        f"On average a month's revenue is {budget['mean_absolute_percent_off']:.1f} % off its plan",
        "Actual revenue by month and shop as bars, planned revenue as strokes. The plan is the trailing "
        "mean of daily revenue times a small bias, so it comes late to a sudden rise.",
        lambda width: _panels(width, rows, shops, currency),
        ["month", "shop", f"planned, {currency}", f"actual, {currency}", "actual over plan"],
        [
            [
                r["month"],
                r["shop"],
                r["planned"],
                r["actual"],
                round(r["actual"] / r["planned"], 4) if r["planned"] else None,
            ]
            for r in rows
        ],
        wide=True,
    )


def _panels(width: int, rows: Sequence[Mapping[str, Any]], shops: Sequence[str], currency: str) -> str:
    """A panel a shop: side by side where there is room, else one below the other."""
    across = min(len(shops), 3) if width > 600 else 1
    down = -(-len(shops) // across)
    panel, each = 150, (width - 14) / across
    months = list(dict.fromkeys(r["month"] for r in rows))
    canvas = Canvas(width, panel * down + 18)
    canvas.text(0, 10, f"revenue a month, {currency}", "tick")
    for k, shop in enumerate(shops):
        left, right = _LEFT + each * (k % across), each * (k % across + 1) - _RIGHT
        floor = 18 + panel * (k // across) + panel - 22
        ceiling = floor - panel + 50
        mine = [r for r in rows if r["shop"] == shop]
        step = (right - left) / len(months)
        wide = min(step * 0.66, 30)
        y = Scale(0, max(max(r["actual"], r["planned"]) for r in mine) * 1.05 or 1.0, floor, ceiling)
        axis_y(canvas, y, (left, right), brief, 3)
        canvas.text(left + 2, ceiling - 8, shop, "label strong")
        for r in mine:
            middle = left + step * (months.index(r["month"]) + 0.5)
            tip = f"{r['month']}, {shop}: {r['actual']:,.0f} of {r['planned']:,.0f} {currency} planned"
            canvas.rect(middle - wide / 2, y(r["actual"]), wide, floor - y(r["actual"]), "bar", tip=tip)
            canvas.line(middle - wide / 2 - 3, y(r["planned"]), middle + wide / 2 + 3, y(r["planned"]), "law")
        canvas.line(left, floor, right, floor, "axis")
        for place, (month, label) in enumerate(zip(months, months_axis(months), strict=True)):
            if step >= 28 or len(months) > 12 or int(month[5:]) % 3 == 1:
                canvas.text(left + step * (place + 0.5), floor + 16, label, "tick", "middle")
    return canvas.svg()


def _order_value(one: Mapping[str, Any], currency: str) -> Chart:
    names = {True: f"with {one['category']}", False: f"without {one['category']}"}
    groups = [*reversed(one["groups"])]
    shown = [(f"{names[g['with']]}: {g['orders']:,} orders", g["quantiles"], g["mean"]) for g in groups]
    return Chart(
        f"order-value-{one['category'].lower()}",
        f"Orders with {one['category']} are worth {one['times']:.2f} times the others; more than "
        f"{one['asked_at_least']:g} times is promised",
        "Value of an order with such an item and without: the line spans the middle 80 % of the orders, "
        "the box the middle half, "
        "the stroke is the median, the dot the mean.",
        lambda width: strips(width, shown, brief, x_name=f"order value, {currency}"),
        ["orders", "number", "mean", "standard error", *(f"{percent(q)} quantile" for q in one["levels"])],
        [[names[g["with"]], g["orders"], g["mean"], g["error"], *g["quantiles"]] for g in groups],
    )
