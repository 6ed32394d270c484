"""What must fit together of shops and money."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction, Path, nearest

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

CURRENCY_FIELDS = (("shop", "currency"), ("order", "currency"), ("exchange_rate", "currency"))
LOCAL_FIELDS = (("order", "total_local"), ("line", "unit_price_local"))


def money_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find shops, categories and days that the rest of the scenario does not know."""
    known = scenario.demand.shops
    yield from _currencies(scenario)
    if scenario.shops is not None:
        yield from _each_shop(("shops",), scenario.shops, known)
        for code, shop in scenario.shops.items():
            if shop.opened > scenario.last_day:
                yield Contradiction(
                    f"shops.{code}.opened must not be after the last day, {scenario.last_day}, or the shop "
                    f"sells nothing; it is {shop.opened}",
                    *(("shops", code, "opened"), "year"),
                )
            elif shop.opened > scenario.first_day and scenario.customers.registered:
                yield Contradiction(
                    f"shops.{code}.opened must not be after the first day, {scenario.first_day}, as "
                    f"registered customers order in their home shops from then on; it is {shop.opened}",
                    *(("shops", code, "opened"), ("customers", "registered")),
                )
    if scenario.tax is not None:
        yield from _each_shop(("tax", "rates"), scenario.tax.rates, known)
        categories = scenario.catalog.categories
        for code, rate in scenario.tax.rates.items():
            for name in rate.by_category_percent:
                if name not in categories:
                    yield Contradiction(
                        f"tax.rates.{code}.by_category_percent names '{name}'"
                        f"{nearest(name, list(categories))}; there are {', '.join(categories)}",
                        *(
                            ("tax", "rates", code, "by_category_percent", name),
                            ("catalog", "categories", name),
                        ),
                    )
    for code in scenario.shipping_cost.by_shop if scenario.shipping_cost else ():
        if code not in known:
            yield Contradiction(
                f"shipping_cost.by_shop names the shop '{code}'; demand.shops has {', '.join(known)}",
                *(("shipping_cost", "by_shop", code), ("demand", "shops", code)),
            )


def _currencies(scenario: Scenario) -> Iterator[Contradiction]:
    currencies = scenario.currencies
    if scenario.currency in currencies[1:]:
        yield Contradiction(
            f"exchange_rates has a rate for {scenario.currency}, in which all money is already",
            *(("exchange_rates", scenario.currency), ("currency",)),
        )
    for code, shop in (scenario.shops or {}).items():
        if shop.currency is not None and shop.currency not in currencies:
            yield Contradiction(
                f"shops.{code}.currency must be one of {', '.join(currencies)} (exchange_rates)",
                *(("shops", code, "currency"), ("exchange_rates",)),
            )


def _each_shop(at: Path, given: Collection[str], known: Mapping[str, float]) -> Iterator[Contradiction]:
    """Find shops that a map names and `demand.shops` does not, and the other way round."""
    key, all_of_them = ".".join(at), ("demand", "shops")
    for code in given:
        if code not in known:
            yield Contradiction(
                f"{key} names the shop '{code}'; demand.shops has {', '.join(known)}",
                *((*at, code), (*all_of_them, code)),
            )
    for code in known:
        if code not in given:
            yield Contradiction(
                f"{key} lacks the shop '{code}'; it must name each of {', '.join(known)}",
                *((*at, code), (*all_of_them, code), at),
            )


def money_needed(scenario: Scenario, entity: str, field: str) -> tuple[str, object]:
    """Key that a field of shops or money needs, and what the scenario says there; none needs none."""
    taxed = {"net", "tax", "gross"}
    if (entity, field) == ("shop", "tax_rate") or (entity in ("order", "line") and field in taxed):
        return "tax", scenario.tax
    if entity == "exchange_rate" or (entity, field) in LOCAL_FIELDS:
        return "exchange_rates", scenario.exchange_rates
    if (entity, field) in CURRENCY_FIELDS:
        return "shops", scenario.shops
    if entity == "order" and field in ("shipping_cost", "grand_total"):
        return "shipping_cost", scenario.shipping_cost
    return ("shops", scenario.shops) if entity == "shop" else ("", True)
