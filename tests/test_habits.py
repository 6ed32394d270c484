"""Habits of customers: each law against its closed form, and what switching it on moves and leaves."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from scipy import stats

import footfall
from footfall import Dataset
from footfall.core import laws
from footfall.core.errors import ScenarioError
from footfall.core.money import as_unscaled
from footfall.core.streams import Streams, row_addresses
from footfall.plan.habits import CLASSES, class_scores, mixed_chances, mixed_sizes, tilted_weights
from footfall.plan.plan import plan
from footfall.plan.tastes import Favourites
from footfall.scenario.habits import Favourites as FavouritesLaw
from footfall.scenario.load import load
from sample import findings_of

P, O, L = "raw_products", "raw_orders", "raw_line_items"  # noqa: E741 - orders
EVEN = np.full(CLASSES, 1 / CLASSES)
UNEVEN = np.linspace(1, 5, CLASSES) / np.linspace(1, 5, CLASSES).sum()


def made(*changes: str, seed: int = 7, scale: float = 1.0, name: str = "vantage") -> Dataset:
    return footfall.generate(name, seed=seed, scale=scale, overrides=changes)


@pytest.fixture(scope="module")
def plain() -> Dataset:
    """`vantage` as shipped, seed 7; tests read it and never change it."""
    return made()


def numbers(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    if pa.types.is_decimal(table.schema.field(name).type):
        return np.concatenate([as_unscaled(c) for c in table[name].chunks])
    return table[name].to_numpy()


def between_share(customer: npt.NDArray[np.int64], value: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Share of the variance that lies between customers (ANOVA), and its error by leaving customers out.

    One-way random effects, Searle, Casella and McCulloch 1992; the jackknife leaves out twentieths of them.
    """

    def share(kept: npt.NDArray[np.bool_]) -> float:
        x, (_, who) = value[kept], np.unique(customer[kept], return_inverse=True)
        n, sums = np.bincount(who), np.bincount(who, x)
        between = float((sums**2 / n).sum() - x.sum() ** 2 / len(x))
        within = float((x**2).sum() - (sums**2 / n).sum())
        inside = within / (len(x) - len(n))
        scale = (len(x) - (n**2).sum() / len(x)) / (len(n) - 1)
        outside = (between / (len(n) - 1) - inside) / scale
        return outside / (outside + inside)

    fold = customer % 20
    left_out = np.array([share(fold != k) for k in range(20)])
    return share(fold >= 0), float(np.sqrt(19 / 20 * ((left_out - left_out.mean()) ** 2).sum()))


def log_order_values(dataset: Dataset) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    orders, lines = dataset.tables[O], dataset.tables[L]
    cents = numbers(lines, "qty") * numbers(lines, "unit_price_paid")
    value = np.bincount(numbers(lines, "order_id") - 1, cents, orders.num_rows)
    return numbers(orders, "customer_id"), np.log(value)


# A customer's own basket size


@pytest.mark.parametrize("shares", [EVEN, UNEVEN])
def test_basket_sizes_of_classes_add_up_to_the_mix(shares: npt.NDArray[np.float64]) -> None:
    """All classes together have the given law, whatever their shares of the orders."""
    law = np.array([0.5, 0.3, 0.15, 0.05])
    found = mixed_sizes(law, 0.4, shares)
    np.testing.assert_allclose(shares @ found, law, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize("correlation", [0.1, 0.5, 0.9])
def test_two_orders_of_a_customer_follow_the_bivariate_normal(correlation: float) -> None:
    """P(both have at most k lines) is the bivariate normal distribution function at the bounds (SciPy).

    Up to 0.003, as 32 classes stand for a normal law.
    """
    law = np.array([0.5, 0.3, 0.2])
    upto = np.cumsum(mixed_sizes(law, correlation, EVEN), axis=1)
    joint = stats.multivariate_normal(cov=[[1, correlation], [correlation, 1]])
    for k, bound in enumerate(stats.norm.ppf(np.cumsum(law)[:-1])):
        assert np.mean(upto[:, k] ** 2) == pytest.approx(joint.cdf([bound, bound]), abs=0.003)


def test_an_own_basket_size_moves_sizes_alone(plain: Dataset) -> None:
    """Orders of a customer have lines alike; whose an order is, its first item and all products stay."""
    on = made("customers.habits.basket_size_correlation=0.6")
    for table in (P, O):
        assert on.tables[table].equals(plain.tables[table])
    first = [d.tables[L].filter(pa.array(numbers(d.tables[L], "line_number") == 1)) for d in (plain, on)]
    assert first[0].equals(first[1])
    assert not on.tables[L].equals(plain.tables[L])
    off = dataclasses.replace(on.subject, scenario=on.subject.scenario)
    found = findings_of(off, on.tables)
    assert found["customers.own_basket_size"].verdict == "pass"
    assert found["lines.basket_size"].verdict == "pass"


ALL = (
    "customers.habits={basket_size_correlation: 0.6, price_tilt: 0.8, favourites: {share: 0.4, skus: 2}, "
    "return_correlation: 0.5}"
)


@pytest.mark.parametrize("check", ["own_basket_size", "own_prices", "favourites", "own_returns"])
def test_orders_without_the_habit_are_refused(plain: Dataset, check: str) -> None:
    """Data whose customers have no habit fail the check of a scenario that gives them one."""
    on = load("vantage", [ALL])
    check = f"customers.{check}"
    subject = dataclasses.replace(plain.subject, scenario=on)
    assert findings_of(subject, plain.tables)[check].verdict == "fail"


def test_exact_totals_refuse_own_basket_sizes() -> None:
    """An exact total of lines is dealt to orders whoever they are of: the error says what to change."""
    with pytest.raises(ScenarioError, match=r"basket\.deal: expected"):
        made("customers.habits.basket_size_correlation=0.3", name="storefront", scale=0.1)


def test_line_numbers_count_own_basket_sizes() -> None:
    """Line ids count up from 1 where sizes belong to customers, whose weights are solved on their orders."""
    on = made(
        "customers.habits={basket_size_correlation: 0.5, price_tilt: 0.5}",
        *("basket.deal=expected", "basket.lines=null", "discount.deal=expected"),
        name="storefront",
    )
    ids = numbers(on.tables["order_items"], "order_item_id")
    assert np.array_equal(ids, np.arange(1, len(ids) + 1))
    assert {f.check: f.verdict for f in on.findings}["targets.top_customers"] == "pass"


# A customer's own prices


@pytest.mark.parametrize("shares", [EVEN, UNEVEN])
def test_tilted_weights_keep_each_sku_and_tilt_the_odds(shares: npt.NDArray[np.float64]) -> None:
    """All classes together buy by the catalogue's weights; log odds are linear in score times price score."""
    catalog = plan(load("vantage"), 3).catalog
    found = tilted_weights(catalog, 0.8, shares)
    np.testing.assert_allclose(shares @ found, catalog.weight / catalog.weight.sum(), rtol=1e-6)
    here = np.flatnonzero(catalog.category == 1)
    n = len(here)
    score = stats.norm.ppf((np.argsort(np.argsort(catalog.price[here], kind="stable")) + 0.5) / n)
    odds = np.log(found[:, here] / found[:, here[:1]])
    change = odds - odds[:1]
    z = class_scores()
    np.testing.assert_allclose(change, 0.8 * (z - z[0])[:, None] * (score - score[0]), atol=1e-9)


def test_own_prices_move_skus_alone(plain: Dataset) -> None:
    """Customers buy at prices alike; orders, sizes, units, discounts and each SKU's share stay."""
    on = made("customers.habits.price_tilt=0.8")
    assert on.tables[O].equals(plain.tables[O])
    for name in ("order_id", "qty", "discount", "line_number"):
        assert on.tables[L][name].equals(plain.tables[L][name]), name
    found = {f.check: f for f in on.findings}
    assert found["customers.own_prices"].verdict == "pass"
    assert found["lines.first_item"].p_value is not None
    assert found["lines.first_item"].p_value > 1e-6


def test_between_customer_share_of_order_values_is_that_of_shops(plain: Dataset) -> None:
    """0.31 to 0.37 of the variance of log order value lies between customers, and none by default.

    H0 by default: none, refused beyond 5 standard errors of a jackknife over customers.
    """
    none, error = between_share(*log_order_values(plain))
    assert abs(none) < 5 * error
    on = made("customers.habits={basket_size_correlation: 0.58, price_tilt: 0.7}")
    share, error = between_share(*log_order_values(on))
    assert 0.31 <= share <= 0.37, (share, error)
    assert error < 0.02
    assert all(f.verdict != "fail" for f in on.findings)


# Favourites


def test_two_first_items_are_the_same_favourite_by_the_formula() -> None:
    """P(same SKU | customer, category) = r + p^2 / k (1 - r), r by chance; 5 standard errors over customers.

    Here each of 4,000 customers has 40 first items of one category whose 50 SKUs sell 1 : 2 : ... : 50.
    """
    law, weights = FavouritesLaw(share=0.6, skus=3), np.arange(1.0, 51.0)
    choose = laws.choice(tuple(weights.tolist()))
    habit = Favourites(law.share, law.skus, np.arange(4000, dtype=np.int32)[::-1].copy())
    customer = np.repeat(np.arange(1, 4001), 40)
    address = row_addresses(len(customer))
    sku = choose(Streams(5).bits("basket.sku.0", address)).astype(np.int64)
    again, place = habit.bought(Streams(5), 0, address)
    words = habit.words(Streams(5), customer[again], np.zeros(len(again), np.int64), place)
    sku[again] = choose(words)
    counts = np.bincount(customer * 50 + sku, minlength=4001 * 50).reshape(-1, 50)[1:]
    same = (counts * (counts - 1)).sum(axis=1) / (40 * 39)
    by_chance = float(np.square(weights / weights.sum()).sum())
    expected = by_chance + law.share**2 / law.skus * (1 - by_chance)
    assert abs(same.mean() - expected) < 5 * same.std() / np.sqrt(4000)
    # All customers together buy by the weights; their counts vary by 1 + 39 p^2 / k times chance at most.
    # H0 is refused once in a million times.
    found = stats.chisquare(counts.sum(axis=0), 160_000 * weights / weights.sum()).statistic
    assert stats.chi2.sf(found / (1 + 39 * law.share**2 / law.skus), 49) > 1e-6


def test_favourites_move_skus_alone(plain: Dataset) -> None:
    """Customers buy the same again; orders, categories of first items, units and each SKU's share stay."""
    on = made("customers.habits.favourites={share: 0.4, skus: 2}")
    assert on.tables[O].equals(plain.tables[O])
    for name in ("order_id", "qty", "discount", "line_number"):
        assert on.tables[L][name].equals(plain.tables[L][name]), name
    category = np.array(plain.tables[P]["category"].to_pylist())
    is_first = numbers(plain.tables[L], "line_number") == 1
    first = [category[numbers(d.tables[L], "sku_id")[is_first] - 10_000] for d in (plain, on)]
    assert np.array_equal(*first)
    assert {f.verdict for f in on.findings} == {"pass", "not applicable"}
    # The best seller to everybody is refused as before.
    spoilt = dict(on.tables)
    everywhere = np.where(np.arange(len(is_first)) % 12, numbers(on.tables[L], "sku_id"), 10_007)
    table = on.tables[L]
    place = table.schema.get_field_index("sku_id")
    spoilt[L] = table.set_column(place, table.schema.field("sku_id"), pa.array(everywhere))
    assert findings_of(on.subject, spoilt)["lines.first_item"].verdict == "fail"


def repeated(dataset: Dataset) -> tuple[float, float]:
    """Share of the lines of later orders whose SKU the customer bought in an earlier one, and its error.

    The error is a jackknife that leaves out twentieths of the customers.
    """
    orders, lines = dataset.tables[O], dataset.tables[L]
    order, sku = numbers(lines, "order_id"), numbers(lines, "sku_id")
    customer = numbers(orders, "customer_id")[order - 1]
    never = np.iinfo(np.int64).max
    _, who = np.unique(customer, return_inverse=True)
    _, pair = np.unique(customer * 100_000 + sku, return_inverse=True)
    first, first_of = np.full(who.max() + 1, never), np.full(pair.max() + 1, never)
    np.minimum.at(first, who, order)
    np.minimum.at(first_of, pair, order)
    later, again = order > first[who], order > first_of[pair]
    fold = customer % 20
    left_out = np.array([again[later & (fold != k)].mean() for k in range(20)])
    return float(again[later].mean()), float(np.sqrt(19 / 20 * ((left_out - left_out.mean()) ** 2).sum()))


def test_repurchase_is_that_of_shops() -> None:
    """41 % of later lines repeat a SKU that the customer bought before, where 12 to 17 % do by chance."""
    shop = (
        "targets.top_sku_share={top: 0.2, value: 0.7, tolerance: 0.03}", "targets.gross_margin=null",
        "customers.rarest_orders=0.9", "customers.promises=null",
    )  # fmt: skip
    by_chance, error = repeated(made(*shop))
    assert 0.12 <= by_chance <= 0.17, (by_chance, error)
    on = made(*shop, "customers.habits.favourites={share: 0.57, skus: 2}")
    share, error = repeated(on)
    assert abs(share - 0.41) < 0.02, (share, error)
    assert error < 0.01
    assert {f.verdict for f in on.findings} == {"pass", "not applicable"}


# Returns


@pytest.mark.parametrize("correlation", [0.2, 0.6])
def test_two_lines_of_a_customer_come_back_by_the_bivariate_normal(correlation: float) -> None:
    """Classes keep each chance, and P(both come back) is the bivariate normal at the quantiles (SciPy).

    Up to 0.003, as 32 classes stand for a normal law.
    """
    chances = np.array([0.02, 0.15, 0.5, 0.9])
    np.testing.assert_allclose(UNEVEN @ mixed_chances(chances, correlation, UNEVEN), chances, atol=1e-12)
    of_class = mixed_chances(chances, correlation, EVEN)
    joint = stats.multivariate_normal(cov=[[1, correlation], [correlation, 1]])
    for i, k in ((0, 1), (1, 1), (1, 2), (2, 3)):
        both = joint.cdf(stats.norm.ppf(chances[[i, k]]))
        assert np.mean(of_class[:, i] * of_class[:, k]) == pytest.approx(both, abs=0.003)


def test_own_returns_move_returns_alone(plain: Dataset) -> None:
    """Some customers send back more; everything else stays, and so do the SKUs' and categories' shares."""
    on = made("customers.habits.return_correlation=0.6")
    for name in (P, O, "raw_marketing_daily", "raw_budget_monthly"):
        assert on.tables[name].equals(plain.tables[name])
    assert on.tables[L].drop_columns("is_returned").equals(plain.tables[L].drop_columns("is_returned"))
    found = {f.check: f for f in on.findings}
    assert {f.verdict for f in on.findings} == {"pass", "not applicable"}
    assert {found[f"lines.{c}"].verdict for c in ("returns", "returns_by_category")} == {"pass"}


def test_own_returns_need_returns() -> None:
    """A shop without returns refuses the habit, and says what it lacks."""
    with pytest.raises(ScenarioError, match="return_concentration"):
        made("customers.habits.return_correlation=0.3", name="storefront", scale=0.1)


def top_share(customer: npt.NDArray[np.int64], value: npt.NDArray[np.float64]) -> float:
    """Share of a whole that the first tenth of those who order has."""
    each = np.bincount(customer, value)[np.bincount(customer) > 0]
    return float(np.sort(each)[::-1][: len(each) // 10].sum() / each.sum())


def test_few_customers_make_most_returns_as_in_shops(plain: Dataset) -> None:
    """10 % of the customers make 61 % of the returns, where 38 % would come of their orders alone.

    The error is a jackknife that leaves out twentieths of the customers.
    """
    even = ("customers.rarest_orders=2.0", "customers.promises=null")

    def share(dataset: Dataset) -> tuple[float, float]:
        lines = dataset.tables[L]
        customer = numbers(dataset.tables[O], "customer_id")[numbers(lines, "order_id") - 1]
        returned = lines["is_returned"].to_numpy().astype(float)
        left_out = [top_share(customer[k], returned[k]) for k in (customer % 20 != f for f in range(20))]
        return top_share(customer, returned), float(np.sqrt(19 * np.var(left_out)))

    without, _ = share(made(*even))
    found, error = share(made(*even, "customers.habits.return_correlation=0.7"))
    assert without < 0.42
    assert abs(found - 0.61) < 0.02, (found, error)
    assert error < 0.015
    # And they come back a median 9 days after the order.
    delay = plain.subject.scenario.arrival.returned
    assert delay.min_days + np.searchsorted(np.cumsum(delay.shares), 0.5) == 9
