"""Which tables a scenario publishes, under which names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from footfall.core.publishing import Shown
from footfall.core.schema import Made
from footfall.core.vocabulary import VOCABULARY, Kind, leaf_of
from footfall.scenario.defects import Contradiction, Contradictions, nearest
from footfall.scenario.strict import FormWord, Identifier, Strict

KindWord = Annotated[
    Kind, Field(strict=False), WithJsonSchema({"enum": [kind.value for kind in Kind], "type": "string"})
]


class PublishedColumn(Strict):
    """A column: the field that it shows, or the expression that makes it from others; with words for it.

    Attributes
    ----------
    field
        Field of the table's rows, or a path along references, such as `order.customer.city`.
    as
        Form in which the field's values are shown: `uuid` for numbers and for shops, `cents` for money,
        `timestamp` for days, or a code such as `SKU-000` for numbers.
    sql
        Expression over other columns of the table, row by row; of those that are made, the ones above it.
    plugin
        Entry point of the group `footfall.columns` whose function makes the column.
    from
        Columns of the table that the plug-in is given; of those that are made, the ones above it.
    kind
        What the values of a column that is made are.
    text
        What the column means, where the vocabulary's words won't do.
    unit
        Unit of a column that is made.
    """

    field: str | None = None
    as_: FormWord | None = Field(default=None, alias="as")
    sql: str | None = None
    plugin: str | None = None
    from_: list[Identifier] = Field(default=[], alias="from")
    kind: KindWord | None = None
    text: str = ""
    unit: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.field, self.sql, self.plugin)) != 1:
            raise Contradiction(
                "give either the field that it shows, or the sql or plugin that makes it",
                *("field", "sql", "plugin"),
            )
        if self.from_ and self.plugin is None:
            raise Contradiction("'from' goes with a plugin, and only with it", "from")
        if self.is_made and self.kind is None:
            known = ", ".join(kind.value for kind in Kind)
            raise Contradiction(f"a column that is made says its kind, one of {known}", "kind", "sql")
        if not self.is_made and (self.kind or self.unit):
            raise Contradiction("a column that shows a field has the field's kind and unit", "kind", "unit")
        if self.is_made and self.as_:
            raise Contradiction("a column that is made is shown as it was made", "as", "sql")
        return self

    @property
    def is_made(self) -> bool:
        """Whether it is made from other columns."""
        return self.field is None

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> str | dict[str, Any]:
        said: dict[str, Any] = {key: v for key, v in handler(self).items() if v not in (None, "", [])}
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
            Contradiction(f"column '{name}' shows '{path}', {said}", ("columns", name))
            for name, path in self.paths.items()
            if (said := _wrong_path(self.rows, path))
        ]
        if not self.paths:
            wrong.append(Contradiction("a table shows at least one field of its rows", "columns"))
        if wrong or (wrong := list(self._wrong_forms())):
            raise Contradictions(wrong)
        if len(self.paths) < len(self.columns):
            self._check_made()
        return self

    def _wrong_forms(self) -> Iterator[Contradiction]:
        for name, column in self.columns.items():
            if column.field is not None and column.as_:
                from footfall.core.forms import Form  # noqa: PLC0415 - few scenarios show any

                entity, field = leaf_of(self.rows, column.field)
                known = VOCABULARY[entity].fields[field]
                codes = ("any",) if (known.references or (entity, field)) == ("shop", "code") else ()
                try:
                    Form.find(column.as_, entity, known.kind, codes)
                except ValueError as error:
                    yield Contradiction(f"column '{name}' {error}", ("columns", name, "as"))

    def _check_made(self) -> None:
        from footfall.scenario.sql.tree import SqlRefusedError  # noqa: PLC0415 - few scenarios have any

        wrong = []
        for name, column in self.columns.items():
            try:
                if column.is_made:
                    self._made(name, column)
            except SqlRefusedError as error:
                wrong.append(Contradiction(f"column '{name}' {error}", ("columns", name, "sql")))
            except Contradiction as error:
                wrong.append(error)
        if wrong:
            raise Contradictions(wrong)

    def _made(self, name: str, column: PublishedColumn) -> Made:
        """How a column is made, as it is run."""
        made = [n for n, c in self.columns.items() if c.is_made]
        later = tuple(made[made.index(name) :])
        readable = tuple((n, kind) for n, kind in self.kinds.items() if n not in later)
        assert column.kind is not None, "validated"
        if column.sql is not None:
            from footfall.scenario.sql.duckdb import checked_expression  # noqa: PLC0415 - as above

            return checked_expression(column.sql, column.kind, readable, later)
        known = [n for n, _ in readable]
        for place, wanted in enumerate(column.from_):
            if wanted not in known:
                raise Contradiction(
                    f"column '{name}' is made from '{wanted}', which is no column above it"
                    f"{nearest(wanted, known)}; there are {', '.join(known)}",
                    *(("columns", name, "from", place), ("columns", name, "from")),
                )
        return Made(plugin=str(column.plugin), reads=tuple(column.from_))

    @property
    def paths(self) -> dict[str, str]:
        """Field, or path to one, of each column that shows one."""
        return {name: c.field for name, c in self.columns.items() if c.field is not None}

    @property
    def kinds(self) -> dict[str, Kind]:
        """Kind of each column's values."""
        found = {name: column.kind for name, column in self.columns.items()}
        for name, path in self.paths.items():
            entity, field = leaf_of(self.rows, path)
            found[name] = VOCABULARY[entity].fields[field].kind
            word = self.columns[name].as_
            if word:
                found[name] = {"cents": Kind.INTEGER, "timestamp": Kind.TIMESTAMP}.get(word, Kind.TEXT)
        return {name: kind for name, kind in found.items() if kind is not None}

    def resolved(self) -> dict[str, Shown]:
        """What each column shows, for the schema."""
        return {
            name: Shown(c.field, c.text, form=c.as_ or "")
            if c.field is not None
            else Shown("", c.text, c.unit, c.kind, self._made(name, c))
            for name, c in self.columns.items()
        }

    def shows(self, entity: str) -> set[str]:
        """Fields of an entity that the table shows, of its own rows or of rows that they refer to."""
        leaves = [leaf_of(self.rows, path) for path in self.paths.values()]
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
