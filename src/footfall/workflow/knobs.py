"""The knobs that planning turns: what each is, where it stood, how far it may go, which targets want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from footfall.plan.plan import Plan
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Bounds

_TOP_SKUS, _TOP_CUSTOMERS, _REPEAT = (
    "targets.top_sku_share",
    "targets.top_customer_share",
    "targets.repeat_rate",
)
_MONEY = ("targets.order_value", "targets.revenue")
_MARGINS = ("targets.gross_margin", "targets.net_margin")


@dataclass(frozen=True)
class Knob:
    """A figure that planning is free to choose.

    Attributes
    ----------
    name
        As in the plan's solved figures.
    means
        What it does, in a few words.
    wanted_by
        Keys of the scenario that it is turned for; it is told where one of them is given.
    start
        Where it stands when nothing bends it; None where it has no such place.
    bounds
        Least and greatest setting that `free` allows; None where nothing bounds it.
    is_free
        Whether the scenario lets it be bent.
    """

    name: str
    means: str
    wanted_by: tuple[str, ...]
    start: Callable[[Scenario], float | None]
    bounds: Callable[[Scenario], tuple[float, float] | None]
    is_free: Callable[[Scenario], bool] = lambda scenario: True


def _nothing(scenario: Scenario) -> None:
    return None


def _between(key: str) -> Callable[[Scenario], tuple[float, float] | None]:
    def bounds(scenario: Scenario) -> tuple[float, float] | None:
        given: Bounds | None = getattr(scenario.free, key)
        return (given.min, given.max) if given is not None else None

    return bounds


def _is_given(key: str) -> Callable[[Scenario], bool]:
    return lambda scenario: getattr(scenario.free, key) is not None


def _coupling(scenario: Scenario) -> tuple[float, float] | None:
    most = scenario.free.coupling_max
    return (-most, most) if most is not None else None


def _power(scenario: Scenario) -> tuple[float, float] | None:
    most = scenario.free.popularity_power_max
    return (0.0, most) if most is not None else None


def _registered(scenario: Scenario) -> float | None:
    return scenario.customers.registered.weight_sd if scenario.customers.registered else None


def _level(law: str, means: str, wanted_by: tuple[str, ...]) -> Knob:
    key = f"{law}_level"
    return Knob(key, means, wanted_by, lambda s: 1.0, _between(key), _is_given(key))


KNOBS = (
    Knob(
        "base", "expected orders of a plain day in a shop of weight 1", ("demand.orders",), _nothing, _nothing
    ),
    Knob(
        "orders",
        "orders of the declared years",
        ("targets.orders", "targets.revenue"),
        lambda s: s.demand.orders,
        _between("orders"),
        _is_given("orders"),
    ),
    Knob(
        "popularity_power",
        "a SKU's sales weight is its sales_rank to this power",
        (_TOP_SKUS,),
        lambda s: 1.0,
        _power,
        _is_given("popularity_power_max"),
    ),
    _level("discount", "times as many lines with an everyday discount", ("targets.discount_rate",)),
    _level("price", "factor on all prices", _MONEY),
    Knob(
        "price_coupling",
        "rank correlation of popularity and price",
        _MONEY,
        lambda s: 0.0,
        _coupling,
        _is_given("coupling_max"),
    ),
    _level("cost", "factor on all shares of cost", _MARGINS),
    Knob(
        "cost_coupling",
        "rank correlation of takings and cost share",
        _MARGINS,
        lambda s: 0.0,
        _coupling,
        _is_given("coupling_max"),
    ),
    _level("return", "factor on all chances of a return", ("targets.return_rate", "targets.net_margin")),
    Knob(
        "customer_offset_share",
        "flattens the law of how often customers order",
        ("customers.rarest_orders",),
        _nothing,
        _nothing,
    ),
    Knob(
        "rarest_orders",
        "orders expected of the rarest customer",
        (_TOP_CUSTOMERS, _REPEAT),
        lambda s: s.customers.rarest_orders,
        _between("rarest_orders"),
        _is_given("rarest_orders"),
    ),
    Knob(
        "customer_weight_sd",
        "spread of how often customers order (of the logarithm)",
        (_TOP_CUSTOMERS, _REPEAT),
        _registered,
        lambda s: (0.0, s.free.customer_weight_sd_max),
        lambda s: s.customers.registered is not None,
    ),
    Knob(
        "customer_pool",
        "how many customers there are",
        (_REPEAT,),
        lambda s: float(s.customers.pool),
        _between("customer_pool"),
        _is_given("customer_pool"),
    ),
    Knob(
        "marketing_revenue_share",
        "spend over the revenue that it leads",
        ("targets.marketing_share",),
        lambda s: s.marketing.revenue_share if s.marketing else None,
        _between("marketing_share"),
        _is_given("marketing_share"),
    ),
)


def turned(plan: Plan) -> list[dict[str, Any]]:
    """Knobs that a scenario's targets may turn, with their values, and where each stood and may go."""
    return [*_single(plan), *_category_weights(plan)]


def _single(plan: Plan) -> Iterator[dict[str, Any]]:
    asked = plan.asked
    for knob in KNOBS:
        wanted_by = [key for key in knob.wanted_by if _given(asked, key) is not None]
        if not wanted_by or not knob.is_free(asked):
            continue
        start, value = knob.start(asked), getattr(plan.solved, knob.name)
        value = start if value is None else value
        if value is not None:
            yield _told(knob.name, knob.means, value, start, knob.bounds(asked), wanted_by)


def _category_weights(plan: Plan) -> Iterator[dict[str, Any]]:
    asked = plan.asked
    for name in asked.targets.category_share if asked.free.category_weight else ():
        start = asked.catalog.categories[name].weight
        value = plan.solved.category_weights.get(name, start)
        yield _told(
            f"category_weight.{name}",
            "factor on the category's sales weights",
            value,
            start,
            _between("category_weight")(asked),
            [f"targets.category_share.{name}"],
        )


def _told(  # noqa: PLR0917 - the columns of a row
    name: str,
    means: str,
    value: float,
    start: float | None,
    bounds: tuple[float, float] | None,
    wanted_by: list[str],
) -> dict[str, Any]:
    return {
        "knob": name,
        "value": value,
        "start": start,
        "least": bounds[0] if bounds else None,
        "limit": bounds[1] if bounds else None,
        "wanted_by": wanted_by,
        "means": means,
    }


def _given(scenario: Scenario, key: str) -> object:
    section, field = key.split(".")
    return getattr(getattr(scenario, section), field)


RESTS_ON = {
    "orders": "demand.orders",
    "revenue": "orders and order value",
    "order_value": "catalog.price, basket, discount, demand.events",
    "gross_margin": "catalog.cost_share, discount, demand.events",
    "net_margin": "gross margin; the categories' return_probability",
    "discount_rate": "discount, demand.events",
    "return_rate": "the categories' return_probability",
    "repeat_rate": "the data set's own orders; customers",
    "top_sku_share": "catalog.popularity, basket",
    "top_customer_share": "the data set's own orders; customers",
    "top_customer_share_settled": "the data set's own orders; customers",
    "category_share": "the category's share, weight and price",
    "marketing_share": "marketing.revenue_share",
}
"""Target -> the keys that its figure follows from, beside the knobs that are turned for it."""
