"""How often each customer ordered, and in which shop, in two bytes a customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.statistics import Counts
from footfall.core import compiled
from footfall.core.arrays import packed

Words = npt.NDArray[Any]  # unsigned, of a width that depends on the pool
Bools = npt.NDArray[np.bool_]

_MOST_WIDE = 1 << 16  # so many words of eight bytes stay in a processor's second cache
_BINS = (1 << 12) - 1
_AT_ONCE = 1 << 18
_AT_A_TIME = 1 << 13  # what so many orders touch is still in the second cache when it is written


class CustomerOrders:
    """Orders and home shop of the customers 1 to the pool's last; mergeable.

    Both stand in one word a customer, the place of the shop plus one in its upper bits and the orders in
    its lower: large pools are met in random order, and each word is then fetched from memory but once.
    What outgrows the lower bits is carried into a dictionary, which the few keenest customers need.

    Parameters
    ----------
    pool
        Customers.
    shops
        Number of shops.
    """

    def __init__(self, pool: int, shops: int) -> None:
        self._shops = shops
        width = 64 if pool <= _MOST_WIDE else 16 if shops < 1 << 8 else 32
        self._bits = width // 2 if width == 64 else width - shops.bit_length()
        kind = {16: np.uint16, 32: np.uint32, 64: np.uint64}[width]
        self._words: Words = np.zeros(pool + 1, kind)
        self._low: Any = kind((1 << self._bits) - 1)
        self._one: Any = kind(1)
        self._carried: dict[int, int] = {}
        self._spread: tuple[Counts, Counts] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the words."""
        return self._words.nbytes

    @property
    def counts(self) -> Counts:
        """Orders by customer; the first place is nobody's."""
        counts = (self._words & self._low).astype(np.int64 if self._carried else np.uint32)
        for who, carried in self._carried.items():
            counts[who] += carried
        return counts

    @property
    def home(self) -> Counts:
        """Place of the first shop that each customer ordered in; -1 where there is none."""
        kind = np.int16 if self._words.itemsize == 2 else np.int32
        return np.asarray((self._words >> self._bits).astype(kind) - 1)

    @property
    def spread(self) -> tuple[Counts, Counts]:
        """Numbers of orders that customers have, rising from 0, and how many customers have each."""
        if self._spread is None:  # several checks ask for it, and it takes a look at every customer
            self._spread = self._counted()
        return self._spread

    def _counted(self) -> tuple[Counts, Counts]:
        if self._bits == 32:
            orders, times = np.unique(self.counts[1:], return_counts=True)
            return orders.astype(np.int64), times
        places = int(self._low) + 1
        times = np.sum([np.bincount(part & self._low, minlength=places) for part in self._parts()], 0)
        times[0] -= 1  # nobody's
        keen = np.array(list(self._carried), np.int64)
        lows = (self._words[keen] & self._low).astype(np.int64)
        np.subtract.at(times, lows, 1)
        many, of_many = np.unique(lows + list(self._carried.values()), return_counts=True)
        few = np.flatnonzero(times)
        return np.concatenate([few, many]), np.concatenate([times[few], of_many])

    @property
    def keenest(self) -> tuple[int, int]:
        """Customer with the most orders, the first of equals, and these orders."""
        if self._bits == 32 or self._carried:
            counts = self.counts
            who = int(np.argmax(counts))
            return who, int(counts[who])
        best, at = (0, 0), 0
        for part in self._parts():
            counts = part & self._low
            who = int(np.argmax(counts))
            if counts[who] > best[1]:
                best = at + who, int(counts[who])
            at += len(part)
        return best

    @property
    def by_shop(self) -> Counts:
        """Customers by the place of the first shop that they ordered in."""
        return np.sum([np.bincount(p >> self._bits, minlength=self._shops + 1) for p in self._parts()], 0)[1:]

    def _parts(self) -> Iterator[Words]:
        """Few words at once, so that what is worked out of them takes little memory."""
        for start in range(0, len(self._words), _AT_ONCE):
            yield self._words[start : start + _AT_ONCE]

    def add(self, who: npt.NDArray[np.int64], shop: npt.NDArray[Any]) -> Counts:
        """Count orders.

        Parameters
        ----------
        who
            Customers 1 to the pool's last.
        shop
            Place of each order's shop; -1 where it is not known.

        Returns
        -------
        ndarray of int
            Places of the orders in another shop than the customer's first.
        """
        self._spread = None
        moved = self._met(who, shop) if compiled.is_available() else self._in_pieces(who, shop)
        return np.concatenate(moved) if moved else np.empty(0, np.int64)

    def _met(self, who: npt.NDArray[np.int64], shop: npt.NDArray[Any]) -> list[Counts]:
        """Meet one customer after the other: each word is fetched once, and asked for ahead."""
        loop, at, parts = f"count_orders_{8 * self._words.itemsize}", 0, []
        who, shop = packed(who), packed(shop, np.int32)
        moves, n = np.empty(1, np.int64), len(who)
        while at < n:
            moved = np.empty(n - at, np.int64)
            done = compiled.run(loop, self._words, self._bits, at, n, who, shop, moved, moves)
            parts.append(moved[: int(moves[0])])
            at = abs(done)
            if done < 0:
                keen = int(who[at - 1])
                self._carried[keen] = self._carried.get(keen, 0) + int(self._low) + 1
        return parts

    def _in_pieces(self, who: npt.NDArray[np.int64], shop: npt.NDArray[Any]) -> list[Counts]:
        """Do the same for some customers at a time, whose words the second cache holds."""
        here = shop.astype(self._words.dtype) + self._one << self._bits
        all_known = bool((shop >= 0).all())
        return [
            start + self._add(who[start : start + _AT_A_TIME], here[start : start + _AT_A_TIME], all_known)
            for start in range(0, len(who), _AT_A_TIME)
        ]

    def _add(self, who: npt.NDArray[np.int64], here: Words, all_known: bool) -> Counts:
        before = self._words.take(who)
        apart = (before ^ here) > self._low
        if not all_known:  # orders in unknown shops tell nothing
            apart &= here > 0
        moved = self._settle(who, here, before, np.flatnonzero(apart))
        self._count(who, before & self._low)
        return moved

    def _settle(self, who: Counts, here: Words, before: Words, strange: Counts) -> Counts:
        """Give newcomers their shop; places of the orders elsewhere, among those that seem so."""
        if not len(strange):
            return strange
        whose, before, here = who.take(strange), before.take(strange), here.take(strange)
        # Assigned from the last to the first, so that of a newcomer's shops the first one stays.
        self._words[whose[::-1]] = np.where(before > self._low, before, before | here)[::-1]
        return strange[(self._words.take(whose) ^ here) > self._low]

    def _count(self, who: npt.NDArray[np.int64], before: Words) -> None:
        if int(before.max()) + len(who) > self._low:
            # No customer comes more often than the fullest of these bins.
            most = int(np.bincount(who & _BINS).max())
            room = int(self._low) - most
            tight = before > room if room >= 0 else np.ones(len(who), np.bool_)
            if tight.any():
                keen, times = np.unique(who[tight], return_counts=True)
                self._carry(keen, (self._words[keen] & self._low).astype(np.int64) + times)
                who = who[~tight]
        np.add.at(self._words, who, self._one)

    def _carry(self, who: Counts, orders: Counts) -> None:
        """Set the orders of some customers; carry what their words can't hold."""
        kind = self._words.dtype
        low = orders.astype(kind) & self._low
        self._words[who] = (self._words[who] & ~self._low) | low
        over = np.flatnonzero(orders > int(self._low))
        for place in over.tolist():
            customer = int(who[place])
            above = int(orders[place]) >> self._bits << self._bits
            self._carried[customer] = self._carried.get(customer, 0) + above

    def merge(self, other: CustomerOrders) -> Counts:
        """Add the orders that follow; gives the customers who have another first shop there."""
        self._spread, moved = None, []
        start = 0
        for mine, theirs in zip(self._parts(), other._parts(), strict=True):
            orders = (mine & self._low).astype(np.int64) + (theirs & self._low).astype(np.int64)
            here, there = mine >> self._bits, theirs >> self._bits
            moved.append(start + np.flatnonzero((here > 0) & (there > 0) & (here != there)))
            home = np.where(here > 0, here, there)
            over = np.flatnonzero(orders > int(self._low))
            np.copyto(mine, home << self._bits | orders.astype(mine.dtype) & self._low)
            self._carry(start + over, orders[over])
            start += len(mine)
        for customer, carried in other._carried.items():
            self._carried[customer] = self._carried.get(customer, 0) + carried
        return np.concatenate(moved)
