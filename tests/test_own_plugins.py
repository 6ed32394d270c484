"""Columns in Python by plug-ins that are really installed: the same everywhere, refused where wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from footfall.core.errors import ScenarioError
from footfall.core.money import as_unscaled
from footfall.core.streams import Streams
from footfall.scenario.load import load
from footfall.scenario.plugins import plugin
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from own_shop import hashes, made
from test_own_columns import explained

CODE = '''
import numpy as np

def loyalty(uniforms, columns):
    """Points from 0 to 99, one in ten customers has none."""
    return np.where(uniforms < 0.1, 0, columns["customer_id"] % 100)

def fee(uniforms, columns):
    return (columns["unit_price"] * uniforms).astype(np.int64) + columns["quantity"]

def tier(uniforms, columns):
    return np.where(columns["bonus"] > 50, "gold", "none")

def joined_on(uniforms, columns):
    return columns["registration_date"] + np.timedelta64(1, "D")

def weight(uniforms, columns):
    return uniforms * 2

short = lambda u, c: u[:-1]
ranked = lambda u, c: np.argsort(np.argsort(u))
centred = lambda u, c: u - u.mean()
missing = lambda u, c: np.where(u < 0.5, np.nan, u)
texts = lambda u, c: np.array(["x"] * len(u))
nothing = lambda u, c: np.array([None] * len(u), dtype=object)
scalar = lambda u, c: 3
quoted = lambda u, c: np.array(['a"b'] * len(u))
huge = lambda u, c: np.full(len(u), 10**13)
unknown_day = lambda u, c: np.full(len(u), np.datetime64("NaT"))

def broken(uniforms, columns):
    raise KeyError("no such\\nthing")

def writing(uniforms, columns):
    columns["customer_id"][:] = 0

number = 7
'''

CUSTOMERS = "tables.customers.columns"
PLUGGED = (
    f"{CUSTOMERS}.bonus={{plugin: shop_loyalty, from: [customer_id], kind: integer, text: Points.}}",
    f"{CUSTOMERS}.tier={{plugin: shop_tier, from: [bonus], kind: code, text: Tier.}}",
    f"{CUSTOMERS}.is_gold={{sql: \"tier = 'gold'\", kind: boolean, text: Gold.}}",
    f"{CUSTOMERS}.joined_on={{plugin: shop_joined_on, from: [registration_date], kind: date, text: Day.}}",
    "tables.order_items.columns.fee={plugin: shop_fee, from: [unit_price, quantity], kind: money}",
    "tables.orders.columns.weight={plugin: shop_weight, kind: number, text: Weight.}",
    "tables.products.columns.weight={plugin: shop_weight, kind: number, text: Weight.}",
    "tables.reviews.columns.weight={plugin: shop_weight, kind: number, text: Weight.}",
)


def laid_down(place: Path) -> Path:
    """A distribution with these functions, as an installer leaves it in a directory."""
    (place / "shop_plugins.py").write_text(CODE)
    info = place / "shop_plugins-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-plugins\nVersion: 1.2\n")
    names = [
        "loyalty",
        "fee",
        "tier",
        "joined_on",
        "weight",
        "short",
        "ranked",
        "centred",
        "missing",
        "texts",
    ]
    names += ["nothing", "scalar", "quoted", "huge", "unknown_day", "broken", "writing", "number", "absent"]
    entries = "\n".join(f"shop_{name} = shop_plugins:{name}" for name in names)
    (info / "entry_points.txt").write_text(f"[footfall.columns]\n{entries}\nlost = no_such_module:f\n")
    return place


@pytest.fixture(autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The distribution, where Python finds it."""
    place = laid_down(tmp_path_factory.mktemp("site"))
    monkeypatch.syspath_prepend(str(place))
    plugin.cache_clear()
    yield place
    plugin.cache_clear()


def test_a_plug_in_gets_uniforms_and_columns_of_its_rows() -> None:
    """Uniforms are of a stream of the column's name at the rows' own addresses; others read its column."""
    dataset = made(*PLUGGED)
    customers = dataset.tables["customers"].to_pylist()
    number = np.arange(len(customers), dtype=np.uint64)
    uniforms = Streams(42).uniform("plugin.customers.bonus", number)
    for row, u in zip(customers, uniforms, strict=True):
        assert row["bonus"] == (0 if u < 0.1 else row["customer_id"] % 100)
        assert row["tier"] == ("gold" if row["bonus"] > 50 else "none")
        assert row["is_gold"] == (row["tier"] == "gold")
        assert (row["joined_on"] - row["registration_date"]).days == 1
    lines = dataset.tables["order_items"].combine_chunks()
    fee, price = (as_unscaled(lines[name].chunk(0)) for name in ("fee", "unit_price"))
    assert ((fee >= 1) & (fee < price + 5)).all()
    for name in ("orders", "products", "reviews"):
        weight = np.array(dataset.tables[name]["weight"].to_pylist())
        assert len(np.unique(weight)) == len(weight)
        assert ((weight > 0) & (weight < 2)).all()


def test_it_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    """Parts, spawned workers, files and verify agree; the manifest names plug-ins with their versions."""
    whole = hashes(made(*PLUGGED))
    assert hashes(made(*PLUGGED, orders_a_part=37)) == whole
    assert hashes(made(*PLUGGED, workers=2)) == whole
    request = Request("storefront", scale=0.02, overrides=PLUGGED)
    generate_into(request, tmp_path / "data")
    manifest = json.loads((tmp_path / "data/_footfall/manifest.json").read_text())
    assert {n: t["content_hash"] for n, t in manifest["tables"].items()} == whole
    assert manifest["options"]["plugins"] == dict.fromkeys(
        ["shop_fee", "shop_joined_on", "shop_loyalty", "shop_tier", "shop_weight"], "shop-plugins 1.2"
    )
    assert [f for f in verify(tmp_path / "data") if f.verdict == "fail"] == []


def test_data_are_verified_without_the_plug_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    """Who gets data need not have what made them."""
    generate_into(Request("storefront", scale=0.02, overrides=PLUGGED), tmp_path / "data")
    monkeypatch.setattr("sys.path", [p for p in __import__("sys").path if p != str(installed)])
    plugin.cache_clear()
    assert [f for f in verify(tmp_path / "data") if f.verdict == "fail"] == []
    with pytest.raises(ScenarioError, match="'shop_weight', which is not installed; none is installed"):
        load("storefront", PLUGGED)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("plugin: shop_loyalti, kind: integer", "'shop_loyalti', which is not installed (did you mean"),
        ("plugin: shop_loyalti, kind: integer", "there are lost, shop_absent, shop_broken"),
        ("plugin: lost, kind: integer", "can't be imported: ModuleNotFoundError"),
        ("plugin: shop_absent, kind: integer", "can't be imported: AttributeError"),
        ("plugin: shop_number, kind: integer", "shop_plugins:number is no function"),
        ("plugin: shop_loyalty", "says its kind"),
        ("plugin: shop_loyalty, from: [customer], kind: integer", "(did you mean 'customer_id'?)"),
        ("plugin: shop_loyalty, from: [mine], kind: integer", "is no column above it"),
        ("plugin: shop_loyalty, sql: '1', kind: integer", "either the field"),
        ("sql: '1', from: [customer_id], kind: integer", "'from' goes with a plugin"),
    ],
)
def test_a_plug_in_that_can_not_be_had_is_refused_at_once(said: str, says: str) -> None:
    """A missing plug-in, or one that lacks what it reads, is told when the scenario is loaded."""
    with pytest.raises(ScenarioError) as refused:
        load("storefront", [f"{CUSTOMERS}.mine={{{said}}}"])
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("short", "number", "gives an array of shape ("),
        ("scalar", "integer", "gives an array of shape () for "),
        ("ranked", "integer", "other values when fewer are made at once"),
        ("centred", "number", "other values when fewer are made at once"),
        ("missing", "number", "gives what is no number: the first is nan"),
        ("texts", "integer", "gives <U1, and a column of kind integer takes whole numbers"),
        ("weight", "money", "gives float64, and a column of kind money takes whole cents"),
        ("nothing", "text", "gives what is no text: the first is None"),
        ("huge", "money", "gives what is no money"),
        ("unknown_day", "date", "gives what is no date: the first is NaT"),
        ("broken", "integer", "fails: KeyError: 'no such\\nthing'"),
        ("writing", "integer", "fails: ValueError: assignment destination is read-only"),
        ("quoted", "code", "declare it as kind: text in the row of customer_id 1"),
    ],
)
def test_a_plug_in_that_is_wrong_is_named(name: str, kind: str, says: str) -> None:
    """A wrong length or type, a value that is none, an error, a look at other rows: the plug-in is named."""
    change = f"{CUSTOMERS}.mine={{plugin: shop_{name}, from: [customer_id], kind: {kind}}}"
    with pytest.raises(ScenarioError) as refused:
        made(change, scale=0.02)
    said = str(refused.value)
    assert "table 'customers', column 'mine'" in said
    assert says in said
    assert ("plug-in" in said) == (name != "quoted")


def test_explain_names_the_plug_in_and_its_stream() -> None:
    """How a column comes about: the plug-in, the stream of its own, and what it reads."""
    told = explained("customers.bonus", *PLUGGED)
    assert told["how"] == "Made for each row by the plug-in shop_loyalty, from uniforms and customer_id."
    assert told["own_streams"] == ["plugin.customers.bonus"]
