"""Targets that are rates: net margin, discounts, returns, who comes again, shares of categories."""

from __future__ import annotations

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG, no_prices
from footfall.contract.check import Check, Outcome, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.subject import Subject
from footfall.contract.tolerances import judged, tolerance_of

NO_LINES, NO_UNITS, NO_ORDERS = "there are no lines", "no units were sold", "there are no orders"
NOT_ASKED = "the scenario does not ask for it"


def cost_of(subject: Subject, figures: Figures) -> float:
    """Cents that the goods of all lines cost the shop, at the costs of the orders' days."""
    if subject.scenario.catalog.price_changes:
        return float(figures.lines.amounts.cost)
    assert figures.catalog is not None
    return float(figures.lines.units @ figures.catalog["cost"])


def net_margin_of(subject: Subject, figures: Figures) -> float | None:
    """Margin when returned goods are refunded and written off; None where nothing is kept."""
    amounts = figures.lines.amounts
    kept = amounts.revenue - amounts.refunded
    return (kept - cost_of(subject, figures)) / kept if kept > 0 else None


def net_margin(subject: Subject, figures: Figures) -> Outcome:
    """Kept revenue less the cost of all lines, as a share of kept revenue."""
    wanted = subject.scenario.targets.net_margin
    if wanted is None:
        return undecided(NOT_ASKED)
    if unknown := no_prices(subject, figures):
        return undecided(unknown)
    margin = net_margin_of(subject, figures)
    if margin is None:
        return undecided(NO_LINES)
    return judged(subject, "net_margin", wanted, margin)


def discount_rate(subject: Subject, figures: Figures) -> Outcome:
    """Share of the list revenue that is given away."""
    wanted = subject.scenario.targets.discount_rate
    if wanted is None:
        return undecided(NOT_ASKED)
    if not subject.shows("line.list_price") and (unknown := no_prices(subject, figures)):
        return undecided(unknown)
    amounts = figures.lines.amounts
    if amounts.listed <= 0:
        return undecided(NO_LINES)
    return judged(subject, "discount_rate", wanted, 1 - amounts.revenue / amounts.listed)


def return_rate(subject: Subject, figures: Figures) -> Outcome:
    """Share of the lines that come back."""
    wanted = subject.scenario.targets.return_rate
    if wanted is None or not figures.lines.rows:
        return undecided(NO_LINES if wanted else NOT_ASKED)
    rate = int(figures.lines.returns.sum()) / figures.lines.rows
    return judged(subject, "return_rate", wanted, rate)


def repeat_rate(subject: Subject, figures: Figures) -> Outcome:
    """Share of the buyers with two orders or more; its standard error is that of so many buyers."""
    wanted = subject.scenario.targets.repeat_rate
    if wanted is None:
        return undecided(NOT_ASKED)
    orders, times = figures.orders.by_customer.spread
    buyers = int(times[orders > 0].sum())
    if not buyers:
        return undecided(NO_ORDERS)
    return judged(subject, "repeat_rate", wanted, int(times[orders > 1].sum()) / buyers)


def category_share(subject: Subject, figures: Figures) -> Outcome:
    """What categories carry of revenue or units; each within its own tolerance."""
    wanted = subject.scenario.targets.category_share
    if not wanted:
        return undecided(NOT_ASKED)
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    lines = figures.lines
    category = lines.category_of
    units = np.bincount(np.where(category < 0, len(lines.categories), category), lines.units)
    revenue = lines.amounts.by_category
    if not units.sum() or not (revenue.sum() or all(t.of == "units" for t in wanted.values())):
        return undecided(NO_LINES)
    wrong, asked, seen, allowed, farthest = [], [], [], [], 0.0
    for name, target in wanted.items():
        carried = revenue if target.of == "revenue" else units
        place = lines.categories.index(name)
        share = float(carried[place] / carried.sum()) if place < len(carried) else 0.0
        tolerance, error = tolerance_of(subject, f"category_share.{name}", target)
        if error > 0 and abs(share - target.value) / error > abs(farthest):
            farthest = (share - target.value) / error
        asked.append(f"{name} {target.value:g} of {target.of}")
        seen.append(f"{name} {share:.4f}")
        allowed.append(f"±{tolerance:.4g}")
        if abs(share - target.value) > tolerance:
            wrong.append(
                f"{name} carries {share:.4f} of {target.of}, {target.value:g} ± {tolerance:.4g} is asked"
            )
    out = verdict("; ".join(wrong), ", ".join(asked), ", ".join(seen), ", ".join(allowed))
    return Outcome(out.holds, out.target, out.observed, out.tolerance, None, out.detail, round(farthest, 4))


_SOLD = ("line.order", "line.product", "line.total|line.unit_price", "line.quantity")
CHECKS = (
    Check(
        "targets.net_margin",
        "target",
        "Margin net of returned goods.",
        (*_SOLD, "line.is_returned", "product.cost"),
        net_margin,
        whole_year=True,
        waits_for="returns",
    ),
    Check(
        "targets.discount_rate",
        "target",
        "Share of the list revenue that is given away.",
        (*_SOLD, "line.list_price|product.price"),
        discount_rate,
        whole_year=True,
    ),
    Check(
        "targets.return_rate",
        "target",
        "Returned share of the lines.",
        ("line.order", "line.product", "line.is_returned"),
        return_rate,
        whole_year=True,
        waits_for="returns",
    ),
    Check(
        "targets.repeat_rate",
        "target",
        "Share of the buyers who come again.",
        ("order.customer",),
        repeat_rate,
        whole_year=True,
    ),
    Check(
        "targets.category_share",
        "target",
        "Shares of categories in revenue or units.",
        (*_SOLD, "product.category"),
        category_share,
        whole_year=True,
    ),
)
