"""Each check of a shop with exact totals passes clean data and sees the damage that it is there for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall.contract import CHECKS, Figures, judge
from footfall.contract.customer_figures import folded
from footfall.contract.delivery_checks import CHECKS as DELIVERY_CHECKS
from footfall.contract.habit_checks import CHECKS as HABIT_CHECKS
from footfall.contract.lifetime_checks import CHECKS as LIFETIME_CHECKS
from footfall.contract.pairing_checks import CHECKS as PAIRING_CHECKS
from footfall.contract.rate_targets import CHECKS as RATE_CHECKS
from footfall.contract.review_checks import CHECKS as REVIEW_CHECKS
from footfall.contract.shares import quotas
from footfall.contract.shipping_figures import begin_with
from footfall.contract.version_checks import CHECKS as VERSION_CHECKS
from footfall.core.arrays import from_words
from sample import Damage, Tables, change, column, drop, findings_of, first_row, put, repeat
from test_contract_checks import DAMAGE as SEEN_BY_VANTAGE
from test_contract_checks import REPORTED
from test_exchange import DAMAGE as SEEN_ABROAD
from test_money import DAMAGE as SEEN_WITH_MONEY

pytestmark = pytest.mark.usefixtures("loops")

P, C, O, L = "products", "customers", "orders", "order_items"  # noqa: E741 - orders


@pytest.fixture(scope="module")
def clean() -> Any:
    return footfall.generate("storefront", seed=7)


def one_more(x: np.ndarray) -> np.ndarray:
    return x + (np.arange(len(x)) == 7)


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def months_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(int) % 12 + 1


def reversed_halves(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[: len(x) // 2], x[len(x) // 2 :][::-1]])


def move(which: Callable[[np.ndarray], np.ndarray], by: int) -> Damage:
    """Move the orders of chosen days by a number of days."""
    return column(O, "order_date", lambda d: np.where(which(d), d + by, d))


def cyber_week(days: np.ndarray) -> np.ndarray:
    return (months_of(days) == 11) & (days - days.astype("datetime64[M]").astype("datetime64[D]") >= 23)


def weekday(days: np.ndarray) -> np.ndarray:
    return (days.astype(np.int64) + 3) % 7


def every_other_line_of_one_sku(product: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(product)) % 2, product, 7)


def orders_worth_the_same(tables: Tables) -> Tables:
    order = tables[L]["order_id"].to_numpy()
    size = np.bincount(order)[order]
    return change(tables, L, "line_total", lambda t: 10_000 // size)


def electronics_and_books_swapped(category: np.ndarray) -> list[str]:
    other = {"Electronics": "Books", "Books": "Electronics"}
    return [other.get(c, c) for c in category.tolist()]


def march_in_april(days: np.ndarray) -> np.ndarray:
    return np.where(days.astype("datetime64[M]") == np.datetime64("2023-03"), days + 31, days)


DAMAGE: dict[str, Damage] = {
    "tables.readable": lambda t: {**t, P: t[P].drop_columns(["price"])},
    "products.ids": lambda t: drop(t, P, 3),
    "products.categories": first_row(P, "category", "Toys"),
    "products.price": column(P, "price", lambda x: x // 2 + 2000),
    "products.price_endings": column(P, "price", one_more),
    "products.price_order": column(P, "category", electronics_and_books_swapped),
    "products.cost": column(P, "cost", lambda x: x * 2),
    "products.names": lambda t: put(t, P, "name", 1, t[P]["name"][0].as_py()),
    "products.sub_categories": first_row(P, "subcategory", "Toasters"),
    "products.created": column(P, "created_date", lambda d: np.full(len(d), day("2024-12-30"))),
    "promises.new_skus": column(P, "created_date", lambda d: np.full(len(d), day("2022-08-01"))),
    "products.stock": first_row(P, "stock_quantity", -1),
    "products.stock_law": column(P, "stock_quantity", lambda x: x * 5),
    "products.suppliers": column(P, "supplier", lambda s: [f"{name} {i}" for i, name in enumerate(s)]),
    "customers.ids": lambda t: drop(t, C, 5),
    "customers.email": first_row(C, "email", "somebody.else@gmail.com"),
    "customers.phone": first_row(C, "phone", "(212) 867-5309"),
    "customers.postcode": first_row(C, "zip", "1234"),
    "customers.places": first_row(C, "state", "ZZ"),
    "customers.country": first_row(C, "country", "Germany"),
    "customers.registered": first_row(C, "registration_date", dt.date(2022, 12, 31)),
    "customers.registration_day": column(
        C, "registration_date", lambda d: np.where(np.arange(len(d)) < 30, day("2023-02-01"), d)
    ),
    "customers.registration_months": column(C, "registration_date", march_in_april),
    "customers.orders_after": column(C, "registration_date", lambda d: d + 90),
    "orders.rows": lambda t: drop(t, O, 2999),
    "orders.ids": lambda t: drop(t, O, 10),
    "orders.sorted": column(O, "order_date", reversed_halves),
    "orders.hours": first_row(O, "order_date", dt.date(2022, 12, 31)),
    "orders.dispersion": move(lambda d: d.astype(np.int64) % 3 == 0, 1),
    "orders.by_weekday": move(lambda d: weekday(d) == 5, 2),
    "orders.by_month": move(lambda d: months_of(d) == 5, 31),
    "orders.by_event": move(cyber_week, -14),
    "orders.status": first_row(O, "status", "Lost"),
    "orders.payment": first_row(O, "payment_method", "Barter"),
    "orders.in_progress": column(O, "status", lambda s: s[::-1]),
    "orders.shipping": column(O, "shipping_address", lambda a: np.roll(a, 1)),
    "orders.amount": column(O, "total_amount", one_more),
    "promises.busiest_day": column(
        O, "order_date", lambda d: np.where(np.arange(len(d)) < 100, day("2024-05-05"), d)
    ),
    "customers.known": first_row(O, "customer_id", 1001),
    "lines.rows": lambda t: drop(t, L, 7999),
    "lines.ids": first_row(L, "order_item_id", 2),
    "lines.orders": lambda t: drop(t, O, 100),
    "lines.distinct": lambda t: repeat(t, L, 2),
    "lines.products": first_row(L, "product_id", 201),
    "lines.basket_size": column(L, "order_id", lambda o: np.arange(len(o)) // 2 + 1),
    "lines.quantity": first_row(L, "quantity", 9),
    "lines.best_seller": column(L, "product_id", every_other_line_of_one_sku),
    "lines.everyday_discount": first_row(L, "discount", 15),
    "lines.discount_share": column(L, "discount", lambda d: np.where(d == 25, 20, d)),
    "lines.list_price": column(L, "unit_price", one_more),
    "lines.total": column(L, "line_total", one_more),
    "targets.top_sku_share": column(L, "product_id", every_other_line_of_one_sku),
    "targets.top_customers": column(O, "total_amount", lambda t: np.full(len(t), 25_000)),
    "targets.top_customers_settled": column(O, "total_amount", lambda t: np.full(len(t), 25_000)),
    "promises.customer_orders": column(O, "customer_id", lambda c: np.where(np.arange(len(c)) % 20, c, 5)),
    "promises.season": move(lambda d: months_of(d) > 10, -70),
    "promises.category_value": orders_worth_the_same,
}


def _other_state(tables: Tables) -> str:
    return "99501" if tables[C]["zip"][0].as_py()[0] != "9" else "10001"


def _same_zip(tables: Tables) -> Tables:
    """Two customers of one zip code and state, in two cities."""
    for name in ("zip", "state"):
        tables = put(tables, C, name, 1, tables[C][name][0].as_py())
    return put(tables, C, "city", 1, "other city")


def _some(values: np.ndarray, count: int) -> np.ndarray:
    return np.arange(len(values)) < count


def _turned(values: np.ndarray, from_: Any, to: Any, count: int) -> np.ndarray:
    chosen = np.flatnonzero(values == from_)[:count]
    values[chosen] = to
    return values


def _an_old_one_in_progress(tables: Tables) -> Tables:
    """An early order swaps its status with one in progress."""
    status = np.array(tables[O]["status"].to_pylist())
    one, two = int(np.argmax(status == "Completed")), int(np.argmax(status == "Processing"))
    return put(put(tables, O, "status", one, "Processing"), O, "status", two, "Completed")


FINER: list[tuple[str, Damage, str]] = [
    ("products.created", first_row(P, "created_date", dt.date(2022, 6, 30)), "SKU 1: created on 2022-06-30"),
    ("products.stock", column(P, "stock_quantity", lambda x: np.full(len(x), 40)), "200 SKUs have 40 units"),
    ("products.stock_law", column(P, "stock_quantity", np.zeros_like), "200 of 200 sold out"),
    ("products.suppliers", column(P, "supplier", lambda s: ["One Ltd"] * len(s)), "1 suppliers"),
    ("customers.ids", lambda t: {**t, C: t[C].slice(0, 999)}, "999 customers"),
    ("customers.email", lambda t: put(t, C, "email", 1, t[C]["email"][0].as_py()), "customer 2: email"),
    ("customers.email", first_row(C, "first_name", "Xenia"), "customer 1: email"),
    ("customers.email", column(C, "email", lambda e: np.char.replace(e, "example", "acme")), "customer 1"),
    ("customers.email", column(C, "email", np.char.title), "customer 1: email"),
    ("customers.places", lambda t: put(t, C, "zip", 0, _other_state(t)), "is no postcode of"),
    ("customers.places", _same_zip, "other city"),
    ("customers.registered", first_row(C, "registration_date", dt.date(2024, 11, 1)), "2024-11-01"),
    ("orders.status", first_row(O, "status", "Returned"), ""),
    ("orders.status", column(O, "status", lambda s: _turned(s, "Completed", "Returned", 2)), "Returned: 152"),
    ("orders.payment", column(O, "payment_method", lambda p: _turned(p, "PayPal", "Debit", 2)), "Debit: 452"),
    ("orders.in_progress", _an_old_one_in_progress, "is Processing, 7"),
    ("orders.shipping", column(O, "shipping_address", lambda a: np.where(_some(a, 60), "1 Elm St", a)), ""),
    ("lines.basket_size", lambda t: repeat(t, L, 8), "lines"),
    ("lines.discount_share", column(L, "discount", lambda d: _turned(d, 0, 25, 2)), "25: 162"),
    ("lines.total", column(L, "quantity", one_more), "are due (2 x"),
]


# In tests/test_habits.py, test_lifetimes.py and test_pairing.py.
HABITS = {c.name for c in (*HABIT_CHECKS, *LIFETIME_CHECKS, *PAIRING_CHECKS)}
DELIVERIES = {c.name for c in DELIVERY_CHECKS}  # in tests/test_deliveries.py
CHANGING = {check.name for check in VERSION_CHECKS}  # in tests/test_changing.py
STEERED = {c.name for c in RATE_CHECKS} | {"targets.orders", "targets.revenue"}  # in tests/test_targets.py
# In tests/test_promotions.py, test_delisting.py and test_channels.py.
SOLD = {"promotions.uplift", "products.delisted", *(name for name in CHECKS if name.startswith("channels."))}
NOT_HERE = {c.name for c in REVIEW_CHECKS} | REPORTED | HABITS | DELIVERIES | CHANGING | STEERED | SOLD


def test_clean_data_passes_every_check(clean: Any) -> None:
    """Honest data passes; what cannot be decided is what this shop does not have."""
    assert {f.check: f.detail for f in clean.findings if f.verdict == "fail"} == {}
    decided = {f.check for f in clean.findings if f.verdict == "pass"}
    assert set(DAMAGE) == decided - NOT_HERE


def test_every_check_has_a_damage() -> None:
    """No check without a proof that it can fail, in one shop or the other."""
    of_own_tables = {"tables.agree", "supplies.rows"}  # see test_own_tables and test_jaffle
    assert of_own_tables | set(DAMAGE) | set(SEEN_BY_VANTAGE) | set(SEEN_WITH_MONEY) | set(
        SEEN_ABROAD
    ) | NOT_HERE == set(CHECKS)


@pytest.mark.parametrize("name", DAMAGE)
def test_check_sees_its_damage(clean: Any, name: str) -> None:
    """The check fails on data damaged in its way, and says what is wrong."""
    finding = findings_of(clean.subject, DAMAGE[name](dict(clean.tables)))[name]
    assert finding.verdict == "fail", finding
    assert finding.detail


@pytest.mark.parametrize(("name", "damage", "words"), FINER, ids=[f"{i}-{f[0]}" for i, f in enumerate(FINER)])
def test_check_names_finer_damage(clean: Any, name: str, damage: Damage, words: str) -> None:
    """Two rows too many, one old order, one wrong letter: seen, and named."""
    tables = damage(dict(clean.tables))
    if name == "orders.status" and not words:  # one row off is within what rounding may do
        assert findings_of(clean.subject, tables)[name].verdict == "pass"
        return
    finding = findings_of(clean.subject, tables)[name]
    assert finding.verdict == "fail", finding
    assert words in finding.detail


@pytest.mark.parametrize("rows", [3, 50, 1000])
def test_batches_of_any_size_are_judged_alike(clean: Any, rows: int) -> None:
    """Cutting tables, and lines of one order, into batches changes no finding."""
    some = {n: t if rows == 1000 or n in (P, C) else t.slice(0, 400) for n, t in clean.tables.items()}
    whole = findings_of(clean.subject, some)
    assert findings_of(clean.subject, some, rows=rows) == whole


def test_merged_figures_are_those_of_the_whole(clean: Any) -> None:
    """Two workers read products and customers, and half of the orders with their lines each."""
    cut = 1_500
    lines = int(np.searchsorted(clean.tables[L]["order_id"].to_numpy(), cut, side="right"))
    parts = [Figures(clean.subject), Figures(clean.subject)]
    for name, table in clean.tables.items():
        at = {O: cut, L: lines, "reviews": table.num_rows}.get(name)
        halves = [table, table] if at is None else [table.slice(0, at), table.slice(at)]
        for figures, half in zip(parts, halves, strict=True):
            for batch in half.to_batches():
                figures.observe(name, batch)
    parts[0].merge(parts[1])
    assert {f.check: f for f in judge(clean.subject, parts[0])} == {f.check: f for f in clean.findings}


def test_orders_before_their_customers_are_judged_all_the_same(clean: Any) -> None:
    """Dates are compared whichever table comes first; only addresses need the customers first."""
    tables = {name: clean.tables[name] for name in (P, O, L, C, "reviews")}
    findings = findings_of(clean.subject, tables)
    assert findings["customers.orders_after"].verdict == "pass"
    assert findings["orders.shipping"].verdict == "not applicable"
    late = change(tables, C, "registration_date", lambda d: d + 90)
    assert findings_of(clean.subject, late)["customers.orders_after"].verdict == "fail"


def test_empty_tables_are_judged_without_a_crash(clean: Any) -> None:
    """No rows at all: findings, not exceptions."""
    empty = {name: table.slice(0, 0) for name, table in clean.tables.items()}
    assert set(findings_of(clean.subject, empty)) == {c.name for c in CHECKS.values() if not c.is_quiet}


@pytest.mark.parametrize(
    "tables", [[O], [L], [C], [O, C], [O, L], [P, L], [P, C, O], [O, "reviews"]], ids=" ".join
)
def test_a_choice_of_tables_passes(clean: Any, tables: list[str]) -> None:
    """What is published is judged by itself; the rest is not applicable, with the reason."""
    some = {name: clean.tables[name] for name in clean.tables if name in tables}
    subject = clean.subject
    alone = type(subject)(
        subject.scenario, subject.scenario.publishing(tables), subject.first, subject.last, subject.solved
    )
    findings = findings_of(alone, some).values()
    assert [f for f in findings if f.verdict == "fail"] == []
    assert all(f.detail for f in findings if f.verdict == "not applicable")


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.1])
def test_small_shops_pass(scale: float) -> None:
    """Promises of shares leave room for what few rows can show."""
    for seed in range(1, 6):
        data = footfall.generate("storefront", seed=seed, scale=scale)
        assert [f for f in data.findings if f.verdict == "fail"] == []


@pytest.mark.parametrize(
    ("first", "last"),
    [("2023-01-01", "2023-03-31"), ("2023-06-01", "2024-09-15"), ("2024-12-01", "2024-12-31")],
)
def test_slices_pass(first: str, last: str) -> None:
    """Exact totals bind the whole horizon; in a slice of it, they are laws or not decided."""
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    data = footfall.generate("storefront", seed=7, first=days[0], last=days[1])
    assert [f for f in data.findings if f.verdict == "fail"] == []
    not_decided = {f.check for f in data.findings if f.verdict == "not applicable"}
    assert {"orders.rows", "lines.rows", "orders.in_progress", "orders.status"} <= not_decided


@pytest.mark.parametrize(
    "overrides",
    [
        ["discount.rounded_by=unit"],
        ["basket.lines=12000"],
        ["demand.follows_customers=false"],
        ["demand.shops.DE=0.5", "customers.locales.DE=de_DE", "reviews.count=1000"],
        ["demand.events.cyber_week.discount_percent=20"],
        [
            *(f"{mix}.deal=expected" for mix in ("demand", "basket", "discount", "fulfilment", "payment")),
            *(f"{mix}.deal=expected" for mix in ("shipping", "reviews", "reviews.ratings")),
            "basket.lines=null",
        ],
    ],
    ids=lambda overrides: overrides[0],
)
def test_other_shops_pass(overrides: list[str]) -> None:
    """A scenario of a user's own is judged by what it says itself."""
    data = footfall.generate("storefront", seed=11, overrides=overrides)
    assert [f for f in data.findings if f.verdict == "fail"] == []


def test_customers_of_three_countries() -> None:
    """The outdoor shop's customers live where their shop is, and order there."""
    names = ["raw_products", "raw_orders", "raw_line_items", "raw_customers"]
    data = footfall.generate("vantage", seed=3, scale=0.1, tables=names)
    assert [f for f in data.findings if f.verdict == "fail"] == []
    moved = change(dict(data.tables), "raw_customers", "home_shop_id", lambda s: np.roll(s, 1))
    findings = findings_of(data.subject, {n: moved[n] for n in reversed(names)})
    for check in ("customers.home", "customers.country", "customers.postcode"):
        assert findings[check].verdict == "fail"
        assert "customer" in findings[check].detail


def test_names_fold_as_addresses_have_them() -> None:
    """Accents, apostrophes, spaces, hyphens and umlauts."""
    words = from_words(["José", "O'Brien", "de la Cruz", "Anne-Marie", "Łukasz", "Çelik", "Zoë"])
    plain = ["jose", "obrien", "delacruz", "annemarie", "lukasz", "celik", "zoe"]
    assert folded(words, umlauts=False).to_pylist() == plain
    assert folded(from_words(["Jörg", "Weiß"]), umlauts=True).to_pylist() == ["joerg", "weiss"]


def test_an_address_begins_at_home() -> None:
    """The customer's whole address stands first, in slices of larger columns, too."""
    texts = from_words(["x", "7 Oak St, Rome", "7 Oak Street, Rome", "", "7 Oak St"]).slice(1)
    homes = from_words(["x", "7 Oak St", "7 Oak St", "", "7 Oak St Apt. 1"]).slice(1)
    assert begin_with(texts, homes).tolist() == [True, False, False, False]
    assert begin_with(pa.array([], pa.string()), pa.array([], pa.string())).tolist() == []


def test_quotas_add_up() -> None:
    """Largest remainder, and never a row more or less."""
    for rows in (0, 1, 7, 3000):
        due = quotas(rows, [0.8, 0.1, 0.05, 0.05])
        assert due.sum() == rows
        assert (np.abs(due - rows * np.array([0.8, 0.1, 0.05, 0.05])) < 1).all()
