"""Published tables in a scratch database on disk, under the words of the vocabulary, for SQL to count.

Whatever format a data set has, its batches stream into one DuckDB file that lives as long as it is
asked. Memory stays flat: what does not fit the limit is spilled to the same scratch directory.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from footfall.contract.subject import Subject
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.sinks.ddl import literal

_MEMORY, _THREADS = "1GB", 2
_UNUSED = {"first_name", "last_name", "email", "phone", "address", "shipping_address", "text"}


class Tables:
    """Tables by entity ("product", "line", ...) with the vocabulary's fields as columns.

    Money is in cents. Orders have a `day`, a `shop` (also where the only one is not published), and of
    their lines `revenue`, `units` and `lines`; lines have an `amount`. Only what is published is there.

    Parameters
    ----------
    connection
        Of the scratch database.
    subject
        What is published.

    Attributes
    ----------
    counts : dict
        Rows of each table by published name.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, subject: Subject) -> None:
        self._connection = connection
        self.subject = subject
        self._columns: dict[str, set[str]] = {}
        self.counts: dict[str, int] = {}

    def has(self, entity: str, *fields: str) -> bool:
        """Whether an entity is there with all these columns."""
        return entity in self._columns and set(fields) <= self._columns[entity]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query; only figures that are already summed up should be asked for."""
        return self._connection.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """First row of a query."""
        return self.rows(query)[0]

    def _counting(self, name: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        self.counts[name] = 0
        for batch in batches:
            self.counts[name] += batch.num_rows
            yield batch

    def _take(self, spec: TableSpec, batches: Iterator[pa.RecordBatch]) -> None:
        wanted = {c.field: _value(c) for c in spec.columns if c.is_own and c.field not in _UNUSED}
        if spec.entity == "line" and set(self.subject.scenario.basket.quantity) == {1}:
            wanted.setdefault("quantity", "1")
        if spec.entity == "line" and "total" in wanted:
            wanted["amount"] = wanted["total"]
        elif spec.entity == "line" and {"unit_price", "quantity"} <= wanted.keys():
            wanted["amount"] = f"{wanted['unit_price']} * {wanted['quantity']}"
        columns = ", ".join(f'{value} AS "{field}"' for field, value in wanted.items())
        reader = pa.RecordBatchReader.from_batches(spec.arrow_schema, batches)
        self._connection.register("published", reader)
        self._connection.execute(f'CREATE TABLE "{spec.entity}" AS SELECT {columns or "1"} FROM published')
        self._connection.unregister("published")
        self._columns[spec.entity] = set(wanted)

    def _date_orders(self) -> None:
        """Give orders what several figures need: their day, their shop, and sums of their lines."""
        if "order" not in self._columns:
            return
        added = {}
        when = next((field for field in ("date", "time") if self.has("order", field)), None)
        if when:
            added["day"] = f'"{when}"::DATE'
        if not self.has("order", "shop") and len(self.subject.shops) == 1:
            added["shop"] = f"'{self.subject.shops[0]}'"
        sums, join = {"lines": "count(*)"}, ""
        if self.has("line", "amount"):
            sums["revenue"] = "sum(amount)::BIGINT"
        if self.has("line", "quantity"):
            sums["units"] = "sum(quantity)::BIGINT"
        if self.has("line", "order") and self.has("order", "id"):
            added |= {name: f"coalesce(s.{name}, 0)" for name in sums}
            summed = ", ".join(f"{formula} AS {name}" for name, formula in sums.items())
            join = f'LEFT JOIN (SELECT "order", {summed} FROM "line" GROUP BY ALL) s ON o.id = s."order"'
        if "revenue" not in sums and (worth := self._worth()):
            added["revenue"] = f"o.{worth}"
        columns = "".join(f", {value} AS {name}" for name, value in added.items())
        self._connection.execute(
            f'CREATE TABLE dated AS SELECT o.*{columns} FROM "order" o {join};'
            'DROP TABLE "order"; ALTER TABLE dated RENAME TO "order"'
        )
        self._columns["order"] |= added.keys()

    def _worth(self) -> str | None:
        """Field of orders that is what their goods are sold for; that is net where tax comes on top."""
        tax = self.subject.scenario.tax
        fields = ("total", "net") if tax and not tax.prices_include_tax else ("total",)
        return next((field for field in fields if self.has("order", field)), None)


def _value(column: ColumnSpec) -> str:
    """Expression of a column's plain value: money in cents, listed words as they are listed."""
    name = f'"{column.name}"'
    if column.form and column.form.words:
        pairs = zip(column.form.shown_words, column.form.words, strict=True)
        cases = " ".join(f"WHEN '{shown}' THEN {literal(word)}" for shown, word in pairs)
        return f"CASE {name} {cases} END"
    if column.form and column.kind is Kind.TIMESTAMP:
        return f"{name}::DATE"
    return f"({name} * 100)::BIGINT" if column.kind in (Kind.MONEY, Kind.FRACTION) else name


@contextmanager
def scratch(subject: Subject, tables: Mapping[str, Iterable[pa.RecordBatch]]) -> Iterator[Tables]:
    """Hold published tables in a scratch database.

    Parameters
    ----------
    subject
        What is published; tables that could not be read are not in it.
    tables
        Batches by published name.
    """
    with tempfile.TemporaryDirectory(prefix="footfall-report-") as place:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": str(Path(place) / "spill"),
        }
        with duckdb.connect(str(Path(place) / "tables.duckdb"), config=settings) as connection:
            connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
            held = Tables(connection, subject)
            for name, batches in tables.items():
                counted = held._counting(name, batches)
                if subject.spec(subject.tables[name].entity) is subject.tables[name]:
                    held._take(subject.tables[name], counted)
                else:  # the same rows once more; only their number is told
                    deque(counted, maxlen=0)
            held._date_orders()
            yield held
