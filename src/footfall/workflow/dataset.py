"""A data set in memory, for notebooks and programs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.contract.findings import Finding
from footfall.contract.subject import Subject
from footfall.core.money import as_unscaled
from footfall.sinks.base import Manifest, TableRecord, open_sink
from footfall.workflow.judging import refuse_failures

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Dataset:
    """Published tables with what their contract found.

    Attributes
    ----------
    tables : dict of str to pyarrow.Table
        By published name, in the scenario's order; money is decimal(12,2).
    findings : list of Finding
    subject : Subject
        What the tables claim to be, for the contract.
    manifest : Manifest
        Scenario, options, solved knobs, rows and content hashes.
    """

    tables: dict[str, pa.Table]
    findings: list[Finding]
    subject: Subject
    manifest: Manifest

    def to_pandas(self) -> dict[str, pd.DataFrame]:
        """Return the tables as data frames; money and fractions become floats, as pandas users expect."""
        frames = {}
        for name, table in self.tables.items():
            plain = table
            for place, column in enumerate(table.schema):
                if pa.types.is_decimal(column.type):
                    # Divided, not cast: a quotient is the nearest float, and 34.55 reads as 34.55.
                    chunks = [as_unscaled(chunk) / 10.0**column.type.scale for chunk in table[place].chunks]
                    plain = plain.set_column(place, column.name, pa.chunked_array(chunks, pa.float64()))
            frames[name] = plain.to_pandas()
        return frames

    def write(self, directory: str | Path, *, format: str = "csv", overwrite: bool = False) -> Manifest:  # noqa: A002 - the word that users know
        """Publish the tables in `directory` as the command line would.

        Raises
        ------
        ContractBroken
            A check failed; nothing is published.
        OutputError
            The place is taken, cannot be written or is full.
        """
        refuse_failures(self.findings)
        specs = list(self.subject.tables.values())
        sink = open_sink(format, Path(directory), self.subject.scenario.name, specs, overwrite=overwrite)
        try:
            for name, table in self.tables.items():
                for batch in table.to_batches():
                    sink.write(name, batch)
            records = {
                name: TableRecord(record.rows, record.content_hash, tuple(sink.files(name)))
                for name, record in self.manifest.tables.items()
            }
            manifest = dataclasses.replace(self.manifest, format=format, tables=records)
            sink.publish(manifest)
        except BaseException:
            sink.abort()
            raise
        return manifest
