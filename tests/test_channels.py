"""Marketing by channel: `marketing_channels`."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from scipy import stats

import footfall
from footfall.core.errors import ScenarioError
from footfall.core.money import as_unscaled
from footfall.plan.calendar import Calendar
from footfall.scenario.load import load
from sample import change, drop, findings_of

CHANNELS = {"search": (0.06, 0.006, 1, 1.0), "social": (0.04, 0.004, 4, 0.7), "video": (0.03, 0.003, 9, 0.5)}
KEYS = ("revenue_share", "revenue_share_sd", "lead_days", "elasticity")
SAID = ", ".join(
    f"{name}: {{{', '.join(f'{key}: {value}' for key, value in zip(KEYS, law, strict=True))}}}"
    for name, law in CHANNELS.items()
)
TABLE = (
    "tables.channels={rows: marketing_channel_day, columns: "
    "{date: date, shop_id: shop, channel: channel, spend_eur: spend}}"
)
ASKED = [f"marketing_channels={{{SAID}}}", TABLE]


@pytest.fixture(scope="module")
def spent() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=ASKED)


def revenue_of(dataset: footfall.Dataset) -> np.ndarray:
    """Cents by day of 2025 and shop."""
    orders, lines = dataset.tables["raw_orders"], dataset.tables["raw_line_items"]
    cents = (
        np.concatenate([as_unscaled(c) for c in lines["unit_price_paid"].chunks]) * lines["qty"].to_numpy()
    )
    order = lines["order_id"].to_numpy() - int(orders["order_id"][0].as_py())
    day = orders["order_ts"].to_numpy().astype("datetime64[D]").astype(np.int64) - 20_089
    shop = np.array([["DE", "AT", "CH"].index(s) for s in orders["shop_id"].to_pylist()])
    return np.bincount((day * 3 + shop)[order], cents, 365 * 3).reshape(365, 3)


def spend_of(dataset: footfall.Dataset) -> np.ndarray:
    cents = np.concatenate([as_unscaled(c) for c in dataset.tables["channels"]["spend_eur"].chunks])
    return cents.reshape(365, 3, 3)


def test_spend_is_a_normal_share_of_later_revenue_that_saturates(spent: footfall.Dataset):
    """H0 of each channel: spend over later revenue and k (lambda / mean)^(1/b - 1) is normal; KS at 1e-6."""
    calendar = Calendar.of(load("vantage"), 365)
    orders = np.outer(calendar.base * calendar.shape, calendar.shop_weights)
    relative = orders / orders.mean(axis=0)
    revenue, spend = revenue_of(spent), spend_of(spent)
    for place, (share, sd, lead, elasticity) in enumerate(CHANNELS.values()):
        k = relative.sum(axis=0) / (relative ** (1 / elasticity)).sum(axis=0)
        due = (k * relative ** (1 / elasticity - 1) * revenue)[lead:]
        known = due > 10_000
        seen = spend[: 365 - lead, :, place][known] / due[known]
        assert stats.kstest(seen, stats.norm(share, sd).cdf).pvalue > 1e-6
    assert {f.verdict for f in spent.findings} <= {"pass", "not applicable"}


def test_the_year_costs_what_is_asked_and_busy_days_more_than_their_share(spent: footfall.Dataset):
    """Each channel's total is near its share; a saturated one spends more of revenue on Black Friday."""
    revenue, spend = revenue_of(spent), spend_of(spent)
    for place, (share, _, _, _) in enumerate(CHANNELS.values()):
        assert spend[:, :, place].sum() / revenue.sum() == pytest.approx(share, rel=0.05)
    busy = slice(323, 331)  # 20 to 27 November
    for place, (_, _, lead, elasticity) in enumerate(CHANNELS.values()):
        led = slice(busy.start - lead, busy.stop - lead)
        times = spend[led, :, place].sum() / revenue[busy].sum() / list(CHANNELS.values())[place][0]
        assert times > 1.5 if elasticity < 1 else times == pytest.approx(1, abs=0.05)


def test_all_other_tables_keep_their_bytes(whole: footfall.Dataset, spent: footfall.Dataset):
    """Channels are one more table; a slice of it equals that of the whole."""
    assert all(spent.tables[name].equals(table) for name, table in whole.tables.items())
    first, last = dt.date(2025, 7, 1), dt.date(2025, 7, 9)
    part = footfall.generate("vantage", seed=7, overrides=ASKED, first=first, last=last, tables=["channels"])
    start = (first - dt.date(2025, 1, 1)).days * 9
    assert part.tables["channels"].equals(spent.tables["channels"].slice(start, 81).combine_chunks())


def test_the_contract_sees_each_damage(spent: footfall.Dataset):
    """A missing row, spend that is too high or below 0, a lag off by a day, other returns: each fails."""
    tables = dict(spent.tables)
    found = {f.check: f for f in spent.findings}
    assert found["channels.lag"].observed == "days: search 1, social 4, video 9"
    assert findings_of(spent.subject, drop(tables, "channels", 100))["channels.grid"].verdict == "fail"
    dearer = change(tables, "channels", "spend_eur", lambda cents: cents * 1.03)
    assert findings_of(spent.subject, dearer)["channels.law"].verdict == "fail"

    def below_nothing(cents: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(cents)) == 5, -1, cents)

    negative = change(tables, "channels", "spend_eur", below_nothing)
    assert findings_of(spent.subject, negative)["channels.spend"].verdict == "fail"
    later = load("vantage", [ASKED[0].replace("lead_days: 4", "lead_days: 5"), TABLE])
    judged = findings_of(dataclasses.replace(spent.subject, scenario=later), tables)["channels.lag"]
    assert (judged.verdict, "social leads revenue by 4 days, 5 are promised" in judged.detail) == (
        "fail",
        True,
    )
    straight = load("vantage", [ASKED[0].replace("elasticity: 0.7", "elasticity: 1.0"), TABLE])
    judged = findings_of(dataclasses.replace(spent.subject, scenario=straight), tables)["channels.law"]
    assert judged.verdict == "fail"


def test_a_lag_is_not_judged_by_few_days():
    """Where the days are too few to tell a lag, the finding says so, and the other checks still hold."""
    made = footfall.generate("vantage", seed=7, overrides=ASKED, last=dt.date(2025, 3, 1))
    found = {f.check: f for f in made.findings}
    assert (found["channels.lag"].verdict, "too few days" in found["channels.lag"].detail) == (
        "not applicable",
        True,
    )
    assert found["channels.law"].verdict == "pass"


def test_channels_follow_closed_days_and_holidays():
    """A day without revenue to follow costs nothing, and the contract agrees."""
    made = footfall.generate(
        "vantage",
        seed=7,
        scale=0.2,
        overrides=[
            *ASKED,
            "demand.holidays={places: {DE: DE-BY, AT: AT}, multiplier: 0}",
            "demand.noise={coefficient_of_variation: 0.2, autocorrelation: 0.5}",
        ],
    )
    assert {f.verdict for f in made.findings} <= {"pass", "not applicable"}


def test_a_table_of_channels_needs_channels():
    """Publishing what the scenario does not have is refused."""
    with pytest.raises(ScenarioError, match="needs marketing_channels"):
        load("vantage", [TABLE])
