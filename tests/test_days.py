"""Days that arrive one by one: what is known when, what a day changes, and the law that ties them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changing import CHANGING
from footfall import Dataset, generate
from footfall.cli.main import run
from footfall.core.content_hash import ContentHash
from footfall.core.errors import ContractBroken, RequestError, ScenarioError
from footfall.scenario.load import load
from footfall.sinks.base import Manifest
from footfall.sinks.database import database_at, opened
from footfall.workflow.changes import ONE_DAY, Changes, changes_of, last_change
from footfall.workflow.days import load_day, load_days
from footfall.workflow.load import load_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from shipped import SHIPPED
from test_databases import connected

HORIZONS = {name: load(name).first_day for name in SHIPPED}
LATE = "arrival.late_lines.share=0.3"
MAY_BE_LATE = [name for name in SHIPPED if name != "jaffle"]  # where a review may follow within a day
STEADY = ("jaffle", "grocer")  # orders are settled at once; of 200 lines of groceries one comes back
Tables = dict[str, pa.Table]


def hashes(tables: Tables, specs: Any) -> dict[str, str]:
    out = {}
    for name, table in tables.items():
        content = ContentHash(specs[name])
        for batch in table.to_batches():
            content.add(batch)
        out[name] = content.hexdigest()
    return out


def applied(tables: Tables, changes: dict[str, Changes]) -> Tables:
    """Rows after a day: changed ones in place of those of the same key, new ones added."""
    out = {}
    for name, found in changes.items():
        keys = list(found.spec.key)
        old = set(zip(*(tables[name][k].to_pylist() for k in keys), strict=True))
        gone = set(zip(*(found.before[k].to_pylist() for k in keys), strict=True))
        assert gone <= old
        mine = list(zip(*(tables[name][k].to_pylist() for k in keys), strict=True))
        kept = tables[name].filter(pa.array([key not in gone for key in mine], pa.bool_()))
        out[name] = pa.concat_tables([kept, found.rows])
    return out


@pytest.mark.slow
@pytest.mark.parametrize("changing", [False, True], ids=["settled", "changing"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), scenario=st.sampled_from(list(HORIZONS)), seed=st.integers(0, 10**6))
def test_a_day_is_the_day_before_and_its_changes(changing: bool, data: Any, scenario: str, seed: int) -> None:
    """state(d) = state(d - 1) + changes(d), by content hash, whatever the delays, the changes and the day."""
    first = HORIZONS[scenario]
    is_late = data.draw(st.booleans()) and scenario in MAY_BE_LATE
    sets = [*([LATE] if is_late else []), *(CHANGING.get(scenario, []) if changing else [])]
    sets += data.draw(
        st.sampled_from(
            [
                [],
                ["arrival.returned.max_days=14"],
                ["arrival.settled.min_days=0"],
                ["arrival.returned.median_days=30"],
            ]
        )
    )
    end = last_change(Request(scenario, overrides=tuple(sets)))
    day = first + dt.timedelta(data.draw(st.integers(0, (end - first).days + 2)))
    asked = {"seed": seed, "scale": 0.02, "overrides": sets}
    request = Request(scenario, seed=seed, scale=0.02, overrides=tuple(sets))
    found = changes_of(request, day)
    now = generate(scenario, as_of=day, **asked)
    assert [f for f in now.findings if f.verdict == "fail"] == []
    specs = now.subject.tables
    before = {name: table.slice(0, 0) for name, table in now.tables.items()}
    if day > first:
        before = generate(scenario, as_of=day - dt.timedelta(1), **asked).tables
    assert hashes(applied(before, found), specs) == hashes(now.tables, specs)


@pytest.mark.parametrize("scenario", list(HORIZONS))
def test_the_last_day_brings_the_full_data_set(scenario: str) -> None:
    """The state at the last day on which anything becomes known is the full data set, byte for byte."""
    whole = generate(scenario, scale=0.1)
    end = last_change(Request(scenario))
    assert generate(scenario, scale=0.1, as_of=end).tables == whole.tables
    earlier = generate(scenario, scale=0.1, as_of=end - dt.timedelta(90))
    assert earlier.tables != whole.tables


def frames_of(made: Dataset) -> dict[str, pd.DataFrame]:
    """Rows by entity, under the names of the vocabulary; a day of an order is its `date`."""
    out = {}
    for table, spec in made.subject.tables.items():
        frame = made.to_pandas()[table]
        out[spec.entity] = frame.set_axis([column.field for column in spec.columns], axis=1)
    orders = out["order"]
    orders["date"] = pd.to_datetime(orders["time" if "time" in orders else "date"]).dt.date
    return out


KNOWN_ON = (("order", "date"), ("review", "date"), ("customer", "registered"), ("product", "created"))
OF = (("line", "order", "order"), ("line", "product", "product"), ("order", "customer", "customer"))


@pytest.mark.parametrize(
    ("scenario", "sets"),
    [(name, sets) for name in SHIPPED for sets in ([], [LATE]) if not sets or name in MAY_BE_LATE],
)
def test_nothing_is_known_before_what_it_belongs_to(scenario: str, sets: list[str]) -> None:
    """On any day, lines, returns and reviews have their orders, orders customers, lines products."""
    scale = 0.3 if scenario in CHANGING else 0.05
    for days in (10, 60, 200, 364):
        day = HORIZONS[scenario] + dt.timedelta(days)
        made = generate(scenario, scale=scale, as_of=day, overrides=sets, seed=days)
        assert [f"{f.check}: {f.detail}" for f in made.findings if f.verdict == "fail"] == []
        frames = frames_of(made)
        for entity, field in KNOWN_ON:
            if field in frames.get(entity, {}) and len(frames[entity]):
                assert pd.to_datetime(frames[entity][field]).max().date() <= day
        for entity, field, other in OF:
            if other in frames:
                assert set(frames[entity][field]) <= set(frames[other]["id"])
        orders, lines, reviews = frames["order"], frames["line"], frames.get("review", [])
        assert set(lines["order"]) == set(orders["id"])
        if {"status", "product"} <= set(orders) | set(reviews) and len(reviews):
            open_to = load(scenario).reviews.statuses  # type: ignore[union-attr]  # there are reviews
            bought = lines.merge(orders[orders["status"].isin(open_to)], left_on="order", right_on="id")
            pairs = set(zip(bought["customer"], bought["product"], strict=True))
            assert set(zip(reviews["customer"], reviews["product"], strict=True)) <= pairs
        if "total" in orders and "total" in lines:
            total = lines.groupby("order")["total"].sum().round(2)
            assert np.allclose(total.reindex(orders["id"]), orders["total"])


def state(request: Request, day: dt.date) -> dict[str, tuple[int, str]]:
    made = generate(
        request.scenario, seed=request.seed, scale=request.scale, overrides=request.overrides, as_of=day
    )
    return recorded(made.manifest)


def recorded(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {name: (table.rows, table.content_hash) for name, table in manifest.tables.items()}


def held(address: str) -> dict[str, tuple[int, str]]:
    with opened(address, "raw") as source:
        return recorded(source.manifest)


def failing(address: str) -> list[str]:
    return [f"{f.check}: {f.detail}" for f in verify(address) if f.verdict == "fail"]


@pytest.mark.parametrize(
    ("scenario", "sets", "begin"),
    [
        ("vantage", [LATE], dt.date(2025, 11, 24)),
        ("storefront", [], dt.date(2024, 6, 1)),
        ("storefront", [LATE, *CHANGING["storefront"]], dt.date(2024, 3, 1)),
        ("vantage", CHANGING["vantage"], dt.date(2025, 6, 1)),
        *((name, [], load(name).last_day - dt.timedelta(45)) for name in SHIPPED if name not in CHANGING),
    ],
)
def test_days_loaded_one_by_one_are_the_state(
    address: str, scenario: str, sets: Sequence[str], begin: dt.date
) -> None:
    """After each day a database holds the state of that day, by content hash, and verifies."""
    scale = 0.5 if scenario in CHANGING else 0.02
    request = Request(scenario, seed=4, scale=scale, overrides=tuple(sets))
    database = database_at(address)
    load_into(replace(request, as_of=begin), database)
    updated = 0
    for k in range(1, 8):
        loaded = load_day(request, database, begin + k * ONE_DAY)
        updated += sum(loaded.updated.values())
        if k % 3 == 1:
            assert held(address) == state(request, loaded.day)
    assert updated or scenario in STEADY
    assert failing(address) == []


def test_a_price_that_changes_is_an_update_of_its_row(tmp_path: Path) -> None:
    """On the day of a change the product's row is updated, the old price ends, the new one is inserted."""
    request = Request("storefront", scale=0.05, overrides=CHANGING["storefront"])
    day = dt.date(2024, 3, 12)
    found = changes_of(request, day)
    products, prices = found["products"], found["product_prices"]
    assert products.columns == ["price", "cost"]
    assert prices.columns == ["valid_to"]
    begun = {r["product_id"]: r for r in prices.new.to_pylist()}
    ended = {r["product_id"]: r for r in prices.changed.to_pylist()}
    assert begun
    assert {r["product_id"]: r["price"] for r in products.changed.to_pylist()} == {
        number: row["price"] for number, row in begun.items() if number in ended
    }
    assert {row["valid_from"] for row in begun.values()} == {day}
    assert {row["valid_to"] for row in ended.values()} == {day - ONE_DAY}


ENDS = {"vantage": ("arrival.returned.max_days=14",)}


@pytest.mark.parametrize(
    "scenario", ["vantage", *(pytest.param(n, marks=pytest.mark.slow) for n in SHIPPED if n != "vantage")]
)
def test_the_end_of_all_days_is_the_full_data_set(address: str, scenario: str) -> None:
    """Brought forward to the day on which all is known, a database holds the full data set."""
    request = Request(scenario, scale=0.02, overrides=ENDS.get(scenario, ()))
    end = last_change(request)
    load_into(replace(request, as_of=end - 16 * ONE_DAY), database_at(address))
    list(load_days(request, database_at(address), end - 15 * ONE_DAY, end))
    assert held(address) == recorded(generate(scenario, scale=0.02, overrides=request.overrides).manifest)
    assert failing(address) == []


def test_a_day_twice_is_as_once_and_gaps_are_refused(address: str) -> None:
    """The first day makes the schema; a day again changes nothing; gaps and other sets are named."""
    first = dt.date(2025, 1, 1)
    request = Request("vantage", scale=0.05)
    database = database_at(address)
    assert [loaded.is_news for loaded in load_days(request, database, first, first + ONE_DAY)] == [True, True]
    before = held(address)
    again = load_day(request, database, first + ONE_DAY)
    assert (again.is_news, again.inserted, held(address)) == (False, {}, before)
    for day, said in ((first + 3 * ONE_DAY, "the next day is 2025-01-03"), (first, "can't be taken back")):
        with pytest.raises(RequestError, match=said):
            load_day(request, database, day)
    with pytest.raises(RequestError, match="differs in --seed"):
        load_day(replace(request, seed=9), database, first + 2 * ONE_DAY)
    with pytest.raises(RequestError, match="differs in scenario, --scale"):
        load_day(replace(request, scale=0.1), database, first + 2 * ONE_DAY)
    load_into(request, database, overwrite=True)
    with pytest.raises(RequestError, match="holds a final state"):
        load_day(request, database, first + 2 * ONE_DAY)


def test_a_day_over_edited_rows_changes_nothing(address: str) -> None:
    """Where the state would break its contract, the day is not committed and the check says why."""
    request = Request("vantage", scale=0.05)
    database = database_at(address)
    list(load_days(request, database, dt.date(2025, 1, 1), dt.date(2025, 1, 2)))
    with connected(address) as ask:
        ask("UPDATE raw.raw_line_items SET unit_price_paid = 1 WHERE order_id = 1")
    before = held(address)
    with pytest.raises(ContractBroken, match=r"lines\.price_paid"):
        load_day(request, database, dt.date(2025, 1, 3))
    assert held(address) == before


def test_changes_are_files_with_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`footfall changes` writes new and changed rows with op and changed_at; they are no state to verify."""
    day, out = dt.date(2025, 2, 1), tmp_path / "changes"
    with pytest.raises(SystemExit) as ended:
        run(
            ["changes", "vantage", "--day", str(day), "--scale", "0.2", "-o", str(out), "--format", "parquet"]
        )
    assert ended.value.code == 0
    assert f"changes of {day}" in capsys.readouterr().out
    lines = pq.read_table(out / "raw_line_items.parquet").to_pydict()
    found = changes_of(Request("vantage", scale=0.2), day)["raw_line_items"]
    assert lines["op"].count("update") == len(found.before) > 0
    assert lines["op"].count("insert") == len(found.new) > 0
    assert set(lines["changed_at"]) == {dt.datetime(2025, 2, 1, 23, 59, 59)}
    assert all(
        returned for op, returned in zip(lines["op"], lines["is_returned"], strict=True) if op == "update"
    )
    with pytest.raises(RequestError, match="holds the changes of 2025-02-01"):
        verify(out)


@pytest.mark.parametrize(
    ("scenario", "sets", "said"),
    [
        (
            "vantage",
            ["arrival.late_lines.max_days=9"],
            r"returned\.min_days \(4\) is below late_lines\.max_days",
        ),
        ("vantage", ["arrival.settled={min_days: 3, max_days: 2}"], "above max_days"),
        ("vantage", ["arrival.before_return={Returned: Completed}"], "there are none"),
        ("storefront", ["reviews.delay.min_days=3"], "a review would be known before"),
        ("storefront", ["arrival.before_return={Returned: Cancelled}"], "must name 'Cancelled'"),
    ],
)
def test_a_child_before_its_parent_is_refused(scenario: str, sets: list[str], said: str) -> None:
    """Delays under which something would be known before what it belongs to are refused by key."""
    with pytest.raises(ScenarioError, match=said):
        generate(scenario, scale=0.01, overrides=sets)
