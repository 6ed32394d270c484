"""What a shop is like, strictly typed: every key a scenario may hold, its unit and its bounds.

A key's unit is part of its name where it has one. Everything here is a wish; what planning makes of
it (the solved knobs) is a :class:`footfall.plan.plan.Plan`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from footfall.core.errors import RequestError
from footfall.core.publishing import publish
from footfall.core.schema import TableSpec
from footfall.scenario import coherence
from footfall.scenario.arrival import Arrival
from footfall.scenario.assortment import Catalog
from footfall.scenario.buying import Basket, Customers, Discounts, Fulfilment, Shipping
from footfall.scenario.channels import Channel
from footfall.scenario.demand import Demand
from footfall.scenario.mixes import Payments
from footfall.scenario.money import Currency, ExchangeRate, ShippingCost, Shop, Tax
from footfall.scenario.money_coherence import CURRENCY_FIELDS
from footfall.scenario.own_checks import OwnCheck
from footfall.scenario.promotions import Promotion
from footfall.scenario.published import PublishedTable
from footfall.scenario.reviews import Reviews
from footfall.scenario.spending import Budget, Marketing
from footfall.scenario.strict import Code, Identifier, Strict
from footfall.scenario.targets import Free, Promises, Targets


def _without_empty_maps(said: Any) -> Any:
    """Leave out sections of which nothing is said."""
    if not isinstance(said, dict):
        return said
    kept = {key: _without_empty_maps(value) for key, value in said.items()}
    return {key: value for key, value in kept.items() if value != {}}


class Scenario(Strict):
    """A shop and the figures it must reach; the years it is declared for fix everything solved.

    Attributes
    ----------
    version
        Version of the language of scenarios.
    extends
        Name or file of the scenario that this one differs from; what isn't said here is as it is there.
    name
        Name of the scenario, and of its directory; where `extends` is given, the file's name by default.
    title
        What `footfall scenarios` says of it; where `extends` is given, that it does so by default.
    year
        First year; t = 0 is its 1 January.
    years
        How many years the scenario is declared for.
    currency
        Code of the currency that all money is in.
    shops
        Code of a shop, as in `demand.shops`: what else is known of it.
    exchange_rates
        Currency: how it stands to the scenario's from day to day.
    payment
        How orders are paid.
    marketing_channels
        Channel: its share of revenue, its lag and its saturation.
    promotions
        Name of each: days on which some categories are sold off.
    tables
        Published name: what the table holds.
    checks
        Name: a check of the scenario's own, run before anything is published, and by `footfall verify`.
    """

    version: Literal[1]
    # What it takes over stands in the other keys, once the files are merged: see footfall.scenario.extend.
    extends: Annotated[str | None, Field(exclude=True)] = None
    name: Identifier
    title: str
    year: Annotated[int, Field(ge=1900, le=2200)]
    years: Annotated[int, Field(ge=1, le=20)] = 1
    currency: Currency
    demand: Demand
    catalog: Catalog
    customers: Customers
    basket: Basket
    discount: Discounts
    fulfilment: Fulfilment | None = None
    payment: Payments | None = None
    shipping: Shipping | None = None
    shops: dict[Code, Shop] | None = None
    tax: Tax | None = None
    shipping_cost: ShippingCost | None = None
    exchange_rates: Annotated[dict[Currency, ExchangeRate], Field(min_length=1)] | None = None
    reviews: Reviews | None = None
    promotions: dict[Identifier, Promotion] | None = None
    marketing: Marketing | None = None
    marketing_channels: Annotated[dict[Code, Channel], Field(min_length=1, max_length=50)] | None = None
    budget: Budget | None = None
    arrival: Arrival = Field(default_factory=Arrival)
    targets: Targets = Field(default_factory=Targets)
    promises: Promises = Field(default_factory=Promises)
    free: Free = Field(default_factory=Free)
    tables: Annotated[dict[Identifier, PublishedTable], Field(min_length=1)]
    checks: dict[Identifier, OwnCheck] = {}

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        coherence.check(self)
        return self

    @property
    def first_day(self) -> dt.date:
        """1 January of the scenario's year, t = 0."""
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        """31 December of the scenario's last year."""
        return dt.date(self.year + self.years - 1, 12, 31)

    @property
    def days(self) -> int:
        """Days from the first to the last, both included."""
        return (self.last_day - self.first_day).days + 1

    @property
    def is_fixed(self) -> bool:
        """Whether the horizon is part of the scenario, as exact totals are dealt over it."""
        return self.demand.deal == "exact"

    def with_holidays(self) -> Scenario:
        """Return the same shop with the dates of its holidays, of the declared years and the one after."""
        asked = self.demand.holidays
        if asked is None or asked.dates is not None:
            return self
        dated = asked.asked_of_library(range(self.year, self.year + self.years + 1))
        return self.model_copy(update={"demand": self.demand.model_copy(update={"holidays": dated})})

    def still_open(self, last: dt.date, as_of: dt.date | None) -> dt.date | None:
        """Day as of which facts of a horizon are known; None where that is all of them."""
        known = last + dt.timedelta(self.arrival.days)
        return as_of if as_of and as_of < known else None

    def publishing(self, names: Collection[str] | None = None) -> dict[str, TableSpec]:
        """Tables by name, in the scenario's order, resolved against the vocabulary and each other.

        Parameters
        ----------
        names
            Tables that are asked for; all but those on request where not given.

        Raises
        ------
        RequestError
            A table is asked for that the scenario does not have.
        """
        by_default = [name for name, t in self.tables.items() if not t.on_request]
        wanted = by_default if names is None else names
        known = f"{self.name} publishes {', '.join(self.tables)}"
        for name in wanted:
            if name not in self.tables:
                raise RequestError(f"--tables {name}: {known}")
        if not wanted:
            raise RequestError(f"--tables is empty; {known}")
        for name in wanted:
            if homeless := coherence.shop_without_locale(self, name):
                raise RequestError(coherence.needs_locale(name, homeless))
        shops = tuple(self.demand.shops)
        words = {
            **{(entity, "shop"): shops for entity in ("order", "customer", "marketing_day", "budget_month")},
            ("marketing_channel_day", "shop"): shops,
            ("marketing_channel_day", "channel"): tuple(self.marketing_channels or ()),
            ("shop", "code"): shops,
            **dict.fromkeys(CURRENCY_FIELDS, self.currencies),
            ("product", "category"): tuple(self.catalog.categories),
            ("order", "status"): tuple(self.fulfilment.shares) if self.fulfilment else (),
            ("order", "payment"): tuple(self.payment.shares) if self.payment else (),
        }
        chosen = {name: (t.rows, t.resolved()) for name, t in self.tables.items() if name in wanted}
        return publish(chosen, self.currency, words)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The scenario's own currency, and those that it has rates of."""
        return (self.currency, *(self.exchange_rates or ()))

    @property
    def fingerprint(self) -> str:
        """Short hash of all that the scenario says, and not of what the language might have let it say.

        So a scenario keeps its fingerprint when Footfall learns a new key, which is off by default.
        """
        said = _without_empty_maps(self.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        text = json.dumps(said, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def scaled(self, factor: float) -> Scenario:
        """Return the same shop with `factor` times the orders, lines, customers and reviews; SKUs stay."""
        if factor == 1:
            return self
        pool = max(len(self.demand.shops), round(self.customers.pool * factor))
        orders = self.demand.orders * factor
        basket, reviews = self.basket, self.reviews
        if self.is_fixed:
            orders = float(max(1, round(orders)))
        if basket.lines is not None:
            lines = min(max(round(basket.lines * factor), round(orders)), round(orders) * max(basket.size))
            basket = basket.model_copy(update={"lines": lines})
        if reviews is not None:
            reviews = reviews.model_copy(update={"count": max(1, round(reviews.count * factor))})
        return self.model_copy(
            update={
                "demand": self.demand.model_copy(update={"orders": orders}),
                "customers": self.customers.model_copy(update={"pool": pool}),
                "basket": basket,
                "reviews": reviews,
                "targets": self.targets.scaled(factor),
                "free": self.free.scaled(factor, orders, pool),
            }
        )
