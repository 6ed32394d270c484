"""The report of a data set: judged anew from what lies there, told as figures, drawn as one page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from footfall.core.addresses import is_database
from footfall.core.errors import OutputError, RequestError
from footfall.report.summary import summarise
from footfall.sinks.base import MANIFEST_DIRECTORY
from footfall.sinks.database import opened
from footfall.sinks.staging import explained
from footfall.workflow.verify import judged

REPORT_FILE = "report.html"


def summary_of(place: Path | str, *, schema: str = "raw") -> dict[str, Any]:
    """Tell a data set by figures, from its files or its database alone.

    Tables that cannot be read are left out of the figures; the contract says so.

    Parameters
    ----------
    place, schema
        As for :func:`footfall.workflow.verify.verify`.

    Raises
    ------
    RequestError, DataError
        There is no manifest, or it is broken.
    """
    with opened(place, schema) as source:
        found = judged(source)
        return summarise(source, found.subject, found.findings)


def report(place: Path | str, out: Path | None = None, *, schema: str = "raw") -> tuple[Path, dict[str, Any]]:
    """Write the report of a data set; give its place and its figures.

    Parameters
    ----------
    out
        The page; `_footfall/report.html` of a directory where not given, so that it goes with the data.

    Raises
    ------
    RequestError, DataError
        There is no manifest, or it is broken; or a database's page has no place.
    OutputError
        The place is taken by something else than a report, or cannot be written.
    """
    from footfall.report.html import page  # noqa: PLC0415 - figures alone need no page

    if out is None and is_database(str(place)):
        raise RequestError("a database has no directory for its report; name a file, such as -o report.html")
    target = Path(place) / MANIFEST_DIRECTORY / REPORT_FILE if out is None else out
    _refuse_foreign(target)
    told = summary_of(place, schema=schema)
    text = page(told)
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.inprogress-{os.getpid()}")
        try:
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return target, told


def _refuse_foreign(target: Path) -> None:
    """Refuse a place that holds anything but a report of ours."""
    from footfall.report.html import MARKER  # noqa: PLC0415 - figures alone need no page

    with explained(target):
        if target.is_dir():
            raise OutputError(f"{target} is a directory; name a file, such as {target / REPORT_FILE}")
        if target.exists():
            with target.open("rb") as file:
                begin = file.read(2000).decode("utf-8", "replace")
            if MARKER not in begin:
                raise OutputError(
                    f"{target} is no report of Footfall's, so it is never replaced; choose another place"
                )
