"""The customers as a table: who they are, where they live, when they registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

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
    shop, streams = plan.customers.shop, plan.streams
    known = len(shop)
    if isinstance(plan.customers, CustomerRegistry) and plan.as_of is not None:
        known = int(np.searchsorted(plan.customers.day, plan.as_of, side="right"))
    names = plan.scenario.customers.locales
    locales = [locale_pools(names[s]) for s in plan.shops] if names else []
    emails = simulate_emails(streams, locales, shop) if plan.publishes("customer", "email") else None
    for start in range(0, known, CUSTOMERS_A_BATCH):
        number = np.arange(start, min(start + CUSTOMERS_A_BATCH, known))
        columns: dict[str, Any] = {"id": number + 1, "shop": shop[number]}
        if locales:
            columns |= simulate_people(streams, locales, shop[number], number)
        if emails is not None:
            columns["email"] = emails.slice(start, len(number))
        if isinstance(plan.customers, CustomerRegistry):
            columns["registered"] = plan.customers.day[number]
        yield columns
