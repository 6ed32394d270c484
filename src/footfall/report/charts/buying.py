"""Charts of customers and baskets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from footfall.report.charts.bars import Bar, bars
from footfall.report.charts.canvas import Chart, brief, grouped, percent
from footfall.report.charts.forms import Mark, curve, heat

_MOST_BESIDE = 5
"""Categories whose figures have room in a part of the page's width."""


def customer_charts(figures: Mapping[str, Any]) -> Iterator[Chart]:
    """Draw what is there of the customers."""
    if figures.get("lorenz"):
        yield _lorenz(figures["lorenz"])
    yield _orders(figures)


def basket_charts(figures: Mapping[str, Any]) -> Iterator[Chart]:
    """Draw what is there of the baskets."""
    if "sizes" in figures:
        yield _sizes(figures["sizes"])
    if "affinity" in figures:
        yield _affinity(figures["affinity"])
    if "discounts" in figures:
        yield _discounts(figures["discounts"])


def _lorenz(lorenz: Mapping[str, Any]) -> Chart:
    people = lorenz["customers"]
    asked = f"; {percent(lorenz['asked'])} is asked for" if lorenz["asked"] else ""
    words = f"best {percent(lorenz['top'])}: {percent(lorenz['share_of_best'], 1)}"
    return Chart(
        "whales",
        f"The best {percent(lorenz['top'])} of all customers bring {percent(lorenz['share_of_best'], 1)} "
        f"of the revenue{asked}",
        f"Cumulative share of the revenue over the share of the {grouped(people)} customers, best ones "
        "first, those without an "
        f"order last. The best of all brings {percent(lorenz['share_of_first'], 2)}. Gini coefficient "
        f"{lorenz['gini']:.3f}.",
        lambda width: curve(
            width,
            [(n / people, share) for n, share in lorenz["curve"]],
            [Mark(lorenz["best"] / people, lorenz["share_of_best"], words)],
            x_name="share of customers, best ones first",
            y_name="share of revenue",
        ),
        ["customers", "share of customers", "share of revenue"],
        [[n, round(n / people, 4), share] for n, share in lorenz["curve"]],
    )


def _orders(figures: Mapping[str, Any]) -> Chart:
    groups = figures["orders"]

    def label(group: Mapping[str, Any]) -> str:
        if group["to"] is None:
            return f"{group['from']}+"
        return str(group["to"]) if group["from"] == group["to"] else f"{group['from']}-{group['to']}"

    shown = [
        Bar(label(g), g["customers"], tip=f"{label(g)} orders: {g['customers']:,} customers") for g in groups
    ]
    many = sum(g["customers"] for g in groups if g["from"] >= 10)
    once = next((g["customers"] for g in groups if g["from"] == 1), 0)
    buyers = max(1, figures["buyers"])
    return Chart(
        "orders-a-customer",
        f"{percent(once / buyers)} of the buyers buy once, {percent(many / buyers)} ten times or more",
        f"Customers by their number of orders; {grouped(figures['pool'] - figures['buyers'])} of "
        f"{grouped(figures['pool'])} "
        "have none.",
        lambda width: bars(width, shown, brief, x_name="orders a customer", y_name="customers"),
        ["orders", "customers"],
        [[label(g), g["customers"]] for g in groups],
    )


def _sizes(sizes: Sequence[Mapping[str, Any]]) -> Chart:
    mean = sum(s["lines"] * s["share"] for s in sizes)
    shown = [
        Bar(
            str(s["lines"]),
            s["share"],
            s["asked"],
            s["low"],
            s["high"],
            tip=f"{s['lines']} lines: {percent(s['share'], 2)}",
        )
        for s in sizes
    ]
    return Chart(
        "basket-sizes",
        f"A basket holds {mean:.2f} lines on average; {percent(sizes[0]['share'], 1)} hold just "
        f"{sizes[0]['lines']}",
        "Orders by their number of lines, with 95 % intervals; the stroke is the mix that is asked for.",
        lambda width: bars(width, shown, percent, x_name="lines in the basket", y_name="share of orders"),
        ["lines", "orders", "share", "low", "high", "asked"],
        [[s["lines"], s["orders"], s["share"], s["low"], s["high"], s["asked"]] for s in sizes],
    )


def _affinity(affinity: Mapping[str, Any]) -> Chart:
    names, ratio = affinity["categories"], affinity["ratio"]
    strongest = max(abs(v - 1) for row in ratio for v in row) or 1.0
    told = [o for o in affinity["odds"] if o["odds_ratio"]]
    if told:
        asked = {(a["first"], a["then"]): a["odds_factor"] for a in affinity["asked"]}
        first = told[0]
        title = (
            f"After {first['first']}, the odds of {first['then']} are {first['odds_ratio']:.2f} times as "
            "high; "
            f"{asked[first['first'], first['then']]:g} is asked for"
        )
        odds = " Odds ratios with 95 % intervals: " + "; ".join(
            f"{o['first']}, then {o['then']}, {o['odds_ratio']:.2f} ({o['low']:.2f} to {o['high']:.2f})"
            for o in told
        )
    else:
        odds = ""
        margin, pairs = affinity["margin"], len(names) ** 2
        beyond = sum(abs(v - 1) > margin[i][j] for i, row in enumerate(ratio) for j, v in enumerate(row))
        title = (
            f"{beyond} of {pairs} pairs of categories are further from independence than chance allows 95 %"
        )
    return Chart(
        "affinity",
        title,
        "Category of a basket's first line (rows) and of each later line (columns): observed pairs over "
        "those of independent "
        f"choices. 1 is chance; blue is more often, orange less often.{odds}",
        lambda width: heat(
            width,
            names,
            names,
            [[0.55 * (v - 1) / max(strongest, 0.5) for v in row] for row in ratio],
            [
                [
                    f"{a}, then {b}: {ratio[i][j]:.3f} ±{affinity['margin'][i][j]:.3f}"
                    for j, b in enumerate(names)
                ]
                for i, a in enumerate(names)
            ],
            words=[[f"{v:.2f}" for v in row] for row in ratio],
            row_height=40,
            x_name="category of a later line",
            y_name="first line",
        ),
        ["first line", "later line", "pairs", "observed over independent", "± (95 %)"],
        [
            [a, b, affinity["pairs"][i][j], ratio[i][j], affinity["margin"][i][j]]
            for i, a in enumerate(names)
            for j, b in enumerate(names)
        ],
        wide=len(names) > _MOST_BESIDE,
    )


def _discounts(groups: Sequence[Mapping[str, Any]]) -> Chart:
    def lines_of(group: Mapping[str, Any]) -> str:
        own = group["own_discount_percent"]
        return f"reduced by {own} % on {group['days']} days" if own else f"everyday, on {group['days']} days"

    shown = [
        Bar(
            f"{s['percent']} %" + (" (sale)" if g["own_discount_percent"] else ""),
            s["share"],
            s["asked"],
            is_marked=bool(g["own_discount_percent"]),
            tip=f"{lines_of(g)}: {percent(s['share'], 2)} of lines at {s['percent']} %",
        )
        for g in groups
        for s in g["shares"]
    ]
    full = sum(s["lines"] for g in groups for s in g["shares"] if s["percent"] == 0)
    lines = sum(g["lines"] for g in groups)
    own = [g for g in groups if g["own_discount_percent"]]
    sale = ""
    if own:
        reduced = sum(s["lines"] for g in own for s in g["shares"] if s["percent"])
        share = reduced / sum(g["lines"] for g in own)
        sale = f", and {percent(1 - share)} of those that an event or a promotion reduces"
    return Chart(
        "discounts",
        f"{percent(full / max(lines, 1), 1)} of the lines are sold at full price{sale}",
        "Share at each discount: of the lines that nothing but everyday discounts reduce, and of those that "
        "an event or a promotion (sale) reduces by one of its own. The stroke is what is asked for.",
        lambda width: bars(width, shown, percent, values=True, x_name="discount", y_name="share of lines"),
        ["lines that are", "discount in %", "lines", "share", "asked"],
        [
            [lines_of(g), s["percent"], s["lines"], s["share"], s["asked"]]
            for g in groups
            for s in g["shares"]
        ],
    )
