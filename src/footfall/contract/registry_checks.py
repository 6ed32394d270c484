"""Checks of the customers' table: all of them, reachable by nobody, at home somewhere, since a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.check import (
    Check,
    Outcome,
    by_law,
    by_rule,
    largest_share,
    most_of,
    undecided,
    verdict,
)
from footfall.contract.customer_figures import COUNTRIES
from footfall.contract.figures import Figures
from footfall.contract.order_figures import NEVER, on
from footfall.contract.statistics import shares_fit
from footfall.contract.subject import Subject

NO_DAYS = "the customers are not those that the scenario promises, or their registrations are not known"
NO_PROMISE = "the scenario does not promise it"
BINDING_CUSTOMERS = 1000
"""Promises bind so many customers as they stand; fewer get five standard errors on top."""
SURE = 25
"""A month in which so many registrations are expected is left out once in 10^11 times."""


def _rule(name: str, target: str) -> Callable[[Subject, Figures], Outcome]:
    return lambda subject, figures: by_rule(figures, name, target, figures.customers.rows)


def ids(subject: Subject, figures: Figures) -> Outcome:
    """Each customer of the pool once, in order."""
    pool, n = subject.scenario.customers.pool, figures.rows["customer"]
    out = by_rule(figures, "customers.ids", f"1..{pool}", n)
    registers = subject.as_of is not None and subject.scenario.customers.registered is not None
    if out.holds and n != pool and not (registers and n < pool):
        return verdict(f"{n:,} customers, {pool:,} are promised", f"1..{pool}", f"{n:,} rows")
    return out


def _again(texts: list[pa.Array]) -> Any:
    """First text that comes more than once; None where none does."""
    every = pa.chunked_array(texts, pa.string())
    if pc.count_distinct(every).as_py() == len(every):
        return None
    counts = pc.value_counts(every)
    return counts.field(0)[pc.index(pc.greater(counts.field(1), 1), True).as_py()].as_py()


def email(subject: Subject, figures: Figures) -> Outcome:
    """first.last, perhaps a number, at a domain for examples; each once."""
    out = by_rule(figures, "customers.email", "first.last[number] at example.*", figures.customers.rows)
    twice = _again(figures.customers.emails) if out.holds else None
    if twice is None:
        return out
    return verdict(f"{twice} belongs to two customers", out.target, "an address comes twice")


def phone(subject: Subject, figures: Figures) -> Outcome:
    """A number that is kept for fiction, where we know which are: in the United States."""
    if "en_US" not in subject.scenario.customers.locales.values():
        return undecided("no customers in the United States")
    return by_rule(figures, "customers.phone", "555-0100 to 555-0199", figures.customers.rows)


def places(subject: Subject, figures: Figures) -> Outcome:
    """A postcode is of one state, by its first digit in the United States, and of one city."""
    out = by_rule(figures, "customers.places", "one city and state a postcode", figures.customers.rows)
    if not out.holds:
        return out
    pairs = pc.unique(pa.chunked_array(figures.customers.places, pa.string()))
    code = _again([pc.replace_substring_regex(pairs, r"^([^|]*\|[^|]*\|).*", r"\1")])
    if code is None:
        return out
    both = [p for p in pairs.to_pylist() if p.startswith(code)][:2]
    return verdict(f"{both[0]} and {both[1]}", out.target, "a postcode of two places")


def _days(figures: Figures) -> np.ndarray | None:
    days = figures.customers.days
    return None if days is None or not len(days) else days


def registration_day(subject: Subject, figures: Figures) -> Outcome:
    """No day has too many registrations."""
    bound, days = subject.scenario.promises.registration_day_share_max, _days(figures)
    if bound is None or days is None:
        return undecided(NO_PROMISE if bound is None else NO_DAYS)
    day, counts = np.unique(days, return_counts=True)
    limit = most_of(bound, len(days), BINDING_CUSTOMERS)
    return largest_share(counts, bound, limit, lambda at: f"registrations of {on(day[at])}")


def registration_months(subject: Subject, figures: Figures) -> Outcome:
    """Customers come evenly over the days; no month is left out."""
    months, lengths, counts = figures.customers.by_month()
    if not len(lengths) or not counts.sum():
        return undecided(NO_DAYS)
    expected = counts.sum() * lengths / lengths.sum()
    empty = np.flatnonzero((expected >= SURE) & (counts == 0))
    observed = f"{int(counts.min()):,} to {int(counts.max()):,} customers a month"
    if len(empty):
        return verdict(f"nobody registered in {months[empty[0]]:%Y-%m}", "every month", observed)
    fit = shares_fit(counts, lengths / lengths.sum())
    return by_law(fit[0], "evenly over the days", observed) if fit else undecided("too few customers")


def orders_after(subject: Subject, figures: Figures) -> Outcome:
    """A customer's first order comes on a later day than the registration."""
    days = _days(figures)
    if days is None:
        return undecided(NO_DAYS)
    first, order = figures.orders.first_orders()
    has = figures.orders.first_order[1:] != NEVER
    wrong = np.flatnonzero(has & (first[1:] <= days))
    said = ""
    if len(wrong):
        i = int(wrong[0])
        said = f"order {order[i + 1]} of {on(first[i + 1])}: customer {i + 1} registered on {on(days[i])}"
    return verdict(
        said, "registered on an earlier day", f"{len(wrong):,} of {int(has.sum()):,} buyers break it"
    )


def registered(subject: Subject, figures: Figures) -> Outcome:
    """Registered on one of the promised days."""
    law = subject.scenario.customers.registered
    if law is None:
        return undecided(NO_PROMISE)
    return by_rule(figures, "customers.registered", f"{law.from_} to {law.to}", figures.customers.rows)


def country(subject: Subject, figures: Figures) -> Outcome:
    """The country of the shop's locale."""
    known = [COUNTRIES[n] for n in subject.scenario.customers.locales.values() if n in COUNTRIES]
    if not known:
        return undecided("the locales' countries are not known here")
    return by_rule(figures, "customers.country", ", ".join(known), figures.customers.rows)


_C = "customer."
CHECKS = (
    Check("customers.ids", "rule", "The customers of the pool, 1, 2, 3, ...", (_C + "id",), ids),
    Check(
        "customers.email",
        "rule",
        "Emails are names at domains for examples, each once.",
        (_C + "email",),
        email,
    ),
    Check("customers.phone", "rule", "Phone numbers reach nobody.", (_C + "phone",), phone),
    Check(
        "customers.postcode",
        "rule",
        "Postcodes have their country's shape.",
        (_C + "postcode",),
        _rule("customers.postcode", "5 digits, 4 in Austria and Switzerland"),
    ),
    Check(
        "customers.places",
        "rule",
        "City, state and postcode belong together.",
        (_C + "postcode", _C + "city", _C + "state"),
        places,
    ),
    Check("customers.country", "rule", "Customers live in the shop's country.", (_C + "country",), country),
    Check("customers.registered", "rule", "Customers register in time.", (_C + "registered",), registered),
    Check(
        "customers.registration_day",
        "rule",
        "No day has too many registrations.",
        (_C + "registered",),
        registration_day,
    ),
    Check(
        "customers.registration_months",
        "law",
        "Registrations are spread over the months.",
        (_C + "registered",),
        registration_months,
        stratified=True,
    ),
    Check(
        "customers.orders_after",
        "rule",
        "Nobody orders before the day after the registration.",
        (_C + "registered", "order.customer", "order.time|order.date"),
        orders_after,
    ),
)
