"""What `plan` tells: the year at a glance, how far knobs were bent, what each target rests on."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from footfall.cli.main import run
from footfall.cli.plan_page import marks, plot
from footfall.scenario.load import load
from footfall.workflow.knobs import KNOBS
from footfall.workflow.preview import preview
from footfall.workflow.request import Request
from shipped import SHIPPED


@pytest.fixture(scope="module", params=SHIPPED)
def told(request: pytest.FixtureRequest) -> dict:
    return preview(Request(request.param))


def test_knobs_are_told_with_where_they_stood_and_may_go(told: dict):
    """Each knob is the solved figure, within its limit, for a key that is asked for."""
    scenario = load(told["scenario"])
    names = {knob["knob"] for knob in told["knobs"]}
    assert names <= {knob.name for knob in KNOBS} <= told["solved"].keys()
    turned = {target["target"]: target["knobs"] for target in told["targets"]}
    for knob in told["knobs"]:
        assert knob["value"] == told["solved"][knob["knob"]]
        if knob["limit"] is not None:
            assert abs(knob["value"]) <= knob["limit"]
        for wanted in knob["wanted_by"]:
            key, field = wanted.split(".")
            assert getattr(getattr(scenario, key), field) is not None
    for name, knobs in turned.items():
        assert set(knobs) <= names, name


def test_a_limit_that_is_lowered_holds_the_knob(told: dict):
    """The limit told is the scenario's own, and a knob stays within it when it is lowered."""
    knob = next(k for k in told["knobs"] if k["knob"] == "popularity_power")
    lower = f"free.popularity_power_max={knob['value'] * 1.2:.3f}"
    again = preview(Request(told["scenario"], overrides=(lower,)))
    (found,) = [k for k in again["knobs"] if k["knob"] == "popularity_power"]
    assert found["limit"] == pytest.approx(knob["value"] * 1.2, abs=1e-3)
    assert found["value"] == pytest.approx(knob["value"], abs=1e-3)


def test_events_are_runs_of_published_days():
    """Events are cut to the horizon, and come once a year."""
    part = preview(Request("vantage", first=dt.date(2025, 11, 25), last=dt.date(2025, 12, 3)))
    assert [(e["event"], e["first"], e["last"]) for e in part["events"]] == [
        ("black_week", "2025-11-25", "2025-11-27"),
        ("christmas", "2025-12-01", "2025-12-03"),
    ]
    assert (part["promotions"], part["holidays"], part["closed_weekdays"]) == ([], [], [])
    assert [e["first"][:4] for e in preview(Request("storefront"))["events"]] == [
        "2023",
        "2023",
        "2024",
        "2024",
    ]


def test_promotions_are_told_with_their_categories():
    """Promotions are runs of days, too, cut to the horizon, with what they do to which categories."""
    part = preview(Request("fashion", first=dt.date(2025, 2, 1), last=dt.date(2025, 2, 10)))
    assert part["promotions"] == [
        {"promotion": "winter_clothes", "first": "2025-02-01", "last": "2025-02-05",
         "categories": ["Damen", "Herren"], "uplift": 1.3, "discount_percent": 30},
        {"promotion": "winter_shoes", "first": "2025-02-01", "last": "2025-02-10",
         "categories": ["Schuhe"], "uplift": 1.6, "discount_percent": 40},
    ]  # fmt: skip


def test_holidays_and_closed_days_are_told():
    """Of each holiday the shops that keep it; exactly on these days, and on Sundays, nothing is expected."""
    told = preview(Request("grocer"))
    kept = {(day["date"], shop) for day in told["holidays"] for shop in day["shops"]}
    epiphany = next(day for day in told["holidays"] if day["date"] == "2025-01-06")
    assert (epiphany["shops"], epiphany["multiplier"]) == (["Passau"], 0)
    assert told["closed_weekdays"] == ["Sun"]
    for cell in told["intensity"]:
        is_sunday = dt.date.fromisoformat(cell["date"]).weekday() == 6
        assert (cell["orders"] == 0) == (is_sunday or (cell["date"], cell["shop"]) in kept)


def test_time_grows_with_the_orders():
    """A hundred times the orders take more than a start, and less than a hundred runs."""
    one, hundred = (preview(Request("vantage", scale=scale))["seconds"] for scale in (1, 100))
    assert 1 < one < hundred < 20 * one


def test_the_plot_is_the_intensity(told: dict):
    """Columns are as high as the mean of their days; it fits the width and marks each happening."""
    marked = marks(told["events"], told["promotions"], told["holidays"])
    lines = plot(told["intensity"], marked, 60)
    assert max(map(len, lines)) <= 60
    bars = [line[7:].ljust(53) for line in lines[1:6]]
    heights = np.array([sum(" ▁▂▃▄▅▆▇█".index(row[k]) for row in bars) / 40 for k in range(53)])
    daily: dict[str, float] = {}
    for cell in told["intensity"]:
        daily[cell["date"]] = daily.get(cell["date"], 0.0) + cell["orders"]
    values = np.array(list(daily.values()))
    at = np.arange(len(values)) * 53 // len(values)
    means = np.bincount(at, values) / np.bincount(at)
    assert heights == pytest.approx(means / means.max(), abs=1 / 40)
    days = list(daily)
    rows = list(itertools.takewhile(lambda line: line.startswith(" " * 7), lines[7:]))
    for letter, mark in zip("abcdefgh", marked, strict=False):
        due = {int(at[k]) for first, last in mark.runs for k, day in enumerate(days) if first <= day <= last}
        assert {k - 7 for row in rows for k, sign in enumerate(row) if sign == letter} == due
        assert any(line.startswith(f"{letter}  {mark.words.split()[0]}") for line in lines)
    names = {e["event"] for e in told["events"]} | {p["promotion"] for p in told["promotions"]}
    assert {mark.words.partition(":")[0] for mark in marked} - {"holidays"} == names


def test_an_encoding_without_blocks_gets_plain_signs(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path):
    """Where the output can't hold block characters, the page comes in ASCII instead of not at all."""
    import io
    import sys

    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    with pytest.raises(SystemExit) as left:
        run(["plan", "vantage"])
    assert left.value.code == 0
    out.seek(0)
    assert "###" in out.read()
