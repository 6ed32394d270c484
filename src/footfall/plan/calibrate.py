"""Solves the free knobs so that the targets are expected to be met, before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import comb

import numpy as np
import numpy.typing as npt

from footfall.scenario.buying import Basket

Floats = npt.NDArray[np.float64]

_NODES = 96
_LEAST_SURVIVAL = 1e-3


def inclusion(weights: Floats, picks: int) -> Floats:
    """Probability of each item to be among the first 1, 2, ... picks drawn by weight without return.

    Drawing by weight without return is the order in which independent exponential clocks with
    those rates ring (Rosen 1972, "Asymptotic theory for successive sampling"). So item i is among
    the first m when fewer than m others ring before it, an integral over its time of ringing;
    the number of others is Poisson-binomial. Gauss-Legendre in log time.

    Parameters
    ----------
    weights
        Positive, shape (items,).
    picks
        Up to how many are drawn, at most the number of items.

    Returns
    -------
    ndarray, shape (picks, items)
        Row m - 1 adds up to m.

    Examples
    --------
    >>> inclusion(np.array([1.0, 1.0, 2.0]), 2).round(3).tolist()
    [[0.25, 0.25, 0.5], [0.583, 0.583, 0.833]]
    """
    return inclusions([weights], picks)[0]


def inclusions(groups: Sequence[Floats], picks: int) -> list[Floats]:
    """:func:`inclusion` of several groups of items, each drawn from by itself."""
    rates = [weights / weights.sum() for weights in groups]
    if picks == 1:
        return [rate[None, :] for rate in rates]
    x, node_weights = _nodes()
    low = np.log(1e-4)
    spans = [np.log(30.0 / rate.min()) - low for rate in rates]
    times = [np.exp((x + 1) / 2 * span + low) for span in spans]
    silent = [np.exp(-rate[:, None] * time) for rate, time in zip(rates, times, strict=True)]
    ahead = _rung(silent, picks)
    chances = []
    for rate, time, span, quiet, before in zip(rates, times, spans, silent, ahead, strict=True):
        steps = node_weights * span / 2 * time
        chances.append(_among_first(rate, quiet, steps, before))
    return chances


def _rung(silent: Sequence[Floats], picks: int) -> Floats:
    """P(exactly k of all items of a group have rung), k < picks, shape (groups, picks, nodes).

    Takes the chance of each item of each group not to have rung yet, shapes (items, nodes).
    """
    quiet = np.ones((max(map(len, silent)), len(silent), 1, silent[0].shape[1]))
    for group, of_group in enumerate(silent):
        quiet[: len(of_group), group, 0] = of_group
    rings = 1 - quiet  # never, where a group has no such item
    ahead = np.zeros((len(silent), picks, quiet.shape[-1]))
    ahead[:, 0] = 1.0
    one_more = np.empty_like(ahead[:, 1:])
    for has_not, has in zip(quiet, rings, strict=True):
        np.multiply(ahead[:, :-1], has, out=one_more)
        ahead *= has_not
        ahead[:, 1:] += one_more
    return ahead


def _among_first(rates: Floats, silent: Floats, steps: Floats, ahead: Floats) -> Floats:
    """P(fewer than m others ring before an item), integrated over the time at which it rings."""
    rung = 1 - silent
    chances = np.empty((len(ahead), len(rates)))
    # Take item i out again by dividing its factor (silent + rung x) off; where it has all but surely
    # rung, the division loses its digits and the integrand is nothing.
    safe = np.maximum(silent, _LEAST_SURVIVAL)
    density = np.where(silent > _LEAST_SURVIVAL, rates[:, None] * silent, 0.0) * steps
    others, fewer, term = np.zeros_like(silent), np.zeros_like(silent), np.empty_like(silent)
    for k, exactly in enumerate(ahead):
        others *= rung
        np.subtract(exactly, others, out=others)
        others /= safe
        fewer += others
        np.clip(fewer, 0.0, 1.0, out=term)
        term *= density
        chances[k] = term.sum(axis=1)
    return np.asarray(chances * (np.arange(1, len(ahead) + 1)[:, None] / chances.sum(axis=1, keepdims=True)))


@lru_cache(maxsize=1)
def _nodes() -> tuple[Floats, Floats]:
    x, node_weights = np.polynomial.legendre.leggauss(_NODES)
    return x, node_weights


def later_category_shares(category_weights: Floats, basket: Basket, names: list[str]) -> Floats:
    """P(category of a later item | category of the first), affinity included; rows add up to one."""
    shares = np.tile(category_weights, (len(names), 1))
    for affinity in basket.affinity:
        shares[names.index(affinity.first), names.index(affinity.then)] *= affinity.odds_factor
    return shares / shares.sum(axis=1, keepdims=True)


def lines_per_order(
    category_weights: Floats, among: Sequence[Floats], names: list[str], basket: Basket
) -> list[Floats]:
    """Expected number of lines in an order, cross-sell and no repeats included.

    Parameters
    ----------
    category_weights
        Shares of the first lines by category; they add up to one.
    among
        Of each category, the chances of its SKUs to be among its first 1, 2, ... lines (:func:`inclusions`).

    Returns
    -------
    list of ndarray
        Of each category, the lines of each SKU.
    """
    lines_in = _lines_in(category_weights, later_category_shares(category_weights, basket, names), basket)
    return [lines[1:] @ chances for lines, chances in zip(lines_in, among, strict=True)]


def _lines_in(first: Floats, later: Floats, basket: Basket) -> Floats:
    """P(m lines of category c in an order), shape (categories, largest + 1).

    The first line is of category f; of the K - 1 later ones a binomial number is of c.
    """
    largest = max(basket.size)
    # Python's powers: NumPy's may differ in the last bit from machine to machine.
    of_c = np.array([[[q**n for n in range(largest)] for q in row] for row in later.tolist()])
    of_others = np.array([[[(1 - q) ** n for n in range(largest)] for q in row] for row in later.tolist()])
    lines_in = np.zeros((len(first), largest + 1))
    for size, share in basket.size.items():
        ways = np.array([comb(size - 1, n) for n in range(size)], dtype=np.float64)
        chance = ways * of_c[:, :, :size] * of_others[:, :, size - 1 :: -1]
        for f, first_share in enumerate(first):
            found = share * first_share * chance[f]
            lines_in[f, 1 : size + 1] += found[f]
            found[f] = 0.0
            lines_in[:, :size] += found
    return lines_in


def solve_increasing(
    figure: Callable[[float], float], target: float, low: float, high: float, near: float = 1e-7
) -> float:
    """Where an increasing function comes as near to `target`, by regula falsi (Illinois), or the bound."""
    y_low, y_high = figure(low) - target, figure(high) - target
    if y_low >= 0:
        return low
    if y_high <= 0:
        return high
    side = 0
    for _ in range(60):
        x = (low * y_high - high * y_low) / (y_high - y_low)
        y = figure(x) - target
        if abs(y) < near or high - low < 1e-9:
            return x
        if y < 0:
            low, y_low = x, y
            y_high, side = (y_high / 2 if side == -1 else y_high), -1
        else:
            high, y_high = x, y
            y_low, side = (y_low / 2 if side == 1 else y_low), 1
    return (low + high) / 2


def nearest_step(
    figure: Callable[[float], float], target: float, low: float, high: float, steps: int = 24
) -> float:
    """Where a function that moves in steps comes nearest to `target` between two places.

    Couplings re-deal a finite catalogue, so the figure is a staircase, and not quite a monotone
    one. A bisection finds the neighbourhood of the crossing, a look around it the nearest step.
    """
    if low == high:
        return low
    rises = figure(high) > figure(low)
    best = min((low, high), key=lambda c: abs(figure(c) - target))
    best_gap = abs(figure(best) - target)
    for _ in range(steps):
        middle = (low + high) / 2
        value = figure(middle)
        if abs(value - target) < best_gap:
            best, best_gap = middle, abs(value - target)
        if (value < target) == rises:
            low = middle
        else:
            high = middle
    return best
