"""Checks that a scenario brings along, besides those of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Finite, NotNegative, Strict

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario
    from footfall.scenario.sql.tree import Query


class OwnCheck(Strict):
    """A query over the published tables, and the number that it must give.

    Attributes
    ----------
    sql
        Query that gives one number; it may read the scenario's published tables, and nothing else.
    expect
        The number.
    tolerance
        How far off it may be.
    text
        What is checked, in words.
    whole_horizon
        Whether it binds the whole declared horizon only, and is not run on a slice of it.
    """

    sql: Annotated[str, Field(min_length=1)]
    expect: Finite
    tolerance: NotNegative = 0.0
    text: str = ""
    whole_horizon: bool = False

    def query(self, scenario: Scenario) -> Query:
        """Give the query as it is run.

        Raises
        ------
        SqlRefusedError
            It may not be run, or can't be.
        """
        from footfall.scenario.sql.duckdb import checked_query  # noqa: PLC0415 - few scenarios have any

        tables = tuple((name, tuple(table.kinds.items())) for name, table in scenario.tables.items())
        return checked_query(self.sql, tables)


def check_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Checks whose query may not be run, or can't be."""
    if not scenario.checks:
        return
    from footfall.scenario.sql.tree import SqlRefusedError  # noqa: PLC0415 - few scenarios have any

    for name, check in scenario.checks.items():
        try:
            check.query(scenario)
        except SqlRefusedError as error:
            yield Contradiction(f"check '{name}' {error}", ("checks", name, "sql"), "tables")
