"""Write the packaged table of US places from the package `zipcodes`, which takes half a second to load.

Standard zip codes of the states and the District of Columbia, each a row with its city, state and area
codes, in the package's order.

    python tools/us_places.py > src/footfall/plan/places/en_US.csv
"""

from __future__ import annotations

import csv
import importlib
import sys
from collections.abc import Iterator
from typing import Any

from faker.providers.address.en_US import Provider

_TERRITORIES = {"AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI", "UM"}


def us_places() -> Iterator[tuple[str, str, str, str]]:
    """City, state, postcode, and area codes with blanks between them."""
    states = set(Provider.states_abbr) | {"DC"}
    # The package names no types that mypy accepts.
    filter_by: Any = importlib.import_module("zipcodes").filter_by
    for row in filter_by(zip_code_type="STANDARD", active=True, country="US"):
        if row["area_codes"] and row["state"] in states - _TERRITORIES:
            yield row["city"], row["state"], row["zip_code"], " ".join(row["area_codes"])


if __name__ == "__main__":
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("city", "state", "postcode", "area_codes"))
    table.writerows(us_places())
