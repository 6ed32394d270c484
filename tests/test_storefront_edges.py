"""The storefront's edge cases, each built on purpose; the contract holds in every one of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall import Dataset
from footfall.contract import Subject
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.simulate.rehearsal import rehearsed
from footfall.workflow.making import make
from sample import Tables, findings_of

LAST_DAY = dt.date(2024, 12, 31)


def tables_of(made: Plan) -> Tables:
    batches: dict[str, list[pa.RecordBatch]] = {}
    make(made, lambda name, batch: batches.setdefault(name, []).append(batch))
    return {name: pa.Table.from_batches(found) for name, found in batches.items()}


def judged(made: Plan) -> list[str]:
    """Names of the checks that fail on a plan's tables."""
    subject = Subject(made.scenario, made.tables, made.first, made.last, dataclasses.asdict(made.solved))
    return [f.check for f in findings_of(subject, tables_of(made)).values() if f.verdict == "fail"]


def failures(dataset: Dataset) -> list[str]:
    return [f.check for f in dataset.findings if f.verdict == "fail"]


def column(tables: Tables, table: str, name: str) -> np.ndarray[Any, Any]:
    return np.array(tables[table][name].to_pylist())


@pytest.fixture(scope="module")
def shop() -> Dataset:
    return footfall.generate("storefront", seed=11)


def test_a_customer_registered_on_the_last_day() -> None:
    """Who registers on the last day is a customer who has not ordered and not reviewed."""
    made = footfall.generate("storefront", seed=11, overrides=["customers.registered.to=2024-12-31"])
    registered = column(made.tables, "customers", "registration_date")
    late = column(made.tables, "customers", "customer_id")[registered == LAST_DAY]
    assert len(late)
    assert not np.isin(column(made.tables, "orders", "customer_id"), late).any()
    assert failures(made) == []


def test_nobody_registered_on_the_first_days() -> None:
    """Nobody orders before the day after the first registration."""
    made = footfall.generate("storefront", seed=11, overrides=["customers.registered.from=2023-02-15"])
    first = column(made.tables, "customers", "registration_date").min()
    assert first >= dt.date(2023, 2, 15)
    assert column(made.tables, "orders", "order_date").min() > first
    assert failures(made) == []


def test_everybody_registers_on_one_day() -> None:
    """With one day of registration all orders come later; only the spread of days is given up."""
    made = rehearsed(
        plan(
            load(
                "storefront",
                ["customers.registered.from=2023-06-01", "customers.registered.to=2023-06-01"],
            ),
            11,
        )
    )
    assert column(tables_of(made), "orders", "order_date").min() > dt.date(2023, 6, 1)
    assert set(judged(made)) <= {"customers.registration_day", "promises.season"}


def _listed_on(day: int, seed: int = 11) -> tuple[Plan, int]:
    """Storefront whose best seller is listed on day t."""
    made = plan(load("storefront"), seed)
    best = int(np.argmax(made.catalog.weight))
    listed = made.catalog.listed.copy()
    listed[best] = day
    catalog = dataclasses.replace(made.catalog, listed=listed)
    return rehearsed(dataclasses.replace(made, catalog=catalog)), best + 1


@pytest.mark.parametrize("day", [600, 725])
def test_a_product_created_late(day: int) -> None:
    """Even the best seller sells only from its first day on, and then it does."""
    made, product = _listed_on(day)
    tables = tables_of(made)
    sold_in = column(tables, "order_items", "order_id")[
        column(tables, "order_items", "product_id") == product
    ]
    dates = column(tables, "orders", "order_date")[sold_in - 1]
    assert len(dates)
    assert dates.min() >= dt.date(2023, 1, 1) + dt.timedelta(day)
    assert judged(made) == []


def test_a_product_without_sales_or_reviews() -> None:
    """A product of the last day is in the table, may be unsold, and nobody reviews it."""
    made, product = _listed_on(730)
    tables = tables_of(made)
    assert product in column(tables, "products", "product_id")
    assert product not in column(tables, "reviews", "product_id")
    assert judged(made) == []


def test_a_customer_without_orders(shop: Dataset) -> None:
    """Some customers have registered and never ordered; they are in the table, with an address."""
    buyers = set(column(shop.tables, "orders", "customer_id").tolist())
    idle = [c for c in column(shop.tables, "customers", "customer_id").tolist() if c not in buyers]
    assert idle
    assert all(shop.tables["customers"]["address"][c - 1].as_py() for c in idle)
    assert failures(shop) == []


def test_two_customers_of_one_name() -> None:
    """Where names meet, emails are told apart by a number, and no two are alike."""
    made = footfall.generate("storefront", seed=11, scale=20, tables=["customers"])
    customers = made.tables["customers"].to_pylist()
    names = [(c["first_name"], c["last_name"]) for c in customers]
    assert len(set(names)) < len(names)
    emails = [c["email"] for c in customers]
    assert len(set(emails)) == len(emails)
    assert any(email.split("@")[0][-1].isdigit() for email in emails)
    assert failures(made) == []


def test_names_with_accents_spaces_and_apostrophes() -> None:
    """German names and streets go through whole: folded in emails, as they are in all else."""
    made = footfall.generate("storefront", seed=11, overrides=["customers.locales.US=de_DE"])
    customers = made.tables["customers"].to_pylist()
    assert any(not c["last_name"].isascii() for c in customers)
    assert any(
        " " in c["last_name"] or "-" in c["last_name"] or "'" in c["last_name"] for c in customers
    ) or any(" " in c["first_name"] or "-" in c["first_name"] for c in customers)
    assert all(c["email"].isascii() and c["email"] == c["email"].lower() for c in customers)
    assert {c["country"] for c in customers} == {"Germany"}
    assert failures(made) == []


def test_a_day_of_the_whole_is_a_day_of_the_whole(shop: Dataset) -> None:
    """A slice has the very rows of the whole: orders and lines of its days, reviews written then."""
    first, last = dt.date(2024, 3, 1), dt.date(2024, 3, 31)
    part = footfall.generate("storefront", seed=11, first=first, last=last)
    for table, day in (("orders", "order_date"), ("reviews", "review_date")):
        dates = column(shop.tables, table, day)
        whole = shop.tables[table].filter(pa.array((dates >= first) & (dates <= last)))
        assert whole.equals(part.tables[table])
        assert whole.num_rows
    lines, orders = shop.tables["order_items"], column(part.tables, "orders", "order_id")
    assert lines.filter(pa.array(np.isin(column(shop.tables, "order_items", "order_id"), orders))).equals(
        part.tables["order_items"]
    )
    assert failures(part) == []


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.1, 0.37])
def test_small_shops_are_exact_too(scale: float) -> None:
    """At small scales every total and share is exact to one row, and the contract holds."""
    made = footfall.generate("storefront", seed=5, scale=scale)
    rows = {name: table.num_rows for name, table in made.tables.items()}
    wanted = {"customers": 1000, "orders": 3000, "order_items": 8000, "reviews": 2500}
    assert {name: rows[name] for name in wanted} == {n: max(1, round(k * scale)) for n, k in wanted.items()}
    assert failures(made) == []


def test_vantage_shows_its_customers_on_request() -> None:
    """The sixth table is off by default; asked for, its people live in the country of their home shop."""
    made = footfall.generate("vantage", seed=7, scale=0.1, tables=["raw_customers", "raw_orders"])
    assert "raw_customers" not in footfall.generate("vantage", seed=7, scale=0.01).tables
    customers = {c["customer_id"]: c for c in made.tables["raw_customers"].to_pylist()}
    countries = {"DE": "Germany", "AT": "Austria", "CH": "Switzerland"}
    digits = {"DE": 5, "AT": 4, "CH": 4}
    for customer in customers.values():
        assert customer["country"] == countries[customer["home_shop_id"]]
        assert len(customer["postcode"]) == digits[customer["home_shop_id"]]
    for order in made.tables["raw_orders"].to_pylist():
        assert customers[order["customer_id"]]["home_shop_id"] == order["shop_id"]
    assert failures(made) == []


def test_a_run_imports_neither_pandas_nor_an_optimiser(tmp_path: Path) -> None:
    """What a run does not need it does not import: each of these takes a quarter of a second."""
    code = (
        "import sys; from pathlib import Path; from footfall.workflow.generate import generate_into;"
        "from footfall.workflow.request import Request;"
        f"to = Path({str(tmp_path)!r});"
        "[generate_into(Request(n, scale=0.1), to / n) for n in ('vantage', 'storefront')];"
        "print([m for m in ('pandas', 'scipy.optimize', 'scipy.stats') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_days_after_the_declared_ones() -> None:
    """A shop without exact totals goes on after its declared years, with all customers registered by then."""
    of_chance = [f"{key}.deal=expected" for key in ("demand", "basket", "discount", "fulfilment", "payment")]
    of_chance += ["basket.lines=null", "shipping.deal=expected", "reviews.deal=expected"]
    of_chance += ["reviews.ratings.deal=expected", "customers.registered.to=2024-12-31"]
    made = footfall.generate(
        "storefront",
        seed=11,
        overrides=of_chance,
        first=dt.date(2024, 12, 1),
        last=dt.date(2025, 1, 31),
    )
    assert failures(made) == []
    late = column(made.tables, "orders", "order_date") > LAST_DAY
    registered = column(made.tables, "customers", "registration_date")
    newest = column(made.tables, "customers", "customer_id")[registered >= dt.date(2024, 12, 1)]
    assert late.any()
    assert np.isin(column(made.tables, "orders", "customer_id")[late], newest).any()
