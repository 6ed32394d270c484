"""Affinities of sub-categories: odds ratios as asked for, what is sold as it was."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

import footfall
from footfall import Dataset
from footfall.core.errors import ScenarioError
from footfall.plan.pairing import paired
from footfall.plan.plan import plan
from footfall.scenario.load import load
from sample import findings_of

RULES = (
    "basket.sub_category_affinity=[{first: Wanderschuhe, then: Socken, odds_factor: 4.0}, "
    "{first: Bergstiefel, then: Regenjacken, odds_factor: 2.5}]"
)


def made(*changes: str, scale: float = 1.0) -> Dataset:
    return footfall.generate("vantage", seed=7, scale=scale, overrides=changes)


@pytest.fixture(scope="module")
def plain() -> Dataset:
    return made()


@pytest.fixture(scope="module")
def on() -> Dataset:
    return made(RULES)


def test_fitted_laws_keep_odds_ratios_and_margins() -> None:
    """Odds ratios of the fitted table are those of the factors; weighted rows give the later weights."""
    factor = np.array([[1.0, 4.0, 1.0], [1.0, 1.0, 0.5], [1.0, 1.0, 1.0]])
    first, then = np.array([2.0, 3.0, 5.0]), np.array([1.0, 2.0, 7.0])
    found = paired(factor, first, then)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    np.testing.assert_allclose(first / 10 @ found, then / 10, rtol=1e-9)
    odds = found[:, :, None, None] * found[None, None] / (found[:, None, None, :] * found.T[None, :, :, None])
    wanted = (
        factor[:, :, None, None]
        * factor[None, None]
        / (factor[:, None, None, :] * factor.T[None, :, :, None])
    )
    np.testing.assert_allclose(odds, wanted, rtol=1e-9)


def test_rows_of_weights_sell_each_sku_as_before() -> None:
    """After first items by their weights, each SKU is a later one as often as its weight says."""
    made_plan = plan(load("vantage", [RULES]), 3)
    catalog, pairing = made_plan.catalog, made_plan.pairing
    assert pairing is not None
    np.testing.assert_allclose(pairing.weights[pairing.base], catalog.weight)
    for first in range(3):
        here = catalog.category == first
        share = np.bincount(pairing.group[here], catalog.weight[here], len(pairing.weights))
        np.testing.assert_allclose(share / share.sum() @ pairing.weights, catalog.weight, rtol=1e-6)


def second_items(dataset: Dataset) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """Sub-categories of first and second items of the orders that have both."""
    products, lines = dataset.tables["raw_products"], dataset.tables["raw_line_items"]
    name = np.array(products["sub_category"].to_pylist())[lines["sku_id"].to_numpy() - 10_000]
    number = lines["line_number"].to_numpy()
    second = np.flatnonzero(number == 2)
    return name[second - 1], name[second]


def test_odds_of_second_items_are_those_asked_for(on: Dataset, plain: Dataset) -> None:
    """The log odds ratio in the data lies within 5 standard errors of the factor's, and of 0 by default."""
    categories = load("vantage").catalog.categories
    shoes, clothes = (list(categories[c].sub_categories) for c in ("Schuhe", "Bekleidung"))
    for dataset, factor in ((on, 4.0), (plain, 1.0)):
        first, second = second_items(dataset)
        both = np.isin(first, [s for s in shoes if s != "Bergstiefel"]) & np.isin(
            second, [c for c in clothes if c != "Regenjacken"]
        )
        a, b = (first == "Wanderschuhe")[both], (second == "Socken")[both]
        cells = np.array([(a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()])
        assert cells.min() >= 20
        ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
        assert abs(ratio - np.log(factor)) < 5 * np.sqrt((1 / cells).sum())


def test_affinities_move_later_items_alone(on: Dataset, plain: Dataset) -> None:
    """Orders, first items, units, discounts and products stay; so do the shop's laws and targets."""
    for table in ("raw_products", "raw_orders"):
        assert on.tables[table].equals(plain.tables[table])
    lines = [d.tables["raw_line_items"] for d in (plain, on)]
    for name in ("order_id", "qty", "discount", "line_number"):
        assert lines[0][name].equals(lines[1][name]), name
    first = [t.filter(pa.array(t["line_number"].to_numpy() == 1)) for t in lines]
    assert first[0].equals(first[1])
    assert {f.verdict for f in on.findings} == {"pass", "not applicable"}
    assert {f.check: f.verdict for f in on.findings}["lines.sub_categories"] == "pass"


def test_orders_without_the_affinity_are_refused(on: Dataset, plain: Dataset) -> None:
    """Lines that follow no affinity fail the check of a scenario that has one."""
    subject = dataclasses.replace(plain.subject, scenario=on.subject.scenario)
    assert findings_of(subject, plain.tables)["lines.sub_categories"].verdict == "fail"


def test_favourites_make_no_affinity_of_their_own() -> None:
    """Orders of customers with favourites are alike: the check reckons with it, and sees what is missing.

    Null hypothesis: p-values are uniform; below 1 in 10,000 is a false alarm. The seed is fixed.
    """
    favourites = "customers.habits.favourites={share: 0.3, skus: 1}"
    strong = (
        "basket.sub_category_affinity=[{first: Wanderschuhe, then: Socken, odds_factor: 40.0}, "
        "{first: Wanderschuhe, then: Hosen, odds_factor: 40.0}, "
        "{first: Bergstiefel, then: Regenjacken, odds_factor: 40.0}]"
    )
    both, without = made(favourites, strong), made(favourites)
    p_value = {f.check: f for f in both.findings}["lines.sub_categories"].p_value
    assert p_value is not None
    assert p_value > 1e-4
    subject = dataclasses.replace(without.subject, scenario=both.subject.scenario)
    assert findings_of(subject, without.tables)["lines.sub_categories"].verdict == "fail"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{first: Sockn, then: Zelte, odds_factor: 2}", "did you mean 'Socken'"),
        ("{first: Schuhe, then: Zelte, odds_factor: 2}", "names 'Schuhe', which is not known"),
    ],
)
def test_names_that_are_not_known_are_refused(change: str, said: str) -> None:
    """The error names what is meant, or all there is."""
    with pytest.raises(ScenarioError, match=said):
        made(f"basket.sub_category_affinity=[{change}]", scale=0.01)
