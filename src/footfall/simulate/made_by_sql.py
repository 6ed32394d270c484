"""Columns that SQL expressions make, by a DuckDB that is locked down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from footfall.core.errors import ScenarioError
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.scenario.sql.duckdb import SqlStoppedError, cast, in_memory, limited, one_line, quoted

_ROWS = "these"


def by_sql(spec: TableSpec, shown: Mapping[str, pa.Array], made: Sequence[ColumnSpec]) -> dict[str, pa.Array]:
    """Make columns in their order, each from those that are there and those made before it.

    Raises
    ------
    ScenarioError
        An expression can't be computed, or comes to no end.
    """
    connection = in_memory()
    connection.register(_ROWS, pa.RecordBatch.from_arrays(list(shown.values()), names=list(shown)))
    try:
        with limited(connection):
            found = connection.sql(_statement(spec, shown, made)).to_arrow_table()
    except (duckdb.Error, SqlStoppedError) as error:
        for count in range(1, len(made)):  # the first that fails by itself is the one to name
            by_sql(spec, shown, made[:count])
        words = one_line(error) if isinstance(error, duckdb.Error) else str(error)
        raise ScenarioError(f"table '{spec.name}', column '{made[-1].name}': {words}") from None
    finally:
        connection.unregister(_ROWS)
    return {c.name: found[c.name].combine_chunks().cast(c.arrow_type) for c in made}


def _statement(spec: TableSpec, shown: Mapping[str, pa.Array], made: Sequence[ColumnSpec]) -> str:
    kinds = {column.name: column.kind for column in spec.columns}
    statement = f"SELECT {', '.join(map(_read, shown, map(kinds.__getitem__, shown)))} FROM {_ROWS}"
    for column in made:
        assert column.made is not None, "only such are asked for"
        expression = cast(column.made.sql, column.kind)
        statement = f"SELECT *, {expression} AS {quoted(column.name)} FROM ({statement})"
    return f"SELECT {', '.join(_given(column) for column in made)} FROM ({statement})"


def _read(name: str, kind: Kind) -> str:
    return f"{quoted(name)}::TIMESTAMP AS {quoted(name)}" if kind is Kind.TIMESTAMP else quoted(name)


def _given(column: ColumnSpec) -> str:
    name = quoted(column.name)
    return f"{name}::TIMESTAMP_S AS {name}" if column.kind is Kind.TIMESTAMP else name
