"""Where shops and rates of exchange come from, and what is added to the price of goods, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.simulate.conditions import where
from footfall.simulate.origins import Node, Origin

_SKU = ("line", "choice of SKU")
_RATE, _ADDED_TAX = ("plan", "rates of tax"), ("plan", "tax on top of prices")

CHARGED: Mapping[Node, Origin] = {
    ("shop", "*"): Origin("The shops that demand is for.", keys=("demand.shops",)),
    ("shop", "code"): Origin("As the scenario calls it."),
    ("shop", "name"): Origin("As the scenario says.", keys=("shops.*.name",)),
    ("shop", "country"): Origin("As the scenario says.", keys=("shops.*.country",)),
    ("shop", "opened"): Origin("As the scenario says.", keys=("shops.*.opened",)),
    ("shop", "tax_rate"): Origin("The shop's rate of most categories.", keys=("tax.rates.*.percent",)),
    ("shop", "currency"): Origin(
        "As the scenario says; its own where the shop names none.", keys=("shops.*.currency", "currency")
    ),
    ("supply", "*"): Origin(
        "Each product with each thing that it needs.",
        keys=("catalog.supplies",),
        follows=(("product", "id"), ("product", "category")),
    ),
    ("supply", "id"): Origin("Its place in the scenario's list."),
    ("supply", "name"): Origin("As the scenario says."),
    ("supply", "cost"): Origin("As the scenario says."),
    ("supply", "perishable"): Origin("As the scenario says."),
    ("supply", "product"): Origin("Each product of the categories that need it."),
    ("exchange_rate", "*"): Origin(
        "Each day and currency once, the scenario's own first.", keys=("years", "exchange_rates", "currency")
    ),
    ("exchange_rate", "date"): Origin("Each day of the horizon.", keys=("year",)),
    ("exchange_rate", "currency"): Origin("Each currency, in the scenario's order."),
    ("exchange_rate", "rate"): Origin(
        "The logarithm of rate over level keeps a part of itself from day to day; a normal step is added.",
        streams=("exchange_rate.*",),
    ),
    ("order", "currency"): Origin("That of the shop.", follows=(("order", "shop"), ("shop", "currency"))),
    ("order", "total_local"): Origin(
        "The order's total at the rate of its day and its shop's currency, rounded half up to the cent.",
        follows=(("order", "total"), ("line", "*"), ("order", "currency"), ("exchange_rate", "rate")),
    ),
    ("line", "unit_price_local"): Origin(
        "The price paid at the rate of the order's day and its shop's currency, rounded half up to the cent.",
        follows=(("line", "unit_price"), ("order", "currency"), ("exchange_rate", "rate")),
    ),
    _RATE: Origin(
        "Each shop has a rate of tax, and others for some categories.",
        keys=("tax.rates.*.percent", "tax.rates.*.by_category_percent"),
        follows=(("order", "shop"), _SKU, ("product", "category")),
    ),
    ("line", "tax"): Origin(
        "The line's total at the rate of its shop and the SKU's category, within the price or on top of it, "
        "rounded half up to the cent.",
        keys=("tax.prices_include_tax", "tax.rounded_by"),
        follows=(("line", "total"), _RATE),
    ),
    ("line", "net"): Origin(
        "The line's total; less its tax where prices include it.",
        follows=(("line", "total"), ("line", "tax")),
    ),
    ("line", "gross"): Origin(
        "The line's net amount and its tax.", follows=(("line", "net"), ("line", "tax"))
    ),
    ("order", "net"): Origin("The sum of the lines' net amounts.", follows=(("line", "net"), ("line", "*"))),
    ("order", "tax"): Origin("The sum of the lines' taxes.", follows=(("line", "tax"), ("line", "*"))),
    ("order", "shipping_cost"): Origin(
        "The shop's flat rate; nothing where the goods, tax included, are worth enough.",
        keys=("shipping_cost",),
        follows=(("order", "shop"), ("line", "total"), ("line", "*"), _ADDED_TAX),
    ),
    _ADDED_TAX: Origin(
        "Where prices don't include tax, it is added to what goods cost.",
        follows=(("line", "tax"),),
        needs=where("tax.prices_include_tax", False),
    ),
    ("order", "grand_total"): Origin(
        "The goods' value, tax included, and the shipping cost.",
        follows=(("order", "shipping_cost"),),
    ),
    ("order", "gross"): Origin(
        "The sum of the lines' gross amounts.", follows=(("line", "gross"), ("line", "*"))
    ),
}
