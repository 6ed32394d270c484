"""Customers as people: names, emails, phones and addresses, a pure function of seed and row.

Words are drawn as indices into the locales' pools and taken by Arrow, so no loop goes over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core import laws
from footfall.core.arrays import from_numpy, from_words, one_word
from footfall.core.streams import Rows, Streams
from footfall.plan.people import UNITED_STATES, Locale, Pool, folded

Ints = npt.NDArray[np.int64]

_DOMAINS = ("@example.com", "@example.org", "@example.net")  # reserved by RFC 2606: nobody is ever mailed
_LAST_DIGITS = 100  # phone prefixes lack two digits
_S32 = np.uint64(32)


@dataclass(frozen=True)
class _Words:
    """One pool of each locale, their words one after the other."""

    words: pa.Array
    first: tuple[int, ...]
    laws: tuple[laws.Choice, ...]

    @classmethod
    def of(cls, pools: Sequence[Pool]) -> _Words:
        return cls(
            words=from_words([word for pool in pools for word in pool.words]),
            first=tuple(_starts([len(pool.words) for pool in pools]).tolist()),
            laws=tuple(pool.law() for pool in pools),
        )

    def draw(self, streams: Streams, name: str, rows: Rows, locale_of: Ints) -> Ints:
        """Indices into the words."""
        if len(self.words) == len(self.laws):  # one word a locale, nothing to draw
            return locale_of
        words = streams.bits(name, rows)
        if len(self.laws) == 1:
            return self.laws[0](words).astype(np.int64)
        index = np.empty(len(rows), dtype=np.int64)
        for locale, (first, law) in enumerate(zip(self.first, self.laws, strict=True)):
            here = np.flatnonzero(locale_of == locale)
            index[here] = first + law(words[here])
        return index


@dataclass(frozen=True)
class _Tables:
    """What rows of these locales are taken from."""

    first_names: _Words
    last_names: _Words
    before_street: _Words
    streets: _Words
    street_suffixes: _Words
    after_street: _Words
    country: pa.Array
    city: pa.Array
    state: pa.Array
    postcode: pa.Array
    place_line: pa.Array
    first_place: Ints
    place_count: Ints
    phone_prefix: pa.Array
    first_prefix: Ints
    prefix_count: Ints


@lru_cache(maxsize=8)
def _tables(locales: tuple[Locale, ...]) -> _Tables:
    def words(pool: str) -> _Words:
        return _Words.of([getattr(locale, pool) for locale in locales])

    def column(name: str) -> pa.Array:
        return from_words([word for locale in locales for word in getattr(locale.places, name)])

    city, state, postcode = (column(name) for name in ("city", "state", "postcode"))
    place_count = np.array([len(locale.places.city) for locale in locales], dtype=np.int64)
    country = from_words([locale.country for locale in locales])
    prefixes = [of_place for locale in locales for of_place in locale.places.phone_prefixes]
    prefix_count = np.array([len(of_place) for of_place in prefixes], dtype=np.int64)
    return _Tables(
        first_names=words("first_names"),
        last_names=words("last_names"),
        before_street=words("before_street"),
        streets=words("streets"),
        street_suffixes=words("street_suffixes"),
        after_street=words("after_street"),
        country=country,
        city=city,
        state=state,
        postcode=postcode,
        place_line=_place_lines(
            city, state, postcode, _take(country, np.repeat(np.arange(len(locales)), place_count))
        ),
        first_place=_starts(place_count),
        place_count=place_count,
        phone_prefix=from_words([prefix for of_place in prefixes for prefix in of_place]),
        first_prefix=_starts(prefix_count),
        prefix_count=prefix_count,
    )


def simulate_people(
    streams: Streams, locales: Sequence[Locale], locale_of: Ints, numbers: Ints
) -> dict[str, pa.Array]:
    """Names, phones and addresses of some customers.

    Parameters
    ----------
    locale_of
        Index into `locales` of each of these customers.
    numbers
        Customers, from 0, in any order.

    Returns
    -------
    dict
        Strings: first_name, last_name, phone, address, city, state, postcode, country.
    """
    tables, rows = _tables(tuple(locales)), numbers.astype(np.uint64)
    first = tables.first_names.draw(streams, "customer.first_name", rows, locale_of)
    last = tables.last_names.draw(streams, "customer.last_name", rows, locale_of)
    place = _draw_places(streams, "customer", tables, locale_of, rows)
    return {
        "first_name": _take(tables.first_names.words, first),
        "last_name": _take(tables.last_names.words, last),
        "phone": _phones(streams, tables, place, rows),
        "address": _addresses(streams, "customer", tables, locale_of, rows),
        **_towns(tables, place),
        "country": _take(tables.country, locale_of),
    }


def simulate_emails(streams: Streams, locales: Sequence[Locale], locale_of_all: Ints) -> pa.Array:
    """Emails of all customers, unlike one another: first.last@domain.

    The first customer of a folded name has no number, the second has 2, in the order of their
    numbers; so more customers never change the emails of those before them.

    Parameters
    ----------
    locale_of_all
        Index into `locales` of customers 0, 1, ...
    """
    tables, rows = _tables(tuple(locales)), np.arange(len(locale_of_all), dtype=np.uint64)
    first_words, first_fold = _folds(tuple(locales), "first_names")
    last_words, last_fold = _folds(tuple(locales), "last_names")
    first = first_fold[tables.first_names.draw(streams, "customer.first_name", rows, locale_of_all)]
    last = last_fold[tables.last_names.draw(streams, "customer.last_name", rows, locale_of_all)]
    earlier = _earlier_equals(first * len(last_words) + last)
    # No fold has digits or dots, so neither the number nor the dot can be mistaken for a name's part.
    most = int(earlier.max(initial=0))
    later_numbers = pc.cast(from_numpy(np.arange(2, most + 2), pa.int64()), pa.string())
    numbers = pa.concat_arrays([from_words([""]), later_numbers])
    domain = (streams.bits("customer.email_domain", rows) >> _S32) * np.uint64(len(_DOMAINS)) >> _S32
    return _join(
        _take(first_words, first),
        _take(last_words, last),
        _take(numbers, earlier),
        _take(from_words(_DOMAINS), domain.astype(np.int64)),
    )


def shipping_lines(
    address: pa.Array, city: pa.Array, state: pa.Array, postcode: pa.Array, country: pa.Array
) -> pa.Array:
    """Addresses in one line, as their country writes them.

    Examples
    --------
    >>> columns = [["12 Oak Street", "Ahornweg 12"], ["Springfield", "Berlin"], ["IL", "Berlin"]]
    >>> columns += [["62704", "10115"], ["United States", "Germany"]]
    >>> shipping_lines(*map(from_words, columns)).to_pylist()
    ['12 Oak Street, Springfield, IL 62704', 'Ahornweg 12, 10115 Berlin']
    """
    return _join(address, _place_lines(city, state, postcode, country), separator=", ")


def addresses(
    streams: Streams, who: str, locales: Sequence[Locale], locale_of: Ints, rows: Rows
) -> dict[str, pa.Array]:
    """Columns address, city, state and postcode of the rows of somebody's streams.

    Parameters
    ----------
    who
        Whose streams: `customer`, say, for the addresses that customers register with.
    locale_of
        Index into `locales` of each row.
    """
    tables = _tables(tuple(locales))
    return {
        "address": _addresses(streams, who, tables, locale_of, rows),
        **_towns(tables, _draw_places(streams, who, tables, locale_of, rows)),
    }


def address_lines(
    streams: Streams, who: str, locales: Sequence[Locale], locale_of: Ints, rows: Rows
) -> pa.Array:
    """The same addresses as shipping lines."""
    tables = _tables(tuple(locales))
    place = _draw_places(streams, who, tables, locale_of, rows)
    line = _addresses(streams, who, tables, locale_of, rows)
    return _join(line, _take(tables.place_line, place), separator=", ")


def _towns(tables: _Tables, place: Ints) -> dict[str, pa.Array]:
    return {name: _take(getattr(tables, name), place) for name in ("city", "state", "postcode")}


def _draw_places(streams: Streams, who: str, tables: _Tables, locale_of: Ints, rows: Rows) -> Ints:
    return _pick(streams, f"{who}.place", rows, tables.first_place[locale_of], tables.place_count[locale_of])


def _phones(streams: Streams, tables: _Tables, place: Ints, rows: Rows) -> pa.Array:
    prefix = _pick(
        streams, "customer.phone_prefix", rows, tables.first_prefix[place], tables.prefix_count[place]
    )
    zero = np.zeros(len(rows), dtype=np.int64)
    line = _pick(streams, "customer.phone_line", rows, zero, zero + _LAST_DIGITS)
    last_digits = from_words([f"{n:02}" for n in range(_LAST_DIGITS)])
    return _join(_take(tables.phone_prefix, prefix), _take(last_digits, line))


def _addresses(streams: Streams, who: str, tables: _Tables, locale_of: Ints, rows: Rows) -> pa.Array:
    parts = (
        ("before_street", tables.before_street),
        ("street", tables.streets),
        ("street_suffix", tables.street_suffixes),
        ("after_street", tables.after_street),
    )
    return _join(
        *(_take(part.words, part.draw(streams, f"{who}.{name}", rows, locale_of)) for name, part in parts)
    )


def _place_lines(city: pa.Array, state: pa.Array, postcode: pa.Array, country: pa.Array) -> pa.Array:
    """Springfield, IL 62704; elsewhere 10115 Berlin."""
    american = pc.equal(country, one_word(UNITED_STATES))
    in_america = int(pc.sum(american).as_py() or 0)
    if not in_america:
        return _join(postcode, city, separator=" ")
    lines = _join(city, _join(state, postcode, separator=" "), separator=", ")
    if in_america == len(country):
        return lines
    return pc.if_else(american, lines, _join(postcode, city, separator=" "))


@lru_cache(maxsize=8)
def _folds(locales: tuple[Locale, ...], pool: str) -> tuple[pa.Array, Ints]:
    """Distinct folded words of a pool over all locales ("jose" or ".obrien"), and each word's index there."""
    mark = "." if pool == "last_names" else ""
    fold_of: dict[str, int] = {}
    index = [
        fold_of.setdefault(mark + folded(word, locale.has_umlauts), len(fold_of))
        for locale in locales
        for word in getattr(locale, pool).words
    ]
    return from_words(list(fold_of)), np.array(index, dtype=np.int64)


def _earlier_equals(keys: Ints) -> Ints:
    """For each key, how many equal ones stand before it."""
    order = np.argsort(keys, kind="stable")
    ordered, position = keys[order], np.arange(len(keys))
    is_new = np.ones(len(keys), dtype=np.bool_)
    is_new[1:] = ordered[1:] != ordered[:-1]
    earlier = np.empty(len(keys), dtype=np.int64)
    earlier[order] = position - np.maximum.accumulate(np.where(is_new, position, 0))
    return earlier


def _pick(streams: Streams, name: str, rows: Rows, first: Ints, count: Ints) -> Ints:
    """One of first .. first + count - 1, each as likely (to 2^-32), by integers alone."""
    scaled = (streams.bits(name, rows) >> _S32) * count.astype(np.uint64) >> _S32
    return first + scaled.astype(np.int64)


def _starts(counts: Sequence[int] | Ints) -> Ints:
    return np.cumsum(np.asarray(counts, dtype=np.int64)) - np.asarray(counts, dtype=np.int64)


def _take(words: pa.Array, index: Ints) -> pa.Array:
    return pc.take(words, from_numpy(index, pa.int64()), boundscheck=False)


def _join(*parts: pa.Array, separator: str = "") -> pa.Array:
    return pc.binary_join_element_wise(*parts, one_word(separator))
