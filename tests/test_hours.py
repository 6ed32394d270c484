"""At which hours orders come, and days without any: `demand.hours`, and multipliers of 0."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

import footfall
from footfall.core.errors import ScenarioError
from footfall.plan.clock import Clock
from footfall.plan.parts import Part
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.simulate.orders import simulate_orders
from sample import change, findings_of, put

HOURS = "demand.hours={every_day: {6: 1, 9: 4, 10: 2.5, 13: 0, 20: 8, 23: 3}, Sun: {11: 1, 12: 3}}"
WEEK = np.zeros((7, 24))
WEEK[:6, [6, 9, 10, 20, 23]] = [1, 4, 2.5, 8, 3]
WEEK[6, [11, 12]] = [1, 3]
OPENS, CLOSES = 6 * 3600, 24 * 3600 - 60  # the last minute of 23:00 is cut off


def law(weekday: int) -> np.ndarray:
    """Distribution function over the seconds of a day, the plain way."""
    density = np.repeat(WEEK[weekday], 3600)
    density[:OPENS], density[CLOSES + 1 :] = 0, 0
    return np.cumsum(density) / density.sum()


@pytest.fixture(scope="module")
def profiled() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=[HOURS])


def at(dataset: footfall.Dataset) -> np.ndarray:
    return dataset.tables["raw_orders"]["order_ts"].to_numpy().astype("datetime64[s]").astype(np.int64)


def test_times_of_day_follow_the_profile_of_their_weekday(profiled: footfall.Dataset):
    """Seconds have the weekday's piecewise constant density; closed hours have no orders at all.

    H0 by SciPy's chi-square over half hours; false alarm 1e-6 a weekday, fixed seed.
    """
    times = at(profiled)
    weekday, second = (times // 86_400 + 3) % 7, times % 86_400
    for day in range(7):
        mine = second[weekday == day]
        edges = np.concatenate([[0.0], law(day)[1799::1800]])
        counts = np.bincount(mine // 1800, minlength=48)
        expected = np.diff(edges) * len(mine)
        assert not counts[expected == 0].any()
        assert stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-6


def test_slots_of_a_day_are_as_likely_and_join_without_gaps():
    """The inverse of F agrees with a plain cumulative sum, to a second; slots of equal mass join."""
    scenario = load("vantage", [HOURS])
    assert scenario.demand.hours
    clock = Clock.of(scenario.demand, scenario.demand.hours)
    for day in (0, 6):
        whole = clock.day_starts[day + 1] - clock.day_starts[day]
        assert 2**31 < whole <= 2**32
        u = (np.arange(1000) + 0.5) / 1000
        found = clock.second(clock.day_starts[day] + (u * whole).astype(np.int64))
        assert np.abs(found - np.searchsorted(law(day), u)).max() <= 1
        for slots in (1, 3, 7):
            low, high = clock.slots(np.full(slots, day), np.arange(slots), slots)
            assert low[0] == clock.day_starts[day]
            assert all(b == a for a, b in zip(high[:-1].tolist(), low[1:].tolist(), strict=True))
            assert np.ptp(high - low) <= 1


def test_only_the_time_changes_with_hours(whole: footfall.Dataset, profiled: footfall.Dataset):
    """All other columns keep their bytes."""
    for name, table in whole.tables.items():
        for column in table.column_names:
            same = table[column].equals(profiled.tables[name][column])
            assert same == ((name, column) != ("raw_orders", "order_ts")), (name, column)


def test_rows_stay_pure_however_parts_are_cut():
    """A busy day of several slots gives the same times in one part and in parts of odd sizes."""
    scenario = load("vantage", [HOURS, "demand.orders=9000000"])
    day = dt.date(2025, 1, 5)
    planned = plan(scenario, 7, day, day)
    assert planned.counts.slots > 1
    start, stop = (planned.counts.first_order_of(t) for t in planned.published_days)
    one = simulate_orders(planned, Part(start, stop, True)).second
    cuts = [start, start + 1, start + 777, start + 9001, stop]
    parts = [simulate_orders(planned, Part(a, b, True)).second for a, b in pairwise(cuts)]
    assert np.array_equal(one, np.concatenate(parts))
    assert (np.diff(one) >= 0).all()


def test_the_contract_sees_orders_outside_of_the_hours(profiled: footfall.Dataset):
    """A time in a closed hour breaks the rule; even times over the same hours break the law."""
    assert {f.verdict for f in profiled.findings} <= {"pass", "not applicable"}
    subject, tables = profiled.subject, dict(profiled.tables)
    first = int(at(profiled)[0])
    shut = first - first % 86_400 + 13 * 3600
    found = findings_of(subject, put(tables, "raw_orders", "order_ts", 0, shut))["orders.hours"]
    assert (found.verdict, "13:00:00" in found.detail) == ("fail", True)

    def evenly(times: np.ndarray) -> np.ndarray:
        late = (times % 86_400 // 3600 == 20) & (np.arange(len(times)) % 2 == 0)
        return np.sort(np.where(late, times - 11 * 3600, times))

    found = findings_of(subject, change(tables, "raw_orders", "order_ts", evenly))["orders.seconds"]
    assert found.verdict == "fail"


@pytest.mark.parametrize("name", ["vantage", "storefront"])
def test_a_closed_weekday_has_no_orders(name: str):
    """`weekday.Sun: 0`: nothing is ordered on Sundays, the total stays what is asked for, all else passes."""
    closed = [
        "demand.weekday.Sun=0",
        *(["targets.weekend_above_workdays=false"] if name == "vantage" else []),
    ]
    made = footfall.generate(name, seed=7, scale=0.3, overrides=closed)
    table, column = ("raw_orders", "order_ts") if name == "vantage" else ("orders", "order_date")
    days = made.tables[table][column].to_numpy().astype("datetime64[D]").astype(np.int64)
    assert not (((days + 3) % 7) == 6).any()
    expected = made.subject.scenario.demand.orders
    assert abs(len(days) - expected) < 5 * np.sqrt(expected)
    assert {f.verdict for f in made.findings} <= {"pass", "not applicable"}


def test_an_order_on_a_closed_day_is_seen():
    """An order moved from Monday to the Sunday before breaks the rule, and the finding says where."""
    made = footfall.generate(
        "vantage",
        seed=7,
        scale=0.05,
        overrides=["demand.weekday.Sun=0", "targets.weekend_above_workdays=false"],
    )
    times = at(made)
    monday = int(np.flatnonzero((times // 86_400 + 3) % 7 == 0)[0])
    moved = put(dict(made.tables), "raw_orders", "order_ts", monday, int(times[monday]) - 86_400)
    found = findings_of(made.subject, moved)["orders.hours"]
    assert (found.verdict, "2025-01-05" in found.detail) == ("fail", True)


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("demand.hours={every_day: {2: 1}}", "gives Mon no weight from 06:00:00 to 23:59:00"),
        ("demand.hours={every_day: {9: 1}, Sun: {9: 0}}", "weekday.Sun: 0"),
        ("demand.hours={every_day: {24: 1}}", "must be at most 23"),
        ("demand.weekday.Sun=0", "targets.weekend_above_workdays"),
        (
            "demand.weekday={Mon: 0, Tue: 0, Wed: 0, Thu: 0, Fri: 0, Sat: 0, Sun: 0}",
            "weekday leaves no day",
        ),
    ],
)
def test_what_cannot_be_is_refused(override: str, part: str):
    """A profile without open hours, an hour beyond 23, and days that contradict each other say what to do."""
    with pytest.raises(ScenarioError, match="demand") as refused:
        load("vantage", [override])
    assert part in str(refused.value)
