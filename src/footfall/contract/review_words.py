"""Words of review texts: split, stemmed, hashed, and looked up among the words of a product."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.places import codes_of
from footfall.contract.statistics import Counts
from footfall.core.arrays import from_words, one_word, to_numpy
from footfall.scenario.model import Scenario

Hashes = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
_BASE = np.uint64(0xD6E8FEB86659FD93)
_BLANK, _LAST_PRINTED = 0x20, 0x7E
_A, _Z, _TO_LOWER = ord("A"), ord("Z"), 5  # the bit that small letters have and capitals have not


@dataclass(frozen=True)
class Tokens:
    """What stands between blanks, in lower case: text i has those from ends[i] to before ends[i + 1]."""

    ends: Counts
    codes: npt.NDArray[np.int32]
    distinct: pa.Array
    is_tidy: bool = False  # of nothing but printable ASCII, with single blanks within and none around

    @property
    def row(self) -> Counts:
        """Text of each token."""
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))


def tokens_of(texts: pa.Array) -> Tokens:
    """Split texts at blanks.

    >>> tokens_of(from_words(["So so", "good!"])).distinct.to_pylist()
    ['so', 'good!']
    """
    tokens = _plainly_split(texts)
    if tokens is not None:
        return tokens
    lists = pc.utf8_split_whitespace(pc.utf8_lower(texts))
    coded = lists.flatten().dictionary_encode()
    return Tokens(to_numpy(lists.offsets).astype(np.int64), to_numpy(coded.indices), coded.dictionary)


def _plainly_split(texts: pa.Array) -> Tokens | None:
    """Split tidy texts, in a third of the time; None where one isn't."""
    if not len(texts):
        return None
    _, buffer, data = texts.buffers()
    ends = np.frombuffer(buffer, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    if (ends[1:] <= ends[:-1]).any():
        return None
    first, size = int(ends[0]), int(ends[-1] - ends[0])
    letters, starts = np.frombuffer(data, np.uint8)[first : first + size], ends[:-1] - first
    if letters.min() < _BLANK or letters.max() > _LAST_PRINTED:
        return None
    begins, heads = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    np.equal(letters[:-1], _BLANK, out=begins[1:])  # a token follows a blank, or begins a text
    begins[starts] = heads[starts] = True
    tokens = np.flatnonzero(begins)
    if (
        letters[-1] == _BLANK
        or (letters[tokens] == _BLANK).any()
        or (letters[starts[1:] - 1] == _BLANK).any()
    ):
        return None
    # Each token with the blank after it; words that differ by that only become one.
    offsets = np.append(tokens, size).astype(np.int32)
    lower = pa.py_buffer(letters | ((letters >= _A) & (letters <= _Z)).view(np.uint8) << _TO_LOWER)
    cut = pa.Array.from_buffers(pa.string(), len(tokens), [None, pa.py_buffer(offsets), lower])
    coded = cut.dictionary_encode()
    words = pc.ascii_rtrim(coded.dictionary, characters=" ").dictionary_encode()
    codes = to_numpy(words.indices).take(to_numpy(coded.indices))
    rows = np.append(np.flatnonzero(heads.take(tokens)), len(tokens))
    return Tokens(rows, codes, words.dictionary, is_tidy=True)


def bare(tokens: pa.Array) -> pa.Array:
    """Letters and digits of tokens.

    >>> bare(from_words(["t-shirt,", "ärmel."])).to_pylist()
    ['tshirt', 'ärmel']
    """
    return pc.replace_substring_regex(tokens, r"[^\pL\pN]+", "")


def stems(words: pa.Array) -> pa.Array:
    """Words without the endings in which singular and plural differ.

    >>> stems(from_words(["shoe", "shoes", "batteries", "battery", "dresses", "dress", "is"])).to_pylist()
    ['sho', 'sho', 'batter', 'batter', 'dr', 'dr', 'is']
    """
    return pc.replace_substring_regex(words, "^(..+?)[eiys]+$", r"\1")


def doubled(tokens: Tokens) -> Bools:
    """Texts in which a word comes twice in a row with only blanks between."""
    first_of = codes_of(pc.utf8_rtrim(tokens.distinct, characters=".,;:!?"), tokens.distinct)
    again = np.flatnonzero(tokens.codes[:-1] == first_of.take(tokens.codes[1:]))
    out = np.zeros(len(tokens.ends) - 1, np.bool_)
    row = tokens.row
    again = again[row[again] == row[again + 1]]
    out[row[again]] = True
    return out


def hashed(tokens: Tokens) -> Hashes:
    """Hash each text without its digits: a polynomial over the hashes of its words."""
    plain = pc.replace_substring_regex(tokens.distinct, "[0-9]+", "").to_pylist()
    digests = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in plain)
    place = np.arange(len(tokens.codes)) - np.repeat(tokens.ends[:-1], np.diff(tokens.ends))
    powers = np.cumprod(np.full(int(place.max(initial=0)) + 1, _BASE), dtype=np.uint64)
    terms = np.frombuffer(digests, np.uint64).take(tokens.codes)
    terms *= powers.take(place)
    sums = np.zeros(len(terms) + 1, np.uint64)
    np.cumsum(terms, out=sums[1:])
    upto = sums.take(tokens.ends)
    return np.asarray(upto[1:] - upto[:-1], np.uint64)


class Topics:
    """Stems that tell what a product is: of its name, and of its sub-category as the scenario has it."""

    def __init__(self, scenario: Scenario, catalog: dict[str, Any]) -> None:
        kinds = catalog["sub_category"].dictionary_encode()
        listed = [pair for c in scenario.catalog.categories.values() for pair in c.sub_categories.items()]
        subs = [[s for name, s in listed if name == kind] for kind in kinds.dictionary.to_pylist()]
        phrases = [" ".join(w for s in sub for w in (*s.things, *s.facets, s.noun)) for sub in subs]
        # A noun's last word is what the thing is, however short: "mug", "TV".
        nouns = [" ".join(s.noun.split()[-1] for s in sub if s.noun.strip()) for sub in subs]
        own = [telling(catalog[f], 4) for f in ("name", "sub_category") if f in catalog]
        shared = [telling(from_words(phrases), 4), telling(from_words(nouns), 1)]
        self._stems = pc.unique(pa.concat_arrays([part[2] for part in (*own, *shared)]))
        self._own, self._shared = self._keys(own), self._keys(shared)
        self._kind = to_numpy(kinds.indices).astype(np.int64)

    def _keys(self, parts: list[tuple[Counts, Counts, pa.Array]]) -> Counts:
        keys = [row * len(self._stems) + codes_of(found, self._stems)[code] for row, code, found in parts]
        return np.unique(np.concatenate(keys))

    def named(self, sku: Counts, tokens: Tokens) -> Bools:
        """Texts that have a word of their SKU's; those of unknown SKUs pass."""
        stem = codes_of(stems(bare(tokens.distinct)), self._stems).take(tokens.codes)
        telling = np.flatnonzero(stem >= 0)
        row, stem, size = tokens.row.take(telling), stem.take(telling), len(self._stems)
        of = sku.take(row)
        hit = np.isin(of * size + stem, self._own)
        hit |= np.isin(self._kind.take(of) * size + stem, self._shared)
        out = np.asarray(sku < 0, np.bool_)
        out[row[hit & (of >= 0)]] = True
        return out


def telling(texts: pa.Array, shortest: int) -> tuple[Counts, Counts, pa.Array]:
    """Row and code of each word of enough letters, and the stems that the codes stand for."""
    split = pc.replace_substring_regex(texts, r"[^\pL\pN]+", " ")
    tokens = tokens_of(pc.binary_join_element_wise(texts, split, one_word(" ")))
    words = bare(tokens.distinct)
    long = (to_numpy(pc.utf8_length(words)) >= shortest)[tokens.codes]
    return tokens.row[long], tokens.codes[long].astype(np.int64), stems(words)
