"""Rates of exchange by day: they wander about a level and come back to it."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.money import MILLION
from footfall.core.streams import Streams, row_addresses
from footfall.scenario.model import Scenario
from footfall.scenario.money import ExchangeRate


def draw_rates(scenario: Scenario, streams: Streams, days: int) -> npt.NDArray[np.int64]:
    """Units of each currency for one of the scenario's own, in whole millionths.

    Returns
    -------
    ndarray of int, shape (currencies, days)
        The scenario's own currency first, at 1; none where the scenario knows no others.
    """
    if scenario.exchange_rates is None:
        return np.empty((0, days), np.int64)
    own = np.full(days, MILLION)
    return np.stack(
        [own, *(_rates(law, code, streams, days) for code, law in scenario.exchange_rates.items())]
    )


def _rates(law: ExchangeRate, code: str, streams: Streams, days: int) -> npt.NDArray[np.int64]:
    """Exponential of a first-order autoregression, which starts in its stationary law.

    log(rate(t) / level) = x(t), x(t) = p x(t - 1) + s z(t), z standard normal, p = 2^(-1 / half life):
    the exact discretisation of an Ornstein-Uhlenbeck process (Gillespie 1996, Phys. Rev. E 54, 2084).
    """
    keep, sd = law.kept_a_day, law.daily_sd_percent / 100
    steps = sd * laws.normal(streams.uniform(f"exchange_rate.{code}", row_addresses(days)))
    if days:
        steps[0] /= math.sqrt(1 - keep * keep)
    wandered = accumulate(steps.tolist(), lambda x, step: keep * x + step)  # days, not rows
    return np.rint(law.level * np.exp(np.fromiter(wandered, np.float64, days)) * MILLION).astype(np.int64)
