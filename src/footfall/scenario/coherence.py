"""What must fit together across the sections of a scenario; each section checks itself.

A rule yields all that it finds, each with the keys that it is about: people are told all at once, and where.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from footfall.core.vocabulary import VOCABULARY, leaf_of
from footfall.scenario.calendar_coherence import demand_contradictions, promotion_contradictions
from footfall.scenario.changing_coherence import changing_contradictions
from footfall.scenario.defects import Contradiction, Contradictions, nearest
from footfall.scenario.habits_coherence import habit_contradictions
from footfall.scenario.money_coherence import money_contradictions, money_needed
from footfall.scenario.own_checks import check_contradictions
from footfall.scenario.pairing_coherence import pairing_contradictions
from footfall.scenario.targets_coherence import knob_contradictions, target_contradictions

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def check(scenario: Scenario) -> None:
    """Refuse a scenario whose sections contradict each other.

    Raises
    ------
    Contradictions
        Each names its keys, and what is allowed.
    """
    found = [contradiction for rule in RULES for contradiction in rule(scenario)]
    if found:
        raise Contradictions(found)


def _catalog(scenario: Scenario) -> Iterator[Contradiction]:
    categories = scenario.catalog.skus_by_category()
    largest = max(scenario.basket.size)
    listed, delisted = scenario.catalog.listed, scenario.catalog.delisted
    for name, count in categories.items():
        here = ("catalog", "categories", name)
        lasting = count - (round(listed.new_share * count) if listed else 0)
        lasting -= round(delisted.share * count) if delisted else 0
        if lasting < largest:
            yield Contradiction(
                f"category '{name}' has {lasting} SKUs on all days, fewer than the largest "
                f"basket ({largest} lines); no SKU comes twice in an order, so give it more SKUs "
                "or make baskets smaller",
                *((*here, "share"), ("basket", "size", largest), ("catalog", "skus")),
                *(("catalog", "listed", "new_share"), ("catalog", "delisted", "share")),
            )
        words = scenario.catalog.categories[name].sub_categories.values()
        models = len(scenario.catalog.models_of(name))
        names = sum(len(s.things) * len(s.details) for s in words) * models
        if names < count:
            yield Contradiction(
                f"category '{name}' has words for {names} product names and needs {count}",
                *((*here, "sub_categories"), ("catalog", "models"), ("catalog", "skus")),
            )
    if listed and listed.from_ >= scenario.first_day:
        yield Contradiction(
            f"catalog.listed.from must be before the first day, {scenario.first_day}",
            *(("catalog", "listed", "from"), "year"),
        )


def _affinity(scenario: Scenario) -> Iterator[Contradiction]:
    categories = scenario.catalog.categories
    for number, affinity in enumerate(scenario.basket.affinity):
        for side, category in (("first", affinity.first), ("then", affinity.then)):
            if category not in categories:
                yield Contradiction(
                    f"basket.affinity names the category '{category}'{nearest(category, list(categories))}; "
                    f"there are {', '.join(categories)}",
                    ("basket", "affinity", number, side),
                    ("catalog", "categories", category),
                )


def _customers(scenario: Scenario) -> Iterator[Contradiction]:
    customers = scenario.customers
    if customers.pool < len(scenario.demand.shops):
        yield Contradiction(
            "customers.pool must hold at least one customer a shop",
            ("customers", "pool"),
            ("demand", "shops"),
        )
    if scenario.demand.follows_customers and not customers.registered:
        yield Contradiction(
            "demand.follows_customers needs customers.registered",
            *(("demand", "follows_customers"), ("customers", "registered")),
        )
    if customers.registered and not (scenario.first_day <= customers.registered.from_ < scenario.last_day):
        yield Contradiction(
            f"customers.registered.from must be a day from {scenario.first_day} to before the last",
            *(("customers", "registered", "from"), "year", "years"),
        )
    if customers.registered and customers.registered.to > scenario.last_day:
        yield Contradiction(
            f"customers.registered.to must not be after the last day, {scenario.last_day}",
            *(("customers", "registered", "to"), "year", "years"),
        )


def _totals(scenario: Scenario) -> Iterator[Contradiction]:
    dealt = {
        ("basket",): scenario.basket,
        ("discount",): scenario.discount,
        ("fulfilment",): scenario.fulfilment,
        ("payment",): scenario.payment,
        ("shipping",): scenario.shipping,
        ("reviews",): scenario.reviews,
    }
    for section, one in dealt.items():
        if scenario.demand.deal == "expected" and one is not None and one.deal == "exact":
            yield Contradiction(
                f"{'.'.join(section)}: a total or mix can only be exact (deal: exact) "
                "where demand.deal is exact, too",
                *((*section, "deal"), ("demand", "deal")),
            )
    if scenario.discount.deal == "exact" and scenario.basket.deal != "exact":
        yield Contradiction(
            "discount can only be exact (deal: exact) where basket.deal is exact, too",
            *(("discount", "deal"), ("basket", "deal")),
        )


def _lines(scenario: Scenario) -> Iterator[Contradiction]:
    lines, orders = scenario.basket.lines, round(scenario.demand.orders)
    if lines is not None and not orders <= lines <= orders * max(scenario.basket.size):
        yield Contradiction(
            f"basket.lines must be from {orders} to {orders * max(scenario.basket.size)}; it is {lines}",
            *(("basket", "lines"), ("demand", "orders"), ("basket", "size")),
        )


def _reviews(scenario: Scenario) -> Iterator[Contradiction]:
    known = list(scenario.fulfilment.shares) if scenario.fulfilment else []
    for number, status in enumerate(scenario.reviews.statuses if scenario.reviews else []):
        if status not in known:
            yield Contradiction(
                f"reviews.statuses names '{status}'{nearest(status, known)}; "
                f"there are {', '.join(known) or 'none'}",
                *(("reviews", "statuses", number), ("fulfilment", "shares", status)),
            )


def _mixes(scenario: Scenario) -> Iterator[Contradiction]:
    shops = list(scenario.demand.shops)
    for section, mix in (("payment", scenario.payment), ("fulfilment", scenario.fulfilment)):
        for shop in (mix.by_shop or {}) if mix else {}:
            if shop not in shops:
                yield Contradiction(
                    f"{section}.by_shop names shop '{shop}'{nearest(shop, shops)}; "
                    f"there are {', '.join(shops)}",
                    *((section, "by_shop", shop), ("demand", "shops")),
                )
        for number, day in enumerate(mix.change_days if mix else []):
            if not scenario.first_day < day <= scenario.last_day:
                yield Contradiction(
                    f"{section}.changes.{number}.from must be a day after {scenario.first_day} and not after "
                    f"the last, {scenario.last_day}",
                    *((section, "changes", number, "from"), "year", "years"),
                )


def _lateness(scenario: Scenario) -> Iterator[Contradiction]:
    if scenario.reviews and scenario.reviews.quality.late and scenario.arrival.delivery is None:
        yield Contradiction(
            "reviews.quality.late needs arrival.delivery; without it nothing comes late",
            *(("reviews", "quality", "late"), ("arrival", "delivery")),
        )


def _arrival(scenario: Scenario) -> Iterator[Contradiction]:
    known = list(scenario.fulfilment.shares) if scenario.fulfilment else []
    for after, before in scenario.arrival.before_return.items():
        here = ("arrival", "before_return", after)
        for status in (after, before):
            if status not in known:
                yield Contradiction(
                    f"arrival.before_return names '{status}'{nearest(status, known)}; "
                    f"there are {', '.join(known) or 'none'}",
                    *(here, ("fulfilment", "shares", status)),
                )
        is_reviewed = [s in scenario.reviews.statuses for s in (after, before)] if scenario.reviews else []
        if is_reviewed == [True, False]:
            yield Contradiction(
                f"reviews.statuses names '{after}', so it must name '{before}', too, which such orders "
                "have before (arrival.before_return)",
                *(("reviews", "statuses"), here),
            )
    if scenario.reviews:
        least = scenario.reviews.delay.min_days
        days = {"settled": scenario.arrival.settled.max_days}
        if scenario.arrival.late_lines.share:
            days["late_lines"] = scenario.arrival.late_lines.max_days
        for name, most in days.items():
            if most >= least:
                yield Contradiction(
                    f"reviews.delay.min_days ({least}) must be above arrival.{name}.max_days ({most}), "
                    "or a review would be known before what it belongs to",
                    *(("reviews", "delay", "min_days"), ("arrival", name, "max_days")),
                )


def _columns(scenario: Scenario) -> Iterator[Contradiction]:
    for name, table in scenario.tables.items():
        for column, path in table.paths.items():
            missing = _missing_for(scenario, *leaf_of(table.rows, path))
            if missing:
                yield Contradiction(
                    f"table '{name}', column '{column}' needs {missing}, which is not given",
                    *(("tables", name, "columns", column), tuple(missing.split("."))),
                )
        for column, path in table.paths.items():
            word = table.columns[column].as_ or ""
            most = 10 ** word.count("0") - 1 if word.endswith("0") else math.inf
            if _largest(scenario, *leaf_of(table.rows, path)) > most:
                yield Contradiction(
                    f"table '{name}', column '{column}': '{word}' has room for {most}, and there are more; "
                    "give it more zeros, or let it be a uuid",
                    ("tables", name, "columns", column, "as"),
                )


def _largest(scenario: Scenario, entity: str, field: str) -> float:
    """Largest number in a field of products or supplies; of what grows with time there is none."""
    of, _ = VOCABULARY[entity].fields[field].references or (entity, field)
    largest = {
        "product": scenario.catalog.first_sku + scenario.catalog.skus - 1,
        "supply": len(scenario.catalog.supplies),
    }
    return largest.get(of, math.inf)


def _addresses(scenario: Scenario) -> Iterator[Contradiction]:
    for name, table in scenario.tables.items():
        homeless = "" if table.on_request else shop_without_locale(scenario, name)
        if homeless:
            yield Contradiction(
                needs_locale(name, homeless),
                *(("customers", "locales", homeless), ("demand", "shops", homeless), ("tables", name)),
            )


def shop_without_locale(scenario: Scenario, table: str) -> str:
    """First shop of which a table must show addresses that it can't; empty where there is none."""
    shown = scenario.tables[table]
    people = shown.shows("customer") - {"id", "shop", "registered"}
    if not (people or "shipping_address" in shown.shows("order") or shown.shows("customer_address")):
        return ""
    return next((shop for shop in scenario.demand.shops if shop not in scenario.customers.locales), "")


def needs_locale(table: str, shop: str) -> str:
    """Say that a table can't show a shop's addresses, and what to set."""
    return (
        f"table '{table}' shows addresses, and customers.locales does not say where customers of "
        f"shop {shop} live; set customers.locales.{shop} to en_US, de_DE, de_AT or de_CH"
    )


RULES = (
    demand_contradictions,
    promotion_contradictions,
    _catalog,
    _affinity,
    _customers,
    habit_contradictions,
    pairing_contradictions,
    _totals,
    _lines,
    _reviews,
    _mixes,
    _lateness,
    _arrival,
    money_contradictions,
    changing_contradictions,
    target_contradictions,
    knob_contradictions,
    _columns,
    _addresses,
    check_contradictions,
)
"""Each is asked alone of the sections that can be read, where others can't."""


def _missing_for(scenario: Scenario, entity: str, field: str) -> str:
    """Key that publishing a field needs and the scenario lacks; empty where there is none."""
    needs: Mapping[tuple[str, str], tuple[str, object]] = {
        ("product", "return_probability"): (
            "catalog.return_concentration",
            scenario.catalog.return_concentration,
        ),
        ("line", "is_returned"): ("catalog.return_concentration", scenario.catalog.return_concentration),
        ("product", "description"): (
            "a description of every sub-category",
            all(
                s.description for c in scenario.catalog.categories.values() for s in c.sub_categories.values()
            )
            or None,
        ),
        ("product", "stock"): ("catalog.stock", scenario.catalog.stock),
        ("product", "supplier"): ("catalog.suppliers", scenario.catalog.suppliers),
        ("product", "created"): ("catalog.listed", scenario.catalog.listed),
        ("product", "delisted"): ("catalog.delisted", scenario.catalog.delisted),
        ("customer", "registered"): ("customers.registered", scenario.customers.registered),
        ("order", "status"): ("fulfilment", scenario.fulfilment),
        ("order", "payment"): ("payment", scenario.payment),
        ("order", "shipping_address"): ("shipping", scenario.shipping),
        ("order", "promised"): ("arrival.delivery", scenario.arrival.delivery),
        ("order", "delivered"): ("arrival.delivery", scenario.arrival.delivery),
    }
    whole: Mapping[str, tuple[str, object]] = {
        "product_price": ("catalog.price_changes", scenario.catalog.price_changes),
        "customer_address": ("customers.moves", scenario.customers.moves),
        "review": ("reviews", scenario.reviews),
        "supply": ("catalog.supplies", scenario.catalog.supplies or None),
        "marketing_day": ("marketing", scenario.marketing),
        "marketing_channel_day": ("marketing_channels", scenario.marketing_channels),
        "budget_month": ("budget", scenario.budget),
    }
    money = money_needed(scenario, entity, field)
    key, given = whole.get(entity) or needs.get((entity, field), money)
    return "" if given is not None else key
