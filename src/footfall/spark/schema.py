"""Published columns in Spark's types, and batches on their way there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.core.schema import ARROW_TYPES, TableSpec
from footfall.core.vocabulary import Kind

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

_WIDER = {
    ARROW_TYPES[Kind.MONEY]: pa.decimal128(12, 2),
    ARROW_TYPES[Kind.FRACTION]: pa.decimal128(3, 2),
    ARROW_TYPES[Kind.TIMESTAMP]: pa.timestamp("us"),
}
"""Arrow types that Spark doesn't read, and those that it reads instead."""


def wire_schema(spec: TableSpec) -> pa.Schema:
    """Arrow schema in which batches go to Spark: the published one, with types that Spark reads."""
    return pa.schema([field.with_type(_WIDER.get(field.type, field.type)) for field in spec.arrow_schema])


def spark_schema(spec: TableSpec) -> StructType:
    """Spark's schema of a table: no column is nullable, each has its words as a comment.

    Times have no zone: they are those of the shop's clock.
    """
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - only where Spark is used
    from pyspark.sql.types import StructField, StructType  # noqa: PLC0415 - as above

    plain = from_arrow_schema(wire_schema(spec), prefer_timestamp_ntz=True)
    return StructType(
        [
            StructField(column.name, field.dataType, nullable=False, metadata={"comment": column.text})
            for column, field in zip(spec.columns, plain.fields, strict=True)
        ]
    )


def to_wire(spec: TableSpec, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Batch as Spark reads it; nothing is lost."""
    schema = wire_schema(spec)
    columns = [values.cast(field.type) for values, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
