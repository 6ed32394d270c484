"""How far counts may stray where days are busier or quieter than the calendar says.

Given the days' multipliers counts are Poisson, and what was drawn is not published. So they are judged by the
mixture: its covariances are exact, and all follow from the moments of a log-normal process,
E[M(t)^a M(u)^b] = exp(s^2 / 2 (a^2 - a + b^2 - b + 2 a b r^|t - u|)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from footfall.contract.statistics import Counts, Floats, chi_square, two_sided
from footfall.scenario.model import Scenario

LEAST_EXPECTED = 20.0
"""The logarithm of a count is close to normal from so many on."""
_FORGOTTEN = 1e-6


@dataclass(frozen=True)
class NoiseLaw:
    """Law of the days' multipliers: a log-normal process of mean 1.

    Attributes
    ----------
    variance, kept
        Variance of the logarithm, and its lag-one autocorrelation.
    per_shop
        Whether each shop has multipliers of its own.
    """

    variance: float
    kept: float
    per_shop: bool

    @classmethod
    def of(cls, scenario: Scenario) -> NoiseLaw | None:
        """Law that a scenario asks for; None where counts are Poisson about the calendar."""
        asked = scenario.demand.noise
        if asked is None:
            return None
        square = asked.coefficient_of_variation**2
        variance = math.log(1 + square)
        return cls(variance, math.log(1 + asked.autocorrelation * square) / variance, asked.per_shop)

    def covariance(self, lag: int, a: int = 1, b: int = 1) -> float:
        """Covariance of M(t)^a and M(t + lag)^b."""
        size = math.exp(self.variance * (a * a - a + b * b - b) / 2)
        return size * math.expm1(self.variance * a * b * self.kept**lag)

    def lags(self, days: int) -> range:
        """Lags from 1 at which days still have to do with each other."""
        if not self.kept:
            return range(1, 1)
        return range(1, min(days, 2 + int(math.log(_FORGOTTEN) / math.log(self.kept))))

    def smoothed(self, series: Floats) -> Floats:
        """Sum over u of Cov(M(t), M(u)) series(u), for columns of days; v' smoothed(w) is Cov(v'M, w'M)."""
        out = np.asarray(self.covariance(0) * series)
        for lag in self.lags(len(series)):
            share = self.covariance(lag)
            out[lag:] += share * series[:-lag]
            out[:-lag] += share * series[lag:]
        return out

    def of_groups(self, expected: Floats, group: Counts, groups: int) -> Floats:
        """Covariance of the counts of groups of days, their Poisson noise included.

        Parameters
        ----------
        expected : shape (days, shops)
        group : shape (days,)
        """
        poisson = np.diag(np.bincount(group, expected.sum(1), groups))
        return np.asarray(poisson + self._of_means(expected, group, groups))

    def variance_of_means(self, expected: Floats, group: Counts, groups: int) -> Floats:
        """Variance of what the counts of groups of days are Poisson about; shapes as above."""
        return np.diag(self._of_means(expected, group, groups))

    def _of_means(self, expected: Floats, group: Counts, groups: int) -> Floats:
        columns = expected if self.per_shop else expected.sum(1, keepdims=True)
        out = np.zeros((groups, groups))
        for lag in (0, *self.lags(len(group))):
            stop = len(group) - lag
            product = self.covariance(lag) * (columns[:stop] * columns[lag:]).sum(1)
            place = group[:stop] * groups + group[lag:]
            together = np.bincount(place, product, groups * groups).reshape(groups, groups)
            out += together if not lag else together + together.T
        return out

    def of_shops(self, expected: Floats) -> Floats:
        """Covariance of the shops' counts over all days, their Poisson noise included."""
        together = expected.T @ self.smoothed(expected)
        if self.per_shop:
            together = np.diag(np.diag(together))
        return np.asarray(together + np.diag(expected.sum(0)))


def fit(counts: Counts, expected: Floats, covariance: Floats, *, is_exact: bool) -> float | None:
    """p-value of counts of groups whose logarithms are about normal; None where too few are expected.

    A sum of log-normals is close to a log-normal of its mean and variance (Fenton 1960). Where the total is
    exact, the groups are judged by their distances from all of them.
    """
    enough = expected >= LEAST_EXPECTED
    mean, seen = expected[enough], np.asarray(counts[enough], np.float64)
    spread = np.log1p(covariance[np.ix_(enough, enough)] / np.outer(mean, mean))
    off = np.log((seen + 0.5) / (mean + 0.5)) + np.diag(spread) / 2
    if is_exact and len(mean):
        centre = np.eye(len(mean)) - mean / mean.sum()
        off, spread = (centre @ off)[:-1], (centre @ spread @ centre.T)[:-1, :-1]
    if not len(off):
        return None
    return chi_square(np.asarray(np.linalg.solve(np.linalg.cholesky(spread), off), np.float64))


def index_of_dispersion(law: NoiseLaw, series: Floats) -> tuple[float, float]:
    """Mean and variance of the sum of (N - lambda)^2 / lambda over days with these expected counts."""
    v, days = law.variance, series[series > 0]
    m2, m3, m4 = (math.exp(v * (n * n - n) / 2) for n in (2, 3, 4))
    mean = 1 + days * law.covariance(0)
    fourth = (
        days
        + 3 * days**2 * m2
        + 6 * days**3 * (m3 - 2 * m2 + 1)
        + 4 * days**2 * (m2 - 1)
        + days**4 * (m4 - 4 * m3 + 6 * m2 - 3)
    )
    variance = float((fourth / days**2 - mean**2).sum())
    # Given M, the mean of a day's term is lambda M^2 + (1 - 2 lambda) M + a constant.
    one, two = np.where(series > 0, 1 - 2 * series, 0.0), series
    for lag in law.lags(len(series)):
        a1, a2, b1, b2 = one[:-lag], two[:-lag], one[lag:], two[lag:]
        both = [law.covariance(lag, *powers) for powers in ((1, 1), (1, 2), (2, 1), (2, 2))]
        terms = (a1 * b1, a1 * b2, a2 * b1, a2 * b2)
        variance += 2 * float(sum(c * t.sum() for c, t in zip(both, terms, strict=True)))
    return float(mean.sum()), variance


def autocorrelation_score(law: NoiseLaw, counts: Counts, series: Floats) -> tuple[float, float, float]:
    """Lag-one autocorrelation of counts, what is expected of it, and its distance in standard errors.

    Counts are taken in standard deviations from what the calendar expects; the standard error is Bartlett's
    (1946, "On the theoretical specification of autocorrelated time series").
    """
    spread = np.sqrt(series + law.covariance(0) * series**2)
    is_open = series > 0
    off = np.where(is_open, (counts - series) / np.where(is_open, spread, 1.0), 0.0)
    pairs = is_open[1:] & is_open[:-1]
    share = np.where(is_open, series / np.where(is_open, spread, 1.0), 0.0)

    def expected(lag: int) -> float:
        both = float((is_open[lag:] & is_open[: len(series) - lag]).sum())
        return law.covariance(lag) * float(share[lag:] @ share[: len(series) - lag]) / max(both, 1.0)

    reach = len(law.lags(len(series))) + 2
    rho = np.array([1.0, *(expected(lag) if lag < len(series) else 0.0 for lag in range(1, reach + 2))])
    at = rho[np.abs(np.arange(-reach, reach + 1))]
    before, after = (rho[np.abs(np.arange(-reach, reach + 1) + k)] for k in (-1, 1))
    square = float((at**2 + after * before - 4 * rho[1] * at * before + 2 * rho[1] ** 2 * at**2).sum())
    n = int(pairs.sum())
    seen = float((off[1:] @ off[:-1]) / max(n, 1)) / (float(off @ off) / max(int(is_open.sum()), 1))
    return seen, float(rho[1]), (seen - float(rho[1])) / math.sqrt(max(square, 1e-12) / max(n, 1))


def dispersed(law: NoiseLaw, counts: Counts, expected: Floats) -> tuple[float, str, str]:
    """p-value of how much counts vary from day to day and remember it; what is due, and what was seen.

    Parameters
    ----------
    counts, expected : shape (days, shops)
        Judged shop by shop where each has noise of its own, else together.
    """
    if not law.per_shop:
        counts, expected = counts.sum(1, keepdims=True), expected.sum(1, keepdims=True)
    moments = [index_of_dispersion(law, column) for column in expected.T]
    mean, variance = (sum(m[k] for m in moments) for k in (0, 1))
    is_open = expected > 0
    statistic = float((np.square(counts - expected)[is_open] / expected[is_open]).sum())
    # Days far above the others make its law long-tailed; a log-normal one of the same moments is, too.
    width = math.log1p(variance / mean**2)
    least = two_sided((math.log(max(statistic, 1e-300) / mean) + width / 2) / math.sqrt(width))
    scores = [autocorrelation_score(law, c, e) for c, e in zip(counts.T, expected.T, strict=True)]
    remembered = chi_square(np.array([s[2] for s in scores])) if len(scores) > 1 else two_sided(scores[0][2])
    cells = int(is_open.sum())
    seen, due = (float(np.mean([s[k] for s in scores])) for k in (0, 1))
    target = f"variance over mean {mean / cells:.2f}, lag-one autocorrelation {due:.2f}"
    observed = (
        f"variance over mean {statistic / cells:.2f}, lag-one autocorrelation {seen:.2f}, {cells:,} cells"
    )
    return -math.expm1(2 * math.log1p(-min(least, remembered, 1 - 1e-16))), target, observed
