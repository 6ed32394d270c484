"""What is in a basket: how many lines, which SKUs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import Itself
from footfall.core.streams import Rows
from footfall.plan.calibrate import later_category_shares
from footfall.plan.catalog import Catalog
from footfall.plan.plan import Plan
from footfall.scenario.buying import MAX_LINES, Basket
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

_ATTEMPTS = 64
_LINE_BITS = np.uint64(MAX_LINES.bit_length() - 1)
_IN_BASKET = np.uint64(MAX_LINES - 1)


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
    first_slot : ndarray of int, shape (orders,), or None
        Dense number of each first line, where the scenario's total of lines is exact.
    """

    size: Ints
    order: Ints
    number: Ints
    sku: Ints
    address: Rows
    first_slot: Ints | None


def simulate_baskets(plan: Plan, orders: Orders) -> Baskets:
    """Fill the baskets position after position, since a later item depends on the earlier ones."""
    size, first_slot = plan.sizes.of_orders_with_slots(
        plan.streams, orders.number, orders.address, orders.customer
    )
    starts = np.cumsum(size)
    lines = int(starts[-1])
    starts -= size
    order = _order_of_lines(starts, lines)
    first_address = orders.address << _LINE_BITS
    address = (first_address - starts.view(np.uint64)).take(order)
    address += np.arange(lines, dtype=np.uint64)
    return Baskets(
        size=size,
        order=order,
        number=(address & _IN_BASKET).view(np.int64),
        sku=_skus(plan, orders, starts, size, first_address),
        address=address,
        first_slot=first_slot,
    )


def _skus(plan: Plan, orders: Orders, starts: Ints, size: Ints, address: Rows) -> Ints:
    """SKU of each line, from the orders, their first lines, sizes and first lines' addresses."""
    sku = np.empty(int(starts[-1] + size[-1]), dtype=np.int64)
    if plan.promoted is None:
        _fill(sku, plan, _shelf(plan, 0), orders, starts, size, address)
        return sku
    running = plan.promoted.running.take(orders.day)
    for shelf in np.unique(running).tolist():
        some = np.flatnonzero(running == shelf)
        columns = (getattr(orders, field.name).take(some) for field in fields(Orders))
        _fill(
            sku,
            plan,
            _shelf(plan, shelf),
            Orders(*columns),
            starts.take(some),
            size.take(some),
            address.take(some),
        )
    return sku


def _fill(  # noqa: PLR0917 - columns of the same orders
    sku: Ints, plan: Plan, shelf: _Shelf, orders: Orders, starts: Ints, size: Ints, address: Rows
) -> None:
    """Fill in the SKUs of the lines of some orders, which are drawn from one shelf."""
    day = orders.day
    customer = orders.customer if plan.favourites else None
    taste = plan.tastes.classes(plan.streams, orders.customer) if plan.tastes else None
    if plan.pairing:
        taste = np.full(len(size), plan.pairing.base)
    is_changing = plan.catalog.last_listed > day[0] or plan.catalog.first_delisted < day[-1]
    listing = day if is_changing else None
    category = None
    taken: list[Ints] = []
    for position in range(int(size.max(initial=1))):
        if position:
            stay = np.flatnonzero(size > position)
            size, starts, address = size.take(stay), starts.take(stay), address.take(stay)
            taken = [skus.take(stay) for skus in taken]
            listing = None if listing is None else listing.take(stay)
            customer = None if customer is None else customer.take(stay)
            taste = None if taste is None else taste.take(stay)
        rows = address + np.uint64(position)
        if position:
            words = plan.streams.bits("basket.category", rows)
            category = shelf.later_category(words, plan.catalog.category.take(taken[0]))
            taste = plan.pairing.group.take(taken[0]) if plan.pairing else taste
        picked = _pick_untaken(plan, shelf, _Lines(rows, category, listing, customer, taste), taken)
        sku[starts + position] = picked
        taken.append(picked)


def _order_of_lines(starts: Ints, lines: int) -> Ints:
    """Index of each line's order: a running count of the first lines, faster than repeating."""
    order = np.zeros(lines, dtype=np.int64)
    order[starts[1:]] = 1
    return np.cumsum(order, out=order)


@dataclass(frozen=True)
class _Shelf:
    """SKUs standing category by category, so that one distribution serves the whole and each category.

    Where tastes differ, there is one for each class of customers. Days with the same promotions have the
    same shelf.
    """

    any_sku: laws.Choice  # a case a row of weights
    sku_of: laws.Choice  # a case a row and category
    later_category: laws.Choice  # a case a first category
    categories: int
    uplift: Floats  # of each SKU

    def draw(self, words: Words, category: Ints | None, taste: Ints | None) -> Ints:
        """SKU for each word, of a category or of all."""
        if category is None:
            return self.any_sku(words, taste).astype(np.int64)
        case = category if taste is None else category + taste * self.categories
        return self.sku_of(words, case).astype(np.int64)


@dataclass(frozen=True)
class _Lines:
    """Lines whose SKUs are drawn.

    Attributes
    ----------
    category
        None for first items.
    day
        None where every SKU sells.
    customer
        None where nobody has favourites.
    taste
        Row of the sales weights that hold: the customer's class, or what came first; None where there is one.
    """

    address: Rows
    category: Ints | None
    day: Ints | None
    customer: Ints | None
    taste: Ints | None

    def take(self, lines: Ints) -> _Lines:
        """Some of them."""
        parts = (self.category, self.day, self.customer, self.taste)
        return _Lines(self.address.take(lines), *(None if p is None else p.take(lines) for p in parts))


def _shelf(plan: Plan, running: int) -> _Shelf:
    names = tuple(plan.scenario.catalog.categories)
    uplift = (1.0,) * len(names)
    if plan.promoted is not None:
        uplift = tuple(plan.promoted.uplift[running].tolist())
    key = (Itself(plan.catalog), Itself(plan.shelf_weights), Itself(plan.scenario.basket))
    return _shelf_of(*key, names, uplift)


@lru_cache(maxsize=32)
def _shelf_of(
    catalog_key: Itself,
    weights_key: Itself,
    basket_key: Itself,
    names: tuple[str, ...],
    uplifts: tuple[float, ...],
) -> _Shelf:
    catalog: Catalog = catalog_key.value
    rows: Floats | None = weights_key.value
    basket: Basket = basket_key.value
    sku = np.argsort(catalog.category, kind="stable")
    sku = sku.astype(np.int16 if len(sku) <= np.iinfo(np.int16).max else np.int32)  # small tables stay near
    uplift = np.array(uplifts)[catalog.category]
    of_class = [laws.distribution((w * uplift)[sku]) for w in ([catalog.weight] if rows is None else rows)]
    counts = np.bincount(catalog.category, minlength=len(names))
    stops = np.cumsum(counts)
    ranges = list(zip((stops - counts).tolist(), stops.tolist(), strict=True))
    weights = np.bincount(catalog.category, catalog.weight * uplift, minlength=len(names))
    later = np.cumsum(later_category_shares(weights / weights.sum(), basket, list(names)), axis=1)
    categories = np.arange(len(names), dtype=np.int32)
    return _Shelf(
        any_sku=laws.Choice.of([laws.first_steps(e[:-1]) for e in of_class], np.tile(sku, len(of_class))),
        sku_of=laws.Choice.of(
            [_steps_within(edges, start, stop) for edges in of_class for start, stop in ranges],
            # A category without SKUs is never chosen, but has its place.
            np.tile(
                np.concatenate([sku[start : max(stop, start + 1)] for start, stop in ranges]), len(of_class)
            ),
        ),
        later_category=laws.Choice.of(
            [laws.first_steps(shares[:-1]) for shares in later], np.tile(categories, len(names))
        ),
        categories=len(names),
        uplift=uplift,
    )


def _steps_within(edges: Floats, start: int, stop: int) -> laws.Steps:
    """First steps of a category's SKUs but the first: its stretch of the shelf is drawn from evenly.

    Rounding at a category's edge can't lead to its neighbour: that has no step here.
    """
    low, high = np.concatenate([[0.0], edges])[[start, stop]]
    below_one = np.nextafter(1.0, 0.0)
    return laws.first_steps(
        edges[start : max(start, stop - 1)], lambda u: np.minimum(low + u * (high - low), below_one)
    )


def _pick_untaken(plan: Plan, shelf: _Shelf, lines: _Lines, taken: list[Ints]) -> Ints:
    """Draw a SKU by weight, of a category or of all, among those sold and not taken; others are redrawn.

    Redrawing is addressed by (row, attempt). What is still a repeat after many attempts (a SKU that
    carries nearly all of its category) is drawn from the remaining weights at once: the same law.

    Parameters
    ----------
    taken
        SKUs of the same baskets' earlier lines, position by position.
    """

    def draw(attempt: int, lines: _Lines) -> Ints:
        words = plan.streams.bits(f"basket.sku.{attempt}", lines.address)
        sku = shelf.draw(words, lines.category, lines.taste)
        return sku if lines.customer is None else _or_favourite(plan, shelf, attempt, lines, sku)

    def wrong(sku: Ints, taken: list[Ints], day: Ints | None) -> Ints:
        is_wrong = np.zeros(len(sku), dtype=np.bool_)
        if day is not None:
            is_wrong = plan.catalog.listed.take(sku) > day
            is_wrong |= plan.catalog.delisted.take(sku) < day
        for earlier in taken:
            is_wrong |= sku == earlier
        return np.asarray(is_wrong.nonzero()[0])

    sku = draw(0, lines)
    again = wrong(sku, taken, lines.day) if taken or lines.day is not None else np.zeros(0, dtype=np.int64)
    for attempt in range(1, _ATTEMPTS):
        if not again.size:
            return sku
        some = lines.take(again)
        redrawn = draw(attempt, some)
        sku[again] = redrawn
        still = wrong(redrawn, [skus.take(again) for skus in taken], some.day)
        again = again.take(still)
    if again.size:
        sku[again] = _pick_rest(plan, shelf, lines.take(again), [skus.take(again) for skus in taken])
    return sku


def _or_favourite(plan: Plan, shelf: _Shelf, attempt: int, lines: _Lines, sku: Ints) -> Ints:
    """Put favourites of the customers in the place of some SKUs, each by one of the same category."""
    assert plan.favourites is not None
    assert lines.customer is not None
    again, place = plan.favourites.bought(plan.streams, attempt, lines.address)
    category = plan.catalog.category.take(sku.take(again))
    words = plan.favourites.words(plan.streams, lines.customer.take(again), category, place)
    taste = None if lines.taste is None else lines.taste.take(again)
    if plan.pairing:  # a favourite is one whatever came first
        taste = np.full(len(again), plan.pairing.base)
    sku[again] = shelf.draw(words, category, taste)
    return sku


def _pick_rest(plan: Plan, shelf: _Shelf, lines: _Lines, taken: list[Ints]) -> Ints:
    """Draw for these lines by weight from all SKUs that are right at once."""
    catalog = plan.catalog
    is_right = np.ones((len(lines.address), len(catalog.weight)), dtype=np.bool_)
    if lines.category is not None:
        is_right &= catalog.category == lines.category[:, None]
    if lines.day is not None:
        is_right &= (catalog.listed <= lines.day[:, None]) & (catalog.delisted >= lines.day[:, None])
    for skus in taken:
        is_right[np.arange(len(is_right)), skus] = False
    weights = catalog.weight if plan.shelf_weights is None else plan.shelf_weights[lines.taste]
    cumulated = np.cumsum(np.where(is_right, weights * shelf.uplift, 0.0), axis=1)
    u = plan.streams.uniform("basket.sku.rest", lines.address) * cumulated[:, -1]
    return np.asarray((cumulated <= u[:, None]).sum(axis=1))
