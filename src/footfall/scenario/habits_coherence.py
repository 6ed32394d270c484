"""What the habits of customers ask of the other sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

MOST_TILTED_SKUS = 10_000
"""Each class of customers has weights of its own for all SKUs."""

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
    if habits.price_tilt and scenario.catalog.skus > MOST_TILTED_SKUS:
        yield Contradiction(
            f"customers.habits.price_tilt is for at most {MOST_TILTED_SKUS:,} SKUs; there are "
            f"{scenario.catalog.skus:,}",
            *((*_HABITS, "price_tilt"), ("catalog", "skus")),
        )
