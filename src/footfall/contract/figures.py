"""Figures that the checks judge, gathered batch by batch from published tables.

Figures of rows that follow each other merge into the figures of all of them. What is kept does not
grow with the orders, but for a few bytes an order between the order and its lines, and what the
reviews must know of who bought what. A customer takes 2 bytes, 24 more where registrations are published
and revenue by customer is a target, and some 100 where the customers themselves are published.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.agreement import Agreement
from footfall.contract.calendar import intensity
from footfall.contract.customer_figures import CustomerTally
from footfall.contract.delivery_figures import DeliveryTally
from footfall.contract.line_figures import LineTally
from footfall.contract.offences import Offences
from footfall.contract.order_charges import OrderCharges
from footfall.contract.order_figures import OrderTally
from footfall.contract.review_figures import ReviewTally
from footfall.contract.shipping_figures import ShippingTally
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.contract.value_figures import ValueTally
from footfall.contract.versions import Versions
from footfall.core.arrays import from_numpy, to_numpy
from footfall.core.money import as_unscaled
from footfall.core.schema import TableSpec
from footfall.core.vocabulary import DIMENSIONS, HISTORIES, Kind

Column = npt.NDArray[Any]
ObserveLines = Callable[[dict[str, Any]], None]
DERIVED = ("marketing_day", "marketing_channel_day", "budget_month")
WHOLE = ("product", "supply", "shop", *HISTORIES, "exchange_rate", *DERIVED)
SEEN_BY_ALL = (*DIMENSIONS, "exchange_rate")
"""Tables that every worker sees, as orders are judged by them."""
_OF_CUSTOMERS = ("id", "registered", "address", "city", "state", "postcode")


def columns_of(spec: TableSpec, batch: pa.RecordBatch, offences: Offences) -> dict[str, Any] | None:
    """Columns by field: NumPy arrays, but text as Arrow; None, and an offence, where unreadable."""
    out: dict[str, Any] = {}
    named = dict(zip(batch.schema.names, batch.columns, strict=True))
    for column in spec.columns:
        if column.name not in named:
            offences.add("tables.readable", 1, f"{spec.name} has no column '{column.name}'")
            return None
        values = named[column.name]
        if isinstance(values, pa.DictionaryArray):
            values = values.dictionary_decode()
        if values.null_count:
            row = int(np.flatnonzero(to_numpy(values.is_null()))[0])
            key = {k: named[k][row].as_py() for k in spec.key if k in named}
            offences.add("tables.readable", values.null_count, f"{spec.name} {key}: {column.name} is null")
            return None
        try:
            plain = column.form.read if column.form else partial(_as_array, column.kind, column.arrow_type)
            read = plain(values)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            offences.add("tables.readable", 1, f"{spec.name}.{column.name} cannot be read: {error}")
            return None
        if column.is_own:
            out[column.field] = read
    return out


def _as_array(kind: Kind, arrow_type: pa.DataType, values: pa.Array) -> Any:
    if kind in (Kind.MONEY, Kind.FRACTION):
        if not pa.types.is_decimal(values.type) or (values.type.scale, values.type.bit_width) not in (
            (arrow_type.scale, 64),
            (arrow_type.scale, 128),
        ):
            values = values.cast(pa.decimal128(18, arrow_type.scale))
        return as_unscaled(values)
    if kind in (Kind.CODE, Kind.TEXT, Kind.MONTH):
        return values if values.type == pa.string() else values.cast(pa.string())
    if values.type != arrow_type:
        values = values.cast(arrow_type)
    if kind is Kind.TIMESTAMP:
        values = values.view(pa.int64())
    elif kind is Kind.DATE:
        values = values.view(pa.int32())
    return to_numpy(values)


class Figures:
    """What the checks judge, gathered from batches in file order.

    Batches of orders and of lines may interleave as long as an order comes before its lines. They can be
    pickled where no order is left half-read: what waits is judged then.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        # Those of tables that all see apart: two workers that read the same table note the same.
        self._noted = {entity: Offences() for entity in (*SEEN_BY_ALL, "")}
        self.rows: dict[str, int] = dict.fromkeys((t.entity for t in subject.tables.values()), 0)
        self._whole: dict[str, list[dict[str, Any]]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._versions: dict[str, Versions | None] = {}
        offences = self._noted[""]
        self.orders = OrderTally(subject, offences)
        self.charges = OrderCharges(subject, offences)
        self.customers = CustomerTally(subject, self._noted["customer"])
        self.shipping = ShippingTally()
        self.deliveries = DeliveryTally(subject, offences)
        self.values = ValueTally(subject)
        has_reviews = subject.scenario.reviews is not None and subject.shows("review")
        self.reviews = ReviewTally(subject, offences) if has_reviews else None
        self.agreement = Agreement(subject, offences)
        bought = self.reviews.bought if self.reviews else None
        self.lines = LineTally(subject, offences, self.values, bought)
        self._has_lines = subject.spec("line") is not None

    def observe(self, table: str, batch: pa.RecordBatch) -> None:
        """Take note of a batch; batches of a table come in file order."""
        self._observe(table, batch, self.lines.observe)

    def observe_whole(self, table: str, batch: pa.RecordBatch) -> None:
        """Take note of a batch whose orders have all their lines, so that none waits for the next."""
        self._observe(table, batch, self.lines.observe_whole)

    def _observe(self, table: str, batch: pa.RecordBatch, observe_lines: ObserveLines) -> None:
        spec = self.subject.tables.get(table)
        if spec is None or not batch.num_rows:
            return
        is_main = self.subject.spec(spec.entity) is spec
        if is_main:
            self.rows[spec.entity] += batch.num_rows
        columns = columns_of(spec, batch, self._noted.get(spec.entity, self._noted[""]))
        if columns is None:
            return
        if self.agreement.shared:
            self.agreement.observe(table, batch)
        if not (is_main and columns):  # of a table that shows no field of its own rows, those are counted
            return
        if spec.entity in WHOLE:
            self._whole.setdefault(spec.entity, []).append(columns)
            self._versions.pop(spec.entity, None)
        elif spec.entity == "order":
            self._observe_orders(columns)
        elif spec.entity == "line":
            self._observe_lines(columns, observe_lines)
        elif spec.entity == "customer":
            self.customers.observe(columns)
            if self.subject.shows("customer_address"):  # to compare the two
                kept = {field: columns[field] for field in _OF_CUSTOMERS if field in columns}
                self._whole.setdefault("customer", []).append(kept)
        elif self.reviews is not None:
            self.reviews.observe(columns, self.lines.catalog)

    def _observe_orders(self, columns: dict[str, Any]) -> None:
        ids, is_rising, known = self.orders.observe(columns)
        if self.charges.wanted:
            rates = self.charges.observe(ids, columns, known, self.table("exchange_rate"))
            known = {**known, **rates}
        if "total" in known and self.values.wanted:
            self.values.observe(known, known["day"], known["total"])
        if "shipping_address" in columns and "customer" in known:
            self.shipping.observe(columns["shipping_address"], *self._homes(known["customer"], known["day"]))
        late = self.deliveries.observe(ids, known["day"], columns)
        if late is not None:
            known = {**known, "late": late}
        if self._has_lines:
            carried = {f: v for f, v in known.items() if f in self.lines.carried}
            self.lines.open_orders.append(ids, carried, is_rising)

    def _homes(self, customer: Counts, day: Counts) -> tuple[pa.Array | None, npt.NDArray[np.bool_]]:
        """Address of the customer of each order, where he lived on its day, and whether it is known."""
        if self.subject.scenario.customers.moves is None:
            homes = self.customers.homes if self.subject.shows("customer.address") else None
            place, known = np.maximum(customer, 1) - 1, customer > 0
        else:
            history = self.versions("customer_address")
            if history is None or not len(history.whose):
                return None, customer > 0
            homes = history.columns.get("address")
            place = history.at(customer, day + self.subject.start)
            place, known = np.maximum(place, 0), place >= 0
        return None if homes is None else homes.take(from_numpy(place, pa.int64())), known

    def versions(self, entity: str) -> Versions | None:
        """What was valid when; None where that is not published, or not readable."""
        if entity not in self._versions:
            columns = self.table(entity)
            self._versions[entity] = Versions.of(columns, HISTORIES[entity]) if columns else None
        return self._versions[entity]

    def _observe_lines(self, columns: dict[str, Any], observe: ObserveLines) -> None:
        if self.subject.spec("product_price") is not None and not self.rows["product_price"]:
            self._waiting.append(columns)
            return
        # Prices and categories are needed to judge a line, so lines wait for the products.
        if self.subject.spec("product") is not None and self.lines.catalog is None:
            self._find_catalog()
            if self.lines.catalog is None and self.rows["product"] < self.subject.scenario.catalog.skus:
                self._waiting.append(columns)
                return
        self._release()
        observe(columns)

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, []
        self.lines.amounts.versions = self.versions("product_price")
        for columns in waiting:
            self.lines.observe(columns)

    def _find_catalog(self) -> None:
        products = self.table("product")
        catalog = self.subject.scenario.catalog
        wanted = np.arange(catalog.first_sku, catalog.first_sku + catalog.skus)
        if products and np.array_equal(products.get("id", []), wanted):
            self.lines.catalog = products
        elif products and self.subject.lacks_products and "id" in products:
            place = products["id"] - catalog.first_sku
            if (np.diff(place) > 0).all() and place[0] >= 0 and place[-1] < catalog.skus:
                self.lines.catalog = _at_places(products, place, catalog.skus)

    def table(self, entity: str) -> dict[str, Any]:
        """Columns of a small table by field, all rows; empty where none were seen."""
        parts = self._whole.get(entity, [])
        if len(parts) > 1:
            joined = {
                field: pa.concat_arrays([p[field] for p in parts])
                if isinstance(parts[0][field], pa.Array)
                else np.concatenate([p[field] for p in parts])
                for field in parts[0]
            }
            self._whole[entity] = parts = [joined]
        return parts[0] if parts else {}

    @property
    def offences(self) -> Offences:
        """All rows that break a rule."""
        out = Offences()
        for noted in self._noted.values():
            out.merge(noted)
        return out

    @cached_property
    def expected_orders(self) -> Floats | None:
        """Orders expected by day of the horizon and shop; None where they are not known."""
        registered = self.customers.days
        return intensity(self.subject, None if registered is None else np.sort(registered))

    @property
    def catalog(self) -> dict[str, Any] | None:
        """Product columns by SKU; None where the products are not those that the scenario promises."""
        if self.lines.catalog is None:
            self._find_catalog()
        return self.lines.catalog

    def close(self) -> None:
        """Judge what was held back: the last order's lines, orders that never got lines."""
        _ = self.catalog
        self._release()
        self.lines.close()
        if self.reviews is not None:
            self.reviews.close(self.catalog)

    def __getstate__(self) -> dict[str, Any]:
        """Give what is kept, without batches that wait and need not."""
        if self.catalog is not None or not self._waiting:
            self.close()
        return {name: value for name, value in self.__dict__.items() if name != "expected_orders"}

    def merge(self, other: Figures) -> None:
        """Add the figures of the rows that follow; both hold whole orders with their lines.

        Tables that all see are taken for the same one, read by two workers, where both hold the same.
        """
        if other._waiting and other.lines.catalog is None:
            other.lines.catalog = self.catalog
        self.close()
        other.close()
        again = {entity for entity in SEEN_BY_ALL if self._has_seen(entity, other)}
        self._versions.clear()
        for entity, count in other.rows.items():
            if entity not in again:
                self.rows[entity] = self.rows.get(entity, 0) + count
                self._whole.setdefault(entity, []).extend(other._whole.get(entity, []))
        if "customer" not in again:
            self.customers.merge(other.customers)
            self.__dict__.pop("expected_orders", None)
        self.orders.merge(other.orders)
        self.shipping.merge(other.shipping)
        self.deliveries.merge(other.deliveries)
        self.values.merge(other.values)
        if self.reviews is not None and other.reviews is not None:
            self.reviews.merge(other.reviews)
        self.lines.merge(other.lines)
        self.agreement.merge(other.agreement)
        for entity, noted in other._noted.items():
            if entity not in again:
                self._noted[entity].merge(noted)

    def _has_seen(self, entity: str, other: Figures) -> bool:
        """Whether the other one's rows of a table are those that were seen here."""
        rows = self.rows.get(entity, 0)
        if not rows or rows != other.rows.get(entity) or self._noted[entity] != other._noted[entity]:
            return False
        if entity == "customer":
            return self.customers.equals(other.customers)
        return _equal(self.table(entity), other.table(entity))


def _at_places(products: dict[str, Any], place: Counts, skus: int) -> dict[str, Any]:
    """Columns by SKU of products some of which are missing; nothing is sold of these, as they come last."""
    row = np.full(skus, -1)
    row[place] = np.arange(len(place))
    none, known = row < 0, np.maximum(row, 0)
    columns = {
        f: v.take(from_numpy(known, pa.int64())) if isinstance(v, pa.Array) else v[known]
        for f, v in products.items()
    }
    if "created" in columns:
        columns["created"] = np.where(none, np.iinfo(np.int32).max, columns["created"])
    if "delisted" in columns:
        columns["delisted"] = np.where(none, np.iinfo(np.int32).max, columns["delisted"])
    return columns


def _equal(one: dict[str, Any], two: dict[str, Any]) -> bool:
    if one.keys() != two.keys():
        return False
    return all(
        one[f].equals(two[f]) if isinstance(one[f], pa.Array) else np.array_equal(one[f], two[f]) for f in one
    )
