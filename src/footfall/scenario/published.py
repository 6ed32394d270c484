"""Which tables a scenario publishes, under which names."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.core.schema import VOCABULARY
from footfall.scenario.defects import Contradiction, Contradictions, nearest
from footfall.scenario.strict import Identifier, Strict


class PublishedTable(Strict):
    """A table: what a row is, and which field each column shows; on request, or always.

    Attributes
    ----------
    rows
        Entity of the vocabulary that a row is, such as `order`.
    columns
        Published name: field of the entity.
    on_request
        Whether the table is made only where `--tables` names it.
    """

    rows: str
    columns: Annotated[dict[Identifier, str], Field(min_length=1)]
    on_request: bool = False

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.rows not in VOCABULARY:
            raise Contradiction(
                f"rows of '{self.rows}' are not known{nearest(self.rows, list(VOCABULARY))}; "
                f"there are {', '.join(VOCABULARY)}",
                "rows",
            )
        fields = VOCABULARY[self.rows].fields
        wrong = [
            Contradiction(
                f"column '{column}' shows '{name}', which rows of '{self.rows}' do not have"
                f"{nearest(name, list(fields))}; they have {', '.join(fields)}",
                ("columns", column),
            )
            for column, name in self.columns.items()
            if name not in fields
        ]
        if wrong:
            raise Contradictions(wrong)
        return self
