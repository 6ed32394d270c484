"""The path of somebody who has a shop of their own, from the first command to the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbt_projects import dbt
from footfall.cli.main import run

CHANGES = """
demand: {events: {spring_sale: {from: "03-20", to: "03-31", multiplier: 1.4}}}
catalog: {suppliers: 12}
customers: {registered: {weight_sd: 0.6}}
targets: {gross_margin: {value: 0.34, tolerance: 0.02}}
tables:
  sales:
    rows: line
    columns:
      order_id: order
      product_id: product
      category: product.category
      sold_on: order.date
      total: total
      is_dear: {sql: "total > 100", kind: boolean}
checks:
  dear_share: {sql: "SELECT avg(is_dear::int) FROM sales", expect: 0.5, tolerance: 0.4}
"""


def test_from_the_first_command_to_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Init; three keys, a target, a table, a column and a check; then generate, dbt build, report."""
    monkeypatch.chdir(tmp_path)

    def footfall(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run(arguments)
        printed = capsys.readouterr()
        assert (left.value.code, printed.err) == (0, "")
        return printed.out

    footfall("init", "my_shop.yml", "--extends", "storefront")
    with Path("my_shop.yml").open("a", encoding="utf-8") as file:
        file.write(CHANGES)
    assert footfall("validate", "my_shop.yml").startswith("my_shop.yml is valid: my_shop")
    made = json.loads(footfall("generate", "my_shop.yml", "--json", "--workers", "1"))
    verdicts = {finding["check"]: finding["verdict"] for finding in made["findings"]}
    assert verdicts["targets.gross_margin"] == verdicts["checks.dear_share"] == "pass"
    header = (tmp_path / "data" / "my_shop" / "sales.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header == "order_id,product_id,category,sold_on,total,is_dear"
    footfall("dbt", "my_shop.yml", "--quiet")
    built = dbt(tmp_path / "my_shop_dbt", "build")
    assert built.succeeded, built.failed
    assert "stg_sales" in " ".join(built.statuses)
    footfall("report", "data/my_shop")
    page = (tmp_path / "data" / "my_shop" / "_footfall" / "report.html").read_text(encoding="utf-8")
    assert "gross_margin" in page
    assert "dear_share" in page
