"""A part of the orders, or a small table whole, as finished record batches under their published names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words
from footfall.core.money import as_decimal
from footfall.core.schema import Kind, TableSpec
from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.simulate.baskets import simulate_baskets
from footfall.simulate.budget import simulate_budget
from footfall.simulate.marketing import simulate_marketing
from footfall.simulate.orders import simulate_orders
from footfall.simulate.outcomes import simulate_outcomes

_SECONDS_A_DAY = 86_400
_EPOCH_ORDINAL = 719_163  # 1970-01-01


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
    """

    batches: dict[str, pa.RecordBatch]
    first_day: int
    revenue: npt.NDArray[np.int64]


def simulate(plan: Plan, part: Part) -> Simulated:
    """Simulate a part: a pure function of the plan and the range, picklable, for any engine to call."""
    orders = simulate_orders(plan, part)
    baskets = simulate_baskets(plan, orders)
    outcomes = simulate_outcomes(plan, orders, baskets)

    shops = len(plan.shops)
    first_day = int(orders.day[0])
    cell = ((orders.day - first_day) * shops + orders.shop)[baskets.order]
    revenue = np.zeros((int(orders.day[-1]) - first_day + 1) * shops, dtype=np.int64)
    np.add.at(revenue, cell, outcomes.revenue)

    batches = {}
    if part.is_published:
        start = plan.scenario.first_day.toordinal() - _EPOCH_ORDINAL
        columns: dict[str, dict[str, Any]] = {
            "order": {
                "id": orders.id,
                "shop": _coded(plan.shops, orders.shop),
                "customer": orders.customer,
                "time": (start + orders.day) * _SECONDS_A_DAY + orders.second,
            },
            "line": {
                "order": orders.id[baskets.order],
                "product": baskets.sku + plan.scenario.catalog.first_sku,
                "quantity": outcomes.quantity,
                "unit_price": outcomes.unit_price,
                "is_returned": outcomes.is_returned,
                "number": baskets.number + 1,
                "discount": outcomes.discount,
            },
        }
        for name, spec in plan.tables.items():
            if spec.keyed_by_order:
                batches[name] = _batch(spec, columns[spec.entity])
    return Simulated(batches, first_day, revenue.reshape(-1, shops))


def simulate_catalog(plan: Plan) -> dict[str, pa.RecordBatch]:
    """Tables of products, which need no order."""
    catalog = plan.catalog
    columns = {
        "id": np.arange(len(catalog.price)) + plan.scenario.catalog.first_sku,
        "category": _coded(list(plan.scenario.catalog.categories), catalog.category),
        "price": catalog.price,
        "cost": catalog.cost,
        "sales_rank": catalog.sales_rank,
        "return_probability": catalog.return_probability,
        "sub_category": from_words(catalog.sub_category),
        "name": from_words(catalog.name),
    }
    return {name: _batch(spec, columns) for name, spec in plan.tables.items() if spec.entity == "product"}


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
            spend = simulate_marketing(plan, revenue)
            date = plan.scenario.first_day.toordinal() - _EPOCH_ORDINAL + spend["day"]
            shop = _coded(plan.shops, spend["shop"])
            batches[name] = _batch(spec, {"date": date, "shop": shop, "spend": spend["spend"]})
        elif spec.entity == "budget_month":
            budget = simulate_budget(plan, revenue)
            shop = _coded(plan.shops, np.asarray(budget["shop"]))
            batches[name] = _batch(spec, {**budget, "shop": shop})
    return batches


def _coded(words: list[str], index: npt.NDArray[np.int64]) -> pa.Array:
    return from_words(words).take(from_numpy(index, pa.int64()))


def _batch(spec: TableSpec, columns: Mapping[str, Any]) -> pa.RecordBatch:
    arrays = []
    for column in spec.columns:
        values = columns[column.field]
        if column.kind is Kind.MONTH:
            values = from_words(values)
        elif column.kind is Kind.MONEY:
            values = as_decimal(values)
        elif column.kind is Kind.FRACTION:
            values = as_decimal(values, precision=3)
        elif not isinstance(values, pa.Array):
            width = np.int32 if column.kind is Kind.DATE else values.dtype
            values = from_numpy(values.astype(width, copy=False), column.arrow_type)
        arrays.append(values)
    return pa.RecordBatch.from_arrays(arrays, schema=spec.arrow_schema)
