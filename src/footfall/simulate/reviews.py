"""Reviews: which purchases are reviewed, when, with how many stars and in which words.

A customer reviews a SKU once, and the ratings' shares are exact over all reviews, so a range of orders is
not enough. A first stage keeps, part by part, the purchases that may be reviewed (32 bytes each); a
second one, over all that were kept, decides. Keys and noise belong to the pair of customer and SKU, so
the result is the same however the orders were cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.errors import UnreachableTarget
from footfall.core.streams import Rows
from footfall.plan.plan import Plan
from footfall.scenario.buying import Reviews
from footfall.simulate.baskets import Baskets
from footfall.simulate.fulfilment import simulate_statuses
from footfall.simulate.orders import Orders

if TYPE_CHECKING:
    from footfall.simulate.review_text import Topic

Ints = npt.NDArray[np.int64]

REVIEWS_A_BATCH = 1 << 16
_SKU_BITS = np.uint64(20)  # a catalogue has at most a million SKUs


@dataclass(frozen=True)
class Purchases:
    """Purchases that may be reviewed.

    Attributes
    ----------
    key : ndarray of uint64
        Random, the same for all purchases of a SKU by a customer; the lowest keys are reviewed.
    pair : ndarray of uint64
        Customer and SKU, as an address.
    order, day : ndarray of int
        Number of the order, and day t on which the review would be written.
    """

    key: npt.NDArray[np.uint64]
    pair: Rows
    order: Ints
    day: Ints

    @classmethod
    def joined(cls, parts: Sequence[Purchases]) -> Purchases:
        """Purchases of several parts, in their order."""
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

    def first_by_key(self) -> Purchases:
        """Each pair once, by its first purchase, in the order of the keys."""
        order = np.lexsort((self.order, self.pair, self.key))
        pair = self.pair[order]
        first = order[np.concatenate([[True], pair[1:] != pair[:-1]])] if len(order) else order
        return Purchases(*(getattr(self, f.name)[first] for f in fields(self)))


def reviewable(plan: Plan, orders: Orders, baskets: Baskets, status: Ints | None = None) -> Purchases:
    """Purchases of a part that may be reviewed.

    The order must have come through (the scenario says by which statuses), the review must be due
    before the horizon ends, and the key must lie below the plan's limit: others have no chance.

    Parameters
    ----------
    status
        Of each order, where it has been simulated already.
    """
    law = _law(plan)
    names = list(plan.scenario.fulfilment.shares) if plan.scenario.fulfilment else []
    if status is None:
        status = simulate_statuses(plan, orders)
    is_good = np.array([name in law.statuses for name in names])
    line = np.flatnonzero(is_good.take(status).take(baskets.order))
    order = baskets.order.take(line)
    pair = _pair(orders.customer.take(order), baskets.sku.take(line))
    key = plan.streams.bits("review.key", pair)
    low = np.flatnonzero(key < np.uint64(min(plan.review_limit, 2**64 - 1)))
    order, pair, key = order.take(low), pair.take(low), key.take(low)

    delay = law.delay
    z = laws.normal(plan.streams.uniform("review.delay", pair))
    days = np.minimum(np.rint(delay.median_days * np.exp(delay.sigma * z)), 36_600).astype(np.int64)
    day = orders.day.take(order) + np.maximum(days, delay.min_days)
    due = np.flatnonzero(day < plan.scenario.days)
    number = orders.number.take(order.take(due))
    return Purchases(key=key.take(due), pair=pair.take(due), order=number, day=day.take(due))


def simulate_reviews(plan: Plan, purchases: Purchases) -> Iterator[dict[str, Any]]:
    """Columns of the published reviews by field, batch by batch, in the order of their days.

    Raises
    ------
    UnreachableTarget
        Fewer purchases can be reviewed than reviews are asked for.
    """
    from footfall.simulate.review_text import review_texts  # noqa: PLC0415 - only where texts are published

    law = _law(plan)
    chosen = purchases.first_by_key()
    if law.deal == "exact":
        if len(chosen.key) < law.count:
            raise UnreachableTarget(
                f"reviews.count: {law.count:,} reviews are asked for and {len(chosen.key):,} purchases can "
                "be reviewed before the horizon ends; lower it, shorten reviews.delay or sell more"
            )
        chosen = Purchases(*(getattr(chosen, f.name)[: law.count] for f in fields(chosen)))
    rating = _ratings(plan, law, chosen.pair)
    by_day = np.lexsort((chosen.key, chosen.day))
    start, stop = plan.published_days
    published = np.flatnonzero((chosen.day[by_day] >= start) & (chosen.day[by_day] < stop))
    topics, topic_of = _topics(plan)
    for begin in range(0, len(published), REVIEWS_A_BATCH):
        place = published[begin : begin + REVIEWS_A_BATCH]
        row = by_day[place]
        pair = chosen.pair[row]
        sku = _sku(pair)
        yield {
            "id": place + 1,
            "product": sku + plan.scenario.catalog.first_sku,
            "customer": (pair >> _SKU_BITS).astype(np.int64),
            "rating": rating[row],
            "text": review_texts(plan.streams, pair, rating[row], topic_of[sku], topics),
            "date": chosen.day[row],
        }


def _ratings(plan: Plan, law: Reviews, pair: Rows) -> Ints:
    """Stars by a latent score: the SKU's quality, which rises with its price, and the buyer's mood.

    The best scores get the most stars, as many as the mix says, or, where it is not exact, as many as
    a normal score gives.
    """
    sku = _sku(pair)
    mood = laws.normal(plan.streams.uniform("review.mood", pair))
    score = plan.quality.score[sku] + plan.quality.noise * mood
    stars = np.array(sorted(law.ratings.shares, reverse=True))
    shares = [law.ratings.shares[int(s)] for s in stars]
    if law.ratings.deal == "exact":
        best_first = np.lexsort((pair, -score))
        place = np.empty(len(pair), dtype=np.int64)
        place[best_first] = np.arange(len(pair))
        quotas = np.cumsum(laws.apportion(len(pair), shares))
        return np.asarray(stars[np.searchsorted(quotas, place, side="right")])
    bounds = -laws.normal(np.cumsum(shares)[:-1])
    return np.asarray(stars[(score[:, None] < bounds).sum(axis=1)])


def _topics(plan: Plan) -> tuple[list[Topic], Ints]:
    """What reviews talk about, and the topic of each SKU: its sub-category."""
    from footfall.simulate.review_text import Topic  # noqa: PLC0415 - as above

    topics: list[Topic] = []
    index: dict[tuple[str, str], int] = {}
    for label, category in plan.scenario.catalog.categories.items():
        for name, words in category.sub_categories.items():
            index[label, name] = len(topics)
            topics.append(Topic(words.noun, tuple(words.facets)))
    labels = list(plan.scenario.catalog.categories)
    of_sku = [
        index[labels[c], s]
        for c, s in zip(plan.catalog.category.tolist(), plan.catalog.sub_category, strict=True)
    ]
    return topics, np.array(of_sku)


def _pair(customer: Ints, sku: Ints) -> Rows:
    return (customer.astype(np.uint64) << _SKU_BITS) + sku.astype(np.uint64)


def _sku(pair: Rows) -> Ints:
    return (pair & ((np.uint64(1) << _SKU_BITS) - np.uint64(1))).astype(np.int64)


def _law(plan: Plan) -> Reviews:
    assert plan.scenario.reviews is not None, "a scenario without reviews publishes none"
    return plan.scenario.reviews
