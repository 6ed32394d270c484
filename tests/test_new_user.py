"""A new user's path: a shop of one's own, from an empty directory to marts and a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import run_here
from dbt_projects import dbt, rows

MINE = """
year: 2026
demand:
  orders: 12000
  opens_at: "08:00:00"
targets:
  order_value: {value: 205, tolerance: 9}
tables:
  order_wide:
    rows: line
    columns:
      order_id: order
      line_number: number
      ordered_at: order.time
      customer_id: order.customer
      city: order.customer.city
      sku: product
      product_name: product.name
      qty: quantity
      unit_price_paid: unit_price
      revenue: {sql: qty * unit_price_paid, kind: money, unit: EUR, text: What the line came to.}
  raw_line_items:
    columns:
      is_bulk: {sql: qty >= 3, kind: boolean, text: Whether three or more were bought.}
checks:
  no_line_is_free:
    sql: select count(*) from order_wide where revenue <= 0
    expect: 0
  same_revenue:
    sql: >-
      select (select sum(revenue) from order_wide) - sum(qty * unit_price_paid) from raw_line_items
    expect: 0
    text: The wide table holds the revenue of the narrow one.
"""


@pytest.mark.slow
def test_from_an_empty_directory_to_marts_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """init; three keys changed; a table, columns, a target, checks added: what follows just runs."""
    monkeypatch.chdir(tmp_path)

    def footfall(*arguments: str) -> str:
        outcome = run_here(capsys, *arguments)
        assert outcome.code == 0, outcome.err
        return outcome.out

    footfall("init", "my_shop.yml", "--extends", "vantage")
    with Path("my_shop.yml").open("a") as file:
        file.write(MINE)
    footfall("validate", "my_shop.yml")
    assert "205" in footfall("plan", "my_shop.yml")
    footfall("generate", "my_shop.yml", "-o", "data", "--quiet")

    found = {f["check"]: f for f in json.loads(footfall("verify", "data", "--json"))["findings"]}
    assert {name for name, f in found.items() if f["verdict"] == "fail"} == set()
    for check in ("checks.no_line_is_free", "checks.same_revenue", "tables.agree", "targets.order_value"):
        assert found[check]["verdict"] == "pass"
    header = Path("data/order_wide.csv").read_text().splitlines()[0]
    assert header.endswith("qty,unit_price_paid,revenue")

    footfall("dbt", "my_shop.yml", "-o", "shop", "--data", "data")
    built = dbt(tmp_path / "shop", "build")
    assert (built.succeeded, built.failed) == (True, set())
    assert {"stg_order_lines", "stg_order_wide", "fct_order_lines"} <= built.statuses.keys()
    ((wide, narrow),) = rows(
        tmp_path / "shop",
        "SELECT (SELECT sum(revenue) FROM analytics_staging.stg_order_wide), "
        "(SELECT sum(revenue) FROM analytics_core.fct_order_lines)",
    )
    assert wide == narrow

    told = json.loads(footfall("report", "data", "--json"))
    assert [t["name"] for t in told["tables"]].count("order_wide") == 1
    assert next(t["rows"] for t in told["tables"] if t["name"] == "order_wide") > 12000
    assert next(p for p in told["contract"] if p["check"] == "checks.same_revenue")["verdict"] == "pass"
    footfall("report", "data", "-o", "report.html")
    assert "order_wide" in Path("report.html").read_text()
