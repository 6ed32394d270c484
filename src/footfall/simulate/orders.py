"""Order headers: when, in which shop, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core.arrays import Itself
from footfall.core.streams import Rows
from footfall.plan.clock import Clock
from footfall.plan.parts import Part
from footfall.plan.plan import Plan

Ints = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.uint64]

_FRACTION_BITS = 32
_SECOND_BITS = 17  # a day has 86,400 seconds
_RADIX_ORDERS = 512  # cells this large on average are sorted one by one


@dataclass(frozen=True)
class Orders:
    """Columns of a range of orders.

    Attributes
    ----------
    id : ndarray of int
        From 1, rising with time.
    address : ndarray of uint64
        (day << 40) + place in the day: what the orders' streams are addressed by.
    day : ndarray of int
        Days since the scenario's first.
    second : ndarray of int
        Second of the day.
    shop : ndarray of int
        Index of the shop.
    customer : ndarray of int
        Customer number, from 1.
    """

    id: Ints
    address: Rows
    day: Ints
    second: Ints
    shop: Ints
    customer: Ints

    @property
    def number(self) -> Ints:
        """Orders before this one, which exact shares are dealt by."""
        return self.id - 1


def simulate_orders(plan: Plan, part: Part) -> Orders:
    """Simulate the headers of a part.

    The cells (day, slot) that the part touches are made whole: their times are drawn and sorted, and
    only then cut to the part, so a row does not depend on where parts begin.
    """
    starts = plan.counts.starts
    first_cell = int(np.searchsorted(starts, part.start, side="right")) - 1
    stop_cell = int(np.searchsorted(starts, part.stop, side="left"))
    begin, end = int(starts[first_cell]), int(starts[stop_cell])
    day, address = plan.counts.addresses_of_range(begin, end)
    cut = slice(part.start - begin, part.stop - begin)
    second = _seconds(plan, address, first_cell, stop_cell)[cut]
    day, address = day[cut], address[cut]
    shop, customer = plan.buyers.of_orders(day, address)
    number = np.arange(part.start, part.stop)
    return Orders(id=number + 1, address=address, day=day, second=second, shop=shop, customer=customer)


def _seconds(plan: Plan, address: Rows, first_cell: int, stop_cell: int) -> Ints:
    """Second of the day of each order of some cells, rising within each.

    Nothing but the time is drawn before sorting, so it is sorted in whole seconds: ties have no order.
    """
    slots = plan.counts.slots
    counts = np.diff(plan.counts.starts[first_cell : stop_cell + 1])
    slot = np.arange(first_cell, stop_cell) % slots
    since = plan.streams.bits("order.time", address)
    since >>= np.uint64(64 - _FRACTION_BITS)
    if plan.scenario.demand.hours is not None:
        weekday = (plan.calendar.first_day.weekday() + np.arange(first_cell, stop_cell) // slots) % 7
        clock = _clock(Itself(plan.scenario.demand))
        return _by_the_clock(clock, since, counts, *clock.slots(weekday, slot, slots))
    opens, closes = _opening_seconds(Itself(plan.scenario.demand))
    width = closes - opens + 1
    if slots > 1:
        since += np.repeat(slot.astype(np.uint64) << np.uint64(_FRACTION_BITS), counts)
    since *= np.uint64(width)
    if slots > 1:
        since //= np.uint64(slots)
    since >>= np.uint64(_FRACTION_BITS)
    second = _sorted_in_cells(since, counts, slot * width // slots, width // slots + 2)
    second += opens
    return second


def _by_the_clock(clock: Clock, fraction: Seconds, counts: Ints, low: Ints, high: Ints) -> Ints:
    """Second of the day of each order of cells that reach from one unit to another, rising in each."""
    fraction *= np.repeat((high - low).view(np.uint64), counts)
    fraction >>= np.uint64(_FRACTION_BITS)
    mass = fraction.view(np.int64)
    mass += np.repeat(low, counts)
    earliest, latest = clock.second(low), clock.second(high - 1)
    second = clock.second(mass).view(np.uint64)
    return _sorted_in_cells(second, counts, earliest, int((latest - earliest).max()) + 1)


@lru_cache(maxsize=4)
def _clock(demand: Itself) -> Clock:
    return Clock.of(demand.value, demand.value.hours)


@lru_cache(maxsize=4)
def _opening_seconds(demand: Itself) -> tuple[int, int]:
    first, last = demand.value.opening_seconds  # parsed from text, in the time of a thousand orders
    return int(first), int(last)


def _sorted_in_cells(since: Seconds, counts: Ints, earliest: Ints, span: int) -> Ints:
    """Sort the seconds of each cell; those of a cell lie in earliest .. earliest + span - 1."""
    if span <= 1 << 16 and len(since) >= _RADIX_ORDERS * len(counts):
        # Sixteen bits are sorted by radix, in a tenth of the time.
        shift = np.repeat(earliest, counts)
        short = (since.view(np.int64) - shift).astype(np.uint16)
        ends = np.cumsum(counts)
        for first, last in zip((ends - counts).tolist(), ends.tolist(), strict=True):
            short[first:last].sort(kind="stable")
        shift += short
        return shift
    cell = np.repeat(np.arange(len(counts), dtype=np.uint64) << np.uint64(_SECOND_BITS), counts)
    cell += since
    if len(counts) >> (32 - _SECOND_BITS):
        cell.sort()
    else:
        narrow = cell.astype(np.uint32)  # sorted in half the time
        narrow.sort()
        cell = narrow.astype(np.uint64)
    cell &= np.uint64((1 << _SECOND_BITS) - 1)
    return cell.view(np.int64)
