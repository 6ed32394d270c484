"""The plan: everything small and slow, drawn and solved once, then shipped to whoever simulates."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.core.streams import Streams
from footfall.core.vocabulary import leaf_of
from footfall.plan.basket_sizes import BasketSizes, LineNumbers
from footfall.plan.buyers import Buyers
from footfall.plan.calendar import Calendar, OrderCounts, month_after
from footfall.plan.catalog import Catalog
from footfall.plan.channels import Saturation
from footfall.plan.customers import CustomerPool
from footfall.plan.day_noise import multipliers
from footfall.plan.exchange import draw_rates
from footfall.plan.mixes import DealtMix
from footfall.plan.pairing import Pairing
from footfall.plan.products import Quality
from footfall.plan.promotions import Promoted
from footfall.plan.registry import CustomerRegistry
from footfall.plan.returning import Returning
from footfall.plan.solve import Solved, solve
from footfall.plan.statuses import Statuses
from footfall.plan.tastes import Favourites, Tastes
from footfall.scenario.bending import bent
from footfall.scenario.model import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """A frozen, picklable description of one data set.

    Attributes
    ----------
    scenario, asked : Scenario
        With the laws as planning bent them, and as they were asked for; the same where nothing was bent.
    first, last : date
        Published horizon, both included.
    tables : dict
        Published tables that were asked for.
    line_numbers : LineNumbers or None
        Where line numbers are published.
    elsewhere : DealtMix or None
        Which orders go to the customer's address (0) and which elsewhere (1).
    review_limit : int
        Purchases whose 64-bit key lies below may be reviewed; see :mod:`footfall.simulate.rehearsal`.
    shown_on : int
        Day t at whose end products and customers are shown, where prices change or customers move: the
        horizon's last, whatever part of it is made.
    tastes : Tastes or None
        Where customers differ in what they pick.
    favourites : Favourites or None
        Where customers buy some SKUs again and again.
    exchange : ndarray of int, shape (currencies, days)
        Millionths of each currency for one of the scenario's; no row where it knows no others.
    pairing : Pairing or None
        Where sub-categories go together.
    returning : Returning or None
        Where customers differ in how likely they send things back.
    leads : bool
        Whether the plan publishes what belongs to no day of its own; the first of several parts does.
    as_of : int or None
        Day t at whose end the published rows are known; None for their final state.
    """

    scenario: Scenario
    seed: int
    first: dt.date
    last: dt.date
    tables: dict[str, TableSpec]
    calendar: Calendar
    counts: OrderCounts
    catalog: Catalog
    quality: Quality
    customers: CustomerPool | CustomerRegistry
    sizes: BasketSizes
    line_numbers: LineNumbers | None
    discounts: DealtMix
    promoted: Promoted | None
    saturation: Saturation | None
    statuses: Statuses | None
    payments: DealtMix | None
    elsewhere: DealtMix | None
    review_limit: int
    solved: Solved
    exchange: npt.NDArray[np.int64]
    shown_on: int
    asked: Scenario
    tastes: Tastes | None = None
    favourites: Favourites | None = None
    pairing: Pairing | None = None
    returning: Returning | None = None
    leads: bool = True
    as_of: int | None = None

    @property
    def streams(self) -> Streams:
        """All streams of the plan's seed."""
        return Streams(self.seed)

    @property
    def buyers(self) -> Buyers:
        """The law by which orders find their shops and customers."""
        return Buyers(self.streams, self.customers, self.calendar.shop_weights, self.calendar.shop_factors)

    @property
    def shelf_weights(self) -> Floats | None:
        """Sales weights of the SKUs, row by row; None where the catalogue's own are all there are."""
        if self.pairing is not None:
            return self.pairing.weights
        return None if self.tastes is None else self.tastes.weights

    @property
    def shops(self) -> list[str]:
        """Shops in the scenario's order."""
        return list(self.scenario.demand.shops)

    @property
    def orders(self) -> int:
        """Orders of all days that the plan counts."""
        return int(self.counts.starts[-1])

    def publishes(self, entity: str, field: str) -> bool:
        """Whether a table that shows this field was asked for."""
        return any(t.shows(entity, field) for t in self.tables.values())

    def shown(self, entity: str) -> set[str]:
        """Fields of an entity that the tables show that were asked for."""
        leaves = [leaf_of(t.entity, c.field) for t in self.tables.values() for c in t.columns if not c.made]
        return {field for of_entity, field in leaves if of_entity == entity}

    @property
    def published_days(self) -> tuple[int, int]:
        """First day t of the horizon, and the day after its last."""
        return self.calendar.day_of(self.first), self.calendar.day_of(self.last) + 1

    @property
    def simulated_days(self) -> tuple[int, int]:
        """Days that are needed: marketing looks ahead, a budget back, reviews at the whole horizon."""
        entities = {spec.entity for spec in self.tables.values()}
        start, stop = self.published_days
        if not entities & {
            *("order", "line", "review"),
            *("marketing_day", "marketing_channel_day", "budget_month"),
        }:
            return start, start
        stop += _lead_days(self.scenario, entities)
        if "review" in entities:  # which purchases are reviewed shows only among all of them
            start, stop = 0, max(stop, self.scenario.days)
        months = self.planned_months
        if "budget_month" in entities and self.scenario.budget and months:
            month_start = self.calendar.day_of(months[0])
            start = min(start, max(0, month_start - self.scenario.budget.window_days + 1))
            stop = max(stop, self.calendar.day_of(month_after(months[-1])))
        return start, stop

    @property
    def planned_months(self) -> list[dt.date]:
        """Months that have a budget: those that the horizon touches; a later part begins no month twice."""
        months = [self.first.replace(day=1)]
        while (following := month_after(months[-1])) <= self.last:
            months.append(following)
        return [month for month in months if self.leads or month >= self.first]


def plan(
    scenario: Scenario,
    seed: int = 42,
    first: dt.date | None = None,
    last: dt.date | None = None,
    tables: tuple[str, ...] | None = None,
    *,
    as_of: dt.date | None = None,
) -> Plan:
    """Draw the calendar, the catalogue and the customers of a scenario and solve its knobs.

    Parameters
    ----------
    as_of
        Publish what was known at the end of this day; the final state where not given.

    Raises
    ------
    RequestError
        For a horizon before the scenario's start, an empty one, one beyond the end of exact totals, a
        day before the horizon, or an unknown table.
    UnreachableTarget
        For a target that no setting of the free knobs reaches.
    """
    first, last = first or scenario.first_day, last or scenario.last_day
    _refuse_horizon(scenario, first, last, as_of)
    as_of = scenario.still_open(last, as_of)
    last = min(last, as_of or last)
    chosen = scenario.publishing(tables)
    streams, asked = Streams(seed), scenario
    registration = asked.customers.registered
    registry = CustomerRegistry.plan(asked, streams, registration) if registration else None
    registered = registry.factors_of_days(asked) if registry else None
    declared = Calendar.of(asked, asked.days, registered)
    sizes = BasketSizes.of(asked.basket, round(asked.demand.orders))
    lead = _lead_days(scenario, {"marketing_day", "marketing_channel_day"})
    ahead = month_after(last) + dt.timedelta(days=lead)
    days = (ahead - scenario.first_day).days
    # Exact totals are spread over the whole horizon; reviews, and who is young, are decided over it.
    reviewed = any(spec.entity == "review" for spec in chosen.values())
    if asked.is_fixed or asked.fulfilment or reviewed:
        days = max(days, asked.days)
    catalog, solved = solve(asked, streams, declared, sizes, days)
    scenario = bent(asked, asdict(solved))
    if scenario.demand is not asked.demand:
        declared = Calendar.of(scenario, scenario.days, registered)
    calendar = Calendar.of(scenario, days, registered)
    if scenario.demand.noise:
        shops, length = len(scenario.demand.shops), len(calendar.trend)
        noise = multipliers(scenario.demand.noise, streams, length, shops)
        calendar = dataclasses.replace(calendar, noise=noise)
    customers: CustomerPool | CustomerRegistry = registry or CustomerPool.plan(scenario, streams)
    if isinstance(customers, CustomerRegistry) and scenario.customers.registered:
        customers = customers.on(declared.orders_by_shop, scenario.promises.customer_order_share_max)
        customers = customers.weighted(scenario.customers.registered.weight_sd)
    counts = OrderCounts.draw(scenario, calendar, streams)
    horizon = max(asked.days, calendar.day_of(last) + 1)
    orders = int(counts.starts[-1])
    sizes = BasketSizes.of(scenario.basket, orders)
    payment, shipping = scenario.payment, scenario.shipping
    whole = Plan(
        scenario=scenario,
        seed=seed,
        first=first,
        last=last,
        tables=chosen,
        calendar=calendar,
        counts=counts,
        catalog=catalog,
        quality=Quality.of(scenario, streams, catalog.category, catalog.price),
        customers=customers,
        sizes=sizes,
        line_numbers=None,
        discounts=DealtMix.of(
            "line.discount",
            scenario.discount.deal,
            list(scenario.discount.shares.values()),
            scenario.basket.lines or 0,
        ),
        promoted=Promoted.of(scenario, calendar),
        saturation=Saturation.of(scenario, declared),
        statuses=Statuses.plan(scenario.fulfilment, counts.until(horizon), list(scenario.demand.shops))
        if scenario.fulfilment
        else None,
        payments=DealtMix.of("order.payment", payment.deal, list(payment.shares.values()), orders)
        if payment
        else None,
        elsewhere=DealtMix.of("order.elsewhere", shipping.deal, shipping.home_and_elsewhere, orders)
        if shipping
        else None,
        review_limit=1 << 64,
        solved=dataclasses.replace(
            solved,
            base=round(declared.base, 9),
            customer_offset_share=customers.offset if isinstance(customers, CustomerPool) else None,
        ),
        exchange=draw_rates(scenario, streams, len(calendar.trend)),
        asked=asked,
        as_of=calendar.day_of(as_of) if as_of else None,
        shown_on=calendar.day_of(last),
    )
    return with_customers(whole, customers)


def _refuse_horizon(scenario: Scenario, first: dt.date, last: dt.date, as_of: dt.date | None) -> None:
    """Refuse days that the scenario doesn't know, or that are none."""
    if first < scenario.first_day:
        raise RequestError(
            f"--from {first}: {scenario.name} starts on {scenario.first_day}; give a later day"
        )
    if last < first:
        raise RequestError(f"--from {first}, last day {last}: the horizon would be empty")
    if last > scenario.first_day + dt.timedelta(days=36_600):
        raise RequestError(
            f"last day {last}: at most 100 years after the scenario's start, {scenario.first_day}"
        )
    if scenario.is_fixed and last > scenario.last_day:
        raise RequestError(
            f"last day {last}: {scenario.name} deals exact totals over its horizon, "
            f"which ends on {scenario.last_day}; give an earlier day"
        )
    if scenario.demand.holidays and last.year > scenario.demand.holidays.last_year:
        raise RequestError(
            f"last day {last}: the holidays of {scenario.name} are known to the end of "
            f"{scenario.demand.holidays.last_year}; give an earlier day, or declare more years"
        )
    if as_of and as_of < first:
        raise RequestError(f"--as-of {as_of}: the first day is {first}, and nothing is known before it")


def with_customers(whole: Plan, customers: CustomerPool | CustomerRegistry) -> Plan:
    """Return the plan with these customers, and what follows from how often each of them orders."""
    whole = dataclasses.replace(whole, customers=customers)
    habits, buyers, basket = whole.scenario.customers.habits, whole.buyers, whole.scenario.basket
    sizes, tastes, favourites, returning = whole.sizes, None, None, None
    if habits and habits.basket_size_correlation:
        sizes = sizes.with_habit(habits.basket_size_correlation, buyers)
    if habits and habits.price_tilt:
        tastes = Tastes.of(habits.price_tilt, whole.catalog, buyers)
    if habits and habits.favourites:
        favourites = Favourites.of(habits.favourites, buyers)
    if habits and habits.return_correlation:
        returning = Returning.of(habits.return_correlation, whole.catalog, buyers, sizes)
    numbers = whole.line_numbers
    if whole.publishes("line", "id") and (numbers is None or sizes.own is not None):
        numbers = LineNumbers.count(sizes, whole.counts, buyers)
    return dataclasses.replace(
        whole,
        sizes=sizes,
        tastes=tastes,
        favourites=favourites,
        pairing=Pairing.of(basket, whole.catalog) if basket.sub_category_affinity else None,
        returning=returning,
        line_numbers=numbers,
    )


def _lead_days(scenario: Scenario, entities: Collection[str]) -> int:
    """Days by which the revenue that is needed for tables of marketing lies ahead."""
    lead = 0
    if "marketing_day" in entities and scenario.marketing:
        lead = scenario.marketing.lead_days
    if "marketing_channel_day" in entities:
        lead = max(lead, *(c.lead_days for c in (scenario.marketing_channels or {}).values()), 0)
    return lead
