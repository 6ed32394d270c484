"""Tables of one's own: joined down, several of the same rows, words of one's own; and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import footfall
from footfall.core.errors import ScenarioError
from footfall.core.vocabulary import leaf_of
from footfall.scenario.load import load
from footfall.sinks.database import database_at, opened
from footfall.workflow.changes import changes_of
from footfall.workflow.days import load_day
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from own_shop import ORDER_WIDE, WIDE, finding, hash_of, hashes, looked_up, made
from sample import findings_of, put
from test_days import applied

SETTLING = dt.date(2024, 3, 7)
"""Day on which one order of the small shop is settled, and nothing else happens."""


@pytest.fixture(scope="module")
def wide() -> footfall.Dataset:
    return made(*WIDE)


def test_a_joined_column_is_its_parents(wide: footfall.Dataset) -> None:
    """Row for row, a column joined by a path is what the table at its end shows for the key."""
    rows = wide.tables["order_wide"]
    joins = [
        (
            "order_id",
            "orders",
            "order_id",
            {"ordered_on": "order_date", "status": "status", "paid": "total_amount"},
        ),
        ("sku", "products", "product_id", {"product_name": "name", "category": "category"}),
        (
            "buyer",
            "customers",
            "customer_id",
            {"email": "email", "city": "city", "registered": "registration_date"},
        ),
    ]
    for key, parent, its_key, columns in joins:
        for mine, theirs in columns.items():
            assert rows[mine].to_pylist() == looked_up(rows[key], wide.tables[parent], its_key, theirs), mine
    reviews = wide.tables["review_wide"]
    assert reviews["city"].to_pylist() == looked_up(
        reviews["reviewer"], wide.tables["customers"], "customer_id", "city"
    )
    assert finding(wide.findings, "tables.agree").verdict == "pass"


def test_rows_do_not_depend_on_parts_or_workers(wide: footfall.Dataset) -> None:
    """Joined tables have the same hash however the orders are cut and whoever makes them."""
    assert hashes(made(*WIDE, orders_a_part=37)) == hashes(wide)
    assert hashes(made(*WIDE, workers=2)) == hashes(wide)
    alone = made(*WIDE, tables=["order_wide"])
    assert hashes(alone)["order_wide"] == hashes(wide)["order_wide"]


def test_parts_join_to_the_whole(wide: footfall.Dataset) -> None:
    """Parts by --part and --parts hold the joined rows of the whole."""
    parts = [made(*WIDE, part=k, parts=3).tables["order_wide"] for k in (1, 2, 3)]
    assert pa.concat_tables(parts).combine_chunks() == wide.tables["order_wide"].combine_chunks()


def test_a_joined_status_changes_with_its_order() -> None:
    """state(d) = state(d - 1) + changes(d) for joined tables, though only a parent's fact has changed."""
    day = SETTLING
    request = Request("storefront", scale=0.02, overrides=WIDE)
    before, after = (made(*WIDE, as_of=d) for d in (day - dt.timedelta(1), day))
    changes = changes_of(request, day)
    joined = applied(before.tables, changes)
    for name, table in joined.items():
        assert sorted(map(str, table.to_pylist())) == sorted(map(str, after.tables[name].to_pylist())), name
    assert len(changes["order_items"].changed) == 0
    assert (len(changes["orders"].changed), changes["order_wide"].columns) == (1, ["status"])


def test_days_are_loaded_into_a_database(tmp_path: Path) -> None:
    """A day brings joined columns forward in a database that declares keys and references; it verifies."""
    place = f"duckdb:{tmp_path / 'shop.db'}"
    request = Request("storefront", scale=0.02, overrides=WIDE)
    load_into(replace(request, as_of=SETTLING - dt.timedelta(1)), database_at(place))
    loaded = load_day(request, database_at(place), SETTLING)
    assert loaded.updated["order_wide"] > 0
    assert [f for f in verify(place) if f.verdict == "fail"] == []
    state = made(*WIDE, as_of=SETTLING)
    with opened(place, "raw") as source:
        assert {n: r.content_hash for n, r in source.manifest.tables.items()} == hashes(state)


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        (
            "order_wide",
            "city",
            "Nowhere",
            "order_wide.city and customers.city differ: line_id 1 shows Nowhere",
        ),
        (
            "order_wide",
            "product_name",
            "Thing",
            "order_wide.product_name and products.name differ: line_id 1",
        ),
        ("order_wide", "status", "Lost", "order_wide.status and orders.status differ"),
        ("review_wide", "product", "Thing", ""),
        ("slim", "price", 1, "slim.price and order_items.unit_price differ"),
        ("places", "place", "Nowhere", ""),
        ("orders", "status", "Lost", "places.status and orders.status differ"),
    ],
)
def test_what_disagrees_is_found(
    wide: footfall.Dataset, table: str, column: str, value: object, says: str
) -> None:
    """One changed value in a joined column, a twin, or a parent fails `tables.agree`, if its key is shown."""
    damaged = put(dict(wide.tables), table, column, 0, value)
    found = findings_of(wide.subject, damaged)["tables.agree"]
    assert (found.verdict == "fail") == bool(says)
    assert says in found.detail


def test_values_are_compared_behind_their_forms() -> None:
    """A twin that shows keys as UUIDs and codes, and money as cents, agrees; a cent more doesn't."""
    columns = "{line: {field: id, as: uuid}, sku: {field: product, as: P-0000}, name: product.name, price: "
    coded = made(f"tables.coded={{rows: line, columns: {columns}{{field: list_price, as: cents}}}}}}")
    assert finding(coded.findings, "tables.agree").target == "3 pairs of columns agree"
    damaged = put(dict(coded.tables), "coded", "price", 0, 1)
    assert findings_of(coded.subject, damaged)["tables.agree"].verdict == "fail"
    damaged = put(dict(coded.tables), "coded", "name", 0, "Thing")
    assert "coded.name and products.name differ" in findings_of(coded.subject, damaged)["tables.agree"].detail


def test_the_contract_reads_an_entity_by_its_fullest_table(wide: footfall.Dataset) -> None:
    """Of several tables of lines, checks read the one that shows most; a wide one alone will do."""
    assert finding(wide.findings, "lines.total").verdict == "pass"
    alone = made(ORDER_WIDE, tables=["order_wide", "products"])
    for check in ("lines.quantity", "lines.rows", "lines.ids"):
        assert finding(alone.findings, check).verdict == "pass"


def test_columns_are_renamed_reordered_and_left_out(tmp_path: Path) -> None:
    """A table is what `columns` says, in its order, with words of one's own wherever they are told."""
    changes = ("tables.products={rows: product, columns: {title: {field: name, text: What it is.}, nr: id}}",)
    request = Request("storefront", scale=0.02, overrides=changes)
    generate_into(request, tmp_path / "data", format="parquet")
    assert [f for f in verify(tmp_path / "data") if f.verdict == "fail"] == []
    schema = pq.read_schema(tmp_path / "data" / "products.parquet")
    assert schema.names == ["title", "nr"]
    assert schema.field("title").metadata[b"description"] == b"What it is."
    manifest = json.loads((tmp_path / "data/_footfall/manifest.json").read_text())
    assert manifest["scenario"]["tables"]["products"]["columns"] == {
        "title": {"field": "name", "text": "What it is."},
        "nr": "id",
    }


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("{rows: lines, columns: {a: id}}", "rows of 'lines' are not known (did you mean 'line'?)"),
        ("{rows: line, columns: {a: order.tme}}", "rows of 'order' do not have (did you mean 'time'?)"),
        ("{rows: line, columns: {a: ordr.time}}", "by 'ordr' (did you mean 'order'?)"),
        (
            "{rows: line, columns: {a: quantity.time}}",
            "they refer by order (to the order) and product (to the",
        ),
        ("{rows: product, columns: {a: order.time}}", "they refer by nothing"),
        ("{rows: line, columns: {a: order.}}", "rows of 'order' do not have"),
        ("{rows: line, columns: {a: {field: id, txt: x}}}", "allowed in tables.t.columns.a: field, as, sql"),
        ("{rows: line, columns: {a: 3}}", "tables.t.columns.a: must be a map of keys and values"),
        ("{rows: line, columns: {}}", "tables.t.columns: must hold at least 1"),
    ],
)
def test_a_wrong_path_is_refused_with_its_place(table: str, says: str, tmp_path: Path) -> None:
    """A table that can't be made is refused when the scenario is loaded: line, column, nearest name."""
    with pytest.raises(ScenarioError) as refused:
        load("storefront", [f"tables.t={table}"])
    assert says in str(refused.value)
    shop = tmp_path / "mine.yml"
    shop.write_text(
        Path(footfall.__file__).with_name("scenario").joinpath("library/storefront.yml").read_text()
    )
    with shop.open("a") as file:
        file.write(f"  t: {table}\n")
    line = len(shop.read_text().splitlines())
    with pytest.raises(ScenarioError, match=rf"mine.yml:{line}:\d+: ") as refused:
        load(str(shop))
    assert says in str(refused.value)


def test_a_joined_address_needs_locales() -> None:
    """Who asks for a joined address of customers that live nowhere is told what to set."""
    change = "tables.t={rows: order, columns: {id: id, city: customer.city}}"
    with pytest.raises(ScenarioError, match=r"table 't' shows addresses, and customers\.locales"):
        footfall.generate("vantage", overrides=["customers.locales={}", change], tables=["t"])


def test_hashes_are_of_what_lies_there(wide: footfall.Dataset) -> None:
    """The recorded hash of a joined table is that of its rows; paths lead where the vocabulary says."""
    assert hash_of(wide, "order_wide") == hashes(wide)["order_wide"]
    assert leaf_of("review", "customer.shop") == ("customer", "shop")


def test_a_key_in_another_form_is_not_referred_to(tmp_path: Path) -> None:
    """A column refers to the key whose values it shows: not to a UUID by the shop's code."""
    own = tmp_path / "own.yml"
    own.write_text(
        "version: 1\nextends: jaffle\ntables:\n  wide:\n    rows: line\n    columns:\n"
        "      id: {field: id, as: uuid}\n      store: order.shop\n"
        "      store_id: {field: order.shop, as: uuid}\n"
    )
    shown = {column.name: column.references for column in load(str(own)).publishing()["wide"].columns}
    assert shown == {"id": None, "store": None, "store_id": ("raw_stores", "id")}
    load_into(Request(str(own), 42, 0.02), database_at(f"duckdb:{tmp_path / 'cafes.db'}"))
