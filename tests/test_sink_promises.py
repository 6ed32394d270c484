"""One suite that every sink passes, files and databases: what is written reads back, nothing else is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from footfall.core.addresses import is_database
from footfall.core.errors import DataError, FootfallError, OutputError
from footfall.core.money import as_decimal
from footfall.core.publishing import publish
from footfall.core.schema import TableSpec
from footfall.sinks.base import DATABASES, FORMATS, Manifest, Sink, open_sink
from footfall.sinks.database import database_at, open_database, opened
from test_sinks import SPECS, Tables, described, digest, shop

DATES = publish({"plan": ("marketing_day", {"day": "date", "shop": "shop", "spend": "spend"})}, "EUR")
Specs = Mapping[str, TableSpec]


@dataclass(frozen=True)
class Place:
    """Where a data set may lie: a directory for one format, or a schema of a database."""

    format: str
    where: str

    def open(self, specs: Specs = SPECS, *, overwrite: bool = False) -> Sink:
        tables = list(specs.values())
        if is_database(self.where):
            return open_database(database_at(self.where), "raw", tables, overwrite=overwrite)
        return open_sink(self.format, Path(self.where), "mini", tables, overwrite=overwrite)

    def fill(
        self, tables: Tables, specs: Specs = SPECS, *, size: int = 97, overwrite: bool = False
    ) -> Manifest:
        """Write tables in batches of so many rows, and publish them."""
        sink = self.open(specs, overwrite=overwrite)
        try:
            for table, batch in tables.items():
                for start in range(0, batch.num_rows, size):
                    sink.write(table, batch.slice(start, size))
            manifest = described(self.format, sink, tables, dict(specs))
            sink.publish(manifest)
        finally:
            sink.abort()
        return manifest

    def holds(self, manifest: Manifest, specs: Specs = SPECS) -> bool:
        """Whether what lies there is what a manifest says, rows and all."""
        with opened(self.where, "raw") as source:
            return source.manifest == manifest and all(
                digest(spec, source.batches(spec)) == manifest.tables[name].content_hash
                for name, spec in specs.items()
            )

    def is_empty(self) -> bool:
        try:
            with opened(self.where, "raw"):
                return False
        except FootfallError:
            return True


@pytest.fixture(params=[*FORMATS, *(f"{kind} database" for kind in DATABASES)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    kind, _, database = str(request.param).partition(" ")
    if not database:
        return Place(kind, str(tmp_path / "a" / "b"))
    if kind == "duckdb":
        return Place(kind, f"duckdb:{tmp_path / 'shop.db'}")
    server, name = request.getfixturevalue("server"), request.getfixturevalue("shop_on_server")
    return Place(kind, server.address(name))


@pytest.mark.parametrize("size", [1000, 97, 1])
def test_what_is_written_reads_back(place: Place, size: int) -> None:
    """Rows read back in the published schema with the hash they were written with, in any batch size."""
    assert place.holds(place.fill(shop(40 if size == 1 else 500), size=size))


def test_more_rows_than_a_row_group_read_back(place: Place) -> None:
    """What databases and files divide into groups of rows is whole."""
    assert place.holds(place.fill(shop(130_000), size=130_000))


def test_row_order_does_not_matter(place: Place) -> None:
    """Tables and rows may come in any order, references before what they refer to included."""
    backwards = {t: b.take(pa.array(np.arange(b.num_rows)[::-1].copy())) for t, b in reversed(shop().items())}
    manifest = place.fill(backwards)
    assert place.holds(manifest)
    ahead = place.fill(shop(), overwrite=True)
    assert {t: r.content_hash for t, r in ahead.tables.items()} == {
        t: r.content_hash for t, r in manifest.tables.items()
    }


def test_empty_tables_read_back(place: Place) -> None:
    """A table without rows is there, with its names and types."""
    assert place.holds(place.fill(shop(0)))


def test_dates_and_money_read_back(place: Place) -> None:
    """Dates before 1970, the largest and negative money survive to the cent."""
    cents = np.array([-1, 0, 10**12 - 1, 1 - 10**12, 10**11, 5 * 10**9 + 1, 99, 100, 9_999_99, 10_000_00])
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array(np.arange(10, dtype=np.int32) * 20_089 - 5, pa.int32()).cast(pa.date32()),
            pa.array([f"Straße {k}" for k in range(10)]),
            as_decimal(cents),
        ],
        schema=DATES["plan"].arrow_schema,
    )
    manifest = place.fill({"plan": batch}, DATES)
    assert place.holds(manifest, DATES)
    with opened(place.where, "raw") as source:
        back = pa.Table.from_batches(list(source.batches(DATES["plan"])), DATES["plan"].arrow_schema)
    assert back.sort_by("shop").equals(pa.Table.from_batches([batch]).sort_by("shop"))


def test_nothing_is_replaced_unasked(place: Place) -> None:
    """A data set is replaced only with overwrite; a refusal changes nothing."""
    first = place.fill(shop())
    with pytest.raises(OutputError, match="already holds a data set; use --overwrite"):
        place.fill(shop(7))
    assert place.holds(first)
    assert place.holds(place.fill(shop(7), overwrite=True))


def test_abort_leaves_things_as_they_were(place: Place, tmp_path: Path) -> None:
    """An aborted run leaves neither a data set nor a file where there was none, and old data as they were."""
    sink = place.open()
    sink.write("products", shop()["products"])
    sink.abort()
    sink.abort()
    assert place.is_empty()
    assert list(tmp_path.iterdir()) == []
    manifest = place.fill(shop())
    sink = place.open(overwrite=True)
    sink.write("products", shop()["products"])
    sink.abort()
    assert place.holds(manifest)
    assert len(list(tmp_path.iterdir())) <= 1


def test_wrong_counts_are_not_published(place: Place, tmp_path: Path) -> None:
    """Tables that hold other rows than the manifest says never appear."""
    sink = place.open()
    with pytest.raises(DataError, match="0 rows"):
        sink.publish(described(place.format, sink, shop()))
    sink.abort()
    assert place.is_empty()
    assert list(tmp_path.iterdir()) == []
