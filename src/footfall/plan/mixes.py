"""How mixes are dealt to rows: exactly, by a keyed permutation over quota blocks, or as chance has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import places_among
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Rows, Streams
from footfall.scenario.strict import Deal

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.signedinteger]


@lru_cache(maxsize=8)
def choice_by_case(shares: tuple[tuple[float, ...], ...]) -> laws.Choice:
    """Choice of a value, given each row's case, by the shares of the values in every case."""
    places = np.arange(len(shares[0]), dtype=np.int32)
    first = [laws.first_steps(laws.distribution(own)[:-1]) for own in shares]
    return laws.Choice.of(first, np.tile(places, len(shares)))


def cases_of(first_days: Sequence[int], day: Ints, shop: Ints, shops: int) -> Ints:
    """Case of each row: its shop among those of its period, from the first days t of all but the first."""
    period = np.searchsorted(np.array(first_days, dtype=np.int64), day, side="right")
    return np.asarray(period * shops + shop)


@dataclass(frozen=True)
class DealtMix:
    """Which value of a mix each row has, told for any row alone.

    Where the mix is exact, the rows' dense numbers 0 .. size - 1 are permuted under a key, and the
    block of the permuted order in which a row lands is its value: each value has exactly its quota, and
    no list of rows is kept. Elsewhere a row's value is drawn at its address.

    Attributes
    ----------
    stream : str
        What is decided, for example ``"order.payment"``.
    weights : tuple of float
        Share of each value.
    quotas : tuple of int or None
        Rows of each value where the mix is exact; they add up to the number of rows.

    Examples
    --------
    >>> dealt = DealtMix.of("line.discount", "exact", [0.7, 0.2, 0.1], 10)
    >>> rows = np.arange(10)
    >>> np.bincount(dealt(Streams(42), rows, rows.astype(np.uint64))).tolist()
    [7, 2, 1]
    """

    stream: str
    weights: tuple[float, ...]
    quotas: tuple[int, ...] | None

    @classmethod
    def of(cls, stream: str, deal: Deal, shares: Sequence[float], rows: int) -> DealtMix:
        """Deal shares to so many rows; the quotas are apportioned by largest remainder."""
        quotas = tuple(laws.apportion(rows, shares)) if deal == "exact" else None
        return cls(stream=stream, weights=tuple(shares), quotas=quotas)

    def __call__(self, streams: Streams, number: Ints, address: Rows) -> Places:
        """Place of each row's value in the mix, by its dense number or its address."""
        return self.chosen(streams, number, address, None)

    def chosen(self, streams: Streams, number: Ints, address: Rows, values: tuple[int, ...] | None) -> Places:
        """Each row's own one of `values`, whole numbers from 0; its place where there are none."""
        if self.quotas is None:
            return laws.choice(self.weights, values)(streams.bits(self.stream, address))
        deal = KeyedPermutation(streams, self.stream, sum(self.quotas))
        places = places_among(list(accumulate(self.quotas))[:-1], deal(number))
        return places if values is None else np.array(values).take(places)
