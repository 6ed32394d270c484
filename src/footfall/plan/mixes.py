"""How mixes are dealt to rows: exactly, by a keyed permutation over quota blocks, or as chance has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
