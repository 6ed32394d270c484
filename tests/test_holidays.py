"""Public holidays by country and region: `demand.holidays`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import footfall
from footfall.contract.calendar import intensity
from footfall.core import laws
from footfall.core.errors import RequestError, ScenarioError
from footfall.core.streams import Streams, row_addresses
from footfall.plan.calendar import Calendar
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.workflow.verify import verify
from sample import findings_of, put

PLACES = "places: {DE: DE-BY, AT: AT, CH: CH-ZH}"


def closing(multiplier: float = 0) -> list[str]:
    return [f"demand.holidays={{{PLACES}, multiplier: {multiplier:g}}}"]


@pytest.fixture(scope="module")
def closed() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=closing())


def counts(dataset: footfall.Dataset) -> np.ndarray:
    """Orders by day of 2025 and shop."""
    orders = dataset.tables["raw_orders"]
    day = orders["order_ts"].to_numpy().astype("datetime64[D]").astype(np.int64) - 20_089
    shop = np.array([["DE", "AT", "CH"].index(s) for s in orders["shop_id"].to_pylist()])
    return np.bincount(day * 3 + shop, minlength=365 * 3).reshape(365, 3)


def easter(year: int) -> dt.date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones, Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def test_dates_are_those_of_each_place_for_the_declared_years_and_the_next():
    """Easter Monday by the computus is a holiday of all three, 26 October of Austria alone."""
    asked = load("vantage", closing()).demand.holidays
    assert asked
    assert asked.dates
    for year in (2025, 2026):
        monday = easter(year) + dt.timedelta(1)
        assert all(monday in dates for dates in asked.dates.values())
        in_october = [place for place, dates in asked.dates.items() if dt.date(year, 10, 26) in dates]
        assert in_october == ["AT"]
    assert asked.last_year == 2026


def test_a_closed_shop_has_no_orders_and_the_others_sell_on(closed: footfall.Dataset):
    """Each shop's own holidays are empty; on Austria's own, the other two sell as on any day."""
    asked = closed.subject.scenario.demand.holidays
    assert asked
    assert asked.dates
    found = counts(closed)
    for column, shop in enumerate(("DE", "AT", "CH")):
        place = asked.places[shop]
        days = [(day - dt.date(2025, 1, 1)).days for day in asked.dates[place] if day.year == 2025]
        assert len(days) >= 9
        assert not found[days, column].any()
    national = (dt.date(2025, 10, 26) - dt.date(2025, 1, 1)).days
    assert found[national, 0] > 50
    assert found[national, 2] > 5
    assert {f.verdict for f in closed.findings} <= {"pass", "not applicable"}


def test_plan_and_contract_agree_on_every_day_and_shop(closed: footfall.Dataset):
    """Expected orders of both are base x shape x weight x multiplier, and add up to what is asked for."""
    scenario = load("vantage", closing(0.4))
    calendar = Calendar.of(scenario, 365)
    assert calendar.holiday is not None
    planned = calendar.base * np.outer(calendar.shape, calendar.shop_weights) * calendar.holiday
    made = footfall.generate("vantage", seed=7, scale=0.01, overrides=closing(0.4))
    judged = intensity(made.subject, None)
    assert judged is not None
    np.testing.assert_allclose(judged * 100, planned, rtol=1e-9)
    assert planned.sum() == pytest.approx(35_000)
    assert planned.sum(axis=1) == pytest.approx(calendar.orders_a_day)


def test_shops_are_drawn_by_the_weights_of_the_day():
    """The binary search agrees with the table of one case, and with a plain search of the uniforms."""
    weights = np.array([[1.0, 0.3, 0.2, 0.0, 4.0], [0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 2.0, 0.0, 1.0, 0.0]])
    words = Streams(7).bits("a test", row_addresses(30_000))
    u = Streams(7).uniform("a test", row_addresses(30_000))
    many = laws.ManyChoices.of(weights)
    for case, own in enumerate(weights):
        found = many(words, np.full(len(words), case))
        assert np.array_equal(found, np.searchsorted(np.cumsum(own) / own.sum(), u, side="right"))
        assert np.array_equal(found, laws.choice(tuple(own.tolist()))(words))


def test_a_multiplier_of_one_changes_no_byte(whole: footfall.Dataset, closed: footfall.Dataset):
    """Weights by day that are the same every day draw what constant weights draw."""
    plain = footfall.generate("vantage", seed=7, overrides=closing(1))
    assert all(plain.tables[name].equals(table) for name, table in whole.tables.items())
    products = ("sku_id", "category", "sales_rank", "return_probability")
    for column in products:
        assert closed.tables["raw_products"][column].equals(whole.tables["raw_products"][column])
    assert not closed.tables["raw_orders"].equals(whole.tables["raw_orders"])


def test_an_order_on_a_shops_holiday_is_seen(closed: footfall.Dataset):
    """An order of 26 October that is moved to the Austrian shop breaks the rule."""
    days = closed.tables["raw_orders"]["order_ts"].to_numpy().astype("datetime64[D]")
    row = int(np.flatnonzero(days == np.datetime64("2025-10-26"))[0])
    moved = put(dict(closed.tables), "raw_orders", "shop_id", row, "AT")
    found = findings_of(closed.subject, moved)["orders.hours"]
    assert (found.verdict, "2025-10-26, AT" in found.detail) == ("fail", True)


def test_the_data_carry_their_holidays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A manifest lists the dates, so that data are verified without the library, whatever it says by then."""
    made = footfall.generate("vantage", seed=7, scale=0.02, overrides=closing(0.5))
    made.write(tmp_path / "shop")
    manifest = json.loads((tmp_path / "shop" / "_footfall" / "manifest.json").read_text())
    assert "2025-04-21" in manifest["scenario"]["demand"]["holidays"]["dates"]["CH-ZH"]
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert {f.verdict for f in verify(tmp_path / "shop")} <= {"pass", "not applicable"}


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("demand.holidays={places: {DE: DE-QQ}, multiplier: 0}", "regions of DE are BB, BE"),
        ("demand.holidays={places: {DE: XX}, multiplier: 0}", "know no holidays of 'XX'"),
        ("demand.holidays={places: {LI: CH}, multiplier: 0}", "names the shop 'LI'; there are DE, AT, CH"),
        ("demand.holidays={places: {DE: germany}, multiplier: 0}", "places.DE"),
        ("demand.holidays={places: {DE: DE}, multiplier: 0, dates: {AT: []}}", "dates lacks DE"),
    ],
)
def test_what_no_calendar_knows_is_refused(override: str, part: str):
    """Unknown shops, places and regions are refused, with what there is."""
    with pytest.raises(ScenarioError, match="holidays") as refused:
        load("vantage", [override])
    assert part in str(refused.value)


def test_a_horizon_beyond_the_known_holidays_is_refused():
    """What comes after them would change once they are known."""
    with pytest.raises(RequestError, match="known to the end of 2026"):
        plan(load("vantage", closing()), last=dt.date(2027, 1, 1))
