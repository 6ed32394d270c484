"""A keyed permutation of 0 .. n-1 that needs no table, so any row can be dealt alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Streams, row_addresses

Words = npt.NDArray[np.unsignedinteger]

_ROUNDS = 8
_NARROW = 32


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
        bits = max(1, (self.size - 1).bit_length())
        # What overflows lies above the mask, so half as wide words do where they hold the permuted ones.
        width = np.uint32 if bits <= _NARROW else np.uint64
        words: Words = positions.astype(width)
        keys = _round_keys(self.streams, self.name, bits, width)
        _permute(words, keys)
        outside = np.flatnonzero(words >= self.size)
        while outside.size:
            sent_on = words[outside]
            _permute(sent_on, keys)
            words[outside] = sent_on
            outside = outside[sent_on >= self.size]
        return words.astype(np.int64)


@dataclass(frozen=True)
class _RoundKeys:
    """Odd factor and summand of each round, and what all rounds share."""

    rounds: tuple[tuple[Words, Words], ...]
    mask: Words
    shift: Words


@lru_cache(maxsize=1024)
def _round_keys(streams: Streams, name: str, bits: int, width: type[np.uint32 | np.uint64]) -> _RoundKeys:
    mask = 2**bits - 1
    keys = [int(key) & mask for key in streams.bits(name, row_addresses(2 * _ROUNDS))]
    pairs = zip(keys[:_ROUNDS], keys[_ROUNDS:], strict=True)
    return _RoundKeys(
        rounds=tuple((np.array(factor | 1, width), np.array(summand, width)) for factor, summand in pairs),
        mask=np.array(mask, width),
        shift=np.array(max(1, (bits + 1) // 2), width),
    )


def _permute(words: Words, keys: _RoundKeys) -> None:
    shifted = np.empty_like(words)
    for factor, summand in keys.rounds:
        words *= factor
        words += summand
        words &= keys.mask
        words ^= np.right_shift(words, keys.shift, out=shifted)
