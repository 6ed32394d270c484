"""Targets: solved together, told with their knobs, refused with arithmetic, and seen by the contract."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

import footfall
from footfall.contract.judge import CHECKS
from footfall.core.errors import ScenarioError, UnreachableTarget
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.simulate import rehearsal
from footfall.simulate.baskets import Baskets, simulate_baskets
from footfall.simulate.orders import Orders
from footfall.workflow.preview import preview
from footfall.workflow.request import Request
from sample import Damage, column, findings_of

O, L, P = "raw_orders", "raw_line_items", "raw_products"  # noqa: E741 - orders, lines, products
FREE = (
    "free={coupling_max: 0.97, popularity_power_max: 6, orders: {min: 20000, max: 60000}, "
    "price_level: {min: 0.5, max: 2}, cost_level: {min: 0.7, max: 1.3}, return_level: {min: 0.3, max: 2}, "
    "discount_level: {min: 0.1, max: 12}, category_weight: {min: 0.2, max: 5}, "
    "rarest_orders: {min: 0.05, max: 2}, customer_pool: {min: 1000, max: 20000}, "
    "marketing_share: {min: 0.05, max: 0.3}}"
)
TARGETS = (
    "targets={order_value: {value: 180}, revenue: {value: 9000000}, orders: {value: 50000}, "
    "gross_margin: {value: 0.42}, net_margin: {value: 0.33}, top_sku_share: {top: 0.2, value: 0.75}, "
    "category_share: {Schuhe: {value: 0.4}, Bekleidung: {value: 0.25, of: units}}, "
    "discount_rate: {value: 0.05}, repeat_rate: {value: 0.66}, "
    "top_customer_share: {top: 0.2, value: 0.7}, marketing_share: {value: 0.12}}"
)
STEERED = (FREE, TARGETS, "customers.promises=null")
RETURNS = (FREE, "targets={return_rate: {value: 0.1}}")


@pytest.fixture(scope="module")
def steered() -> Any:
    """`vantage` with a target of nearly every kind, all knobs free; a tenth of the orders."""
    return footfall.generate("vantage", seed=5, scale=0.1, overrides=STEERED)


@pytest.fixture(scope="module")
def returning() -> Any:
    """`vantage` with a target for its returns."""
    return footfall.generate("vantage", seed=5, scale=0.1, overrides=RETURNS)


def test_targets_are_met_together(steered: Any, returning: Any) -> None:
    """With all knobs free, the data meet every target; each check was decided."""
    found = {f.check: f for made in (returning, steered) for f in made.findings}
    assert [f for f in found.values() if f.verdict == "fail"] == []
    asked = {f"targets.{name}" for name in load("vantage", STEERED).targets.model_fields_set}
    checked = {name for name in found if name.startswith("targets.") and found[name].verdict == "pass"}
    assert {name.replace("top_customer_share", "top_customers") for name in asked} <= checked


def _once(tables: dict[str, Any]) -> dict[str, Any]:
    return {**tables, O: tables[O].slice(0, tables[O].num_rows * 3 // 4)}


DAMAGE: dict[str, Damage] = {
    "targets.orders": _once,
    "targets.revenue": column(L, "unit_price_paid", lambda p: p * 13 // 10),
    "targets.net_margin": column(L, "is_returned", lambda r: r | (np.arange(len(r)) % 6 == 0)),
    "targets.discount_rate": column(L, "unit_price_paid", lambda p: p * 8 // 10),
    "targets.repeat_rate": column(O, "customer_id", lambda c: np.arange(len(c)) % 500 + 1),
    "targets.category_share": column(P, "category", lambda c: np.roll(c, 1)),
    "targets.top_customers": column(O, "customer_id", lambda c: np.arange(len(c)) % 1300 + 1),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_check_sees_its_damage(steered: Any, name: str) -> None:
    """Each check of a target fails on data that miss it, and says by how much."""
    finding = findings_of(steered.subject, DAMAGE[name](dict(steered.tables)))[name]
    assert finding.verdict == "fail", finding
    assert finding.detail


def test_returns_that_are_too_many_are_seen(returning: Any) -> None:
    """The check of the return rate fails where lines come back that were kept."""
    damaged = column(L, "is_returned", lambda r: r | (np.arange(len(r)) % 20 == 0))(dict(returning.tables))
    finding = findings_of(returning.subject, damaged)["targets.return_rate"]
    assert finding.verdict == "fail"
    assert "more than" in finding.detail


def test_every_target_is_damaged() -> None:
    """No check of a target without a proof that it can fail: here, or beside those of the shipped shops."""
    from test_contract_checks import DAMAGE as BY_VANTAGE
    from test_storefront_checks import DAMAGE as BY_STOREFRONT

    named = {name for name in CHECKS if name.startswith("targets.")}
    assert named <= {*DAMAGE, *BY_VANTAGE, *BY_STOREFRONT, "targets.return_rate"}


def test_knobs_are_told_with_how_far_they_were_bent() -> None:
    """Each knob that is free has its start, its value within its bounds, and the targets that want it."""
    told = preview(Request("vantage", seed=2, overrides=STEERED))
    knobs = {knob["knob"]: knob for knob in told["knobs"]}
    assert {"orders", "price_level", "cost_level", "return_level", "discount_level", "customer_pool",
            "rarest_orders", "category_weight.Schuhe", "marketing_revenue_share"} <= knobs.keys()  # fmt: skip
    for knob in knobs.values():
        if knob["limit"] is not None:
            assert knob["least"] - 1e-9 <= knob["value"] <= knob["limit"] + 1e-9, knob
    assert knobs["orders"]["start"] == 35_000
    assert knobs["orders"]["value"] == 50_000
    for target in told["targets"]:
        assert abs(target["expected"] - target["asked"]) <= target["tolerance"], target
        assert set(target["knobs"]) <= knobs.keys(), target


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        (["targets.order_value.value=900"],
         ["between", "can;", "free.coupling_max (0.97)", "free.price_level"]),
        (["targets.orders={value: 40000}"],
         ["35,000 is expected", "give free.orders", "demand.orders is 35,000"]),
        (["targets.revenue={value: 9000000}", "targets.orders={value: 35000}",
          "targets.order_value.tolerance=1"],
         ["targets.orders, targets.order_value and targets.revenue", "35,000 x 220 = 7,700,000"]),
        (["targets.net_margin={value: 0.6, tolerance: 0.01}"],
         ["gross_margin and targets.net_margin", "written"]),
        (["targets.category_share={Schuhe: {value: 0.6}, Bekleidung: {value: 0.5}}"],
         ["category_share.Schuhe", "category_share.Bekleidung", "0.6 + 0.5 = 1.1"]),
        (["targets.category_share={Schuhe: {value: 0.9}}", "free.category_weight={min: 0.5, max: 2}"],
         ["targets.category_share.Schuhe: 0.9", "free.category_weight (0.5 to 2) bounds it"]),
        (["targets.return_rate={value: 0.5}", "free.return_level={min: 0.5, max: 2}"],
         ["targets.return_rate: 0.5", "free.return_level (0.5 to 2) bounds it"]),
        (["targets.discount_rate={value: 0.4}", "free.discount_level={min: 0.5, max: 30}"],
         ["targets.discount_rate: 0.4", "free.discount_level (0.5 to 30) bounds it"]),
        (["targets.repeat_rate={value: 0.2}"], ["targets.repeat_rate: 0.2", "give free.customer_pool"]),
        (["targets.top_customer_share={top: 0.2, value: 0.5, tolerance: 0.01}"],
         ["targets.top_customer_share: 0.5", "give free.rarest_orders"]),
        (["targets.top_sku_share={top: 0.5, value: 0.3}"], ["never carry less than 0.5"]),
        (["targets.marketing_share.value=0.2"], ["marketing.revenue_share is 0.15", "free.marketing_share"]),
        (["targets.order_value.value=900", "targets.gross_margin.value=0.9"],
         ["targets.order_value: 900", "targets.gross_margin: 0.9"]),
    ],
)  # fmt: skip
def test_a_target_out_of_reach_is_refused_with_arithmetic(overrides: list[str], parts: list[str]) -> None:
    """What was asked, what can be reached, what binds and what to do: in one line, with exit code 3."""
    with pytest.raises(UnreachableTarget) as caught:
        preview(Request("vantage", overrides=tuple(overrides)))
    said = str(caught.value)
    assert caught.value.exit_code == 3
    assert "\n" not in said
    for part in parts:
        assert part in said


@pytest.mark.parametrize(
    ("overrides", "part"),
    [
        (["targets.category_share={Shuhe: {value: 0.4}}"], "did you mean 'Schuhe'"),
        (["free.orders={min: 40000, max: 50000}"], "must include demand.orders, 35000"),
        (["free.price_level={min: 1.1, max: 2}"], "must include 1, which bends nothing"),
        (["free.price_level={min: 2, max: 1}"], "min (2) must not be above max (1)"),
        (["targets.repeat_rate={value: 1.0}"], "less than 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(overrides: list[str], part: str) -> None:
    """Targets and bounds that contradict the scenario are errors of the scenario."""
    with pytest.raises(ScenarioError, match=r"targets|free") as caught:
        load("vantage", overrides)
    assert part in str(caught.value)


def test_orders_are_exact_where_the_scenario_deals_them() -> None:
    """A target for orders bends an exact total to just so many, and the exact lines with it."""
    made = footfall.generate(
        "storefront", overrides=["targets.orders={value: 2400}", "free.orders={min: 2000, max: 4000}"]
    )
    assert made.tables["orders"].num_rows == 2400
    assert made.tables["order_items"].num_rows == 6400
    (found,) = [f for f in made.findings if f.check == "targets.orders"]
    assert (found.verdict, found.tolerance) == ("pass", "±0.5")


def test_a_slice_has_the_customers_of_the_whole() -> None:
    """Customers are solved on the declared year, whatever days are asked for."""
    overrides = [
        "targets.top_customer_share={top: 0.2, value: 0.7}",
        "free.rarest_orders={min: 0.05, max: 2}",
        "customers.promises=null",
    ]
    whole = footfall.generate("vantage", scale=0.05, tables=[O], overrides=overrides).tables[O]
    part = footfall.generate(
        "vantage", scale=0.05, tables=[O], last=dt.date(2025, 2, 10), overrides=overrides
    ).tables[O]
    assert 0 < part.num_rows < whole.num_rows
    assert part.equals(whole.slice(0, part.num_rows))


@pytest.mark.slow
def test_standard_errors_are_what_chance_does() -> None:
    """Over 20 seeds the figures scatter no more than planning says.

    Null hypothesis: observed - expected has the told standard error. The sum of the squared scores of 20
    independent seeds is then chi-squared at most (some errors are upper bounds); it is refused above its
    1 - 1e-6 quantile, so one of twelve targets is refused falsely in 80,000 runs. The seeds are fixed.
    """
    scores: dict[str, list[float]] = defaultdict(list)
    for seed in range(20):
        for overrides in (STEERED, RETURNS):
            made = footfall.generate("vantage", seed=seed, scale=0.04, overrides=overrides)
            told = {figure["target"]: figure for figure in made.manifest.solved["targets"]}
            for name, value in _observed(made).items():
                if name in told and told[name]["error"]:
                    scores[name].append((value - told[name]["expected"]) / told[name]["error"])
    assert len(scores) >= 9
    for name, found in scores.items():
        assert np.square(found).sum() < chi2.isf(1e-6, len(found)), (name, np.round(found, 1))
        # Nor are they so wide that nothing would ever be refused.
        assert np.square(found).sum() > len(found) / 12, (name, np.round(found, 1))


def _observed(made: Any) -> dict[str, float]:
    """Observed figure of each target that was decided."""
    values = {}
    for finding in made.findings:
        name = finding.check.removeprefix("targets.")
        if name == "category_share" and finding.observed:
            shares = (part.split() for part in finding.observed.split(", "))
            values |= {f"category_share.{category}": float(share) for category, share in shares}
        elif finding.check != name and finding.observed[:1].isdigit():
            values[name] = float(finding.observed.split()[0])
    return values


def test_a_coarse_step_is_split() -> None:
    """Where one best-seller's price moves the order value past its target, two SKUs trade prices instead.

    On this seed the nearest steps of the coupling are at 207 and 237 EUR.
    """
    made = plan(load("vantage"), seed=26605)
    assert abs(made.solved.expected_order_value - 220) <= 2.2


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Plans whose baskets a rehearsal fills, one for each time that it does."""
    found: list[Plan] = []

    def fill(made: Plan, orders: Orders) -> Baskets:
        found.append(made)
        return simulate_baskets(made, orders)

    monkeypatch.setattr(rehearsal, "simulate_baskets", fill)
    return found


def test_who_comes_again_is_asked_of_orders_alone(filled: list[Plan]) -> None:
    """Habits decide what lies in a basket, so a pool is found for the repeat rate by orders alone."""
    asked = [
        "demand.orders=3000",
        "targets.repeat_rate={value: 0.8}",
        "free.customer_pool={min: 500, max: 9000}",
    ]
    made = rehearsal.rehearsed(plan(load("grocer", asked)))
    assert made.solved.customer_pool is not None
    assert len(filled) == 1


def test_the_best_customers_share_takes_few_rehearsals(filled: list[Plan]) -> None:
    """With habits each step fills all baskets; the search ends near the share, not at a single order."""
    target = "targets.top_customer_share={top: 0.2, value: 0.75, tolerance: 0.02}"
    made = rehearsal.rehearsed(plan(load("fashion", ["demand.orders=3000", "customers.pool=900", target])))
    share = next(f for f in made.solved.targets if f.target == "top_customer_share")
    assert abs(share.expected - 0.75) < 0.002
    assert len(filled) <= 15
