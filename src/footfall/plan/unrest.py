"""What noisy days add to the noise of a year's figures (`demand.noise`)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from footfall.scenario.noise import DayNoise

Floats = npt.NDArray[np.float64]


def variance_of_days(noise: DayNoise | None, weights: Floats) -> float:
    """Variance of sum w(t, s) M(t, s), M the multipliers of days and shops; 0 where days have no noise.

    Multipliers k days apart have the covariance exp(s^2 r^k) - 1 (:class:`footfall.scenario.noise.DayNoise`).

    Parameters
    ----------
    weights
        Shape (days, shops): what each day and shop is expected to bring to the figure.
    """
    if noise is None:
        return 0.0
    lags = np.arange(len(weights))
    covariance = np.expm1(noise.log_variance * noise.log_autocorrelation**lags)
    columns = weights if noise.per_shop else weights.sum(axis=1, keepdims=True)
    total = 0.0
    for column in columns.T:
        products = np.correlate(column, column, mode="full")[len(column) - 1 :]
        total += float(covariance[0] * products[0] + 2 * covariance[1:] @ products[1:])
    return total
