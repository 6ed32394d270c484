"""The checks of reviews pass an honest hand-made shop and see the damage that they are there for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from footfall.contract.check import Outcome
from footfall.contract.figures import Figures
from footfall.contract.review_checks import CHECKS
from footfall.contract.subject import Subject
from footfall.core.money import as_decimal
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.scenario.published import PublishedTable
from footfall.scenario.strict import CountMix

Data = dict[str, dict[str, Any]]
Damage = Callable[[Data], None]
FIELDS = {
    "product": ("id", "name", "category", "sub_category", "price"),
    "order": ("id", "customer", "date", "status"),
    "line": ("order", "product", "quantity"),
    "review": ("id", "product", "customer", "rating", "text", "date"),
}
CUSTOMERS, ORDERS, LINES, REVIEWS = 100, 400, 5, 1200
WORDS = {
    1: ("awful", "broken", "useless", "flimsy", "shoddy", "dreadful", "hopeless", "faulty"),
    2: ("poor", "weak", "disappointing", "thin", "awkward", "rough", "faulty", "flimsy"),
    3: ("average", "middling", "plain", "passable", "ordinary", "fair", "usual", "modest"),
    4: ("good", "solid", "pleasing", "sound", "handy", "tidy", "neat", "decent"),
    5: ("superb", "perfect", "lovely", "brilliant", "excellent", "splendid", "neat", "sound"),
}


def noise(n: int, salt: int) -> np.ndarray:
    """Even draws by hashing places; tests know no other randomness."""
    x = np.arange(n, dtype=np.uint64) + np.uint64(salt << 32)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return (x >> np.uint64(11)).astype(np.float64) / 2**53


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    shop = load("storefront")
    tables = {
        f"the_{rows}s": PublishedTable(rows=rows, columns={f: f for f in FIELDS[rows]}) for rows in FIELDS
    }
    reviews = shop.reviews.model_copy(update={"count": REVIEWS})
    return shop.model_copy(update={"tables": tables, "reviews": reviews})


def subject_of(scenario: Scenario, first: dt.date | None = None, last: dt.date | None = None) -> Subject:
    tables = scenario.publishing()
    return Subject(scenario, tables, first or scenario.first_day, last or scenario.last_day, {})


def honest(scenario: Scenario) -> Data:
    """A small shop that keeps every promise about reviews."""
    skus, first_sku = scenario.catalog.skus, scenario.catalog.first_sku
    kinds = [
        (category, name, words)
        for category, listed in scenario.catalog.categories.items()
        for name, words in listed.sub_categories.items()
    ]
    kind = [kinds[i % len(kinds)] for i in range(skus)]
    price = 500 + np.argsort(np.argsort(noise(skus, 1))) * 37
    product = {
        "id": np.arange(skus) + first_sku,
        "name": [f"{words.things[0]} Zor{i}" for i, (_, _, words) in enumerate(kind)],
        "category": [k[0] for k in kind],
        "sub_category": [k[1] for k in kind],
        "price": price,
    }
    start = (scenario.first_day - dt.date(1970, 1, 1)).days
    order = {
        "id": np.arange(ORDERS) + 1,
        "customer": np.arange(ORDERS) * 7 % CUSTOMERS + 1,
        "date": start + np.arange(ORDERS) * 3 // 2,
        "status": ["Cancelled" if i % 10 == 3 else "Completed" for i in range(ORDERS)],
    }
    # Popular SKUs come again and again; a line has its own stretch of them, so that none comes twice.
    stretch = skus // LINES
    place = np.tile(np.arange(LINES), ORDERS)
    sku = place * stretch + (noise(ORDERS * LINES, 2) ** 2 * stretch).astype(np.int64)
    line = {
        "order": np.repeat(order["id"], LINES),
        "product": sku + first_sku,
        "quantity": np.ones(ORDERS * LINES, np.int64),
    }
    counts = np.repeat([s == "Completed" for s in order["status"]], LINES)
    pair = np.repeat(order["customer"], LINES)[counts] * skus + sku[counts]
    day = np.repeat(order["date"], LINES)[counts]
    pair, first = np.unique(pair, return_index=True)
    chosen = np.argsort(noise(len(pair), 3))[:REVIEWS]
    pair, day = pair[chosen], day[first[chosen]] + 4 + (noise(REVIEWS, 4) * 40).astype(np.int64)
    by_day = np.argsort(day, kind="stable")
    pair, day = pair[by_day], day[by_day]
    score = price[pair % skus] / price.max() + 2.5 * noise(REVIEWS, 5)
    rating = np.empty(REVIEWS, np.int64)
    shares = scenario.reviews.ratings.shares
    stars = sorted(shares)
    rating[np.argsort(score)] = np.repeat(stars, np.rint([shares[s] * REVIEWS for s in stars]).astype(int))
    review = {
        "id": np.arange(REVIEWS) + 1,
        "product": pair % skus + first_sku,
        "customer": pair // skus,
        "rating": rating,
        "text": [
            sentence(kind[p % skus][2], int(r), i) for i, (p, r) in enumerate(zip(pair, rating, strict=True))
        ],
        "date": day,
    }
    return {"product": product, "order": order, "line": line, "review": review}


def sentence(words: Any, rating: int, row: int) -> str:
    pick = (noise(4, 100 + row) * 8).astype(int).tolist()
    one, two, three = (WORDS[rating][p] for p in pick[:3])
    facet = words.facets[pick[3] % len(words.facets)]
    return f"This {words.noun} is {one}. The {facet} seems {two}, and all in all it is {three}!"


def tables_of(subject: Subject, data: Data) -> dict[str, pa.Table]:
    out = {}
    for name, spec in subject.tables.items():
        arrays = []
        for column in spec.columns:
            values, kind = data[spec.entity][column.field], column.arrow_type
            if pa.types.is_decimal(kind):
                arrays.append(as_decimal(np.asarray(values, np.int64), kind.precision))
            elif pa.types.is_date32(kind):
                arrays.append(pa.array(np.asarray(values, np.int32)).cast(kind))
            else:
                arrays.append(pa.array(values, kind))
        out[name] = pa.table(arrays, schema=spec.arrow_schema)
    return out


def outcomes(subject: Subject, figures: Figures) -> dict[str, Outcome]:
    figures.close()
    return {check.name: check.run(subject, figures) for check in CHECKS}


def judged(subject: Subject, data: Data, rows: int | None = None, names: Any = None) -> dict[str, Outcome]:
    figures, tables = Figures(subject), tables_of(subject, data)
    for name in names or tables:
        for batch in tables[name].to_batches(max_chunksize=rows):
            figures.observe(name, batch)
    return outcomes(subject, figures)


def put(field: str, row: int, value: Any) -> Damage:
    def damage(data: Data) -> None:
        data["review"][field][row] = value

    return damage


def say(text: str) -> Damage:
    return put("text", 5, text)


def _same_words(data: Data) -> None:
    texts = [f"{t.split('.')[0]} number {i}" for i, t in enumerate(data["review"]["text"])]
    data["review"]["text"] = texts


def _of_another(data: Data) -> None:
    data["review"]["text"] = np.roll(data["review"]["text"], 1).tolist()


def _before_its_order(data: Data) -> None:
    review = data["review"]
    review["date"] = np.maximum(review["date"] - 60, review["date"].min())


def _cancelled(data: Data) -> None:
    data["order"]["status"] = ["Cancelled" if i % 3 else s for i, s in enumerate(data["order"]["status"])]


def _twice(data: Data) -> None:
    for field in ("customer", "product"):
        data["review"][field][20] = data["review"][field][3]


def _one_lost(data: Data) -> None:
    data["review"] = {field: values[:-1] for field, values in data["review"].items()}


def _mirrored(data: Data) -> None:
    data["review"]["rating"] = 6 - data["review"]["rating"]


def _rated_anyhow(data: Data) -> None:
    data["review"]["rating"] = np.sort(data["review"]["rating"])


def _unpopular(data: Data) -> None:
    """Reviews of the popular SKUs and of the others change places."""
    first, n = int(data["product"]["id"][0]), len(data["product"]["id"])
    data["review"]["product"] = first + n - 1 - (data["review"]["product"] - first)


DAMAGE: dict[str, list[Damage]] = {
    "reviews.ids": [put("id", 7, 9), lambda d: d["review"].update(id=d["review"]["id"] + 1)],
    "reviews.sorted": [lambda d: d["review"].update(date=d["review"]["date"][::-1].copy())],
    "reviews.bought": [_before_its_order, _cancelled, put("customer", 4, 10**15), put("product", 4, 10**6)],
    "reviews.distinct": [_twice],
    "reviews.dates": [put("date", -1, 30_000), put("date", 0, 3)],
    "reviews.ratings": [put("rating", slice(0, 9), 3), put("rating", 0, 6), put("rating", 0, 0)],
    "reviews.count": [_one_lost],
    "reviews.text_varied": [_same_words],
    "reviews.text_about_product": [_of_another, say("This thing is superb.")],
    "reviews.text_agrees": [
        _rated_anyhow,
        lambda d: d["review"].update(rating=np.roll(d["review"]["rating"], 1)),
    ],
    "reviews.text_clean": [
        say(text)
        for text in (
            "",
            " ",
            "The {thing} is good.",
            "Good  jeans.",
            "All the The jeans.",
            "Jeans, good good!",
            "Jeans ",
        )
    ],
    "promises.price_rating": [_mirrored, _rated_anyhow],
    "promises.units_reviews": [_unpopular],
}


@pytest.fixture(scope="module")
def subject(scenario: Scenario) -> Subject:
    return subject_of(scenario)


def test_an_honest_shop_passes_every_check(subject: Subject) -> None:
    """Honest reviews pass, and over the whole horizon nothing is left undecided."""
    found = judged(subject, honest(subject.scenario))
    assert {name: out for name, out in found.items() if not out.holds} == {}
    assert [*found] == [*DAMAGE]


@pytest.mark.parametrize(("name", "damage"), [(n, d) for n, some in DAMAGE.items() for d in some])
def test_check_sees_its_damage(subject: Subject, name: str, damage: Damage) -> None:
    """The check fails on reviews damaged in its way, and says what is wrong."""
    data = honest(subject.scenario)
    damage(data)
    out = judged(subject, data)[name]
    assert out.holds is False, out
    assert out.detail


@pytest.mark.parametrize("rows", [1, 97])
def test_batches_of_any_size_are_judged_alike(subject: Subject, rows: int) -> None:
    """Cutting tables into batches changes no outcome."""
    data = honest(subject.scenario)
    _same_words(data)
    assert judged(subject, data, rows) == judged(subject, data)


def test_tables_in_any_order_are_judged_alike(subject: Subject) -> None:
    """Reviews may come before the products that they are about, and before the orders."""
    data = honest(subject.scenario)
    _of_another(data)
    names = ["the_reviews", "the_products", "the_orders", "the_lines"]
    assert judged(subject, data, names=names) == judged(subject, data)


@pytest.mark.parametrize("damage", [lambda _: None, _before_its_order, _twice, _of_another])
def test_merged_figures_are_those_of_the_whole(subject: Subject, damage: Damage) -> None:
    """Orders in one part and reviews in two others merge into the outcomes of all rows."""
    data = honest(subject.scenario)
    damage(data)
    tables, parts = tables_of(subject, data), [Figures(subject) for _ in range(3)]
    reviews = tables.pop("the_reviews")
    for name, table in tables.items():
        parts[0].observe(name, table.to_batches()[0])
    for part, some in ((parts[1], reviews.slice(0, 500)), (parts[2], reviews.slice(500))):
        part.observe("the_reviews", some.combine_chunks().to_batches()[0])
    parts[1].merge(parts[2])
    parts[0].merge(parts[1])
    assert outcomes(subject, parts[0]) == judged(subject, data)


def test_an_earlier_cancelled_order_does_not_count(subject: Subject) -> None:
    """A pair bought in a cancelled and later in a completed order may be reviewed after the latter only."""
    tally = Figures(subject).reviews
    assert tally is not None
    start = (subject.first - dt.date(1970, 1, 1)).days
    sku = subject.scenario.catalog.first_sku
    tally.bought(np.array([7, 7]), np.array([sku, sku]), np.array([start + 30, start + 20]))
    packed = tally._pack(np.array([7, 8]), np.array([0, 0]), np.array([start, start]))
    assert tally.first_days.of(packed).tolist() == [20, -1]


def test_many_purchases_keep_the_first_day_of_each_pair(subject: Subject) -> None:
    """Purchases come in any number and order; each pair keeps its earliest day."""
    tally, n = Figures(subject).reviews, 300_000
    assert tally is not None
    start = (subject.first - dt.date(1970, 1, 1)).days
    customer, product = (noise(n, 6) * 900).astype(int) + 1, (noise(n, 7) * 150).astype(int)
    day = (noise(n, 8) * 700).astype(int)
    for part in np.array_split(np.arange(n), 11):
        tally.bought(customer[part], product[part] + subject.scenario.catalog.first_sku, day[part] + start)
    first = np.full((901, 150), 10**6)
    np.minimum.at(first, (customer, product), day)
    who, what = np.nonzero(first < 10**6)
    packed = tally._pack(who, what, np.full(len(who), start))
    assert np.array_equal(tally.first_days.of(packed), first[who, what])


def with_ratings(scenario: Scenario, shares: dict[int, float]) -> Scenario:
    mix = CountMix(deal="expected", shares=shares)
    return scenario.model_copy(update={"reviews": scenario.reviews.model_copy(update={"ratings": mix})})


def test_expected_ratings_are_a_law(scenario: Scenario) -> None:
    """Ratings that are drawn may miss their shares by chance, and not by more."""
    data = honest(scenario)
    near = subject_of(with_ratings(scenario, {5: 0.41, 4: 0.29, 3: 0.16, 2: 0.09, 1: 0.05}))
    far = subject_of(with_ratings(scenario, {5: 0.15, 4: 0.30, 3: 0.15, 2: 0.10, 1: 0.30}))
    assert judged(near, data)["reviews.ratings"].holds
    assert judged(far, data)["reviews.ratings"].holds is False


def test_ratings_of_a_sku_that_go_together_are_no_offence(scenario: Scenario) -> None:
    """Where all reviews of a SKU agree, as many SKUs as promised are enough; reviews are not independent."""
    subject = subject_of(with_ratings(scenario, {5: 0.5, 1: 0.5}))
    data = honest(scenario)
    sku = data["review"]["product"]
    data["review"]["rating"] = np.where(noise(10_000, 9)[sku % 10_000] < 0.5, 5, 1)
    assert judged(subject, data)["reviews.ratings"].holds


def test_little_data_is_left_undecided(scenario: Scenario) -> None:
    """A dozen reviews decide no law, but break or keep the rules."""
    few = scenario.reviews.model_copy(update={"count": 12})
    subject, data = subject_of(scenario.model_copy(update={"reviews": few})), honest(scenario)
    data["review"] = {field: values[:12] for field, values in data["review"].items()}
    found = judged(subject, data)
    undecided = {name for name, out in found.items() if out.holds is None}
    laws = {"reviews.text_varied", "reviews.text_agrees", "promises.price_rating", "promises.units_reviews"}
    assert undecided == laws
    assert {name for name, out in found.items() if out.holds is False} <= {"reviews.ratings"}


def test_a_slice_cannot_tell_what_was_bought_before(scenario: Scenario) -> None:
    """Where the first days are not published, reviews may be of earlier orders; dates bind the slice."""
    subject = subject_of(scenario, first=scenario.first_day + dt.timedelta(200))
    found = judged(subject, honest(scenario))
    assert found["reviews.bought"].holds is None
    assert found["reviews.dates"].holds is False


def test_no_reviews_at_all_are_judged_without_a_crash(subject: Subject) -> None:
    """An empty table: outcomes, not exceptions; the count is missed."""
    data = honest(subject.scenario)
    data["review"] = {field: values[:0] for field, values in data["review"].items()}
    found = judged(subject, data)
    assert found["reviews.count"].holds is False
    assert found["promises.price_rating"].holds is None


def testspearman_is_that_of_scipy() -> None:
    """Rank correlation with ties, of rows and of counted rows, is SciPy's."""
    from scipy.stats import spearmanr

    from footfall.contract.review_checks import spearman

    x, y = (noise(500, 10) * 9).astype(int), (noise(500, 11) * 5).astype(int) + (noise(500, 10) > 0.6)
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)
    cells, rows = np.unique(np.stack([x, y]), axis=1, return_counts=True)
    assert spearman(cells[0], cells[1], rows) == pytest.approx(spearmanr(x, y).statistic)
    assert spearman(x, np.zeros(500)) is None
