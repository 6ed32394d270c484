"""Each check of the contract passes clean data and sees the damage that it is there for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import footfall
from footfall.contract import CHECKS
from sample import Damage, Tables, change, column, drop, findings_of, first_row, put, repeat

pytestmark = pytest.mark.usefixtures("loops")

P, O, L = "raw_products", "raw_orders", "raw_line_items"  # noqa: E741 - orders
M, B = "raw_marketing_daily", "raw_budget_monthly"


@pytest.fixture(scope="module")
def clean() -> Any:
    return footfall.generate("vantage", seed=7)


def _reversed_halves(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[: len(x) // 2], x[len(x) // 2 :][::-1]])


def _one_customer_of_a_shop(tables: Tables) -> Tables:
    """Give every order of the first customer's shop to that customer."""
    shop = np.array(tables[O]["shop_id"].to_pylist())
    customer = tables[O]["customer_id"].to_numpy()
    return change(tables, O, "customer_id", lambda c: np.where(shop == shop[0], customer[0], c))


def _all_to_first_shop(tables: Tables) -> Tables:
    return change(tables, O, "shop_id", lambda s: np.full(len(s), "DE"))


def _weekday(offset: np.ndarray) -> np.ndarray:
    return (offset // 86_400 + 3) % 7


def _move(days_of: Callable[[np.ndarray], np.ndarray], by: int) -> Damage:
    """Move the orders of chosen days by a number of days."""
    return column(
        O, "order_ts", lambda t: np.where(days_of(t.astype(np.int64)), t.astype(np.int64) + by * 86_400, t)
    )


def _month(t: np.ndarray) -> np.ndarray:
    return t.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1


def _black_week(t: np.ndarray) -> np.ndarray:
    day = t.astype("datetime64[s]").astype("datetime64[D]")
    return (day >= np.datetime64("2025-11-20")) & (day <= np.datetime64("2025-11-27"))


def _no_day_to_day_spread(t: np.ndarray) -> np.ndarray:
    """Every third day gets the orders of the day after too."""
    return t // 86_400 % 3 == 0


DAMAGE: dict[str, Damage] = {
    "tables.readable": lambda t: {**t, P: t[P].drop_columns(["base_price_eur"])},
    "products.ids": lambda t: drop(t, P, 3),
    "products.categories": first_row(P, "category", "Zubehör"),
    "products.price": column(P, "base_price_eur", lambda x: x // 2 + 2000),
    "products.cost": column(P, "cost_price_eur", lambda x: x * 2),
    "products.popularity": column(P, "sales_rank", np.sqrt),
    "products.return_mean": column(P, "return_probability", lambda x: x + 0.02),
    "products.return_law": column(P, "return_probability", lambda x: np.full(len(x), x.mean())),
    "products.names": lambda t: put(t, P, "product_name", 1, t[P]["product_name"][0].as_py()),
    "products.sub_categories": first_row(P, "sub_category", "Bergbahnen"),
    "orders.ids": lambda t: drop(t, O, 10),
    "orders.sorted": column(O, "order_ts", _reversed_halves),
    "orders.hours": column(O, "order_ts", lambda x: x - 4 * 3600),
    "orders.shops": first_row(O, "shop_id", "FR"),
    "orders.seconds": column(O, "order_ts", lambda x: x - (x % 86_400 - 21_600) // 10),
    "orders.total": lambda t: repeat(t, O, 2),
    "orders.dispersion": _move(_no_day_to_day_spread, 1),
    "orders.by_weekday": _move(lambda t: _weekday(t) == 5, 2),
    "orders.by_month": _move(lambda t: _month(t) == 5, 31),
    "orders.by_event": _move(_black_week, -14),
    "orders.by_shop": _all_to_first_shop,
    "customers.known": first_row(O, "customer_id", 5001),
    "customers.home": column(O, "shop_id", lambda s: np.roll(s, 1)),
    "customers.quotas": column(O, "customer_id", lambda c: np.arange(len(c)) % 5000 + 1),
    "customers.commonest": column(O, "customer_id", lambda c: np.arange(len(c)) // 2 % 5000 + 1),
    "customers.buy_once": column(O, "customer_id", lambda c: np.arange(len(c)) % 3000 + 1),
    "customers.ten_orders": column(O, "customer_id", lambda c: np.arange(len(c)) % 5000 + 1),
    "customers.top": _one_customer_of_a_shop,
    "customers.buyers": column(O, "customer_id", lambda c: c % 2000 + 1),
    "lines.orders": lambda t: drop(t, O, 100),
    "lines.numbers": first_row(L, "line_number", 2),
    "lines.distinct": lambda t: repeat(t, L, 2),
    "lines.products": first_row(L, "sku_id", 10_501),
    "lines.basket_size": column(L, "order_id", lambda o: np.arange(len(o)) // 2 + 1),
    "lines.first_item": column(L, "sku_id", lambda s: 10_000 + (s - 9_990) % 501),
    "lines.later_categories": column(L, "sku_id", lambda s: np.where(np.arange(len(s)) % 2, s, 10_500)),
    "lines.affinity": column(L, "sku_id", lambda s: np.roll(s, 1)),
    "lines.quantity": first_row(L, "qty", 3),
    "lines.event_discount": column(L, "discount", lambda d: np.minimum(d, 10)),
    "lines.everyday_discount": first_row(L, "discount", 15),
    "lines.discount_share": column(L, "discount", lambda d: np.where(d == 10, 0, d)),
    "lines.price_paid": lambda t: change(t, L, "unit_price_paid", lambda p: p + (np.arange(len(p)) == 7)),
    "lines.returns": column(L, "is_returned", lambda r: r & (np.arange(len(r)) % 2 == 0)),
    "lines.returns_by_category": column(L, "is_returned", lambda r: np.roll(r, 1)),
    "lines.best_seller": column(L, "sku_id", lambda s: np.where(np.arange(len(s)) % 10, s, 10_007)),
    "marketing.grid": lambda t: drop(t, M, 5),
    "marketing.spend": first_row(M, "spend_eur", -1),
    "marketing.law": column(M, "spend_eur", lambda s: np.roll(s, 3)),
    "budget.grid": lambda t: drop(t, B, 5),
    "budget.revenue": column(B, "plan_revenue", lambda r: r + 5),
    "budget.biases": column(B, "plan_revenue", lambda r: r),
    "budget.derived": column(B, "plan_orders", lambda o: o + 1),
    "targets.order_value": column(L, "unit_price_paid", lambda p: p * 11 // 10),
    "targets.gross_margin": column(P, "cost_price_eur", lambda c: c * 9 // 10),
    "targets.top_sku_share": column(L, "sku_id", lambda s: np.where(np.arange(len(s)) % 8, s, 10_007)),
    "targets.weekend": _move(lambda t: _weekday(t) == 6, 1),
    "targets.marketing_share": column(M, "spend_eur", lambda s: s * 11 // 10),
}


def _biased(tables: Tables) -> Tables:
    """Every bias 1.02: what was planned at 0.98 is raised by 102 / 98 (to the cent, by the clean figures)."""
    from sample import smoothed_cents

    smoothed = smoothed_cents(tables)
    return change(tables, B, "plan_revenue", lambda r: np.round(smoothed * 1.02).astype(np.int64))


DAMAGE["budget.biases"] = _biased
REPORTED = {name for name in CHECKS if name.startswith("reported.")}


def test_clean_data_passes_every_check(clean: Any) -> None:
    """Honest data passes; what cannot be decided is what this shop does not have."""
    assert {f.check: f.detail for f in clean.findings if f.verdict == "fail"} == {}
    assert [f.check for f in clean.findings] == [c.name for c in CHECKS.values() if not c.is_quiet]


def test_every_check_has_a_damage(clean: Any) -> None:
    """No check without a proof that it can fail; figures that are only reported cannot."""
    decided = {f.check for f in clean.findings if f.verdict == "pass"}
    assert set(DAMAGE) == decided - REPORTED


@pytest.mark.parametrize("name", DAMAGE)
def test_check_sees_its_damage(clean: Any, name: str) -> None:
    """The check fails on data damaged in its way, and says what is wrong."""
    finding = findings_of(clean.subject, DAMAGE[name](dict(clean.tables)))[name]
    assert finding.verdict == "fail", finding
    assert finding.detail


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_batches_of_any_size_are_judged_alike(clean: Any, rows: int) -> None:
    """Cutting tables, and lines of one order, into batches changes no finding."""
    some = {n: t.slice(0, 4000) if rows < 1000 else t for n, t in clean.tables.items()}
    whole = findings_of(clean.subject, some)
    assert findings_of(clean.subject, some, rows=rows) == whole


def test_merged_figures_are_those_of_the_whole(clean: Any) -> None:
    """Figures of two halves, each with whole orders, merge into the findings of all rows."""
    from footfall.contract import Figures, judge

    cut = 20_000
    order = clean.tables[L]["order_id"].to_numpy()
    lines = int(np.searchsorted(order, cut, side="right"))
    one, two = Figures(clean.subject), Figures(clean.subject)
    for name, table in clean.tables.items():
        at = {O: cut, L: lines}.get(name, table.num_rows)
        for figures, part in ((one, table.slice(0, at)), (two, table.slice(at))):
            for batch in part.to_batches():
                figures.observe(name, batch)
    for batch in clean.tables[P].to_batches():
        two.observe(P, batch)
    one.merge(two)
    merged = {f.check: f for f in judge(clean.subject, one)}
    for finding in clean.findings:
        assert merged[finding.check].verdict == finding.verdict
        assert merged[finding.check].p_value == pytest.approx(finding.p_value)


def test_empty_tables_are_judged_without_a_crash(clean: Any) -> None:
    """No rows at all: findings, not exceptions."""
    empty = {name: table.slice(0, 0) for name, table in clean.tables.items()}
    assert set(findings_of(clean.subject, empty)) == {c.name for c in CHECKS.values() if not c.is_quiet}
    assert isinstance(empty[P], pa.Table)
