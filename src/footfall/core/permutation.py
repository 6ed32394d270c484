"""A keyed permutation of 0 .. n-1 that needs no table, so any row can be dealt alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Streams, row_addresses

_ROUNDS = 8


@dataclass(frozen=True)
class KeyedPermutation:
    """Eight invertible rounds of multiply, add, xor-shift on the next power of two, cycle-walked.

    Each round is a bijection of b-bit words (an odd factor is invertible modulo 2^b, a right shift
    xored in is unipotent), so the whole is; words beyond n are sent on until they land inside
    (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").

    Examples
    --------
    >>> deal = KeyedPermutation(Streams(42), "customer.id", 5)
    >>> sorted(deal(np.arange(5)).tolist())
    [0, 1, 2, 3, 4]
    """

    streams: Streams
    name: str
    size: int

    def __call__(self, positions: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Where each of `positions` (0 .. size-1) goes."""
        words = positions.astype(np.uint64)
        bits = max(1, (self.size - 1).bit_length())
        mask = np.uint64(2**bits - 1)
        shift = np.uint64(max(1, (bits + 1) // 2))
        keys = self.streams.bits(self.name, row_addresses(2 * _ROUNDS))
        odd = (keys[:_ROUNDS] | np.uint64(1)) & mask
        plus = keys[_ROUNDS:] & mask
        words = self._rounds(words, odd, plus, mask, shift)
        outside = np.flatnonzero(words >= self.size)
        while outside.size:
            words[outside] = self._rounds(words[outside], odd, plus, mask, shift)
            outside = outside[words[outside] >= self.size]
        return words.astype(np.int64)

    @staticmethod
    def _rounds(
        words: npt.NDArray[np.uint64],
        odd: npt.NDArray[np.uint64],
        plus: npt.NDArray[np.uint64],
        mask: np.uint64,
        shift: np.uint64,
    ) -> npt.NDArray[np.uint64]:
        for factor, summand in zip(odd, plus, strict=True):
            words = (words * factor + summand) & mask
            words ^= words >> shift
        return words
