"""Checks of counts that vary otherwise than a plain draw: the law they are judged by, and what it refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import footfall
from footfall import Dataset
from footfall.contract.fulfilment_checks import _open_by_age
from footfall.contract.habit_laws import chances_of_classes, class_scores, shared_returns, shared_sizes
from footfall.contract.histories import Histories
from footfall.contract.star_laws import Reviewed, StarLaw
from footfall.contract.statistics import binomial_sum_score
from footfall.core.streams import Streams, row_addresses
from footfall.plan.calendar import OrderCounts
from footfall.plan.statuses import Statuses
from footfall.scenario.buying import Fulfilment
from sample import Tables, change, findings_of

O, L = "fct_order", "fct_order_line"  # noqa: E741 - orders


@pytest.fixture(scope="module")
def fashion() -> Dataset:
    """`fashion` as shipped, seed 7; tests read it and never change it."""
    return footfall.generate("fashion", seed=7)


@pytest.mark.parametrize("share", [0.03, 0.055])
def test_orders_in_progress_vary_by_their_ages(share: float) -> None:
    """Over 400 seeds their number has the mean and the variance that the contract works out.

    Five standard errors for each, of the mean and of a normal sample's variance: a false alarm in a million.
    The seeds are fixed.
    """
    young = {"status": "open", "youngest_share": 0.06, "median_age_days_max": 90, "age_days_max": 120}
    law = Fulfilment.model_validate(
        {"shares": {"done": 0.9 - share, "open": share, "lost": 0.1}, "in_progress": young}
    )
    assert law.in_progress is not None
    by_day = np.full(400, 10)
    counts = OrderCounts(1, np.concatenate([[0], np.cumsum(by_day)]))
    planned, number = Statuses.plan(law, counts, ["DE"]), np.arange(4000)
    drawn = np.array(
        [
            np.count_nonzero(planned.of_orders(Streams(seed), number, row_addresses(4000)) == 1)
            for seed in range(400)
        ]
    )
    size, due = _open_by_age(law.in_progress, round(4000 * share), by_day)
    variance = float(due @ (1 - due / size))
    assert abs(drawn.mean() - due.sum()) < 5 * np.sqrt(variance / 400)
    assert abs(drawn.var() / variance - 1) < 5 * np.sqrt(2 / 400)
    assert variance < 0.5 * 4000 * share * (1 - share)


def _opened(tables: Tables, orders: int) -> Tables:
    """Some of the orders that are done become such in progress, the youngest first."""

    def turned(status: np.ndarray) -> np.ndarray:
        status[np.flatnonzero(status == "Abgeschlossen")[-orders:]] = "Unterwegs"
        return status

    return change(tables, O, "status", turned)


def test_too_many_in_progress_are_refused(fashion: Dataset) -> None:
    """600 orders in progress vary by 14, not by 24 as a plain draw would: a hundred more are refused."""
    assert findings_of(fashion.subject, fashion.tables)["orders.status"].verdict == "pass"
    found = findings_of(fashion.subject, _opened(dict(fashion.tables), 100))
    assert found["orders.status"].verdict == "fail"
    assert found["orders.in_progress"].verdict == "pass"


def test_unknown_statuses_are_refused_by_name(fashion: Dataset) -> None:
    """A status that the scenario does not have is told by its order."""
    broken = change(dict(fashion.tables), O, "status", lambda s: np.where(np.arange(len(s)) == 3, "Weg", s))
    found = findings_of(fashion.subject, broken)["orders.status"]
    assert found.verdict == "fail"
    assert "Weg" in found.detail


@pytest.mark.parametrize("correlation", [0.3, 0.9])
def test_returns_of_an_order_go_together_by_the_bivariate_normal(correlation: float) -> None:
    """Covariance of groups is that of their pairs of lines, by SciPy's bivariate normal at the quantiles.

    Orders: SKUs 0, 1 and 2 together; 0 and 2; 1 alone. Group of SKU 0 is 0, that of 1 and 2 is 1. Up to 0.003
    a pair, as 32 classes stand for a normal law.
    """
    chance, group = np.array([0.1, 0.4, 0.7]), np.array([0, 1, 1])
    order, sku = np.array([1, 1, 1, 2, 2, 3]), np.array([0, 1, 2, 0, 2, 1])
    none = np.zeros(6, np.bool_)
    seen = Histories(np.array([1, 1, 1, 1, 1, 2]), order, sku, order, none, none)
    found = shared_returns(seen, chances_of_classes(chance, correlation), order, group, 2)
    joint = stats.multivariate_normal(cov=[[1, correlation], [correlation, 1]])

    def pair(i: int, k: int) -> float:
        return float(joint.cdf(stats.norm.ppf(chance[[i, k]])) - chance[i] * chance[k])

    between = pair(0, 1) + 2 * pair(0, 2)
    np.testing.assert_allclose(found, [[0, between], [between, 2 * pair(1, 2)]], atol=0.01)


def test_sizes_of_a_customers_orders_vary_by_the_bivariate_normal() -> None:
    """Covariance of orders by size is that of the pairs of orders of a customer, by SciPy's bivariate normal.

    Three orders of one customer are six ordered pairs; one of another is none. Up to 0.003 a pair.
    """
    shares = np.array([0.5, 0.3, 0.2])
    customer, is_first = np.array([1, 1, 1, 1, 2]), np.array([True, False, True, True, True])
    seen = Histories(customer, customer, customer, customer, is_first, ~is_first)
    found = shared_sizes(seen, shares, 0.5)
    joint = stats.multivariate_normal(cov=[[1, 0.5], [0.5, 1]])
    edges = stats.norm.ppf([1e-12, 0.5, 0.8, 1 - 1e-12])

    def both(i: int, k: int) -> float:
        corners = [(a, b) for a in (i, i + 1) for b in (k, k + 1)]
        signs = [(-1) ** (a - i + b - k) for a, b in corners]
        return float(
            sum(s * joint.cdf([edges[a], edges[b]]) for s, (a, b) in zip(signs, corners, strict=True))
        )

    expected = [[6 * (both(i, k) - shares[i] * shares[k]) for k in range(3)] for i in range(3)]
    np.testing.assert_allclose(found, expected, atol=0.03)


def _moved(tables: Tables, dataset: Dataset, lines: int) -> Tables:
    """Some returns of women's clothes become returns of shoes."""
    articles = dataset.tables["dim_article"].to_pandas().set_index("article_id")["department"]
    department = articles.loc[dataset.tables[L]["article_id"].to_numpy()].to_numpy()

    def moved(returned: np.ndarray) -> np.ndarray:
        returned[np.flatnonzero(returned & (department == "Damen"))[:lines]] = False
        returned[np.flatnonzero(~returned & (department == "Schuhe"))[:lines]] = True
        return returned

    return change(tables, L, "is_returned", moved)


def test_returns_of_the_wrong_category_are_refused(fashion: Dataset) -> None:
    """Categories vary by the lines of one order alone: a few hundred returns elsewhere are seen."""
    found = findings_of(fashion.subject, _moved(dict(fashion.tables), fashion, 700))
    assert found["lines.returns_by_category"].verdict == "fail"
    assert found["lines.returns"].verdict == "pass"


def test_too_few_returns_are_refused(fashion: Dataset) -> None:
    """A tenth of the returns left out fails the check of all of them, keen customers or not."""
    broken = change(dict(fashion.tables), L, "is_returned", lambda r: r & (np.arange(len(r)) % 10 > 0))
    assert findings_of(fashion.subject, broken)["lines.returns"].verdict == "fail"


def test_returns_of_unknown_customers_are_not_judged(fashion: Dataset) -> None:
    """Where orders don't tell their customers, nobody knows how returns go together."""
    tables = {k: v for k, v in fashion.tables.items() if k != O}
    specs = {k: v for k, v in fashion.subject.tables.items() if k != O}
    found = findings_of(dataclasses.replace(fashion.subject, tables=specs), tables)
    for check in ("lines.returns", "lines.returns_by_category"):
        assert found[check].verdict == "not applicable"
        assert "customers" in found[check].detail


def test_sizes_on_a_part_of_the_horizon_are_those_of_its_customers() -> None:
    """A month of few customers passes, whose own sizes show; a third of its large orders cut is refused."""
    import datetime as dt

    few = footfall.generate(
        "fashion",
        seed=100,
        scale=2.0,
        first=dt.date(2025, 5, 1),
        last=dt.date(2025, 5, 31),
        overrides=["customers.pool=600"],
    )
    tables = dict(few.tables)
    found = {f.check: f for f in few.findings}["lines.basket_size"]
    assert found.verdict == "pass"
    number, order = (tables[L][name].to_numpy() for name in ("line", "order_id"))
    cut = (number > 1) & (order % 3 == 0)
    broken = {**tables, L: tables[L].filter(pa.array(~cut))}
    assert findings_of(few.subject, broken)["lines.basket_size"].verdict == "fail"


def test_reviews_by_rating_have_the_moments_of_their_skus() -> None:
    """Mean and covariance of reviews by rating, where 32 SKUs are dealt 32 qualities in 4,000 ways.

    Five standard errors of means, and of variances of a normal sample. The seed is fixed.
    """
    streams, skus, deals = Streams(7), row_addresses(32), 4000
    stars = (streams.uniform("stars", row_addresses(96)).reshape(32, 3) * 60).astype(np.int64)
    stars[0] *= 10  # a best seller
    law = StarLaw(np.array([-1.0, 0.5]), 0.3 * class_scores()[::-1], own=0.6, mood=0.7)
    parts = [Reviewed(stars), Reviewed(stars[::-1], penalty=0.8)]
    mean, covariance = law.moments(parts)
    means, inside = np.zeros((deals, 3)), np.zeros((deals, 3))
    for i in range(deals):
        own = class_scores()[np.argsort(streams.uniform(f"deal.{i}", skus))]
        for part in parts:
            above = (law.of_price + 0.6 * own - part.penalty)[:, None]
            chance = np.diff(stats.norm.cdf((law.bounds - above) / 0.7), axis=1, prepend=0.0, append=1.0)
            means[i] += part.by_sku @ chance
            inside[i] += part.by_sku @ (chance * (1 - chance))
    between = np.diag(covariance) - inside.mean(0)
    assert (np.abs(means.mean(0) - mean) < 5 * np.sqrt(between / deals)).all()
    assert (np.abs(means.var(0) / between - 1) < 5 * np.sqrt(2 / deals)).all()


@pytest.fixture(scope="module")
def marketplace() -> Dataset:
    """`marketplace` as shipped, seed 7; tests read it and never change it."""
    return footfall.generate("marketplace", seed=7)


def test_other_ratings_are_refused(marketplace: Dataset) -> None:
    """One in twenty of the best ratings turned into the next is refused; without lateness nobody can tell."""
    honest = {f.check: f.verdict for f in marketplace.findings}
    assert honest["reviews.ratings"] == honest["reviews.late"] == "pass"
    broken = change(
        dict(marketplace.tables),
        "order_reviews",
        "score",
        lambda s: np.where((s == 5) & (np.arange(len(s)) % 20 == 0), 4, s),
    )
    assert findings_of(marketplace.subject, broken)["reviews.ratings"].verdict == "fail"
    kept = {k: v for k, v in marketplace.subject.tables.items() if k not in {"orders", "order_items"}}
    alone = dataclasses.replace(marketplace.subject, tables=kept)
    found = findings_of(alone, {k: broken[k] for k in kept})["reviews.ratings"]
    assert (found.verdict, found.detail) == ("not applicable", "what came late is not published")


def test_a_sum_of_binomials_has_its_own_tails() -> None:
    """Parts of one chance add up to a binomial, whose mid-p SciPy tells; sure parts leave no doubt."""
    law = stats.binom(20, 0.3)
    for count in range(21):
        score = binomial_sum_score(count, np.array([3, 5, 12]), np.full(3, 0.3))
        assert score == pytest.approx(-stats.norm.ppf(law.sf(count) + law.pmf(count) / 2), abs=1e-6)
    sure = np.array([3, 3]), np.array([0.0, 1.0])
    assert binomial_sum_score(3, *sure) == pytest.approx(0)
    assert abs(binomial_sum_score(4, *sure)) > 30
