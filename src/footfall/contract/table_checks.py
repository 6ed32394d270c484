"""Checks of tables against each other."""

from __future__ import annotations

from footfall.contract.agreement import NAME
from footfall.contract.check import Check, Outcome, undecided
from footfall.contract.figures import Figures
from footfall.contract.subject import Subject


def agree(subject: Subject, figures: Figures) -> Outcome:
    """Judge what was compared."""
    agreement = figures.agreement
    if not agreement.shared:
        return undecided("no two tables show the same column")
    count, first = figures.offences.get(NAME, (0, ""))
    wrong = [*([f"{first} ({count:,} such rows)"] if count else []), *agreement.differing()]
    pairs = f"{len(agreement.shared)} pairs of columns"
    return Outcome(not wrong, f"{pairs} agree", f"{len(wrong)} differ", "none", None, "; ".join(wrong))


CHECKS = (
    Check(
        NAME,
        "rule",
        "A column that several tables show says the same in each, joined or not.",
        (),
        agree,
        is_quiet=True,
    ),
)
