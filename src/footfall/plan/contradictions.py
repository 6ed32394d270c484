"""Targets that can't all be true, whatever the knobs: told together, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.core.errors import UnreachableTarget
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Target

_BY_DEFAULT = 0.01
"""Part of a target without a tolerance by which it may be missed here; planning looks closer."""


def refuse_contradictions(scenario: Scenario) -> None:
    """Refuse targets that contradict each other.

    Raises
    ------
    UnreachableTarget
        Names those that do, all of them.
    """
    if found := list(_contradictions(scenario)):
        raise UnreachableTarget(". ".join(found))


def _contradictions(scenario: Scenario) -> Iterator[str]:
    targets = scenario.targets
    orders, revenue, value = targets.orders, targets.revenue, targets.order_value
    if orders and revenue and value:
        low, high = (side(orders) * side(value) for side in (_least, _most))
        if _most(revenue) < low or _least(revenue) > high:
            yield (
                "targets.orders, targets.order_value and targets.revenue contradict each other: "
                f"{orders.value:,.8g} x {value.value:,.8g} = {orders.value * value.value:,.8g}, and "
                f"{revenue.value:,.8g} is asked; change or leave out one of them"
            )
    gross, net = targets.gross_margin, targets.net_margin
    if gross and net and _least(net) > _most(gross):
        yield (
            "targets.gross_margin and targets.net_margin contradict each other: returned goods are written "
            f"off, so the net margin ({net.value:g} is asked) is never above the gross one "
            f"({gross.value:g}); change one of them"
        )
    for of in ("revenue", "units"):
        asked = {name: t for name, t in targets.category_share.items() if t.of == of}
        least, most = sum(map(_least, asked.values())), sum(map(_most, asked.values()))
        is_whole = len(asked) == len(scenario.catalog.categories)
        if least > 1 or (is_whole and most < 1):
            said = " + ".join(f"{t.value:g}" for t in asked.values())
            yield (
                f"{', '.join(f'targets.category_share.{name}' for name in asked)} contradict each other: "
                f"{said} = {sum(t.value for t in asked.values()):g} of {of}, "
                + ("more than all of it" if least > 1 else "and there are no other categories")
                + "; change one of them"
            )
    for name, top in (
        ("top_sku_share", targets.top_sku_share),
        ("top_customer_share", targets.top_customer_share),
    ):
        if top and _most(top) < top.top:
            yield (
                f"targets.{name}: the best {top.top:g} never carry less than {top.top:g} of the whole, and "
                f"{top.value:g} is asked; raise value or lower top"
            )
        if top and _least(top) >= 1:
            yield f"targets.{name}: no share is as great as {top.value:g}; give a value below 1"


def _least(target: Target) -> float:
    return target.value - (target.tolerance or target.value * _BY_DEFAULT)


def _most(target: Target) -> float:
    return target.value + (target.tolerance or target.value * _BY_DEFAULT)
