"""What makes the contract fast gives what the plain way gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.contract.block import LINES_AT_ONCE, cuts
from footfall.contract.figures import Figures
from footfall.contract.grouping import MOST_LINES, baskets
from footfall.contract.listed_cash import ListedCash
from footfall.contract.offences import Offences
from footfall.contract.open_orders import OpenOrders
from footfall.contract.places import codes_of, tally
from footfall.contract.review_words import tokens_of
from footfall.workflow.generate import generate
from shipped import SHIPPED

pytestmark = pytest.mark.usefixtures("loops")


@pytest.mark.parametrize("dtype", [np.int64, np.uint32])
@pytest.mark.parametrize("size", [5, 5_000])
def test_tallies_are_counts(dtype: Any, size: int) -> None:
    """Few places and many, by a histogram or one by one."""
    places = np.arange(300) ** 2 % 5
    counts = np.zeros(size, dtype)
    tally(counts, places)
    tally(counts, places, places)
    assert counts[:5].tolist() == [int((places == k).sum() * (1 + k)) for k in range(5)]


@pytest.mark.parametrize("words", [["DE", "AT", "CH"], ["DE", "AUT"], ["a", "b"], ["four", "FOUR"], ["Paid"]])
def test_codes_are_places(words: list[str]) -> None:
    """Words of one width and of several, known and unknown, whole columns and slices."""
    column = [*words, *reversed(words), "XX", words[0]]
    for part in (slice(None), slice(1, None), slice(0, len(words))):
        seen = pa.array(["skipped", *column[part]]).slice(1)
        expected = [words.index(word) if word in words else -1 for word in column[part]]
        assert codes_of(seen, pa.array(words)).tolist() == expected


TIDY = ["Good shoes, good price.", "Fine", "I TAKE it @ 10 [Z]"]


@pytest.mark.parametrize("odd", [None, "two  blanks", " before", "after ", "", "Größe", "tab\there", "{x}"])
@pytest.mark.parametrize("start", [0, 1])
def test_tokens_are_arrows(odd: str | None, start: int) -> None:
    """Tidy texts are split as Arrow splits them; slices too."""
    texts = pa.array([*TIDY, *([odd] if odd is not None else []), *TIDY[::-1]]).slice(start)
    tokens, lists = tokens_of(texts), pc.utf8_split_whitespace(pc.utf8_lower(texts))
    assert tokens.is_tidy == (odd in (None, "{x}"))
    seen = tokens.distinct.take(pa.array(tokens.codes)).to_pylist()
    assert [seen[a:b] for a, b in zip(tokens.ends[:-1], tokens.ends[1:], strict=True)] == lists.to_pylist()
    assert len(set(tokens.distinct.to_pylist())) == len(tokens.distinct)


def test_cuts_stand_in_front_of_orders() -> None:
    """Also in front of one with more lines than are read at once."""
    order = np.repeat([1, 2, 3, 4, 5, 4], [7, LINES_AT_ONCE + 3, 40, 3 * LINES_AT_ONCE, 2, 1])
    at = cuts(order)
    assert at == sorted(set(at))
    assert all(order[cut] != order[cut - 1] for cut in at)
    assert at[-1] == len(order) - 1
    assert cuts(np.ones(5, np.int64)) == []


@given(sizes=st.lists(st.integers(1, MOST_LINES + 2), min_size=1, max_size=8), data=st.data())
def test_baskets_are_counted_and_compared(sizes: list[int], data: st.DataObject) -> None:
    """Orders by their number of lines; an SKU that an order holds twice is seen, wherever it stands."""
    begins = np.concatenate([np.arange(size) == 0 for size in sizes])
    sku = np.arange(len(begins), dtype=np.int16)
    counts = np.bincount(np.minimum(sizes, MOST_LINES), minlength=MOST_LINES + 1)
    of_size, may_hold_twice = baskets(sku, begins)
    assert of_size.tolist() == counts.tolist()
    assert may_hold_twice == (max(sizes) > MOST_LINES)
    largest = int(np.argmax(sizes))
    if sizes[largest] > 1:
        one, other = data.draw(
            st.lists(st.integers(0, sizes[largest] - 1), min_size=2, max_size=2, unique=True)
        )
        start = sum(sizes[:largest])
        sku[start + one] = sku[start + other]
        assert baskets(sku, begins)[1]


def test_open_orders_are_matched_over_parts() -> None:
    """Lines of orders from several parts, in steps that cut across them."""
    queue, noted = OpenOrders(), Offences()
    for first in (1, 11, 21):
        queue.append(np.arange(first, first + 10), {"cell": np.arange(first, first + 10) * 2}, is_rising=True)
    for low, high in ((1, 4), (4, 25), (25, 31)):
        assert queue.match(range(low, high), noted)["cell"].tolist() == [*range(2 * low, 2 * high, 2)]
    assert not noted
    assert queue.count == 0


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "jaffle"])  # its lines show no money
def test_sums_of_listed_cash_are_those_of_the_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revenue, cost, refunds and what follows are the same without the table; lines do agree with it."""
    data = generate(name, scale=0.2)

    def figures() -> Figures:
        out = Figures(data.subject)
        for table, rows in data.tables.items():
            for batch in rows.to_batches():
                out.observe(table, batch)
        out.close()
        return out

    agreed = []
    plain = ListedCash.sums

    def spied(self: ListedCash, *arguments: Any) -> Any:
        agreed.append(plain(self, *arguments) is not None)
        return plain(self, *arguments)

    monkeypatch.setattr(ListedCash, "sums", spied)
    fast = figures().lines.amounts
    assert agreed
    assert all(agreed)
    monkeypatch.setattr(ListedCash, "sums", lambda *_: None)
    slow = figures().lines.amounts
    assert (fast.revenue, fast.refunded) == (slow.revenue, slow.refunded)
    assert np.array_equal(fast.cells, slow.cells)
    assert np.array_equal(fast.everyday, slow.everyday)
    assert np.array_equal(fast.squares, slow.squares)
    assert np.array_equal(fast.with_category, slow.with_category)
