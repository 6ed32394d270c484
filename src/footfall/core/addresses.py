"""How places are written that are no directories; needed before anything is imported that opens them."""

from __future__ import annotations


def is_database(place: str) -> bool:
    """Whether a place is written as a database's address; others are directories.

    >>> is_database("duckdb:shop.db"), is_database("data/vantage")
    (True, False)
    """
    return place.startswith(("duckdb:", "postgresql:", "postgres:"))
