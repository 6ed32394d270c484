"""Categories that are sold off for some days: `promotions`."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

import footfall
from footfall.core.errors import ScenarioError
from footfall.core.money import as_unscaled
from footfall.plan.plan import plan
from footfall.scenario.load import load
from sample import change, findings_of

SHOES = "shoes: {from: 03-01, to: 03-31, categories: [Schuhe], discount_percent: 15, uplift: 1.8}"
SPRING = "spring: {from: 03-20, to: 04-10, categories: [Schuhe, Bekleidung], discount_percent: 25}"
ASKED = [f"promotions={{{SHOES}, {SPRING}}}"]


@pytest.fixture(scope="module")
def sold_off() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=ASKED)


def lines(dataset: footfall.Dataset) -> dict[str, np.ndarray]:
    """Of each line: month and day, category, place in its basket, discount in percent."""
    orders, found = dataset.tables["raw_orders"], dataset.tables["raw_line_items"]
    day = orders["order_ts"].to_numpy().astype("datetime64[D]")
    of_line = day[found["order_id"].to_numpy() - int(orders["order_id"][0].as_py())]
    names = np.array(dataset.tables["raw_products"]["category"].to_pylist())
    percent = np.concatenate([as_unscaled(chunk) for chunk in found["discount"].chunks])
    return {
        "day": np.array([str(d)[5:] for d in of_line]),
        "category": names[found["sku_id"].to_numpy() - 10_000],
        "number": found["line_number"].to_numpy(),
        "percent": percent,
    }


def test_lines_of_the_categories_have_the_deepest_discount_on_these_days(sold_off: footfall.Dataset):
    """15 % on shoes in March, 25 % on both from 20 March, and the everyday mix on all others."""
    seen = lines(sold_off)
    day, shoes, clothes = seen["day"], seen["category"] == "Schuhe", seen["category"] == "Bekleidung"
    early = (day >= "03-01") & (day < "03-20")
    late = (day >= "03-20") & (day <= "04-10")
    assert set(seen["percent"][early & shoes]) == {15}
    assert set(seen["percent"][late & (shoes | clothes)]) == {25}
    for rest in (early & ~shoes, late & ~shoes & ~clothes, (day < "03-01") & shoes):
        assert set(seen["percent"][rest]) == {0, 10}
    assert {f.verdict for f in sold_off.findings} <= {"pass", "not applicable"}


def test_promoted_categories_are_chosen_by_their_uplift(sold_off: footfall.Dataset):
    """H0: first lines of March by u w / sum u w, others by w, by SciPy's chi-square; false alarm 1e-6."""
    seen = lines(sold_off)
    planned = plan(load("vantage", ASKED), 7)
    weights = np.bincount(planned.catalog.category, planned.catalog.weight)
    names = list(planned.scenario.catalog.categories)
    first = seen["number"] == 1
    in_march = (seen["day"] >= "03-01") & (seen["day"] <= "03-31")
    for days, uplift in ((in_march, np.array([1.0, 1.0, 1.8])), (~in_march, np.ones(3))):
        counts = np.array([(seen["category"][first & days] == name).sum() for name in names])
        law = weights * uplift / (weights @ uplift)
        assert stats.chisquare(counts, law * counts.sum()).pvalue > 1e-6


def test_what_no_promotion_concerns_keeps_its_bytes(whole: footfall.Dataset, sold_off: footfall.Dataset):
    """Orders and quantities as they were; without uplift, SKUs of all days too where prices stay."""
    assert sold_off.tables["raw_orders"].equals(whole.tables["raw_orders"])
    for column in ("order_id", "line_number", "qty"):
        was = whole.tables["raw_line_items"][column]
        assert sold_off.tables["raw_line_items"][column].equals(was)
    plain = footfall.generate("vantage", seed=7, overrides=[f"promotions={{{SPRING}}}"])
    assert plain.tables["raw_line_items"]["sku_id"].equals(whole.tables["raw_line_items"]["sku_id"])
    idle = footfall.generate(
        "vantage", seed=7, overrides=["promotions={idle: {from: 03-01, to: 03-31, categories: [Schuhe]}}"]
    )
    assert all(idle.tables[name].equals(table) for name, table in whole.tables.items())


def test_targets_include_promotions():
    """Order value and margin are solved with them: a deep one lowers neither expectation nor outcome."""
    deep = [
        "promotions={x: {from: 01-01, to: 12-31, categories: [Schuhe], discount_percent: 40, uplift: 1.5}}"
    ]
    made = footfall.generate("vantage", seed=7, overrides=[*deep, "targets.gross_margin.tolerance=0.05"])
    found = {f.check: f for f in made.findings}
    for target in ("targets.order_value", "targets.gross_margin", "targets.top_sku_share"):
        assert found[target].verdict == "pass"
    solved = plan(load("vantage", [*deep, "targets.gross_margin.tolerance=0.05"]), 7).solved
    seen = float(found["targets.order_value"].observed.split()[0])
    assert abs(seen - solved.expected_order_value) < 4
    margin = float(found["targets.gross_margin"].observed)
    assert abs(margin - solved.expected_gross_margin) < 0.004


def test_the_contract_sees_a_wrong_discount_and_a_missing_uplift(
    whole: footfall.Dataset, sold_off: footfall.Dataset
):
    """Shoes without their discount break the rule; first lines that know no uplift break the law."""
    seen = lines(sold_off)
    promoted = np.flatnonzero(seen["percent"] == 15)[0]

    def full_price(percent: np.ndarray) -> np.ndarray:
        percent[promoted] = 0
        return percent

    damaged = change(dict(sold_off.tables), "raw_line_items", "discount", full_price)
    assert findings_of(sold_off.subject, damaged)["lines.event_discount"].verdict == "fail"
    strong = load("vantage", [ASKED[0].replace("1.8", "2.6")])
    subject = dataclasses.replace(sold_off.subject, scenario=strong)
    assert findings_of(subject, dict(sold_off.tables))["promotions.uplift"].verdict == "fail"
    assert findings_of(whole.subject, dict(whole.tables))["promotions.uplift"].verdict == "not applicable"


def test_exact_totals_and_registered_customers_go_with_promotions():
    """Where discounts are dealt exactly, promotions take some lines away from the mix."""
    asked = "promotions={b: {from: 05-01, to: 05-31, categories: [Books], discount_percent: 30, uplift: 2}}"
    made = footfall.generate("storefront", seed=7, overrides=[asked])
    assert {f.verdict for f in made.findings} <= {"pass", "not applicable"}


def test_unknown_categories_are_refused():
    """A promotion of what is not there names what there is."""
    with pytest.raises(ScenarioError, match="there are Ausrüstung, Bekleidung, Schuhe"):
        load("vantage", ["promotions={x: {from: 03-01, to: 03-02, categories: [Hüte]}}"])
