"""Law 1: a row depends on seed, scenario and identity, and on nothing else."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footfall
from footfall import Dataset
from footfall.core.errors import FootfallError
from footfall.scenario.load import load
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from shipped import SHIPPED, publishing
from shipped import small as small_scale

GOLDEN = {
    ("vantage", 42, 0.01): {
        "raw_products": "46f562e9d7468db8ae377a3ec53dc4c5",
        "raw_orders": "48f45a75e97377faf46dd07b63ca9f64",
        "raw_line_items": "31f5c58bb46bfb236222dceda29013df",
        "raw_marketing_daily": "dd3f94a22109d7877a4926698bde7709",
        "raw_budget_monthly": "2110621746163140221645e820113c26",
    },
    ("vantage", 7, 0.02): {
        "raw_products": "3ee4ec6fd10c203d00750a1ba8442d2b",
        "raw_orders": "fbcc3af86986e8642f643ffd6149b436",
        "raw_line_items": "37f971381bca847a1e7527424e14e0cd",
        "raw_marketing_daily": "18b5cf7feac88d8a7db0f449c7f1160a",
        "raw_budget_monthly": "7e1498e9484cb10f594282513727788b",
    },
    ("storefront", 42, 0.05): {
        "products": "fa93afc00ef0ed105574d77e5cea5528",
        "customers": "ca940b1df1193e8fda389a7fe3785d06",
        "orders": "e8c224bb146a2020171a3c23467b3e3c",
        "order_items": "1986ac15d3361dbcfdb5b635437f8ba1",
        "reviews": "1832373efd2b4a349a627fd1543349d4",
    },
    ("storefront", 7, 0.1): {
        "products": "73286d3f828700db55c7e1392fd90a5d",
        "customers": "50e68761ceb68347aef0fabb4c8d298d",
        "orders": "1bbced32685fdc6832b6a285615a4c6d",
        "order_items": "dd634061b311f04d11ab09e21e7745c9",
        "reviews": "3cf0e9ec06a9425dacbaac24683240fb",
    },
    ("grocer", 42, 0.02): {
        "stores": "5095393371dcda8a1b5c3e62ed635960",
        "products": "de5396f56acc9e02c254f43f3bf2f16d",
        "customers": "1e9ecd6089aa843b0911b25950fd42c1",
        "receipts": "4dcebf168785f31de1a826c373aa7302",
        "receipt_lines": "124ab1e07eed5802a01264a8771c0aa2",
    },
    ("marketplace", 42, 0.02): {
        "products": "814af8a1e310c1eff3ae690f0c47b631",
        "customers": "41840085ed5da82ab90e13c5b0e72b45",
        "orders": "cabe86694a3a73b68d5a90b0e0f6e56d",
        "order_items": "58b0dc9e6928dda585566568ecf20cab",
        "order_reviews": "cbc83b6401e6e5ddf6227ddc8f4667cf",
    },
    ("fashion", 42, 0.02): {
        "dim_shop": "a6461213754e1b73e95e1186259c2678",
        "exchange_rate": "c563c8697f1c466bef982867dce70352",
        "dim_article": "4d8ebb2096357210dfe101eb706c66b6",
        "dim_customer": "be6a2344c13b0b954730ccddccba9274",
        "fct_order": "16dcf820f9bbc079a03e4602d637161d",
        "fct_order_line": "7d7dfa806540f4578de053f2c780cc68",
        "marketing_spend": "981ddd3e4b2c24830a2543569ce62714",
    },
    ("jaffle", 42, 0.05): {
        "raw_customers": "f9d4bf45932bdaca8eb182ed80c5a706",
        "raw_orders": "5df7c5b5a6ce687f717638ca6589105c",
        "raw_items": "6a8ee44db5a635f4b12c1a6c62f80a61",
        "raw_products": "2a0a0e4437f733fcd1343d82e1881d55",
        "raw_stores": "a4476d8d75a9d4c6b8db965163f1ef32",
        "raw_supplies": "614cc46ed7efbd5aba0f3acf21ce20f2",
        "raw_tweets": "56b2344775caac8953503cb62420fe80",
    },
    ("jaffle", 7, 0.1): {
        "raw_customers": "b872dcda54101dc3995b499ec9b6256d",
        "raw_orders": "5b11a963bc601afbc967030a17dcc8fa",
        "raw_items": "f2f60e4106fa72c55a6d949772b08188",
        "raw_products": "d0033d4d42ffba50735f91f7b8fb6c9c",
        "raw_stores": "a4476d8d75a9d4c6b8db965163f1ef32",
        "raw_supplies": "2f9d3cac316190bc08f84b6000915e70",
        "raw_tweets": "1623df105fcc32e94eadcc32f4a7f369",
    },
    ("grocer", 7, 0.01): {
        "stores": "5095393371dcda8a1b5c3e62ed635960",
        "products": "d1d98adc01c0072f8577ce83497d344e",
        "customers": "c1a03b01ba6067a9d063bb1f49492e57",
        "receipts": "1de3535f0f3a6a6fafbb563ac05510d2",
        "receipt_lines": "41fe384ae197ef2be93cf5c6ab3c51b8",
    },
    ("marketplace", 7, 0.05): {
        "products": "ac60e131495a167be63eb14e17eda20f",
        "customers": "7d7b27ab2f6b7f56d6c7db76707adb10",
        "orders": "36c2300284add35851e884d821e7e7e5",
        "order_items": "4c980edaacbb0921b255ae31e8d3cc07",
        "order_reviews": "504a52926d4b86b027f36a749e74bb61",
    },
    ("fashion", 7, 0.01): {
        "dim_shop": "a6461213754e1b73e95e1186259c2678",
        "exchange_rate": "cb8a344e63092a01c5344974d219e3c1",
        "dim_article": "0db90fa060c15074eea17fd6f1149ef9",
        "dim_customer": "178e52f767315ba585d95a57b89e88ae",
        "fct_order": "e45e756619ed5b443acbf14bf6b6a1ab",
        "fct_order_line": "938465f2c2de76ff37c71b6c63f6dc11",
        "marketing_spend": "e7b0e6af806ec0af874cc5d95728b0dd",
    },
}


SMALL = {name: small_scale(name) for name in SHIPPED}


@pytest.fixture(scope="module", params=list(SMALL))
def small(request: pytest.FixtureRequest) -> Dataset:
    """Each shipped scenario at a small scale, seed 7; tests read it and never change it."""
    return footfall.generate(request.param, seed=7, scale=SMALL[request.param])


def again(dataset: Dataset, **options: Any) -> Dataset:
    """Make the same data set once more, in another way."""
    name = dataset.subject.scenario.name
    return footfall.generate(name, seed=7, scale=SMALL[name], **options)


def hashes(dataset: Dataset) -> dict[str, str]:
    return {name: record.content_hash for name, record in dataset.manifest.tables.items()}


def in_days(table: pa.Table, column: str, first: dt.date, last: dt.date) -> pa.Table:
    day = table[column].cast(pa.date32())
    return table.filter(pc.and_(pc.greater_equal(day, pa.scalar(first)), pc.less_equal(day, pa.scalar(last))))


@given(st.integers(1, 500))
@settings(max_examples=15, deadline=None)
def test_the_size_of_parts_changes_nothing(small: Dataset, orders_a_part: int) -> None:
    """Rows, their order and their hashes are the same however the orders are cut into parts."""
    assert again(small, orders_a_part=orders_a_part).tables == small.tables


@pytest.mark.parametrize("workers", [2, 5])
def test_the_number_of_workers_changes_nothing(small: Dataset, workers: int) -> None:
    """Separate processes make the very rows that one makes, in the same order."""
    assert again(small, workers=workers, orders_a_part=50).tables == small.tables


def test_a_fresh_process_changes_nothing(small: Dataset) -> None:
    """A new interpreter gives the same content hashes."""
    name = small.subject.scenario.name
    code = (
        f"import footfall, json; d = footfall.generate('{name}', seed=7, scale={SMALL[name]});"
        "print(json.dumps({n: r.content_hash for n, r in d.manifest.tables.items()}))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == hashes(small)


def test_the_format_changes_nothing(small: Dataset, tmp_path: Path) -> None:
    """CSV, Parquet and DuckDB are published under the same hashes, and hold up when they are read back."""
    scenario = small.subject.scenario.name
    for name in ("csv", "parquet", "duckdb"):
        outcome = generate_into(
            Request(scenario, seed=7, scale=SMALL[scenario]), tmp_path / name, format=name
        )
        assert {n: r.content_hash for n, r in outcome.manifest.tables.items()} == hashes(small)
        assert [f for f in verify(tmp_path / name) if f.verdict == "fail"] == []


CHOICES = {
    "vantage": [
        ["raw_products"],
        ["raw_budget_monthly"],
        ["raw_marketing_daily", "raw_orders"],
        ["raw_line_items"],
    ],
    "jaffle": [["raw_stores"], ["raw_items", "raw_tweets"], ["raw_supplies", "raw_orders"]],
    "storefront": [["customers"], ["reviews"], ["order_items", "reviews"], ["products", "orders"]],
}


def test_a_choice_of_tables_changes_nothing(small: Dataset) -> None:
    """A table is the same whichever others are asked for, and no check fails for the lack of them."""
    for tables in CHOICES.get(small.subject.scenario.name, [[name] for name in small.tables]):
        some = again(small, tables=tables)
        assert {name: small.tables[name] for name in some.tables} == some.tables
        assert set(some.tables) == set(tables)
        assert not [f for f in some.findings if f.verdict == "fail"]


@given(st.integers(0, 364), st.integers(0, 60))
@settings(max_examples=20, deadline=None)
def test_a_slice_equals_the_same_rows_of_the_whole(whole: Dataset, start: int, length: int) -> None:
    """--from/--to publish exactly the rows of those days, whole months of the budget and all products."""
    first = dt.date(2025, 1, 1) + dt.timedelta(start)
    last = min(first + dt.timedelta(length), dt.date(2025, 12, 31))
    part = footfall.generate("vantage", seed=7, first=first, last=last)
    orders = in_days(whole.tables["raw_orders"], "order_ts", first, last)
    assert part.tables["raw_orders"].equals(orders)
    lines = whole.tables["raw_line_items"]
    assert part.tables["raw_line_items"].equals(lines.filter(pc.is_in(lines["order_id"], orders["order_id"])))
    spend = in_days(whole.tables["raw_marketing_daily"], "date", first, last)
    assert part.tables["raw_marketing_daily"].equals(spend)
    budget = whole.tables["raw_budget_monthly"]
    months = pc.and_(
        pc.greater_equal(budget["month"], f"{first:%Y-%m}"), pc.less_equal(budget["month"], f"{last:%Y-%m}")
    )
    assert part.tables["raw_budget_monthly"].equals(budget.filter(months))
    assert part.tables["raw_products"].equals(whole.tables["raw_products"])
    assert not [f for f in part.findings if f.verdict == "fail"]


def test_a_slice_of_any_shop_equals_the_same_rows_of_the_whole(small: Dataset) -> None:
    """Orders and lines of some days of each shipped scenario are those of the whole."""
    scenario = small.subject.scenario
    first, last = scenario.first_day + dt.timedelta(70), scenario.first_day + dt.timedelta(130)
    orders, lines = (publishing(scenario.name, entity) for entity in ("order", "line"))
    names = {column.field: column.name for column in small.subject.tables[orders].columns}
    number = next(c.name for c in small.subject.tables[lines].columns if c.field == "order")
    part = again(small, first=first, last=last)
    expected = in_days(small.tables[orders], names.get("time") or names["date"], first, last)
    ordered = pc.is_in(small.tables[lines][number], expected[names["id"]])
    assert part.tables[lines].num_rows > 5
    assert part.tables[orders].equals(expected)
    assert part.tables[lines].equals(small.tables[lines].filter(ordered))
    assert not [f for f in part.findings if f.verdict == "fail"]


def test_a_longer_horizon_leaves_earlier_rows_as_they_are(whole: Dataset) -> None:
    """--to past the year goes on with the calendar; what was there before is there unchanged."""
    longer = footfall.generate("vantage", seed=7, last=dt.date(2026, 3, 10))
    for name, table in whole.tables.items():
        assert longer.tables[name].slice(0, table.num_rows).equals(table), name
    assert longer.tables["raw_orders"].num_rows > whole.tables["raw_orders"].num_rows
    assert not [f for f in longer.findings if f.verdict == "fail"]


def test_a_longer_horizon_of_any_shop_leaves_earlier_orders(small: Dataset) -> None:
    """Past its last day each shop goes on, and keeps its orders and lines; exact totals end with the days."""
    scenario = small.subject.scenario
    later = scenario.last_day + dt.timedelta(20)
    if "exact" in {scenario.demand.deal, scenario.basket.deal, scenario.discount.deal}:
        with pytest.raises(FootfallError, match="exact"):
            again(small, last=later)
        return
    longer = again(small, last=later)
    assert not [f for f in longer.findings if f.verdict == "fail"]
    for entity in ("order", "line"):
        name = publishing(scenario.name, entity)
        was, now = small.tables[name], longer.tables[name]
        assert now.num_rows > was.num_rows
        settled = [  # where the last days end, more has become of the youngest orders
            c.name for c in small.subject.tables[name].columns if c.field not in {"status", "is_returned"}
        ]
        assert now.slice(0, was.num_rows).select(settled).equals(was.select(settled))


@pytest.mark.parametrize(("scenario", "seed", "scale"), list(GOLDEN))
def test_golden_hashes(scenario: str, seed: int, scale: float) -> None:
    """Published bytes change only on purpose; then these hashes and the changelog change with them."""
    assert hashes(footfall.generate(scenario, seed=seed, scale=scale)) == GOLDEN[scenario, seed, scale]


def test_every_shop_has_its_bytes_pinned_twice() -> None:
    """Each shipped scenario has golden hashes of two seeds."""
    assert Counter(name for name, *_ in GOLDEN) == dict.fromkeys(SHIPPED, 2)


def test_many_slots_a_day_change_nothing() -> None:
    """At a scale where a day is drawn in several slots, times rise and parts of odd size join up."""
    day = {"first": dt.date(2025, 11, 21), "last": dt.date(2025, 11, 21), "tables": ["raw_orders"]}
    one = footfall.generate("vantage", seed=3, scale=300, **day)
    other = footfall.generate("vantage", seed=3, scale=300, orders_a_part=10_007, **day)
    assert one.tables == other.tables
    times = one.tables["raw_orders"]["order_ts"].to_numpy().astype("int64")
    assert (times[1:] >= times[:-1]).all()
    assert one.tables["raw_orders"].num_rows > 50_000


@given(st.integers(0, 2**63))
@settings(max_examples=10, deadline=None)
def test_any_seed_keeps_the_contract_at_small_scale(seed: int) -> None:
    """Small runs keep every rule, and no law or target refuses an honest seed."""
    for name, scale in SMALL.items():
        dataset = footfall.generate(name, seed=seed, scale=scale)
        assert [f for f in dataset.findings if f.verdict == "fail"] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_scenario_is_not_changed_by_scaling(name: str) -> None:
    """Scale multiplies orders and customers and leaves everything else of the shop."""
    plain, large = load(name), load(name).scaled(10)
    assert large.demand.orders == 10 * plain.demand.orders
    assert large.customers.pool == 10 * plain.customers.pool
    assert large.catalog == plain.catalog
