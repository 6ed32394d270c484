"""How likely customers send things back, each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Streams
from footfall.plan.basket_sizes import BasketSizes
from footfall.plan.buyers import Buyers
from footfall.plan.catalog import Catalog
from footfall.plan.habits import class_shares, classes, mixed_chances

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HABIT = "return_class"


@dataclass(frozen=True)
class Returning:
    """Chances that a line is sent back.

    Attributes
    ----------
    chances : ndarray of float, shape (classes, skus)
        Of each class of customers.
    """

    chances: Floats

    @classmethod
    def of(cls, correlation: float, catalog: Catalog, buyers: Buyers, sizes: BasketSizes) -> Returning:
        """Chances of each class, solved so that all lines of a SKU together come back by its probability."""
        lines = buyers.order_shares * sizes.mean_of_customers(buyers.streams, len(buyers.order_shares))
        shares = class_shares(buyers.streams, _HABIT, lines)
        return cls(mixed_chances(catalog.return_probability, correlation, shares).round(12))

    @staticmethod
    def classes(streams: Streams, customer: Ints) -> Ints:
        """Class of each customer."""
        return classes(streams, _HABIT, customer)
