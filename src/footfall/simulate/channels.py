"""Marketing spend by channel: a noisy share of the revenue that it leads, more of it on busy days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.money import MILLION
from footfall.plan.calendar import DAY_BITS
from footfall.plan.plan import Plan

Ints = npt.NDArray[np.int64]


def simulate_channels(plan: Plan, revenue: Ints) -> dict[str, Ints]:
    """Spend of every published day, shop and channel: the law of :class:`footfall.scenario.channels.Channel`.

    Parameters
    ----------
    revenue
        Cents, shape (days since the scenario's first, shops); filled for all simulated days.

    Returns
    -------
    dict
        Columns `day`, `shop` and `channel` (indices) and `spend` (cents).
    """
    asked, saturation = plan.scenario.marketing_channels, plan.saturation
    assert asked is not None, "a scenario without channels publishes none"
    assert saturation is not None, "solved where there are channels"
    start, stop = plan.published_days
    shops, days = len(plan.shops), np.arange(start, stop)
    address = np.add.outer(days.astype(np.uint64) << DAY_BITS, np.arange(shops, dtype=np.uint64))
    spend = np.empty((len(days), shops, len(asked)), dtype=np.int64)
    orders = plan.calendar.orders_by_shop
    for place, (name, channel) in enumerate(asked.items()):
        led = slice(start + channel.lead_days, stop + channel.lead_days)
        noise = laws.normal(plan.streams.uniform(f"channel.share.{name}", address.ravel()))
        share = np.maximum(channel.revenue_share + channel.revenue_share_sd * noise, 0.0)
        factors = saturation.factors(name, channel, orders[led])
        # In millionths, so that the last bit of the normal's inverse is not published.
        millionths = np.rint(share.reshape(factors.shape) * factors * MILLION).astype(np.int64)
        spend[:, :, place] = (revenue[led] * millionths + MILLION // 2) // MILLION
    day, shop, channel_place = (axis.ravel() for axis in np.indices(spend.shape))
    return {"day": day + start, "shop": shop, "channel": channel_place, "spend": spend.ravel()}
