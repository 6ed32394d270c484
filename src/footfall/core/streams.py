"""The only source of randomness: named streams that are pure functions of seed, name and row.

A stream is a counter-based generator: row numbers go through SplitMix64's finaliser (Steele, Lea and
Flood 2014, "Fast splittable pseudorandom number generators") under two 64-bit keys, which are the
128-bit BLAKE2b hash of seed and stream name. So a value can be had alone, in any order, anywhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LARGEST = np.uint64(2**53 - 2)
_S30, _S27, _S31, _S11 = (np.uint64(s) for s in (30, 27, 31, 11))


@lru_cache(maxsize=4096)
def _keys(seed: int, name: str) -> tuple[np.uint64, np.uint64]:
    # Length-prefixed, so that no two (seed, name) pairs are spelled alike.
    message = b"".join(len(part).to_bytes(4, "little") + part for part in (str(seed).encode(), name.encode()))
    digest = hashlib.blake2b(message, digest_size=16).digest()
    return np.uint64(int.from_bytes(digest[:8], "little")), np.uint64(int.from_bytes(digest[8:], "little"))


@dataclass(frozen=True)
class Streams:
    """All streams of one seed.

    Parameters
    ----------
    seed
        Any whole number from 0.

    Examples
    --------
    >>> rows = np.arange(3, dtype=np.uint64)
    >>> Streams(42).uniform("basket.size", rows).round(6).tolist()
    [0.476732, 0.59458, 0.398812]
    """

    seed: int

    def bits(self, name: str, rows: Rows) -> Bits:
        """64 random bits a row.

        Parameters
        ----------
        name
            What the stream decides, for example ``"basket.size"``.
        rows
            Addresses; equal addresses give equal bits.
        """
        key_1, key_2 = _keys(self.seed, name)
        z = rows * _GAMMA
        z += key_1
        z ^= z >> _S30
        z *= _MIX_1
        z += key_2
        z ^= z >> _S27
        z *= _MIX_2
        z ^= z >> _S31
        return z

    def uniform(self, name: str, rows: Rows) -> Floats:
        """Uniform on the open interval (0, 1), in steps of 2^-53 from 2^-54."""
        z = self.bits(name, rows)
        z >>= _S11
        # The largest word plus a half would round to 1; its neighbour stands in for it.
        np.minimum(z, _LARGEST, out=z)
        u = z.astype(np.float64)
        u += 0.5
        u *= 2.0**-53
        return u


def row_addresses(count: int) -> Rows:
    """Rows 0, 1, ... of a table that is made whole."""
    return np.arange(count, dtype=np.uint64)
