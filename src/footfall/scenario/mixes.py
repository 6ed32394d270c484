"""Mixes of words that shops may have for their own, and that may change on some days; how orders are paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction, nearest
from footfall.scenario.strict import Code, CodeMix, CodeShares, Day, Strict, sums_to_one


class MixChange(Strict):
    """Other shares from a day on, until the next change.

    Attributes
    ----------
    from
        First day on which they hold.
    shares
        Word: share of the rows; they add up to 1.
    """

    from_: Day = Field(alias="from")
    shares: CodeShares


class VaryingMix(CodeMix):
    """Shares of words, in all shops or in some of them, on all days or until they change.

    Attributes
    ----------
    by_shop
        Shop: shares of its own in the place of the others, on all days; each row is then drawn by itself.
    changes
        Days from which on other shares hold, in order, in shops without shares of their own; each row is then
        drawn by itself.
    """

    by_shop: Annotated[dict[Code, CodeShares], Field(min_length=1)] | None = None
    changes: Annotated[list[MixChange], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _others(self) -> Self:
        for path, shares in self.others():
            place = ".".join(map(str, path))
            sums_to_one(shares, place, path)
            for word in shares:
                if word not in self.shares:
                    raise Contradiction(
                        f"{place} names '{word}'{nearest(word, list(self.shares))}; there are "
                        f"{', '.join(self.shares)} (let it have a share of 0 in 'shares')",
                        *((*path, word), ("shares", word)),
                    )
        for key in ("by_shop", "changes"):
            if getattr(self, key) and self.deal == "exact":
                raise Contradiction(f"{key} needs deal: expected", key, "deal")
        for number, (before, after) in enumerate(pairwise(self.changes or [])):
            if after.from_ <= before.from_:
                raise Contradiction(
                    f"changes must be in the order of their days; {after.from_} follows {before.from_}",
                    ("changes", number + 1, "from"),
                )
        return self

    def others(self) -> Iterator[tuple[tuple[str | int, ...], dict[str, float]]]:
        """Shares beside those that hold at first, with the keys that they stand under."""
        for shop, shares in (self.by_shop or {}).items():
            yield ("by_shop", shop), shares
        for number, change in enumerate(self.changes or []):
            yield ("changes", number, "shares"), change.shares

    @property
    def varies(self) -> bool:
        """Whether rows of some shop or day have other shares than the rest."""
        return bool(self.by_shop or self.changes)

    @property
    def change_days(self) -> list[dt.date]:
        """First days of all periods but the first."""
        return [change.from_ for change in self.changes or []]

    def cases(self, shops: list[str]) -> tuple[tuple[float, ...], ...]:
        """Share of each word, in the order of `shares`, by shop in the first period, then the next."""
        periods = [self.shares, *(change.shares for change in self.changes or [])]
        mixes = [(self.by_shop or {}).get(shop, shares) for shares in periods for shop in shops]
        return tuple(tuple(mix.get(word, 0.0) for word in self.shares) for mix in mixes)


class Payments(VaryingMix):
    """Shares of the ways of payment."""
