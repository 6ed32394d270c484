"""The JSON Schema of scenarios: what the models say, for editors and other programs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from footfall.cli.main import run
from footfall.scenario.sources import SCHEMA, shipped, text_of
from footfall.scenario.yaml_document import read

ROOT = Path(__file__).parents[1]
SAID = json.loads(SCHEMA.read_text(encoding="utf-8"))
KNOWN = jsonschema.Draft202012Validator(SAID)


def as_json(text: str) -> Any:
    """A scenario as a program that knows JSON alone sees it."""
    return json.loads(json.dumps(read(text, "").data, default=str))


def examples() -> list[tuple[str, str]]:
    """Scenarios on pages of the documentation, each with the name of its file."""
    found = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        written = re.findall(r"^cat > (\S+\.yml) <<'YAML'\n(.*?)^YAML$", text, re.DOTALL | re.MULTILINE)
        found += [(f"{page.stem}: {file}", scenario) for file, scenario in written]
    return found


def test_the_schema_says_what_the_models_say(capsys: pytest.CaptureFixture[str]):
    """The committed file is what `make reference` writes, and `footfall schema` prints it."""
    from tools.scenario_schema import text

    assert SCHEMA.read_text(encoding="utf-8") == text(), "the schema is old; run: make reference"
    with pytest.raises(SystemExit) as left:
        run(["schema"])
    assert (left.value.code, capsys.readouterr().out) == (0, text())


def test_it_is_a_schema_with_words_for_every_key():
    """It is valid as a schema of 2020-12; maps are closed; each model and each key says what it means."""
    jsonschema.Draft202012Validator.check_schema(SAID)
    for name, described in SAID["$defs"].items():
        assert described["description"], name
        assert described["additionalProperties"] is False, name
        for key, value in described["properties"].items():
            assert value["description"], f"{name}.{key}"


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_valid(name: str):
    """What comes with Footfall is what editors are told."""
    KNOWN.validate(as_json(text_of(name)))


def test_scenarios_of_the_documentation_are_valid():
    """So is each scenario that a page writes, whole or extending."""
    assert any("extends:" in scenario for _, scenario in examples())
    for place, scenario in examples():
        assert not [error.message for error in KNOWN.iter_errors(as_json(scenario))], place


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("version: 1\nextends: vantage\n", True),
        ("version: 1\nextends: vantage\nname: mine\ntitle: Mine\n", True),
        ("extends: vantage\n", False),
        ("version: 2\nextends: vantage\n", False),
        ("version: 1\nextends: 1\n", False),
        ("version: 1\nextends: vantage\ndemand: {orders: 5}\n", True),
        ("version: 1\nextends: vantage\ndemand: {orders: -5}\n", False),
        ("version: 1\nextends: vantage\ndemand: {ordrs: 5}\n", False),
        (
            "version: 1\nextends: vantage\ndemand: {events: {x: null, y: {multiplier: 2}}, payday: null}\n",
            True,
        ),
        ("version: 1\nextends: vantage\ndemand: {events: {X: null}}\n", False),
        ("version: 1\nextends: vantage\nbasket: {size: {1: 1.0}}\n", True),
        ("version: 1\nextends: vantage\nbasket: {size: {1: null}}\n", False),
        ("version: 1\nextends: vantage\nbasket: {size: {one: 1.0}}\n", False),
        ("version: 1\nextends: vantage\nbasket: {affinity: [{first: Schuhe}]}\n", False),
        ("version: 1\nextends: vantage\ntables: {raw_orders: {rows: ordr}}\n", False),
        ("version: 1\nname: mine\n", False),
    ],
)
def test_what_differs_needs_not_be_whole(text: str, is_valid: bool):
    """A file that extends may leave out and remove, and is as strict in what it says."""
    assert KNOWN.is_valid(as_json(text)) is is_valid


@pytest.mark.parametrize("key", ["year", "demand", "tables"])
def test_a_whole_scenario_must_be_whole(key: str):
    """A required key can't be left out, or be null, where nothing is extended."""
    said = as_json(text_of("vantage"))
    assert not KNOWN.is_valid({**said, key: None})
    del said[key]
    assert not KNOWN.is_valid(said)
