"""The products: laws of price, cost and popularity, categories, and what products are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from footfall.core.laws import apportion
from footfall.scenario.changing import PriceChanges
from footfall.scenario.defects import Contradiction, Contradictions, Path
from footfall.scenario.strict import Amount, Code, Day, Finite, Positive, Share, Strict, sums_to_one


class PriceLaw(Strict):
    """Log-normal list prices, clipped: what lies outside is moved to the bound.

    Attributes
    ----------
    mu, sigma
        Mean and standard deviation of the price's logarithm.
    min, max
        Bounds, in the scenario's currency.
    """

    mu: Finite
    sigma: Positive
    min: Positive
    max: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise Contradiction(f"min ({self.min:g}) must be below max ({self.max:g})", "min", "max")
        return self


class CostShare(Strict):
    """Uniform share of the list price that a unit costs the shop.

    Attributes
    ----------
    min, max
        Bounds of the cost, as a share of the list price.
    """

    min: Share
    max: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise Contradiction(f"min ({self.min:g}) must be below max ({self.max:g})", "min", "max")
        return self


class Popularity(Strict):
    """Bounded power law of `sales_rank`; the sales weight is a solved power of it.

    Attributes
    ----------
    density_exponent
        Exponent a of the density x^-a.
    max_over_min
        The greatest `sales_rank` over the least, which is 1.
    unit_share_max
        Most of all units that a SKU may be expected to carry.
    """

    density_exponent: Annotated[float, Field(gt=1, allow_inf_nan=False)]
    max_over_min: Annotated[float, Field(gt=1, allow_inf_nan=False)]
    unit_share_max: Share


class Stock(Strict):
    """Log-normal units in stock; a share of the SKUs is sold out.

    Attributes
    ----------
    median
        Median of the units in stock.
    sigma
        Standard deviation of their logarithm.
    sold_out_share
        Share of the SKUs with nothing in stock.
    """

    median: Positive
    sigma: Positive
    sold_out_share: Share


class Listing(Strict):
    """When SKUs were listed: some before the horizon, a share of each category inside of it.

    Attributes
    ----------
    from
        First day on which SKUs were listed; before the horizon.
    new_share
        Share of each category's SKUs that is listed inside of the horizon.
    """

    from_: Day = Field(alias="from")
    new_share: Share


class Delisting(Strict):
    """SKUs that go: an exact share of each category stops to sell within the horizon.

    The last day on which such a SKU sells is drawn evenly from its listing, or the first day, to the last
    day but one; its place in baskets is taken by what is left, by weight.

    Attributes
    ----------
    share
        Share of each category's SKUs that is delisted.
    """

    share: Share


class SubCategory(Strict):
    """What products of a sub-category are called, and what reviews of them talk about.

    Attributes
    ----------
    things, details
        Kinds of thing, and details that tell one from another.
    pattern
        How thing, model and detail make a name; the catalogue's where not given.
    noun
        What a reviewer calls the thing, such as "running shoe".
    facets
        What a reviewer praises or slams, such as "fit"; usable after "the".
    description
        What its products are, in a line.
    """

    things: Annotated[list[str], Field(min_length=1)]
    details: Annotated[list[str], Field(min_length=1)]
    pattern: str | None = None
    noun: str = "product"
    facets: Annotated[list[str], Field(min_length=2)] = ["quality", "finish"]
    description: str | None = None

    @field_validator("pattern")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        return None if value is None else check_pattern(value)


def check_pattern(pattern: str) -> str:
    """Give a name's pattern back; refuse one that lacks thing, model or detail, or holds anything else."""
    words = ("thing", "model", "detail")
    rest = pattern
    for word in words:
        if pattern.count("{" + word + "}") != 1:
            raise Contradiction(
                f"the pattern {pattern!r} must hold each of {{thing}}, {{model}} and {{detail}} once"
            )
        rest = rest.replace("{" + word + "}", "")
    if "{" in rest or "}" in rest:
        raise Contradiction(
            f"the pattern {pattern!r} may hold {{thing}}, {{model}} and {{detail}}, and no other braces"
        )
    return pattern


class Category(Strict):
    """A category: its share of the SKUs, how often its goods come back, what is in it.

    Attributes
    ----------
    share
        Share of the SKUs.
    return_probability
        Mean probability that a line is sent back.
    weight
        Factor on the sales weights of its SKUs, beside the other categories'.
    models
        Model names of this category; the catalogue's where not given.
    """

    share: Share
    weight: Positive = 1.0
    return_probability: Annotated[float, Field(gt=0, lt=1)] | None = None
    price: PriceLaw | None = None
    models: Annotated[list[str], Field(min_length=1)] | None = None
    sub_categories: Annotated[dict[str, SubCategory], Field(min_length=1)]


class Supply(Strict):
    """A thing that goes into products, such as an ingredient or a box.

    Attributes
    ----------
    name
        What it is.
    cost
        What it costs for one unit of a product, in the currency.
    perishable
        Whether it goes bad.
    categories
        Categories whose products need it.
    """

    name: Annotated[str, Field(min_length=1)]
    cost: Amount
    perishable: bool
    categories: Annotated[list[Code], Field(min_length=1)]


class Catalog(Strict):
    """The products.

    Attributes
    ----------
    price
        Law of all prices; a category may have one of its own.
    price_endings
        Cents that prices end with, such as 99; any where there are none.
    suppliers
        How many companies supply the SKUs.
    skus
        How many products there are.
    first_sku
        Number of the first SKU; the others follow.
    return_concentration
        a + b of the Beta law of return probabilities; the greater, the nearer to a category's mean.
    supplies
        Things that go into products; they cost what they cost, beside the products' own cost.
    pattern
        How thing, model and detail make a name.
    models
        Model names, for categories without names of their own.
    """

    skus: Annotated[int, Field(ge=1, le=1_000_000)]
    first_sku: Annotated[int, Field(ge=0)]
    price: PriceLaw | None = None
    price_endings: list[Annotated[int, Field(ge=0, le=99)]] = []
    price_changes: PriceChanges | None = None
    cost_share: CostShare
    popularity: Popularity
    return_concentration: Positive | None = None
    stock: Stock | None = None
    suppliers: Annotated[int, Field(ge=1, le=1000)] | None = None
    listed: Listing | None = None
    delisted: Delisting | None = None
    supplies: list[Supply] = []
    pattern: str = "{thing} {model} {detail}"
    models: Annotated[list[str], Field(min_length=1)] | None = None
    categories: Annotated[dict[Code, Category], Field(min_length=1)]

    @field_validator("pattern")
    @classmethod
    def _pattern(cls, value: str) -> str:
        return check_pattern(value)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        found = list(self._contradictions())
        if found:
            raise Contradictions(found)
        return self

    def _contradictions(self) -> Iterator[Contradiction]:
        try:
            sums_to_one(
                {name: c.share for name, c in self.categories.items()}, "the categories", "categories"
            )
        except Contradiction as found:
            yield found
        for name, category in self.categories.items():
            here: Path = ("categories", name)
            if category.price is None and self.price is None:
                yield Contradiction(
                    f"category '{name}' needs a price law; give it one, or give catalog.price", "price", here
                )
            if (category.return_probability is None) != (self.return_concentration is None):
                yield Contradiction(
                    "return_concentration and the return_probability of every category go together; "
                    f"category '{name}' differs",
                    (*here, "return_probability"),
                    "return_concentration",
                )
            if category.models is None and self.models is None:
                yield Contradiction(
                    f"category '{name}' needs models; give it some, or give catalog.models", "models", here
                )

    @property
    def is_changing(self) -> bool:
        """Whether SKUs come or go within the horizon."""
        return self.listed is not None or self.delisted is not None

    def price_law(self, category: str) -> PriceLaw:
        """Law of a category's prices."""
        law = self.categories[category].price or self.price
        assert law is not None, "validated above"
        return law

    def models_of(self, category: str) -> list[str]:
        """Model names of a category."""
        return self.categories[category].models or self.models or []

    def skus_by_category(self) -> dict[str, int]:
        """Number of SKUs a category, by largest remainder, so that they add up."""
        counts = apportion(self.skus, [c.share for c in self.categories.values()])
        return dict(zip(self.categories, counts, strict=True))
