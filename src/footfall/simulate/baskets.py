"""What is in a basket: how many lines, which SKUs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.plan.calibrate import later_category_shares
from footfall.plan.plan import Plan
from footfall.scenario.buying import MAX_LINES
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ATTEMPTS = 64


@dataclass(frozen=True)
class Baskets:
    """Lines of a range of orders, basket by basket, the first item first.

    Attributes
    ----------
    size : ndarray of int, shape (orders,)
    order : ndarray of int, shape (lines,)
        Index of the line's order within the range.
    number : ndarray of int, shape (lines,)
        Place in the basket, from 0.
    sku : ndarray of int, shape (lines,)
        Index of the SKU.
    address : ndarray of uint64, shape (lines,)
        The order's address * MAX_LINES + number.
    """

    size: Ints
    order: Ints
    number: Ints
    sku: Ints
    address: npt.NDArray[np.uint64]


def simulate_baskets(plan: Plan, orders: Orders) -> Baskets:
    """Fill the baskets position after position, since a later item depends on the earlier ones."""
    size = plan.sizes.of_orders(plan.streams, orders.number, orders.address)
    starts = np.cumsum(size) - size
    order = np.repeat(np.arange(len(size)), size)
    number = np.arange(len(order)) - starts[order]
    address = orders.address[order] * np.uint64(MAX_LINES) + number.astype(np.uint64)

    shelf = _Shelf.of(plan)
    sku = np.empty(len(order), dtype=np.int64)
    sku[starts] = _first_skus(plan, shelf, address[starts], orders.day)
    first_category = plan.catalog.category[sku[starts]]
    for position in range(1, int(size.max(initial=1))):
        baskets = np.flatnonzero(size > position)
        at = starts[baskets] + position
        u_category = plan.streams.uniform("basket.category", address[at])
        category = shelf.later_category(first_category[baskets], u_category)
        taken = sku[starts[baskets][:, None] + np.arange(position)]
        sku[at] = _pick_untaken(plan, shelf, address[at], category, taken, orders.day[baskets])
    return Baskets(size=size, order=order, number=number, sku=sku, address=address)


@dataclass(frozen=True)
class _Shelf:
    """SKUs standing category by category, so that one lookup serves the whole and each category."""

    sku: Ints
    edges: Floats  # distribution function over the shelf
    lookup: laws.Discrete
    start: Ints  # a category's first place on the shelf, and one past the last category
    later: Floats  # distribution function of a later item's category, a row a first category

    @classmethod
    def of(cls, plan: Plan) -> _Shelf:
        names = list(plan.scenario.catalog.categories)
        sku = np.argsort(plan.catalog.category, kind="stable")
        counts = np.bincount(plan.catalog.category, minlength=len(names))
        lookup = laws.Discrete.of(plan.catalog.weight[sku])
        weights = np.bincount(plan.catalog.category, plan.catalog.weight, minlength=len(names))
        later = np.cumsum(later_category_shares(weights / weights.sum(), plan.scenario.basket, names), axis=1)
        later[:, -1] = 1.0
        start = np.concatenate([[0], np.cumsum(counts)])
        return cls(
            sku=sku, edges=np.concatenate([[0.0], lookup.edges]), lookup=lookup, start=start, later=later
        )

    def any_sku(self, u: Floats) -> Ints:
        return self.sku[self.lookup(u)]

    def sku_of(self, category: Ints, u: Floats) -> Ints:
        low, high = self.edges[self.start[category]], self.edges[self.start[category + 1]]
        place = self.lookup(np.minimum(low + u * (high - low), np.nextafter(1.0, 0.0)))
        # Rounding at a category's edge must not lead to its neighbour.
        return self.sku[np.clip(place, self.start[category], self.start[category + 1] - 1)]

    def later_category(self, first: Ints, u: Floats) -> Ints:
        return np.asarray((u[:, None] >= self.later[first]).sum(axis=1))


def _first_skus(plan: Plan, shelf: _Shelf, address: npt.NDArray[np.uint64], day: Ints) -> Ints:
    """Draw first items by weight; one that is not listed yet on its day is drawn again."""
    sku = shelf.any_sku(plan.streams.uniform("basket.sku.0", address))
    again = np.flatnonzero(plan.catalog.listed[sku] > day)
    for attempt in range(1, _ATTEMPTS):
        if not again.size:
            break
        sku[again] = shelf.any_sku(plan.streams.uniform(f"basket.sku.{attempt}", address[again]))
        again = again[plan.catalog.listed[sku[again]] > day[again]]
    if again.size:
        everything = np.ones((len(again), len(plan.catalog.weight)), dtype=bool)
        sku[again] = _pick_rest(plan, address[again], everything, day[again])
    return sku


def _pick_untaken(  # noqa: PLR0917 - columns of the same lines
    plan: Plan, shelf: _Shelf, address: npt.NDArray[np.uint64], category: Ints, taken: Ints, day: Ints
) -> Ints:
    """Draw a SKU of each category by weight among those listed and not taken; others are drawn again.

    Redrawing is addressed by (row, attempt). What is still a repeat after many attempts (a SKU that
    carries nearly all of its category) is drawn from the remaining weights at once: the same law.
    """

    def is_wrong(sku: Ints, lines: Ints | slice) -> npt.NDArray[np.bool_]:
        repeated = (sku[:, None] == taken[lines]).any(axis=1)
        return np.asarray(repeated | (plan.catalog.listed[sku] > day[lines]))

    sku = shelf.sku_of(category, plan.streams.uniform("basket.sku.0", address))
    again = np.flatnonzero(is_wrong(sku, slice(None)))
    for attempt in range(1, _ATTEMPTS):
        if not again.size:
            return sku
        u = plan.streams.uniform(f"basket.sku.{attempt}", address[again])
        sku[again] = shelf.sku_of(category[again], u)
        again = again[is_wrong(sku[again], again)]
    if again.size:
        allowed = plan.catalog.category == category[again][:, None]
        np.put_along_axis(allowed, taken[again], False, axis=1)
        sku[again] = _pick_rest(plan, address[again], allowed, day[again])
    return sku


def _pick_rest(
    plan: Plan, address: npt.NDArray[np.uint64], allowed: npt.NDArray[np.bool_], day: Ints
) -> Ints:
    """Draw by weight from the allowed and listed SKUs of each line at once."""
    is_listed = plan.catalog.listed <= day[:, None]
    cumulated = np.cumsum(np.where(allowed & is_listed, plan.catalog.weight, 0.0), axis=1)
    u = plan.streams.uniform("basket.sku.rest", address) * cumulated[:, -1]
    return np.asarray((cumulated <= u[:, None]).sum(axis=1))
