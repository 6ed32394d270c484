"""Tables of products, customers, shops, rates and of what was before; rows that orders refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_words, take_words
from footfall.core.streams import Rows as Addresses
from footfall.core.streams import row_addresses
from footfall.core.vocabulary import STILL_VALID
from footfall.plan.catalog import NEVER
from footfall.plan.plan import Plan
from footfall.simulate.descriptions import descriptions
from footfall.simulate.rows import Rows, batch_of, dates, only, ready
from footfall.simulate.shops import simulate_rates, simulate_shops

_WHOSE_BITS = np.uint64(40)


def simulate_dimensions(plan: Plan) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of products, customers, shops, rates, and of what was before, batch by batch; without orders."""
    for name, spec in plan.tables.items():
        if spec.entity == "product":
            batch = batch_of(plan, spec, products(plan))
            yield name, batch if plan.as_of is None else only(batch, plan.catalog.listed <= plan.as_of)
        elif spec.entity == "product_price":
            yield name, batch_of(plan, spec, _prices(plan))
        elif spec.entity == "customer":
            from footfall.simulate.customers import simulate_customers  # noqa: PLC0415 - seldom needed

            for columns in simulate_customers(plan):
                yield name, batch_of(plan, spec, _customer_rows(plan, columns))
        elif spec.entity == "customer_address":
            from footfall.simulate.customers import simulate_addresses  # noqa: PLC0415 - seldom needed

            for columns in simulate_addresses(plan):
                yield name, batch_of(plan, spec, _address_rows(plan, columns))
        elif spec.entity == "shop":
            yield name, batch_of(plan, spec, all_shops(plan))
        elif spec.entity == "supply":
            yield name, batch_of(plan, spec, _supplies(plan))
        elif spec.entity == "exchange_rate":
            yield name, batch_of(plan, spec, _rates(plan))


def products(plan: Plan) -> Rows:
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
            "created": lambda: dates(plan, catalog.listed),
            "delisted": lambda: _delisted(plan),
        },
        lambda: row_addresses(len(catalog.price)),
    )


def customers(plan: Plan, customer: npt.NDArray[np.int64]) -> Rows:
    """Customers by their numbers from 1, in any order."""
    from footfall.simulate.customers import customers_at  # noqa: PLC0415 - seldom needed

    return _customer_rows(plan, customers_at(plan, customer - 1))


def _customer_rows(plan: Plan, columns: dict[str, Any]) -> Rows:
    shop = columns["shop"]
    if "registered" in columns:
        columns["registered"] = dates(plan, columns["registered"])
    return Rows(
        ready({**columns, "shop": take_words(plan.shops, shop)}),
        lambda: (columns["id"] - 1).astype(np.uint64),
        {"shop": lambda: (all_shops(plan), shop)},
    )


def all_shops(plan: Plan) -> Rows:
    """All shops, in the scenario's order."""
    return Rows(ready(simulate_shops(plan)), lambda: row_addresses(len(plan.shops)))


def _supplies(plan: Plan) -> Rows:
    """All that goes into products."""
    from footfall.simulate.supplies import simulate_supplies  # noqa: PLC0415 - seldom needed

    columns = simulate_supplies(plan)
    sku = columns.pop("sku")
    address = (sku.astype(np.uint64) << np.uint64(16)) + columns["id"].astype(np.uint64)
    return Rows(ready(columns), lambda: address, {"product": lambda: (products(plan), sku)})


def _rates(plan: Plan) -> Rows:
    """Rates of exchange of the published days."""
    columns = simulate_rates(plan)
    return Rows(ready(columns), lambda: row_addresses(len(columns["rate"])))


def _delisted(plan: Plan) -> npt.NDArray[np.int64]:
    """Last days of the SKUs, as far as they are known."""
    last = plan.catalog.delisted
    known = last < NEVER if plan.as_of is None else last <= plan.as_of
    return np.where(known, dates(plan, last), STILL_VALID)


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
    return Rows(ready(columns), lambda: _versions(sku, version), {"product": lambda: (products(plan), sku)})


def _address_rows(plan: Plan, columns: dict[str, Any]) -> Rows:
    number, valid_from = columns["customer"], columns["valid_from"]
    return Rows(
        ready({**columns, **_validity(plan, number, valid_from)}),
        lambda: _versions(number - 1, valid_from),
        {"customer": lambda: (customers(plan, number), None)},
    )


def _versions(whose: npt.NDArray[np.int64], version: npt.NDArray[np.int64]) -> Addresses:
    return (version.astype(np.uint64) << _WHOSE_BITS) + whose.astype(np.uint64)


def _validity(
    plan: Plan, whose: npt.NDArray[np.int64], valid_from: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.int64]]:
    """Days since 1970 of rows that hold until the next one of the same thing, or until further notice."""
    since = dates(plan, valid_from)
    until = np.full_like(since, STILL_VALID)
    follows = whose[1:] == whose[:-1]
    until[:-1][follows] = since[1:][follows] - 1
    return {"valid_from": since, "valid_to": until}
