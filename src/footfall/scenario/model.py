"""What a shop is like, strictly typed: every key a scenario may hold, its unit and its bounds.

A key's unit is part of its name where it has one. Everything here is a wish; what planning makes of
it (the solved knobs) is a :class:`footfall.plan.plan.Plan`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from footfall.core.schema import VOCABULARY, TableSpec, publish

MAX_LINES = 16
"""Lines an order can have at most; a line's address is order * MAX_LINES + line."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Percent = Annotated[int, Field(ge=0, lt=100)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
# YAML 1.2 reads 06:00:00 and 07-15 as text, and 10-01 too; a number here is a slip of the author's.
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
Code = Annotated[str, Field(pattern=r"^[^\s,\"'][^,\"\r\n]*$", max_length=40)]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)]


def _whole_keys(value: object) -> object:
    # `--set basket.size.1=0.6` and JSON (the manifest) can only say "1" for the key 1.
    if isinstance(value, dict):
        return {int(k) if isinstance(k, str) and k.isdigit() else k: v for k, v in value.items()}
    return value


CountShares = Annotated[dict[Annotated[int, Field(ge=1)], Share], BeforeValidator(_whole_keys)]


class Strict(BaseModel):
    """A part of a scenario: no unknown keys, no silent conversions, no changes afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _sums_to_one(shares: dict[int, float], what: str) -> None:
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"the shares of {what} must add up to 1; they add up to {sum(shares.values()):g}")


class Weekdays(Strict):
    """Multiplier of expected orders by day of the week."""

    Mon: Positive = 1.0
    Tue: Positive = 1.0
    Wed: Positive = 1.0
    Thu: Positive = 1.0
    Fri: Positive = 1.0
    Sat: Positive = 1.0
    Sun: Positive = 1.0

    @property
    def multipliers(self) -> tuple[float, ...]:
        """Monday to Sunday."""
        return (self.Mon, self.Tue, self.Wed, self.Thu, self.Fri, self.Sat, self.Sun)


class Payday(Strict):
    """Late in the month, when salaries arrive, people order more."""

    from_day: Annotated[int, Field(ge=1, le=31)]
    multiplier: Positive


class Event(Strict):
    """Days of the year, bounds included, on which more is ordered, perhaps at a discount."""

    from_: MonthDay = Field(alias="from")
    to: MonthDay
    multiplier: Positive
    discount_percent: Percent = 0

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError(f"'from' ({self.from_}) is after 'to' ({self.to}); split it at New Year")
        return self

    def covers(self, day: dt.date) -> bool:
        """Whether the event is on."""
        return self.from_ <= f"{day:%m-%d}" <= self.to


class Demand(Strict):
    """How many orders are expected when and where: the intensity of the Poisson process."""

    orders: Positive
    growth_per_day: Finite
    shops: Annotated[dict[Code, Positive], Field(min_length=1, max_length=200)]
    weekday: Weekdays
    payday: Payday
    events: dict[Identifier, Event]
    opens_at: ClockTime
    closes_at: ClockTime

    @property
    def opening_seconds(self) -> tuple[int, int]:
        """First and last second of the day at which orders come, both included."""
        first, last = ((dt.datetime.strptime(t, "%H:%M:%S")) for t in (self.opens_at, self.closes_at))
        return tuple(t.hour * 3600 + t.minute * 60 + t.second for t in (first, last))  # type: ignore[return-value]  # two in, two out

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise ValueError(f"opens_at ({self.opens_at}) must be before closes_at ({self.closes_at})")
        if 1 + self.growth_per_day * 365 <= 0:
            raise ValueError("growth_per_day lets demand fall below zero within the year")
        return self


class PriceLaw(Strict):
    """Log-normal list prices, clipped: what lies outside is moved to the bound."""

    mu: Finite
    sigma: Positive
    min: Positive
    max: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise ValueError(f"min ({self.min:g}) must be below max ({self.max:g})")
        return self


class CostShare(Strict):
    """Uniform share of the list price that a unit costs the shop."""

    min: Share
    max: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise ValueError(f"min ({self.min:g}) must be below max ({self.max:g})")
        return self


class Popularity(Strict):
    """Bounded power law of `sales_rank`; the sales weight is a solved power of it."""

    density_exponent: Annotated[float, Field(gt=1, allow_inf_nan=False)]
    max_over_min: Annotated[float, Field(gt=1, allow_inf_nan=False)]
    unit_share_max: Share


class SubCategory(Strict):
    """What products of a sub-category are called: a kind of thing, a model name, a detail."""

    things: Annotated[list[str], Field(min_length=1)]
    details: Annotated[list[str], Field(min_length=1)]


class Category(Strict):
    """A category: its share of the SKUs, how often its goods come back, what is in it."""

    share: Share
    return_probability: Annotated[float, Field(gt=0, lt=1)]
    sub_categories: Annotated[dict[str, SubCategory], Field(min_length=1)]


class Catalog(Strict):
    """The products."""

    skus: Annotated[int, Field(ge=1, le=1_000_000)]
    first_sku: Annotated[int, Field(ge=0)]
    price: PriceLaw
    cost_share: CostShare
    popularity: Popularity
    return_concentration: Positive
    models: Annotated[list[str], Field(min_length=1)]
    categories: Annotated[dict[Code, Category], Field(min_length=1)]

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = sum(c.share for c in self.categories.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of the categories must add up to 1; they add up to {total:g}")
        return self

    def skus_by_category(self) -> dict[str, int]:
        """Number of SKUs a category, by largest remainder, so that they add up."""
        wanted = {name: c.share * self.skus for name, c in self.categories.items()}
        counts = {name: int(w) for name, w in wanted.items()}
        by_remainder = sorted(wanted, key=lambda name: counts[name] - wanted[name])
        for name in by_remainder[: self.skus - sum(counts.values())]:
            counts[name] += 1
        return counts


class CustomerPromises(Strict):
    """What the contract promises of how orders spread over customers in a whole year."""

    buy_once_share_min: Share
    ten_orders_share_min: Share
    order_share_max: Share
    buyers_share_min: Share


class Customers(Strict):
    """A pool of customers with Zipf-Mandelbrot weights (rank + offset)^-exponent in their home shop."""

    pool: Annotated[int, Field(ge=1)]
    exponent: Annotated[float, Field(gt=1, le=10, allow_inf_nan=False)]
    rarest_orders: Positive
    promises: CustomerPromises


class Affinity(Strict):
    """When the first item is of one category, the odds that a later one is of another change."""

    first: Code
    then: Code
    odds_factor: Positive


class Basket(Strict):
    """How many lines an order has, what goes together, how many units a line has."""

    size: CountShares
    affinity: list[Affinity]
    quantity: CountShares

    @field_validator("size")
    @classmethod
    def _sizes(cls, value: dict[int, float]) -> dict[int, float]:
        _sums_to_one(value, "basket sizes")
        if max(value) > MAX_LINES:
            raise ValueError(f"a basket has at most {MAX_LINES} lines; {max(value)} are asked for")
        return dict(sorted(value.items()))

    @field_validator("quantity")
    @classmethod
    def _quantities(cls, value: dict[int, float]) -> dict[int, float]:
        _sums_to_one(value, "quantities")
        return dict(sorted(value.items()))


class EverydayDiscount(Strict):
    """Outside of events with a discount, a share of the lines is sold a little cheaper."""

    share: Share
    percent: Percent


class Marketing(Strict):
    """Spend is a noisy share of the revenue that follows it by some days."""

    revenue_share: Positive
    revenue_share_sd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    lead_days: Annotated[int, Field(ge=0, le=60)]


class Budget(Strict):
    """A plan that looks like a forecast: trailing mean of daily revenue, a bias, monthly."""

    window_days: Annotated[int, Field(ge=1, le=28)]
    biases_percent: Annotated[list[Annotated[int, Field(gt=0, le=1000)]], Field(min_length=1)]


class Target(Strict):
    """A business figure that planning steers to and the contract checks."""

    value: Positive
    tolerance: Positive


class TopShare(Target):
    """Share of units that the best-selling part of the SKUs carries."""

    top: Annotated[float, Field(gt=0, lt=1)]


class Targets(Strict):
    """Figures that the published data must show."""

    order_value: Target
    gross_margin: Target
    top_sku_share: TopShare
    marketing_share_tolerance: Positive
    weekend_above_workdays: bool


class Free(Strict):
    """How far planning may bend what it is free to choose."""

    coupling_max: Annotated[float, Field(gt=0, lt=1)]
    popularity_power_max: Positive


class PublishedTable(Strict):
    """A table: what a row is, and which field each column shows."""

    rows: str
    columns: Annotated[dict[Identifier, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.rows not in VOCABULARY:
            raise ValueError(f"rows of '{self.rows}' are not known; there are {', '.join(VOCABULARY)}")
        fields = VOCABULARY[self.rows].fields
        for column, name in self.columns.items():
            if name not in fields:
                raise ValueError(
                    f"column '{column}' shows '{name}', which rows of '{self.rows}' do not have; "
                    f"they have {', '.join(fields)}"
                )
        return self


class Scenario(Strict):
    """A shop and the figures it must reach; the year it is declared for fixes everything solved."""

    version: Literal[1]
    name: Identifier
    title: str
    year: Annotated[int, Field(ge=1900, le=2200)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    demand: Demand
    catalog: Catalog
    customers: Customers
    basket: Basket
    everyday_discount: EverydayDiscount
    marketing: Marketing
    budget: Budget
    targets: Targets
    free: Free
    tables: Annotated[dict[Identifier, PublishedTable], Field(min_length=1)]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        categories = self.catalog.skus_by_category()
        largest = max(self.basket.size)
        for name, count in categories.items():
            if count < largest:
                raise ValueError(
                    f"category '{name}' has {count} SKUs, fewer than the largest basket ({largest} lines); "
                    "no SKU comes twice in an order, so give it more SKUs or make baskets smaller"
                )
            words = self.catalog.categories[name].sub_categories.values()
            names = sum(len(s.things) * len(s.details) for s in words) * len(self.catalog.models)
            if names < count:
                raise ValueError(f"category '{name}' has words for {names} product names and needs {count}")
        for affinity in self.basket.affinity:
            for side in (affinity.first, affinity.then):
                if side not in categories:
                    raise ValueError(
                        f"basket.affinity names the category '{side}'; there are {', '.join(categories)}"
                    )
        if self.customers.pool < len(self.demand.shops):
            raise ValueError("customers.pool must hold at least one customer a shop")
        entities = [t.rows for t in self.tables.values()]
        for entity in entities:
            if entities.count(entity) > 1:
                raise ValueError(f"rows of '{entity}' are published by more than one table")
        return self

    @property
    def first_day(self) -> dt.date:
        """1 January of the scenario's year, t = 0."""
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        """31 December of the scenario's year."""
        return dt.date(self.year, 12, 31)

    @property
    def days_in_year(self) -> int:
        """365 or 366."""
        return 365 + calendar.isleap(self.year)

    @property
    def published(self) -> dict[str, TableSpec]:
        """Tables that the scenario publishes, in order, resolved against the vocabulary."""
        return publish({name: (t.rows, t.columns) for name, t in self.tables.items()}, self.currency)

    @property
    def fingerprint(self) -> str:
        """Short hash of everything the scenario says."""
        text = self.model_dump_json(by_alias=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def scaled(self, factor: float) -> Scenario:
        """Return the same shop with `factor` times the orders and customers; the SKUs stay."""
        if factor == 1:
            return self
        pool = max(len(self.demand.shops), round(self.customers.pool * factor))
        return self.model_copy(
            update={
                "demand": self.demand.model_copy(update={"orders": self.demand.orders * factor}),
                "customers": self.customers.model_copy(update={"pool": pool}),
            }
        )
