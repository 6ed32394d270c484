"""Rates of exchange follow their law, local amounts follow from them, and each check sees its damage."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, stats

import footfall
from footfall import Dataset
from footfall.contract.exchange_checks import CHECKS
from footfall.contract.order_charges import at_rate
from footfall.core import laws
from footfall.core.errors import FootfallError
from footfall.core.money import exchanged
from footfall.core.streams import Streams, row_addresses
from footfall.plan.exchange import draw_rates
from footfall.scenario.load import load
from sample import Damage, column, drop, findings_of, first_row
from test_money import SHOPS

RATES = (
    *SHOPS,
    "exchange_rates={CHF: {level: 0.94, daily_sd_percent: 0.4, half_life_days: 60}, "
    "CZK: {level: 25, daily_sd_percent: 0.3, half_life_days: 30}}",
    "shops.DE.currency=CHF",
    "shops.AT.currency=CZK",
    "tables.raw_shops.columns.currency=currency",
    "tables.raw_rates={rows: exchange_rate, columns: {date: date, currency: currency, rate: rate}}",
    "tables.raw_orders.columns.currency=currency",
    "tables.raw_orders.columns.total=total",
    "tables.raw_orders.columns.total_local=total_local",
    "tables.raw_line_items.columns.price_local=unit_price_local",
)
CHANGES = {
    "exchange_rates": ["exchange_rates.CHF.level=0.97"],
    "shops.*.currency": ["shops.DE.currency=CZK"],
    "currency": ["currency=USD"],
}
"""Of each key a change that shows, for the test of the lineage."""
R, O, L = "raw_rates", "raw_orders", "raw_line_items"  # noqa: E741 - orders


def made(*overrides: str, **options: Any) -> Dataset:
    return footfall.generate("vantage", **{"seed": 7, "scale": 0.02, **options}, overrides=overrides)


@pytest.fixture(scope="module")
def abroad() -> Dataset:
    return made(*RATES)


@given(st.integers(0, 10**8), st.integers(1, 10**11))
def test_amounts_are_those_of_decimals(cents: int, millionths: int):
    """Any amount at any rate is the exact product, rounded half up, in the simulator and in the contract."""
    due = (Decimal(cents) * millionths / 10**6).quantize(Decimal(1), ROUND_HALF_UP)
    for convert in (exchanged, at_rate):
        assert int(convert(np.array([cents]), np.array([millionths]))[0]) == due


def test_a_rate_is_an_autoregression():
    """log(rate / level) is SciPy's filter of the stream's normal steps, the first one stationary."""
    scenario, streams = load("vantage", RATES), Streams(7)
    rates = draw_rates(scenario, streams, 400)
    z = laws.normal(streams.uniform("exchange_rate.CHF", row_addresses(400)))
    keep, sd = 0.5 ** (1 / 60), 0.004
    z[0] /= np.sqrt(1 - keep**2)
    due = 0.94 * np.exp(signal.lfilter([sd], [1, -keep], z))
    assert (rates[0] == 1_000_000).all()
    assert np.abs(rates[1] / 1e6 - due).max() <= 0.5e-6 + 1e-12
    assert np.array_equal(
        draw_rates(scenario, streams, 1000)[:, :400], rates
    )  # a longer horizon changes none


@pytest.mark.parametrize("day", [0, 250])
def test_rates_are_stationary(day: int):
    """log(rate / level) has variance s^2 / (1 - p^2): chi-square over 400 seeds, false alarm 1e-6."""
    scenario, keep, sd = load("vantage", RATES), 0.5 ** (1 / 60), 0.004
    apart = [np.log(draw_rates(scenario, Streams(seed), day + 1)[1, day] / 940_000) for seed in range(400)]
    score = np.sum(np.square(apart)) / (sd**2 / (1 - keep**2))
    assert min(stats.chi2.cdf(score, 400), stats.chi2.sf(score, 400)) > 0.5e-6


def test_local_amounts_from_published_data_alone(abroad: Dataset):
    """Orders are in their shops' currencies; local amounts are those of decimals at published rates."""
    rates = {(r["date"], r["currency"]): Decimal(repr(r["rate"])) for r in abroad.tables[R].to_pylist()}
    shops = {s["shop_id"]: s["currency"] for s in abroad.tables["raw_shops"].to_pylist()}
    assert shops == {"DE": "CHF", "AT": "CZK", "CH": "EUR"}
    of_order = {}
    for order in abroad.tables[O].to_pylist():
        rate = of_order[order["order_id"]] = rates[order["order_ts"].date(), order["currency"]]
        assert order["currency"] == shops[order["shop_id"]]
        assert order["total_local"] == (order["total"] * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    for line in abroad.tables[L].to_pylist():
        due = line["unit_price_paid"] * of_order[line["order_id"]]
        assert line["price_local"] == due.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_what_it_does_not_concern_stays(abroad: Dataset):
    """Currencies add columns and a table; every column that was there keeps its bytes."""
    before = made()
    for name, table in before.tables.items():
        for column_name in table.column_names:
            assert abroad.tables[name][column_name].equals(table[column_name])


def test_a_slice_has_the_rates_of_the_whole(abroad: Dataset):
    """A day's rates do not depend on the days that are asked for, and no later ones are known then."""
    some = made(*RATES, first=dt.date(2025, 3, 1), as_of=dt.date(2025, 3, 5)).tables[R].to_pylist()
    assert some == [
        r for r in abroad.tables[R].to_pylist() if dt.date(2025, 3, 1) <= r["date"] <= dt.date(2025, 3, 5)
    ]
    assert len(some) == 15


DAMAGE: dict[str, Damage] = {
    "exchange.grid": lambda t: drop(t, R, 5),
    "exchange.own": first_row(R, "rate", 1.1),
    "exchange.law": column(R, "rate", lambda r: np.where(r < 2, 1 + (r - 1) / 2, r)),
    "orders.currency": first_row(O, "currency", "USD"),
    "orders.total_local": column(O, "total_local", lambda x: x + (np.arange(len(x)) == 3)),
    "lines.unit_price_local": column(L, "price_local", lambda x: x + (np.arange(len(x)) == 3)),
}


@pytest.mark.parametrize("check", DAMAGE)
def test_each_check_sees_its_damage(abroad: Dataset, check: str):
    """A check passes what was made, and fails on tables that break its rule."""
    # Tables are read as the rates come first.
    tables = {name: abroad.tables[name] for name in sorted(abroad.tables, key=lambda name: name != R)}
    good = findings_of(abroad.subject, tables)
    assert {name: f.detail for name, f in good.items() if f.verdict == "fail"} == {}
    assert good[check].verdict == "pass"
    assert findings_of(abroad.subject, DAMAGE[check](tables))[check].verdict == "fail"
    assert {c.name for c in CHECKS} == DAMAGE.keys()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["shops.CH.currency=SEK"], "shops.CH.currency must be one of EUR, CHF, CZK"),
        (["exchange_rates.EUR={level: 1, daily_sd_percent: 1, half_life_days: 9}"], "a rate for EUR"),
        (["exchange_rates=null"], "must be one of EUR"),
    ],
)
def test_what_does_not_fit_is_said(changes: list[str], said: str):
    """Currencies without a rate, and rates without a use, are one line each."""
    with pytest.raises(FootfallError, match=said):
        load("vantage", [*RATES, *changes])
