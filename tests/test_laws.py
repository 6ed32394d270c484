"""Each law of `core` against SciPy as oracle, or against its definition."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from footfall.core import laws
from footfall.core.money import as_decimal, as_unscaled, discounted
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Streams, row_addresses, uniforms_of
from footfall.plan.calibrate import inclusion, solve_increasing

FALSE_ALARM = 1e-6
"""Each statistical test here refuses an honest generator once in a million; seeds are fixed."""

U = np.linspace(0.0005, 0.9995, 1999)


def test_a_value_depends_on_seed_name_and_row_alone() -> None:
    """A stream's value at a row is the same alone, in any company and in any order."""
    rows = np.array([5, 2**63, 0, 77], dtype=np.uint64)
    together = Streams(1).uniform("a", rows)
    alone = [Streams(1).uniform("a", rows[i : i + 1])[0] for i in range(4)]
    assert together.tolist() == alone
    assert together.tolist() != Streams(2).uniform("a", rows).tolist()
    assert together.tolist() != Streams(1).uniform("b", rows).tolist()
    assert 0 < together.min() < together.max() < 1


def test_streams_are_uniform_and_independent_of_their_neighbours() -> None:
    """H0: 2^20 values fill 4,096 cells evenly, alone and in pairs with the next row, stream and seed."""
    rows = row_addresses(1 << 20)
    here = (Streams(3).uniform("x", rows) * 64).astype(int)
    others = {
        "next row": np.roll(here, -1),
        "next stream": (Streams(3).uniform("y", rows) * 64).astype(int),
        "next seed": (Streams(4).uniform("x", rows) * 64).astype(int),
        "next line": (Streams(3).uniform("x", rows * np.uint64(16)) * 64).astype(int),
    }
    fine = np.bincount((Streams(3).uniform("x", rows) * 4096).astype(int), minlength=4096)
    assert stats.chisquare(fine).pvalue > FALSE_ALARM
    for what, other in others.items():
        moved = np.roll(other, 1) if what == "next line" else other
        assert stats.chisquare(np.bincount(here * 64 + moved, minlength=4096)).pvalue > FALSE_ALARM, what


@pytest.mark.parametrize("size", [1, 2, 3, 10, 64, 501, 5000])
def test_a_keyed_permutation_is_one(size: int) -> None:
    """Every position goes to a place of its own, alone as in company."""
    deal = KeyedPermutation(Streams(9), "deal", size)
    dealt = deal(np.arange(size))
    assert sorted(dealt.tolist()) == list(range(size))
    assert deal(np.array([size - 1])).tolist() == dealt[-1:].tolist()


def test_a_keyed_permutation_shuffles_evenly() -> None:
    """H0: over keys, each of the 24 orders of four items is as frequent as the others."""
    orders = dict.fromkeys(itertools.permutations(range(4)), 0)
    for seed in range(12_000):
        orders[tuple(KeyedPermutation(Streams(seed), "deal", 4)(np.arange(4)).tolist())] += 1
    first = np.zeros((4, 4))
    for order, count in orders.items():
        first[np.arange(4), order] += count
    # Four items live in two-bit words with few distinct rounds: places must be even, every order occur.
    assert min(orders.values()) > 0
    assert np.abs(first / 12_000 - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 12_000)


def test_inverse_distribution_functions_agree_with_scipy() -> None:
    """Normal, clipped log-normal, power law, Beta and Poisson equal SciPy's quantiles."""
    np.testing.assert_allclose(laws.normal(U), stats.norm.ppf(U), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        laws.clipped_lognormal(U, 4.5, 0.6, 20, 800),
        np.clip(stats.lognorm(0.6, scale=np.exp(4.5)).ppf(U), 20, 800),
    )
    np.testing.assert_allclose(laws.bounded_pareto(U, 2.5, 10), stats.truncpareto(1.5, 10).ppf(U))
    np.testing.assert_allclose(laws.beta(U, 0.3, 40), stats.beta(12, 28).ppf(U))
    for mean in (0.001, 0.5, 3.0, 96.0, 1e5, 1e8):
        means = np.full(len(U), mean)
        np.testing.assert_array_equal(laws.poisson(U, means), stats.poisson(mean).ppf(U))


def test_zipf_mandelbrot_inverts_its_distribution_function() -> None:
    """F(inverse(u)) = u for F(x) = (phi^(1-s) - (x + phi)^(1-s)) / (phi^(1-s) - (1 + phi)^(1-s))."""
    for exponent, offset in ((2.0, 0.04), (1.5, 0.3)):
        x = laws.zipf_mandelbrot(U, exponent, offset)
        tail = 1 - exponent
        cdf = (offset**tail - (x + offset) ** tail) / (offset**tail - (1 + offset) ** tail)
        np.testing.assert_allclose(cdf, U, rtol=1e-9)


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=200), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_the_lookup_table_is_exact(weights: list[float], seed: int) -> None:
    """A table lookup with settled boundary cells equals a binary search for every uniform."""
    edges = laws.distribution(weights)
    at_steps = laws.first_steps(edges[:-1])
    near = np.concatenate([at_steps, at_steps - np.minimum(at_steps, np.uint64(1))])
    words = np.concatenate(
        [
            Streams(seed).bits("u", row_addresses(500)),
            np.minimum(near, np.uint64(2**53 - 1)) << np.uint64(11),
        ]
    )
    u = uniforms_of(words >> np.uint64(11))
    np.testing.assert_array_equal(laws.choice(tuple(weights))(words), np.searchsorted(edges, u, side="right"))
    np.testing.assert_allclose(edges, np.cumsum(weights) / np.sum(weights), rtol=1e-12)


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 10.0), min_size=1, max_size=12))
def test_apportioned_counts_add_up(total: int, shares: list[float]) -> None:
    """Largest remainder gives whole numbers within one of their share that add up to the total."""
    counts = laws.apportion(total, shares)
    assert sum(counts) == total
    assert all(abs(c - total * s / sum(shares)) < 1 + 1e-6 for c, s in zip(counts, shares, strict=True))


@given(st.lists(st.integers(-(10**11), 10**11), max_size=50), st.integers(0, 10))
def test_cents_survive_being_decimals(cents: list[int], cut: int) -> None:
    """Money is the same whole cents before and after it is published, also in a slice of an array."""
    array = as_decimal(np.array(cents, dtype=np.int64))
    assert as_unscaled(array.slice(cut)).tolist() == cents[cut:]
    wide = array.cast(pa.decimal128(12, 2))
    assert as_unscaled(wide).tolist() == cents
    assert [int(d * 100) for d in array.to_pylist()] == cents


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_discounted_price_is_rounded_half_up(cents: int, percent: int) -> None:
    """(cents * (100 - d) + 50) // 100 is the exact product rounded half up."""
    exact = cents * (100 - percent)
    assert discounted(np.array([cents]), np.array([percent]))[0] == (2 * exact + 100) // 200


def test_inclusion_without_return_equals_enumeration() -> None:
    """P(item among the first m drawn by weight without return) equals the sum over all orders."""
    weights = np.array([5.0, 1.0, 0.5, 2.0, 1.5])
    expected = np.zeros((4, 5))
    for order in itertools.permutations(range(5), 4):
        left, chance = weights.sum(), 1.0
        for item in order:
            chance *= weights[item] / left
            left -= weights[item]
        # each ordered draw of four adds its chance to the places from which its items are in
        for place, item in enumerate(order):
            expected[place:, item] += chance
    np.testing.assert_allclose(inclusion(weights, 4), expected, atol=3e-4)  # worst with few, uneven items


def test_solving_stops_at_the_bounds() -> None:
    """An increasing function is solved where it crosses, and answered by its bound where it does not."""
    assert solve_increasing(lambda x: x**3, 8.0, 0.0, 10.0) == pytest.approx(2.0, abs=1e-6)
    assert solve_increasing(lambda x: x, 5.0, 0.0, 1.0) == 1.0
    assert solve_increasing(lambda x: x, -5.0, 0.0, 1.0) == 0.0


def test_uniforms_lie_inside_the_open_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the largest and the least word give a uniform between 0 and 1, not 0 or 1 themselves."""
    extremes = np.array([0, 2**64 - 1], dtype=np.uint64)
    monkeypatch.setattr(Streams, "bits", lambda *_: extremes.copy())
    u = Streams(1).uniform("basket.size", extremes)
    assert 0 < u[0] < u[1] < 1


def test_what_special_leaves_out_is_there_for_others() -> None:
    """After our short import of SciPy's functions, NumPy's packages and the rest of SciPy are whole."""
    code = """
import sys
import footfall.core.special
assert not {"numpy.f2py", "numpy.testing", "numpy.polynomial"} & set(sys.modules)
import numpy as np
import scipy.fft, scipy.optimize, scipy.stats
np.testing.assert_equal(np.ma.array([1], mask=[True]).count(), 0)
assert np.f2py.__name__ == "numpy.f2py"
assert np.polynomial.Polynomial([1, 2])(2) == 5
assert scipy.stats.kstest([0.5], "uniform").pvalue == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)
