"""Shops in detail, and what is added to the price of goods: tax, shipping, currencies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from footfall.scenario.strict import Amount, Code, Day, Strict


def _four_decimals(percent: float) -> float:
    if abs(percent * 10_000 - round(percent * 10_000)) > 1e-6:
        raise ValueError(f"must have at most four decimals, so that tax is exact; it is {percent!r}")
    return percent


TaxPercent = Annotated[float, Field(ge=0, lt=100, allow_inf_nan=False), AfterValidator(_four_decimals)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Words = Annotated[str, Field(min_length=1, max_length=80)]


class Shop(Strict):
    """A shop as a row of its own; how much it sells is said by `demand.shops`.

    Attributes
    ----------
    name
        Name of the shop.
    country
        Country that it is in, or sells to.
    opened
        Day on which it opened; it takes no orders before.
    currency
        Currency that its customers pay in, one of `exchange_rates`; the scenario's where not given.
    """

    name: Words
    country: Words
    opened: Day
    currency: Currency | None = None


class TaxRate(Strict):
    """Sales tax or VAT of a shop.

    Attributes
    ----------
    percent
        Of the net amount, for every category that has no rate of its own.
    by_category_percent
        Category: its rate, where it differs.
    """

    percent: TaxPercent
    by_category_percent: dict[Code, TaxPercent] = {}


class Tax(Strict):
    """Sales tax or VAT on every line: at rate r of an amount a, in whole cents, rounded half up.

    Where prices include it, as in Europe, a is gross: tax = a r / (1 + r), net = a - tax. Where they
    don't, as in the United States, a is net: tax = a r, gross = a + tax. Targets and prices keep to a.

    Attributes
    ----------
    prices_include_tax
        Whether list prices are gross.
    rounded_by
        `line`: each line's tax is rounded by itself. `order`: tax is rounded once for all lines of an order
        that share a rate; a line has what the rounded tax grows by with it.
    rates
        Shop: its rates.
    """

    prices_include_tax: bool
    rounded_by: Literal["line", "order"] = "line"
    rates: Annotated[dict[Code, TaxRate], Field(min_length=1)]


class ShippingRate(Strict):
    """What shipping an order costs the customer.

    Attributes
    ----------
    flat
        For each order, in the currency, its tax included.
    free_from
        Value of the goods, tax included, from which on shipping is free; none is where not given.
    """

    flat: Amount
    free_from: Amount | None = None


class ShippingCost(ShippingRate):
    """Shipping cost = 0 if goods >= free_from else flat; grand total = goods + shipping cost.

    Goods are the order's gross amount where there is a tax, else its total.

    Attributes
    ----------
    by_shop
        Shop: its own rate, where it differs.
    """

    by_shop: dict[Code, ShippingRate] = {}

    def of(self, shop: str) -> ShippingRate:
        """Rate of a shop."""
        return self.by_shop.get(shop, self)


class ExchangeRate(Strict):
    """Units of a currency for one of the scenario's: a log random walk that comes back to its level.

    log(rate / level) keeps 2^(-1 / half_life_days) of itself from day to day, and a normal step is
    added. Six decimals are published, and amounts are rounded half up to the cent by those.

    Attributes
    ----------
    level
        Median of the rate.
    daily_sd_percent
        Standard deviation of a day's step, in percent of the rate.
    half_life_days
        Days after which half of a distance from the level is expected to be left.
    """

    level: Annotated[float, Field(ge=0.01, le=100_000, allow_inf_nan=False)]
    daily_sd_percent: Annotated[float, Field(ge=0.05, le=5, allow_inf_nan=False)]
    half_life_days: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]

    @property
    def kept_a_day(self) -> float:
        """What is left after a day of a distance from the level, on the scale of logarithms."""
        return float(2.0 ** (-1 / self.half_life_days))
