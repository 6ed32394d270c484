"""No column of a shop that ships can be exchanged unnoticed, but for those listed here."""

from __future__ import annotations

import pyarrow as pa
import pytest

import footfall
from sample import findings_of
from shipped import SHIPPED

pytestmark = pytest.mark.slow

SCALE = {"vantage": 0.2, "storefront": 1.0, "grocer": 0.05}
FREE = {
    "product": {"name", "description", "supplier", "stock"},
    "customer": {"first_name", "last_name", "name", "phone", "address", "city", "state", "postcode"},
    "order": {"payment", "shipping_address"},
    "line": {"is_returned"},
    "review": {"customer", "text"},
}
"""Fields that are promised as a mix, or as words alone: a row's value may be another row's.

Where the tables show more, checks notice these as well, such as addresses by their orders. The content hash
of the manifest notices any change at all; this is about what the contract knows without it.
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_column_that_slips_by_a_row_is_noticed(name: str) -> None:
    """With each value one row further, a check fails for every column that isn't free."""
    made = footfall.generate(name, seed=7, scale=SCALE.get(name, 0.1))
    unnoticed = set()
    for table, spec in made.subject.tables.items():
        rows = made.tables[table]
        for place, column in enumerate(spec.columns):
            values = rows[column.name].combine_chunks()
            slipped = pa.concat_arrays([values.slice(len(values) - 1), values.slice(0, len(values) - 1)])
            if slipped.equals(values):
                continue  # all rows say the same
            changed = rows.set_column(place, rows.schema.field(place), slipped)
            found = findings_of(made.subject, {**made.tables, table: changed})
            if all(finding.verdict != "fail" for finding in found.values()):
                unnoticed.add((spec.entity, column.field))
    assert unnoticed <= {(entity, field) for entity, fields in FREE.items() for field in fields}
