"""`verify` judges files by themselves: what was generated passes, what was edited is named."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from footfall.cli.main import run
from footfall.contract.findings import Finding
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify

Lines = list[str]
Words = list[str]
Edit = Callable[[Path], Words]


def failing(directory: Path) -> list[Finding]:
    return [f for f in verify(directory) if f.verdict == "fail"]


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        run(arguments)
    return left.value.code


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("published")
    for form in ("csv", "parquet", "duckdb"):
        generate_into(Request("vantage", scale=0.05), place / form, format=form)
    return {form: place / form for form in ("csv", "parquet", "duckdb")}


@pytest.fixture
def copy(published: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(published["csv"], tmp_path / "copy"))


@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb"])
@pytest.mark.parametrize("what", ["whole", "slice", "tables", "one table"])
def test_what_was_generated_passes(
    published: dict[str, Path], tmp_path: Path, form: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every format, a slice and a choice of tables pass their own contract, read from the files alone."""
    place = published[form]
    if what != "whole":
        place = tmp_path / "part"
        request = {
            "slice": Request("vantage", scale=0.05, first=dt.date(2025, 2, 3), last=dt.date(2025, 11, 22)),
            "tables": Request("vantage", scale=0.05, tables=("raw_orders", "raw_line_items")),
            "one table": Request("vantage", scale=0.05, tables=("raw_budget_monthly",)),
        }[what]
        generate_into(request, place, format=form)
    findings = verify(place)
    assert [f for f in findings if f.verdict == "fail"] == []
    assert any(f.check.startswith("files.") and f.verdict == "pass" for f in findings)
    assert exit_code("verify", str(place)) == 0
    assert capsys.readouterr().err == ""


def edited(table: str) -> Callable[[Callable[[Lines], Words]], Edit]:
    """Make an edit of a table's lines of text (the header is line 0) out of one that changes a list."""

    def of(change: Callable[[Lines], Words]) -> Edit:
        def edit(directory: Path) -> Words:
            path = directory / f"{table}.csv"
            lines = path.read_text(encoding="utf-8").splitlines()
            words = change(lines)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return words

        edit.__name__ = change.__name__
        return edit

    return of


def order_of(line: str) -> str:
    return line.split(",", maxsplit=1)[0]


def sized(lines: Lines, size: int) -> int:
    """Place of the first line of the first order after the hundredth line with so many lines."""
    orders = [order_of(line) for line in lines]
    return next(
        i for i in range(100, len(lines)) if orders[i] != orders[i - 1] and orders.count(orders[i]) == size
    )


@edited("raw_line_items")
def only_line_deleted(lines: Lines) -> Words:
    order = order_of(lines.pop(sized(lines, 1)))
    return [f"order {order} has no lines"]


@edited("raw_line_items")
def first_line_deleted(lines: Lines) -> Words:
    order = order_of(lines.pop(sized(lines, 2)))
    return [f"order {order}: line 2 stands at place 1"]


@edited("raw_line_items")
def last_line_deleted(lines: Lines) -> Words:
    del lines[sized(lines, 2) + 1]
    return ["raw_line_items is not what was published"]


@edited("raw_line_items")
def price_off_by_a_cent(lines: Lines) -> Words:
    order, sku, units, price, *rest = lines[200].split(",")
    new = f"{float(price) + 0.01:.2f}"
    lines[200] = ",".join([order, sku, units, new, *rest])
    return [f"order {order}, SKU {sku}", f"{round(float(new) * 100)} cents paid"]


@edited("raw_line_items")
def orphan_line(lines: Lines) -> Words:
    lines.append("99999," + lines[-1].split(",", 1)[1])
    return ["lines of order 99999"]


@edited("raw_line_items")
def orphan_line_in_the_middle(lines: Lines) -> Words:
    lines.insert(500 + sized(lines[500:], 1), "99999," + lines[1].split(",", 1)[1])
    return ["lines of order 99999"]


def file_missing(directory: Path) -> Words:
    (directory / "raw_orders.csv").unlink()
    return ["raw_orders.csv is missing"]


@edited("raw_line_items")
def header_swapped(lines: Lines) -> Words:
    lines[0] = lines[0].replace("sku_id,qty", "qty,sku_id")
    return ["raw_line_items.csv", "column 2 is 'qty' and should be 'sku_id'"]


@edited("raw_orders")
def text_header_swapped(lines: Lines) -> Words:
    lines[0] = lines[0].replace("shop_id,customer_id", "customer_id,shop_id")
    return ["raw_orders.csv", "column 2 is 'customer_id' and should be 'shop_id'"]


@edited("raw_line_items")
def data_swapped(lines: Lines) -> Words:
    first = lines[1].split(",")
    for i, line in enumerate(lines[1:], 1):
        order, sku, units, *rest = line.split(",")
        lines[i] = ",".join([order, units, sku, *rest])
    return [f"order {first[0]}: SKU {first[2]} does not exist"]


@edited("raw_products")
def price_and_cost_swapped(lines: Lines) -> Words:
    for i, line in enumerate(lines[1:], 1):
        sku, category, price, cost, *rest = line.split(",")
        lines[i] = ",".join([sku, category, cost, price, *rest])
    return [lines[1].split(",")[0]]


@edited("raw_orders")
def order_too_many(lines: Lines) -> Words:
    order, rest = lines[-1].split(",", 1)
    lines.append(f"{int(order) + 1},{rest}")
    return [f"order {int(order) + 1} has no lines"]


@edited("raw_orders")
def order_twice(lines: Lines) -> Words:
    lines.insert(300, lines[300])
    order = order_of(lines[300])
    return [f"order {order} follows order {order}"]


@edited("raw_orders")
def customer_unknown(lines: Lines) -> Words:
    order, shop, _, time = lines[50].split(",")
    lines[50] = f"{order},{shop},777777,{time}"
    return [f"order {order}: customer 777777"]


@edited("raw_line_items")
def text_among_numbers(lines: Lines) -> Words:
    order, sku, _, *rest = lines[77].split(",")
    lines[77] = ",".join([order, sku, "zwei", *rest])
    return ["raw_line_items.csv", "column 'qty'", "zwei"]


@edited("raw_marketing_daily")
def day_missing(lines: Lines) -> Words:
    del lines[150]
    return ["raw_marketing_daily is not what was published"]


EDITS: list[Edit] = [
    only_line_deleted, first_line_deleted, last_line_deleted, price_off_by_a_cent, orphan_line,
    orphan_line_in_the_middle, file_missing, header_swapped, text_header_swapped, data_swapped,
    price_and_cost_swapped, order_too_many, order_twice, customer_unknown, text_among_numbers, day_missing,
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_what_is_wrong_is_named(copy: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was edited, verify exits 1, and one finding says which table, order or value is wrong."""
    words = edit(copy)
    details = [f.detail for f in failing(copy)]
    assert any(all(word in detail for word in words) for detail in details), (words, details)
    assert exit_code("verify", str(copy)) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert all(word in captured.out for word in words)


def test_edited_parquet_is_named(published: dict[str, Path], tmp_path: Path) -> None:
    """A line taken from a Parquet file is named like one taken from a CSV file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = Path(shutil.copytree(published["parquet"], tmp_path / "copy"))
    path = place / "raw_line_items.parquet"
    table = pq.read_table(path)
    orders = table["order_id"].to_pylist()
    at = next(i for i in range(100, len(orders)) if orders.count(orders[i]) == 1)
    pq.write_table(pa.concat_tables([table.slice(0, at), table.slice(at + 1)]), path)
    assert any(f"order {orders[at]} has no lines" in f.detail for f in failing(place))
    assert exit_code("verify", str(place)) == 1


def test_edited_duckdb_is_named(published: dict[str, Path], tmp_path: Path) -> None:
    """A price changed by a cent in a database is named like one changed in a CSV file."""
    import duckdb

    place = Path(shutil.copytree(published["duckdb"], tmp_path / "copy"))
    with duckdb.connect(str(place / "vantage.duckdb")) as connection:
        connection.execute(
            "UPDATE raw_line_items SET unit_price_paid = unit_price_paid + 0.01 "
            "WHERE order_id = 333 AND line_number = 1"
        )
    found = {f.check: f for f in failing(place)}
    assert "order 333" in found["lines.price_paid"].detail
    assert "raw_line_items" in found["files.raw_line_items.unchanged"].detail
    assert exit_code("verify", str(place)) == 1


def test_no_manifest_is_one_line(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables without a manifest can't be judged: exit 2 and one line that names the place."""
    shutil.rmtree(copy / "_footfall")
    assert exit_code("verify", str(copy)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("footfall: ")
    assert captured.err.count("\n") == 1
    assert str(copy) in captured.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"first": "2025-01-01"', '"first": "gestern"'),
        ('"orders": ', '"ordrs": '),
        ('"made_by"', "made_by"),
    ],
)
def test_a_broken_manifest_is_one_line(
    copy: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    """A manifest that was damaged is exit 2 and one line, never a traceback."""
    path = copy / "_footfall" / "manifest.json"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert exit_code("verify", str(copy)) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert str(copy) in captured.err
