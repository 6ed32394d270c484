"""Published tables and columns: names of their own for what the simulator knows.

A scenario publishes tables from the vocabulary (:mod:`footfall.core.vocabulary`). CSV headers, Parquet and
database types, the manifest and the documentation are all derived from the :class:`TableSpec` made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.core.vocabulary import VOCABULARY, Kind, leaf_of

if TYPE_CHECKING:
    from footfall.core.forms import Form


ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal64(12, 2),
    Kind.FRACTION: pa.decimal64(3, 2),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.MONTH: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("s"),
    Kind.CODE: pa.string(),
    Kind.TEXT: pa.string(),
}


@dataclass(frozen=True)
class Made:
    """How a column is made that shows no field of the vocabulary; one of the two.

    Attributes
    ----------
    sql : str
        Expression over other columns of the table, as it was checked.
    plugin : str
        Name of the entry point.
    reads : tuple of str
        Columns of the table that it is made from.
    """

    sql: str = ""
    plugin: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnSpec:
    """A published column: its name, and what it shows.

    Attributes
    ----------
    field : str
        Field of the table's entity, or a path to one along references (`product.name`); empty where the
        column is made from others.
    references : (str, str) or None
        Published table and column.
    values : tuple of str
        The words that may stand there, where the scenario lists them.
    form : Form or None
        How the field's values are shown, where not as they are.
    """

    name: str
    field: str
    kind: Kind
    text: str
    unit: str
    references: tuple[str, str] | None
    values: tuple[str, ...] = ()
    made: Made | None = None
    form: Form | None = None

    @property
    def arrow_type(self) -> pa.DataType:
        """Arrow type of the column in a published batch."""
        return ARROW_TYPES[self.kind]

    @property
    def is_own(self) -> bool:
        """Whether it shows a field of the table's own rows."""
        return self.made is None and "." not in self.field


@dataclass(frozen=True)
class TableSpec:
    """A published table: its name, grain, columns in order, and keys, by published names."""

    name: str
    entity: str
    grain: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()

    @property
    def arrow_schema(self) -> pa.Schema:
        """Arrow schema of a published batch; no column is nullable."""
        return pa.schema([pa.field(c.name, c.arrow_type, nullable=False) for c in self.columns])

    @property
    def keyed_by_order(self) -> bool:
        """Whether the table's rows belong to orders and so come part by part."""
        return VOCABULARY[self.entity].keyed_by_order

    def column_of(self, path: str) -> str | None:
        """Published name of a field, or of a path to one; None where the table does not publish it."""
        return next((c.name for c in self.columns if c.field == path), None)

    def shows(self, entity: str, field_name: str) -> bool:
        """Whether a column shows this field, of the table's own rows or of rows that they refer to."""
        return any(leaf_of(self.entity, c.field) == (entity, field_name) for c in self.columns if not c.made)


def main_table(tables: Iterable[TableSpec], entity: str) -> TableSpec | None:
    """Table that an entity is judged and reported by: the one that shows most of its fields.

    Returns
    -------
    TableSpec or None
        The first of several that show as many; None where none shows the entity.
    """
    of_entity = [spec for spec in tables if spec.entity == entity]
    return max(of_entity, key=lambda spec: sum(c.is_own for c in spec.columns), default=None)
