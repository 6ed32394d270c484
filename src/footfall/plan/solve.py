"""Bends popularity, then prices, then costs, each to its own target (specification, section 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from footfall.core.errors import UnreachableTarget
from footfall.core.money import discounted
from footfall.core.streams import Streams
from footfall.plan import calibrate, promotions
from footfall.plan.basket_sizes import BasketSizes
from footfall.plan.calendar import Calendar
from footfall.plan.catalog import Assortment, Catalog, normal_score, ranks
from footfall.plan.prices import PriceSteps
from footfall.plan.products import listing, name_products, stocking, supply
from footfall.plan.promotions import Promoted
from footfall.scenario.buying import Basket
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Target


@dataclass(frozen=True)
class Solved:
    """The knobs that planning turned, and what it expects of the targets with them.

    All belong to the scenario's declared year. Rounded, so that a processor's last bit does not
    show in published figures.
    """

    base: float
    popularity_power: float
    price_coupling: float
    cost_coupling: float
    customer_offset_share: float | None
    customer_weight_sd: float | None
    expected_order_value: float
    expected_gross_margin: float
    expected_top_sku_share: float
    expected_lines_per_order: float


def solve(
    scenario: Scenario, streams: Streams, declared: Calendar, sizes: BasketSizes, days: int
) -> tuple[Catalog, Solved]:
    """Draw the catalogue and bend popularity, prices and costs so that the targets are expected.

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
        No setting of a knob within `free` reaches its target.
    """
    targets, free = scenario.targets, scenario.free
    drawn = Assortment.draw(scenario, streams)
    basket = scenario.basket.model_copy(
        update={"size": {k: w for k, w in zip(sizes.sizes, sizes.weights, strict=True) if w}}
    )
    promoted, names = Promoted.of(scenario, declared), list(scenario.catalog.categories)
    parts = [(1.0, np.ones(len(names)))]
    if promoted is not None:
        parts = promoted.uplifts_by_share(declared.orders_a_day)
    power, lines, top_share = _popularity(scenario, basket, drawn, parts)
    units = lines * sum(q * share for q, share in basket.quantity.items())
    listed = listing(scenario, streams, drawn.category)
    steps = PriceSteps.draw(scenario, streams, max(days, scenario.days), drawn.category, listed)
    discounts = _discount_shares(scenario, declared, steps)
    if promoted is not None:
        by_set = {k: _lines(basket, drawn, names, power, u) for k, u in enumerate(promoted.uplift)}
        sold_off = promotions.discount_shares(scenario, declared, drawn.category, by_set)
        # Where prices change, each of a SKU's prices has the SKU's discounts.
        if steps is not None:
            often = np.asarray(sum(discounts.values()))
            sold_off = {percent: share[:, None] * often for percent, share in sold_off.items()}
        discounts = sold_off

    def paid(price: calibrate.Ints) -> calibrate.Floats:
        prices = price if steps is None else steps.prices(price)
        parts = [share * discounted(prices, np.int64(d)) for d, share in discounts.items()]  # type: ignore[arg-type]  # one discount for all
        return np.asarray(sum(parts)) if steps is None else np.asarray(sum(parts)).sum(axis=1)

    def spent(price: calibrate.Ints, cost: calibrate.Ints) -> calibrate.Ints | calibrate.Floats:
        if steps is None:
            return cost
        return np.asarray(sum(discounts.values()) * steps.costs(steps.prices(price), cost)).sum(axis=1)

    def order_value(coupling: float) -> float:
        return float(units @ paid(drawn.price_at(coupling))) / 100

    price_coupling = _coupling(
        "order_value",
        targets.order_value,
        order_value,
        drawn.coupling_bound(drawn.popularity_score, drawn.price_noise, free.coupling_max),
        "free.coupling_max bounds it; catalog.price and basket.size move it",
    )
    price = drawn.price_at(price_coupling)
    revenue = float(units @ paid(price))
    cost_bounds = (scenario.catalog.cost_share.min, scenario.catalog.cost_share.max)

    # What sells for most carries the thinnest margin: coupled to expected revenue, the same cap on the rank
    # correlation reaches further than coupled to units.
    takings = normal_score(units * price)

    def margin(coupling: float) -> float:
        cost = drawn.cost_at(coupling, takings, price, cost_bounds)
        return 1 - float(units @ spent(price, cost)) / revenue

    cost_coupling = _coupling(
        "gross_margin",
        targets.gross_margin,
        margin,
        drawn.coupling_bound(takings, drawn.cost_noise, free.coupling_max),
        "free.coupling_max bounds it; catalog.cost_share and the events' discounts move it",
    )
    sub_category, name = name_products(scenario, streams, drawn.category, price)
    cost = drawn.cost_at(cost_coupling, takings, price, cost_bounds)
    catalog = Catalog(
        category=drawn.category,
        sales_rank=drawn.sales_rank,
        return_probability=drawn.return_probability,
        price=price,
        cost=cost,
        weight=drawn.sales_rank**power,
        sub_category=sub_category,
        name=name,
        stock=stocking(scenario, streams),
        supplier=supply(scenario, streams),
        listed=listed,
        versions=steps.versions(price, cost) if steps else None,
    )
    return catalog, Solved(
        base=0.0,
        popularity_power=power,
        price_coupling=_rank_correlation(drawn.sales_rank, price),
        cost_coupling=_rank_correlation(takings, catalog.cost / price),
        customer_offset_share=None,
        customer_weight_sd=None,
        expected_order_value=round(revenue / 100, 2),
        expected_gross_margin=round(margin(cost_coupling), 6),
        expected_top_sku_share=round(top_share, 6),
        expected_lines_per_order=round(float(lines.sum()), 6),
    )


def _lines(
    basket: Basket, drawn: Assortment, names: list[str], power: float, uplift: calibrate.Floats
) -> calibrate.Floats:
    """Expected lines of each SKU in an order of days on which categories have these uplifts."""
    weights = drawn.sales_rank**power * uplift[drawn.category]
    return calibrate.lines_per_order(weights, drawn.category, names, basket)


def _popularity(
    scenario: Scenario, basket: Basket, drawn: Assortment, parts: list[tuple[float, calibrate.Floats]]
) -> tuple[float, calibrate.Floats, float]:
    """Power of the popularity, lines of each SKU in an order, and share of the best, all as solved.

    `parts` are shares of the orders, on days with the same promotions, and these days' uplifts by category.
    """
    targets, free = scenario.targets, scenario.free
    names = list(scenario.catalog.categories)
    best = int(targets.top_sku_share.top * scenario.catalog.skus)

    @cache
    def lines_at(power: float) -> calibrate.Floats:
        return np.asarray(sum(share * _lines(basket, drawn, names, power, uplift) for share, uplift in parts))

    def top_share(power: float) -> float:
        lines = np.sort(lines_at(power))
        return float(lines[len(lines) - best :].sum() / lines.sum())

    def top_share_of_weights(power: float) -> float:
        weights = np.sort(drawn.sales_rank**power)
        return float(weights[len(weights) - best :].sum() / weights.sum())

    # Cross-sell and the ban on repeats move the share only a little: the weights alone give a close guess.
    wanted, most_power = targets.top_sku_share.value, free.popularity_power_max
    guess = calibrate.solve_increasing(top_share_of_weights, wanted, 0.0, most_power)
    low, high = 0.98 * guess, min(1.08 * guess, most_power)
    if not top_share(low) <= wanted <= top_share(high):
        low, high = 0.0, most_power
    power = round(calibrate.solve_increasing(top_share, wanted, low, high), 6)
    lines = lines_at(power)
    calibrate.refuse_beyond(
        "top_sku_share",
        targets.top_sku_share,
        top_share(power),
        lambda: (top_share(0.0), top_share(most_power)),
        "free.popularity_power_max bounds it",
    )
    largest, most = lines.max() / lines.sum(), scenario.catalog.popularity.unit_share_max
    if largest > most:
        raise UnreachableTarget(
            f"targets.top_sku_share: at {wanted:g} one carries {largest:.3f} of units "
            f"and catalog.popularity.unit_share_max allows {most:g}; raise that or lower the target"
        )
    return power, lines, top_share(power)


def _coupling(
    name: str, target: Target | None, figure: Callable[[float], float], bound: float, free: str
) -> float:
    """Coupling within its bound at which a figure comes nearest to its target; none where nobody asks."""
    if target is None:
        return 0.0
    coupling = calibrate.nearest_step(figure, target.value, bound)
    calibrate.refuse_beyond(name, target, figure(coupling), lambda: (figure(-bound), figure(bound)), free)
    return coupling


def _discount_shares(
    scenario: Scenario, declared: Calendar, steps: PriceSteps | None
) -> Mapping[int, float | calibrate.Floats]:
    """Share of the expected lines at each discount in percent; where prices change, at each of them."""
    if steps is not None:
        return steps.discount_shares(scenario, declared)
    orders = declared.orders_a_day
    everyday = float(orders[declared.discount == 0].sum() / orders.sum())
    shares = {percent: everyday * share for percent, share in sorted(scenario.discount.shares.items())}
    for percent in np.unique(declared.discount[declared.discount > 0]).tolist():
        shares[percent] = shares.get(percent, 0.0) + float(
            orders[declared.discount == percent].sum() / orders.sum()
        )
    return shares


def _rank_correlation(a: calibrate.Floats, b: calibrate.Floats | calibrate.Ints) -> float:
    middle = (len(a) - 1) / 2
    x, y = ranks(a) - middle, ranks(b) - middle
    return round(float(x @ y / (x @ x)), 6)
