"""Checks of what lines cost: discounts, prices, totals."""

from __future__ import annotations

from footfall.contract.catalog_checks import NO_CATALOG, no_prices
from footfall.contract.check import TOO_FEW, Check, Outcome, by_rule, undecided
from footfall.contract.figures import Figures
from footfall.contract.line_checks import FEWEST, line_rule
from footfall.contract.shares import by_shares
from footfall.contract.subject import Subject


def _sold_off(subject: Subject) -> bool:
    events = [event.discount_percent for event in subject.scenario.demand.events.values()]
    return any(events) or any(p.discount_percent for p in (subject.scenario.promotions or {}).values())


def event_discount(subject: Subject, figures: Figures) -> Outcome:
    """All lines of an event with a discount have it, and those of a category that is sold off."""
    if not _sold_off(subject):
        return undecided("no event and no promotion has a discount")
    if subject.scenario.promotions and figures.catalog is None:
        return undecided(NO_CATALOG)
    target = "the deepest of the day's events and the category's promotions"
    return by_rule(figures, "lines.event_discount", target, figures.lines.rows)


def discount_share(subject: Subject, figures: Figures) -> Outcome:
    """Shares of the discounts on days without an event's own."""
    law, counts = subject.scenario.discount, figures.lines.amounts.everyday
    shares = [share for share in law.shares.values() if share]
    n = int(counts.sum())
    if len(shares) < 2:
        return undecided("there is one everyday discount")
    if law.deal == "expected" and min(shares) * n < FEWEST:
        return undecided(TOO_FEW)
    seen = {percent: int(counts[percent]) for percent in law.shares}
    # Exact shares are those of all lines; an event's discount takes some of them away at random.
    return by_shares(law.shares, seen, law.deal, whole=subject.whole_year and not _sold_off(subject))


def total(subject: Subject, figures: Figures) -> Outcome:
    """Units times list price less discount, rounded half up as the scenario has it."""
    if not subject.shows("line.list_price") and (unknown := no_prices(subject, figures)):
        return undecided(unknown)
    by = f"exact to the cent, rounded by {subject.scenario.discount.rounded_by}"
    return by_rule(figures, "lines.total", by, figures.lines.rows)


def amount(subject: Subject, figures: Figures) -> Outcome:
    """An order's total is the sum of its lines."""
    return by_rule(figures, "orders.amount", "the sum of its lines, to the cent", figures.lines.orders)


_D, _WHEN = "line.discount", "order.time|order.date"
CHECKS = (
    Check(
        "lines.event_discount",
        "rule",
        "An event's discount is on all its lines, a promotion's on those of its categories.",
        (_D, _WHEN),
        event_discount,
    ),
    Check(
        "lines.everyday_discount",
        "rule",
        "Other days know the everyday discounts only.",
        (_D, _WHEN),
        line_rule("lines.everyday_discount", "one of the everyday percentages"),
    ),
    Check("lines.discount_share", "law", "Shares of the discounts.", (_D, _WHEN), discount_share),
    Check(
        "lines.price_paid",
        "rule",
        "Price paid is the list price less the discount, rounded half up.",
        ("line.unit_price", _D, "product.price"),
        line_rule("lines.price_paid", "exact to the cent", by_price=True),
    ),
    Check(
        "lines.list_price",
        "rule",
        "A line's list price is the SKU's.",
        ("line.list_price", "product.price"),
        line_rule("lines.list_price", "exact to the cent", by_price=True),
    ),
    Check(
        "lines.total",
        "rule",
        "A line's total is units times list price less discount, rounded half up.",
        ("line.total", "line.quantity", _D, "line.list_price|product.price"),
        total,
    ),
    Check(
        "orders.amount",
        "rule",
        "An order's total is the sum of its lines.",
        ("order.total", "order.time|order.date", "line.order", "line.total|line.unit_price"),
        amount,
    ),
)
