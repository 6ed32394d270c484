"""What planning expects of each target with the final knobs, and how far the knobs could have gone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from footfall.plan.aims import Aim, in_words
from footfall.plan.levers import Levers
from footfall.plan.popularity import Popularity, best_skus
from footfall.plan.shelf import top_share
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Target

Reach = Callable[[], tuple[float, float]]


def aims(at: Levers) -> Iterator[Aim]:
    """Aim at every target of the scenario but those of the customers."""
    scenario, sales, n = at.scenario, at.sales, math.sqrt(at.orders)
    targets = scenario.targets
    if targets.orders is not None:
        yield _orders(at, targets.orders)
    if targets.revenue is not None:
        yield _revenue(at, targets.revenue)
    if targets.order_value is not None:
        yield Aim.at(
            "order_value", targets.order_value, sales.order_value / 100,
            math.hypot(sales.value_sd() / n, at.by_discounts(sales.list_value)) / 100,
            reach=lambda: at.prices.reach(at.sold.lines),
            **_knobs(scenario, price_level="price_level", price_coupling="coupling_max"),
            remedy="catalog.price, basket and discount move it, too",
        )  # fmt: skip
    if targets.gross_margin is not None:
        yield Aim.at(
            "gross_margin", targets.gross_margin, sales.gross_margin,
            math.hypot(sales.gross_margin_sd() / n, at.by_discounts(1 - sales.gross_margin)),
            reach=lambda: at.costs.reach(lambda cost, level: at.costing(cost, level).gross_margin),
            **_knobs(scenario, cost_level="cost_level", cost_coupling="coupling_max"),
            remedy="catalog.cost_share, discount and the events' discounts move it, too",
        )  # fmt: skip
    if targets.net_margin is not None:
        yield _net_margin(at, targets.net_margin)
    if targets.discount_rate is not None:
        yield Aim.at(
            "discount_rate", targets.discount_rate, sales.discount_rate,
            math.hypot(sales.discount_rate_sd() / n, at.by_discounts(1.0)),
            reach=_discount_reach(at),
            **_knobs(scenario, discount_level="discount_level"),
            remedy="discount.shares and the events' discounts move it, too",
        )  # fmt: skip
    if targets.return_rate is not None:
        yield Aim.at(
            "return_rate", targets.return_rate, sales.return_rate, sales.return_rate_sd() / n,
            reach=lambda: _ends(replace(sales, returned=chance).return_rate for chance in at.returns()),
            **_knobs(scenario, return_level="return_level"),
            remedy="the categories' return_probability moves it, too",
        )  # fmt: skip
    if targets.top_sku_share is not None:
        yield _top_skus(at)
    for name, target in targets.category_share.items():
        yield Aim.at(
            f"category_share.{name}", target, sales.category_share(name, target.of),
            sales.category_share_sd(name, target.of) / n,
            reach=_category_reach(at, name, target.of),
            **_knobs(scenario, **{f"category_weight.{name}": "category_weight"}),
            remedy=f"the share, weight and price of catalog.categories.{name} move it, too",
        )  # fmt: skip
    if targets.marketing_share is not None:
        yield _marketing(at)


def _knobs(scenario: Scenario, **keys: str) -> dict[str, Any]:
    """Knobs that are free, by their keys in `free`; their bounds in words, or how to free them."""
    given, missing = [], []
    for key in keys.values():
        bound = getattr(scenario.free, key)
        if bound is None:
            missing.append(f"free.{key}")
        elif isinstance(bound, float):
            given.append(f"free.{key} ({bound:g})")
        else:
            given.append(f"free.{key} ({bound.min:g} to {bound.max:g})")
    words = []
    if given:
        words.append(f"{' and '.join(given)} bound{'s' if len(given) == 1 else ''} it")
    if missing:
        words.append(f"give {' or '.join(missing)} to bend it{' further' if given else ''}")
    free = tuple(knob for knob, key in keys.items() if getattr(scenario.free, key) is not None)
    return {"knobs": free, "bounds": "; ".join(words)}


def _ends(values: Any) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


def _orders(at: Levers, target: Target) -> Aim:
    is_exact, bounds = at.scenario.is_fixed, at.scenario.free.orders
    asked = target
    if is_exact and target.tolerance is None:
        asked = target.model_copy(update={"tolerance": 0.5})  # just so many
    return Aim.at(
        "orders", asked, at.orders, 0.0 if is_exact else math.hypot(math.sqrt(at.orders), at.unrest(1.0)),
        reach=lambda: (bounds.min, bounds.max) if bounds else (at.orders, at.orders),
        **_knobs(at.scenario, orders="orders"),
        remedy=f"demand.orders is {in_words(at.scenario.demand.orders)}",
    )  # fmt: skip


def _revenue(at: Levers, target: Target) -> Aim:
    scenario, value = at.scenario, at.sales.order_value / 100
    # Given their number, orders differ in value only; a number that is a matter of chance adds its own.
    chance = 0.0 if scenario.is_fixed else value**2
    error = math.sqrt(at.orders * ((at.sales.value_sd() / 100) ** 2 + chance))
    error = math.hypot(error, 0.0 if scenario.is_fixed else at.unrest(value))
    bounds = scenario.free.orders
    if scenario.targets.orders is not None or bounds is None:
        low = high = at.orders
    else:
        low, high = bounds.min, bounds.max

    def reach() -> tuple[float, float]:
        if scenario.targets.order_value is not None:
            return low * value, high * value
        least, most = at.prices.reach(at.sold.lines)
        return low * least, high * most

    knobs = _knobs(scenario, orders="orders", price_level="price_level", price_coupling="coupling_max")
    return Aim.at(
        "revenue", target, at.orders * value, error, reach=reach, **knobs,
        remedy=f"{in_words(at.orders)} orders of {value:,.2f} make {in_words(at.orders * value)}",
    )  # fmt: skip


def _net_margin(at: Levers, target: Target) -> Aim:
    sales = at.sales
    by_returns = at.scenario.targets.gross_margin is not None

    def reach() -> tuple[float, float]:
        if by_returns:
            return _ends(replace(sales, returned=chance).net_margin for chance in at.returns())
        return at.costs.reach(lambda cost, level: at.costing(cost, level).net_margin)

    turned = {"return_level": "return_level"}
    if not by_returns:
        turned = {"cost_level": "cost_level", "cost_coupling": "coupling_max", **turned}
    return Aim.at(
        "net_margin", target, sales.net_margin,
        math.hypot(sales.net_margin_sd() / math.sqrt(at.orders), at.by_discounts(1 - sales.net_margin)),
        reach=reach,
        **_knobs(at.scenario, **turned),
        remedy="catalog.cost_share and the categories' return_probability move it, too",
    )  # fmt: skip


def _discount_reach(at: Levers) -> Reach:
    def reach() -> tuple[float, float]:
        discount, bounds = at.scenario.discount, at.scenario.free.discount_level
        reduced = sum(share for percent, share in discount.shares.items() if percent)
        if bounds is None or not reduced:
            return at.sales.discount_rate, at.sales.discount_rate
        levels = (min(bounds.min, 1 / reduced), min(bounds.max, 1 / reduced))
        return _ends(replace(at.sales, terms=at.terms(level)).discount_rate for level in levels)

    return reach


def _top_skus(at: Levers) -> Aim:
    scenario, best = at.scenario, best_skus(at.scenario)
    target, most = scenario.targets.top_sku_share, scenario.free.popularity_power_max
    assert target is not None, "asked for where it is given"
    expected = top_share(at.sold.lines, best)

    def reach() -> tuple[float, float]:
        if most is None:
            return expected, expected
        powers = (Popularity.at(at.shelf, power, at.sold.category_weights) for power in (0.0, most))
        return _ends(top_share(sold.lines, best) for sold in powers)

    return Aim.at(
        "top_sku_share", target, expected,
        at.sales.top_share_sd(min(target.value, 1.0)) / math.sqrt(at.orders),
        reach=reach,
        **_knobs(scenario, popularity_power="popularity_power_max"),
        remedy="catalog.popularity and basket.size move it, too",
    )  # fmt: skip


def _category_reach(at: Levers, name: str, of: str) -> Reach:
    def reach() -> tuple[float, float]:
        bounds, place = at.scenario.free.category_weight, at.shelf.names.index(name)
        if bounds is None:
            share = at.sales.category_share(name, of)
            return share, share
        ends = []
        for weight in (bounds.min, bounds.max):
            weights = at.sold.category_weights.copy()
            weights[place] = weight
            sold = Popularity.at(at.shelf, at.sold.power, weights)
            ends.append(replace(at.sales, lines=sold.lines, weights=sold.weights).category_share(name, of))
        return ends[0], ends[1]

    return reach


def _marketing(at: Levers) -> Aim:
    law, target = at.scenario.marketing, at.scenario.targets.marketing_share
    assert law is not None, "validated: the target needs it"
    assert target is not None, "asked for where it is given"
    bent_share = at.bent_marketing_share
    share = law.revenue_share if bent_share is None else bent_share
    sd = law.revenue_share_sd * share / law.revenue_share
    # Spend is never negative: E max(0, N) = m Phi(m / s) + s phi(m / s).
    ratio = share / sd if sd else math.inf
    below = 0.5 * math.erfc(-ratio / math.sqrt(2)) if sd else 1.0
    expected = share * below + (sd * math.exp(-ratio * ratio / 2) / math.sqrt(2 * math.pi) if sd else 0.0)
    mean, variance = at.sales.order_value, at.sales.value_sd() ** 2
    cells = at.cells
    squares = float(((cells * mean) ** 2 + cells * (variance + mean**2)).sum())
    total = at.orders * mean
    # The first days' revenue follows no published spend, and the last days' spend no published revenue.
    edge = 2 * law.lead_days * max(1.0, at.orders / len(cells)) * (variance + mean**2)
    error = math.sqrt(sd**2 * squares + share**2 * edge) / total
    asked = Target(value=target.value or expected, tolerance=target.tolerance)
    bounds = at.scenario.free.marketing_share
    return Aim.at(
        "marketing_share", asked, expected, error,
        reach=lambda: (bounds.min, bounds.max) if bounds else (expected, expected),
        **_knobs(at.scenario, marketing_revenue_share="marketing_share"),
        remedy=f"marketing.revenue_share is {law.revenue_share:g}",
    )  # fmt: skip
