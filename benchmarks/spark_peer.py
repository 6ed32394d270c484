"""Two tables of `vantage`'s width, made by dbldatagen and written by Spark; ``spark.py`` starts this program.

It runs in an environment of its own, which has no Footfall. Columns have the names, types and ranges of
Footfall's; they are random and independent, which is what dbldatagen makes fastest.

    python benchmarks/spark_peer.py ORDERS LINES PARTITIONS DIR
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any


def orders(generator: Any, spark: Any, rows: int, partitions: int) -> Any:
    """Give a frame like `raw_orders`."""
    return (
        generator.DataGenerator(spark, name="raw_orders", rows=rows, partitions=partitions)
        .withColumn("order_id", "long", expr="id + 1")
        .withColumn("shop_id", "string", values=["DE", "AT", "CH"], weights=[6, 2, 2], random=True)
        .withColumn("customer_id", "long", minValue=1, maxValue=max(2, rows // 7), random=True)
        .withColumn(
            "order_ts",
            "timestamp",
            begin="2025-01-01 00:00:00",
            end="2025-12-31 23:59:59",
            interval="1 second",
            random=True,
        )
        .build()
    )


def lines(generator: Any, spark: Any, rows: int, partitions: int) -> Any:
    """Give a frame like `raw_line_items`."""
    return (
        generator.DataGenerator(spark, name="raw_line_items", rows=rows, partitions=partitions)
        .withColumn("order_id", "long", expr="id + 1")
        .withColumn("sku_id", "long", minValue=10_000, maxValue=10_500, random=True)
        .withColumn("qty", "long", minValue=1, maxValue=5, random=True)
        .withColumn("unit_price_paid", "decimal(12,2)", minValue=5.0, maxValue=500.0, random=True)
        .withColumn("is_returned", "boolean", expr="rand() < 0.15")
        .withColumn("line_number", "long", minValue=1, maxValue=8, random=True)
        .withColumn("discount", "decimal(3,2)", values=[0.0, 0.1, 0.2], weights=[8, 1, 1], random=True)
        .build()
    )


def main() -> int:
    """Make both tables."""
    rows_of_orders, rows_of_lines, partitions = (int(word) for word in sys.argv[1:4])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    generator = importlib.import_module("dbldatagen")
    session = importlib.import_module("pyspark.sql").SparkSession
    spark = session.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    out = sys.argv[4]
    orders(generator, spark, rows_of_orders, partitions).write.parquet(f"{out}/raw_orders")
    lines(generator, spark, rows_of_lines, partitions).write.parquet(f"{out}/raw_line_items")
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
