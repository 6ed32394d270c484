"""Reviews: which purchases are reviewed, when, with how many stars and in which words.

A customer reviews a SKU once, and the ratings' shares are exact over all reviews, so a range of orders is
not enough. A first stage keeps, part by part, the purchases that may be reviewed (32 bytes each); a
second one, over all that were kept, decides in three steps: the lowest keys are taken, the best scores get
the most stars, the earliest days the first numbers. Each step needs of the other purchases only how
many come before and how many there are, so the steps can be made all in one piece or piece by piece, in
another order of pieces each. Keys and noise belong to the pair of customer and SKU, so the result is the
same however the orders were cut.
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
from footfall.scenario.reviews import Reviews
from footfall.simulate.baskets import Baskets
from footfall.simulate.deliveries import days_to_delivery, is_late
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
        return self.take(first)

    def take(self, rows: slice | npt.NDArray[Any]) -> Purchases:
        """Some of the purchases."""
        return Purchases(*(getattr(self, f.name)[rows] for f in fields(self)))


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
    days = np.maximum(days, delay.min_days)
    if plan.scenario.arrival.delivery is not None:  # nobody reviews what hasn't come
        days = np.maximum(days, days_to_delivery(plan, orders.address.take(order)))
    day = orders.day.take(order) + days
    due = np.flatnonzero(day < plan.scenario.days)
    number = orders.number.take(order.take(due))
    return Purchases(key=key.take(due), pair=pair.take(due), order=number, day=day.take(due))


@dataclass(frozen=True)
class Rated:
    """Purchases that are reviewed, with their stars."""

    purchases: Purchases
    rating: Ints

    @classmethod
    def joined(cls, parts: Sequence[Rated]) -> Rated:
        """Those of several parts, in their order."""
        return cls(
            Purchases.joined([part.purchases for part in parts]),
            np.concatenate([part.rating for part in parts]),
        )

    def take(self, rows: npt.NDArray[Any]) -> Rated:
        """Some of them."""
        return Rated(self.purchases.take(rows), self.rating[rows])


@dataclass(frozen=True)
class Decided:
    """Reviews that are published, in the order of their numbers; 32 bytes each."""

    number: Ints
    pair: Rows
    rating: Ints
    day: Ints

    def batches(self) -> Iterator[Decided]:
        """Cut into pieces whose texts are made at once."""
        for begin in range(0, len(self.number), REVIEWS_A_BATCH):
            here = slice(begin, begin + REVIEWS_A_BATCH)
            yield Decided(*(getattr(self, f.name)[here] for f in fields(self)))


def decide(plan: Plan, purchases: Purchases) -> Decided:
    """Decide all reviews in one piece.

    Raises
    ------
    UnreachableTarget
        Fewer purchases can be reviewed than reviews are asked for.
    """
    firsts = purchases.first_by_key()
    chosen = lowest_keys(plan, firsts, before=0, total=len(firsts.key))
    return numbered(plan, rated(plan, chosen, before=0, total=len(chosen.key)), before=0)


def lowest_keys(plan: Plan, firsts: Purchases, *, before: int, total: int) -> Purchases:
    """Purchases that are reviewed: where the reviews are counted, so many of the lowest keys.

    Parameters
    ----------
    firsts
        Each pair once, in the order of the keys.
    before, total
        How many such purchases have lower keys than these, and how many there are in all.

    Raises
    ------
    UnreachableTarget
        Fewer purchases can be reviewed than reviews are asked for.
    """
    law = _law(plan)
    if law.deal != "exact":
        return firsts
    if total < law.count:
        raise UnreachableTarget(
            f"reviews.count: {law.count:,} reviews are asked for and {total:,} purchases can "
            "be reviewed before the horizon ends; lower it, shorten reviews.delay or sell more"
        )
    return firsts.take(slice(max(0, law.count - before)))


def scores(plan: Plan, purchases: Purchases) -> npt.NDArray[np.float64]:
    """Latent score of each review: the SKU's quality, which rises with its price, and the buyer's mood.

    A late delivery takes so much off as the scenario says.
    """
    mood = laws.normal(plan.streams.uniform("review.mood", purchases.pair))
    score = np.asarray(plan.quality.score[_sku(purchases.pair)] + plan.quality.noise * mood)
    late = _law(plan).quality.late
    if late is not None:
        score -= late * is_late(plan, plan.counts.addresses(purchases.order)[1])
    return score


def star_bounds(plan: Plan, shares: Sequence[float]) -> npt.NDArray[np.float64]:
    """Scores above which reviews have the most stars, the next most, ...: so the mix is expected.

    Scores are standard normal, F(x) = Phi(x), and where a share s of the orders comes late and loses d,
    F(x) = (1 - s) Phi(x) + s Phi(x + d), whose quantiles are found by halving.
    """
    best = np.cumsum(shares)[:-1]
    late, delivery = _law(plan).quality.late, plan.scenario.arrival.delivery
    if late is None or delivery is None:
        return np.asarray(-laws.normal(best))
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    low, high = np.full(len(best), -60.0), np.full(len(best), 60.0)
    for _ in range(60):
        middle = (low + high) / 2
        above = 1 - (1 - delivery.late_share) * ndtr(middle) - delivery.late_share * ndtr(middle + late)
        low, high = np.where(above > best, middle, low), np.where(above > best, high, middle)
    return np.asarray(high.round(12))


def rated(plan: Plan, chosen: Purchases, *, before: int, total: int) -> Rated:
    """Stars by the scores: the best get the most, as many as the mix says, or, where it is not exact, as
    many as a normal score gives.

    Parameters
    ----------
    before, total
        How many reviews have better scores than these, and how many there are in all.
    """  # noqa: D205 - one sentence
    ratings = _law(plan).ratings
    score = scores(plan, chosen)
    stars = np.array(sorted(ratings.shares, reverse=True))
    shares = [ratings.shares[int(s)] for s in stars]
    if ratings.deal == "exact":
        best_first = np.lexsort((chosen.pair, -score))
        place = np.empty(len(score), dtype=np.int64)
        place[best_first] = before + np.arange(len(score))
        quotas = np.cumsum(laws.apportion(total, shares))
        return Rated(chosen, np.asarray(stars[np.searchsorted(quotas, place, side="right")]))
    bounds = star_bounds(plan, shares)
    return Rated(chosen, np.asarray(stars[(score[:, None] < bounds).sum(axis=1)]))


def numbered(plan: Plan, found: Rated, *, before: int) -> Decided:
    """Reviews by their days, numbered; those of published days are kept.

    Parameters
    ----------
    before
        How many reviews are older than these.
    """
    purchases = found.purchases
    by_day = np.lexsort((purchases.key, purchases.day))
    start, stop = plan.published_days
    place = np.flatnonzero((purchases.day[by_day] >= start) & (purchases.day[by_day] < stop))
    row = by_day[place]
    return Decided(before + place + 1, purchases.pair[row], found.rating[row], purchases.day[row])


def simulate_reviews(plan: Plan, decided: Decided) -> dict[str, Any]:
    """Columns of some reviews by field: a pure function of the plan and what was decided."""
    from footfall.simulate.review_text import review_texts  # noqa: PLC0415 - only where texts are published

    topics, topic_of = _topics(plan)
    sku = _sku(decided.pair)
    return {
        "id": decided.number,
        "product": sku + plan.scenario.catalog.first_sku,
        "customer": (decided.pair >> _SKU_BITS).astype(np.int64),
        "rating": decided.rating,
        "text": review_texts(plan.streams, decided.pair, decided.rating, topic_of[sku], topics),
        "date": decided.day,
    }


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
