"""Days that are busier or quieter than the calendar says: `demand.noise`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest
from scipy import stats

import footfall
from footfall.contract.noise import NoiseLaw, dispersed, fit, index_of_dispersion
from footfall.core import laws
from footfall.core.errors import ScenarioError
from footfall.core.streams import Streams, row_addresses
from footfall.plan.calendar import Calendar
from footfall.plan.day_noise import multipliers
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.scenario.noise import DayNoise
from sample import findings_of

ASKED = "coefficient_of_variation: 0.17, autocorrelation: 0.6"
NOISY = [f"demand.noise={{{ASKED}}}"]
MANY = 4000


@pytest.fixture(scope="module")
def noisy() -> footfall.Dataset:
    return footfall.generate("vantage", seed=7, overrides=NOISY)


@pytest.fixture(scope="module")
def replicas() -> tuple[NoiseLaw, np.ndarray, np.ndarray]:
    """The law, what is expected of 60 days, and their counts in many worlds."""
    asked = DayNoise(coefficient_of_variation=0.25, autocorrelation=0.5, per_shop=True)
    days = np.where(np.arange(60) % 7 == 6, 0.0, 20.0 + np.arange(60))
    mean = days[:, None] * multipliers(asked, Streams(11), 60, MANY)
    u = Streams(12).uniform("a test", row_addresses(mean.size)).reshape(mean.shape)
    law = NoiseLaw(asked.log_variance, asked.log_autocorrelation, per_shop=False)
    return law, days, laws.poisson(u, mean)


def by_day(dataset: footfall.Dataset) -> np.ndarray:
    days = dataset.tables["raw_orders"]["order_ts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.bincount(days - 20_089, minlength=365)


@pytest.mark.parametrize(("variation", "autocorrelation"), [(0.2, 0.6), (0.5, 0.0), (0.1, 0.9)])
def test_multipliers_are_log_normal_with_the_moments_asked_for(variation: float, autocorrelation: float):
    """H0 on any day: log-normal of mean 1 and the asked variation, by SciPy's KS; covariances as promised.

    False alarm 1e-6 each, fixed seed: correlations of 4,000 pairs within five standard errors.
    """
    asked = DayNoise(coefficient_of_variation=variation, autocorrelation=autocorrelation, per_shop=True)
    drawn = multipliers(asked, Streams(7), 50, MANY)
    s = math.sqrt(math.log(1 + variation**2))
    for day in (0, 49):
        assert stats.kstest(drawn[day], stats.lognorm(s, scale=math.exp(-(s**2) / 2)).cdf).pvalue > 1e-6
        assert abs(drawn[day].mean() - 1) < 5 * variation / math.sqrt(MANY)
    for lag in (1, 2, 7):
        rho = math.log(1 + autocorrelation * variation**2) / s**2
        wanted = math.expm1(s**2 * rho**lag) / variation**2
        seen = np.corrcoef(drawn[20], drawn[20 + lag])[0, 1]
        assert abs(seen - wanted) < 5 * (1 + 4 * variation) / math.sqrt(MANY)


def test_a_longer_horizon_leaves_earlier_days():
    """Each day goes on from those before it, so what comes later changes none of them."""
    scenario = load("vantage", NOISY)
    short, long = plan(scenario, 7), plan(scenario, 7, last=dt.date(2026, 6, 30))
    days = len(short.counts.starts)
    assert np.array_equal(short.counts.starts, long.counts.starts[:days])


def test_days_vary_and_remember_as_shops_do(noisy: footfall.Dataset, whole: footfall.Dataset):
    """Variance over mean is 2.4 to 5.8 and autocorrelation 0.3 to 0.6 after the calendar; else 1 and 0."""
    calendar = Calendar.of(load("vantage"), 365)
    for dataset, least, most, low, high in ((noisy, 2.4, 5.8, 0.3, 0.6), (whole, 0.75, 1.3, -0.2, 0.2)):
        expected = calendar.orders_a_day
        off = (by_day(dataset) - expected) / np.sqrt(expected)
        assert least < np.square(off).mean() < most
        assert low < np.corrcoef(off[1:], off[:-1])[0, 1] < high
    assert {f.verdict for f in noisy.findings} <= {"pass", "not applicable"}


def test_the_catalogue_keeps_its_bytes(noisy: footfall.Dataset, whole: footfall.Dataset):
    """Noise is drawn for days alone, and targets are solved for what is expected."""
    assert noisy.tables["raw_products"].equals(whole.tables["raw_products"])
    assert not noisy.tables["raw_orders"].equals(whole.tables["raw_orders"])


def test_each_shop_may_have_days_of_its_own():
    """With `per_shop` the shops' days are as noisy, and no longer go together; a day's total is less so."""
    made = plan(load("vantage", [f"demand.noise={{{ASKED}, per_shop: true}}", "demand.orders=900000"]), 7)
    start, stop = made.published_days
    number = np.arange(made.counts.first_order_of(start), made.counts.first_order_of(stop))
    day, address = made.counts.addresses(number)
    shop, _ = made.buyers.of_orders(day, address)
    counts = np.bincount(day * 3 + shop, minlength=365 * 3).reshape(365, 3)
    expected = np.outer(made.calendar.base * made.calendar.shape[start:stop], made.calendar.shop_weights)
    off = counts / expected - 1
    assert np.abs(off.std(axis=0) - 0.17).max() < 0.05
    assert np.abs(np.corrcoef(off.T)[np.triu_indices(3, 1)]).max() < 0.3


def test_moments_of_the_mixture_are_exact(replicas: tuple[NoiseLaw, np.ndarray, np.ndarray]):
    """Closed forms of the contract agree with 4,000 worlds: index of dispersion, covariances of weekdays.

    Five standard errors each, from the worlds themselves.
    """
    law, days, counts = replicas
    is_open = days > 0
    statistic = (np.square(counts - days[:, None])[is_open] / days[is_open, None]).sum(axis=0)
    mean, variance = index_of_dispersion(law, days)
    assert abs(statistic.mean() - mean) < 5 * statistic.std() / math.sqrt(MANY)
    spread = np.square(statistic - statistic.mean())
    assert abs(spread.mean() - variance) < 5 * spread.std() / math.sqrt(MANY)
    group = np.arange(60) % 7
    sums = np.stack([counts[group == g].sum(axis=0) for g in range(6)])
    covariance = law.of_groups(days[:, None], group, 7)[:6, :6]
    seen = np.cov(sums)
    error = np.sqrt((np.outer(np.diag(seen), np.diag(seen)) + seen**2) / MANY)
    assert (np.abs(seen - covariance) < 6 * error).all()


def test_honest_worlds_pass(replicas: tuple[NoiseLaw, np.ndarray, np.ndarray]):
    """H0 is true in 500 worlds: few p-values are small, and none is near a refusal."""
    law, days, counts = replicas
    group, found = np.arange(60) % 7, []
    covariance = law.of_groups(days[:, None], group, 7)
    expected = np.bincount(group, days, 7)
    for world in counts.T[:500]:
        found.append(
            (
                dispersed(law, world[:, None], days[:, None])[0],
                fit(np.bincount(group, world, 7), expected, covariance, is_exact=False),
            )
        )
    p_values = np.array(found, dtype=np.float64)
    assert (p_values > 1e-6).all()
    assert ((p_values < 0.01).mean(axis=0) < 0.04).all()
    assert ((p_values < 0.5).mean(axis=0) > 0.35).all()


@pytest.mark.parametrize(
    ("made_with", "judged_by"),
    [
        ("", ASKED),
        (ASKED, "coefficient_of_variation: 0.05"),
        (
            "coefficient_of_variation: 0.2, autocorrelation: 0.0",
            "coefficient_of_variation: 0.2, autocorrelation: 0.9",
        ),
        ("coefficient_of_variation: 0.4, autocorrelation: 0.5", ""),
    ],
)
def test_other_noise_than_promised_is_seen(made_with: str, judged_by: str):
    """Days that are too calm, too wild, or forget too soon fail; without noise, Poisson days are due."""

    def with_noise(asked: str) -> list[str]:
        return [f"demand.noise={{{asked}}}"] if asked else []

    scenario = load("vantage", [*with_noise(made_with), "demand.orders=70000"])
    made = footfall.generate(
        "vantage", seed=7, overrides=[*with_noise(made_with), "demand.orders=70000"], tables=["raw_orders"]
    )
    promised = load("vantage", [*with_noise(judged_by), "demand.orders=70000"])
    assert scenario != promised
    subject = dataclasses.replace(made.subject, scenario=promised)
    assert findings_of(subject, dict(made.tables))["orders.dispersion"].verdict == "fail"


def test_an_exact_total_stays_exact_on_noisy_days():
    """Noise moves orders between days, and no order comes or goes."""
    unpromised = ["promises.season=[]", "promises.day_order_share_max=null"]  # as noise would break them
    made = footfall.generate("storefront", seed=7, scale=0.5, overrides=[*NOISY, *unpromised])
    assert made.tables["orders"].num_rows == 1500
    assert {f.verdict for f in made.findings} <= {"pass", "not applicable"}


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("demand.noise={coefficient_of_variation: 0.9}", "must be at most 0.5"),
        ("demand.noise={coefficient_of_variation: 0.2, autocorrelation: 1.0}", "must be less than 1"),
    ],
)
def test_what_is_beyond_the_law_is_refused(override: str, part: str):
    """Days that vary beyond what the contract can judge, and days that never forget."""
    with pytest.raises(ScenarioError, match=r"demand\.noise") as refused:
        load("vantage", [override])
    assert part in str(refused.value)


def test_promises_that_noise_would_break_are_refused():
    """Shares of months and days are not promised beside noise; each is named, and without them it loads."""
    without = {"season": "promises.season=[]", "day_order_share_max": "promises.day_order_share_max=null"}
    for key in without:
        others = [change for name, change in without.items() if name != key]
        with pytest.raises(ScenarioError, match=rf"promises\.{key} can't be promised with demand\.noise"):
            load("storefront", [*NOISY, *others])
    load("storefront", [*NOISY, *without.values()])
