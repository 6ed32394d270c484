"""Days that arrive one by one: what is known when, what a day changes, and the law that ties them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall import generate
from footfall.core.content_hash import ContentHash
from footfall.workflow.changes import Changes, changes_of, last_change
from footfall.workflow.request import Request

HORIZONS = {"vantage": dt.date(2025, 1, 1), "storefront": dt.date(2023, 1, 1)}
LATE = "arrival.late_lines.share=0.3"
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
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), scenario=st.sampled_from(list(HORIZONS)), seed=st.integers(0, 10**6))
def test_a_day_is_the_day_before_and_its_changes(data: Any, scenario: str, seed: int) -> None:
    """state(d) = state(d - 1) + changes(d), by content hash, whatever the scenario's delays and the day."""
    first = HORIZONS[scenario]
    sets = [LATE] if data.draw(st.booleans()) else []
    sets += data.draw(
        st.sampled_from(
            [
                [],
                ["arrival.returned.max_days=9"],
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


@pytest.mark.parametrize(
    ("scenario", "sets"), [("vantage", []), ("vantage", [LATE]), ("storefront", []), ("storefront", [LATE])]
)
def test_nothing_is_known_before_what_it_belongs_to(scenario: str, sets: list[str]) -> None:
    """On any day, lines, returns and reviews have their orders, orders customers, lines products."""
    first = HORIZONS[scenario]
    for days in (10, 60, 200, 364):
        day = first + dt.timedelta(days)
        made = generate(scenario, scale=0.3, as_of=day, overrides=sets, seed=days)
        assert [f"{f.check}: {f.detail}" for f in made.findings if f.verdict == "fail"] == []
        frames = made.to_pandas()
        if scenario == "vantage":
            assert frames["raw_orders"]["order_ts"].dt.date.max() <= day
            continue
        assert frames["customers"]["registration_date"].max() <= day
        assert frames["products"]["created_date"].max() <= day
        orders, items, reviews = (frames[t] for t in ("orders", "order_items", "reviews"))
        assert set(items["order_id"]) == set(orders["order_id"])
        assert set(items["product_id"]) <= set(frames["products"]["product_id"])
        assert set(orders["customer_id"]) <= set(frames["customers"]["customer_id"])
        if len(reviews):
            bought = items.merge(orders[orders["status"].isin(["Completed", "Returned"])], on="order_id")
            pairs = set(zip(bought["customer_id"], bought["product_id"], strict=True))
            assert set(zip(reviews["customer_id"], reviews["product_id"], strict=True)) <= pairs
            assert reviews["review_date"].max() <= day
        total = items.groupby("order_id")["line_total"].sum().round(2)
        assert np.allclose(total.reindex(orders["order_id"]), orders["total_amount"])
