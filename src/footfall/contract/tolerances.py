"""How far published data may be off a target: what the scenario allows, or what chance makes of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from footfall.contract.check import Outcome, undecided, within
from footfall.contract.subject import Subject
from footfall.scenario.targets import MarketingShare, Target

ERRORS = 5
"""Standard errors that are left to chance."""
UNPLANNED = "planning did not tell what it expects of it"


@dataclass(frozen=True)
class Planned:
    """A target as planning told it: asked, its tolerance, what it expected, and what it left to chance."""

    asked: float
    tolerance: float
    expected: float
    error: float


def planned(subject: Subject, name: str) -> Planned | None:
    """Return what planning told of a target; None where it did not."""
    for figure in subject.solved.get("targets", ()):
        if figure["target"] == name:
            return Planned(*(float(figure[key]) for key in ("asked", "tolerance", "expected", "error")))
    return None


def tolerance_of(
    subject: Subject, name: str, target: Target | MarketingShare, error: float = 0.0
) -> tuple[float, float]:
    """Tolerance and standard error of a target.

    The scenario's tolerance, by default five standard errors and at least a thousandth of the value; never
    less than what planning left open and five standard errors of chance on top.

    Parameters
    ----------
    error
        Standard error by the published data; the plan's where it is 0.
    """
    plan = planned(subject, name)
    error = error or (plan.error if plan else 0.0)
    own = target.tolerance or (plan.tolerance if plan else 0.0) or ERRORS * error
    left_open = min(abs(plan.expected - plan.asked), own) if plan else 0.0
    return max(own, left_open + ERRORS * error), error


def judged(subject: Subject, name: str, target: Target, value: float, unit: str = "") -> Outcome:
    """Judge a figure by its target and the standard error that planning worked out."""
    if planned(subject, name) is None:
        return undecided(UNPLANNED)
    tolerance, error = tolerance_of(subject, name, target)
    return within(value, target.value, tolerance, unit, error)
