"""Property files that follow from the schema alone: sources, staging models, tests of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from footfall.contract import CHECKS
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.dbt.location import RAW, Location
from footfall.dbt.published import Published
from footfall.dbt.staging import MODELS, columns_of, model_of, name_of

Properties = dict[str, Any]
_LIST = re.compile(r"\n(\w+:\n)")
_ITEM = re.compile(r"(?<!:)\n(  - name: )")
"""Where an empty line helps to read: before a list, and between those of its items that have names."""
_FRESH = {"warn_after": {"count": 36, "period": "hour"}}
_DAILY: Mapping[str, str] = {
    "order": "time|date",
    "marketing_day": "date",
    "marketing_channel_day": "date",
    "exchange_rate": "date",
}
"""Tables that grow every day, and the field that tells how far they have come."""


def written(properties: Properties) -> str:
    """Write a property file; dbt reads YAML 1.1, where a column called `off` needs quotes."""
    writer, out = YAML(), StringIO()
    writer.version = (1, 1)
    writer.width = 4096  # no line is folded
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump({"version": 2, **properties}, out)
    text = out.getvalue().removeprefix("%YAML 1.1\n---\n")
    return _ITEM.sub(r"\n\n\1", _LIST.sub(r"\n\n\1", text))


def sources(published: Published, location: Location) -> Properties:
    """Describe the raw tables as they are published: grain, columns, keys, references, words, freshness."""
    scenario = published.scenario
    return {
        "sources": [
            {
                "name": RAW,
                "description": f"Tables of the scenario {scenario.name}: {scenario.title}.",
                **location.source_properties(),
                "tables": [_source(published, location, spec) for spec in published.tables.values()],
            }
        ]
    }


def _source(published: Published, location: Location, spec: TableSpec) -> Properties:
    config: Properties = _freshness(spec)
    if meta := location.table_meta(spec):
        config["meta"] = meta
    table: Properties = {"name": spec.name, "description": f"{_sentence(spec.grain)}."}
    if config:
        table["config"] = config
    table["data_tests"] = _table_tests(spec)
    table["columns"] = [_source_column(published, spec, column) for column in spec.columns]
    return table


def _freshness(spec: TableSpec) -> Properties:
    fields = _DAILY.get(spec.entity, "").split("|")
    column = next((name for field in fields if (name := spec.column_of(field))), None)
    if column is None:
        return {}
    return {"loaded_at_field": f'cast("{column}" as timestamp)', "freshness": _FRESH}


def _table_tests(spec: TableSpec) -> list[Properties]:
    every: Properties = {"no_nulls": {"arguments": {"columns": [c.name for c in spec.columns]}}}
    if len(spec.key) < 2:
        return [every]
    return [every, {"unique_combination": {"arguments": {"columns": list(spec.key)}}}]


def _source_column(published: Published, spec: TableSpec, column: ColumnSpec) -> Properties:
    tests: list[str | Properties] = []
    if spec.key == (column.name,):
        tests.append("unique")
    if column.references:
        table, key = column.references
        tests.append(
            {"relationships": {"arguments": {"to": f"source('{RAW}', '{table}')", "field": f'"{key}"'}}}
        )
    if column.values:
        tests.append({"accepted_values": {"arguments": {"values": _in_literals(column.values)}}})
    if numbers := _numbers(published, spec.entity, column.field):
        tests.append({"accepted_values": {"arguments": {"values": numbers, "quote": False}}})
    unit = column.unit.replace("currency", published.scenario.currency)
    properties: Properties = {
        "name": column.name,
        "description": f"{column.text} [{unit}]" if unit else column.text,
        "quote": True,
    }
    if tests:
        properties["data_tests"] = tests
    return properties


def _numbers(published: Published, entity: str, field: str) -> list[int]:
    """Whole numbers that may stand in a column, where the scenario lists them."""
    reviews, quantities = published.scenario.reviews, published.scenario.basket.quantity
    if (entity, field) == ("line", "quantity"):
        return [units for units, share in quantities.items() if share]
    if (entity, field) == ("review", "rating") and reviews:
        return sorted(stars for stars, share in reviews.ratings.shares.items() if share)
    return []


def staging(published: Published) -> Properties:
    """Describe the staging models, column by column."""
    models = []
    for spec in published.tables.values():
        model = model_of(published, spec)
        is_main = model == MODELS[spec.entity]
        keys = [c for c in spec.columns if spec.key == (c.name,)]
        key = {name_of(spec.entity, c.field) if is_main else c.name for c in keys}
        columns: list[Properties] = []
        for column in columns_of(published, spec):
            columns.append({"name": column.name, "description": column.text})
            if column.name in key:
                columns[-1]["data_tests"] = ["unique", "not_null"]
        models.append(
            {
                "name": model,
                "description": f"{_sentence(spec.grain)}, from `{spec.name}`.",
                "columns": columns,
            }
        )
    return {"models": models}


def contract_tests(checks: Sequence[str]) -> Properties:
    """Describe the singular tests, in the words of the contract's checks."""
    return {
        "data_tests": [
            {"name": check.replace(".", "_"), "description": f"{CHECKS[check].rule} (`{check}`)"}
            for check in checks
        ]
    }


def _in_literals(words: Sequence[str]) -> list[str]:
    """Words as dbt must be given them: it puts them between quotes as they are."""
    return [word.replace("'", "''") for word in words]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
