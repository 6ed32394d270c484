"""What must fit together of shops and money."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def check_money(scenario: Scenario) -> None:
    """Refuse shops, categories and days that the rest of the scenario does not know.

    Raises
    ------
    ValueError
        Names the keys, and what is allowed.
    """
    known = scenario.demand.shops
    if scenario.shops is not None:
        _each_shop("shops", scenario.shops, known)
        for code, shop in scenario.shops.items():
            if shop.opened > scenario.first_day:
                raise ValueError(
                    f"shops.{code}.opened must not be after the first day, {scenario.first_day}, as every "
                    f"shop sells from then on; it is {shop.opened}"
                )
    if scenario.tax is not None:
        _each_shop("tax.rates", scenario.tax.rates, known)
        categories = scenario.catalog.categories
        for code, rate in scenario.tax.rates.items():
            for name in rate.by_category_percent:
                if name not in categories:
                    raise ValueError(
                        f"tax.rates.{code}.by_category_percent names '{name}'; there are "
                        f"{', '.join(categories)}"
                    )
    for code in scenario.shipping_cost.by_shop if scenario.shipping_cost else ():
        if code not in known:
            raise ValueError(
                f"shipping_cost.by_shop names the shop '{code}'; demand.shops has {', '.join(known)}"
            )


def _each_shop(key: str, given: Collection[str], known: Mapping[str, float]) -> None:
    """Refuse a map that leaves out a shop of `demand.shops`, or names one that is not there."""
    for code in given:
        if code not in known:
            raise ValueError(f"{key} names the shop '{code}'; demand.shops has {', '.join(known)}")
    for code in known:
        if code not in given:
            raise ValueError(f"{key} lacks the shop '{code}'; it must name each of {', '.join(known)}")


def money_needed(scenario: Scenario, entity: str, field: str) -> tuple[str, object]:
    """Key that a field of shops or money needs, and what the scenario says there; none needs none."""
    taxed = {"net", "tax", "gross"}
    if (entity, field) == ("shop", "tax_percent") or (entity in ("order", "line") and field in taxed):
        return "tax", scenario.tax
    if entity == "order" and field in ("shipping_cost", "grand_total"):
        return "shipping_cost", scenario.shipping_cost
    return ("shops", scenario.shops) if entity == "shop" else ("", True)
