"""Poisson regression: multipliers of daily counts, recovered from the counts alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS, _CONVERGED, _LARGEST_CONDITION = 50, 1e-10, 1e14


@dataclass(frozen=True)
class Fit:
    """Coefficients of the logarithm of a mean, and their covariance."""

    coefficients: Floats
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.diag(self.covariance))


def poisson_regression(counts: Floats, terms: Floats, offset: Floats) -> Fit | None:
    """Fit log E[count] = offset + terms @ coefficients by iteratively reweighted least squares.

    McCullagh and Nelder 1989, "Generalized linear models", section 2.5; for this law and link it is
    Newton's method, and the inverse of the information gives the standard errors.

    Parameters
    ----------
    counts : shape (n,)
    terms : shape (n, k)
        Linearly independent columns; the first is the constant.
    offset : shape (n,)
        Logarithm of what is known of each mean.

    Returns
    -------
    Fit or None
        None where the counts have no single most likely answer, as with terms that meet no count.
    """
    coefficients = np.zeros(terms.shape[1])
    coefficients[0] = np.log(counts.sum() / np.exp(offset).sum())
    information = np.eye(terms.shape[1])
    for _ in range(_STEPS):
        mean = np.exp(offset + terms @ coefficients)
        information = terms.T @ (terms * mean[:, None])
        if np.linalg.cond(information) > _LARGEST_CONDITION:
            return None
        step = np.linalg.solve(information, terms.T @ (counts - mean))
        coefficients += step
        if np.abs(step).max() < _CONVERGED:
            break
    return Fit(coefficients, np.asarray(np.linalg.inv(information), np.float64))
