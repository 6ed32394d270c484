"""Where orders go: to the address of their customer, or elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.statistics import Counts

_ALNUM = np.array([chr(i).isalnum() or i >= 128 for i in range(256)])


def _bytes(texts: pa.Array) -> tuple[Counts, npt.NDArray[np.uint8]]:
    """Ends of texts in their buffer, the first one's start included, and the buffer."""
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    return ends.astype(np.int64), np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def begin_with(texts: pa.Array, beginnings: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each text begins with its own beginning, and no letter or digit follows.

    >>> texts = pa.array(["1 Oak Street, Rome", "1 Oak Streets", "2 Elm Lane", "7"])
    >>> begin_with(texts, pa.array(["1 Oak Street", "1 Oak Street", "2 Oak", "7"])).tolist()
    [True, False, False, True]
    """
    if not len(texts):
        return np.zeros(0, np.bool_)
    (ends, data), (shorter, pattern) = _bytes(texts), _bytes(beginnings)
    length = np.diff(shorter)
    out = (np.diff(ends) >= length) & (length > 0)
    size = np.where(out, length, 0)
    within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    same = data[np.repeat(ends[:-1], size) + within] == pattern[np.repeat(shorter[:-1], size) + within]
    row = np.repeat(np.arange(len(texts)), size)
    out[row[~same]] = False
    after = ends[:-1] + length
    goes_on = out & (after < ends[1:])
    out[goes_on] = ~_ALNUM[data[after[goes_on]]]
    return out


class ShippingTally:
    """Mergeable counts of orders by where they go; the customers must come before the orders.

    Attributes
    ----------
    home, elsewhere, unknown
        Orders to the customer's address, to another one, and of customers whose address is not known.
    """

    def __init__(self) -> None:
        self.home = self.elsewhere = self.unknown = 0

    def observe(self, address: pa.Array, home_of: pa.Array | None, known: npt.NDArray[np.bool_]) -> None:
        """Take note of orders; where the customer of one is not known, it goes elsewhere."""
        if home_of is None:
            self.unknown += len(address)
            return
        home = int(np.count_nonzero(begin_with(address, home_of) & known))
        self.home += home
        self.elsewhere += len(address) - home

    def merge(self, other: ShippingTally) -> None:
        """Add the counts of the orders that follow."""
        self.home += other.home
        self.elsewhere += other.elsewhere
        self.unknown += other.unknown
