"""The content hash ignores order, batches and formats, and nothing else."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from footfall.core.content_hash import ContentHash
from footfall.core.money import as_decimal
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind

pytestmark = pytest.mark.usefixtures("loops")

KINDS = {
    "id": Kind.INTEGER,
    "paid": Kind.MONEY,
    "cut": Kind.FRACTION,
    "rank": Kind.NUMBER,
    "back": Kind.BOOLEAN,
    "day": Kind.DATE,
    "month": Kind.MONTH,
    "at": Kind.TIMESTAMP,
    "shop": Kind.CODE,
    "name": Kind.TEXT,
}


def spec_of(kinds: dict[str, Kind]) -> TableSpec:
    columns = tuple(ColumnSpec(name, name, kind, "", "", None) for name, kind in kinds.items())
    return TableSpec("t", "product", "one row a thing", columns)


SPEC = spec_of(KINDS)


def rows(count: int) -> pa.RecordBatch:
    n = np.arange(count)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(n),
            as_decimal(n * 7 - 5),
            as_decimal(n % 100, 3, 2),
            pa.array(n / 7),
            pa.array(n % 3 == 0),
            pa.array([dt.date(2025, 1, 1) + dt.timedelta(int(i) % 365) for i in n], pa.date32()),
            pa.array([f"2025-{i % 12 + 1:02d}" for i in n], pa.string()),
            pa.array(n * 1000 + 1_735_689_600, pa.timestamp("s")),
            pa.array([("DE", "AT", "")[i % 3] for i in n], pa.string()),
            pa.array([f"Käse „{i * i}“" * (i % 4) for i in n], pa.string()),
        ],
        schema=SPEC.arrow_schema,
    )


def digest(*batches: pa.RecordBatch, spec: TableSpec = SPEC) -> str:
    content = ContentHash(spec)
    for batch in batches:
        content.add(batch)
    return content.hexdigest()


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_batches_do_not_matter(size: int) -> None:
    """Whatever the split into batches, slices with offsets included, the hash is the same."""
    batch = rows(501)
    assert digest(batch) == digest(*(batch.slice(i, size) for i in range(0, 501, size)))


def test_row_order_does_not_matter() -> None:
    """Rows in reverse order hash to the same."""
    batch = rows(100)
    assert digest(batch) == digest(batch.take(pa.array(np.arange(100)[::-1].copy())))


def test_parts_merge() -> None:
    """Hashes of parts merge to the hash of the whole, with its rows."""
    batch = rows(100)
    left, right = ContentHash(SPEC), ContentHash(SPEC)
    left.add(batch.slice(0, 33))
    right.add(batch.slice(33))
    left.merge(right)
    assert (left.rows, left.hexdigest()) == (100, digest(batch))
    with pytest.raises(ValueError, match="different tables"):
        left.merge(ContentHash(spec_of({"id": Kind.INTEGER})))


def test_repeats_count() -> None:
    """A row that comes twice does not cancel itself, and an empty batch adds nothing."""
    batch = rows(10)
    assert digest(batch, batch) not in (digest(), digest(batch))
    assert digest(batch, batch.slice(0, 0)) == digest(batch)


@pytest.mark.parametrize("column", range(len(KINDS)))
def test_every_column_matters(column: int) -> None:
    """One changed value in any column changes the hash; so do two rows that trade it."""
    batch = rows(10)
    other = [4, 3, *range(2, 3), *range(4, 4), *range(3, 3)]  # rows 3 and 4 differ in most columns
    traded = [*range(3), other[0], other[1], *range(5, 10)]
    changed = batch.column(column).take(pa.array(traded))
    if changed.equals(batch.column(column)):
        changed = batch.column(column).take(pa.array([1, 0, *range(2, 10)]))
    columns = [*batch.columns[:column], changed, *batch.columns[column + 1 :]]
    assert digest(pa.RecordBatch.from_arrays(columns, schema=SPEC.arrow_schema)) != digest(batch)


def test_values_that_trade_rows_do_not_collide() -> None:
    """Thousands of pairs of rows that trade a value have as many hashes, by either half of the digits."""
    spec = spec_of({"id": Kind.INTEGER, "qty": Kind.INTEGER, "paid": Kind.MONEY})
    ids = np.arange(80)
    quantity, paid = ids * 37 % 80, ids * 23 % 80 * 95 + 499
    seen = []
    for pair in zip(*np.triu_indices(80, 1), strict=True):
        for column in (quantity, paid):
            column[list(pair)] = column[list(pair[::-1])]
            rows = [pa.array(ids), pa.array(quantity), as_decimal(paid.copy())]
            seen.append(digest(pa.record_batch(rows, schema=spec.arrow_schema), spec=spec))
            column[list(pair)] = column[list(pair[::-1])]
    for half in (slice(0, 16), slice(16, 32)):
        assert len({text[half] for text in seen}) == len(seen)


def test_codes_of_any_length_count() -> None:
    """Codes of one width and of several, short and long, have hashes of their own, in any batches."""
    spec = spec_of({"shop": Kind.CODE})
    lists = [["a"], ["b"], ["aa"], ["DE"], ["ED"], ["DE", "AT"], ["DE", "AUT"], ["DEAT"], ["DEAT", "DEATC"]]
    lists += [["DEATCHXX"], ["DEATCHXXY"], ["DEATCHXXZ"], ["DEATCHXX", "DEATCHXXZ"], ["DE", ""], ["", ""]]
    assert len({digest(pa.record_batch({"shop": words}), spec=spec) for words in lists}) == len(lists)
    whole = digest(pa.record_batch({"shop": ["DE", "AUT", "CH"]}), spec=spec)
    parts = [pa.record_batch({"shop": words}) for words in (["DE"], ["AUT"], ["CH"])]
    assert digest(*parts, spec=spec) == whole


def test_names_and_places_matter() -> None:
    """Columns that swap names, or values that swap columns, change the hash."""
    kinds = {"a": Kind.INTEGER, "b": Kind.INTEGER}
    one, two = pa.array([1, 2, 3]), pa.array([4, 5, 6])
    forward = pa.record_batch({"a": one, "b": two})
    assert digest(forward, spec=spec_of(kinds)) != digest(
        pa.record_batch({"a": two, "b": one}), spec=spec_of(kinds)
    )
    assert digest(forward, spec=spec_of(kinds)) != digest(
        forward, spec=spec_of({"b": Kind.INTEGER, "a": Kind.INTEGER})
    )


def test_texts_do_not_collide() -> None:
    """Ten thousand similar texts have ten thousand hashes."""
    spec = spec_of({"name": Kind.TEXT})
    texts = [f"Modell {i}" for i in range(5000)] + ["a" * i for i in range(5000)]
    hashes = {digest(pa.record_batch({"name": [t]}), spec=spec) for t in texts}
    assert len(hashes) == len(texts)


def test_numbers_count_to_six_decimals() -> None:
    """A double is its millionths, so that text with six decimals reads back equal."""
    spec = spec_of({"rank": Kind.NUMBER})
    assert digest(pa.record_batch({"rank": [0.1 + 0.2]}), spec=spec) == digest(
        pa.record_batch({"rank": [0.3]}), spec=spec
    )
    assert digest(pa.record_batch({"rank": [0.300001]}), spec=spec) != digest(
        pa.record_batch({"rank": [0.3]}), spec=spec
    )


def test_hash_is_the_same_for_ever() -> None:
    """The hash of fixed rows is pinned: manifests written by one version are read by the next."""
    assert digest(rows(5)) == "ab8ce3cee73e38c1a58e2fed837f4cbe"
