"""A part of the orders, or a small table whole, as finished record batches under their published names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words, keep_freed_memory, take_words
from footfall.core.money import Cents, as_decimal
from footfall.core.schema import STILL_VALID, Kind, TableSpec
from footfall.core.streams import Rows as Addresses
from footfall.core.streams import row_addresses
from footfall.plan.catalog import NEVER
from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.simulate.arrival import lines_known, returns_known, status_known
from footfall.simulate.baskets import Baskets, simulate_baskets
from footfall.simulate.budget import simulate_budget
from footfall.simulate.charges import Charges
from footfall.simulate.deliveries import simulate_delivered, simulate_promised
from footfall.simulate.descriptions import descriptions
from footfall.simulate.fulfilment import simulate_payments, simulate_shipping, simulate_statuses
from footfall.simulate.joined import Columns, Rows
from footfall.simulate.marketing import simulate_marketing
from footfall.simulate.orders import Orders, simulate_orders
from footfall.simulate.outcomes import Outcomes, simulate_outcomes, simulate_returns
from footfall.simulate.reviews import Decided, Purchases, decide, reviewable, simulate_reviews
from footfall.simulate.shops import simulate_rates, simulate_shops

_SECONDS_A_DAY = 86_400
_EPOCH_ORDINAL = 719_163  # 1970-01-01
_WHOSE_BITS = np.uint64(40)


@dataclass(frozen=True)
class Simulated:
    """What a part gives.

    Attributes
    ----------
    batches : dict
        Published table -> its rows of the part; empty for a part that is not published.
    first_day : int
        Day t of the first row of `revenue`.
    revenue : ndarray of int, shape (days of the part, shops)
        Cents; adds up over parts.
    purchases : Purchases or None
        Those that may be reviewed, where reviews are published.
    """

    batches: dict[str, pa.RecordBatch]
    first_day: int
    revenue: npt.NDArray[np.int64]
    purchases: Purchases | None


def simulate(plan: Plan, part: Part) -> Simulated:
    """Simulate a part: a pure function of the plan and the range, picklable, for any engine to call."""
    keep_freed_memory()
    orders = simulate_orders(plan, part)
    baskets = simulate_baskets(plan, orders)
    outcomes = simulate_outcomes(plan, orders, baskets)

    shops = len(plan.shops)
    first_day = int(orders.day[0])
    order_total = _sums(baskets.order, outcomes.total, len(orders.id))
    cell = (orders.day - first_day) * shops + orders.shop
    revenue = _sums(cell, order_total, (int(orders.day[-1]) - first_day + 1) * shops)
    reviewed = any(spec.entity == "review" for spec in plan.tables.values())
    needs_status = plan.statuses is not None and (reviewed or plan.publishes("order", "status"))
    status = simulate_statuses(plan, orders) if needs_status else None

    batches = {}
    if part.is_published:
        known = lines_known(plan, orders, baskets)
        if known is not None:
            order_total = _sums(baskets.order, np.where(known, outcomes.total, 0), len(orders.id))
        charges = Charges(plan, orders, baskets, outcomes, known)
        order_rows = Rows(
            _order_columns(plan, orders, order_total, status) | charges.of_orders,
            lambda: orders.address,
            {
                "customer": lambda: (_customers(plan, orders.customer), None),
                "shop": lambda: (_shops(plan), orders.shop),
            },
        )
        line_rows = Rows(
            _line_columns(plan, part, orders, baskets, outcomes) | charges.of_lines,
            lambda: baskets.address,
            {"order": lambda: (order_rows, baskets.order), "product": lambda: (_products(plan), baskets.sku)},
        )
        rows = {"order": order_rows, "line": line_rows}
        for name, spec in plan.tables.items():
            if spec.keyed_by_order:
                batches[name] = _batch(plan, spec, rows[spec.entity])
                if spec.entity == "line" and known is not None:
                    batches[name] = _known(batches[name], known)
    return Simulated(
        batches=batches,
        first_day=first_day,
        revenue=revenue.reshape(-1, shops),
        purchases=reviewable(plan, orders, baskets, status) if reviewed else None,
    )


def _sums(index: npt.NDArray[np.int64], cents: Cents, length: int) -> Cents:
    # Whole cents are added exactly as floating-point numbers, too: all sums lie below 2^53.
    return np.bincount(index, cents, length).astype(np.int64)


def _order_columns(
    plan: Plan, orders: Orders, order_total: Cents, status: npt.NDArray[np.int64] | None
) -> dict[str, Callable[[], Any]]:
    scenario = plan.scenario

    def time() -> npt.NDArray[np.int64]:
        seconds = _date(plan, orders.day)
        seconds *= _SECONDS_A_DAY
        seconds += orders.second
        return seconds

    def statuses() -> pa.Array:
        assert scenario.fulfilment is not None, "a scenario without fulfilment publishes no status"
        assert status is not None, "simulated where it is published"
        return take_words(list(scenario.fulfilment.shares), status_known(plan, orders, status))

    return {
        "id": lambda: orders.id,
        "shop": lambda: take_words(plan.shops, orders.shop),
        "customer": lambda: orders.customer,
        "time": time,
        "date": lambda: _date(plan, orders.day),
        "status": statuses,
        "payment": lambda: take_words(
            list(scenario.payment.shares if scenario.payment else ()), simulate_payments(plan, orders)
        ),
        "shipping_address": lambda: simulate_shipping(plan, orders),
        "promised": lambda: _date(plan, simulate_promised(plan, orders)),
        "delivered": lambda: _date(plan, simulate_delivered(plan, orders)),
        "total": lambda: order_total,
    }


def _line_columns(
    plan: Plan, part: Part, orders: Orders, baskets: Baskets, outcomes: Outcomes
) -> dict[str, Callable[[], Any]]:
    def numbers() -> npt.NDArray[np.int64]:
        assert plan.line_numbers is not None, "counted where they are published"
        before = plan.line_numbers.before_order(part.start, plan.sizes, plan.counts, plan.buyers)
        return before + 1 + np.arange(len(baskets.sku))

    return {
        "order": lambda: baskets.order + orders.id[0],
        "product": lambda: baskets.sku + plan.scenario.catalog.first_sku,
        "quantity": lambda: outcomes.quantity,
        "unit_price": lambda: outcomes.unit_price,
        "is_returned": lambda: returns_known(plan, orders, baskets, simulate_returns(plan, orders, baskets)),
        "number": lambda: baskets.number + 1,
        "discount": lambda: outcomes.discount,
        "id": numbers,
        "list_price": lambda: outcomes.list_price,
        "total": lambda: outcomes.total,
    }


def _products(plan: Plan) -> Rows:
    """All products, in the order of their numbers."""
    catalog = plan.catalog
    price, cost = catalog.on(plan.shown_on)
    return Rows(
        {
            "id": lambda: np.arange(len(catalog.price)) + plan.scenario.catalog.first_sku,
            "category": lambda: take_words(list(plan.scenario.catalog.categories), catalog.category),
            "price": lambda: price,
            "cost": lambda: cost,
            "sales_rank": lambda: catalog.sales_rank,
            "return_probability": lambda: catalog.return_probability,
            "sub_category": lambda: from_words(catalog.sub_category),
            "name": lambda: from_words(catalog.name),
            "description": lambda: from_words(descriptions(plan)),
            "stock": lambda: catalog.stock,
            "supplier": lambda: from_words(catalog.supplier),
            "created": lambda: _date(plan, catalog.listed),
            "delisted": lambda: _delisted(plan),
        },
        lambda: row_addresses(len(catalog.price)),
    )


def _customers(plan: Plan, customer: npt.NDArray[np.int64]) -> Rows:
    """Customers by their numbers from 1, in any order."""
    from footfall.simulate.customers import customers_at  # noqa: PLC0415 - seldom needed

    return _customer_rows(plan, customers_at(plan, customer - 1))


def _customer_rows(plan: Plan, columns: dict[str, Any]) -> Rows:
    shop = columns["shop"]
    if "registered" in columns:
        columns["registered"] = _date(plan, columns["registered"])
    return Rows(
        _ready({**columns, "shop": take_words(plan.shops, shop)}),
        lambda: (columns["id"] - 1).astype(np.uint64),
        {"shop": lambda: (_shops(plan), shop)},
    )


def _shops(plan: Plan) -> Rows:
    """All shops, in the scenario's order."""
    return Rows(_ready(simulate_shops(plan)), lambda: row_addresses(len(plan.shops)))


def _supplies(plan: Plan) -> Rows:
    """All that goes into products."""
    from footfall.simulate.supplies import simulate_supplies  # noqa: PLC0415 - seldom needed

    columns = simulate_supplies(plan)
    sku = columns.pop("sku")
    address = (sku.astype(np.uint64) << np.uint64(16)) + columns["id"].astype(np.uint64)
    return Rows(_ready(columns), lambda: address, {"product": lambda: (_products(plan), sku)})


def _rates(plan: Plan) -> Rows:
    """Rates of exchange of the published days."""
    columns = simulate_rates(plan)
    return Rows(_ready(columns), lambda: row_addresses(len(columns["rate"])))


def _delisted(plan: Plan) -> npt.NDArray[np.int64]:
    """Last days of the SKUs, as far as they are known."""
    last = plan.catalog.delisted
    known = last < NEVER if plan.as_of is None else last <= plan.as_of
    return np.where(known, _date(plan, last), STILL_VALID)


def simulate_dimensions(plan: Plan) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of products, customers, shops, rates, and of what was before, batch by batch; without orders."""
    for name, spec in plan.tables.items():
        if spec.entity == "product":
            batch = _batch(plan, spec, _products(plan))
            yield name, batch if plan.as_of is None else _known(batch, plan.catalog.listed <= plan.as_of)
        elif spec.entity == "product_price":
            yield name, _batch(plan, spec, _prices(plan))
        elif spec.entity == "customer":
            from footfall.simulate.customers import simulate_customers  # noqa: PLC0415 - seldom needed

            for columns in simulate_customers(plan):
                yield name, _batch(plan, spec, _customer_rows(plan, columns))
        elif spec.entity == "customer_address":
            from footfall.simulate.customers import simulate_addresses  # noqa: PLC0415 - seldom needed

            for columns in simulate_addresses(plan):
                yield name, _batch(plan, spec, _address_rows(plan, columns))
        elif spec.entity == "shop":
            yield name, _batch(plan, spec, _shops(plan))
        elif spec.entity == "supply":
            yield name, _batch(plan, spec, _supplies(plan))
        elif spec.entity == "exchange_rate":
            yield name, _batch(plan, spec, _rates(plan))


def _prices(plan: Plan) -> Rows:
    """Prices of the listed SKUs that began up to the day on which the plan shows them."""
    catalog, versions = plan.catalog, plan.catalog.versions
    assert versions is not None, "a scenario whose prices don't change publishes no table of them"
    sku, version = versions.until(plan.shown_on)
    if plan.as_of is not None:
        is_listed = catalog.listed[sku] <= plan.as_of
        sku, version = sku[is_listed], version[is_listed]
    listed = catalog.listed if plan.scenario.catalog.listed else np.zeros_like(catalog.listed)
    changed = versions.start[sku, np.maximum(version - 1, 0)]
    columns = {
        "product": sku + plan.scenario.catalog.first_sku,
        "price": versions.price[sku, version],
        "cost": versions.cost[sku, version],
        **_validity(plan, sku, np.where(version > 0, changed, listed[sku])),
    }
    return Rows(_ready(columns), lambda: _versions(sku, version), {"product": lambda: (_products(plan), sku)})


def _address_rows(plan: Plan, columns: dict[str, Any]) -> Rows:
    number, valid_from = columns["customer"], columns["valid_from"]
    return Rows(
        _ready({**columns, **_validity(plan, number, valid_from)}),
        lambda: _versions(number - 1, valid_from),
        {"customer": lambda: (_customers(plan, number), None)},
    )


def _versions(whose: npt.NDArray[np.int64], version: npt.NDArray[np.int64]) -> Addresses:
    return (version.astype(np.uint64) << _WHOSE_BITS) + whose.astype(np.uint64)


def _validity(
    plan: Plan, whose: npt.NDArray[np.int64], valid_from: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.int64]]:
    """Days since 1970 of rows that hold until the next one of the same thing, or until further notice."""
    since = _date(plan, valid_from)
    until = np.full_like(since, STILL_VALID)
    follows = whose[1:] == whose[:-1]
    until[:-1][follows] = since[1:][follows] - 1
    return {"valid_from": since, "valid_to": until}


def _known(batch: pa.RecordBatch, rows: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    return batch.filter(from_numpy(rows, pa.bool_()))


def simulate_reviewed(plan: Plan, purchases: Purchases) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of reviews, which follow from the purchases of all orders, batch by batch."""
    for decided in decide(plan, purchases).batches():
        yield from simulate_decided(plan, decided)


def simulate_decided(plan: Plan, decided: Decided) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of the reviews that were decided, in one batch."""
    specs = [spec for spec in plan.tables.values() if spec.entity == "review"]
    if not specs:
        return
    columns = simulate_reviews(plan, decided)
    sku = columns["product"] - plan.scenario.catalog.first_sku
    rows = Rows(
        _ready({**columns, "date": _date(plan, columns["date"])}),
        lambda: decided.pair,
        {
            "product": lambda: (_products(plan), sku),
            "customer": lambda: (_customers(plan, columns["customer"]), None),
        },
    )
    for spec in specs:
        yield spec.name, _batch(plan, spec, rows)


def simulate_aggregates(plan: Plan, revenue: npt.NDArray[np.int64]) -> dict[str, pa.RecordBatch]:
    """Tables by day and by month, which derive from the revenue of all simulated orders.

    Parameters
    ----------
    revenue
        Cents, shape (days since the scenario's first, shops); filled for all simulated days.
    """
    batches = {}
    for name, spec in plan.tables.items():
        if spec.entity == "marketing_day":
            cells: dict[str, Any] = {**simulate_marketing(plan, revenue)}
            when = cells["day"]
            cells["date"] = _date(plan, when)
        elif spec.entity == "marketing_channel_day":
            from footfall.simulate.channels import simulate_channels  # noqa: PLC0415 - seldom needed

            cells = {**simulate_channels(plan, revenue)}
            names, channel = list(plan.scenario.marketing_channels or ()), cells["channel"]
            when = cells["day"] * len(names) + channel
            cells |= {"date": _date(plan, cells["day"]), "channel": take_words(names, channel)}
        elif spec.entity == "budget_month":
            cells = {**simulate_budget(plan, revenue)}
            when = [int(month.replace("-", "")) for month in cells["month"]]
        else:
            continue
        batches[name] = _batch(plan, spec, _of_shops(plan, when, cells))
    return batches


def _of_shops(plan: Plan, when: npt.ArrayLike, cells: dict[str, Any]) -> Rows:
    """Rows a day, or month, and shop."""
    shop = np.asarray(cells["shop"])
    return Rows(
        _ready({**cells, "shop": take_words(plan.shops, shop)}),
        lambda: (np.asarray(when, np.uint64) << np.uint64(16)) + shop.astype(np.uint64),
        {"shop": lambda: (_shops(plan), shop)},
    )


def _date(plan: Plan, day: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Days since 1970 of days t."""
    return plan.scenario.first_day.toordinal() - _EPOCH_ORDINAL + day


def _ready(columns: Mapping[str, Any]) -> Columns:
    return {field: lambda values=values: values for field, values in columns.items()}  # type: ignore[misc]  # bound at once


def _batch(plan: Plan, spec: TableSpec, rows: Rows) -> pa.RecordBatch:
    arrays = []
    for column in spec.columns:
        if column.made:
            continue
        values = rows.values(column.field)  # only what is published is made
        if column.form:
            values = column.form.show(values)
        elif column.kind is Kind.MONTH:
            values = from_words(values)
        elif column.kind is Kind.MONEY:
            values = as_decimal(values)
        elif column.kind is Kind.FRACTION:
            values = as_decimal(values, precision=3)
        elif not isinstance(values, pa.Array):
            width = np.int32 if column.kind is Kind.DATE else values.dtype
            values = from_numpy(values.astype(width, copy=False), column.arrow_type)
        arrays.append(values)
    if len(arrays) < len(spec.columns):
        from footfall.simulate.made import completed  # noqa: PLC0415 - few scenarios make columns

        shown = [column.name for column in spec.columns if not column.made]
        return completed(spec, dict(zip(shown, arrays, strict=True)), rows, plan.streams)
    return pa.RecordBatch.from_arrays(arrays, schema=spec.arrow_schema)
