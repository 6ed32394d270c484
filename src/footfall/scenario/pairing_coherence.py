"""What affinities of sub-categories ask of the other sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction, nearest

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

_HERE = ("basket", "sub_category_affinity")


def pairing_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Rules about `basket.sub_category_affinity`."""
    rules, habits = scenario.basket.sub_category_affinity or [], scenario.customers.habits
    known = [name for category in scenario.catalog.categories.values() for name in category.sub_categories]
    for number, rule in enumerate(rules):
        for side, name in (("first", rule.first), ("then", rule.then)):
            if known.count(name) != 1:
                said = f"is of {known.count(name)} categories" if name in known else "is not known"
                yield Contradiction(
                    f"basket.sub_category_affinity names '{name}', which {said}{nearest(name, known)}; "
                    f"there are {', '.join(dict.fromkeys(known))}",
                    (*_HERE, number, side),
                    ("catalog", "categories"),
                )
    if rules and habits and habits.price_tilt:
        yield Contradiction(
            "basket.sub_category_affinity and customers.habits.price_tilt both decide what is picked inside "
            "of a category; give one of them",
            _HERE,
            ("customers", "habits", "price_tilt"),
        )
