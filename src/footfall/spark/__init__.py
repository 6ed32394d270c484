"""Floor 8: the same rows on a Spark cluster. PySpark is imported here alone, and only when it is used.

With a session of your own::

    import footfall.spark

    frames = footfall.spark.tables(spark, "vantage", scale=10_000, seed=42)
    frames["raw_orders"].limit(3).show()
"""

from footfall.spark.frames import tables

__all__ = ["tables"]
