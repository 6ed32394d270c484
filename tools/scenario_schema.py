"""Write the JSON Schema of scenarios, which `footfall schema` prints, from the models of the language.

    python -m tools.scenario_schema

`tests/test_schema.py` fails where the committed file differs from what this writes.
"""

from __future__ import annotations

import copy
import json
import typing
from typing import Any

from footfall.core.vocabulary import VOCABULARY
from footfall.scenario.language import plain
from footfall.scenario.model import Scenario
from footfall.scenario.sources import SCHEMA
from footfall.scenario.strict import AS_A_WHOLE
from tools.key_words import models, prose, words_of

_CHANGES = "Changes"
_NULL = {"type": "null", "description": "Removed from what is extended."}
_NEVER_REMOVED = {"version", "extends", "name", "title"}


def text() -> str:
    """Text of the schema's file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema of files: of whole scenarios, and of those that extend another and say what differs."""
    said = Scenario.model_json_schema(by_alias=True)
    whole = {**said.pop("$defs"), "Scenario": said}
    for name, kind in models().items():
        if name in whole:
            _describe(whole[name], kind, said, whole)
    whole["PublishedTable"]["properties"]["rows"]["enum"] = list(VOCABULARY)
    changed = {f"{name}{_CHANGES}": _changes(whole[name], models()[name]) for name in whole}
    extends = whole["Scenario"]["properties"].pop("extends")
    changed[f"Scenario{_CHANGES}"]["properties"]["extends"] = {
        "type": "string", "description": extends["description"]
    }  # fmt: skip
    changed[f"Scenario{_CHANGES}"]["required"] = ["version", "extends"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:footfall:scenario:1",
        "title": "Scenario of Footfall",
        "description": prose(Scenario),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"#/$defs/Scenario{_CHANGES}"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": dict(sorted({**whole, **changed}.items())),
    }


def _describe(said: dict[str, Any], kind: Any, top: Any, whole: dict[str, Any]) -> None:
    """Put words to a model and its keys, and close its maps."""
    said["description"] = prose(kind)
    said.pop("title")
    for name, field in kind.model_fields.items():
        key = field.alias or name
        value = said["properties"][key]
        value.pop("title", None)
        value["description"] = words_of(kind, key, value, {**top, "$defs": whole})
        keys = typing.get_args(plain(field.annotation))[:1]
        for way in value.get("anyOf", [value]):
            if "patternProperties" in way:
                way["additionalProperties"] = False
            if way.get("type") == "object" and keys and plain(keys[0]) is int:
                way["propertyNames"] = {"pattern": "^[0-9]+$"}


def _changes(whole: dict[str, Any], kind: Any) -> dict[str, Any]:
    """Schema of what differs from a model: nothing must be said, and anything may be removed."""
    said = copy.deepcopy(whole)
    said.pop("required", None)
    for name, field in kind.model_fields.items():
        key = field.alias or name
        if key in _NEVER_REMOVED and kind is Scenario:
            continue
        value = said["properties"][key]
        words = value.pop("description")
        value.pop("default", None)
        ways = [way for way in value.pop("anyOf", [value]) if way != {"type": "null"}]
        if AS_A_WHOLE not in field.metadata:
            ways = [_merged(way) for way in ways]
        said["properties"][key] = {"anyOf": [*ways, _NULL], "description": words}
    return said


def _merged(way: dict[str, Any]) -> dict[str, Any]:
    """Schema of a value that is merged, where it is a map."""
    if "anyOf" in way:
        return {**way, "anyOf": [_merged(each) for each in way["anyOf"]]}
    if "$ref" in way:
        return {"$ref": f"{way['$ref']}{_CHANGES}"}
    if way.get("type") != "object":
        return way
    said = {name: value for name, value in way.items() if name != "minProperties"}
    for place in ("patternProperties", "additionalProperties"):
        if place == "patternProperties" and place in said:
            said[place] = {
                pattern: {"anyOf": [_merged(under), _NULL]} for pattern, under in said[place].items()
            }
        elif isinstance(said.get(place), dict):
            said[place] = {"anyOf": [_merged(said[place]), _NULL]}
    return said


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8", newline="\n")
