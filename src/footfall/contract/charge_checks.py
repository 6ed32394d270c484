"""Checks of the shops, and of what is added to the price of goods."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa

from footfall.contract.calendar import EPOCH
from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import Check, Outcome, by_rule, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.subject import Subject

NO_TAX = "the scenario has no tax"
NO_SHIPPING = "the scenario has no shipping cost, or orders don't tell the tax on their goods"


def shop_codes(subject: Subject, figures: Figures) -> Outcome:
    """Each shop of the scenario once, in its order."""
    table = figures.table("shop")
    seen, wanted = table["code"].to_pylist() if table else [], list(subject.shops)
    wrong = "" if seen == wanted else f"the table has {', '.join(seen) or 'none'}"
    return verdict(wrong, ", ".join(wanted), f"{len(seen)} shops")


def shop_details(subject: Subject, figures: Figures) -> Outcome:
    """Name, country, day of opening, tax and currency of each shop are those of the scenario."""
    if not shop_codes(subject, figures).holds:
        return undecided("the shops are not those of the scenario (see shops.codes)")
    table, scenario = figures.table("shop"), subject.scenario
    wrong = []
    for place, code in enumerate(subject.shops):
        due: dict[str, object] = {}
        if scenario.shops is not None:
            shop = scenario.shops[code]
            due |= {"name": shop.name, "country": shop.country, "opened": (shop.opened - EPOCH).days}
            due["currency"] = shop.currency or scenario.currency
        if scenario.tax is not None:
            due["tax_rate"] = round(scenario.tax.rates[code].percent / 100, 6)
        for field, value in due.items():
            if field in table and (seen := _plain(table[field][place])) != value:
                wrong.append(f"shop {code}: {field} is {seen!r}, {value!r} is due")
    return verdict("; ".join(wrong), "as the scenario has them", f"{len(wrong)} values differ")


def _plain(value: object) -> object:
    if isinstance(value, pa.Scalar):
        return value.as_py()
    return round(float(value), 6) if isinstance(value, np.floating) else value


def shop_opened(subject: Subject, figures: Figures) -> Outcome:
    """No shop has an order before it opened."""
    if not shop_codes(subject, figures).holds:
        return undecided("the shops are not those of the scenario (see shops.codes)")
    opened = figures.table("shop")["opened"].astype(np.int64) - subject.start
    early = np.arange(subject.days)[:, None] < opened
    orders = np.where(early, figures.orders.cells, 0).sum(0)
    wrong = [
        f"shop {code}: {int(n):,} orders before {EPOCH + dt.timedelta(int(day) + subject.start)}"
        for code, n, day in zip(subject.shops, orders, opened, strict=True)
        if n
    ]
    return verdict("; ".join(wrong), "no order before the opening", f"{int(orders.sum()):,} orders")


def line_tax(subject: Subject, figures: Figures) -> Outcome:
    """Tax of a line at its shop's rate for the SKU's category."""
    law = subject.scenario.tax
    if law is None:
        return undecided(NO_TAX)
    if figures.catalog is None and any(rate.by_category_percent for rate in law.rates.values()):
        return undecided(NO_CATALOG)
    way = "within the price" if law.prices_include_tax else "on top of the price"
    target = f"{way}, to the cent, rounded by {law.rounded_by}"
    return by_rule(figures, "lines.tax", target, figures.lines.rows)


def line_gross(subject: Subject, figures: Figures) -> Outcome:
    """Net and tax make gross, one of which is the price."""
    if subject.scenario.tax is None:
        return undecided(NO_TAX)
    side = "gross" if subject.scenario.tax.prices_include_tax else "net"
    return by_rule(figures, "lines.gross", f"net + tax = gross; {side} is the price", figures.lines.rows)


def _knows_worth(subject: Subject, figures: Figures) -> bool:
    """Whether lines tell what they cost, or it follows from the SKU, as nothing else has a part in it."""
    if any(subject.shows(f"line.{field}") for field in ("net", "tax", "gross", "total", "unit_price")):
        return True
    scenario = subject.scenario
    alike = {percent for percent, share in scenario.discount.shares.items() if share} == {0}
    alike = alike and not any(event.discount_percent for event in scenario.demand.events.values())
    units = subject.shows("line.quantity") or set(scenario.basket.quantity) == {1}
    return figures.catalog is not None and (alike or subject.shows("line.discount")) and units


def order_tax(subject: Subject, figures: Figures) -> Outcome:
    """An order's net, tax and gross are the sums of its lines'."""
    if subject.scenario.tax is None:
        return undecided(NO_TAX)
    if not _knows_worth(subject, figures):
        return undecided("it is not published what lines cost")
    return by_rule(figures, "orders.tax", "the sums of its lines, to the cent", figures.lines.orders)


def shipping_cost(subject: Subject, figures: Figures) -> Outcome:
    """Flat by shop, free above the value of the goods."""
    if not figures.charges.ships:
        return undecided(NO_SHIPPING)
    target = "the shop's flat rate, or nothing from the free value on"
    return by_rule(figures, "orders.shipping_cost", target, figures.rows["order"])


def grand_total(subject: Subject, figures: Figures) -> Outcome:
    """Goods, their tax and shipping."""
    if not figures.charges.ships:
        return undecided(NO_SHIPPING)
    target = "goods with their tax and shipping, to the cent"
    return by_rule(figures, "orders.grand_total", target, figures.rows["order"])


_WORTH = "line.total|line.unit_price"
_GOODS = ("order.gross|order.net|order.total", "order.shop", "order.time|order.date")
_LINES = ("line.order", "order.time|order.date")
_CHECKS = (
    Check("shops.codes", "rule", "Every shop once, in order.", ("shop.code",), shop_codes),
    Check(
        "shops.details",
        "rule",
        "Shops are as the scenario describes them.",
        ("shop.code", "shop.name|shop.country|shop.opened|shop.tax_rate|shop.currency"),
        shop_details,
    ),
    Check(
        "shops.opened",
        "rule",
        "No shop has an order before it opened.",
        ("shop.code", "shop.opened", "order.shop", "order.time|order.date"),
        shop_opened,
    ),
    Check(
        "lines.tax",
        "rule",
        "A line's tax is that of its shop and category, rounded half up.",
        ("line.tax", "line.product", "order.shop", *_LINES, _WORTH),
        line_tax,
    ),
    Check(
        "lines.gross",
        "rule",
        "A line's net and tax make its gross, one of which is what it costs.",
        ("line.net|line.gross", *_LINES),
        line_gross,
    ),
    Check(
        "orders.tax",
        "rule",
        "An order's net, tax and gross are the sums of its lines'.",
        ("order.tax|order.net|order.gross", *_LINES, f"line.tax|line.net|line.gross|{_WORTH}|product.price"),
        order_tax,
    ),
    Check(
        "orders.shipping_cost",
        "rule",
        "Shipping costs the shop's flat rate, or nothing for goods that are worth enough.",
        ("order.shipping_cost", *_GOODS),
        shipping_cost,
    ),
    Check(
        "orders.grand_total",
        "rule",
        "An order's grand total is its goods, their tax and shipping.",
        ("order.grand_total", *_GOODS),
        grand_total,
    ),
)
CHECKS = tuple(replace(check, is_quiet=True) for check in _CHECKS)
