"""Which tables a scenario publishes, under which names."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from footfall.core.publishing import Shown
from footfall.core.schema import VOCABULARY, leaf_of
from footfall.scenario.defects import Contradiction, Contradictions, nearest
from footfall.scenario.strict import Identifier, Strict


class PublishedColumn(Strict):
    """A column: the field that it shows, and words of its own for it.

    Attributes
    ----------
    field
        Field of the table's rows, or a path along references, such as `order.customer.city`.
    text
        What the column means, where the vocabulary's words won't do.
    """

    field: str
    text: str = ""

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> str | dict[str, Any]:
        said: dict[str, Any] = {key: value for key, value in handler(self).items() if value}
        return said["field"] if list(said) == ["field"] else said


def _from_word(value: object) -> object:
    return {"field": value} if isinstance(value, str) else value


class PublishedTable(Strict):
    """A table: what a row is, and which field each column shows; on request, or always.

    Attributes
    ----------
    rows
        Entity of the vocabulary that a row is, such as `order`.
    columns
        Published name: field of the entity, a path to a field of what it refers to, or more.
    on_request
        Whether the table is made only where `--tables` names it.
    """

    rows: str
    columns: Annotated[
        dict[
            Identifier,
            Annotated[
                PublishedColumn, BeforeValidator(_from_word, json_schema_input_type=str | PublishedColumn)
            ],
        ],
        Field(min_length=1),
    ]
    on_request: bool = False

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.rows not in VOCABULARY:
            raise Contradiction(
                f"rows of '{self.rows}' are not known{nearest(self.rows, list(VOCABULARY))}; "
                f"there are {', '.join(VOCABULARY)}",
                "rows",
            )
        wrong = [
            Contradiction(f"column '{name}' shows '{column.field}', {said}", ("columns", name))
            for name, column in self.columns.items()
            if (said := _wrong_path(self.rows, column.field))
        ]
        if wrong:
            raise Contradictions(wrong)
        return self

    def resolved(self) -> dict[str, Shown]:
        """What each column shows, for the schema."""
        return {name: Shown(c.field, c.text) for name, c in self.columns.items()}

    def shows(self, entity: str) -> set[str]:
        """Fields of an entity that the table shows, of its own rows or of rows that they refer to."""
        leaves = [leaf_of(self.rows, c.field) for c in self.columns.values()]
        return {field for of_entity, field in leaves if of_entity == entity}


def _wrong_path(entity: str, path: str) -> str:
    """Tell why a path leads to no field; empty where it does."""
    *through, leaf = path.split(".")
    for step in through:
        references = {n: f.references[0] for n, f in VOCABULARY[entity].fields.items() if f.references}
        if step not in references:
            known = [f"{n} (to the {to})" for n, to in references.items()]
            return (
                f"but rows of '{entity}' refer to nothing by '{step}'{nearest(step, list(references))}; "
                f"they refer by {' and '.join(known) if known else 'nothing'}"
            )
        entity = references[step]
    fields = VOCABULARY[entity].fields
    if leaf in fields:
        return ""
    return f"which rows of '{entity}' do not have{nearest(leaf, list(fields))}; they have {', '.join(fields)}"
