"""A Data Package (Frictionless Data, version 1) that tells other tools what the CSV files hold.

The descriptor lies beside the manifest, and the specification forbids paths that lead out of the descriptor's
directory. So its paths are bare file names, and a relative link stands beside it for each of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.sinks.base import MANIFEST_DIRECTORY

DESCRIPTOR_FILE = "datapackage.json"

_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.MONEY: {"type": "number"},
    Kind.FRACTION: {"type": "number"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    Kind.DATE: {"type": "date"},
    Kind.MONTH: {"type": "yearmonth"},
    # Version 1 wants a Z at the end of a default datetime; ours are local times without a zone.
    Kind.TIMESTAMP: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S"},
    Kind.CODE: {"type": "string"},
    Kind.TEXT: {"type": "string"},
}


def _field(column: ColumnSpec) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True}
    if column.values:
        constraints["enum"] = list(column.values)
    elif column.kind == Kind.CODE:
        constraints["minLength"] = 1  # an empty text may be meant, an empty code is missing
    words = f"{column.text} [{column.unit}]" if column.unit else column.text
    return {"name": column.name, **_TYPES[column.kind], "description": words, "constraints": constraints}


def _schema(spec: TableSpec, present: frozenset[str]) -> dict[str, Any]:
    # Nothing is ever missing; by default an empty text would count as such.
    said: dict[str, Any] = {"fields": [_field(c) for c in spec.columns], "missingValues": []}
    if spec.key:
        said["primaryKey"] = list(spec.key)
    keys = []
    for column in spec.columns:
        if column.references and column.references[0] in present:
            table, field = column.references
            resource = "" if table == spec.name else table  # the specification's word for "this table"
            keys.append({"fields": [column.name], "reference": {"resource": resource, "fields": [field]}})
    if keys:
        said["foreignKeys"] = keys
    return said


def describe(
    specs: Sequence[TableSpec], files: Mapping[str, Sequence[str]], name: str, title: str = ""
) -> dict[str, Any]:
    """Give the descriptor of a data set in CSV, a resource a table.

    Parameters
    ----------
    specs
        The tables of the data set; references to others are left out.
    files
        Names of the files of each table, in order.
    name
        The scenario's.
    title
        The scenario's, left out where empty.

    Returns
    -------
    dict
        A `tabular-data-package`, ready for JSON; equal input gives equal output.
    """
    present = frozenset(spec.name for spec in specs)
    resources = [
        {
            "name": spec.name,
            "profile": "tabular-data-resource",
            "path": files[spec.name][0] if len(files[spec.name]) == 1 else list(files[spec.name]),
            "description": f"{spec.grain[:1].upper()}{spec.grain[1:]}.",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {
                "delimiter": ",",
                "lineTerminator": "\n",
                "quoteChar": '"',
                "doubleQuote": True,
                "skipInitialSpace": False,
                "header": True,
            },
            "schema": _schema(spec, present),
        }
        for spec in specs
    ]
    titled = {"title": title} if title else {}
    return {"profile": "tabular-data-package", "name": name, **titled, "resources": resources}


def write_descriptor(
    directory: Path,
    specs: Sequence[TableSpec],
    files: Mapping[str, Sequence[str]],
    scenario: Mapping[str, Any],
) -> None:
    """Write `_footfall/datapackage.json` into a directory of CSV files, with a link to each of them.

    Parameters
    ----------
    directory
        Where the tables lie; the links are relative, so it may be moved later.
    specs
        The tables that lie there.
    files
        Names of the files of each table, in order; part files lie in a directory a table.
    scenario
        As in the manifest; its name and title become the package's.
    """
    home = directory / MANIFEST_DIRECTORY
    home.mkdir(exist_ok=True)
    try:
        for entry in sorted({name.split("/")[0] for names in files.values() for name in names}):
            (home / entry).symlink_to(Path("..") / entry)
    except OSError:
        # FAT and some network file systems have no links, and Windows keeps them for administrators. The
        # descriptor is of use without them: copied to where the data lie, or read with that as its base path.
        # A full disk comes here too, and is refused with the next bytes, which are the descriptor's.
        pass
    said = json.dumps(
        describe(specs, files, scenario["name"], scenario.get("title", "")), indent=2, ensure_ascii=False
    )
    (home / DESCRIPTOR_FILE).write_text(said + "\n", encoding="utf-8", newline="\n")
