"""Solves the free knobs so that the targets are expected to be met, before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import comb

import numpy as np
import numpy.typing as npt

from footfall.scenario.buying import Basket

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
    rates = weights / weights.sum()
    if picks == 1:
        return rates[None, :]
    x, node_weights = _nodes()
    low, high = np.log(1e-4), np.log(30.0 / rates.min())
    times = np.exp((x + 1) / 2 * (high - low) + low)
    steps = node_weights * (high - low) / 2 * times
    silent = np.exp(-rates[:, None] * times)  # (items, nodes): has not rung yet
    rung = 1 - silent
    ahead = np.zeros((picks, len(times)))  # P(exactly k of all items have rung), k < picks
    ahead[0] = 1.0
    for item in range(len(rates)):
        ahead[1:] = ahead[1:] * silent[item] + ahead[:-1] * rung[item]
        ahead[0] *= silent[item]
    chances = np.empty((picks, len(rates)))
    # Take item i out again by dividing its factor (silent + rung x) off; where it has all but surely
    # rung, the division loses its digits and the integrand is nothing.
    safe = np.maximum(silent, _LEAST_SURVIVAL)
    density = np.where(silent > _LEAST_SURVIVAL, rates[:, None] * silent, 0.0) * steps
    others = np.zeros_like(silent)
    fewer = np.zeros_like(silent)
    for k in range(picks):
        others = (ahead[k] - rung * others) / safe
        fewer += others
        chances[k] = (density * np.clip(fewer, 0.0, 1.0)).sum(axis=1)
    return chances * (np.arange(1, picks + 1)[:, None] / chances.sum(axis=1, keepdims=True))


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


def lines_per_order(weights: Floats, category: Ints, names: list[str], basket: Basket) -> Floats:
    """Expected number of lines of each SKU in an order, cross-sell and no repeats included.

    Parameters
    ----------
    weights
        Sales weights, shape (skus,).
    category
        Index into `names` of each SKU, shape (skus,).
    """
    category_weights = np.bincount(category, weights, minlength=len(names)) / weights.sum()
    later = later_category_shares(category_weights, basket, names)
    largest = max(basket.size)
    # P(m lines of category c in an order): the first is of category f; of the K - 1 later ones a
    # binomial number is of c.
    lines_in = np.zeros((len(names), largest + 1))
    for size, share in basket.size.items():
        for f, first_share in enumerate(category_weights):
            for c in range(len(names)):
                q = later[f, c]
                for n in range(size):
                    chance = comb(size - 1, n) * q**n * (1 - q) ** (size - 1 - n)
                    lines_in[c, n + (c == f)] += share * first_share * chance
    expected = np.zeros(len(weights))
    for c in range(len(names)):
        of_category = category == c
        expected[of_category] = lines_in[c, 1:] @ inclusion(weights[of_category], largest)
    return expected


def solve_increasing(figure: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where an increasing function reaches `target`, by regula falsi (Illinois), or the bound."""
    y_low, y_high = figure(low) - target, figure(high) - target
    if y_low >= 0:
        return low
    if y_high <= 0:
        return high
    side = 0
    for _ in range(60):
        x = (low * y_high - high * y_low) / (y_high - y_low)
        y = figure(x) - target
        if abs(y) < 1e-7 or high - low < 1e-9:
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
