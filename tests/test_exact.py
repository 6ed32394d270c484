"""Exact totals and shares: dealt without lists, the same whatever the parts, exact at every size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from footfall.core import laws
from footfall.core.errors import RequestError, UnreachableTarget
from footfall.core.streams import Streams, row_addresses
from footfall.plan.basket_sizes import BasketSizes
from footfall.plan.mixes import DealtMix
from footfall.plan.plan import Plan, plan
from footfall.scenario.buying import Basket
from footfall.scenario.load import load

REFUSE_BELOW = 1e-6  # false-alarm rate of each statistical test here; seeds are fixed


def planned(scale: float, *changes: str, seed: int = 42) -> Plan:
    return plan(load("storefront", changes).scaled(scale), seed)


@given(
    rows=st.integers(1, 3000),
    weights=st.lists(st.floats(0.01, 1), min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
)
def test_an_exact_mix_has_its_quotas(rows: int, weights: list[float], seed: int) -> None:
    """Every value gets exactly its apportioned number of rows, and any row can be told alone."""
    shares = [w / sum(weights) for w in weights]
    mix = DealtMix.of("order.payment", "exact", shares, rows)
    number = np.arange(rows)
    dealt = mix(Streams(seed), number, row_addresses(rows))
    assert np.bincount(dealt, minlength=len(shares)).tolist() == laws.apportion(rows, shares)
    some = number[::7]
    assert np.array_equal(mix(Streams(seed), some, row_addresses(rows)[::7]), dealt[::7])


def test_an_exact_mix_favours_no_row() -> None:
    """Null hypothesis: over seeds each row is in the block of one fifth alike (chi-square, 1e-6)."""
    rows, seeds = 50, 2000
    mix = DealtMix.of("order.payment", "exact", [0.2, 0.8], rows)
    hits = sum(
        (mix(Streams(seed), np.arange(rows), row_addresses(rows)) == 0).astype(int) for seed in range(seeds)
    )
    expected = seeds / 5
    # Draws without return: the variance of a cell is p (1 - p), and the cells' sum is fixed.
    statistic = float((np.square(hits - expected) / (expected * 0.8)).sum() * (rows - 1) / rows)
    assert stats.chi2.sf(statistic, rows - 1) > REFUSE_BELOW


@settings(max_examples=60, deadline=None)
@given(orders=st.integers(1, 5000), mean=st.floats(1.0, 15.0), seed=st.integers(0, 2**32))
def test_lines_add_up_exactly(orders: int, mean: float, seed: int) -> None:
    """Whatever total the orders can hold is met to the line, and lines are numbered densely."""
    lines = min(max(round(orders * mean), orders), 15 * orders)
    size = dict.fromkeys(range(1, 16), 1 / 15)
    sizes = BasketSizes.of(Basket(size=size, deal="exact", lines=lines, quantity={1: 1.0}), orders)
    number = np.arange(orders)
    of_orders, first = sizes.of_orders_with_slots(Streams(seed), number, row_addresses(orders), number)
    assert first is not None
    assert of_orders.sum() == lines
    assert of_orders.min() >= 1
    slots = np.repeat(first, of_orders) + np.concatenate([np.arange(k) for k in of_orders.tolist()])
    assert np.array_equal(np.sort(slots), np.arange(lines))


def test_an_exact_total_bends_the_shares_as_little_as_it_can() -> None:
    """Sizes of the storefront lie within rounding of its shares tilted by exp(theta * size)."""
    basket = load("storefront").basket
    sizes = BasketSizes.of(basket, 3000)
    shares = np.array(list(basket.size.values()))
    tilt = np.log(np.array(sizes.weights[:8]) / shares[:8])
    slope, intercept = np.polyfit(np.arange(1, 9), tilt, 1)
    assert np.abs(tilt - slope * np.arange(1, 9) - intercept).max() < 0.05


@pytest.mark.parametrize(("trials", "probability"), [(1, 0.3), (20, 0.07), (1000, 0.5), (100_000, 0.999)])
def test_binomial_inverts_its_distribution(trials: int, probability: float) -> None:
    """SciPy as oracle: the least k whose distribution function reaches u, also at the steps themselves."""
    u = np.concatenate([(np.arange(2000) + 0.5) / 2000, [1e-12, 1 - 1e-12]])
    found = laws.binomial(u, np.full(len(u), trials), np.full(len(u), probability))
    assert np.array_equal(found, stats.binom.ppf(u, trials, probability).astype(int))


def test_binomial_knows_what_is_sure() -> None:
    """Without trials nothing happens; what is sure happens always; what is impossible never."""
    found = laws.binomial(np.array([0.5, 0.01, 0.99]), np.array([0, 7, 7]), np.array([0.5, 1.0, 0.0]))
    assert found.tolist() == [0, 7, 0]


def test_exact_orders_follow_the_intensity() -> None:
    """Null hypothesis: orders a day are multinomial by the intensity (Pearson, false alarm 1e-6)."""
    made = planned(30)
    assert made.orders == 90_000
    counts = np.diff(made.counts.starts)
    expected = made.calendar.orders_a_day[: made.scenario.days]
    seen = counts.reshape(-1, made.counts.slots).sum(axis=1)[: made.scenario.days]
    enough = expected >= 5
    assert seen[expected == 0].sum() == 0
    statistic = float((np.square(seen - expected)[enough] / expected[enough]).sum())
    p_value = stats.chi2.sf(statistic, int(enough.sum()) - 1)
    assert REFUSE_BELOW < p_value < 1 - REFUSE_BELOW


@pytest.mark.parametrize("scale", [0.001, 0.013, 0.1, 1, 3.3])
def test_statuses_are_exact_at_every_scale(scale: float) -> None:
    """Each status has its quota to the row, and orders in progress are the young ones."""
    made = planned(scale)
    assert made.statuses is not None
    number = np.arange(made.orders)
    day, address = made.counts.addresses(number)
    status = made.statuses.of_orders(made.streams, number, address)
    shares = made.scenario.fulfilment.shares  # type: ignore[union-attr]
    assert np.bincount(status, minlength=4).tolist() == laws.apportion(made.orders, list(shares.values()))
    age = day[-1] - day[status == made.statuses.names.index("Processing")]
    assert np.median(age, axis=0) <= 45 if len(age) else True
    assert age.max(initial=0) <= 120
    odd = number[::3]
    assert np.array_equal(made.statuses.of_orders(made.streams, odd, address[::3]), status[::3])


def test_the_younger_the_likelier_in_progress() -> None:
    """The share in progress rises from the oldest to the youngest of the young orders."""
    progress = planned(1).statuses.progress  # type: ignore[union-attr]
    assert progress is not None
    shares = np.array(progress.quotas) / np.diff(progress.edges)
    assert (np.diff(shares) > 0).all()


def test_orders_that_cannot_be_young_enough_are_refused() -> None:
    """Where too few orders are young enough, planning says so and exits with 3."""
    with pytest.raises(UnreachableTarget, match=r"fulfilment\.in_progress: 300 orders shall be 'Processing'"):
        planned(1, "fulfilment.in_progress.age_days_max=3")
    with pytest.raises(UnreachableTarget, match="older than 1 days"):
        planned(1, "fulfilment.in_progress.median_age_days_max=1")


def test_the_horizon_of_exact_totals_is_fixed() -> None:
    """`--to` beyond it is refused with exit code 2; a slice of it is not."""
    import datetime as dt

    with pytest.raises(RequestError, match="exact totals over its horizon") as refused:
        plan(load("storefront"), last=dt.date(2025, 1, 1))
    assert refused.value.exit_code == 2


def test_expected_shares_are_a_choice() -> None:
    """Without `deal: exact` the same scenario draws Poisson orders, and shares as chance has them."""
    made = planned(
        1,
        "demand.deal=expected",
        "basket.deal=expected",
        "basket.lines=null",
        "discount.deal=expected",
        "fulfilment.deal=expected",
        "payment.deal=expected",
        "shipping.deal=expected",
        "reviews.deal=expected",
        "reviews.ratings.deal=expected",
    )
    assert made.orders != 3000
    assert abs(made.orders - 3000) < 6 * 3000**0.5
    number = np.arange(made.orders)
    _, address = made.counts.addresses(number)
    assert made.payments is not None
    paid = np.bincount(made.payments(made.streams, number, address))
    assert paid.tolist() != laws.apportion(made.orders, [0.6, 0.25, 0.15])
    assert stats.chisquare(paid, made.orders * np.array([0.6, 0.25, 0.15])).pvalue > REFUSE_BELOW
