"""Targets: the business figures of the scenario's year, and those that are only reported."""

from __future__ import annotations

import math

import numpy as np

from footfall.contract.calendar import days_between
from footfall.contract.catalog_checks import no_prices
from footfall.contract.check import Check, Outcome, undecided, within
from footfall.contract.customer_checks import SMALL_RUN
from footfall.contract.figures import Figures
from footfall.contract.noise import NoiseLaw
from footfall.contract.plan_checks import spend_by_day
from footfall.contract.rate_targets import NO_LINES, NO_UNITS, NOT_ASKED, cost_of, net_margin_of
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.contract.tolerances import judged, planned, tolerance_of


def _model_sd(subject: Subject, figures: Figures) -> tuple[float, float]:
    """Give standard deviations, by the catalogue, of an order's value and of its margin about the target.

    The sample's own are too small where a small sample happens to miss the dear products.
    """
    weights = figures.lines.weights() if figures.catalog is not None else None
    if weights is None or figures.catalog is None or "price" not in figures.catalog:
        return 0.0, 0.0
    size, quantity = subject.scenario.basket.size, subject.scenario.basket.quantity
    lines, lines2 = sum(k * p for k, p in size.items()), sum(k * k * p for k, p in size.items())
    units, units2 = sum(k * p for k, p in quantity.items()), sum(k * k * p for k, p in quantity.items())
    price = figures.catalog["price"].astype(np.float64)
    mean, square = float(weights @ price) * units, float(weights @ price**2) * units2
    value = math.sqrt(lines * (square - mean**2) + (lines2 - lines**2) * mean**2)
    share = (
        1 - figures.catalog["cost"] / np.maximum(price, 1)
        if "cost" in figures.catalog
        else np.zeros_like(price)
    )
    wanted = subject.scenario.targets.gross_margin
    off = share - (wanted.value if wanted else 0.0)
    # Discounts move the margin too; half as much again covers them.
    return value, 1.5 * math.sqrt(lines * float(weights @ (price * off) ** 2) * units2)


def order_value(subject: Subject, figures: Figures) -> Outcome:
    """Revenue an order, in currency."""
    n, wanted = figures.lines.orders, subject.scenario.targets.order_value
    if wanted is None or not n:
        return undecided(NO_LINES if wanted else NOT_ASKED)
    mean = figures.lines.amounts.revenue / n
    variance = max(0.0, float(figures.lines.amounts.squares[0]) / n - mean**2)
    sd = max(math.sqrt(variance), _model_sd(subject, figures)[0])
    error = sd / math.sqrt(n) / 100
    tolerance, error = tolerance_of(subject, "order_value", wanted, error)
    return within(mean / 100, wanted.value, tolerance, subject.scenario.currency, error)


def orders(subject: Subject, figures: Figures) -> Outcome:
    """Orders of all shops; just so many where the scenario deals an exact total."""
    wanted = subject.scenario.targets.orders
    return judged(subject, "orders", wanted, figures.rows["order"]) if wanted else undecided(NOT_ASKED)


def revenue(subject: Subject, figures: Figures) -> Outcome:
    """Revenue of all orders, in currency."""
    wanted = subject.scenario.targets.revenue
    if wanted is None:
        return undecided(NOT_ASKED)
    cents = figures.lines.amounts.revenue
    return judged(subject, "revenue", wanted, cents / 100, subject.scenario.currency)


def gross_margin(subject: Subject, figures: Figures) -> Outcome:
    """Revenue less cost, as a share of revenue, all lines."""
    amounts, wanted = figures.lines.amounts, subject.scenario.targets.gross_margin
    if wanted is None:
        return undecided(NOT_ASKED)
    if (unknown := no_prices(subject, figures)) or amounts.revenue <= 0:
        return undecided(unknown or NO_LINES)
    margin = 1 - cost_of(subject, figures) / amounts.revenue
    kept, (rr, rc, cc) = 1 - margin, amounts.squares.tolist()
    sample = math.sqrt(max(0.0, cc - 2 * kept * rc + kept**2 * rr)) / amounts.revenue
    model = _model_sd(subject, figures)[1] * math.sqrt(figures.lines.orders) / amounts.revenue
    tolerance, error = tolerance_of(subject, "gross_margin", wanted, max(sample, model))
    return within(margin, wanted.value, tolerance, error=error)


def top_sku_share(subject: Subject, figures: Figures) -> Outcome:
    """Share of units of the best-selling SKUs.

    Small runs take the SKUs that are *expected* to sell best: those that happen to would carry too
    much of a small sample. Where it is not published what is expected, those that happened to are
    taken, and may carry as much more as chance may have lifted them: a standard error each.
    """
    units, wanted = figures.lines.units, subject.scenario.targets.top_sku_share
    total = int(units.sum())
    if wanted is None or total <= 0:
        return undecided(NO_UNITS if wanted else NOT_ASKED)
    count = max(1, int(wanted.top * len(units)))
    best, lift = np.sort(units)[::-1][:count], 0.0
    if figures.lines.orders < SMALL_RUN:
        sellers = _best_sellers(subject, figures)
        if sellers is not None:
            best = units[sellers[:count]]
        else:
            lift = float(np.sqrt(best).sum()) / total
    error = math.sqrt(1.5 * wanted.value * (1 - wanted.value) / total)
    share = int(best.sum()) / total
    tolerance, error = tolerance_of(subject, "top_sku_share", wanted, error)
    return within(share, wanted.value, tolerance + (lift if share > wanted.value else 0.0), error=error)


def _best_sellers(subject: Subject, figures: Figures) -> Counts | None:
    """SKUs from the one that is expected to sell best on; None where that is not published.

    What is listed late, or delisted early, sells on the days between.
    """
    weights = figures.lines.weights() if figures.catalog is not None else None
    if weights is None or figures.catalog is None:
        return None
    if subject.scenario.catalog.is_changing:
        orders, catalog = figures.orders.cells.sum(1), figures.catalog
        upto = np.concatenate([[0], np.cumsum(orders)])
        first, last = np.zeros(len(weights), np.int64), np.full(len(weights), len(orders))
        asked = subject.scenario.catalog
        if (asked.listed and "created" not in catalog) or (asked.delisted and "delisted" not in catalog):
            return None
        if asked.listed:
            first = np.clip(catalog["created"].astype(np.int64) - subject.start, 0, len(orders))
        if asked.delisted:
            last = np.clip(catalog["delisted"].astype(np.int64) - subject.start + 1, 0, len(orders))
        weights = weights * np.maximum(upto[last] - upto[first], 0)
    return np.argsort(-weights, kind="stable")


def weekend(subject: Subject, figures: Figures) -> Outcome:
    """Saturdays and Sundays above each of Monday to Friday."""
    if not subject.scenario.targets.weekend_above_workdays:
        return undecided(NOT_ASKED)
    day = np.array([d.weekday() for d in days_between(subject.first, subject.last)])
    orders = figures.orders.cells.sum(1)
    days, sums = np.bincount(day, minlength=7), np.bincount(day, orders, minlength=7)
    mean, error = sums / np.maximum(days, 1), np.sqrt(np.maximum(sums, 1)) / np.maximum(days, 1)
    work = int(np.argmax(mean[:5]))
    slack = 5 * math.hypot(error[work], error[5:].max()) if orders.sum() < SMALL_RUN else 0.0
    noise, expected = NoiseLaw.of(subject.scenario), figures.expected_orders
    if noise is not None and expected is not None:  # a weekday's days may all have been bad ones
        spread = noise.of_groups(expected, day, 7) / np.maximum(np.outer(days, days), 1)
        slack = 5 * max(math.sqrt(spread[e, e] + spread[work, work] - 2 * spread[e, work]) for e in (5, 6))
    low = float(mean[5:].min())
    said = f"Sat {mean[5]:.2f}, Sun {mean[6]:.2f}, best workday {mean[work]:.2f} orders a day"
    holds = bool(low > mean[work] - slack)
    return Outcome(
        holds, "above every workday", said, f"-{slack:.3g}" if slack else "none", None, "" if holds else said
    )


def marketing_share(subject: Subject, figures: Figures) -> Outcome:
    """Sum of spend over sum of revenue.

    The first days' revenue follows no published spend, and the last days' spend no published
    revenue; both ends widen the standard error.
    """
    law, spend = subject.scenario.marketing, spend_by_day(subject, figures)
    wanted = subject.scenario.targets.marketing_share
    if law is None or wanted is None:
        return undecided(NOT_ASKED)
    revenue = figures.lines.amounts.cells.astype(np.float64)
    if spend is None or revenue.sum() <= 0:
        return undecided("the grid of days and shops is broken" if spend is None else NO_LINES)
    total = float(revenue.sum())
    value = _model_sd(subject, figures)[0]
    mean = total / max(1, figures.lines.orders)
    a_day = figures.lines.orders / max(1, subject.days)
    edge = 2 * law.lead_days * max(1.0, a_day) * (value**2 + mean**2)
    days = NoiseLaw.of(subject.scenario)
    if days is not None:  # the days at both ends may all have been good or bad ones
        edge += 2 * (law.lead_days * a_day * mean) ** 2 * days.covariance(0)
    noise = law.revenue_share_sd**2 * float(np.square(revenue).sum())
    error = math.sqrt(noise + law.revenue_share**2 * edge) / total
    tolerance, error = tolerance_of(subject, "marketing_share", wanted, error)
    plan = planned(subject, "marketing_share")
    asked = wanted.value or (plan.asked if plan else law.revenue_share)
    return within(float(spend.sum()) / total, asked, tolerance, error=error)


def _reported(observed: str) -> Outcome:
    return Outcome(True, "", observed, "reported")


def net_margin(subject: Subject, figures: Figures) -> Outcome:
    """Margin when returned goods are refunded and written off."""
    if unknown := no_prices(subject, figures):
        return undecided(unknown)
    margin = net_margin_of(subject, figures)
    return undecided(NO_LINES) if margin is None else _reported(f"{margin:.4f}")


def return_rate(subject: Subject, figures: Figures) -> Outcome:
    """Share of the lines that are returned."""
    if not figures.lines.rows:
        return undecided(NO_LINES)
    return _reported(f"{int(figures.lines.returns.sum()) / figures.lines.rows:.4f}")


def orders_by_shop(subject: Subject, figures: Figures) -> Outcome:
    """Orders a shop."""
    orders = zip(subject.shops, figures.orders.cells.sum(0).tolist(), strict=True)
    return _reported(", ".join(f"{shop} {n:,}" for shop, n in orders))


def revenue_by_shop(subject: Subject, figures: Figures) -> Outcome:
    """Revenue a shop, in whole units of the currency."""
    revenue = zip(subject.shops, (figures.lines.amounts.cells.sum(0) / 100).tolist(), strict=True)
    return _reported(", ".join(f"{shop} {r:,.0f}" for shop, r in revenue))


_SOLD = ("line.order", "line.total|line.unit_price", "line.quantity")
_WHERE = ("order.time|order.date", "order.shop")
CHECKS = (
    Check("targets.orders", "target", "Orders of all shops.", ("order",), orders, whole_year=True),
    Check("targets.revenue", "target", "Revenue of all orders.", _SOLD, revenue, whole_year=True),
    Check("targets.order_value", "target", "Revenue an order.", _SOLD, order_value, whole_year=True),
    Check(
        "targets.gross_margin",
        "target",
        "Gross margin of all lines.",
        (*_SOLD, "product.cost", "product.price"),
        gross_margin,
        whole_year=True,
    ),
    Check(
        "targets.top_sku_share",
        "target",
        "Units of the best-selling SKUs.",
        ("line.quantity",),
        top_sku_share,
        whole_year=True,
    ),
    Check("targets.weekend", "target", "Weekends sell more.", _WHERE[:1], weekend, whole_year=True),
    Check(
        "targets.marketing_share",
        "target",
        "Marketing's share of revenue.",
        (*_SOLD, *_WHERE, "marketing_day.spend"),
        marketing_share,
        whole_year=True,
    ),
    Check(
        "reported.net_margin",
        "target",
        "Margin net of returned goods.",
        (*_SOLD, "line.is_returned", "product.cost"),
        net_margin,
    ),
    Check("reported.return_rate", "target", "Returned share of lines.", ("line.is_returned",), return_rate),
    Check("reported.orders", "target", "Orders a shop.", _WHERE, orders_by_shop),
    Check("reported.revenue", "target", "Revenue a shop.", (*_SOLD, *_WHERE), revenue_by_shop),
)
