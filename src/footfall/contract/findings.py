"""What a check says: the promise, what was seen, and whether that is good enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

REFUSE_BELOW = 1e-8
"""A law refuses only below this p-value, so that no honest seed is ever refused."""

CheckKind = Literal["rule", "target", "law"]
Verdict = Literal["pass", "fail", "not applicable"]


@dataclass(frozen=True)
class Finding:
    """A check's verdict over published tables.

    Attributes
    ----------
    kind
        "rule" holds exactly, "target" within a tolerance, "law" statistically, with a p-value.
    detail
        What is wrong, with the first offending row by its key, or why the check cannot be decided.
    discrete
        The p-value takes too few values to be uniform over seeds.
    standard_errors
        How far a target is off, in standard errors, where its error is known; below target is negative.
    stratified
        The column is drawn by strata, so a p-value near 1 is expected; only too far counts.
    """

    check: str
    kind: CheckKind
    rule: str
    verdict: Verdict
    target: str
    observed: str
    tolerance: str
    p_value: float | None = None
    detail: str = ""
    discrete: bool = False
    stratified: bool = False
    standard_errors: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)
