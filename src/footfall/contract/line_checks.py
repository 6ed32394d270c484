"""Checks of the lines: baskets, what goes together, returns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG, no_prices
from footfall.contract.check import (
    TOO_FEW,
    Check,
    Outcome,
    at_most,
    by_law,
    by_rule,
    exactly,
    rising_ids,
    undecided,
    verdict,
)
from footfall.contract.customer_checks import SMALL_RUN
from footfall.contract.figures import Figures
from footfall.contract.habit_laws import brings_classes, shared_sizes
from footfall.contract.promotions import Promises
from footfall.contract.rate_targets import NO_UNITS
from footfall.contract.returning import expected_returns, return_scores
from footfall.contract.shares import by_shares
from footfall.contract.statistics import (
    Counts,
    Floats,
    chi_square,
    shares_fit,
    shares_scores,
    two_sided,
)
from footfall.contract.subject import Subject

NO_WEIGHTS = "the sales weights cannot be computed from the products"
LISTED = "SKUs come or go one after the other, so the shares move from day to day"
FEWEST = 25
"""A log odds ratio is near enough to normal when each of its four counts is at least this."""


def line_rule(name: str, target: str, *, by_price: bool = False) -> Callable[[Subject, Figures], Outcome]:
    """Judge by the offences of lines; those of price are known only where the products are."""

    def run(subject: Subject, figures: Figures) -> Outcome:
        if by_price and (unknown := no_prices(subject, figures)):
            return undecided(unknown)
        return by_rule(figures, name, target, figures.lines.rows)

    return run


def count(subject: Subject, figures: Figures) -> Outcome:
    """Just as many lines as the scenario promises, where it does."""
    due = subject.scenario.basket.lines
    if due is None:
        return undecided("the number of lines is a matter of chance (see lines.basket_size)")
    return exactly(figures.rows["line"], due, "lines")


def ids(subject: Subject, figures: Figures) -> Outcome:
    """Rise by one; the scenario's first day starts at 1."""
    return rising_ids(subject, figures, "lines.ids", figures.lines.first_id)


def orders(subject: Subject, figures: Figures) -> Outcome:
    """Every order has lines, in order, and no line is an orphan."""
    open_orders = figures.lines.open_orders
    out = by_rule(figures, "lines.orders", "exactly the orders, in order", figures.lines.orders)
    if out.holds and open_orders.count:
        said = f"order {open_orders.first()} has no lines"
        return Outcome(False, out.target, f"{open_orders.count:,} orders without lines", "none", None, said)
    return out


def _by_number(law: dict[int, float], counts: Counts) -> Outcome:
    return by_shares(law, dict(enumerate(counts.tolist())), "expected", whole=False)


def basket_size(subject: Subject, figures: Figures) -> Outcome:
    """Lines an order."""
    basket, counts = subject.scenario.basket, figures.lines.basket
    impossible = [k for k in np.flatnonzero(counts).tolist() if not basket.size.get(k)]
    if impossible:
        said = f"{counts[impossible[0]]} orders of {impossible[0]} lines"
        return Outcome(False, str(basket.size), said, "none", 0.0, said)
    orders, habits = int(counts.sum()), subject.scenario.customers.habits
    if habits is not None and habits.basket_size_correlation is not None and brings_classes(subject):
        return _own_sizes(figures, basket.size, habits.basket_size_correlation)
    if basket.lines is None or not orders:
        return _by_number(basket.size, counts)
    law = _tilted(basket.size, basket.lines / max(1, round(subject.scenario.demand.orders)))
    if not subject.whole_year:
        return _by_number(law, counts)
    # Rounding may leave some lines to be moved to other orders; never more than twice the largest basket.
    slack = 2 * max(law)
    wrong = [
        f"{counts[k]:,} orders of {k} lines, {orders * share:,.1f} are due"
        for k, share in law.items()
        if abs(int(counts[k]) - orders * share) > slack
    ]
    seen = {k: int(counts[k]) for k in law}
    target = str({k: round(orders * share, 1) for k, share in law.items()})
    return verdict("; ".join(wrong), target, str(seen), f"±{slack} orders")


def _own_sizes(figures: Figures, size: dict[int, float], correlation: float) -> Outcome:
    """Lines an order where the customers' own sizes show."""
    seen, law = figures.lines.histories.whole, {k: share for k, share in size.items() if share}
    counts, shares = figures.lines.basket[list(law)], np.array(list(law.values()))
    sampled = np.count_nonzero(seen.is_first)
    if not sampled:
        return undecided("orders of a customer are alike, and the orders don't tell their customers")
    shared = shared_sizes(seen, shares, correlation) * (counts.sum() / sampled)
    scores = shares_scores(counts, shares, shared)
    if not len(scores):
        return undecided(TOO_FEW)
    observed = str({k: round(c / counts.sum(), 4) for k, c in zip(law, counts.tolist(), strict=True)})
    return by_law(chi_square(scores), str(law), observed)


def _tilted(law: dict[int, float], mean: float) -> dict[int, float]:
    """Shares nearest to the law, in relative entropy, that have this mean: each times exp(theta size)."""
    sizes, shares = np.array(list(law), np.float64), np.array(list(law.values()))

    def tilt(theta: float) -> Floats:
        weights = shares * np.exp(theta * (sizes - mean))
        return np.asarray(weights / weights.sum(), np.float64)

    off = [float(tilt(theta) @ sizes) - mean for theta in (-50.0, 50.0)]
    if off[0] >= 0 or off[1] <= 0:  # nothing but the smallest, or the largest, has this mean
        return {k: float(k == (min(law) if off[0] >= 0 else max(law))) for k in law}
    low, high = -50.0, 50.0
    while high - low > 1e-13:  # a bisection: importing a solver takes longer than all checks of a small run
        middle = (low + high) / 2
        low, high = (middle, high) if float(tilt(middle) @ sizes) < mean else (low, middle)
    return dict(zip(law, tilt(low).tolist(), strict=True))


def quantity(subject: Subject, figures: Figures) -> Outcome:
    """Units a line."""
    law = subject.scenario.basket.quantity
    out = by_rule(figures, "lines.quantity", str(law), figures.lines.rows)
    return _by_number(law, figures.lines.quantity) if out.holds else out


def first_item(subject: Subject, figures: Figures) -> Outcome:
    """First items by sales weight; where customers' own tastes show, one of each customer."""
    known = _first_items(subject, figures)
    if isinstance(known, str):
        return undecided(known)
    counts, weights = known
    by_weight = np.argsort(-weights, kind="stable")
    fit = shares_fit(counts[by_weight], weights[by_weight])
    if fit is None:
        return undecided(TOO_FEW)
    return by_law(
        fit[0], "first items by sales_rank to the solved power", f"chi-square p over {fit[1]} cells"
    )


def _first_items(subject: Subject, figures: Figures) -> tuple[Counts, Floats] | str:
    """First items by SKU, and their law; or why they can't be judged."""
    weights = figures.lines.weights() if figures.catalog is not None else None
    habits, counts = subject.scenario.customers.habits, figures.lines.first
    promises = figures.lines.promoted.promises
    if subject.scenario.catalog.is_changing or weights is None:
        return LISTED if subject.scenario.catalog.is_changing else NO_WEIGHTS
    is_tilted = habits is not None and habits.price_tilt is not None and brings_classes(subject)
    if habits is not None and (habits.favourites is not None or is_tilted):
        if not subject.shows("order.customer"):
            return "customers have tastes, and whose an order is isn't known"
        if promises is not None:
            return "customers have tastes, and promotions move the shares from day to day"
        counts = figures.lines.histories.first_of_customers(len(weights))
    if promises is not None:
        weights = _over_days(figures, promises, weights)
    return (counts, weights) if weights is not None else NO_WEIGHTS


def _over_days(figures: Figures, promises: Promises, weights: Floats) -> Floats | None:
    """Law of a first item over all days: each kind of day as often as first lines were seen on it."""
    category, seen = figures.lines.category_of, figures.lines.promoted.first.sum(1)
    if not len(category) or (category < 0).any() or not seen.sum():
        return None
    by_kind = promises.uplift[:, category] * weights
    return np.asarray(seen @ (by_kind / by_kind.sum(axis=1, keepdims=True)) / seen.sum())


def _category_law(subject: Subject, weights: Floats, category: np.ndarray, names: tuple[str, ...]) -> Floats:
    base = np.bincount(category, weights, minlength=len(names))
    law = np.tile(base, (len(names), 1))
    for rule in subject.scenario.basket.affinity:
        law[names.index(rule.first), names.index(rule.then)] *= rule.odds_factor
    return np.asarray(law / law.sum(1, keepdims=True), np.float64)


def later_categories(subject: Subject, figures: Figures) -> Outcome:
    """Category of a later item, given that of the first one."""
    if subject.scenario.catalog.is_changing:
        return undecided(LISTED)
    lines = figures.lines
    weights = lines.weights() if figures.catalog is not None else None
    if weights is None or (lines.category_of < 0).any() or not len(lines.category_of):
        return undecided(NO_WEIGHTS)
    law = _category_law(subject, weights, lines.category_of, lines.categories)
    if lines.promoted.promises is not None:
        laws = np.stack(
            [
                _category_law(
                    subject, weights * uplift[lines.category_of], lines.category_of, lines.categories
                )
                for uplift in lines.promoted.promises.uplift
            ]
        )
        # Given the first item's category, each kind of day as often as such first items were seen on it.
        often = lines.promoted.first / np.maximum(lines.promoted.first.sum(0), 1)
        law = np.einsum("kf,kfc->fc", often, laws)
    scores = np.concatenate([shares_scores(c, p) for c, p in zip(lines.later, law, strict=True)])
    if not len(scores):
        return undecided(TOO_FEW)
    return by_law(
        chi_square(scores), "categories by weight and affinity", f"chi-square p over {len(scores)} cells"
    )


def affinity(subject: Subject, figures: Figures) -> Outcome:
    """Odds ratio of each affinity, against first items of categories without one."""
    lines, rules = figures.lines, subject.scenario.basket.affinity
    if figures.catalog is None or subject.scenario.catalog.is_changing:
        return undecided(LISTED if figures.catalog is not None else NO_CATALOG)
    if lines.promoted.promises is not None:
        return undecided("promotions move the shares from day to day (see lines.later_categories)")
    touched = {lines.categories.index(r.first) for r in rules}
    free = [i for i in range(len(lines.categories)) if i not in touched]
    scores, seen, wanted = [], [], []
    for rule in rules:
        one, two = lines.categories.index(rule.first), lines.categories.index(rule.then)
        shared = [r for r in rules if r.first == rule.first]
        a, b = float(lines.later[one, two]), float(lines.later[one].sum() - lines.later[one, two])
        c, d = (
            float(lines.later[free, two].sum()),
            float(lines.later[free].sum() - lines.later[free, two].sum()),
        )
        if len(shared) > 1 or min(a, b, c, d) < FEWEST:
            continue
        ratio, error = a * d / (b * c), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        scores.append((np.log(ratio) - np.log(rule.odds_factor)) / error)
        seen.append(f"{rule.first} -> {rule.then}: odds ratio {ratio:.3f}")
        wanted.append(f"{rule.odds_factor:g}")
    if not scores:
        return undecided("no affinity has enough lines to judge its odds")
    p_value = two_sided(float(scores[0])) if len(scores) == 1 else chi_square(np.array(scores))
    return by_law(p_value, ", ".join(wanted), "; ".join(seen))


def returns(subject: Subject, figures: Figures) -> Outcome:
    """Lines come back by the products' probabilities, overall."""
    expected = expected_returns(figures)
    scores = return_scores(subject, figures, np.zeros(figures.lines.skus, np.int64), 1)
    if isinstance(expected, str) or isinstance(scores, str):
        return undecided(str(scores))
    n = int(figures.lines.returns.sum())
    return by_law(two_sided(float(scores[0])), f"{expected:,.1f} lines expected", f"{n:,} lines")


def returns_by_category(subject: Subject, figures: Figures) -> Outcome:
    """Lines come back by category."""
    scores = return_scores(subject, figures, figures.lines.category_of, len(figures.lines.categories))
    if isinstance(scores, str):
        return undecided(scores)
    return by_law(
        chi_square(scores), "by the products' probabilities", f"worst score {np.abs(scores).max():.2f}"
    )


def best_seller(subject: Subject, figures: Figures) -> Outcome:
    """No SKU carries too many units."""
    units, bound = figures.lines.units, subject.scenario.catalog.popularity.unit_share_max
    total = int(units.sum())
    if total <= 0:
        return undecided(NO_UNITS)
    small = figures.lines.orders < SMALL_RUN
    # A line's units come together; two of them at most count like 1.5 draws.
    slack = 5 * float(np.sqrt(1.5 * bound * (1 - bound) / total)) + 5 / total if small else 0.0
    sku = subject.scenario.catalog.first_sku + int(np.argmax(units))
    return at_most(float(units.max()) / total, bound, slack, f"share of units of SKU {sku}")


_O, _P = "line.order", "line.product"
CHECKS = (
    Check("lines.rows", "rule", "As many lines as promised.", ("line",), count, whole_year=True),
    Check("lines.ids", "rule", "Line ids rise by one from 1.", ("line.id", _O), ids, waits_for="late lines"),
    Check("lines.orders", "rule", "Every order has lines, no line is an orphan.", ("order.id", _O), orders),
    Check(
        "lines.numbers",
        "rule",
        "Lines count from 1.",
        ("line.number",),
        line_rule("lines.numbers", "1, 2, ... K"),
    ),
    Check(
        "lines.distinct", "rule", "No SKU twice in an order.", (_P,), line_rule("lines.distinct", "distinct")
    ),
    Check("lines.products", "rule", "SKUs exist.", (_P,), line_rule("lines.products", "the scenario's SKUs")),
    Check("lines.basket_size", "law", "Lines an order.", (_O,), basket_size, waits_for="late lines"),
    Check("lines.first_item", "law", "First items by weight.", (_P, "product.sales_rank"), first_item),
    Check(
        "lines.later_categories",
        "law",
        "Later items: category by weight and affinity.",
        (_P, "product.sales_rank", "product.category"),
        later_categories,
    ),
    Check("lines.affinity", "law", "Odds ratio of affinities.", (_P, "product.category"), affinity),
    Check("lines.quantity", "law", "Units a line.", ("line.quantity",), quantity),
    Check(
        "lines.returns",
        "law",
        "Returned lines.",
        ("line.is_returned", "product.return_probability"),
        returns,
        waits_for="returns",
    ),
    Check(
        "lines.returns_by_category",
        "law",
        "Returned lines by category.",
        ("line.is_returned", "product.return_probability", "product.category"),
        returns_by_category,
        waits_for="returns",
    ),
    Check("lines.best_seller", "rule", "No SKU carries too many units.", ("line.quantity",), best_seller),
)
