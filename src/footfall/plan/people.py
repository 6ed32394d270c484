"""Locales: the pools of names, streets and places that customers and suppliers are drawn from.

Words come from Faker's provider classes, whose weights are kept where there are any; `Faker()` itself
is never made, since it draws from hidden state. Every place is a real row: city, state and postcode
belong together, and so do the phone numbers, all from ranges that nobody is ever reached under.
"""

from __future__ import annotations

import csv
import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from footfall.core import laws
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Streams, row_addresses

LOCALES = ("en_US", "de_DE", "de_AT", "de_CH")
UNITED_STATES = "United States"
MOST_COMPANIES = 1000

_COUNTRIES = {"en_US": UNITED_STATES, "de_DE": "Germany", "de_AT": "Austria", "de_CH": "Switzerland"}
# Faker has 195 suffixes and no weights, but a town has more streets than stravenues: weights of our own.
_COMMON_SUFFIXES = {"Street": 300, "Avenue": 150, "Road": 150, "Drive": 150, "Lane": 100, "Court": 60,
                    "Way": 40, "Place": 40, "Circle": 30}  # fmt: skip
_GARBLED = {"Dussen van", "auch Schlauchin", "Koch II"}  # among Faker's German last names
_SHARE_WITH_UNIT = 0.15

# Numbers the Bundesnetzagentur keeps for films ("Drama Numbers", Amtsblatt 7/2021, notice 148): a
# thousand in each of five cities, two hundred mobile ones for everybody else.
_DRAMA_CITIES = {"Berlin": "030 23125 ", "Frankfurt am Main": "069 90009 ", "Hamburg": "040 66969 ",
                 "Köln": "0221 4710 ", "München": "089 99998 "}  # fmt: skip
_DRAMA_MOBILE = ("0171 39200", "0176 040690")
# Austria and Switzerland keep none. 00 dials abroad, and no country's code begins with 0.
_UNDIALLED = ("000 555 01 ",)

_TRADES = {"en_US": ("Supply", "Trading", "Wholesale", "Goods", "Distributors"),
           "de_DE": ("Handels GmbH", "Großhandel GmbH", "Vertriebs GmbH", "GmbH & Co. KG"),
           "de_AT": ("Handels GmbH", "Großhandel GmbH", "Vertriebs GmbH", "OG"),
           "de_CH": ("Handels AG", "Grosshandel AG", "Vertriebs GmbH", "AG")}  # fmt: skip
# Forms of Faker's that no supplier has: clubs, foundations, professional partnerships, foreign ones.
_NO_SUPPLIER = re.compile(r"PLC|e\.V\.|e\.G\.|Stiftung|KGaA|GbR|GesbR|OHG|Partner")
# Honest surnames that read as a joke over a shop's door.
_NO_SIGN = {"Butts", "Cox", "Gay", "Hooker", "Slaughter", "Savage"}

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True)
class Pool:
    """Words and how often each is drawn; weights need not add up to one."""

    words: tuple[str, ...]
    weights: tuple[float, ...]

    @classmethod
    def even(cls, words: Iterable[str]) -> Pool:
        """Every distinct word as often as every other."""
        distinct = tuple(dict.fromkeys(words))
        return cls(distinct, (1.0,) * len(distinct))

    @classmethod
    def weighted(cls, weights: Mapping[str, float]) -> Pool:
        """Words with their weights."""
        return cls(tuple(weights), tuple(float(w) for w in weights.values()))

    def law(self) -> laws.Choice:
        """Law of the word's index."""
        return laws.choice(self.weights)


@dataclass(frozen=True)
class Places:
    """Columns of a table of real places, each row as likely as every other.

    Attributes
    ----------
    phone_prefixes : tuple of tuple of str
        A place's numbers less their last two digits.
    """

    city: tuple[str, ...]
    state: tuple[str, ...]
    postcode: tuple[str, ...]
    phone_prefixes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Locale:
    """Everything that a country's people and addresses are drawn from.

    An address is written ``before_street + streets + street_suffixes + after_street``; the words of
    these pools carry their own spaces. Compared by identity: pools are large, and `locale_pools` is
    cached.
    """

    name: str
    country: str
    first_names: Pool
    last_names: Pool
    before_street: Pool
    streets: Pool
    street_suffixes: Pool
    after_street: Pool
    places: Places
    has_umlauts: bool
    company_suffixes: tuple[str, ...]
    trades: tuple[str, ...]


@lru_cache(maxsize=len(LOCALES))
def locale_pools(name: str) -> Locale:
    """Pools of one of `LOCALES`.

    Raises
    ------
    ValueError
        For another name; the message lists the allowed ones.

    Examples
    --------
    >>> locale_pools("de_CH").country
    'Switzerland'
    """
    if name not in LOCALES:
        raise ValueError(f"no locale {name!r}; allowed: {', '.join(LOCALES)}")
    person, address, company = (
        importlib.import_module(f"faker.providers.{topic}.{name}").Provider
        for topic in ("person", "address", "company")
    )
    first_names, last_names = _first_names(person), _last_names(person)
    parts = _american_parts if name == "en_US" else _german_parts
    before, streets, suffixes, after = parts(first_names, last_names, address)
    company_suffixes = (s.replace("and Sons", "& Sons") for s in company.company_suffixes)
    return Locale(
        name=name,
        country=_COUNTRIES[name],
        first_names=first_names,
        last_names=last_names,
        before_street=before,
        streets=streets,
        street_suffixes=suffixes,
        after_street=after,
        places=_american_places() if name == "en_US" else _german_places(name),
        has_umlauts=name != "en_US",
        company_suffixes=tuple(s for s in company_suffixes if not _NO_SUPPLIER.search(s)),
        trades=_TRADES[name],
    )


def folded(word: str, has_umlauts: bool) -> str:
    """Small ASCII letters of a name, for an email.

    Parameters
    ----------
    has_umlauts
        Whether ü is ue, as in German, and not u.

    Examples
    --------
    >>> folded("José", False), folded("O'Brien", False), folded("Müller", True)
    ('jose', 'obrien', 'mueller')
    """
    from anyascii import anyascii  # noqa: PLC0415 - only customers with emails need it

    word = word.translate(_UMLAUTS) if has_umlauts else word
    letters = re.sub("[^a-z]", "", anyascii(word).lower())
    if not letters:
        raise ValueError(f"name {word!r}: nothing of it can be written in ASCII letters")
    return letters


def companies(streams: Streams, locale: str, count: int) -> tuple[str, ...]:
    """Distinct names of suppliers; the first n are the same for every `count`.

    Parameters
    ----------
    count
        Up to `MOST_COMPANIES`.

    Examples
    --------
    >>> len(set(companies(Streams(42), "en_US", 100)))
    100
    """
    if not 0 <= count <= MOST_COMPANIES:
        raise ValueError(f"{count} suppliers; allowed: 0 to {MOST_COMPANIES}")
    pools = locale_pools(locale)
    surnames = [w for w in pools.last_names.words if w.isalpha() and w not in _NO_SIGN]
    # Each surname leads once before any leads twice; from then on partners tell companies apart.
    leads = KeyedPermutation(streams, "supplier.lead", len(surnames))(np.arange(count) % len(surnames))
    rows = row_addresses(count)
    partners, forms, endings = (
        streams.bits(f"supplier.{topic}", rows).tolist() for topic in ("partner", "form", "ending")
    )
    names: dict[str, None] = {}
    for i, (lead, partner, form, ending) in enumerate(
        zip(leads.tolist(), partners, forms, endings, strict=True)
    ):
        single = pools.company_suffixes + pools.trades
        name = f"{surnames[lead]} {single[ending % len(single)]}"
        if form % 2 or i >= len(surnames):
            # Never the lead itself; the next one where the name is taken.
            joint, trade = "-" if form & 2 else " & ", pools.trades[ending % len(pools.trades)]
            steps = (1 + (partner + j) % (len(surnames) - 1) for j in range(len(surnames)))
            others = (surnames[(lead + step) % len(surnames)] for step in steps)
            name = next(n for n in (f"{surnames[lead]}{joint}{o} {trade}" for o in others) if n not in names)
        names[name] = None
    return tuple(names)


def _first_names(person: Any) -> Pool:
    """Male and female names together, each sex half of the people."""
    if not isinstance(person.first_names_male, Mapping):
        # Faker's German lists have initials among them ("Hans-J.").
        return Pool.even(n for n in (*person.first_names_female, *person.first_names_male) if "." not in n)
    together: dict[str, float] = {}
    for names in (person.first_names_female, person.first_names_male):
        total = sum(names.values())
        for name, weight in names.items():
            together[name] = together.get(name, 0.0) + weight / total
    return Pool.weighted(together)


def _last_names(person: Any) -> Pool:
    if isinstance(person.last_names, Mapping):
        return Pool.weighted(person.last_names)
    return Pool.even(n for n in person.last_names if n not in _GARBLED)


def _american_parts(first: Pool, last: Pool, address: Any) -> tuple[Pool, Pool, Pool, Pool]:
    """12 Oak Street Apt. 3; low house numbers are the more frequent ones, since every street has them."""
    houses = range(1, 10_000)
    units = range(1, 400)
    per_unit = _SHARE_WITH_UNIT / sum(1 / (n + 5) for n in units)
    return (
        Pool(tuple(f"{n} " for n in houses), tuple(1 / (n + 50) for n in houses)),
        Pool.even(last.words),
        Pool.weighted({f" {s}": _COMMON_SUFFIXES.get(s, 1) for s in address.street_suffixes}),
        Pool.weighted({"": 1 - _SHARE_WITH_UNIT} | {f" Apt. {n}": per_unit / (n + 5) for n in units}),
    )


def _german_parts(first: Pool, last: Pool, address: Any) -> tuple[Pool, Pool, Pool, Pool]:
    """Müllerstraße 12, Anna-Müller-Platz 3a."""
    surnames = [w for w in last.words if w.isalpha()]
    given = [w for w in first.words if w.isalpha()]
    short = getattr(address, "street_suffixes_short", None) or tuple(address.street_suffixes)
    long = getattr(address, "street_suffixes_long", ())
    streets = [f"{name}{suffix}" for name in surnames for suffix in short]
    # All pairs of names would be millions: each surname gets a few first names, spread over the list.
    streets += [
        f"{given[(i * len(long) + j) * 37 % len(given)]}-{name}-{suffix}"
        for i, name in enumerate(surnames)
        for j, suffix in enumerate(long)
    ]
    houses = {f" {n}": 1 / (n + 20) for n in range(1, 200)}
    houses |= {f" {n}{letter}": 0.1 / (n + 20) for n in range(1, 100) for letter in "abc"}
    return Pool.even([""]), Pool.even(streets), Pool.even([""]), Pool.weighted(houses)


def _american_places() -> Places:
    city, state, postcode, area_codes = _columns("en_US")
    # 555-0100 to 555-0199 are kept for fiction in every area code.
    prefixes = {codes: tuple(f"({code}) 555-01" for code in codes.split()) for codes in set(area_codes)}
    return Places(city, state, postcode, tuple(prefixes[codes] for codes in area_codes))


def _german_places(name: str) -> Places:
    city, state, postcode = _columns(name)
    in_city = {city: tuple(f"{code}{n}" for n in range(10)) for city, code in _DRAMA_CITIES.items()}
    elsewhere = tuple(f"{code} " for code in _DRAMA_MOBILE) if name == "de_DE" else _UNDIALLED
    return Places(city, state, postcode, tuple(in_city.get(place, elsewhere) for place in city))


def _columns(name: str) -> list[tuple[str, ...]]:
    """Columns of a packaged table of places: city, state, postcode, and area codes where it has them."""
    from importlib.resources import files  # noqa: PLC0415 - not every run needs a place

    text = (files("footfall.plan") / "places" / f"{name}.csv").read_text(encoding="utf-8")
    return [tuple(column) for column in zip(*list(csv.reader(text.splitlines()))[1:], strict=True)]
