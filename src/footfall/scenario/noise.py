"""Days that are busier or quieter than the calendar says, and stay so for a while."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Strict


class DayNoise(Strict):
    """Days busier or quieter than the calendar says: a random multiplier that remembers the day before.

    Orders of day t are Poisson about lambda(t) M(t), where M(t) = exp(s z(t) - s^2 / 2) is log-normal of
    mean 1. z is a stationary Gaussian process, z(t) = r z(t - 1) + sqrt(1 - r^2) e(t). So a day's count has
    variance over mean 1 + c^2 lambda, c the coefficient of variation of M, where s^2 = ln(1 + c^2); M has
    the lag-one autocorrelation a where r = ln(1 + a c^2) / s^2.

    Attributes
    ----------
    coefficient_of_variation
        Standard deviation of a day's multiplier over its mean, which is 1.
    autocorrelation
        Correlation of the multipliers of a day and the next; Poisson noise dilutes that of counts.
    per_shop
        Whether each shop has good and bad days of its own; else all have them together.
    """

    coefficient_of_variation: Annotated[float, Field(gt=0, le=0.5)]
    autocorrelation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    per_shop: bool = False

    @property
    def log_variance(self) -> float:
        """Variance s^2 of the multiplier's logarithm."""
        return math.log1p(self.coefficient_of_variation**2)

    @property
    def log_autocorrelation(self) -> float:
        """Lag-one autocorrelation r of the multiplier's logarithm."""
        return math.log1p(self.autocorrelation * self.coefficient_of_variation**2) / self.log_variance
