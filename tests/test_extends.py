"""A scenario that extends another: what is taken over, what replaces, what is removed, where errors stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from footfall.cli.main import run
from footfall.core.errors import ScenarioError
from footfall.scenario.load import load
from footfall.scenario.model import Scenario

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "mine.yml", extends: str = "vantage") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"version: 1\nextends: {extends}\n{text}", encoding="utf-8")
        return file

    return write


def refusal(file: Path, *changes: str) -> str:
    with pytest.raises(ScenarioError) as refused:
        load(str(file), changes)
    assert "\n" not in str(refused.value)
    return str(refused.value).replace(f"{file.parent}/", "")


def test_what_a_file_lacks_of_its_own_is_told_of_that_file(tmp_path: Path):
    """No version of the shop that it extends stands in for a file's own, and it isn't blamed for it."""
    file = tmp_path / "mine.yml"
    file.write_text("extends: vantage\n", encoding="utf-8")
    assert refusal(file).startswith("mine.yml:1:1: the scenario lacks 'version'")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "empty"), ("- a\n", "a list"), ("hello\n", "a single value"), ("5\n", "a single value")],
)
def test_a_file_that_holds_no_map_is_told_what_it_holds(tmp_path: Path, text: str, kind: str):
    """Nothing, a list or a single value is no scenario; the words are those of people, not of Python."""
    file = tmp_path / "mine.yml"
    file.write_text(text, encoding="utf-8")
    assert refusal(file) == f"mine.yml:1:1: a scenario is a map of keys and values; this is {kind}"


def test_what_is_not_said_is_as_it_is_there(write: Write):
    """A file that says nothing more is the shop that it extends, under its own name and title."""
    mine, base = load(str(write("", "My-Shop 2.yml"))), load("vantage")
    assert (mine.name, mine.title) == ("my_shop_2", "my_shop_2, which extends vantage")
    own = {"name": mine.name, "title": mine.title, "extends": "vantage"}
    assert mine == base.model_copy(update=own)
    named = load(str(write("name: other\ntitle: Another shop\n")))
    assert (named.name, named.title) == ("other", "Another shop")


def test_maps_are_merged_and_lists_and_values_replace(write: Write):
    """Deep keys are set and added; a list takes the place of a list."""
    mine = load(
        str(
            write(
                "demand:\n  orders: 20000\n  shops: {NO: 0.5}\n"
                "  events:\n    christmas: {multiplier: 2}\n"
                '    easter: {from: "04-01", to: "04-07", multiplier: 1.3}\n'
                "budget: {biases_percent: [100]}\n"
            )
        )
    )
    base = load("vantage")
    assert mine.demand.orders == 20000
    assert mine.demand.shops == {**base.demand.shops, "NO": 0.5}
    assert (mine.demand.events["christmas"].multiplier, mine.demand.events["christmas"].to) == (2, "12-15")
    assert list(mine.demand.events) == [*base.demand.events, "easter"]
    assert mine.budget
    assert (mine.budget.biases_percent, mine.budget.window_days) == ([100], 7)
    assert mine.catalog == base.catalog


def test_shares_of_a_whole_and_tagged_maps_are_replaced(write: Write):
    """Old shares don't stay beside new ones; `!replace` does the same to any map."""
    mine = load(
        str(
            write(
                "basket: {size: {1: 0.5, 3: 0.5}}\ndiscount: {shares: {0: 1.0}}\n"
                "demand: {shops: !replace {Town: 1.0}}\ncustomers: {locales: !replace {Town: de_DE}}\n"
            )
        )
    )
    assert mine.basket.size == {1: 0.5, 3: 0.5}
    assert mine.discount.shares == {0: 1.0}
    assert mine.demand.shops == {"Town": 1.0}
    assert mine.basket.quantity == load("vantage").basket.quantity


def test_null_removes_an_event_a_table_a_category_a_section(write: Write):
    """`null` takes a key away, whatever stands under it."""
    mine = load(
        str(
            write(
                "demand: {events: {christmas: null}, payday: null}\n"
                "tables: {raw_budget_monthly: null, raw_products: {columns: {product_name: null}}}\n"
                "catalog:\n  categories:\n    Schuhe: null\n"
                "    Ausrüstung: {share: 0.6}\n    Bekleidung: {share: 0.4}\n"
                "basket: {affinity: null}\nbudget: null\n"
            )
        )
    )
    assert list(mine.demand.events) == ["summer_sale", "black_week"]
    assert mine.demand.payday.multiplier == 1
    assert "raw_budget_monthly" not in mine.tables
    assert "product_name" not in mine.tables["raw_products"].columns
    assert list(mine.catalog.categories) == ["Ausrüstung", "Bekleidung"]
    assert mine.budget is None


def test_chains_and_changes(write: Write, tmp_path: Path):
    """A file may extend a file that extends one, relative to where it lies; `--set` comes above all."""
    write("demand: {orders: 10000, growth_per_day: 0}\n", "base/shop.yml")
    write("demand: {orders: 11000}\n", "base/bigger.yml", extends="./shop.yml")
    mine = write("title: Top\n", extends="base/bigger.yml")
    loaded = load(str(mine))
    assert (loaded.demand.orders, loaded.demand.growth_per_day, loaded.name) == (11000, 0, "mine")
    assert load(str(mine), ["demand.orders=12000"]).demand.orders == 12000


def test_a_circle_is_refused_with_the_chain_named(write: Write):
    """Files that extend each other are refused at the line that closes the circle."""
    write("", "a.yml", extends="b.yml")
    write("", "b.yml", extends="c.yml")
    file = write("", "c.yml", extends="./a.yml")
    said = refusal(file)
    assert said.startswith("./b.yml:2:10: extends: goes round in a circle: ")
    assert said.endswith(": c.yml extends ./a.yml extends ./b.yml extends c.yml")


@pytest.mark.parametrize(
    ("text", "extends", "said"),
    [
        ("", "vantagge", "mine.yml:2:10: extends: there is no scenario 'vantagge' (did you mean 'vantage'?)"),
        ("", "gone.yml", "mine.yml:2:10: extends: gone.yml: cannot be read: No such file"),
        ("", "[1]", "mine.yml:2:1: extends: must be the name"),
        ("demand: {orders: -1}\n", "vantage", "mine.yml:3:18: demand.orders: must be greater than 0"),
        ("demand: {ordrs: 1}\n", "vantage",
         "mine.yml:3:10: unknown key 'demand.ordrs' (did you mean 'demand.orders'?)"),
        ("year: null\n", "vantage", "mine.yml:3:7: the scenario lacks 'year'"),
        ("demand: {events: {chrismas: null}}\n", "vantage",
         "mine.yml:3:19: demand.events.chrismas: there is none to remove (did you mean 'christmas'?)"),
        ("demand: {ordrs: null}\n", "vantage", "mine.yml:3:10: unknown key 'demand.ordrs'"),
        ("demand: {events: {blak_week: {multiplier: 2}}}\n", "vantage",
         "mine.yml:3:19: demand.events.blak_week, which is new (did you mean 'black_week'?), lacks 'from'"),
        ("basket: {size: {1: 0.5}}\n", "vantage",
         "mine.yml:3:10: basket.size: the shares of basket sizes must add up to 1"),
        ("basket: {size: {16: 1.0}}\ncatalog: {skus: 40}\n", "vantage",
         "mine.yml:3:21: category 'Bekleidung' has 14 SKUs"),
        ("catalog: {price: null}\n", "vantage",
         "mine.yml:3:18: catalog: category 'Ausrüstung' needs a price law"),
        ("catalog: {price: !replace {mu: 4, min: 1, max: 9}}\n", "vantage",
         "mine.yml:3:11: catalog.price lacks 'sigma'"),
        ("demand: {orders: 9}\nbasket: {lines: 8000000}\n", "storefront",
         "mine.yml:4:17: basket.lines must be from 9 to 135"),
        ("reviews: null\n", "storefront", "mine.yml:3:10: table 'reviews', column 'review_id' needs reviews"),
        ("catalog: {categories: {Schuhe: {share: 0.5}}}\n", "vantage",
         "mine.yml:3:11: catalog: the shares of the categories"),
    ],
)  # fmt: skip
def test_an_error_stands_where_the_outermost_file_has_a_say_in_it(
    write: Write, text: str, extends: str, said: str
):
    """File, line and column of what is wrong, in merged results, too."""
    assert refusal(write(text, extends=extends)).startswith(said)


def test_an_error_of_the_extended_file_is_told_as_its_own(write: Write):
    """What is wrong in a file behind is placed there; a change is blamed for what it breaks."""
    write("demand: {orders: 0}\n", "base.yml")
    file = write("", extends="base.yml")
    assert refusal(file).startswith("base.yml:3:18: demand.orders: must be greater than 0")
    assert load(str(file), ["demand.orders=1000"]).demand.orders == 1000
    assert refusal(file, "demand.orders=1000", "year=1").startswith("--set year=1: must be at least")
    assert "stands in its file" in refusal(file, "extends=storefront")


def test_replace_is_for_files_that_extend(tmp_path: Path):
    """A tag that does nothing is refused, as any other tag is."""
    file = tmp_path / "mine.yml"
    file.write_text("version: 1\ndemand: !replace {shops: !mine {}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load(str(file))
    said = [str(defect) for defect in refused.value.defects]
    assert any("mine.yml:2:1: demand: !replace is for a file that extends another" in line for line in said)
    assert any("mine.yml:2:26: demand.shops: the tag !mine is not known here" in line for line in said)


def test_data_remember_the_whole_scenario(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`verify` asks for neither file: not the one that was extended, not the one that extends."""
    monkeypatch.chdir(tmp_path)
    base = write("demand: {orders: 700}\ncustomers: {pool: 100}\n", "base.yml")
    mine = write("tables: {raw_budget_monthly: null}\n", extends="base.yml")
    made = load(str(mine))

    def footfall(*arguments: str) -> object:
        with pytest.raises(SystemExit) as left:
            run(arguments)
        return left.value.code

    data = ("--workers", "1", "--quiet")
    assert footfall("generate", "./mine.yml", "-o", "data", *data, "--set", "targets.order_value=null") == 0
    base.write_text("version: 1\nextends: storefront\n", encoding="utf-8")
    assert footfall("verify", "data") == 0
    mine.unlink()
    base.unlink()
    assert footfall("verify", "data") == 0
    manifest = json.loads((tmp_path / "data" / "_footfall" / "manifest.json").read_text())
    remembered = Scenario.model_validate(manifest["scenario"])
    assert remembered.tables == made.tables
    assert remembered.fingerprint == manifest["fingerprint"]


def test_a_fingerprint_is_of_what_is_said(write: Write):
    """A default that is spelled out, or a key that the language has learned since, changes no fingerprint."""
    base = load("vantage")
    said = load("vantage", ["demand.deal=expected", "arrival.late_lines.share=0.0", "shipping="])
    assert said.fingerprint == base.fingerprint
    remembered = base.model_dump(mode="json", by_alias=True)
    del remembered["arrival"]
    del remembered["promises"]
    assert Scenario.model_validate(remembered).fingerprint == base.fingerprint
    assert load(str(write("name: vantage\ntitle: " + base.title))).fingerprint == base.fingerprint
    assert load("vantage", ["arrival.late_lines.share=0.1"]).fingerprint != base.fingerprint


def test_every_command_takes_a_file_that_extends(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Plan, explain, dbt, changes and load a day after another, as of a shipped scenario."""
    monkeypatch.chdir(tmp_path)
    write("demand: {orders: 400}\ncustomers: {pool: 80}\ntargets: {order_value: null}\n")

    def footfall(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run(arguments)
        printed = capsys.readouterr()
        assert left.value.code == 0, printed.err
        return printed.out

    assert '"name": "mine"' in footfall("plan", "mine.yml", "--json") or "mine" in footfall(
        "plan", "mine.yml"
    )
    assert "of mine: " in footfall("explain", "raw_orders.order_ts", "-s", "mine.yml")
    footfall("dbt", "mine.yml", "--quiet")
    assert (tmp_path / "mine_dbt" / "dbt_project.yml").is_file()
    days = ("--tables", "raw_orders,raw_line_items", "--quiet")
    footfall("changes", "mine.yml", "--day", "2025-03-01", *days)
    load_a_day = ("load", "mine.yml", "--to", "duckdb:shop.db", *days)
    footfall(*load_a_day, "--as-of", "2025-03-01")
    with duckdb.connect("shop.db") as connection:
        (text,) = connection.execute("SELECT manifest FROM raw._footfall").fetchone() or ("",)
        manifest = json.loads(text)
        manifest["fingerprint"] = "as an earlier version told it"
        del manifest["scenario"]["promises"]  # nor did it know this section
        connection.execute("UPDATE raw._footfall SET manifest = ?", [json.dumps(manifest)])
    footfall(*load_a_day, "--day", "2025-03-02")
