"""What SKUs are called, who supplies them, when they were listed and delisted, how many are in stock."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.errors import UnreachableTarget
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Streams, row_addresses
from footfall.plan.catalog import NEVER, normal_score, ranks
from footfall.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PRICE_NOISE = 0.5
"""How far a product's price may lie outside of its sub-category's place, as a share of the category."""


def name_products(
    scenario: Scenario, streams: Streams, category: Ints, price: Ints
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sub-category and distinct name of each SKU.

    Sub-categories stand in the scenario from the cheapest to the dearest, and products are dealt to
    them in that order with some noise, so that socks cost less than boots, as a rule.

    Raises
    ------
    UnreachableTarget
        The scenario's words make fewer names than there are SKUs.
    """
    skus = scenario.catalog.skus
    noise = streams.uniform("product.sub_category", row_addresses(skus))
    sub_category, name = [""] * skus, [""] * skus
    taken: set[str] = set()
    for index, (label, what) in enumerate(scenario.catalog.categories.items()):
        members = np.flatnonzero(category == index)
        models = scenario.catalog.models_of(label)
        words = [
            [
                (sub, (w.pattern or scenario.catalog.pattern).format(thing=thing, model=model, detail=detail))
                for thing in w.things
                for model in models
                for detail in w.details
            ]
            for sub, w in what.sub_categories.items()
        ]
        place = (ranks(price[members]) + 0.5) / len(members) + _PRICE_NOISE * (noise[members] - 0.5)
        # An equal share each, less where the words for names run out.
        room = laws.apportion(len(members), [1.0] * len(words))
        room = [min(r, len(w)) for r, w in zip(room, words, strict=True)]
        for i, w in enumerate(words):
            room[i] += min(len(w) - room[i], len(members) - sum(room))
        block = np.searchsorted(np.cumsum(room), ranks(place), side="right")
        for i, names in enumerate(words):
            in_block = members[block == i]
            deal = KeyedPermutation(streams, f"product.name.{label}.{i}", len(names))
            dealt = (names[k] for k in deal(np.arange(len(names))).tolist())
            # Categories may share words: what another has taken is left out.
            fresh = ((sub, word) for sub, word in dealt if word not in taken)
            chosen = list(islice(fresh, len(in_block)))
            if len(chosen) < len(in_block):
                raise UnreachableTarget(
                    f"catalog.categories.{label}: its words give {len(chosen)} names that no other product "
                    f"has, and {len(in_block)} are needed; give it more things, details or models of its own"
                )
            for sku, (sub, word) in zip(in_block.tolist(), chosen, strict=True):
                sub_category[sku], name[sku] = sub, word
                taken.add(word)
    return tuple(sub_category), tuple(name)


def supply(scenario: Scenario, streams: Streams) -> tuple[str, ...]:
    """Supplier of each SKU: every company supplies some, as far as the SKUs go."""
    count, skus = scenario.catalog.suppliers, scenario.catalog.skus
    if count is None:
        return ()
    locale = next(iter(scenario.customers.locales.values()), "en_US")
    from footfall.plan.people import companies  # noqa: PLC0415 - not every scenario has suppliers

    names = companies(streams, locale, count)
    dealt = KeyedPermutation(streams, "product.supplier", skus)(np.arange(skus))
    u = streams.uniform("product.supplier", row_addresses(skus))
    # Each company supplies one SKU, and the rest is drawn: some supply many, some few.
    company = np.where(dealt < count, dealt, (u * u * count).astype(np.int64))
    return tuple(names[c] for c in company.tolist())


def stocking(scenario: Scenario, streams: Streams) -> Ints:
    """Units in stock of each SKU: log-normal, and none of what is sold out."""
    law, skus = scenario.catalog.stock, scenario.catalog.skus
    if law is None:
        return np.zeros(skus, dtype=np.int64)
    rows = row_addresses(skus)
    units = law.median * np.exp(law.sigma * laws.normal(streams.uniform("product.stock", rows)))
    gone = streams.uniform("product.sold_out", rows) < law.sold_out_share
    return np.where(gone, 0, np.rint(units)).astype(np.int64)


def listing(scenario: Scenario, streams: Streams, category: Ints) -> Ints:
    """Day t on which each SKU was listed; an exact share of each category inside the horizon."""
    law, skus = scenario.catalog.listed, scenario.catalog.skus
    if law is None:
        return np.full(skus, -1)
    since = (law.from_ - scenario.first_day).days
    u = streams.uniform("product.listed", row_addresses(skus))
    listed = np.floor(since * (1 - u)).astype(np.int64)
    for index, label in enumerate(scenario.catalog.categories):
        members = np.flatnonzero(category == index)
        new = round(law.new_share * len(members))
        deal = KeyedPermutation(streams, f"product.listed.{label}", len(members))
        fresh = deal(np.arange(len(members))) < new
        # From the second day on, so that a new SKU is new to somebody.
        listed[members[fresh]] = 1 + (u[members[fresh]] * (scenario.days - 1)).astype(np.int64)
    return listed


def delisting(scenario: Scenario, streams: Streams, category: Ints, listed: Ints) -> Ints:
    """Last day t on which each SKU sells; of an exact share of each category inside of the horizon."""
    law, skus = scenario.catalog.delisted, scenario.catalog.skus
    last = np.full(skus, NEVER)
    if law is None:
        return last
    since = np.maximum(listed, 0)
    u = streams.uniform("product.delisted", row_addresses(skus))
    # To the last day but one, so that somebody can miss it, unless it is listed on the last one.
    drawn = since + (u * np.maximum(scenario.days - 1 - since, 1)).astype(np.int64)
    for index, label in enumerate(scenario.catalog.categories):
        members = np.flatnonzero(category == index)
        deal = KeyedPermutation(streams, f"product.delisted.{label}", len(members))
        going = members[deal(np.arange(len(members))) < round(law.share * len(members))]
        last[going] = drawn[going]
    return last


@dataclass(frozen=True)
class Quality:
    """What ratings follow, SKU by SKU: a score to which each review adds noise of this weight."""

    score: Floats
    noise: float

    @classmethod
    def of(cls, scenario: Scenario, streams: Streams, category: Ints, price: Ints) -> Quality:
        """Mix the price's normal scores, among all and inside of the category, with the SKU's own."""
        if scenario.reviews is None:
            return cls(np.zeros(len(price)), 1.0)
        weights = scenario.reviews.quality
        inside = np.empty(len(price))
        for index in range(len(scenario.catalog.categories)):
            members = category == index
            inside[members] = normal_score(price[members])
        rows = row_addresses(len(price))
        strata = KeyedPermutation(streams, "product.quality", len(price))(np.arange(len(price)))
        own = laws.normal(laws.stratified(streams.uniform("product.quality", rows), strata))
        score = (
            weights.price * normal_score(price) + weights.price_in_category * inside + weights.product * own
        )
        left = 1 - weights.price**2 - weights.price_in_category**2 - weights.product**2
        return cls(score.round(9), round(float(np.sqrt(left)), 9))
