"""Expected orders of every day and shop, and the counts that are drawn from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Rows, Streams
from footfall.scenario.model import Scenario

DAY_BITS = np.uint64(40)
"""An order's address is (day << 40) + its place in the day, so days do not disturb each other."""

_ORDERS_A_SLOT = 8192


@dataclass(frozen=True)
class Calendar:
    """Factors of the intensity for consecutive days from the scenario's first day on.

    lambda(t, shop) = base * trend(t) * weekday(t) * payday(t) * event(t) * weight(shop)
    (specification, section 3), times the month's season and the share of the customers who have
    registered, and in a shop by its holidays, where the scenario has these. The base belongs to the
    declared years, whatever horizon is asked for.

    Attributes
    ----------
    base : float
        Expected orders of a plain day in a shop of weight 1.
    trend, weekday, payday, event, season, registered : ndarray of float, shape (days,)
        Multipliers.
    discount : ndarray of int, shape (days,)
        Percent off every line of the day; 0 where the everyday discount applies.
    shop_weights : ndarray of float, shape (shops,)
    holiday : ndarray of float, shape (days, shops), or None
        Multipliers of each shop's own holidays, and 0 before it opened, where the scenario has such.
    noise : ndarray of float, shape (days, shops) or (days, 1), or None
        Multipliers that were drawn for each day, of each shop or of all together; none in expectation.
    """

    first_day: dt.date
    base: float
    trend: npt.NDArray[np.float64]
    weekday: npt.NDArray[np.float64]
    payday: npt.NDArray[np.float64]
    event: npt.NDArray[np.float64]
    season: npt.NDArray[np.float64]
    registered: npt.NDArray[np.float64]
    discount: npt.NDArray[np.int64]
    shop_weights: npt.NDArray[np.float64]
    holiday: npt.NDArray[np.float64] | None = None
    noise: npt.NDArray[np.float64] | None = None

    @classmethod
    def of(cls, scenario: Scenario, days: int, registered: npt.NDArray[np.float64] | None = None) -> Calendar:
        """Calendar of `days` days; at least the declared years are looked at to solve the base.

        Parameters
        ----------
        registered
            Share of the customers registered before each declared day, where demand follows them.
        """
        demand = scenario.demand
        length = max(days, scenario.days)
        dates = [scenario.first_day + dt.timedelta(t) for t in range(length)]
        trend = 1 + demand.growth_per_day * np.arange(length, dtype=np.float64)
        weekday = np.array([demand.weekday.multipliers[d.weekday()] for d in dates])
        payday = np.array(
            [demand.payday.multiplier if d.day >= demand.payday.from_day else 1.0 for d in dates]
        )
        event, discount = np.ones(length), np.zeros(length, dtype=np.int64)
        for happening in demand.events.values():
            is_on = np.array([happening.covers(d) for d in dates])
            event[is_on] *= happening.multiplier
            discount[is_on] = np.maximum(discount[is_on], happening.discount_percent)
        season = np.array([demand.months.multipliers[d.month - 1] for d in dates])
        share = np.ones(length)
        if registered is not None:
            share[: scenario.days] = registered
        shop_weights = np.array(list(demand.shops.values()))
        declared = slice(0, scenario.days)
        shape = (trend * weekday * payday * event * season * share)[declared]
        holiday = None
        weight = shape.sum() * shop_weights.sum()
        opened = _opened(scenario, length)
        if demand.holidays is not None or not opened.all():
            holiday = opened.astype(np.float64)
            if demand.holidays is not None:
                holiday *= np.array(demand.holidays.factors(list(demand.shops), dates))
            weight = shape @ (holiday[declared] @ shop_weights)
        base = demand.orders / weight
        cut = slice(0, days)
        return cls(
            first_day=scenario.first_day,
            base=float(base),
            trend=trend[cut],
            weekday=weekday[cut],
            payday=payday[cut],
            event=event[cut],
            season=season[cut],
            registered=share[cut],
            discount=discount[cut],
            shop_weights=shop_weights,
            holiday=None if holiday is None else holiday[cut],
        )

    @property
    def shape(self) -> npt.NDArray[np.float64]:
        """Product of all multipliers of each day."""
        return self.trend * self.weekday * self.payday * self.event * self.season * self.registered

    @property
    def orders_a_day(self) -> npt.NDArray[np.float64]:
        """Expected orders of each day over all shops."""
        weight = self.shop_weights.sum() if self.holiday is None else self.holiday @ self.shop_weights
        return np.maximum(self.base * self.shape * weight, 0.0)

    @property
    def orders_by_shop(self) -> npt.NDArray[np.float64]:
        """Expected orders of each day and shop, shape (days, shops)."""
        by_shop = np.outer(self.base * self.shape, self.shop_weights)
        return np.maximum(by_shop if self.holiday is None else by_shop * self.holiday, 0.0)

    @property
    def shop_factors(self) -> npt.NDArray[np.float64] | None:
        """What the shops' weights are multiplied by each day, shape (days, shops); None where they stay."""
        if self.noise is None or self.noise.shape[1] == 1:
            return self.holiday
        return self.noise if self.holiday is None else self.holiday * self.noise

    @property
    def drawn_a_day(self) -> npt.NDArray[np.float64]:
        """What each day's count over all shops is Poisson about: the expected orders times the noise."""
        if self.noise is None:
            return self.orders_a_day
        if self.noise.shape[1] == 1:
            return np.asarray(self.orders_a_day * self.noise[:, 0])
        factors = self.shop_factors
        assert factors is not None, "shops have noise of their own"
        return np.maximum(self.base * self.shape * (factors @ self.shop_weights), 0.0)

    def day_of(self, date: dt.date) -> int:
        """T of a date: days since the scenario's first day."""
        return (date - self.first_day).days

    def date_of(self, day: int) -> dt.date:
        """Date of day t."""
        return self.first_day + dt.timedelta(day)


def _opened(scenario: Scenario, days: int) -> npt.NDArray[np.bool_]:
    """Whether each shop has opened by each day t, shape (days, shops)."""
    since = [
        (scenario.shops[shop].opened - scenario.first_day).days if scenario.shops else 0
        for shop in scenario.demand.shops
    ]
    return np.arange(days)[:, None] >= np.array(since)


@dataclass(frozen=True)
class OrderCounts:
    """How many orders each cell (day, slot of equal length) has, and where its orders are numbered.

    The counts are independent Poissons; by superposition a day's count is Poisson too, and by the
    marking theorem so are the counts of the shops among which its orders are dealt (Kingman 1993,
    "Poisson processes", sections 2.2 and 5.2). Where the scenario asks for an exact total, they are
    the same Poissons given their sum: a multinomial (section 2.4).

    Attributes
    ----------
    slots : int
        Slots a day; follows from the scenario's size alone.
    starts : ndarray of int, shape (days * slots + 1,)
        Number of orders before each cell, from the scenario's first day.
    """

    slots: int
    starts: npt.NDArray[np.int64]

    @classmethod
    def draw(cls, scenario: Scenario, calendar: Calendar, streams: Streams) -> OrderCounts:
        """Draw the counts of all days of `calendar`."""
        slots = max(1, int(np.ceil(scenario.demand.orders / scenario.days / _ORDERS_A_SLOT)))
        days = len(calendar.trend)
        midnights = np.arange(days, dtype=np.uint64) << DAY_BITS
        addresses = np.add.outer(midnights, np.arange(slots, dtype=np.uint64)).ravel()
        means = np.repeat(calendar.drawn_a_day / slots, slots)
        if scenario.demand.deal == "exact":
            means[scenario.days * slots :] = 0.0  # nothing is ordered beyond the horizon
            counts = _multinomial(streams, round(scenario.demand.orders), means)
        else:
            counts = laws.poisson(streams.uniform("order.count", addresses), means)
        return cls(slots=slots, starts=np.concatenate([[0], np.cumsum(counts)]))

    def until(self, day: int) -> OrderCounts:
        """Return the counts of the days before day t."""
        return OrderCounts(self.slots, self.starts[: day * self.slots + 1])

    def first_order_of(self, day: int) -> int:
        """Number of orders before day t."""
        return int(self.starts[day * self.slots])

    def addresses(self, number: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Rows]:
        """Day and address of orders by their number from 0."""
        cell = np.searchsorted(self.starts, number, side="right") - 1
        day = cell // self.slots
        place = (number - self.starts[day * self.slots]).astype(np.uint64)
        return day, (day.astype(np.uint64) << DAY_BITS) + place

    def addresses_of_range(self, start: int, stop: int) -> tuple[npt.NDArray[np.int64], Rows]:
        """Day and address of orders start .. stop - 1: the same as `addresses`, without a search for each."""
        by_day = self.starts[:: self.slots]
        first = int(np.searchsorted(by_day, start, side="right")) - 1
        last = int(np.searchsorted(by_day, stop, side="left"))
        edges: npt.NDArray[np.int64] = np.clip(by_day[first : last + 1], start, stop)
        orders = edges[1:] - edges[:-1]
        days = np.arange(first, first + len(orders))
        number = np.arange(start, stop, dtype=np.uint64)
        number += np.repeat((days << int(DAY_BITS)) - by_day[first : first + len(orders)], orders).view(
            np.uint64
        )
        return np.repeat(days, orders), number


def _multinomial(streams: Streams, total: int, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Spread a total over cells: halved again and again, each left half a binomial of its whole."""
    width = 1 << max(1, (len(weights) - 1).bit_length())
    sums = [np.concatenate([weights, np.zeros(width - len(weights))])]
    while len(sums[-1]) > 1:
        sums.append(sums[-1][0::2] + sums[-1][1::2])
    counts = np.array([total])
    for halves, wholes in zip(sums[-2::-1], sums[:0:-1], strict=True):
        nodes = np.arange(len(wholes), 2 * len(wholes), dtype=np.uint64)  # numbered as in a heap
        share = halves[0::2] / np.where(wholes > 0, wholes, 1.0)
        left = laws.binomial(streams.uniform("order.count", nodes), counts, share)
        counts = np.stack([left, counts - left], axis=1).ravel()
    return counts[: len(weights)]


def month_after(day: dt.date) -> dt.date:
    """First day of the month after a day's."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
