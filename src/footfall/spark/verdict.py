"""The contract as a Spark aggregation: a judging a task, which tasks merge as a tree; the last one judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.contract.figures import SEEN_BY_ALL
from footfall.contract.findings import Finding
from footfall.core.content_hash import ContentHash
from footfall.core.errors import DataError
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.simulate.dimensions import simulate_dimensions
from footfall.sinks.reading import conform
from footfall.spark.parcels import COLUMNS, Batches, Things, by_place, opened, packed, unpacked
from footfall.spark.reviews import REVIEWS_A_PLACE
from footfall.spark.sweep import JUDGING
from footfall.spark.work import Work
from footfall.workflow.judging import Judging

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MERGED_AT_ONCE = 8
"""Judgings that a task merges: all of them squeezed, two of them open."""
_HASHES, _ROWS = "hashes", "rows"


@dataclass(frozen=True)
class Verdict:
    """What the contract says of all tables, and the hashes of what it was told."""

    findings: list[Finding]
    hashes: dict[str, ContentHash]


def verdict(work: Work, frames: Mapping[str, DataFrame], judgings: DataFrame) -> Verdict:
    """Judge all tables of a plan; only the findings and a hash a table come to the driver.

    Parameters
    ----------
    frames
        The tables; those of orders and lines are not looked at.
    judgings
        Of the ranges of orders with their lines, in order from 0, as a sweep gives them.
    """
    sweeps = -(-work.simulated().shares // MERGED_AT_ONCE)
    reviews = work.plan.scenario.reviews
    lasts = -(-reviews.count // REVIEWS_A_PLACE) if reviews else 1
    found = [
        judgings.selectExpr("kind", f"1 + origin div {MERGED_AT_ONCE} AS place", "origin", "piece", "data")
    ]
    for number, (name, spec) in enumerate(work.plan.tables.items()):
        if not spec.keyed_by_order:
            begins = {**dict.fromkeys(SEEN_BY_ALL, 0), "review": 2 + sweeps}
            begin = begins.get(spec.entity, 1 + sweeps)
            found.append(_observed(work, spec, frames[name], number, range(begin, begin + lasts)))
    merged = by_place(reduce(lambda one, two: one.union(two), found), _merge)
    places = 2 + sweeps + lasts
    while places > 1:
        merged, places = by_place(merged, _merge), -(-places // MERGED_AT_ONCE)
    ((_, said),) = _collected(merged.mapInArrow(_judged, COLUMNS))
    return said


def _observed(work: Work, spec: TableSpec, frame: DataFrame, number: int, places: range) -> DataFrame:
    """Judgings of a table's partitions, at places in the order of its rows."""
    shipped, is_review = work.shipped, spec.entity == "review"
    numbered = next((c for c in spec.columns if c.field == "id"), None) if is_review else None
    if is_review and numbered is None:
        frame = frame.coalesce(1)  # nothing in the rows tells their order

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        plan = shipped.plan()
        judging, origin = Judging(plan), None
        if is_review:  # they are judged by the products, and by who there is
            for table, batch in simulate_dimensions(plan):
                judging.glance(table, batch)
        for batch in batches:
            if origin is None:
                origin = number if numbered is None else _first_number(numbered, batch)
            judging.observe(spec.name, conform(Path(spec.name), spec, batch))
        if origin is not None:
            place = places[min(origin // REVIEWS_A_PLACE, len(places) - 1)]
            yield from packed(JUDGING, place, origin, judging)

    return frame.mapInArrow(task, COLUMNS)


def _first_number(column: ColumnSpec, batch: pa.RecordBatch) -> int:
    values = batch.column(column.name).slice(0, 1)
    return int(column.form.read(values)[0] if column.form else values[0].as_py())


def _merge(place: int, judgings: Things) -> Iterator[pa.RecordBatch]:
    """Merge what follows each other, and send it on to one of fewer places."""
    _, whole = next(judgings)
    for _, judging in judgings:
        whole.merge(judging)
    yield from packed(JUDGING, place // MERGED_AT_ONCE, place, whole)


def _judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _, judging in unpacked(batches):
        yield from packed("verdict", 0, 0, Verdict(judging.findings(), judging.hashes))


def content_hashes(specs: Mapping[str, TableSpec], frames: Mapping[str, DataFrame]) -> dict[str, ContentHash]:
    """Content hash of each frame, made and merged by tasks; the rows come to no driver."""
    hashed = [_hashed(spec, frames[name]) for name, spec in specs.items()]
    hashes = reduce(lambda one, two: one.union(two), hashed)
    ((_, found),) = _collected(hashes.repartition(1).mapInArrow(_joined, COLUMNS))
    return dict(found)


def collected_batches(spec: TableSpec, frame: DataFrame) -> Iterator[pa.RecordBatch]:
    """Bring a frame to the driver, partition by partition, so that it never holds all of it."""

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from packed(_ROWS, 0, 0, conform(Path(spec.name), spec, batch))

    parcels = frame.select([f"`{column.name}`" for column in spec.columns]).mapInArrow(task, COLUMNS)
    for row in parcels.select("data").toLocalIterator():
        yield opened(row.data)


def refuse_other_rows(written: Mapping[str, ContentHash], judged: Mapping[str, ContentHash]) -> None:
    """Refuse what has other rows than those that were judged.

    Raises
    ------
    DataError
        A table holds other rows.
    """
    for name, wanted in judged.items():
        found = written[name]
        if (found.rows, found.hexdigest()) != (wanted.rows, wanted.hexdigest()):
            raise DataError(
                f"table '{name}' as Spark wrote it holds {found.rows:,} rows, which are not the "
                f"{wanted.rows:,} that were judged; nothing is published"
            )


def _hashed(spec: TableSpec, frame: DataFrame) -> DataFrame:
    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        content = ContentHash(spec)
        for batch in batches:
            content.add(conform(Path(spec.name), spec, batch))
        yield from packed(_HASHES, 0, 0, {spec.name: content})

    return frame.select([f"`{column.name}`" for column in spec.columns]).mapInArrow(task, COLUMNS)


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    whole: dict[str, ContentHash] = {}
    for _, found in unpacked(batches):
        for name, content in found.items():
            if name in whole:
                whole[name].merge(content)
            else:
                whole[name] = content
    yield from packed(_HASHES, 0, 0, whole)


def _collected(frame: DataFrame) -> Things:
    table: Batches = frame.toArrow().to_batches()
    return unpacked(table)
