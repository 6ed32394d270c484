"""The scenarios that come with Footfall, discovered, for tests that hold for each of them."""

from __future__ import annotations

from footfall.scenario.load import load
from footfall.scenario.sources import shipped

SHIPPED = tuple(shipped())
_SMALL = {"vantage": 0.01, "storefront": 0.05, "jaffle": 0.05}


def small(name: str) -> float:
    """Scale at which a shop has some hundred orders."""
    return _SMALL.get(name, 0.02)


def publishing(name: str, entity: str) -> str:
    """Name of the first table whose rows are an entity of the vocabulary."""
    return next(table for table, asked in load(name).tables.items() if asked.rows == entity)
