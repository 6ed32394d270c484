"""The commands `init`, `validate` and `schema`: a scenario of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from footfall.cli import output
from footfall.cli.options import Changes, Json, ScenarioName
from footfall.core.errors import ScenarioError

NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write, such as my_shop.yml.")]
Like = Annotated[
    str | None,
    typer.Option("--like", metavar="NAME", help="Write a whole scenario, as the shipped one is."),
]
Extends = Annotated[
    str | None,
    typer.Option("--extends", metavar="SCENARIO", help="Write only what differs from a name or file."),
]

_TOLD = ("place", "line", "column", "key", "says")


def init(file: NewFile, *, like: Like = None, extends: Extends = None, as_json: Json = False) -> int:
    """Write a scenario to change, with comments; nothing is overwritten."""
    from footfall.workflow.starting import start  # noqa: PLC0415 - see cli.main

    written = start(file, like=like, extends=extends)
    if as_json:
        output.document({"scenario": str(written.scenario), "schema": str(written.schema)})
    else:
        print(f"{written.scenario}\n{written.schema}, for editors\n")
        scenario = shlex.quote(str(written.scenario))
        print(f"Next: footfall validate {scenario} && footfall generate {scenario}")
    return 0


def validate(scenario: ScenarioName, *, changes: Changes = None, as_json: Json = False) -> int:
    """Say all that is wrong with a scenario; exit 2 if anything is."""
    from footfall.scenario.load import load  # noqa: PLC0415 - see cli.main

    try:
        found = load(scenario, changes or ())
    except ScenarioError as error:
        if not error.defects:
            raise
        return _refused(scenario, error, as_json=as_json)
    if as_json:
        output.document({"scenario": scenario, "valid": True, "defects": []})
    else:
        extends = f", which extends {found.extends}" if found.extends else ""
        print(f"{scenario} is valid: {found.name}{extends}, {len(found.tables)} tables")
    return 0


def _refused(scenario: str, error: ScenarioError, *, as_json: bool) -> int:
    if as_json:
        told = [{name: getattr(defect, name) for name in _TOLD} for defect in error.defects]
        output.document({"scenario": scenario, "valid": False, "defects": told})
    else:
        print("\n".join(output.printable(str(defect)) for defect in error.defects))
        print(f"\n{len(error.defects)} defect{'s' if len(error.defects) > 1 else ''}")
    return error.exit_code


def schema() -> int:
    """Print the JSON Schema of scenarios, for editors and other programs."""
    from footfall.scenario.sources import SCHEMA  # noqa: PLC0415 - see cli.main

    output.text(SCHEMA.read_text(encoding="utf-8"))
    return 0
