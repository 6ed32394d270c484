"""Review texts: English that fits the product and the stars, varied, and a pure function of its row."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from footfall.core.streams import Streams, row_addresses
from footfall.simulate.review_text import Topic, review_texts, written_rules

TOPICS = (
    Topic("trail running shoe", ("fit", "cushioning", "grip", "lacing")),
    Topic("wireless headphone set", ("sound", "battery life", "comfort", "noise cancelling")),
    Topic("mystery novel", ("plot", "ending", "pacing", "writing style")),
    Topic("potting mix", ("drainage", "texture", "smell")),
    Topic("espresso machine", ("temperature", "milk foam", "cleaning", "design")),
    Topic("LED desk lamp", ("light", "base", "switch")),
    Topic("yoga mat", ("surface", "thickness", "padding")),
    Topic("face cream", ("scent", "consistency", "effect")),
    Topic("board game", ("artwork", "rulebook", "replay value", "balance")),
    Topic("office chair", ("lumbar support", "assembly", "upholstery")),
    Topic("olive oil", ("taste", "aroma", "bottle")),
    Topic("rain jacket", ("cut", "hood", "zip", "waterproofing")),
)
SEED, MANY = 11, 250_000

Reviews = tuple[np.ndarray, np.ndarray, list[str]]


def columns(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make addresses, stars as shops have them (a good half of five stars), and topics."""
    streams, address = Streams(SEED), row_addresses(count)
    rating = 1 + np.searchsorted([0.06, 0.12, 0.24, 0.46], streams.uniform("test.rating", address))
    topic = streams.bits("test.topic", address) % np.uint64(len(TOPICS))
    return address, rating.astype(np.int64), topic.astype(np.int64)


@pytest.fixture(scope="module")
def reviews() -> Reviews:
    address, rating, topic = columns(MANY)
    return rating, topic, review_texts(Streams(SEED), address, rating, topic, TOPICS).to_pylist()


def test_a_text_is_a_function_of_its_own_row():
    """Any rows, in any order, have the texts that they have in the whole; another seed has others."""
    address, rating, topic = columns(3000)
    whole = review_texts(Streams(SEED), address, rating, topic, TOPICS).to_pylist()
    some = np.argsort(Streams(1).bits("test.order", address))[:700]
    part = review_texts(Streams(SEED), address[some], rating[some], topic[some], TOPICS).to_pylist()
    assert part == [whole[i] for i in some]
    other = review_texts(Streams(SEED + 1), address, rating, topic, TOPICS).to_pylist()
    assert sum(a == b for a, b in zip(whole, other, strict=True)) < 30


def test_a_text_does_not_depend_on_the_other_topics():
    """The same product in a longer list of topics is spoken of in the same words."""
    address, rating, topic = columns(500)
    alone = review_texts(Streams(SEED), address, rating, 0 * topic, TOPICS[3:4])
    assert alone.equals(review_texts(Streams(SEED), address, rating, 0 * topic + 3, TOPICS))


def test_no_reviews_no_texts():
    """A shop without reviews gets an empty column of strings."""
    none = np.zeros(0, dtype=np.int64)
    assert review_texts(Streams(1), none.astype(np.uint64), none, none, TOPICS).to_pylist() == []


def test_what_cannot_be_written_is_refused():
    """Stars beyond 1 to 5, and products of which only one facet is known, are errors."""
    one = np.ones(1, dtype=np.int64)
    with pytest.raises(ValueError, match="1 to 5"):
        review_texts(Streams(1), one.astype(np.uint64), 6 * one, 0 * one, TOPICS)
    with pytest.raises(ValueError, match="desk lamp"):
        Topic("desk lamp", ("light", "light"))


def test_pandas_is_not_imported():
    """Writing texts leaves pandas alone, whose import takes longer than 100,000 texts."""
    code = (
        "import sys, numpy as np; from footfall.core.streams import Streams;"
        "from footfall.simulate.review_text import Topic, review_texts; one = np.ones(9, dtype=np.int64);"
        "review_texts(Streams(1), one.astype(np.uint64), one, 0 * one, [Topic('lamp', ('base', 'light'))]);"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_symbol_of_the_grammar_is_a_rule_and_is_used():
    """No brace names a symbol that has no rule, and no rule is out of reach."""
    rules = written_rules()
    named = {piece for rule in rules.values() for alternative in rule for piece in alternative[1::2]}
    assert named <= {*rules, "thing", "facet", "other"}
    begun = {symbol for symbol in rules if symbol[0].isupper()}
    assert {*rules} - named - begun == {f"text{r}" for r in range(1, 6)}


def test_sentences_are_well_formed(reviews: Reviews):
    """Every text is one to four sentences with a capital, a full stop and single blanks; no holes."""
    sentence = r"[A-Z][A-Za-z0-9',;:-]*(?: [A-Za-z0-9',;:-]*[A-Za-z0-9',;:])*\."
    form = re.compile(rf"{sentence}(?: {sentence}){{0,3}}")
    assert [text for text in reviews[2] if not form.fullmatch(text)] == []
    assert [text for text in reviews[2] if re.search(r"[,;:]{2}|[,;:]\.|\.\.", text)] == []


def test_articles_agree(reviews: Reviews):
    """No "a" stands before a vowel sound, and no "an" before a consonant ("useless" begins with one)."""
    wrong = re.compile(r"\b[Aa] (?!useless)[aeiou]|\b[Aa]n [^aeiou]")
    assert [text for text in reviews[2] if wrong.search(text)] == []


def test_nothing_is_said_twice(reviews: Reviews):
    """No doubled word, no sentence twice in a text, and no facet twice: none is praised and slammed."""
    _, topic, texts = reviews
    doubled = re.compile(r"\b(\w+)\W+\1\b", re.IGNORECASE)
    assert [text for text in texts if doubled.search(text)] == []
    for place, text in zip(topic[:50_000], texts, strict=False):
        sentences = text.split(". ")
        assert len({*sentences}) == len(sentences), text
        assert all(len(re.findall(rf"\b{f}\b", text)) <= 1 for f in TOPICS[place].facets), text


def test_every_text_is_about_its_product(reviews: Reviews):
    """Every text names its thing exactly once, as the topic spells it, and nine in ten name a facet."""
    _, topic, texts = reviews
    assert all(text.count(TOPICS[t].thing) == 1 for t, text in zip(topic, texts, strict=True))
    has_facet = [any(f in text for f in TOPICS[t].facets) for t, text in zip(topic, texts, strict=True)]
    assert np.mean(has_facet) > 0.9


@pytest.mark.parametrize(("count", "least"), [(2500, 0.97), (MANY, 0.9)])
def test_texts_are_distinct(reviews: Reviews, count: int, least: float):
    """Without digits, 97 % of 2,500 texts and 90 % of 250,000 are distinct, with a dozen topics.

    Both shares lie more than two points under what the grammar gives (0.999 and 0.95); their standard
    deviation over seeds is below 0.001, so that no seed fails by chance.
    """
    texts = [re.sub(r"\d", "", text) for text in reviews[2][:count]]
    assert len({*texts}) / count > least


def test_lengths_vary(reviews: Reviews):
    """The shortest twentieth has at most 18 words, the longest at least 36; texts of 1 to 4 sentences."""
    words = np.array([len(text.split()) for text in reviews[2]])
    low, high = np.quantile(words, [0.05, 0.95])
    assert low <= 18
    assert high >= 36
    sentences = np.array([text.count(". ") + 1 for text in reviews[2]])
    assert np.bincount(sentences, minlength=5)[1:].min() > 0.05 * MANY


POSITIVE = re.compile(
    r"very good|really nice|convincing|better than I expected|clear plus|pleased me|just right for me|"
    r"what I like best|deserves praise|I like the|Top marks|is good|is fine|is decent|quite nice|"
    r"no cause for complaint|as it should be"
)
NEGATIVE = re.compile(
    r"could be a little better|only average|getting used to|to be desired|room for improvement|"
    r"not quite what|costs it the fifth star|lags behind|rather weak|below average|falls short|"
    r"not what I had hoped|unimpressed|annoys me|does not match|letdown|could be a lot better"
)


def test_middling_stars_have_mixed_feelings(reviews: Reviews):
    """Every text of 3 or 4 stars praises one facet and finds fault with another."""
    rating, _, texts = reviews
    mixed = [text for r, text in zip(rating, texts, strict=True) if r in (3, 4)]
    assert [text for text in mixed if not (POSITIVE.search(text) and NEGATIVE.search(text))] == []


def area_under_curve(score: np.ndarray, is_good: np.ndarray) -> float:
    """Mann and Whitney's statistic, ties counted half."""
    values, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    good = int(is_good.sum())
    return (rank[is_good].sum() - good * (good + 1) / 2) / (good * (len(values[place]) - good))


def test_stars_can_be_told_from_words(reviews: Reviews):
    """Naive Bayes, taught by half of 2,500 texts, tells 1-2 stars from 5 in the others: AUC > 0.97.

    The AUC is 1.000 for the grammar as it stands; 0.97 is a margin, not a quantile.
    """
    rating, _, texts = reviews
    chosen = [i for i in range(2500) if rating[i] in (1, 2, 5)]
    is_good = rating[chosen] == 5
    bags = [re.findall(r"[a-z']+", texts[i].lower()) for i in chosen]
    number = {word: i for i, word in enumerate(sorted({word for bag in bags for word in bag}))}
    counts = np.zeros((len(bags), len(number)))
    for row, bag in enumerate(bags):
        np.add.at(counts[row], [number[word] for word in bag], 1)
    taught = np.arange(len(bags)) % 2 == 0
    good, bad = (counts[taught & side].sum(axis=0) + 1 for side in (is_good, ~is_good))
    score = counts[~taught] @ (np.log(good / good.sum()) - np.log(bad / bad.sum()))
    assert area_under_curve(score, is_good[~taught]) > 0.97
