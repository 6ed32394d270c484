"""Where prices change or customers move, what was valid when must be published beside what it explains."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from footfall.core.vocabulary import DIMENSIONS, leaf_of
from footfall.scenario.defects import Contradiction

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario
    from footfall.scenario.published import PublishedTable

_PRICED = {"price", "cost"}
_HOME = {"address", "city", "state", "postcode"}


def changing_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Find tables that show what changes where no other tells what was valid when.

    Without that, nobody could check the price of a line from the tables alone.
    """
    if scenario.catalog.price_changes:
        key = "catalog.price_changes"
        sold = {("line", field) for field in ("unit_price", "list_price", "total", "net", "tax", "gross")}
        priced = {("product", field) for field in _PRICED}
        told = ["product", "price", *(["cost"] if ("product", "cost") in _shown(scenario) else [])]
        yield from _untold(scenario, key, "product_price", sold | priced, told)
        yield from _joined(scenario, key, "product", _PRICED)
    if scenario.customers.moves:
        key, sent = "customers.moves", ("order", "shipping_address")
        lived = {("customer", field) for field in _HOME}
        fields = {field for entity, field in _shown(scenario) & lived}
        home = sorted(fields | ({"address"} if sent in _shown(scenario) else set()))
        yield from _untold(scenario, key, "customer_address", lived | {sent}, ["customer", *home])
        yield from _joined(scenario, key, "customer", _HOME)


def _shown(scenario: Scenario) -> set[tuple[str, str]]:
    return {field for table in scenario.tables.values() for field in _fields(table)}


def _fields(table: PublishedTable) -> set[tuple[str, str]]:
    return {leaf_of(table.rows, path) for path in table.paths.values()}


def _untold(
    scenario: Scenario, key: str, rows: str, explains: set[tuple[str, str]], fields: list[str]
) -> Iterator[Contradiction]:
    """Find what is shown of what changes, where no table of these rows with these fields goes with it."""
    tables = scenario.tables
    explained = [name for name, table in tables.items() if _fields(table) & explains]
    if not explained:
        return
    here = tuple(key.split("."))
    wanted = [*fields, "valid_from", "valid_to"]
    name = next((n for n, t in tables.items() if t.rows == rows), None)
    if name is None:
        yield Contradiction(
            f"{key} changes what table '{explained[0]}' shows, so a table with rows: {rows} must tell "
            f"what was valid when; give it columns that show {', '.join(wanted)}",
            *(here, ("tables", explained[0])),
        )
        return
    own = set(tables[name].paths.values())
    if missing := [field for field in wanted if field not in own]:
        yield Contradiction(
            f"table '{name}' must show {', '.join(missing)}, too: {key} changes what table "
            f"'{explained[0]}' shows",
            *(("tables", name, "columns"), here),
        )
    always = [other for other in explained if not tables[other].on_request]
    if tables[name].on_request and always:
        yield Contradiction(
            f"table '{name}' can't be on request: {key} changes what table '{always[0]}' shows, which is "
            "always published",
            *(("tables", name, "on_request"), here),
        )


def _joined(scenario: Scenario, key: str, entity: str, fields: Collection[str]) -> Iterator[Contradiction]:
    """Find rows of orders, lines and reviews that show what changes after their day."""
    for name, table in scenario.tables.items():
        for column, path in table.paths.items():
            is_joined = "." in path and leaf_of(table.rows, path)[0] == entity
            if is_joined and path.rpartition(".")[2] in fields and table.rows not in DIMENSIONS:
                yield Contradiction(
                    f"table '{name}', column '{column}' shows '{path}', which {key} changes after the "
                    "row's day; leave it out, and join the table that tells what was valid when",
                    *(("tables", name, "columns", column), tuple(key.split("."))),
                )
