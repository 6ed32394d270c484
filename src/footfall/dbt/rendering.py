"""Templates of a dbt project, filled in for what a scenario publishes.

dbt's own Jinja keeps its braces; ours has square brackets, and statements on lines that begin with `%%`. A
model says in its first line what must be published, or which other model must be there, for it to be written.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from ruamel.yaml import YAML

from footfall.contract import CHECKS
from footfall.contract.check import BINDING
from footfall.dbt import properties
from footfall.dbt.location import ATTACHED, RAW, Location
from footfall.dbt.published import Published
from footfall.dbt.staging import (
    ANY_SHOP,
    MODELS,
    StagedColumn,
    columns_of,
    model_of,
    name_of,
    own_columns_of,
)

TEMPLATES = Path(__file__).parent / "templates"
_NEEDS = re.compile(r"\[# needs: (?P<needs>.*?) #\]\n")
_STATEMENT = re.compile(r"^%% *(.+)$", re.MULTILINE)
_HIDDEN = ("gitignore", "sqlfluff", "sqlfluffignore")
_PLAIN = ("macros", "tests/generic")
_FILLED = ("README.md", "dbt_project.yml", "profiles.yml", "models/overview.md", *_HIDDEN)
_PROPERTIES = (
    "models/_exposures.yml",
    "models/core/_core.yml",
    "models/core/_core_unit_tests.yml",
    "models/core/_semantic_models.yml",
    "models/marts/_marts.yml",
    "models/marts/_marts_unit_tests.yml",
    "snapshots/_snapshots.yml",
)


def render(published: Published, location: Location) -> dict[str, str]:
    """Give path -> text of a project for what a scenario publishes; it is called like the scenario."""
    return _Project(published, location).files()


class _Project:
    def __init__(self, published: Published, location: Location) -> None:
        self._published, self._location = published, location
        self._needs = {
            path.stem: _NEEDS.match(path.read_text(encoding="utf-8"))
            for folder in ("core", "marts")
            for path in sorted((TEMPLATES / "models" / folder).glob("*.sql"))
        }
        self._jinja = Environment(
            loader=FunctionLoader(_template),
            undefined=StrictUndefined,
            autoescape=False,  # nothing here is HTML
            variable_start_string="[[",
            variable_end_string="]]",
            block_start_string="[%",
            block_end_string="%]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        self._jinja.filters |= {
            "quoted": _quoted,
            "listed": _quoted,
            "literal": _literal,
            "month_day": lambda text: int(text.replace("-", "")),
            "percent": lambda percent: f"{percent / 100:.2f}",
            "named": lambda field, entity: name_of(entity, field),
            "ticked": lambda word: f"`{word}`",
            "one_a_line": lambda words: ",\n".join(f"        {word}" for word in words),
            "select_list": _without_last_comma,
        }
        scenario = published.scenario
        self._jinja.globals |= {
            "name": scenario.name,
            "published": published,
            "scenario": scenario,
            "currency": scenario.currency,
            "sub_categories": [
                f"{category} / {sub_category}"
                for category, held in scenario.catalog.categories.items()
                for sub_category in held.sub_categories
            ],
            "location": location,
            "adapter": location.adapter,
            "attached": ATTACHED,
            "raw": RAW,
            "any_shop": ANY_SHOP,
            "has": published.has,
            "built": self._built,
            "staged": self._staged,
            "text": self._text,
            "watched": self._watched,
            "fk": _foreign_key,
            "shop_models": self._shop_models(),
            "snapshots": self._snapshots(),
            "core": self._models("core"),
            "marts": self._models("marts"),
            "binding": BINDING,
            "whole": published.subject.whole_year,
            "last": published.last.isoformat(),
            **_calendar(published),
        }

    def files(self) -> dict[str, str]:
        """Path in the project -> text."""
        found: dict[str, str] = {}
        for name in _FILLED:
            found[f".{name}" if name in _HIDDEN else name] = self._fill(name)
        for folder in _PLAIN:
            for path in sorted((TEMPLATES / folder).glob("*.sql")):
                found[f"{folder}/{path.name}"] = path.read_text(encoding="utf-8")
        found |= self._staging()
        for folder in ("core", "marts"):
            found |= {
                f"models/{folder}/{model}.sql": self._fill(f"models/{folder}/{model}.sql")
                for model in self._models(folder)
            }
        for name in _PROPERTIES:
            found |= self._property_file(name)
        for path in sorted((TEMPLATES / "tests" / "history").glob("*.sql")):
            if text := self._fill(f"tests/history/{path.name}"):
                found[f"tests/history/{path.name}"] = text
        return found | self._contract()

    def _fill(self, name: str, **more: object) -> str:
        return self._jinja.get_template(name).render(**more).lstrip("\n")

    def _property_file(self, name: str) -> dict[str, str]:
        """Fill in a property file and write it anew: its form shall not depend on what was left out."""
        read = YAML(typ="safe", pure=True).load(self._fill(name))
        said = {key: value for key, value in read.items() if value and key != "version"}
        return {name: properties.written(said)} if said else {}

    def _staging(self) -> dict[str, str]:
        found = {
            "models/staging/_sources.yml": properties.written(
                properties.sources(self._published, self._location)
            ),
            "models/staging/_staging.yml": properties.written(properties.staging(self._published)),
        }
        for table, spec in self._published.tables.items():
            model = f"models/staging/{model_of(self._published, spec)}.sql"
            columns = columns_of(self._published, spec)
            found[model] = self._fill("staging_model.sql", table=table, columns=columns)
        return found

    def _contract(self) -> dict[str, str]:
        """Singular tests, each named after the contract's check, whose needs and words they share."""
        found, checks = {}, []
        for name, check in CHECKS.items():
            template = TEMPLATES / "tests" / "contract" / f"{name}.sql"
            if not template.is_file() or not all(self._published.has(need) for need in check.needs):
                continue
            if text := self._fill(f"tests/contract/{name}.sql"):
                checks.append(name)
                found[f"tests/contract/{name.replace('.', '_')}.sql"] = text
        if checks:
            found["tests/contract/_contract.yml"] = properties.written(properties.contract_tests(checks))
        return found

    def _built(self, model: str) -> bool:
        needs = self._needs[model]
        assert needs is not None, f"{model}.sql says in its first line what it needs"
        return all(self._is_met(need.strip()) for need in needs["needs"].split(","))

    def _is_met(self, need: str) -> bool:
        return self._built(need) if need in self._needs else self._published.has(need)

    def _models(self, folder: str) -> list[str]:
        names = (path.stem for path in sorted((TEMPLATES / "models" / folder).glob("*.sql")))
        return [name for name in names if self._built(name)]

    def _staged(self, entity: str) -> list[StagedColumn]:
        spec = self._published.table(entity)
        return own_columns_of(self._published, spec) if spec else []

    def _text(self, entity: str, field: str) -> str:
        name = name_of(entity, field)
        return next(column.text for column in self._staged(entity) if column.name == name)

    def _watched(self, entity: str) -> list[str]:
        return [c.name for c in self._staged(entity) if c.name != name_of(entity, "id")]

    def _snapshots(self) -> list[str]:
        kinds = {"product": "products_history", "customer": "customers_history"}
        return [
            name
            for entity, name in kinds.items()
            if self._published.has(f"{entity}.id") and self._watched(entity)
        ]

    def _shop_models(self) -> list[str]:
        entities = ("order", "customer", "marketing_day", "marketing_channel_day", "budget_month")
        return [MODELS[e] for e in entities if any(column.name == "shop_id" for column in self._staged(e))]


def _template(name: str) -> str:
    """Text of a template; statements on lines of their own in Jinja's usual form, whose line vanishes alone.

    Jinja's own statements on lines take the empty lines that follow with them.
    """
    return _STATEMENT.sub(r"[% \1 %]", (TEMPLATES / name).read_text(encoding="utf-8"))


def _calendar(published: Published) -> Mapping[str, str]:
    """Whole years around all days that the tables can show."""
    scenario = published.scenario
    years = [published.first.year, published.last.year, scenario.first_day.year, scenario.last_day.year]
    return {
        "calendar_first": dt.date(min(years), 1, 1).isoformat(),
        "calendar_last": dt.date(max(years), 12, 31).isoformat(),
    }


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON is YAML


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _foreign_key(model: str, column: str) -> str:
    return f"{{relationships: {{arguments: {{to: ref('{model}'), field: {column}}}}}}}"


def _without_last_comma(lines: str) -> str:
    return lines.rstrip().removesuffix(",") + "\n"
