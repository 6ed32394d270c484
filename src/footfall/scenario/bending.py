"""A scenario with its laws as planning bent them; what was asked for stays in the scenario itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from footfall.scenario.assortment import Catalog, CostShare, PriceLaw
from footfall.scenario.buying import Basket, Discounts

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def bent(scenario: Scenario, solved: Mapping[str, Any]) -> Scenario:
    """Return the scenario whose laws are those that its data set was drawn from.

    The contract judges published data by it, from the asked scenario and the solved figures in the
    manifest. Nothing is bent that is not in `free`, so most scenarios are given back as they are.

    Parameters
    ----------
    solved
        Figures that planning solved: `price_level`, `cost_level`, `return_level` and `discount_level` are
        factors, 1 where nothing is bent; `category_weights`, `orders`, `customer_pool`, `rarest_orders` and
        `marketing_revenue_share` are values, None where nothing is bent.
    """
    changed: dict[str, Any] = {
        "catalog": _catalog(scenario.catalog, solved),
        "discount": discounted_more(scenario.discount, solved.get("discount_level", 1.0)),
    }
    orders, pool = solved.get("orders"), solved.get("customer_pool")
    if orders is not None:
        changed["demand"] = scenario.demand.model_copy(update={"orders": orders})
        changed["basket"] = with_lines(scenario.basket, scenario.demand.orders, orders)
    customers = {"pool": pool, "rarest_orders": solved.get("rarest_orders")}
    if any(value is not None for value in customers.values()):
        update = {name: value for name, value in customers.items() if value is not None}
        changed["customers"] = scenario.customers.model_copy(update=update)
    share = solved.get("marketing_revenue_share")
    if share is not None and scenario.marketing is not None:
        sd = scenario.marketing.revenue_share_sd * share / scenario.marketing.revenue_share
        changed["marketing"] = scenario.marketing.model_copy(
            update={"revenue_share": share, "revenue_share_sd": round(sd, 9)}
        )
    update = {name: value for name, value in changed.items() if value is not getattr(scenario, name)}
    return scenario.model_copy(update=update) if update else scenario


def with_lines(basket: Basket, asked: float, orders: float) -> Basket:
    """Return the basket of a shop whose orders were bent: an exact total of lines grows with them."""
    if basket.lines is None or orders == asked:
        return basket
    whole = round(orders)
    lines = min(max(round(basket.lines * orders / asked), whole), whole * max(basket.size))
    return basket.model_copy(update={"lines": lines})


def discounted_more(discount: Discounts, level: float) -> Discounts:
    """Return the discounts with `level` times as many lines below the list price."""
    if level == 1:
        return discount
    shares = {percent: share * level for percent, share in discount.shares.items() if percent}
    full = max(0.0, 1 - sum(shares.values()))
    # In the order of the scenario, which the draws go by.
    bent_shares = {percent: shares.get(percent, full) for percent in (*discount.shares, 0)}
    return discount.model_copy(update={"shares": bent_shares})


def _catalog(catalog: Catalog, solved: Mapping[str, Any]) -> Catalog:
    price, cost, returns = (solved.get(f"{law}_level", 1.0) for law in ("price", "cost", "return"))
    weights = solved.get("category_weights") or {}
    if price == cost == returns == 1 and not weights:
        return catalog
    categories = {
        name: category.model_copy(
            update={
                "price": category.price and _priced(category.price, price),
                "return_probability": category.return_probability and category.return_probability * returns,
                "weight": weights.get(name, category.weight),
            }
        )
        for name, category in catalog.categories.items()
    }
    share = catalog.cost_share
    return catalog.model_copy(
        update={
            "categories": categories,
            "price": catalog.price and _priced(catalog.price, price),
            "cost_share": CostShare.model_construct(min=share.min * cost, max=share.max * cost),
        }
    )


def _priced(law: PriceLaw, level: float) -> PriceLaw:
    return law.model_copy(
        update={"mu": law.mu + math.log(level), "min": law.min * level, "max": law.max * level}
    )
