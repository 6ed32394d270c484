"""The shops as a table, as the scenario describes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from footfall.core.arrays import from_words
from footfall.plan.plan import Plan

_EPOCH = dt.date(1970, 1, 1)


def simulate_shops(plan: Plan) -> dict[str, Any]:
    """Columns of the shops, in the scenario's order; nothing here is drawn."""
    scenario = plan.scenario
    columns: dict[str, Any] = {"code": from_words(plan.shops)}
    if scenario.shops is not None:
        shops = [scenario.shops[code] for code in plan.shops]
        columns["name"] = from_words([shop.name for shop in shops])
        columns["country"] = from_words([shop.country for shop in shops])
        columns["opened"] = np.array([(shop.opened - _EPOCH).days for shop in shops])
    if scenario.tax is not None:
        columns["tax_percent"] = np.array([scenario.tax.rates[code].percent for code in plan.shops])
    return columns
