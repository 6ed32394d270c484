"""Habits: what a customer does in every order, solved so that the laws of the whole shop stay.

A customer has a class of its own for each habit, 1 of `CLASSES` equally likely ones, which is a pure
function of its number. Class j stands for a standard normal score. Orders draw their customers by weight,
so each class has an expected share of the orders; given these shares, the law of each class is solved so
that all classes together follow the law that the scenario asks for. Orders stay independent of each other
given the customers' weights and classes, and so the shop's own laws hold as they stand.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Streams, row_addresses
from footfall.plan.catalog import Catalog, normal_score

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CLASS_BITS = 5
CLASSES = 1 << _CLASS_BITS
_SCALINGS = 60
_HALVINGS = 60


@lru_cache(maxsize=1)
def class_scores() -> Floats:
    """Score of each class: normal quantiles of the classes' middles, of variance 1; rising."""
    z = laws.normal((np.arange(CLASSES) + 0.5) / CLASSES)
    return np.asarray(z / np.sqrt(np.mean(z**2)))


def classes(streams: Streams, habit: str, customer: Ints) -> Ints:
    """Class of each customer, by its number, for a habit."""
    bits = streams.bits(f"customer.{habit}", customer.astype(np.uint64))
    return (bits >> np.uint64(64 - _CLASS_BITS)).astype(np.int64)


def class_shares(streams: Streams, habit: str, order_shares: Floats) -> Floats:
    """Share of the orders that each class is expected to place.

    Parameters
    ----------
    order_shares
        Of the customers 1, 2, ...
    """
    numbers = row_addresses(len(order_shares)).view(np.int64) + 1
    shares = np.bincount(classes(streams, habit, numbers), order_shares, CLASSES)
    return np.asarray(shares / shares.sum())


def mixed_sizes(weights: Floats, correlation: float, shares: Floats) -> Floats:
    """Law of basket sizes of each class.

    An order has the normal score sqrt(c) z + sqrt(1 - c) e, z its customer's and e its own, and so many
    lines as bounds t_1 < t_2 < ... of the score tell: P(size <= k | z) as in :func:`mixed_chances`, the
    Gaussian copula (Vasicek 2002, "The distribution of loan portfolio value", for two
    sizes). The bounds are solved so that the classes together have the given law.

    Parameters
    ----------
    weights
        Share of the orders of each size; they add up to 1.
    shares
        Share of the orders of each class.

    Returns
    -------
    ndarray, shape (classes, sizes)
        Rows add up to 1; ``shares @ result`` is `weights`.
    """
    upto = mixed_chances(np.cumsum(weights)[:-1], correlation, shares)
    edges = np.concatenate([np.zeros((CLASSES, 1)), upto, np.ones((CLASSES, 1))], axis=1)
    return np.diff(edges, axis=1).clip(0.0)


def mixed_chances(chances: Floats, correlation: float, shares: Floats) -> Floats:
    """Chances of each class, so that all classes together have given ones.

    P(z) = Phi((t - sqrt(c) z) / sqrt(1 - c)), z the class's score, c the correlation of what two rows of a
    customer are decided by, and the bound t solved for each chance.

    Parameters
    ----------
    chances
        Between 0 and 1.
    shares
        Share of the rows of each class.

    Returns
    -------
    ndarray, shape (classes, chances)
        ``shares @ result`` is `chances`.
    """
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    slope = np.sqrt(correlation) * class_scores()[:, None]

    def of_classes(bounds: Floats) -> Floats:
        return np.asarray(ndtr((bounds - slope) / np.sqrt(1 - correlation)))

    low, high = np.full(len(chances), -40.0), np.full(len(chances), 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = shares @ of_classes(middle) < chances
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return of_classes(high)


def tilted_weights(catalog: Catalog, tilt: float, shares: Floats) -> Floats:
    """Sales weights of each class: some customers buy the dearer SKUs of a category, some the cheaper.

    P(SKU | category, class) is proportional to b(SKU) exp(tilt z s), z the class's score and s the normal
    score of the SKU's price in its category; b is solved so that the classes together buy each SKU by its
    own weight: iterative proportional fitting (Deming and Stephan 1940; Sinkhorn 1967), the law of least
    relative entropy to independence with these margins.

    Parameters
    ----------
    shares
        Share of the orders of each class.

    Returns
    -------
    ndarray, shape (classes, skus)
        Rows add up to 1, and each category has the same share in all; ``shares @ result`` is the
        catalogue's own weights over their sum.
    """
    out = np.empty((CLASSES, len(catalog.weight)))
    whole = catalog.weight.sum()
    for category in np.unique(catalog.category):
        here = np.flatnonzero(catalog.category == category)
        law = catalog.weight[here] / catalog.weight[here].sum()
        kernel = np.exp(tilt * class_scores()[:, None] * normal_score(catalog.price[here]))
        own = law.copy()
        for _ in range(_SCALINGS):
            of_class = shares / (kernel @ own)
            own = law / (of_class @ kernel)
        joint = kernel * own
        out[:, here] = joint / joint.sum(axis=1, keepdims=True) * (catalog.weight[here].sum() / whole)
    return out
