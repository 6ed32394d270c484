"""Checks of what changes slowly: which price and address held when, how often and how far they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.calendar import EPOCH
from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import TOO_FEW, Check, Outcome, by_law, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.order_figures import on
from footfall.contract.price_checks import price_laws
from footfall.contract.statistics import (
    Counts,
    Floats,
    binomial_scores,
    kolmogorov,
    ks_distance,
    two_sided,
)
from footfall.contract.subject import Subject
from footfall.contract.versions import Versions
from footfall.core.arrays import from_numpy, to_numpy
from footfall.core.vocabulary import HISTORIES, STILL_VALID

DAYS_A_YEAR = 365
_UNREAD = "the table of what was valid when can't be read"
_NAMES = {"product": "SKU", "customer": "customer"}
_BEGINS = {"product": "created", "customer": "registered"}
_PLAIN = 20
"""A change is judged by its size where its standard deviation is so many times what rounding moves it by."""


def _broken(held: Versions, wrong: Any, words: Callable[[int], str], owner: str) -> str:
    places = np.flatnonzero(wrong)
    if not len(places):
        return ""
    return f"{_NAMES[owner]} {held.whose[places[0]]}: {words(int(places[0]))}"


def follow(entity: str) -> Callable[[Subject, Figures], Outcome]:
    """Judge that versions follow each other day by day, from the beginning to the one that still holds."""
    owner = HISTORIES[entity]

    def run(subject: Subject, figures: Figures) -> Outcome:
        held = figures.versions(entity)
        if held is None or not len(held.whose):
            return undecided(_UNREAD)
        since, until, last = held.since, held.until, held.is_last
        following = np.append(since[1:], 0)
        begins = _begins(subject, figures, owner, held)
        said = (
            _broken(held, since > until, lambda i: f"from {on(since[i])} to {on(until[i])}", owner)
            or _broken(
                held,
                ~last & (until != following - 1),
                lambda i: f"to {on(until[i])}, and the next one from {on(following[i])}",
                owner,
            )
            or _broken(
                held, last & (until != STILL_VALID), lambda i: f"nothing holds after {on(until[i])}", owner
            )
            or _owners(figures, owner, held)
            or _broken(
                held,
                held.is_first & (since != begins),
                lambda i: f"the first one is from {on(since[i])}, not from {on(begins[i])}",
                owner,
            )
        )
        target = "day by day, without gap or overlap, until further notice"
        return verdict(said, target, f"{len(since):,} of {int(last.sum()):,} {owner}s")

    return run


def _owners(figures: Figures, owner: str, held: Versions) -> str:
    """Tell who has no version, or who has one and does not exist; empty where the table isn't published."""
    ids = figures.table(owner).get("id")
    if ids is None:
        return ""
    strange = np.setxor1d(ids, held.whose)
    return f"{_NAMES[owner]} {strange[0]} is in one of both tables alone" if len(strange) else ""


def _begins(subject: Subject, figures: Figures, owner: str, held: Versions) -> Counts:
    """Day since 1970 on which each version's owner began, where it is published; else the version's own."""
    field, table = _BEGINS[owner], figures.table(owner)
    scenario = subject.scenario
    law = scenario.catalog.listed if owner == "product" else scenario.customers.registered
    if law is None:
        return np.full(len(held.since), (scenario.first_day - EPOCH).days)
    if not {"id", field} <= table.keys() or not len(table["id"]):
        return held.since
    place = np.minimum(np.searchsorted(table["id"], held.whose), len(table["id"]) - 1)
    return np.asarray(table[field].astype(np.int64)[place])


def current(entity: str) -> Callable[[Subject, Figures], Outcome]:
    """Judge that products, or customers, are shown as the last version has them."""
    owner = HISTORIES[entity]

    def run(subject: Subject, figures: Figures) -> Outcome:
        held, table = figures.versions(entity), figures.table(owner)
        if held is None or not len(held.whose) or "id" not in table:
            return undecided(_UNREAD)
        rows = np.flatnonzero(held.is_last)
        place = rows[np.minimum(np.searchsorted(held.whose[rows], table["id"]), len(rows) - 1)]
        fields = [f for f in held.columns if f in table and f not in ("id", owner)]
        wrong = held.whose[place] != table["id"]
        for field in fields:
            wrong |= _differ(held.columns[field], place, table[field])
        first = int(np.argmax(wrong))
        shown = ", ".join(str(table[field][first]) for field in fields)
        said = f"{_NAMES[owner]} {table['id'][first]} is shown with {shown}" if wrong.any() else ""
        return verdict(said, f"{', '.join(fields)} of the last version", f"{len(wrong):,} {owner}s")

    return run


def _differ(versions: Any, place: Counts, shown: Any) -> Any:
    if isinstance(versions, pa.Array):
        import pyarrow.compute as pc  # noqa: PLC0415 - takes milliseconds, and few data sets have a held

        return to_numpy(pc.not_equal(versions.take(from_numpy(place, pa.int64())), shown))
    return versions[place] != shown


def bounds(subject: Subject, figures: Figures) -> Outcome:
    """Every price that ever held, within the bounds of its law, with the endings and costs promised."""
    held, catalog = figures.versions("product_price"), subject.scenario.catalog
    if held is None or figures.catalog is None:
        return undecided(_UNREAD if held is None else NO_CATALOG)
    laws = price_laws(subject, figures)
    if laws is None:
        return undecided("a category has a price law of its own, and categories are not published")
    price, cost = held.columns["price"], held.columns.get("cost")
    sku = np.clip(held.whose - catalog.first_sku, 0, catalog.skus - 1)
    least, most = np.zeros(catalog.skus), np.zeros(catalog.skus)
    moved = 1.0 if catalog.price_endings else 0.0
    for law, _, mine in laws:
        least[mine], most[mine] = (law.min - moved) * 100, (law.max + moved) * 100
    wrong = (price < np.rint(least[sku])) | (price > np.rint(most[sku]))
    if catalog.price_endings:
        wrong |= ~np.isin(price % 100, catalog.price_endings)
    if cost is not None:
        share = catalog.cost_share
        wrong |= (cost < share.min * price - 0.51) | (cost > share.max * price + 0.51)
    paid = "" if cost is None else " and its cost"
    said = _broken(
        held, wrong, lambda i: f"price of {price[i]} cents{paid} from {on(held.since[i])}", "product"
    )
    return verdict(said, "the bounds, endings and cost shares of the catalogue", f"{len(price):,} prices")


def sizes(subject: Subject, figures: Figures) -> Outcome:
    """A price's logarithm is normal about that of the first price, less half the variance; clipped.

    Prices are rounded, so each is taken for all that could have been rounded to it. Changes that rounding
    took back are no changes; SKUs so cheap that this happens often are left out.
    """
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    held, catalog = figures.versions("product_price"), subject.scenario.catalog
    if held is None or figures.catalog is None or catalog.price_changes is None:
        return undecided(_UNREAD if held is None else NO_CATALOG)
    laws = price_laws(subject, figures)
    if laws is None:
        return undecided("a category has a price law of its own, and categories are not published")
    sd, step = catalog.price_changes.sd_percent / 100, 100.0 if catalog.price_endings else 0.5
    price = held.columns["price"].astype(np.float64)
    first = price[held.first]
    sku = np.clip(held.whose - catalog.first_sku, 0, catalog.skus - 1)
    least, most = np.zeros(catalog.skus), np.zeros(catalog.skus)
    for law, _, mine in laws:
        least[mine], most[mine] = law.min * 100, law.max * 100
    judged = np.flatnonzero(~held.is_first & (first * sd >= _PLAIN * step) & (first > 0))
    if len(judged) < 5:
        return undecided(TOO_FEW)
    price, first, sku = price[judged], first[judged], sku[judged]

    def upto(cents: Floats) -> Floats:
        return np.asarray(ndtr((np.log(np.maximum(cents, 1e-3) / first) + sd * sd / 2) / sd))

    low = np.where(price - step <= least[sku], 0.0, upto(price - step))
    high = np.where(price + step >= most[sku], 1.0, upto(price + step))
    distance = ks_distance(np.sort(low), np.sort(high))
    target = f"log-normal about the first price, mean 1, sd {sd:g}"
    return by_law(kolmogorov(distance, len(price)), target, f"KS distance {distance:.4f} of {len(price):,}")


def _again(held: Versions, stretch: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Versions that begin in the same stretch of days as the change before them."""
    changed = ~held.is_first
    again = np.zeros(len(changed), np.bool_)
    again[1:] = changed[1:] & changed[:-1] & (stretch[1:] == stretch[:-1])
    return again


def days(subject: Subject, figures: Figures) -> Outcome:
    """Once at most in each stretch of days, on any of them."""
    held, law = figures.versions("product_price"), subject.scenario.catalog.price_changes
    if held is None or law is None:
        return undecided(_UNREAD)
    start = (subject.scenario.first_day - EPOCH).days
    stretch, day = np.divmod(held.since - start, law.every_days)
    again = _again(held, stretch)
    target = f"once in {law.every_days} days, on any of them"
    if said := _broken(
        held,
        again,
        lambda i: f"a second change within {law.every_days} days on {on(held.since[i])}",
        "product",
    ):
        return verdict(said, target, f"{int(again.sum())} changes too many")
    listed = (held.since - start)[held.first]
    last = (subject.last - EPOCH).days - start
    whole = (stretch * law.every_days > listed) & ((stretch + 1) * law.every_days - 1 <= last)
    seen = np.sort(day[~held.is_first & whole])
    if len(seen) < 5:
        return undecided(TOO_FEW)
    distance = ks_distance(seen / law.every_days, (seen + 1) / law.every_days)
    return by_law(kolmogorov(distance, len(seen)), target, f"KS distance {distance:.4f} of {len(seen):,}")


def moves(subject: Subject, figures: Figures) -> Outcome:
    """A share of the customers in each year, which is 365 days from the first day on."""
    held, law = figures.versions("customer_address"), subject.scenario.customers.moves
    if held is None or law is None:
        return undecided(_UNREAD)
    start = (subject.scenario.first_day - EPOCH).days
    since, first = held.since - start, (held.since - start)[held.first]
    year = since // DAYS_A_YEAR
    again = _again(held, year)
    target = f"{law.share_a_year:g} of the customers a year"
    if said := _broken(
        held, again, lambda i: f"moves twice within a year, on {on(held.since[i])}", "customer"
    ):
        return verdict(said, target, f"{int(again.sum())} moves too many")
    years = ((subject.last - EPOCH).days - start + 1) // DAYS_A_YEAR
    moved, trials, expected = 0, 0, 0.0
    owners = first[held.is_first]
    for one in range(years):
        begin = one * DAYS_A_YEAR
        moved += int((~held.is_first & (year == one) & (first <= begin)).sum())
        trials += int((owners <= begin).sum())
        # A move on the very day on which a customer comes would be none.
        expected += law.share_a_year * float(
            np.where(owners == begin, 1 - 1 / DAYS_A_YEAR, 1.0)[owners <= begin].sum()
        )
    if trials * law.share_a_year < 5:
        return undecided(TOO_FEW)
    observed = f"{moved:,} moves in {trials:,} years of customers"
    if expected >= trials:
        return verdict("" if moved == trials else observed, target, observed)
    return by_law(two_sided(float(binomial_scores(moved, trials, expected / trials))), target, observed)


_P, _A = "product_price.", "customer_address."
_DAYS = ("valid_from", "valid_to")
_SOLD, _LIVES = (_P + "product", *(_P + d for d in _DAYS)), (_A + "customer", *(_A + d for d in _DAYS))
CHECKS = (
    Check(
        "prices.versions",
        "rule",
        "One price of each SKU holds each day.",
        _SOLD,
        follow("product_price"),
        is_quiet=True,
    ),
    Check(
        "prices.current",
        "rule",
        "Products are shown at the price that holds.",
        (*_SOLD, "product.id", "product.price|product.cost"),
        current("product_price"),
        is_quiet=True,
    ),
    Check(
        "prices.bounds",
        "rule",
        "Prices stay in their bounds, and costs in theirs.",
        (*_SOLD, _P + "price", "product.id"),
        bounds,
        is_quiet=True,
    ),
    Check(
        "prices.sizes",
        "law",
        "Changed prices are log-normal about the first one.",
        (*_SOLD, _P + "price", "product.id"),
        sizes,
        is_quiet=True,
    ),
    Check("prices.days", "law", "Prices change once in so many days.", _SOLD, days, is_quiet=True),
    Check(
        "addresses.versions",
        "rule",
        "One address of each customer holds each day.",
        _LIVES,
        follow("customer_address"),
        is_quiet=True,
    ),
    Check(
        "addresses.current",
        "rule",
        "Customers are shown where they live.",
        (*_LIVES, "customer.id", "customer.address|customer.city|customer.postcode|customer.state"),
        current("customer_address"),
        is_quiet=True,
    ),
    Check(
        "addresses.moves", "law", "A share of the customers moves each year.", _LIVES, moves, is_quiet=True
    ),
)
