"""Charts of the products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footfall.report.charts.bars import Bar, bars, histogram
from footfall.report.charts.canvas import Chart, brief, grouped, percent
from footfall.report.charts.forms import Mark, curve, scatter


def assortment_charts(figures: Mapping[str, Any], currency: str) -> Iterator[Chart]:
    """Draw what is there of the section."""
    if "long_tail" in figures:
        yield _long_tail(figures["long_tail"])
    if "prices" in figures:
        yield _prices(figures["prices"], currency)
    if "costs" in figures:
        yield _costs(figures["costs"])
    if "returns" in figures:
        yield _returns(figures["returns"])
    if "reviews" in figures:
        yield _reviews(figures["reviews"])


def _long_tail(tail: Mapping[str, Any]) -> Chart:
    skus = tail["skus"]
    most = tail["skus_for_80_percent"]
    asked = f"; {percent(tail['asked'])} is asked for" if tail["asked"] else ""
    marks = [
        Mark(
            tail["top"],
            tail["share_of_top"],
            f"{percent(tail['top'])} of SKUs: {percent(tail['share_of_top'], 1)}",
        )
    ]
    return Chart(
        "long-tail",
        f"The best {percent(tail['top'])} of {grouped(skus)} SKUs carry "
        f"{percent(tail['share_of_top'], 1)} of the units{asked}",
        f"Cumulative share of the units sold over the share of SKUs, best sellers first; {most} SKUs "
        f"({percent(most / skus, 1)}) make up 80 % of {grouped(tail['units'])} units.",
        lambda width: curve(
            width,
            [(n / skus, share) for n, share in tail["curve"]],
            marks,
            x_name="share of SKUs, best sellers first",
            y_name="share of units",
        ),
        ["SKUs", "share of SKUs", "share of units"],
        [[n, round(n / skus, 4), share] for n, share in tail["curve"]],
    )


def _prices(prices: Mapping[str, Any], currency: str) -> Chart:
    laws = (
        "a clipped log-normal law"
        if prices["laws"] == 1
        else f"the {prices['laws']} clipped log-normal laws of the categories"
    )
    return Chart(
        "prices",
        f"List prices, about a median of {prices['median']:,.2f} {currency}, differ from {laws} by "
        f"{percent(prices['off'], 1)} of the SKUs at most",
        f"SKUs by list price on a logarithmic axis, from {prices['least']:,.2f} to {prices['most']:,.2f} "
        f"{currency}. The line is "
        "what the law expects of each bin; what it clips stands in the outermost ones.",
        lambda width: histogram(
            width,
            prices["edges"],
            prices["skus"],
            prices["expected"],
            brief,
            is_log=True,
            x_name=f"list price, {currency}",
            y_name="SKUs",
        ),
        ["from", "to", "SKUs", "expected"],
        [
            [round(a, 2), round(b, 2), n, round(due, 2)]
            for a, b, n, due in zip(
                prices["edges"][:-1], prices["edges"][1:], prices["skus"], prices["expected"], strict=True
            )
        ],
    )


def _costs(costs: Mapping[str, Any]) -> Chart:
    low, high = costs["law"]
    return Chart(
        "costs",
        f"Cost over price differs from an even spread over {percent(low)} to {percent(high)} by "
        f"{percent(costs['off'], 1)} of the SKUs at most",
        f"SKUs by cost over list price; the mean is {percent(costs['mean'], 1)}. The line is the uniform "
        "law.",
        lambda width: histogram(
            width,
            costs["edges"],
            costs["skus"],
            costs["expected"],
            percent,
            x_name="cost over list price",
            y_name="SKUs",
        ),
        ["from", "to", "SKUs", "expected"],
        [
            list(row)
            for row in zip(
                costs["edges"][:-1], costs["edges"][1:], costs["skus"], costs["expected"], strict=True
            )
        ],
    )


def _returns(returns: Sequence[Mapping[str, Any]]) -> Chart:
    most = max(returns, key=lambda r: float(r["share"]))
    lines, back = sum(r["lines"] for r in returns), sum(r["returned"] for r in returns)

    def due(r: Mapping[str, Any]) -> float | None:
        return r["by_its_skus"] if r["by_its_skus"] is not None else r["asked"]

    by = "the lines' own SKUs promise" if returns[0]["by_its_skus"] is not None else "the scenario asks for"
    stroke = (
        f" The stroke is what {by}." if due(returns[0]) is not None else " Some returns are still to come."
    )
    shown = [
        Bar(
            r["category"],
            r["share"],
            due(r),
            r["low"],
            r["high"],
            tip=f"{r['category']}: {percent(r['share'], 2)}",
        )
        for r in returns
    ]
    return Chart(
        "returns",
        f"{percent(back / max(lines, 1), 1)} of the lines come back, of {most['category']} "
        f"{percent(most['share'], 1)}",
        f"Returned share of the lines by category, with its 95 % interval (Wilson).{stroke}",
        lambda width: bars(width, shown, lambda v: percent(v, 1), values=True, y_name="returned lines"),
        [
            "category",
            "lines",
            "returned",
            "share",
            "low",
            "high",
            "promised by its SKUs",
            "asked of the category",
        ],
        [
            [
                r["category"],
                r["lines"],
                r["returned"],
                r["share"],
                r["low"],
                r["high"],
                r["by_its_skus"],
                r["asked"],
            ]
            for r in returns
        ],
    )


def _reviews(reviews: Mapping[str, Any]) -> Chart:
    asked = reviews["asked_at_least"]
    wanted = f"; at least {asked:g} is promised" if asked is not None else ""
    points = [(u, n) for _, u, n in reviews["skus"]]
    return Chart(
        "reviews-and-sales",
        f"Units and reviews of a SKU correlate by {reviews['correlation']:.2f}{wanted}",
        "A dot a SKU: units sold and reviews written.",
        lambda width: scatter(width, points, x_name="units sold", y_name="reviews"),
        ["SKU", "units", "reviews"],
        reviews["skus"],
    )
