"""The Data Package beside CSV data: an independent reader, `frictionless`, accepts our files as they are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.plan import parts
from footfall.sinks.base import Manifest
from footfall.sinks.datapackage import describe
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from shipped import SHIPPED, small

SCALE = 0.02
ALL = ("raw_products", "raw_orders", "raw_line_items", "raw_marketing_daily", "raw_budget_monthly")


def make(target: Path, *tables: str, overwrite: bool = False, form: str = "csv") -> Path:
    request = Request("vantage", scale=SCALE, tables=tables or None, workers=1)
    generate_into(request, target, format=form, overwrite=overwrite)
    return target


def package_of(target: Path) -> dict[str, Any]:
    return json.loads((target / "_footfall" / "datapackage.json").read_text(encoding="utf-8"))


def schema_of(target: Path, table: str) -> dict[str, Any]:
    return next(r["schema"] for r in package_of(target)["resources"] if r["name"] == table)


def problems(descriptor: Path | dict[str, Any], base: Path | None = None) -> list[tuple[str, str, str]]:
    """(table, kind of error, message) of all that frictionless finds; it is not told to trust us."""
    from frictionless import Package

    package = (
        Package(str(descriptor))
        if isinstance(descriptor, Path)
        else Package.from_descriptor(descriptor, basepath=str(base))
    )
    report = package.validate()
    assert report.valid == (not report.errors and all(task.valid for task in report.tasks))
    return [("", e.type, e.message) for e in report.errors] + [
        (str(task.name), e.type, e.message) for task in report.tasks for e in task.errors
    ]


def found_in(target: Path) -> list[tuple[str, str, str]]:
    return problems(target / "_footfall" / "datapackage.json")


def links(target: Path) -> list[str]:
    return sorted(p.name for p in (target / "_footfall").iterdir() if p.is_symlink())


@pytest.fixture(scope="module")
def whole_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables of `vantage`, small; tests read them and never change them."""
    return make(tmp_path_factory.mktemp("whole") / "shop")


@pytest.fixture
def shop(whole_shop: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged; that it still validates shows that the links are relative."""
    return Path(shutil.copytree(whole_shop, tmp_path / "shop", symlinks=True))


def test_the_command_line_accepts_what_we_write(whole_shop: Path) -> None:
    """`frictionless validate` passes for a whole data set, without options."""
    said = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "_footfall/datapackage.json", "--json"],
        cwd=whole_shop, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    report = json.loads(said.stdout)
    assert report["valid"] is True
    assert [task["name"] for task in report["tasks"]] == list(ALL)
    rows = {name: table.rows for name, table in Manifest.read(whole_shop).tables.items()}
    assert {task["name"]: task["stats"]["rows"] for task in report["tasks"]} == rows


def test_the_package_says_what_the_tables_are(whole_shop: Path) -> None:
    """Names, types, keys and references are those published."""
    package = package_of(whole_shop)
    assert package["name"] == "vantage"
    assert package["title"]
    assert links(whole_shop) == sorted(f"{table}.csv" for table in ALL)
    assert [os.readlink(whole_shop / "_footfall" / f) for f in links(whole_shop)] == [
        f"../{f}" for f in links(whole_shop)
    ]
    lines = schema_of(whole_shop, "raw_line_items")
    types = {field["name"]: field["type"] for field in lines["fields"]}
    assert types["unit_price_paid"] == types["discount"] == "number"
    assert (types["qty"], types["is_returned"]) == ("integer", "boolean")
    assert lines["primaryKey"] == ["order_id", "sku_id"]
    assert [key["reference"] for key in lines["foreignKeys"]] == [
        {"resource": "raw_orders", "fields": ["order_id"]},
        {"resource": "raw_products", "fields": ["sku_id"]},
    ]
    months = {f["name"]: f["type"] for f in schema_of(whole_shop, "raw_budget_monthly")["fields"]}
    assert months["month"] == "yearmonth"
    for resource in package["resources"]:
        assert all(f["description"] and f["constraints"]["required"] for f in resource["schema"]["fields"])


def test_values_are_read_as_what_they_are(whole_shop: Path) -> None:
    """Frictionless gives dates, times, decimals and booleans where we mean them."""
    import datetime as dt
    from decimal import Decimal

    from frictionless import Package

    package = Package(str(whole_shop / "_footfall" / "datapackage.json"))
    kinds = {
        "raw_orders": {"order_id": int, "order_ts": dt.datetime, "shop_id": str},
        "raw_line_items": {"unit_price_paid": Decimal, "is_returned": bool, "discount": Decimal},
        "raw_marketing_daily": {"date": dt.date, "spend_eur": Decimal},
    }
    for table, columns in kinds.items():
        row = package.get_resource(table).read_rows()[0]
        assert {name: type(row[name]) for name in columns} == columns


@pytest.mark.parametrize("tables", [("raw_line_items",), ("raw_products", "raw_line_items"), ALL[3:]])
def test_a_subset_refers_to_nothing_outside(tmp_path: Path, tables: tuple[str, ...]) -> None:
    """A subset of tables validates on its own; references to tables that were left out are left out."""
    target = make(tmp_path / "shop", *tables)
    assert found_in(target) == []
    assert links(target) == sorted(f"{table}.csv" for table in tables)
    referred = {
        k["reference"]["resource"] for t in tables for k in schema_of(target, t).get("foreignKeys", ())
    }
    assert referred == ({"raw_products"} if "raw_products" in tables else set())


@pytest.mark.parametrize(
    ("table", "column", "value", "kind"),
    [
        ("raw_line_items", "sku_id", "99", "foreign-key"),
        ("raw_line_items", "order_id", "99999999", "foreign-key"),
        ("raw_products", "sku_id", "10001", "primary-key"),
        ("raw_products", "base_price_eur", "cheap", "type-error"),
        ("raw_products", "base_price_eur", "", "type-error"),
        ("raw_orders", "order_ts", "2025-01-02 10:46:50", "type-error"),
        ("raw_orders", "shop_id", "", "constraint-error"),
        ("raw_line_items", "is_returned", "1", "type-error"),
        ("raw_marketing_daily", "date", "2025-02-30", "type-error"),
        ("raw_budget_monthly", "month", "2025-13", "type-error"),
        ("raw_marketing_daily", "spend_eur", "1,50", "extra-cell"),
    ],
)
def test_a_damaged_value_is_found(shop: Path, table: str, column: str, value: str, kind: str) -> None:
    """A changed value is refused in its table: frictionless reads our files through the links."""
    damage(shop, table, column, value)
    assert (table, kind) in {found[:2] for found in found_in(shop)}


def damage(target: Path, table: str, column: str, value: str) -> None:
    """Change a value of the first row; it and those before it hold no quoted comma."""
    path = target / f"{table}.csv"
    header, row, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    cells = row.rstrip("\n").split(",")
    cells[header.rstrip("\n").split(",").index(column)] = value
    path.write_text("".join([header, ",".join(cells) + "\n", *rest]), encoding="utf-8", newline="\n")


def test_a_word_that_is_not_listed_is_found(shop: Path) -> None:
    """Where the words of a column are known, any other is refused."""
    listed = [
        (r["name"], f["name"])
        for r in package_of(shop)["resources"]
        for f in r["schema"]["fields"]
        if "enum" in f["constraints"]
    ]
    assert ("raw_orders", "shop_id") in listed
    for table, column in listed:
        damage(shop, table, column, "Atlantis")
        assert (table, "constraint-error") in {found[:2] for found in found_in(shop)}


def test_words_become_an_enum(tmp_path: Path) -> None:
    """Allowed words, a reference to the table itself and an empty text are described as they are meant."""
    code = ColumnSpec("size", "size", Kind.CODE, "Size.", "", None, values=("S", "M"))
    columns = (
        ColumnSpec("id", "id", Kind.INTEGER, "Number.", "", None),
        ColumnSpec("like", "like", Kind.INTEGER, "Alike.", "", ("shirts", "id")),
        code,
        ColumnSpec("note", "note", Kind.TEXT, "Note.", "", None),
    )
    shirts = TableSpec("shirts", "product", "one row a shirt", columns, ("id",))
    descriptor = describe([shirts], {"shirts": ("shirts.csv",)}, "mini")
    assert "title" not in descriptor
    file = tmp_path / "shirts.csv"
    file.write_text('id,like,size,note\n1,2,S,""\n2,2,M,"a, b"\n')
    assert problems(descriptor, tmp_path) == []
    file.write_text('id,like,size,note\n1,3,L,""\n2,2,M,"a, b"\n')
    assert {found[1] for found in problems(descriptor, tmp_path)} == {"constraint-error", "foreign-key"}


def test_the_same_request_gives_the_same_bytes(whole_shop: Path, tmp_path: Path) -> None:
    """No times and no paths of this machine are in the descriptor."""
    again = make(tmp_path / "elsewhere")
    name = Path("_footfall", "datapackage.json")
    assert (again / name).read_bytes() == (whole_shop / name).read_bytes()


def test_replaced_data_leave_no_links(shop: Path) -> None:
    """With fewer tables or another format no link and no descriptor stays, and foreign files do."""
    (shop / "notes.txt").write_text("mine")
    (shop / "notes.link").symlink_to("notes.txt")
    make(shop, "raw_products", overwrite=True)
    assert links(shop) == ["raw_products.csv"]
    assert found_in(shop) == []
    assert sorted(p.name for p in shop.iterdir()) == [
        "_footfall",
        "notes.link",
        "notes.txt",
        "raw_products.csv",
    ]
    make(shop, "raw_products", overwrite=True, form="parquet")
    assert [p.name for p in (shop / "_footfall").iterdir()] == ["manifest.json"]
    make(shop, overwrite=True)
    assert found_in(shop) == []
    assert (shop / "notes.link").read_text() == "mine"
    assert [p.name for p in shop.parent.iterdir()] == ["shop"]


def test_verify_does_not_mind(shop: Path) -> None:
    """A package without its links and descriptor is as good to `verify`."""
    assert {f.verdict for f in verify(shop)} <= {"pass", "not applicable"}
    for entry in (shop / "_footfall").iterdir():
        if entry.name != "manifest.json":
            entry.unlink()
    assert {f.verdict for f in verify(shop)} <= {"pass", "not applicable"}


def test_without_links_the_descriptor_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where links cannot be made, the descriptor still holds with the data's directory as its base."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    target = make(tmp_path / "shop")
    assert links(target) == []
    assert problems(package_of(target), target) == []
    shutil.copy(target / "_footfall" / "datapackage.json", target)
    assert problems(target / "datapackage.json") == []


def test_the_storefront_validates_too(tmp_path: Path) -> None:
    """All five tables at scale 1 pass; a review of nobody and a status of nowhere do not."""
    target = tmp_path / "shop"
    generate_into(Request("storefront", seed=3), target)
    assert found_in(target) == []
    orders = schema_of(target, "orders")
    statuses = next(f for f in orders["fields"] if f["name"] == "status")["constraints"]["enum"]
    assert statuses == ["Completed", "Processing", "Cancelled", "Returned"]
    assert {key["reference"]["resource"] for key in schema_of(target, "reviews")["foreignKeys"]} == {
        "products",
        "customers",
    }
    for table, old, new, kind in (
        ("orders", '"Completed"', '"Complete"', "constraint-error"),
        ("reviews", "\n1,", "\nx1,", "type-error"),
        ("products", "\n7,", "\n7007,", "foreign-key"),
    ):
        file = target / f"{table}.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert kind in {found for _, found, _ in found_in(target)}
        file.write_text(text, encoding="utf-8")
    assert found_in(target) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shop_validates(name: str, tmp_path: Path) -> None:
    """The data package of each shipped scenario passes at a small scale."""
    generate_into(Request(name, seed=3, scale=small(name)), tmp_path / "shop")
    assert found_in(tmp_path / "shop") == []


def test_part_files_validate_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table in part files is one resource with many paths, each with its header."""
    monkeypatch.setattr(parts, "LARGE", 300)
    monkeypatch.setattr(parts, "ORDERS_A_FILE", 50)
    target = make(tmp_path / "shop")
    paths = next(r["path"] for r in package_of(target)["resources"] if r["name"] == "raw_orders")
    assert len(paths) > 1
    assert found_in(target) == []
