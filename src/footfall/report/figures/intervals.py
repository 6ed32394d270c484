"""How far chance may carry a figure: bands of Poisson counts, errors of means and shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

COVERED = 0.95
"""Share of the cases that a band or interval is made to hold."""
Z = 1.959964
"""Standard errors on either side of an estimate that hold as much of a normal law."""


def poisson_band(mean: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Least and largest counts that a Poisson law of this mean leaves inside its central 95 per cent.

    >>> [edge.tolist() for edge in poisson_band([100.0, 4.0])]
    [[81.0, 1.0], [120.0, 8.0]]
    """
    from scipy.special import pdtrik  # noqa: PLC0415 - SciPy is slow to import

    means = np.maximum(np.asarray(mean, np.float64), 1e-9)
    tail = (1 - COVERED) / 2
    edges = [np.ceil(np.nan_to_num(pdtrik(p, means), nan=0.0)) for p in (tail, 1 - tail)]
    return np.maximum(edges[0], 0.0), np.maximum(edges[1], 0.0)


def count_band(mean: npt.ArrayLike, relative_variance: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Such a band of counts that are Poisson about a random mean, of a gamma law with this relative variance.

    Gamma-Poisson counts are negative binomial (Greenwood and Yule 1920).

    >>> [edge.tolist() for edge in count_band([100.0], [0.04])]
    [[61.0], [148.0]]
    """
    from scipy.special import nbdtrik  # noqa: PLC0415 - SciPy is slow to import

    means, variances = np.broadcast_arrays(
        np.maximum(np.asarray(mean, np.float64), 1e-9), np.asarray(relative_variance, np.float64)
    )
    if not (variances > 0).any():
        return poisson_band(means)
    shape = 1 / np.maximum(variances, 1e-9)
    tail = (1 - COVERED) / 2
    edges = [nbdtrik(p, shape, shape / (shape + means)) for p in (tail, 1 - tail)]
    low, high = (np.maximum(np.ceil(np.nan_to_num(edge, nan=0.0)), 0.0) for edge in edges)
    return low, high


def share_interval(count: float, trials: float) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927), which stays within 0 and 1.

    >>> [round(edge, 3) for edge in share_interval(10, 100)]
    [0.055, 0.174]
    """
    if not trials:
        return 0.0, 1.0
    share, wide = count / trials, Z**2 / trials
    middle = (share + wide / 2) / (1 + wide)
    reach = Z * float(np.sqrt(share * (1 - share) / trials + wide / (4 * trials))) / (1 + wide)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def normal_score(p_value: float) -> float:
    """Standard errors at which a two-sided normal test has this p-value; at most 9.

    >>> round(normal_score(0.05), 2)
    1.96
    """
    from scipy.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    return abs(float(ndtri(min(max(p_value, 1e-19), 1.0) / 2)))


def plain(values: Any, digits: int = 6) -> list[float]:
    """Floats of an array, rounded as a page needs them, so that no processor's last bit shows."""
    return [round(float(v), digits) for v in np.asarray(values).ravel()]
