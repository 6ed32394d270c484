"""What a published column is: how it comes about, what it depends on, which rules bind it."""

from __future__ import annotations

from typing import Any

from footfall.contract.judge import checks_of
from footfall.contract.subject import Subject
from footfall.core.errors import RequestError
from footfall.core.schema import VOCABULARY, leaf_of
from footfall.scenario.defects import nearest
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.scenario.sources import shipped
from footfall.simulate.lineage import ORIGINS, lineage
from footfall.simulate.origins import Node


def explain(column: str, scenario: str | None = None) -> dict[str, Any]:
    """Tell how a column comes about.

    Parameters
    ----------
    column
        "table.column", by published names.
    scenario
        Name or path; the first shipped one that publishes the table where not given.

    Raises
    ------
    RequestError
        There is no such table or column.
    """
    table, dot, name = column.partition(".")
    if not (table and dot and name):
        raise RequestError(f"{column}: name a table and its column, such as raw_orders.customer_id")
    found = load(scenario) if scenario else _publishing(table)
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


def _publishing(table: str) -> Scenario:
    """First shipped scenario that publishes a table."""
    known: list[str] = []
    for name in shipped():
        found = load(name)
        if table in found.tables:
            return found
        known += found.tables
    raise RequestError(
        f"no shipped scenario publishes a table '{table}'{nearest(table, known)}; "
        f"name yours with --scenario, or one of {', '.join(known)}"
    )


def _told(scenario: Scenario, table: str, name: str) -> dict[str, Any]:
    published = scenario.tables[table]
    path = published.columns[name].field
    entity, field = leaf_of(published.rows, path)
    joined = path.split(".")[:-1]
    specs = scenario.publishing(list(scenario.tables))
    spec = next(c for c in specs[table].columns if c.name == name)
    subject = Subject(scenario, specs, scenario.first_day, scenario.last_day, {})
    all_of_it = lineage(scenario, published.rows, path)
    rows = ORIGINS.get((published.rows, "*"))
    return {
        "column": f"{table}.{name}",
        "scenario": scenario.name,
        "type": str(spec.kind),
        "unit": spec.unit,
        "means": spec.text,
        "how": (f"Joined by {' and '.join(joined)}. " if joined else "") + all_of_it.origin.words,
        "rows": rows.words if rows else "",
        "grain": VOCABULARY[published.rows].grain,
        "follows_from": [
            {"what": _name(scenario, node), "how": ORIGINS[node].words}
            for node in all_of_it.nodes
            if node[1] != "*"
        ],
        "own_streams": sorted(all_of_it.origin.streams),
        "streams": list(all_of_it.streams),
        "own_keys": [key for key in all_of_it.keys if key in all_of_it.origin.keys],
        "keys": list(all_of_it.keys),
        "rules": [
            {"check": check.name, "kind": check.kind, "rule": check.rule}
            for check in checks_of(subject, entity, field)
        ],
    }


def _name(scenario: Scenario, node: Node) -> str:
    """Published name of what a column follows from; in the vocabulary's words where it is not published."""
    entity, field = node
    for table, published in scenario.tables.items():
        if published.rows == entity:
            for column, shown in published.columns.items():
                if shown.field == field:
                    return f"{table}.{column}"
    return f"the {entity.replace('_', ' ')}'s {field.replace('_', ' ')}"
