"""Figures of the customers: the shape of what can be reached, places, days of registration."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.calendar import EPOCH
from footfall.contract.offences import Offences
from footfall.contract.order_figures import on
from footfall.contract.places import codes_of
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_words, one_word, to_numpy

Bools = npt.NDArray[np.bool_]

COUNTRIES = {"en_US": "United States", "de_DE": "Germany", "de_AT": "Austria", "de_CH": "Switzerland"}
_POSTCODES = {"en_US": "[0-9]{5}", "de_DE": "[0-9]{5}", "de_AT": "[1-9][0-9]{3}", "de_CH": "[1-9][0-9]{3}"}
# RFC 2606 keeps these domains for examples; nobody can be mailed there.
_RESERVED = r"(([a-z0-9-]+\.)*example\.(com|net|org)|([a-z0-9-]+\.)+example)"
# 555-0100 to 555-0199 are kept for fiction in every area code.
_FICTION = r"555-01[0-9]{2}$"
# The first digit of a zip code tells a group of states; military addresses and territories included.
ZIP_STATES = (
    "CT MA ME NH NJ RI VT PR VI AE NY",
    "DE NY PA",
    "DC MD NC SC VA WV",
    "AL FL GA MS TN AA",
    "IN KY MI OH",
    "IA MN MT ND SD WI DC",
    "IL KS MO NE",
    "AR LA OK TX MO",
    "AZ CO ID NM NV UT WY TX DC",
    "AK CA HI OR WA AP AS FM GU MH MP PW",
)
_LETTERS = {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue"}
_LIGATURES = {"ß": "ss", "ẞ": "Ss", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe",
              "Ł": "L", "ł": "l", "Đ": "D", "đ": "d"}  # fmt: skip


def folded(words: pa.Array, *, umlauts: bool) -> pa.Array:
    """Small ASCII letters of names; with `umlauts`, ü is ue and not u.

    >>> folded(from_words(["José", "O'Brien", "de la Cruz"]), umlauts=False).to_pylist()
    ['jose', 'obrien', 'delacruz']
    >>> folded(from_words(["Müller-Groß"]), umlauts=True).to_pylist()
    ['muellergross']
    """
    distinct = words.dictionary_encode()
    out = pc.utf8_normalize(distinct.dictionary, form="NFC")
    for letter, plain in {**(_LETTERS if umlauts else {}), **_LIGATURES}.items():
        out = pc.replace_substring(out, letter, plain)
    out = pc.utf8_lower(pc.utf8_normalize(out, form="NFKD"))
    return pc.replace_substring_regex(out, "[^a-z]", "").take(distinct.indices)


def _true(values: pa.Array) -> Bools:
    return np.asarray(to_numpy(values.fill_null(False) if values.null_count else values), np.bool_)


class CustomerTally:
    """Mergeable figures of customers, observed in file order; some 100 bytes a customer with emails.

    Attributes
    ----------
    registered, shops
        Day since 1970, and place of the home shop in the scenario (-1 unknown), in parts.
    emails, addresses, places
        Texts in parts; of the places ("country|postcode|city|state") each once a part.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        scenario = subject.scenario
        self._subject, self._offences = subject, offences
        self._shops = from_words(subject.shops)
        self._locales = [scenario.customers.locales.get(shop, "") for shop in subject.shops]
        self._keep_addresses = subject.shows("order.shipping_address")
        self.pool = scenario.customers.pool
        self.rows = 0
        self.registered: list[Counts] = []
        self.shops: list[Counts] = []
        self.emails: list[pa.Array] = []
        self.addresses: list[pa.Array] = []
        self.places: list[pa.Array] = []

    def observe(self, columns: dict[str, Any]) -> None:
        """Take note of customers."""
        n = len(next(iter(columns.values())))
        number = np.arange(self.rows + 1, self.rows + n + 1)
        ids = columns.get("id", number)
        self._offences.where(
            "customers.ids",
            ids != number,
            lambda i: f"customer {ids[i]} stands where customer {number[i]} is due",
        )
        self.rows += n
        locale = self._locale_of(columns, n)
        if "email" in columns:
            self._email(ids, columns, locale)
            self.emails.append(columns["email"])
        if "address" in columns and self._keep_addresses:
            self.addresses.append(columns["address"])
        if "registered" in columns:
            self._registered(ids, columns["registered"])
        if "phone" in columns:
            fits = _true(pc.match_substring_regex(columns["phone"], _FICTION))
            self._wrong("phone", ids, columns, self._is(locale, "en_US") & ~fits)
        self._place(ids, columns, locale)

    def _wrong(self, field: str, ids: Counts, columns: dict[str, Any], wrong: Bools) -> None:
        self._offences.where(
            f"customers.{field}", wrong, lambda i: f"customer {ids[i]}: {field} '{columns[field][i]}'"
        )

    def _locale_of(self, columns: dict[str, Any], n: int) -> Counts:
        """Place of each customer's shop in the scenario; -1 where it is not known."""
        if "shop" in columns:
            codes = codes_of(columns["shop"], self._shops)
            self.shops.append(codes.astype(np.int16))
            return codes
        return np.full(n, 0 if len(set(self._locales)) == 1 else -1)

    def _is(self, locale: Counts, name: str) -> Bools:
        return np.array([*(known == name for known in self._locales), False])[locale]

    def _email(self, ids: Counts, columns: dict[str, Any], locale: Counts) -> None:
        email = columns["email"]
        wrong = ~_true(pc.match_substring_regex(email, rf"^[a-z]+\.[a-z]+[0-9]*@{_RESERVED}$"))
        if "first_name" in columns and "last_name" in columns:
            given = pc.replace_substring_regex(email, "[0-9]*@.*$", "")
            fits = np.zeros(len(ids), np.bool_)
            german = np.array([*(name.startswith("de") for name in self._locales), False])[locale]
            for umlauts in (False, True):
                names = [folded(columns[f], umlauts=umlauts) for f in ("first_name", "last_name")]
                same = _true(pc.equal(given, pc.binary_join_element_wise(*names, one_word("."))))
                fits |= same & ((german == umlauts) | (locale < 0))
            wrong |= ~fits
        self._wrong("email", ids, columns, wrong)

    def _registered(self, ids: Counts, days: Counts) -> None:
        law = self._subject.scenario.customers.registered
        self.registered.append(days.astype(np.int32))
        if law is None:
            return
        first, last = ((day - EPOCH).days for day in (law.from_, law.to))
        self._offences.where(
            "customers.registered",
            (days < first) | (days > last),
            lambda i: f"customer {ids[i]} registered on {on(days[i])}, outside of {law.from_} to {law.to}",
        )

    def _place(self, ids: Counts, columns: dict[str, Any], locale: Counts) -> None:
        if "country" in columns:
            wrong = np.zeros(len(ids), np.bool_)
            for name in {n for n in self._locales if n in COUNTRIES}:
                here = _true(pc.equal(columns["country"], one_word(COUNTRIES[name])))
                wrong |= self._is(locale, name) & ~here
            allowed = from_words([COUNTRIES[n] for n in self._locales if n in COUNTRIES])
            if set(self._locales) <= COUNTRIES.keys():
                wrong |= ~_true(pc.is_in(columns["country"], value_set=allowed))
            self._wrong("country", ids, columns, wrong)
        if "postcode" not in columns:
            return
        wrong = np.zeros(len(ids), np.bool_)
        for name in {n for n in self._locales if n in _POSTCODES}:
            fits = _true(pc.match_substring_regex(columns["postcode"], f"^{_POSTCODES[name]}$"))
            wrong |= self._is(locale, name) & ~fits
        self._wrong("postcode", ids, columns, wrong)
        if "state" not in columns:
            return
        american = self._is(locale, "en_US")
        fits = np.zeros(len(ids), np.bool_)
        for digit, states in enumerate(ZIP_STATES):
            begins = _true(pc.starts_with(columns["postcode"], str(digit)))
            fits |= begins & _true(pc.is_in(columns["state"], value_set=from_words(states.split())))
        self._offences.where(
            "customers.places",
            american & ~fits,
            lambda i: f"customer {ids[i]}: {columns['postcode'][i]} is no postcode of {columns['state'][i]}",
        )
        where = next((f for f in ("country", "shop") if f in columns), None)
        if "city" in columns and (where or len(set(self._locales)) == 1):
            land = columns[where] if where else ""
            parts = [columns[f] for f in ("postcode", "city", "state")]
            self.places.append(pc.unique(pc.binary_join_element_wise(land, *parts, one_word("|"))))

    @property
    def is_whole(self) -> bool:
        """Whether the customers 1 to the pool were seen, in order."""
        return self.rows == self.pool and "customers.ids" not in self._offences

    @property
    def days(self) -> Counts | None:
        """Day since 1970 on which each customer registered; None where that is not known."""
        if not self.is_whole or not self.registered:
            return None
        if len(self.registered) > 1:
            self.registered = [np.concatenate(self.registered)]
        return self.registered[0]

    @property
    def homes(self) -> pa.Array | None:
        """Address of each customer; None where not all have been seen."""
        if not self.is_whole or not self.addresses:
            return None
        if len(self.addresses) > 1:
            self.addresses = [pa.concat_arrays(self.addresses)]
        return self.addresses[0]

    def by_month(self) -> tuple[list[dt.date], Counts, Counts]:
        """Months in which customers may register, their days in it, and customers who did."""
        law, days = self._subject.scenario.customers.registered, self.days
        if law is None or days is None:
            return [], np.empty(0, np.int64), np.empty(0, np.int64)
        every = np.arange(np.datetime64(law.from_, "D"), np.datetime64(law.to, "D") + 1)
        months, lengths = np.unique(every.astype("datetime64[M]"), return_counts=True)
        seen = days.astype("datetime64[D]").astype("datetime64[M]")
        place = np.searchsorted(months, seen)
        ok = (place < len(months)) & (months[np.minimum(place, len(months) - 1)] == seen)
        return months.tolist(), lengths, np.bincount(place[ok], minlength=len(months))

    def equals(self, other: CustomerTally) -> bool:
        """Whether the other one has seen the same customers."""
        if self.rows != other.rows:
            return False
        for name in ("emails", "addresses"):
            mine, theirs = (pa.chunked_array(getattr(tally, name), pa.string()) for tally in (self, other))
            if not mine.equals(theirs):
                return False
        return all(_joined(getattr(self, f)) == _joined(getattr(other, f)) for f in ("registered", "shops"))

    def merge(self, other: CustomerTally) -> None:
        """Add the figures of the customers that follow."""
        self.rows += other.rows
        for name in ("registered", "shops", "emails", "addresses", "places"):
            getattr(self, name).extend(getattr(other, name))


def _joined(parts: list[Counts]) -> bytes:
    return b"".join(part.tobytes() for part in parts)
