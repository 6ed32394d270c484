"""`footfall dbt`, without running dbt: where projects go, what they hold, and how their SQL looks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from changing import CHANGING
from footfall.cli.main import run
from footfall.contract import CHECKS
from footfall.core.errors import FootfallError, OutputError, RequestError
from footfall.dbt import place
from footfall.dbt.location import Server, in_postgres
from footfall.dbt.project import write_project
from footfall.dbt.rendering import TEMPLATES
from footfall.sinks.database import database_at
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from shipped import SHIPPED

pytestmark = pytest.mark.slow


def files_in(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small `vantage` in CSV."""
    target = tmp_path_factory.mktemp("dbt") / "data"
    generate_into(Request("vantage", 42, 0.01), target)
    return target


@pytest.mark.parametrize("adapter", ["duckdb", "postgres"])
@pytest.mark.parametrize("scenario", SHIPPED)
def test_sql_is_formatted(scenario: str, adapter: str, tmp_path: Path) -> None:
    """`sqlfluff lint`, with the project's own settings, finds nothing."""
    write_project(scenario, tmp_path / "shop", adapter=adapter)
    lint(tmp_path)


@pytest.mark.parametrize("scenario", list(CHANGING))
def test_sql_of_what_changes_is_formatted(scenario: str, tmp_path: Path) -> None:
    """So it is where prices change and customers move."""
    generate_into(Request(scenario, 42, 0.02, overrides=CHANGING[scenario]), tmp_path / "data")
    write_project(scenario, tmp_path / "shop", data=str(tmp_path / "data"))
    assert (tmp_path / "shop" / "tests" / "history" / "products_history_is_what_was.sql").is_file()
    lint(tmp_path)


def lint(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "sqlfluff", "lint", ".", "--disable-progress-bar"],
        cwd=tmp_path / "shop", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_contract_tests_are_checks_of_the_contract(tmp_path: Path) -> None:
    """Each singular test is named after a check of the contract, and is described by its rule."""
    names = {path.stem for path in (TEMPLATES / "tests" / "contract").glob("*.sql")}
    assert names <= CHECKS.keys()
    write_project("storefront", tmp_path / "shop")
    written = {path.stem for path in (tmp_path / "shop" / "tests" / "contract").glob("*.sql")}
    assert written <= {name.replace(".", "_") for name in names}
    said = (tmp_path / "shop" / "tests" / "contract" / "_contract.yml").read_text()
    assert CHECKS["lines.list_price"].rule in said


def test_same_project_on_both_warehouses(tmp_path: Path) -> None:
    """Models and tests don't know which warehouse they are for; settings and sources do."""
    for adapter in ("duckdb", "postgres"):
        write_project("vantage", tmp_path / adapter, adapter=adapter)
    one, other = files_in(tmp_path / "duckdb"), files_in(tmp_path / "postgres")
    different = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert different == {
        ".footfall.json", ".sqlfluff", "README.md", "dbt_project.yml", "profiles.yml",
        "models/staging/_sources.yml",
    }  # fmt: skip


def test_changes_of_the_scenario_reach_the_tests(tmp_path: Path, data: Path) -> None:
    """Figures are those of the scenario that the data were made of, not of a copy in a template."""
    target = tmp_path / "data"
    shutil.copytree(data, target)
    file = target / "_footfall" / "manifest.json"
    said = json.loads(file.read_text())
    said["scenario"]["demand"]["opens_at"] = "07:30:00"
    said["scenario"]["marketing"]["lead_days"] = 5
    file.write_text(json.dumps(said))
    write_project("vantage", tmp_path / "shop", data=str(target))
    assert "07:30:00" in (tmp_path / "shop" / "tests" / "contract" / "orders_hours.sql").read_text()
    assert "marketing_lead_days: 5" in (tmp_path / "shop" / "dbt_project.yml").read_text()


def test_overwrite_keeps_what_is_not_ours(tmp_path: Path, data: Path) -> None:
    """A new version takes the place of the old files; models, warehouse and links of the user's stay."""
    shop = tmp_path / "shop"
    write_project("vantage", shop, data=str(data))
    (shop / "models" / "mine").mkdir()
    (shop / "models" / "mine" / "mine.sql").write_text("select 1 as one")
    (shop / "vantage.duckdb").write_bytes(b"warehouse")
    (shop / "link").symlink_to("README.md")
    before = files_in(shop)
    with pytest.raises(OutputError, match="--overwrite"):
        write_project("vantage", shop, data=str(data))
    assert files_in(shop) == before
    write_project("vantage", shop, data=str(data), tables=["raw_orders"], overwrite=True)
    after = files_in(shop)
    assert after["models/mine/mine.sql"] == b"select 1 as one"
    assert after["vantage.duckdb"] == b"warehouse"
    assert (shop / "link").is_symlink()
    assert "models/core/dim_product.sql" in before
    assert "models/core/dim_product.sql" not in after
    assert [p.name for p in tmp_path.iterdir()] == ["shop"]


def test_edited_files_are_not_lost(tmp_path: Path) -> None:
    """A file of ours that was edited, or one of the user's in the way, stops a new version."""
    shop = tmp_path / "shop"
    write_project("vantage", shop, tables=["raw_orders"])
    readme = shop / "README.md"
    text = readme.read_text()
    readme.write_text(text + "ours\n")
    with pytest.raises(OutputError, match=r"README\.md was changed"):
        write_project("vantage", shop, overwrite=True)
    readme.write_text(text)
    (shop / "models" / "core" / "dim_product.sql").write_text("select 1 as one")
    before = files_in(shop)
    with pytest.raises(OutputError, match=r"dim_product\.sql was not written by Footfall"):
        write_project("vantage", shop, overwrite=True)
    assert files_in(shop) == before


@pytest.mark.parametrize("at", ["_fill", "_take"])
def test_a_stopped_run_leaves_the_old_project(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends before the new project is in place changes nothing, and leaves nothing beside it."""
    shop = tmp_path / "shop"
    write_project("vantage", shop, tables=["raw_orders"])
    before = files_in(shop)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, at, stop)
    with pytest.raises(KeyboardInterrupt):
        write_project("vantage", shop, overwrite=True)
    assert files_in(shop) == before
    assert [p.name for p in tmp_path.iterdir()] == ["shop"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"adapter": "snowflake"}, "--adapter snowflake: must be one of duckdb, postgres"),
        ({"source": "xml"}, "--source xml: must be one of csv, parquet, database"),
        ({"adapter": "postgres", "source": "csv"}, "--source csv: a database is asked for"),
        ({"adapter": "postgres", "data": "data"}, "PostgreSQL reads no files"),
        ({"adapter": "postgres", "data": "duckdb:shop.db"}, "a database of another kind, duckdb:shop.db"),
        ({"data": "duckdb:shop.db"}, "shop.db"),
        ({"source": "database"}, "name the database"),
        ({"tables": ["raw_oders"]}, "--tables raw_oders"),
        ({"data": "it's"}, "can't be read from SQL"),
    ],
)
def test_refusals(
    options: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can't be done is said in a line that names it, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FootfallError, match=said):
        write_project("vantage", Path("shop"), **options)  # type: ignore[arg-type]  # wrong on purpose
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("title: \"A {{ env_var('HOME') }} shop\"", "title"),
        ("payment: {shares: {'By {% do x %}': 1}}", "payment.shares"),
        (
            "tables: {products: {columns: {name: {field: name, text: 'A {# b #}'}}}}",
            "tables.products.columns.name.text",
        ),
    ],
)
def test_words_of_a_stranger_are_not_run(change: str, key: str, tmp_path: Path) -> None:
    """A scenario's words that dbt would run as Jinja are refused; nothing is written."""
    (tmp_path / "own.yml").write_text(f"version: 1\nextends: storefront\n{change}\n")
    with pytest.raises(RequestError, match=f"{key} holds '.*', which dbt would run"):
        write_project(str(tmp_path / "own.yml"), tmp_path / "shop")
    assert not (tmp_path / "shop").exists()


def test_lines_that_tell_their_total_need_no_price(tmp_path: Path) -> None:
    """Where a line's total is published, nothing it would follow from is asked for."""
    without = "tables: {order_items: {columns: {unit_price: null}}}"
    (tmp_path / "own.yml").write_text(f"version: 1\nextends: storefront\n{without}\n")
    write_project(str(tmp_path / "own.yml"), tmp_path / "shop")
    assert '"line_total"' in (tmp_path / "shop" / "models" / "staging" / "stg_order_lines.sql").read_text()


def test_data_of_another_kind_are_refused(data: Path, tmp_path: Path) -> None:
    """Data of another scenario or format than asked for are named, and a place that isn't ours is left."""
    for options, said in (
        ({"scenario": "storefront"}, "are of the scenario vantage, not storefront"),
        ({"scenario": "vantage", "source": "parquet"}, "holds csv"),
        ({"scenario": "vantage", "tables": ["raw_customers"]}, "--tables raw_customers"),
    ):
        with pytest.raises(FootfallError, match=said):
            write_project(directory=tmp_path / "shop", data=str(data), **options)  # type: ignore[arg-type]  # one of each
    with pytest.raises(OutputError, match="no project that Footfall wrote"):
        write_project("vantage", data, data=str(data), overwrite=True)


def test_a_data_set_in_one_duckdb_file(tmp_path: Path) -> None:
    """A data set that was generated as a DuckDB file is attached, and found in the schema where it lies."""
    generate_into(Request("vantage", 42, 0.01), tmp_path / "data", format="duckdb")
    write_project("vantage", tmp_path / "shop", data=str(tmp_path / "data"))
    assert "'../data/vantage.duckdb'" in (tmp_path / "shop" / "profiles.yml").read_text()
    said = (tmp_path / "shop" / "models" / "staging" / "_sources.yml").read_text()
    assert "database: warehouse\n    schema: main\n" in said


def test_no_password_is_written(tmp_path: Path) -> None:
    """A project on PostgreSQL knows host, port, user and database of the address, and no password."""
    found = in_postgres(database_at("postgresql://an%40n:secret@db.example:5433/shop"), "raw")
    assert found.server == Server("db.example", "5433", "an@n", "shop")
    several = in_postgres(database_at("postgresql://ann:secret@one.example,two.example/shop"), "raw")
    assert several.server == Server()


def test_command(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it wrote and what comes next; with --json as one document."""
    with pytest.raises(SystemExit) as left:
        run(["dbt", "vantage", "-o", str(tmp_path / "shop"), "--data", str(data)])
    assert left.value.code == 0
    assert f"Next: cd {tmp_path / 'shop'} && dbt build" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run(["dbt", "vantage", "-o", str(tmp_path / "shop"), "--data", str(data), "--overwrite", "--json"])
    assert json.loads(capsys.readouterr().out)["source"] == "csv"
