"""What goes into the products, as the scenario lists it."""

from __future__ import annotations

from typing import Any

import numpy as np

from footfall.core.arrays import from_words
from footfall.plan.plan import Plan


def simulate_supplies(plan: Plan) -> dict[str, Any]:
    """Columns of the supplies, product by product; nothing here is drawn.

    The column `sku` is the place of the product that a thing goes into.
    """
    supplies, names = plan.scenario.catalog.supplies, list(plan.scenario.catalog.categories)
    goes_into = np.array([[name in supply.categories for supply in supplies] for name in names])
    sku, place = np.nonzero(goes_into[plan.catalog.category])
    return {
        "id": place + 1,
        "name": from_words([supplies[p].name for p in place.tolist()]),
        "cost": np.array([round(supply.cost * 100) for supply in supplies], np.int64)[place],
        "perishable": np.array([supply.perishable for supply in supplies], np.bool_)[place],
        "sku": sku,
        "product": sku + plan.scenario.catalog.first_sku,
    }
