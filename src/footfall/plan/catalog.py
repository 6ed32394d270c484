"""The products: drawn by strata, so that a catalogue of 501 shows its laws, then coupled to the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Streams, row_addresses
from footfall.plan.prices import PriceVersions, with_endings
from footfall.scenario.assortment import Catalog as CatalogWishes
from footfall.scenario.assortment import CostShare
from footfall.scenario.model import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


NEVER = 1 << 40
"""Day t that never comes: the last one of SKUs that go on."""


@dataclass(frozen=True)
class Assortment:
    """What of the catalogue does not depend on a target: categories, popularity, samples of the laws.

    Attributes
    ----------
    category : ndarray of int, shape (skus,)
        Index of each SKU's category, in the scenario's order.
    sales_rank, return_probability : ndarray of float, shape (skus,)
        Published with six decimals, and rounded here, so that nothing depends on a last bit.
    price_group : ndarray of int, shape (skus,)
        Which SKUs share a price law: all of them, or each category for itself.
    price_sample, price_max : ndarray of float, shape (skus,)
        Samples of the price laws, group after group, rising in each, and the greatest price of each one's
        law; coupling decides which SKU of the group gets which.
    price_endings : tuple of int
        Cents that prices end with; any where there are none.
    cost_shares : ndarray of float, shape (skus,)
        Sample of the law of cost over price, rising.
    popularity_score, price_noise, cost_noise : ndarray of float, shape (skus,)
        Standard normal scores that coupling mixes.
    """

    category: Ints
    sales_rank: Floats
    return_probability: Floats
    price_group: Ints
    price_sample: Floats
    price_max: Floats
    price_endings: tuple[int, ...]
    cost_shares: Floats
    popularity_score: Floats
    price_noise: Floats
    cost_noise: Floats

    @classmethod
    def draw(cls, scenario: Scenario, streams: Streams) -> Assortment:
        """Draw the assortment of a scenario."""
        wanted = scenario.catalog
        rows = row_addresses(wanted.skus)
        quotas = list(wanted.skus_by_category().values())
        dealt = KeyedPermutation(streams, "product.category", wanted.skus)(np.arange(wanted.skus))
        category = np.searchsorted(np.cumsum(quotas), dealt, side="right")

        u_rank = streams.uniform("product.sales_rank", rows)
        sales_rank = np.empty(wanted.skus)
        for index, name in enumerate(wanted.categories):
            members = np.flatnonzero(category == index)
            # Strata within the category keep its weight, and with it cross-sell, near its share.
            popularity = KeyedPermutation(streams, f"product.sales_rank.{name}", len(members))
            places = np.arange(len(members))
            sales_rank[members] = laws.bounded_pareto(
                laws.stratified(u_rank[members], popularity(places)),
                wanted.popularity.density_exponent,
                wanted.popularity.max_over_min,
            )
        sales_rank = np.clip(sales_rank, 1.0, wanted.popularity.max_over_min).round(6)

        places = np.arange(wanted.skus)
        of_its_own = [what.price is not None for what in wanted.categories.values()]
        price_group = category if any(of_its_own) else np.zeros(wanted.skus, dtype=np.int64)
        spread = wanted.cost_share.max - wanted.cost_share.min
        cost_shares = wanted.cost_share.min + spread * laws.stratified(
            streams.uniform("product.cost", rows), places
        )
        price_sample, price_max = _prices(scenario, streams, price_group)
        return cls(
            category=category,
            sales_rank=sales_rank,
            return_probability=return_probabilities(wanted, streams, category),
            price_group=price_group,
            price_sample=price_sample,
            price_max=price_max,
            price_endings=tuple(wanted.price_endings),
            cost_shares=cost_shares.round(9),
            popularity_score=normal_score(sales_rank),
            price_noise=laws.normal(streams.uniform("product.price_noise", rows)),
            cost_noise=laws.normal(streams.uniform("product.cost_noise", rows)),
        )

    def prices(self, level: float) -> Ints:
        """Prices in cents, in the samples' order, when all laws are at a level."""
        cents = np.maximum(np.rint(self.price_sample * level * 100), 1).astype(np.int64)
        if not self.price_endings:
            return cents
        moved = with_endings(cents, np.rint(self.price_max * level * 100), list(self.price_endings))
        # A price at the bound may have moved below its neighbour.
        return np.asarray(moved[np.lexsort((moved, np.sort(self.price_group)))])

    def price_at(self, coupling: float, prices: Ints) -> Ints:
        """Price of each SKU in cents when price and popularity are coupled so strongly."""
        score = _mixed(self.popularity_score, self.price_noise, coupling)
        by_group = np.lexsort((np.arange(len(score)), score, self.price_group))
        price = np.empty_like(prices)
        price[by_group] = prices
        return price

    def cost_at(self, coupling: float, score: Floats, price: Ints, law: CostShare, level: float) -> Ints:
        """Cost of each SKU in cents when cost share and `score` are coupled so strongly.

        Inside of the law's bounds, as shares of the price, even after rounding.
        """
        share = self.cost_shares[ranks(_mixed(score, self.cost_noise, coupling))] * level
        low, high = (np.round(b * level * price, 6) for b in (law.min, law.max))
        return np.clip(np.rint(price * share), np.ceil(low), np.floor(high)).astype(np.int64)

    @staticmethod
    def coupling_bound(score: Floats, noise: Floats, rank_correlation_max: float) -> float:
        """Strongest coupling of `score` whose rank correlation stays within the scenario's bound.

        For normal scores Spearman's rho is (6 / pi) asin(r / 2) (Kruskal 1958); this catalogue's own
        noise can lie a little above it.
        """
        bound = 2 * np.sin(np.pi * rank_correlation_max / 6)
        centred = ranks(score) - (len(noise) - 1) / 2
        while bound > 0:
            other = ranks(_mixed(score, noise, bound)) - (len(noise) - 1) / 2
            if centred @ other / (centred @ centred) <= rank_correlation_max:
                break
            bound -= 0.0005
        return float(bound)


@dataclass(frozen=True)
class Catalog:
    """The finished catalogue, SKU by SKU in the order of their numbers.

    Attributes
    ----------
    price, cost : ndarray of int, shape (skus,)
        In cents; the first ones, where prices change.
    weight : ndarray of float, shape (skus,)
        Sales weight.
    sub_category, name : tuple of str
    stock : ndarray of int, shape (skus,)
    supplier : tuple of str
        Empty where the scenario has no suppliers.
    listed : ndarray of int, shape (skus,)
        Day t from which on the SKU sells; before the first day for most.
    delisted : ndarray of int, shape (skus,)
        Last day t on which the SKU sells; NEVER for most.
    versions : PriceVersions or None
        All prices and costs, where they change.
    """

    category: Ints
    sales_rank: Floats
    return_probability: Floats
    price: Ints
    cost: Ints
    weight: Floats
    sub_category: tuple[str, ...]
    name: tuple[str, ...]
    stock: Ints
    supplier: tuple[str, ...]
    listed: Ints
    delisted: Ints
    versions: PriceVersions | None = None

    def on(self, day: int) -> tuple[Ints, Ints]:
        """Price and cost of every SKU at the end of a day, in cents."""
        return (self.price, self.cost) if self.versions is None else self.versions.on(day)

    @property
    def last_listed(self) -> int:
        """First day t on which every SKU sells."""
        return int(self.listed.max())

    @property
    def first_delisted(self) -> int:
        """First day t that is some SKU's last; NEVER where all go on."""
        return int(self.delisted.min())


def return_probabilities(wanted: CatalogWishes, streams: Streams, category: Ints) -> Floats:
    """Draw the return probability of each SKU by strata of its category; 0 where none is given."""
    u = streams.uniform("product.return_probability", row_addresses(wanted.skus))
    out = np.zeros(wanted.skus)
    for index, (name, what) in enumerate(wanted.categories.items()):
        if what.return_probability is None or wanted.return_concentration is None:
            continue
        members = np.flatnonzero(category == index)
        dealt = KeyedPermutation(streams, f"product.return_probability.{name}", len(members))
        strata = laws.stratified(u[members], dealt(np.arange(len(members))))
        out[members] = laws.beta(strata, what.return_probability, wanted.return_concentration)
    return np.clip(out, 1e-6, 1 - 1e-6).round(6)


def _prices(scenario: Scenario, streams: Streams, group: Ints) -> tuple[Floats, Floats]:
    """Sample of the price laws, rising in each group, and the laws' greatest prices."""
    wanted = scenario.catalog
    u = streams.uniform("product.price", row_addresses(wanted.skus))
    sample, most = np.empty(wanted.skus), np.empty(wanted.skus)
    first = 0
    for index, name in enumerate(wanted.categories):
        count = int((group == index).sum())
        block = slice(first, first + count)
        law = wanted.price_law(name)
        strata = laws.stratified(u[block], np.arange(count))
        sample[block] = laws.clipped_lognormal(strata, law.mu, law.sigma, law.min, law.max)
        most[block] = law.max
        first += count
    return sample, most


def ranks(values: Floats | Ints) -> Ints:
    """Place of each value in rising order, from 0; ties by position."""
    places = np.empty(len(values), dtype=np.int64)
    places[np.argsort(values, kind="stable")] = np.arange(len(values))
    return places


def normal_score(values: Floats | Ints) -> Floats:
    """Normal score of each value's place (van der Waerden)."""
    return laws.normal((ranks(values) + 0.5) / len(values))


def _mixed(score: Floats, noise: Floats, coupling: float) -> Floats:
    return coupling * score + np.sqrt(1 - coupling * coupling) * noise
