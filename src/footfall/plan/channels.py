"""How much more than in proportion a channel spends on busy days, as each unit of spend brings less then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.plan.calendar import Calendar
from footfall.scenario.channels import Channel
from footfall.scenario.model import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Saturation:
    """Factors on the spend of each channel: k (lambda / mean)^(1/b - 1).

    Attributes
    ----------
    mean : ndarray of float, shape (shops,)
        Expected orders of a declared day.
    whole : dict
        Channel -> k of each shop, so that a declared year's spend is its share of revenue.
    """

    mean: Floats
    whole: Mapping[str, Floats]

    @classmethod
    def of(cls, scenario: Scenario, declared: Calendar) -> Saturation | None:
        """Solve k of each channel and shop; None where the scenario has no channels."""
        if not scenario.marketing_channels:
            return None
        orders = declared.orders_by_shop
        relative = orders / orders.mean(axis=0)
        return cls(
            orders.mean(axis=0),
            {
                name: relative.sum(axis=0) / (relative ** (1 / channel.elasticity)).sum(axis=0)
                for name, channel in scenario.marketing_channels.items()
            },
        )

    def factors(self, name: str, channel: Channel, orders: Floats) -> Floats:
        """Factors of days with so many expected orders, shape (days, shops); 0 on days without any."""
        relative = orders / self.mean
        power = np.where(relative > 0, relative, 1.0) ** (1 / channel.elasticity - 1)
        return np.where(relative > 0, self.whole[name] * power, 0.0).round(9)
