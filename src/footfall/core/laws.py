"""Probability laws as inverse distribution functions: uniforms in, values out.

One function a law, with its formula and support. SciPy is imported where a law needs a special
function, since importing it takes longer than planning a scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.core.streams import STEP_BITS, uniforms_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Steps = npt.NDArray[np.uint64]

_ALL_STEPS = np.uint64(1 << STEP_BITS)
_CELL_BITS_MIN, _CELL_BITS_MAX = 10, 16
_CELLS_A_VALUE_BITS = 7
_TABLE_BITS_MAX = 20  # all cases together; fewer cells leave more to search and change no value
_SHIFTS = [np.array(64 - bits, dtype=np.uint64) for bits in range(STEP_BITS + 1)]  # to keep so many bits
_CASE_SHIFT = np.array(STEP_BITS, dtype=np.uint64)
_FINDER_BITS_MAX = 22
_CELLS_AN_EDGE_BITS = 3


def normal(u: Floats) -> Floats:
    """Standard normal: the inverse of Phi, on the real line."""
    from footfall.core.special import ndtri

    return np.asarray(ndtri(u))


def clipped_lognormal(u: Floats, mu: float, sigma: float, low: float, high: float) -> Floats:
    """Log-normal exp(mu + sigma z), moved to the bounds where it lies outside of [low, high]."""
    return np.clip(np.exp(mu + sigma * normal(u)), low, high)


def bounded_pareto(u: Floats, density_exponent: float, max_over_min: float) -> Floats:
    """Power law with density x^-a on [1, b]: F(x) = (1 - x^(1-a)) / (1 - b^(1-a))."""
    tail = 1 - density_exponent
    return np.asarray((1 - u * (1 - max_over_min**tail)) ** (1 / tail))


def lomax(u: Floats, median: float, shape: float) -> Floats:
    """Pareto law of the second kind on [0, inf): P(X > x) = (b / (b + x))^shape, b from the median."""
    return np.asarray(median / (2 ** (1 / shape) - 1) * ((1 - u) ** (-1 / shape) - 1))


def beta(u: Floats, mean: float, concentration: float) -> Floats:
    """Beta(mean * c, (1 - mean) * c) on (0, 1), c the concentration."""
    from footfall.core.special import betaincinv

    return np.asarray(betaincinv(mean * concentration, (1 - mean) * concentration, u))


def poisson(u: Floats, mean: Floats) -> Ints:
    """Poisson counts: the least k with P(N <= k) >= u."""
    from footfall.core.special import pdtr, pdtrik

    k = np.ceil(pdtrik(u, mean)).astype(np.int64)
    k = np.maximum(k, 0)
    # pdtrik inverts a continuation of the distribution function; settle its last bit exactly.
    k -= (k > 0) & (pdtr(np.maximum(k - 1, 0), mean) >= u)
    k += pdtr(k, mean) < u
    return k


def binomial(u: Floats, trials: Ints, probability: Floats) -> Ints:
    """Binomial counts: the least k with P(N <= k) >= u."""
    from footfall.core.special import bdtr, bdtrik

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
    x = u * (far - near)
    x += near
    x **= 1 / tail
    x -= offset
    return np.clip(x, 0.0, np.nextafter(1.0, 0.0), out=x)


def distribution(weights: Floats | Sequence[float]) -> Floats:
    """Distribution function of values 0 .. n-1 with these weights, which need not add up to one."""
    cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
    edges = cumulated / cumulated[-1]
    edges[-1] = 1.0
    return edges


def first_steps(goals: Floats, rising: Callable[[Floats], Floats] = lambda u: u) -> Steps:
    """Least step of a uniform from which on `rising(u)` reaches each goal; 2^53 where none does.

    So a decision by uniforms becomes one by whole numbers, the same to the last bit: what never falls
    in exact arithmetic never falls after rounding, either. The steps short of the goal are counted
    bit by bit.
    """
    short_of = np.zeros(goals.shape, dtype=np.uint64)
    for bit in range(STEP_BITS, -1, -1):
        tried = short_of + np.uint64(1 << bit)
        is_short = (tried <= _ALL_STEPS) & (rising(uniforms_of(tried - np.uint64(1))) < goals)
        short_of = np.where(is_short, tried, short_of)
    return short_of


@dataclass(frozen=True)
class Choice:
    """Values for random words, given each row's case: the very values that their uniforms would choose.

    A table of cells tells most values by a word's highest bits; the cells in which the distribution
    function has a step are settled by binary search. No word is made a floating-point number.

    Attributes
    ----------
    steps : ndarray of uint64
        (case << 53) + least step that leads to the next value; rising.
    values : ndarray of int, shape (steps + 1,)
        From 0.
    cells : ndarray of int, shape (cases << cell_bits,)
        Value of each cell, -1 where it is open.
    cell_bits : int
        How many bits of a word choose the cell.
    """

    steps: Steps
    values: npt.NDArray[np.signedinteger]
    cells: npt.NDArray[np.signedinteger]
    cell_bits: int

    @classmethod
    def of(cls, first: Sequence[Steps], values: npt.NDArray[np.signedinteger]) -> Choice:
        """Make the choice.

        Parameters
        ----------
        first
            For each case the first steps of all its values but the first, rising.
        values
            Those of all cases, one after the other.
        """
        starts = [np.full(1, case << STEP_BITS, dtype=np.uint64) for case in range(len(first))]
        steps = np.concatenate([np.append(start, start + f) for start, f in zip(starts, first, strict=True)])
        most = max(len(f) for f in first) + 1
        cell_bits = min(max(_CELL_BITS_MIN, most.bit_length() + _CELLS_A_VALUE_BITS), _CELL_BITS_MAX)
        cell_bits = max(min(cell_bits, _TABLE_BITS_MAX - len(first).bit_length()), 1)
        width = np.uint64(1 << (STEP_BITS - cell_bits))
        lower = np.arange(len(first) << cell_bits, dtype=np.uint64) * width
        reached = np.searchsorted(steps, lower, side="right") - 1
        is_settled = reached == np.searchsorted(steps, lower + (width - np.uint64(1)), side="right") - 1
        cells = np.where(is_settled, values[reached], -1).astype(values.dtype)
        return cls(steps=steps, values=values, cells=cells, cell_bits=cell_bits)

    def __call__(self, words: Words, case: Ints | None = None) -> npt.NDArray[Any]:
        """Value of each word of 64 random bits, in its case or in the only one."""
        cell = (words >> _SHIFTS[self.cell_bits]).view(np.int64)
        if case is not None:
            cell += case << self.cell_bits
        chosen = self.cells.take(cell)
        (open_,) = (chosen < 0).nonzero()
        if open_.size:
            at = words.take(open_) >> _SHIFTS[STEP_BITS]
            if case is not None:
                at += case.take(open_).astype(np.uint64) << _CASE_SHIFT
            chosen[open_] = self.values[np.searchsorted(self.steps, at, side="right") - 1]
        return chosen


@lru_cache(maxsize=64)
def choice(weights: tuple[float, ...], values: tuple[int, ...] | None = None) -> Choice:
    """Choose values, or places 0 .. n - 1, by their weights: the first i with u < P(place <= i)."""
    edges = distribution(weights)[:-1]  # no uniform reaches the last
    chosen = np.arange(len(weights), dtype=np.int32) if values is None else np.array(values, dtype=np.int64)
    return Choice.of([first_steps(edges)], chosen)


@dataclass(frozen=True)
class ManyChoices:
    """Places 0 .. n - 1 by weights that differ from case to case, for as many cases as there are days.

    A table of cells for each case would outgrow the caches; so each word is searched for among its own
    case's steps, in as many comparisons as the number of places has bits.

    Attributes
    ----------
    steps : ndarray of uint64, shape (cases, 2^k - 1)
        First step of the uniforms that lead to place 1, 2, ..; 2^53 beyond the last.

    Examples
    --------
    >>> two = ManyChoices.of(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 3.0]]))
    >>> two(np.array([0, 2**63, 2**61, 2**63], dtype=np.uint64), np.array([0, 0, 1, 1])).tolist()
    [1, 1, 0, 2]
    """

    steps: Steps

    @classmethod
    def of(cls, weights: Floats) -> ManyChoices:
        """Make the choices from weights by case and place; a case without any leads to the first."""
        cumulated = np.cumsum(weights, axis=1)
        whole = cumulated[:, -1:]
        edges = cumulated[:, :-1] / np.where(whole > 0, whole, np.inf)
        # The uniform of a step is the middle of its 2^-53, so this one is the first from an edge on.
        steps = np.ceil(edges * 2.0**STEP_BITS - 0.5)
        places = (1 << (weights.shape[1] - 1).bit_length()) - 1
        padded = np.full((len(weights), max(places, 1)), _ALL_STEPS, dtype=np.uint64)
        padded[:, : steps.shape[1]] = np.where(whole > 0, np.maximum(steps, 0), 2.0**STEP_BITS)
        return cls(padded)

    def __call__(self, words: Words, case: Ints) -> Ints:
        """Place of each word of 64 random bits in its case."""
        step = words >> _SHIFTS[STEP_BITS]
        width = self.steps.shape[1]
        flat, first = self.steps.reshape(-1), case * width
        place = np.zeros(len(words), dtype=np.int64)
        stride = (width + 1) >> 1
        while stride:
            place += stride * (step >= flat.take(first + place + (stride - 1)))
            stride >>= 1
        return place


@dataclass(frozen=True)
class Finder:
    """Places among many rising whole numbers from 0: what `searchsorted` from the right gives, by a table.

    Attributes
    ----------
    edges : ndarray of int
    shift : int
        A cell of the table has 2^shift whole numbers.
    first : ndarray of int
        Place of each cell's least number, and of the number after the last cell.
    """

    edges: Ints
    shift: int
    first: npt.NDArray[np.int32]

    @classmethod
    def of(cls, edges: Ints) -> Finder:
        """Make a table of eight to sixteen cells an edge, as long as that is some millions."""
        total = int(edges[-1])
        cell_bits = min(len(edges).bit_length() + _CELLS_AN_EDGE_BITS, _FINDER_BITS_MAX)
        shift = max(0, total.bit_length() - cell_bits)
        cells = np.arange((total >> shift) + 2) << shift
        return cls(edges, shift, np.searchsorted(edges, cells, side="right").astype(np.int32))

    def __call__(self, numbers: Ints) -> Ints:
        """Place of each number, none of which is above the last edge."""
        cell = numbers >> self.shift
        place = self.first.take(cell)
        cell += 1
        open_ = np.flatnonzero(place != self.first.take(cell))
        place[open_] = np.searchsorted(self.edges, numbers.take(open_), side="right")
        return place.astype(np.int64)


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
