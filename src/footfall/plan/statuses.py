"""Which status each order has: the youngest are still in progress, the others are dealt by their mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.errors import UnreachableTarget
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Rows, Streams
from footfall.plan.calendar import OrderCounts
from footfall.plan.mixes import DealtMix, choice_by_case
from footfall.scenario.buying import AGE_PARTS, AGE_SLOPE, Fulfilment, InProgress

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_STREAM = "order.status"


@dataclass(frozen=True)
class Progress:
    """Orders in progress: the younger an order, the likelier; each block of orders has its quota.

    Attributes
    ----------
    status : int
        Place of the status in the mix.
    edges : tuple of int
        Order numbers at which the blocks of young orders begin, and the number of all orders.
    quotas : tuple of int
        Orders in progress in each block.
    exact : bool
        Whether the quotas are kept exactly or expected.
    """

    status: int
    edges: tuple[int, ...]
    quotas: tuple[int, ...]
    exact: bool

    def is_open(self, streams: Streams, number: Ints, address: Rows) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Whether each order is in progress, and the dense number among the others of each that is not."""
        edges, quotas = np.array(self.edges), np.array(self.quotas)
        sizes = np.diff(edges)
        # Orders beyond the horizon, which marketing looks ahead at, are as young as the youngest.
        block = np.minimum(np.searchsorted(edges, number, side="right"), len(sizes)) - 1
        if not self.exact:
            chance = np.concatenate([[0.0], quotas / np.maximum(sizes, 1)])
            return streams.uniform(f"{_STREAM}.open", address) < chance[block + 1], number
        is_open, rest = np.zeros(len(number), dtype=bool), number.copy()
        settled_before = edges[0] + np.cumsum(sizes - quotas) - (sizes - quotas)
        for b in np.unique(block[block >= 0]).tolist():
            here = block == b
            deal = KeyedPermutation(streams, f"{_STREAM}.open.{b}", int(sizes[b]))
            dealt = deal(number[here] - edges[b])
            is_open[here] = dealt < quotas[b]
            rest[here] = settled_before[b] + dealt - quotas[b]
        return is_open, rest


@dataclass(frozen=True)
class Statuses:
    """Status of each order, told for any order alone.

    Attributes
    ----------
    names : tuple of str
    settled : DealtMix
        Mix of the orders that are not in progress.
    settled_names : tuple of int
        Place in `names` of each of its values.
    progress : Progress or None
    cases : tuple or None
        Shares of the settled statuses by shop and period, where these differ.
    """

    names: tuple[str, ...]
    settled: DealtMix
    settled_names: tuple[int, ...]
    progress: Progress | None
    cases: tuple[tuple[float, ...], ...] | None = None

    @classmethod
    def plan(cls, law: Fulfilment, counts: OrderCounts, shops: list[str]) -> Statuses:
        """Apportion the statuses to the orders.

        Raises
        ------
        UnreachableTarget
            Too few orders are young enough to be in progress.
        """
        names, orders = tuple(law.shares), int(counts.starts[-1])
        quotas = dict(zip(names, laws.apportion(orders, list(law.shares.values())), strict=True))
        progress = None
        if law.in_progress:
            progress = _progress(law.in_progress, names, quotas, counts, exact=law.deal == "exact")
        open_name = law.in_progress.status if law.in_progress else None
        others = [name for name in names if name != open_name]
        exact = tuple(quotas[name] for name in others) if law.deal == "exact" else None
        settled = DealtMix(_STREAM, tuple(law.shares[name] for name in others), exact)
        places = tuple(names.index(name) for name in others)
        cases = tuple(tuple(mix[at] for at in places) for mix in law.cases(shops)) if law.varies else None
        return cls(names, settled, places, progress, cases)

    def of_orders(self, streams: Streams, number: Ints, address: Rows, case: Ints | None = None) -> Ints:
        """Place in `names` of each order's status, by the order's number from 0 and its address.

        Parameters
        ----------
        case
            Of each order, where cases differ.
        """
        if self.cases is not None and case is not None:
            status = choice_by_case(self.cases)(streams.bits(_STREAM, address), case)
            status = np.array(self.settled_names).take(status)
            if self.progress is not None:
                status[self.progress.is_open(streams, number, address)[0]] = self.progress.status
            return status
        if self.progress is None:
            return np.array(self.settled_names)[self.settled(streams, number, address)]
        is_open, rest = self.progress.is_open(streams, number, address)
        status = np.full(len(number), self.progress.status)
        closed = ~is_open
        if closed.any():
            dealt = self.settled(streams, rest[closed], address[closed])
            status[closed] = np.array(self.settled_names)[dealt]
        return status


def _progress(
    law: InProgress, names: tuple[str, ...], quotas: dict[str, int], counts: OrderCounts, *, exact: bool
) -> Progress:
    orders, quota = int(counts.starts[-1]), quotas[law.status]
    by_day = counts.starts[:: counts.slots]
    last_day = int(np.searchsorted(by_day, orders, side="left")) - 1
    too_old = int(by_day[max(0, last_day - int(law.age_days_max))])
    young = min(round(law.youngest_share * orders), orders - too_old)
    if young < quota:
        raise UnreachableTarget(
            f"fulfilment.in_progress: {quota:,} orders shall be '{law.status}' and only {young:,} are young "
            f"enough ({law.age_days_max:g} days); raise age_days_max or youngest_share, or lower the share"
        )
    blocks = max(1, min(AGE_PARTS, young))
    edges = orders - young + np.arange(blocks + 1) * young // blocks
    mean = quota / max(1, young)
    # From old to young the chance rises in a straight line about its mean, as far as 0 and 1 allow.
    slope = np.linspace(-AGE_SLOPE, AGE_SLOPE, blocks) if blocks > 1 else np.zeros(1)
    chance = mean + min(mean, 1 - mean) * slope
    sizes = np.diff(edges)
    dealt = np.minimum(laws.apportion(quota, (chance * sizes).tolist()) if quota else [0] * blocks, sizes)
    for b in range(blocks - 1, -1, -1):  # what rounding could not place goes to the youngest with room
        dealt[b] += min(int(sizes[b] - dealt[b]), quota - int(dealt.sum()))
    open_days = np.repeat(last_day - (np.searchsorted(by_day, edges[:-1], side="right") - 1), dealt)
    if quota and float(np.median(open_days)) > law.median_age_days_max:
        raise UnreachableTarget(
            f"fulfilment.in_progress: half of the '{law.status}' orders would be older than "
            f"{law.median_age_days_max:g} days; lower youngest_share, or raise median_age_days_max"
        )
    return Progress(names.index(law.status), tuple(edges.tolist()), tuple(dealt.tolist()), exact)
