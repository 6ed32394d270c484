"""What must fit together about days: when shops are open, how busy they are, what is sold off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def demand_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """What days of the week and holidays ask of the shops, and of what is aimed at."""
    weekday, holidays = scenario.demand.weekday, scenario.demand.holidays
    if scenario.targets.weekend_above_workdays and not (weekday.Sat and weekday.Sun):
        yield Contradiction(
            "targets.weekend_above_workdays asks Saturdays and Sundays to sell most, and "
            "demand.weekday closes one of them; set it to false, or open the day",
            *(("targets", "weekend_above_workdays"), ("demand", "weekday")),
        )
    if scenario.demand.noise is not None:
        for key in ("season", "day_order_share_max"):
            if getattr(scenario.promises, key):
                yield Contradiction(
                    f"promises.{key} can't be promised with demand.noise: good and bad days move it by "
                    "chance, so honest data would break it for some seeds; leave one of them out",
                    *(("promises", key), ("demand", "noise")),
                )
    shops = list(scenario.demand.shops)
    if holidays is None:
        return
    for shop in holidays.places:
        if shop not in shops:
            yield Contradiction(
                f"demand.holidays.places names the shop '{shop}'; there are {', '.join(shops)}",
                ("demand", "holidays", "places", shop),
            )


def promotion_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Promotions of categories that there are."""
    known = list(scenario.catalog.categories)
    for name, promotion in (scenario.promotions or {}).items():
        for category in promotion.categories:
            if category not in known:
                yield Contradiction(
                    f"promotions.{name}.categories names '{category}'; there are {', '.join(known)}",
                    ("promotions", name, "categories"),
                )
