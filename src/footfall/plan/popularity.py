"""Bends what sells how often: the power of the popularity, and the weights of categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from footfall.core.errors import UnreachableTarget
from footfall.plan import calibrate
from footfall.plan.shelf import Floats, Shelf, top_share
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Bounds, CategoryShare

_ROUNDS = 10
_SWEEPS = 30
_NEAR = 2e-5
_UNBENT = 1.0


@dataclass(frozen=True)
class Popularity:
    """Sales weights as solved.

    Attributes
    ----------
    power
        Of `sales_rank`.
    category_weights : ndarray of float, shape (categories,)
    weights : ndarray of float, shape (skus,)
        Sales weights as the baskets are drawn by them.
    lines : ndarray of float, shape (skus,)
        Lines of each SKU in an order.
    """

    power: float
    category_weights: Floats
    weights: Floats
    lines: Floats

    @classmethod
    def at(cls, shelf: Shelf, power: float, category_weights: Floats) -> Popularity:
        """Popularity with these knobs."""
        weights = shelf.weights(power, category_weights)
        return cls(power, category_weights, weights, shelf.lines(weights))


def solve(scenario: Scenario, shelf: Shelf, unit_value: Callable[[Popularity], Floats]) -> Popularity:
    """Bend power and category weights so that the best SKUs and the categories carry their shares.

    Without shares of categories the power alone is solved, on the exact lines. With them the correction
    from weights to lines (no repeats, affinity, listing) is held still, all knobs are solved by weights
    alone, the correction is worked out anew, and so on: a few rounds settle it.

    Parameters
    ----------
    unit_value
        What is paid for a unit of each SKU at a popularity, as prices are bent then; shares of revenue
        need it.
    """
    targets, most = scenario.targets, scenario.free.popularity_power_max
    start = np.array([c.weight for c in scenario.catalog.categories.values()])
    best = best_skus(scenario)
    power = _UNBENT
    wanted = targets.top_sku_share.value if targets.top_sku_share is not None else None
    if wanted is not None and most is not None:
        power = _power(shelf, start, wanted, best, most)
    found = Popularity.at(shelf, power, start)
    bounds = scenario.free.category_weight
    asked = targets.category_share if bounds is not None else {}
    # What is listed late sells for a part of the year only, which the power was solved without.
    is_off = (
        targets.top_sku_share is not None
        and most is not None
        and shelf.listed is not None
        and abs(top_share(found.lines, best) - targets.top_sku_share.value)
        > (targets.top_sku_share.tolerance or 0.0)
    )
    if not asked and not is_off:
        return found
    for _ in range(_ROUNDS):
        value = unit_value(found) if asked else np.ones(len(found.lines))
        correction = found.lines / found.weights
        power, weights = _by_weights(
            shelf, found, correction, _Wishes(wanted, best, most or 0.0, asked, bounds, value)
        )
        moved = max(abs(power - found.power), float(np.abs(np.log(weights / found.category_weights)).max()))
        found = Popularity.at(shelf, power, weights)
        if moved < _NEAR:
            break
    return found


def best_skus(scenario: Scenario) -> int:
    """How many SKUs the best ones are."""
    top = scenario.targets.top_sku_share
    return max(1, int(top.top * scenario.catalog.skus)) if top is not None else 1


def refuse_giant(scenario: Scenario, lines: Floats) -> None:
    """Refuse a SKU that carries more of the units than one may.

    Raises
    ------
    UnreachableTarget
        The best SKU's expected share lies above `catalog.popularity.unit_share_max`.
    """
    largest, most = float(lines.max() / lines.sum()), scenario.catalog.popularity.unit_share_max
    if largest > most:
        key = "targets.top_sku_share" if scenario.targets.top_sku_share is not None else "catalog.popularity"
        asked = scenario.targets.top_sku_share
        at = f"at {asked.value:g} " if asked is not None else ""
        raise UnreachableTarget(
            f"{key}: {at}one carries {largest:.3f} of units and catalog.popularity.unit_share_max allows "
            f"{most:g}; raise that{' or lower the target' if asked else ', or give the catalogue more skus'}"
        )


def _power(shelf: Shelf, category_weights: Floats, wanted: float, best: int, most: float) -> float:
    """Power at which the best SKUs carry their share, all SKUs listed."""

    def share(power: float) -> float:
        return top_share(shelf.lines(shelf.weights(power, category_weights), all_listed=True), best)

    # Cross-sell and the ban on repeats move the share only a little: the weights alone give a close guess.
    guess = calibrate.solve_increasing(
        lambda power: top_share(shelf.weights(power, category_weights), best), wanted, 0.0, most
    )
    low, high = 0.98 * guess, min(1.08 * guess, most)
    if not share(low) <= wanted <= share(high):
        low, high = 0.0, most
    return round(calibrate.solve_increasing(share, wanted, low, high), 6)


@dataclass(frozen=True)
class _Wishes:
    """Shares that are asked for: of the best SKUs (None: whatever), and of categories, by value of a unit."""

    share: float | None
    best: int
    power_max: float
    categories: Mapping[str, CategoryShare]
    bounds: Bounds | None
    unit_value: Floats


def _by_weights(shelf: Shelf, found: Popularity, correction: Floats, wishes: _Wishes) -> tuple[float, Floats]:
    """Power and category weights by the corrected weights alone, each in turn."""
    power, weights = found.power, found.category_weights.copy()
    places = {shelf.names.index(name): target for name, target in wishes.categories.items()}
    wanted, is_whole = wishes.share, len(places) == len(shelf.names)

    def lines(power: float) -> Floats:
        return np.asarray(shelf.weights(power, weights) * correction)

    for _ in range(_SWEEPS):
        before = power, weights.copy()
        if wanted is not None and wishes.power_max:
            power = calibrate.solve_increasing(
                lambda p: top_share(lines(p), wishes.best), wanted, 0.0, wishes.power_max
            )
        units = lines(power)
        for place, target in places.items():
            carried = units * wishes.unit_value if target.of == "revenue" else units
            now = float(carried[shelf.drawn.category == place].sum() / carried.sum())
            now = min(max(now, 1e-9), 1 - 1e-9)
            odds = 1.0 if is_whole else (1 - now) / (1 - target.value)
            weights[place] *= target.value / now * odds
        if is_whole:
            weights /= np.exp(np.log(weights / found.category_weights).mean())
        if wishes.bounds is not None:
            for place in places:
                weights[place] = min(max(weights[place], wishes.bounds.min), wishes.bounds.max)
        if abs(power - before[0]) < _NEAR / 10 and np.allclose(weights, before[1], rtol=_NEAR / 10):
            break
    return round(power, 6), weights.round(6)
