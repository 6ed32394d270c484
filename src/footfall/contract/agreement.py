"""Whether a column that several tables show says the same in each: of the same rows, and of rows joined.

Only hashes are compared, a word of 64 bits a value, so that memory does not grow with the orders. Tables of
the same rows have the same sum of words over all rows, whatever their order. What is joined is looked up by
the key of the row that it is of; an order's is not kept, but stands in neighbouring rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.offences import Offences
from footfall.contract.subject import Subject
from footfall.core.content_hash import joined_words, value_words
from footfall.core.vocabulary import VOCABULARY, leaf_of

NAME = "tables.agree"
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Shared:
    """A column that a table shows of the entity's rows, or of rows that it refers to.

    Attributes
    ----------
    table, column : str
    by : tuple of str
        Columns of this table that tell the row that the value is of.
    known_by, known_as : tuple of str, str
        The same columns in the entity's own table.
    known_in : str
    """

    table: str
    column: str
    by: tuple[str, ...]
    known_in: str
    known_by: tuple[str, ...]
    known_as: str
    is_joined: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.column} and {self.known_in}.{self.known_as}"


def _shared(subject: Subject) -> Iterator[_Shared]:
    for spec in subject.tables.values():
        for column in spec.columns:
            if column.made:
                continue
            entity, leaf = leaf_of(spec.entity, column.field)
            main = subject.spec(entity)
            if main is None or main.name == spec.name or main.column_of(leaf) is None:
                continue
            through = column.field.rpartition(".")[0]
            ways = [((through,) if through else key, key) for key in VOCABULARY[entity].keys]
            for by, known_by in ways:
                names = [spec.column_of(path) for path in by], [main.column_of(f) for f in known_by]
                if len(by) == len(known_by) and all(map(all, names)) and (leaf,) != known_by:
                    yield _Shared(
                        table=spec.name,
                        column=column.name,
                        by=tuple(map(str, names[0])),
                        known_in=main.name,
                        known_by=tuple(map(str, names[1])),
                        known_as=str(main.column_of(leaf)),
                        is_joined=bool(through),
                    )
                    break


@dataclass
class _Kept:
    """Words of a joined column by the key of its row, where there are few of them."""

    keys: list[Words] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def add(self, keys: Words, words: Words) -> None:
        self.keys.append(keys)
        self.words.append(words)

    def at(self, keys: Words) -> tuple[npt.NDArray[np.bool_], Words]:
        """Whether each key is known, and its word."""
        if len(self.keys) != 1:
            known = np.concatenate([np.empty(0, np.uint64), *self.keys])
            order = np.argsort(known, kind="stable")
            words = np.concatenate([np.empty(0, np.uint64), *self.words])
            self.keys, self.words = [known[order]], [words[order]]
        if not len(self.keys[0]):
            return np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.uint64)
        place = np.minimum(np.searchsorted(self.keys[0], keys), len(self.keys[0]) - 1)
        return self.keys[0][place] == keys, self.words[0][place]


class Agreement:
    """Columns that several tables show, compared batch by batch; what was seen merges."""

    def __init__(self, subject: Subject, offences: Offences) -> None:
        self._specs, self._offences = dict(subject.tables), offences
        self.shared = list(_shared(subject))
        streamed = {s.name for s in subject.tables.values() if s.keyed_by_order}
        # Joined columns of orders are compared by sums over orders, those of the others by looking them up.
        self._summed = [s for s in self.shared if not s.is_joined or s.known_in in streamed]
        self._looked_up = [s for s in self.shared if s.is_joined and s.known_in not in streamed]
        self._sums: dict[_Shared, list[int]] = {s: [0, 0] for s in self._summed}
        self._last: dict[_Shared, tuple[int, int]] = {}
        self._kept: dict[_Shared, _Kept] = {s: _Kept() for s in self._looked_up}

    def observe(self, table: str, batch: pa.RecordBatch) -> None:
        """Take note of a batch; what it refers to was seen before, where it is no order."""
        words: dict[str, Words] = {}

        def of(name: str) -> Words:
            if name not in words:
                column = next(c for c in self._specs[table].columns if c.name == name)
                words[name] = value_words(batch.column(name), column)
            return words[name]

        for shared in self._summed:
            if shared.known_in == table:
                row = joined_words([*map(of, shared.known_by), of(shared.known_as)])
                self._sums[shared][0] += int(row.sum(dtype=np.uint64))
            if shared.table == table:
                row = joined_words([*map(of, shared.by), of(shared.column)])
                if shared.is_joined:
                    row = self._first_rows(shared, of(shared.by[0]), row, batch)
                self._sums[shared][1] += int(row.sum(dtype=np.uint64))
        for shared in self._looked_up:
            if shared.known_in == table:
                self._kept[shared].add(of(shared.known_by[0]), of(shared.known_as))
            if shared.table == table:
                keys = of(shared.by[0])
                is_known, due = self._kept[shared].at(keys)
                self._note(shared, is_known & (due != of(shared.column)), batch)

    def _first_rows(self, shared: _Shared, keys: Words, row: Words, batch: pa.RecordBatch) -> Words:
        """Words of the first row of each order; the order's other rows must have the same."""
        last = self._last.get(shared)
        begins = np.ones(len(keys), np.bool_)
        begins[1:] = keys[1:] != keys[:-1]
        differs = np.zeros(len(keys), np.bool_)
        differs[1:] = ~begins[1:] & (row[1:] != row[:-1])
        if last is not None and int(keys[0]) == last[0]:
            begins[0] = False
            differs[0] = int(row[0]) != last[1]
        self._last[shared] = (int(keys[-1]), int(row[-1]))
        self._note(shared, differs, batch)
        return row[begins]

    def _note(self, shared: _Shared, wrong: npt.NDArray[np.bool_], batch: pa.RecordBatch) -> None:
        def words(i: int) -> str:
            key = self._specs[shared.table].key or shared.by
            named = ", ".join(f"{name} {batch.column(name)[i].as_py()}" for name in key)
            return f"{shared} differ: {named} shows {batch.column(shared.column)[i].as_py()}"

        self._offences.where(NAME, wrong, words)

    def merge(self, other: Agreement) -> None:
        """Add what was seen of the rows that follow; both hold whole orders, and may know the same keys."""
        for shared, sums in other._sums.items():
            self._sums[shared] = [a + b for a, b in zip(self._sums[shared], sums, strict=True)]
        self._last = dict(other._last)
        for shared, kept in other._kept.items():
            if not self._kept[shared].keys:
                self._kept[shared] = kept

    def differing(self) -> list[str]:
        """Pairs of columns whose rows are not the same."""
        return [f"{s} differ" for s, (one, two) in self._sums.items() if (one - two) % (1 << 64)]
