"""Checks of the reviews: of what was bought, rated by the mix, in words that fit, better where dearer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import Check, Outcome, at_least, by_law, by_rule, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.price_checks import first_prices
from footfall.contract.review_figures import DAY_BITS, LAST_DAY, UNKNOWN, ReviewTally
from footfall.contract.review_words import bare, tokens_of
from footfall.contract.shares import by_shares
from footfall.contract.star_laws import of_a_part, of_chance
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.core.arrays import to_numpy
from footfall.scenario.reviews import Reviews

BINDING_REVIEWS = 1000
"""What is promised of prices and units binds so many reviews as it stands; fewer get five standard errors."""
FEWEST = 30
"""Correlations and shares need so many."""
FEWEST_TEXTS = 20
FEWEST_OPINIONS = 75
"""Texts of either side that a classifier needs: half of them teach it words, and 0.9 is then 19 sd away."""
TOO_FEW = "too few reviews"
NOT_PROMISED = "the scenario does not promise it"


def _law(subject: Subject) -> Reviews:
    assert subject.scenario.reviews is not None, "a scenario without reviews publishes none"
    return subject.scenario.reviews


def _tally(figures: Figures) -> ReviewTally:
    assert figures.reviews is not None, "checks need published reviews"
    return figures.reviews


def _rule(name: str, target: str) -> Callable[[Subject, Figures], Outcome]:
    def run(_: Subject, figures: Figures) -> Outcome:
        return by_rule(figures, name, target, figures.rows["review"])

    return run


def ids(subject: Subject, figures: Figures) -> Outcome:
    """Numbers rise by one, from 1 where the whole horizon is published."""
    out = by_rule(figures, "reviews.ids", "rising by one", figures.rows["review"])
    first = _tally(figures).first_id
    if out.holds and subject.whole_year and first not in {None, 1}:
        said = f"the first review has number {first}"
        return verdict(said, "1, 2, ...", said)
    return out


def _of(tally: ReviewTally, packed: int) -> str:
    customer, sku = divmod(packed >> DAY_BITS, tally.skus)
    return f"customer {customer}'s review of SKU {sku + tally.first_sku}"


def _reviewed(tally: ReviewTally) -> Counts:
    return np.concatenate([np.empty(0, np.int64), *tally.reviewed])


def bought(subject: Subject, figures: Figures) -> Outcome:
    """Reviews follow the first order, of a status that may be reviewed, in which the pair was bought."""
    if subject.first > subject.scenario.first_day:
        return undecided(f"what was bought before {subject.first} is not published")
    tally = _tally(figures)
    packed = _reviewed(tally)
    first, day = tally.first_days.of(packed), packed & LAST_DAY
    wrong = (first < 0) | (day <= first)
    said = ""
    if wrong.any():
        i = int(np.argmax(wrong))
        dated, when = (subject.scenario.first_day + dt.timedelta(int(d)) for d in (day[i], first[i]))
        said = f"{_of(tally, int(packed[i]))} is dated {dated}, first bought on {when}"
        if packed[i] == UNKNOWN:
            said = f"review {i + 1} from the top: there is no such customer or SKU"
        elif first[i] < 0:
            said = f"{_of(tally, int(packed[i]))}: never bought in an order that may be reviewed"
    observed = f"{np.count_nonzero(wrong):,} of {len(packed):,} break it"
    return verdict(said, "bought on an earlier day", observed)


def distinct(_: Subject, figures: Figures) -> Outcome:
    """One review a customer and SKU."""
    packed = np.sort(_reviewed(_tally(figures)))
    again = (np.diff(packed >> DAY_BITS) == 0) & (packed[1:] != UNKNOWN)
    said = ""
    if again.any():
        said = f"{_of(_tally(figures), int(packed[1:][again][0]))} is not the only one"
    return verdict(said, "distinct", f"{np.count_nonzero(again):,} of {len(packed):,} break it")


def ratings(subject: Subject, figures: Figures) -> Outcome:
    """Stars by the mix: exactly, to one row, or as chance has it."""
    law, stars = _law(subject), _tally(figures).stars
    counts, n = stars.sum(0), int(stars.sum())
    shares = np.array([law.ratings.shares.get(k, 0.0) for k in range(len(counts))])
    seen = {k: int(counts[k]) for k in law.ratings.shares}
    if counts[shares == 0].any():
        said = f"{counts[shares == 0].sum():,} ratings that the scenario does not have"
        return verdict(said, str(law.ratings.shares), said)
    if law.ratings.deal == "exact" and subject.whole_year:
        return by_shares(law.ratings.shares, seen, law.ratings.deal, whole=True)
    if n * shares[shares > 0].min() < FEWEST or not subject.shows("review.product"):
        return undecided(TOO_FEW)
    p_value = of_a_part(stars, shares) if law.ratings.deal == "exact" else of_chance(subject, figures)
    if isinstance(p_value, str):
        return undecided(p_value)
    return by_law(p_value, str(law.ratings.shares), str({k: round(seen[k] / max(1, n), 4) for k in seen}))


def count(subject: Subject, figures: Figures) -> Outcome:
    """As many reviews as the scenario asks for."""
    law, seen = _law(subject), figures.rows["review"]
    if law.deal != "exact":
        return undecided("the scenario does not ask for an exact number")
    wrong = "" if seen == law.count else f"{seen:,} reviews, where {law.count:,} are asked for"
    return verdict(wrong, f"{law.count:,}", f"{seen:,}")


def text_varied(_: Subject, figures: Figures) -> Outcome:
    """Most texts differ, even without their digits."""
    n = figures.rows["review"]
    if n < FEWEST_TEXTS:
        return undecided(TOO_FEW)
    share = _tally(figures).distinct_texts / n
    wrong = "" if share > 0.6 else f"{share:.4f} of the texts differ without digits"
    return verdict(wrong, "more than 0.6 of the texts", f"{share:.4f}")


def text_about_product(_: Subject, figures: Figures) -> Outcome:
    """Each text has a word of its product's name or sub-category."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    return by_rule(figures, "reviews.text_about_product", "its product's words", figures.rows["review"])


def text_agrees(_: Subject, figures: Figures) -> Outcome:
    """A classifier that learns from every other text tells one and two stars from the most on the others."""
    best, (_keys, stars, texts) = _tally(figures).best, _tally(figures).sample.drawn()
    good = np.asarray(stars == best, np.bool_)
    if min(np.count_nonzero(good), np.count_nonzero(~good)) < FEWEST_OPINIONS or best <= 2:
        return undecided("too few texts of either side")
    area = _separation(texts, good)
    said = f"the words tell 1-2 stars from {best} with an AUC of {area:.4f}"
    return verdict("" if area > 0.9 else said, "AUC above 0.9", f"{area:.4f} over {len(stars):,} texts")


def _separation(texts: pa.Array, good: npt.NDArray[np.bool_]) -> float:
    """Area under the curve of multinomial naive Bayes over words, on the half that it did not learn."""
    tokens = tokens_of(texts)
    coded = bare(tokens.distinct).dictionary_encode()
    word, row, size = to_numpy(coded.indices)[tokens.codes], tokens.row, len(coded.dictionary)
    learnt = np.where(good, np.cumsum(good), np.cumsum(~good)) % 2 == 1
    seen = [np.bincount(word[(learnt & side)[row]], minlength=size) for side in (good, ~good)]
    weight = np.subtract(*(np.log((c + 1) / (c.sum() + size)) for c in seen))
    weight[seen[0] + seen[1] == 0] = 0
    score = np.bincount(row, weight[word], minlength=len(good))
    rank, won = _ranks(score[~learnt], np.ones(np.count_nonzero(~learnt))), good[~learnt]
    a, b = np.count_nonzero(won), np.count_nonzero(~won)
    return float((rank[won].sum() - a * (a + 1) / 2) / (a * b))


def _ranks(values: npt.NDArray[np.generic], weights: npt.NDArray[np.generic]) -> Floats:
    """Ranks from 1 of values that stand for so many rows each; ties share their average."""
    _, place = np.unique(values, return_inverse=True)
    rows = np.bincount(place, weights)
    return np.asarray((np.cumsum(rows) - (rows - 1) / 2)[place], np.float64)


def spearman(
    x: npt.NDArray[np.generic], y: npt.NDArray[np.generic], weights: Counts | None = None
) -> float | None:
    """Rank correlation of rows; None where one side does not vary."""
    rows = np.ones(len(x), np.int64) if weights is None else weights
    if not rows.sum():
        return None
    one, two = (r - np.average(r, weights=rows) for r in (_ranks(x, rows), _ranks(y, rows)))
    spread = math.sqrt(float(rows @ one**2) * float(rows @ two**2))
    return float(rows @ (one * two)) / spread if spread > 0 else None


def price_rating(subject: Subject, figures: Figures) -> Outcome:
    """Dearer SKUs rate better: over all reviews, between price quartiles, and inside most categories."""
    promise = subject.scenario.promises.price_rating
    if promise is None:
        return undecided(NOT_PROMISED)
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    stars = _tally(figures).stars[:-1, 1:]
    n, price = int(stars.sum()), first_prices(subject, figures)
    if price is None:
        return undecided("prices change, and no table tells the first ones (rows: product_price)")
    overall = _correlation(price, stars)
    if n < FEWEST or overall is None:
        return undecided(TOO_FEW)
    error = 5 / math.sqrt(n) if n < BINDING_REVIEWS else 0.0
    low, high = promise.correlation_min - error, promise.correlation_max + error
    gap, spread = _quartile_gap(price, stars)
    bound = promise.quartile_stars_min - error * math.sqrt(8) * spread
    kinds = [figures.lines.category_of == i for i in range(len(figures.lines.categories))]
    inside = [
        (int(stars[k].sum()), rho) for k in kinds if (rho := _correlation(price[k], stars[k])) is not None
    ]
    rising = sum(rho > (-5 / math.sqrt(rows) if error else 0.0) for rows, rho in inside)
    wrong = [
        *([] if low <= overall <= high else [f"Spearman of price and rating is {overall:.4f}"]),
        *([] if gap > bound else [f"dear SKUs have {gap:.4f} stars more than cheap ones"]),
        *([] if 2 * rising > len(inside) else [f"positive inside {rising} of {len(inside)} categories"]),
    ]
    target = f"Spearman {promise.correlation_min:g} to {promise.correlation_max:g}, top less bottom price "
    target += f"quartile more than {promise.quartile_stars_min:g} stars, positive inside most categories"
    observed = f"{overall:.4f}, {gap:.4f} stars, {rising} of {len(inside)} categories"
    return verdict("; ".join(wrong), target, observed, f"±{error:.4g}" if error else "none")


def _correlation(price: Counts, stars: Counts) -> float | None:
    """Spearman over reviews of price and rating, from the counts of SKU by rating."""
    sku, rating = np.nonzero(stars)
    return spearman(price[sku], rating, stars[sku, rating])


def _quartile_gap(price: Counts, stars: Counts) -> tuple[float, float]:
    """Stars in the top price quartile of reviews less those in the bottom one, and all ratings' spread."""
    rows, value = stars.sum(1), np.arange(1, stars.shape[1] + 1)
    by_price = np.argsort(price, kind="stable")
    upto = np.cumsum(rows[by_price])
    low, high = (price[by_price][np.searchsorted(upto, q * upto[-1])] for q in (0.25, 0.75))
    means = [float((stars[side] @ value).sum() / rows[side].sum()) for side in (price >= high, price <= low)]
    mean = float((stars @ value).sum() / rows.sum())
    return means[0] - means[1], math.sqrt(float((stars @ (value - mean) ** 2).sum() / rows.sum()))


def units_reviews(subject: Subject, figures: Figures) -> Outcome:
    """SKUs that sell more have more reviews."""
    bound = subject.scenario.promises.units_reviews_correlation_min
    if bound is None:
        return undecided(NOT_PROMISED)
    reviews = _tally(figures).stars[:-1].sum(1)
    rho = spearman(figures.lines.units, reviews)
    n, skus = int(reviews.sum()), len(reviews)
    if min(n, skus) < FEWEST or rho is None:
        return undecided(TOO_FEW)
    slack = 5 / math.sqrt(min(skus, n)) if n < BINDING_REVIEWS else 0.0
    return at_least(rho, bound, slack, "Spearman of units and reviews")


def _noted(name: str, rule: str, target: str, *needs: str) -> Check:
    return Check(name, "rule", rule, needs, _rule(name, target))


_P, _C, _R, _T, _D = (f"review.{field}" for field in ("product", "customer", "rating", "text", "date"))
_BOUGHT = (_P, _C, _D, "order.customer", "order.status", "order.date|order.time", "line.product")
_ABOUT = (_T, _P, "product.sub_category")
_PRICE = (_P, _R, "product.price", "product.category")
CHECKS = (
    Check("reviews.ids", "rule", "Numbers rise by one.", ("review.id",), ids),
    _noted("reviews.sorted", "Reviews are sorted by day.", "by day", _D),
    Check("reviews.bought", "rule", "Reviews follow the customer's purchase of the SKU.", _BOUGHT, bought),
    Check("reviews.distinct", "rule", "One review a customer and SKU.", (_P, _C), distinct),
    _noted("reviews.dates", "Reviews are dated inside of the horizon.", "inside of the horizon", _D),
    Check("reviews.ratings", "law", "Ratings by their mix.", (_R,), ratings),
    Check("reviews.count", "rule", "Number of reviews.", ("review",), count, whole_year=True),
    Check("reviews.text_varied", "rule", "Texts differ.", (_T,), text_varied),
    Check("reviews.text_about_product", "rule", "Texts are about the product.", _ABOUT, text_about_product),
    Check("reviews.text_agrees", "rule", "Texts agree with the rating.", (_T, _R), text_agrees),
    _noted("reviews.text_clean", "Texts are tidy.", "no empty text, brace, doubled blank or word", _T),
    Check("promises.price_rating", "rule", "Dearer SKUs rate better.", _PRICE, price_rating, whole_year=True),
    Check(
        "promises.units_reviews",
        "rule",
        "SKUs that sell more have more reviews.",
        (_P, "line.product"),
        units_reviews,
        whole_year=True,
    ),
)
