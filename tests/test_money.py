"""Shops in detail, tax and shipping cost: by decimals, off by default, and each check sees its damage."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import footfall
from footfall import Dataset
from footfall.contract.judge import CHECKS
from footfall.core.errors import FootfallError
from footfall.core.money import tax_on, tax_within
from footfall.plan import parts
from footfall.scenario.load import load
from footfall.simulate.charges import rounded_by_order
from footfall.sinks.database import database_at
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.preview import preview
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from sample import Damage, column, drop, findings_of, first_row

SHOPS = (
    "shops={DE: {name: Berlin, country: Deutschland, opened: 2019-01-01}, "
    "AT: {name: Wien, country: Österreich, opened: 2020-03-01}, "
    "CH: {name: Zürich, country: Schweiz, opened: 2021-05-01}}",
    "tables.raw_shops={rows: shop, columns: {shop_id: code, name: name, country: country, opened: opened}}",
)
RATES = "DE: {percent: 19, by_category_percent: {Schuhe: 7}}, AT: {percent: 20}, CH: {percent: 8.1}"
TAX = (
    f"tax={{prices_include_tax: true, rates: {{{RATES}}}}}",
    "tables.raw_line_items.columns.net=net",
    "tables.raw_line_items.columns.tax=tax",
    "tables.raw_line_items.columns.gross=gross",
    "tables.raw_orders.columns.net=net",
    "tables.raw_orders.columns.tax=tax",
    "tables.raw_orders.columns.gross=gross",
)
SHIPPING = (
    "shipping_cost={flat: 4.90, free_from: 100, by_shop: {CH: {flat: 9.50}}}",
    "tables.raw_orders.columns.shipping=shipping_cost",
    "tables.raw_orders.columns.paid=grand_total",
)
OF_SHOPS = "tables.raw_shops.columns.vat=tax_rate"
ALL = (*SHOPS, *TAX, *SHIPPING, OF_SHOPS)
CHANGES = {
    "shops.*.name": ["shops.DE.name=Bonn"],
    "shops.*.country": ["shops.DE.country=Germany"],
    "shops.*.opened": ["shops.DE.opened=2018-01-01"],
    "tax.prices_include_tax": ["tax.prices_include_tax=true"],
    "tax.rounded_by": ["tax.rounded_by=order"],
    "tax.rates.*.percent": ["tax.rates.DE.percent=21"],
    "tax.rates.*.by_category_percent": ["tax.rates.DE.by_category_percent={Schuhe: 5}"],
    "shipping_cost": ["shipping_cost.flat=6.90"],
}
"""Of each key a change that shows, for the test of the lineage."""
O, L, S = "raw_orders", "raw_line_items", "raw_shops"  # noqa: E741 - orders
CENT = Decimal("0.01")


def made(*overrides: str, **options: Any) -> Dataset:
    return footfall.generate("vantage", **{"seed": 7, "scale": 0.02, **options}, overrides=overrides)


@pytest.fixture(scope="module")
def plain() -> Dataset:
    return made()


@pytest.fixture(scope="module")
def charged() -> Dataset:
    return made(*ALL)


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@given(st.integers(0, 10**9), st.integers(0, 999_999))
def test_tax_is_that_of_decimals(cents: int, millionths: int):
    """Tax within and on top of any amount is the exact quotient, rounded half up to the cent."""
    rate, amount = Decimal(millionths) / 10**6, Decimal(cents) / 100
    within, on = (f(np.array([cents]), np.array([millionths]))[0] for f in (tax_within, tax_on))
    # A quotient can't lie within 10^-20 of a half cent without being one: its denominator is below 2 x 10^6.
    assert Decimal(int(within)) / 100 == half_up(amount * rate / (1 + rate))
    assert Decimal(int(on)) / 100 == half_up(amount * rate)


def test_tax_by_order_by_hand():
    """Three lines of 1.05 at 7 % on top owe 0.07, 0.15 and 0.22 in turn; another rate is apart."""
    amount, rate = np.array([105, 105, 1000, 105]), np.array([70_000, 70_000, 190_000, 70_000])
    order = np.zeros(4, np.int64)
    assert rounded_by_order(tax_on, amount, rate, order).tolist() == [7, 8, 190, 7]


def columns_of(data: Dataset) -> dict[tuple[str, str], pa.ChunkedArray]:
    return {(t, c): table[c] for t, table in data.tables.items() for c in table.column_names}


@pytest.mark.parametrize("overrides", [SHOPS, TAX, SHIPPING, ALL], ids=["shops", "tax", "shipping", "all"])
def test_what_it_does_not_concern_stays(plain: Dataset, overrides: tuple[str, ...]):
    """Switched on, an option adds its columns; every column that was there keeps its bytes."""
    if overrides is SHIPPING:
        overrides = (*SHIPPING, "tables.raw_orders.columns.total=total")
    after, before = columns_of(made(*overrides)), columns_of(plain)
    assert len(after) > len(before)
    assert all(after[name].equals(values) for name, values in before.items())


@pytest.mark.parametrize(
    ("included", "by"), [(True, "line"), (False, "line"), (True, "order"), (False, "order")]
)
def test_tax_from_published_data_alone(included: bool, by: str):
    """Every line's tax is that of its shop and category, by decimals; an order's is the sum."""
    data = made(*TAX, f"tax.prices_include_tax={str(included).lower()}", f"tax.rounded_by={by}")
    category = dict(
        zip(*(data.tables["raw_products"][c].to_pylist() for c in ("sku_id", "category")), strict=True)
    )
    shop = dict(zip(*(data.tables[O][c].to_pylist() for c in ("order_id", "shop_id")), strict=True))
    rates = {"DE": Decimal("0.19"), "AT": Decimal("0.20"), "CH": Decimal("0.081")}

    def due(amount: Decimal, rate: Decimal) -> Decimal:
        return half_up(amount * rate / (1 + rate) if included else amount * rate)

    sums: dict[int, list[Decimal]] = {}
    by_rate: dict[tuple[int, Decimal], list[Decimal]] = {}
    for line in data.tables[L].to_pylist():
        where = shop[line["order_id"]]
        is_low = where == "DE" and category[line["sku_id"]] == "Schuhe"
        rate, worth = Decimal("0.07") if is_low else rates[where], line["qty"] * line["unit_price_paid"]
        if by == "line":
            assert line["tax"] == due(worth, rate)
        assert abs(line["tax"] - due(worth, rate)) <= CENT
        assert line["gross"] == line["net"] + line["tax"]
        assert line["gross" if included else "net"] == worth
        sums.setdefault(line["order_id"], []).append(line["tax"])
        by_rate.setdefault((line["order_id"], rate), []).append((worth, line["tax"]))
    assert data.tables[O]["tax"].to_pylist() == [
        sum(sums[order]) for order in data.tables[O]["order_id"].to_pylist()
    ]
    if by == "order":
        for (_, rate), lines in by_rate.items():
            assert sum(tax for _, tax in lines) == due(sum(worth for worth, _ in lines), rate)


def test_shipping_moves_as_stated(charged: Dataset):
    """Flat below the free value, nothing from it on, a shop's own rate; all adds up to what is paid."""
    seen = set()
    for order in charged.tables[O].to_pylist():
        flat, free = (Decimal("9.50"), None) if order["shop_id"] == "CH" else (Decimal("4.90"), Decimal(100))
        is_free = free is not None and order["gross"] >= free
        assert order["shipping"] == (0 if is_free else flat)
        assert order["paid"] == order["gross"] + order["shipping"]
        seen.add((order["shop_id"] == "CH", is_free))
    assert len(seen) == 3


def test_shops_are_rows_that_others_refer_to(tmp_path: Path):
    """The shops are as declared, and in a database orders, marketing and budget refer to them."""
    address = f"duckdb:{tmp_path / 'shop.db'}"
    load_into(Request("vantage", scale=0.01, overrides=ALL), database_at(address))
    with duckdb.connect(str(tmp_path / "shop.db"), read_only=True) as there:
        shops = there.execute("SELECT * FROM raw.raw_shops").fetchall()
        keys = there.execute(
            "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' "
            "AND constraint_text LIKE '%raw_shops%' ORDER BY 1"
        ).fetchall()
    assert shops[0] == ("DE", "Berlin", "Deutschland", dt.date(2019, 1, 1), 0.19)
    assert [shop[0] for shop in shops] == ["DE", "AT", "CH"]
    assert keys == [("raw_budget_monthly",), ("raw_marketing_daily",), ("raw_orders",)]
    assert not [f for f in verify(address) if f.verdict == "fail"]


def test_a_shop_that_opens_takes_no_orders_before():
    """Orders of a shop begin on its day, on which all shops together still expect the year's orders.

    Null hypothesis: a shop's orders after its opening are Poisson about its part of the closed form, the
    year's orders times its weight's share of all open shops' weights over days; false alarm 1e-6 each.
    """
    data = footfall.generate("vantage", seed=7, scale=0.2, overrides=(*SHOPS, "shops.CH.opened=2025-09-03"))
    assert not [f for f in data.findings if f.verdict == "fail"]
    assert next(f for f in data.findings if f.check == "shops.opened").verdict == "pass"
    days = data.tables[O]["order_ts"].to_numpy().astype("datetime64[D]")
    shop = np.array(data.tables[O]["shop_id"].to_pylist())
    opened = np.datetime64("2025-09-03")
    assert days[shop == "CH"].min() >= opened
    assert days[shop == "AT"].min() < opened
    plain = footfall.generate("vantage", seed=7, scale=0.2)
    shape = np.zeros(365)
    for row in preview(Request("vantage"))["intensity"]:
        shape[(dt.date.fromisoformat(row["date"]) - dt.date(2025, 1, 1)).days] = (
            row["orders"] / row["shop_weight"]
        )
    is_open = np.arange(365) >= (dt.date(2025, 9, 3) - dt.date(2025, 1, 1)).days
    whole = (1.3 * shape + 0.2 * shape * is_open).sum()
    for name, weight, days_open in (("DE", 1.0, 1.0), ("AT", 0.3, 1.0), ("CH", 0.2, is_open)):
        due = 7000 * (weight * shape * days_open).sum() / whole
        seen = np.count_nonzero(shop == name)
        assert min(stats.poisson.cdf(seen, due), stats.poisson.sf(seen - 1, due)) > 0.5e-6
    assert abs(len(days) - plain.tables[O].num_rows) < 5 * (2 * 7000) ** 0.5


def test_an_opening_is_no_matter_of_registered_customers():
    """Registered customers order in their home shops from the first day, so all shops have opened then."""
    with pytest.raises(FootfallError, match="as registered customers order in their home shops"):
        load("storefront", ["shops={US: {name: A, country: B, opened: 2023-05-01}}"])


def test_known_lines_add_up_on_any_day(tmp_path: Path):
    """While late lines are to come, an order's tax and shipping are those of the lines that are known."""
    late = ("arrival.late_lines.share=0.5", "tax.rounded_by=order")
    options = {"as_of": dt.date(2025, 6, 1), "scale": 0.05}
    some, every = made(*ALL, *late, **options), made(*ALL, "tax.rounded_by=order", **options)
    assert not [f for f in some.findings if f.verdict == "fail"]
    assert some.tables[L].num_rows < every.tables[L].num_rows


def test_many_parts_and_workers_make_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Shops, taxes and shipping are the same whatever the workers, and their judgings merge."""
    monkeypatch.setattr(parts, "LARGE", 300)
    monkeypatch.setattr(parts, "ORDERS_A_FILE", 50)
    request = Request("vantage", seed=7, scale=0.02, overrides=ALL, workers=2)
    manifest = generate_into(request, tmp_path / "set", format="parquet").manifest
    monkeypatch.undo()
    whole = made(*ALL).manifest
    assert {n: t.content_hash for n, t in manifest.tables.items()} == {
        n: t.content_hash for n, t in whole.tables.items()
    }


def one_cent(values: np.ndarray) -> np.ndarray:
    return values + (np.arange(len(values)) == 7)


DAMAGE: dict[str, Damage] = {
    "shops.codes": lambda t: drop(t, S, 1),
    "shops.details": first_row(S, "name", "Bonn"),
    "shops.opened": first_row(S, "opened", dt.date(2025, 2, 1)),
    "lines.tax": column(L, "tax", one_cent),
    "lines.gross": column(L, "gross", one_cent),
    "orders.tax": column(O, "tax", one_cent),
    "orders.shipping_cost": column(O, "shipping", one_cent),
    "orders.grand_total": column(O, "paid", one_cent),
}


@pytest.mark.parametrize("check", DAMAGE)
@pytest.mark.parametrize("by", ["line", "order"])
def test_each_check_sees_its_damage(charged: Dataset, check: str, by: str):
    """A check passes what was made, and fails on tables that break its rule."""
    data = charged if by == "line" else made(*ALL, "tax.rounded_by=order")
    good = findings_of(data.subject, data.tables)
    assert {name: f.detail for name, f in good.items() if f.verdict == "fail"} == {}
    assert good[check].verdict == "pass"
    assert findings_of(data.subject, DAMAGE[check](data.tables))[check].verdict == "fail"


def test_every_check_of_money_is_tried():
    """No check of this page's module is left without damage."""
    from footfall.contract import charge_checks

    assert {check.name for check in charge_checks.CHECKS} == DAMAGE.keys() <= CHECKS.keys()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["shops={DE: {name: B, country: D, opened: 2019-01-01}}"], "shops lacks the shop 'AT'"),
        (
            [SHOPS[0], "shops.DE.opened=2026-02-01"],
            "shops.DE.opened must not be after the last day, 2025-12-31",
        ),
        ([TAX[0], "tax.rates.DE.by_category_percent={Shoes: 7}"], "there are Ausrüstung, Bekleidung, Schuhe"),
        ([TAX[0], "tax.rates.DE.percent=19.00005"], "at most four decimals"),
        ([SHIPPING[0], "shipping_cost.flat=4.999"], "must be whole cents"),
        ([SHIPPING[0], "shipping_cost.by_shop={FR: {flat: 1}}"], "demand.shops has DE, AT, CH"),
        (["tables.raw_orders.columns.tax=tax"], "needs tax, which is not given"),
        (["tables.raw_orders.columns.all=grand_total"], "needs shipping_cost, which is not given"),
        (["tables.s={rows: shop, columns: {id: code}}"], "needs shops, which is not given"),
    ],
)
def test_what_does_not_fit_is_said(changes: list[str], said: str):
    """Unknown shops and categories, parts of cents and missing sections are one line each."""
    with pytest.raises(FootfallError, match="(?s).*" + said.replace(".", r"\.")) as error:
        load("vantage", changes)
    assert "\n" not in str(error.value)


def test_off_it_costs_nothing(plain: Dataset):
    """Without the sections no check of theirs says a word."""
    assert not [f for f in plain.findings if f.check in DAMAGE]
