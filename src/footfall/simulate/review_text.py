"""What customers write about what they bought: a grammar that a rating and a product fill.

A text is grown from the symbol of its rating, ``text1`` .. ``text5``, by replacing what stands in braces,
in all reviews at once. A symbol is drawn once a review: wherever it stands in a text, it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core.arrays import from_numpy, from_words
from footfall.core.streams import Rows, Streams

Ints = npt.NDArray[np.int64]

# A line is `symbol: alternative | alternative`; lines of one symbol add up; # is each rating in turn; a
# symbol with a capital begins a sentence. {thing}, {facet} and {other} are the product's; a text names each
# once at most, and `other` is what bothers where a rating has both praise and blame. Nothing here may be
# at odds with another table: no date, discount, late parcel or return.
GRAMMAR = """
text#: {brief#}. | {brief#}. {end#}. | {brief#}. {more#}. | {open#}. {fact#}. | {open#}. {fact#}. {end#}.
text#: {open#}. {fact#}. {more#}. | {open#}. {more#}. {fact#}. {end#}. | {open#}. {fact#}. {more#}. {end#}.
text1: {open1}. {end1}.
text5: {open5}. {more5}. {end5}.
brief#: {Kind#} {thing}: {pair#} | With this {thing}, {pair#} | I bought this {thing} {why}: {pair#}
brief#: After {span} with this {thing} I can say that {pair#} | I am {mood#} with this {thing}: {pair#}
open#: I am {mood#} with this {thing} | After {span} I am {mood#} with this {thing}
open#: This is a {kind#} {thing} | I bought this {thing} for {her}, and she is {mood#}
open#: I bought this {thing} for {him}, and he is {mood#} | I bought this {thing} {why}, and I am {mood#}
fact#: {Pair#}
her: my daughter | my wife | my mother | my sister | my niece | my aunt | my grandmother | my mother-in-law
him: my son | my husband | my father | my brother | my nephew | my uncle | my grandfather | my father-in-law
span: a few days | some days | a little while | some time | two or three tries
why: on a friend's advice | on a whim | after a long search | because of the photos | as a treat for myself
why: after some back and forth | because a colleague swears by it | out of curiosity | after reading up on it
rival: similar ones | others in this price range | the last one I bought | better-known names
rival: two cheaper ones | one that cost twice as much | what I had before | what my friends have
critic: my flatmate | my best friend | my boss | a friend who is hard to please | a colleague of mine

kind5: great | wonderful | superb | lovely | fantastic | brilliant | first-class
mood5: delighted | thrilled | more than happy | completely satisfied | really happy | very pleased
pair5: the {facet} {good5}, and the {other} {too5} | from the {facet} to the {other}, everything {good5}
good5: is excellent | is outstanding | could hardly be better | is even better than I had hoped
good5: is simply perfect | impressed me from the start | is a real joy | is just what I wanted | is lovely
too5: is just as good | is a delight as well | leaves nothing to wish for | is no less convincing | is spot on
open5: By far the best {thing} I have had | This {thing} is exactly what I was looking for
open5: I love this {thing} | I had my doubts at first, but this {thing} won me over
open5: My search for the right {thing} is over
fact5: What I love most is the {facet} | Both the {facet} and the {other} are a dream
fact5: I especially like the {facet}, and the {other} {too5}
fact5: I had read good things about the {facet}, and they are all true | The {facet} alone is worth the money
more5: It beats {rival} by a wide margin | Compared with {rival}, it plays in another league
more5: Great value for money | It arrived quickly and well packed | Even {critic} had only praise for it
more5: You can tell it is made with care | The photos do not even do it justice
more5: I would gladly have paid a little more for it
end5: Highly recommended | Worth every penny | I would buy it again without hesitation | Five stars from me
end5: I recommend it to anyone | Thank you | No complaints at all | I would choose it again any time

kind4: good | solid | decent | nice | very respectable | pleasing
mood4: quite happy | mostly satisfied | pretty pleased | largely content | happy overall
pair4: the {facet} {good4}, {but4} the {other} {meh4} | the {other} {meh4}, but the {facet} {good4}
good4: is very good | is really nice | is convincing | is better than I expected | is a clear plus
good4: pleased me a lot | is just right for me | is what I like best | deserves praise
but4: but | although | even if
meh4: could be a little better | is only average | takes some getting used to | leaves a little to be desired
meh4: has room for improvement | is not quite what I had imagined | costs it the fifth star | lags behind
open4: Almost the perfect {thing} | It took me {span} to warm to this {thing}, but it has grown on me
fact4: I like the {facet} a lot, {but4} the {other} {meh4} | Top marks for the {facet}, but the {other} {meh4}
more4: Compared with {rival}, it does well | Fair value for money | The price is fair | It arrived quickly
more4: It was well packed | Even {critic} likes it | It looks just like the photos
end4: I would buy it again | I can recommend it all the same | Still a good buy | Four stars from me
end4: All in all a good choice | Recommended, if you can live with that | I am glad I chose it

kind3: middling | half-decent | passable | run-of-the-mill | fair-to-middling
mood3: only half satisfied | neither happy nor unhappy | not entirely happy | just about content
pair3: the {facet} {good3}, but the {other} {weak3} | the {facet} {good3}, whereas the {other} {weak3}
good3: is good | is fine | is decent | is quite nice | gives no cause for complaint | is as it should be
weak3: is rather weak | is below average | falls short of the description | was not what I had hoped for
weak3: left me unimpressed | annoys me | does not match the price | is a letdown | could be a lot better
open3: I have mixed feelings about this {thing} | This {thing} has two sides | I am torn about this {thing}
fact3: While the {facet} {good3}, the {other} {weak3} | I like the {facet}, but the {other} {weak3}
more3: The price is just about fair | It is neither better nor worse than {rival} | It did arrive quickly
more3: Compared with {rival}, it comes out about even | Even {critic} was undecided | The packing was fine
end3: Three stars from me | I would think twice before buying it again | You can buy it, but you need not
end3: I can live with it | Next time I will compare more carefully | Worth a try if you are not too demanding

kind2: weak | poor | disappointing | mediocre | rather sad | below-average
mood2: disappointed | unhappy | not satisfied | rather disappointed | far from happy | dissatisfied
pair2: the {other} {poor2} | the {facet} is acceptable, but the {other} {poor2}
poor2: is poor | let me down | is much worse than described | is a real weak point | spoils it for me
poor2: is not good enough | is below anything I am used to | is a nuisance | does not deserve the name
open2: Not the {thing} I had hoped for | I wanted to like this {thing} | I had expected more from this {thing}
fact2: My main complaint is the {other} | The only thing I can praise is the {facet}; the {other} {poor2}
more2: Too expensive for what you get | At least it arrived quickly | Compared with {rival}, it does badly
more2: I was better off before | Even {critic} was not impressed | The description promises too much
end2: I would not buy it again | I cannot really recommend it | Two stars, and that is generous
end2: I will look for something else | What a pity | I would rather spend a little more next time

kind1: terrible | dreadful | useless | wretched | shoddy | downright bad
mood1: furious | fed up | thoroughly annoyed | completely dissatisfied | really angry
pair1: from the {facet} to the {other}, everything {bad1} | the {facet} {bad1}, and the {other} {worse1}
bad1: is a joke | is an insult | is a disaster | is awful | is unacceptable
bad1: is a nightmare | has nothing to do with the description | is the worst I have come across | is hopeless
worse1: is even worse | is no better | is just as bad | makes me angry | is beyond belief
open1: This {thing} is a waste of money | Stay away from this {thing} | Nobody needs this {thing}
fact1: I do not know what annoys me more, the {facet} or the {other} | Do not believe a word about the {facet}
more1: Far too expensive | Compared with {rival}, it is rubbish | Even {critic} was appalled | It feels cheap
more1: The photos are misleading | I was better off before | Nobody seems to have checked it
end1: Never again | Do not buy it | Save your money | One star is one too many | I feel cheated
end1: I want my money back | I would give no stars at all if I could | What a disgrace
"""

_SYMBOL = re.compile(r"\{(.*?)\}")

# Alternatives of each symbol; an alternative is text, symbol, text, symbol, ..., text.
Rules = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Topic:
    """What reviews of a product talk about.

    Parameters
    ----------
    thing
        Singular noun phrase, lower case but for proper names, for example ``"desk lamp"``.
    facets
        Two or more singular noun phrases that can follow "the", for example ``"battery life"``; not the
        price, packing or delivery, of which the grammar speaks by itself.
    """

    thing: str
    facets: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.facets)) < max(2, len(self.facets)):
            raise ValueError(f"reviews of {self.thing!r} need two or more facets, all different")


@lru_cache(maxsize=1)
def written_rules() -> Rules:
    """Parse `GRAMMAR`; a symbol's form for the beginning of a sentence is a rule of its own."""
    rules: Rules = {}
    for line in filter(None, GRAMMAR.splitlines()):
        for rating in "12345" if "#" in line else " ":
            symbol, alternatives = line.replace("#", rating).split(": ", 1)
            rules.setdefault(symbol, []).extend(_SYMBOL.split(a.strip()) for a in alternatives.split(" | "))
    for symbol in [s for s in rules if s.startswith(("kind", "pair"))]:
        begun = [[first[:1].upper() + first[1:], *rest] for first, *rest in rules[symbol]]
        rules[symbol.capitalize()] = begun
    return rules


class _Grammar:
    """The rules with the topics' words, as arrays; symbols are numbered, and after them the words."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        facets = [[facet] for topic in topics for facet in topic.facets]
        things = [[topic.thing] for topic in topics]
        rules = written_rules() | {"thing": things, "facet": facets, "other": facets}
        self.facet_count = np.array([len(topic.facets) for topic in topics])
        self.first_facet = np.cumsum(self.facet_count) - self.facet_count
        self.names = list(rules)
        self.first_side = np.cumsum([0, *(len(alternatives) for alternatives in rules.values())])
        number = {name: i for i, name in enumerate(rules)}
        words: dict[str, int] = {}
        sides = [
            [
                number[piece] if i % 2 else len(number) + words.setdefault(piece, len(words))
                for i, piece in enumerate(alternative)
                if piece
            ]
            for alternatives in rules.values()
            for alternative in alternatives
        ]
        # A word is replaced by itself, so that a round of replacing needs no exceptions.
        sides += [[len(number) + i] for i in range(len(words))]
        self.words = from_words(list(words))
        self.length = np.array([len(side) for side in sides])
        self.start = np.cumsum(self.length) - self.length
        self.flat = np.array([symbol for side in sides for symbol in side], dtype=np.int32)

    def draw(self, streams: Streams, symbol: int, address: Rows, topic: Ints) -> Ints:
        """Which right side each review takes for a symbol."""
        name = self.names[symbol]
        if name == "thing":
            pick = topic
        elif name in ("facet", "other"):
            count = self.facet_count[topic]
            pick = _below(streams, "review.facet", address, count)
            if name == "other":
                pick = (pick + 1 + _below(streams, "review.other", address, count - 1)) % count
            pick += self.first_facet[topic]
        else:
            count = self.first_side[symbol + 1] - self.first_side[symbol]
            pick = _below(streams, f"review.{name.lower()}", address, count)
        return self.first_side[symbol] + pick

    def grow(self, streams: Streams, rating: int, address: Rows, topic: Ints) -> pa.Array:
        """Write reviews of one rating: replace symbols by their right sides until words are left."""
        row = np.arange(len(address))
        symbols = np.full(len(address), self.names.index(f"text{rating}"), dtype=np.int32)
        drawn: set[int] = set()
        # By symbol and review; its memory is touched for the symbols that occur.
        sides = np.empty((len(self.names), len(address)), dtype=np.int32)
        while len(open_ := np.flatnonzero(symbols < len(self.names))):
            for symbol in set(np.flatnonzero(np.bincount(symbols[open_])).tolist()) - drawn:
                sides[symbol] = self.draw(streams, symbol, address, topic)
                drawn.add(symbol)
            side = symbols + (self.first_side[-1] - len(self.names))
            side[open_] = sides[symbols[open_], row[open_]]
            length = self.length[side]
            end = np.cumsum(length)
            symbols = self.flat[np.repeat(self.start[side] - end + length, length) + np.arange(end[-1])]
            row = np.repeat(row, length)
        ends = np.searchsorted(row, np.arange(len(address) + 1)).astype(np.int32)
        words = self.words.take(from_numpy(symbols - np.int32(len(self.names)), pa.int32()))
        return pc.binary_join(
            pa.ListArray.from_arrays(from_numpy(ends, pa.int32()), words), from_words([""])[0]
        )


def _below(streams: Streams, name: str, address: Rows, count: int | Ints) -> Ints:
    return (streams.bits(name, address) % np.asarray(count, dtype=np.uint64)).astype(np.int64)


def review_texts(
    streams: Streams, address: Rows, rating: Ints, topic: Ints, topics: Sequence[Topic]
) -> pa.Array:
    """Write reviews, each a function of the seed and its own address, rating (1 to 5) and topic.

    Returns
    -------
    pa.Array
        English strings of one to four sentences without line breaks.
    """
    of_rating = [np.flatnonzero(rating == r) for r in range(1, 6)]
    order = np.concatenate(of_rating)
    if len(order) != len(rating):
        raise ValueError("ratings are whole stars from 1 to 5")
    grammar = _Grammar(topics)
    texts = [grammar.grow(streams, r, address[i], topic[i]) for r, i in enumerate(of_rating, 1) if len(i)]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return pa.concat_arrays(texts or [from_words([])]).take(from_numpy(place, pa.int64()))
