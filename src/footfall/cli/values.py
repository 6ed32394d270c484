"""What a person may write after an option, checked one value at a time with a clear line."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import typer

from footfall.core.addresses import is_database

FORMATS = ("csv", "parquet", "duckdb")
ENGINES = ("local", "spark")


def seed(value: str | int) -> int:
    """Whole number from 0.

    >>> seed("42")
    42
    """
    return _whole(value, lowest=0)


def count(value: str | int) -> int:
    """Whole number from 1.

    >>> count("2")
    2
    """
    return _whole(value, lowest=1)


def scale(value: str | float) -> float:
    """Finite number above 0.

    >>> scale("0.1")
    0.1
    """
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise typer.BadParameter(f"must be a finite number greater than 0; it is {value}")
    return number


def day(value: str | dt.date) -> dt.date:
    """Day of the calendar.

    >>> day("2025-02-28")
    datetime.date(2025, 2, 28)
    """
    text = str(value)
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise typer.BadParameter(f"must be a day that exists, written YYYY-MM-DD; it is '{text}'")
    return found


def local_path(value: str | Path) -> Path:
    """Place on this machine; an address would become a directory of that name.

    >>> local_path("data/vantage").name
    'vantage'
    """
    if "://" in str(value) or is_database(str(value)):
        # Not repeated: it may hold a password.
        raise typer.BadParameter("must be a place on this machine; an address was given")
    return Path(value)


def form(value: str) -> str:
    """Format that tables can be written in.

    >>> form("csv")
    'csv'
    """
    return _one_of(FORMATS, value)


def name(value: str) -> str:
    """Name of one thing, in letters and digits.

    >>> name("csv")
    'csv'
    """
    if not value.isidentifier():
        raise typer.BadParameter(f"must be a name in letters and digits; it is '{value}'")
    return value


def schema(value: str) -> str:
    """Name of a database's schema.

    >>> schema("raw")
    'raw'
    """
    if not value.strip() or not value.isprintable():
        raise typer.BadParameter(f"must be a name; it is '{value}'")
    return value


def engine(value: str) -> str:
    """What makes the rows.

    >>> engine("spark")
    'spark'
    """
    return _one_of(ENGINES, value)


def _one_of(allowed: Sequence[str], value: str) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"must be one of {', '.join(allowed)}; it is '{value}'")
    return value


def names(value: str) -> str:
    """Names between commas, none of them empty or twice.

    >>> names("raw_orders, raw_products")
    'raw_orders,raw_products'
    """
    found = [name.strip() for name in value.split(",")]
    if not all(found):
        raise typer.BadParameter(f"must be names of tables with commas between them; it is '{value}'")
    if twice := [name for name in found if found.count(name) > 1]:
        raise typer.BadParameter(f"names '{twice[0]}' twice")
    return ",".join(found)


def _whole(value: str | int, lowest: int) -> int:
    text = str(value)
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 40 and int(text) >= lowest):
        raise typer.BadParameter(f"must be a whole number, {lowest} or greater; it is '{text}'")
    return int(text)
