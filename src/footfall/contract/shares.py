"""Counts against shares of a whole: exact to one row, or as chance has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from footfall.contract.check import TOO_FEW, Outcome, by_law, undecided, verdict
from footfall.contract.statistics import Counts, shares_fit
from footfall.scenario.strict import Deal

Key = TypeVar("Key", int, str)


def quotas(rows: int, shares: list[float]) -> Counts:
    """Rows of each share by largest remainder, so that they add up.

    >>> quotas(10, [0.55, 0.35, 0.1]).tolist()
    [6, 3, 1]
    """
    wanted = np.array(shares) / sum(shares) * rows
    counts = np.floor(wanted + 1e-9).astype(np.int64)
    by_remainder = np.argsort(counts - wanted, kind="stable")
    counts[by_remainder[: rows - int(counts.sum())]] += 1
    return counts


def by_shares(law: Mapping[Key, float], seen: Mapping[Key, int], deal: Deal, *, whole: bool) -> Outcome:
    """Judge counts by the shares that a scenario asks for.

    Parameters
    ----------
    deal
        "exact" over the whole horizon is a rule, to one row; a slice of it, and "expected", a law.
    whole
        Whether the whole horizon is published.
    """
    kinds = [kind for kind, share in law.items() if share]
    shares, counts = [law[kind] for kind in kinds], np.array([seen[kind] for kind in kinds], np.int64)
    n = int(counts.sum())
    if deal == "exact" and whole:
        wanted = quotas(n, shares)
        wrong = [
            f"{kind}: {count:,} rows, {due:,} are due"
            for kind, count, due in zip(kinds, counts.tolist(), wanted.tolist(), strict=True)
            if abs(count - due) > 1
        ]
        said = dict(zip(kinds, wanted.tolist(), strict=True))
        return verdict(
            "; ".join(wrong), str(said), str(dict(zip(kinds, counts.tolist(), strict=True))), "1 row"
        )
    fit = shares_fit(counts, np.array(shares))
    if fit is None:
        return undecided(TOO_FEW)
    return by_law(fit[0], str(dict(law)), str({k: round(seen[k] / max(1, n), 4) for k in kinds}))
