"""The command `explain`: what a column is, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from footfall.cli import output

Column = Annotated[str, typer.Argument(metavar="TABLE.COLUMN", help="By published names.")]
Source = Annotated[
    str | None,
    typer.Option(
        "-s", "--scenario", metavar="SCENARIO", help="Name or path. [default: the one with that table]"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_WIDTH = 96


def explain(column: Column, scenario: Source = None, as_json: Json = False) -> int:
    """Tell how a column comes about, what it depends on, and which rules bind it."""
    from footfall.workflow.explaining import explain as explained  # noqa: PLC0415 - see cli.main

    told = explained(column, scenario)
    if as_json:
        output.document(told)
    else:
        print("\n".join(_page(told)))
    return 0


def _page(told: Mapping[str, Any]) -> list[str]:
    unit = f", {told['unit']}" if told["unit"] else ""
    lines = [
        f"{told['column']} of {told['scenario']}: {told['type']}{unit}; {told['grain']}",
        told["means"],
        "",
    ]
    lines += ["How it comes about", *_paragraph(told["how"])]
    if told["rows"]:
        lines += _paragraph(f"Rows: {told['rows']}")
    if told["follows_from"]:
        lines += ["", "What it follows from, nearest first"]
        for one in told["follows_from"]:
            lines += _paragraph(f"{one['what']}: {one['how']}", "    ")
    lines += ["", "Streams of chance that it depends on", *_names(told["own_streams"], told["streams"])]
    lines += ["", "Scenario keys that it depends on", *_names(told["own_keys"], told["keys"])]
    lines += ["", "Rules that bind it, as far as the scenario asks for them"]
    rules = [[rule["check"], rule["kind"], rule["rule"]] for rule in told["rules"]]
    lines += (
        [f"  {line}" for line in output.aligned(["check", "kind", "rule"], rules)] if rules else ["  none"]
    )
    return lines


def _names(own: Sequence[str], every: Sequence[str]) -> list[str]:
    """Names that are the column's own, and those that come with what it follows from."""
    others = [name for name in every if name not in own]
    return [
        *_paragraph(f"its own: {', '.join(own) or 'none'}", "    "),
        *(_paragraph(f"by what it follows from: {', '.join(others)}", "    ") if others else []),
    ]


def _paragraph(words: str, hanging: str = "  ") -> list[str]:
    return textwrap.wrap(
        words, _WIDTH, initial_indent="  ", subsequent_indent=hanging, break_on_hyphens=False
    )
