"""Scenarios are found, read, changed and refused as issue 2 says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from footfall.core.errors import ScenarioError
from footfall.scenario.load import load
from footfall.scenario.sources import shipped, text_of

VANTAGE = text_of("vantage")


def refusal(scenario: str | Path, *changes: str) -> str:
    """Return what loading says when it refuses; one line always."""
    with pytest.raises(ScenarioError) as refused:
        load(str(scenario), changes)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def edited(tmp_path: Path):
    def edit(old: str, new: str) -> Path:
        assert old in VANTAGE
        file = tmp_path / "mine.yml"
        file.write_text(VANTAGE.replace(old, new, 1), encoding="utf-8")
        return file

    return edit


def test_every_shipped_scenario_loads_under_its_name_and_title():
    """What is listed loads, and is called what the list says."""
    assert "vantage" in shipped()
    for name, title in shipped().items():
        assert (load(name).name, load(name).title) == (name, title)


def test_a_file_given_by_path_is_read_and_can_be_changed(edited):
    """A path takes the place of a name, and changes apply to it too."""
    file = edited("orders: 35000", "orders: 34000")
    assert load(str(file)).demand.orders == 34000
    assert load(str(file), ["demand.orders=33000"]).demand.orders == 33000


def test_no_is_the_country_and_not_false(edited):
    """YAML 1.2: NO, 06:00:00 and 07-15 are text, in a file and on the command line."""
    assert set(load(str(edited("DE: 1.0", "NO: 1.0"))).demand.shops) == {"NO", "AT", "CH"}
    assert set(load("vantage", ["demand.shops={NO: 1.0, DE: 2.0}"]).demand.shops) == {"NO", "DE"}
    changed = load("vantage", ["demand.opens_at=07:00:00", "demand.events.summer_sale.from=07-16"])
    assert (changed.demand.opens_at, changed.demand.events["summer_sale"].from_) == ("07:00:00", "07-16")


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        (["demand.orders=50000"], "demand.orders", 50000),
        (["year=2026"], "year", 2026),
        (["demand.growth_per_day=0"], "demand.growth_per_day", 0),
        (["demand.payday.multiplier=1.2"], "demand.payday.multiplier", 1.2),
        (["demand.weekday.Sun=1.5"], "demand.weekday.Sun", 1.5),
        (["basket.size.1=0.49", "basket.size.2=0.31"], "basket.size", {1: 0.49, 2: 0.31}),
        (["demand.shops.DE=2"], "demand.shops", {"DE": 2.0}),
        (["basket.affinity.0.odds_factor=2"], "basket.affinity", None),
        (["demand.orders=1e3", "customers.pool=500"], "demand.orders", 1000),
    ],
)
def test_any_value_can_be_changed(changes: Sequence[str], path: str, value: object):
    """Shop weights, growth, events, multipliers, shares by number and list entries can be changed."""
    found: object = load("vantage", changes)
    for name in path.split("."):
        found = getattr(found, name)
    if isinstance(value, dict):
        assert isinstance(found, dict)
        assert value.items() <= found.items()
    elif value is not None:
        assert found == value


def test_a_new_event_can_be_made_leaf_by_leaf():
    """A map of names takes new entries, as long as the entry is whole in the end."""
    day = [f"demand.events.easter.{leaf}" for leaf in ("from=04-01", "to=04-10", "multiplier=1.5")]
    assert load("vantage", day).demand.events["easter"].multiplier == 1.5
    assert "lacks 'multiplier'" in refusal("vantage", *day[:2])


def test_changes_leave_the_next_load_as_it_was():
    """A change holds for one load only."""
    before = load("vantage").fingerprint
    assert load("vantage", ["demand.events.christmas.multiplier=2"]).fingerprint != before
    assert load("vantage").fingerprint == before


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ("demand.orders=-1", ["greater than 0", "-1"]),
        ("demand.orders=.nan", ["finite", "nan"]),
        ("demand.orders=many", ["a number", "'many'"]),
        ("demand.orders=", ["a number", "empty"]),
        ("demand.orders", ["key.path=value"]),
        ("demand.shops.DE=-1", ["greater than 0"]),
        ("demand.shops={DE: 1", ["not valid YAML"]),
        ("demand.ordrs=3", ["did you mean 'demand.orders'?", "growth_per_day"]),
        ("dmand.orders=3", ["did you mean 'demand.orders'?", "catalog"]),
        ("orders=3", ["did you mean 'demand.orders'?"]),
        ("black_week.multiplier=2", ["did you mean 'demand.events.black_week.multiplier'?"]),
        (
            "demand.events.black_week.discount=5",
            ["did you mean 'demand.events.black_week.discount_percent'?"],
        ),
        ("demand.events.blak_week.multiplier=2", ["did you mean 'black_week'?", "lacks 'from'"]),
        ("demand.events.black_week=5", ["a map", "from, to, multiplier"]),
        ("demand.orders.x=5", ["single value"]),
        ("demand.opens_at=24:00:00", ["time of day"]),
        ("demand.events.black_week.from=13-01", ["month and day"]),
        ("basket.size.1=0.6", ["add up to 1.1"]),
        ("basket.affinity.3.odds_factor=2", ["a list of 1"]),
        ("currency=eur", ["three capital letters"]),
        ("name=2025-13-45", ["lower-case", "2025-13-45"]),
    ],
)
def test_a_wrong_change_is_named_with_what_is_allowed(change: str, parts: list[str]):
    """The change that is wrong is quoted, with the reason and the remedy."""
    said = refusal("vantage", "demand.payday.multiplier=1.1", change)
    assert said.startswith(f"--set {change}: ")
    for part in parts:
        assert part in said


@pytest.mark.parametrize(
    ("old", "new", "at", "parts"),
    [
        ("  orders: 35000", "  orders: -5", ":11:11: demand.orders", ["greater than 0", "-5"]),
        (
            "  orders: 35000",
            "  ordesr: 35000",
            ":11:3: ",
            ["did you mean 'demand.orders'?", "growth_per_day"],
        ),
        ("  orders: 35000", "  orders: [1", ":12:", ["not valid YAML"]),
        ("  orders: 35000", "  orders: 35000\n  orders: 1", ":12:3: ", ["duplicate key"]),
        ("DE: 1.0", "DE: -1.0", ":13:15: demand.shops.DE", ["greater than 0"]),
        ("DE: 1.0", "1: 1.0", ":13:11: demand.shops", ["the key 1", "text"]),
        ("name: vantage", "name: 2025-13-45", ":3:7: ", ["lower-case", "2025-13-45"]),
        ("name: vantage", "name: \x01", ":3:7: ", ["not valid YAML"]),
        ("name: vantage", "name: 2025-01-01", ":3:7: name", ["text", "2025-01-01"]),
        ("year: 2025\n", "", ":2:1: ", ["lacks 'year'"]),
        ("share: 0.25", "share: 0.2", ":35:3: catalog", ["add up to 0.95"]),
        ("odds_factor: 3.0", "odds: 3.0", ":84:41: ", ["did you mean 'basket.affinity.0.odds_factor'?"]),
        (VANTAGE, "", ":1:1: ", ["map", "empty"]),
        (VANTAGE, "- 1", ":1:1: ", ["map", "list"]),
        (VANTAGE, "demand: &a {x: *a}", ":1:13: ", ["unknown key"]),
        (VANTAGE, "a: !!python/object:os.system x", ":1:1: ", ["unknown key", "2 more: footfall validate"]),
        (VANTAGE, "[" * 5000, ":1:101: ", ["too deeply"]),
    ],
)
def test_a_wrong_file_is_named_with_line_and_column(edited, old: str, new: str, at: str, parts: list[str]):
    """File, line and column of what is wrong, what it is, and what is allowed."""
    file = edited(old, new)
    said = refusal(file)
    assert said.startswith(f"{file}{at}")
    for part in parts:
        assert part in said


def test_a_mistake_of_the_file_is_not_blamed_on_a_change(edited):
    """What was wrong before a change is the file's, with its line."""
    assert ":13:15: demand.shops.DE" in refusal(edited("DE: 1.0", "DE: 0"), "demand.payday.multiplier=1.2")


def test_an_unknown_scenario_comes_with_the_nearest_name_and_the_list(tmp_path: Path):
    """A slip in the name is recognised; a path that cannot be read says why."""
    assert "did you mean 'vantage'?" in refusal("vantagge")
    assert f"there are {', '.join(shipped())}" in refusal("")
    assert "No such file" in refusal(tmp_path / "none.yml")
    assert "directory" in refusal(f"{tmp_path}/")
    (tmp_path / "latin.yml").write_bytes("name: Z\u00fcrich".encode("latin-1"))
    assert "latin.yml:1:8: " in refusal(tmp_path / "latin.yml")


def test_discounts_are_exact_only_where_they_can_be():
    """An exact mix of discounts needs an exact total of lines: nothing becomes weaker in silence."""
    assert "where basket.deal is exact" in refusal("vantage", "discount.deal=exact", "demand.deal=exact")
