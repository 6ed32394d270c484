"""Customers as people: names, emails, phones, addresses, and the suppliers' names."""

from __future__ import annotations

import csv
import pickle
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pytest
import zipcodes
from scipy.stats import chi2

from footfall.core.streams import Streams
from footfall.plan.people import LOCALES, MOST_COMPANIES, Locale, Pool, companies, folded, locale_pools
from footfall.simulate.people import address_lines, shipping_lines, simulate_emails, simulate_people

STREAMS = Streams(42)
EMAIL = re.compile(r"[a-z]+\.[a-z]+([2-9]|[1-9][0-9]+)?@example\.(com|org|net)")


def people_of(*names: str, count: int = 2000) -> list[dict[str, str]]:
    locales = [locale_pools(name) for name in names]
    numbers = np.arange(count)
    columns = simulate_people(STREAMS, locales, numbers % len(locales), numbers)
    columns["email"] = simulate_emails(STREAMS, locales, numbers % len(locales))
    return pa.table(columns).to_pylist()


def named(first: tuple[str, ...], last: tuple[str, ...], like: str = "de_CH") -> Locale:
    return replace(locale_pools(like), first_names=Pool.even(first), last_names=Pool.even(last))


def emails_and_names(locale: Locale, count: int) -> list[tuple[str, str, str]]:
    zero = np.zeros(count, dtype=np.int64)
    columns = simulate_people(STREAMS, [locale], zero, np.arange(count))
    emails = simulate_emails(STREAMS, [locale], zero).to_pylist()
    return list(zip(columns["first_name"].to_pylist(), columns["last_name"].to_pylist(), emails, strict=True))


@pytest.mark.parametrize(
    ("name", "has_umlauts", "letters"),
    [
        ("José", False, "jose"),
        ("O'Brien", False, "obrien"),
        ("O’Brien", False, "obrien"),
        ("Van der Berg", False, "vanderberg"),
        ("Müller", False, "muller"),
        ("Müller", True, "mueller"),
        ("Öztürk", True, "oeztuerk"),
        ("Weiß", True, "weiss"),
        ("Anna-Lena", True, "annalena"),
        ("Łukasz", False, "lukasz"),
        ("Franc\u0327ois", False, "francois"),
    ],
)
def test_names_fold_to_small_letters(name: str, has_umlauts: bool, letters: str) -> None:
    """Apostrophes, spaces and hyphens go, accents become ASCII; German umlauts become two letters."""
    assert folded(name, has_umlauts) == letters


def test_a_name_without_letters_is_refused() -> None:
    """A name of which nothing is left says so, instead of making the email "." of it."""
    with pytest.raises(ValueError, match="ASCII letters"):
        folded("—", False)


def test_emails_follow_from_names() -> None:
    """An email is the folded name, with names of apostrophes, spaces and accents."""
    locale = replace(named(("José", "Zoë"), ("O'Brien", "Van der Berg")), has_umlauts=False)
    seen = emails_and_names(locale, 50)
    assert {(first, last) for first, last, _ in seen} == {
        (first, last) for first in ("José", "Zoë") for last in ("O'Brien", "Van der Berg")
    }
    for first, last, email in seen:
        assert EMAIL.fullmatch(email)
        assert email.partition("@")[0].rstrip("0123456789") == f"{folded(first, False)}.{folded(last, False)}"


def test_customers_of_one_name_get_numbers() -> None:
    """The first customer of a name has no number, the second has 2, the third 3."""
    local_parts = [email.partition("@")[0] for *_, email in emails_and_names(named(("Jane",), ("Doe",)), 12)]
    assert local_parts == ["jane.doe", *(f"jane.doe{n}" for n in range(2, 13))]


def test_names_that_fold_alike_get_distinct_emails() -> None:
    """José and Jose share their numbers, so that no two emails are the same even on one domain."""
    seen = emails_and_names(named(("José", "Jose"), ("Müller", "Mueller")), 300)
    assert len({(first, last) for first, last, _ in seen}) == 4
    assert len({email.partition("@")[0] for *_, email in seen}) == 300


def test_locales_share_one_count_of_a_name() -> None:
    """Customers of one folded name from two locales get distinct emails, too."""
    locales = [named(("Jane",), ("Doe",)), named(("Jane",), ("Dôe",), like="de_AT")]
    emails = simulate_emails(STREAMS, locales, np.arange(6) % 2).to_pylist()
    assert [e.partition("@")[0] for e in emails] == ["jane.doe", *(f"jane.doe{n}" for n in range(2, 7))]


def test_emails_are_distinct_and_reserved() -> None:
    """Emails differ from one another and are all on the domains that RFC 2606 keeps for examples."""
    people = people_of(*LOCALES, count=40_000)
    assert len({p["email"] for p in people}) == len(people)
    assert all(EMAIL.fullmatch(p["email"]) for p in people)
    assert {p["email"].partition("@")[2] for p in people} == {"example.com", "example.org", "example.net"}


def test_more_customers_leave_earlier_emails() -> None:
    """The first customers' emails are the same in a larger shop."""
    locales, locale_of = [locale_pools("en_US")], np.zeros(30_000, dtype=np.int64)
    few = simulate_emails(STREAMS, locales, locale_of[:1000])
    assert few.equals(simulate_emails(STREAMS, locales, locale_of).slice(0, 1000))


def test_no_customers_is_no_error() -> None:
    """Nobody's columns are empty columns."""
    nobody = np.zeros(0, dtype=np.int64)
    columns = simulate_people(STREAMS, [locale_pools("de_DE")], nobody, nobody)
    assert {len(column) for column in columns.values()} == {0}
    assert len(simulate_emails(STREAMS, [locale_pools("de_DE")], nobody)) == 0


def test_people_are_pure_functions_of_their_number() -> None:
    """A customer is the same alone, in any order, and whatever the other locales are."""
    locales = [locale_pools(name) for name in LOCALES]
    numbers = np.arange(3000)
    whole = pa.table(simulate_people(STREAMS, locales, numbers % 4, numbers))
    some = np.array([2999, 5, 1234, 0, 8])
    assert pa.table(simulate_people(STREAMS, locales, some % 4, some)).to_pylist() == [
        whole.slice(n, 1).to_pylist()[0] for n in some.tolist()
    ]
    austrians = numbers[numbers % 4 == 2]
    alone = simulate_people(STREAMS, [locales[2]], np.zeros(len(austrians), dtype=np.int64), austrians)
    assert pa.table(alone).to_pylist() == whole.to_pylist()[2::4]


def test_another_seed_is_other_people() -> None:
    """Seeds differ in every column that is drawn."""
    numbers, locales = np.arange(500), [locale_pools("en_US")]
    one, two = (simulate_people(Streams(s), locales, numbers * 0, numbers) for s in (1, 2))
    assert {name for name in one if one[name].equals(two[name])} == {"country"}


def test_american_zips_belong_to_city_and_state() -> None:
    """Zip, city, state and area code are those of one row of the zipcodes package."""
    people = people_of("en_US")
    for person in people:
        assert re.fullmatch("[0-9]{5}", person["postcode"])
        (row,) = [r for r in zipcodes.matching(person["postcode"]) if r["zip_code_type"] == "STANDARD"]
        assert (person["city"], person["state"]) == (row["city"], row["state"])
        area, line = re.fullmatch(r"\(([0-9]{3})\) 555-(01[0-9]{2})", person["phone"]).groups()
        assert area in row["area_codes"]
        assert 100 <= int(line) <= 199
    assert {p["country"] for p in people} == {"United States"}
    assert len({p["state"] for p in people}) > 40
    assert not {p["state"] for p in people} & {"PR", "VI", "GU"}


@pytest.mark.parametrize(("name", "digits"), [("de_DE", 5), ("de_AT", 4), ("de_CH", 4)])
def test_german_postcodes_belong_to_their_city(name: str, digits: int) -> None:
    """City, state and postcode are one row of the packaged table, the postcode as long as the country's."""
    text = (files("footfall.plan") / "places" / f"{name}.csv").read_text(encoding="utf-8")
    rows = {(r["city"], r["state"], r["postcode"]) for r in csv.DictReader(text.splitlines())}
    assert {(p["city"], p["state"], p["postcode"]) for p in people_of(name)} == rows
    assert all(re.fullmatch(f"[0-9]{{{digits}}}", postcode) for *_, postcode in rows)
    assert len({postcode for *_, postcode in rows}) == len(rows)
    assert len({city for city, *_ in rows}) == len({(city, state) for city, state, _ in rows})


def test_austrian_postcodes_start_as_their_state_does() -> None:
    """The first digit of an Austrian postcode tells its region: the table against common knowledge."""
    places = locale_pools("de_AT").places
    regions = {
        "1": {"Wien"}, "2": {"Niederösterreich"}, "3": {"Niederösterreich"}, "4": {"Oberösterreich"},
        "5": {"Salzburg"}, "6": {"Tirol", "Vorarlberg"}, "7": {"Burgenland"}, "8": {"Steiermark"},
        "9": {"Kärnten", "Tirol"},
    }  # fmt: skip
    assert all(s in regions[p[0]] for s, p in zip(places.state, places.postcode, strict=True))


def test_german_phones_reach_nobody() -> None:
    """Germany's are its drama numbers, the city's own if it has some; the others can't be dialled."""
    in_city = {"Berlin": "030 23125 ...", "Hamburg": "040 66969 ...", "München": "089 99998 ...",
               "Köln": "0221 4710 ...", "Frankfurt am Main": "069 90009 ..."}  # fmt: skip
    for person in people_of("de_DE"):
        wanted = in_city.get(person["city"], r"(0171 39200|0176 040690) ..")
        assert re.fullmatch(wanted.replace(".", "[0-9]"), person["phone"])
    for person in people_of("de_AT", "de_CH"):
        assert re.fullmatch("000 555 01 [0-9]{2}", person["phone"])


def test_last_names_are_as_frequent_as_faker_has_them() -> None:
    """Null hypothesis: counts are multinomial with Faker's weights; alarms falsely once in 10^6 seeds."""
    pool, count = locale_pools("en_US").last_names, 200_000
    numbers = np.arange(count)
    seen = simulate_people(STREAMS, [locale_pools("en_US")], numbers * 0, numbers)["last_name"]
    counts = Counter(seen.to_pylist())
    assert counts["Smith"] > 20 * counts[pool.words[int(np.argmin(pool.weights))]]
    expected = np.array(pool.weights) / sum(pool.weights) * count
    observed = np.array([counts[word] for word in pool.words])
    assert expected.min() > 5
    assert chi2.sf(((observed - expected) ** 2 / expected).sum(), len(expected) - 1) > 1e-6


def test_some_live_in_apartments() -> None:
    """15 % of American addresses have one: within 5 standard errors, a false alarm once in 10^6 seeds."""
    addresses = [p["address"] for p in people_of("en_US", count=20_000)]
    assert all(
        re.fullmatch(r"[1-9][0-9]{0,3} [A-Z][^.,]+ [A-Z][a-z]+( Apt\. [1-9][0-9]*)?", a) for a in addresses
    )
    share = sum("Apt." in a for a in addresses) / len(addresses)
    assert abs(share - 0.15) < 5 * (0.15 * 0.85 / len(addresses)) ** 0.5


def test_shipping_lines_are_written_as_the_country_does() -> None:
    """America puts the postcode last, the others before the city; in a mixed batch each as alone."""
    people = people_of(*LOCALES)
    order = ("address", "city", "state", "postcode", "country")
    lines = shipping_lines(*(pa.array([p[c] for p in people]) for c in order)).to_pylist()
    for person, line in zip(people, lines, strict=True):
        place = "{city}, {state} {postcode}" if person["country"] == "United States" else "{postcode} {city}"
        assert line == f"{person['address']}, {place.format(**person)}"


def test_other_addresses_are_elsewhere() -> None:
    """An order's other address depends on the order alone, is a real place, and not the customer's home."""
    locales, orders = [locale_pools("en_US"), locale_pools("de_DE")], np.arange(1000, dtype=np.uint64)
    locale_of = (orders % 2).astype(np.int64)
    lines = address_lines(STREAMS, "elsewhere", locales, locale_of, orders)
    some = np.array([7, 999, 0])
    assert address_lines(STREAMS, "elsewhere", locales, locale_of[some], orders[some]).to_pylist() == [
        lines[i].as_py() for i in some.tolist()
    ]
    home = simulate_people(STREAMS, locales, locale_of, orders.astype(np.int64))
    order = ("address", "city", "state", "postcode", "country")
    assert not set(lines.to_pylist()) & set(shipping_lines(*(home[c] for c in order)).to_pylist())
    for line in lines.to_pylist()[::2]:
        city, state, zip_code = re.fullmatch(r".*, (.*), ([A-Z]{2}) ([0-9]{5})", line).groups()
        assert any((r["city"], r["state"]) == (city, state) for r in zipcodes.matching(zip_code))


@pytest.mark.parametrize("name", LOCALES)
def test_companies_are_distinct(name: str) -> None:
    """As many names as asked for, no two alike, the first of them the same for any count."""
    for seed in range(5):
        most = companies(Streams(seed), name, MOST_COMPANIES)
        assert len(set(most)) == MOST_COMPANIES
        assert companies(Streams(seed), name, 40) == most[:40]
    assert companies(Streams(1), name, 40) != companies(Streams(2), name, 40)
    assert all(re.fullmatch(r"[A-ZÄÖÜ]\w+((-| & )[A-ZÄÖÜ]\w+)? (& )?\w+.*", c) for c in most)


def test_too_many_companies_are_refused() -> None:
    """Beyond the limit an error names it."""
    with pytest.raises(ValueError, match="0 to 1000"):
        companies(STREAMS, "en_US", MOST_COMPANIES + 1)


def test_unknown_locales_are_refused() -> None:
    """The error lists what is allowed."""
    with pytest.raises(ValueError, match="en_US, de_DE, de_AT, de_CH"):
        locale_pools("fr_FR")


def test_locales_survive_pickling() -> None:
    """Workers get locales by pickle and make the same people of them."""
    locale, numbers = locale_pools("en_US"), np.arange(50)
    copy = pickle.loads(pickle.dumps(locale))
    one, two = (simulate_people(STREAMS, [each], numbers * 0, numbers) for each in (locale, copy))
    assert one == two


def test_people_need_no_pandas() -> None:
    """Neither pools nor simulation import pandas, which would cost a third of a small run."""
    code = (
        "import sys, numpy as np\n"
        "from footfall.core.streams import Streams\n"
        "from footfall.plan.people import LOCALES, locale_pools\n"
        "from footfall.simulate import people\n"
        "locales, n, s = [locale_pools(name) for name in LOCALES], np.arange(8), Streams(1)\n"
        "c = people.simulate_people(s, locales, n % 4, n)\n"
        "people.simulate_emails(s, locales, n % 4)\n"
        "people.shipping_lines(*(c[k] for k in ('address', 'city', 'state', 'postcode', 'country')))\n"
        "people.address_lines(s, 'elsewhere', locales, n % 4, n.astype(np.uint64))\n"
        "sys.exit('pandas' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_packaged_places_are_those_of_the_zipcodes_package() -> None:
    """The packaged table of US places is what its tool writes today."""
    from importlib.resources import files

    from tools.us_places import us_places

    packaged = (files("footfall.plan") / "places" / "en_US.csv").read_text(encoding="utf-8")
    rows = [("city", "state", "postcode", "area_codes"), *us_places()]
    assert packaged == "".join(f"{','.join(row)}\n" for row in rows)
