"""Columns made by SQL: what they come to, wherever they are made; and what an expression may not say."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import uuid
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import footfall
from footfall.cli.main import run
from footfall.core.errors import ScenarioError
from footfall.core.vocabulary import Kind
from footfall.scenario.load import load
from footfall.scenario.sql import functions
from footfall.scenario.sql.duckdb import SqlStoppedError, in_memory, limited, locked
from footfall.workflow.changes import changes_of
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from own_shop import COLUMNS, ORDER_WIDE, hashes, made
from test_days import applied


def with_column(sql: str, kind: str = "number") -> str:
    """Change that adds a column to the lines of `storefront`."""
    return f"tables.order_items.columns.mine={{sql: {in_yaml(sql)}, kind: {kind}, text: Mine.}}"


def in_yaml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@pytest.fixture(scope="module")
def shop() -> footfall.Dataset:
    return made(*COLUMNS)


def test_a_column_is_its_expression(shop: footfall.Dataset) -> None:
    """Each kind of column holds what Python computes from the row, rounded half up to the kind."""
    for row in shop.tables["order_items"].to_pylist():
        exact = row["quantity"] * row["unit_price"] * (1 - row["discount"])
        assert row["net"] == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert row["uid"] == str(uuid.UUID(hashlib.md5(f"line{row['order_item_id']}".encode()).hexdigest()))
        assert row["is_dear"] == (row["net"] > 100)
    for row in shop.tables["orders"].to_pylist():
        assert row["month"] == f"{row['order_date']:%Y-%m}"
        assert row["due"] == dt.datetime.combine(row["order_date"], dt.time()) + dt.timedelta(hours=36)
        assert row["size"] == ("big" if row["total_amount"] > 100 else "small")
    for row in shop.tables["products"].to_pylist():
        assert row["third"] == pytest.approx(float(row["price"]) / 3, abs=5e-7)
        assert row["third"] == round(row["third"], 6)
        assert row["sells_from"] == row["created_date"] + dt.timedelta(1)
    for row in shop.tables["reviews"].to_pylist():
        assert row["stars"] == Decimal(row["rating"]) / 5
    assert all(r["bonus"] == len(r["last_name"]) % 7 for r in shop.tables["customers"].to_pylist())


def test_it_is_the_same_wherever_it_is_made(shop: footfall.Dataset) -> None:
    """However the orders are cut and whoever makes them, the rows have the same hash."""
    assert hashes(made(*COLUMNS, orders_a_part=37)) == hashes(shop)
    assert hashes(made(*COLUMNS, workers=2)) == hashes(shop)


@pytest.mark.parametrize("format_", ["csv", "parquet", "duckdb"])
def test_it_is_read_back_from_every_format(shop: footfall.Dataset, format_: str, tmp_path: Path) -> None:
    """What is written verifies, and has the hash of what is in memory."""
    request = Request("storefront", scale=0.02, overrides=COLUMNS)
    outcome = generate_into(request, tmp_path / "data", format=format_)
    assert {n: r.content_hash for n, r in outcome.manifest.tables.items()} == hashes(shop)
    assert [f for f in verify(tmp_path / "data") if f.verdict == "fail"] == []


def test_it_changes_with_what_it_is_made_from() -> None:
    """state(d) = state(d - 1) + changes(d), where an expression reads a joined status that changes."""
    column = "tables.order_wide.columns.state={sql: \"upper(status) || '!'\", kind: text, text: State.}"
    changes_made = (ORDER_WIDE, column)
    day = dt.date(2024, 3, 7)
    before, after = (made(*changes_made, as_of=d) for d in (day - dt.timedelta(1), day))
    changes = changes_of(Request("storefront", scale=0.02, overrides=changes_made), day)
    assert changes["order_wide"].columns == ["status", "state"]
    joined = applied(before.tables, changes)["order_wide"].to_pylist()
    assert sorted(map(str, joined)) == sorted(map(str, after.tables["order_wide"].to_pylist()))


@pytest.mark.parametrize(
    ("sql", "kind", "says"),
    [
        ("nullif(quantity, 2)", "integer", "gives no value (NULL) in the row of order_item_id "),
        ("sqrt(discount - 1)", "number", "gives no finite number in the row of order_item_id 1"),
        ("1e300 * 1e300 * quantity", "number", ""),
        ("unit_price * 100000000000", "money", "order_items', column 'mine': "),
        ("'a,' || quantity", "code", "gives no code; declare it as kind: text in the row of order_item_id 1"),
        ("'2025-13'", "month", "gives no month, such as 2025-01 in the row of order_item_id 1"),
        ("'a' || chr(0)", "text", "gives text with a zero byte"),
        ("''", "code", "gives no code"),
        ("'x' || quantity", "integer", "Could not convert string 'x1' to INT64"),
        ("quantity * 4", "fraction", ""),
    ],
)
def test_a_row_without_a_value_is_named(sql: str, kind: str, says: str) -> None:
    """A row for which an expression gives no value of its kind stops the run with table, column and key."""
    with pytest.raises(ScenarioError) as refused:
        made(with_column(sql, kind))
    assert "table 'order_items', column 'mine'" in str(refused.value)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


HOSTILE = [
    # files, network, extensions
    "read_text('/etc/passwd')", "read_blob('/etc/passwd')", "(select content from read_text('/etc/passwd'))",
    "(select count(*) from '/etc/passwd')", "(select count(*) from 'https://example.org/x.csv')",
    "(select count(*) from read_csv('x.csv'))", "(select count(*) from glob('/*'))",
    "1; copy order_items to '/tmp/stolen.csv'", "1; attach '/tmp/x.db' as x", "1; install httpfs",
    "1; load httpfs",
    # settings and secrets
    "getenv('HOME')", "current_setting('memory_limit')", "1; set threads = 8", "1; pragma database_list",
    "(select value from duckdb_settings() limit 1)", "(select count(*) from duckdb_secrets())",
    "current_user", "session_user", "current_database()", "current_schema()", "version()", "getvariable('x')",
    "pg_sleep(10)", "sleep_ms(10000)", "write_log('x')", "in_search_path('a', 'b')",
    # other statements, other clauses
    "1; drop table these", "1; select 2", "quantity from order_items", "quantity where quantity > 1",
    "1 limit 1",
    "1) from (select 1", "quantity as q", "quantity, discount", "distinct quantity", "*", "columns('q.*')",
    "1 union select 2", "1 order by 1", "1 qualify true", "1 group by all", "with a as (select 1) select 1",
    # other rows and tables
    "(select 1)", "(select max(price) from products)", "exists (select 1)", "quantity in (select 1)",
    "sum(quantity)", "count(*)", "max(quantity)", "row_number() over ()", "sum(quantity) over ()",
    "first(quantity)",
    "orders.status", "these.quantity", "main.order_items.quantity", "rowid", "status", "price",
    # another value whenever it is asked
    "random()", "uuid()", "gen_random_uuid()", "now()", "today()", "current_date", "current_timestamp",
    "localtimestamp", "get_current_timestamp()", "nextval('s')", "txid_current()",
    "age(timestamp '2020-01-01')",
    "setseed(0.5)", "current_query()",
    # Python's variables, parameters, lambdas, macros, types
    "HOSTILE", "$1", "?", "#1", "list_transform([1], x -> x)", "[1, 2, 3]", "{'a': 1}", "map {'a': 1}",
    "quantity::json", "main.lower('a')", "pg_catalog.lower('a')", "system.main.lower('a')",
    "quantity collate nocase",
    "lower(distinct 'a')", "error('x')", "query('select 1')", "json_serialize_sql('select 1')", "mine",
    "unit_prize",
    # bombs
    "repeat('x', 1000000000000)", "lpad('x', 1000000000, 'x')", "lpad('x', quantity * 1000000000, 'x')",
    "len(range(1000000000000))", "len(generate_series(1, 1000000000000))", "format('{:>1000000000}', 1)",
    "printf('%1000000000d', 1)", "factorial(100000)", "list_resize([1], 1000000000000)",
    f"{'replace(' * 6}'a'{', chr(97), repeat(chr(97), 1000))' * 6}", "(" * 3000 + "1" + ")" * 3000,
    "-" * 2000 + "1", "not " * 3000 + "true", "'x' || " * 2000 + "'x'",
    *(f"{'-(' * deep}quantity{')' * deep}" for deep in (250, 300, 350, 400)),
    "repeat(repeat(md5(''), 1000), 1000)", "repeat(repeat(pi()::text, 1000), 1000)",
    "repeat(repeat(quantity::text, 1000), 1000)",
    "levenshtein(repeat(repeat('a', 499), 1000), repeat(repeat('b', 499), 1000))",
    "length(regexp_replace(repeat(repeat('a', 50), 1000), 'a*b|a', 'x', 'g'))",
    # nothing
    "", "  ", "--", "/* quantity */", "quantity +", "'", '"',
]  # fmt: skip


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_hostile_expression_is_refused_when_it_is_loaded(sql: str) -> None:
    """Whatever isn't an expression over the table's own columns is refused in a line before it runs."""
    with pytest.raises(ScenarioError) as refused:
        load("storefront", [with_column(sql, "text")])
    said = str(refused.value)
    assert "column 'mine'" in said
    assert "\n" not in said


def test_a_refused_expression_has_a_place_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file, the line and column of the expression are told, and the nearest name; nothing is written."""
    file = tmp_path / "mine.yml"
    text = Path(footfall.__file__).with_name("scenario").joinpath("library/storefront.yml").read_text()
    wanted = "{sku: product, dear: {sql: quantitty > 3, kind: boolean, text: Dear.}, quantity: quantity}"
    file.write_text(f"{text}  t:\n    rows: line\n    columns: {wanted}\n")
    line = len(file.read_text().splitlines())
    with pytest.raises(SystemExit) as ended:
        run(["generate", str(file), "-o", str(tmp_path / "data")])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    column = f"    columns: {wanted}".index("quantitty") + 1
    assert f"mine.yml:{line}:{column}" in said.replace("\n", "")
    assert "(did you mean 'quantity'?)" in " ".join(said.split())
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("{sql: quantity}", "says its kind, one of integer, money"),
        ("{sql: quantity, kind: whole, text: x}", "tables.order_items.columns.mine.kind"),
        ("{field: quantity, sql: quantity, kind: integer}", "give either the field"),
        ("{text: x}", "give either the field"),
        ("{field: quantity, kind: integer}", "has the field's kind and unit"),
        ("{sql: later + 1, kind: integer}", "is made after it; put that first"),
    ],
)
def test_a_column_says_one_thing(column: str, says: str) -> None:
    """A column shows a field or is made; one that is made says its kind, and reads what is made above it."""
    later = "tables.order_items.columns.later={sql: quantity, kind: integer}"
    with pytest.raises(ScenarioError) as refused:
        load("storefront", [f"tables.order_items.columns.mine={column}", later])
    assert says in str(refused.value)


def test_functions_allowed_are_consistent_and_by_row() -> None:
    """DuckDB itself calls every function on the list a scalar one whose result its arguments decide."""
    found = in_memory().execute(
        "SELECT lower(function_name), list(DISTINCT function_type), list(DISTINCT stability) "
        "FROM duckdb_functions() WHERE NOT ends_with(function_type, 'table') GROUP BY ALL"
    )
    known = {name: (set(kinds), set(stable)) for name, kinds, stable in found.fetchall()}
    for name in functions.SCALARS - functions.MACROS:
        assert known[name] == ({"scalar"}, {"CONSISTENT"}), name
    for name in functions.MACROS:
        assert known[name][0] == {"macro"}, name
    for name in functions.AGGREGATES:
        assert "aggregate" in known[name][0], name


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '/tmp/footfall-stolen.csv'", "ATTACH '/tmp/footfall-stolen.db' AS x",
        "INSTALL httpfs",
        "LOAD httpfs", "SET threads = 8", "SET enable_external_access = true", "RESET memory_limit",
        "SET lock_configuration = false", "SELECT * FROM HOSTILE", "PRAGMA threads = 8",
        "EXPORT DATABASE '/tmp/x'",
        "SELECT * FROM 'https://example.org/x.parquet'", "CREATE SECRET s (TYPE s3)",
    ],
)  # fmt: skip
def test_the_database_is_locked_besides(statement: str, tmp_path: Path) -> None:
    """Had the reading of the tree missed something, DuckDB would reach nothing and change no setting."""
    for connection in (locked(), locked(tmp_path)):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)


def test_limits_leave_nothing_behind() -> None:
    """What watches the time ends with the step: a thread that outlives it upsets DuckDB at the exit."""
    before = threading.active_count()
    for _ in range(20):
        with limited(in_memory()):
            pass
        assert threading.active_count() == before


def test_what_comes_to_no_end_is_stopped() -> None:
    """A bomb that only rows set off ends after its time, or when its memory is spent, in a clear line."""
    connection = locked()
    connection.execute("CREATE TABLE t AS SELECT range AS i FROM range(100000)")
    with pytest.raises(SqlStoppedError, match=r"no end within 0\.2 s"), limited(connection, 0.2):
        connection.execute("SELECT count(*) FROM t a, t b, t c WHERE a.i * b.i + c.i % 7 = 3").fetchall()
    with pytest.raises(SqlStoppedError, match="needs more than the 1GB of memory"), limited(connection):
        connection.execute(
            "SELECT count(*) FROM (SELECT a.i, b.i j FROM t a, t b ORDER BY j DESC, a.i)"
        ).fetchall()


def test_a_scenario_without_such_columns_imports_no_database(tmp_path: Path) -> None:
    """Who has no SQL in a scenario doesn't pay for DuckDB's start."""
    import subprocess
    import sys

    code = (
        "import sys; from footfall.scenario.load import load; load('vantage'); print('duckdb' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "False"


def test_kinds_have_types() -> None:
    """Every kind of values has a type in DuckDB."""
    from footfall.scenario.sql.duckdb import TYPES

    assert set(TYPES) == set(Kind)


def explained(column: str, *changes: str) -> dict[str, Any]:
    from footfall.workflow.explaining import _told

    table, _, name = column.partition(".")
    return _told(load("storefront", changes), table, name)


def test_explain_follows_an_expression_to_its_streams() -> None:
    """What an expression reads, by way of other made columns too, is what the column depends on."""
    told = explained("order_items.is_dear", *COLUMNS)
    assert told["how"].startswith("Made for each row from columns of the table: (net > 100)")
    assert {"line.quantity", "line.discount"} <= set(told["streams"])
    assert "order_items.quantity" in {source["what"] for source in told["follows_from"]}
