"""Marketing spend: a noisy share of the revenue that it leads by some days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.money import MILLION
from footfall.plan.calendar import DAY_BITS
from footfall.plan.plan import Plan


def simulate_marketing(plan: Plan, revenue: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Spend of every published day and shop: revenue(t + lead, shop) * Normal(share, sd).

    Parameters
    ----------
    revenue
        Cents, shape (days since the scenario's first, shops); filled for all simulated days.

    Returns
    -------
    dict
        Columns `day` and `shop` (indices) and `spend` (cents).
    """
    law = plan.scenario.marketing
    assert law is not None, "a scenario without marketing publishes none"
    start, stop = plan.published_days
    shops = len(plan.shops)
    day = np.repeat(np.arange(start, stop), shops)
    shop = np.tile(np.arange(shops), stop - start)
    address = (day.astype(np.uint64) << DAY_BITS) + shop.astype(np.uint64)
    noise = laws.normal(plan.streams.uniform("marketing.share", address))
    # In millionths, so that the last bit of the normal's inverse is not published.
    share = np.maximum(law.revenue_share + law.revenue_share_sd * noise, 0.0)
    millionths = np.rint(share * MILLION).astype(np.int64)
    led = revenue[day + law.lead_days, shop]
    return {"day": day, "shop": shop, "spend": (led * millionths + MILLION // 2) // MILLION}
