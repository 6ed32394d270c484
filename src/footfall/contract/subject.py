"""What is judged: a scenario, the tables published of it and the days that they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from footfall.core.schema import TableSpec
from footfall.scenario.model import Scenario


@dataclass(frozen=True)
class Subject:
    """What published tables claim to be.

    Attributes
    ----------
    scenario
        Resolved and already scaled.
    tables
        Published name -> specification, of the tables that were published.
    first, last
        Days of the horizon, both included.
    solved
        Figures that planning solved: popularity_power, expected_order_value,
        expected_gross_margin, customer_offset_share.
    """

    scenario: Scenario
    tables: Mapping[str, TableSpec]
    first: dt.date
    last: dt.date
    solved: Mapping[str, float]

    @property
    def whole_year(self) -> bool:
        """Whether the horizon is exactly the scenario's year."""
        return (self.first, self.last) == (self.scenario.first_day, self.scenario.last_day)

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return max(0, (self.last - self.first).days + 1)

    @property
    def shops(self) -> tuple[str, ...]:
        """Shops in the scenario's order."""
        return tuple(self.scenario.demand.shops)

    def spec(self, entity: str) -> TableSpec | None:
        """Specification of the table that shows an entity; None where none does."""
        return next((t for t in self.tables.values() if t.entity == entity), None)
