"""What must fit together across the sections of a scenario; each section checks itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from footfall.scenario.money_coherence import check_money, money_needed

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def check(scenario: Scenario) -> None:
    """Refuse a scenario whose sections contradict each other.

    Raises
    ------
    ValueError
        Names the keys, and what is allowed.
    """
    _demand(scenario)
    _catalog(scenario)
    _customers(scenario)
    _totals(scenario)
    _arrival(scenario)
    check_money(scenario)
    _tables(scenario)


def _demand(scenario: Scenario) -> None:
    weekday = scenario.demand.weekday
    if scenario.targets.weekend_above_workdays and not (weekday.Sat and weekday.Sun):
        raise ValueError(
            "targets.weekend_above_workdays asks Saturdays and Sundays to sell most, and "
            "demand.weekday closes one of them; set it to false, or open the day"
        )


def _catalog(scenario: Scenario) -> None:
    categories = scenario.catalog.skus_by_category()
    largest = max(scenario.basket.size)
    listed = scenario.catalog.listed
    for name, count in categories.items():
        lasting = count - (round(listed.new_share * count) if listed else 0)
        if lasting < largest:
            raise ValueError(
                f"category '{name}' has {lasting} SKUs from the first day on, fewer than the largest "
                f"basket ({largest} lines); no SKU comes twice in an order, so give it more SKUs "
                "or make baskets smaller"
            )
        words = scenario.catalog.categories[name].sub_categories.values()
        models = len(scenario.catalog.models_of(name))
        names = sum(len(s.things) * len(s.details) for s in words) * models
        if names < count:
            raise ValueError(f"category '{name}' has words for {names} product names and needs {count}")
    for affinity in scenario.basket.affinity:
        for side in (affinity.first, affinity.then):
            if side not in categories:
                raise ValueError(
                    f"basket.affinity names the category '{side}'; there are {', '.join(categories)}"
                )
    if listed and listed.from_ >= scenario.first_day:
        raise ValueError(f"catalog.listed.from must be before the first day, {scenario.first_day}")


def _customers(scenario: Scenario) -> None:
    customers = scenario.customers
    if customers.pool < len(scenario.demand.shops):
        raise ValueError("customers.pool must hold at least one customer a shop")
    if scenario.demand.follows_customers and not customers.registered:
        raise ValueError("demand.follows_customers needs customers.registered")
    if customers.registered and not (scenario.first_day <= customers.registered.from_ < scenario.last_day):
        raise ValueError(
            f"customers.registered.from must be a day from {scenario.first_day} to before the last"
        )
    if customers.registered and customers.registered.to > scenario.last_day:
        raise ValueError(f"customers.registered.to must not be after the last day, {scenario.last_day}")


def _totals(scenario: Scenario) -> None:
    dealt = [
        scenario.basket,
        scenario.discount,
        scenario.fulfilment,
        scenario.payment,
        scenario.shipping,
        scenario.reviews,
    ]
    if scenario.demand.deal == "expected" and any(d is not None and d.deal == "exact" for d in dealt):
        raise ValueError("a total or mix can only be exact (deal: exact) where demand.deal is exact, too")
    if scenario.discount.deal == "exact" and scenario.basket.deal != "exact":
        raise ValueError("discount can only be exact (deal: exact) where basket.deal is exact, too")
    lines, orders = scenario.basket.lines, round(scenario.demand.orders)
    if lines is not None and not orders <= lines <= orders * max(scenario.basket.size):
        raise ValueError(
            f"basket.lines must be from {orders} to {orders * max(scenario.basket.size)}; it is {lines}"
        )
    if scenario.reviews:
        known = scenario.fulfilment.shares if scenario.fulfilment else {}
        for status in scenario.reviews.statuses:
            if status not in known:
                raise ValueError(f"reviews.statuses names '{status}'; there are {', '.join(known) or 'none'}")


def _arrival(scenario: Scenario) -> None:
    known = scenario.fulfilment.shares if scenario.fulfilment else {}
    for after, before in scenario.arrival.before_return.items():
        for status in (after, before):
            if status not in known:
                raise ValueError(
                    f"arrival.before_return names '{status}'; there are {', '.join(known) or 'none'}"
                )
        is_reviewed = [s in scenario.reviews.statuses for s in (after, before)] if scenario.reviews else []
        if is_reviewed == [True, False]:
            raise ValueError(
                f"reviews.statuses names '{after}', so it must name '{before}', too, which such orders "
                "have before (arrival.before_return)"
            )
    if scenario.reviews:
        least = scenario.reviews.delay.min_days
        days = {"settled": scenario.arrival.settled.max_days}
        if scenario.arrival.late_lines.share:
            days["late_lines"] = scenario.arrival.late_lines.max_days
        for name, most in days.items():
            if most >= least:
                raise ValueError(
                    f"reviews.delay.min_days ({least}) must be above arrival.{name}.max_days ({most}), "
                    "or a review would be known before what it belongs to"
                )


def _tables(scenario: Scenario) -> None:
    entities = [t.rows for t in scenario.tables.values()]
    for entity in entities:
        if entities.count(entity) > 1:
            raise ValueError(f"rows of '{entity}' are published by more than one table")
    for name, table in scenario.tables.items():
        for column, field in table.columns.items():
            missing = _missing_for(scenario, table.rows, field)
            if missing:
                raise ValueError(f"table '{name}', column '{column}' needs {missing}, which is not given")


def _missing_for(scenario: Scenario, entity: str, field: str) -> str:
    """Key that publishing a field needs and the scenario lacks; empty where there is none."""
    needs: Mapping[tuple[str, str], tuple[str, object]] = {
        ("product", "return_probability"): (
            "catalog.return_concentration",
            scenario.catalog.return_concentration,
        ),
        ("line", "is_returned"): ("catalog.return_concentration", scenario.catalog.return_concentration),
        ("product", "stock"): ("catalog.stock", scenario.catalog.stock),
        ("product", "supplier"): ("catalog.suppliers", scenario.catalog.suppliers),
        ("product", "created"): ("catalog.listed", scenario.catalog.listed),
        ("customer", "registered"): ("customers.registered", scenario.customers.registered),
        ("order", "status"): ("fulfilment", scenario.fulfilment),
        ("order", "payment"): ("payment", scenario.payment),
        ("order", "shipping_address"): ("shipping", scenario.shipping),
    }
    whole: Mapping[str, tuple[str, object]] = {
        "review": ("reviews", scenario.reviews),
        "marketing_day": ("marketing", scenario.marketing),
        "budget_month": ("budget", scenario.budget),
    }
    money = money_needed(scenario, entity, field)
    key, given = whole.get(entity) or needs.get((entity, field), money)
    return "" if given is not None else key
