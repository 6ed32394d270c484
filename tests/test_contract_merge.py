"""Figures gathered by several workers, sent to one and merged, give the findings of one pass."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.contract import Figures, Finding, Subject, judge
from footfall.contract.customer_orders import CustomerOrders
from footfall.workflow.generate import generate
from sample import Tables, change, put
from shipped import SHIPPED

pytestmark = pytest.mark.usefixtures("loops")

DIMENSIONS, KEYED = ("product", "customer"), ("order", "line")
SCALES = {name: {"vantage": 0.6, "storefront": 3.0}.get(name, 0.3) for name in SHIPPED}


@pytest.fixture(scope="module", params=list(SCALES))
def clean(request: Any) -> Any:
    return generate(request.param, scale=SCALES[request.param])


def ranges(subject: Subject, tables: Tables, cuts: tuple[int, ...]) -> list[dict[str, pa.Table]]:
    """Orders and lines between the cuts, which are shares of the orders in percent."""
    order, line = (subject.spec(entity) for entity in KEYED)
    assert order is not None
    assert line is not None
    ids = tables[order.name][order.column_of("id")].to_numpy()
    at = [0, *(len(ids) * cut // 100 for cut in cuts), len(ids)]
    edges = np.searchsorted(tables[line.name][line.column_of("order")].to_numpy(), ids[at[1:-1]])
    lines = [0, *edges.tolist(), tables[line.name].num_rows]
    return [
        {
            order.name: tables[order.name].slice(at[i], at[i + 1] - at[i]),
            line.name: tables[line.name].slice(lines[i], lines[i + 1] - lines[i]),
        }
        for i in range(len(at) - 1)
    ]


def observe(figures: Figures, tables: Tables, rows: int) -> Figures:
    for name, table in tables.items():
        for batch in table.to_batches(max_chunksize=rows):
            figures.observe(name, batch)
    return figures


def of_workers(subject: Subject, tables: Tables, rows: int = 4_000) -> list[Finding]:
    """Findings of three ranges of orders, each observed after the dimensions, pickled and merged."""
    entity = {name: spec.entity for name, spec in subject.tables.items()}
    small = {name: table for name, table in tables.items() if entity[name] in DIMENSIONS}
    derived = {name: table for name, table in tables.items() if entity[name] not in (*DIMENSIONS, *KEYED)}
    sent = []
    for some in ranges(subject, tables, (30, 55)):
        figures = observe(Figures(subject), {**small, **some}, rows)
        sent.append(pickle.dumps(figures))
    whole: Figures = pickle.loads(sent[0])
    for other in sent[1:]:
        whole.merge(pickle.loads(other))
    return judge(subject, observe(whole, derived, rows))


def of_one(subject: Subject, tables: Tables) -> list[Finding]:
    return judge(subject, observe(Figures(subject), tables, 10**9))


def assert_same(some: list[Finding], others: list[Finding]) -> None:
    for one, other in zip(some, others, strict=True):
        assert one.p_value == pytest.approx(other.p_value)
        assert replace(one, p_value=None) == replace(other, p_value=None)


def test_three_workers_find_what_one_finds(clean: Any) -> None:
    """All findings are equal, words and p-values included; dimensions that each has read count once."""
    assert_same(of_workers(clean.subject, clean.tables), clean.findings)


DAMAGE = {
    "vantage": {
        "tables.readable": lambda t: put(t, "raw_products", "category", 3, None),
        "orders.ids": lambda t: put(t, "raw_orders", "order_id", 500, 7),
        "lines.price_paid": lambda t: put(t, "raw_line_items", "unit_price_paid", -1, 1),
        "lines.products": lambda t: put(t, "raw_line_items", "sku_id", 9_000, 1),
        "lines.quantity": lambda t: put(t, "raw_line_items", "qty", 9_000, 7),
        "customers.known": lambda t: put(t, "raw_orders", "customer_id", -1, 10**9),
    },
    "storefront": {
        "customers.email": lambda t: put(t, "customers", "email", 11, "nobody"),
        "customers.registered": lambda t: change(t, "customers", "registration_date", lambda d: d + 3000),
        "lines.total": lambda t: put(t, "order_items", "line_total", 20_000, 1),
        "orders.amount": lambda t: put(t, "orders", "total_amount", 20, 1),
    },
}


@pytest.mark.parametrize("clean", list(DAMAGE), indirect=True)
def test_three_workers_find_the_faults_that_one_finds(clean: Any) -> None:
    """Rows that break a rule are counted once, those of the dimensions too."""
    for check, damage in DAMAGE[clean.subject.scenario.name].items():
        tables = damage(clean.tables)
        if check == "tables.readable":
            spec = tables["raw_products"].schema
            loose = pa.schema([pa.field(f.name, f.type, nullable=True) for f in spec])
            tables["raw_products"] = tables["raw_products"].cast(loose)
        one = of_one(clean.subject, tables)
        assert next(f for f in one if f.check == check).verdict == "fail"
        assert_same(of_workers(clean.subject, tables), one)


@pytest.mark.parametrize("clean", ["vantage"], indirect=True)  # reviews must know who bought what
def test_pickled_figures_hold_no_rows(clean: Any) -> None:
    """What a worker sends does not grow with its orders."""
    few, many = (
        len(pickle.dumps(observe(Figures(clean.subject), {**clean.tables, **some}, 10_000)))
        for some in (ranges(clean.subject, clean.tables, (10,))[0], {})
    )
    assert abs(many - few) < 2_000


@pytest.mark.parametrize("clean", list(DAMAGE), indirect=True)
def test_what_a_customer_takes(clean: Any) -> None:
    """A word a customer, of two bytes in large pools; registrations and revenue more only where asked for."""
    orders, values = Figures(clean.subject).orders, Figures(clean.subject).values
    pool = clean.subject.scenario.customers.pool
    taken = orders.by_customer.nbytes + orders.first_order.nbytes + values.by_customer.nbytes
    assert taken // (pool + 1) == {"vantage": 8, "storefront": 32}[clean.subject.scenario.name]
    assert CustomerOrders(1_000_000, 3).nbytes == 2_000_002


@settings(deadline=None)  # a busy machine is no fault
@given(
    pool=st.sampled_from([9, 70_000]),
    shops=st.sampled_from([1, 3, 200, 300]),  # which leave 15, 14 and 8 bits of a short word for counts
    batches=st.lists(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 9_000)), max_size=5), max_size=6),
    cut=st.integers(0, 6),
)
def test_orders_by_customer_are_counted(pool: int, shops: int, batches: list[Any], cut: int) -> None:
    """However keen the customers, however the orders are cut: counts and shops are those of a plain count."""
    tallies = CustomerOrders(pool, shops), CustomerOrders(pool, shops)
    counts, homes = np.zeros(pool + 1, np.int64), {}
    for k, batch in enumerate(batches):
        who = np.repeat(*np.array([(pool - w, n) for w, n in batch], np.int64).reshape(-1, 2).T)
        shop = who % shops
        assert not len(tallies[k >= cut].add(who, shop))
        np.add.at(counts, who, 1)
        homes |= dict(zip(who.tolist(), shop.tolist(), strict=True))
    assert not len(tallies[0].merge(tallies[1]))
    assert np.array_equal(tallies[0].counts, counts)
    times = np.unique(counts[1:], return_counts=True)
    assert [x.tolist() for x in tallies[0].spread] == [x.tolist() for x in times]
    assert tallies[0].keenest == (int(np.argmax(counts)), int(counts.max()))
    by_shop = np.bincount(list(homes.values()), minlength=shops) if homes else np.zeros(shops)
    assert tallies[0].by_shop.tolist() == by_shop.tolist()
    assert dict(enumerate(tallies[0].home.tolist())) == {k: homes.get(k, -1) for k in range(pool + 1)}


@pytest.mark.parametrize("pool", [9, 70_000])
def test_a_second_shop_is_noticed(pool: int) -> None:
    """An order away from a customer's first shop is told, in the same batch, a later one and another's."""
    tally, other = CustomerOrders(pool, 3), CustomerOrders(pool, 3)
    two, away = np.array([7, 8]), np.array([1, 2])
    assert tally.add(np.array([7, 7, 8]), np.array([1, 1, -1])).tolist() == []
    assert tally.add(two, away).tolist() == []
    assert tally.add(two, np.array([1, 0])).tolist() == [1]
    assert len(tally.add(np.array([9, 9]), away)) == 1
    other.add(two, np.array([1, 0]))
    assert tally.merge(other).tolist() == [8]
    assert tally.home.tolist()[7:9] == [1, 2]
