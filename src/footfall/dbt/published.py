"""What a scenario publishes, seen by fields of the vocabulary: what templates may ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from footfall.contract.subject import Subject
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import VOCABULARY
from footfall.scenario.demand import Event
from footfall.scenario.model import Scenario

CANCELLED = ("cancelled", "canceled", "storniert")
RETURNED = ("returned", "retourniert")
"""Words for orders that were given up or sent back: a scenario lists statuses, not what they mean."""


@dataclass(frozen=True)
class Published:
    """A scenario, its published tables, and the days that they cover, both included."""

    scenario: Scenario
    tables: Mapping[str, TableSpec]
    first: dt.date
    last: dt.date

    @cached_property
    def subject(self) -> Subject:
        """The same as the contract sees it, so that both agree on what is published."""
        return Subject(self.scenario, self.tables, self.first, self.last, {})

    def has(self, need: str) -> bool:
        """Whether an entity, entity.field or something derived is there; of several with "|" between, one."""
        return any(self._has_one(way.strip()) for way in need.split("|"))

    def _has_one(self, need: str) -> bool:
        return (
            bool(getattr(self, f"has_{need}")) if hasattr(self, f"has_{need}") else self.subject.shows(need)
        )

    @property
    def has_shop(self) -> bool:
        """Whether it is known in which shop an order was placed."""
        return self.has("order.shop")

    @property
    def has_day(self) -> bool:
        """Whether orders have a number and a day."""
        return self.has("order.id") and self.has("order.date|order.time")

    @property
    def has_amount(self) -> bool:
        """Whether it is known what a line of an order came to."""
        return self.has_told_amount or self.has_listed_amount

    @property
    def has_told_amount(self) -> bool:
        """Whether the columns of a line tell what it came to."""
        known = self.has("line.total") or (self.has("line.quantity") and self.has("line.unit_price"))
        listed = all(self.has(f"line.{field}") for field in ("quantity", "list_price", "discount"))
        return self.has_lines and (known or listed)

    @property
    def has_listed_amount(self) -> bool:
        """Whether a line comes to its product's list price: it is one unit, and nothing is ever reduced."""
        scenario = self.scenario
        shares = scenario.discount.shares
        units = [units for units, share in scenario.basket.quantity.items() if share]
        is_plain = units == [1] and all(percent == 0 for percent, share in shares.items() if share)
        is_plain = is_plain and not self.discounted_events and not scenario.promotions
        settled = self.prices_model == "stg_products" and self.has("product.price")
        return is_plain and settled and self.has_sold and not self.has_told_amount

    @property
    def has_lines(self) -> bool:
        """Whether lines can be told to be of an order."""
        return self.has("line.order") and self.has("order.id")

    @property
    def has_revenue(self) -> bool:
        """Whether it is known what an order came to."""
        return self.has_amount or (self.has("order.id") and bool(self.revenue_field))

    @property
    def revenue_field(self) -> str:
        """Field that tells an order's total: that itself, or the same before or with tax; empty if none."""
        tax = self.scenario.tax
        same = "gross" if tax and tax.prices_include_tax else "net"
        return next((field for field in ("total", same) if self.has(f"order.{field}")), "")

    @property
    def has_sold(self) -> bool:
        """Whether lines can be told to be of a product that is described."""
        return self.has_lines and self.has("line.product") and self.has("product.id")

    @property
    def has_cost(self) -> bool:
        """Whether it is known what the goods of a line cost the shop."""
        told = self.has("product_price.cost") if self.has_dated_prices else bool(self.prices_model)
        return (
            self.has_amount
            and self.has_sold
            and self.has("line.quantity")
            and self.has("product.cost")
            and told
        )

    @property
    def has_dated_prices(self) -> bool:
        """Whether prices change and it is told which one held when, and when orders were placed."""
        changes = self.scenario.catalog.price_changes is not None
        dated = all(self.has(f"product_price.{f}") for f in ("product", "price", "valid_from", "valid_to"))
        return changes and dated and self.has_day

    @property
    def prices_model(self) -> str:
        """Staging model that tells the list price and cost that a line had; empty where none does."""
        if self.has_dated_prices:
            return "stg_product_prices"
        settled = self.scenario.catalog.price_changes is None
        return "stg_products" if settled and self.has("product.id") else ""

    def shows_what_changed(self, entity: str, history: str) -> list[str]:
        """Fields of products, or customers, that their history tells, too; none where it isn't whole."""
        if not all(self.has(f"{history}.{field}") for field in (entity, "valid_from", "valid_to")):
            return []
        fields = VOCABULARY[history].fields
        return [
            f
            for f in fields
            if f in VOCABULARY[entity].fields and self.has(f"{history}.{f}") and self.has(f"{entity}.{f}")
        ]

    @property
    def has_margin_plan(self) -> bool:
        """Whether both planned and actual margin are known."""
        return self.has_cost and self.has("budget_month.margin")

    @property
    def has_customers(self) -> bool:
        """Whether customers are known by their orders or by a table of their own."""
        return self.has("customer.id") or (self.has("order.id") and self.has("order.customer"))

    @property
    def has_buyers(self) -> bool:
        """Whether it is known who ordered, when, and for how much."""
        return self.has_day and self.has_revenue and self.has("order.customer")

    @property
    def has_returns(self) -> bool:
        """Whether it is known which lines came back."""
        return self.has_lines and (self.has("line.is_returned") or bool(self.returned_statuses))

    @property
    def statuses(self) -> tuple[str, ...]:
        """Words for what has become of an order; none where that is not published."""
        fulfilment = self.scenario.fulfilment
        return tuple(fulfilment.shares) if fulfilment and self.has("order.status") else ()

    @property
    def cancelled_statuses(self) -> list[str]:
        """Those of orders that were given up."""
        return [s for s in self.statuses if s.lower() in CANCELLED]

    @property
    def returned_statuses(self) -> list[str]:
        """Those of orders that were sent back."""
        return [s for s in self.statuses if s.lower() in RETURNED]

    @property
    def line_key(self) -> list[str]:
        """Fields that tell one line from all others; empty where they are not published."""
        for key in (*VOCABULARY["line"].keys, ("order", "number")):
            if all(self.has(f"line.{field}") for field in key):
                return list(key)
        return []

    @property
    def review_key(self) -> list[str]:
        """Fields that tell one review from all others; empty where they are not published."""
        keys = VOCABULARY["review"].keys
        return next((list(key) for key in keys if all(self.has(f"review.{field}") for field in key)), [])

    @property
    def events(self) -> dict[str, Event]:
        """Events of the scenario, the deepest discount first, as that is the one that counts."""
        given = self.scenario.demand.events
        return dict(sorted(given.items(), key=lambda item: -item[1].discount_percent))

    @property
    def discounted_events(self) -> dict[str, Event]:
        """Those of them in which the whole shop is reduced."""
        return {name: event for name, event in self.events.items() if event.discount_percent}

    @property
    def has_baskets(self) -> bool:
        """Whether it is known what is bought together: orders may have several lines of products."""
        sizes = self.scenario.basket.size
        return self.has_sold and any(size > 1 for size, share in sizes.items() if share)

    @property
    def has_rated_products(self) -> bool:
        """Whether reviews tell of which product they are, and how many stars it got."""
        return self.has("review.product") and self.has("review.rating")

    @property
    def has_rated_orders(self) -> bool:
        """Whether it can be told which order's product a customer has rated."""
        return self.has_rated_products and self.has("review.customer") and self.has_buyers and self.has_sold

    @property
    def has_deliveries(self) -> bool:
        """Whether it is known by when an order was promised, and when it came."""
        return self.has_day and self.has("order.promised") and self.has("order.delivered")

    @property
    def lookback_days(self) -> int:
        """For how long after an order its facts may still change by the scenario; at least a month."""
        return max(30, self.scenario.arrival.days)

    def table(self, entity: str) -> TableSpec | None:
        """Specification of the table that shows an entity; None where none does."""
        return self.subject.spec(entity)

    def column(self, entity: str, field: str) -> ColumnSpec | None:
        """Specification of the column that shows a field; None where none does."""
        spec = self.table(entity)
        return next((c for c in spec.columns if c.field == field), None) if spec else None
