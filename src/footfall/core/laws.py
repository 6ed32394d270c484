"""Probability laws as inverse distribution functions: uniforms in, values out.

One function a law, with its formula and support. SciPy is imported where a law needs a special
function, since importing it takes longer than planning a scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CELLS = 1 << 16


def normal(u: Floats) -> Floats:
    """Standard normal: the inverse of Phi, on the real line."""
    from scipy.special import ndtri

    return np.asarray(ndtri(u))


def clipped_lognormal(u: Floats, mu: float, sigma: float, low: float, high: float) -> Floats:
    """Log-normal exp(mu + sigma z), moved to the bounds where it lies outside of [low, high]."""
    return np.clip(np.exp(mu + sigma * normal(u)), low, high)


def bounded_pareto(u: Floats, density_exponent: float, max_over_min: float) -> Floats:
    """Power law with density x^-a on [1, b]: F(x) = (1 - x^(1-a)) / (1 - b^(1-a))."""
    tail = 1 - density_exponent
    return np.asarray((1 - u * (1 - max_over_min**tail)) ** (1 / tail))


def beta(u: Floats, mean: float, concentration: float) -> Floats:
    """Beta(mean * c, (1 - mean) * c) on (0, 1), c the concentration."""
    from scipy.special import betaincinv

    return np.asarray(betaincinv(mean * concentration, (1 - mean) * concentration, u))


def poisson(u: Floats, mean: Floats) -> Ints:
    """Poisson counts: the least k with P(N <= k) >= u."""
    from scipy.special import pdtr, pdtrik

    k = np.ceil(pdtrik(u, mean)).astype(np.int64)
    k = np.maximum(k, 0)
    # pdtrik inverts a continuation of the distribution function; settle its last bit exactly.
    k -= (k > 0) & (pdtr(np.maximum(k - 1, 0), mean) >= u)
    k += pdtr(k, mean) < u
    return k


def binomial(u: Floats, trials: Ints, probability: Floats) -> Ints:
    """Binomial counts: the least k with P(N <= k) >= u."""
    from scipy.special import bdtr, bdtrik

    sure = (probability <= 0) | (probability >= 1) | (trials == 0)
    p = np.where(sure, 0.5, probability)
    n = np.where(sure, 1, trials)
    k = np.clip(np.ceil(bdtrik(u, n, p)), 0, n).astype(np.int64)
    # As for the Poisson law: settle the last bit of the continuation's inverse exactly.
    k -= (k > 0) & (bdtr(np.maximum(k - 1, 0).astype(np.float64), n, p) >= u)
    k += (k < n) & (bdtr(k.astype(np.float64), n, p) < u)
    return np.where(sure, np.where(probability >= 1, trials, 0), k)


def zipf_mandelbrot(u: Floats, exponent: float, offset: float) -> Floats:
    """Power law with density proportional to (x + offset)^-exponent on [0, 1).

    The inverse of the continuous law stands in for the ranks' table: rank = floor(x * size).
    """
    tail = 1 - exponent
    near, far = offset**tail, (1 + offset) ** tail
    x = (near + u * (far - near)) ** (1 / tail) - offset
    return np.clip(x, 0.0, np.nextafter(1.0, 0.0))


@dataclass(frozen=True)
class Discrete:
    """Values 0 .. n-1 with given weights, looked up from uniforms.

    A table of 2^16 cells tells most values at once; the cells in which the distribution function
    has a step are settled by binary search, so that the law is exact to the uniform's last bit.
    """

    edges: Floats
    first: npt.NDArray[np.int32]
    is_settled: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, weights: Floats | Sequence[float]) -> Discrete:
        """Make the law with these weights, which need not add up to one."""
        cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
        edges = cumulated / cumulated[-1]
        edges[-1] = 1.0
        bounds = np.searchsorted(edges, np.arange(_CELLS + 1) / _CELLS, side="right").astype(np.int32)
        return cls(edges=edges, first=bounds[:-1], is_settled=bounds[:-1] == bounds[1:])

    def __call__(self, u: Floats) -> Ints:
        """Value of each uniform: the least i with u < P(value <= i)."""
        cells = (u * _CELLS).astype(np.int64)
        values = self.first[cells].astype(np.int64)
        open_ = np.flatnonzero(~self.is_settled[cells])
        values[open_] = np.searchsorted(self.edges, u[open_], side="right")
        return values


def stratified(u: Floats, strata: Ints) -> Floats:
    """Uniforms of which each equal part of (0, 1) holds one: (stratum + u) / n.

    `strata` is a permutation of 0 .. n-1. The sample lies closer to its law than chance would.
    """
    return (strata + u) / len(u)


def apportion(total: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `shares` that add up to `total`, by largest remainder.

    >>> apportion(5000, [1.0, 0.3, 0.2])
    [3333, 1000, 667]
    """
    wanted = [total * s / sum(shares) for s in shares]
    counts = [int(w) for w in wanted]
    by_remainder = sorted(range(len(shares)), key=lambda i: counts[i] - wanted[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts
