"""What a scenario publishes, resolved against the vocabulary: types, words, keys, references."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from footfall.core.schema import ColumnSpec, Made, TableSpec, main_table
from footfall.core.vocabulary import VOCABULARY, Kind, leaf_of


@dataclass(frozen=True)
class Shown:
    """What a scenario says of a column.

    Attributes
    ----------
    field : str
        Field of the table's entity or path to one; empty for a column that is made from others.
    text, unit : str
        Instead of the vocabulary's words; for a column that is made, all there is.
    kind : Kind or None
        Of a column that is made from others.
    form : str
        Form in which values are shown, such as "uuid"; see :mod:`footfall.core.forms`.
    """

    field: str = ""
    text: str = ""
    unit: str = ""
    kind: Kind | None = None
    made: Made | None = None
    form: str = ""


def publish(
    tables: Mapping[str, tuple[str, Mapping[str, Shown | str]]],
    currency: str,
    words: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, TableSpec]:
    """Resolve what a scenario publishes.

    Parameters
    ----------
    tables
        Published table name -> (entity, {published column name: what it shows}), in published order; a word
        is a field or a path to one.
    currency
        Takes the place of the unit "currency".
    words
        (entity, field) -> the words that may stand there.

    Returns
    -------
    dict
        Published table name -> its specification. A key or reference is left out where the
        scenario does not publish the columns that it needs.
    """
    plain = {
        name: _table(name, entity, [_column(entity, c, s, currency, words) for c, s in columns.items()])
        for name, (entity, columns) in tables.items()
    }
    specs = list(plain.values())
    return {
        name: dataclasses.replace(
            spec, columns=tuple(_referring(specs, spec.entity, column) for column in spec.columns)
        )
        for name, spec in plain.items()
    }


def _table(name: str, entity: str, columns: list[ColumnSpec]) -> TableSpec:
    known = VOCABULARY[entity]
    names = {column.field: column.name for column in reversed(columns) if column.is_own}
    key = next((tuple(names[f] for f in key) for key in known.keys if names.keys() >= set(key)), ())
    ordered = [names[f] for f in known.order_by if f in names]
    if len(ordered) < len(known.order_by):  # what is left of it may not tell all rows apart
        ordered += [name for name in key if name not in ordered]
    return TableSpec(
        name=name,
        entity=entity,
        grain=known.grain,
        columns=tuple(columns),
        key=key,
        order_by=tuple(ordered),
    )


def _column(
    entity: str,
    name: str,
    shown: Shown | str,
    currency: str,
    words: Mapping[tuple[str, str], tuple[str, ...]],
) -> ColumnSpec:
    if isinstance(shown, str):
        shown = Shown(shown)
    if shown.made:
        assert shown.kind is not None, "a column that is made says its kind"
        return ColumnSpec(name, "", shown.kind, shown.text, shown.unit, None, made=shown.made)
    leaf = leaf_of(entity, shown.field)
    known = VOCABULARY[leaf[0]].fields[leaf[1]]
    if shown.form:
        return _in_form(name, shown, leaf, words.get(leaf, ()))
    return ColumnSpec(
        name=name,
        field=shown.field,
        kind=known.kind,
        text=shown.text or known.text,
        unit=shown.unit or known.unit.replace("currency", currency),
        references=None,
        values=words.get(leaf, ()),
    )


def _in_form(name: str, shown: Shown, leaf: tuple[str, str], words: tuple[str, ...]) -> ColumnSpec:
    from footfall.core.forms import Form  # noqa: PLC0415 - few scenarios show any, and it takes time

    known = VOCABULARY[leaf[0]].fields[leaf[1]]
    of, _ = known.references or leaf
    form = Form.find(shown.form, of, known.kind, words)
    return ColumnSpec(
        name=name,
        field=shown.field,
        kind=form.kind,
        text=shown.text or known.text,
        unit="cent" if shown.form == "cents" else "",
        references=None,
        values=form.shown_words if form.words else (),
        form=form,
    )


def _referring(specs: list[TableSpec], entity: str, column: ColumnSpec) -> ColumnSpec:
    """Column with the published key that its values are of, where there is one."""
    if column.made:
        return column
    target = _target(entity, column.field)
    if target is None:
        return column
    parents = [spec for spec in specs if spec.entity == target[0] and _key(spec, target[1], column)]
    parent = main_table(parents, target[0])
    if parent is None:
        return column
    key = _key(parent, target[1], column)
    assert key is not None, "looked for above"
    return dataclasses.replace(column, references=(parent.name, key))


def _key(parent: TableSpec, field: str, column: ColumnSpec) -> str | None:
    """Name under which a table shows a key in the form of a column; None where it has another or none."""
    key = next((c for c in parent.columns if c.field == field), None)
    return key.name if key and key.form == column.form else None


def _target(entity: str, path: str) -> tuple[str, str] | None:
    """Entity and key that a column refers to: by its field, or as it shows the key of what it joins."""
    *through, _ = path.split(".")
    leaf_entity, leaf = leaf_of(entity, path)
    known = VOCABULARY[leaf_entity].fields[leaf].references
    if known or not through:
        return known
    return (leaf_entity, leaf) if (leaf,) in VOCABULARY[leaf_entity].keys else None
