"""What is judged: a scenario, the tables published of it and the days that they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from footfall.core.schema import TableSpec, main_table
from footfall.core.vocabulary import HISTORIES
from footfall.scenario.model import Scenario


@dataclass(frozen=True)
class Subject:
    """What published tables claim to be.

    Attributes
    ----------
    scenario
        Resolved, already scaled, and with the laws that planning bent (`scenario/bending.py`).
    tables
        Published name -> specification, of the tables that were published.
    first, last
        Days of the horizon, both included.
    solved
        Figures that planning solved: popularity_power, expected_order_value, expected_gross_margin,
        customer_offset_share; and `targets`, what it expects of each.
    leads
        Whether the horizon begins here; later parts of it leave a month that was under way to the first.
    as_of
        Day at whose end the rows are known, where some of their facts are still to come.
    """

    scenario: Scenario
    tables: Mapping[str, TableSpec]
    first: dt.date
    last: dt.date
    solved: Mapping[str, Any]
    leads: bool = True
    as_of: dt.date | None = None

    @property
    def whole_year(self) -> bool:
        """Whether the horizon is exactly the scenario's, and all is known of it."""
        horizon = (self.scenario.first_day, self.scenario.last_day)
        return (self.first, self.last) == horizon and self.as_of is None

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return max(0, (self.last - self.first).days + 1)

    @property
    def start(self) -> int:
        """First day of the horizon, counted from 1 January 1970."""
        return (self.first - dt.date(1970, 1, 1)).days

    @property
    def shops(self) -> tuple[str, ...]:
        """Shops in the scenario's order."""
        return tuple(self.scenario.demand.shops)

    @property
    def lacks_products(self) -> bool:
        """Whether some products may not have been known yet."""
        listed = self.scenario.catalog.listed
        return self.as_of is not None and listed is not None and self.as_of < self.scenario.last_day

    def shows(self, need: str) -> bool:
        """Whether an entity, or entity.field, is published; the only shop needs no column."""
        entity, _, field = need.partition(".")
        spec = self.spec(entity)
        if spec is None:
            return False
        only_shop = field == "shop" and entity == "order" and len(self.shops) == 1
        return not field or only_shop or spec.column_of(field) is not None

    def spec(self, entity: str) -> TableSpec | None:
        """Specification of the table that an entity is judged by; None where none shows it."""
        return self._main_tables.get(entity)

    @cached_property
    def _main_tables(self) -> dict[str, TableSpec | None]:
        # Asked for with every batch, and a look at all columns of all tables.
        entities = {spec.entity for spec in self.tables.values()}
        return {entity: main_table(self.tables.values(), entity) for entity in entities}

    @property
    def in_reading_order(self) -> list[TableSpec]:
        """Published tables, those first that tell what was valid when: others are judged by them."""
        return sorted(self.tables.values(), key=lambda spec: spec.entity not in HISTORIES)

    @property
    def reviewable(self) -> list[bool]:
        """Whether an order of each status lets its customer review; the last is for unknown ones."""
        fulfilment, reviews = self.scenario.fulfilment, self.scenario.reviews
        statuses = fulfilment.shares if fulfilment else {}
        return [*(reviews is not None and status in reviews.statuses for status in statuses), False]
