"""Which purchases are reviewed, decided by tasks together: no one of them, and no driver, sees all purchases.

What must be known of all purchases is the rank of each: by its key, by its score, by its day. So they are
sent three times to places, neighbouring ranges of what they are ranked by, and each sender tells every
place how many it sends to each. A place then knows how many come before its own, and ranks these itself,
by the functions that decide in one piece elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core import laws
from footfall.simulate.reviews import Purchases, Rated, lowest_keys, numbered, rated, scores
from footfall.spark.parcels import Things, by_place, packed
from footfall.spark.work import Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Ints = npt.NDArray[np.int64]

REVIEWS_A_PLACE = 1 << 20
_LETTER = "letter"


@dataclass(frozen=True)
class Letter:
    """What a task sends to a place.

    Attributes
    ----------
    counts : ndarray of int
        How many it sends to each place.
    rows : Rated
        What it sends to this one; no stars before they are given.
    """

    counts: Ints
    rows: Rated


@dataclass(frozen=True)
class Places:
    """Ranges of keys, scores and days; figures of the plan, made by the driver for all tasks.

    Attributes
    ----------
    count : int
    key_limit : int
        Bound of the keys, without their lower 32 bits.
    score_edges : ndarray of float
        Rising scores between the places; the best scores are at place 0.
    days : int
    """

    count: int
    key_limit: int
    score_edges: npt.NDArray[np.float64]
    days: int

    @classmethod
    def of(cls, work: Work) -> Places:
        """Have a place for each 2^20 reviews, and as many as there are partitions."""
        reviews = work.plan.scenario.reviews
        count = max(work.partitions, -(-reviews.count // REVIEWS_A_PLACE)) if reviews else 1
        edges = np.asarray(laws.normal(np.arange(1, count) / count), dtype=np.float64)
        return cls(count, (work.plan.review_limit >> 32) + 1, edges, work.plan.scenario.days)

    def by_key(self, kind: str, origin: int, purchases: Purchases) -> Iterator[pa.RecordBatch]:
        """Letters with purchases to the places of their keys; all of a pair have the same."""
        place = self._of_key(purchases.key, self.count)
        return self._letters(kind, origin, _unrated(purchases), place)

    def by_score(
        self, origin: int, purchases: Purchases, score: npt.NDArray[np.float64]
    ) -> Iterator[pa.RecordBatch]:
        """Letters to the places of the scores."""
        place = self.count - 1 - np.searchsorted(self.score_edges, score, side="right")
        return self._letters(_LETTER, origin, _unrated(purchases), place)

    def by_day(self, origin: int, rows: Rated) -> Iterator[pa.RecordBatch]:
        """Letters to the places of the days, and of the keys within a day."""
        moment = (rows.purchases.day << 20) + self._of_key(rows.purchases.key, 1 << 20)
        return self._letters(_LETTER, origin, rows, moment * self.count // (self.days << 20))

    def stay(self, place: int, purchases: Purchases) -> Iterator[pa.RecordBatch]:
        """Letters from a place to itself, of whose number the others are told."""
        return self._letters(_LETTER, place, _unrated(purchases), np.full(len(purchases.key), place))

    def _of_key(self, key: npt.NDArray[np.uint64], places: int) -> Ints:
        return ((key >> np.uint64(32)) * np.uint64(places) // np.uint64(self.key_limit)).astype(np.int64)

    def _letters(self, kind: str, origin: int, rows: Rated, place: Ints) -> Iterator[pa.RecordBatch]:
        order = np.argsort(place, kind="stable")
        counts = np.bincount(place, minlength=self.count)
        ends = np.cumsum(counts)
        for to, (end, count) in enumerate(zip(ends.tolist(), counts.tolist(), strict=True)):
            mine = order[end - count : end]
            yield from packed(kind, to, origin, Letter(counts, rows.take(mine)))


def decided_frame(work: Work, purchases: DataFrame) -> DataFrame:
    """Decide the reviews.

    Parameters
    ----------
    purchases
        Letters to the places of the keys.

    Returns
    -------
    DataFrame
        Parcels of published reviews without their texts, in the order of their numbers.
    """
    shipped, places = work.shipped, Places.of(work)

    def distinct(place: int, letters: Things) -> Iterator[pa.RecordBatch]:
        _, _, rows = _read(place, letters)
        return places.stay(place, rows.purchases.first_by_key())

    def taken(place: int, letters: Things) -> Iterator[pa.RecordBatch]:
        plan = shipped.plan()
        before, total, rows = _read(place, letters)
        chosen = lowest_keys(plan, rows.purchases, before=before, total=total)
        return places.by_score(place, chosen, scores(plan, chosen))

    def starred(place: int, letters: Things) -> Iterator[pa.RecordBatch]:
        before, total, rows = _read(place, letters)
        return places.by_day(place, rated(shipped.plan(), rows.purchases, before=before, total=total))

    def told(place: int, letters: Things) -> Iterator[pa.RecordBatch]:
        before, _, rows = _read(place, letters)
        for decided in numbered(shipped.plan(), rows, before=before).batches():
            yield from packed("decided", int(decided.number[0]), place, decided)

    frame = purchases
    for step in (distinct, taken, starred, told):
        frame = by_place(frame, step)
    return frame.repartitionByRange(work.partitions, "place").sortWithinPartitions("place", "piece")


def _unrated(purchases: Purchases) -> Rated:
    return Rated(purchases, np.zeros(len(purchases.key), dtype=np.int64))


def _read(place: int, letters: Things) -> tuple[int, int, Rated]:
    """How many rows there are at the places before, how many at all, and the rows at this one."""
    read = [letter for _, letter in letters]
    counts = np.sum([letter.counts for letter in read], axis=0)
    return int(counts[:place].sum()), int(counts.sum()), Rated.joined([letter.rows for letter in read])
