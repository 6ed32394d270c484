"""Ways of payment by shop: a shop's own shares, and nothing else moves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import footfall
from footfall import Dataset
from footfall.core.errors import ScenarioError
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("payment.by_shop={CN: {PayPal: 1.0}}", "there are US, CA"),
        ("payment.by_shop={CA: {Paypal: 1.0}}", "did you mean 'PayPal'"),
        ("payment.by_shop={CA: {PayPal: 0.4}}", "must add up to 1"),
    ],
)
def test_what_does_not_fit_is_refused(change: str, said: str) -> None:
    """Errors name the shop or the word, and what there is."""
    with pytest.raises(ScenarioError, match=said):
        made(change)
