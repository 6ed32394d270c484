"""The Python interface: tables in memory, frames, writing, overrides, targets out of reach, the plan."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall.cli.main import run
from footfall.core.errors import ContractBroken, OutputError, RequestError, UnreachableTarget
from footfall.sinks.base import Manifest
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify

Dataset = footfall.Dataset
TABLES = ["raw_products", "raw_orders", "raw_line_items", "raw_marketing_daily", "raw_budget_monthly"]


def test_tables_have_real_types(tiny: Dataset) -> None:
    """Money is decimal(12,2), times are timestamps, days are dates, flags are booleans, ids are int64."""
    assert list(tiny.tables) == TABLES
    types = {(t, f.name): f.type for t, table in tiny.tables.items() for f in table.schema}
    for table, column in (
        ("raw_products", "base_price_eur"), ("raw_products", "cost_price_eur"),
        ("raw_line_items", "unit_price_paid"), ("raw_marketing_daily", "spend_eur"),
        ("raw_budget_monthly", "plan_revenue"), ("raw_budget_monthly", "plan_margin"),
    ):  # fmt: skip
        kind = types[table, column]
        assert pa.types.is_decimal(kind)
        assert (kind.precision, kind.scale) == (12, 2)
    assert (types["raw_line_items", "discount"].precision, types["raw_line_items", "discount"].scale) == (
        3,
        2,
    )
    assert types["raw_orders", "order_ts"] == pa.timestamp("s")
    assert types["raw_marketing_daily", "date"] == pa.date32()
    assert types["raw_line_items", "is_returned"] == pa.bool_()
    assert types["raw_orders", "shop_id"] == pa.string()
    for table, column in (
        ("raw_orders", "order_id"), ("raw_orders", "customer_id"), ("raw_line_items", "order_id"),
        ("raw_line_items", "qty"), ("raw_products", "sku_id"), ("raw_budget_monthly", "plan_orders"),
    ):  # fmt: skip
        assert types[table, column] == pa.int64()
    assert all(not f.nullable for table in tiny.tables.values() for f in table.schema)


def test_frames_are_what_pandas_users_expect(tiny: Dataset) -> None:
    """Frames have all rows and columns; money and discounts are floats."""
    frames = tiny.to_pandas()
    assert list(frames) == TABLES
    for name, table in tiny.tables.items():
        assert len(frames[name]) == table.num_rows == tiny.manifest.tables[name].rows > 0
        assert list(frames[name].columns) == table.column_names
    lines = frames["raw_line_items"]
    assert lines["unit_price_paid"].dtype == np.float64
    assert lines["discount"].dtype == np.float64
    assert lines["is_returned"].dtype == np.bool_
    assert frames["raw_orders"]["order_ts"].dtype.kind == "M"
    assert frames["raw_orders"]["order_id"].dtype == np.int64


def test_money_in_frames_is_the_nearest_float(tiny: Dataset) -> None:
    """A price of 34.55 is the float 34.55 in a frame, so that comparing and printing give what CSV would."""
    frames = tiny.to_pandas()
    for name, column in (("raw_line_items", "unit_price_paid"), ("raw_marketing_daily", "spend_eur")):
        exact = [float(value) for value in tiny.tables[name][column].to_pylist()]
        assert frames[name][column].tolist() == exact


@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb"])
def test_written_is_as_generated(tiny: Dataset, tmp_path: Path, form: str) -> None:
    """`write` publishes what the command would: same hashes and files, and it verifies."""
    written = tiny.write(tmp_path / "written", format=form)
    made = generate_into(Request("vantage", seed=7, scale=0.01), tmp_path / "made", format=form)
    assert written == Manifest.read(tmp_path / "written")
    assert written.tables == made.manifest.tables
    assert written == made.manifest
    assert [f for f in verify(tmp_path / "written") if f.verdict == "fail"] == []
    with pytest.raises(OutputError, match="already holds a data set"):
        tiny.write(tmp_path / "written", format=form)
    tiny.write(tmp_path / "written", format=form, overwrite=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scenario": Path("vantage")}, "the name of a scenario or the path of its file, as text"),
        ({"scenario": None}, "scenario=None: give"),
        ({"seed": "42"}, "seed='42': give a whole number"),
        ({"seed": math.nan}, "seed=nan: give a whole number"),
        ({"seed": True}, "seed=True: give a whole number"),
        ({"scale": "0.1"}, "scale='0.1': give a number"),
        ({"scale": None}, "scale=None: give a number"),
        ({"first": "2025-01-01"}, "first='2025-01-01': give a datetime.date"),
        ({"last": dt.datetime(2025, 1, 1)}, "give a datetime.date"),
        ({"as_of": 20250101}, "as_of=20250101: give a datetime.date"),
        ({"workers": 1.5}, "workers=1.5: give a whole number"),
        ({"orders_a_part": -5}, "orders_a_part=-5: give a whole number from 1"),
        ({"tables": "raw_orders"}, "tables='raw_orders': give a list"),
        ({"overrides": "demand.orders=5"}, "overrides='demand.orders=5': give a list"),
        ({"overrides": [5]}, "overrides=[5]: give a list of texts"),
    ],
)
def test_values_of_other_types_are_refused(given: dict[str, Any], said: str) -> None:
    """Nothing is guessed from a value of another type: one line says which it is and what to give."""
    with pytest.raises(RequestError) as refused:
        footfall.generate(**{"scenario": "vantage", **given})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_write_refuses_a_broken_contract(tiny: Dataset, tmp_path: Path) -> None:
    """Data of which a check failed are not written."""
    first, *others = tiny.findings
    broken = dataclasses.replace(tiny, findings=[dataclasses.replace(first, verdict="fail"), *others])
    with pytest.raises(ContractBroken, match=first.check) as caught:
        broken.write(tmp_path / "data")
    assert caught.value.findings == broken.findings
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def a_cent_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from footfall.simulate import outcomes

    right = outcomes.discounted
    monkeypatch.setattr(outcomes, "discounted", lambda *arguments: right(*arguments) + 1)


@pytest.mark.usefixtures("a_cent_off")
@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb"])
def test_a_broken_simulation_is_not_published(tmp_path: Path, form: str) -> None:
    """When prices are a cent off, the contract fails, nothing is published, and old data stay."""
    request = Request("vantage", scale=0.02, workers=1)
    with pytest.raises(ContractBroken, match=r"lines\.price_paid") as caught:
        generate_into(request, tmp_path / "data", format=form)
    assert caught.value.exit_code == 1
    assert "lines.price_paid" in {f.check for f in caught.value.findings if f.verdict == "fail"}
    assert list(tmp_path.iterdir()) == []


def test_a_broken_simulation_keeps_old_data(
    tmp_path: Path, tiny: Dataset, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command exits 1, names the check on stderr in one line, and keeps what was there."""
    before = tiny.write(tmp_path / "data")
    request.getfixturevalue("a_cent_off")
    with pytest.raises(SystemExit) as left:
        run(["generate", "vantage", "-o", str(tmp_path / "data"), "--scale", "0.02", "--overwrite"])
    assert left.value.code == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "lines.price_paid" in captured.err
    assert "lines.price_paid" in captured.out
    assert Manifest.read(tmp_path / "data") == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["data"]


@pytest.mark.usefixtures("a_cent_off")
def test_in_memory_a_broken_contract_is_told() -> None:
    """In memory, a failed check is found and told, and the tables can be looked at."""
    dataset = footfall.generate("vantage", scale=0.02)
    assert "lines.price_paid" in {f.check for f in dataset.findings if f.verdict == "fail"}


OVERRIDES = [
    ("demand.orders=50000",),
    ("year=2026",),
    ("year=2028",),
    ("demand.shops.CH=0.5",),
    ("demand.growth_per_day=0.001",),
    ("demand.growth_per_day=-0.001",),
    ("demand.events.black_week.multiplier=2.0",),
    ("demand.events.summer_sale.multiplier=2.5",),
    ("demand.events.christmas.multiplier=1.0",),
    ("demand.weekday.Mon=1.0",),
    ("demand.payday.multiplier=1.3",),
    ("demand.orders=50000", "year=2026", "demand.events.black_week.discount_percent=30"),
]


@pytest.mark.slow
@pytest.mark.parametrize("changes", OVERRIDES, ids=" ".join)
def test_overrides_keep_the_contract(changes: tuple[str, ...]) -> None:
    """Whatever is changed of demand, the knobs are solved anew and every check holds."""
    dataset = footfall.generate("vantage", overrides=changes)
    assert [f for f in dataset.findings if f.verdict == "fail"] == []
    orders = dataset.tables["raw_orders"]
    expected = 50_000 if "demand.orders=50000" in changes else 35_000
    assert abs(orders.num_rows - expected) < 5 * math.sqrt(expected)
    year = next((int(c[-4:]) for c in changes if c.startswith("year=")), 2025)
    assert {t.year for t in orders["order_ts"][:: orders.num_rows - 1].to_pylist()} == {year}


@pytest.mark.parametrize("value", [900, 1])
def test_an_unreachable_target_says_what_is_reachable(value: int) -> None:
    """A target out of reach is refused with the reachable range and the knob to free."""
    with pytest.raises(
        UnreachableTarget, match=rf"targets\.order_value: {value} .* between [\d.]+ and [\d.]+ can; .*free\."
    ) as caught:
        footfall.generate("vantage", overrides=[f"targets.order_value.value={value}"])
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)


def test_the_plan_tells_every_intensity(capsys: pytest.CaptureFixture[str]) -> None:
    """Intensities add up to the orders of the year, and each is the product of its factors."""
    with pytest.raises(SystemExit) as left:
        run(["plan", "vantage", "--json"])
    assert left.value.code == 0
    rows = json.loads(capsys.readouterr().out)["intensity"]
    assert len(rows) == 365 * 3
    assert math.fsum(r["orders"] for r in rows) == pytest.approx(35_000, rel=1e-12)
    for r in rows:
        product = r["base"] * r["trend"] * r["weekday"] * r["payday"] * r["event"] * r["shop_weight"]
        assert r["orders"] == pytest.approx(product, rel=1e-12)
    by_cell = {(r["date"], r["shop"]): r for r in rows}
    friday = by_cell["2025-11-21", "AT"]
    assert (friday["weekday"], friday["payday"], friday["event"]) == (1.0, 1.0, 3.0)
    assert (friday["shop_weight"], friday["discount_percent"]) == (0.3, 20)
    assert friday["trend"] == pytest.approx(1 + 0.0003 * 324)
    thursday = by_cell["2025-11-27", "CH"]
    assert (thursday["weekday"], thursday["payday"], thursday["event"]) == (0.95, 1.15, 3.0)
    assert by_cell["2025-07-15", "DE"]["event"] == 1.5
    assert by_cell["2025-12-16", "DE"]["event"] == 1.0
    assert len({r["base"] for r in rows}) == 1
