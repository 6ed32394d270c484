"""Multipliers of days that are busier or quieter than the calendar says."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Streams
from footfall.scenario.noise import DayNoise

Floats = npt.NDArray[np.float64]
_DAY_BITS = np.uint64(40)


def multipliers(noise: DayNoise, streams: Streams, days: int, shops: int) -> Floats:
    """Multiplier of each day from the scenario's first on, for each shop, or for all of them in one column.

    The process starts in its stationary law on the first day and goes on from its own past, by what is drawn
    at each day's address: a longer horizon leaves earlier days as they were, at a cost that grows with it.
    """
    columns = shops if noise.per_shop else 1
    midnights = np.arange(days, dtype=np.uint64) << _DAY_BITS
    address = np.add.outer(midnights, np.arange(columns, dtype=np.uint64)).ravel()
    fresh = laws.normal(streams.uniform("demand.noise", address)).reshape(days, columns)
    kept, variance = noise.log_autocorrelation, noise.log_variance
    fresh[1:] *= math.sqrt(1 - kept * kept)
    for day in range(1, days):
        fresh[day] += kept * fresh[day - 1]
    # Rounded, since processors differ in the exponential's last bits.
    return np.exp(math.sqrt(variance) * fresh - variance / 2).round(9)
