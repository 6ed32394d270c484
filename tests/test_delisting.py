"""SKUs that go within the horizon: `catalog.delisted`."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import stats

import footfall
from footfall.core.errors import ScenarioError
from footfall.core.streams import Streams
from footfall.core.vocabulary import STILL_VALID
from footfall.plan.catalog import NEVER
from footfall.plan.plan import plan
from footfall.plan.products import delisting, listing
from footfall.scenario.load import load
from sample import change, findings_of

SHOWN = "tables.raw_products.columns.delisted_on=delisted"
ASKED = ["catalog.delisted={share: 0.2}", SHOWN]


@pytest.fixture(scope="module")
def shrinking() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=ASKED)


def last_days(dataset: footfall.Dataset) -> np.ndarray:
    """Last day of each SKU, counted from 1970."""
    return dataset.tables["raw_products"]["delisted_on"].cast("int32").to_numpy().astype(np.int64)


def sold(dataset: footfall.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """SKU, from 0, and day since 1970 of each line."""
    orders, lines = dataset.tables["raw_orders"], dataset.tables["raw_line_items"]
    day = orders["order_ts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    order = lines["order_id"].to_numpy() - int(orders["order_id"][0].as_py())
    return lines["sku_id"].to_numpy() - 10_000, day[order]


def test_a_share_of_each_category_sells_up_to_its_day(shrinking: footfall.Dataset):
    """An exact share goes, on days that are spread evenly (KS, false alarm 1e-6); none sells afterwards."""
    last = last_days(shrinking)
    category = np.array(shrinking.tables["raw_products"]["category"].to_pylist())
    for name in np.unique(category):
        of_name = category == name
        assert (last[of_name] != STILL_VALID).sum() == round(0.2 * of_name.sum())
    gone = last[last != STILL_VALID] - 20_089
    assert stats.kstest((gone + 0.5) / 364, "uniform").pvalue > 1e-6
    sku, day = sold(shrinking)
    assert (day <= last[sku]).all()
    assert ((last[sku] != STILL_VALID) & (day == last[sku])).any()
    assert {f.verdict for f in shrinking.findings} <= {"pass", "not applicable"}


def test_what_stays_is_sold_by_weight(shrinking: footfall.Dataset):
    """H0: in the last days first lines go to what is left, by weight; SciPy's chi-square at 1e-6."""
    planned = plan(load("vantage", ASKED), 7)
    last = last_days(shrinking)
    lines = shrinking.tables["raw_line_items"]
    sku, day = sold(shrinking)
    late = day > np.sort(last[last != STILL_VALID])[-5]
    first = late & (lines["line_number"].to_numpy() == 1)
    weight = np.where(last == STILL_VALID, planned.catalog.weight, 0.0)
    by_weight = np.argsort(-weight)[:20]
    counts = np.bincount(sku[first], minlength=len(weight))
    law = weight / weight.sum()
    seen = np.append(counts[by_weight], counts.sum() - counts[by_weight].sum())
    due = np.append(law[by_weight], 1 - law[by_weight].sum()) * counts.sum()
    assert stats.chisquare(seen, due).pvalue > 1e-6


def test_orders_and_names_keep_their_bytes(whole: footfall.Dataset, shrinking: footfall.Dataset):
    """Delisting changes what is in baskets, and no order, quantity or popularity."""
    assert shrinking.tables["raw_orders"].equals(whole.tables["raw_orders"])
    for table, columns in (
        ("raw_products", ("category", "sales_rank", "return_probability")),
        ("raw_line_items", ("order_id", "line_number", "qty", "discount")),
    ):
        for column in columns:
            assert shrinking.tables[table][column].equals(whole.tables[table][column])


def test_the_contract_sees_a_late_sale_and_a_wrong_share(shrinking: footfall.Dataset):
    """A SKU whose last day is moved before its sales breaks the rule, and so does one too many."""
    tables = dict(shrinking.tables)
    sku, _ = sold(shrinking)
    busiest = int(np.bincount(sku).argmax())

    def with_last(day: int, row: int) -> dict[str, object]:
        def moved(values: np.ndarray) -> np.ndarray:
            values = values.astype("datetime64[D]").astype(np.int64)
            values[row] = day
            return np.array([dt.date(1970, 1, 1) + dt.timedelta(int(v)) for v in values])

        return change(tables, "raw_products", "delisted_on", moved)

    late = int(np.flatnonzero(last_days(shrinking) != STILL_VALID)[0])
    sold_too_late = findings_of(shrinking.subject, with_last(20_089, late))["products.delisted"]
    assert (sold_too_late.verdict, "sold on" in sold_too_late.detail) == ("fail", True)
    one_more = findings_of(shrinking.subject, with_last(20_300, busiest))["products.delisted"]
    assert (one_more.verdict, "are due" in one_more.detail) == ("fail", True)


def test_a_delisting_is_known_on_its_day_and_no_sooner():
    """As of a day, SKUs that will go later still go on; `changes` tells of each on its last day."""
    whole = footfall.generate("vantage", seed=7, scale=0.02, overrides=ASKED)
    last = last_days(whole)
    day = dt.date(2025, 6, 30)
    known = footfall.generate("vantage", seed=7, scale=0.02, overrides=ASKED, as_of=day)
    due = np.where(last <= (day - dt.date(1970, 1, 1)).days, last, STILL_VALID)
    assert np.array_equal(last_days(known), due)
    assert {f.verdict for f in known.findings} <= {"pass", "not applicable"}


def test_launches_and_delistings_go_together():
    """A new SKU sells from its listing to its delisting; targets include the days on which each sells."""
    made = footfall.generate(
        "vantage",
        seed=7,
        overrides=[
            *ASKED,
            "catalog.listed={from: 2024-06-01, new_share: 0.1}",
            "tables.raw_products.columns.listed_on=created",
        ],
    )
    first = made.tables["raw_products"]["listed_on"].cast("int32").to_numpy()
    assert (first <= last_days(made)).all()
    assert {f.verdict for f in made.findings} <= {"pass", "not applicable"}


def test_categories_keep_enough_skus():
    """Baskets hold no SKU twice, so as many as the largest basket must go on."""
    with pytest.raises(ScenarioError, match="SKUs on all days, fewer than the largest basket"):
        load("vantage", ["catalog.delisted={share: 0.99}"])


def test_a_sku_may_come_and_go_on_the_last_day():
    """Where a SKU is listed on the very last day, it sells for that day; the contract allows it."""
    asked = ["catalog.listed={from: 2024-06-01, new_share: 0.4}", "catalog.delisted={share: 0.4}"]
    scenario = load("vantage", asked)
    category = np.arange(501) % 3
    last_comers = 0
    for seed in range(100):
        first = listing(scenario, Streams(seed), category)
        last = delisting(scenario, Streams(seed), category, first)
        assert (first <= last).all()
        assert ((last < 364) | (last == NEVER) | (first == 364)).all()
        last_comers += int(((first == 364) & (last == 364)).sum())
    assert last_comers
