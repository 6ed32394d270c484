"""How orders are paid."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction, nearest
from footfall.scenario.strict import Code, CodeMix, CodeShares, sums_to_one


class Payments(CodeMix):
    """Shares of the ways of payment, in all shops or in some of them.

    Attributes
    ----------
    by_shop
        Shop: shares of its own in the place of the others; each order's way is then drawn by itself.
    """

    by_shop: Annotated[dict[Code, CodeShares], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _of_shops(self) -> Self:
        for shop, shares in (self.by_shop or {}).items():
            sums_to_one(shares, f"payment in shop {shop}")
            for word in shares:
                if word not in self.shares:
                    raise Contradiction(
                        f"by_shop.{shop} names '{word}'{nearest(word, list(self.shares))}; there are "
                        f"{', '.join(self.shares)} (let it have a share of 0 in 'shares')",
                        *(("by_shop", shop, word), ("shares", word)),
                    )
        if self.by_shop and self.deal == "exact":
            raise Contradiction("by_shop needs deal: expected", "by_shop", "deal")
        return self

    def of_shop(self, shop: str) -> tuple[float, ...]:
        """Share of each way, in the order of `shares`."""
        own = (self.by_shop or {}).get(shop, self.shares)
        return tuple(own.get(word, 0.0) for word in self.shares)
