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


def _word(value: int) -> Bits:
    # As an array without dimensions, which costs a short column half the time of a NumPy scalar.
    return np.array(value, dtype=np.uint64)


_GAMMA = _word(0x9E3779B97F4A7C15)
_MIX_1 = _word(0xBF58476D1CE4E5B9)
_MIX_2 = _word(0x94D049BB133111EB)
_LARGEST = _word(2**53 - 2)  # a larger step plus a half would round to 1; this one stands in for it
STEP_BITS = 53
"""A uniform is told by the highest 53 of its 64 random bits, its step."""
_S30, _S27, _S31, _S11 = (_word(s) for s in (30, 27, 31, 11))


@lru_cache(maxsize=4096)
def _keys(seed: int, name: str) -> tuple[Bits, Bits]:
    # Length-prefixed, so that no two (seed, name) pairs are spelled alike.
    message = b"".join(len(part).to_bytes(4, "little") + part for part in (str(seed).encode(), name.encode()))
    digest = hashlib.blake2b(message, digest_size=16).digest()
    return _word(int.from_bytes(digest[:8], "little")), _word(int.from_bytes(digest[8:], "little"))


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
        shifted = np.empty_like(z)
        z += key_1
        z ^= np.right_shift(z, _S30, out=shifted)
        z *= _MIX_1
        z += key_2
        z ^= np.right_shift(z, _S27, out=shifted)
        z *= _MIX_2
        z ^= np.right_shift(z, _S31, out=shifted)
        return z

    def uniform(self, name: str, rows: Rows) -> Floats:
        """Uniform on the open interval (0, 1), in steps of 2^-53 from 2^-54."""
        z = self.bits(name, rows)
        z >>= _S11
        return _uniforms_of(np.minimum(z, _LARGEST, out=z))


def uniforms_of(steps: Bits) -> Floats:
    """Uniform that each step 0 .. 2^53 - 1 stands for; it never falls from one step to the next."""
    return _uniforms_of(np.minimum(steps, _LARGEST))


def _uniforms_of(steps: Bits) -> Floats:
    u = steps.astype(np.float64)
    u += 0.5
    u *= 2.0**-53
    return u


def row_addresses(count: int) -> Rows:
    """Rows 0, 1, ... of a table that is made whole."""
    return np.arange(count, dtype=np.uint64)
