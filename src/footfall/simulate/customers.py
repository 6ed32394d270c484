"""The customers as a table: who they are, where they live, when they registered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import Itself, from_numpy
from footfall.plan.people import locale_pools
from footfall.plan.plan import Plan
from footfall.plan.registry import CustomerRegistry
from footfall.simulate.people import simulate_emails, simulate_people

CUSTOMERS_A_BATCH = 1 << 16


def simulate_customers(plan: Plan) -> Iterator[dict[str, Any]]:
    """Columns of the customers known on the plan's day, batch by batch, in the order of their numbers.

    Emails are told apart among all customers at once, which takes some 100 bytes a customer; all else
    is a pure function of the customer's number.
    """
    known = len(plan.customers.shop)
    if isinstance(plan.customers, CustomerRegistry) and plan.as_of is not None:
        known = int(np.searchsorted(plan.customers.day, plan.as_of, side="right"))
    for start in range(0, known, CUSTOMERS_A_BATCH):
        yield customers_at(plan, np.arange(start, min(start + CUSTOMERS_A_BATCH, known)))


def customers_at(plan: Plan, number: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Columns of customers by their numbers from 0, in any order: a pure function of each number."""
    shop = plan.customers.shop[number]
    columns: dict[str, Any] = {"id": number + 1, "shop": shop}
    names = plan.scenario.customers.locales
    if names and plan.shown("customer") - {"id", "shop", "registered"}:
        locales = [locale_pools(names[s]) for s in plan.shops]
        columns |= simulate_people(plan.streams, locales, shop, number)
        if plan.publishes("customer", "email"):
            columns["email"] = _emails(Itself(plan)).take(from_numpy(number, pa.int64()))
    if isinstance(plan.customers, CustomerRegistry):
        columns["registered"] = plan.customers.day[number]
    return columns


@lru_cache(maxsize=1)
def _emails(of: Itself) -> pa.Array:
    plan: Plan = of.value
    locales = [locale_pools(plan.scenario.customers.locales[s]) for s in plan.shops]
    return simulate_emails(plan.streams, locales, plan.customers.shop)
