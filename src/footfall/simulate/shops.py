"""The shops as a table, and rates of exchange."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.core.arrays import from_words, take_words
from footfall.core.money import MILLION
from footfall.plan.plan import Plan
from footfall.simulate.rows import dates


def simulate_shops(plan: Plan) -> dict[str, Any]:
    """Columns of the shops, in the scenario's order; nothing here is drawn."""
    scenario = plan.scenario
    columns: dict[str, Any] = {"code": from_words(plan.shops)}
    if scenario.shops is not None:
        shops = [scenario.shops[code] for code in plan.shops]
        columns["name"] = from_words([shop.name for shop in shops])
        columns["country"] = from_words([shop.country for shop in shops])
        columns["currency"] = from_words([shop.currency or scenario.currency for shop in shops])
        columns["opened"] = dates(plan, np.array([plan.calendar.day_of(shop.opened) for shop in shops]))
    if scenario.tax is not None:
        rates = [scenario.tax.rates[code].percent for code in plan.shops]
        columns["tax_rate"] = np.rint(np.array(rates) * (MILLION // 100)) / MILLION
    return columns


def simulate_rates(plan: Plan) -> dict[str, Any]:
    """Columns of the rates of exchange, day by day, in the scenario's order of currencies."""
    start, stop = plan.published_days
    count, days = len(plan.exchange), stop - start
    return {
        "date": np.repeat(dates(plan, np.arange(start, stop)), count),
        "currency": take_words(plan.scenario.currencies, np.tile(np.arange(count), days)),
        "rate": plan.exchange[:, start:stop].T.ravel() / MILLION,
    }


def currency_of_shops(plan: Plan) -> npt.NDArray[np.int64]:
    """Place of each shop's currency among the scenario's."""
    scenario = plan.scenario
    assert scenario.shops is not None, "shops say what they are paid in"
    own = [scenario.shops[code].currency or scenario.currency for code in plan.shops]
    return np.array([scenario.currencies.index(code) for code in own])
