"""SQL that declares published tables; standard words, which DuckDB and PostgreSQL both take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind

SQL_TYPES: Mapping[Kind, str] = {
    Kind.INTEGER: "bigint",
    Kind.MONEY: "numeric(12,2)",
    Kind.FRACTION: "numeric(3,2)",
    Kind.NUMBER: "double precision",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.MONTH: "text",
    Kind.TIMESTAMP: "timestamp",
    Kind.CODE: "text",
    Kind.TEXT: "text",
}


def quoted(name: str) -> str:
    """Write a name so that any is taken as it stands.

    >>> quoted('5" Zoll')
    '"5"" Zoll"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def qualified(schema: str, table: str) -> str:
    """Write a table's name with its schema's."""
    return f"{quoted(schema)}.{quoted(table)}"


def referenced_first(specs: Sequence[TableSpec]) -> list[TableSpec]:
    """Tables in an order in which each comes after those that it refers to, and that it is judged by."""
    waiting, ordered = list(specs), []
    rates = {s.name for s in specs if s.entity == "exchange_rate"}  # amounts of orders follow from them
    while waiting:
        names = {s.name for s in waiting}
        free = [
            s
            for s in waiting
            if not (
                {c.references[0] for c in s.columns if c.references} | (rates if s.keyed_by_order else set())
            )
            & names - {s.name}
        ]
        ordered += free or waiting  # a circle cannot be declared; its keys are left out below
        waiting = [s for s in waiting if free and s not in free]
    return ordered


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are those of another table's key."""

    column: str
    table: str
    key: str

    def clause(self, referenced: str) -> str:
        """Constraint that refers to the table as it is named in SQL."""
        return f"FOREIGN KEY ({quoted(self.column)}) REFERENCES {referenced} ({quoted(self.key)})"


def foreign_keys(spec: TableSpec, declared: Mapping[str, TableSpec]) -> list[ForeignKey]:
    """References of a table to tables whose keys are declared."""
    return [
        ForeignKey(c.name, *c.references)
        for c in spec.columns
        if c.references and c.references[0] in declared and declared[c.references[0]].key == c.references[1:]
    ]


def primary_key(spec: TableSpec) -> str:
    """Constraint of a table that has a key."""
    return f"PRIMARY KEY ({', '.join(map(quoted, spec.key))})"


def create_table(spec: TableSpec, table: str, constraints: Iterable[str] = ()) -> str:
    """Statement that makes a table, which is named in SQL; no column takes nulls."""
    columns = [f"{quoted(c.name)} {SQL_TYPES[c.kind]} NOT NULL" for c in spec.columns]
    return f"CREATE TABLE {table} ({', '.join([*columns, *constraints])})"


def comments(spec: TableSpec, table: str, remark: str = "") -> Iterator[str]:
    """Statements that leave the specification's words at a table and its columns."""
    yield f"COMMENT ON TABLE {table} IS {literal(spec.grain + remark)}"
    for column in spec.columns:
        yield f"COMMENT ON COLUMN {table}.{quoted(column.name)} IS {literal(_words(column))}"


def _words(column: ColumnSpec) -> str:
    return f"{column.text} [{column.unit}]" if column.unit else column.text


def ordered_by(spec: TableSpec) -> str:
    """Clause that gives a table's rows in the order of its specification."""
    columns = {c.name: c for c in spec.columns}
    ordered = [_rank(columns[name]) for name in spec.order_by or spec.key]
    return f" ORDER BY {', '.join(ordered)}" if ordered else ""


def _rank(column: ColumnSpec) -> str:
    """Listed words stand in the order of their list, such as shops; all else by its value."""
    if not column.values:
        return quoted(column.name)
    cases = " ".join(f"WHEN {literal(word)} THEN {place}" for place, word in enumerate(column.values))
    return f"CASE {quoted(column.name)} {cases} END"
