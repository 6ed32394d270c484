"""The report of a data set: judged anew from its files, told as figures, drawn as one page."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from footfall.contract.subject import Subject
from footfall.core.errors import OutputError
from footfall.report.summary import summarise
from footfall.scenario.model import Scenario
from footfall.sinks.base import MANIFEST_DIRECTORY, Manifest
from footfall.sinks.staging import explained
from footfall.workflow.verify import verify

REPORT_FILE = "report.html"


def summary_of(directory: Path) -> dict[str, Any]:
    """Tell a data set by figures, from its files alone.

    Tables that cannot be read are left out of the figures; the contract says so.

    Raises
    ------
    RequestError, DataError
        There is no manifest, or it is broken.
    """
    findings = verify(directory)
    manifest = Manifest.read(directory)
    scenario = Scenario.model_validate(manifest.scenario)
    unreadable = {
        f.check.removeprefix("files.").removesuffix(".readable")
        for f in findings
        if f.verdict == "fail" and f.check.startswith("files.") and f.check.endswith(".readable")
    }
    names = [name for name in scenario.tables if name in manifest.tables and name not in unreadable]
    tables = scenario.publishing([name for name in scenario.tables if name in manifest.tables])
    subject = Subject(
        scenario,
        {name: tables[name] for name in names},
        dt.date.fromisoformat(manifest.first),
        dt.date.fromisoformat(manifest.last),
        manifest.solved,
    )
    return summarise(directory, manifest, subject, findings)


def report(directory: Path, out: Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Write the report of a data set; give its place and its figures.

    Parameters
    ----------
    out
        The page; `_footfall/report.html` of the data set where not given, so that it goes with it.

    Raises
    ------
    RequestError, DataError
        There is no manifest, or it is broken.
    OutputError
        The place is taken by something else than a report, or cannot be written.
    """
    from footfall.report.html import MARKER, page  # noqa: PLC0415 - figures alone need no page

    place = directory / MANIFEST_DIRECTORY / REPORT_FILE if out is None else out
    with explained(place):
        if place.is_dir():
            raise OutputError(f"{place} is a directory; name a file, such as {place / REPORT_FILE}")
        if place.exists() and MARKER not in place.read_bytes()[:2000].decode("utf-8", "replace"):
            raise OutputError(
                f"{place} is no report of Footfall's, so it is never replaced; choose another place"
            )
    told = summary_of(directory)
    text = page(told)
    with explained(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.inprogress-{os.getpid()}")
        try:
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    return place, told
