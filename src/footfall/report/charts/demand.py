"""Charts of when orders come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footfall.report.charts.bars import Bar, bars, dots
from footfall.report.charts.canvas import Cell, Chart, brief, grouped, month_name, months_axis, percent
from footfall.report.charts.forms import Interval, heat, intervals
from footfall.report.charts.series import daily

_DAY_NAMES = {
    name[:3]: name for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
}


def demand_charts(figures: Mapping[str, Any]) -> Iterator[Chart]:
    """Draw what is there of the section."""
    yield _daily(
        figures["days"], {kind: figures.get(kind, []) for kind in ("events", "promotions", "holidays")}
    )
    if "hours" in figures:
        yield _hours(figures["hours"])
    yield _weekdays(figures["weekdays"])
    if len(figures["months"]) > 1:
        yield _months(figures["months"])
    if "payday" in figures:
        yield _payday(figures["payday"])
    if any(m["kind"] != "growth" for m in figures.get("multipliers", ())):  # few orders tell of growth alone
        yield _multipliers(figures["multipliers"])


def _daily(days: Mapping[str, Any], happening: Mapping[str, Sequence[Mapping[str, Any]]]) -> Chart:
    what = "day" if days["days_a_point"] == 1 else "week"
    left_out = f" The {days['shops_left_out']} smaller shops are left out." if days["shops_left_out"] else ""
    shops = days["shops"]
    columns: list[str] = [f"first day of the {what}" if what == "week" else "day"]
    for shop in shops:
        name = shop["shop"]
        columns += [
            f"{name} orders",
            *([f"{name} expected", f"{name} low", f"{name} high"] if "low" in shop else []),
        ]
    is_closed = any(0 in shop.get("expected", []) for shop in shops)
    left_out += " Days on which a shop is closed are left out." if is_closed else ""
    on = _on_each(days, happening)
    columns += ["what happens"] if any(on) else []
    rows: list[list[Cell]] = []
    for k, start in enumerate(days["starts"]):
        row: list[Cell] = [start]
        for shop in shops:
            row += [shop["orders"][k]]
            row += [shop[name][k] for name in ("expected", "low", "high")] if "low" in shop else []
        rows.append([*row, on[k]] if any(on) else row)
    if "inside" in days:
        share = percent(days["inside"] / max(1, days["cells"]), 1)
        cells = f"{what}s{' and shops' if len(shops) > 1 else ''}"
        many = f"{days['inside']:,} of {days['cells']:,} {cells}"
        noisy = days["noisy"]
        law = "Poisson counts on days as noisy as it asks for" if noisy else "a Poisson law about it"
        allows = "noisy days allow" if noisy else "Poisson noise allows"
        title = f"{share} of the {cells} have orders within the band that {allows} 95 %"
        says = (
            f"One dot a {what}: the orders that are in the file. The line is the intensity that the "
            "scenario asks for, "
            f"the band the central 95 % of {law}; {many} lie inside.{_said(happening)}{left_out}"
        )
    else:
        title = f"Orders a {what}; their intensity is not published with them"
        says = f"One dot a {what}: the orders that are in the file.{_said(happening)}{left_out}"
    return Chart(
        "orders-a-day", title, says, lambda width: daily(width, days, happening), columns, rows, wide=True
    )


def _said(happening: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """What shades and bars stand for, each by its name."""
    events = dict.fromkeys(event["event"].replace("_", " ") for event in happening["events"])
    said = f" Shaded days are events: {', '.join(events)}." if events else ""
    promotions = {run["promotion"]: run for run in happening["promotions"]}
    if promotions:
        each = (
            f"{name.replace('_', ' ')} ({', '.join(run['categories'])}: "
            f"{run['discount_percent']} % off, sold {run['uplift']:g} times as often)"
            for name, run in promotions.items()
        )
        said += f" Bars below are promotions: {', '.join(each)}."
    if happening["holidays"]:
        times = happening["holidays"][0]["multiplier"]
        what = "are closed" if times == 0 else f"expect {times:g} times the orders"
        said += (
            f" In the last row are the {len(happening['holidays'])} days on which shops {what} for a holiday."
        )
    return said


def _on_each(days: Mapping[str, Any], happening: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What happens on each day, or in each week."""
    runs = [
        (run[kind].replace("_", " "), run["first"], run["last"])
        for kind in ("event", "promotion")
        for run in happening[f"{kind}s"]
    ]
    runs += [
        (f"holiday in {', '.join(day['shops'])}", day["date"], day["date"]) for day in happening["holidays"]
    ]
    more = dt.timedelta(days["days_a_point"] - 1)
    told = []
    for start in days["starts"]:
        last = (dt.date.fromisoformat(start) + more).isoformat()
        told.append("; ".join(name for name, begins, ends in runs if begins <= last and ends >= start))
    return told


def _hours(hours: Mapping[str, Any]) -> Chart:
    a_day = [
        [n / max(1, days) for n in row] for row, days in zip(hours["orders"], hours["days"], strict=True)
    ]
    most = max(max(row) for row in a_day) or 1.0
    busiest = max(range(7), key=lambda d: sum(a_day[d]))
    open_hours = [h for h in range(24) if any(row[h] for row in a_day)]
    shown = range(min(open_hours, default=0), max(open_hours, default=23) + 1)
    names = hours["weekdays"]
    by_hour = [sum(row[h] for row in a_day) for h in shown]
    times = max(by_hour) / min((n for n in by_hour if n), default=1.0)
    open_from, open_to = f"{shown[0]}:00", f"{shown[-1] + 1}:00"
    return Chart(
        "hours",
        f"From {open_from} to {open_to} the busiest hour brings {times:.2f} times the orders of the "
        "quietest; "
        f"{_DAY_NAMES[names[busiest]]}s bring most",
        "Mean orders an hour by weekday and hour of the day: the stronger the colour, the more, up to "
        f"{most:.2f}. {_quiet_hours(by_hour, shown)}",
        lambda width: heat(
            width,
            names,
            [str(h) for h in shown],
            [[0.06 + 0.94 * row[h] / most if row[h] else 0.0 for h in shown] for row in a_day],
            [
                [f"{name} {h}:00: {row[h]:.2f} orders" for h in shown]
                for name, row in zip(names, a_day, strict=True)
            ],
            every=3 if width < 480 else 2,
            x_name="hour of the day",
        ),
        ["weekday", *(f"{h}:00" for h in shown)],
        [[name, *(round(row[h], 3) for h in shown)] for name, row in zip(names, a_day, strict=True)],
    )


def _quiet_hours(by_hour: Sequence[float], shown: range) -> str:
    """Say when nothing is ordered."""
    runs = [f"{(shown[-1] + 1) % 24}:00 to {shown[0]}:00"] if len(shown) < 24 else []
    quiet = [hour for hour, orders in zip(shown, by_hour, strict=True) if not orders]
    starts = [hour for hour in quiet if hour - 1 not in quiet]
    ends = [hour + 1 for hour in quiet if hour + 1 not in quiet]
    runs += [f"{start}:00 to {end}:00" for start, end in zip(starts, ends, strict=True)]
    return f"Nothing is ordered from {' and from '.join(runs)}." if runs else "Each hour has orders."


def _grouped_rows(groups: Sequence[Mapping[str, Any]]) -> list[list[Cell]]:
    return [
        [g["name"], g["days"], g["orders"], g.get("expected"), g.get("low"), g.get("high")] for g in groups
    ]


def _bars_of(groups: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[Bar]:
    return [
        Bar(
            label,
            g["orders"],
            g.get("expected"),
            g.get("low"),
            g.get("high"),
            tip=f"{g['name']}: {g['orders']:,.1f} orders",
        )
        for g, label in zip(groups, labels, strict=True)
    ]


_OVER_LAW = (
    "The stroke is what the scenario's calendar expects, the band the central 95 % of what chance allows."
)


def _weekdays(groups: Sequence[Mapping[str, Any]]) -> Chart:
    best = max(groups, key=lambda g: float(g["orders"]))
    worst = min((g for g in groups if g["orders"]), key=lambda g: float(g["orders"]), default=best)
    times = best["orders"] / max(worst["orders"], 1e-9)
    return Chart(
        "weekdays",
        f"{_DAY_NAMES[best['name']]}s bring {times:.2f} times the orders of {_DAY_NAMES[worst['name']]}s",
        f"Mean orders a day by weekday. {_OVER_LAW}",
        lambda width: bars(
            width, _bars_of(groups, [g["name"] for g in groups]), brief, y_name="orders a day"
        ),
        ["weekday", "days", "orders a day", "expected", "low", "high"],
        _grouped_rows(groups),
    )


def _months(groups: Sequence[Mapping[str, Any]]) -> Chart:
    best = max(groups, key=lambda g: float(g["orders"]))
    inside = [g for g in groups if "low" in g and g["low"] <= g["orders"] <= g["high"]]
    fit = (
        f"; {len(inside)} of {len(groups)} months lie where chance allows 95 %" if "low" in groups[0] else ""
    )
    labels = months_axis([g["name"] for g in groups])
    return Chart(
        "months",
        f"{month_name(best['name'])} is the strongest month, with {grouped(best['orders'])} orders{fit}",
        f"Orders by month. {_OVER_LAW}",
        lambda width: bars(width, _bars_of(groups, labels), brief, y_name="orders a month"),
        ["month", "days", "orders", "expected", "low", "high"],
        _grouped_rows(groups),
    )


def _payday(payday: Mapping[str, Any]) -> Chart:
    days = payday["days"]
    shown = [
        Bar(
            str(d["day"]),
            d["index"],
            d["asked"],
            d["low"],
            d["high"],
            tip=f"day {d['day']}: {d['index']:.3f}",
        )
        for d in days
    ]
    return Chart(
        "payday",
        f"From day {payday['from_day']} of the month on, orders are {payday['observed']:.2f} times as many; "
        f"{payday['multiplier']:g} is asked for",
        "Orders by day of the month over what would be expected without the payday. The stroke is what "
        "is asked for, the "
        "band what chance allows in 95 % of the cases.",
        lambda width: dots(
            width, shown, lambda v: f"{v:.2g}", y_name="orders over expected", x_name="day of the month"
        ),
        ["day of the month", "orders", "expected without payday", "ratio", "asked", "low", "high"],
        [
            [d["day"], d["orders"], d["without_payday"], d["index"], d["asked"], d["low"], d["high"]]
            for d in days
        ],
    )


def _multipliers(found: Sequence[Mapping[str, Any]]) -> Chart:
    ratios = [m for m in found if m["kind"] != "growth"]
    hits = sum(m["low"] <= m["asked"] <= m["high"] for m in found)
    growth = next((m for m in found if m["kind"] == "growth"), None)
    grown = (
        f" Growth is {growth['found']:.5f} a day ({growth['low']:.5f} to {growth['high']:.5f}); "
        f"{growth['asked']:g} is asked for."
        if growth
        else ""
    )
    shown = [
        Interval(
            m["name"].replace("_", " "),
            m["found"] / m["asked"],
            m["low"] / m["asked"],
            m["high"] / m["asked"],
            f"{m['found']:.3f} of {m['asked']:.4g}",
        )
        for m in ratios
    ]
    reach = max([0.1, *(abs(edge - 1) for i in shown for edge in (i.low, i.high))]) * 1.05
    return Chart(
        "multipliers",
        f"A regression of the counts finds the multipliers: {hits} of {len(found)} intervals hold the "
        "one asked for",
        "Each multiplier, estimated by Poisson regression of the orders a day and shop, over the one in "
        "the scenario, with its "
        "95 % interval; of twenty such intervals one misses on average (open dots). Weekdays and months "
        "are beside those left at 1, shops beside the first: where chance moves these, the others of their "
        f"kind miss together.{grown}",
        lambda width: intervals(
            width,
            shown,
            1.0,
            lambda v: f"{v:.2f}",
            x_name="found over asked",
            clip=(max(0.0, 1 - reach), 1 + reach),
        ),
        ["kind", "multiplier", "asked", "found", "low", "high"],
        [[m["kind"], m["name"], m["asked"], m["found"], m["low"], m["high"]] for m in found],
        wide=True,
    )
