"""The plan: everything small and slow, drawn and solved once, then shipped to whoever simulates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np

from footfall.core.errors import RequestError, UnreachableTarget
from footfall.core.money import discounted
from footfall.core.schema import TableSpec
from footfall.core.streams import Streams
from footfall.plan import calibrate
from footfall.plan.calendar import Calendar, OrderCounts
from footfall.plan.catalog import Assortment, Catalog, name_products, normal_score, ranks
from footfall.plan.customers import CustomerPool
from footfall.scenario.model import Scenario


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
    customer_offset_share: float
    expected_order_value: float
    expected_gross_margin: float
    expected_top_sku_share: float
    expected_lines_per_order: float


@dataclass(frozen=True)
class Plan:
    """A frozen, picklable description of one data set.

    Attributes
    ----------
    first, last : date
        Published horizon, both included.
    tables : dict
        Published tables that were asked for.
    """

    scenario: Scenario
    seed: int
    first: dt.date
    last: dt.date
    tables: dict[str, TableSpec]
    calendar: Calendar
    counts: OrderCounts
    catalog: Catalog
    pool: CustomerPool
    solved: Solved

    @property
    def streams(self) -> Streams:
        """All streams of the plan's seed."""
        return Streams(self.seed)

    @property
    def shops(self) -> list[str]:
        """Shops in the scenario's order."""
        return list(self.scenario.demand.shops)

    @property
    def published_days(self) -> tuple[int, int]:
        """First day t of the horizon, and the day after its last."""
        return self.calendar.day_of(self.first), self.calendar.day_of(self.last) + 1

    @property
    def simulated_days(self) -> tuple[int, int]:
        """Days whose revenue is needed: marketing looks ahead, a budget back and to its month's end."""
        entities = {spec.entity for spec in self.tables.values()}
        start, stop = self.published_days
        if not entities & {"order", "line", "marketing_day", "budget_month"}:
            return start, start
        if "marketing_day" in entities:
            stop += self.scenario.marketing.lead_days
        if "budget_month" in entities:
            month_start = self.calendar.day_of(self.first.replace(day=1))
            start = max(0, month_start - self.scenario.budget.window_days + 1)
            stop = max(stop, self.calendar.day_of(month_after(self.last)))
        return start, stop


def plan(
    scenario: Scenario,
    seed: int = 42,
    first: dt.date | None = None,
    last: dt.date | None = None,
    tables: tuple[str, ...] | None = None,
) -> Plan:
    """Draw the calendar, the catalogue and the customers of a scenario and solve its knobs.

    Raises
    ------
    RequestError
        For a horizon before the scenario's start, an empty one, or an unknown table.
    UnreachableTarget
        For a target that no setting of the free knobs reaches.
    """
    first, last = first or scenario.first_day, last or scenario.last_day
    if first < scenario.first_day:
        raise RequestError(
            f"--from {first}: {scenario.name} starts on {scenario.first_day}; give a later day"
        )
    if last < first:
        raise RequestError(f"--from {first} --to {last}: the horizon would be empty")
    if last > scenario.first_day + dt.timedelta(days=36_600):
        raise RequestError(f"--to {last}: at most 100 years after the scenario's start, {scenario.first_day}")
    streams = Streams(seed)
    ahead = month_after(last) + dt.timedelta(days=scenario.marketing.lead_days)
    calendar = Calendar.of(scenario, (ahead - scenario.first_day).days)
    year = Calendar.of(scenario, scenario.days_in_year)
    catalog, solved = _solve(scenario, streams, year)
    pool = CustomerPool.plan(scenario, streams)
    return Plan(
        scenario=scenario,
        seed=seed,
        first=first,
        last=last,
        tables=_chosen(scenario, tables),
        calendar=calendar,
        counts=OrderCounts.draw(scenario, calendar, streams),
        catalog=catalog,
        pool=pool,
        solved=Solved(base=round(year.base, 9), customer_offset_share=pool.offset, **solved),
    )


def _chosen(scenario: Scenario, tables: tuple[str, ...] | None) -> dict[str, TableSpec]:
    published = scenario.published
    if tables is None:
        return published
    for name in tables:
        if name not in published:
            raise RequestError(f"--tables {name}: {scenario.name} publishes {', '.join(published)}")
    if not tables:
        raise RequestError(f"--tables is empty; {scenario.name} publishes {', '.join(published)}")
    return {name: spec for name, spec in published.items() if name in tables}


def month_after(day: dt.date) -> dt.date:
    """First day of the month after a day's."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _solve(scenario: Scenario, streams: Streams, year: Calendar) -> tuple[Catalog, dict[str, float]]:
    """Bend popularity, then prices, then costs, each to its own target (specification, section 7)."""
    targets, free = scenario.targets, scenario.free
    names = list(scenario.catalog.categories)
    drawn = Assortment.draw(scenario, streams)
    best = int(targets.top_sku_share.top * scenario.catalog.skus)

    @cache
    def lines_at(power: float) -> calibrate.Floats:
        return calibrate.lines_per_order(drawn.sales_rank**power, drawn.category, names, scenario.basket)

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
    power = calibrate.solve_increasing(top_share, wanted, low, high)
    power = round(power, 6)
    lines = lines_at(power)
    reached_share = top_share(power)
    calibrate.refuse_beyond(
        "top_sku_share",
        targets.top_sku_share,
        reached_share,
        lambda: (top_share(0.0), top_share(most_power)),
        "free.popularity_power_max bounds it",
    )
    largest, most = lines.max() / lines.sum(), scenario.catalog.popularity.unit_share_max
    if largest > most:
        raise UnreachableTarget(
            f"targets.top_sku_share: at {targets.top_sku_share.value:g} one carries {largest:.3f} of units "
            f"and catalog.popularity.unit_share_max allows {most:g}; raise that or lower the target"
        )

    units = lines * sum(q * share for q, share in scenario.basket.quantity.items())
    discounts = _discount_shares(scenario, year)

    def paid(price: calibrate.Ints) -> calibrate.Floats:
        parts = [share * discounted(price, np.int64(d)) for d, share in discounts.items()]  # type: ignore[arg-type]  # one discount for all
        return np.asarray(sum(parts))

    def order_value(coupling: float) -> float:
        return float(units @ paid(drawn.price_at(coupling))) / 100

    bound = drawn.coupling_bound(drawn.popularity_score, drawn.price_noise, free.coupling_max)
    price_coupling = calibrate.nearest_step(order_value, targets.order_value.value, bound)
    calibrate.refuse_beyond(
        "order_value",
        targets.order_value,
        order_value(price_coupling),
        lambda: (order_value(-bound), order_value(bound)),
        "free.coupling_max bounds it; catalog.price and basket.size move it",
    )
    price = drawn.price_at(price_coupling)
    revenue = float(units @ paid(price))
    cost_bounds = (scenario.catalog.cost_share.min, scenario.catalog.cost_share.max)

    # What sells for most carries the thinnest margin: coupled to expected revenue, the same cap on the rank
    # correlation reaches further than coupled to units.
    takings = normal_score(units * price)

    def margin(coupling: float) -> float:
        return 1 - float(units @ drawn.cost_at(coupling, takings, price, cost_bounds)) / revenue

    cost_bound = drawn.coupling_bound(takings, drawn.cost_noise, free.coupling_max)
    cost_coupling = calibrate.nearest_step(margin, targets.gross_margin.value, cost_bound)
    calibrate.refuse_beyond(
        "gross_margin",
        targets.gross_margin,
        margin(cost_coupling),
        lambda: (margin(-cost_bound), margin(cost_bound)),
        "free.coupling_max bounds it; catalog.cost_share and the events' discounts move it",
    )
    sub_category, name = name_products(scenario, streams, drawn.category, price)
    catalog = Catalog(
        category=drawn.category,
        sales_rank=drawn.sales_rank,
        return_probability=drawn.return_probability,
        price=price,
        cost=drawn.cost_at(cost_coupling, takings, price, cost_bounds),
        weight=drawn.sales_rank**power,
        sub_category=sub_category,
        name=name,
    )
    return catalog, {
        "popularity_power": power,
        "price_coupling": _rank_correlation(drawn.sales_rank, price),
        "cost_coupling": _rank_correlation(takings, catalog.cost / price),
        "expected_order_value": round(revenue / 100, 2),
        "expected_gross_margin": round(margin(cost_coupling), 6),
        "expected_top_sku_share": round(reached_share, 6),
        "expected_lines_per_order": round(float(lines.sum()), 6),
    }


def _discount_shares(scenario: Scenario, year: Calendar) -> dict[int, float]:
    """Share of the year's expected lines at each discount in percent."""
    orders = year.orders_a_day
    shares: dict[int, float] = {}
    everyday = float(orders[year.discount == 0].sum() / orders.sum())
    shares[0] = everyday * (1 - scenario.everyday_discount.share)
    low = scenario.everyday_discount.percent
    shares[low] = shares.get(low, 0.0) + everyday * scenario.everyday_discount.share
    for percent in np.unique(year.discount[year.discount > 0]).tolist():
        shares[percent] = shares.get(percent, 0.0) + float(
            orders[year.discount == percent].sum() / orders.sum()
        )
    return shares


def _rank_correlation(a: calibrate.Floats, b: calibrate.Floats | calibrate.Ints) -> float:
    middle = (len(a) - 1) / 2
    x, y = ranks(a) - middle, ranks(b) - middle
    return round(float(x @ y / (x @ x)), 6)
