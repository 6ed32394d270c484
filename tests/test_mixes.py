"""Ways of payment and statuses by shop and from days on: their own shares, and nothing else moves."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

import footfall
from footfall import Dataset
from footfall.core.errors import ScenarioError
from footfall.core.streams import Streams, row_addresses
from footfall.plan.mixes import choice_by_case
from sample import column, findings_of

TWO_SHOPS = (
    "demand.shops={US: 1.0, CA: 0.5}", "customers.locales={US: en_US, CA: en_US}", "demand.deal=expected",
    "basket.deal=expected", "basket.lines=null", "discount.deal=expected", "fulfilment.deal=expected",
    "payment.deal=expected", "shipping.deal=expected", "reviews.deal=expected",
    "reviews.ratings.deal=expected", "reviews.count=1500", "targets.top_customer_share=null",
    "tables.orders.columns.shop=shop",
)  # fmt: skip
OWN = "payment.by_shop={CA: {PayPal: 0.7, Debit: 0.3}}"


def made(*changes: str) -> Dataset:
    return footfall.generate("storefront", seed=7, overrides=(*TWO_SHOPS, *changes))


@pytest.fixture(scope="module")
def own() -> Dataset:
    return made(OWN)


def test_a_shop_has_shares_of_its_own(own: Dataset) -> None:
    """Canada pays by its mix, within 5 standard errors; all but its ways of payment is as without it."""
    orders, plain = own.tables["orders"], made().tables["orders"]
    shop, way = (np.array(orders[name].to_pylist()) for name in ("shop", "payment_method"))
    n = (shop == "CA").sum()
    assert not (way[shop == "CA"] == "Credit Card").any()
    assert abs((way[shop == "CA"] == "PayPal").mean() - 0.7) < 5 * np.sqrt(0.7 * 0.3 / n)
    assert orders.drop_columns("payment_method").equals(plain.drop_columns("payment_method"))
    before = np.array(plain["payment_method"].to_pylist())
    assert np.array_equal(way[shop == "US"], before[shop == "US"])
    assert {f.check: f.verdict for f in own.findings}["orders.payment"] == "pass"


def test_shares_of_another_shop_are_refused(own: Dataset) -> None:
    """Ways of payment turned round between shops fail the check, though the whole has its mix."""
    spoilt = column("orders", "shop", lambda s: np.where(s == "US", "CA", "US"))(dict(own.tables))
    assert findings_of(own.subject, spoilt)["orders.payment"].verdict == "fail"
    mixed = dataclasses.replace(own.subject, scenario=made().subject.scenario)
    assert findings_of(mixed, own.tables)["orders.payment"].verdict == "fail"


LATER = (
    "payment.changes=[{from: 2023-09-01, shares: {Credit Card: 0.2, PayPal: 0.8}}, "
    "{from: 2024-07-01, shares: {Debit: 1.0}}]"
)
STATUS = "fulfilment.by_shop={CA: {Completed: 0.4, Processing: 0.1, Cancelled: 0.3, Returned: 0.2}}"
STRICTER = (
    "fulfilment.changes=[{from: 2024-01-01, "
    "shares: {Completed: 0.6, Processing: 0.1, Cancelled: 0.1, Returned: 0.2}}]"
)


@pytest.fixture(scope="module")
def later() -> Dataset:
    return made(LATER)


@pytest.fixture(scope="module")
def judged() -> Dataset:
    return made(STATUS, STRICTER)


def test_shares_change_on_their_days(later: Dataset) -> None:
    """From each day on its shares hold, within 5 standard errors, and to the last bit as a mix of their own.

    The oracle draws by NumPy's search among the sums of the shares, at the same uniforms.
    """
    orders, plain = later.tables["orders"], made().tables["orders"]
    day, way = (np.array(orders[name].to_pylist()) for name in ("order_date", "payment_method"))
    first, second = dt.date(2023, 9, 1), dt.date(2024, 7, 1)
    before, between = day < first, (day >= first) & (day < second)
    assert set(way[day >= second]) == {"Debit"}
    n = between.sum()
    assert abs((way[between] == "PayPal").mean() - 0.8) < 5 * np.sqrt(0.8 * 0.2 / n)
    was = np.array(plain["payment_method"].to_pylist())
    assert np.array_equal(way[before], was[before])
    assert orders.drop_columns("payment_method").equals(plain.drop_columns("payment_method"))
    for name, table in later.tables.items():
        assert name == "orders" or table.equals(made().tables[name])
    assert {f.check: f.verdict for f in later.findings}["orders.payment"] == "pass"


def test_the_law_is_that_of_a_search() -> None:
    """A word is where its uniform falls among the sums of its case's shares, as NumPy's search finds it."""
    cases = ((0.2, 0.5, 0.3), (0.0, 1.0, 0.0), (0.7, 0.0, 0.3))
    rows = row_addresses(20_000)
    case = np.arange(20_000) % 3
    streams = Streams(7)
    found = choice_by_case(cases)(streams.bits("order.payment", rows), case)
    u = streams.uniform("order.payment", rows)
    due = [np.searchsorted(np.cumsum(shares)[:-1], u, side="right") for shares in cases]
    assert np.array_equal(found, np.choose(case, due))


def test_statuses_of_shops_and_days(judged: Dataset) -> None:
    """Settled orders have the statuses of their shop and day; who is in progress, and all else, stays."""
    orders, plain = judged.tables["orders"], made().tables["orders"]
    shop, day, status = (np.array(orders[n].to_pylist()) for n in ("shop", "order_date", "status"))
    was, settled = np.array(plain["status"].to_pylist()), status != "Processing"
    assert np.array_equal(settled, was != "Processing")
    late = day >= dt.date(2024, 1, 1)
    for inside, cancelled in (
        (shop == "CA", 0.3),
        ((shop == "US") & late, 0.1),
        ((shop == "US") & ~late, 0.05),
    ):
        mine, share = status[inside & settled], cancelled / 0.9
        assert abs((mine == "Cancelled").mean() - share) < 5 * np.sqrt(share * (1 - share) / len(mine))
    early = (shop == "US") & ~late
    assert np.array_equal(status[early], was[early])
    assert orders.drop_columns("status").equals(plain.drop_columns("status"))
    assert judged.tables["order_items"].equals(made().tables["order_items"])
    assert {f.check: f.verdict for f in judged.findings}["orders.status"] == "pass"


@pytest.mark.parametrize("check", ["orders.payment", "orders.status"])
def test_shares_of_another_day_are_refused(later: Dataset, judged: Dataset, check: str) -> None:
    """Words turned round in time fail the check, though the whole has its mix; so do those of no change.

    Null hypothesis: given shop and period, words are multinomial by its mix; false alarms as anywhere.
    """
    data, name = (later, "payment_method") if check == "orders.payment" else (judged, "status")
    spoilt = column("orders", name, lambda words: words[::-1])(dict(data.tables))
    assert findings_of(data.subject, spoilt)[check].verdict == "fail"
    plain = dataclasses.replace(data.subject, scenario=made().subject.scenario)
    assert findings_of(plain, data.tables)[check].verdict == "fail"


def test_figures_of_parts_add_up(judged: Dataset) -> None:
    """Counts by shop and period are the same of the whole and of many small batches."""
    whole, parts = (findings_of(judged.subject, judged.tables, rows) for rows in (None, 97))
    assert whole["orders.status"] == parts["orders.status"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("payment.changes=[{from: 2022-09-01, shares: {Debit: 1.0}}]", "must be a day after 2023-01-01"),
        ("payment.changes=[{from: 2023-09-01, shares: {Debet: 1.0}}]", "did you mean 'Debit'"),
        ("payment.changes=[{from: 2023-09-01, shares: {Debit: 0.9}}]", "must add up to 1"),
        (LATER.replace("2024-07", "2023-07"), "in the order of their days"),
        ("fulfilment.by_shop={CA: {Completed: 1.0}}", "is a matter of age"),
        ("fulfilment.by_shop={CN: {Completed: 0.9, Processing: 0.1}}", "there are US, CA"),
        ("payment.by_shop={CN: {PayPal: 1.0}}", "there are US, CA"),
        ("payment.by_shop={CA: {Paypal: 1.0}}", "did you mean 'PayPal'"),
        ("payment.by_shop={CA: {PayPal: 0.4}}", "must add up to 1"),
    ],
)
def test_what_does_not_fit_is_refused(change: str, said: str) -> None:
    """Errors name the shop or the word, and what there is."""
    with pytest.raises(ScenarioError, match=said):
        made(change)
