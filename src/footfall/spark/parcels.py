"""What tasks hand to each other besides rows: Python objects, pickled, squeezed, in rows of binary pieces.

An object has a kind, which tells what it is; a place, which tells the task that it is meant for; and an
origin, which tells its sender, or where it stands among the others for this place. Only tasks of a job
read what tasks of the same job have written.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Batches = Iterable[pa.RecordBatch]
Things = Iterator[tuple[int, Any]]

PARCELS = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("place", pa.int64(), nullable=False),
        pa.field("origin", pa.int64(), nullable=False),
        pa.field("piece", pa.int64(), nullable=False),
        pa.field("data", pa.binary(), nullable=False),
    ]
)
COLUMNS = "kind string, place long, origin long, piece long, data binary"
"""The same in Spark's words."""

_READ = ["place", "origin", "piece", "data"]
_PIECE = 1 << 25  # Spark hands over thousands of rows at once, and at most 2 GB


def packed(kind: str, place: int, origin: int, thing: object) -> Iterator[pa.RecordBatch]:
    """Give an object as rows, a piece each."""
    plain = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    # Squeezed, since counts by customer are mostly zeros in a range of orders.
    data = len(plain).to_bytes(8, "little") + pa.compress(plain, "zstd", asbytes=True)
    for piece, start in enumerate(range(0, len(data), _PIECE)):
        row = (kind, place, origin, piece, data[start : start + _PIECE])
        columns = [pa.array([value], field.type) for value, field in zip(row, PARCELS, strict=True)]
        yield pa.RecordBatch.from_arrays(columns, schema=PARCELS)


def unpacked(batches: Batches) -> Things:
    """Origin and object, in the order of places and origins; they are opened one by one."""
    rows = [row for batch in batches for row in batch.select(_READ).to_pylist()]
    rows.sort(key=itemgetter("place", "origin", "piece"))
    begins = [i for i, row in enumerate(rows) if row["piece"] == 0]
    for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True):
        data = b"".join(row["data"] for row in rows[begin:end])
        yield rows[begin]["origin"], opened(data)


def opened(data: bytes) -> Any:
    """Object of a parcel in one piece."""
    return pickle.loads(_plain(data))


def _plain(data: bytes) -> pa.Buffer:
    return pa.decompress(data[8:], int.from_bytes(data[:8], "little"), "zstd")


def by_place(frame: DataFrame, work: Callable[[int, Things], Iterator[pa.RecordBatch]]) -> DataFrame:
    """Bring together what has the same place, and let a task work on it; it gives parcels again."""

    def grouped(table: pa.Table) -> pa.Table:
        place = table.column("place")[0].as_py()
        return pa.Table.from_batches(list(work(place, unpacked(table.to_batches()))), PARCELS)

    return frame.groupBy("place").applyInArrow(grouped, COLUMNS)
