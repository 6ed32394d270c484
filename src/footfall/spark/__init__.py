"""Floor 8: the same rows on a Spark cluster. PySpark is imported here alone, and only when it is used.

>>> import footfall.spark
>>> frames = footfall.spark.tables(spark, "vantage", scale=10_000, seed=42)  # doctest: +SKIP
>>> frames["raw_orders"].limit(3).show()  # doctest: +SKIP
"""

from footfall.spark.frames import tables

__all__ = ["tables"]
