"""Customers who drop out: the law of their lives, whom an order is drawn from, what it moves and leaves."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import footfall
from footfall import Dataset
from footfall.core import laws
from footfall.core.streams import Streams, row_addresses
from footfall.plan.plan import plan
from footfall.plan.registry import CustomerRegistry
from footfall.scenario.load import load
from sample import findings_of

PLAIN = ("targets.top_customer_share=null", "customers.pool=1900", "reviews.count=1500")
LIFE = "customers.registered.lifetime={median_days: 60, shape: 1.0}"
LIVES = (*PLAIN, "customers.registered.weight_sd=0.7", LIFE)
U = np.linspace(0.0005, 0.9995, 1999)


def made(*changes: str, seed: int = 7, scale: float = 1.0, **options: object) -> Dataset:
    return footfall.generate("storefront", seed=seed, scale=scale, overrides=changes, **options)


@pytest.fixture(scope="module")
def plain() -> Dataset:
    return made(*PLAIN, "customers.registered.weight_sd=0.7")


@pytest.fixture(scope="module")
def lives() -> Dataset:
    return made(*LIVES)


@pytest.mark.parametrize("shape", [0.3, 1.0, 5.0])
def test_lifetimes_agree_with_scipy(shape: float) -> None:
    """The Lomax law equals SciPy's, and its median is the one that was given."""
    scale = 60 / (2 ** (1 / shape) - 1)
    np.testing.assert_allclose(laws.lomax(U, 60, shape), stats.lomax(shape, scale=scale).ppf(U))


@pytest.mark.parametrize("median_days", [60.0, 0.01])
def test_orders_are_drawn_by_weight_among_the_active(median_days: float) -> None:
    """H0: on a day, customers order by their weights over those registered before and still active.

    Refused once in a million times. With the short lives hardly anybody is active, and most orders are
    drawn from the rest at once.
    """
    scenario = load("storefront", [*LIVES, f"customers.registered.lifetime.median_days={median_days}"])
    registry = plan(scenario, 3).customers
    assert isinstance(registry, CustomerRegistry)
    assert registry.last is not None
    day = 400
    orders = row_addresses(40_000)
    drawn = registry.draw(Streams(3), np.full(len(orders), day), orders, np.zeros(len(orders), np.int64))
    active = np.flatnonzero((registry.day < day) & (registry.last >= day))
    counts = np.bincount(drawn - 1, minlength=len(registry.day))
    assert counts.sum() == counts[active].sum()
    weights = np.diff(registry.cumulated)[active]
    if len(active) > 1:
        assert stats.chisquare(counts[active], len(orders) * weights / weights.sum()).pvalue > 1e-6


def test_an_expected_share_is_the_mean_over_days() -> None:
    """Expected shares are the sums over days of weight over all active weights (definition)."""
    registry = plan(load("storefront", list(LIVES)), 3).customers
    assert isinstance(registry, CustomerRegistry)
    assert registry.last is not None
    days = np.arange(len(registry.orders_a_day))
    weights = np.diff(registry.cumulated).astype(float)
    active = (registry.day[:, None] < days) & (registry.last[:, None] >= days)
    each = weights[:, None] * active
    share = (each / np.maximum(each.sum(axis=0), 1.0)) @ registry.orders_a_day[:, 0]
    np.testing.assert_allclose(registry.order_shares, np.maximum(share, 1e-12), rtol=1e-9, atol=1e-12)


def test_dropping_out_moves_whose_orders_are_alone(plain: Dataset, lives: Dataset) -> None:
    """Days, statuses and payments of orders, their lines, the products and all people stay."""
    for table in ("products", "customers"):
        assert lives.tables[table].equals(plain.tables[table])
    for name in ("order_id", "order_date", "status", "payment_method", "total_amount"):
        assert lives.tables["orders"][name].equals(plain.tables["orders"][name]), name
    assert lives.tables["order_items"].equals(plain.tables["order_items"])
    assert not lives.tables["orders"]["customer_id"].equals(plain.tables["orders"]["customer_id"])
    assert {f.verdict for f in lives.findings} == {"pass", "not applicable"}


def test_a_slice_is_that_of_the_whole(lives: Dataset) -> None:
    """Who orders on a day doesn't depend on which days are asked for."""
    first, last = dt.date(2024, 3, 1), dt.date(2024, 3, 31)
    some = made(*LIVES, first=first, last=last, tables=["orders"])
    day = lives.tables["orders"]["order_date"].to_numpy().astype("datetime64[D]")
    here = (day >= np.datetime64(first)) & (day <= np.datetime64(last))
    whole = lives.tables["orders"]["customer_id"].to_numpy()[here]
    assert np.array_equal(some.tables["orders"]["customer_id"].to_numpy(), whole)


def test_orders_of_customers_who_stay_are_refused(plain: Dataset) -> None:
    """Data whose customers don't drop out fail the check of a scenario in which they do."""
    subject = dataclasses.replace(plain.subject, scenario=load("storefront", list(LIVES)))
    found = findings_of(subject, plain.tables)["customers.active"]
    assert (found.verdict, found.kind) == ("fail", "law")


def test_a_promise_of_next_orders_is_checked(lives: Dataset) -> None:
    """A promised share of next orders holds, and one that the data don't have fails."""
    for bounds, verdict in (
        ("share_min: 0.5, share_max: 0.66", "pass"),
        ("share_min: 0.9, share_max: 1", "fail"),
    ):
        promise = f"promises.next_order=[{{after: 1, {bounds}}}]"
        subject = dataclasses.replace(lives.subject, scenario=load("storefront", [*LIVES, promise]))
        assert findings_of(subject, lives.tables)["promises.next_order"].verdict == verdict


def next_order(orders: npt.NDArray[np.int64], after: int) -> tuple[float, float]:
    """Share of the customers with so many orders who place another, and its standard error."""
    have, more = (orders >= after).sum(), (orders > after).sum()
    share = more / have
    return share, float(np.sqrt(share * (1 - share) / have))


def test_repeat_orders_and_revenue_are_those_of_shops() -> None:
    """A next order comes with 0.5 to 0.66 after the first and 0.74 to 0.78 after the fifth.

    And the best 20 % of the customers who order bring 54 to 75 % of the revenue.
    """
    shop = made(*LIVES, seed=7, scale=8)
    customer = shop.tables["orders"]["customer_id"].to_numpy()
    orders = np.bincount(customer)
    shares = {after: next_order(orders, after) for after in (1, 2, 3, 4, 5)}
    assert 0.50 <= shares[1][0] <= 0.66
    assert 0.74 <= shares[5][0] <= 0.78
    assert all(error < 0.015 for _, error in shares.values()), shares
    revenue = np.bincount(customer, shop.tables["orders"]["total_amount"].cast("double").to_numpy())
    best = np.sort(revenue[orders > 0])[::-1]
    assert 0.54 <= best[: len(best) // 5].sum() / best.sum() <= 0.75


TWO_SHOPS = (
    "demand.shops={US: 1.0, CA: 0.4}", "customers.locales={US: en_US, CA: en_US}", "demand.deal=expected",
    "basket.deal=expected", "basket.lines=null", "discount.deal=expected", "fulfilment.deal=expected",
    "payment.deal=expected", "shipping.deal=expected", "reviews.deal=expected",
    "reviews.ratings.deal=expected", "reviews.count=900", "customers.registered.weight_sd=2.0",
    "tables.orders.columns.shop=shop", "targets.top_customer_share=null",
    "promises.customer_order_share_max=null",
)  # fmt: skip


def test_shops_have_their_orders_whatever_their_customers_are_like() -> None:
    """H0: with few keen customers, orders by shop are Poisson about the expected ones; refused below 1e-8.

    And a shop's own holidays are its own: it is closed on them, and the other one is not.
    """
    closed = (
        "demand.holidays={places: {CA: US}, dates: {US: [2023-11-08, 2023-11-09, 2024-11-06]}, multiplier: 0}"
    )
    for seed in range(5):
        shop = made(*TWO_SHOPS, LIFE, closed, seed=seed)
        assert {f.check for f in shop.findings if f.verdict == "fail"} == set()
    orders = shop.tables["orders"].to_pandas()
    on_holidays = orders[orders.order_date.astype(str).isin(["2023-11-08", "2023-11-09", "2024-11-06"])]
    assert set(on_holidays["shop"]) == {"US"}
