"""What a published column is: how it comes about, what it depends on, which rules bind it."""

from __future__ import annotations

import difflib
from typing import Any

from footfall.contract.judge import checks_of
from footfall.contract.subject import Subject
from footfall.core.errors import RequestError
from footfall.core.schema import Made, TableSpec
from footfall.core.vocabulary import VOCABULARY, leaf_of
from footfall.scenario.defects import nearest
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.scenario.sources import shipped
from footfall.simulate.lineage import ORIGINS, lineage
from footfall.simulate.origins import Node, Origin


def explain(column: str, scenario: str | None = None) -> dict[str, Any]:
    """Tell how a column comes about.

    Parameters
    ----------
    column
        "table.column", by published names.
    scenario
        Name or path; where not given, a shipped one that publishes the table and the column.

    Raises
    ------
    RequestError
        There is no such table or column.
    """
    table, dot, name = column.partition(".")
    if not (table and dot and name):
        raise RequestError(f"{column}: name a table and its column, such as raw_orders.customer_id")
    found = load(scenario) if scenario else _publishing(table, name)
    if table not in found.tables:
        known = list(found.tables)
        raise RequestError(
            f"{column}: {found.name} publishes no table '{table}'{nearest(table, known)}; "
            f"it publishes {', '.join(known)}"
        )
    published = found.tables[table]
    if name not in published.columns:
        known = list(published.columns)
        raise RequestError(
            f"{column}: table '{table}' has no column '{name}'{nearest(name, known)}; "
            f"it has {', '.join(known)}"
        )
    return _told(found, table, name)


def _publishing(table: str, column: str) -> Scenario:
    """Shipped scenario that publishes a table, of several the one whose columns are most like it."""
    scenarios = [load(name) for name in shipped()]
    known = list(dict.fromkeys(name for scenario in scenarios for name in scenario.tables))

    def likeness(scenario: Scenario) -> float:
        columns = scenario.tables[table].columns
        return max(difflib.SequenceMatcher(None, column, known).ratio() for known in columns)

    if table in known:
        return max((s for s in scenarios if table in s.tables), key=likeness)
    raise RequestError(
        f"no shipped scenario publishes a table '{table}'{nearest(table, known)}; "
        f"name yours with --scenario, or one of {', '.join(known)}"
    )


def _told(scenario: Scenario, table: str, name: str) -> dict[str, Any]:
    published = scenario.tables[table]
    specs = scenario.publishing(list(scenario.tables))
    spec = next(c for c in specs[table].columns if c.name == name)
    subject = Subject(scenario, specs, scenario.first_day, scenario.last_day, {})
    shown = [c for c in specs[table].columns if c.name in _read_by(specs[table], name)]
    lineages = [lineage(scenario, published.rows, column.field) for column in shown]
    nodes = [node for found in lineages for node in found.nodes]
    if not spec.made:
        origin = lineages[0].origin
    else:
        origin = _made(specs[table].name, spec.name, spec.made)
        nodes = [*(leaf_of(published.rows, column.field) for column in shown), *nodes]
    joined = spec.field.split(".")[:-1]
    rows = ORIGINS.get((published.rows, "*"))
    keys = sorted({key for found in lineages for key in found.keys})
    return {
        "column": f"{table}.{name}",
        "scenario": scenario.name,
        "type": str(spec.kind),
        "unit": spec.unit,
        "means": spec.text,
        "how": (f"Joined by {' and '.join(joined)}. " if joined else "") + origin.words,
        "rows": rows.words if rows else "",
        "grain": VOCABULARY[published.rows].grain,
        "follows_from": [
            {"what": _name(scenario, node), "how": ORIGINS[node].words}
            for node in dict.fromkeys(nodes)
            if node[1] != "*"
        ],
        "own_streams": sorted(origin.streams),
        "streams": sorted({*origin.streams, *(stream for found in lineages for stream in found.streams)}),
        "own_keys": [key for key in keys if key in origin.keys],
        "keys": keys,
        "rules": []
        if spec.made
        else [
            {"check": check.name, "kind": check.kind, "rule": check.rule}
            for check in checks_of(subject, *leaf_of(published.rows, spec.field))
        ],
    }


def _made(table: str, column: str, made: Made) -> Origin:
    if made.sql:
        return Origin(f"Made for each row from columns of the table: {made.sql}.")
    read = f" and {', '.join(made.reads)}" if made.reads else ""
    return Origin(
        f"Made for each row by the plug-in {made.plugin}, from uniforms{read}.",
        streams=(f"plugin.{table}.{column}",),
    )


def _read_by(table: TableSpec, name: str) -> set[str]:
    """Columns that a column shows a field by: itself, or those that it is made from in the end."""
    column = next(c for c in table.columns if c.name == name)
    if not column.made:
        return {name}
    return {shown for read in column.made.reads for shown in _read_by(table, read)}


def _name(scenario: Scenario, node: Node) -> str:
    """Published name of what a column follows from; in the vocabulary's words where it is not published."""
    entity, field = node
    for table, published in scenario.tables.items():
        if published.rows == entity:
            for column, shown in published.columns.items():
                if shown.field == field:
                    return f"{table}.{column}"
    return f"the {entity.replace('_', ' ')}'s {field.replace('_', ' ')}"
