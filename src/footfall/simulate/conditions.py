"""When something plays a part in a scenario: conditions that origins name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from footfall.scenario.model import Scenario

Condition: TypeAlias = Callable[[Scenario], bool]


def value_at(scenario: Scenario, key: str) -> object:
    """Value at a key's path, of the first name where a * stands for any.

    None where there is none; a map or list of nothing is none.
    """
    here: object = scenario
    for name in key.split("."):
        if isinstance(here, dict):
            here = next(iter(here.values()), None) if name == "*" else here.get(name)
        else:
            here = getattr(here, name, None)
        if here is None:
            return None
    return None if here in ({}, []) else here


def always(scenario: Scenario) -> bool:
    """In every scenario."""
    return True


def given(*keys: str) -> Condition:
    """Where one of these keys has a value."""
    return lambda scenario: any(value_at(scenario, key) is not None for key in keys)


def where(key: str, value: object) -> Condition:
    """Where a key has this value."""
    return lambda scenario: value_at(scenario, key) == value


def both(one: Condition, other: Condition) -> Condition:
    """Where two conditions hold."""
    return lambda scenario: one(scenario) and other(scenario)


def several_shops(scenario: Scenario) -> bool:
    """Where there is more than one shop."""
    return len(scenario.demand.shops) > 1


def several_sizes(scenario: Scenario) -> bool:
    """Where baskets differ in their number of lines."""
    return sum(share > 0 for share in scenario.basket.size.values()) > 1
