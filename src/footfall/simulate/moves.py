"""Customers who move: where each lives on a day, and all addresses that each has had.

Whether a customer moves in a year, when and where to, is drawn at the address (year, customer), so a
longer horizon adds moves and changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy
from footfall.core.streams import Rows, Streams
from footfall.plan.people import Locale
from footfall.plan.plan import Plan
from footfall.plan.registry import CustomerRegistry
from footfall.simulate.people import address_lines, addresses

Ints = npt.NDArray[np.int64]

DAYS_A_YEAR = 365
HOME = ("address", "city", "state", "postcode")
_AT_FIRST, _LATER = "customer", "moved"
"""Whose streams draw the address that a customer registers with, and the later ones."""
_YEAR_BITS, _HALF = np.uint64(40), np.uint64(32)


def last_move(plan: Plan, numbers: Ints, day: Ints) -> Ints:
    """Year in which each of these customers moved for the last time up to a day; -1 for never.

    Parameters
    ----------
    numbers
        Customers from 0, in any order.
    day
        Day t of each.
    """
    last = np.full(len(numbers), -1)
    if plan.scenario.customers.moves is None:
        return last
    since = _since(plan, numbers)
    for year in range(int(day.max(initial=0)) // DAYS_A_YEAR + 1):
        moved_on = _moved_on(plan, numbers, year)
        last[(moved_on > since) & (moved_on <= day)] = year
    return last


def homes(
    streams: Streams, locales: Sequence[Locale], locale_of: Ints, numbers: Ints, year: Ints
) -> dict[str, pa.Array]:
    """Columns of `HOME` of customers by their numbers from 0: after the move of a year, the first for -1."""
    first, later = np.flatnonzero(year < 0), np.flatnonzero(year >= 0)
    one = addresses(streams, _AT_FIRST, locales, locale_of[first], numbers[first].astype(np.uint64))
    two = addresses(streams, _LATER, locales, locale_of[later], _rows(numbers[later], year[later]))
    return {field: merged(first, one[field], later, two[field]) for field in HOME}


def home_lines(
    streams: Streams, locales: Sequence[Locale], locale_of: Ints, numbers: Ints, year: Ints
) -> pa.Array:
    """Shipping lines of customers, as `homes`."""
    first, later = np.flatnonzero(year < 0), np.flatnonzero(year >= 0)
    one = address_lines(streams, _AT_FIRST, locales, locale_of[first], numbers[first].astype(np.uint64))
    if not len(later):
        return one
    two = address_lines(streams, _LATER, locales, locale_of[later], _rows(numbers[later], year[later]))
    return merged(first, one, later, two)


def address_history(plan: Plan, locales: Sequence[Locale], locale_of: Ints, numbers: Ints) -> dict[str, Any]:
    """All addresses of some customers up to the day on which the plan shows them, customer by customer.

    Returns
    -------
    dict
        `customer`, the columns of `HOME`, and `valid_from` (day t).
    """
    since = _since(plan, numbers)
    years = range(plan.shown_on // DAYS_A_YEAR + 1)
    begins = np.stack([since, *(_moved_on(plan, numbers, year) for year in years)], axis=1)
    holds = (begins > since[:, None]) & (begins <= plan.shown_on)
    holds[:, 0] = True  # also of those who are to register
    row, column = np.nonzero(holds)
    return {
        "customer": numbers[row] + 1,
        **homes(plan.streams, locales, locale_of[row], numbers[row], column - 1),
        "valid_from": begins[row, column],
    }


def _since(plan: Plan, numbers: Ints) -> Ints:
    """Day t from which each customer is one; the first day where they don't register."""
    if isinstance(plan.customers, CustomerRegistry):
        return plan.customers.day[numbers]
    return np.zeros(len(numbers), dtype=np.int64)


def _moved_on(plan: Plan, numbers: Ints, year: int) -> Ints:
    """Day t on which each customer moves in a year; -1 for who doesn't."""
    law = plan.scenario.customers.moves
    assert law is not None, "asked for where customers move"
    rows = _rows(numbers, np.full(len(numbers), year))
    place = (plan.streams.bits("moved.day", rows) >> _HALF) * np.uint64(DAYS_A_YEAR) >> _HALF
    moves = plan.streams.uniform("moved.ever", rows) < law.share_a_year
    return np.where(moves, year * DAYS_A_YEAR + place.astype(np.int64), -1)


def _rows(numbers: Ints, year: Ints) -> Rows:
    return (year.astype(np.uint64) << _YEAR_BITS) + numbers.astype(np.uint64)


def merged(first: Ints, one: pa.Array, later: Ints, two: pa.Array) -> pa.Array:
    """Texts of both, each at the place that is told."""
    place = np.empty(len(first) + len(later), dtype=np.int64)
    place[first] = np.arange(len(first))
    place[later] = len(first) + np.arange(len(later))
    return pa.concat_arrays([one, two]).take(from_numpy(place, pa.int64()))
