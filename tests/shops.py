"""Random shops for the tests: valid scenarios of all kinds, small, with targets within and beyond reach."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Draw = st.DrawFn
WORDS = [f"Word{letter}" for letter in "ABCDEFGHIJKL"]
MODELS = [f"Model{letter}" for letter in "ABCDEFGHIJKL"]
SIZES = [{1: 1.0}, {1: 0.5, 2: 0.5}, {1: 0.6, 2: 0.25, 3: 0.1, 5: 0.05}, {2: 0.5, 3: 0.3, 4: 0.2}]
QUANTITIES = [{1: 1.0}, {1: 0.9, 2: 0.1}, {1: 0.6, 3: 0.3, 6: 0.1}]
DISCOUNTS = [{0: 1.0}, {10: 0.05, 0: 0.95}, {0: 0.6, 15: 0.3, 50: 0.1}, {5: 1.0}]
EVENTS = [
    {"from": "07-15", "to": "07-30", "multiplier": 1.5},
    {"from": "11-20", "to": "11-27", "multiplier": 3.0, "discount_percent": 20},
    {"from": "12-01", "to": "12-15", "multiplier": 1.8},
    {"from": "02-01", "to": "02-28", "multiplier": 0.2, "discount_percent": 35},
]


def figure(draw: Draw, low: float, high: float) -> float:
    """A figure between bounds, with three digits as people write them."""
    return float(f"{draw(st.floats(low, high)):.3g}")


def shares(draw: Draw, names: list[Any]) -> dict[Any, float]:
    """Shares of a whole, none too small."""
    weights = [draw(st.integers(1, 5)) for _ in names]
    parts = [round(w / sum(weights), 3) for w in weights[:-1]]
    return dict(zip(names, [*parts, round(1 - sum(parts), 3)], strict=True))


def _categories(draw: Draw) -> dict[str, Any]:
    """The catalogue's categories, with prices and returns or without, and what goes with these."""
    categories: dict[str, Any] = {f"C{i}": {} for i in range(draw(st.integers(1, 6)))}
    has_returns, own_prices = draw(st.booleans()), draw(st.booleans())
    smallest = 1 / (2 * len(categories))
    rest = 1 - smallest * len(categories)
    for (name, category), share in zip(
        categories.items(), shares(draw, list(categories)).values(), strict=True
    ):
        category["share"] = smallest + rest * share
        category["sub_categories"] = {f"{name} goods": {"things": WORDS, "details": WORDS}}
        if has_returns:
            category["return_probability"] = figure(draw, 0.02, 0.4)
        if own_prices:
            category["price"] = price(draw)
    return categories


def _catalog(draw: Draw, categories: dict[str, Any], year: int) -> dict[str, Any]:
    catalog: dict[str, Any] = {
        "skus": draw(st.integers(len(categories) * 24, 200)),
        "first_sku": draw(st.sampled_from([1, 1000])),
        "cost_share": {"min": figure(draw, 0.2, 0.5), "max": figure(draw, 0.55, 0.8)},
        "popularity": {"density_exponent": 2.5, "max_over_min": 10, "unit_share_max": 0.6},
        "models": MODELS,
        "categories": categories,
    }
    if "price" not in categories["C0"]:
        catalog["price"] = price(draw)
    if "return_probability" in categories["C0"]:
        catalog["return_concentration"] = draw(st.sampled_from([10, 40]))
    if draw(st.booleans()):
        catalog["price_endings"] = draw(st.sampled_from([[99], [0, 50], [99, 95, 49]]))
    if draw(st.integers(0, 3)) == 0:
        catalog["listed"] = {"from": f"{year - 1}-07-01", "new_share": 0.2}
    return catalog


@st.composite
def shop(draw: Draw) -> dict[str, Any]:
    """A valid scenario."""
    is_exact, years = draw(st.booleans()), draw(st.integers(1, 2))
    year = draw(st.sampled_from([2023, 2024, 2025]))
    orders = draw(st.integers(200, 5000))
    categories = _categories(draw)
    size = draw(st.sampled_from(SIZES))
    names = list(categories)
    basket: dict[str, Any] = {"size": size, "quantity": draw(st.sampled_from(QUANTITIES))}
    if len(names) > 1 and draw(st.booleans()):
        basket["affinity"] = [{"first": names[0], "then": names[1], "odds_factor": figure(draw, 0.3, 5)}]
    deals_lines = is_exact and draw(st.booleans())
    if deals_lines:
        mean = sum(k * share for k, share in size.items())
        basket |= {"deal": "exact", "lines": max(orders, min(round(orders * mean), orders * max(size)))}
    discount: dict[str, Any] = {"shares": draw(st.sampled_from(DISCOUNTS))}
    discount["rounded_by"] = draw(st.sampled_from(["unit", "line"]))
    if deals_lines and draw(st.booleans()):
        discount["deal"] = "exact"
    shops = draw(st.sampled_from([{"A": 1.0}, {"A": 1.0, "B": 0.4}, {"A": 1.0, "B": 0.3, "C": 0.2}]))
    registered = draw(st.booleans())
    pool = draw(st.integers(60, 2000))
    customers: dict[str, Any] = {"pool": pool}
    if registered:
        customers["registered"] = {"from": f"{year}-01-01", "to": f"{year + years - 1}-10-31"}
    else:
        customers |= {
            "exponent": figure(draw, 1.3, 3),
            "rarest_orders": figure(draw, 0.05, 0.6) * orders / pool,
        }
    catalog = _catalog(draw, categories, year)
    demand: dict[str, Any] = {
        "orders": orders,
        "deal": "exact" if is_exact else "expected",
        "growth_per_day": draw(st.sampled_from([0.0, 0.001, -0.001])),
        "shops": shops,
        "weekday": {"Sat": figure(draw, 0.5, 2), "Sun": figure(draw, 0.5, 2)},
        "events": {f"event_{i}": EVENTS[i] for i in draw(st.sets(st.integers(0, 3), max_size=4))},
        "opens_at": "06:00:00",
        "closes_at": "22:00:00",
    }
    if registered and draw(st.booleans()):
        demand["follows_customers"] = True
    out: dict[str, Any] = {
        "version": 1, "name": "shop", "title": "A random shop", "year": year, "years": years,
        "currency": "EUR", "demand": demand, "catalog": catalog, "customers": customers, "basket": basket,
        "discount": discount,
    }  # fmt: skip
    if draw(st.booleans()):
        law = {"revenue_share": figure(draw, 0.05, 0.3), "revenue_share_sd": 0.02, "lead_days": 2}
        out["marketing"] = law
    if draw(st.booleans()):
        out["budget"] = {"window_days": 7, "biases_percent": [98, 102]}
    if draw(st.booleans()):
        out["fulfilment"] = {"deal": demand["deal"], "shares": {"Done": 0.9, "Sent": 0.1}}
    out["targets"], out["free"] = targets(draw, out), free(draw, out)
    out["tables"] = tables(out, has_rank=draw(st.booleans()))
    return out


def price(draw: Draw) -> dict[str, float]:
    """A law of prices."""
    mu = figure(draw, 1.5, 4.5)
    return {"mu": mu, "sigma": figure(draw, 0.2, 0.9), "min": 2, "max": 2000}


def targets(draw: Draw, shop: dict[str, Any]) -> dict[str, Any]:
    """Some targets, each near to what the shop has by itself or anywhere."""
    sizes, quantities = shop["basket"]["size"], shop["basket"]["quantity"]
    units = sum(k * s for k, s in sizes.items()) * sum(k * s for k, s in quantities.items())
    laws = [c["price"] for c in shop["catalog"]["categories"].values() if "price" in c]
    mu = sum(law["mu"] for law in laws) / len(laws) if laws else shop["catalog"]["price"]["mu"]
    value, orders = units * 2.7183 ** (mu + 0.1), shop["demand"]["orders"]

    def near(usual: float, most: float = 1e12) -> dict[str, Any]:
        asked = {"value": min(float(f"{usual * draw(st.floats(0.8, 1.3)):.3g}"), most)}
        if draw(st.integers(0, 2)) == 0:
            asked["tolerance"] = float(f"{asked['value'] * draw(st.sampled_from([0.02, 0.1, 0.3])):.3g}")
        return asked

    cost = shop["catalog"]["cost_share"]
    margin = 1 - (cost["min"] + cost["max"]) / 2
    possible: dict[str, Any] = {
        "order_value": lambda: near(value),
        "revenue": lambda: near(value * orders),
        "orders": lambda: near(orders),
        "gross_margin": lambda: near(margin, 0.9),
        "discount_rate": lambda: near(0.05, 0.6),
        "repeat_rate": lambda: near(0.5, 0.95),
        "top_sku_share": lambda: {"top": 0.2, **near(0.55, 0.95)},
        "top_customer_share": lambda: {"top": 0.2, **near(0.6, 0.95)},
        "category_share": lambda: {
            name: {**near(1 / len(shop["catalog"]["categories"]), 0.9), "of": draw(st.sampled_from(WHOLES))}
            for name in list(shop["catalog"]["categories"])[: draw(st.integers(1, 3))]
        },
    }
    if "return_concentration" in shop["catalog"]:
        possible |= {"return_rate": lambda: near(0.15, 0.6), "net_margin": lambda: near(margin * 0.8, 0.9)}
    if "marketing" in shop:
        possible["marketing_share"] = lambda: near(shop["marketing"]["revenue_share"], 0.5)
    if len(shop["catalog"]["categories"]) == 1:
        del possible["category_share"]
    wanted = draw(st.integers(0, 5))
    names = draw(st.sets(st.sampled_from(sorted(possible)), min_size=wanted, max_size=wanted))
    return {name: possible[name]() for name in sorted(names)}


WHOLES = ["revenue", "units"]


def free(draw: Draw, shop: dict[str, Any]) -> dict[str, Any]:
    """Some knobs, some of them wide."""
    starts: dict[str, float] = {
        "price_level": 1.0, "cost_level": 1.0, "discount_level": 1.0, "category_weight": 1.0,
        "orders": float(shop["demand"]["orders"]), "customer_pool": float(shop["customers"]["pool"]),
    }  # fmt: skip
    if "return_concentration" in shop["catalog"]:
        starts["return_level"] = 1.0
    if "rarest_orders" in shop["customers"]:
        starts["rarest_orders"] = shop["customers"]["rarest_orders"]
    if "marketing" in shop:
        starts["marketing_share"] = shop["marketing"]["revenue_share"]
    out: dict[str, Any] = {}
    for name, start in starts.items():
        if draw(st.integers(0, 9)) != 9:
            times = draw(st.sampled_from([5.0, 2.0, 1.2]))
            out[name] = {"min": start / times, "max": start * times}
    if draw(st.integers(0, 5)) != 5:
        out["coupling_max"] = 0.95
    if draw(st.integers(0, 5)) != 5:
        out["popularity_power_max"] = 6.0
    return out


def tables(shop: dict[str, Any], *, has_rank: bool) -> dict[str, Any]:
    """Tables that show all that targets are checked on."""
    product = ["id", "category", "name", "price", "cost"]
    if has_rank:
        product.append("sales_rank")
    line = ["order", "product", "number", "quantity", "discount", "unit_price", "total"]
    if shop["discount"]["rounded_by"] == "line":
        line.remove("unit_price")
    order = ["id", "shop", "customer", "time", "total"]
    if "return_concentration" in shop["catalog"]:
        product.append("return_probability")
        line.append("is_returned")
    if "listed" in shop["catalog"]:
        product.append("created")
    if "fulfilment" in shop:
        order.append("status")
    fields = {"product": product, "order": order, "line": line}
    if "registered" in shop["customers"]:
        fields["customer"] = ["id", "registered"]
    if "marketing" in shop:
        fields["marketing_day"] = ["date", "shop", "spend"]
    if "budget" in shop:
        fields["budget_month"] = ["month", "shop", "revenue", "orders", "margin"]
    return {
        f"{rows}_rows": {"rows": rows, "columns": {f: f for f in names}} for rows, names in fields.items()
    }
