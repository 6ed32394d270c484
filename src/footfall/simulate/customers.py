"""The customers as a table: who they are, where they live, when they registered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core.arrays import Itself, from_numpy, one_word
from footfall.plan.people import Locale, locale_pools
from footfall.plan.plan import Plan
from footfall.plan.registry import CustomerRegistry
from footfall.simulate.moves import HOME, address_history, homes, last_move
from footfall.simulate.people import simulate_emails, simulate_people

CUSTOMERS_A_BATCH = 1 << 16


def simulate_customers(plan: Plan) -> Iterator[dict[str, Any]]:
    """Columns of the customers known on the plan's day, batch by batch, in the order of their numbers.

    Emails are told apart among all customers at once, which takes some 100 bytes a customer; all else
    is a pure function of the customer's number.
    """
    for number in _known(plan):
        yield customers_at(plan, number)


def customers_at(plan: Plan, number: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Columns of customers by their numbers from 0, in any order: a pure function of each number."""
    shop = plan.customers.shop[number]
    columns: dict[str, Any] = {"id": number + 1, "shop": shop}
    shown = plan.shown("customer")
    if plan.scenario.customers.locales and shown - {"id", "shop", "registered"}:
        locales = _locales(plan)
        columns |= simulate_people(plan.streams, locales, shop, number)
        if plan.scenario.customers.moves and shown & set(HOME):
            year = last_move(plan, number, np.full(len(number), plan.shown_on))
            columns |= homes(plan.streams, locales, shop, number, year)
        if "name" in shown:
            whole = columns["first_name"], columns["last_name"], one_word(" ")
            columns["name"] = pc.binary_join_element_wise(*whole)
        if plan.publishes("customer", "email"):
            columns["email"] = _emails(Itself(plan)).take(from_numpy(number, pa.int64()))
    if isinstance(plan.customers, CustomerRegistry):
        columns["registered"] = plan.customers.day[number]
    return columns


@lru_cache(maxsize=1)
def _emails(of: Itself) -> pa.Array:
    plan: Plan = of.value
    return simulate_emails(plan.streams, _locales(plan), plan.customers.shop)


def simulate_addresses(plan: Plan) -> Iterator[dict[str, Any]]:
    """Columns of all addresses of these customers, batch by batch; `valid_from` as day t."""
    locales, shop = _locales(plan), plan.customers.shop
    for number in _known(plan):
        yield address_history(plan, locales, shop[number], number)


def _known(plan: Plan) -> Iterator[npt.NDArray[np.int64]]:
    """Numbers from 0 of the customers known on the plan's day, batch by batch."""
    known = len(plan.customers.shop)
    if isinstance(plan.customers, CustomerRegistry) and plan.as_of is not None:
        known = int(np.searchsorted(plan.customers.day, plan.as_of, side="right"))
    for start in range(0, known, CUSTOMERS_A_BATCH):
        yield np.arange(start, min(start + CUSTOMERS_A_BATCH, known))


def _locales(plan: Plan) -> list[Locale]:
    names = plan.scenario.customers.locales
    return [locale_pools(names[s]) for s in plan.shops]
