"""How reviews spread over the stars, given which SKUs are reviewed and what came late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.figures import Figures
from footfall.contract.habit_laws import CLASSES, class_scores
from footfall.contract.price_checks import first_prices
from footfall.contract.statistics import Counts, Floats, chi_square, shares_scores, two_sided
from footfall.contract.subject import Subject

_HALVINGS = 60
LATENESS = ("order.promised", "order.delivered", "order.customer", "line.product", "review.customer")
"""What tells whether a review is of what came late."""


@dataclass(frozen=True)
class Reviewed:
    """Reviews of which it is known alike whether they are of what came late.

    Attributes
    ----------
    stars : shape (skus, ratings)
        Counts by SKU and rating, from the fewest stars.
    penalty
        What lateness takes off their scores.
    """

    stars: Counts
    penalty: float = 0.0

    @property
    def by_sku(self) -> Floats:
        """Reviews by SKU."""
        return self.stars.sum(1).astype(np.float64)


def reviewed(subject: Subject, figures: Figures) -> list[Reviewed] | str:
    """All reviews, apart by their lateness where it costs stars; or why that isn't known."""
    reviews, tally = subject.scenario.reviews, figures.reviews
    assert reviews is not None, "a scenario without reviews publishes none"
    assert tally is not None, "checks need published reviews"
    places = sorted(reviews.ratings.shares)
    if reviews.quality.late is None:
        return [Reviewed(tally.stars[:-1, places])]
    if subject.first > subject.scenario.first_day or subject.as_of is not None:
        return "not all that was bought, or came, is published"
    if not all(subject.shows(need) for need in LATENESS):
        return "what came late is not published"
    sku, stars, is_late = tally.by_lateness()
    cell, size = sku * (tally.best + 1) + stars, tally.skus * (tally.best + 1)
    sides = (np.bincount(cell[side], minlength=size) for side in (~is_late, is_late))
    in_time, late = (side.reshape(tally.skus, -1)[:, places] for side in sides)
    return [Reviewed(in_time), Reviewed(late, reviews.quality.late)]


@dataclass(frozen=True)
class StarLaw:
    """Law of a review's stars, by its SKU.

    A review's score is normal: what its SKU's price is worth, known from the products; the SKU's own quality,
    known to nobody and the same for all its reviews; and the buyer's mood. Bounds cut it into stars.

    Attributes
    ----------
    bounds
        Scores between two ratings, rising.
    of_price : shape (skus,)
        What the price adds to a score.
    own, mood
        Standard deviations of the SKU's own quality and of the mood.
    """

    bounds: Floats
    of_price: Floats
    own: float
    mood: float

    @classmethod
    def of(cls, subject: Subject, figures: Figures, seen: list[Reviewed]) -> StarLaw | str:
        """Law that a scenario asks for, or why it can't be worked out.

        Where the mix of ratings is exact, the bounds are those that give these very reviews their mix; else
        those that give it over all SKUs and orders, of which a share comes late.
        """
        from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

        reviews, delivery = subject.scenario.reviews, subject.scenario.arrival.delivery
        assert reviews is not None, "a scenario without reviews publishes none"
        of_price = _of_price(subject, figures)
        if isinstance(of_price, str):
            return of_price
        quality, shares = reviews.quality, reviews.ratings.shares
        known = quality.price**2 + quality.price_in_category**2
        own, mood = quality.product, float(np.sqrt(1 - known - quality.product**2))
        goals = np.cumsum([shares[k] for k in sorted(shares)])[:-1]
        if reviews.ratings.deal == "exact":
            n, spread = sum(float(part.by_sku.sum()) for part in seen), float(np.hypot(own, mood))

            def below(bounds: Floats) -> Floats:
                return sum(
                    part.by_sku @ ndtr((bounds + part.penalty - of_price[:, None]) / spread) for part in seen
                ) / max(n, 1.0)
        else:
            late = delivery.late_share if delivery and quality.late else 0.0

            def below(bounds: Floats) -> Floats:
                return (1 - late) * ndtr(bounds) + late * ndtr(bounds + (quality.late or 0.0))

        return cls(_solved(below, goals), of_price, own, mood)

    def chances(self, score: float, penalty: float) -> Floats:
        """Chances of each rating by SKU, all of whose own quality has this normal score."""
        from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

        above = self.of_price[:, None] + self.own * score - penalty
        upto = ndtr((self.bounds - above) / self.mood)
        return np.diff(upto, axis=1, prepend=0.0, append=1.0)

    def means(self, penalty: float) -> Floats:
        """Chances of each rating by SKU, over all qualities of its own; shape (skus, ratings)."""
        return np.asarray(sum(self.chances(z, penalty) for z in class_scores()) / CLASSES, np.float64)

    def moments(self, seen: list[Reviewed]) -> tuple[Floats, Floats]:
        """Mean and covariance of the reviews by rating.

        Given the SKUs' own qualities reviews are independent. The qualities are drawn by strata: dealt anew
        are which SKU has which, of the same ones each time, and the covariance of a sum over such a deal is
        that of independent SKUs less that of their mean quality's (Hoeffding 1951, "A combinatorial central
        limit theorem").
        """
        ratings, skus = len(self.bounds) + 1, len(self.of_price)
        inside, squares, sums = (np.zeros((ratings, ratings)) for _ in range(3))
        mean = np.zeros((skus, ratings))
        for z in class_scores():
            given = np.zeros_like(mean)
            for part in seen:
                n, chance = part.by_sku, self.chances(z, part.penalty)
                inside += np.diag(n @ chance) - chance.T @ (n[:, None] * chance)
                given += n[:, None] * chance
            mean += given / CLASSES
            squares += given.T @ given
            sums += np.outer(given.sum(0), given.sum(0))
        whole = mean.sum(0)
        own = squares / CLASSES - mean.T @ mean - (sums / CLASSES - np.outer(whole, whole)) / skus
        return whole, inside / CLASSES + own * skus / max(skus - 1, 1)

    def scores(self, seen: list[Reviewed]) -> Floats:
        """Independent normal scores of the reviews by rating."""
        mean, covariance = self.moments(seen)
        counts, shares = np.sum([part.stars.sum(0) for part in seen], axis=0), mean / mean.sum()
        plain = mean.sum() * (np.diag(shares) - np.outer(shares, shares))
        return shares_scores(counts, shares, covariance - plain)

    def stars_lost(self, stars: Counts, in_time: Reviewed, late: Reviewed) -> float:
        """Mean stars expected of reviews in time, less those of late ones."""
        means = [
            float(part.by_sku @ self.means(part.penalty) @ stars / part.by_sku.sum())
            for part in (in_time, late)
        ]
        return means[0] - means[1]


def _solved(below: Callable[[Floats], Floats], goals: Floats) -> Floats:
    low, high = np.full(len(goals), -_HALVINGS, np.float64), np.full(len(goals), _HALVINGS, np.float64)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_short = below(middle) < goals
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return high


def _of_price(subject: Subject, figures: Figures) -> Floats | str:
    """What each SKU's price adds to a score: normal scores of its place among all and in its category."""
    reviews = subject.scenario.reviews
    assert reviews is not None, "a scenario without reviews publishes none"
    among_all, inside = reviews.quality.price, reviews.quality.price_in_category
    if not among_all and not inside:
        return np.zeros(subject.scenario.catalog.skus)
    if figures.catalog is None or "price" not in figures.catalog:
        return NO_CATALOG
    price, category = first_prices(subject, figures), figures.lines.category_of
    if price is None:
        return "prices change, and no table tells the first ones (rows: product_price)"
    if inside and not len(category):
        return "reviews follow the price in the category, and categories are not published"
    out = among_all * _normal_score(price)
    for one in np.unique(category) if inside else ():
        here = np.flatnonzero(category == one)
        out[here] += inside * _normal_score(price[here])
    return out


def _normal_score(values: Counts) -> Floats:
    """Normal score of each value's place (van der Waerden)."""
    from footfall.core.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    place = np.empty(len(values))
    place[np.argsort(values, kind="stable")] = np.arange(len(values))
    return np.asarray(ndtri((place + 0.5) / len(values)), np.float64)


def of_chance(subject: Subject, figures: Figures) -> float | str:
    """p-value of ratings that are as chance has them, or why it can't be worked out."""
    parts = reviewed(subject, figures)
    law = parts if isinstance(parts, str) else StarLaw.of(subject, figures, parts)
    if isinstance(law, str) or isinstance(parts, str):
        return str(law)
    return chi_square(law.scores(parts))


def of_a_part(stars: Counts, shares: Floats) -> float:
    """p-value of the worst share of a part of an exact mix, Bonferroni's way.

    Which scores have how many stars is settled over the whole horizon. SKUs are independent of each other:
    the squares of what they add to a count's deviation give its error.
    """
    cells, n = shares > 0, stars.sum()
    off = (stars - stars.sum(1, keepdims=True) * shares)[:, cells]
    errors = np.sqrt(np.square(off).sum(0) + n * shares[cells] * (1 - shares[cells]))
    return min(1.0, int(cells.sum()) * two_sided(float(np.abs(off.sum(0) / errors).max())))
