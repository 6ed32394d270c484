"""Which engine makes what `generate` was asked for; that of Spark is imported only when it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footfall.cli import values
from footfall.core.addresses import is_database
from footfall.core.errors import RequestError

if TYPE_CHECKING:
    from footfall.cli.main import Asked
    from footfall.workflow.generate import Outcome
    from footfall.workflow.making import Progress
    from footfall.workflow.request import Request


def check(engine: str, master: str | None, form: str | None, place: str, *, report: bool) -> None:
    """Refuse what the engine doesn't take.

    Raises
    ------
    RequestError
        A master without Spark, a format or an address that only Spark might know, or a report with it.
    """
    if engine == "spark":
        if report:
            raise RequestError("--report goes with --engine local; draw it later, with footfall report DIR")
        return
    if master is not None:
        raise RequestError(f"--master {master} goes with --engine spark")
    if form is not None and form not in values.FORMATS:
        raise RequestError(f"--format must be one of {', '.join(values.FORMATS)}; it is '{form}'")
    if is_database(place):
        # Not repeated: it may hold a password.
        raise RequestError("-o names a database; footfall load --to writes into one, -o DIR into a directory")
    if "://" in place:
        raise RequestError(f"-o {place}: --engine local takes a directory; name one, or use --engine spark")


def generated(asked: Asked, request: Request, progress: Progress | None) -> Outcome:
    """Make and publish a data set with the engine that was asked for.

    Raises
    ------
    FootfallError
        As the engines say.
    """
    if asked.engine == "spark":
        from footfall.spark.generate import generate_into as by_spark  # noqa: PLC0415 - see the module's docstring

        return by_spark(
            request,
            asked.place,
            format=asked.form or "parquet",
            overwrite=asked.overwrite,
            master=asked.master,
        )
    from footfall.workflow.generate import generate_into  # noqa: PLC0415 - see the module's docstring

    return generate_into(
        request,
        Path(asked.place),
        format=asked.form or "csv",
        overwrite=asked.overwrite,
        progress=progress,
    )
