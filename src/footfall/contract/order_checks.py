"""Checks of the orders: ids, times, and counts by the scenario's calendar."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from footfall.contract.calendar import closed_days, days_between, event_names
from footfall.contract.check import Check, Outcome, by_law, by_rule, exactly, rising_ids, undecided
from footfall.contract.figures import Figures
from footfall.contract.noise import NoiseLaw, dispersed
from footfall.contract.noise import fit as noisy_fit
from footfall.contract.statistics import (
    Counts,
    Floats,
    binomial_scores,
    kolmogorov,
    merged,
    pearson_moments,
    poisson_fit,
    poisson_scores,
    shares_fit,
    two_sided,
)
from footfall.contract.subject import Subject

NO_INTENSITY = "demand follows the customers, and their registrations are not published"
FEWEST_TIMES, LEAST_A_DAY = 20, 1.0
FEWEST_CELLS = 30
"""The gamma approximation of the dispersion's law is poor over fewer cells."""


def _rule(name: str, target: str) -> Callable[[Subject, Figures], Outcome]:
    return lambda subject, figures: by_rule(figures, name, target, figures.rows.get("order", 0))


def ids(subject: Subject, figures: Figures) -> Outcome:
    """Rise by one; the scenario's first day starts at 1."""
    return rising_ids(subject, figures, "orders.ids", figures.orders.first_id)


def shops(subject: Subject, figures: Figures) -> Outcome:
    """Only shops of the scenario."""
    spec = subject.spec("order")
    if spec is None or spec.column_of("shop") is None:
        return undecided("there is one shop, which is not published")
    return by_rule(figures, "orders.shops", "the scenario's shops", figures.rows["order"])


def hours(subject: Subject, figures: Figures) -> Outcome:
    """Times lie in opening hours of the horizon's days; a shop has no orders on a closed day."""
    noted = by_rule(figures, "orders.hours", "opening hours of the horizon's days", figures.rows["order"])
    closed, orders = closed_days(subject), figures.orders.cells
    if not subject.shows("order.shop"):
        closed, orders = np.asarray(closed.all(1, keepdims=True)), orders.sum(1, keepdims=True)
    wrong = np.argwhere(closed & (orders > 0))
    if not noted.holds or not len(wrong):
        return noted
    day, shop = wrong[0].tolist()
    where = f"{days_between(subject.first, subject.last)[day]}, {subject.shops[shop]}"
    total = f"{int(orders[closed].sum()):,} of {figures.rows['order']:,} break it"
    said = f"{where}: {orders[day, shop]:,} orders on a closed day"
    return Outcome(False, noted.target, total, "none", None, said)


def seconds(subject: Subject, figures: Figures) -> Outcome:
    """Second of the day, by the law of the weekday's hours: the worst of the profiles counts.

    Between two seconds both distribution functions stand still, so the distance shows right after one.
    The profiles' orders are independent: the least of k p-values is at most p with 1 - (1 - p)^k.
    """
    opening, counts = figures.orders.opening, figures.orders.seconds
    judged = [p for p in range(len(counts)) if counts[p].sum() >= FEWEST_TIMES]
    if not judged:
        return undecided(f"{int(counts.sum())} orders are too few to judge a law")
    laws, found = opening.distributions, []
    for p in judged:
        n = int(counts[p].sum())
        distance = float(np.abs(np.cumsum(counts[p]) / n - laws[p]).max())
        found.append((kolmogorov(distance, n), distance))
    least, worst = min(found)
    seconds_open = opening.closes - opening.opens + 1
    target = f"uniform over {seconds_open:,} seconds" if opening.is_even else "the hours of each weekday"
    p_value = -math.expm1(len(judged) * math.log1p(-least)) if least < 1 else 1.0
    return by_law(p_value if len(judged) > 1 else least, target, f"KS distance {worst:.5f}")


def count(subject: Subject, figures: Figures) -> Outcome:
    """Just as many orders as the scenario promises, where it does."""
    demand = subject.scenario.demand
    if demand.deal != "exact":
        return undecided("the number of orders is a matter of chance (see orders.total)")
    return exactly(figures.rows["order"], round(demand.orders), "orders")


def dispersion(subject: Subject, figures: Figures) -> Outcome:
    """Sum of (N - lambda)^2 / lambda over days and shops, by a gamma law of its mean and variance.

    Where customers register, their weights decide what a home shop sells, and all shops are judged together.
    Days of a shop are merged where fewer than five orders are expected of one. Where the total is
    exact, counts are multinomial and lambda adds up to it. Days with noise of their own (`demand.noise`)
    are judged by the mixture's law, and by how far they remember the day before.
    """
    from footfall.core.special import gammainc, gammaincc  # noqa: PLC0415 - SciPy is slow to import

    expected, is_exact = figures.expected_orders, subject.scenario.demand.deal == "exact"
    if expected is None:
        return undecided(NO_INTENSITY)
    cells = figures.orders.cells
    if _go_home(subject):
        expected, cells = expected.sum(1, keepdims=True), cells.sum(1, keepdims=True)
    noise = NoiseLaw.of(subject.scenario)
    if noise is not None:
        return _noisy_days(noise, cells, expected, is_exact=is_exact)
    pairs = [merged(expected[:, s], cells[:, s]) for s in range(expected.shape[1]) if len(expected)]
    lam = np.concatenate([p[0] for p in pairs]) if pairs else np.empty(0)
    counts = np.concatenate([p[1] for p in pairs]) if pairs else np.empty(0)
    if len(lam) < FEWEST_CELLS or not counts.sum():
        return undecided(f"{len(lam)} days and shops with five expected orders are too few to judge a spread")
    if is_exact:
        lam = lam * (counts.sum() / lam.sum())
        mean, variance = pearson_moments(lam / lam.sum(), float(counts.sum()))
    else:
        mean, variance = float(len(lam)), 2 * len(lam) + float((1 / lam).sum())
    statistic = float((np.square(counts - lam) / lam).sum())
    shape, size = mean**2 / variance, variance / mean
    tails = float(gammainc(shape, statistic / size)), float(gammaincc(shape, statistic / size))
    observed = f"index of dispersion {statistic / mean:.4f} over {len(lam):,} cells"
    target = "multinomial counts, index 1" if is_exact else "Poisson counts, index 1"
    return by_law(min(1.0, 2 * min(tails)), target, observed)


def _go_home(subject: Subject) -> bool:
    """Whether how much a shop sells is up to its customers: who registers orders in the home shop."""
    return subject.scenario.customers.registered is not None and len(subject.shops) > 1


def _noisy_days(noise: NoiseLaw, counts: Counts, expected: Floats, *, is_exact: bool) -> Outcome:
    days = int((expected.sum(1) > 0).sum())
    if days < FEWEST_CELLS or counts.sum() < LEAST_A_DAY * days:
        return undecided(f"{counts.sum():,} orders on {days} days are too few to judge a spread")
    if is_exact:
        expected = expected * (counts.sum() / expected.sum())
    p_value, target, observed = dispersed(noise, counts, expected)
    return by_law(p_value, target, observed)


def _groups(name: str, labels: Callable[[Subject], list[str]]) -> Callable[[Subject, Figures], Outcome]:
    def run(subject: Subject, figures: Figures) -> Outcome:
        if figures.expected_orders is None:
            return undecided(NO_INTENSITY)
        expected, counts = figures.expected_orders.sum(1), figures.orders.cells.sum(1)
        group = np.array(labels(subject))
        kinds = sorted(set(group.tolist()))
        lam = np.array([expected[group == k].sum() for k in kinds])
        seen = np.array([counts[group == k].sum() for k in kinds])
        noise, covariance = NoiseLaw.of(subject.scenario), None
        if noise is not None:
            place = np.searchsorted(kinds, group)
            covariance = noise.of_groups(figures.expected_orders, place, len(kinds))
        return _fit(subject, kinds, seen, lam, (name, covariance))

    return run


def _fit(
    subject: Subject, kinds: list[str], seen: Counts, lam: Floats, law: tuple[str, Floats | None]
) -> Outcome:
    """Poisson counts, or with a covariance noisy ones; of an exact total, counts given their sum."""
    (name, covariance), is_exact = law, subject.scenario.demand.deal == "exact"
    if is_exact:
        times = seen.sum() / max(float(lam.sum()), 1e-300)
        # Counts of a noisy day spread by the square of what is expected, but for their Poisson noise.
        if covariance is not None:
            covariance = (covariance - np.diag(lam)) * times**2 + np.diag(lam) * times
        lam = lam * times
    if covariance is not None:
        p_value = noisy_fit(seen, lam, covariance, is_exact=is_exact) if seen.sum() else None
    elif is_exact:
        p_value = fit[0] if seen.sum() and (fit := shares_fit(seen, lam)) else None
    else:
        p_value = fit[0] if (fit := poisson_fit(seen, lam)) else None
    if p_value is None:
        return undecided(f"{lam.sum():.2f} expected orders in {len(kinds)} groups are too few to judge a law")
    worst = int(np.argmax(np.abs(poisson_scores(seen, lam))))
    observed = f"furthest off: {kinds[worst]} with {seen[worst]:,} orders, {lam[worst]:,.1f} expected"
    return by_law(p_value, f"expected orders by {name}", observed)


def _weekday(subject: Subject) -> list[str]:
    return [f"{d:%a}" for d in days_between(subject.first, subject.last)]


def _month(subject: Subject) -> list[str]:
    return [f"{d:%Y-%m}" for d in days_between(subject.first, subject.last)]


def by_shop(subject: Subject, figures: Figures) -> Outcome:
    """Orders a shop."""
    lam = figures.expected_orders
    if lam is None:
        return undecided(NO_INTENSITY)
    if _go_home(subject):
        return undecided("customers who register order in their home shops, as often as each of them does")
    noise = NoiseLaw.of(subject.scenario)
    law = ("shop", None if noise is None else noise.of_shops(lam))
    return _fit(subject, list(subject.shops), figures.orders.cells.sum(0), lam.sum(0), law)


def total(subject: Subject, figures: Figures) -> Outcome:
    """Orders in the horizon."""
    if figures.expected_orders is None:
        return undecided(NO_INTENSITY)
    lam, n = float(figures.expected_orders.sum()), int(figures.orders.cells.sum())
    noise = NoiseLaw.of(subject.scenario)
    if subject.scenario.demand.deal == "exact":
        if subject.whole_year:
            return undecided("the number of orders is exact (see orders.rows)")
        promised = round(subject.scenario.demand.orders)
        if noise is not None:
            return undecided("good and bad days decide how much of an exact total falls into a part")
        score = float(binomial_scores(n, promised, min(1.0, lam / subject.scenario.demand.orders)))
    elif noise is not None:
        days = np.zeros(len(figures.expected_orders), np.int64)
        covariance = noise.of_groups(figures.expected_orders, days, 1)
        p_value = noisy_fit(np.array([n]), np.array([lam]), covariance, is_exact=False)
        if p_value is None:
            return undecided(f"{lam:.2f} expected orders are too few to judge a law")
        return by_law(p_value, f"{lam:,.1f} orders expected, on noisy days", f"{n:,} orders")
    else:
        score = float(poisson_scores(n, lam))
    return by_law(two_sided(score), f"{lam:,.1f} orders expected", f"{n:,} orders")


_TIME, _WHEN, _SHOP = "order.time", "order.time|order.date", "order.shop"
CHECKS = (
    Check("orders.rows", "rule", "As many orders as promised.", ("order",), count, whole_year=True),
    Check("orders.ids", "rule", "Order ids rise by one from 1.", ("order.id",), ids),
    Check(
        "orders.sorted",
        "rule",
        "Orders are sorted by time.",
        (_WHEN,),
        _rule("orders.sorted", "no step back"),
    ),
    Check(
        "orders.hours",
        "rule",
        "Orders come in opening hours, in the horizon.",
        (_WHEN,),
        hours,
    ),
    Check("orders.shops", "rule", "Shops are known.", (_SHOP,), shops),
    Check("orders.seconds", "law", "Times of day follow the opening hours.", (_TIME,), seconds),
    Check("orders.total", "law", "The number of orders is Poisson.", (_WHEN,), total),
    Check("orders.dispersion", "law", "Orders a day and shop are Poisson.", (_WHEN, _SHOP), dispersion),
    Check("orders.by_weekday", "law", "Orders by weekday.", (_WHEN,), _groups("weekday", _weekday)),
    Check("orders.by_month", "law", "Orders by month: growth, season.", (_WHEN,), _groups("month", _month)),
    Check("orders.by_event", "law", "Orders in each event.", (_WHEN,), _groups("event", event_names)),
    Check("orders.by_shop", "law", "Orders by shop.", (_WHEN, _SHOP), by_shop),
)
