"""Checks of promotions: that more is bought of what is sold off; its discounts are the lines' own checks."""

from __future__ import annotations

import numpy as np

from footfall.contract.check import TOO_FEW, Check, Outcome, by_law, undecided
from footfall.contract.figures import Figures
from footfall.contract.line_checks import LISTED, NO_WEIGHTS
from footfall.contract.promotions import category_laws
from footfall.contract.statistics import Floats, chi_square, shares_scores
from footfall.contract.subject import Subject


def uplift(subject: Subject, figures: Figures) -> Outcome:
    """Categories of first lines, on days of each set of promotions, given their number."""
    tally, lines = figures.lines.promoted, figures.lines
    if tally.promises is None:
        return undecided("there are no promotions")
    if subject.scenario.catalog.is_changing:
        return undecided(LISTED)
    weights = lines.weights() if figures.catalog is not None else None
    category = lines.category_of
    if weights is None or not len(category) or (category < 0).any():
        return undecided(NO_WEIGHTS)
    of_category: Floats = np.bincount(category, weights, len(lines.categories)).astype(np.float64)
    laws = category_laws(tally.promises, of_category)
    scores = np.concatenate([shares_scores(c, p) for c, p in zip(tally.first, laws, strict=True)])
    if not len(scores):
        return undecided(TOO_FEW)
    lifted = tally.promises.uplift != 1
    seen = int(tally.first[lifted].sum())
    due = float((laws * tally.first.sum(axis=1, keepdims=True))[lifted].sum())
    return by_law(
        chi_square(scores),
        f"{due:,.1f} first lines of promoted categories",
        f"{seen:,}; chi-square over {len(scores)} cells",
    )


CHECKS = (
    Check(
        "promotions.uplift",
        "law",
        "Promoted categories are chosen by their uplift.",
        ("line.product", "order.time|order.date", "product.sales_rank", "product.category"),
        uplift,
    ),
)
