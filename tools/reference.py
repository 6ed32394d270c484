"""Write the reference pages of the documentation from the code: commands, scenarios, tables, checks.

    python tools/reference.py docs/reference

`tests/test_docs_site.py` fails where a committed page differs from what this writes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
import typer.main
from markdown.extensions.toc import slugify

from footfall.cli.main import app
from footfall.contract.findings import REFUSE_BELOW
from footfall.contract.judge import CHECKS
from footfall.core.schema import ARROW_TYPES
from footfall.core.vocabulary import Kind
from footfall.scenario import model
from footfall.scenario.load import load
from footfall.scenario.sources import shipped
from tools.key_words import models, prose, references, values_of_a_map, words_of

_HELP_WIDTH = 100
_PATTERNS = {  # of scenario/strict.py, in words
    "^(0[1-9]": "month and day, such as `07-15`",
    "^([01]": "time of day, such as `06:00:00`",
    "^[^": "text without commas and quotes",
    "^[a-z_]": "lower-case name",
    "^[A-Z]{2}": "country or region, such as `DE-BY`",
    "^(uuid": "`uuid`, `cents`, `timestamp`, or a code such as `SKU-000`",
    "^[A-Z]{3}": "three capital letters",
}
_BOUNDS = {"exclusiveMinimum": "> {}", "minimum": "≥ {}", "exclusiveMaximum": "< {}", "maximum": "≤ {}"}
_SHOWN = ("storefront", "vantage")
"""Scenarios whose values stand beside the keys; a column for each of all would leave no room for words."""


def pages() -> dict[str, str]:
    """Text of each reference page, by file name."""
    return {
        "commands.md": "".join(_commands()),
        "scenario.md": "".join(_scenario()),
        "tables.md": "".join(_tables()),
        "checks.md": "".join(_checks()),
    }


def _commands() -> Iterator[str]:
    yield _head("Commands", "What `footfall --help` and the `--help` of each command print.")
    group: Any = typer.main.get_command(app)
    yield from _help(group, "footfall")


def _help(command: Any, path: str) -> Iterator[str]:
    context = typer.Context(
        command,
        info_name=path,
        terminal_width=_HELP_WIDTH,
        max_content_width=_HELP_WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield f"\n## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _help(below, f"{path} {name}")


def _scenario() -> Iterator[str]:
    yield _head(
        "Scenario keys",
        "Every key that a scenario may hold. `footfall show vantage` prints a whole scenario. A key without "
        "a default must be given. `NAME` stands for a name of your own, `N` for a place in a list. The last "
        "columns show what two of the scenarios that come with Footfall say; `...` stands for more than a "
        "value.",
    )
    said = {name: load(name).model_dump(mode="json", by_alias=True) for name in _SHOWN}
    schema = model.Scenario.model_json_schema(by_alias=True)
    kinds = models()
    paths: dict[str, list[str]] = {}
    _find(schema, schema, "", "Scenario", paths)
    sections = {name: slugify(where[0], "-") for name, where in paths.items()}
    for name, where in paths.items():
        described = schema if name == "Scenario" else schema["$defs"][name]
        is_one = not {"NAME", "[N]"} & set(where[0].replace("[", ".[").split("."))
        yield f"\n## {where[0] or 'the top'}\n\n"
        if len(where) > 1:
            yield f"The same keys: {', '.join(f'`{path}`' for path in where[1:])}.\n\n"
        yield f"{prose(kinds[name])}\n\n"
        rows = []
        for key, value in described["properties"].items():
            values = [_value_at(data, where[0], key) for data in said.values()] if is_one else []
            needed = "" if key in described.get("required", ()) else _default(value)
            words = words_of(kinds[name], key, value, schema)
            rows.append([f"`{key}`", words, _kind(value, sections), needed, *values])
        yield _table(["key", "meaning", "value", "default", *(said if is_one else ())], rows)


def _find(schema: Any, node: Any, path: str, name: str, paths: dict[str, list[str]]) -> None:
    """Gather the paths at which each model of the language stands, outermost first."""
    paths.setdefault(name, []).append(path)
    found = []
    for key, value in node["properties"].items():
        below = f"{path}.{key}" if path else key
        for reference, end in references(value):
            found.append((reference, below + end))
    for reference, below in found:
        _find(schema, schema["$defs"][reference], below, reference, paths)


def _kind(value: Any, sections: Mapping[str, str]) -> str:
    """What may stand under a key, in words; `sections` tells where on the page a model's keys are."""
    ways = [way for way in value.get("anyOf", [value]) if way.get("type") != "null"]
    return " or ".join(_one_kind(way, sections) for way in ways)


def _one_kind(value: Any, sections: Mapping[str, str]) -> str:
    bounds = [words.format(_grouped(value[key])) for key, words in _BOUNDS.items() if key in value]
    if "$ref" in value:
        return f"[keys](#{sections[value['$ref'].rpartition('/')[2]]})"
    if "enum" in value or "const" in value:
        return " or ".join(f"`{_plain(word)}`" for word in value.get("enum", [value.get("const")]))
    if "pattern" in value:
        return next(words for start, words in _PATTERNS.items() if value["pattern"].startswith(start))
    if value.get("type") == "array":
        return f"list; each {_kind(value['items'], sections)}"
    if value.get("type") == "object":
        return f"map; each {_kind(values_of_a_map(value)[0], sections)}"
    names = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
    word = "day, such as `2025-01-31`" if value.get("format") == "date" else names[value["type"]]
    return " ".join([word, " and ".join(bounds)]).strip()


def _grouped(bound: float) -> str:
    return f"{bound:,g}" if bound >= 10_000 else f"{bound:g}"


def _default(described: Mapping[str, object]) -> str:
    """Give a default in words; a map of keys is made when it is needed, from the defaults of its keys."""
    if "default" not in described:
        return "those of its keys"
    default = described["default"]
    if isinstance(default, Mapping) and default:
        return "those of its keys"
    return "none" if default in (None, [], {}, "") else f"`{_plain(default)}`"


def _value_at(data: Any, path: str, key: str) -> str:
    """Value of a key in a scenario; nothing where it isn't given."""
    here = data
    for name in [*path.split("."), key] if path else [key]:
        if not isinstance(here, Mapping) or name not in here:
            return ""
        here = here[name]
    if here is None or here in ({}, []):
        return ""
    text = _plain(here)
    return "..." if len(text) > 40 else f"`{text}`"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(_short(value), ensure_ascii=False).replace('"', "")


def _short(value: Any) -> Any:
    """Value with whole numbers written as such."""
    if isinstance(value, Mapping):
        return {key: _short(under) for key, under in value.items()}
    if isinstance(value, list):
        return [_short(under) for under in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _tables() -> Iterator[str]:
    yield _head(
        "Tables and columns",
        "What each scenario publishes, in the order of its files. No column is ever empty (null). "
        "A scenario may publish any field of the vocabulary under a name of its own.",
    )
    yield "\n## Types\n\n"
    yield _table(["type", "in Arrow and Parquet"], [[kind.value, f"`{ARROW_TYPES[kind]}`"] for kind in Kind])
    for name in shipped():
        scenario = load(name)
        yield f"\n## {name}\n\n{scenario.title}.\n"
        for table in scenario.publishing(list(scenario.tables)).values():
            yield f"\n### {table.name}\n\n{table.grain[0].upper()}{table.grain[1:]}"
            yield f"; key {_names(table.key)}" if table.key else ""
            yield f"; in the order of {_names(table.order_by)}"
            yield "; made on request alone (`--tables`)" if scenario.tables[table.name].on_request else ""
            yield ".\n\n"
            rows = [
                [
                    f"`{column.name}`",
                    f"`{table.entity}.{column.field}`",
                    column.kind.value,
                    column.unit,
                    column.text
                    + (f" One of {', '.join(column.values)}." if column.values else "")
                    + (f" Refers to `{'.'.join(column.references)}`." if column.references else ""),
                ]
                for column in table.columns
            ]
            yield _table(["column", "shows", "type", "unit", "meaning"], rows)


def _checks() -> Iterator[str]:
    yield _head(
        "Checks",
        "Every promise of the contract, in the order in which `footfall verify DIR --json` lists them. "
        "A check that lacks what it needs is not applicable, and says why. A rule holds exactly; a target "
        f"holds within its tolerance; a law refuses only below p = {REFUSE_BELOW:g}. A check that binds the "
        "whole horizon says nothing about a slice.",
    )
    yield "\n" + _table(
        ["check", "kind", "promise", "needs", "binds"],
        [
            [
                f"`{check.name}`",
                check.kind,
                check.rule,
                ", ".join(f"`{need.replace('|', '` or `')}`" for need in check.needs),
                "the whole horizon" if check.whole_year else "any days",
            ]
            for check in CHECKS.values()
        ],
    )


def _head(title: str, text: str) -> str:
    return f"<!-- Written by `make reference` from the code; do not edit. -->\n# {title}\n\n{text}\n"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
