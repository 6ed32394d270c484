"""Figures of reviews: who reviewed what and when, stars by SKU, and what the texts say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.offences import Offences
from footfall.contract.review_words import Hashes, Tokens, Topics, doubled, hashed, tokens_of
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_numpy, from_words, to_numpy

SAMPLE = 20_000
"""Texts that are kept to be read again; which ones, their content decides, not their place."""
DAY_BITS = 14
"""A pair (customer * SKUs + SKU) and a day since the scenario's first one share 64 bits."""
LAST_DAY = (1 << DAY_BITS) - 1
_GOLDEN, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
UNKNOWN = -1
_FEWEST_LOOSE = 1 << 16
_BRACES = "[{}]"
_UNTIDY = r"^\s*$|[{}]|\s\s|^\s|\s$"


class FirstDays:
    """First day of each distinct pair: 8 bytes each, 16 while new ones wait, 32 while they are sorted in."""

    def __init__(self) -> None:
        self._sorted = np.empty(0, np.int64)
        self._loose: list[Counts] = []
        self._waiting = 0

    def add(self, packed: Counts) -> None:
        """Take note of pairs with their days; pairs that are not known are left out."""
        self._loose.append(packed[packed != UNKNOWN])
        self._waiting += len(self._loose[-1])
        if self._waiting > max(_FEWEST_LOOSE, len(self._sorted)):
            self._sort_in()

    def _sort_in(self) -> None:
        every = np.concatenate([self._sorted, *self._loose])
        self._loose, self._waiting = [], 0
        every.sort()
        self._sorted = every[np.diff(every >> DAY_BITS, prepend=-1) != 0]

    def of(self, packed: Counts) -> Counts:
        """First day of each one's pair; -1 where it was never seen."""
        self._sort_in()
        if not len(self._sorted):
            return np.full(len(packed), -1, np.int64)
        pair = packed >> DAY_BITS
        place = np.minimum(np.searchsorted(self._sorted, pair << DAY_BITS), len(self._sorted) - 1)
        found = self._sorted[place]
        return np.where((found >> DAY_BITS == pair) & (packed >= 0), found & LAST_DAY, -1)

    def merge(self, other: FirstDays) -> None:
        """Take note of what another one has seen."""
        for packed in (other._sorted, *other._loose):
            self.add(packed)


class Sample:
    """Texts with their ratings, those of the least keys, whatever the batches; about 200 bytes each."""

    def __init__(self) -> None:
        self._parts: list[tuple[Hashes, Counts, pa.Array]] = []
        self._limit = np.uint64(2**64 - 1)

    def add(self, keys: Hashes, ratings: Counts, texts: pa.Array) -> None:
        """Take note of texts."""
        chosen = np.flatnonzero(keys <= self._limit)
        self._parts.append((keys[chosen], ratings[chosen], texts.take(from_numpy(chosen, pa.int64()))))
        if sum(len(part[0]) for part in self._parts) > 2 * SAMPLE:
            self.drawn()

    def drawn(self) -> tuple[Hashes, Counts, pa.Array]:
        """Keys, ratings and texts, in the order of the keys."""
        parts = self._parts or [(np.empty(0, np.uint64), np.empty(0, np.int64), from_words([]))]
        keys, ratings = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        best = np.lexsort((ratings, keys))[:SAMPLE]
        texts = pa.concat_arrays([part[2] for part in parts]).take(from_numpy(best, pa.int64()))
        self._parts = [(keys[best], ratings[best], texts)]
        if len(best) == SAMPLE:
            self._limit = keys[best[-1]]
        return self._parts[0]


class ReviewTally:
    """Mergeable figures of reviews, observed in file order, and of who bought what.

    Kept are 17 bytes a review (pair and day, stars, hash of the text), 8 to 16 a distinct pair that was
    bought, counts by SKU and rating, and SAMPLE texts. Texts that come before the products wait for them.

    Attributes
    ----------
    stars
        Reviews by SKU (the last row: SKUs that do not exist) and rating (column 0: none of 1 .. best).
    sample
        Texts of one, two and the most stars.
    reviewed
        Pair and day of each review; UNKNOWN where there is no such customer or SKU.
    first_days, late_days
        When each pair was first bought, and first bought in an order that came late.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        scenario = subject.scenario
        self._subject, self._note = subject, offences
        self.skus, self.first_sku = scenario.catalog.skus, scenario.catalog.first_sku
        self._day_0 = (scenario.first_day - dt.date(1970, 1, 1)).days
        self._edges: dict[str, tuple[int, int]] = {}  # the first and the last value
        self._hashes: list[Hashes] = []
        self._waiting: list[tuple[dict[str, Any], Counts]] = []
        self._topics: Topics | None = None
        self.best = max(scenario.reviews.ratings.shares) if scenario.reviews else 5
        self.stars = np.zeros((self.skus + 1, self.best + 1), np.int64)
        self.sample = Sample()
        self.reviewed: list[Counts] = []
        self.first_days, self.late_days = FirstDays(), FirstDays()
        self._rated: list[Counts] = []

    def bought(self, customer: Counts, product: Counts, day: Counts, late: Counts | None = None) -> None:
        """Take note of lines of orders that may be reviewed; `day` is counted from 1970."""
        packed = self._pack(customer, self._sku(product), day)
        self.first_days.add(packed)
        if late is not None:
            self.late_days.add(packed[late > 0])

    def observe(self, columns: dict[str, Any], catalog: dict[str, Any] | None = None) -> None:
        """Take note of reviews; their texts wait where the products, by SKU, are not there yet."""
        nothing = np.zeros(len(next(iter(columns.values()))), np.int64)
        sku = self._sku(columns.get("product", nothing - 1))
        rating = columns.get("rating", nothing)
        rating = np.where((rating > 0) & (rating <= self.best), rating, 0)
        cell = np.where(sku < 0, self.skus, sku) * (self.best + 1) + rating
        self.stars += np.bincount(cell, minlength=self.stars.size).reshape(self.stars.shape)
        packed = self._pack(columns.get("customer", nothing), sku, columns.get("date", nothing))
        self.reviewed.append(packed)
        self._rated.append(rating.astype(np.int8))
        for field in columns.keys() & {"id", "date"}:
            self._in_order(field, columns[field], partial(_name, columns))
        if "date" in columns:
            self._inside(columns["date"], partial(_name, columns))
        if "text" in columns:
            tokens = tokens_of(columns["text"])
            self._read(columns, packed, rating, tokens)
            self.close(catalog)
            if self._topics is None:
                self._waiting.append((columns, sku))
            else:
                self._about(self._topics, columns, sku, tokens)

    def _sku(self, product: Counts) -> Counts:
        sku = product.astype(np.int64) - self.first_sku
        return np.where((sku >= 0) & (sku < self.skus), sku, UNKNOWN)

    def _pack(self, customer: Counts, sku: Counts, day: Counts) -> Counts:
        known = (sku >= 0) & (customer >= 0) & (customer < (1 << (63 - DAY_BITS)) // self.skus)
        since = np.clip(day.astype(np.int64) - self._day_0, 0, LAST_DAY)
        pair = np.where(known, customer, 0).astype(np.int64) * self.skus + sku
        return np.where(known, pair << DAY_BITS | since, UNKNOWN)

    def _in_order(self, field: str, value: Counts, name: Callable[[int], str]) -> None:
        """Ids rise by one, dates don't fall."""
        rises = field == "id"
        first, last = self._edges.get(field, (int(value[0]), int(value[0]) - rises))
        step = np.diff(value.astype(np.int64), prepend=last)
        wrong = step != 1 if rises else step < 0
        check, said = ("ids", "does not follow the number") if rises else ("sorted", "is older than the one")
        self._note.where(f"reviews.{check}", wrong, lambda i: f"{name(i)} {said} above")
        self._edges[field] = (first, int(value[-1]))

    def _inside(self, days: Counts, name: Callable[[int], str]) -> None:
        first, last = self._subject.first, min(self._subject.last, self._subject.scenario.last_day)
        day = days.astype("datetime64[D]")
        wrong = (day < np.datetime64(first)) | (day > np.datetime64(last))
        self._note.where(
            "reviews.dates", wrong, lambda i: f"{name(i)} is dated {day[i]}, outside of {first} to {last}"
        )

    def _read(self, columns: dict[str, Any], packed: Counts, rating: Counts, tokens: Tokens) -> None:
        texts, dirty = columns["text"], doubled(tokens)
        dirty |= to_numpy(pc.match_substring_regex(texts, _BRACES if tokens.is_tidy else _UNTIDY))
        self._note.where("reviews.text_clean", dirty, partial(_said, columns))
        hashes = hashed(tokens)
        self._hashes.append(hashes)
        told = np.flatnonzero(((rating > 0) & (rating <= 2)) | (rating == self.best))
        keys = (hashes[told] ^ (packed[told].view(np.uint64) * _GOLDEN)) * _MIX
        keys = (keys ^ (keys >> np.uint64(32))) * _GOLDEN
        self.sample.add(keys, rating[told], texts.take(from_numpy(told, pa.int64())))

    def close(self, catalog: dict[str, Any] | None) -> None:
        """Judge the texts that wait for the products; pairs are judged by the checks, when all is seen."""
        if catalog is None or "sub_category" not in catalog:
            return
        self._topics = topics = self._topics or Topics(self._subject.scenario, catalog)
        waiting, self._waiting = self._waiting, []
        for columns, sku in waiting:
            self._about(topics, columns, sku, tokens_of(columns["text"]))

    def _about(self, topics: Topics, columns: dict[str, Any], sku: Counts, tokens: Tokens) -> None:
        strange = ~topics.named(sku, tokens)
        self._note.where("reviews.text_about_product", strange, partial(_said, columns))

    def by_lateness(self) -> tuple[Counts, Counts, npt.NDArray[np.bool_]]:
        """SKU and stars of each review of what was bought, and whether that came late.

        It is the first purchase that is reviewed; late are those whose first late day is their first day.
        """
        packed = np.concatenate([np.empty(0, np.int64), *self.reviewed])
        stars = np.concatenate([np.empty(0, np.int8), *self._rated])
        first = self.first_days.of(packed)
        known = np.flatnonzero((first >= 0) & (stars > 0))
        is_late = self.late_days.of(packed[known]) == first[known]
        return (packed[known] >> DAY_BITS) % self.skus, stars[known].astype(np.int64), is_late

    @property
    def first_id(self) -> int | None:
        """Number of the first review; None where there is none."""
        return self._edges["id"][0] if "id" in self._edges else None

    @property
    def distinct_texts(self) -> int:
        """Texts that differ by more than digits, blanks and capitals."""
        return len(np.unique(np.concatenate(self._hashes))) if self._hashes else 0

    def merge(self, other: ReviewTally) -> None:
        """Add the figures of the reviews that follow."""
        for field, (first, last) in other._edges.items():
            self._in_order(field, np.array([first]), lambda _: "the first review of a part")
            self._edges[field] = (self._edges[field][0], last)
        self.stars += other.stars
        self.reviewed += other.reviewed
        self._hashes += other._hashes
        self._waiting += other._waiting
        self.sample.add(*other.sample.drawn())
        self.first_days.merge(other.first_days)
        self.late_days.merge(other.late_days)
        self._rated += other._rated


def _name(columns: dict[str, Any], row: int) -> str:
    return f"review {columns['id'][row]}" if "id" in columns else "a review"


def _said(columns: dict[str, Any], row: int) -> str:
    product = f" of SKU {columns['product'][row]}" if "product" in columns else ""
    return f"{_name(columns, row)}{product} says {columns['text'][row].as_py()!r}"
