"""`jaffle` publishes what jafgen writes; a dbt project in the Jaffle Shop's style builds on it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import footfall
from dbt_projects import dbt, rows
from footfall import Dataset
from footfall.core.errors import FootfallError
from footfall.core.forms import Form, uuids
from footfall.core.vocabulary import Kind
from footfall.dbt.project import write_project
from footfall.scenario.load import load
from footfall.sinks.database import database_at
from footfall.workflow.changes import changes_of
from footfall.workflow.days import load_days
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from sample import Damage, change, drop, findings_of, first_row

JAFGEN = {  # names, columns and types as DuckDB reads them from what jafgen 0.4.14 writes
    "raw_customers": {"id": "VARCHAR", "name": "VARCHAR"},
    "raw_orders": {
        "id": "VARCHAR", "customer": "VARCHAR", "ordered_at": "TIMESTAMP", "store_id": "VARCHAR",
        "subtotal": "BIGINT", "tax_paid": "BIGINT", "order_total": "BIGINT",
    },
    "raw_items": {"id": "VARCHAR", "order_id": "VARCHAR", "sku": "VARCHAR"},
    "raw_products": {
        "sku": "VARCHAR", "name": "VARCHAR", "type": "VARCHAR", "price": "BIGINT", "description": "VARCHAR",
    },
    "raw_stores": {"id": "VARCHAR", "name": "VARCHAR", "opened_at": "TIMESTAMP", "tax_rate": "DOUBLE"},
    "raw_supplies": {
        "id": "VARCHAR", "name": "VARCHAR", "cost": "BIGINT", "perishable": "BOOLEAN", "sku": "VARCHAR",
    },
    "raw_tweets": {"id": "VARCHAR", "user_id": "VARCHAR", "tweeted_at": "TIMESTAMP", "content": "VARCHAR"},
}  # fmt: skip
REFERENCES = (
    ("raw_orders", "customer", "raw_customers", "id"),
    ("raw_orders", "store_id", "raw_stores", "id"),
    ("raw_items", "order_id", "raw_orders", "id"),
    ("raw_items", "sku", "raw_products", "sku"),
    ("raw_supplies", "sku", "raw_products", "sku"),
    ("raw_tweets", "user_id", "raw_customers", "id"),
)
O, P, S = "raw_orders", "raw_products", "raw_supplies"  # noqa: E741 - orders


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CSV files of the scenario at scale 0.2, seed 7."""
    place = tmp_path_factory.mktemp("jaffle") / "jaffle-data"
    generate_into(Request("jaffle", seed=7, scale=0.2), place)
    return place


@pytest.fixture(scope="module")
def cafes() -> Dataset:
    """The same in memory."""
    return footfall.generate("jaffle", seed=7, scale=0.2)


def test_files_columns_and_types_are_jafgens(files: Path):
    """The files have jafgen's names; headers and the types that are read from them are the same."""
    assert {path.stem for path in files.glob("*.csv")} == JAFGEN.keys()
    for name, columns in JAFGEN.items():
        path = files / f"{name}.csv"
        assert path.read_text("utf-8").split("\n", 1)[0] == ",".join(columns)
        read = duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()
        assert {column[0]: column[1] for column in read} == columns


def test_keys_refer_and_amounts_add_up(files: Path):
    """Every key that is named is there; ids are UUIDs, each once; items make the subtotal."""
    for table, column, to, key in REFERENCES:
        known = f"(SELECT {key} FROM '{files}/{to}.csv')"
        lost = f"SELECT count(*) FROM '{files}/{table}.csv' WHERE {column} NOT IN {known}"
        assert duckdb.sql(lost).fetchall() == [(0,)]
    for table in ("raw_customers", "raw_orders", "raw_items", "raw_stores", "raw_tweets"):
        many, distinct = duckdb.sql(
            f"SELECT count(*), count(DISTINCT id::UUID) FROM '{files}/{table}.csv'"
        ).fetchall()[0]
        assert many == distinct > 0
    wrong = f"""
        SELECT count(*) FROM '{files}/raw_orders.csv' o
        JOIN (SELECT order_id, sum(price) AS worth FROM '{files}/raw_items.csv' i
              JOIN '{files}/raw_products.csv' p USING (sku) GROUP BY 1) i ON i.order_id = o.id
        WHERE subtotal <> worth OR order_total <> subtotal + tax_paid"""
    assert duckdb.sql(wrong).fetchall() == [(0,)]
    assert not [f for f in verify(files) if f.verdict == "fail"]


@given(st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=20), st.sampled_from(["order", "customer"]))
def test_uuids_can_be_read_back_and_keep_the_order(numbers: list[int], of: str):
    """A UUID tells its number and nothing else's; as text they stand in the order of the numbers."""
    form = Form.find("uuid", of, Kind.INTEGER)
    shown = form.show(np.array(numbers))
    assert form.read(shown).tolist() == numbers
    texts = shown.to_pylist()
    assert sorted(range(len(numbers)), key=lambda i: texts[i]) == sorted(
        range(len(numbers)), key=lambda i: numbers[i]
    )
    assert (Form.find("uuid", "line", Kind.INTEGER).read(shown) == -1).all()
    assert all(text[14] == "8" and text[19] in "89ab" for text in texts)


def test_what_was_not_shown_is_not_read():
    """A changed letter, a short code and a time that is no midnight stand for nothing."""
    good = uuids(np.array([5]), "order")[0].as_py()
    bad = pa.array([good[:-1] + ("0" if good[-1] != "0" else "1"), "", good.upper(), good])
    assert Form.find("uuid", "order", Kind.INTEGER).read(bad).tolist() == [-1, -1, -1, 5]
    assert Form.find("SKU-000", "product", Kind.INTEGER).read(
        pa.array(["SKU-007", "SKU-7", "X-007"])
    ).tolist() == [7, -1, -1]
    noon = pa.array([dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2, 12)], pa.timestamp("s"))
    assert (Form.find("timestamp", "shop", Kind.DATE).read(noon) > 0).tolist() == [True, False]


DAMAGE: dict[str, Damage] = {
    "supplies.rows": lambda t: drop(t, S, 3),
    "shops.details": first_row("raw_stores", "tax_rate", 0.07),
    "orders.tax": lambda t: change(t, O, "tax_paid", lambda c: c + (np.arange(len(c)) == 4)),
    "products.price_endings": lambda t: change(t, P, "price", lambda c: c + 1),
    "customers.known": first_row(O, "customer", "00000000-0001-8000-8000-000000000000"),
    "lines.orders": lambda t: drop(t, O, 10),
    "orders.shops": first_row(O, "store_id", "PHL"),
}


@pytest.mark.parametrize("check", DAMAGE)
def test_checks_see_through_the_forms(cafes: Dataset, check: str):
    """UUIDs, codes and cents are judged as the numbers that they stand for; what stands for none is found."""
    good = findings_of(cafes.subject, cafes.tables)
    assert {name: f.detail for name, f in good.items() if f.verdict == "fail"} == {}
    assert good[check].verdict == "pass"
    assert findings_of(cafes.subject, DAMAGE[check](cafes.tables))[check].verdict == "fail"


def test_days_end_at_the_whole(tmp_path: Path):
    """Loaded day by day with its keys, the database holds what one load to that day would have."""
    request = Request("jaffle", seed=7, scale=0.1)
    first, last = dt.date(2024, 1, 1), dt.date(2024, 1, 6)
    address = f"duckdb:{tmp_path / 'shop.db'}"
    loaded = list(load_days(request, database_at(address), first, last))
    assert len(loaded) == 6
    assert not [f for f in verify(address) if f.verdict == "fail"]
    whole = footfall.generate("jaffle", seed=7, scale=0.1, as_of=last)
    with duckdb.connect(str(tmp_path / "shop.db"), read_only=True) as there:
        for name, table in whole.tables.items():
            assert there.execute(f"SELECT count(*) FROM raw.{name}").fetchone() == (table.num_rows,)
        keys = there.execute(
            "SELECT count(*) FROM duckdb_constraints() "
            "WHERE constraint_type = 'FOREIGN KEY' AND schema_name = 'raw'"
        ).fetchone()
    assert keys == (len(REFERENCES),)
    assert all(c.is_new.all() for c in changes_of(request, dt.date(2024, 3, 1)).values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["tables.raw_orders.columns.id.as=cents"], "needs values of the kind money"),
        (["tables.raw_products.columns.sku.as=JAF-0"], "'JAF-0' has room for 9"),
        (["tables.raw_orders.columns.id.as=guid"], "uuid, cents, timestamp, or a code"),
        (["tables.raw_customers.columns.name={field: name, as: uuid}"], "needs values of the kind integer"),
    ],
)
def test_a_form_that_does_not_fit_is_said(changes: list[str], said: str):
    """A form is for values of its kind, and has room for all numbers."""
    with pytest.raises(FootfallError, match=said):
        load("jaffle", changes)


@pytest.mark.slow
def test_a_project_in_the_style_of_the_jaffle_shop_builds(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Staging and marts that read jafgen's columns build on these files, and all of their tests pass."""
    project = tmp_path / "jaffle_shop"
    shutil.copytree(Path(__file__).parent / "jaffle_shop", project)
    monkeypatch.setenv("JAFFLE_DATA", str(files))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(project))
    built = dbt(project, "build")
    assert built.succeeded
    assert built.failed == set()
    assert len(built.statuses) > 25
    assert rows(project, "select count(*) from main.orders")[0][0] > 3000


@pytest.mark.slow
def test_its_own_dbt_project_is_green(files: Path, tmp_path: Path):
    """The project that Footfall writes for the scenario builds: keys are UUIDs, money is in cents."""
    write_project("jaffle", tmp_path / "shop", data=str(files))
    built = dbt(tmp_path / "shop", "build")
    assert built.failed == set()
    assert set(built.statuses.values()) <= {"success", "pass", "no-op"}


def same(one: Dataset, other: Dataset) -> Any:
    return {n: t.content_hash for n, t in one.manifest.tables.items()} == {
        n: t.content_hash for n, t in other.manifest.tables.items()
    }


def test_seeds_differ_and_agree_with_themselves(cafes: Dataset):
    """The same seed gives the same bytes, another one others."""
    assert same(cafes, footfall.generate("jaffle", seed=7, scale=0.2))
    assert not same(cafes, footfall.generate("jaffle", seed=8, scale=0.2))
