"""What the habits of customers ask of the other sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

MOST_TILTED_SKUS = 10_000
"""Each class of customers has weights, or chances of returns, of its own for all SKUs."""

_HABITS = ("customers", "habits")


def habit_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Rules about `customers.habits`."""
    habits = scenario.customers.habits
    if habits is None:
        return
    if habits.basket_size_correlation and scenario.basket.deal == "exact":
        yield Contradiction(
            "customers.habits.basket_size_correlation needs basket.deal: expected; an exact total of lines "
            "is dealt to orders whoever they are of (and then basket.lines must go)",
            *((*_HABITS, "basket_size_correlation"), ("basket", "deal")),
        )
    if habits.return_correlation and scenario.catalog.return_concentration is None:
        yield Contradiction(
            "customers.habits.return_correlation needs catalog.return_concentration, and a "
            "return_probability for every category; nothing is sent back otherwise",
            *((*_HABITS, "return_correlation"), ("catalog", "return_concentration")),
        )
    if (habits.price_tilt or habits.return_correlation) and scenario.catalog.skus > MOST_TILTED_SKUS:
        yield Contradiction(
            "customers.habits.price_tilt and return_correlation are for at most "
            f"{MOST_TILTED_SKUS:,} SKUs; there are {scenario.catalog.skus:,}",
            *(_HABITS, ("catalog", "skus")),
        )
