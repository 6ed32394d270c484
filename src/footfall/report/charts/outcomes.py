"""Charts of what becomes of orders and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from footfall.report.charts.bars import Bar, bars, dots, stacks
from footfall.report.charts.canvas import Chart, percent


def outcome_charts(figures: Mapping[str, Any], currency: str) -> Iterator[Chart]:
    """Draw what is there of the section."""
    if "statuses" in figures:
        yield _statuses(figures["statuses"])
    if "ratings" in figures:
        yield _ratings(figures["ratings"], currency)
        yield _stars(figures["ratings"])


def _statuses(statuses: Mapping[str, Any]) -> Chart:
    names, ages = statuses["statuses"], statuses["ages"]

    def label(age: Mapping[str, Any]) -> str:
        return (
            f"{age['from_days']}+ days"
            if age["to_days"] is None
            else f"{age['from_days']}-{age['to_days']} days"
        )

    open_ = statuses["in_progress"]
    if open_:
        counts = [a["orders"][names.index(open_)] for a in ages]
        young = sum(
            n for a, n in zip(ages, counts, strict=True) if a["to_days"] is not None and a["to_days"] < 45
        )
        share = percent(young / max(1, sum(counts)))
        title = f"{share} of the orders that are {open_} are younger than 45 days"
    else:
        title = f"{percent(statuses['shares'][0], 1)} of the orders are {names[0]}"
    asked = statuses["asked"] or [None] * len(names)
    mix = ", ".join(
        f"{name} {percent(share, 1)}" + ("" if due is None else f" ({percent(due, 1)} asked for)")
        for name, share, due in zip(names, statuses["shares"], asked, strict=True)
    )
    return Chart(
        "statuses",
        title,
        "Share of the statuses by the age of the orders at the end of the horizon, youngest first. Of "
        f"all orders: {mix}.",
        lambda width: stacks(
            width,
            [label(a) for a in ages],
            names,
            [[n / sum(a["orders"]) for n in a["orders"]] for a in ages],
            [f"{sum(a['orders']):,}" for a in ages],
        ),
        ["age", *names],
        [[label(a), *a["orders"]] for a in ages],
        wide=True,
    )


def _ratings(ratings: Mapping[str, Any], currency: str) -> Chart:
    groups = ratings["groups"]
    asked = ratings["asked"]
    wanted = f"; {asked[0]:g} to {asked[1]:g} is promised" if asked else ""
    correlation = ratings["rank_correlation"]
    found = (
        f"rank correlation {correlation:.2f}{wanted}" if correlation is not None else "too few to correlate"
    )
    shown = [
        Bar(
            f"{g['least_price']:.0f}",
            g["stars"],
            None,
            max(1.0, g["stars"] - g["margin"]),
            min(5.0, g["stars"] + g["margin"]),
            tip=f"{g['least_price']:,.2f} to {g['most_price']:,.2f} {currency}: {g['stars']:.2f} stars",
        )
        for g in groups
    ]
    return Chart(
        "rating-by-price",
        f"Dearer products rate {'better' if (correlation or 0) > 0 else 'no better'}: {found}",
        "Mean stars of the reviews in ten groups of as many SKUs, cheapest first, each named by its "
        "lowest price; the line is the "
        "95 % interval of the mean.",
        lambda width: dots(
            width,
            shown,
            lambda v: f"{v:.1f}",
            bounds=(1, 5),
            x_name=f"prices from, {currency}",
            y_name="mean stars",
        ),
        ["prices from", "to", "reviews", "mean stars", "±"],
        [[g["least_price"], g["most_price"], g["reviews"], g["stars"], g["margin"]] for g in groups],
    )


def _stars(ratings: Mapping[str, Any]) -> Chart:
    stars = ratings["stars"]
    best = max(stars, key=lambda s: float(s["share"]))
    shown = [
        Bar(f"{s['stars']} ★", s["share"], s["asked"], tip=f"{s['stars']} stars: {s['reviews']:,}")
        for s in stars
    ]
    return Chart(
        "stars",
        f"{percent(best['share'])} of the reviews give {best['stars']} stars",
        "Reviews by stars; the stroke is the mix that is asked for.",
        lambda width: bars(width, shown, percent, values=True, y_name="share of reviews"),
        ["stars", "reviews", "share", "asked"],
        [[s["stars"], s["reviews"], s["share"], s["asked"]] for s in stars],
    )
