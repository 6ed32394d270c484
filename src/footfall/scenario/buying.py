"""Who buys, what is in a basket, and what becomes of an order."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from footfall.scenario.changing import Moves
from footfall.scenario.defects import Contradiction
from footfall.scenario.habits import Habits, Lifetime
from footfall.scenario.mixes import VaryingMix
from footfall.scenario.strict import (
    Code,
    CountShares,
    Day,
    Deal,
    Mix,
    NotNegative,
    PercentShares,
    Positive,
    Share,
    Strict,
    sums_to_one,
)

MAX_LINES = 16
"""Lines an order can have at most; a line's address is order * MAX_LINES + line."""


AGE_PARTS = 8
"""Parts of the youngest orders, whose chances to be in progress rise from old to young."""
AGE_SLOPE = 0.95
"""How far the chances of the oldest and the youngest part lie from the mean, over how far they might."""

LocaleName = Literal["en_US", "de_DE", "de_AT", "de_CH"]


class CustomerPromises(Strict):
    """What the contract promises of how orders spread over customers in a whole year.

    Attributes
    ----------
    buy_once_share_min
        Least share of the buyers who order once.
    ten_orders_share_min
        Least share of the buyers who order ten times or more.
    order_share_max
        Most of all orders that a customer may place.
    buyers_share_min
        Least share of the pool that orders at all.
    """

    buy_once_share_min: Share
    ten_orders_share_min: Share
    order_share_max: Share
    buyers_share_min: Share


class Registration(Strict):
    """Customers come one by one, evenly over these days, bounds included.

    How often each orders is log-normal; `weight_sd` is the standard deviation of its logarithm, which
    planning bends where `targets.top_customer_share` asks for it.

    Attributes
    ----------
    from, to
        First and last day of registration.
    weight_sd
        Standard deviation of the logarithm of how often a customer orders.
    """

    from_: Day = Field(alias="from")
    to: Day
    weight_sd: NotNegative = 0.5
    lifetime: Lifetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise Contradiction(f"'from' ({self.from_}) is after 'to' ({self.to})", "from", "to")
        return self


class Customers(Strict):
    """The customers: a pool that keeps to home shops, or customers who register one by one.

    The pool has Zipf-Mandelbrot weights (rank + offset)^-exponent inside of each home shop; the offset
    is solved. `locales` tells for each shop where its customers live and what they are called.

    Attributes
    ----------
    pool
        How many customers there are.
    exponent
        Exponent of the Zipf-Mandelbrot weights.
    rarest_orders
        Orders expected of the rarest customer over the year; the offset is solved for it.
    locales
        Shop: language and country of its customers' names and addresses.
    """

    pool: Annotated[int, Field(ge=1)]
    exponent: Annotated[float, Field(gt=1, le=10, allow_inf_nan=False)] | None = None
    rarest_orders: Positive | None = None
    promises: CustomerPromises | None = None
    registered: Registration | None = None
    moves: Moves | None = None
    locales: dict[Code, LocaleName] = {}
    habits: Habits | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [self.exponent is not None, self.rarest_orders is not None]
        if any(given) == (self.registered is not None) or any(given) != all(given):
            raise Contradiction(
                "give either exponent and rarest_orders, or registered",
                *("registered", "exponent", "rarest_orders"),
            )
        return self


class Affinity(Strict):
    """When the first item is of one category, the odds that a later one is of another change.

    Attributes
    ----------
    first
        Category of the first item.
    then
        Category of a later item.
    odds_factor
        Times the odds of `then` after `first`.
    """

    first: Code
    then: Code
    odds_factor: Positive


class SubCategoryAffinity(Strict):
    """When the first item is of one sub-category, later ones are of another more, or less, often.

    Inside of the later line's category, P(b | a) is proportional to r(b) times the factors of a and b, and
    r is solved for each pair of categories so that all first items together lead to each SKU by its weight
    (iterative proportional fitting, which keeps odds ratios: Deming and Stephan 1940). So what is sold stays,
    and which category comes after which stays, too.

    Attributes
    ----------
    first
        Sub-category of the first item; its name belongs to one category only.
    then
        Sub-category of a later item.
    odds_factor
        Odds ratio of `then` against the rest of its category, `first` against the rest of its own.
    """

    first: str
    then: str
    odds_factor: Positive


class Basket(Strict):
    """How many lines an order has, what goes together, how many units a line has.

    With `deal: exact` the orders have just so many `lines`, by sizes as near to `size` as that allows.

    Attributes
    ----------
    size
        Lines of an order: share of the orders.
    deal
        Whether the total of lines is exact or expected.
    lines
        Lines of all orders together.
    quantity
        Units of a line: share of the lines.
    """

    size: CountShares
    deal: Deal = "expected"
    lines: Annotated[int, Field(ge=1)] | None = None
    affinity: list[Affinity] = []
    sub_category_affinity: Annotated[list[SubCategoryAffinity], Field(min_length=1)] | None = None
    quantity: CountShares

    @field_validator("size")
    @classmethod
    def _sizes(cls, value: dict[int, float]) -> dict[int, float]:
        sums_to_one(value, "basket sizes")
        if max(value) > MAX_LINES:
            raise Contradiction(f"a basket has at most {MAX_LINES} lines; {max(value)} are asked for")
        return dict(sorted(value.items()))

    @field_validator("quantity")
    @classmethod
    def _quantities(cls, value: dict[int, float]) -> dict[int, float]:
        sums_to_one(value, "quantities")
        return dict(sorted(value.items()))

    @model_validator(mode="after")
    def _lines(self) -> Self:
        if (self.lines is None) != (self.deal == "expected"):
            raise Contradiction("'lines' goes with deal: exact, and only with it", "lines", "deal")
        return self


class Discounts(Mix):
    """Discounts in percent on days without an event that has one of its own.

    A reduced price is rounded half up to the cent for one unit, or once for the whole line.

    Attributes
    ----------
    shares
        Discount in percent: share of the lines.
    rounded_by
        What is rounded: the price of one unit, or the total of the line.
    """

    shares: PercentShares
    rounded_by: Literal["unit", "line"] = "unit"


class InProgress(Strict):
    """The status of orders that are still being worked on, which the youngest orders have.

    The youngest are cut into eight parts of as many orders each. The chance to be in progress rises from
    part to part, in equal steps, about its mean m, from m - 0.95 min(m, 1 - m) to m + 0.95 min(m, 1 - m).
    With `deal: exact` each part has just so many of the status's orders, else as chance has it.

    Attributes
    ----------
    status
        Word of the status; its share stands in the mix.
    youngest_share
        Share of the orders, the youngest, among which they all lie.
    median_age_days_max
        Most days that half of them may be old.
    age_days_max
        Most days that any of them may be old.
    """

    status: Code
    youngest_share: Share
    median_age_days_max: Positive
    age_days_max: Positive


class Fulfilment(VaryingMix):
    """What becomes of orders: the mix of statuses, and which of them is a matter of age.

    Attributes
    ----------
    deal
        Whether the shares are exact or expected.
    shares
        Status: share of the orders.
    """

    in_progress: InProgress | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sums_to_one(self.shares, "the statuses", "shares")
        return self

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.in_progress:
            status = self.in_progress.status
            for path, shares in self.others():
                if shares.get(status, 0.0) != self.shares.get(status, 0.0):
                    raise Contradiction(
                        f"{'.'.join(map(str, path))} must give '{status}' the same share as 'shares' does, "
                        f"{self.shares.get(status, 0.0):g}; which orders are in progress is a matter of age",
                        *((*path, status), ("shares", status)),
                    )
            share = self.shares.get(self.in_progress.status)
            if share is None:
                raise Contradiction(
                    f"in_progress.status '{self.in_progress.status}' is not among the statuses, "
                    f"{', '.join(self.shares)}",
                    ("in_progress", "status"),
                    "shares",
                )
            if share > self.in_progress.youngest_share:
                raise Contradiction(
                    f"in_progress.youngest_share must be at least the status's share, {share:g}",
                    ("in_progress", "youngest_share"),
                    ("shares", self.in_progress.status),
                )
        return self


class Shipping(Strict):
    """Where orders go: to the customer, but for a share of them.

    Attributes
    ----------
    deal
        Whether the share is exact or expected.
    elsewhere_share
        Share of the orders that go to another address than the customer's.
    """

    deal: Deal = "expected"
    elsewhere_share: Share

    @property
    def home_and_elsewhere(self) -> tuple[float, float]:
        """Both shares."""
        return 1 - self.elsewhere_share, self.elsewhere_share
