"""A summary as one HTML page: no script, no request to anywhere, the same bytes for the same data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from footfall.report.charts.assortment import assortment_charts
from footfall.report.charts.buying import basket_charts, customer_charts
from footfall.report.charts.canvas import Cell, Chart, percent
from footfall.report.charts.contract import distances_chart
from footfall.report.charts.demand import demand_charts
from footfall.report.charts.money import money_charts
from footfall.report.charts.outcomes import outcome_charts
from footfall.report.charts.schema import schema_chart

MARKER = "Footfall report"
"""What the page says made it; only such a file is ever replaced."""
_HERE = Path(__file__).parent
_WIDE, _HALF, _NARROW = 1070, 506, 332
"""Widths at which charts are drawn: across the page, half of it, and on a phone."""
_KINDS = (
    (
        "target",
        "Business figures",
        "What the scenario asks for. The tolerance decides; the distance in standard errors tells "
        "whether chance alone could "
        "explain it.",
    ),
    (
        "law",
        "Laws",
        "What chance must look like. A law is refused only below p = 1e-8, so that no honest seed is.",
    ),
    ("rule", "Rules", "What holds without exception, or for the data set as a whole."),
)


def page(told: Mapping[str, Any]) -> str:
    """Draw a summary as a page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    failed = told["verdicts"].get("fail", 0)
    passed = told["verdicts"].get("pass", 0)
    verdict = (
        f"{failed} of {failed + passed} promises {'is' if failed == 1 else 'are'} broken"
        if failed
        else f"All {passed} promises hold"
    )
    sections = [_section(*one) for one in _sections(told)]
    return environment.get_template("page.html").render(
        told=told,
        marker=MARKER,
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),
        verdict=verdict,
        failed=failed,
        tiles=list(_tiles(told)),
        contents=[("contract", "The contract"), *((s["key"], s["name"]) for s in sections)],
        contract=[_kind(told["contract"], *kind) for kind in _KINDS],
        absent=[p for p in told["contract"] if p["verdict"] == "not applicable"],
        sections=sections,
        off=_off,
        day=lambda text: f"{dt.date.fromisoformat(text):%-d %B %Y}",
    )


def _kind(promises: Sequence[Mapping[str, Any]], kind: str, name: str, note: str) -> dict[str, Any]:
    """Promises of a kind that were decided, broken ones first; figures, and what is broken, lie open."""
    mine = [p for p in promises if p["kind"] == kind and p["verdict"] != "not applicable"]
    mine.sort(key=lambda p: p["verdict"] != "fail")
    chart = distances_chart(mine) if kind == "law" else None
    return {
        "name": name,
        "note": note,
        "promises": mine,
        "is_open": kind == "target" or any(p["verdict"] == "fail" for p in mine),
        "chart": _drawn(chart) if chart else None,
    }


def _off(promise: Mapping[str, Any]) -> str:
    if promise["standard_errors"] is None:
        return "exact" if promise["kind"] == "rule" and promise["tolerance"] in ("none", "exact") else ""
    sign = "+" if promise["kind"] == "target" else ""
    return f"{promise['standard_errors']:{sign}.2f} s.e."


def _tiles(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The headline's figures, each with its name and unit."""
    head, currency = told["headline"], told["currency"]
    if "orders" in head:
        yield "Orders", f"{head['orders']:,}"
    if "revenue" in head:
        million = head["revenue"] >= 1e6
        yield (
            f"Revenue, million {currency}" if million else f"Revenue, {currency}",
            f"{head['revenue'] / 1e6:,.2f}" if million else f"{head['revenue']:,.0f}",
        )
    if "order_value" in head:
        yield f"An order, {currency}", f"{head['order_value']:,.2f}"
    if head.get("gross_margin") is not None:
        yield "Gross margin", percent(head["gross_margin"], 1)
    if "lines" in head:
        yield "Lines", f"{head['lines']:,}"
    if "buyers" in head:
        yield "Buyers", f"{head['buyers']:,}"
    if head.get("stars") is not None:
        yield "Reviews", f"{head['reviews']:,}"
        yield "Mean rating", f"{head['stars']:.2f}"


def _sections(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[Chart]]]:
    """Key, name, lead and charts of each section that there is."""
    currency = told["currency"]
    if "demand" in told:
        yield (
            "demand",
            "When orders come",
            (
                "Counts are Poisson about an intensity: a base times trend, weekday, payday, season and "
                "events."
            ),
            list(demand_charts(told["demand"])),
        )
    if "assortment" in told:
        yield (
            "assortment",
            "What is sold",
            "How sales spread over the SKUs, and prices and costs over their laws.",
            list(assortment_charts(told["assortment"], currency)),
        )
    if "customers" in told:
        yield (
            "customers",
            "Who buys",
            "How orders and revenue spread over the customers.",
            list(customer_charts(told["customers"])),
        )
    if "baskets" in told:
        yield (
            "baskets",
            "What is in a basket",
            "How many lines, what goes together, at what discount.",
            list(basket_charts(told["baskets"])),
        )
    if "money" in told:
        yield (
            "money",
            "What it comes to",
            "Revenue, and what is planned, spent and promised of it.",
            list(money_charts(told["money"], currency)),
        )
    if "outcomes" in told:
        yield (
            "outcomes",
            "What becomes of it",
            "Statuses and reviews.",
            list(outcome_charts(told["outcomes"], currency)),
        )
    yield (
        "tables",
        "The tables",
        "What lies in the files: columns, keys, references, first rows.",
        [schema_chart(told["tables"])] if told["tables"] else [],
    )


def _section(key: str, name: str, lead: str, charts: Sequence[Chart]) -> dict[str, Any]:
    return {"key": key, "name": name, "lead": lead, "grids": list(_grids(charts))}


def _grids(charts: Sequence[Chart]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Charts in full rows: wide ones alone, others two by two, or three where one would be left."""
    for wide, run in itertools.groupby(charts, key=lambda chart: chart.wide):
        these = list(run)
        if len(these) == 1:
            these = [dataclasses.replace(these[0], wide=True)]
        thirds = len(these) % 2 and len(these) > 1 and not wide
        paired = these[:-3] if thirds else these
        if paired:
            yield "charts", [_drawn(chart) for chart in paired]
        if thirds:
            yield "charts thirds", [_drawn(chart) for chart in these[-3:]]


def _drawn(chart: Chart) -> dict[str, Any]:
    label = escape(f"{chart.title}. {chart.says}")

    def svg(width: int, name: str) -> Markup:
        # Which of the two is seen is the style sheet's choice; a screen reader meets that one alone.
        return Markup(f'<svg class="{name}" role="img" aria-label="{label}" {chart.draw(width)}')

    return {
        "key": chart.key,
        "title": chart.title,
        "says": chart.says,
        "wide": chart.wide,
        "full": svg(_WIDE if chart.wide else _HALF, "full"),
        "narrow": svg(_NARROW, "narrow"),
        "columns": chart.columns,
        "rows": [[_cell(value) for value in row] for row in chart.rows],
        "numeric": [
            bool(chart.rows) and all(isinstance(row[k], int | float) or row[k] is None for row in chart.rows)
            for k in range(len(chart.columns))
        ],
    }


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value
