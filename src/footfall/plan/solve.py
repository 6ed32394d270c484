"""Bends the free knobs until all targets are expected to be met, or refuses (specification, section 7).

The targets hang together, so the knobs are turned in an order in which each sees the final setting of those
that it depends on: discounts, popularity and categories (with prices, where shares of revenue are asked
for), prices, returns, costs, orders. Customers come later, in :mod:`footfall.simulate.rehearsal`, as they
are solved on the data set's own orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from footfall.core.streams import Streams
from footfall.plan import calibrate, popularity
from footfall.plan.aims import Figure, refuse_missed
from footfall.plan.basket_sizes import BasketSizes
from footfall.plan.calendar import Calendar
from footfall.plan.catalog import Assortment, Catalog, ranks, return_probabilities
from footfall.plan.contradictions import refuse_contradictions
from footfall.plan.expected import aims
from footfall.plan.levels import Bent, Costs, Prices
from footfall.plan.levers import Levers
from footfall.plan.popularity import Popularity
from footfall.plan.prices import PriceSteps
from footfall.plan.products import delisting, listing, name_products, stocking, supply
from footfall.plan.sales import Sales, Terms
from footfall.plan.shelf import Floats, Ints, Shelf, top_share
from footfall.scenario.bending import bent, discounted_more
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Bounds

_MOST_RETURNED = 0.98
_NEAR_MARGIN, _LEAST_DISCOUNT = 1e-3, 1e-9


@dataclass(frozen=True)
class Solved:
    """The knobs that planning turned, and what it expects of the targets with them.

    All belong to the scenario's declared year. Rounded, so that a processor's last bit does not
    show in published figures.

    Attributes
    ----------
    price_level, cost_level, return_level, discount_level
        Factors on the scenario's laws; 1 where nothing is bent.
    category_weights, orders, customer_pool, rarest_orders, marketing_revenue_share
        Values that stand in for the scenario's; None (no category) where nothing is bent.
    targets
        What is expected of each target, and how far chance moves it.
    """

    base: float
    popularity_power: float
    price_coupling: float
    cost_coupling: float
    customer_offset_share: float | None
    customer_weight_sd: float | None
    expected_order_value: float
    expected_gross_margin: float
    expected_top_sku_share: float | None
    expected_lines_per_order: float
    price_level: float = 1.0
    cost_level: float = 1.0
    return_level: float = 1.0
    discount_level: float = 1.0
    category_weights: Mapping[str, float] = field(default_factory=dict)
    orders: float | None = None
    customer_pool: int | None = None
    rarest_orders: float | None = None
    marketing_revenue_share: float | None = None
    targets: list[Figure] = field(default_factory=list)


def solve(
    scenario: Scenario, streams: Streams, declared: Calendar, sizes: BasketSizes, days: int
) -> tuple[Catalog, Solved]:
    """Draw the catalogue and bend what is free so that the targets are expected.

    Where prices change, each counts with the orders that are expected while it holds.

    Parameters
    ----------
    declared
        Calendar of the declared years.
    days
        For so many days the changes of prices are drawn, at least for the declared years.
    sizes
        Lines of the orders; where their total is exact, the shares that it leaves.

    Raises
    ------
    UnreachableTarget
        Targets contradict each other, or no setting of the knobs within `free` reaches them.
    """
    refuse_contradictions(scenario)
    targets, free = scenario.targets, scenario.free
    drawn = Assortment.draw(scenario, streams)
    listed = listing(scenario, streams, drawn.category)
    delisted = delisting(scenario, streams, drawn.category, listed)
    names = tuple(scenario.catalog.categories)
    basket = scenario.basket.model_copy(
        update={"size": {k: w for k, w in zip(sizes.sizes, sizes.weights, strict=True) if w}}
    )
    shelf = Shelf.of(scenario, drawn, basket, (listed, delisted), declared)
    steps = PriceSteps.draw(scenario, streams, max(days, scenario.days), drawn.category, listed)
    units_a_line = sum(q * share for q, share in basket.quantity.items())

    def charged(at: Popularity) -> tuple[float, Terms, Prices]:
        """Discounts and prices at a popularity: what is sold decides what promotions give away."""

        def terms_at(level: float) -> Terms:
            discount = discounted_more(scenario.discount, level)
            asked = scenario.model_copy(update={"discount": discount})
            return Terms.of(asked, declared, steps, shelf, at.weights)

        level = _discount_level(scenario, terms_at, at.lines, drawn)
        terms = terms_at(level)
        return level, terms, Prices.of(scenario, drawn, lambda p, at: terms.at(at).paid(p), units_a_line)

    def priced(prices: Prices, lines: Floats) -> Bent:
        return prices.solve(lines, _order_value(scenario, lambda: prices.order_value(lines, 1.0, 0.0)))

    def unit_value(at: Popularity) -> Floats:
        _, terms, prices = charged(at)
        tried = priced(prices, at.lines)
        return terms.at(tried.level).paid(tried.cents)

    sold = popularity.solve(scenario, shelf, unit_value)
    popularity.refuse_giant(scenario, sold.lines)
    discount_level, terms, prices = charged(sold)
    price = priced(prices, sold.lines)

    def sales(cost: Ints, returned: Floats, cost_level: float = 1.0) -> Sales:
        return Sales(
            basket,
            names,
            terms.at(price.level, cost_level),
            sold.lines,
            shelf.uplifted(shelf.found(sold.weights)),
            drawn.category,
            price.cents,
            cost,
            returned,
        )

    costs = Costs.of(scenario, drawn, sold.lines * prices.units_a_line, price.cents)
    returns = _Returns(scenario, streams, drawn.category)
    return_level, returned = 1.0, drawn.return_probability
    if targets.return_rate is not None and free.return_level is not None:
        return_level, returned = returns.solve(
            lambda chance: sales(price.cents, chance).return_rate, targets.return_rate.value
        )
    if targets.gross_margin is not None or targets.net_margin is None:
        wanted = targets.gross_margin.value if targets.gross_margin is not None else None
        cost = costs.solve(lambda cents, level: sales(cents, returned, level).gross_margin, wanted)
    else:
        cost = costs.solve(
            lambda cents, level: sales(cents, returned, level).net_margin, targets.net_margin.value
        )
    met = sales(cost.cents, returned, cost.level)
    is_left = targets.return_rate is None and _misses_net_margin(scenario, met)
    if targets.net_margin is not None and is_left and free.return_level is not None:
        return_level, returned = returns.solve(
            lambda chance: -sales(cost.cents, chance, cost.level).net_margin, -targets.net_margin.value
        )
    final = sales(cost.cents, returned, cost.level)
    orders = _orders(scenario, final.order_value / 100)
    levers = Levers(scenario, shelf, prices, costs, returns.reach, sold, final, price.level, orders, declared)
    figures = refuse_missed(aims(levers))
    sub_category, name = name_products(scenario, streams, drawn.category, price.cents)
    catalog = Catalog(
        category=drawn.category,
        sales_rank=drawn.sales_rank,
        return_probability=returned,
        price=price.cents,
        cost=cost.cents,
        weight=sold.weights,
        sub_category=sub_category,
        name=name,
        stock=stocking(scenario, streams),
        supplier=supply(scenario, streams),
        listed=listed,
        delisted=delisted,
        versions=final.terms.steps.versions(price.cents, cost.cents) if final.terms.steps else None,
    )
    weights = dict(zip(names, sold.category_weights.tolist(), strict=True))
    asked_weights = {n: c.weight for n, c in scenario.catalog.categories.items()}
    best = popularity.best_skus(scenario)
    return catalog, Solved(
        base=0.0,
        popularity_power=sold.power,
        price_coupling=_rank_correlation(drawn.sales_rank, price.cents),
        cost_coupling=_rank_correlation(costs.takings, cost.cents / price.cents),
        customer_offset_share=None,
        customer_weight_sd=None,
        expected_order_value=round(final.order_value / 100, 2),
        expected_gross_margin=round(final.gross_margin, 6),
        expected_top_sku_share=round(top_share(sold.lines, best), 6) if targets.top_sku_share else None,
        expected_lines_per_order=round(float(sold.lines.sum()), 6),
        price_level=price.level,
        cost_level=cost.level,
        return_level=return_level,
        discount_level=discount_level,
        category_weights={n: w for n, w in weights.items() if w != asked_weights[n]},
        orders=None if orders == scenario.demand.orders else orders,
        marketing_revenue_share=levers.bent_marketing_share,
        targets=list(figures),
    )


def _order_value(scenario: Scenario, unbent: Any) -> float | None:
    """Order value that prices are bent to: its own target, or what revenue leaves; None where nobody asks."""
    targets, bounds = scenario.targets, scenario.free.orders
    if targets.order_value is not None:
        return targets.order_value.value
    if targets.revenue is None:
        return None
    if targets.orders is not None or bounds is None:
        return targets.revenue.value / _orders(scenario, None)
    # Orders are bent first; prices do what is left where their bound stops them.
    wanted = targets.revenue.value / unbent()
    return None if bounds.min <= wanted <= bounds.max else targets.revenue.value / _within(bounds, wanted)


def _orders(scenario: Scenario, order_value: float | None) -> float:
    """Orders that targets ask for, as far as they are free."""
    targets, bounds = scenario.targets, scenario.free.orders
    wanted = scenario.demand.orders
    if bounds is not None and targets.orders is not None:
        wanted = _within(bounds, targets.orders.value)
    elif bounds is not None and targets.revenue is not None and order_value is not None:
        wanted = _within(bounds, targets.revenue.value / order_value)
    if wanted == scenario.demand.orders:
        return wanted
    return float(max(1, round(wanted))) if scenario.is_fixed else round(wanted, 6)


def _within(bounds: Bounds, value: float) -> float:
    return min(max(value, bounds.min), bounds.max)


def _discount_level(
    scenario: Scenario, terms_at: Callable[[float], Terms], lines: Floats, drawn: Assortment
) -> float:
    """Level of the everyday discounts at which the wanted share of list revenue is given away.

    That share rises in a straight line with the level, and does not depend on the level of prices.
    """
    target, bounds = scenario.targets.discount_rate, scenario.free.discount_level
    reduced = sum(share for percent, share in scenario.discount.shares.items() if percent)
    if target is None or bounds is None or not reduced:
        return 1.0
    price = drawn.price_at(0.0, drawn.prices(1.0))

    def rate(level: float) -> float:
        terms = terms_at(level)
        return 1 - float(lines @ terms.paid(price)) / float(lines @ terms.listed(price))

    without, usual = rate(0.0), rate(1.0)
    if usual - without < _LEAST_DISCOUNT:
        return 1.0
    return round(_within(bounds, min((target.value - without) / (usual - without), 1 / reduced)), 6)


@dataclass(frozen=True)
class _Returns:
    """Return probabilities at every level."""

    scenario: Scenario
    streams: Streams
    category: Ints

    def at(self, level: float) -> Floats:
        """Probability of each SKU, by strata of the bent laws."""
        catalog = bent(self.scenario, {"return_level": level}).catalog
        return return_probabilities(catalog, self.streams, self.category)

    @property
    def bounds(self) -> Bounds:
        """How far the level may go: no mean reaches 1."""
        free = self.scenario.free.return_level
        assert free is not None, "asked for where it is free"
        means = [c.return_probability or 0.0 for c in self.scenario.catalog.categories.values()]
        highest = max(1.0, _MOST_RETURNED / max(means))
        return Bounds(min=free.min, max=min(free.max, highest))

    def solve(self, rising: Any, wanted: float) -> tuple[float, Floats]:
        """Level at which a figure that rises with it is reached, and the probabilities."""
        bounds = self.bounds
        level = calibrate.solve_increasing(lambda at: rising(self.at(at)), wanted, bounds.min, bounds.max)
        level = level if level in (bounds.min, bounds.max) else round(level, 6)
        return level, self.at(level)

    def reach(self) -> tuple[Floats, Floats]:
        """Probabilities at the least and the greatest level."""
        if self.scenario.free.return_level is None:
            return self.at(1.0), self.at(1.0)
        return self.at(self.bounds.min), self.at(self.bounds.max)


def _misses_net_margin(scenario: Scenario, sales: Sales) -> bool:
    """Whether costs alone don't bring the net margin near to its target, so that returns are bent for it."""
    target = scenario.targets.net_margin
    return target is not None and abs(sales.net_margin - target.value) > _NEAR_MARGIN * target.value


def _rank_correlation(a: Floats, b: Floats | Ints) -> float:
    middle = (len(a) - 1) / 2
    x, y = ranks(a) - middle, ranks(b) - middle
    return round(float(x @ y / (x @ x)), 6) if len(a) > 1 else 0.0
