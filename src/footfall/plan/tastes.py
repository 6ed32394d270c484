"""What customers pick from the shelf: some the dearer SKUs, some the cheaper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Streams
from footfall.plan.buyers import Buyers
from footfall.plan.catalog import Catalog
from footfall.plan.habits import class_shares, classes, tilted_weights

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HABIT = "price_class"


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
