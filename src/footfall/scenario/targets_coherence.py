"""What targets, and the knobs that are free for them, ask of the other sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from footfall.scenario.defects import Contradiction, Path, nearest

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

_CONCENTRATION = ("catalog", "return_concentration")


def target_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find targets of what the scenario does not have."""
    targets, categories = scenario.targets, list(scenario.catalog.categories)
    for name in targets.category_share:
        if name not in categories:
            yield Contradiction(
                f"targets.category_share names the category '{name}'{nearest(name, categories)}; "
                f"there are {', '.join(categories)}",
                ("targets", "category_share", name),
            )
    for name in ("return_rate", "net_margin"):
        if getattr(targets, name) is not None and scenario.catalog.return_concentration is None:
            yield Contradiction(
                f"targets.{name} needs catalog.return_concentration, which is not given",
                *(("targets", name), _CONCENTRATION),
            )
    if targets.marketing_share is not None and scenario.marketing is None:
        yield Contradiction(
            "targets.marketing_share needs marketing, which is not given",
            *(("targets", "marketing_share"), "marketing"),
        )
    known = list(scenario.fulfilment.shares) if scenario.fulfilment else []
    top = targets.top_customer_share
    for status in top.settled_statuses if top is not None else ():
        if status not in known:
            yield Contradiction(
                f"targets.top_customer_share.settled_statuses names '{status}'{nearest(status, known)}; "
                f"there are {', '.join(known) or 'none'}",
                ("targets", "top_customer_share", "settled_statuses"),
            )


def knob_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find bounds that leave out what the scenario asks for: a knob is bent from there."""
    for knob, key, start in _starts(scenario):
        bounds = getattr(scenario.free, knob)
        if bounds is None:
            continue
        if start is None:
            yield Contradiction(
                f"free.{knob} bends {'.'.join(key)}, which the scenario does not have; leave it out",
                ("free", knob),
            )
        elif not bounds.min <= start <= bounds.max:
            said = f"{'.'.join(key)}, {start:g}, which is bent" if key else "1, which bends nothing"
            yield Contradiction(
                f"free.{knob} ({bounds.min:g} to {bounds.max:g}) must include {said}",
                *((("free", knob), key) if key else (("free", knob),)),
            )


def _starts(scenario: Scenario) -> Iterator[tuple[str, Path, float | None]]:
    """Each knob of two bounds with the key that it bends, and what stands there; factors have no key."""
    catalog, marketing = scenario.catalog, scenario.marketing
    yield "price_level", (), 1.0
    yield "cost_level", (), 1.0
    yield "discount_level", (), 1.0
    yield (
        "return_level",
        _CONCENTRATION if catalog.return_concentration is None else (),
        (None if catalog.return_concentration is None else 1.0),
    )
    for name in scenario.targets.category_share:
        if name in catalog.categories:
            yield (
                "category_weight",
                ("catalog", "categories", name, "weight"),
                catalog.categories[name].weight,
            )
    yield "orders", ("demand", "orders"), scenario.demand.orders
    yield "customer_pool", ("customers", "pool"), float(scenario.customers.pool)
    yield "rarest_orders", ("customers", "rarest_orders"), scenario.customers.rarest_orders
    yield "marketing_share", ("marketing", "revenue_share"), marketing.revenue_share if marketing else None
