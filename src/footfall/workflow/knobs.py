"""The knobs that planning turns: what each is, where it stood, how far it may go, which target wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from footfall.plan.plan import Plan
from footfall.scenario.model import Scenario


@dataclass(frozen=True)
class Knob:
    """A figure that planning is free to choose.

    Attributes
    ----------
    name
        As in the plan's solved figures.
    means
        What it does, in a few words.
    start
        Where it stands when nothing bends it; None where it has no such place.
    limit
        How far `free` lets it go; None where nothing bounds it.
    wanted_by
        Key of the scenario that it is turned for.
    """

    name: str
    means: str
    start: Callable[[Scenario], float | None]
    limit: Callable[[Scenario], float | None]
    wanted_by: str


def _nowhere(scenario: Scenario) -> None:
    return None


KNOBS = (
    Knob(
        "base",
        "expected orders of a plain day in a shop of weight 1",
        _nowhere,
        _nowhere,
        "demand.orders",
    ),
    Knob(
        "popularity_power",
        "a SKU's sales weight is its sales_rank to this power",
        lambda s: 1.0,
        lambda s: s.free.popularity_power_max,
        "targets.top_sku_share",
    ),
    Knob(
        "price_coupling",
        "rank correlation of popularity and price",
        lambda s: 0.0,
        lambda s: s.free.coupling_max,
        "targets.order_value",
    ),
    Knob(
        "cost_coupling",
        "rank correlation of takings and cost share",
        lambda s: 0.0,
        lambda s: s.free.coupling_max,
        "targets.gross_margin",
    ),
    Knob(
        "customer_offset_share",
        "flattens the law of how often customers order",
        _nowhere,
        _nowhere,
        "customers.rarest_orders",
    ),
    Knob(
        "customer_weight_sd",
        "spread of how often customers order (of the logarithm)",
        lambda s: s.customers.registered.weight_sd if s.customers.registered else None,
        lambda s: s.free.customer_weight_sd_max,
        "targets.top_customer_share",
    ),
)

RESTS_ON = {
    "order_value": "price_coupling; catalog.price, basket, discount, demand.events",
    "gross_margin": "cost_coupling; catalog.cost_share, discount, demand.events",
    "top_sku_share": "popularity_power; catalog.popularity, basket",
    "top_customer_share": "customer_weight_sd, on the data set's own orders; customers.registered",
    "marketing_share": "no knob; marketing.revenue_share",
}
"""Target -> the knob that is turned for it, and the keys that its figure follows from."""


def turned(plan: Plan) -> list[dict[str, Any]]:
    """Knobs of a plan with their values; those that the scenario has no use for are left out."""
    told = []
    for knob in KNOBS:
        value = getattr(plan.solved, knob.name)
        if value is None or (knob.name.endswith("_coupling") and _target_of(plan.scenario, knob) is None):
            continue
        told.append(
            {
                "knob": knob.name,
                "value": value,
                "start": knob.start(plan.scenario),
                "limit": knob.limit(plan.scenario),
                "wanted_by": knob.wanted_by,
                "means": knob.means,
            }
        )
    return told


def _target_of(scenario: Scenario, knob: Knob) -> object:
    return getattr(scenario.targets, knob.wanted_by.removeprefix("targets."))
