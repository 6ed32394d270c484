"""What customers pick from the shelf: some the dearer SKUs, some the cheaper, many the same ones again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Rows, Streams
from footfall.plan.buyers import Buyers
from footfall.plan.catalog import Catalog
from footfall.plan.habits import class_shares, classes, tilted_weights
from footfall.scenario.habits import Favourites as FavouritesLaw

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HABIT = "price_class"
_PLACES = 128  # more than a customer has favourites in a category
_GROUP_BITS, _WORD = np.uint64(6), np.uint64(64)


@dataclass(frozen=True)
class Tastes:
    """Sales weights as customers see them.

    Attributes
    ----------
    weights : ndarray of float, shape (classes, skus)
        Of each class of customers.
    """

    weights: Floats

    @classmethod
    def of(cls, tilt: float, catalog: Catalog, buyers: Buyers) -> Tastes:
        """Weights of each class, solved so that all customers together buy by the catalogue's own."""
        shares = class_shares(buyers.streams, _HABIT, buyers.order_shares)
        return cls(tilted_weights(catalog, tilt, shares).round(15))

    @staticmethod
    def classes(streams: Streams, customer: Ints) -> Ints:
        """Class of each customer."""
        return classes(streams, _HABIT, customer)


@dataclass(frozen=True)
class Favourites:
    """SKUs that customers buy again and again: some of each category, by the sales weights.

    Customers are taken by the orders expected of them, 64 together; in each of these groups the favourites of
    a category and place are a stratified sample, one of each 64th of the category's sales weights, and
    groups, categories and places are independent. So the few keenest customers don't have the same favourites
    by chance, and all customers together buy each SKU by its weight.

    Attributes
    ----------
    share : float
        Share of the lines that are favourites.
    skus : int
        Favourites of a customer in a category.
    rank : ndarray of int, shape (customers,)
        Customers who are expected to order more, customer number k at k - 1.
    """

    share: float
    skus: int
    rank: npt.NDArray[np.int32]

    @classmethod
    def of(cls, law: FavouritesLaw, buyers: Buyers) -> Favourites:
        """Rank the customers."""
        shares = buyers.order_shares
        rank = np.empty(len(shares), np.int32)
        rank[np.argsort(-shares, kind="stable")] = np.arange(len(shares), dtype=np.int32)
        return cls(law.share, law.skus, rank)

    def bought(self, streams: Streams, attempt: int, address: Rows) -> tuple[Ints, Ints]:
        """Which lines are favourites, and which one of the customer's each of them is, from 0."""
        u = streams.uniform(f"basket.favourite.{attempt}", address)
        again = np.flatnonzero(u < self.share)
        place = (u.take(again) * (self.skus / self.share)).astype(np.int64)
        return again, np.minimum(place, self.skus - 1)

    def words(self, streams: Streams, customer: Ints, category: Ints, place: Ints) -> Rows:
        """Words of 64 bits that choose favourites of customers within categories."""
        rank = self.rank.take(customer - 1).astype(np.uint64)
        where = (category * _PLACES + place).view(np.uint64) << np.uint64(32)
        stratum = rank ^ streams.bits("customer.favourite.group", where + (rank >> _GROUP_BITS))
        inside = streams.bits("customer.favourite", where + rank)
        return np.asarray((stratum << (_WORD - _GROUP_BITS)) | (inside >> _GROUP_BITS))
