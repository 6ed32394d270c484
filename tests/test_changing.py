"""Prices that change and customers who move: what was valid when is told by tables, and judged."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

import footfall
from changing import CHANGING
from footfall import Dataset
from footfall.contract import Figures
from footfall.contract.version_checks import CHECKS
from footfall.core.errors import ScenarioError
from footfall.scenario.load import load
from footfall.workflow.generate import generate_into, planned
from footfall.workflow.reporting import summary_of
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from sample import Damage, Tables, change, column, drop, findings_of, first_row, put

P, C, O, L = "products", "customers", "orders", "order_items"  # noqa: E741 - orders
PRICES, HOMES = "product_prices", "customer_addresses"


@pytest.fixture(scope="module", params=list(CHANGING))
def made(request: pytest.FixtureRequest) -> Dataset:
    """Both shops with prices that change and customers who move, seed 7."""
    return footfall.generate(request.param, seed=7, overrides=CHANGING[request.param])


@pytest.fixture(scope="module")
def shop() -> Dataset:
    """`storefront` with prices that change and customers who move, seed 7; tests never change it."""
    return footfall.generate("storefront", seed=7, overrides=CHANGING["storefront"])


def asked(dataset: Dataset, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query over a data set's tables."""
    with duckdb.connect() as connection:
        for name, table in dataset.tables.items():
            connection.register(name, table)
        return connection.execute(sql).fetchall()


def test_targets_and_promises_hold(made: Dataset) -> None:
    """No check fails, and those of what changes are decided."""
    assert {f.check: f.detail for f in made.findings if f.verdict == "fail"} == {}
    decided = {f.check for f in made.findings if f.verdict == "pass"}
    assert {check.name for check in CHECKS} <= decided


def test_lines_have_the_price_of_their_day(shop: Dataset) -> None:
    """Each line's list price is that which held on its order's day, and no other joins it, by plain SQL."""
    joined = (
        f"from {L} l join {O} o using (order_id) left join {PRICES} p on p.product_id = l.product_id "
        "and o.order_date between p.valid_from and p.valid_to"
    )
    assert asked(shop, f"select count(*), count_if(l.unit_price = p.price) {joined}") == [(8000, 8000)]
    elsewhere = f"select count(*) from {L} join {P} using (product_id) where price <> unit_price"
    assert asked(shop, elsewhere)[0][0] > 2000


def test_orders_go_to_where_customers_lived(shop: Dataset) -> None:
    """Just the promised share of the orders goes elsewhere than to the address of that day."""
    sent = (
        f"select count(*) from {O} o join {HOMES} h on h.customer_id = o.customer_id and "
        "o.order_date between h.valid_from and h.valid_to "
        "where starts_with(shipping_address, h.address || ', ')"
    )
    assert asked(shop, sent) == [(2700,)]
    now = (
        f"select count(*) from {O} join {C} using (customer_id) where starts_with(shipping_address, address)"
    )
    assert asked(shop, now)[0][0] < 2600


def test_the_report_reckons_with_the_costs_of_the_day(made: Dataset, tmp_path: Path) -> None:
    """The margin of the report is the contract's, which is not that of the costs that hold now."""
    made.write(tmp_path / "shop", format="parquet")
    margin = summary_of(tmp_path / "shop")["headline"]["gross_margin"]
    amounts = Figures(made.subject)
    for name, table in made.tables.items():
        for batch in table.to_batches():
            amounts.observe(name, batch)
    amounts.close()
    lines = amounts.lines.amounts
    assert margin == pytest.approx(1 - lines.cost / lines.revenue, abs=1e-6)


def test_costs_move_with_prices(made: Dataset) -> None:
    """A SKU's cost keeps its share of the price, to the cent of rounding, and so the margin stays."""
    table = "raw_prices" if made.subject.scenario.name == "vantage" else PRICES
    key, price, cost, *_ = made.tables[table].column_names
    far = (
        f"with shares as (select {price}::double p, {cost}::double c, "
        f"first({cost} / {price}) over (partition by {key} order by valid_from) share from {table}) "
        "select count(*) from shares where abs(c - p * share) > 0.0051"
    )
    bounds = made.subject.scenario.catalog.cost_share  # where rounding up to a bound counts for more
    assert bounds.min > 0
    assert asked(made, far) == [(0,)]


def test_the_plan_expects_what_the_days_bring() -> None:
    """The expected order value weighs each price with the orders of its days; a slow sum says the same."""
    plan = planned(Request("vantage", scale=0.05, overrides=CHANGING["vantage"]))
    versions, calendar = plan.catalog.versions, plan.calendar
    assert versions is not None
    orders = calendar.orders_a_day[:365] / calendar.orders_a_day[:365].sum()
    from footfall.plan.calibrate import inclusions, lines_per_order

    names, basket = list(plan.scenario.catalog.categories), plan.scenario.basket
    weight, category = plan.catalog.weight, plan.catalog.category
    among = inclusions([weight[category == c] for c in range(len(names))], max(basket.size))
    lines = np.empty(len(weight))
    for c, found in enumerate(
        lines_per_order(np.bincount(category, weight) / weight.sum(), among, names, basket)
    ):
        lines[category == c] = found
    units = lines * sum(q * s for q, s in plan.scenario.basket.quantity.items())
    everyday, value, spent = plan.scenario.discount.shares, 0.0, 0.0
    for day in range(365):
        price, cost = plan.catalog.on(day)
        percents = {int(calendar.discount[day]): 1.0} if calendar.discount[day] else everyday
        paid = sum(share * ((price * (100 - d) + 50) // 100) for d, share in percents.items())
        value += orders[day] * float(units @ paid) / 100
        spent += orders[day] * float(units @ cost) / 100
    assert plan.solved.expected_order_value == pytest.approx(value, abs=0.006)
    assert plan.solved.expected_gross_margin == pytest.approx(1 - spent / value, abs=1e-5)
    assert value == pytest.approx(220, abs=0.5)


def test_a_change_is_one_on_average_and_stays_near() -> None:
    """H0: factors have mean 1, early and late; |z| < 5 of 10,000 independent ones each (false alarm 1e-6)."""
    overrides = ("catalog.price_changes={every_days: 7, sd_percent: 30}", *CHANGING["vantage"][1:])
    plan = planned(Request("vantage", seed=3, overrides=("years=3", *overrides)))
    versions = plan.catalog.versions
    assert versions is not None
    inside = (plan.catalog.price > 3000) & (plan.catalog.price < 12000)  # far from the law's bounds
    factor = versions.price[inside, 1:] / plan.catalog.price[inside, None]
    for part in (factor[:, :40], factor[:, -40:]):
        z = (part.mean() - 1) / (part.std() / np.sqrt(part.size))
        assert abs(z) < 5


def test_a_longer_horizon_leaves_what_was(made: Dataset) -> None:
    """Versions that were known by an earlier day are those that begin by then; only ends may come later."""
    name, day = made.subject.scenario.name, made.subject.scenario.first_day + dt.timedelta(200)
    tables = ("raw_prices", "raw_addresses") if name == "vantage" else (PRICES, HOMES)
    earlier = footfall.generate(name, seed=7, overrides=CHANGING[name], tables=tables, as_of=day)
    assert [f.check for f in earlier.findings if f.verdict == "fail"] == []
    for table in tables:
        (key, *shown), cut = made.tables[table].column_names, "date '9999-12-31'"
        was = f"select * from {table} order by {key}, valid_from"
        ends = f"case when valid_to >= date '{day}' then {cut} else valid_to end"
        known = f"select * replace ({ends} as valid_to) from {table} where valid_from <= date '{day}'"
        assert asked(earlier, was) == asked(made, f"{known} order by {key}, valid_from")
        assert shown[-1] == "valid_to"


def test_parts_and_workers_show_the_same(tmp_path: Path) -> None:
    """The first of several parts, or several processes, tell the prices of the whole's last day."""
    whole = footfall.generate("storefront", seed=5, scale=0.2, overrides=CHANGING["storefront"])
    part = footfall.generate(
        "storefront", seed=5, scale=0.2, overrides=CHANGING["storefront"], part=1, parts=3
    )
    assert [f.check for f in part.findings if f.verdict == "fail"] == []
    for table in (P, PRICES, C, HOMES):
        assert part.tables[table] == whole.tables[table]
    made_by_two = footfall.generate(
        "storefront", seed=5, scale=0.2, overrides=CHANGING["storefront"], workers=2
    )
    assert made_by_two.tables == whole.tables
    assert made_by_two.findings == whole.findings
    generate_into(Request("storefront", 5, 0.2, overrides=CHANGING["storefront"]), tmp_path / "shop")
    assert [f.check for f in verify(tmp_path / "shop") if f.verdict == "fail"] == []


def test_versions_may_show_what_they_are_of() -> None:
    """Rows of what was valid when are joined down like any other, to what holds now."""
    more = (
        "tables.product_prices.columns.name=product.name",
        "tables.customer_addresses.columns.mail=customer.email",
    )
    joined = footfall.generate("storefront", seed=5, scale=0.2, overrides=(*CHANGING["storefront"], *more))
    assert [f.check for f in joined.findings if f.verdict == "fail"] == []
    wrong = f"select count(*) from {PRICES} v join {P} p using (product_id) where v.name <> p.name"
    assert asked(joined, wrong) == [(0,)]


def test_prices_judge_only_what_they_can() -> None:
    """Without the table of prices, or the days of orders, lines can't be judged by price; it is said why."""
    for tables, said in (
        ((P, O, L), "no table tells what they were"),
        ((P, PRICES, L), "the orders' days are not published"),
    ):
        made = footfall.generate("storefront", scale=0.1, overrides=CHANGING["storefront"], tables=tables)
        found = {f.check: f for f in made.findings}
        assert (found["lines.list_price"].verdict, found["lines.total"].verdict) == ("not applicable", "pass")
        assert said in found["lines.list_price"].detail


def _one_day_more(days: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(days)) == 5, days + np.timedelta64(1, "D"), days)


def _swapped(tables: Tables) -> Tables:
    """Prices of a SKU's first two versions in each other's place: all tables by themselves look well."""
    price = tables[PRICES]["price"].combine_chunks().take([1, 0, *range(2, len(tables[PRICES]))])
    return {**tables, PRICES: tables[PRICES].set_column(1, tables[PRICES].schema.field("price"), price)}


def _calmer(tables: Tables) -> Tables:
    """Every SKU back at half of its changes."""
    owner = tables[PRICES]["product_id"].to_numpy()
    first = np.searchsorted(owner, owner)

    def halved(cents: np.ndarray) -> np.ndarray:
        start = cents[first]
        return (start + (cents - start) // 4) // 100 * 100 + 99

    return change(tables, PRICES, "price", halved)


def _without(keep: Any) -> Damage:
    """Leave versions out, and let those before them last until the next."""

    def damage(tables: Tables) -> Tables:
        out = dict(tables)
        for table in (PRICES, HOMES):
            whole = tables[table].to_pylist()
            key = tables[table].column_names[0]
            kept = [
                row
                for before, row in zip([{key: None}, *whole], whole, strict=False)
                if before[key] != row[key] or keep(row["valid_from"])
            ]
            for one, two in pairwise(kept):
                one["valid_to"] = (
                    two["valid_from"] - dt.timedelta(1) if one[key] == two[key] else one["valid_to"]
                )
            kept[-1]["valid_to"] = dt.date(9999, 12, 31)
            for one, two in pairwise(kept):
                if one[key] != two[key]:
                    one["valid_to"] = dt.date(9999, 12, 31)
            out[table] = type(tables[table]).from_pylist(kept, schema=tables[table].schema)
        return out

    return damage


def _moved_before(tables: Tables) -> Tables:
    """All addresses but the customers' own, which stand there in another order."""
    homes = change(tables, HOMES, "address", lambda lines: lines[::-1])[HOMES]
    return {HOMES: homes, **{name: table for name, table in tables.items() if name != HOMES}}


def _each_day_twice(tables: Tables) -> Tables:
    """Let the first change of a SKU fall into the stretch of its second one."""
    begun = tables[PRICES]["valid_from"].to_pylist()
    day = begun[2] - dt.timedelta(1)
    out = put(tables, PRICES, "valid_from", 1, day)
    return put(out, PRICES, "valid_to", 0, day - dt.timedelta(1))


DAMAGE: dict[str, Damage] = {
    "prices.versions": column(PRICES, "valid_to", _one_day_more),
    "prices.current": first_row(P, "price", 100_99),
    "prices.bounds": first_row(PRICES, "price", 12_34),
    "prices.sizes": _calmer,
    "prices.days": _without(lambda day: day.day > 20),
    "addresses.versions": lambda tables: drop(tables, HOMES, 0),
    "addresses.current": first_row(C, "address", "1 Elm Street"),
    "addresses.moves": _without(lambda day: day.month == 1),
}
FINER: list[tuple[str, Damage, str]] = [
    ("prices.versions", lambda t: drop(t, PRICES, len(t[PRICES]) - 1), "nothing holds after"),
    ("prices.versions", lambda t: drop(t, PRICES, 0), "the first one is from"),
    ("prices.versions", lambda t: drop(t, P, 9), "one of both tables alone"),
    ("prices.versions", first_row(PRICES, "valid_to", dt.date(2022, 1, 1)), "from "),
    ("prices.current", first_row(P, "cost", 1), "SKU 1 is shown with"),
    ("prices.days", _each_day_twice, "a second change within 30 days"),
    ("addresses.current", first_row(C, "zip", "00501"), "customer 1 is shown with"),
    ("addresses.versions", first_row(HOMES, "valid_from", dt.date(2023, 1, 2)), "not from 2023-01-01"),
    ("lines.list_price", _swapped, "are due"),
    (
        "lines.list_price",
        lambda t: {**t, PRICES: t[PRICES].slice(800)},
        "no price of the SKU holds on that day",
    ),
    ("orders.shipping", _moved_before, ""),
]


@pytest.mark.parametrize("name", DAMAGE)
def test_check_sees_its_damage(shop: Dataset, name: str) -> None:
    """The check fails on data damaged in its way, and says what is wrong."""
    finding = findings_of(shop.subject, DAMAGE[name](dict(shop.tables)))[name]
    assert finding.verdict == "fail", finding
    assert finding.detail


@pytest.mark.parametrize(("name", "damage", "words"), FINER, ids=[f"{i}-{f[0]}" for i, f in enumerate(FINER)])
def test_check_names_finer_damage(shop: Dataset, name: str, damage: Damage, words: str) -> None:
    """Gaps, doubles, other rows than the current ones, prices of other days: seen, and named."""
    finding = findings_of(shop.subject, damage(dict(shop.tables)))[name]
    assert finding.verdict == "fail", finding
    assert words in finding.detail


def test_every_check_has_a_damage() -> None:
    """No check without a proof that it can fail."""
    assert set(DAMAGE) == {check.name for check in CHECKS}


@pytest.mark.parametrize(
    ("scenario", "sets", "said"),
    [
        (
            "vantage",
            CHANGING["vantage"][:1],
            "a table with rows: product_price must tell what was valid when",
        ),
        ("storefront", CHANGING["storefront"][1:2], "a table with rows: customer_address must tell"),
        (
            "storefront",
            (
                *CHANGING["storefront"],
                "tables.product_prices.columns={p: product, price: price, f: valid_from}",
            ),
            "table 'product_prices' must show cost, valid_to, too",
        ),
        (
            "storefront",
            (*CHANGING["storefront"], "tables.customer_addresses.on_request=true"),
            "table 'customer_addresses' can't be on request",
        ),
        ("vantage", CHANGING["vantage"][3:4], "needs catalog.price_changes, which is not given"),
        (
            "storefront",
            (*CHANGING["storefront"], "tables.order_items.columns.now=product.price"),
            "shows 'product.price', which catalog.price_changes changes after the row's day",
        ),
        (
            "storefront",
            (*CHANGING["storefront"], "tables.reviews.columns.town=customer.city"),
            "shows 'customer.city', which customers.moves changes after the row's day",
        ),
        ("vantage", ("catalog.price_changes={every_days: 3, sd_percent: 6}",), "must be at least 7; it is 3"),
        ("vantage", ("customers.moves={share_a_year: 0}",), "greater than 0"),
    ],
)
def test_what_changes_untold_is_refused(scenario: str, sets: tuple[str, ...], said: str) -> None:
    """Where prices change or customers move, tables must tell what was valid when; else they are named."""
    with pytest.raises(ScenarioError, match=said):
        load(scenario, sets)


def test_addresses_need_a_country() -> None:
    """Who moves must live somewhere: a table of addresses and a shop without a locale are named."""
    sets = (
        *CHANGING["vantage"],
        "tables.raw_customers.columns={customer_id: id}",
        "customers.locales={DE: de_DE, AT: de_AT}",
    )
    with pytest.raises(ScenarioError, match=r"'raw_addresses' shows addresses.*customers\.locales\.CH"):
        load("vantage", sets)


def test_who_likes_it_dear_is_judged_by_first_prices() -> None:
    """Habits and ratings follow the prices that SKUs were listed at, however far prices have gone since."""
    far = ("catalog.price_changes={every_days: 30, sd_percent: 50}", "customers.habits={price_tilt: 1.0}")
    made = footfall.generate("vantage", seed=3, overrides=(*far, *CHANGING["vantage"][1:]))
    assert [f.check for f in made.findings if f.verdict == "fail"] == []
    assert next(f for f in made.findings if f.check == "customers.own_prices").verdict == "pass"
