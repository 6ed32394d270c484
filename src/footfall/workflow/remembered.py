"""The scenario that data remember: as a whole, so that none of the files that it was read from is needed."""

from __future__ import annotations

from pydantic import ValidationError

from footfall.core.errors import DataError
from footfall.scenario.model import Scenario
from footfall.sinks.base import Manifest


def scenario_of(manifest: Manifest, shown: str) -> Scenario:
    """Give the scenario of a manifest; what the language has learned since is as it is by default.

    Parameters
    ----------
    shown
        Where the manifest lies, as messages say it.

    Raises
    ------
    DataError
        It was edited, or is of a later version of Footfall.
    """
    try:
        return Scenario.model_validate(manifest.scenario)
    except ValidationError as error:
        raise DataError(
            f"{shown}: the manifest's scenario is not valid: {error.errors()[0]['msg']}"
        ) from error
