"""A scenario's own checks: run before anything is published, and by verify; and what a query may not say."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from footfall import generate
from footfall.cli.main import run
from footfall.contract import Finding, judge_own
from footfall.core.errors import ContractBroken, ScenarioError
from footfall.scenario.load import load
from footfall.sinks.database import database_at
from footfall.workflow.days import load_day
from footfall.workflow.generate import generate_into
from footfall.workflow.load import load_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from own_shop import CHECKS, NO_NEGATIVE, ORPHANS, TWICE, finding, made
from test_own_columns import in_yaml

REQUEST = Request("storefront", scale=0.02, overrides=CHECKS)
NAMES = ["checks.no_negative", "checks.dear_share", "checks.orphans", "checks.twice"]


def check(sql: str, expect: float = 0, more: str = "") -> str:
    return f"checks.mine={{sql: {in_yaml(sql)}, expect: {expect}{more}}}"


def own(findings: list[Finding]) -> dict[str, str]:
    return {f.check: f.verdict for f in findings if f.check.startswith("checks.")}


@pytest.mark.parametrize("format_", ["csv", "parquet", "duckdb"])
def test_they_run_on_what_was_written(format_: str, tmp_path: Path) -> None:
    """Every format is read back before it is published; the manifest tells, and verify finds the same."""
    outcome = generate_into(REQUEST, tmp_path / "data", format=format_)
    assert own(outcome.findings) == dict.fromkeys(NAMES, "pass")
    told = json.loads((tmp_path / "data/_footfall/manifest.json").read_text())["findings"]
    assert [f for f in told if f["check"] == "checks.no_negative"] == [
        {
            **told[-4],
            "rule": "No line is negative.",
            "kind": "rule",
            "target": "0",
            "observed": "0",
            "tolerance": "none",
        }
    ]
    assert [f for f in verify(tmp_path / "data") if f.check.startswith("checks.")] == outcome.findings[-4:]
    assert [p.name for p in (tmp_path / "data").iterdir() if p.name.startswith(".")] == []


def test_they_run_in_a_database(address: str) -> None:
    """A database is read within its transaction; a failing check leaves it as it was; days are judged."""
    as_of = dt.date(2024, 3, 6)
    load_into(replace(REQUEST, as_of=as_of), database_at(address))
    loaded = load_day(REQUEST, database_at(address), as_of + dt.timedelta(1))
    assert own(loaded.findings) == {**dict.fromkeys(NAMES, "pass"), "checks.twice": "not applicable"}
    assert own(verify(address)) == own(loaded.findings)
    broken = (*CHECKS, check("select count(*) from orders where total_amount < 0", 1))
    with pytest.raises(ContractBroken, match=r"checks\.mine \(0 is 1 away from 1\)"):
        load_into(replace(REQUEST, overrides=broken), database_at(address), overwrite=True)
    assert own(verify(address)) == own(loaded.findings)


def test_a_check_that_fails_publishes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As with any broken contract the exit code is 1, the check is named, and no file is there."""
    wanted = check("select count(*) from orders", 3, ", tolerance: 2, text: Three orders.")
    with pytest.raises(SystemExit) as ended:
        run(["generate", "storefront", "--scale", "0.02", "--set", wanted, "-o", str(tmp_path / "data")])
    assert ended.value.code == 1
    assert "checks.mine" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_verify_runs_them_on_files_that_were_changed(tmp_path: Path) -> None:
    """Verify judges what lies there: an edited file fails the check that reads it."""
    generate_into(REQUEST, tmp_path / "data")
    lines = tmp_path / "data/order_items.csv"
    text = lines.read_text().splitlines()
    cells = text[1].split(",")
    cells[6] = "-" + cells[6]
    lines.write_text("\n".join([text[0], ",".join(cells), *text[2:]]) + "\n")
    found = finding(verify(tmp_path / "data"), "checks.no_negative")
    assert (found.verdict, found.observed, found.detail) == ("fail", "1", "1 is 1 away from 0")


def test_a_check_says_what_it_lacks() -> None:
    """By --tables, in a later part and in a slice, what a check needs may not be there; it says so."""
    few = made(*CHECKS, tables=["order_items", "products"])
    assert finding(few.findings, "checks.orphans").detail == "needs orders, and that was not published"
    part = made(*CHECKS, part=2, parts=3)
    assert own(part.findings) == {
        **dict.fromkeys(NAMES, "pass"),
        "checks.twice": "not applicable",
    }
    assert "needs products" in finding(part.findings, "checks.twice").detail
    slice_ = made(*CHECKS, first=dt.date(2024, 1, 1), last=dt.date(2024, 2, 1))
    assert "binds the whole horizon" in finding(slice_.findings, "checks.twice").detail


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select order_id from orders", "gives several rows; one number is expected"),
        ("select order_id from orders where order_id < 0", "gives no rows; one number is expected"),
        ("select max(order_id) from orders where order_id < 0", "gives no number (NULL)"),
        ("select sum((payment_method || 'x')::int) from orders", "can't be run: Could not convert string"),
    ],
)
def test_a_query_that_gives_no_number_fails(sql: str, says: str) -> None:
    """What a query gives is seen only with rows; where it is no number, the check fails and says why."""
    dataset = generate("storefront", scale=0.02, overrides=[check(sql)])
    found = finding(dataset.findings, "checks.mine")
    assert found.verdict == "fail"
    assert says in found.detail


def test_a_query_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that multiplies rows beyond all bounds ends after its time, as a check that fails."""
    from footfall.scenario.sql import duckdb as locked_down

    monkeypatch.setattr(locked_down, "SECONDS", 0.3)
    bomb = "select count(*) from customers a, customers b, customers c, customers d where a.customer_id * "
    bomb += "b.customer_id + c.customer_id % 7 > d.customer_id"
    dataset = generate("storefront", overrides=[check(bomb)], tables=["customers"])
    found = finding(dataset.findings, "checks.mine")
    assert found.verdict == "fail"
    assert "came to no end" in found.detail


def test_only_columns_that_are_read_are_loaded(tmp_path: Path) -> None:
    """A check reads a table as often as it likes, and leaves nothing behind."""
    dataset = made(*CHECKS)
    asked: list[str] = []

    def batches(spec):
        asked.append(spec.name)
        return dataset.tables[spec.name].to_batches()

    assert all(f.verdict == "pass" for f in judge_own(dataset.subject, batches, tmp_path))
    assert sorted(asked) == ["order_items", "orders", "products"]
    assert list(tmp_path.iterdir()) == []


HOSTILE = [
    # files and network
    "select count(*) from 'f.csv'", "select count(*) from '/etc/passwd'",
    'select count(*) from "/etc/passwd"',
    "select count(*) from 'https://example.org/x.parquet'", "select count(*) from read_csv('x')",
    "select count(*) from read_text('/etc/passwd')", "select count(*) from read_parquet('s3://b/x')",
    "select count(*) from glob('*')", "select count(*) from parquet_metadata('x')",
    "select count(*) from orders where status = (select content from read_text('/etc/passwd'))",
    "copy orders to '/tmp/x'", "export database 'x'", "import database 'x'", "attach 'x' as y", "detach y",
    "install httpfs", "load httpfs", "select count(*) from sniff_csv('x')",
    # settings, catalogs, secrets
    "select count(*) from duckdb_settings()", "select count(*) from duckdb_secrets()",
    "select count(*) from duckdb_tables", "select count(*) from information_schema.tables",
    "select length(max(path)) from duckdb_databases where exists (with duckdb_databases as "
    "(select order_id as path from orders) select path from duckdb_databases)",
    "select count(*) from pg_settings, (with pg_settings as (select 1 from orders) from pg_settings)",
    "with a as (from duckdb_tables), duckdb_tables as (from orders) select count(*) from a",
    "select count(*) from sqlite_master", "select count(*) from pg_catalog.pg_class",
    "select count(*) from pg_tables",
    "select count(*) from pragma_table_info('orders')", "select length(current_setting('temp_directory'))",
    "select length(getenv('HOME'))", "set threads = 4", "reset threads", "pragma database_list",
    "call pragma_version()",
    "use memory", "show tables", "describe orders", "summarize orders", "select length(current_user)",
    "select length(version())", "explain select 1", "explain analyze select count(*) from orders",
    # other statements
    "select 1; select 2", "select count(*) from orders; drop table orders", "create table x as select 1",
    "insert into orders values (1)", "delete from orders", "update orders set order_id = 1",
    "drop table orders",
    "alter table orders rename to x", "prepare x as select 1", "execute x", "begin", "commit", "checkpoint",
    "vacuum", "create macro f() as 1", "create secret s (type s3)", "create type t as enum ('a')",
    "comment on table orders is 'x'",
    # other tables, other values whenever they are asked
    "select count(*) from orderz", "select count(*) from main.orders",
    "select count(*) from memory.main.orders",
    "select count(*) from temp.orders", "select count(*) from footfall_rows", "select count(*) from HOSTILE",
    "select count(*) from query('select 1')", "select count(*) from query_table('orders')", "select 1",
    "values (1)",
    "select count(*) from orders tablesample 10%", "select count(*) from orders using sample 10",
    "select count(*) from orders at (version => 1)", "select random() from orders limit 1",
    "select max(epoch(now())) from orders", "select count(*) from orders where order_date < current_date",
    "select count(*) from orders, (select 1 as current_date) c", "select nextval('s') from orders",
    "select any_value(uuid()) from orders",
    "select approx_quantile(order_id, 0.5) from orders",
    "select max(order_id) from orders where order_id = $1",
    "select max(columns('order.*')) from orders", "from orders select unnest([1, 2])",
    "select list(order_id) from orders",
    # bombs
    "select count(*) from range(1000000000000)", "select count(*) from generate_series(1, 1000000000000)",
    "with recursive c as (select 1 x union all select x + 1 from c) select count(*) from c, orders",
    "select length(repeat('x', 1000000000000)) from orders",
    "select len(range(order_id * 1000000000)) from orders",
    "with a as (select lpad('a', 1000, 'a') x from orders), b as (select replace(x, 'a', x) x from a), "
    "c as (select replace(x, 'a', x) x from b) select max(length(x)) from c",
    "select count(*) from orders where length(repeat(repeat(repeat(status, 1000), 1000), 1000)) > 0",
    "select count(*) from orders group by repeat(repeat(repeat('a', 1000), 1000), 1000)",
    "select count(*) from orders a join orders b on repeat(repeat(repeat('a', 1000), 1000), 1000) > 'a'",
    "with a as (select lpad(status, 1000, 'a') x from orders), b as (select concat(x, x, x, x, x) x from a) "
    "select max(levenshtein(x, x)) from b",
    f"select {'+'.join(['count(*)'] * 200)} from orders",
    "select max(string_agg(status, '')) over () from orders", "select sleep_ms(100000) from orders",
    # no number
    "select status from orders", "select order_id, customer_id from orders",
    "select sum(order_idd) from orders",
    "select count(*) form orders", "pivot orders on status using count(*)", "", "--",
]  # fmt: skip


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_hostile_query_is_refused_when_it_is_loaded(sql: str) -> None:
    """Whatever isn't a query over the published tables that gives one number is refused before it runs."""
    with pytest.raises(ScenarioError) as refused:
        load("storefront", [check(sql)])
    said = str(refused.value)
    assert "mine" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "sql",
    [
        "with late as (select * from orders), orders_ as (select * from late) select count(*) from orders_",
        "with a as (select status from orders) select (with b as (from a) select count(*) from b) from a",
        f"select count(*) from (select {', '.join(f'order_id * {i} c{i}' for i in range(30))} from orders)",
        "select avg(case when status = 'Completed' and order_id > 4 and customer_id < 9 then 1 else 0 end) + "
        "max(length(status || '-' || payment_method)) from orders",
    ],
)
def test_a_plain_query_is_taken(sql: str) -> None:
    """Names of WITH may be read where they are seen, and numbers don't count as long texts."""
    load("storefront", [check(sql)])


def test_a_refused_query_has_a_place(tmp_path: Path) -> None:
    """In a file that extends another, the line and column of the query are told, and the nearest name."""
    file = tmp_path / "mine.yml"
    file.write_text(
        "version: 1\nextends: storefront\n"
        "checks:\n  few: {expect: 0, sql: select count(*) from order_itemz}\n"
    )
    with pytest.raises(ScenarioError, match=r"mine\.yml:4:25: .*\(did you mean 'order_items'\?\)"):
        load(str(file))


def test_checks_of_shipped_shops_are_few() -> None:
    """A shop without checks of its own has none in its findings, and its fingerprint is as it was."""
    assert own(made().findings) == {}
    assert load("storefront", [NO_NEGATIVE, ORPHANS, TWICE]).fingerprint != load("storefront").fingerprint
