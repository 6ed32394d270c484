"""Deliveries: the days that they take, what late ones cost in stars, and what each check sees."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize, stats

import footfall
from footfall import Dataset
from footfall.core.errors import ScenarioError
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.simulate.reviews import star_bounds
from sample import Damage, change, column, findings_of

COLUMNS = (
    "arrival.delivery={late_share: 0.178}",
    "tables.orders.columns.promised_date=promised",
    "tables.orders.columns.delivered_date=delivered",
)
LATE = (
    *COLUMNS,
    "reviews.quality.late=1.42",
    "reviews.ratings.shares={5: 0.58, 4: 0.19, 3: 0.08, 2: 0.03, 1: 0.12}",
    "reviews.delay.median_days=13",
)


def made(*changes: str, seed: int = 7, scale: float = 1.0, **options: object) -> Dataset:
    return footfall.generate("storefront", seed=seed, scale=scale, overrides=changes, **options)


@pytest.fixture(scope="module")
def late() -> Dataset:
    return made(*LATE, scale=2)


def days(dataset: Dataset, name: str, table: str = "orders") -> npt.NDArray[np.int64]:
    return dataset.tables[table][name].cast("int32").to_numpy().astype(np.int64)


def test_bounds_of_stars_are_quantiles_of_the_mixture() -> None:
    """Each bound is exceeded by the share of (1 - s) N(0, 1) + s N(-d, 1) that has more stars (SciPy)."""
    made_plan = plan(load("storefront", list(LATE)), 7)
    shares = [0.58, 0.19, 0.08, 0.03, 0.12]

    def above(x: float) -> float:
        return 0.822 * stats.norm.sf(x) + 0.178 * stats.norm.sf(x + 1.42)

    wanted = [optimize.brentq(lambda x, g=g: above(x) - g, -30, 30) for g in np.cumsum(shares)[:-1]]
    np.testing.assert_allclose(star_bounds(made_plan, shares), wanted, atol=1e-9)


def test_delivery_dates_change_no_other_column() -> None:
    """Publishing deliveries leaves the orders' other columns and all lines, customers and products."""
    plain, on = made(scale=0.5), made(*COLUMNS, scale=0.5)
    assert (
        on.tables["orders"].drop_columns(["promised_date", "delivered_date"]).equals(plain.tables["orders"])
    )
    for table in ("products", "customers", "order_items"):
        assert on.tables[table].equals(plain.tables[table])


def test_lateness_moves_stars_and_words_alone() -> None:
    """Who reviews what and when, and the mix of the stars, are the same whatever a late delivery costs."""
    without, on = made(*COLUMNS), made(*COLUMNS, "reviews.quality.late=2.0")
    for name in ("review_id", "product_id", "customer_id", "review_date"):
        assert on.tables["reviews"][name].equals(without.tables["reviews"][name]), name
    stars = [np.bincount(d.tables["reviews"]["rating"].to_numpy()) for d in (without, on)]
    assert np.array_equal(*stars)
    assert not on.tables["reviews"]["rating"].equals(without.tables["reviews"]["rating"])


def test_nobody_reviews_what_has_not_come(late: Dataset) -> None:
    """A review is not dated before the first delivery of its SKU to its customer."""
    orders, lines, reviews = (late.tables[t].to_pandas() for t in ("orders", "order_items", "reviews"))
    bought = lines.merge(orders[["order_id", "customer_id", "delivered_date", "status"]])
    bought = bought[bought.status.isin(["Completed", "Returned"])]
    came = bought.groupby(["customer_id", "product_id"]).delivered_date.min().reset_index()
    both = reviews.merge(came)
    assert len(both) == len(reviews)
    assert (both.review_date >= both.delivered_date).all()


def test_a_delivery_is_known_on_its_day() -> None:
    """As of a day, deliveries until then are told, and those to come by the day promised."""
    day = dt.date(2024, 11, 29)
    final, known = (made(*COLUMNS, as_of=as_of, tables=["orders"]) for as_of in (None, day))
    here = slice(0, known.tables["orders"].num_rows)
    delivered, promised = days(final, "delivered_date")[here], days(final, "promised_date")[here]
    end = (day - dt.date(1970, 1, 1)).days
    assert (delivered > end).any()
    told = np.where(delivered <= end, delivered, promised)
    assert np.array_equal(days(known, "delivered_date"), told)
    assert {f.verdict for f in known.findings} <= {"pass", "not applicable"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("reviews.quality.late=1.0",), r"needs arrival\.delivery"),
        (("arrival.delivery={late_share: 0.1, promised_days: 3}",), r"above promised_days \(3\)"),
        (("tables.orders.columns.came=delivered",), r"needs arrival\.delivery"),
    ],
)
def test_what_contradicts_is_refused(changes: tuple[str, ...], said: str) -> None:
    """Errors name the keys that don't fit together."""
    with pytest.raises(ScenarioError, match=said):
        made(*changes)


DAMAGE: dict[str, Damage] = {
    "orders.promised": column(
        "orders", "promised_date", lambda d: np.where(np.arange(len(d)) == 5, d + 1, d)
    ),
    "orders.delivered": column(
        "orders", "delivered_date", lambda d: np.where(np.arange(len(d)) == 5, d + 60, d)
    ),
    "orders.late": lambda t: change(
        t,
        "orders",
        "delivered_date",
        lambda d: np.minimum(d, np.where(np.arange(len(d)) % 2, _days(t, "promised_date"), d)),
    ),
    "orders.days_in_time": column(
        "orders", "delivered_date", lambda d: np.where(np.arange(len(d)) % 3 == 0, d - (d % 2), d)
    ),
    "orders.days_late": lambda t: change(
        t,
        "orders",
        "delivered_date",
        lambda d: np.where(d > _days(t, "promised_date"), np.maximum(d, _days(t, "promised_date") + 4), d),
    ),
    "reviews.late": column("reviews", "rating", lambda r: np.roll(r, 1)),
}


def _days(tables: dict[str, object], name: str) -> npt.NDArray[np.int64]:
    return tables["orders"][name].cast("int32").to_numpy().astype(np.int64)  # type: ignore[index]


@pytest.mark.parametrize("name", DAMAGE)
def test_check_sees_its_damage(late: Dataset, name: str) -> None:
    """Honest deliveries pass, and the check fails on data damaged in its way."""
    honest = {f.check: f.verdict for f in late.findings}
    assert honest[name] == "pass"
    tables = dict(late.tables)
    spoilt = DAMAGE[name]({**tables, "orders": _as_days(tables["orders"])})
    assert findings_of(late.subject, spoilt)[name].verdict == "fail"


def _as_days(orders):
    """Days as whole numbers while they are damaged; the contract reads both."""
    for name in ("promised_date", "delivered_date"):
        place = orders.schema.get_field_index(name)
        orders = orders.set_column(place, name, orders[name].cast("int32"))
    return orders


def test_stars_and_delays_are_those_of_shops(late: Dataset) -> None:
    """58/19/8/3/12 % for 5 to 1 stars; 2.6 stars where late, 4.4 else; a median 13 days after the order.

    The means lie within 3 standard errors of an independent sample, below 0.1 stars each.
    """
    orders, lines, reviews = (late.tables[t].to_pandas() for t in ("orders", "order_items", "reviews"))
    shares = reviews.rating.value_counts(normalize=True)
    assert [round(shares[k], 3) for k in (5, 4, 3, 2, 1)] == [0.58, 0.19, 0.08, 0.03, 0.12]
    bought = lines.merge(orders[orders.status.isin(["Completed", "Returned"])], on="order_id")
    both = reviews.merge(
        bought.drop_duplicates(["customer_id", "product_id"]), on=["customer_id", "product_id"]
    )
    assert len(both) == len(reviews)
    is_late = both.delivered_date > both.promised_date
    for side, mean in ((is_late, 2.6), (~is_late, 4.4)):
        error = both.rating[side].std() / np.sqrt(side.sum())
        assert error < 0.1
        assert abs(both.rating[side].mean() - mean) < max(0.05, 3 * error)
    since = (both.review_date - both.order_date).map(lambda d: d.days)
    assert since.median() == 13
