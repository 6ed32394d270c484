"""p-values: normal scores of counts, chi-square over them, Kolmogorov-Smirnov.

Counts are judged by the exact tail of their law (mid-p) turned into a normal score, not by
(observed - expected) / sqrt(expected): the tails of the latter are wrong by orders of magnitude
where a refusal is decided (1e-8), and would refuse honest small data.
"""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
_MANY_CELLS = 100
LEAST_EXPECTED = 5.0
"""Cells in which fewer are expected are merged with their neighbours."""


def _scores(lower: Floats, upper: Floats) -> Floats:
    from footfall.core.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    tail = np.clip(np.minimum(lower, upper), 1e-300, 0.5)
    return np.where(lower < upper, 1.0, -1.0) * np.asarray(ndtri(tail), np.float64)


def poisson_scores(counts: npt.ArrayLike, expected: npt.ArrayLike) -> Floats:
    """Give normal scores of Poisson counts, by mid-p."""
    from footfall.core.special import gammainc, gammaincc  # noqa: PLC0415 - SciPy is slow to import

    k, lam = np.asarray(counts, np.float64), np.maximum(np.asarray(expected, np.float64), 1e-300)
    at_least, at_most_before = gammainc(np.maximum(k, 1), lam), gammaincc(np.maximum(k, 1), lam)
    lower = (gammaincc(k + 1, lam) + np.where(k > 0, at_most_before, 0)) / 2
    upper = (gammainc(k + 1, lam) + np.where(k > 0, at_least, 1)) / 2
    return _scores(lower, upper)


def binomial_scores(counts: npt.ArrayLike, trials: npt.ArrayLike, probability: npt.ArrayLike) -> Floats:
    """Give normal scores of binomial counts, by mid-p; trials need not be whole."""
    from footfall.core.special import betainc  # noqa: PLC0415 - SciPy is slow to import

    k, n = np.asarray(counts, np.float64), np.asarray(trials, np.float64)
    p = np.clip(np.asarray(probability, np.float64), 0.0, 1.0)

    def at_least(c: Floats) -> Floats:
        inside = (c > 0) & (c <= n)
        value = betainc(np.where(inside, c, 1), np.where(inside, n - c + 1, 1), p)
        return np.where(inside, value, np.where(c <= 0, 1.0, 0.0))

    def at_most(c: Floats) -> Floats:
        inside = (c >= 0) & (c < n)
        value = betainc(np.where(inside, n - c, 1), np.where(inside, c + 1, 1), 1 - p)
        return np.where(inside, value, np.where(c < 0, 0.0, 1.0))

    return _scores((at_most(k) + at_most(k - 1)) / 2, (at_least(k) + at_least(k + 1)) / 2)


def binomial_sum_score(count: int, trials: Counts, probability: Floats) -> float:
    """Give the normal score of a sum of independent binomial counts, few in all, by mid-p."""
    law = np.ones(1)
    for n, p in zip(trials.tolist(), probability.tolist(), strict=True):
        law = np.convolve(law, [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
    here = law[count] if count < len(law) else 0.0
    below, above = law[:count].sum(), law[count + 1 :].sum()
    return float(_scores(np.asarray(below + here / 2), np.asarray(above + here / 2)))


def two_sided(score: float) -> float:
    """Probability of a normal score at least this far from 0."""
    from footfall.core.special import erfc  # noqa: PLC0415 - SciPy is slow to import

    return float(erfc(abs(score) / np.sqrt(2)))


def chi_square(scores: Floats) -> float:
    """p-value of a sum of squared independent normal scores."""
    from footfall.core.special import chdtrc  # noqa: PLC0415 - SciPy is slow to import

    return float(chdtrc(len(scores), float(np.square(scores).sum())))


def merged(expected: Floats, *others: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.generic], ...]:
    """Sum neighbouring cells until LEAST_EXPECTED is expected in each; what is left joins the last one."""
    if not len(expected) or expected.sum() < LEAST_EXPECTED:
        return (expected[:0], *(o[:0] for o in others))
    if expected.min() >= LEAST_EXPECTED:
        return (expected, *others)
    starts, total, begin = [], 0.0, 0
    for i, value in enumerate(expected.tolist()):
        total += value
        if total >= LEAST_EXPECTED:
            starts.append(begin)
            begin, total = i + 1, 0.0
    return tuple(np.add.reduceat(a, starts) for a in (expected, *others))


def poisson_fit(counts: Counts, expected: Floats) -> tuple[float, int] | None:
    """p-value and cells of independent Poisson counts; None where too few are expected."""
    exp, obs = merged(expected, counts)
    return (chi_square(poisson_scores(obs, exp)), len(exp)) if len(exp) else None


def shares_scores(counts: Counts, shares: Floats, shared: Floats | None = None) -> Floats:
    """Independent normal scores of a multinomial: each count given those before it.

    Parameters
    ----------
    shared : shape (counts, counts)
        Covariance that the counts have over that of a multinomial.
    """
    if not shares.sum() > 0:
        return np.empty(0)
    shares, total = shares / shares.sum(), float(counts.sum())
    cells = np.eye(len(counts)) if shared is not None else np.zeros((len(counts), 0))
    _, obs, p, merging = (np.asarray(a, np.float64) for a in merged(shares * total, counts, shares, cells))
    if len(obs) < 2:
        return np.empty(0)
    left = obs.sum() - np.concatenate([[0], np.cumsum(obs)[:-1]])
    rest = np.cumsum(p[::-1])[::-1]
    scores = binomial_scores(obs[:-1], left[:-1], p[:-1] / rest[:-1])
    if shared is None:
        return scores
    # To first order the scores are the counts over the Cholesky factor of a multinomial's covariance.
    p, merging = p[:-1] / p.sum(), merging[:-1]
    root = np.linalg.cholesky(total * (np.diag(p) - np.outer(p, p)))
    over = np.linalg.solve(root, np.linalg.solve(root, merging @ shared @ merging.T).T)
    return independent(scores, over)


def independent(scores: Floats, shared: Floats) -> Floats:
    """Scores made independent, whose covariance is the identity and what they share."""
    root = np.linalg.cholesky(np.eye(len(scores)) + shared)
    return np.asarray(np.linalg.solve(root, scores), np.float64)


def shares_fit(counts: Counts, shares: Floats) -> tuple[float, int] | None:
    """p-value and degrees of freedom of counts by shares; None where too few are expected."""
    total = float(np.sum(counts))
    if not np.sum(shares) > 0:
        return None
    law = np.asarray(shares, np.float64) / float(np.sum(shares))
    if len(law) >= _MANY_CELLS and total * float(law.min(initial=1.0)) >= 1.0:
        return _pearson(np.asarray(counts, np.float64), law, total), len(law) - 1
    scores = shares_scores(counts, shares)
    return (chi_square(scores), len(scores)) if len(scores) else None


def _pearson(counts: Floats, law: Floats, total: float) -> float:
    """p-value of Pearson's statistic by a gamma law of its exact mean and variance.

    Over hundreds of cells the small bias of a normal score adds up, and this one has none:
    E = k - 1, Var = 2 (k - 1) + (sum 1/p - k^2 - 2 k + 2) / n (Haldane 1937).
    """
    from footfall.core.special import gammaincc  # noqa: PLC0415 - SciPy is slow to import

    statistic = float((np.square(counts - total * law) / (total * law)).sum())
    mean, variance = pearson_moments(law, total)
    size = variance / mean
    return float(gammaincc(mean / size, statistic / size))


def pearson_moments(law: Floats, total: float) -> tuple[float, float]:
    """Mean and variance of Pearson's statistic, exact for every total (Haldane 1937)."""
    cells = len(law)
    return cells - 1.0, 2 * (cells - 1) + (float((1 / law).sum()) - cells**2 - 2 * cells + 2) / total


def kolmogorov(distance: float, n: int) -> float:
    """p-value of a two-sided KS distance, with Vrbik's correction for finite n."""
    from footfall.core.special import kolmogorov as asymptotic  # noqa: PLC0415 - SciPy is slow to import

    x = distance * np.sqrt(n)
    return float(asymptotic(x + 1 / (6 * np.sqrt(n)) + (x - 1) / (4 * n)))


def ks_distance(below: Floats, upto: Floats) -> float:
    """KS distance of a sample from a law, given the law's F(x-) and F(x) at the sorted sample."""
    n = len(upto)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - upto).max(), (below - steps[:-1]).max()))
