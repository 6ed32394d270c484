"""`footfall dbt`: projects build, agree with what was published, and notice what is broken."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

import footfall
from changing import CHANGING
from dbt_breaks import BREAKS, NOTICED
from dbt_figures import PAIRS, cents, published
from dbt_projects import dbt, inside, rows
from footfall import Dataset
from footfall.dbt.project import write_project
from footfall.plan import parts
from footfall.scenario.load import load
from footfall.scenario.sources import text_of
from footfall.sinks.database import database_at
from footfall.workflow.days import load_day
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.request import Request
from postgres import Server
from shipped import SHIPPED, publishing

pytestmark = pytest.mark.slow
WELL = {"success", "pass", "no-op"}
SCALE = {  # all have the 3,000 orders from which on the targets bind
    "vantage": 0.1, "storefront": 1.0, "jaffle": 0.16, "grocer": 0.11, "marketplace": 0.16, "fashion": 0.16,
}  # fmt: skip


@pytest.fixture(scope="module", params=SHIPPED)
def made(request: pytest.FixtureRequest) -> tuple[str, Dataset]:
    """A scenario's tables in memory, with all that it can publish."""
    name = request.param
    return name, footfall.generate(name, scale=SCALE[name], tables=list(load(name).tables))


def marts_of(name: str, shop: Path) -> list[list[tuple[Any, ...]]]:
    return [rows(shop, mart) for mart, _ in PAIRS[name]]


Ask = Callable[[str], list[tuple[Any, ...]]]


def everything_in(ask: Ask) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of all facts, dimensions and marts, by table, in an order of their own."""
    tables = ask(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('analytics_core', 'analytics_marts')"
    )
    return {table: sorted(ask(f"select * from {table}"), key=repr) for (table,) in tables}


HISTORIES = {
    "products_history": "select dbt_scd_id, dbt_valid_to is null, product_id, list_price, unit_cost",
    "customers_history": "select dbt_scd_id, dbt_valid_to is null, customer_id, address, city, state, "
    "postcode",
}
TRUTHS = {
    "products_history": "select product_id, price, cost, valid_from, valid_to from raw.product_prices",
    "customers_history": "select customer_id, address, city, state, zip, valid_from, valid_to "
    "from raw.customer_addresses",
}


class Seen:
    """Versions that a snapshot has held after each run, and the days on which they came and went."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._days: dict[str, list[Any]] = {}

    def look(self, ask: Ask, day: dt.date) -> None:
        for key, is_current, *values in ask(f"{HISTORIES[self._name]} from analytics_snapshots.{self._name}"):
            found = self._days.setdefault(key, [*values, day, dt.date.max])
            if not is_current and found[-1] == dt.date.max:
                found[-1] = day - dt.timedelta(1)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return sorted((tuple(found) for found in self._days.values()), key=repr)


def told(name: str, ask: Ask, begin: dt.date) -> list[tuple[Any, ...]]:
    """Versions that held on a day or later, by the table that tells what was valid when."""
    every = ask(TRUTHS[name])
    return sorted(((*v, max(since, begin), to) for *v, since, to in every if to >= begin), key=repr)


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, Ask]:
    """Address of a database to load to, and what asks it and the warehouse that dbt builds on it."""
    if request.param == "duckdb":
        file = tmp_path / "shop.db"

        def ask(sql: str) -> list[tuple[Any, ...]]:
            if " raw." not in sql:
                return rows(tmp_path / "shop", sql)
            with duckdb.connect(str(file), read_only=True) as connection:
                return connection.execute(sql).fetchall()

        return f"duckdb:{file}", ask
    for variable in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(variable, raising=False)  # the address says it all
    server, name = request.getfixturevalue("server"), request.getfixturevalue("shop_on_server")
    return server.address(name), lambda sql: server.run(sql, name)


def test_ten_days(warehouse: tuple[str, Ask], tmp_path: Path) -> None:
    """Built on ten days that arrive one by one, marts end at what a full build says, on both warehouses.

    Prices change and customers move meanwhile: snapshots hold just the versions that the tables of what was
    valid when tell, from and to the same days.
    """
    address, ask = warehouse
    database, begin = database_at(address), dt.date(2024, 11, 20)
    request = Request("storefront", overrides=("arrival.late_lines.share=0.3", *CHANGING["storefront"]))
    load_into(dataclasses.replace(request, as_of=begin), database)
    shop = tmp_path / "shop"
    write_project("storefront", shop, data=address)
    only = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert dbt(shop, *only).succeeded
    seen = {name: Seen(name) for name in HISTORIES}
    for name in HISTORIES:
        seen[name].look(ask, begin)
    begun = everything_in(ask)
    for k in range(1, 11):
        day = begin + dt.timedelta(k)
        load_day(request, database, day)
        built = dbt(shop, *(only if k < 10 else ("build",)))
        assert set(built.statuses.values()) <= WELL
        for name in HISTORIES:
            seen[name].look(ask, day)
    arrived = everything_in(ask)
    assert arrived["analytics_core.fct_order_lines"] != begun["analytics_core.fct_order_lines"]
    assert dbt(shop, "run", "--full-refresh").succeeded
    assert arrived == everything_in(ask)
    for name, found in seen.items():
        assert found.rows == told(name, ask, begin)
        assert sum(to < dt.date.max for *_, to in found.rows) > 5


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "storefront"])
def test_ten_days_of_every_other_shop(name: str, tmp_path: Path) -> None:
    """What ten days bring, read in two goes by an incremental run, ends at what a full build says.

    On DuckDB alone, for time's sake; both warehouses are seen in the one above.
    """
    database, begin = database_at(f"duckdb:{tmp_path / 'shop.db'}"), load(name).last_day - dt.timedelta(40)
    request, shop = Request(name, scale=SCALE[name] / 2), tmp_path / "shop"
    load_into(dataclasses.replace(request, as_of=begin), database)
    write_project(name, shop, data=f"duckdb:{tmp_path / 'shop.db'}")
    assert dbt(shop, "run").succeeded
    begun = everything_in(lambda sql: rows(shop, sql))
    for k in range(1, 11):
        load_day(request, database, begin + dt.timedelta(k))
        if k in (4, 10):
            assert dbt(shop, "run").succeeded
    arrived = everything_in(lambda sql: rows(shop, sql))
    assert arrived["analytics_core.fct_order_lines"] != begun["analytics_core.fct_order_lines"]
    assert dbt(shop, "run", "--full-refresh").succeeded
    assert arrived == everything_in(lambda sql: rows(shop, sql))


def test_csv_on_duckdb(made: tuple[str, Dataset], tmp_path: Path) -> None:
    """A first build, as of an earlier day, is green; a later one, on all the rows, says what they say.

    Each column is described, and MetricFlow finds the metrics well.
    """
    name, data = made
    shop, known = tmp_path / "shop", published(name, data.tables)
    data.write(tmp_path / "data")
    write_project(name, shop, data=str(tmp_path / "data"))
    day, tables = data.subject.last - dt.timedelta(47), list(data.tables)
    earlier = footfall.generate(name, scale=SCALE[name], tables=tables, as_of=day)
    earlier.write(tmp_path / "earlier")
    whole = {table: (tmp_path / "data" / f"{table}.csv").read_bytes() for table in tables}
    for table in tables:
        shutil.copy(tmp_path / "earlier" / f"{table}.csv", tmp_path / "data")
    first = dbt(shop, "build")
    assert set(first.statuses.values()) <= WELL
    assert first.warnings == []
    assert marts_of(name, shop) != known

    for table, content in whole.items():
        (tmp_path / "data" / f"{table}.csv").write_bytes(content)
    later = dbt(shop, "build")
    assert set(later.statuses.values()) <= WELL
    assert marts_of(name, shop) == known
    products = publishing(name, "product")
    before, now = ({tuple(r.values()) for r in d.tables[products].to_pylist()} for d in (earlier, data))
    kept = "select count(*) from analytics_snapshots.products_history"
    assert rows(shop, kept) == [
        (len(before | now),)
    ]  # a row more where something became known, such as an end

    assert dbt(shop, "docs", "generate").succeeded
    described_columns_are_those_built(shop)
    with inside(shop):
        metrics = [Path(sys.executable).parent / "mf", "validate-configs"]
        checked = subprocess.run(metrics, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def described_columns_are_those_built(shop: Path) -> None:
    catalog = json.loads((shop / "target" / "catalog.json").read_text())
    manifest = json.loads((shop / "target" / "manifest.json").read_text())
    models = {key: node for key, node in manifest["nodes"].items() if key.startswith("model.")}
    assert models
    for key, node in models.items():
        built = {name.lower() for name in catalog["nodes"][key]["columns"]}
        assert {c for c, said in node["columns"].items() if said["description"]} == built, key
        assert node["description"], key


def test_part_files_and_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables in part files are read whole."""
    monkeypatch.setattr(parts, "LARGE", 300)
    monkeypatch.setattr(parts, "ORDERS_A_FILE", 100)
    outcome = generate_into(Request("storefront", 42, 0.2), tmp_path / "data", format="parquet")
    assert len(outcome.manifest.tables["orders"].files) > 1
    write_project("storefront", tmp_path / "shop", data=str(tmp_path / "data"))
    built = dbt(tmp_path / "shop", "build")
    assert set(built.statuses.values()) <= WELL
    count = "select count(*) from analytics_core."
    found = [
        rows(tmp_path / "shop", count + fact) for fact in ("fct_orders", "fct_order_lines", "fct_reviews")
    ]
    assert found == [[(outcome.manifest.tables[t].rows,)] for t in ("orders", "order_items", "reviews")]


def test_loaded_into_duckdb(tmp_path: Path) -> None:
    """Tables in a DuckDB file are read where they lie, and not written to."""
    file = tmp_path / "shop.db"
    outcome = load_into(Request("vantage", 42, 0.02), database_at(f"duckdb:{file}"), schema="landed")
    before = file.read_bytes()
    write_project("vantage", tmp_path / "shop", data=f"duckdb:{file}", schema="landed")
    built = dbt(tmp_path / "shop", "build")
    assert set(built.statuses.values()) <= WELL
    assert rows(tmp_path / "shop", "select count(*) from analytics_core.fct_order_lines") == [
        (outcome.manifest.tables["raw_line_items"].rows,)
    ]
    assert file.read_bytes() == before


def test_loaded_into_postgres(
    made: tuple[str, Dataset],
    server: Server,
    shop_on_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same project is green on PostgreSQL, says what the tables say, and twice is once."""
    name, data = made
    for variable in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(variable, raising=False)  # the address says it all
    address = server.address(shop_on_server)
    load_into(Request(name, 42, SCALE[name], tables=tuple(data.tables)), database_at(address))
    write_project(name, tmp_path / "shop", data=address)
    for _ in range(2):
        built = dbt(tmp_path / "shop", "build")
        assert set(built.statuses.values()) <= WELL
        assert built.warnings == []
        assert [server.run(mart, shop_on_server) for mart, _ in PAIRS[name]] == published(name, data.tables)


@pytest.mark.parametrize("name", SHIPPED)
def test_broken_rows_are_noticed(name: str, tmp_path: Path) -> None:
    """Each broken rule fails the test that stands for it, and no other test fails."""
    outcome = generate_into(Request(name, 42, SCALE[name]), tmp_path / "data")
    with duckdb.connect() as connection:
        for table in outcome.manifest.tables:
            connection.execute(f"create table {table} as from '{tmp_path}/data/{table}.csv'")
        for statement in BREAKS[name]:
            assert connection.execute(statement).fetchone() != (0,), statement
        for table in outcome.manifest.tables:
            connection.execute(f"copy {table} to '{tmp_path}/data/{table}.csv' (header)")
    write_project(name, tmp_path / "shop", data=str(tmp_path / "data"))
    assert dbt(tmp_path / "shop", "run").succeeded
    assert dbt(tmp_path / "shop", "test").failed == NOTICED[name]


OWN: dict[str, tuple[str, dict[str, tuple[str, dict[str, str]]]]] = {
    # Words of SQL for names, no product name, no shop of an order, no discount, no line number.
    "lean": (
        "vantage",
        {
            "select": ("product", {"user": "id", "group": "category", "from": "cost"}),
            "order": ("order", {"end": "id", "when": "time", "buyer": "customer"}),
            "table": (
                "line",
                {"order": "order", "user": "product", "limit": "quantity", "offset": "unit_price"},
            ),
            "spend": ("marketing_day", {"date": "date", "shop": "shop", "sum": "spend"}),
        },
    ),
    # No customers, no totals, no numbers of lines or reviews; `off` is a truth value to YAML.
    "renamed": (
        "storefront",
        {
            "products": ("product", {"id": "id", "title": "name", "kind": "category"}),
            "orders": ("order", {"id": "id", "at": "time", "customer": "customer", "state": "status"}),
            "items": (
                "line",
                {"order": "order", "place": "number", "product": "product", "quantity": "quantity",
                 "list": "list_price", "off": "discount"},
            ),
            "opinions": ("review", {"product": "product", "customer": "customer", "stars": "rating"}),
        },
    ),
    "totals_only": ("storefront", {"orders": ("order", {"id": "id", "day": "date", "total": "total"})}),
    "no_orders": (
        "vantage",
        {
            "plans": ("budget_month", {"m": "month", "s": "shop", "r": "revenue"}),
            "people": ("customer", {"c": "id", "s": "shop"}),
            "goods": ("product", {"label": "name", "price": "price"}),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_own_scenario(name: str, tmp_path: Path) -> None:
    """What a scenario of one's own doesn't publish is left out, and what it calls otherwise is found."""
    base, tables = OWN[name]
    scenario = YAML().load(text_of(base))
    scenario["name"] = name
    scenario["tables"] = {table: {"rows": rows_, "columns": c} for table, (rows_, c) in tables.items()}
    with (tmp_path / "own.yml").open("w", encoding="utf-8") as file:
        YAML().dump(scenario, file)
    generate_into(Request(str(tmp_path / "own.yml"), 42, 0.1), tmp_path / "data")
    write_project(str(tmp_path / "own.yml"), tmp_path / "shop", data=str(tmp_path / "data"))
    built = dbt(tmp_path / "shop", "build")
    assert set(built.statuses.values()) <= WELL
    assert built.warnings == []
    if name == "lean":
        paid = cents('sum("limit" * "offset")')
        raw = duckdb.sql(f"select {paid} from '{tmp_path}/data/table.csv'").fetchall()
        mart = f"select {cents('sum(revenue)')} from analytics_marts.daily_sales_by_shop"
        assert rows(tmp_path / "shop", mart) == raw
